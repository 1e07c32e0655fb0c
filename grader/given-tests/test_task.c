#include "weft/task.h"

#include <string.h>

#include "task_bench.h"
#include "weft/alloc.h"

/* G.29 */
START_TEST(g29_the_frame_is_built_in_the_task_and_taken_over_once)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    struct wf_join_handle handle;
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .argument = 5), 0);
    ck_assert_int_eq(bench.bound, 1);
    ck_assert_int_eq(bench.queued, 1);
    ck_assert_ptr_eq(bench.queue[0], handle.task);
    ck_assert_int_eq(sight.polls, 0);
    ck_assert_uint_ge(wf_live_bytes(), sizeof(struct wf_task) + sizeof(struct look));
    int value = 0;
    handle.value = &value;
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context); /* it has no budget left to await with */
    ck_assert_int_eq(wf_future_poll(&handle.future, &idle_cx), WF_READY);
    ck_assert_int_eq(handle.out, 0);
    ck_assert_int_eq(value, 5);
    ck_assert_int_eq(sight.argument, 5);
    ck_assert_int_eq(sight.polls, 1);
    ck_assert_int_eq(sight.ends, 1);
    ck_assert_int_eq(bench.released, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.29 */
START_TEST(g29_one_without_a_handle_is_detached)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), 0);
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context);
    ck_assert_int_eq(sight.ends, 1);
    ck_assert_int_eq(bench.released, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.29 */
START_TEST(g29_without_memory_nothing_happened)
{
    struct sight sight = {0};
    struct wf_join_handle handle;
    memset(&handle, 0x5a, sizeof handle);
    new_bench(false);
    wf_alloc_fail_at(1);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight), WF_ENOMEM);
    wf_alloc_fail_at(0);
    ck_assert_ptr_null(handle.future.ops); /* empty: nothing to await, nothing to drop */
    ck_assert_ptr_null(handle.task);
    ck_assert_int_eq(bench.bound, 0);
    ck_assert_int_eq(sight.polls + sight.ends, 0);
    ck_assert_uint_eq(wf_load_relaxed(&bench.head.last_id), 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.29 */
START_TEST(g29_a_spawn_allocates_once)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    struct wf_join_handle handle;
    new_bench(false);
    wf_alloc_fail_at(2);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight), 0);
    wf_alloc_fail_at(0);
    wf_future_drop(&handle.future);
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.29 */
START_TEST(g29_a_closed_scheduler_takes_nothing_and_the_frame_is_dropped_once)
{
    struct sight sight = {0};
    struct wf_join_handle handle;
    memset(&handle, 0x5a, sizeof handle);
    new_bench(true);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight), WF_ECLOSED);
    ck_assert_ptr_null(handle.task);
    ck_assert_ptr_null(handle.future.ops);
    ck_assert_int_eq(sight.polls, 0);
    ck_assert_int_eq(sight.ends, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), WF_ECLOSED);
    ck_assert_int_eq(sight.ends, 2);
    ck_assert_int_eq(bench.bound + bench.queued + bench.released, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.50: READY, or aborted. */
START_TEST(g50_a_task_is_complete_after_its_release)
{
    for (int aborted = 0; aborted < 2; aborted++) {
        struct sight sight = {0};
        struct wf_context context = {0};
        struct wf_join_handle handle;
        new_bench(false);
        ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .argument = 5), 0);
        bench.awaits = &handle;
        if (aborted)
            wf_join_handle_abort(&handle);
        wf_context_enter(&context);
        run_all(&context);
        wf_context_leave(&context); /* it has no budget left to await with */
        ck_assert_int_eq(bench.released, 1);
        ck_assert(!bench.complete_at_release);
        ck_assert(wf_join_handle_is_finished(&handle));
        ck_assert_int_eq(wf_future_poll(&handle.future, &idle_cx), WF_READY);
        ck_assert_int_eq(handle.out, aborted ? WF_ECANCELED : 0);
        ck_assert_int_eq(bench.released, 1);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

/* As where wf_scheduler_current() is passed on by a thread that is inside no runtime. */
static void spawn_on_nobody(void)
{
    struct sight sight = {0};
    struct wf_scheduler *nobody = NULL;
    (void)!SPAWN_LOOK(nobody, NULL, .sight = &sight);
}

/* G.29 */
START_TEST(g29_a_spawn_without_a_scheduler_panics)
{
    expect_panic(spawn_on_nobody,
                 "weft: panic: clause G.29 broken: task look is spawned without a scheduler: this thread "
                 "is not inside a runtime\n");
}
END_TEST

/* G.64 */
START_TEST(g64_the_output_goes_to_the_variable_that_was_named)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    struct wf_join_handle handle;
    int answer = 0;
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .argument = 42), 0);
    WF_JOIN_INTO(&handle, &answer);
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context); /* with it goes the budget, which `look` has spent */
    ck_assert_int_eq(wf_future_poll(&handle.future, &idle_cx), WF_READY);
    ck_assert_int_eq(answer, 42);
}
END_TEST

static struct wf_join_handle handle_of_look;
static struct sight sight_of_look;

static void spawn_one(void)
{
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle_of_look, .sight = &sight_of_look), 0);
}

static void join_into_a_char(void)
{
    char small;
    WF_JOIN_INTO(&handle_of_look, &small);
}

/* G.64: else three bytes beside it would be overwritten. */
START_TEST(g64_a_variable_of_another_size_panics)
{
    spawn_one();
    expect_panic(join_into_a_char,
                 "weft: panic: clause G.64 broken: the output of look has 4 bytes, and goes to a "
                 "variable of 1\n");
}
END_TEST

static void join_into_from_nowhere(void)
{
    int answer;
    handle_of_look = (struct wf_join_handle){.task = NULL};
    WF_JOIN_INTO(&handle_of_look, &answer);
}

/* G.64 */
START_TEST(g64_a_handle_without_a_task_panics)
{
    expect_panic(join_into_from_nowhere,
                 "weft: panic: clause G.64 broken: a join handle that is empty or over is "
                 "told where the output goes\n");
}
END_TEST

TCase *task_tests(void)
{
    TCase *tests = tcase_create("task");
    tcase_add_test(tests, g29_the_frame_is_built_in_the_task_and_taken_over_once);
    tcase_add_test(tests, g29_one_without_a_handle_is_detached);
    tcase_add_test(tests, g29_without_memory_nothing_happened);
    tcase_add_test(tests, g29_a_spawn_allocates_once);
    tcase_add_test(tests, g29_a_closed_scheduler_takes_nothing_and_the_frame_is_dropped_once);
    tcase_add_test(tests, g50_a_task_is_complete_after_its_release);
    tcase_add_test_raise_signal(tests, g29_a_spawn_without_a_scheduler_panics, SIGABRT);
    tcase_add_test(tests, g64_the_output_goes_to_the_variable_that_was_named);
    add_panic_test(tests, g64_a_variable_of_another_size_panics);
    add_panic_test(tests, g64_a_handle_without_a_task_panics);
    return tests;
}
