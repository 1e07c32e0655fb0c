#include "entries.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

enum { STRANGE_SECONDS = 3600 };

char *entry_name(const unsigned char sum[ENTRY_SUM_BYTES])
{
    char name[ENTRY_NAME_LENGTH + 1];
    for (size_t i = 0; i < ENTRY_SUM_BYTES; i++)
        snprintf(name + 2 * i, 3, "%02x", sum[i]);
    return copy_text(name);
}

struct entry {
    char name[ENTRY_NAME_LENGTH + 1];
    struct timespec used;
    int64_t bytes;
};

static int by_use(const void *left, const void *right)
{
    const struct timespec *a = &((const struct entry *)left)->used, *b = &((const struct entry *)right)->used;
    return a->tv_sec != b->tv_sec ? (a->tv_sec < b->tv_sec ? -1 : 1)
                                  : (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

void entries_trim(const char *folder, int64_t bytes_max, size_t count_max)
{
    DIR *directory = opendir(folder);
    struct entry *entries = NULL;
    size_t count = 0, room = 0;
    int64_t total = 0;
    struct dirent *each;
    while (directory && (each = readdir(directory))) {
        struct stat status;
        if (strspn(each->d_name, "0123456789abcdef") != ENTRY_NAME_LENGTH ||
            fstatat(dirfd(directory), each->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        if (strlen(each->d_name) != ENTRY_NAME_LENGTH) {
            if (status.st_mtime < time(NULL) - STRANGE_SECONDS)
                unlinkat(dirfd(directory), each->d_name, 0);
            continue;
        }
        if (count == room && !(entries = realloc(entries, (room = 2 * room + 64) * sizeof *entries)))
            die("no memory");
        memcpy(entries[count].name, each->d_name, ENTRY_NAME_LENGTH + 1);
        entries[count].used = status.st_mtim;
        entries[count].bytes = status.st_size;
        total += entries[count++].bytes;
    }
    if (count > 0 && (total > bytes_max || count > count_max))
        qsort(entries, count, sizeof *entries, by_use);
    for (size_t i = 0; i < count && (total > bytes_max || count - i > count_max); total -= entries[i++].bytes)
        unlinkat(dirfd(directory), entries[i].name, 0);
    free(entries);
    if (directory)
        closedir(directory);
}
