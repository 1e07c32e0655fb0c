/**
 * @file steps.h
 * @brief The steps of lab 06's scenario: what suite and scenario agree on.
 *
 * One pool, whose sleeps the scenario has in its hand: a thread that waits for the pool's condition `told` sleeps until it is signalled,
 * or until a step ends its wait. Each step returns when every thread of the pool sleeps, is held, is in a call that waits, or has ended.
 */
#ifndef WEFT_SUITE_06_STEPS_H
#define WEFT_SUITE_06_STEPS_H

#include <errno.h>

#include "step_table.h"

enum {
    CALLS_MAX = 1300,
    UNTOLD = -1000,     /**< of join: the handle is not READY */
    WALL_CLOCK = -1000, /**< of deadline: it is on a clock that steps */
};

#define KINDS(EDGE) EDGE(ORDINARY, "wf_spawn_blocking") EDGE(MANDATORY, "wf_spawn_blocking_mandatory")
enum { KINDS(STEP_EDGE_VALUE) };

/** As many threads as a pool has that does not say, more than a byte or two hold, and no limit: of these two not all are started. */
#define LIMITS 1, 512, 513, 65537, 2147483648, 4294967295
/** Keep-alives: next to 0, to a millisecond and to 32 bits of nanoseconds; more milliseconds than 31 bits hold; the longest. */
#define KEEP_ALIVES(EDGE)                                                                                    \
    EDGE(1, "1 ns")                                                                                          \
    EDGE(999999, "1 ms less 1 ns")                                                                           \
    EDGE(1000001, "1 ms and 1 ns")                                                                           \
    EDGE(1000000000, "1 s")                                                                                  \
    EDGE(4294967297, "2^32 + 1 ns")                                                                          \
    EDGE(HOUR_NS, "1 h")                                                                                     \
    EDGE(DAYS_NS, "30 days")                                                                                 \
    EDGE(LONGEST_NS, "2^60 ns")
#define HOUR_NS INT64_C(3600000000000)
#define DAYS_NS (720 * HOUR_NS)
#define LONGEST_NS (INT64_C(1) << 60)
/** Why the system starts no thread. The spawner says WF_EAGAIN whichever it is. */
#define REASONS(EDGE)                                                                                        \
    EDGE(EAGAIN, "EAGAIN") EDGE(ENOMEM, "ENOMEM") EDGE(EPERM, "EPERM") EDGE(EINVAL, "EINVAL")

/** What a call does when it has begun. Its result is 1000 and its number. */
#define BEHAVIOURS(EDGE)                                                                                     \
    EDGE(WAITS, "waits until it is let go")                                                                  \
    EDGE(RETURNS, "returns at once")                                                                         \
    EDGE(SPAWNS, "spawns the next call, which waits, and returns")
enum { BEHAVIOURS(STEP_EDGE_VALUE) };

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    WORDS(KIND, KINDS)                                                                                       \
    WORDS(BEHAVIOUR, BEHAVIOURS)                                                                             \
    NUMBERS(CALL, 0, 1)                                                                                      \
    NUMBERS(THREADS_MAX, 1, 2, 3, 65)                                                                        \
    WORDS(KEEP_ALIVE, KEEP_ALIVES)                                                                           \
    NUMBERS(LIMIT, LIMITS)                                                                                   \
    WORDS(REASON, REASONS)                                                                                   \
    NUMBERS(SLEEPERS, 1, 2, 3)

/* Replies:
 *     make       1, or 0: no pool
 *     spawn      what was returned
 *     metrics    threads and idle, as the pool counts them; queued, and the threads that were started so far: each two in one number
 *     join       the handle's output, or UNTOLD; the value
 *     contexts   calls that were run, or dropped, with another context than the thread's current one, or without the pool's base below it
 *     inner      what the spawn of a call returned; whether there was a handle
 *     unjoined   threads that have ended and were not joined
 *     deadline   of the thread that fell asleep last, in milliseconds from then on; whether each wait that goes on after a return without a reason had the same
 *     bounds     1: some deadline was earlier, 2: some one was later, than the keep-alive from the begin of its sleep; 1: some one's
 *                nanoseconds are no part of a second
 *     dropped, await_drop  1: the drop has returned; threads that were started and not joined; where some are left, nobody waits
 *     two_pools  calls that have run, of both; 1: both pools were there
 *     storm      calls that have run; most at once
 *     limit      calls that were accepted; threads that were asked for
 *     has        as metrics
 *     run_all    calls that have run */
#define POOL_STEPS(STEP, ARG)                                                                                \
    STEP(make, "wf_blocking_pool_new(threads_max {threads_max}, keep-alive {keep_alive_ns})",                \
         ARG(threads_max, THREADS_MAX) ARG(keep_alive_ns, KEEP_ALIVE))                                       \
    STEP(calls_ask, "calls_changed asks for the metrics from now on", )                                      \
    STEP(stopped_asks, "thread_stopped asks for the metrics, once somebody joins its thread", )              \
    STEP(spawn, "{kind}(call {call}, which {behaviour})",                                                    \
         ARG(kind, KIND) ARG(call, CALL) ARG(behaviour, BEHAVIOUR))                                          \
    STEP(let_go, "lets call {call} go", ARG(call, CALL))                                                     \
    STEP(abort, "aborts call {call}", ARG(call, CALL))                                                       \
    STEP(detach, "drops the handle of call {call}", ARG(call, CALL))                                         \
    STEP(join, "polls the handle of call {call}", ARG(call, CALL))                                           \
    STEP(metrics, "wf_blocking_pool_metrics()", )                                                            \
    STEP(contexts, "which contexts calls were run with", )                                                   \
    STEP(inner, "what the spawn in call {call} returned", ARG(call, CALL))                                   \
    STEP(unjoined, "how many threads have ended and were not joined", )                                      \
    STEP(deadline, "until when the thread sleeps that fell asleep last", )                                   \
    STEP(bounds, "the deadlines of all sleeps so far", )                                                     \
    STEP(stop_clock, "CLOCK_MONOTONIC stands at 5,000,000,000.999999999 s", )                                \
    STEP(pass, "CLOCK_MONOTONIC stands a second later", )                                                    \
    STEP(expire, "the keep-alive of {sleepers} sleeping threads ends", ARG(sleepers, SLEEPERS))              \
    STEP(spurious, "the waits of {sleepers} sleeping threads return without a reason",                       \
         ARG(sleepers, SLEEPERS))                                                                            \
    STEP(hold, "threads that are signalled are slow to get up", )                                            \
    STEP(release, "the slow threads get up, {told} of which were told of a call", ARG(told, SLEEPERS))       \
    STEP(release_late, "the keep-alive of {told} slow threads ends before they get up", ARG(told, SLEEPERS)) \
    STEP(no_threads, "the system gives no more threads: {reason}", ARG(reason, REASON))                      \
    STEP(threads_again, "the system gives threads again", )                                                  \
    STEP(no_memory, "the next allocation fails", )                                                           \
    STEP(close_by_hand, "sets closed, under the lock, and ends the keep-alive of all who sleep", )           \
    STEP(drop, "thread 900: wf_blocking_pool_drop()", )                                                      \
    STEP(dropped, "has wf_blocking_pool_drop() returned?", )                                                 \
    STEP(await_drop, "waits until wf_blocking_pool_drop() returns", )                                        \
    STEP(storm, "4 threads spawn {call} calls that return at once", ARG(call, CALL))
/* Other pools: two at once; and one whose threads were started, and none has come to run yet. */
#define POOLS_STEPS(STEP, ARG)                                                                               \
    STEP(two_pools,                                                                                          \
         "two pools at once, each with its spawner, run {call} calls each; keep-alive a microsecond",        \
         ARG(call, CALL))                                                                                    \
    STEP(limit, "{calls} calls, of a pool of at most {limit} threads: the system starts them, and is slow",  \
         ARG(limit, LIMIT) ARG(calls, CALL))                                                                 \
    STEP(has, "wf_blocking_pool_metrics()", )                                                                \
    STEP(run_all, "one of the threads comes, and runs calls; the last call sets closed", )

#define LAB_STEPS(STEP, ARG)                                                                                 \
    POOL_STEPS(STEP, ARG)                                                                                    \
    POOLS_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

/** What the pool has come to is told with each step that may change it: EVENT_STATE. */
enum { EVENT_STATE = 1 };
/** Calls that have begun, of these those that have returned, threads that exist, threads asleep; in `b` stands the call that began last, or -1. */
#define STATE_OF(begun, returned, threads, asleep)                                                           \
    ((int64_t)(begun) | (int64_t)(returned) << 16 | (int64_t)(threads) << 32 | (int64_t)(asleep) << 48)
enum { THREAD_OF_DROP = 900 };

#endif
