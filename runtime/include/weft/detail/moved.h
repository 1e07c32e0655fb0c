/**
 * @file detail/moved.h
 * @brief What calls that move bytes have in common: the buffers that they are given, and an output that is a number of bytes.
 */
#ifndef WEFT_DETAIL_MOVED_H
#define WEFT_DETAIL_MOVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** @brief The bytes of several buffers together. */
static inline size_t wf_pieces_size(const struct iovec *pieces, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += pieces[i].iov_len;
    return size;
}

/** @brief For wf_future_ops.failed: an int64_t that is negative is an error, and no number of bytes. */
static inline bool wf_moved_failed(const void *out)
{
    return *(const int64_t *)out < 0;
}

WF_END_DECLS

#endif
