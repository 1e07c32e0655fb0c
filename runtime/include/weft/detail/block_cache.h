/**
 * @file detail/block_cache.h
 * @brief The allocator of the library's release: small blocks, kept by the thread that freed them.
 *
 * A program has it without asking: see wf_set_allocator(). docs/alloc.md explains and measures it.
 *
 * @clause{G.84,0,"What a thread has freed to the block cache is used again by any thread, also when the one that freed it has ended."}
 * @clause{G.94,0,"A segment of the block cache of which no block is in use, or kept by a thread, returns to the kernel, but for WF_SEGMENTS_KEPT of them."}
 * @clause{G.85,0,"The block cache works in a child that a thread forked while others allocate, and where the kernel has no huge pages; without memory it returns NULL."}
 */
#ifndef WEFT_DETAIL_BLOCK_CACHE_H
#define WEFT_DETAIL_BLOCK_CACHE_H

#include "weft/alloc.h"
#include "weft/detail/block_store.h"

WF_BEGIN_DECLS

/** For wf_set_allocator(). Blocks of up to WF_BLOCK_MAX bytes are its own; larger ones are malloc's. Clauses: G.84 G.85 G.94 */
extern const struct wf_allocator wf_block_cache;

WF_END_DECLS

#endif
