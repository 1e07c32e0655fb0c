/**
 * @file steps.h
 * @brief The commands, programs and events of lab 04's scenario: what suite and scenario agree on.
 *
 * Everything that is polled is a probe: a task, a root, or the body of a local run. It runs a program, a list of
 * instructions that the judge wrote; one more runs when it is dropped. The same instructions can be run by the
 * driver, by a thread of their own (an actor), by the park and by a hook.
 *
 * Probes are named by small numbers: 0 is the root, unless a test says otherwise.
 */
#ifndef WEFT_SUITE_04_STEPS_H
#define WEFT_SUITE_04_STEPS_H

#include "channel.h"

enum {
    PROBES_MAX = 512,
    RUNTIMES_MAX = 2,
    LOCALS_MAX = 2,
    ACTORS_MAX = 4,
    GATES_MAX = 4,
    PROGRAM_MAX = 14,
    MANY_MAX = 10000,
    LOCKS_OF_A_PARK = 4, /**< mutexes that the scenario's own park takes before it sleeps */
    THREAD_ASIDE = 9,    /**< the number of the thread that DO_ASIDE makes */
};

/** Commands. A program is a list of instructions at the end of the arguments. */
enum step {
    STEP_PROGRAM =
        CHANNEL_FIRST_OPERATION, /**< first, last, instruction...: what these probes do when polled */
    STEP_DROP_PROGRAM,           /**< first, last, instruction...: what they do when dropped */
    STEP_DO,                     /**< instruction...: the driver does them */
    STEP_ON,      /**< actor, instruction...: a thread does them, from after the reply -> its kernel number */
    STEP_NEW,     /**< runtime, with a mock park, the hooks that are set (HOOK_*) -> 1, or 0: no memory */
    STEP_IN_PARK, /**< runtime, forever, skip, instruction...: in the park after so many of its kind */
    STEP_IN_HOOK, /**< runtime, skip, instruction...: in the before_park after so many */
    STEP_IN_SPAWNED,      /**< runtime, instruction...: in the next task_spawned */
    STEP_IN_SHUTDOWN,     /**< runtime, instruction...: in the shutdown of the park */
    STEP_HOLD_UNPARK,     /**< runtime, gate: the next unpark leaves its permit, then waits there */
    STEP_FAIL_ALLOCATION, /**< n */
    STEP_LIVE_BYTES,      /**< -> live bytes */
    STEP_STORM,           /**< probe, rounds, spin: wake it whenever it has been polled (DO_PONG), so often */
    STEP_MANY,            /**< scheduler, count: spawn tasks that only wait, and keep their wakers */
    STEP_DROP_STORM,      /**< actor, runtime: it drops the runtime, while the driver wakes all of STEP_MANY
                            -> how many futures were dropped, how many polled after the drop began */
    STEP_MANY_FORGET,     /**< drop their wakers */
    STEP_CHAIN,           /**< scheduler, count: spawn tasks of which each awaits the one before */
    STEP_CHAIN_DROPPED,   /**< -> how many of their futures were dropped */
};

/** An instruction: what, and two numbers. */
#define DO(what, a, b) ((int64_t)(what) | (int64_t)(a) << 8 | (int64_t)(b) << 32)

enum instruction {
    /* only in the program of a poll */
    DO_PEND = 1,  /**< return WF_PENDING; the next poll goes on behind it */
    DO_WAIT,      /**< return WF_PENDING at each poll until DO_LET_GO */
    DO_UNTIL,     /**< a: go on with this instruction, until DO_LET_GO: then with the next */
    DO_READY,     /**< return WF_READY; also the end of the program */
    DO_WAKE_SELF, /**< wake by reference what the poll was given */
    DO_KEEP,      /**< keep a clone of it */
    DO_YIELD,     /**< await a wf_yield */
    DO_BEGIN_YIELD, /**< poll a wf_yield once, and go on in the same poll; a = 1: with a waker that wakes what it kept */
    DO_CONSUME, /**< a: await so many wf_consume; tells how many it got each time it must wait */
    DO_CONSUME_FREELY, /**< a, b: the same, but inside wf_unconstrained; b = 1: pending once in the middle; 2: two deep */
    DO_REFUND_FREELY, /**< a: inside wf_unconstrained, take and give back so many units */
    DO_RACE,          /**< a: select: a loop that consumes for ever, or the end of the task a */
    DO_AWAIT,         /**< a: await the task; tells how it ended. By the driver: one poll */
    DO_RUN_LOCAL,     /**< a, b: await a run of local set a, with probe b as its body */
    DO_HOLD,          /**< a: await probe a inside wf_unconstrained */
    DO_SCOPE, /**< a, b: await probe b inside a scope of key a / KEY_VALUES with value a % KEY_VALUES; 0: NULL */
    DO_AT_LOCK, /**< a: before the a-th mutex that this thread takes from now on, DO_ASIDE the next instruction */
    DO_AT_UNLOCK, /**< a: the same, after the a-th mutex that it gives back */
    DO_ON_WAKE, /**< what is awaited next is polled with a waker that does the next instruction, once, and wakes what it kept */
    DO_PONG,    /**< tell STEP_STORM that it was polled, and return WF_PENDING */

    /* anywhere */
    DO_GOTO,      /**< a: go on with this instruction of the program */
    DO_REPEAT,    /**< a, b: do so b times, then go on */
    DO_WAKE,      /**< a: wake a clone of what probe a kept */
    DO_WAKE_REF,  /**< a: wake what it kept by reference */
    DO_WAKE_LAST, /**< a: wake what it kept, by value: it is kept no more */
    DO_LET_GO, /**< a: end the DO_WAIT of probe a, this one or the next, and wake a clone of what it kept */
    DO_FORGET, /**< a: drop what it kept */
    DO_SPAWN,  /**< a, b: spawn probe b on scheduler a, with a join handle */
    DO_SPAWN_RANGE,       /**< a, b: the probes from a to b on the current scheduler */
    DO_ABORT,             /**< a: by its abort handle */
    DO_FORGET_ABORT,      /**< a: drop the abort handle */
    DO_DETACH,            /**< a: drop the join handle */
    DO_QUIET,             /**< a: from now on the polls of probe a are not told */
    DO_FACTS,             /**< tell what the context says */
    DO_NOTE,              /**< a: tell that this was reached */
    DO_VALUES,            /**< tell the task-local values that are in force */
    DO_GATE,              /**< a: tell, then wait until the gate is opened */
    DO_OPEN,              /**< a: open it */
    DO_ASIDE,             /**< do the next instruction on a thread of its own, and wait for its end */
    DO_BLOCK_ON,          /**< a, b: on runtime a, with probe b as root */
    DO_BLOCK_ON_DROPPED,  /**< a, b: the same, of the runtime that was the last to be dropped there */
    DO_PLAIN_BLOCK_ON,    /**< a: wf_block_on() */
    DO_NEW,               /**< a: make runtime a, with a mock park */
    DO_DROP,              /**< a: drop runtime a */
    DO_END,               /**< a: end runtime a without a drop: abort its tasks in a last block_on */
    DO_SET_NEW,           /**< the driver makes a set of tasks, and is its thread: ON_CURRENT spawns on it */
    DO_SET_RUN,           /**< a: run at most a of its tasks */
    DO_SET_END_TURN,      /**< those that yielded may run again */
    DO_SET_SHUTDOWN,      /**< end its tasks */
    DO_SET_END,           /**< give the set up, in which no task is left */
    DO_REFERENCE,         /**< a: a further reference to the scheduler of runtime a */
    DO_UNREFERENCE,       /**< a: give it back */
    DO_LOCAL_NEW,         /**< a: make local set a */
    DO_LOCAL_DROP,        /**< a */
    DO_LOCAL_REFERENCE,   /**< a: a further reference to the scheduler of local set a */
    DO_LOCAL_UNREFERENCE, /**< a: give it back */
    DO_RUN_MOVER,         /**< a: run the tasks of ON_MOVER + a */
    DO_MOVER_ROOT,        /**< a, b: poll probe b once as the root of a block_on there */
    DO_SLOW_SPAWN, /**< a, b: spawn probe b on scheduler a, and wait at gate 1 before its first mutex */
    DO_SLOW_WAKE,  /**< a, b: wake by reference what probe a kept; at gate b before its first mutex */
};

/** Schedulers to spawn on. */
enum {
    ON_CURRENT = 0,
    ON_RUNTIME = 1, /**< + runtime */
    ON_LOCAL = 5,   /**< + local set */
    ON_KEPT = 9,    /**< + runtime: the reference of DO_REFERENCE */
    ON_KEPT_LOCAL = 13,
    ON_MOVER = 17, /**< + 1: its tasks may move to another thread; + 0: they stay */
};

/** Events. */
enum event {
    EVENT_POLLED = 1,      /**< probe, number of the poll */
    EVENT_READY,           /**< probe */
    EVENT_DROPPED,         /**< probe */
    EVENT_FACTS,           /**< probe or -1, budget * 16 + FACT bits */
    EVENT_NOTE,            /**< number */
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

/** Task-local values: of two keys that are called the same, numbers from 1; 0: none, or NULL. */
enum { KEYS = 2, KEY_VALUES = 100 };

/** Which of a runtime's hooks are set. */
enum {
    HOOK_BEFORE_PARK = 1,
    HOOK_AFTER_UNPARK = 2,
    HOOK_TASK_SPAWNED = 4,
    HOOK_TASK_ENDED = 8,
    ALL_HOOKS = 15,
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
