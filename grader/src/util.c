#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "foreign.h"

void die(const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    /* it may name a folder, whose name may hold anything */
    fprintf(stderr, "weft-grade: %s\n", length < 0 ? "no memory" : harmless_line(text, SIZE_MAX));
    exit(2);
}

void claim_standard_descriptors(void)
{
    /* the wrong way round, so that using what was closed stays an error */
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(2);
}

int finish_output(int status)
{
    errno = 0; /* an earlier failure has left its mark in the stream, and nothing else */
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr,
            "weft-grade: cannot write to standard output%s%s: what was printed is not whole, so there is no "
            "result. Free some space (df -h), or print to somewhere else.\n",
            errno ? ": " : "", errno ? strerror(errno) : "");
    return 2;
}

static void *or_die(void *memory)
{
    if (!memory)
        die("no memory");
    return memory;
}

char *format_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return or_die(length < 0 ? NULL : text);
}

char *copy_text(const char *text)
{
    return or_die(strdup(text));
}

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void words_add(struct words *words, const char *word)
{
    /* one more than asked for, so that the list is NULL-terminated: usable as an argv */
    words->items = or_die(realloc(words->items, (words->count + 2) * sizeof *words->items));
    words->items[words->count++] = copy_text(word);
    words->items[words->count] = NULL;
}

void words_split(struct words *words, const char *text)
{
    char *copy = copy_text(text), *rest = copy, *word;
    while ((word = strsep(&rest, " \t\r\n")))
        if (*word)
            words_add(words, word);
    free(copy);
}

bool words_contain(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], word) == 0)
            return true;
    return false;
}

static int compare_words(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void words_keep_once(struct words *words)
{
    size_t kept = 0;
    if (words->count == 0)
        return;
    qsort(words->items, words->count, sizeof *words->items, compare_words);
    for (size_t i = 1; i < words->count; i++) {
        if (strcmp(words->items[kept], words->items[i]) == 0)
            free(words->items[i]);
        else
            words->items[++kept] = words->items[i];
    }
    words->count = kept + 1;
    words->items[words->count] = NULL;
}

bool words_contain_sorted(const struct words *words, const char *word)
{
    return words->count > 0 && bsearch(&word, words->items, words->count, sizeof *words->items, compare_words);
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
    *words = (struct words){0};
}

char *read_all(int fd, size_t limit, size_t *length)
{
    size_t have = 0, room = 1 << 14;
    char *bytes = or_die(malloc(room + 1));
    ssize_t count;
    while ((count = read(fd, bytes + have, (room < limit ? room : limit) - have)) > 0) {
        have += (size_t)count;
        if (have == limit)
            break;
        if (have == room)
            bytes = or_die(realloc(bytes, (room *= 2) + 1));
    }
    if (count < 0) {
        int error = errno;
        free(bytes);
        errno = error;
        return NULL;
    }
    bytes[have] = '\0';
    if (length)
        *length = have;
    return bytes;
}

char *read_file(const char *path, size_t limit, size_t *length, bool *truncated)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    size_t have;
    char *bytes = read_all(fd, limit, &have), more;
    int error = errno;
    if (bytes && truncated)
        *truncated = have == limit && read(fd, &more, 1) == 1;
    close(fd);
    errno = error;
    if (bytes && length)
        *length = have;
    return bytes;
}

bool write_file_atomically(const char *path, const void *bytes, size_t length)
{
    struct stat status;
    bool in_place = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
    char *temporary = in_place ? copy_text(path) : format_text("%s.%d.tmp", path, (int)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | (in_place ? 0 : O_TRUNC) | O_CLOEXEC, 0644);
    bool written = fd >= 0;
    for (size_t done = 0; written && done < length;) {
        ssize_t count = write(fd, (const char *)bytes + done, length - done);
        written = count >= 0;
        done += written ? (size_t)count : 0;
    }
    if (fd >= 0 && close(fd) != 0)
        written = false;
    if (written && !in_place)
        written = rename(temporary, path) == 0;
    int error = errno;
    if (!written && !in_place)
        unlink(temporary);
    free(temporary);
    errno = error;
    return written;
}

bool make_directories(const char *path)
{
    char *copy = copy_text(path);
    bool made = true;
    for (char *slash = copy + 1; made && *slash; slash++)
        if (*slash == '/') {
            *slash = '\0';
            made = mkdir(copy, 0755) == 0 || errno == EEXIST;
            *slash = '/';
        }
    made = made && (mkdir(copy, 0755) == 0 || errno == EEXIST);
    free(copy);
    return made;
}

bool has_room(const char *folder, uint64_t bytes)
{
    enum { FILES = 16 };
    struct statvfs space;
    if (statvfs(folder, &space) != 0)
        return true;
    bool files = space.f_files == 0 || space.f_favail >= FILES; /* some file systems do not count them */
    return files && (uint64_t)space.f_bavail * space.f_frsize >= bytes;
}

bool copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return false;
    struct stat status;
    int out = fstat(in, &status) == 0
                  ? open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status.st_mode & 0777)
                  : -1;
    ssize_t count = out < 0 ? -1 : 1;
    while (count > 0)
        count = copy_file_range(in, NULL, out, NULL, 1 << 20, 0);
    if (count < 0 && out >= 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS)) {
        char buffer[1 << 16];
        ssize_t wrote = 0;
        while ((count = read(in, buffer, sizeof buffer)) > 0 &&
               (wrote = write(out, buffer, (size_t)count)) == count)
            ;
        if (count > 0) {
            errno = wrote < 0 ? errno : ENOSPC; /* less than asked for: no room for the rest */
            count = -1;
        }
    }
    if (count == 0 &&
        fchmod(out, status.st_mode & 0100 ? 0755 : 0644) != 0) /* whatever the umask was when it was made */
        count = -1;
    int error = errno;
    close(in);
    if (out >= 0 && close(out) != 0)
        count = -1;
    errno = error;
    return count == 0;
}

static void remove_at(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        if (fd >= 0)
            close(fd);
        unlinkat(parent, name, 0);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_at(fd, entry->d_name);
    closedir(directory);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void remove_tree(const char *path)
{
    remove_at(AT_FDCWD, path);
}

char *replace_all(const char *text, const char *from, const char *to)
{
    char *result = NULL;
    size_t size;
    FILE *out = or_die(open_memstream(&result, &size));
    for (const char *hit; (hit = strstr(text, from)); text = hit + strlen(from)) {
        fwrite(text, 1, (size_t)(hit - text), out);
        fputs(to, out);
    }
    fputs(text, out);
    fclose(out);
    return or_die(result);
}

bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}
