#include "weft/event.h"

#include <unistd.h>

#include "given.h"

enum { EVENTS = 64 };

/* A hook that keeps what it is told. */
static struct recorder {
    struct wf_event_hook hook;
    struct wf_event events[EVENTS];
    int count;
} recorder;

static struct wf_context context;

static void record(struct wf_event_hook *hook, const struct wf_event *event)
{
    struct recorder *self = (struct recorder *)hook;
    ck_assert_int_lt(self->count, EVENTS);
    self->events[self->count++] = *event;
}

static void setup(void)
{
    recorder = (struct recorder){.hook = {record}};
    context = (struct wf_context){.event_hook = &recorder.hook};
    wf_context_enter(&context);
}

static void teardown(void)
{
    wf_context_leave(&context);
}

/* Without what is the same for all: the task and the thread. */
struct expected {
    enum wf_event_kind kind;
    int value;
    const char *name;
    const void *subject;
};

static void expect_events(const struct expected *expected, int count)
{
    ck_assert_int_eq(recorder.count, count);
    for (int i = 0; i < count; i++) {
        ck_assert_str_eq(wf_event_kind_name(recorder.events[i].kind), wf_event_kind_name(expected[i].kind));
        ck_assert_int_eq(recorder.events[i].value, expected[i].value);
        ck_assert_str_eq(recorder.events[i].name, expected[i].name);
        ck_assert_ptr_eq(recorder.events[i].subject, expected[i].subject);
        ck_assert_uint_eq(recorder.events[i].task, 0);
        ck_assert_int_eq(recorder.events[i].thread, gettid());
    }
    recorder.count = 0;
}

/* A future that polls the one inside, reports a wake, and drops it. */
struct outer {
    struct wf_future future;
    struct leaf inner;
};

static enum wf_poll outer_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct outer *self = (struct outer *)future;
    enum wf_poll poll = wf_future_poll(&self->inner.future, cx);
    wf_event_report(WF_EVENT_UNPARK, 3, "between", self);
    return poll;
}

static void outer_drop(struct wf_future *future)
{
    wf_future_drop(&((struct outer *)future)->inner.future);
}

static const struct wf_future_ops outer_ops = {.name = "outer", .poll = outer_poll, .drop = outer_drop};

/* G.16 */
START_TEST(g16_polls_are_reported_in_order)
{
    struct outer outer = {{.ops = &outer_ops}, leaf_ready_at(2)};
    for (int result = WF_PENDING; result <= WF_READY; result++) {
        ck_assert_int_eq(wf_future_poll(&outer.future, &idle_cx), result);
        expect_events((struct expected[]){{WF_EVENT_POLL, 0, "outer", &outer},
                                          {WF_EVENT_POLL, 0, "leaf", &outer.inner},
                                          {WF_EVENT_POLLED, result, "leaf", &outer.inner},
                                          {WF_EVENT_UNPARK, 3, "between", &outer},
                                          {WF_EVENT_POLLED, result, "outer", &outer}},
                      5);
    }
}
END_TEST

/* G.16 */
START_TEST(g16_drops_are_reported_in_order)
{
    struct outer outer = {{.ops = &outer_ops}, leaf_ready_at(0)};
    wf_future_drop(&outer.future);
    expect_events(
        (struct expected[]){{WF_EVENT_DROP, 0, "outer", &outer}, {WF_EVENT_DROP, 0, "leaf", &outer.inner}}, 2);
}
END_TEST

/* G.16: such a drop does nothing. */
START_TEST(g16_the_drop_of_what_is_ready_is_no_event)
{
    struct leaf leaf = leaf_ready_at(1);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    recorder.count = 0;
    wf_future_drop(&leaf.future);
    expect_events(NULL, 0);
}
END_TEST

/* G.16 */
START_TEST(g16_the_hook_of_the_innermost_context_is_told)
{
    struct recorder other = {.hook = {record}};
    struct wf_context inner = {.event_hook = &other.hook};
    struct leaf leaf = leaf_ready_at(1);
    wf_context_enter(&inner);
    ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_READY);
    wf_context_leave(&inner);
    ck_assert_int_eq(other.count, 2);
    expect_events(NULL, 0);
}
END_TEST

/* G.16: without a hook, and without a context, everything works and nobody is told. */
START_TEST(g16_without_a_hook_nothing_is_reported)
{
    wf_context_leave(&context);
    struct wf_context silent = {0};
    for (int with_context = 0; with_context < 2; with_context++) {
        if (with_context)
            wf_context_enter(&silent);
        struct leaf ready = leaf_ready_at(1), pending = leaf_ready_at(0);
        ck_assert_int_eq(wf_future_poll(&ready.future, &idle_cx), WF_READY);
        ck_assert_int_eq(wf_future_poll(&pending.future, &idle_cx), WF_PENDING);
        wf_future_drop(&pending.future);
        wf_event_report(WF_EVENT_UNPARK, 0, "nobody", NULL);
    }
    wf_context_leave(&silent);
    wf_context_enter(&context);
    expect_events(NULL, 0);
}
END_TEST

/* G.16: the kinds by name. */
START_TEST(g16_each_kind_has_a_name)
{
    static const char *const names[] = {"poll",  "polled", "drop",     "park", "unpark", "unparked",
                                        "spawn", "wake",   "schedule", "end",  "unknown"};
    for (int kind = 0; kind <= WF_EVENT_END + 1; kind++)
        ck_assert_str_eq(wf_event_kind_name((enum wf_event_kind)kind), names[kind]);
}
END_TEST

TCase *event_tests(void)
{
    TCase *tests = tcase_create("event");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, g16_polls_are_reported_in_order);
    tcase_add_test(tests, g16_drops_are_reported_in_order);
    tcase_add_test(tests, g16_the_drop_of_what_is_ready_is_no_event);
    tcase_add_test(tests, g16_the_hook_of_the_innermost_context_is_told);
    tcase_add_test(tests, g16_without_a_hook_nothing_is_reported);
    tcase_add_test(tests, g16_each_kind_has_a_name);
    return tests;
}
