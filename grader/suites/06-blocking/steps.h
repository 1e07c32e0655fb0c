/**
 * @file steps.h
 * @brief The steps of lab 06's scenario: what suite and scenario agree on.
 *
 * One pool, whose sleeps the scenario has in its hand: a thread that waits for the pool's condition `told` sleeps until it is signalled,
 * or until a step ends its wait. Each step returns when every thread of the pool sleeps, is held, is in a call that waits, or has ended.
 */
#ifndef WEFT_SUITE_06_STEPS_H
#define WEFT_SUITE_06_STEPS_H

#include "step_table.h"

enum {
    CALLS_MAX = 1300,
    UNTOLD = -1000,     /**< of join: the handle is not READY */
    WALL_CLOCK = -1000, /**< of deadline: it is on a clock that steps */
};

#define KINDS(EDGE) EDGE(ORDINARY, "wf_spawn_blocking") EDGE(MANDATORY, "wf_spawn_blocking_mandatory")
enum { KINDS(STEP_EDGE_VALUE) };

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
    NUMBERS(KEEP_ALIVE_MS, 1000, 3600000)                                                                    \
    NUMBERS(SLEEPERS, 1, 2, 3)

/* Replies:
 *     make       1, or 0: no pool
 *     spawn      what was returned
 *     metrics    threads and idle, as the pool counts them, in one number: RANGE; queued
 *     join       the handle's output, or UNTOLD; the value
 *     deadline   of the thread that fell asleep last, in milliseconds from then on; whether each wait that goes on after a return without a reason had the same
 *     bounds     whether some deadline was earlier, and whether one was later, than the keep-alive from the begin of its sleep
 *     dropped, await_drop  1: the drop has returned; threads that were started and not joined; where some are left, nobody waits
 *     two_pools  calls that have run, of both; 1: both pools were there
 *     storm      calls that have run; most at once */
#define LAB_STEPS(STEP, ARG)                                                                                 \
    STEP(make, "wf_blocking_pool_new(threads_max {threads_max}, keep-alive {keep_alive_ms} ms)",             \
         ARG(threads_max, THREADS_MAX) ARG(keep_alive_ms, KEEP_ALIVE_MS))                                    \
    STEP(spawn, "{kind}(call {call}, which {behaviour})",                                                    \
         ARG(kind, KIND) ARG(call, CALL) ARG(behaviour, BEHAVIOUR))                                          \
    STEP(let_go, "lets call {call} go", ARG(call, CALL))                                                     \
    STEP(abort, "aborts call {call}", ARG(call, CALL))                                                       \
    STEP(detach, "drops the handle of call {call}", ARG(call, CALL))                                         \
    STEP(join, "polls the handle of call {call}", ARG(call, CALL))                                           \
    STEP(metrics, "wf_blocking_pool_metrics()", )                                                            \
    STEP(deadline, "until when the thread sleeps that fell asleep last", )                                   \
    STEP(bounds, "the deadlines of all sleeps so far", )                                                     \
    STEP(stop_clock, "CLOCK_MONOTONIC stands at 5,000,000,000.999999999 s", )                                \
    STEP(expire, "the keep-alive of {sleepers} sleeping threads ends", ARG(sleepers, SLEEPERS))              \
    STEP(spurious, "the waits of {sleepers} sleeping threads return without a reason",                       \
         ARG(sleepers, SLEEPERS))                                                                            \
    STEP(hold, "threads that are signalled are slow to get up", )                                            \
    STEP(release, "the slow threads get up, {told} of which were told of a call", ARG(told, SLEEPERS))       \
    STEP(release_late, "the keep-alive of {told} slow threads ends before they get up", ARG(told, SLEEPERS)) \
    STEP(no_threads, "the system gives no more threads", )                                                   \
    STEP(threads_again, "the system gives threads again", )                                                  \
    STEP(no_memory, "the next allocation fails", )                                                           \
    STEP(close_by_hand, "sets closed, under the lock, and ends the keep-alive of all who sleep", )           \
    STEP(drop, "thread 900: wf_blocking_pool_drop()", )                                                      \
    STEP(dropped, "has wf_blocking_pool_drop() returned?", )                                                 \
    STEP(await_drop, "waits until wf_blocking_pool_drop() returns", )                                        \
    STEP(two_pools,                                                                                          \
         "two pools at once, each with its spawner, run {call} calls each; keep-alive a microsecond",        \
         ARG(call, CALL))                                                                                    \
    STEP(storm, "4 threads spawn {call} calls that return at once", ARG(call, CALL))
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

/** What the pool has come to is told with each step that may change it: EVENT_STATE. */
enum { EVENT_STATE = 1 };
/** Calls that have begun, of these those that have returned, threads that exist, threads asleep; in `b` stands the call that began last, or -1. */
#define STATE_OF(begun, returned, threads, asleep)                                                           \
    ((int64_t)(begun) | (int64_t)(returned) << 16 | (int64_t)(threads) << 32 | (int64_t)(asleep) << 48)
enum { THREAD_OF_DROP = 900 };

#endif
