/**
 * @file unsized.h
 * @brief malloc, realloc and free on the runtime's allocator, for libraries whose free is not told a size.
 *
 *     json_set_alloc_funcs(wf_unsized_alloc, wf_unsized_free);                                // jansson
 *     event_set_mem_functions(wf_unsized_alloc, wf_unsized_realloc, wf_unsized_free);         // libevent
 *
 * The library itself never installs them: what another library allocates with is its program's to say, once, before it uses
 * that library. Then wf_live_bytes() counts what that library holds, and wf_alloc_fail_at() makes its allocations fail.
 *
 * Shape:   a block of wf_alloc() begins with 16 bytes that hold its size, and the memory is behind them.
 * Threads: any.
 */
#ifndef WEFT_UNSIZED_H
#define WEFT_UNSIZED_H

#include <stddef.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/**
 * @brief malloc: `size` bytes, which may be 0. @return NULL: no memory, or an injected failure.
 *
 * @clause{G.86,0,"wf_unsized_alloc returns memory for any type, of size 0 too; wf_unsized_free takes it back without its size, and NULL; both are counted as live bytes."}
 */
WF_MUST_USE void *wf_unsized_alloc(size_t size);

/**
 * @brief realloc: `memory` with another size, perhaps at another place. NULL: a new one. With size 0 it is freed.
 * @return NULL: no memory, and `memory` is as it was; or `size` is 0.
 *
 * @clause{G.87,0,"wf_unsized_realloc keeps the content up to the smaller of both sizes; without memory it returns NULL and leaves the old block as it was."}
 */
WF_MUST_USE void *wf_unsized_realloc(void *memory, size_t size);

/** @brief free: what the other two returned, or NULL. Clauses: G.86 */
void wf_unsized_free(void *memory);

WF_END_DECLS

#endif
