/**
 * @file steps.h
 * @brief The steps and events of lab 01's scenarios: what suite and scenarios agree on.
 *
 * Futures are named by small numbers, and so are wakers, parkers and threads; the judge chooses them.
 */
#ifndef WEFT_SUITE_01_STEPS_H
#define WEFT_SUITE_01_STEPS_H

#include "mock_events.h"
#include "step_table.h"
#include "weft/combine.h"
#include "weft/error.h"

enum { BRANCHES_MAX = 7, WAKERS_MAX = 16, TURNS_MAX = 2000 };

/* --- futures --- */

#define PROBES(EDGE)                                                                                         \
    EDGE(PROBE_A, "A")                                                                                       \
    EDGE(PROBE_B, "B")                                                                                       \
    EDGE(PROBE_C, "C") EDGE(PROBE_D, "D") EDGE(PROBE_E, "E") EDGE(PROBE_F, "F") EDGE(PROBE_G, "G")
#define COMBINATORS(EDGE)                                                                                    \
    EDGE(JOIN, "join") EDGE(TRY_JOIN, "try_join") EDGE(SELECT, "select") EDGE(RACE, "race")
/** A combinator is kept under the number of its kind; one that is a branch of another, as INNER. */
#define FUTURES(EDGE)                                                                                        \
    PROBES(EDGE)                                                                                             \
    COMBINATORS(EDGE)                                                                                        \
    EDGE(INNER, "inner") EDGE(READY, "ready") EDGE(PENDING, "pending") EDGE(MAP, "map")
enum future { FUTURES(STEP_EDGE_VALUE) FUTURES_MAX };
enum { PROBES_MAX = PROBE_G + 1 };
_Static_assert((int)PROBES_MAX == (int)BRANCHES_MAX, "a combinator may have every probe as a branch");
enum { NOBODY_WAS_FIRST = 0xffff }; /* in the text of `turns` */

#define COMBINED(EDGE) COMBINATORS(EDGE) EDGE(INNER, "inner")

#define ORDERS(EDGE) EDGE(WF_FAIR, "WF_FAIR") EDGE(WF_BIASED, "WF_BIASED")
#define RENEWALS(EDGE) EDGE(false, "") EDGE(true, ", each time dropped and begun by wf_select_next()")

/** The branches of a combinator in one number, a byte each from the low end: a future, counted from 1, or NULL_BRANCH. */
enum { NULL_BRANCH = 0xff };
#define ALL_PROBES INT64_C(0x07060504030201)

static inline int branch_count(int64_t branches)
{
    int count = 0;
    while (count < BRANCHES_MAX && branches >> 8 * count)
        count++;
    return count;
}

/** Its number; -1: NULL. */
static inline int branch_at(int64_t branches, int index)
{
    int64_t byte = branches >> 8 * index & 0xff;
    return byte == NULL_BRANCH ? -1 : (int)byte - 1;
}

static inline int64_t with_branch(int64_t branches, int future)
{
    return branches | (int64_t)(future < 0 ? NULL_BRANCH : future + 1) << 8 * branch_count(branches);
}

/** How many is few and how many is many: an index, a turn, a count and a permit are kept in some number of bits. */
#define COUNTS 1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 1000
#define LARGE_COUNTS COUNTS, 65535, 65536, 65537

/* --- deadlines --- */

/** Milliseconds from now on, or one of these. */
enum far {
    FOR_EVER = -1,       /* WF_FOREVER */
    BELOW_2_63 = -2,     /* 2^63 - 1 ns, */
    AT_2_63 = -3,        /* 2^63 ns, */
    ABOVE_2_63 = -4,     /* and one more: beyond a signed number */
    BELOW_FOR_EVER = -5, /* WF_FOREVER - 1 */
    AT_0 = -6,           /* 0: it always has passed */
    AT_1 = -7,           /* 1 ns after the machine was started */
};
/** Days from now, on both sides of what 31 and 32 bits hold of milliseconds and seconds, and of what 63 bits hold of
 * nanoseconds. */
#define FAR_DEADLINES                                                                                        \
    600000, INT64_C(0x7fffffff), INT64_C(0x80000000), INT64_C(2592000000), INT64_C(0xffffffff),              \
        INT64_C(0x100000000), INT64_C(0x7fffffff) * 1000, INT64_C(0x100000000) * 1000, BELOW_2_63, AT_2_63,  \
        ABOVE_2_63, BELOW_FOR_EVER, FOR_EVER
#define PAST_DEADLINES AT_0, AT_1, 0

/* --- threads, parkers, futures of block_on --- */

#define ACTORS(EDGE) EDGE(ACTOR, "thread 1") EDGE(ACTOR_2, "thread 2")
enum { DRIVER, ACTORS(STEP_EDGE_VALUE) };
#define PARKERS(EDGE) EDGE(PARKER, "parker") EDGE(PARKER_2, "parker 2")
enum parker { PARKERS(STEP_EDGE_VALUE) PARKERS_MAX };

/** What the leaf of block_on does when it is polled and not yet READY. */
#define BEHAVIOURS(EDGE)                                                                                     \
    EDGE(KEEPS_WAKER, "")                                                                                    \
    EDGE(WAKES_IN_POLL, " and wakes its task in each of these polls")                                        \
    EDGE(WAKES_TWICE, " and wakes its task twice in each of these polls")                                    \
    EDGE(WAKES_TWO_CLONES, " and wakes two clones of its waker by value in each of these polls")             \
    EDGE(WAKES_BEFORE_PARK, " and is woken after its poll, before the thread sleeps")                        \
    EDGE(WAITS_AT_GATE, ", and whose poll waits at the gate")                                                \
    EDGE(NESTS, ", and calls wf_block_on in its poll")
enum behaviour { BEHAVIOURS(STEP_EDGE_VALUE) };

#define AGAINS(EDGE) EDGE(false, "") EDGE(true, ", then once more on a ready one")
#define WALL_CLOCKS(EDGE)                                                                                    \
    EDGE(-3600, "is set an hour back while threads sleep")                                                   \
    EDGE(3600, "is set an hour ahead while threads sleep") EDGE(0, "is right")

/* --- all domains --- */

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    WORDS(PROBE, PROBES)                                                                                     \
    WORDS(FUTURE, FUTURES)                                                                                   \
    WORDS(COMBINATOR, COMBINATORS)                                                                           \
    WORDS(COMBINED, COMBINED)                                                                                \
    TOLD(BRANCHES, tell_branches, 0, NULL_BRANCH, NULL_BRANCH << 8 | NULL_BRANCH, 1, ALL_PROBES)             \
    WORDS(ORDER, ORDERS)                                                                                     \
    NUMBERS(INDEX, 0, 1, BRANCHES_MAX - 1)                                                                   \
    NUMBERS(OUTPUT, 0, 1, -1, -4095, -4096, INT32_MIN, INT32_MAX)                                            \
    NUMBERS(SUCCESS, 0, 1, 4095, INT32_MAX)                                                                  \
    TOLD(FAILURE, tell_code, -1, -4095, -4096, INT32_MIN, WF_ENOMEM, WF_ECANCELED, WF_ETIMEDOUT, WF_EAGAIN,  \
         WF_ECLOSED, WF_EDISABLED)                                                                           \
    TOLD(WAKER, tell_waker, 0, 1, WAKERS_MAX - 1)                                                            \
    NUMBERS(COUNT, COUNTS)                                                                                   \
    NUMBERS(LARGE_COUNT, LARGE_COUNTS)                                                                       \
    NUMBERS(POLLS, 2, 5, TURNS_MAX)                                                                          \
    WORDS(RENEWAL, RENEWALS)                                                                                 \
    WORDS(ACTOR, ACTORS)                                                                                     \
    WORDS(PARKER, PARKERS)                                                                                   \
    NUMBERS(VALUE, 1, -1, INT32_MIN, INT32_MAX)                                                              \
    TOLD(TIMES, tell_times, LARGE_COUNTS)                                                                    \
    TOLD(DEADLINE, tell_deadline, PAST_DEADLINES, FAR_DEADLINES)                                             \
    NUMBERS(KEPT_WAKER, 0, 1, 3)                                                                             \
    TOLD(SPURIOUS, tell_spurious, 0, 1, 3)                                                                   \
    WORDS(WALL_CLOCK, WALL_CLOCKS)                                                                           \
    TOLD(PENDING_POLLS, tell_polls, 0, 1, 2, 3)                                                              \
    WORDS(BEHAVIOUR, BEHAVIOURS)                                                                             \
    WORDS(AGAIN, AGAINS)                                                                                     \
    NUMBERS(NTH, 0, 1, 2, 3)                                                                                 \
    NUMBERS(PARKS, 66000)                                                                                    \
    NUMBERS(ROUNDS, 200, 300)                                                                                \
    NUMBERS(SPIN, 50, 250)

/* --- the scenario "futures": everything that one thread does --- */

/* `out` of an output is written in the poll that is READY; before that it is its opposite. Replies:
 *     poll         the poll, and out where it is an int
 *     failed       that member
 *     waker        its clones that are alive, and how often it was woken
 *     clones       those of all wakers that are alive
 *     many         the second poll, and how many futures are READY
 *     last         out, or `failed` of a try_join (-1: it is PENDING), and how many futures are dropped
 *     dropped      how many futures are dropped
 *     wins         how many futures have won once
 *     two_threads  how many of all polls are PENDING, and how many futures are dropped
 * The text of an event of `turns` has of each poll the index of the branch that goes first, in two bytes. */
#define FUTURES_STEPS(STEP, ARG)                                                                             \
    STEP(probe, "probe {probe} is built", ARG(probe, PROBE))                                                 \
    STEP(arm, "{probe} will be READY with {value} at its next poll", ARG(probe, PROBE) ARG(value, SUCCESS))  \
    STEP(fail, "{probe} will be READY with {value} at its next poll", ARG(probe, PROBE) ARG(value, FAILURE)) \
    STEP(wake_kept, "{probe} wakes the waker that it keeps", ARG(probe, PROBE))                              \
    STEP(ready, "wf_ready(ready, {value})", ARG(value, OUTPUT))                                              \
    STEP(pending, "wf_pending(pending)", )                                                                   \
    STEP(map, "wf_map(map, {inner}, function, arg)   [function: out ^ {key}]",                               \
         ARG(inner, PROBE) ARG(key, OUTPUT))                                                                 \
    STEP(combine, "wf_{kind}({future}, {branches}, {order})",                                                \
         ARG(kind, COMBINATOR) ARG(future, COMBINED) ARG(branches, BRANCHES) ARG(order, ORDER))              \
    STEP(replace, "futures[{index}] = {probe}", ARG(index, INDEX) ARG(probe, PROBE))                         \
    STEP(next, "wf_select_next(select)", )                                                                   \
    STEP(poll, "wf_future_poll({future}){waker}", ARG(future, FUTURE) ARG(waker, WAKER))                     \
    STEP(drop, "wf_future_drop({future})", ARG(future, FUTURE))                                              \
    STEP(failed, "the member failed", )                                                                      \
    STEP(waker, "the clones and the wakes of its waker", ARG(waker, WAKER))                                  \
    STEP(clones, "the clones of wakers that are alive", )                                                    \
    STEP(many, "wf_{kind} over {count} futures that are pending once, polled twice",                         \
         ARG(kind, COMBINATOR) ARG(count, LARGE_COUNT))                                                      \
    STEP(last, "wf_{kind} over {count} futures that stay pending, but the last decides at the second poll",  \
         ARG(kind, COMBINATOR) ARG(count, LARGE_COUNT))                                                      \
    STEP(dropped, "wf_{kind} over {count} futures that stay pending, polled once and dropped",               \
         ARG(kind, COMBINATOR) ARG(count, LARGE_COUNT))                                                      \
    STEP(turns, "wf_{kind} over {count} futures that stay pending, {order}, polled {polls} times{renewed}",  \
         ARG(kind, COMBINATOR) ARG(order, ORDER) ARG(count, COUNT) ARG(polls, POLLS) ARG(renewed, RENEWAL))  \
    STEP(wins, "wf_select over {count} futures that are READY, each time begun by wf_select_next()",         \
         ARG(count, LARGE_COUNT))                                                                            \
    STEP(two_threads, "two threads at once: each polls its wf_{kind} of 3 futures, {order}, {polls} times",  \
         ARG(kind, COMBINATOR) ARG(order, ORDER) ARG(polls, POLLS))

/** Events of the scenario "futures", beside those of mock_events.h. */
enum futures_event {
    EVENT_MAPPED = MOCK_EVENTS, /* map, the output that the function was given */
    EVENT_TURNS,                /* text */
};

/* --- the scenario "parking": threads, parkers, block_on --- */

/* A thread does one call at a time, so that thread 0, the driver's, stays free to wake it; the reply is its number in the kernel.
 * Other replies:
 *     new_parker             1, or 0: no memory
 *     will_wake, live_bytes  what they ask for
 *     wake_leaf              0: the leaf keeps an empty waker
 * `value` is written where the woken thread reads it. At the gate a thread waits until it is opened, and learns nothing else. */
#define PARKS_STEPS(STEP, ARG)                                                                                  \
    STEP(new_parker, "{parker} = wf_thread_parker_new()", ARG(parker, PARKER))                                  \
    STEP(drop_parker, "wf_thread_parker_drop({parker})", ARG(parker, PARKER))                                   \
    STEP(unpark, "thread 0: writes {value}, then wf_unpark({parker}){times}",                                   \
         ARG(parker, PARKER) ARG(value, VALUE) ARG(times, TIMES))                                               \
    STEP(park, "{thread}: wf_park({parker}, {deadline})",                                                       \
         ARG(thread, ACTOR) ARG(parker, PARKER) ARG(deadline, DEADLINE))                                        \
    STEP(unpark_own,                                                                                            \
         "{thread}: wf_park({parker}, 0), writes {value}, wf_unpark({parker}), wf_park({parker}, {deadline})",  \
         ARG(thread, ACTOR) ARG(parker, PARKER) ARG(value, VALUE) ARG(deadline, DEADLINE))                      \
    STEP(park_at_gate, "{thread}: waits at the gate, then wf_park({parker}, WF_FOREVER)",                       \
         ARG(thread, ACTOR) ARG(parker, PARKER))                                                                \
    STEP(parks_in_a_row,                                                                                        \
         "{thread}: {times} times in a row wf_unpark({parker}), a park that is woken, and one with deadline 0", \
         ARG(thread, ACTOR) ARG(parker, PARKER) ARG(times, PARKS))                                              \
    STEP(open_gate, "the gate is opened", )                                                                     \
    STEP(unpark_in_gap,                                                                                         \
         "{thread}: wf_park({parker}, {deadline}); thread 0: writes {value} and unparks just before it sleeps", \
         ARG(thread, ACTOR) ARG(parker, PARKER) ARG(deadline, DEADLINE) ARG(value, VALUE))                      \
    STEP(parker_waker, "waker {waker} = wf_thread_parker_waker({parker})",                                      \
         ARG(waker, KEPT_WAKER) ARG(parker, PARKER))                                                            \
    STEP(clone_waker, "waker {waker} = wf_waker_clone(waker {of})",                                             \
         ARG(waker, KEPT_WAKER) ARG(of, KEPT_WAKER))                                                            \
    STEP(clone_often, "waker {of} is cloned{times}; then the clones are dropped",                               \
         ARG(of, KEPT_WAKER) ARG(times, TIMES))                                                                 \
    STEP(wake, "wf_waker_wake(waker {waker})", ARG(waker, KEPT_WAKER))                                          \
    STEP(wake_by_ref, "wf_waker_wake_by_ref(waker {waker})", ARG(waker, KEPT_WAKER))                            \
    STEP(drop_waker, "wf_waker_drop(waker {waker})", ARG(waker, KEPT_WAKER))                                    \
    STEP(will_wake, "wf_waker_will_wake(waker {left}, waker {right})",                                          \
         ARG(left, KEPT_WAKER) ARG(right, KEPT_WAKER))                                                          \
    STEP(live_bytes, "wf_live_bytes()", )                                                                       \
    STEP(spurious, "{times} for no reason", ARG(times, SPURIOUS))                                               \
    STEP(wall_clock, "the wall clock {clock}", ARG(clock, WALL_CLOCK))                                          \
    STEP(fail_allocation, "wf_alloc_fail_at({nth})", ARG(nth, NTH))
#define BLOCK_ON_STEPS(STEP, ARG)                                                                            \
    STEP(leaf, "a future that is {polls}{behaviour}", ARG(polls, PENDING_POLLS) ARG(behaviour, BEHAVIOUR))   \
    STEP(block_on, "{thread}: wf_block_on(future){again}", ARG(thread, ACTOR) ARG(again, AGAIN))             \
    STEP(wake_leaf, "thread 0: writes {value}, then wakes the future's task", ARG(value, VALUE))             \
    STEP(take_waker, "waker {waker} = a clone of the future's waker", ARG(waker, KEPT_WAKER))                \
    STEP(lone_block_on, "{thread}: wf_block_on(a future of its own)", ARG(thread, ACTOR))                    \
    STEP(lone_wake, "thread 0: wakes the task of {thread}", ARG(thread, ACTOR))                              \
    STEP(storm, "{thread}: wf_block_on(future), which thread 0 wakes {rounds} times at varying moments",     \
         ARG(thread, ACTOR) ARG(rounds, ROUNDS) ARG(spin, SPIN))
#define PARKING_STEPS(STEP, ARG) PARKS_STEPS(STEP, ARG) BLOCK_ON_STEPS(STEP, ARG)

/** Of EVENT_BUDGET: what is polled has none, and could go on for ever. */
enum { NO_BUDGET = -1 };

/** Events of the scenario "parking". */
enum parking_event {
    EVENT_PARK_DONE = 1, /* enum wf_parked, the value read */
    EVENT_PARK_LATE,     /* nanoseconds after the deadline at which a park that timed out returned */
    EVENT_LEAF_POLLED,   /* number of the poll, the value read */
    EVENT_BLOCK_ON_DONE, /* what it returned, out of the leaf */
    EVENT_PARK_BEGINS,   /* the runtime reports that it parks */
    EVENT_BUDGET,        /* the units with which a poll begins, where they are not WF_BUDGET; NO_BUDGET */
    EVENT_ROW_DONE,      /* parks with a permit that were woken, parks without one that timed out */
};

/* --- all of them --- */

#define LAB_STEPS(STEP, ARG) FUTURES_STEPS(STEP, ARG) PARKING_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

#endif
