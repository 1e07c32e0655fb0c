#include "weft/detail/block_cache.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "given.h"
#include "weft/detail/atomic.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

enum { BLOCK = 112, MEGABYTE = 1 << 20 };

/* Of what is asked very often: each ck_assert() writes where it is. */
static void expect(bool held)
{
    if (!held)
        ck_abort();
}

static void *get(size_t size)
{
    return wf_block_cache.alloc(wf_block_cache.arg, size);
}

static void put(void *memory, size_t size)
{
    wf_block_cache.free(wf_block_cache.arg, memory, size);
}

/* `count` blocks of BLOCK bytes, each marked with its number. */
static void get_all(char **blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = get(BLOCK);
        expect(blocks[i] != NULL);
        memset(blocks[i], (int)(i % 251), BLOCK);
    }
}

static void put_all(char **blocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect((unsigned char)blocks[i][0] == i % 251 && (unsigned char)blocks[i][BLOCK - 1] == i % 251);
        put(blocks[i], BLOCK);
    }
}

/* G.10, of the block cache */
START_TEST(g10_cached_blocks_are_apart_and_aligned)
{
    enum { EACH = 3 };
    static unsigned char *blocks[WF_BLOCK_MAX + 2][EACH];
    for (size_t size = 1; size <= WF_BLOCK_MAX + 1; size++)
        for (size_t i = 0; i < EACH; i++) {
            unsigned char *block = blocks[size][i] = get(size);
            expect(block && (uintptr_t)block % _Alignof(max_align_t) == 0);
            memset(block, (int)((size + i) % 251), size);
        }
    for (size_t size = 1; size <= WF_BLOCK_MAX + 1; size++)
        for (size_t i = 0; i < EACH; i++) {
            for (size_t at = 0; at < size; at++)
                expect(blocks[size][i][at] == (size + i) % 251);
            put(blocks[size][i], size);
        }
    void *nothing = get(0);
    put(nothing, 0);
}
END_TEST

/* G.84 */
START_TEST(g84_what_was_freed_last_is_next)
{
    void *first = get(BLOCK), *second = get(BLOCK);
    put(first, BLOCK);
    ck_assert_ptr_eq(get(BLOCK), first);
    put(first, BLOCK);
    put(second, BLOCK);
    ck_assert_ptr_eq(get(BLOCK), second);
    ck_assert_ptr_eq(get(BLOCK), first);
    put(first, BLOCK);
    put(second, BLOCK);
}
END_TEST

/* G.94 */
START_TEST(g94_a_peak_returns_to_the_kernel)
{
    const size_t count = 32 * MEGABYTE / BLOCK;
    char **blocks = malloc(count * sizeof *blocks);
    for (int round = 0; round < 3; round++) {
        get_all(blocks, count);
        ck_assert_uint_ge(wf_block_store_bytes(), (size_t)32 * MEGABYTE);
        put_all(blocks, count);
        /* the thread keeps two batches of blocks, that were neighbours */
        ck_assert_uint_le(wf_block_store_bytes(), (WF_SEGMENTS_KEPT + 2) * (size_t)WF_SEGMENT);
    }
    free(blocks);
}
END_TEST

/* G.84: another class can have the memory of one that needs it no more. */
START_TEST(g84_spans_change_their_class)
{
    const size_t count = 4 * MEGABYTE / BLOCK;
    char **blocks = malloc(count * sizeof *blocks);
    get_all(blocks, count);
    put_all(blocks, count);
    size_t before = wf_block_store_bytes();
    char *others[2000];
    for (size_t i = 0; i < 2000; i++)
        expect((others[i] = get(1000)) != NULL);
    ck_assert_uint_eq(wf_block_store_bytes(), before);
    for (size_t i = 0; i < 2000; i++)
        put(others[i], 1000);
    free(blocks);
}
END_TEST

enum { HANDED = 20000 };

struct hand_over {
    char *blocks[HANDED];
    sem_t full, empty;
    int rounds;
};

static void *free_what_is_handed(void *arg)
{
    struct hand_over *self = arg;
    for (int round = 0; round < self->rounds; round++) {
        while (sem_wait(&self->full) != 0)
            continue;
        put_all(self->blocks, HANDED);
        sem_post(&self->empty);
    }
    return NULL;
}

/* G.84 */
START_TEST(g84_blocks_that_another_thread_frees_come_back)
{
    static struct hand_over self = {.rounds = 20};
    sem_init(&self.full, 0, 0);
    sem_init(&self.empty, 0, 0);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, free_what_is_handed, &self), 0);
    for (int round = 0; round < self.rounds; round++) {
        get_all(self.blocks, HANDED);
        sem_post(&self.full);
        while (sem_wait(&self.empty) != 0)
            continue;
        ck_assert_uint_le(wf_block_store_bytes(), (size_t)HANDED * BLOCK + 2 * (size_t)WF_SEGMENT);
    }
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *use_and_end(void *arg)
{
    enum { COUNT = 2000 };
    char *blocks[COUNT];
    get_all(blocks, COUNT);
    put_all(blocks, COUNT);
    void *kept = get(BLOCK);
    memset(kept, 1, BLOCK);
    (void)arg;
    return kept;
}

/* G.84 */
START_TEST(g84_a_thread_that_ends_keeps_nothing)
{
    for (int i = 0; i < 100; i++) {
        pthread_t thread;
        void *kept;
        ck_assert_int_eq(pthread_create(&thread, NULL, use_and_end, NULL), 0);
        ck_assert_int_eq(pthread_join(thread, &kept), 0);
        put(kept, BLOCK); /* of a thread that is gone */
        ck_assert_uint_le(wf_block_store_bytes(), (size_t)WF_SEGMENT);
    }
}
END_TEST

static pthread_key_t late_key;

static void free_late(void *block)
{
    put(block, BLOCK);
    put(get(BLOCK), BLOCK);
}

static void *end_late(void *arg)
{
    (void)arg;
    put(get(BLOCK), BLOCK); /* the cache's destructor is known before this one */
    pthread_setspecific(late_key, get(BLOCK));
    return NULL;
}

/* G.84 */
START_TEST(g84_destructors_of_threads_may_free)
{
    ck_assert_int_eq(pthread_key_create(&late_key, free_late), 0);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, end_late, NULL), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    ck_assert_uint_le(wf_block_store_bytes(), (size_t)WF_SEGMENT);
}
END_TEST

/* Slots through which threads pass blocks of several sizes to each other. */
enum { SLOTS = 64, SIZES = 5 };
static const size_t sizes[SIZES] = {8, 40, 112, 152, 1024};
static WF_ATOMIC(unsigned char *) slots[SLOTS];

static void check_and_put(unsigned char *block)
{
    size_t size = sizes[block[0] % SIZES];
    expect(block[size - 1] == block[0]);
    put(block, size);
}

static void *pass_blocks(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    for (int i = 0; i < 20000; i++) {
        int kind = rand_r(&seed) % SIZES;
        unsigned char *block = get(sizes[kind]);
        expect(block != NULL);
        memset(block, kind, sizes[kind]);
        block = wf_exchange_acq_rel(&slots[rand_r(&seed) % SLOTS], block);
        if (block)
            check_and_put(block);
    }
    return NULL;
}

/* G.84 */
START_TEST(g84_threads_pass_blocks_around)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, pass_blocks, (void *)(i + 1)), 0);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i])
            check_and_put(slots[i]);
    ck_assert_uint_le(wf_block_store_bytes(), (size_t)WF_SEGMENT);
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which cannot fork while other threads run */
static WF_ATOMIC(bool) over;

static void *allocate_until_over(void *arg)
{
    enum { COUNT = 1000 };
    char *blocks[COUNT];
    while (!wf_load_relaxed(&over)) {
        get_all(blocks, COUNT);
        put_all(blocks, COUNT);
        sem_post(arg);
    }
    return NULL;
}

/* G.85 */
START_TEST(g85_a_child_of_a_busy_process_allocates)
{
    /* Both threads have their caches: a child of theirs needs no malloc, which ASan makes unsafe after a fork. */
    sem_t began;
    sem_init(&began, 0, 0);
    put(get(BLOCK), BLOCK);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, allocate_until_over, &began), 0);
    while (sem_wait(&began) != 0)
        continue;
    const int forks = RUNNING_ON_VALGRIND ? 5 : 50; /* where each takes a third of a second */
    for (int i = 0; i < forks; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            static char *blocks[3000];
            alarm(60); /* if the lock of another thread came along */
            for (size_t k = 0; k < 3000; k++)
                if (!(blocks[k] = get(BLOCK)))
                    _exit(1);
            for (size_t k = 0; k < 3000; k++)
                put(blocks[k], BLOCK);
            _exit(0);
        }
        int status;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    wf_store_relaxed(&over, true);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST
#endif

/* G.85 */
START_TEST(g85_small_pages_will_do)
{
    ck_assert_int_eq(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
    const size_t count = 8 * MEGABYTE / BLOCK;
    char **blocks = malloc(count * sizeof *blocks);
    get_all(blocks, count);
    put_all(blocks, count);
    free(blocks);
}
END_TEST

#if !defined __SANITIZE_ADDRESS__ &&                                                                         \
    !defined __SANITIZE_THREAD__ /* a sanitizer needs more memory in the middle of it */
/* G.85 */
START_TEST(g85_without_memory_there_is_null)
{
    enum { COUNT = 64 * MEGABYTE / BLOCK };
    static char *blocks[COUNT];
    put(get(BLOCK), BLOCK);
    const struct rlimit none = {1, RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    size_t count = 0;
    while (count < COUNT && (blocks[count] = get(BLOCK)))
        count++;
    size_t bytes = wf_block_store_bytes();
    for (size_t i = 0; i < count; i++)
        put(blocks[i], BLOCK);
    void *again = get(BLOCK);
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &all), 0);
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_lt(count, COUNT);
    ck_assert_uint_eq(bytes, (size_t)WF_SEGMENT);
    ck_assert_ptr_nonnull(again);
}
END_TEST
#endif

TCase *block_cache_tests(void)
{
    TCase *tests = tcase_create("block cache");
    tcase_add_test(tests, g10_cached_blocks_are_apart_and_aligned);
    tcase_add_test(tests, g84_what_was_freed_last_is_next);
    tcase_add_test(tests, g94_a_peak_returns_to_the_kernel);
    tcase_add_test(tests, g84_spans_change_their_class);
    tcase_add_test(tests, g84_blocks_that_another_thread_frees_come_back);
    tcase_add_test(tests, g84_a_thread_that_ends_keeps_nothing);
    tcase_add_test(tests, g84_destructors_of_threads_may_free);
    tcase_add_test(tests, g84_threads_pass_blocks_around);
    tcase_add_test(tests, g85_small_pages_will_do);
#ifndef __SANITIZE_THREAD__
    tcase_add_test(tests, g85_a_child_of_a_busy_process_allocates);
#endif
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    tcase_add_test(tests, g85_without_memory_there_is_null);
#endif
    return tests;
}
