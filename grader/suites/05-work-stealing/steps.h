/**
 * @file steps.h
 * @brief The steps, acts and events of lab 05's scenarios: what suite and scenarios agree on.
 *
 * Four scenarios. "rings" and "idle" call the ring's functions and the idle word's, one by one. "worker" has workers without a
 * runtime around them: one thread runs worker 0, the others only stand there; all that happens beside is a step. Tasks, parks and
 * hooks do what a list of acts says. "runtime" has loads that real threads carry, and tells sums.
 */
#ifndef WEFT_SUITE_05_STEPS_H
#define WEFT_SUITE_05_STEPS_H

#include "step_table.h"

enum {
    RINGS_MAX = 4,
    THIEF_RING = RINGS_MAX, /**< one more: of a thief that can be stopped */
    THIEF_FIRST = 127,      /**< the number of its first task */
    RING_TASKS_MAX = 4096,
    WORKERS_MAX = 8,    /**< in most tests */
    MANY_WORKERS = 300, /**< more than a byte counts */
    PROBES_MAX = 2048,
    PROGRAM_MAX = 12,
    NOBODY = -1,
    OTHER_PARK = 9999, /**< of EVENT_UNPARK: what a worker's link says is no worker */
};

/** Tasks from the one to the other, in one number. */
#define RANGE(first, last) ((first) | (int64_t)(last) << 16)
#define RANGE_FIRST(range) ((range)&0xffff)
#define RANGE_LAST(range) ((range) >> 16)

/* --- domains of words --- */

#define SEARCHINGS(EDGE) EDGE(NOT_SEARCHING, "which does not search") EDGE(SEARCHING, "which searches")
enum { SEARCHINGS(STEP_EDGE_VALUE) };

/** Which of the hooks are set. */
enum { HOOK_BEFORE_PARK = 1, HOOK_AFTER_UNPARK = 2, ALL_HOOKS = 3 };

/** What workers count. */
#define COUNTS(EDGE)                                                                                         \
    EDGE(COUNT_POLLS, "polls")                                                                               \
    EDGE(COUNT_SCHEDULED, "scheduled")                                                                       \
    EDGE(COUNT_OVERFLOWED, "overflowed")                                                                     \
    EDGE(COUNT_STEALS, "steals")                                                                             \
    EDGE(COUNT_STOLEN, "stolen")                                                                             \
    EDGE(COUNT_PARKS, "parks")                                                                               \
    EDGE(COUNT_IDLE_PARKS, "idle_parks")                                                                     \
    EDGE(COUNT_WAKES, "wakes")
enum count { COUNTS(STEP_EDGE_VALUE) COUNTS_ALL };

#define DRIVERS(EDGE) EDGE(NO_DRIVER, "no driver") EDGE(WITH_DRIVER, "a driver, in which its worker sleeps")
enum { DRIVERS(STEP_EDGE_VALUE) };

/** What the runtime's tasks do. */
#define LOADS(EDGE)                                                                                          \
    EDGE(LOAD_OUTSIDE, "tasks that are READY at once, spawned from outside")                                 \
    EDGE(LOAD_TREE, "tasks that spawn two others each, down to the leaves")                                  \
    EDGE(LOAD_CHAIN, "tasks each of which spawns the next")                                                  \
    EDGE(LOAD_YIELDS, "tasks that yield five times each")                                                    \
    EDGE(LOAD_SELF_WAKES, "tasks that wake themselves five times each")                                      \
    EDGE(LOAD_PAIRS, "tasks that wake each other in pairs, 40 times; one without a partner yields 5 times")  \
    EDGE(LOAD_STAGES, "tasks each of which awaits the one before")                                           \
    EDGE(LOAD_STORM, "tasks that two other threads wake again and again")                                    \
    EDGE(LOAD_FAN_OUT, "tasks that one task spawns, more than its ring holds")                               \
    EDGE(LOAD_CHAIN_BESIDE, "an endless chain of tasks, and tasks that other threads spawn beside it")
enum load { LOADS(STEP_EDGE_VALUE) };

/** How a poll that holds its thread is let go: by another task, which has to run meanwhile. */
#define RESCUES(EDGE)                                                                                        \
    EDGE(RESCUE_SPAWNED, "which it spawned before")                                                          \
    EDGE(RESCUE_WOKEN, "which it woke before")                                                               \
    EDGE(RESCUE_BEHIND, "which it spawned before, behind 40 others")                                         \
    EDGE(RESCUE_YIELDED, "which it spawned before, and which yields first")                                  \
    EDGE(RESCUE_FROM_OUTSIDE, "which another thread spawns now")
enum rescue { RESCUES(STEP_EDGE_VALUE) };

/* --- all domains --- */

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    WORDS(SEARCHES, SEARCHINGS)                                                                              \
    WORDS(COUNT_OF, COUNTS)                                                                                  \
    WORDS(DRIVER, DRIVERS)                                                                                   \
    WORDS(LOAD, LOADS)                                                                                       \
    WORDS(RESCUE, RESCUES)                                                                                   \
    TOLD(RING, tell_ring, 0, 1, 2, 3, THIEF_RING)                                                            \
    TOLD(WORKER, tell_worker, 0, 1, 2, WORKERS_MAX - 1, MANY_WORKERS - 1)                                    \
    TOLD(FIRST, tell_first, 0, UINT32_MAX - 1, INT32_MAX - 1, 1, THIEF_FIRST, 255, UINT32_MAX - 300,         \
         UINT32_MAX - 128, UINT32_MAX, INT32_MAX)                                                            \
    TOLD(TASK, tell_task, 1, 2)                                                                              \
    TOLD(TASKS, tell_tasks, RANGE(1, 1))                                                                     \
    TOLD(EACH, tell_each, RANGE(1, 1))                                                                       \
    TOLD(HOOKS, tell_hooks, 0, HOOK_BEFORE_PARK, HOOK_AFTER_UNPARK, ALL_HOOKS)                               \
    TOLD(PLACE, tell_place, 0, 1)                                                                            \
    NUMBERS(NUMBER, 0, 1)                                                                                    \
    NUMBERS(RING_SIZE, 4, 8, 64, 256)                                                                        \
    NUMBERS(SIZE, 0, 1, 2, 3, 5, 127, 128, 129, 130, 254, 255, 256, 257, 385, 600)                           \
    NUMBERS(IDLE_WORKERS, 1, 2, 3, 8, 64, 65, 256, 1024)                                                     \
    NUMBERS(IDLE_WORKER, 0, 1, 1023)                                                                         \
    NUMBERS(ROUNDS, 300, 3000)                                                                               \
    NUMBERS(SLOTS, 4, 256)                                                                                   \
    NUMBERS(POLLS, 1, 20)                                                                                    \
    NUMBERS(WORKERS, 1, 2, 3, WORKERS_MAX, MANY_WORKERS)                                                     \
    NUMBERS(TIMES, 1, 100)                                                                                   \
    NUMBERS(UNITS, 200)                                                                                      \
    NUMBERS(MARK, 1, 2)                                                                                      \
    NUMBERS(LOAD_SIZE, 1, 300, 2000)                                                                         \
    NUMBERS(LOAD_THREADS, 1, 3)

/* --- "rings": tasks are numbered from 0 in the order in which they are made --- */

/* Replies:
 *     ring_push   how many tasks went to the inject queue, as push returned; how many calls returned more than 0
 *     ring_pop    how many tasks it got
 *     ring_steal  the task that was returned, or NOBODY; the count
 *     ring_drain  how many tasks
 *     ring_length the length
 *     ring_stop   1: head's two numbers differ; 0: they do not, or it has returned: it goes on at once
 *     ring_go_on  as ring_steal
 *     ring_apart  how many tasks a thread does not find again in its own rings and its own inject queue
 *     ring_storm  how many tasks were not taken once; how many of those pushed into empty rings overflowed */
#define RING_STEPS(STEP, ARG)                                                                                \
    STEP(ring_make, "makes {ring}: wf_run_queue_init({size} slots, {first})",                                \
         ARG(ring, RING) ARG(size, RING_SIZE) ARG(first, FIRST))                                             \
    STEP(ring_push, "pushes {count} new tasks to {ring}", ARG(ring, RING) ARG(count, SIZE))                  \
    STEP(ring_pop, "pops {count} times from {ring}", ARG(ring, RING) ARG(count, SIZE))                       \
    STEP(ring_steal, "wf_run_queue_steal({from}, {own})", ARG(from, RING) ARG(own, RING))                    \
    STEP(ring_stop, "thread 1: wf_run_queue_steal({from}, ring 4), up to its first write to a slot",         \
         ARG(from, RING))                                                                                    \
    STEP(ring_go_on, "thread 1 goes on to the end of its steal", )                                           \
    STEP(ring_drain, "takes what is in the inject queue", )                                                  \
    STEP(ring_length, "wf_run_queue_length({ring})", ARG(ring, RING))                                        \
    STEP(ring_apart,                                                                                         \
         "two threads that share nothing each push {count} tasks to a ring of 4, and steal from it once",    \
         ARG(count, ROUNDS))                                                                                 \
    STEP(ring_storm,                                                                                         \
         "with rings of {size} two owners push {count} tasks and pop some, while 2 threads steal from all",  \
         ARG(size, RING_SIZE) ARG(count, ROUNDS))

/* --- "idle" --- */

/* Replies:
 *     idle_sleep, idle_wake_up, idle_begin, idle_end, idle_is_asleep  what was returned
 *     idle_sleep_all  how many returned true
 *     idle_begin_all  how many returned true
 *     idle_end_all    how many returned true
 *     idle_to_wake    the worker, or NOBODY */
#define IDLE_STEPS(STEP, ARG)                                                                                \
    STEP(idle_make, "wf_idle_init({workers} workers)", ARG(workers, IDLE_WORKERS))                           \
    STEP(idle_sleep, "worker {worker}, {searches}: wf_idle_fall_asleep()",                                   \
         ARG(worker, IDLE_WORKER) ARG(searches, SEARCHES))                                                   \
    STEP(idle_sleep_all, "all workers, which do not search, fall asleep, from worker 0 on", )                \
    STEP(idle_to_wake, "wf_idle_to_wake()", )                                                                \
    STEP(idle_wake_up, "worker {worker}: wf_idle_wake_up()", ARG(worker, IDLE_WORKER))                       \
    STEP(idle_is_asleep, "wf_idle_is_asleep(worker {worker})", ARG(worker, IDLE_WORKER))                     \
    STEP(idle_begin, "a worker: wf_idle_begin_search()", )                                                   \
    STEP(idle_end, "a worker that searches: wf_idle_end_search()", )                                         \
    STEP(idle_begin_all, "workers: wf_idle_begin_search(), until one is refused, or each has", )             \
    STEP(idle_end_all, "those: wf_idle_end_search()", )                                                      \
    STEP(idle_destroy, "wf_idle_destroy()", )

/* --- "worker": acts that only a poll does --- */

/* Of each the poll returns WF_PENDING, or READY, or goes on with the next. */
#define POLL_ACTS(STEP, ARG)                                                                                 \
    STEP(pend, "is PENDING", )                                                                               \
    STEP(rest, "is PENDING from now on", )                                                                   \
    STEP(ready, "is READY", )                                                                                \
    STEP(wake_self, "wakes itself", )                                                                        \
    STEP(spin, "wakes itself and is PENDING, for ever", )                                                    \
    STEP(keep, "keeps its waker", )                                                                          \
    STEP(yield, "yields", )                                                                                  \
    STEP(give_way, "says that it gives way, and goes on", )                                                  \
    STEP(consume, "consumes {units}", ARG(units, UNITS))                                                     \
    STEP(go_to, "again from its step {to}", ARG(to, PLACE))                                                  \
    STEP(repeat, "again from its step {to}, {times} times", ARG(to, PLACE) ARG(times, TIMES))

/* --- "worker": acts of polls, parks, hooks and the driver --- */

/* `spawn`: on the thread that acts. `inject`, `wake_aside`: by another thread, which is waited for. `load`: into the ring of a
 * worker, as its own thread would. `give`: what a worker other than 0 has, to worker 0. */
#define ANY_ACTS(STEP, ARG)                                                                                  \
    STEP(wake, "wakes {task}", ARG(task, TASK))                                                              \
    STEP(wake_aside, "another thread wakes {task}", ARG(task, TASK))                                         \
    STEP(spawn, "spawns {tasks}", ARG(tasks, TASKS))                                                         \
    STEP(inject, "another thread spawns {tasks}", ARG(tasks, TASKS))                                         \
    STEP(load, "puts {tasks} into the ring of {worker}", ARG(worker, WORKER) ARG(tasks, TASKS))              \
    STEP(abort, "aborts {task}", ARG(task, TASK))                                                            \
    STEP(rob, "{worker} steals from worker 0, and runs nothing", ARG(worker, WORKER))                        \
    STEP(thief_stops, "another thread steals from {worker}, up to its first write to a slot of its own",     \
         ARG(worker, WORKER))                                                                                \
    STEP(thief_ends, "that thread goes on to its end; what it took is in the ring of {worker} then",         \
         ARG(worker, WORKER))                                                                                \
    STEP(fall_asleep, "{worker}, {searches}, falls asleep", ARG(worker, WORKER) ARG(searches, SEARCHES))     \
    STEP(begin_search, "a worker other than 0 begins to search", )                                           \
    STEP(end_search, "a worker other than 0 searches no more", )                                             \
    STEP(notify, "wf_workers_notify()", )                                                                    \
    STEP(unpark, "wf_unpark(the park of {worker})", ARG(worker, WORKER))                                     \
    STEP(finish, "says that all tasks are over, and unparks every worker", )                                 \
    STEP(after, "lets all tasks be over with the poll {polls} from here", ARG(polls, POLLS))                 \
    STEP(take_worker, "takes worker 0 from its thread", )                                                    \
    STEP(note, "comes to mark {mark}", ARG(mark, MARK))                                                      \
    STEP(look, "looks how much is queued", )

/* `in_...`: the next time, once. */
#define CARRIERS(STEP, ARG)                                                                                  \
    STEP(program, "{tasks}: {steps}", ARG(tasks, EACH))                                                      \
    STEP(driver, "thread 0: {steps}", )                                                                      \
    STEP(in_turn, "in the next park of worker 0 that is a turn: {steps}", )                                  \
    STEP(in_sleep, "in the next park of worker 0 without a deadline: {steps}", )                             \
    STEP(in_before_park, "in the next before_park: {steps}", )                                               \
    STEP(in_after_unpark, "in the next after_unpark: {steps}", )                                             \
    STEP(in_unpark, "in the next wf_unpark() of another worker: {steps}", )                                  \
    STEP(at_steal, "before the next steal of worker 0: {steps}", )

/* The worker that is number 0 here may have another place among all.
 * Replies:
 *     run     the kernel's number of the thread, which begins after the reply
 *     counts  the number
 *     queued  tasks in the ring of the worker, and in the inject queue */
#define WORKER_STEPS(STEP, ARG)                                                                                                    \
    STEP(world,                                                                                                                    \
         "makes {workers} workers with rings of {slots}, which begin with {first}, {hooks}; the `number` of worker 0 is {number}", \
         ARG(workers, WORKERS) ARG(slots, SLOTS) ARG(hooks, HOOKS) ARG(first, FIRST) ARG(number, NUMBER))                          \
    STEP(run, "thread 1: wf_worker_run(worker 0)", )                                                                               \
    STEP(counts, "the count `{what}` of worker 0", ARG(what, COUNT_OF))                                                            \
    STEP(queued, "tasks in the ring of {worker}, and in the inject queue", ARG(worker, WORKER))                                    \
    STEP(end_world, "aborts and runs the tasks that are left, and gives the workers up", )

/* --- "runtime" --- */

/* Replies:
 *     runtime_new     1, or 0: no runtime
 *     carry           tasks that ended as they should; violations, of which events tell
 *     rescue          how many were let go
 *     block_ons       roots that were READY; violations
 *     drop_states     futures that were dropped or READY, of all; violations
 *     runtime_drop    thread_started - thread_stopped; violations
 *     polls_counted   polls that the tasks counted; polls that the runtime counted */
#define RUNTIME_STEPS(STEP, ARG)                                                                             \
    STEP(runtime_new, "wf_multi_thread_new({workers} workers, {driver})",                                    \
         ARG(workers, WORKERS) ARG(driver, DRIVER))                                                          \
    STEP(carry, "{size} {load}: runs them to their end", ARG(load, LOAD) ARG(size, LOAD_SIZE))               \
    STEP(rescue, "a task waits in its poll for another one {how}, {times} times",                            \
         ARG(how, RESCUE) ARG(times, TIMES))                                                                 \
    STEP(block_ons, "{threads} threads call wf_multi_thread_block_on({size} tasks are spawned and awaited)", \
         ARG(threads, LOAD_THREADS) ARG(size, LOAD_SIZE))                                                    \
    STEP(drop_states,                                                                                        \
         "wf_multi_thread_drop(), with {size} tasks that wait, yield, wake themselves, or are queued",       \
         ARG(size, LOAD_SIZE))                                                                               \
    STEP(polls_counted, "the polls that the metrics count", )                                                \
    STEP(runtime_drop, "wf_multi_thread_drop()", )

#define LAB_STEPS(STEP, ARG)                                                                                 \
    RING_STEPS(STEP, ARG)                                                                                    \
    IDLE_STEPS(STEP, ARG)                                                                                    \
    POLL_ACTS(STEP, ARG)                                                                                     \
    ANY_ACTS(STEP, ARG) CARRIERS(STEP, ARG) WORKER_STEPS(STEP, ARG) RUNTIME_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

/* --- events --- */

/** What is told, of a and b. How they read is in tells.c. */
enum event {
    EVENT_RUN = 1,      /**< first task, how many: one after the other */
    EVENT_POLLED,       /**< task, number of the poll */
    EVENT_READY,        /**< task */
    EVENT_DROPPED,      /**< task */
    EVENT_PARK,         /**< worker, PARK_TURN and so on */
    EVENT_PARKED,       /**< worker: the park returns */
    EVENT_UNPARK,       /**< worker */
    EVENT_BEFORE_PARK,  /**< 0 */
    EVENT_AFTER_UNPARK, /**< 0 */
    EVENT_NOTE,         /**< mark */
    EVENT_LOOK,         /**< tasks in the ring of worker 0, in the inject queue */
    EVENT_STEAL,        /**< the victim; the thief is worker 0 */
    EVENT_STOLE,        /**< the victim, how many */
    EVENT_WORKER_RAN,   /**< 1: all tasks are over; 0: taken */
    EVENT_VIOLATION,    /**< of a load: enum violation, task */
};

/** Of EVENT_PARK. */
enum { PARK_TURN, PARK_ASLEEP, PARK_WITH_PERMIT, PARK_UNTIL };

/** Of EVENT_VIOLATION. */
enum violation {
    TWO_AT_ONCE = 1,
    NOT_ON_A_WORKER,
    POLLED_WHEN_OVER,
    ROOT_ELSEWHERE,
    TWICE_IN_DRIVER,
    HOOKS_DIFFER
};

#endif
