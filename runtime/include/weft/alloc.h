/**
 * @file alloc.h
 * @brief The one way to memory: a replaceable allocator, with a count of the live bytes.
 *
 * The library allocates only in functions named `*_new`, in spawn, and where a header says so; everything
 * else lives in storage that the caller provides. Sizes are passed to wf_free(), so the live bytes are
 * known without headers of our own: at exit they can be asserted zero.
 *
 * @clause{G.10,0,"wf_alloc returns memory aligned for any type, or NULL; wf_free takes it back with the size it was asked for; NULL is taken too."}
 * @clause{G.11,0,"wf_live_bytes is the sum of the sizes that were allocated and not yet freed, over all threads."}
 * @clause{G.12,0,"wf_alloc_fail_at(n) makes the n-th allocation from then on return NULL, once; 0 disarms."}
 * @clause{G.62,0,"wf_alloc_fail_at returns how many allocations were left to the failure that it replaces; 0: it has happened, or none was set."}
 * @clause{G.13,0,"With wf_set_allocator every allocation and every release goes to the given functions."}
 * @clause{G.117,0,"With wf_malloc as the allocator each wf_alloc is a malloc, and each wf_free a free, also where a release would have its cache of blocks."}
 * @clause{G.95,0,"No file of the runtime asks the C library for memory: malloc, calloc, free, strdup, mmap and their like. Of the given parts alloc.c alone does."}
 */
#ifndef WEFT_ALLOC_H
#define WEFT_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** Where memory comes from. Both functions may be called by several threads at once. */
struct wf_allocator {
    void *(*alloc)(void *arg, size_t size);             /**< NULL: no memory */
    void (*free)(void *arg, void *memory, size_t size); /**< `memory` is never NULL */
    void *arg;                                          /**< passed to both, not looked at */
};

/** For wf_set_allocator(): malloc and free, of the C library or of what took their place. Clauses: G.117 */
extern const struct wf_allocator wf_malloc;

/**
 * @brief Replace the allocator of this process (NULL: the first one again).
 * @param allocator  copied.
 *
 * The first one is malloc where labs are built, graded and tested. In the library, and in benchmarks, it is a cache of
 * blocks (detail/block_cache.h); malloc there too where the program has a sanitizer, or runs in valgrind.
 *
 * Clauses: G.13
 * Threads: none may allocate meanwhile; nothing may be allocated.
 */
void wf_set_allocator(const struct wf_allocator *allocator);

/**
 * @brief Allocate `size` bytes, aligned for any type. Not zeroed.
 * @return NULL: no memory, or an injected failure.
 *
 * Clauses: G.10 G.11 G.12
 * Threads: any. Cost: one call of the hook, one addition to a counter of the thread.
 */
WF_MUST_USE void *wf_alloc(size_t size);

/**
 * @brief Give back `memory`, which wf_alloc() returned for the same `size`. NULL is ignored.
 *
 * Clauses: G.10 G.11
 * Threads: any.
 */
void wf_free(void *memory, size_t size);

/** @brief Bytes allocated and not yet freed. Exact when no other thread allocates. Clauses: G.11 */
size_t wf_live_bytes(void);

/**
 * @brief Make the `n`-th allocation from now fail (1: the next one), once. 0: none.
 * @return 0: the failure that was set before has happened, or there was none; else the n that was left of it.
 *
 * For tests: try every n until the code under test gets by without a failure. WF_FAIL_EACH_ALLOCATION() of test.h does that.
 *
 * Clauses: G.12 G.62
 */
uint32_t wf_alloc_fail_at(uint32_t n);

WF_END_DECLS

#endif
