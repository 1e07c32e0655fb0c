#include "weft/unsized.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "given.h"
#include "weft/alloc.h"

/* G.86 */
START_TEST(g86_memory_comes_back_without_its_size)
{
    for (size_t size = 0; size < 300; size++) {
        char *memory = wf_unsized_alloc(size);
        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        ck_assert_uint_ge(wf_live_bytes(), size);
        memset(memory, 0xa5, size);
        wf_unsized_free(memory);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
    wf_unsized_free(NULL);
}
END_TEST

/* G.86 */
START_TEST(g86_a_size_that_no_block_has_is_refused)
{
    ck_assert_ptr_null(wf_unsized_alloc(SIZE_MAX));
    ck_assert_ptr_null(wf_unsized_alloc(SIZE_MAX - 15));
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.87 */
START_TEST(g87_realloc_keeps_the_content)
{
    char *memory = wf_unsized_realloc(NULL, 1);
    ck_assert_ptr_nonnull(memory);
    memory[0] = 0;
    for (size_t size = 2; size < 500; size++) {
        memory = wf_unsized_realloc(memory, size);
        ck_assert_ptr_nonnull(memory);
        memory[size - 1] = (char)(size - 1);
    }
    for (size_t size = 499; size >= 1; size--) {
        memory = wf_unsized_realloc(memory, size);
        ck_assert_ptr_nonnull(memory);
        for (size_t i = 0; i < size; i++)
            if (memory[i] != (char)i)
                ck_abort_msg("byte %zu of %zu is lost", i, size);
    }
    ck_assert_ptr_null(wf_unsized_realloc(memory, 0));
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.87 */
START_TEST(g87_without_memory_the_old_block_stays)
{
    char *memory = wf_unsized_alloc(40);
    memset(memory, 7, 40);
    wf_alloc_fail_at(1);
    ck_assert_ptr_null(wf_unsized_realloc(memory, 4000));
    ck_assert_ptr_null(wf_unsized_realloc(memory, SIZE_MAX));
    for (size_t i = 0; i < 40; i++)
        ck_assert_int_eq(memory[i], 7);
    wf_unsized_free(memory);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.86: a library that has such hooks. Each of its allocations may fail, and none is lost. */
START_TEST(g86_jansson_runs_on_it)
{
    json_set_alloc_funcs(wf_unsized_alloc, wf_unsized_free);
    const char *text = "{\"list\": [1, 2.5, \"three\", null], \"of\": {\"deep\": [[[]]]}}";
    bool done = false;
    for (uint32_t n = 1; !done; n++) {
        wf_alloc_fail_at(n);
        json_t *value = json_loads(text, 0, NULL);
        char *dump = value ? json_dumps(value, JSON_COMPACT) : NULL;
        done = wf_alloc_fail_at(0) != 0; /* got by without that failure */
        if (done)
            ck_assert_str_eq(dump, "{\"list\":[1,2.5,\"three\",null],\"of\":{\"deep\":[[[]]]}}");
        ck_assert(n == 1 || !done || n > 10);
        wf_unsized_free(dump);
        json_decref(value);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

TCase *unsized_tests(void)
{
    TCase *tests = tcase_create("unsized");
    tcase_add_test(tests, g86_memory_comes_back_without_its_size);
    tcase_add_test(tests, g86_a_size_that_no_block_has_is_refused);
    tcase_add_test(tests, g87_realloc_keeps_the_content);
    tcase_add_test(tests, g87_without_memory_the_old_block_stays);
    tcase_add_test(tests, g86_jansson_runs_on_it);
    return tests;
}
