/**
 * @file error.h
 * @brief Expected outcomes as values: 0 or a negative code.
 *
 * The library's own codes stand beside the negated errno values of system calls, far enough below them
 * that the two never meet. A programmer's mistake is not an error code but a panic (panic.h).
 *
 * @clause{G.18,0,"wf_strerror describes 0, each code of enum wf_error and each negated errno by a static string, and anything else as unknown."}
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
};

/**
 * @brief The name and meaning of a code, for people.
 * @param code  0, a code of enum wf_error or a negated errno.
 * @return a static string, never NULL.
 *
 * Clauses: G.18
 * Threads: any. Cost: O(1), no allocation.
 */
const char *wf_strerror(int code);

WF_END_DECLS

#endif
