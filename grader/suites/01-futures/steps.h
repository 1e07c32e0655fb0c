/**
 * @file steps.h
 * @brief The commands and events of lab 01's scenarios: what suite and scenarios agree on.
 *
 * Futures are named by small numbers, chosen by the judge. "out" of a reply is the future's output.
 */
#ifndef WEFT_SUITE_01_STEPS_H
#define WEFT_SUITE_01_STEPS_H

#include "channel.h"

enum { FUTURES_MAX = 32, WAKERS_MAX = 16, BRANCHES_MAX = 8, PARKERS_MAX = 4, ACTORS_MAX = 4 };

/** Commands of the scenario "futures": everything that one thread does. */
enum futures_step {
    STEP_PROBE = CHANNEL_FIRST_OPERATION, /* id: build a probe, a future that does as it is told */
    STEP_SET,                             /* probe, value: the next poll of the probe is READY with value */
    STEP_WAKE,                            /* probe: wake the waker that it keeps */
    STEP_READY,                           /* id, value */
    STEP_PENDING,                         /* id */
    STEP_MAP,                             /* id, inner, result: the function returns out ^ result */
    STEP_JOIN,                            /* id, order, branch... (-1: NULL) */
    STEP_TRY_JOIN,                        /* the same */
    STEP_SELECT,                          /* the same */
    STEP_RACE,                            /* the same */
    STEP_REPLACE,                         /* id, index, branch: change an entry of the array */
    STEP_NEXT,                            /* id: wf_select_next() */
    STEP_POLL,                            /* id, waker -> poll, out */
    STEP_DROP,                            /* id */
    STEP_FAILED,                          /* id -> failed of a try_join */
    STEP_WAKER,                           /* waker -> clones alive, wakes */
    STEP_CLONES,                          /* -> clones of all wakers alive */
    STEP_MANY,  /* kind, count: the combinator over so many futures, each pending once; polled twice
                      -> the second poll, how many of the futures are done */
    STEP_TURNS, /* kind, order, count, polls, renewed: the combinator over so many futures that stay pending,
                             polled so often -> text: of each poll the index of the branch that goes first, two bytes.
                             renewed: a select, which is dropped after each poll and begun again by wf_select_next() */
};

/** Events of the scenario "futures". */
enum futures_event {
    EVENT_PROBE_POLLED = 1, /* probe, poll */
    EVENT_PROBE_DROPPED,    /* probe */
    EVENT_MAPPED,           /* map, the output that the function was given */
    EVENT_WOKEN,            /* waker */
    EVENT_BYPASSED,         /* probe: its operations were called directly, so its head was not kept */
    EVENT_TURNS,            /* text, for STEP_TURNS */
};

/** Commands of the scenario "parking": threads, parkers, block_on. An actor is a thread of the scenario. */
enum parking_step {
    STEP_PARKER_NEW = CHANNEL_FIRST_OPERATION, /* parker -> 1, or 0: no memory */
    STEP_PARKER_DROP,                          /* parker */
    STEP_UNPARK, /* parker, value: write value where the parked thread will read it, then unpark */
    STEP_PARK,   /* actor, parker, milliseconds from now (enum far) -> the actor's kernel thread number */
    STEP_PARKER_WAKER,    /* waker, parker */
    STEP_WAKER_CLONE,     /* waker, of */
    STEP_WAKER_WAKE,      /* waker */
    STEP_WAKER_WAKE_REF,  /* waker */
    STEP_WAKER_DROP,      /* waker */
    STEP_WAKER_WILL_WAKE, /* waker, waker -> 0 or 1 */
    STEP_LIVE_BYTES,      /* -> live bytes */
    STEP_LEAF,            /* polls, behaviour: the future for the next STEP_BLOCK_ON */
    STEP_BLOCK_ON, /* actor, again: then block_on a ready future so often -> the actor's kernel thread number */
    STEP_LEAF_WAKE,       /* value: write value where the next poll will read it, then wake the leaf's task */
    STEP_LEAF_TAKE_WAKER, /* waker: clone what the leaf keeps into a waker of ours */
    STEP_FAIL_ALLOCATION, /* n */
    STEP_PARK_AT_GATE,    /* actor, parker: like STEP_PARK, but not before the gate is open */
    STEP_OPEN_GATE,       /* let the thread that waits at the gate go on, without telling it anything else */
    STEP_LONE_BLOCK_ON, /* actor: block_on a future of its own, pending until STEP_LONE_WAKE -> its kernel thread number */
    STEP_LONE_WAKE,  /* actor: make that future READY and wake its task */
    STEP_WALL_CLOCK, /* seconds: the wall clock is so far off, from now on */
    STEP_SPURIOUS,   /* times: so many waits on a condition variable return for no reason */
    STEP_UNPARK_IN_GAP, /* actor, parker, value, milliseconds: park it, and unpark it when it has decided to sleep and
                             does not yet -> whether it was caught there */
    STEP_STORM,         /* actor, rounds, spin: block_on a leaf that another thread wakes `rounds` times */
};

/** Deadlines that are no milliseconds from now. */
enum far {
    FOR_EVER = -1,      /* WF_FOREVER */
    BELOW_2_63 = -2,    /* 2^63 - 1 ns, */
    AT_2_63 = -3,       /* 2^63 ns, */
    ABOVE_2_63 = -4,    /* and one more: beyond a signed number */
    BELOW_FOR_EVER = -5 /* WF_FOREVER - 1 */
};

/** What the leaf of block_on does when it is polled and not yet READY. */
enum leaf_behaviour {
    LEAF_KEEPS_WAKER,       /* waits for STEP_LEAF_WAKE */
    LEAF_WAKES_IN_POLL,     /* wakes its own task before it returns */
    LEAF_WAKES_TWICE,       /* wakes it twice */
    LEAF_WAKES_BEFORE_PARK, /* is woken after the poll, when the park begins */
    LEAF_WAITS_AT_GATE,     /* keeps the waker, and does not return before the gate is open */
    LEAF_NESTS,             /* calls block_on */
};

/** Events of the scenario "parking". */
enum parking_event {
    EVENT_PARK_DONE = 1, /* enum wf_parked, the value read */
    EVENT_PARK_LATE,     /* nanoseconds after the deadline at which a park that timed out returned */
    EVENT_LEAF_POLLED,   /* number of the poll, the value read */
    EVENT_BLOCK_ON_DONE, /* what it returned, out of the leaf */
    EVENT_PARK_BEGINS,   /* the runtime reports that it parks */
};

#endif
