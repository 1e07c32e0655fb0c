/**
 * @file util.h
 * @brief Small things that several parts of the grader need.
 */
#ifndef WEFT_GRADER_UTIL_H
#define WEFT_GRADER_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/** Print "weft-grade: ..." and exit with 2: there is no result. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Before anything is opened: have descriptors 0 to 2, so that no file of ours gets the number that output goes to. */
void claim_standard_descriptors(void);

/** Flush what was printed: `status`, or 2 with words on standard error if not all of it could be written. */
int finish_output(int status);

/** asprintf that cannot fail. The caller frees. */
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** strdup that cannot fail. */
char *copy_text(const char *text);

/** Milliseconds on the monotonic clock. */
int64_t now_ms(void);

/** A list of words. Zero it to begin with. */
struct words {
    char **items;
    size_t count;
};

void words_add(struct words *words, const char *word);
void words_split(struct words *words, const char *text);
bool words_contain(const struct words *words, const char *word);
/** Sort a list, and keep each word once: for lists whose length another decides, which to search for each word would take for ever. */
void words_keep_once(struct words *words);
/** words_contain() of a list that words_keep_once() has sorted. */
bool words_contain_sorted(const struct words *words, const char *word);
void words_free(struct words *words);

/** Read at most `limit` bytes of a file, NUL-terminated. NULL: errno says why; *truncated if there was more. */
char *read_file(const char *path, size_t limit, size_t *length, bool *truncated);

/** The same of a file that is open. */
char *read_all(int fd, size_t limit, size_t *length);

/**
 * Write a file whole, by a temporary one beside it that is renamed: the old one stays until then. What is there and no
 * regular file, like /dev/stdout, is written to. False: errno.
 */
bool write_file_atomically(const char *path, const void *bytes, size_t length);

/** mkdir -p. False: errno. */
bool make_directories(const char *path);

/** Whether the disk that holds the folder has so many bytes left, and files. True where nobody can say. */
bool has_room(const char *folder, uint64_t bytes);

/** Whether `path` is `folder`, or in it. */
bool is_within(const char *path, const char *folder);

/** Copy a regular file, bytes and mode. False: errno. */
bool copy_file(const char *from, const char *to);

/** rm -r of a directory that this program made. Follows no links. */
void remove_tree(const char *path);

/** Replace each `from` in `text` by `to`. The caller frees. */
char *replace_all(const char *text, const char *from, const char *to);

#endif
