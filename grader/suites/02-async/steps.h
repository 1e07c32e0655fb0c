/**
 * @file steps.h
 * @brief The steps and events of lab 02's scenarios: what suite and scenarios agree on.
 *
 * Futures are named by small numbers, chosen by the judge: probes from 0, async functions from LAYER, calls from
 * CALL. Sizes are in bytes; a size of -1 stands for NULL in the place of the storage.
 */
#ifndef WEFT_SUITE_02_STEPS_H
#define WEFT_SUITE_02_STEPS_H

#include "mock_events.h"
#include "step_table.h"
#include "weft/closure.h"
#include "weft/error.h"
#include "weft/future.h"

enum {
    PROBES_MAX = 16,
    LAYER = 16,
    LAYERS_MAX = 8,
    AND_THEN = 24,
    AND_THEN_2 = 25,
    RECURSION = 26,
    CALL = 32,
    FUTURES_MAX = 48,
    WAKERS_MAX = 8,
    CLOSURES_MAX = 4,
    NODES_MAX = 300,
    DEPTH_MAX = 65,
    PROBE_BYTES = 192, /* a room of so many bytes holds a probe */
};

/** What a probe's output is: an int; four numbers, made from its value, with a drop_out; or nothing. A bare one, whose output
 * is an int, has no drop operation and keeps no waker. */
#define PROBE_KINDS(EDGE)                                                                                    \
    EDGE(PROBE_INT, "")                                                                                      \
    EDGE(PROBE_WIDE, ", whose output is four numbers")                                                       \
    EDGE(PROBE_SILENT, ", which has no output") EDGE(PROBE_BARE, ", which has no drop operation")
enum probe_kind { PROBE_KINDS(STEP_EDGE_VALUE) };

/** More than 32 bits can say: a slot whose low ones are 0, and a frame whose low ones are a probe's. Nothing has so much memory. */
#define VAST_SLOT ((int64_t)1 << 32)
#define VAST_FRAME (VAST_SLOT + PROBE_BYTES)

enum { WIDE_WORDS = 4, WIDE_BYTES = WIDE_WORDS * 8 };

/** The numbers of a wide output. */
static inline int64_t wide_word(int64_t value, int index)
{
    return value * (index + 1) + index;
}

/** How many bytes an output of this kind has. */
static inline int64_t output_bytes(enum probe_kind kind)
{
    return kind == PROBE_WIDE ? WIDE_BYTES : kind == PROBE_SILENT ? 0 : (int64_t)sizeof(int);
}

/** The name of a future whose head is set by hand: one of a list, by its number, or so many letters. Traps are among them:
 * formats, no letter at all, bytes that are no UTF-8, and more letters than a buffer or a narrow type may hold. */
enum { SHORT_NAMES_COUNT = 9, NODE_NAMES_COUNT = SHORT_NAMES_COUNT + 12, LETTERS_MAX = 1000 };
static inline const char *node_name(int64_t name)
{
    static const char *const names[SHORT_NAMES_COUNT] = {
        "f",    "echo", "serve", "tcp_read",    "read_to_the_end_of_the_stream",
        "50%d", "%s%n", "",      "\xff\xfe\x80"};
    static char letters[LETTERS_MAX + 1];
    for (int i = 0; i < LETTERS_MAX; i++)
        letters[i] = (char)('a' + i % 26);
    return name < SHORT_NAMES_COUNT ? names[name] : letters + LETTERS_MAX - name;
}

/** Names of closures. */
#define CLOSURE_NAMES(EDGE)                                                                                  \
    EDGE(0, "tally") EDGE(1, "greet") EDGE(2, "hand_over") EDGE(3, "visit_each") EDGE(4, "50%n_of_%s")
enum { CLOSURE_NAMES_COUNT = 5 };

#define CLOSURE_KINDS(EDGE)                                                                                  \
    EDGE(WF_CLOSURE_SHARED, "WF_CLOSURE_SHARED")                                                             \
    EDGE(WF_CLOSURE_IN_TURN, "WF_CLOSURE_IN_TURN") EDGE(WF_CLOSURE_ONCE, "WF_CLOSURE_ONCE")

/** What a closure's drop does. */
#define CLOSURE_DROPS(EDGE)                                                                                  \
    EDGE(NO_DROP, ", no drop") EDGE(HAS_DROP, "") EDGE(FREES_THE_CLOSURE, ", whose drop frees the closure")
enum closure_drop { CLOSURE_DROPS(STEP_EDGE_VALUE) };

#define VALUE_ROOMS(EDGE)                                                                                    \
    EDGE(-1, "NULL") EDGE(0, "value") EDGE(sizeof(int), "value") EDGE(WIDE_BYTES, "value")
/** Where a backtrace is written: the buffer is all there is, so that ASan sees an access beyond it; or bytes behind it are
 * looked at; or there is none. */
#define TEXTS(EDGE)                                                                                          \
    EDGE(TEXT_EXACT, "text")                                                                                 \
    EDGE(TEXT_GUARDED, "text") EDGE(TEXT_NULL, "NULL")
enum text { TEXTS(STEP_EDGE_VALUE) };

/** Where a step can be made to happen, inside of a later one. */
#define POINTS(EDGE)                                                                                         \
    EDGE(AT_BUILD, "when a call's body is built")                                                            \
    EDGE(AT_DROP, "when a call's body is dropped") EDGE(AT_ALLOCATION, "in an allocation")
enum point { POINTS(STEP_EDGE_VALUE) };

/* --- domains --- */

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    TOLD(FUTURE, tell_future, 0, LAYER, LAYER + LAYERS_MAX - 1, AND_THEN, AND_THEN_2, RECURSION, CALL)       \
    TOLD(SECOND, tell_future, -1, 1)                                                                         \
    WORDS(PROBE_KIND, PROBE_KINDS)                                                                           \
    TOLD(OUTPUT, tell_output, 0, 1, -1, -4095, -4096, INT32_MIN, INT32_MAX, WF_ENOMEM, WF_ECANCELED,         \
         WF_ETIMEDOUT, WF_EAGAIN, WF_ECLOSED, WF_EDISABLED)                                                  \
    NUMBERS(WAKER, 0, WAKERS_MAX - 1)                                                                        \
    NUMBERS(NTH, 0, 1, 4)                                                                                    \
    NUMBERS(NODE, 0, 1, 2, NODES_MAX - 1)                                                                    \
    TOLD(NODE_NAME, tell_node_name, 0, 1, 2, 3, 4, 5, 6, 7, 8, 31, 32, 63, 64, 65, 100, 127, 128, 255, 256,  \
         257, LETTERS_MAX)                                                                                   \
    TOLD(LINE, tell_line, WF_LINE_NEW, 1, 33, WF_LINE_DROPPED - 1, WF_LINE_DROPPED, WF_LINE_DONE)            \
    TOLD(AWAITED, tell_awaited, -1, -2, 1, NODES_MAX - 1)                                                    \
    NUMBERS(TEXT_BYTES, 0, 1, 2, 3, 40, 4095)                                                                \
    WORDS(TEXT, TEXTS)                                                                                       \
    NUMBERS(FRAME, 0, 1, sizeof(struct wf_future) - 1, sizeof(struct wf_future), PROBE_BYTES, VAST_FRAME)    \
    TOLD(SLOT, tell_slot, -1, 0, sizeof(struct wf_future), PROBE_BYTES, VAST_SLOT)                           \
    WORDS(VALUE_ROOM, VALUE_ROOMS)                                                                           \
    NUMBERS(DEPTH, 1, 2, 4, 32, 33, DEPTH_MAX)                                                               \
    TOLD(CLOSURE, tell_closure, 0, 1)                                                                        \
    WORDS(CLOSURE_KIND, CLOSURE_KINDS)                                                                       \
    WORDS(CLOSURE_NAME, CLOSURE_NAMES)                                                                       \
    WORDS(CLOSURE_DROP, CLOSURE_DROPS)                                                                       \
    NUMBERS(STATE, 0, 1)                                                                                     \
    NUMBERS(ARGUMENT, 1)                                                                                     \
    NUMBERS(ALONG, 1, 2)                                                                                     \
    WORDS(POINT, POINTS)

/* --- both scenarios --- */

/* Replies: poll, and out where it is an int; how many clones of all wakers, or bytes, are alive. */
#define COMMON_STEPS(STEP, ARG)                                                                              \
    STEP(probe, "probe {probe} is built{kind}", ARG(probe, FUTURE) ARG(kind, PROBE_KIND))                    \
    STEP(arm, "{probe} will be READY with {value} at its next poll", ARG(probe, FUTURE) ARG(value, OUTPUT))  \
    STEP(poll, "wf_future_poll({future}) with waker {waker}", ARG(future, FUTURE) ARG(waker, WAKER))         \
    STEP(drop, "wf_future_drop({future})", ARG(future, FUTURE))                                              \
    STEP(clones, "the clones of wakers that are alive", )                                                    \
    STEP(live_bytes, "wf_live_bytes()", )                                                                    \
    STEP(fail_allocation, "wf_alloc_fail_at({nth})", ARG(nth, NTH))

/* --- the scenario "async": and_then, async functions, the backtrace --- */

/* Replies: of and_then whether it returned the frame; of the head its line, and the number of the future that it awaits (-1:
 * NULL); of a backtrace the length, and where the zero byte is. */
#define ASYNC_STEPS(STEP, ARG)                                                                               \
    STEP(and_then, "wf_and_then({future}, {first}, next, arg)   [next returns {second}]",                    \
         ARG(future, FUTURE) ARG(first, FUTURE) ARG(second, SECOND))                                         \
    STEP(head, "the head of {future}", ARG(future, FUTURE))                                                  \
    STEP(layer, "{future} is built: an async function that awaits {first}, then {second}",                   \
         ARG(future, FUTURE) ARG(first, FUTURE) ARG(second, FUTURE))                                         \
    STEP(node, "node {node} is {name}, {line}, awaits {awaited}",                                            \
         ARG(node, NODE) ARG(name, NODE_NAME) ARG(line, LINE) ARG(awaited, AWAITED))                         \
    STEP(empty_node, "node {node} is empty: it was never built", ARG(node, NODE))                            \
    STEP(backtrace, "wf_async_backtrace({future}, text, {size})", ARG(future, FUTURE) ARG(size, TEXT_BYTES)) \
    STEP(backtrace_of_node, "wf_async_backtrace(node {node}, {text}, {size})",                               \
         ARG(node, NODE) ARG(text, TEXT) ARG(size, TEXT_BYTES))

/* --- the scenario "calls": wf_dyn, recursion, closures --- */

/* A size of -1 stands for NULL. Replies: of closure and call whether it was returned; of dyn enum room or the offset in the slot,
 * and its misalignment; of value its first and its last number; of awaited the number of the future so many steps along
 * `awaiting` (-1: NULL). */
#define CALLS_STEPS(STEP, ARG)                                                                                \
    STEP(dyn, "wf_dyn({call}, {slot}, {frame}, {value})",                                                     \
         ARG(call, FUTURE) ARG(frame, FRAME) ARG(slot, SLOT) ARG(value, VALUE_ROOM))                          \
    STEP(build, "the method's future {probe} is built in the room of {call}{kind}",                           \
         ARG(call, FUTURE) ARG(probe, FUTURE) ARG(kind, PROBE_KIND))                                          \
    STEP(value, "the value of {call}", ARG(call, FUTURE) ARG(kind, PROBE_KIND))                               \
    STEP(recursion, "a future that calls itself {depth} deep, and at last awaits {probe}",                    \
         ARG(future, FUTURE) ARG(depth, DEPTH) ARG(probe, FUTURE))                                            \
    STEP(closure, "wf_closure({closure}, {name}, captured)   [{kind}{drop}]   [captured: {state}]",           \
         ARG(closure, CLOSURE) ARG(kind, CLOSURE_KIND) ARG(name, CLOSURE_NAME) ARG(frame, FRAME)              \
             ARG(state, STATE) ARG(drop, CLOSURE_DROP))                                                       \
    STEP(call, "wf_closure_call({call}, {closure}, {argument}, {slot}, {value})",                             \
         ARG(call, FUTURE) ARG(closure, CLOSURE) ARG(probe, FUTURE) ARG(argument, ARGUMENT) ARG(slot, SLOT)   \
             ARG(value, VALUE_ROOM))                                                                          \
    STEP(end_body, "the body of {call} will be READY at its next poll", ARG(call, FUTURE) ARG(probe, FUTURE)) \
    STEP(closure_drop, "wf_closure_drop({closure})", ARG(closure, CLOSURE))                                   \
    STEP(awaited, "what {future} awaits, {along} along `awaiting`", ARG(future, FUTURE) ARG(along, ALONG))

/* The next step happens at that point, once. */
#define PLANS(STEP, ARG) STEP(at, "(to come, {point}: {step})", ARG(point, POINT))

/* --- the scenario "threads" --- */

/* Replies: what came out of both lives, 0 if two things; whether both were seen at the same lines. */
#define THREADS_STEPS(STEP, ARG)                                                                             \
    STEP(two_lives, "two threads at once, an async function each: poll it to its end", )
enum { LIFE_OUT = 21 };

/* --- all of them --- */

#define LAB_STEPS(STEP, ARG)                                                                                 \
    COMMON_STEPS(STEP, ARG)                                                                                  \
    ASYNC_STEPS(STEP, ARG) CALLS_STEPS(STEP, ARG) PLANS(STEP, ARG) THREADS_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

/** Where a room is that does not lie in the slot. */
enum room { NO_ROOM = -1, ROOM_ELSEWHERE = -2 };

/** Where the zero byte of a backtrace is, if it is not inside of `size`. */
enum ending { ENDING_MISSING = -1, ENDING_BEYOND = -2 };

/** Events of both scenarios, beside those of mock_events.h. Below 32: a set of them is a word. */
enum async_event {
    EVENT_OUT_DESTROYED = MOCK_EVENTS, /* 0, last number of the output */
    EVENT_ALLOCATED,                   /* no numbers */
    EVENT_FREED,                       /* no numbers */
    EVENT_NEXT,                        /* the and_then that arg belongs to (-1: none), the output */
    EVENT_BODY,                        /* layer, part: a line of its body runs */
    EVENT_FINALLY,                     /* layer */
    EVENT_STILL_AWAITS,                /* layer: in its FINALLY it still awaits something */
    EVENT_TEXT,                        /* text of a backtrace, in pieces */
    EVENT_BUILT,                       /* closure, argument: a call's future is built */
    EVENT_CAPTURED_DROPPED,            /* closure, whether it is not empty meanwhile */
    EVENT_TAKEN_RELEASED,              /* closure: its call, which took the state over, is over */
    EVENT_DEPTH_DROPPED,               /* depth: a frame of the recursion is dropped */
};

#endif
