#include "weft/task.h"

#include <string.h>
#include <unistd.h>

#include "given.h"
#include "weft/alloc.h"

/* A scheduler with room for a few tasks: whatever is queued waits until run_all(). */
struct bench {
    struct wf_scheduler head;
    struct wf_task *queue[8];
    int queued, bound, released;
    bool closed;
    const struct wf_join_handle *awaits; /* looked at in `released` */
    bool complete_at_release;
};

static struct bench bench;

static int bench_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    if (self->closed)
        return WF_ECLOSED;
    self->bound++;
    self->queue[self->queued++] = task;
    return 0;
}

static void bench_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    self->queue[self->queued++] = task;
}

static void bench_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct bench *self = (struct bench *)scheduler;
    self->released++;
    if (!self->awaits)
        return;
    self->complete_at_release = wf_join_handle_is_finished(self->awaits);
    /* nobody hands the task over again: neither a wake nor an abort */
    const struct wf_waker waker = wf_task_waker(task);
    wf_waker_wake_by_ref(&waker);
    struct wf_abort_handle abort = wf_join_handle_abort_handle(self->awaits);
    wf_abort(&abort);
    wf_abort_handle_drop(&abort);
}

static const struct wf_scheduler_ops bench_ops = {
    .name = "bench", .bind = bench_bind, .schedule = bench_schedule, .released = bench_released};

static void new_bench(bool closed)
{
    bench = (struct bench){.head = {.ops = &bench_ops}, .closed = closed};
}

static void run_all(struct wf_context *context)
{
    while (bench.queued > 0)
        wf_task_run(bench.queue[--bench.queued], context);
}

/* What an async function of a task sees of its surroundings. */
struct sight {
    int polls, ends;
    int argument;
    struct wf_task *current;
    uint64_t id;
    const struct wf_future *root;
    bool constrained;
    uint32_t budget;
    struct wf_task *current_at_end;
    bool wakes_itself;
};

/* Looks around, waits once if it shall, and is READY with its argument. */
struct look {
    struct wf_future future;
    struct sight *sight;
    int argument;
    bool waits;
    struct wf_pending pending;
    int out;
};

static void look_around(struct look *self)
{
    struct sight *sight = self->sight;
    sight->polls++;
    sight->argument = self->argument;
    sight->current = wf_task_current();
    sight->id = wf_task_id(wf_task_current());
    sight->root = wf_context_current->root;
    sight->constrained = wf_context_current->constrained;
    sight->budget = wf_context_current->budget;
    const struct wf_waker waker = wf_task_waker(wf_task_current());
    if (sight->wakes_itself)
        wf_waker_wake_by_ref(&waker);
}

ASYNC_FN(look)
{
    ASYNC_BEGIN;
    look_around(self);
    static const struct wf_waker nobody;
    while (self->sight->polls < 200 && wf_budget_spend(&nobody))
        ;
    if (self->waits)
        AWAIT(wf_pending(&self->pending));
    self->out = self->argument;
ASYNC_FINALLY:
    self->sight->ends++;
    self->sight->current_at_end = wf_task_current();
    ASYNC_END;
}

/* G.29 */
START_TEST(g29_the_frame_is_built_in_the_task_and_taken_over_once)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    struct wf_join_handle handle;
    new_bench(false);
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .argument = 5), 0);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight), WF_ENOMEM);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight), 0);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight), WF_ECLOSED);
    ck_assert_ptr_null(handle.task);
    ck_assert_ptr_null(handle.future.ops);
    ck_assert_int_eq(sight.polls, 0);
    ck_assert_int_eq(sight.ends, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), WF_ECLOSED);
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
        ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .argument = 5), 0);
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

/* G.30 */
START_TEST(g30_the_context_names_the_task_while_it_is_polled)
{
    struct sight sight = {0};
    struct leaf other = leaf_ready_at(0);
    struct wf_context context = {.root = &other.future, .runs = "test"};
    new_bench(false);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .waits = true), 0);
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
        ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sights[i]), 0);
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
        ck_assert_int_eq(WF_SPAWN(&bench.head, &handles[i], look, .sight = &sights[i]), 0);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
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

/* G.31 */
START_TEST(g31_a_name_is_the_functions_unless_the_spawner_gave_another)
{
    struct sight sight = {0};
    struct wf_context context = {0};
    new_bench(false);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
    ck_assert_int_eq(WF_SPAWN_NAMED(&bench.head, NULL, "scout", look, .sight = &sight), 0);
    ck_assert_str_eq(wf_task_name(bench.queue[0]), "look");
    ck_assert_str_eq(wf_task_name(bench.queue[1]), "scout");
    ck_assert_ptr_nonnull(strstr(bench.queue[0]->site->at, "test_task.c:"));
    wf_context_enter(&context);
    run_all(&context);
    wf_context_leave(&context);
}
END_TEST

/* As where wf_scheduler_current() is passed on by a thread that is inside no runtime. */
static void spawn_on_nobody(void)
{
    struct sight sight = {0};
    struct wf_scheduler *nobody = NULL;
    (void)!WF_SPAWN(nobody, NULL, look, .sight = &sight);
}

/* G.29 */
START_TEST(g29_a_spawn_without_a_scheduler_panics)
{
    expect_panic(spawn_on_nobody,
                 "weft: panic: clause G.29 broken: task look is spawned without a scheduler: this thread "
                 "is not inside a runtime\n");
}
END_TEST

/* Keeps what it is told. */
static struct recorder {
    struct wf_event_hook hook;
    struct wf_event events[16];
    int count;
} recorder;

static void record(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    if (event->kind < WF_EVENT_SPAWN)
        return;
    ck_assert_int_lt(recorder.count, 16);
    recorder.events[recorder.count++] = *event;
}

static void expect_events(uint32_t task, const enum wf_event_kind *kinds, const int *values, int count)
{
    ck_assert_int_eq(recorder.count, count);
    for (int i = 0; i < count; i++) {
        ck_assert_str_eq(wf_event_kind_name(recorder.events[i].kind), wf_event_kind_name(kinds[i]));
        ck_assert_int_eq(recorder.events[i].value, values[i]);
        ck_assert_uint_eq(recorder.events[i].task, task);
        ck_assert_int_eq(recorder.events[i].thread, gettid());
        ck_assert_str_eq(recorder.events[i].name, "look");
    }
}

/* G.66: the second task of its scheduler, woken twice while it waits, then aborted. */
START_TEST(g66_what_becomes_of_a_task_is_reported)
{
    struct sight sight = {0};
    struct wf_context context = {.event_hook = &recorder.hook};
    struct wf_join_handle handle;
    recorder = (struct recorder){.hook = {record}};
    new_bench(false);
    wf_store_relaxed(&bench.head.last_id, 1);
    wf_context_enter(&context);
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .waits = true), 0);
    struct wf_task *task = handle.task;
    run_all(&context);
    const struct wf_waker waker = wf_task_waker(task);
    wf_waker_wake_by_ref(&waker);
    wf_waker_wake_by_ref(&waker);
    run_all(&context);
    wf_join_handle_abort(&handle);
    run_all(&context);
    expect_events(2,
                  (const enum wf_event_kind[]){WF_EVENT_SPAWN, WF_EVENT_WAKE, WF_EVENT_SCHEDULE,
                                               WF_EVENT_WAKE, WF_EVENT_SCHEDULE, WF_EVENT_END},
                  (const int[]){0, 0, 0, 0, 0, 0}, 6);
    wf_future_drop(&handle.future);
    wf_context_leave(&context);
}
END_TEST

/* G.66: the second task of its scheduler; an event of what it polls is about it. */
START_TEST(g66_the_events_of_a_future_name_the_task_that_polls_it)
{
    static struct wf_event newest[16];
    struct wf_event_ring ring;
    struct sight sight = {0};
    wf_event_ring_init(&ring, newest, 16);
    struct wf_context context = {.event_hook = &ring.hook};
    new_bench(false);
    wf_store_relaxed(&bench.head.last_id, 1);
    wf_context_enter(&context);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
    run_all(&context);
    wf_event_report(WF_EVENT_PARK, 0, "park", NULL);
    wf_context_leave(&context);
    static const enum wf_event_kind kinds[] = {WF_EVENT_SPAWN, WF_EVENT_POLL, WF_EVENT_POLLED, WF_EVENT_END,
                                               WF_EVENT_PARK};
    ck_assert_uint_eq(ring.total, 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(newest[i].kind, kinds[i]);
        ck_assert_uint_eq(newest[i].task, kinds[i] == WF_EVENT_PARK ? 0 : 2);
    }
    wf_event_ring_destroy(&ring);
}
END_TEST

/* G.66: woken while it is polled, it goes back to the queue behind that poll; the abort hands it over from outside. */
START_TEST(g66_a_task_that_is_woken_in_its_poll_is_scheduled_after_it)
{
    struct sight sight = {.wakes_itself = true};
    struct wf_context context = {.event_hook = &recorder.hook};
    struct wf_join_handle handle;
    recorder = (struct recorder){.hook = {record}};
    new_bench(false);
    wf_context_enter(&context);
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .waits = true), 0);
    run_all(&context);
    wf_join_handle_abort(&handle);
    run_all(&context);
    expect_events(1,
                  (const enum wf_event_kind[]){WF_EVENT_SPAWN, WF_EVENT_WAKE, WF_EVENT_SCHEDULE,
                                               WF_EVENT_SCHEDULE, WF_EVENT_END},
                  (const int[]){0, 0, 1, 0, 0}, 5);
    wf_future_drop(&handle.future);
    wf_context_leave(&context);
}
END_TEST

/* G.66 */
START_TEST(g66_a_task_that_goes_on_and_ends_by_itself)
{
    struct sight sight = {0};
    struct wf_context context = {.event_hook = &recorder.hook};
    recorder = (struct recorder){.hook = {record}};
    new_bench(false);
    wf_context_enter(&context);
    ck_assert_int_eq(WF_SPAWN(&bench.head, NULL, look, .sight = &sight), 0);
    run_all(&context);
    expect_events(1, (const enum wf_event_kind[]){WF_EVENT_SPAWN, WF_EVENT_END}, (const int[]){0, 1}, 2);
    wf_context_leave(&context);
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
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle, look, .sight = &sight, .argument = 42), 0);
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

static void spawn_look(void)
{
    new_bench(false);
    ck_assert_int_eq(WF_SPAWN(&bench.head, &handle_of_look, look, .sight = &sight_of_look), 0);
}

static void join_into_a_char(void)
{
    char small;
    WF_JOIN_INTO(&handle_of_look, &small);
}

/* G.64: else three bytes beside it would be overwritten. */
START_TEST(g64_a_variable_of_another_size_panics)
{
    spawn_look();
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
    tcase_add_test_raise_signal(tests, g29_a_spawn_without_a_scheduler_panics, SIGABRT);
    tcase_add_test(tests, g50_a_task_is_complete_after_its_release);
    tcase_add_test(tests, g30_the_context_names_the_task_while_it_is_polled);
    tcase_add_test(tests, g30_the_context_names_the_task_while_it_is_dropped);
    tcase_add_test(tests, g30_each_poll_begins_with_a_full_budget);
    tcase_add_test(tests, g31_ids_are_unique_and_the_same_from_everywhere);
    tcase_add_test(tests, g31_each_thread_of_a_scheduler_takes_ids_in_blocks);
    tcase_add_test(tests, g31_a_name_is_the_functions_unless_the_spawner_gave_another);
    tcase_add_test(tests, g66_what_becomes_of_a_task_is_reported);
    tcase_add_test(tests, g66_the_events_of_a_future_name_the_task_that_polls_it);
    tcase_add_test(tests, g66_a_task_that_is_woken_in_its_poll_is_scheduled_after_it);
    tcase_add_test(tests, g66_a_task_that_goes_on_and_ends_by_itself);
    tcase_add_test(tests, g64_the_output_goes_to_the_variable_that_was_named);
    add_panic_test(tests, g64_a_variable_of_another_size_panics);
    add_panic_test(tests, g64_a_handle_without_a_task_panics);
    return tests;
}
