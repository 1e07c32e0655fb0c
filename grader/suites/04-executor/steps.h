/**
 * @file steps.h
 * @brief The steps, acts and events of lab 04's scenario: what suite and scenario agree on.
 *
 * Everything that is polled is a probe: a task, a root, or the body of a local run. It runs a program, a list of
 * acts that the judge wrote; one more runs when it is dropped. The same acts can be done by the driver, by a thread of
 * their own (an actor), by the park and by a hook.
 *
 * Probes are named by small numbers: 0 is the root, unless a test says otherwise.
 */
#ifndef WEFT_SUITE_04_STEPS_H
#define WEFT_SUITE_04_STEPS_H

#include "step_table.h"

enum {
    PROBES_MAX = 512,
    RUNTIMES_MAX = 2,
    LOCALS_MAX = 2,
    PROGRAM_MAX = 14,
    MANY_MAX = 10000,
    CHAIN_MAX = 100000,
    LOCKS_OF_A_PARK = 4, /**< mutexes that the scenario's own park takes before it sleeps */
    ALL = 0xffffff,      /**< of wf_task_set_run(): no limit */
    ROOT = 0,
};

/** Probes from the one to the other, in one number. */
#define RANGE(first, last) ((first) | (int64_t)(last) << 16)
#define RANGE_FIRST(range) ((range)&0xffff)
#define RANGE_LAST(range) ((range) >> 16)

/* --- domains of words --- */

#define RUNTIME_WORDS(EDGE) EDGE(RUNTIME, "the runtime") EDGE(OTHER, "the other runtime")
enum { RUNTIME_WORDS(STEP_EDGE_VALUE) };

#define LOCAL_WORDS(EDGE) EDGE(SET, "the local set") EDGE(OTHER_SET, "the other local set")
enum { LOCAL_WORDS(STEP_EDGE_VALUE) };

/** Schedulers to spawn on. Those that are kept are the references of `reference` and `local_reference`. */
#define SCHEDULERS(EDGE)                                                                                     \
    EDGE(ON_CURRENT, "")                                                                                     \
    EDGE(ON_RUNTIME, " on the runtime")                                                                      \
    EDGE(ON_OTHER, " on the other runtime")                                                                  \
    EDGE(ON_LOCAL, " on the local set")                                                                      \
    EDGE(ON_OTHER_LOCAL, " on the other local set")                                                          \
    EDGE(ON_KEPT, " on the scheduler to which a reference is kept")                                          \
    EDGE(ON_KEPT_LOCAL, " on the local set to whose scheduler a reference is kept")                          \
    EDGE(ON_STAYING, " on a scheduler whose tasks stay on their thread")                                     \
    EDGE(ON_MOVING, " on a scheduler whose tasks may move to another thread")
enum scheduler { SCHEDULERS(STEP_EDGE_VALUE) };

#define MOVERS(EDGE) EDGE(STAYS, "stay on their thread") EDGE(MOVES, "may move to another thread")
enum { MOVERS(STEP_EDGE_VALUE) };

#define BEHINDS(EDGE)                                                                                        \
    EDGE(OWN_WAKER, "")                                                                                      \
    EDGE(WAKER_BETWEEN, ", with a waker that forwards to its own")                                           \
    EDGE(WAKER_ALIKE, ", with a waker that forwards to its own, and has the same datum")
enum { BEHINDS(STEP_EDGE_VALUE) };

#define HOW_OFTENS(EDGE) EDGE(ONCE, "once") EDGE(EACH_TIME, "each time")
enum { HOW_OFTENS(STEP_EDGE_VALUE) };

#define FREELIES(EDGE)                                                                                       \
    EDGE(FREELY, "") EDGE(FREELY_PENDING, ", PENDING once in the middle") EDGE(FREELY_TWICE, ", two deep")
enum { FREELIES(STEP_EDGE_VALUE) };

#define PARKS(EDGE) EDGE(OWN_PARK, "NULL") EDGE(MOCK_PARK, "a park that tells")
enum { PARKS(STEP_EDGE_VALUE) };

#define SLEEPS(EDGE)                                                                                         \
    EDGE(IN_TURN, "that is a turn") EDGE(BEFORE_SLEEP, "without a deadline, before it sleeps")
enum { SLEEPS(STEP_EDGE_VALUE) };

/** Whole lives, of which nothing is told but sums. */
#define LIVES(EDGE)                                                                                          \
    EDGE(RUNTIMES, "a runtime that runs 3 tasks, which yield and consume, and is given up")                  \
    EDGE(DROPS, "a runtime that runs 3 tasks, which yield and consume, and is dropped with 2 that wait")     \
    EDGE(LOCAL_SETS,                                                                                         \
         "a runtime and a local set that runs 3 tasks, which yield and consume, and is dropped with 2 that wait")
enum { LIVES(STEP_EDGE_VALUE) };

/** Which of a runtime's hooks are set. */
enum {
    HOOK_BEFORE_PARK = 1,
    HOOK_AFTER_UNPARK = 2,
    HOOK_TASK_SPAWNED = 4,
    HOOK_TASK_ENDED = 8,
    ALL_HOOKS = 15,
};

/** Task-local values: of two keys that are called the same, numbers from 1; 0: none, or NULL. */
enum { KEYS = 2, KEY_VALUES = 100 };

/* --- all domains --- */

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    WORDS(RUNTIME, RUNTIME_WORDS)                                                                            \
    WORDS(LOCAL, LOCAL_WORDS)                                                                                \
    WORDS(SCHEDULER, SCHEDULERS)                                                                             \
    WORDS(MOVER, MOVERS)                                                                                     \
    WORDS(BEHIND, BEHINDS)                                                                                   \
    WORDS(HOW_OFTEN, HOW_OFTENS)                                                                             \
    WORDS(HOW_FREELY, FREELIES)                                                                              \
    WORDS(PARK, PARKS)                                                                                       \
    WORDS(LIFE, LIVES)                                                                                       \
    WORDS(SLEEP, SLEEPS)                                                                                     \
    TOLD(HOOKS, tell_hooks, 0, 1, 2, 4, 8, 7, 11, 13, 14, ALL_HOOKS)                                         \
    TOLD(PROBE, tell_probe, ROOT, 1, 2, 3)                                                                   \
    TOLD(PROBES, tell_probes, RANGE(1, 1), RANGE(1, 2), RANGE(1, PROBES_MAX - 1))                            \
    TOLD(EACH, tell_each, RANGE(ROOT, ROOT), RANGE(1, 1), RANGE(1, 2))                                       \
    TOLD(PLACE, tell_place, 0, 1)                                                                            \
    TOLD(LIMIT, tell_limit, 0, 1, 2, 3, 5, 30, 31, 32, 33, 60, 61, 62, 63, 64, 65, 127, 128, 129, 255, 256,  \
         257, 300, 1000, 65535, 65536, 65537, ALL)                                                           \
    NUMBERS(THREAD, 1, 2, 3)                                                                                 \
    NUMBERS(GATE, 0, 1)                                                                                      \
    NUMBERS(MARK, 1)                                                                                         \
    NUMBERS(MUTEX, 1, LOCKS_OF_A_PARK)                                                                       \
    NUMBERS(UNITS, 1, 127, 128, 129, 255, 256, 257, 300, 1000)                                               \
    NUMBERS(TIMES, 2, 299)                                                                                   \
    NUMBERS(KEY, 0, KEYS - 1)                                                                                \
    NUMBERS(KEY_VALUE, 0, 1, KEY_VALUES - 1)                                                                 \
    NUMBERS(ALLOCATION, 0, 1, 2)                                                                             \
    NUMBERS(ROUNDS, 300, 400)                                                                                \
    NUMBERS(SPIN, 0, 350)                                                                                    \
    NUMBERS(COUNT, 1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000, MANY_MAX)         \
    NUMBERS(LINKS, CHAIN_MAX)                                                                                \
    NUMBERS(LIFE_TIMES, 1, 20)

/* --- acts that only a poll does --- */

/* Of each the poll returns WF_PENDING, or goes on with the next. */
#define POLL_ACTS(STEP, ARG)                                                                                 \
    STEP(pend, "is PENDING", )                                                                               \
    STEP(rest, "is PENDING from now on", )                                                                   \
    STEP(wait, "is PENDING until it may go on", )                                                            \
    STEP(until, "again from its step {to}, until it may go on", ARG(to, PLACE))                              \
    STEP(ready, "is READY", )                                                                                \
    STEP(wake_self, "wakes itself", )                                                                        \
    STEP(spin, "wakes itself and is PENDING, for ever", )                                                    \
    STEP(keep, "keeps its waker", )                                                                          \
    STEP(begin_yield, "polls a yield once{behind}", ARG(behind, BEHIND))                                     \
    STEP(pong, "tells that it is polled, and is PENDING", )                                                  \
    STEP(go_to, "again from its step {to}", ARG(to, PLACE))                                                  \
    STEP(repeat, "again from its step {to}, {times} times", ARG(to, PLACE) ARG(times, TIMES))                \
    STEP(at_lock, "before its thread takes mutex {nth} from here, another one {step}", ARG(nth, MUTEX))      \
    STEP(at_unlock, "after its thread has given back mutex {nth} from here, another one {step}",             \
         ARG(nth, MUTEX))                                                                                    \
    STEP(on_wake, "gives what it awaits next a waker which, {how_often}, {step}", ARG(how_often, HOW_OFTEN))

/** What a poll awaits. `consume` tells how many it got each time that it must wait. */
#define AWAIT_ACTS(STEP, ARG)                                                                                \
    STEP(yield, "yields", )                                                                                  \
    STEP(consume, "consumes {units}", ARG(units, UNITS))                                                     \
    STEP(consume_freely, "consumes {units} inside unconstrained{how}",                                       \
         ARG(units, UNITS) ARG(how, HOW_FREELY))                                                             \
    STEP(refund_freely, "takes and gives back {units} units inside unconstrained", ARG(units, UNITS))        \
    STEP(race, "awaits a biased select of a loop that consumes for ever and the end of {task}",              \
         ARG(task, PROBE))                                                                                   \
    STEP(await, "awaits {task}", ARG(task, PROBE))                                                           \
    STEP(run_local, "runs {set} with {body} as the body", ARG(set, LOCAL) ARG(body, PROBE))                  \
    STEP(hold, "awaits {probe} inside unconstrained", ARG(probe, PROBE))                                     \
    STEP(scope, "awaits {probe} in a scope of key {key} with {value}",                                       \
         ARG(key, KEY) ARG(value, KEY_VALUE) ARG(probe, PROBE))

/* --- acts that anybody does --- */

/** The next act is done by a thread of its own, which is waited for. */
#define ASIDE(STEP, ARG) STEP(aside, "another thread {step}", )

#define ANY_ACTS(STEP, ARG)                                                                                  \
    STEP(wake, "wakes {probe}", ARG(probe, PROBE))                                                           \
    STEP(wake_ref, "wakes {probe} by reference", ARG(probe, PROBE))                                          \
    STEP(wake_last, "wakes {probe} by its last waker", ARG(probe, PROBE))                                    \
    STEP(let_go, "lets {probe} go on, and wakes it", ARG(probe, PROBE))                                      \
    STEP(forget, "drops the waker of {probe}", ARG(probe, PROBE))                                            \
    STEP(spawn, "spawns {task}{where}", ARG(where, SCHEDULER) ARG(task, PROBE))                              \
    STEP(spawn_all, "spawns {tasks}", ARG(tasks, PROBES))                                                    \
    STEP(slow_spawn, "spawns {task}{where}, and waits at gate 1 before its first mutex",                     \
         ARG(where, SCHEDULER) ARG(task, PROBE))                                                             \
    STEP(slow_wake, "wakes {probe} by reference, and waits at gate 1 before its first mutex",                \
         ARG(probe, PROBE))                                                                                  \
    STEP(abort, "aborts {task}", ARG(task, PROBE))                                                           \
    STEP(forget_abort, "drops the abort handle of {task}", ARG(task, PROBE))                                 \
    STEP(detach, "drops the join handle of {task}", ARG(task, PROBE))                                        \
    STEP(look, "polls the join handle of {task}", ARG(task, PROBE))                                          \
    STEP(quiet, "tells no more of the polls of {probe}", ARG(probe, PROBE))                                  \
    STEP(facts, "looks at its context", )                                                                    \
    STEP(values, "looks for task-local values", )                                                            \
    STEP(note, "comes to mark {mark}", ARG(mark, MARK))                                                      \
    STEP(gate, "waits at gate {gate}", ARG(gate, GATE))                                                      \
    STEP(open, "opens gate {gate}", ARG(gate, GATE))

/** What is done with runtimes and schedulers. */
#define RUNTIME_ACTS(STEP, ARG)                                                                              \
    STEP(make, "makes {runtime}", ARG(runtime, RUNTIME))                                                     \
    STEP(block_on, "wf_current_thread_block_on({runtime}, {root})", ARG(runtime, RUNTIME) ARG(root, PROBE))  \
    STEP(block_on_dropped, "wf_current_thread_block_on({runtime}, which was dropped, {root})",               \
         ARG(runtime, RUNTIME) ARG(root, PROBE))                                                             \
    STEP(plain_block_on, "wf_block_on({root})", ARG(root, PROBE))                                            \
    STEP(drop, "wf_current_thread_drop({runtime})", ARG(runtime, RUNTIME))                                   \
    STEP(end, "aborts the tasks that are left in a last block_on of {runtime}, and gives it up",             \
         ARG(runtime, RUNTIME))                                                                              \
    STEP(reference, "keeps a reference to the scheduler of {runtime}", ARG(runtime, RUNTIME))                \
    STEP(unreference, "gives its reference to the scheduler of {runtime} up", ARG(runtime, RUNTIME))         \
    STEP(run_mover, "runs the tasks of the scheduler whose tasks {how}", ARG(how, MOVER))                    \
    STEP(mover_root, "polls {root} as a root of the scheduler whose tasks {how}",                            \
         ARG(how, MOVER) ARG(root, PROBE))

/** A set of tasks by hand: the driver is its thread. */
#define SET_ACTS(STEP, ARG)                                                                                  \
    STEP(set_new, "makes a set of tasks, and enters its context", )                                          \
    STEP(set_run, "wf_task_set_run(set, {limit})", ARG(limit, LIMIT))                                        \
    STEP(set_end_turn, "wf_task_set_end_turn(set)", )                                                        \
    STEP(set_shutdown, "wf_task_set_shutdown(set)", )                                                        \
    STEP(set_end, "leaves the set's context, and gives the set up", )

#define LOCAL_ACTS(STEP, ARG)                                                                                \
    STEP(local_new, "makes {set}", ARG(set, LOCAL))                                                          \
    STEP(local_drop, "drops {set}", ARG(set, LOCAL))                                                         \
    STEP(local_reference, "keeps a reference to the scheduler of {set}", ARG(set, LOCAL))                    \
    STEP(local_unreference, "gives its reference to the scheduler of {set} up", ARG(set, LOCAL))

#define ANYWHERE_ACTS(STEP, ARG)                                                                             \
    ANY_ACTS(STEP, ARG) RUNTIME_ACTS(STEP, ARG) SET_ACTS(STEP, ARG) LOCAL_ACTS(STEP, ARG)

/* --- steps that carry acts --- */

/* `thread`: from after the reply, which is the thread's kernel number. `in_...`: the next time, once. */
#define CARRIERS(STEP, ARG)                                                                                  \
    STEP(program, "{probes}: {steps}", ARG(probes, EACH))                                                    \
    STEP(drop_program, "the clean-up of {probes}: {steps}", ARG(probes, EACH))                               \
    STEP(driver, "thread 0: {steps}", )                                                                      \
    STEP(thread, "thread {thread}: {steps}", ARG(thread, THREAD))                                            \
    STEP(in_park, "in the next park of {runtime} {when}: {steps}", ARG(runtime, RUNTIME) ARG(when, SLEEP))   \
    STEP(in_before_park, "in the next before_park of {runtime}: {steps}", ARG(runtime, RUNTIME))             \
    STEP(in_after_unpark, "in the next after_unpark of {runtime}: {steps}", ARG(runtime, RUNTIME))           \
    STEP(in_task_spawned, "in the next task_spawned of {runtime}: {steps}", ARG(runtime, RUNTIME))           \
    STEP(in_task_ended, "in the next task_ended of {runtime}: {steps}", ARG(runtime, RUNTIME))               \
    STEP(in_shutdown, "in the shutdown of the park of {runtime}: {steps}", ARG(runtime, RUNTIME))

/* --- steps of the driver alone --- */

/* Replies:
 *     new         1, or 0: no memory
 *     live_bytes  live bytes
 *     drop_storm  how many futures were dropped, how many polled after the drop began
 *     chain_dropped  how many of its futures were dropped
 *     lives       how many tasks were READY, how many dropped */
#define PLAIN_STEPS(STEP, ARG)                                                                               \
    STEP(new, "makes {runtime}: wf_current_thread_new({park}, {hooks})",                                     \
         ARG(runtime, RUNTIME) ARG(park, PARK) ARG(hooks, HOOKS))                                            \
    STEP(not_in_park, "and not in a later park of {runtime}, if it has not come to that yet",                \
         ARG(runtime, RUNTIME))                                                                              \
    STEP(hold_unpark,                                                                                        \
         "the next unpark of {runtime} takes long: it leaves its permit, and waits at gate {gate}",          \
         ARG(runtime, RUNTIME) ARG(gate, GATE))                                                              \
    STEP(fail_allocation, "wf_alloc_fail_at({nth})", ARG(nth, ALLOCATION))                                   \
    STEP(live_bytes, "wf_live_bytes()", )                                                                    \
    STEP(storm, "thread 0: wakes {probe} at varying moments, whenever it was polled, {rounds} times",        \
         ARG(probe, PROBE) ARG(rounds, ROUNDS) ARG(spin, SPIN))                                              \
    STEP(many, "thread 0: spawns {count} tasks{where}, which only wait",                                     \
         ARG(where, SCHEDULER) ARG(count, COUNT))                                                            \
    STEP(drop_storm, "thread {thread}: drops {runtime}, while thread 0 wakes all of them",                   \
         ARG(thread, THREAD) ARG(runtime, RUNTIME))                                                          \
    STEP(many_forget, "thread 0: drops all their wakers", )                                                  \
    STEP(chain, "thread 0: spawns {count} tasks{where}, each of which awaits the one before",                \
         ARG(where, SCHEDULER) ARG(count, LINKS))                                                            \
    STEP(chain_dropped, "how many of them were dropped", )                                                   \
    STEP(lives, "two threads at once: each lives {times} times the life of {what}",                          \
         ARG(what, LIFE) ARG(times, LIFE_TIMES))

#define LAB_STEPS(STEP, ARG)                                                                                 \
    POLL_ACTS(STEP, ARG)                                                                                     \
    AWAIT_ACTS(STEP, ARG) ASIDE(STEP, ARG) ANYWHERE_ACTS(STEP, ARG) CARRIERS(STEP, ARG) PLAIN_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

/* --- events --- */

/** What is told, of a and b. How they read is in tells.c. */
enum event {
    EVENT_POLLED = 1,      /**< probe, number of the poll */
    EVENT_READY,           /**< probe */
    EVENT_DROPPED,         /**< probe */
    EVENT_FACTS,           /**< probe or -1, budget * 16 + FACT bits */
    EVENT_NOTE,            /**< mark */
    EVENT_CONSUMED,        /**< probe, how many so far */
    EVENT_SPAWN,           /**< probe, result */
    EVENT_JOINED,          /**< probe, out; PENDING_STILL */
    EVENT_PARK,            /**< runtime, PARK_TURN and so on */
    EVENT_PARKED,          /**< runtime: the park returns */
    EVENT_UNPARK,          /**< runtime */
    EVENT_SHUTDOWN,        /**< runtime: of the park */
    EVENT_PARK_DROPPED,    /**< runtime */
    EVENT_PARK_MISUSED,    /**< runtime, enum misuse */
    EVENT_BEFORE_PARK,     /**< runtime */
    EVENT_AFTER_UNPARK,    /**< runtime */
    EVENT_TASK_SPAWNED,    /**< probe */
    EVENT_TASK_ENDED,      /**< probe */
    EVENT_BLOCK_ON_DONE,   /**< runtime */
    EVENT_RUNTIME_DROPPED, /**< runtime */
    EVENT_AT_GATE,         /**< gate */
    EVENT_LOCAL_DROPPED,   /**< local set */
    EVENT_NEW,             /**< runtime, 1 or 0 */
    EVENT_SET_RAN,         /**< 0, how many tasks were polled */
    EVENT_VALUES,          /**< probe, the value of key 0 + KEY_VALUES * the value of key 1 */
};

/** Of EVENT_FACTS. */
enum { FACT_TASK_IS_MINE = 1, FACT_NO_TASK = 2, FACT_ON_RUNTIME = 4, FACT_ON_LOCAL = 8 };

/** Of EVENT_PARK. */
enum { PARK_TURN, PARK_ASLEEP, PARK_WITH_PERMIT, PARK_UNTIL };

/** Of EVENT_PARK_MISUSED. */
enum misuse { PARK_AFTER_SHUTDOWN = 1, USED_AFTER_DROP, PARKED_TWICE_AT_ONCE, SHUT_DOWN_TWICE };

/** Of EVENT_JOINED. */
enum { PENDING_STILL = 1 };

#endif
