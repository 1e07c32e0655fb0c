#include "weft/alloc.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "weft/block_on.h"
#include "weft/current_thread.h"
#include "weft/detail/block_cache.h"
#include "weft/dyn.h"

enum { THREADS = 4, ROUNDS = 200 };

static void run_threads(void *(*thread)(void *), void *results[THREADS])
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, thread, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], &results[i]), 0);
}

/* G.10 */
START_TEST(g10_memory_is_aligned_for_any_type)
{
    for (size_t size = 1; size < 300; size++) {
        void *memory = wf_alloc(size);
        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        memset(memory, 0xa5, size);
        wf_free(memory, size);
    }
}
END_TEST

/* G.10 */
START_TEST(g10_null_is_taken_back)
{
    wf_free(NULL, 0);
    wf_free(NULL, 100);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.11 */
START_TEST(g11_live_bytes_are_what_was_not_freed)
{
    ck_assert_uint_eq(wf_live_bytes(), 0);
    void *first = wf_alloc(100), *second = wf_alloc(28);
    ck_assert_uint_eq(wf_live_bytes(), 128);
    wf_free(first, 100);
    ck_assert_uint_eq(wf_live_bytes(), 28);
    wf_free(second, 28);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void *allocate_and_keep_one(void *arg)
{
    (void)arg;
    for (size_t size = 1; size < ROUNDS; size++) {
        void *memory = wf_alloc(size);
        ck_assert_ptr_nonnull(memory);
        wf_free(memory, size);
    }
    return wf_alloc(1000);
}

/* G.11 */
START_TEST(g11_live_bytes_are_counted_over_all_threads)
{
    void *kept[THREADS];
    run_threads(allocate_and_keep_one, kept);
    ck_assert_uint_eq(wf_live_bytes(), (size_t)1000 * THREADS);
    for (size_t i = 0; i < THREADS; i++)
        wf_free(kept[i], 1000); /* by another thread than the one that allocated */
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static bool allocates(void)
{
    void *memory = wf_alloc(8);
    wf_free(memory, 8);
    return memory != NULL;
}

/* G.12 */
START_TEST(g12_the_nth_allocation_fails_once)
{
    for (uint32_t n = 1; n <= 5; n++) {
        wf_alloc_fail_at(n);
        for (uint32_t i = 1; i <= 10; i++)
            ck_assert_msg(allocates() == (i != n), "allocation %u of fail_at(%u)", i, n);
    }
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.12 */
START_TEST(g12_zero_disarms_and_the_last_call_counts)
{
    wf_alloc_fail_at(1);
    wf_alloc_fail_at(0);
    ck_assert(allocates());
    wf_alloc_fail_at(1);
    wf_alloc_fail_at(2);
    ck_assert(allocates());
    ck_assert(!allocates());
    ck_assert(allocates());
}
END_TEST

/* G.62 */
START_TEST(g62_what_is_left_to_a_failure_is_returned)
{
    ck_assert_uint_eq(wf_alloc_fail_at(3), 0);
    ck_assert(allocates());
    ck_assert_uint_eq(wf_alloc_fail_at(UINT32_MAX), 2);
    ck_assert_uint_eq(wf_alloc_fail_at(1), UINT32_MAX);
    ck_assert(!allocates());
    ck_assert_uint_eq(wf_alloc_fail_at(0), 0);
}
END_TEST

static void *count_failures(void *arg)
{
    (void)arg;
    uintptr_t failures = 0;
    for (int i = 0; i < ROUNDS; i++)
        failures += !allocates();
    return (void *)failures;
}

/* G.12 */
START_TEST(g12_one_allocation_fails_of_all_threads)
{
    void *failures[THREADS];
    wf_alloc_fail_at(THREADS * ROUNDS / 2);
    run_threads(count_failures, failures);
    uintptr_t sum = 0;
    for (size_t i = 0; i < THREADS; i++)
        sum += (uintptr_t)failures[i];
    ck_assert_uint_eq(sum, 1);
}
END_TEST

/* G.117: the cache is no malloc, and would not take such a block. */
START_TEST(g117_malloc_is_an_allocator)
{
    wf_set_allocator(&wf_block_cache); /* as in a release */
    wf_set_allocator(&wf_malloc);
    char *memory = wf_alloc(40);
    ck_assert_ptr_nonnull(memory);
    ck_assert_uint_ge(malloc_usable_size(memory), 40);
    char *moved = realloc(memory, 4000);
    ck_assert_ptr_nonnull(moved);
    wf_free(moved, 40);
    memory = malloc(40);
    wf_free(memory, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    wf_set_allocator(NULL);
}
END_TEST

/* An allocator that says what it was asked, and has no memory when `empty`. */
struct spy {
    int allocs;
    int frees;
    size_t alloc_size;
    size_t free_size;
    void *freed;
    bool empty;
};

static void *spy_alloc(void *arg, size_t size)
{
    struct spy *spy = arg;
    spy->allocs++;
    spy->alloc_size = size;
    return spy->empty ? NULL : malloc(size);
}

static void spy_free(void *arg, void *memory, size_t size)
{
    struct spy *spy = arg;
    spy->frees++;
    spy->freed = memory;
    spy->free_size = size;
    free(memory);
}

/* G.13 */
START_TEST(g13_every_allocation_and_release_goes_to_the_hook)
{
    struct spy spy = {0};
    struct wf_allocator hook = {spy_alloc, spy_free, &spy};
    wf_set_allocator(&hook);
    memset(&hook, 0, sizeof hook); /* it was copied */

    void *memory = wf_alloc(48);
    ck_assert_int_eq(spy.allocs, 1);
    ck_assert_uint_eq(spy.alloc_size, 48);
    ck_assert_uint_eq(wf_live_bytes(), 48);
    wf_free(memory, 48);
    ck_assert_int_eq(spy.frees, 1);
    ck_assert_ptr_eq(spy.freed, memory);
    ck_assert_uint_eq(spy.free_size, 48);
    wf_free(NULL, 48);
    ck_assert_int_eq(spy.frees, 1);

    wf_set_allocator(NULL);
    ck_assert(allocates());
    ck_assert_int_eq(spy.allocs, 1);
    ck_assert_int_eq(spy.frees, 1);
}
END_TEST

/* G.10 G.11 G.13 */
START_TEST(g10_without_memory_there_is_null)
{
    struct spy spy = {.empty = true};
    wf_set_allocator(&(struct wf_allocator){spy_alloc, spy_free, &spy});
    ck_assert_ptr_null(wf_alloc(16));
    ck_assert_int_eq(spy.allocs, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.11 G.12: an injected failure asks nobody and counts nothing. */
START_TEST(g12_an_injected_failure_does_not_reach_the_hook)
{
    struct spy spy = {0};
    wf_set_allocator(&(struct wf_allocator){spy_alloc, spy_free, &spy});
    wf_alloc_fail_at(1);
    ck_assert_ptr_null(wf_alloc(16));
    ck_assert_int_eq(spy.allocs, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* Memory that the C library does not know of. */
static void *pool_alloc(void *arg, size_t size)
{
    static _Alignas(max_align_t) unsigned char pool[1 << 16];
    size_t *used = arg, at = *used;
    *used += (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    return *used <= sizeof pool ? pool + at : NULL;
}

static void pool_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    memset(memory, 0xdd, size);
}

/* G.95: a boxed frame, the two executors and a parker. That no file has such a call at all is grader/tools/layers.sh's to see. */
START_TEST(g95_no_memory_comes_from_the_c_library)
{
    size_t used = 0;
    wf_free(wf_alloc(1), 1); /* this thread's counter of live bytes is alloc.c's own, and stays */
    wf_set_allocator(&(struct wf_allocator){pool_alloc, pool_free, &used});
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 2; i++) {
        struct wf_dyn dyn;
        wf_ready(wf_dyn(&dyn, NULL, 0, sizeof(struct wf_ready), NULL), 5);
        ck_assert_int_eq(wf_block_on(&dyn.future), 0);
        struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
        struct wf_ready root;
        wf_current_thread_block_on(runtime, &wf_ready(&root, 5)->future);
        ck_assert_uint_eq(mallinfo2().uordblks, before);
        wf_current_thread_drop(runtime);
    }
    ck_assert_uint_gt(used, 0);
    ck_assert_uint_eq(mallinfo2().uordblks, before);
    wf_set_allocator(NULL);
}
END_TEST

TCase *alloc_tests(void)
{
    TCase *tests = tcase_create("alloc");
    tcase_add_test(tests, g10_memory_is_aligned_for_any_type);
    tcase_add_test(tests, g10_null_is_taken_back);
    tcase_add_test(tests, g10_without_memory_there_is_null);
    tcase_add_test(tests, g11_live_bytes_are_what_was_not_freed);
    tcase_add_test(tests, g11_live_bytes_are_counted_over_all_threads);
    tcase_add_test(tests, g12_the_nth_allocation_fails_once);
    tcase_add_test(tests, g12_zero_disarms_and_the_last_call_counts);
    tcase_add_test(tests, g12_one_allocation_fails_of_all_threads);
    tcase_add_test(tests, g62_what_is_left_to_a_failure_is_returned);
    tcase_add_test(tests, g12_an_injected_failure_does_not_reach_the_hook);
    tcase_add_test(tests, g13_every_allocation_and_release_goes_to_the_hook);
    tcase_add_test(tests, g117_malloc_is_an_allocator);
    tcase_add_test(tests, g95_no_memory_comes_from_the_c_library);
    return tests;
}
