#include <stdlib.h>
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

/* Clones and drops its task's waker in its polls as it is told, and runs another task in between. */
struct hoarder {
    struct wf_future future;
    const int *steps; /* 1: clone, -1: drop, 2: run the task in the queue, 0: the poll ends */
    bool ends;        /* with the next 0 it is READY */
    struct wf_waker wakers[4];
    int count;
    uint32_t references; /* at the end of the poll, before what is left is given up */
};

static uint32_t references_of(struct wf_task *task)
{
    return wf_load_relaxed(&task->state) / WF_TASK_REFERENCE;
}

static enum wf_poll hoarder_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct hoarder *self = (struct hoarder *)future;
    for (; *self->steps; self->steps++) {
        if (*self->steps == 1)
            self->wakers[self->count++] = wf_waker_clone(cx->waker);
        else if (*self->steps == -1)
            wf_waker_drop(&self->wakers[--self->count]);
        else
            run_all(wf_context_current);
    }
    self->steps++;
    self->references = references_of(wf_task_current());
    return self->ends ? WF_READY : WF_PENDING;
}

static const struct wf_future_ops hoarder_ops = {
    .name = "hoarder", .poll = hoarder_poll, .size = sizeof(struct hoarder)};

static struct hoarder *spawn_hoarder(const int *steps)
{
    struct wf_task *task = wf_task_new(sizeof(struct hoarder));
    ck_assert_ptr_nonnull(task);
    struct hoarder *hoarder = (struct hoarder *)(void *)wf_task_frame(task);
    *hoarder = (struct hoarder){.future = {.ops = &hoarder_ops}, .steps = steps};
    ck_assert_int_eq(wf_task_spawn(task, &bench.head, NULL), 0);
    return hoarder;
}

/* G.118: in the queue a task has two references, while it waits one. */
START_TEST(g118_a_dropped_waker_makes_room_for_the_next)
{
    static const int steps[] = {1, 1, -1, 1, 0, -1, 1, -1, 0, 1, -1, -1, 0};
    struct wf_context context = {0};
    new_bench(false);
    wf_context_enter(&context);
    struct hoarder *hoarder = spawn_hoarder(steps);
    struct wf_task *task = bench.queue[0];
    run_all(&context);
    ck_assert_uint_eq(hoarder->references, 4); /* two wakers: the third was the second's */
    ck_assert_uint_eq(references_of(task), 3);
    wf_waker_wake_by_ref(&hoarder->wakers[0]);
    run_all(&context);
    ck_assert_uint_eq(hoarder->references, 4); /* one is spare */
    ck_assert_uint_eq(references_of(task), 2);
    hoarder->ends = true;
    wf_waker_wake_by_ref(&hoarder->wakers[0]);
    run_all(&context);
    ck_assert_uint_eq(wf_live_bytes(), 0); /* the spare ones went with the task's own */
    ck_assert_uint_eq(context.spare_references, 0);
    wf_context_leave(&context);
}
END_TEST

/* G.118: a task that is run inside of another's poll neither takes nor gives up what is the other one's. */
START_TEST(g118_spare_references_are_one_tasks)
{
    static const int outer_steps[] = {1, 1, -1, 2, 1, 0}, inner_steps[] = {1, 0};
    struct wf_context context = {0};
    new_bench(false);
    wf_context_enter(&context);
    struct hoarder *inner = spawn_hoarder(inner_steps), *outer = spawn_hoarder(outer_steps);
    struct wf_task *tasks[] = {bench.queue[0], bench.queue[1]};
    run_all(&context); /* the newest first */
    ck_assert_uint_eq(inner->references, 3);
    ck_assert_uint_eq(references_of(tasks[0]), 2);
    ck_assert_uint_eq(outer->references, 4);
    ck_assert_uint_eq(references_of(tasks[1]), 3);
    inner->ends = outer->ends = true;
    wf_waker_wake_by_ref(&inner->wakers[0]);
    wf_waker_wake_by_ref(&outer->wakers[0]);
    static const int drop_one[] = {-1, 0}, drop_two[] = {-1, -1, 0};
    inner->steps = drop_one;
    outer->steps = drop_two;
    run_all(&context);
    ck_assert_uint_eq(wf_live_bytes(), 0);
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

static int by_value(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
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
    qsort(ids, (size_t)count, sizeof *ids, by_value);
    ck_assert_uint_ne(ids[0], 0);
    for (int i = 1; i < count; i++)
        ck_assert_uint_ne(ids[i], ids[i - 1]);
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
    tcase_add_test(tests, g118_a_dropped_waker_makes_room_for_the_next);
    tcase_add_test(tests, g118_spare_references_are_one_tasks);
    tcase_add_test(tests, g31_ids_are_unique_and_the_same_from_everywhere);
    tcase_add_test(tests, g31_each_thread_of_a_scheduler_takes_ids_in_blocks);
    tcase_add_test(tests, g31_a_name_is_the_functions_unless_the_spawner_gave_another);
    return tests;
}
