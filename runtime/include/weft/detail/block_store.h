/**
 * @file detail/block_store.h
 * @brief Where the block cache gets free blocks from, and where it leaves those that a thread has too many of.
 *
 * Shape:     segments of 2 MB from the kernel, each at a multiple of 2 MB; a segment is cut into 32 spans of 64 KB, a span into blocks
 *            of one size. The first span of a segment begins with the table of all of them, so an address says by itself of
 *            which segment and span it is.
 * Invariant: of a span's blocks some are `out`, with threads: in use, in a cache, or not yet cut. The others are in its list of free
 *            ones. With none out the span has no size any more; with none of its spans in use a segment goes back to the kernel,
 *            but for WF_SEGMENTS_KEPT.
 * Threads:   any. One lock, for a few hundred blocks at a time; held while a process forks, so a child finds the store whole.
 * Source:    spans and a central list of them: tcmalloc. Segments at a multiple of their size: mimalloc.
 */
#ifndef WEFT_DETAIL_BLOCK_STORE_H
#define WEFT_DETAIL_BLOCK_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

enum {
    WF_BLOCK_GRAIN = 16, /**< sizes are its multiples, as strict as any alignment */
    WF_BLOCK_MAX = 1024, /**< bytes of the largest block */
    WF_BLOCK_CLASSES = WF_BLOCK_MAX / WF_BLOCK_GRAIN, /**< class c: (c + 1) * WF_BLOCK_GRAIN bytes */
    WF_SPAN = 64 << 10,                               /**< bytes */
    WF_SEGMENT = 2 << 20,                             /**< bytes: a huge page of x86-64 */
    WF_SEGMENTS_KEPT = 4,                             /**< unused ones that are kept for later */
};

/** A block that is free. */
struct wf_block {
    struct wf_block *next; /**< of the list that it is in; NULL: the last */
};

/** What the store hands out, or takes back: one of the two. */
struct wf_blocks {
    struct wf_block *list; /**< blocks that were used before, or NULL */
    uint32_t count;        /**< of `list` */
    char *fresh;           /**< or memory that is not cut yet: whole blocks */
    char *end;             /**< of `fresh` */
};

/** @brief The blocks that a span has free. All NULL: no memory. */
struct wf_blocks wf_block_store_take(size_t class_);

/** @brief Take a list of blocks of one class back; each goes to its span. */
void wf_block_store_give(struct wf_block *list);

/** @brief Bytes that are mapped now. */
size_t wf_block_store_bytes(void);

WF_END_DECLS

#endif
