#include "build_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entries.h"
#include "plain_file.h"

enum { ENTRY_BYTES_MAX = 128 << 20 };

/* Each part with its length before it, so that no two lists of parts are the same bytes. */
static void sum_of(const struct cache_part *parts, size_t count, unsigned char sum[ENTRY_SUM_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; done && i < count; i++) {
        uint64_t length = parts[i].length;
        done = EVP_DigestUpdate(context, &length, sizeof length) &&
               EVP_DigestUpdate(context, parts[i].bytes, parts[i].length);
    }
    if (!done || !EVP_DigestFinal_ex(context, sum, NULL))
        die("libcrypto cannot make a SHA-256");
    EVP_MD_CTX_free(context);
}

/* --- which compiler --- */

/* The first line that a program prints. The caller frees; "" if it prints none. */
static char *first_line_of(const char *program, const char *argument)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        die("no pipes left");
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(ends[1], 1);
        dup2(null, 2);
        execl(program, program, argument, NULL);
        _exit(127);
    }
    close(ends[1]);
    char *text = read_all(ends[0], 1 << 16, NULL);
    close(ends[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    if (!text)
        return copy_text("");
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* "text path size time;" */
static void add_program(char **text, const char *path)
{
    struct stat status = {0};
    char *real = realpath(path, NULL);
    if (real && stat(real, &status) != 0)
        status.st_size = -1;
    char *longer = format_text("%s %s %lld %lld.%ld;", *text, real ? real : path, (long long)status.st_size,
                               (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    free(real);
    free(*text);
    *text = longer;
}

struct cache cache_open(const char *root, const char *compiler)
{
    struct cache cache = {.folder = format_text("%s/build/objects", root)};
    char *driver = *compiler == '/' ? copy_text(compiler) : format_text("/usr/bin/%s", compiler);
    char *proper = first_line_of(driver, "-print-prog-name=cc1");
    char *start_file = first_line_of(driver, "-print-file-name=crt1.o");
    cache.compiler = first_line_of(driver, "--version");
    add_program(&cache.compiler, driver);
    add_program(&cache.compiler, proper);
    add_program(&cache.compiler, "/usr/bin/as");
    add_program(&cache.compiler, "/usr/bin/ld");
    add_program(&cache.compiler, start_file); /* of the C library's package, which a subject is linked with */
    free(start_file);
    free(proper);
    free(driver);
    return cache;
}

char *cache_name(const struct cache *cache, const struct cache_part *parts, size_t count)
{
    struct cache_part all[8] = {{cache->compiler, strlen(cache->compiler)}};
    if (count + 1 > sizeof all / sizeof *all)
        abort();
    memcpy(all + 1, parts, count * sizeof *parts);
    unsigned char sum[ENTRY_SUM_BYTES];
    sum_of(all, count + 1, sum);
    return entry_name(sum);
}

/* --- entries --- */

/* Over the name too: content that came under another name is damage. */
static void sum_of_entry(const char *name, const char *bytes, size_t length,
                         unsigned char sum[ENTRY_SUM_BYTES])
{
    sum_of((const struct cache_part[]){{name, ENTRY_NAME_LENGTH}, {bytes, length}}, 2, sum);
}

char *cache_find(const struct cache *cache, const char *name, size_t *length)
{
    char *path = format_text("%s/%s", cache->folder, name);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    free(path);
    size_t whole = 0;
    char *bytes = fd >= 0 && plain_look(fd, ENTRY_BYTES_MAX, &whole) == PLAIN
                      ? read_all(fd, ENTRY_BYTES_MAX, &whole)
                      : NULL;
    unsigned char sum[ENTRY_SUM_BYTES];
    bool good = bytes && whole >= ENTRY_SUM_BYTES;
    if (good) {
        *length = whole - ENTRY_SUM_BYTES;
        sum_of_entry(name, bytes + ENTRY_SUM_BYTES, *length, sum);
        good = memcmp(bytes, sum, ENTRY_SUM_BYTES) == 0;
    }
    if (good) {
        futimens(fd, NULL); /* used now */
        memmove(bytes, bytes + ENTRY_SUM_BYTES, *length + 1);
    }
    if (fd >= 0)
        close(fd);
    if (!good) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

void cache_keep(struct cache *cache, const char *name, const char *bytes, size_t length)
{
    char *path = format_text("%s/%s", cache->folder, name);
    char *entry = malloc(ENTRY_SUM_BYTES + length);
    if (!entry)
        die("no memory");
    sum_of_entry(name, bytes, length, (unsigned char *)entry);
    memcpy(entry + ENTRY_SUM_BYTES, bytes, length);
    cache->added |=
        make_directories(cache->folder) && write_file_atomically(path, entry, ENTRY_SUM_BYTES + length);
    free(entry);
    free(path);
}

void cache_close(struct cache *cache)
{
    if (cache->added)
        entries_trim(cache->folder, CACHE_BYTES_MAX, SIZE_MAX);
    free(cache->folder);
    free(cache->compiler);
    *cache = (struct cache){0};
}
