/**
 * @file file.h
 * @brief A plain file below a folder.
 */
#ifndef FILE_H
#define FILE_H

#include <stdint.h>
#include <sys/stat.h>

/** One to be opened. */
struct file {
    int folder;       /**< where it is looked for: a descriptor */
    const char *path; /**< from there; "" is the folder itself. Of a folder that was opened: index.html */
    struct stat stat; /**< of what was opened */
    uint64_t resolve; /**< for openat2(): how the path may lead to it */
};

/**
 * @brief Open a plain file, or of a folder its index.html, for reading. In a task of a runtime of several threads.
 * @return the descriptor, or a negated errno: -EXDEV where the path leads out of the folder, by ".." or by a link.
 *
 * Where the system has no openat2(), no link is followed.
 *
 * It is not awaited. What the system has in its cache is opened at once; else the call waits for the disk, and the thread with it, while
 * another thread goes on with the worker's other tasks.
 */
int file_open(struct file *file);

/** @brief The status that an error of file_open() is told by. A path that leads out of the folder is one that is not there. */
int file_status(int error);

enum { FILE_ETAG_BYTES = 64 };

/** @brief An ETag of digits: another one when the file was written to, or is another one. */
void file_etag(const struct file *file, char text[FILE_ETAG_BYTES]);

/** @brief The type of its content, as its name says. */
const char *file_type(const char *path);

#endif
