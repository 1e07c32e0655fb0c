/**
 * @file detail/reactor.h
 * @brief The reactor: a park that waits for descriptors, and notes down what they become ready for.
 *
 * The interface has two operations, so that what is above it does not depend on a library: wf_reactor_new() makes the one on libevent, tests and
 * models have their own.
 *
 * Threads: park and shutdown: one at a time, as of any park. Everything else: any.
 *
 * @clause{G.150,0,"A reactor's park returns not later than its deadline, and for an unpark or a descriptor that becomes ready. It is WF_PARK_TIMED_OUT never before the deadline."}
 * @clause{G.151,0,"An event is noted down and its waiters woken in one park or turn. Bits of closed sides are there only where poll() says so of the descriptor."}
 * @clause{G.152,0,"A watch of a plain file is WF_ENOTPOLLABLE, of one that is watched -EEXIST, of none -EBADF, after the shutdown WF_ECLOSED; nothing is left."}
 * @clause{G.153,0,"The reactor's shutdown closes each source. A source may be unwatched afterwards, and when the reactor is dropped."}
 * @clause{G.154,0,"What comes for a descriptor that was unwatched is not told of its number's next owner, and an unwatch waits for no waker."}
 * @clause{G.155,0,"A descriptor that is opened where no reactor is panics, and says which runtime has one."}
 */
#ifndef WEFT_DETAIL_REACTOR_H
#define WEFT_DETAIL_REACTOR_H

#include "weft/detail/compiler.h"
#include "weft/detail/readiness.h"
#include "weft/park.h"

WF_BEGIN_DECLS

struct wf_reactor;

/** A descriptor that a reactor watches: the head of what the reactor keeps of it. */
struct wf_source {
    struct wf_readiness readiness; /**< what it is ready for */
    struct wf_reactor *reactor;    /**< constant: whose it is; for its operations only, it may be dropped */
    int fd;                        /**< constant */
};

/** What a kind of reactor does. */
struct wf_reactor_ops {
    /** Begin to watch `fd` for all of `interest`. 0: `*source` is the caller's until unwatch; else an error, and nothing is left. */
    int (*watch)(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **source);
    /** End that. Nobody waits on the source; it is gone then. The descriptor is still open. */
    void (*unwatch)(struct wf_source *source);
};

/** The head of every reactor. */
struct wf_reactor {
    struct wf_park park;              /**< first: a reactor is a park */
    const struct wf_reactor_ops *ops; /**< what kind it is */
};

/**
 * @brief Make a reactor on libevent.
 * @return its park is to be dropped by wf_park_drop(). NULL: no memory, or no more descriptors; errno says which.
 *
 * Cost: seven descriptors.
 */
WF_MUST_USE struct wf_reactor *wf_reactor_new(void);

WF_END_DECLS

#endif
