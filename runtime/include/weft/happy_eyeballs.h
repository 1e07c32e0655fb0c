/**
 * @file happy_eyeballs.h
 * @brief A race of attempts to reach one of several addresses, as RFC 8305 has it: Happy Eyeballs.
 *
 * A host has addresses of IPv4 and IPv6, and some do not answer: one of them must not cost a minute. So the next attempt begins while
 * those before it still go on. connect.h has the race of TCP connections; an attempt may be more, such as a connection and a
 * handshake of TLS on it.
 *
 * Sequence: the families take turns, beginning with that of the first address, and within a family the sequence is the list's.
 * Instants: the next attempt begins when the newest one has failed, at once; or else a head start after that one began. When an older
 *           one fails that changes nothing: the newest still has its head start.
 * End:      the first that succeeds wins, at once, and all others are dropped; of two that succeed together it is the older. No attempt is
 *           given up before: a head start is no limit of time. Put a wf_timeout() around the race, much longer than a head start.
 * Bound:    WF_ATTEMPTS_MAX go on at once, then the next one waits until one of them fails.
 * Error:    if all fail, that of the first attempt: of the best address, whichever was slow. An error that says that there is no way from here
 *           (-ENETUNREACH, -EHOSTUNREACH, -EADDRNOTAVAIL, -EAFNOSUPPORT) gives way to one that says more: without IPv6, and nobody
 *           listening, it is -ECONNREFUSED.
 * Source:   RFC 8305, section 5.
 */
#ifndef WEFT_HAPPY_EYEBALLS_H
#define WEFT_HAPPY_EYEBALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/detail/timer.h"
#include "weft/future.h"
#include "weft/net_address.h"

WF_BEGIN_DECLS

enum { WF_ATTEMPTS_MAX = 16 /**< that go on at once: four seconds of head starts */ };
#define WF_HEAD_START_NS UINT64_C(250000000)    /**< of a race that does not say: 250 ms */
#define WF_HEAD_START_MIN_NS UINT64_C(10000000) /**< 10 ms: less would flood a network */

/** What attempts are. One constant table a kind. */
struct wf_attempt_ops {
    /**
     * Builds one, in memory of its own. Its output is an int, and negative where it failed. NULL: there is none, `*error` says why, and
     * the race goes on with the next address.
     */
    struct wf_future *(*begin)(void *arg, const struct wf_address *address, int *error);
    /** This one wins: take what it made. It is READY. */
    void (*win)(void *arg, struct wf_future *attempt);
    /** Gives its memory back. It is READY, or was dropped. */
    void (*free)(void *arg, struct wf_future *attempt);
};

/** How a race is to be. Zeroes are right for most. */
struct wf_happy_eyeballs_options {
    uint64_t head_start_ns; /**< 0: WF_HEAD_START_NS; less than WF_HEAD_START_MIN_NS is that */
    uint32_t at_once; /**< attempts that go on, 1 to WF_ATTEMPTS_MAX; 0 or more than that: WF_ATTEMPTS_MAX */
};

/** One attempt that goes on. */
struct wf_attempt {
    struct wf_future *future; /**< owned */
    size_t index;             /**< of its address in the list */
    uint32_t number;          /**< how many began before it */
};

/** Races attempts. Clauses: G.253 G.254 G.255 G.256 G.257 */
struct wf_happy_eyeballs {
    struct wf_future future;            /**< the head */
    const struct wf_address *addresses; /**< borrowed */
    size_t count;                       /**< of addresses */
    size_t next[2];      /**< where to look for the next one: of the first one's family, and of the others */
    uint32_t begun;      /**< attempts so far */
    bool newest_is_over; /**< none has begun, or the newest has failed: the next one begins at once */
    uint64_t head_start_ns;                      /**< from one attempt to the next */
    uint32_t at_once;                            /**< how many go on at most */
    const struct wf_attempt_ops *ops;            /**< of the attempts */
    void *arg;                                   /**< their first argument */
    struct wf_timer timer;                       /**< when the next attempt begins */
    uint32_t going_on;                           /**< of `attempts`: */
    struct wf_attempt attempts[WF_ATTEMPTS_MAX]; /**< the oldest first */
    uint32_t failed_number;                      /**< of the attempt whose error is `error` */
    int error;                                   /**< 0: none has failed */
    size_t winner;                               /**< READY with 0: index of the address that was reached */
    int out;                                     /**< 0, or an error */
};

/**
 * @brief Build a future that is READY with 0 when an attempt has succeeded.
 * @param addresses  the best first; borrowed, as `arg` and `ops` are, until it is READY or dropped. One that is there twice is tried twice.
 * @param options    copied; NULL: all zeroes.
 * @return `race`.
 *
 * Errors: -EINVAL: no address; WF_ECANCELED, WF_ECLOSED: an attempt said so, or the runtime is shut down: no other begins then; else that
 *         of the attempt that G.256 names.
 * Driver: a runtime with a time driver.
 * Cancel safety: that of the attempts, which are dropped.
 * Cost:          what an attempt costs; a wake polls all that go on. While no address is left no timer is armed.
 *
 * @clause{G.253,0,"Attempts of wf_happy_eyeballs begin in turn of families, the first address's first, in each in the list's sequence: the first at the first poll."}
 * @clause{G.254,0,"The next attempt begins at once when the newest has failed, else a head start after that began: 250 ms, or what the options say, at least 10 ms."}
 * @clause{G.255,0,"The first attempt that succeeds wins, the older of two; wf_happy_eyeballs is READY in that poll, with its index, and has dropped and freed all others, as a drop does."}
 * @clause{G.256,0,"When all attempts have failed, out is the error of the earliest one, but of one that had a way before one that had none. No address is -EINVAL."}
 * @clause{G.257,0,"At most at_once attempts go on. A further one waits until one fails; none is given up because it is slow."}
 */
struct wf_happy_eyeballs *wf_happy_eyeballs(struct wf_happy_eyeballs *race, const struct wf_address *addresses,
                                            size_t count, const struct wf_attempt_ops *ops, void *arg,
                                            const struct wf_happy_eyeballs_options *options);

WF_END_DECLS

#endif
