/**
 * @file file.c
 * @brief Files are opened below a folder: at once where no disk is waited for.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "weft/blocking.h"

/* A pipe that nobody writes does not hold the open. */
enum { FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

/* Where there is no openat2(): name by name. No link is followed, and no ".." either. */
static int open_by_steps(int folder, const char *path)
{
    int at = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (at >= 0 && *(path += strspn(path, "/"))) {
        char name[NAME_MAX + 1] = "";
        size_t length = strcspn(path, "/");
        int next = -1;
        errno = ENAMETOOLONG;
        if (length <= NAME_MAX)
            memcpy(name, path, length);
        if (strcmp(name, "..") == 0)
            errno = EXDEV;
        else if (*name)
            next = openat(at, name, O_NOFOLLOW | (path[length] ? O_PATH | O_DIRECTORY | O_CLOEXEC : FLAGS));
        (void)close(at);
        at = next;
        path += length;
    }
    return at;
}

static int open_beneath(struct file *self, int folder, const char *path)
{
    struct open_how how = {.flags = FLAGS, .resolve = self->resolve};
    int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd < 0 && errno == ENOSYS && !(self->resolve & RESOLVE_CACHED))
        fd = open_by_steps(folder, path);
    if (fd < 0 || fstat(fd, &self->stat) == 0)
        return fd < 0 ? -errno : fd;
    (void)close(fd);
    return -EIO;
}

/* A plain file, or of a folder its index.html: the descriptor, or an error. */
static int open_file(void *arg)
{
    struct file *self = arg;
    int fd = open_beneath(self, self->folder, *self->path ? self->path : ".");
    if (fd >= 0 && S_ISDIR(self->stat.st_mode)) {
        int folder = fd;
        self->path = "index.html";
        fd = open_beneath(self, folder, self->path);
        (void)close(folder);
    }
    if (fd < 0 || S_ISREG(self->stat.st_mode))
        return fd;
    (void)close(fd);
    return -ENOENT;
}

/* A call on a thread of the pool is not over when the task that awaits it is dropped, and would go on to read a path that is gone. So where it
 * may block it is made in place, and the worker's other tasks go on meanwhile. */
int file_open(struct file *file)
{
    struct file again = *file;
    file->resolve = RESOLVE_BENEATH | RESOLVE_CACHED;
    int fd = open_file(file);
    if (fd == -EAGAIN || fd == -EINVAL || fd == -ENOSYS) { /* not in the cache; or Linux is older than 5.12 */
        *file = again;
        file->resolve = RESOLVE_BENEATH;
        fd = wf_block_in_place(open_file, file);
    }
    return fd;
}

int file_status(int error)
{
    static const int not_there[] = {-ENOENT, -ENOTDIR, -EXDEV, -ELOOP, -ENAMETOOLONG, -ENXIO};
    for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
        if (error == not_there[i])
            return 404;
    return error == -EACCES || error == -EPERM ? 403 : 503;
}

void file_etag(const struct file *file, char text[FILE_ETAG_BYTES])
{
    (void)snprintf(text, FILE_ETAG_BYTES, "\"%jd%09ld-%jd\"", (intmax_t)file->stat.st_mtim.tv_sec,
                   file->stat.st_mtim.tv_nsec, (intmax_t)file->stat.st_size);
}

const char *file_type(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css"},
        {".js", "text/javascript"},
        {".txt", "text/plain; charset=utf-8"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".pdf", "application/pdf"},
        {".woff2", "font/woff2"},
    };
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof types / sizeof *types; i++)
        if (strcasecmp(ending, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}
