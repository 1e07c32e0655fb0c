/**
 * @file steps.h
 * @brief The commands and events of lab 03's scenarios: what suite and scenarios agree on.
 *
 * Tasks, wakers and handles are named by small numbers, chosen by the judge.
 */
#ifndef WEFT_SUITE_03_STEPS_H
#define WEFT_SUITE_03_STEPS_H

#include "channel.h"

enum {
    TASKS_MAX = 64,
    WAKERS_MAX = 16,
    MOCKS_MAX = 8,
    ABORTS_MAX = 8,
    THREADS_MAX = 3,
    FUTURES_MAX = 16,
    KEYS_MAX = 4
};

/** The functions of detail/task_state.h. */
enum transition {
    TO_RUNNING,
    TO_IDLE,
    TO_COMPLETE,
    REFERENCE,
    UNREFERENCE, /* with a count */
    BY_REFERENCE,
    BY_VALUE,
    SHARE,
    UNSHARE,
    END_JOIN_WAKER,
    JOIN_DROPPED,
    TO_CANCELLED,
    TRANSITIONS
};

/** Commands of the scenario "cells": one transition on a cell of its own. */
enum cells_step {
    STEP_CELL = CHANNEL_FIRST_OPERATION, /* transition, word, count -> result, word afterwards */
    STEP_STORM, /* transition, word, times: while another thread changes the count -> what the count is wrong by,
                     how often it was seen half changed */
};

/** Commands of the scenario "tasks". The first argument is the thread that does it; 0 is the driver. */
enum tasks_step {
    STEP_SPAWN = CHANNEL_FIRST_OPERATION, /* task, enum spawn -> what wf_task_spawn() returned */
    STEP_READY,                           /* task, value: its next poll is READY with value */
    STEP_RUN,                             /* -> the task that was taken out of the queue and run, or -1 */
    STEP_POLL,                            /* task, mock: poll its join handle with that waker -> poll, out */
    STEP_VALUE,        /* task -> what the handle's `value` points to; -1: nothing was stored */
    STEP_JOIN_DROP,    /* task: drop its join handle */
    STEP_FINISHED,     /* task -> wf_join_handle_is_finished() */
    STEP_JOIN_ABORT,   /* task: wf_join_handle_abort() */
    STEP_ABORT_HANDLE, /* abort handle, task -> 1, or 0: it is empty */
    STEP_ABORT,        /* abort handle: wf_abort() */
    STEP_ABORT_DROP,   /* abort handle */
    STEP_OWN_ABORT,    /* task, abort handle: its future drops it when it ends */
    STEP_WAKER,        /* waker, task: a clone of the task's waker */
    STEP_WAKER_CLONE,  /* waker, of */
    STEP_WAKE,         /* waker: by value */
    STEP_WAKE_REF,     /* waker, times */
    STEP_WAKER_DROP,   /* waker */
    STEP_TOUCH,        /* task: read its memory, as the owner of a reference may -> its id */
    STEP_WRITE,        /* task, value: where the next poll of the task, or its drop, reads it */
    STEP_LINK,         /* the queue is linked through the tasks from now on */
    STEP_LIVE_BYTES,   /* -> live bytes */
    STEP_CLONES,       /* mock -> clones alive */
    STEP_BUDGET,       /* units: what this thread has from now on; -1: it is not constrained */
    STEP_BUDGET_LEFT,  /* -> units */
    STEP_AT,           /* enum point, subject, step, its arguments: do that step there, once */
    STEP_HOLD,         /* the thread that comes here waits; for STEP_AT, not thread 0 */
    STEP_GO_ON,        /* thread: it goes on -> the reply of what it was doing, or NOT_HELD */
};

/** Replies beside the operation's own. */
enum { IS_HELD = -3, NOT_HELD = -2 };

/** How a task is spawned. */
enum spawn {
    SPAWN_AWAITED,       /* with a handle whose value points somewhere */
    SPAWN_WITHOUT_VALUE, /* with a handle whose value is NULL */
    SPAWN_DETACHED,
};

/** Where something can be made to happen. The subject is the task, or the mock waker. */
enum point {
    AT_POLL,         /* in the task's poll */
    AT_DROP,         /* in the drop of its future */
    AT_CLONE,        /* a mock waker is cloned: after the clone was made */
    AT_WAKE,         /* a mock waker is woken */
    AT_GIVEN_BACK,   /* a mock waker is dropped */
    AT_RELEASED,     /* the scheduler is told that the future is over */
    AT_TO_RUNNING,   /* just before the transition */
    AT_TO_IDLE,      /* the same */
    AT_TO_COMPLETE,  /* the same */
    AT_COMPLETED,    /* just after to_complete */
    AT_SHARE,        /* just before the transition */
    AT_UNSHARE,      /* the same */
    AT_END,          /* just before end_join_waker */
    AT_JOIN_DROPPED, /* just before to_join_dropped */
    AT_UNREFERENCE,  /* just before one reference is given up */
    AT_LET_GO,       /* just before two are: complete, and the join waker woken */
};

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

/** Commands of the scenario "scopes": futures by number, task-local values. */
enum scopes_step {
    STEP_PROBE = CHANNEL_FIRST_OPERATION, /* future */
    STEP_SCOPE,                           /* future, key, value, inner */
    STEP_BOTH,                            /* future, inner, inner: polls both */
    STEP_ARM,                             /* probe: its next poll is READY */
    STEP_POLL_ROOT,                       /* future -> poll */
    STEP_DROP_ROOT,                       /* future */
    STEP_GET,                             /* key -> the value, 0: none */
    STEP_GET_OUTSIDE,                     /* the same, outside of any context */
};

/** Events of the scenario "scopes". */
enum scopes_event {
    EVENT_SEEN = 1,     /* probe * KEYS_MAX + key, the value in its poll */
    EVENT_SEEN_AT_DROP, /* the same, in its drop */
};

#endif
