/**
 * @file build_cache.h
 * @brief What the compiler made of a submission, kept between runs in build/objects.
 *
 * An entry is an object, a subject, a compiler's messages or a text. Its name is the SHA-256 of all that it was made of: the
 * preprocessed text or the objects, the flags, the compiler, the tier of the sandbox. So an entry is never stale; it is unused at
 * most. (Of a text its own lines say the rest: build_text.c.) It begins with the SHA-256 of its name and content,
 * and is taken for missing where that is wrong. The grader's user writes here and nobody else: untrusted code that has
 * another user, or a sandbox, cannot.
 *
 * Invariant: below CACHE_BYTES_MAX after each run that added something; what was not used for longest goes first.
 */
#ifndef WEFT_GRADER_BUILD_CACHE_H
#define WEFT_GRADER_BUILD_CACHE_H

#include "util.h"

enum { CACHE_BYTES_MAX = 256 << 20 };

struct cache {
    char *folder;
    char *compiler; /* its version, and of each of its programs path, size and time */
    bool added;
};

/** `root`: the tree. `compiler`: its name, searched for in /usr/bin as the sandbox does. */
struct cache cache_open(const char *root, const char *compiler);

/** Trim what became too large, and free. */
void cache_close(struct cache *cache);

/** A part of what an entry was made of. */
struct cache_part {
    const void *bytes;
    size_t length;
};

/** The name of what is made of these parts by that compiler. The caller frees. */
char *cache_name(const struct cache *cache, const struct cache_part *parts, size_t count);

/** The content, or NULL: not there, or damaged. The caller frees. */
char *cache_find(const struct cache *cache, const char *name, size_t *length);

/** Keep it. Where that fails nothing is lost: the next run compiles again. */
void cache_keep(struct cache *cache, const char *name, const char *bytes, size_t length);

#endif
