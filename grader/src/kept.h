/**
 * @file kept.h
 * @brief Passes that need not be earned again, since everything that they depend on is as it was.
 *
 * An entry says that one thing (a step of the check, a case of the selftest) passed. Its name is the SHA-256 of what that
 * is and of all that it depends on, which the caller gives as text. So an entry is never stale; it is unused at most.
 * Failures are never kept, nor what depends on how busy the machine is: the caller sees to that.
 *
 * The folder is outside of the tree, so that a fresh clone of known sources finds it: $XDG_CACHE_HOME/weft/passed, or
 * ~/.cache/weft/passed. It is used only if it is the user's own and nobody else can write to it. It holds at most
 * KEPT_MAX entries, each below a block; what was not used for longest goes first. Whatever is wrong with it costs
 * a line on standard error and a run: nothing depends on it.
 */
#ifndef WEFT_GRADER_KEPT_H
#define WEFT_GRADER_KEPT_H

#include "util.h"

enum { KEPT_MAX = 8192 };

struct kept {
    char *folder; /* NULL: nothing is kept here */
    bool added, full;
};

/** Find the folder, or say why there is none. */
struct kept kept_open(void);

/** Whether this passed, when what it depends on was the same. An entry that is damaged, or not ours, is said and removed. */
bool kept_find(struct kept *kept, const char *what, const char *depends);

/** It has passed. */
void kept_keep(struct kept *kept, const char *what, const char *depends);

/** The same two, where what it depends on stands on standard input. False: it did not pass, or not with that. */
bool kept_on_input(const char *what, bool has_passed);

/** Remove what is too much, and free. */
void kept_close(struct kept *kept);

/** The SHA-256 of some bytes, in 64 hexadecimal digits. The caller frees. */
char *kept_sum(const void *bytes, size_t length);

#endif
