#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entries.h"

/* Of another format is whatever does not begin so. The name depends on it too. */
#define FORMAT "weft.kept/1"

enum { ENTRY_BYTES_MAX = 4096 };

char *kept_sum(const void *bytes, size_t length)
{
    unsigned char sum[ENTRY_SUM_BYTES];
    if (!EVP_Digest(bytes, length, sum, NULL, EVP_sha256(), NULL))
        die("libcrypto cannot make a SHA-256");
    return entry_name(sum);
}

static void say(const char *folder, const char *why, const char *then)
{
    fprintf(stderr, "kept passes: %s %s: %s\n", folder, why, then);
}

struct kept kept_open(void)
{
    static const char none[] = "no pass is kept, everything is run";
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool has_cache = cache && *cache == '/';
    if (!has_cache && !(home && *home == '/')) {
        say("neither XDG_CACHE_HOME nor HOME", "is a folder's full name", none);
        return (struct kept){0};
    }
    char *folder =
        has_cache ? format_text("%s/weft/passed", cache) : format_text("%s/.cache/weft/passed", home);
    struct stat status;
    const char *why = NULL;
    if (!make_directories(folder) || stat(folder, &status) != 0 || access(folder, W_OK) != 0)
        why = strerror(errno);
    else if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
        why = "is another user's, or one can write to it (chmod go-w)";
    if (!why)
        return (struct kept){.folder = folder};
    say(folder, why, none);
    free(folder);
    return (struct kept){0};
}

/* Where the entry is, and what stands in it. The caller frees both. */
static char *path_and_text(const struct kept *kept, const char *what, const char *depends, char **text)
{
    char *sum_of_all = kept_sum(depends, strlen(depends));
    char *all = format_text("%s\n%s\n%s\n", FORMAT, what, sum_of_all);
    char *name = kept_sum(all, strlen(all));
    char *path = format_text("%s/%s", kept->folder, name);
    *text = all;
    free(name);
    free(sum_of_all);
    return path;
}

bool kept_find(struct kept *kept, const char *what, const char *depends)
{
    if (!kept->folder)
        return false;
    char *expected, *path = path_and_text(kept, what, depends, &expected);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool is_there = fd >= 0 || errno != ENOENT;
    size_t length = 0;
    char *text = fd >= 0 ? read_all(fd, ENTRY_BYTES_MAX, &length) : NULL;
    bool same = text && length == strlen(expected) && memcmp(text, expected, length) == 0;
    if (same)
        futimens(fd, NULL); /* used now */
    if (fd >= 0)
        close(fd);
    if (is_there && !same) {
        bool ours = text && strncmp(text, FORMAT "\n", sizeof FORMAT) == 0;
        say(path, ours ? "is damaged" : "is of another format, or no file of the check's", "it is run again");
        unlink(path);
    }
    free(text);
    free(path);
    free(expected);
    return same;
}

void kept_keep(struct kept *kept, const char *what, const char *depends)
{
    if (!kept->folder || kept->full)
        return;
    char *text, *path = path_and_text(kept, what, depends, &text);
    if (write_file_atomically(path, text, strlen(text))) {
        kept->added = true;
    } else {
        kept->full = true; /* said once, and tried once */
        say(kept->folder, strerror(errno), "what passes from here on is run again the next time");
    }
    free(path);
    free(text);
}

void kept_close(struct kept *kept)
{
    if (kept->added)
        entries_trim(kept->folder, INT64_MAX, KEPT_MAX);
    free(kept->folder);
    *kept = (struct kept){0};
}

bool kept_on_input(const char *what, bool has_passed)
{
    char *depends = read_all(STDIN_FILENO, SIZE_MAX / 2, NULL);
    if (!depends)
        die("cannot read what %s depends on: %s", what, strerror(errno));
    struct kept kept = kept_open();
    if (has_passed)
        kept_keep(&kept, what, depends);
    bool found = has_passed || kept_find(&kept, what, depends);
    kept_close(&kept);
    free(depends);
    return found;
}
