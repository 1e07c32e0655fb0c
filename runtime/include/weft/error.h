/**
 * @file error.h
 * @brief Expected outcomes as values: 0 or a negative code.
 *
 * Each source of codes has a range of its own, so that a code says by itself what failed:
 *
 *     -1 to -4095        a negated errno: of a system call, or what the library has a name of its own for
 *     -10001 to -10099   the library's own: enum wf_error
 *     -10101 to -10299   names of hosts and services: WF_ERESOLVER() of a code of getaddrinfo()
 *
 * A programmer's mistake is not an error code but a panic (panic.h).
 *
 * @clause{G.18,0,"wf_strerror describes 0, each code of enum wf_error, each WF_ERESOLVER and each negated errno by a static string, and anything else as unknown."}
 */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#include <errno.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** Negative codes; a negated errno (`-ECONNRESET`) is one too. */
enum wf_error {
    WF_ENOMEM = -ENOMEM,       /**< the allocator hook returned NULL */
    WF_ECANCELED = -ECANCELED, /**< a cancellation was requested */
    WF_ETIMEDOUT = -ETIMEDOUT, /**< the deadline passed first */
    WF_EAGAIN = -EAGAIN,       /**< not now */
    WF_ECLOSED = -10001,       /**< the other side is gone */
    WF_EDISABLED = -10002,     /**< every branch is disabled or has completed */
    WF_EEND = -10003,          /**< the stream is over, in the middle of what was asked for */
    WF_EFULL = -10004,         /**< there is no room now */
    WF_ELAGGED = -10005,       /**< the receiver was too slow: values were lost */
    WF_ETOOLONG = -10006,      /**< longer than the limit that was set */
    WF_ENOTPOLLABLE =
        -10007, /**< a plain file, a folder or the like: it is always ready, and cannot be waited for */
};

/** The code for an error of getaddrinfo(), which are negative: WF_ERESOLVER(EAI_AGAIN). EAI_SYSTEM is none: errno says more. */
#define WF_ERESOLVER(eai) (-10100 + (eai))

/**
 * @brief The name and meaning of a code, for people.
 * @param code  0, a code of enum wf_error, a WF_ERESOLVER() or a negated errno.
 * @return a static string, never NULL.
 *
 * Clauses: G.18
 * Threads: any. Cost: O(1), no allocation.
 */
const char *wf_strerror(int code);

WF_END_DECLS

#endif
