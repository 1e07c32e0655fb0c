/**
 * @file plain_file.h
 * @brief Opening what somebody else has put there, so that nothing else is read in its place.
 *
 * A name that is looked at and opened afterwards may mean two files. So a file is opened first, without following a
 * link, and looked at through its descriptor; what is read is what was looked at.
 */
#ifndef WEFT_GRADER_PLAIN_FILE_H
#define WEFT_GRADER_PLAIN_FILE_H

#include "util.h"

/**
 * Open `path`, which is relative, below `folder`: no part of it may be a link, and none leads out of the folder.
 * -1: errno; ELOOP if there is a link on the way.
 */
int open_beneath(int folder, const char *path, int flags);

/** What an open file is. */
enum plain {
    PLAIN,
    PLAIN_NOT_REGULAR,
    PLAIN_LINKED, /**< it has another name: whose file it is, its folder does not say */
    PLAIN_TOO_LARGE,
};

/** Look at it; `limit` is in bytes, *length gets how many it has. */
enum plain plain_look(int fd, size_t limit, size_t *length);

#endif
