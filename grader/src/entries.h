/**
 * @file entries.h
 * @brief A folder of entries that are named by a SHA-256, of which those used last are kept: objects (build_cache.c), passes (kept.c).
 */
#ifndef WEFT_GRADER_ENTRIES_H
#define WEFT_GRADER_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

enum { ENTRY_SUM_BYTES = 32, ENTRY_NAME_LENGTH = 2 * ENTRY_SUM_BYTES };

/** The name of an entry: the sum in hexadecimal digits. The caller frees. */
char *entry_name(const unsigned char sum[ENTRY_SUM_BYTES]);

/**
 * Remove those that were used longest ago, until no more than so many bytes and so many entries are left. What has more behind such a
 * name may be an entry that a run is just writing; after an hour it is rubbish. Anything else in the folder stays: the folder may
 * be a link to one that holds more.
 */
void entries_trim(const char *folder, int64_t bytes_max, size_t count_max);

#endif
