/**
 * @file steps.h
 * @brief The commands and events of lab 02's scenarios: what suite and scenarios agree on.
 *
 * Futures are named by small numbers, chosen by the judge: probes from 0, async functions from LAYER, calls from
 * CALL. Sizes are in bytes; a size of -1 stands for NULL in the place of the storage.
 */
#ifndef WEFT_SUITE_02_STEPS_H
#define WEFT_SUITE_02_STEPS_H

#include "channel.h"

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
    NODES_MAX = 64,
    PROBE_BYTES = 192, /* a room of so many bytes holds a probe */
};

/** What a probe's output is. */
enum probe_kind {
    PROBE_INT,    /* an int */
    PROBE_WIDE,   /* four numbers, made from its value, with a drop_out */
    PROBE_SILENT, /* none */
};

enum { WIDE_WORDS = 4 };

/** The numbers of a wide output. */
static inline int64_t wide_word(int64_t value, int index)
{
    return value * (index + 1) + index;
}

/** How many bytes an output of this kind has. */
static inline int64_t output_bytes(enum probe_kind kind)
{
    return kind == PROBE_INT ? (int64_t)sizeof(int) : kind == PROBE_WIDE ? WIDE_WORDS * 8 : 0;
}

/** Names of the futures whose heads are set by hand: each is the name of an operation, and one a trap. */
#define NODE_NAMES                                                                                           \
    {                                                                                                        \
        "f", "echo", "serve", "tcp_read", "read_to_the_end_of_the_stream", "50%d"                            \
    }
enum { NODE_NAMES_COUNT = 6 };

/** Names of closures. */
#define CLOSURE_NAMES                                                                                        \
    {                                                                                                        \
        "tally", "greet", "hand_over", "visit_each"                                                          \
    }
enum { CLOSURE_NAMES_COUNT = 4 };

/** Commands of both scenarios. */
enum common_step {
    STEP_PROBE = CHANNEL_FIRST_OPERATION, /* id, kind: build a probe, a future that does as it is told */
    STEP_ARM,                             /* probe, value: its next poll is READY with value */
    STEP_POLL,                            /* id, waker -> poll, out where it is an int */
    STEP_DROP,                            /* id */
    STEP_CLONES,                          /* -> clones of all wakers that are alive */
    STEP_LIVE_BYTES,                      /* -> live bytes */
    STEP_FAIL_ALLOCATION,                 /* n: wf_alloc_fail_at() */
    COMMON_STEPS_END
};

/** Commands of the scenario "async": and_then, async functions, the backtrace. */
enum async_step {
    STEP_AND_THEN = COMMON_STEPS_END, /* id, first, second (-1: next returns NULL) */
    STEP_HEAD,                        /* id -> line, the number of the future that it awaits (-1: NULL) */
    STEP_LAYER,                       /* id, child, child: an async function that awaits both in turn */
    STEP_NODE, /* node, name, line, awaited node (-1: NULL, -2: storage that was freed): a head set by hand */
    STEP_BACKTRACE, /* is_node, number, size, exact: of a node or a future -> length, where the zero byte is */
};

/** Commands of the scenario "calls": wf_dyn, recursion, closures. */
enum calls_step {
    STEP_DYN =
        COMMON_STEPS_END, /* call, frame, slot, value -> enum room or offset in the slot, misalignment */
    STEP_BUILD,           /* call, probe, kind: build a probe in the room of the call */
    STEP_VALUE,           /* call, kind -> first and last number of its value */
    STEP_RECURSION,       /* id, depth, probe: a future that calls itself, and in the end the probe */
    STEP_CLOSURE,         /* closure, kind, name, frame, state, drop (0: none, 1, 2: frees the closure) */
    STEP_CALL,            /* call, closure, probe, argument, slot, value */
    STEP_CLOSURE_DROP,    /* closure */
    STEP_AWAITED,         /* id, steps -> number of the future so many steps along `awaiting` (-1: NULL) */
};

/** Where a room is that does not lie in the slot. */
enum room { NO_ROOM = -1, ROOM_ELSEWHERE = -2 };

/** Where the zero byte of a backtrace is, if it is not inside of `size`. */
enum ending { ENDING_MISSING = -1, ENDING_BEYOND = -2 };

/** Events of both scenarios. Below 32: a set of them is a word. */
enum async_event {
    EVENT_POLLED = 1,    /* probe, poll + 2 * waker */
    EVENT_DROPPED,       /* probe */
    EVENT_BYPASSED,      /* probe: its operation was called, and not wf_future_poll() or wf_future_drop() */
    EVENT_OUT_DESTROYED, /* 0, last number of the output */
    EVENT_ALLOCATED,     /* no numbers */
    EVENT_FREED,         /* no numbers */
    EVENT_NEXT,          /* the and_then that arg belongs to (-1: none), the output */
    EVENT_BODY,          /* layer, part: a line of its body runs */
    EVENT_FINALLY,       /* layer */
    EVENT_STILL_AWAITS,  /* layer: in its FINALLY it still awaits something */
    EVENT_TEXT,          /* text of a backtrace, in pieces */
    EVENT_BUILT,         /* closure, argument: a call's future is built */
    EVENT_CAPTURED_DROPPED, /* closure, whether it is not empty meanwhile */
    EVENT_TAKEN_RELEASED,   /* closure: its call, which took the state over, is over */
    EVENT_DEPTH_DROPPED,    /* depth: a frame of the recursion is dropped */
};

#endif
