#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "../../src/judge_says.h"
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

static const char *whose_argument(int64_t number)
{
    static char text[60];
    snprintf(text, sizeof text, number < 0 ? "another argument" : "the argument of %s", future_name(number));
    return text;
}

static const char *not_empty_yet(int64_t is_not)
{
    return is_not ? ", and the closure is not empty yet" : "";
}

static const struct judge_says says[] = {
    MOCK_SAYS(future_name),
    [EVENT_OUT_DESTROYED] = {"%sdrop_out destroys the output that ends in %s", NULL, judge_number},
    [EVENT_ALLOCATED] = {"memory is allocated", NULL, NULL},
    [EVENT_FREED] = {"memory is freed", NULL, NULL},
    [EVENT_NEXT] = {"next is called with %s and %s", whose_argument, judge_number},
    [EVENT_BODY] = {"%s runs part %s of its body", future_name, judge_number},
    [EVENT_FINALLY] = {"%s runs its ASYNC_FINALLY", future_name, NULL},
    [EVENT_STILL_AWAITS] = {"and %s's awaiting is not NULL there", future_name, NULL},
    [EVENT_TEXT] = {"", NULL, NULL}, /* stands behind the step */
    [EVENT_BUILT] = {"%sthe call's future is built, with the argument %s", NULL, judge_number},
    [EVENT_CAPTURED_DROPPED] = {"%swhat was captured is released%s", NULL, not_empty_yet},
    [EVENT_TAKEN_RELEASED] = {"the call releases what it took over", NULL, NULL},
    [EVENT_DEPTH_DROPPED] = {"the frame at depth %s is dropped", judge_number, NULL},
};

void describe_async_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(says, event, text, size);
}

/* Adds "; " and the event's words; what does not fit is left out. */
static void add_words(char *text, size_t size, const struct want *event)
{
    char words[120];
    JUDGE_SAY(says, &((struct channel_record){.kind = event->kind, .a = event->a, .b = event->b}), words,
              sizeof words);
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

void start_async(struct judge *judge, const char *scenario)
{
    judge_start(judge, scenario);
    *rig_of(judge) = (struct rig){0};
}

struct judge_reply poll_it(struct judge *judge, int future)
{
    int waker = rig_of(judge)->waker = (int)DRAW(judge, poll, waker);
    struct judge_reply reply = judge_polled(judge, DO(judge, poll, .future = future, .waker = waker));
    judge_expect_no_bypass(judge, future_name);
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
    judge_expect_no_bypass(judge, future_name);
}

struct want polled(struct judge *judge, int probe, int64_t poll)
{
    return (struct want){EVENT_PROBE_POLLED, probe, poll + INT64_C(2) * rig_of(judge)->waker};
}

struct want dropped(int probe)
{
    return (struct want){EVENT_PROBE_DROPPED, probe, 0};
}

int64_t bytes_alive(struct judge *judge)
{
    return judge_live_bytes(judge, DO(judge, live_bytes));
}

void finish_async(struct judge *judge)
{
    judge_finish_without_clones(judge, DO(judge, clones));
}

void expect_awaited(struct judge *judge, int future, int steps, int other)
{
    char expected[80];
    int64_t seen = DO(judge, awaited, .future = future, .along = steps).a;
    snprintf(expected, sizeof expected, "it is %s", future_name(other));
    EXPECT(judge, seen == other, expected, seen == -1 ? "it is NULL" : "it is another future");
}
