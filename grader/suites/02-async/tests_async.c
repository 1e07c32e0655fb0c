/**
 * @file tests_async.c
 * @brief Clauses 02.5 to 02.8, and 02.19: the drop of async functions, the backtrace. And 02.27 on two threads.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "tests.h"
#include "weft/future.h"

/* --- drop --- */

/* f1 awaits f2, then A; f2 awaits f3, then B; f3 awaits C, then D. So it is suspended in four places in turn. */
enum { A, B, C, D, STAGES };

/* For each stage: the probe that is awaited, the one that had to become READY for it, the innermost function. */
static const struct {
    int awaited, before, innermost;
} stages[STAGES] = {{C, -1, 3}, {D, C, 3}, {B, D, 2}, {A, B, 1}};

static void build_tree(struct judge *judge)
{
    for (int probe = A; probe <= D; probe++)
        DO(judge, probe, .probe = probe, .kind = PROBE_INT);
    DO(judge, layer, .future = LAYER + 2, .first = C, .second = D);
    DO(judge, layer, .future = LAYER + 1, .first = LAYER + 2, .second = B);
    DO(judge, layer, .future = LAYER, .first = LAYER + 1, .second = A);
}

/* Polls f1 until it is suspended in this stage; the polls are at `pause` more than are needed. */
static void run_to_stage(struct judge *judge, int stage, int pause)
{
    for (int at = 0; at <= stage; at++) {
        if (stages[at].before >= 0)
            DO(judge, arm, .probe = stages[at].before, .value = output_value(judge));
        poll_expect(judge, LAYER, WF_PENDING);
        EXPECT(judge, judge_count_events(judge, EVENT_PROBE_POLLED, -1) > 0,
               "the innermost function polls what it awaits", "nothing is polled");
    }
    for (; pause > 0; pause--)
        poll_expect(judge, LAYER, WF_PENDING);
}

/* Drops what no function had come to yet: the judge's own. */
static void drop_rest(struct judge *judge, int stage)
{
    for (int later = stage + 1; later < STAGES; later++)
        drop_it(judge, stages[later].awaited);
}

/* A chain of functions, each of which awaits the next, and the last the probe. */
static void drop_chain(struct judge *judge, int length)
{
    struct want wants[1 + LAYERS_MAX] = {dropped(A)};
    DO(judge, probe, .probe = A, .kind = PROBE_INT);
    for (int i = length - 1; i >= 0; i--) {
        int child = i == length - 1 ? A : LAYER + i + 1;
        DO(judge, layer, .future = LAYER + i, .first = child, .second = child);
        wants[length - i] = (struct want){EVENT_FINALLY, LAYER + i, 0};
    }
    poll_expect(judge, LAYER, WF_PENDING);
    drop_it(judge, LAYER);
    expect_wants(judge, KIND(EVENT_PROBE_DROPPED) | KIND(EVENT_FINALLY) | KIND(EVENT_BODY), wants, 1 + length);
}

/* What has nothing to give back is dropped too: its head says so. */
static void drop_bare(struct judge *judge)
{
    DO(judge, probe, .probe = A, .kind = PROBE_BARE);
    DO(judge, layer, .future = LAYER, .first = A, .second = A);
    poll_expect(judge, LAYER, WF_PENDING);
    drop_it(judge, LAYER);
    int64_t line = DO(judge, head, .future = A).a;
    judge_returned(judge, "line %lld", (long long)line);
    EXPECT(judge, line == WF_LINE_DROPPED, "A is dropped, by wf_future_drop()",
           "its head says that it is suspended");
}

void test_async_drop(struct judge *judge)
{
    const unsigned looked_at =
        KIND(EVENT_PROBE_DROPPED) | KIND(EVENT_FINALLY) | KIND(EVENT_BODY) | KIND(EVENT_PROBE_POLLED);
    start_async(judge, "async");
    for (int round = 0; round < 2 * STAGES; round++) {
        int stage = round % STAGES;
        build_tree(judge);
        run_to_stage(judge, stage, round / STAGES);
        drop_it(judge, LAYER);
        struct want wants[4] = {dropped(stages[stage].awaited)};
        for (int i = 0; i < stages[stage].innermost; i++)
            wants[1 + i] = (struct want){EVENT_FINALLY, LAYER + stages[stage].innermost - 1 - i, 0};
        expect_wants(judge, looked_at, wants, 1 + stages[stage].innermost);
        drop_rest(judge, stage);
    }
    /* READY: each has ended already, and the drop does nothing */
    build_tree(judge);
    run_to_stage(judge, STAGES - 1, 0);
    DO(judge, arm, .probe = A, .value = output_value(judge));
    poll_expect(judge, LAYER, WF_READY);
    EXPECT_EVENTS(judge, KIND(EVENT_FINALLY), {EVENT_FINALLY, LAYER, 0});
    drop_it(judge, LAYER);
    expect_no_events(judge, looked_at);
    for (int length = 1; length <= LAYERS_MAX; length++)
        drop_chain(judge, length);
    drop_bare(judge);
    finish_async(judge);
}

void test_async_finally(struct judge *judge)
{
    start_async(judge, "async");
    for (int layer = 0; layer < 3; layer++) { /* never polled */
        build_tree(judge);
        drop_it(judge, LAYER + layer);
        EXPECT_EVENTS(judge,
                      KIND(EVENT_FINALLY) | KIND(EVENT_STILL_AWAITS) | KIND(EVENT_BODY) |
                          KIND(EVENT_PROBE_POLLED),
                      {EVENT_FINALLY, LAYER + layer, 0});
    }
    for (int stage = 0; stage < STAGES; stage++) {
        build_tree(judge);
        run_to_stage(judge, stage, 0);
        drop_it(judge, LAYER);
        EXPECT(judge, judge_count_events(judge, EVENT_FINALLY, -1) > 0, "f1 runs its ASYNC_FINALLY",
               "nothing runs it");
        EXPECT(judge, judge_count_events(judge, EVENT_STILL_AWAITS, -1) == 0,
               "while ASYNC_FINALLY runs, awaiting is NULL", "it points to something");
    }
    judge_finish(judge);
}

/* --- the backtrace --- */

/* The judge's own idea of a chain of heads. */
struct chain {
    int length;
    struct {
        int name;
        uint32_t line;
    } nodes[NODES_MAX];
    bool dangling; /* the last one awaits what was freed */
    bool is_empty; /* the last one is; it has neither name nor line */
};

static void build_chain(struct judge *judge, const struct chain *chain)
{
    int after_last = chain->dangling ? -2 : -1, built = chain->length - chain->is_empty;
    if (chain->is_empty)
        DO(judge, empty_node, .node = built);
    for (int i = built - 1; i >= 0; i--)
        DO(judge, node, .node = i, .name = chain->nodes[i].name, .line = chain->nodes[i].line,
           .awaited = i < chain->length - 1 ? i + 1 : after_last);
}

/* The line that it makes, and its length. */
static size_t line_of(const struct chain *chain, char *text, size_t size)
{
    size_t length = 0;
    for (int i = 0; i < chain->length; i++) {
        const char *name = node_name(chain->nodes[i].name);
        uint32_t line = chain->nodes[i].line;
        bool is_empty = chain->is_empty && i == chain->length - 1;
        length += (size_t)snprintf(text + length, size - length, "%s%s", i ? " -> " : "",
                                   is_empty ? "(empty)" : name);
        if (is_empty)
            break;
        if (line == WF_LINE_DONE || line == WF_LINE_DROPPED) {
            length += (size_t)snprintf(text + length, size - length,
                                       line == WF_LINE_DONE ? " [done]" : " [dropped]");
            break;
        }
        if (line != WF_LINE_NEW)
            length += (size_t)snprintf(text + length, size - length, ":%u", line);
    }
    return length;
}

static struct judge_reply backtrace(struct judge *judge, size_t size, enum text text)
{
    struct judge_reply reply = DO(judge, backtrace_of_node, .node = 0, .size = (int64_t)size, .text = text);
    judge_returned(judge, "%lld: \"%.140s\"", (long long)reply.a, judge_event_text(judge));
    return reply;
}

static void expect_line(struct judge *judge, const char *expected)
{
    char quoted[240];
    const char *seen = judge_event_text(judge);
    size_t same = 0;
    while (expected[same] && expected[same] == seen[same])
        same++;
    snprintf(quoted, sizeof quoted, "the line is \"%.180s\"", expected);
    EXPECT(judge, strcmp(seen, expected) == 0, quoted, "from its byte %zu on it is \"%.180s\"", same,
           seen + same);
}

static void check_chain(struct judge *judge, const struct chain *chain)
{
    char expected[8192];
    size_t length = line_of(chain, expected, sizeof expected);
    build_chain(judge, chain);
    backtrace(judge, length + 100, TEXT_EXACT);
    expect_line(judge, expected);
}

static uint32_t some_line(struct judge *judge)
{
    return judge_random(judge, 3) ? 1 + (uint32_t)judge_random(judge, 9999) : WF_LINE_NEW;
}

static struct chain random_chain(struct judge *judge, int length)
{
    struct chain chain = {.length = length};
    for (int i = 0; i < length; i++) {
        chain.nodes[i].name = judge_random(judge, SHORT_NAMES_COUNT);
        chain.nodes[i].line = some_line(judge);
    }
    return chain;
}

/* Futures that the macros suspend: their lines are those of their heads. */
static void check_layers(struct judge *judge, int stage)
{
    char expected[200];
    size_t length = 0;
    build_tree(judge);
    run_to_stage(judge, stage, 0);
    for (int i = 0; i < stages[stage].innermost; i++) {
        struct judge_reply head = DO(judge, head, .future = LAYER + i);
        judge_returned(judge, "line %lld", (long long)head.a);
        length += (size_t)snprintf(expected + length, sizeof expected - length, "layer:%lld -> ",
                                   (long long)head.a);
    }
    snprintf(expected + length, sizeof expected - length, "probe");
    judge_returned(judge, "%lld", (long long)DO(judge, backtrace, .future = LAYER, .size = 300).a);
    expect_line(judge, expected);
    drop_it(judge, LAYER);
}

static int some_name(struct judge *judge)
{
    return (int)DRAW(judge, node, name);
}

/* One of this line, alone, in the middle and last. What is over hides the rest. */
static void check_at_each_place(struct judge *judge, int name, uint32_t line)
{
    bool over = line == WF_LINE_DONE || line == WF_LINE_DROPPED;
    check_chain(judge, &(struct chain){1, {{name, line}}, .dangling = over});
    check_chain(judge, &(struct chain){3, {{2, 33}, {name, line}, {3, 7}}, .dangling = false});
    check_chain(judge, &(struct chain){3, {{1, 0}, {2, 5}, {name, line}}, .dangling = over});
}

void test_backtrace_end(struct judge *judge)
{
    start_async(judge, "async");
    for (int i = 0; i < NODE_NAMES_COUNT; i++)
        check_at_each_place(judge, some_name(judge), i % 2 ? WF_LINE_DONE : WF_LINE_DROPPED);
    check_chain(judge, &(struct chain){.length = 1, .is_empty = true});
    for (int length = 2; length <= 4; length++) {
        struct chain chain = random_chain(judge, length);
        chain.is_empty = true;
        check_chain(judge, &chain);
    }
    judge_finish(judge);
}

void test_backtrace(struct judge *judge)
{
    static const uint32_t lines[] = {WF_LINE_NEW, 1, 33, WF_LINE_DROPPED - 1};
    start_async(judge, "async");
    for (int i = 0; i < NODE_NAMES_COUNT; i++)
        check_at_each_place(judge, some_name(judge), lines[i % 4]);
    for (int round = 0; round < 6; round++) {
        struct chain chain = random_chain(judge, 2 + judge_random(judge, 6));
        check_chain(judge, &chain);
    }
    struct chain longest = random_chain(judge, NODES_MAX); /* of more bytes and steps than were foreseen */
    check_chain(judge, &longest);
    for (int stage = 0; stage < STAGES; stage++)
        check_layers(judge, stage);
    judge_finish(judge);
}

/* One size: what is written is the begin of `whole`, which is what it writes where there is room. */
static void check_cut(struct judge *judge, const char *whole, size_t size, enum text text)
{
    size_t length = strlen(whole), fits = size == 0 ? 0 : length < size ? length : size - 1;
    struct judge_reply reply = backtrace(judge, size, text);
    const char *seen = judge_event_text(judge);
    char expected[100];
    snprintf(expected, sizeof expected, "%zu is returned, the length of the whole line", length);
    EXPECT(judge, reply.a == (int64_t)length, expected, "%lld is returned", (long long)reply.a);
    EXPECT(judge, reply.b != ENDING_BEYOND, "no byte is written beyond `size`",
           "bytes behind it have changed");
    if (size == 0)
        return;
    EXPECT(judge, reply.b != ENDING_MISSING, "the text ends with a zero byte inside of `size`",
           "there is none in %zu bytes", size);
    snprintf(expected, sizeof expected, "the first %zu bytes of the line, then a zero byte", fits);
    EXPECT(judge, strlen(seen) == fits && strncmp(seen, whole, fits) == 0, expected, "%zu bytes: \"%.160s\"",
           strlen(seen), seen);
}

/* Builds the chain. What it writes where there is room. */
static const char *whole_line(struct judge *judge, const struct chain *chain)
{
    static char whole[4096];
    build_chain(judge, chain);
    backtrace(judge, sizeof whole - 1, TEXT_EXACT);
    snprintf(whole, sizeof whole, "%s", judge_event_text(judge));
    EXPECT(judge,
           strstr(whole, node_name(chain->nodes[0].name)) && strstr(whole, node_name(chain->nodes[1].name)),
           "the line names the futures", "\"%.160s\"", whole);
    return whole;
}

/* Longer than 16 bits can say; of the text only the begin comes back. */
static void beyond_16_bits(struct judge *judge)
{
    enum { FUTURES = 68, BACK_MAX = 8000 };
    static char whole[FUTURES * (LETTERS_MAX + 16)];
    struct chain chain = {.length = FUTURES};
    for (int i = 0; i < FUTURES; i++) {
        chain.nodes[i].name = LETTERS_MAX;
        chain.nodes[i].line = some_line(judge);
    }
    int64_t length = (int64_t)line_of(&chain, whole, sizeof whole);
    const size_t sizes[] = {0, 4095, (size_t)length + 1};
    build_chain(judge, &chain);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct judge_reply reply = backtrace(judge, sizes[i], sizes[i] ? TEXT_EXACT : TEXT_NULL);
        const char *seen = judge_event_text(judge);
        int64_t fits = (int64_t)sizes[i] - 1 < length ? (int64_t)sizes[i] - 1 : length;
        EXPECT(judge, reply.a == length, "the length of the whole line is returned, more than 65,535",
               "%lld is returned", (long long)reply.a);
        EXPECT(judge, !sizes[i] || reply.b == fits, "the text goes to the end of the buffer, or of the line",
               "its zero byte is byte %lld", (long long)reply.b);
        EXPECT(judge, strncmp(seen, whole, fits < BACK_MAX ? strlen(seen) : BACK_MAX) == 0,
               "the text is the line, or its begin", "\"%.100s\"", seen);
    }
}

void test_backtrace_cut(struct judge *judge)
{
    start_async(judge, "async");
    beyond_16_bits(judge);
    for (int round = 0; round < 4; round++) {
        struct chain chain = {3, {{2, 33}, {1, 21}, {3, 0}}, .dangling = false};
        if (round == 1)
            chain = (struct chain){2, {{3, 12345}, {1, WF_LINE_DROPPED}}, .dangling = false};
        if (round == 2)
            chain = (struct chain){3, {{2, 33}, {1, 21}}, .is_empty = true};
        if (round == 3)
            chain = random_chain(judge, 64);
        const char *whole = whole_line(judge, &chain);
        size_t length = strlen(whole);
        check_cut(judge, whole, 4095, TEXT_EXACT);
        check_cut(judge, whole, 0, TEXT_NULL);
        for (int text = TEXT_EXACT; text <= TEXT_GUARDED; text++)
            for (size_t step = 0; step <= 40; step++) {
                /* every size of the short lines; of the long one 0, 1, 2, ... and around its end */
                size_t size = round < 3 || step < 5 ? step
                              : step > 35           ? length + step - 38
                                                    : step * length / 40;
                check_cut(judge, whole, size, (enum text)text);
            }
    }
    judge_finish(judge);
}

/* --- two threads --- */

void test_two_threads(struct judge *judge)
{
    start_async(judge, "threads");
    struct judge_reply reply = DO(judge, two_lives);
    EXPECT(judge, reply.a == LIFE_OUT, "each life ends with the sum of its three results",
           "one ends otherwise");
    EXPECT(judge, reply.b == 1, "both stand at the same lines, poll for poll", "their backtraces differ");
    judge_finish(judge);
}
