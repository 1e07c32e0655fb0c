#include <unistd.h>

#include "task_bench.h"

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
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .waits = true), 0);
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
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), 0);
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
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, &handle, .sight = &sight, .waits = true), 0);
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
    ck_assert_int_eq(SPAWN_LOOK(&bench.head, NULL, .sight = &sight), 0);
    run_all(&context);
    expect_events(1, (const enum wf_event_kind[]){WF_EVENT_SPAWN, WF_EVENT_END}, (const int[]){0, 1}, 2);
    wf_context_leave(&context);
}
END_TEST

TCase *task_events_tests(void)
{
    TCase *tests = tcase_create("task events");
    tcase_add_test(tests, g66_what_becomes_of_a_task_is_reported);
    tcase_add_test(tests, g66_the_events_of_a_future_name_the_task_that_polls_it);
    tcase_add_test(tests, g66_a_task_that_is_woken_in_its_poll_is_scheduled_after_it);
    tcase_add_test(tests, g66_a_task_that_goes_on_and_ends_by_itself);
    return tests;
}
