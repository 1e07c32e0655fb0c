/**
 * @file future.h
 * @brief Futures: computations that are polled until they are ready.
 *
 * Shape:   the frame *is* the future: a structure whose first member, the head, is a `struct wf_future`. The caller
 *          owns the storage, a constructor builds the frame in place, and from then on it never moves: combinators
 *          and waiters point into it.
 * Life:    built -> polled (any number of times, WF_PENDING each) -> WF_READY, or dropped. READY ends it:
 *          everything but its output has been released and nothing is owed. One that is not READY is
 *          dropped exactly once; that is cancellation, and it is synchronous.
 * Wake-up: a poll that returns WF_PENDING has arranged that the waker of its cx is woken when another
 *          poll is worth while. A wake says "poll again", never "it is ready".
 * Threads: a future is polled and dropped by one thread at a time, and neither inside its own poll.
 * C++:     a constructor has the name of its structure, as stat() has that of struct stat: so write `struct wf_join join;`,
 *          with the keyword; `wf_join` alone is the function. The macros that end in code (ASYNC_*, AWAIT, WF_SPAWN) are C's.
 * Source:  Rust's core::future, Tokio.
 *
 * @clause{G.1,0,"A future that is polled after it was READY panics."}
 * @clause{G.2,0,"A future that is polled after it was dropped panics."}
 * @clause{G.3,0,"A future that is dropped twice panics; dropping one that is READY does nothing, once or more often."}
 * @clause{G.4,0,"Dropping a future that is not READY calls its drop operation once, even if it was never polled. An empty future (all zero) panics when polled or dropped."}
 * @clause{G.5,0,"wf_future_out points to the output inside the frame; asking for an int output of a future that has another kind panics."}
 */
#ifndef WEFT_FUTURE_H
#define WEFT_FUTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/** The result of a poll. */
enum wf_poll {
    WF_PENDING, /**< not yet: the waker will be woken when another poll is worth while */
    WF_READY    /**< done: the output is in the frame; never poll again */
};

/** What a poll is given. Borrowed for the duration of the poll. */
struct wf_cx {
    const struct wf_waker *waker; /**< wakes the task that polls; clone it to keep it */
};

struct wf_future;

/** Told of each child of a future. */
typedef void wf_visit(void *arg, const struct wf_future *child);

/** What a kind of future does and what its frame looks like. One constant table a kind. */
struct wf_future_ops {
    const char *name; /**< for traces and trees: the function's or the operation's name */
    /** Make progress; never after READY or a drop. */
    enum wf_poll (*poll)(struct wf_future *self, struct wf_cx *cx);
    /** Release all; called only when not READY. NULL: nothing to release. */
    void (*drop)(struct wf_future *self);
    uint32_t size;               /**< of the whole frame, in bytes */
    uint32_t out_offset;         /**< of the output in the frame, in bytes */
    uint32_t out_size;           /**< of the output, in bytes; 0: there is none */
    void (*drop_out)(void *out); /**< destroys an output that no caller took; NULL: plain data */
    /** Calls `visit` for each child that is not finished, for futures that have several. NULL: none but `awaiting`. */
    void (*children)(const struct wf_future *self, wf_visit *visit, void *arg);
    /** Whether an output means failure. NULL: an `int` that is negative does, and no output of another size. */
    bool (*failed)(const void *out);
};

/** Initialises the members that describe the frame, for a type that has an `out`. */
#define WF_FRAME(type)                                                                                       \
    .size = sizeof(type), .out_offset = offsetof(type, out), .out_size = sizeof(((type *)0)->out)

/** Values of `line` that are no source line. */
enum {
    WF_LINE_NEW = 0,              /**< built, not started */
    WF_LINE_DONE = 0x7fffffff,    /**< READY was returned */
    WF_LINE_DROPPED = 0x7ffffffe, /**< dropped before it was READY */
};

/** The head of every frame. All zero: empty, which is not a future. */
struct wf_future {
    const struct wf_future_ops *ops; /**< NULL: empty */
    struct wf_future *awaiting;      /**< the one child it is suspended on, or NULL */
    WF_ATOMIC(uint32_t) line;        /**< WF_LINE_*, or the line of the await; for dumps from any thread */
};

/** @brief Report a poll or drop that the life-cycle forbids. Clauses: G.1 G.2 G.3 G.4 */
WF_NORETURN void wf_future_misused(const struct wf_future *future, const char *attempt);

/**
 * @brief For stress builds: whether a future that is PENDING is polled once more, for no reason.
 * @return one time in `one_in`, drawn, where `future` is what the context runs; else false.
 *
 * Drawn by the seed of the runtime, where it has one (wf_choose()). Elsewhere each thread's draws begin with the seed in the
 * environment's WF_SPURIOUS_SEED, or with 1.
 */
bool wf_poll_for_no_reason(const struct wf_future *future, uint32_t one_in);

/** @brief Whether READY was returned: nothing is owed any more. Threads: any. */
static inline bool wf_future_is_done(const struct wf_future *future)
{
    return wf_load_relaxed(&future->line) == WF_LINE_DONE;
}

/** @brief Whether the future was dropped: in a clean-up (below ASYNC_FINALLY), whether this end is a cancellation. */
static inline bool wf_future_is_dropped(const struct wf_future *future)
{
    return wf_load_relaxed(&future->line) == WF_LINE_DROPPED;
}

/**
 * @brief Ask a future to make progress.
 * @param cx  borrowed for the call.
 * @return WF_READY exactly once in the future's life.
 *
 * A stress build defines WF_SPURIOUS, a number: polls of tasks and roots are repeated by chance, as if their wakers had been woken for no
 * reason. Every future must bear that; what counts polls need not. A poll with its repetitions is one event. Each of them begins with
 * WF_BUDGET, as a poll of an executor's.
 *
 * Clauses: G.1 G.2 G.16
 *
 * @clause{G.127,0,"Where WF_SPURIOUS is n, wf_future_poll repeats a PENDING poll of the context's root, and that again, each time with a chance of one in n."}
 */
static inline WF_MUST_USE enum wf_poll wf_future_poll(struct wf_future *future, struct wf_cx *cx)
{
    /* relaxed: only this thread changes the line; other threads read it for dumps, and order nothing by it */
    if (WF_UNLIKELY(!future->ops || wf_load_relaxed(&future->line) >= WF_LINE_DROPPED))
        wf_future_misused(future, "polled");
    const struct wf_context *context = wf_context_current;
    bool traced = WF_UNLIKELY(context && context->event_hook);
    if (traced)
        wf_event_report(WF_EVENT_POLL, 0, future->ops->name, future);
    wf_calls_out("a future");
    enum wf_poll poll = future->ops->poll(future, cx);
#ifdef WF_SPURIOUS
    while (poll == WF_PENDING && wf_poll_for_no_reason(future, WF_SPURIOUS))
        poll = future->ops->poll(future, cx);
#endif
    if (poll == WF_READY)
        wf_store_relaxed(&future->line, (uint32_t)WF_LINE_DONE);
    if (traced)
        wf_event_report(WF_EVENT_POLLED, (int)poll, future->ops->name, future);
    return poll;
}

/**
 * @brief Cancel a future that is not READY; do nothing for one that is.
 *
 * Synchronous: when it returns, the frame holds nothing any more and its storage may be used again.
 *
 * Clauses: G.3 G.4 G.16
 */
static inline void wf_future_drop(struct wf_future *future)
{
    uint32_t line = wf_load_relaxed(&future->line);
    if (line == WF_LINE_DONE)
        return;
    if (WF_UNLIKELY(!future->ops || line == WF_LINE_DROPPED))
        wf_future_misused(future, "dropped");
    const struct wf_context *context = wf_context_current;
    if (WF_UNLIKELY(context && context->event_hook))
        wf_event_report(WF_EVENT_DROP, 0, future->ops->name, future);
    /* before the call: what runs inside sees a future that is gone, and a second drop is found */
    wf_store_relaxed(&future->line, (uint32_t)WF_LINE_DROPPED);
    wf_calls_out("a future");
    if (future->ops->drop)
        future->ops->drop(future);
}

/** @brief The output inside the frame; valid once the future is READY. Clauses: G.5 */
static inline void *wf_future_out(struct wf_future *future)
{
    return (char *)future + future->ops->out_offset;
}

/** @brief The output of a future whose output is an `int`; panics for another kind. Clauses: G.5 */
int wf_future_int_out(struct wf_future *future);

/**
 * @brief Whether a future that is READY has failed: what a scope of children, or a set of tasks, asks of each.
 *
 * @clause{G.65,0,"wf_future_failed asks the predicate of the future's ops; without one, a negative int output is a failure, and nothing else is."}
 */
bool wf_future_failed(struct wf_future *future);

/**
 * A future that is READY at its first poll.
 *
 * Clauses: 01.1
 */
struct wf_ready {
    struct wf_future future; /**< the head */
    int out;                 /**< the value it was built with */
};

/**
 * @brief Build a future that is READY at its first poll.
 * @param value  becomes `out`.
 * @return `ready`.
 *
 * Cancel safety: SAFE: it holds nothing.
 *
 * @clause{01.1,3,"A ready future is READY at its first poll, and out is the value that it was built with."}
 */
struct wf_ready *wf_ready(struct wf_ready *ready, int value);

/**
 * A future that is never READY.
 *
 * Clauses: 01.2
 */
struct wf_pending {
    struct wf_future future; /**< the head */
};

/**
 * @brief Build a future that is never READY (Rust calls it the same): a branch that does not decide.
 * @return `pending`.
 *
 * Cancel safety: SAFE: it holds nothing.
 *
 * @clause{01.2,3,"A pending future is PENDING at every poll, keeps no waker and wakes none."}
 */
struct wf_pending *wf_pending(struct wf_pending *pending);

/**
 * A future that applies a function to another one's output.
 *
 * Clauses: 01.3 01.4
 */
struct wf_map {
    struct wf_future future;               /**< the head */
    struct wf_future *inner;               /**< owned: dropped with the map */
    int (*function)(void *arg, void *out); /**< called once, with the output of `inner` */
    void *arg;                             /**< its first argument */
    int out;                               /**< what `function` returned */
};

/**
 * @brief Build a future that is READY with `function(arg, <output of inner>)` once `inner` is READY.
 * @param inner     owned from now on: the map polls it, and drops it if it is itself dropped.
 * @param function  called once, in the poll in which `inner` becomes READY; takes the output over.
 * @param arg       passed on, not looked at.
 * @return `map`.
 *
 * Cancel safety: that of `inner`.
 *
 * @clause{01.3,3,"A map becomes READY in the same poll as its inner future. In that poll it calls its function once, with arg and the inner output; out is the result."}
 * @clause{01.4,3,"A map that is dropped before it is READY drops its inner future once, and does not call its function; a drop after READY does nothing."}
 */
struct wf_map *wf_map(struct wf_map *map, struct wf_future *inner, int (*function)(void *arg, void *out),
                      void *arg);

WF_END_DECLS

#endif
