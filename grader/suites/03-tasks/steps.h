/**
 * @file steps.h
 * @brief The steps and events of lab 03's scenarios: what suite and scenarios agree on.
 *
 * Tasks, wakers and handles are named by small numbers, chosen by the judge.
 */
#ifndef WEFT_SUITE_03_STEPS_H
#define WEFT_SUITE_03_STEPS_H

#include <stddef.h>

#include "step_table.h"
#include "weft/detail/task_state.h"

enum {
    TASKS_MAX = 64,
    WAKERS_MAX = 12,
    MOCKS_MAX = 8,
    ABORTS_MAX = 2,
    THREADS_MAX = 3,
    FUTURES_MAX = 16,
    KEYS_MAX = 4,
    LOCAL_VALUE_MAX = 99
};

/* --- domains of words --- */

/** The functions of detail/task_state.h that take nothing but the task; then the two that take more. */
#define TRANSITIONS_ALONE(EDGE)                                                                              \
    EDGE(TO_RUNNING, "wf_task_to_running")                                                                   \
    EDGE(TO_COMPLETE, "wf_task_to_complete")                                                                 \
    EDGE(REFERENCE, "wf_task_reference")                                                                     \
    EDGE(BY_REFERENCE, "wf_task_to_notified_by_reference")                                                   \
    EDGE(BY_VALUE, "wf_task_to_notified_by_value")                                                           \
    EDGE(SHARE, "wf_task_share_join_waker")                                                                  \
    EDGE(UNSHARE, "wf_task_unshare_join_waker")                                                              \
    EDGE(END_JOIN_WAKER, "wf_task_end_join_waker")                                                           \
    EDGE(JOIN_DROPPED, "wf_task_to_join_dropped")                                                            \
    EDGE(TO_CANCELLED, "wf_task_to_cancelled")
#define TRANSITIONS(EDGE)                                                                                    \
    TRANSITIONS_ALONE(EDGE) EDGE(TO_IDLE, "wf_task_to_idle") EDGE(UNREFERENCE, "wf_task_unreference")
enum transition { TRANSITIONS(STEP_EDGE_VALUE) };

#define TRUTHS(EDGE) EDGE(false, "false") EDGE(true, "true")

/** How a task is spawned: its handle's value points somewhere, or is NULL; or it has no handle. */
#define SPAWNS(EDGE)                                                                                         \
    EDGE(SPAWN_AWAITED, "")                                                                                  \
    EDGE(SPAWN_WITHOUT_VALUE, ", the handle's value NULL")                                                   \
    EDGE(SPAWN_DETACHED, ", no handle")
enum spawn { SPAWNS(STEP_EDGE_VALUE) };

/** Where something can be made to happen. The subject is the task, or the mock waker. */
#define POINTS(EDGE)                                                                                         \
    EDGE(AT_POLL, "in the poll of task")                                                                     \
    EDGE(AT_DROP, "in the drop of task")                                                                     \
    EDGE(AT_CLONE, "when the clone is made of join waker")                                                   \
    EDGE(AT_WAKE, "in the wake of join waker")                                                               \
    EDGE(AT_RELEASED, "when the scheduler is told of the end of task")                                       \
    EDGE(AT_TO_RUNNING, "just before wf_task_to_running of task")                                            \
    EDGE(AT_TO_IDLE, "just before wf_task_to_idle of task")                                                  \
    EDGE(AT_TO_COMPLETE, "just before wf_task_to_complete of task")                                          \
    EDGE(AT_COMPLETED, "just after wf_task_to_complete of task")                                             \
    EDGE(AT_SHARE, "just before wf_task_share_join_waker of task")                                           \
    EDGE(AT_UNSHARE, "just before wf_task_unshare_join_waker of task")                                       \
    EDGE(AT_END, "just before wf_task_end_join_waker of task")                                               \
    EDGE(AT_JOIN_DROPPED, "just before wf_task_to_join_dropped of task")                                     \
    EDGE(AT_UNREFERENCE, "just before wf_task_unreference of task")                                          \
    EDGE(AT_LET_GO, "just before wf_task_unreference of 2 of task")
enum point { POINTS(STEP_EDGE_VALUE) };

/* --- all domains --- */

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    WORDS(TRANSITION, TRANSITIONS)                                                                           \
    WORDS(TRANSITION_ALONE, TRANSITIONS_ALONE)                                                               \
    TOLD(WORD, tell_word, WF_TASK_REFERENCE, (int64_t)1023 * WF_TASK_REFERENCE,                              \
         (int64_t)1024 * WF_TASK_REFERENCE, (WF_TASK_REFERENCES_MAX - 2) * (int64_t)WF_TASK_REFERENCE,       \
         WF_TASK_REFERENCES_MAX * (int64_t)WF_TASK_REFERENCE)                                                \
    WORDS(TRUTH, TRUTHS)                                                                                     \
    NUMBERS(GIVEN_UP, 1, 2)                                                                                  \
    NUMBERS(STORM, 20000)                                                                                    \
    NUMBERS(THREAD, 0, 1, 2)                                                                                 \
    NUMBERS(HELD, 1, 2)                                                                                      \
    NUMBERS(TASK, 0, 1)                                                                                      \
    WORDS(SPAWN, SPAWNS)                                                                                     \
    NUMBERS(VALUE, 1, -1, -4095, INT32_MIN, INT32_MAX)                                                       \
    NUMBERS(MOCK, 0, MOCKS_MAX - 1)                                                                          \
    NUMBERS(ABORT, 0, ABORTS_MAX - 1)                                                                        \
    NUMBERS(WAKER, 0, WAKERS_MAX - 1)                                                                        \
    NUMBERS(TIMES, 2, 100)                                                                                   \
    NUMBERS(UNITS, 0, 1)                                                                                     \
    WORDS(POINT, POINTS)                                                                                     \
    NUMBERS(FUTURE, 0, 1, 2, 3)                                                                              \
    NUMBERS(KEY, 0, 1, 2, KEYS_MAX - 1)                                                                      \
    NUMBERS(LOCAL_VALUE, 1, LOCAL_VALUE_MAX)

/* --- the scenario "cells": one transition on a cell of its own --- */

/* The reply of the first three: the result, and the word afterwards. Of the storm, while another thread changes the count: what
 * the count is wrong by, and how often it was seen half changed. */
#define CELLS_STEPS(STEP, ARG)                                                                               \
    STEP(transit, "{transition}(task): the state is {word}",                                                 \
         ARG(transition, TRANSITION_ALONE) ARG(word, WORD))                                                  \
    STEP(to_idle, "wf_task_to_idle(task, {yielded}): the state is {word}",                                   \
         ARG(yielded, TRUTH) ARG(word, WORD))                                                                \
    STEP(unreference, "wf_task_unreference(task, {count}): the state is {word}",                             \
         ARG(count, GIVEN_UP) ARG(word, WORD))                                                               \
    STEP(storm,                                                                                              \
         "{transition}, {times} times, each time from {word}; another thread changes the count meanwhile",   \
         ARG(transition, TRANSITION) ARG(word, WORD) ARG(times, STORM))

/* --- the scenario "tasks" --- */

/* Each is done by a thread, which comes first; 0 is the driver. Replies:
 *     spawn         what wf_task_spawn() returned
 *     run           the task that was taken out of the queue, or -1
 *     poll          the poll, and out
 *     read_value    what the handle's `value` points to, and the task that stored it; -1 and -1: nothing was stored
 *     abort_handle  1, or 0: it is empty
 *     go_on         the reply of what that thread was doing, or NOT_HELD
 *     is_finished, touch, live_bytes, clones, budget_left  what they ask for
 * Any step of a thread that is held meanwhile: IS_HELD. `write`: for the next poll of the task, or its drop. */
#define BY "thread {thread}: "
#define TASKS_STEPS(STEP, ARG)                                                                               \
    STEP(spawn, BY "spawns task {task}{how}", ARG(thread, THREAD) ARG(task, TASK) ARG(how, SPAWN))           \
    STEP(ready, BY "the next poll of task {task} is to be READY with {value}",                               \
         ARG(thread, THREAD) ARG(task, TASK) ARG(value, VALUE))                                              \
    STEP(run, BY "wf_task_run(the next task of the queue)", ARG(thread, THREAD))                             \
    STEP(poll, BY "wf_future_poll(join handle of task {task}) with join waker {mock}",                       \
         ARG(thread, THREAD) ARG(task, TASK) ARG(mock, MOCK))                                                \
    STEP(read_value, BY "reads what value points to, of task {task}", ARG(thread, THREAD) ARG(task, TASK))   \
    STEP(join_drop, BY "wf_future_drop(join handle of task {task})", ARG(thread, THREAD) ARG(task, TASK))    \
    STEP(is_finished, BY "wf_join_handle_is_finished(join handle of task {task})",                           \
         ARG(thread, THREAD) ARG(task, TASK))                                                                \
    STEP(join_abort, BY "wf_join_handle_abort(join handle of task {task})",                                  \
         ARG(thread, THREAD) ARG(task, TASK))                                                                \
    STEP(abort_handle, BY "abort handle {handle} = wf_join_handle_abort_handle(of task {task})",             \
         ARG(thread, THREAD) ARG(handle, ABORT) ARG(task, TASK))                                             \
    STEP(abort, BY "wf_abort(abort handle {handle})", ARG(thread, THREAD) ARG(handle, ABORT))                \
    STEP(abort_drop, BY "wf_abort_handle_drop(abort handle {handle})",                                       \
         ARG(thread, THREAD) ARG(handle, ABORT))                                                             \
    STEP(give_abort,                                                                                         \
         BY "gives abort handle {handle} to the future of task {task}, which drops it when it ends",         \
         ARG(thread, THREAD) ARG(handle, ABORT) ARG(task, TASK))                                             \
    STEP(new_waker, BY "waker {waker} = a clone of the waker of task {task}",                                \
         ARG(thread, THREAD) ARG(waker, WAKER) ARG(task, TASK))                                              \
    STEP(clone_waker, BY "waker {waker} = wf_waker_clone(waker {of})",                                       \
         ARG(thread, THREAD) ARG(waker, WAKER) ARG(of, WAKER))                                               \
    STEP(wake, BY "wf_waker_wake(waker {waker})", ARG(thread, THREAD) ARG(waker, WAKER))                     \
    STEP(wake_by_ref, BY "wf_waker_wake_by_ref(waker {waker})", ARG(thread, THREAD) ARG(waker, WAKER))       \
    STEP(wake_often, BY "wf_waker_wake_by_ref(waker {waker}), {times} times",                                \
         ARG(thread, THREAD) ARG(waker, WAKER) ARG(times, TIMES))                                            \
    STEP(drop_waker, BY "wf_waker_drop(waker {waker})", ARG(thread, THREAD) ARG(waker, WAKER))               \
    STEP(touch, BY "wf_task_id(task {task}), of which it has a waker", ARG(thread, THREAD) ARG(task, TASK))  \
    STEP(write, BY "writes {value} where the poll of task {task} reads",                                     \
         ARG(thread, THREAD) ARG(task, TASK) ARG(value, VALUE))                                              \
    STEP(link, BY "the queue is linked through the tasks: schedule() writes the link `next`",                \
         ARG(thread, THREAD))                                                                                \
    STEP(live_bytes, BY "wf_live_bytes()", ARG(thread, THREAD))                                              \
    STEP(clones, BY "the clones of join waker {mock} that are alive", ARG(thread, THREAD) ARG(mock, MOCK))   \
    STEP(constrain, BY "has {units} units of budget", ARG(thread, THREAD) ARG(units, UNITS))                 \
    STEP(unconstrain, BY "has no budget to keep from now on", ARG(thread, THREAD))                           \
    STEP(budget_left, BY "the budget that is left", ARG(thread, THREAD))                                     \
    STEP(hold, BY "waits until it is let go", ARG(thread, THREAD))                                           \
    STEP(go_on, BY "lets thread {held} go on", ARG(thread, THREAD) ARG(held, HELD))

/* The next step happens at that point, once. `hold` there is not for thread 0. */
#define PLANS(STEP, ARG)                                                                                     \
    STEP(at, "(to come, {point} {subject}: {step})", ARG(point, POINT) ARG(subject, TASK))

/** Replies beside the step's own. */
enum { IS_HELD = -3, NOT_HELD = -2 };

/** Events of the scenario "tasks". The kind holds the thread's number too. */
enum tasks_event {
    EVENT_BOUND = 1,  /* task */
    EVENT_SCHEDULED,  /* task */
    EVENT_RELEASED,   /* task */
    EVENT_POLLED,     /* task, what was written for it */
    EVENT_DROPPED,    /* task, what was written for it */
    EVENT_DESTROYED,  /* task, the output's value */
    EVENT_CLONED,     /* mock */
    EVENT_WOKEN,      /* mock */
    EVENT_GIVEN_BACK, /* mock */
};
enum { EVENT_KINDS = 16 }; /* kind + EVENT_KINDS * thread */

/* --- the scenario "scopes": futures by number, task-local values --- */

/* Replies: scope 1, if it is the scope that is returned; poll_root, poll_outside the poll; get the value, 0: none. */
#define SCOPES_STEPS(STEP, ARG)                                                                              \
    STEP(probe, "future {future} = a probe", ARG(future, FUTURE))                                            \
    STEP(scope, "future {future} = wf_local_scope(key {key}, value {value}, future {inner})",                \
         ARG(future, FUTURE) ARG(key, KEY) ARG(value, LOCAL_VALUE) ARG(inner, FUTURE))                       \
    STEP(both, "future {future} = both future {first} and {second}",                                         \
         ARG(future, FUTURE) ARG(first, FUTURE) ARG(second, FUTURE))                                         \
    STEP(arm, "the next poll of probe {probe} is to be READY", ARG(probe, FUTURE))                           \
    STEP(poll_root, "wf_future_poll(future {future})", ARG(future, FUTURE))                                  \
    STEP(poll_outside, "wf_future_poll(future {future}) on a thread that is in no context",                  \
         ARG(future, FUTURE))                                                                                \
    STEP(drop_root, "wf_future_drop(future {future})", ARG(future, FUTURE))                                  \
    STEP(get, "wf_task_local_get(key {key})", ARG(key, KEY))                                                 \
    STEP(get_outside, "wf_task_local_get(key {key}) on a thread that is in no context", ARG(key, KEY))

/** Events of the scenario "scopes". */
enum scopes_event {
    EVENT_SEEN = 1,     /* probe * KEYS_MAX + key, the value in its poll */
    EVENT_SEEN_AT_DROP, /* the same, in its drop */
    EVENT_SEEN_FURTHER_IN, /* the same, in a context further in, where no scope is: only of a value that is not 0 */
};

/* --- the scenario "threads" --- */

/* Reply: what came of each life, the digits of LIFE_CAME_TO; -1: of the two something else. */
#define THREADS_STEPS(STEP, ARG)                                                                              \
    STEP(two_lives,                                                                                           \
         "two threads at once, a scheduler each: 4 tasks, of which one is joined, one detached, one aborted " \
         "and one left when it is over; and a scope", )
/** From the last digit on: tasks joined with their output, joined as cancelled, outputs destroyed, futures dropped, wakes of join
 * wakers, looks for the scope's value that found it. */
enum { LIFE_CAME_TO = 231211 };

/* --- all of them --- */

#define LAB_STEPS(STEP, ARG)                                                                                 \
    CELLS_STEPS(STEP, ARG)                                                                                   \
    TASKS_STEPS(STEP, ARG) PLANS(STEP, ARG) SCOPES_STEPS(STEP, ARG) THREADS_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

#define THREAD_FIRST(step, text, arguments)                                                                  \
    _Static_assert(offsetof(struct step_##step, thread) == 0, "the step " #step " begins with its thread");
TASKS_STEPS(THREAD_FIRST, STEP_NOTHING)

#endif
