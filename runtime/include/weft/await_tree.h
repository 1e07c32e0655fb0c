/**
 * @file await_tree.h
 * @brief What a future waits for, and what that waits for: the logical backtrace.
 *
 * @clause{G.22,0,"The await tree names each future that is not finished, below the one that waits for it, with the source line of the await if there is one."}
 * @clause{G.49,0,"The await tree is cut at a depth of 32 and after 1,000 lines."}
 */
#ifndef WEFT_AWAIT_TREE_H
#define WEFT_AWAIT_TREE_H

#include <stdio.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/**
 * @brief Print the tree of futures below (and with) `root`, one a line.
 * @param indent  spaces before each line.
 *
 * Clauses: G.22 G.49
 * Threads: the one that polls `root`, or none polls it meanwhile. Allocates nothing: usable in a panic.
 */
void wf_await_tree_print(const struct wf_future *root, FILE *stream, int indent);

WF_END_DECLS

#endif
