#include <string.h>

#include "task_bench.h"
#include "weft/alloc.h"

/* G.30 */
START_TEST(g30_the_context_names_the_task_while_it_is_polled)
{
    struct sight sight = {0};
    struct leaf other = leaf_ready_at(0);
    struct wf_context context = {.root = &other.future, .runs = "test"};
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), 0);
    struct wf_task *task = bench.queue[0];
    wf_context_enter(&context);
    ck_assert_ptr_null(wf_task_current());
    run_all(&context);
    ck_assert_ptr_eq(sight.current, task);
    ck_assert_ptr_eq(sight.root, (const void *)task->frame);
    ck_assert_ptr_eq(sight.current_at_end, task);
    ck_assert_ptr_null(wf_task_current());
    ck_assert_ptr_eq(context.root, &other.future);
    ck_assert_str_eq(context.runs, "test");
    wf_context_leave(&context);
    ck_assert_ptr_null(wf_task_current());
}
END_TEST

/* G.30: also one that is run inside of another's poll gives the context back. */
START_TEST(g30_the_context_names_the_task_while_it_is_dropped)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    struct wf_join_handle handle;
    new_bench(false);
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .waits = true), 0);
    struct wf_task *task = handle.task, *outer = task;
    wf_context_enter(&context);
    run_all(&context);
    ck_assert_int_eq(sight.ends, 0);
    context.task = outer;
    wf_join_handle_abort(&handle);
    run_all(&context);
    ck_assert_int_eq(sight.ends, 1);
    ck_assert_ptr_eq(sight.current_at_end, task);
    ck_assert_ptr_eq(context.task, outer);
    ck_assert_ptr_null(context.root);
    wf_context_leave(&context);
    wf_future_drop(&handle.future);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.30: the first one uses its budget up. */
START_TEST(g30_each_poll_begins_with_a_full_budget)
{
    struct sight sights[2] = {{0}};
    struct wf_context context = {0};
    new_bench(false);
    wf_context_enter(&context);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sights[i]), 0);
        run_all(&context);
        ck_assert(sights[i].constrained);
        ck_assert_uint_eq(sights[i].budget, WF_BUDGET);
        ck_assert_uint_eq(context.budget, 0);
    }
    wf_context_leave(&context);
}
END_TEST

/* G.31 */
START_TEST(g31_ids_are_unique_and_the_same_from_everywhere)
{
    struct sight sights[3] = {{0}};
    struct wf_join_handle handles[3];
    struct wf_context context = {0};
    new_bench(false);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handles[i], .sight = &sights[i]), 0);
    uint64_t ids[3];
    for (int i = 0; i < 3; i++) {
        struct wf_abort_handle abort = wf_join_handle_abort_handle(&handles[i]);
        ids[i] = wf_task_id(handles[i].task);
        ck_assert_uint_eq(ids[i], wf_task_id(abort.task));
        ck_assert_uint_ge(ids[i], 1);
        for (int k = 0; k < i; k++)
            ck_assert_uint_ne(ids[i], ids[k]);
        wf_abort_handle_drop(&abort);
    }
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context);
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(sights[i].id, ids[i]);
        ck_assert_uint_eq(wf_task_id(handles[i].task), ids[i]);
        wf_future_drop(&handles[i].future);
    }
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static uint32_t spawned_id(void)
{
    static struct sight sight;
    bench.queued = 0;
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), 0);
    return wf_task_id(bench.queue[0]);
}

/* The future is dropped unpolled, and the task freed. */
static void forget(void)
{
    struct wf_task *task = bench.queue[0];
    wf_future_drop(wf_task_frame(task));
    wf_task_free(task);
}

/* G.31: two of the scheduler's threads, and one from outside in between; around the wrap nobody gets 0. */
START_TEST(g31_each_thread_of_a_scheduler_takes_ids_in_blocks)
{
    enum { IDS = 3 * WF_IDS_PER_BLOCK };
    static uint32_t ids[3 * IDS];
    int count = 0;
    new_bench(false);
    wf_store_relaxed(&bench.head.last_id, UINT32_MAX - WF_IDS_PER_BLOCK - 10);
    struct wf_context here[2] = {{.scheduler = &bench.head}, {.scheduler = &bench.head}};
    for (int i = 0; i < IDS; i++) {
        for (int k = 0; k < 2; k++) {
            wf_context_enter(&here[k]);
            ids[count++] = spawned_id();
            forget();
            wf_context_leave(&here[k]);
        }
        ids[count++] = spawned_id();
        forget();
    }
    for (int i = 0; i < count; i++) {
        ck_assert_uint_ne(ids[i], 0);
        for (int k = 0; k < i; k++)
            ck_assert_uint_ne(ids[i], ids[k]);
    }
    /* of the next ones no thread but this one knows */
    wf_context_enter(&here[0]);
    uint32_t before = wf_load_relaxed(&bench.head.last_id);
    for (int i = 0; i < WF_IDS_PER_BLOCK; i++) {
        spawned_id();
        forget();
    }
    wf_context_leave(&here[0]);
    ck_assert_uint_le(wf_load_relaxed(&bench.head.last_id) - before, WF_IDS_PER_BLOCK);
}
END_TEST

/* Does nothing: it is there to be spawned. */
struct scouting {
    struct wf_future future;
    int out;
};

ASYNC_FN(scouting)
{
    ASYNC_BEGIN;
    self->out = 0;
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.31 */
START_TEST(g31_a_name_is_the_functions_unless_the_spawner_gave_another)
{
    struct wf_context context = {0};
    new_bench(false);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, scouting, .out = 0), 0);
    ck_assert_int_eq(WF_SPAWN_NAMED(&bench.head, NULL, "scout", scouting, .out = 0), 0);
    ck_assert_str_eq(wf_task_name(bench.queue[0]), "scouting");
    ck_assert_str_eq(wf_task_name(bench.queue[1]), "scout");
    ck_assert_ptr_nonnull(strstr(bench.queue[0]->site->at, "test_task_seen.c:"));
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context);
}
END_TEST

TCase *task_seen_tests(void)
{
    TCase *tests = tcase_create("task seen");
    tcase_add_test(tests, g30_the_context_names_the_task_while_it_is_polled);
    tcase_add_test(tests, g30_the_context_names_the_task_while_it_is_dropped);
    tcase_add_test(tests, g30_each_poll_begins_with_a_full_budget);
    tcase_add_test(tests, g31_ids_are_unique_and_the_same_from_everywhere);
    tcase_add_test(tests, g31_each_thread_of_a_scheduler_takes_ids_in_blocks);
    tcase_add_test(tests, g31_a_name_is_the_functions_unless_the_spawner_gave_another);
    return tests;
}
