/**
 * @file selftest_turn.c
 * @brief Whose turn it is: one selftest at a time in a tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "selftest_internal.h"

/* Two at once would write the same submissions, results and reports. The lock is gone with the process that holds it. */
void selftest_lock_tree(const struct course *course)
{
    char *folder = format_text("%s/build/selftest", course->root), *path = format_text("%s/lock", folder);
    if (!make_directories(folder))
        die("cannot make %s: %s", folder, strerror(errno));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        die("cannot write %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char *holder = read_file(path, 100, NULL, NULL);
        fprintf(
            stderr,
            "selftest: process %s grades known submissions in this tree; this one waits until it has ended\n",
            holder && *holder ? holder : "?");
        free(holder);
        while (flock(fd, LOCK_EX) != 0)
            if (errno != EINTR)
                die("cannot lock %s: %s", path, strerror(errno));
    }
    if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d", (int)getpid()) < 0)
        die("cannot write %s: %s", path, strerror(errno));
    free(path);
    free(folder);
}
