#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "weft/future.h"

/* What the judge keeps during a test. */
struct rig {
    int waker; /* of the last poll */
};

static struct rig *rig_of(struct judge *judge)
{
    return judge_state(judge);
}

const char *future_name(int64_t number)
{
    static char names[8][24];
    static int next;
    char *name = names[next++ % 8];
    if (number < 0)
        snprintf(name, sizeof names[0], "%s", number == -1 ? "NULL" : "something else");
    else if (number < PROBES_MAX)
        snprintf(name, sizeof names[0], "%c", (char)('A' + number));
    else if (number < LAYER + LAYERS_MAX)
        snprintf(name, sizeof names[0], "f%d", (int)(number - LAYER + 1));
    else if (number < CALL)
        snprintf(name, sizeof names[0], "%s",
                 number == AND_THEN     ? "and_then"
                 : number == AND_THEN_2 ? "and_then 2"
                                        : "recursion");
    else
        snprintf(name, sizeof names[0], "call %d", (int)(number - CALL + 1));
    return name;
}

static void describe(const struct want *event, char *text, size_t size)
{
    long long b = event->b;
    switch (event->kind) {
    case EVENT_POLLED:
        snprintf(text, size, "%s is polled with waker %lld: %s", future_name(event->a), b >> 1,
                 b & 1 ? "READY" : "PENDING");
        break;
    case EVENT_DROPPED:
        snprintf(text, size, "%s is dropped", future_name(event->a));
        break;
    case EVENT_BYPASSED:
        snprintf(text, size, "%s's operation is called directly", future_name(event->a));
        break;
    case EVENT_OUT_DESTROYED:
        snprintf(text, size, "drop_out destroys the output that ends in %lld", b);
        break;
    case EVENT_ALLOCATED:
        snprintf(text, size, "memory is allocated");
        break;
    case EVENT_FREED:
        snprintf(text, size, "memory is freed");
        break;
    case EVENT_NEXT:
        snprintf(text, size, "next is called with %s%s and %lld", event->a < 0 ? "" : "the argument of ",
                 event->a < 0 ? "another argument" : future_name(event->a), b);
        break;
    case EVENT_BODY:
        snprintf(text, size, "%s runs part %lld of its body", future_name(event->a), b);
        break;
    case EVENT_FINALLY:
        snprintf(text, size, "%s runs its ASYNC_FINALLY", future_name(event->a));
        break;
    case EVENT_STILL_AWAITS:
        snprintf(text, size, "and %s's awaiting is not NULL there", future_name(event->a));
        break;
    case EVENT_TEXT:
        *text = '\0'; /* stands behind the step */
        break;
    case EVENT_BUILT:
        snprintf(text, size, "the call's future is built, with the argument %lld", b);
        break;
    case EVENT_CAPTURED_DROPPED:
        snprintf(text, size, "what was captured is released%s", b ? ", and the closure is not empty yet" : "");
        break;
    case EVENT_TAKEN_RELEASED:
        snprintf(text, size, "the call releases what it took over");
        break;
    case EVENT_DEPTH_DROPPED:
        snprintf(text, size, "the frame at depth %lld is dropped", (long long)event->a);
        break;
    default:
        snprintf(text, size, "event %u", event->kind);
    }
}

void describe_async_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    describe(&(struct want){event->kind, event->a, event->b}, text, (size_t)size);
}

/* Adds "; " and the event's words; what does not fit is left out. */
static void add_words(char *text, size_t size, const struct want *event)
{
    char words[120];
    describe(event, words, sizeof words);
    size_t used = strlen(text);
    if (used + strlen(words) + 8 < size)
        snprintf(text + used, size - used, "%s%s", used ? "; " : "", words);
    else if (used + 8 < size && strcmp(text + used - 3, "...") != 0)
        snprintf(text + used, size - used, "; ...");
}

void expect_wants(struct judge *judge, unsigned kinds, const struct want *wants, int count)
{
    char expected[700] = "", seen[700] = "";
    int event_count, at = 0;
    bool same = true;
    const struct channel_record *events = judge_events(judge, &event_count);
    for (int i = 0; i < event_count; i++) {
        if (!(kinds & KIND(events[i].kind & 31)))
            continue;
        const struct want event = {events[i].kind, events[i].a, events[i].b};
        add_words(seen, sizeof seen, &event);
        same &= at < count && event.kind == wants[at].kind && event.a == wants[at].a && event.b == wants[at].b;
        at++;
    }
    for (int i = 0; i < count; i++)
        add_words(expected, sizeof expected, &wants[i]);
    EXPECT(judge, same && at == count, *expected ? expected : "nothing of this kind happens", "%s",
           *seen ? seen : "nothing of this kind happens");
}

void expect_no_events(struct judge *judge, unsigned kinds)
{
    expect_wants(judge, kinds, NULL, 0);
}

int count_events(struct judge *judge, enum async_event kind)
{
    int count, found = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        found += events[i].kind == kind;
    return found;
}

/* --- steps --- */

static void tell_future(int64_t number, char *text, size_t size)
{
    snprintf(text, size, "%s", future_name(number));
}

static void tell_output(int64_t value, char *text, size_t size)
{
    snprintf(text, size, "%s", judge_code(value));
}

static void tell_line(int64_t line, char *text, size_t size)
{
    if (line == WF_LINE_NEW || line == WF_LINE_DONE || line == WF_LINE_DROPPED)
        snprintf(text, size, "%s",
                 line == WF_LINE_NEW    ? "WF_LINE_NEW"
                 : line == WF_LINE_DONE ? "WF_LINE_DONE"
                                        : "WF_LINE_DROPPED");
    else
        snprintf(text, size, "line %lld", (long long)line);
}

static void tell_awaited(int64_t node, char *text, size_t size)
{
    if (node < 0)
        snprintf(text, size, "%s", node == -1 ? "nothing" : "what was freed");
    else
        snprintf(text, size, "node %lld", (long long)node);
}

static void tell_node_name(int64_t name, char *text, size_t size)
{
    if (name < SHORT_NAMES_COUNT)
        snprintf(text, size, "%s", node_name(name));
    else
        snprintf(text, size, "%.20s... (%lld letters)", node_name(name), (long long)name);
}

static void tell_slot(int64_t bytes, char *text, size_t size)
{
    if (bytes < 0)
        snprintf(text, size, "NULL, 0");
    else
        snprintf(text, size, "slot, %lld", (long long)bytes);
}

static void tell_closure(int64_t closure, char *text, size_t size)
{
    snprintf(text, size, "%s", closure ? "closure 2" : "closure");
}

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

void at(struct judge *judge, enum point point)
{
    WITHIN(judge, at, .point = point);
}

int output_value(struct judge *judge)
{
    return (int)DRAW(judge, arm, value);
}

int some_number(struct judge *judge)
{
    return judge_random(judge, 2000001) - 1000000;
}

/* Every future is polled and dropped through wf_future_poll() and wf_future_drop(). */
static void expect_no_bypass(struct judge *judge)
{
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, events[i].kind != EVENT_BYPASSED,
               "futures are polled by wf_future_poll() and dropped by wf_future_drop()",
               "an operation of %s was called directly", future_name(events[i].a));
}

void start_async(struct judge *judge, const char *scenario)
{
    judge_start(judge, scenario);
    *rig_of(judge) = (struct rig){0};
}

struct judge_reply poll_it(struct judge *judge, int future)
{
    int waker = rig_of(judge)->waker = (int)DRAW(judge, poll, waker);
    struct judge_reply reply = DO(judge, poll, .future = future, .waker = waker);
    if (reply.a == WF_READY)
        judge_returned(judge, "READY, out %s", judge_code(reply.b));
    else if (reply.a == WF_PENDING)
        judge_returned(judge, "PENDING");
    else
        judge_fail(judge, "WF_PENDING or WF_READY", "the poll returned %lld, which is neither",
                   (long long)reply.a);
    expect_no_bypass(judge);
    return reply;
}

struct judge_reply poll_expect(struct judge *judge, int future, int64_t poll)
{
    struct judge_reply reply = poll_it(judge, future);
    char expected[60];
    snprintf(expected, sizeof expected, "%s is %s", future_name(future), poll ? "READY" : "PENDING");
    EXPECT(judge, reply.a == poll, expected, "it is %s", reply.a ? "READY" : "PENDING");
    return reply;
}

void drop_it(struct judge *judge, int future)
{
    DO(judge, drop, .future = future);
    expect_no_bypass(judge);
}

struct want polled(struct judge *judge, int probe, int64_t poll)
{
    return (struct want){EVENT_POLLED, probe, poll + INT64_C(2) * rig_of(judge)->waker};
}

struct want dropped(int probe)
{
    return (struct want){EVENT_DROPPED, probe, 0};
}

int64_t bytes_alive(struct judge *judge)
{
    int64_t bytes = DO(judge, live_bytes).a;
    judge_returned(judge, "%lld", (long long)bytes);
    if (bytes == 0)
        judge_forget_trace(judge);
    return bytes;
}

void finish_async(struct judge *judge)
{
    int64_t clones = DO(judge, clones).a;
    judge_returned(judge, "%lld", (long long)clones);
    EXPECT(judge, clones == 0, "every future is over, so no waker is kept",
           "%lld clones of wakers are alive: a pending future was forgotten", (long long)clones);
    judge_finish(judge);
}

void expect_awaited(struct judge *judge, int future, int steps, int other)
{
    char expected[80];
    int64_t seen = DO(judge, awaited, .future = future, .along = steps).a;
    snprintf(expected, sizeof expected, "it is %s", future_name(other));
    EXPECT(judge, seen == other, expected, seen == -1 ? "it is NULL" : "it is another future");
}
