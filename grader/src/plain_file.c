#include "plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One part of a path. With O_DIRECTORY a link is ENOTDIR to the kernel: say what it is. */
static int open_part(int folder, const char *name, int flags)
{
    if (strcmp(name, "..") == 0) {
        errno = EXDEV;
        return -1;
    }
    int fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0 && errno == ENOTDIR) {
        bool link = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
        errno = link ? ELOOP : ENOTDIR;
    }
    return fd;
}

/* Where the kernel cannot: part by part, each from the descriptor of the one before. */
static int open_by_parts(int folder, const char *path, int flags)
{
    char *copy = copy_text(path), *rest = copy, *name = strsep(&rest, "/");
    int from = dup(folder);
    while (from >= 0 && rest) {
        int next = open_part(from, name, O_PATH | O_DIRECTORY);
        int error = errno;
        close(from);
        errno = error;
        from = next;
        name = strsep(&rest, "/");
    }
    int fd = from < 0 ? -1 : open_part(from, name, flags);
    int error = errno;
    if (from >= 0)
        close(from);
    free(copy);
    errno = error;
    return fd;
}

int open_beneath(int folder, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    /* EPERM: what filters of system calls say to one that they do not know */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_by_parts(folder, path, flags);
    return (int)fd;
}

enum plain plain_look(int fd, size_t limit, size_t *length)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return PLAIN_NOT_REGULAR;
    *length = (size_t)status.st_size;
    return status.st_nlink != 1 ? PLAIN_LINKED : *length > limit ? PLAIN_TOO_LARGE : PLAIN;
}
