/**
 * @file build_text.c
 * @brief The preprocessed text of a file, kept between runs with what it was made of.
 *
 * Of the other entries of the cache the name says all that they were made of. What a text is made of is known only when it is
 * there: the files that the preprocessor says it entered. So an entry is named by the file's own bytes and the flags, and begins
 * with a line for each other file, which must still hold: of a header its size and date, of a file of the submission the sum of
 * its content. Then an empty line, and the text. A folder of headers has a line too: a file that is new there may be found first.
 *
 * A text is not kept where those files may not be all that it depends on: the source asks for a date, or whether a file is
 * there; or a name is none that the preprocessor finds by itself (#line can say any). Nor is one with a header that is younger
 * than the stage, for it may not be what was staged.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build_internal.h"

#define INCLUDE "include"

/* "size date" of a file or folder outside of the stage; NULL: it is not there, or younger than `before`. The caller frees. */
static char *identity_of(const char *path, const struct timespec *before)
{
    struct stat status;
    bool good = stat(path, &status) == 0;
    if (good && before)
        good = status.st_mtim.tv_sec < before->tv_sec ||
               (status.st_mtim.tv_sec == before->tv_sec && status.st_mtim.tv_nsec < before->tv_nsec);
    return good ? format_text("%lld %lld.%ld", (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                              status.st_mtim.tv_nsec)
                : NULL;
}

/* A line's right side for this name, as the preprocessor writes it; NULL: what is there cannot be told. The caller frees. */
static char *state_of(const struct builder *builder, const char *name, const struct timespec *before)
{
    static const char own[] = "submission/";
    if (strstr(name, "..") || strpbrk(name, "\\\n"))
        return NULL;
    if (strncmp(name, "/usr/", 5) == 0)
        return identity_of(name, before);
    if (is_within(name, INCLUDE)) {
        char *path = format_text("%s/runtime/%s", builder->course->root, name);
        char *identity = identity_of(path, before);
        free(path);
        return identity;
    }
    for (size_t i = 0; strncmp(name, own, sizeof own - 1) == 0 && i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *staged = format_text("submission/%s/%s", file->lab, file->name);
        bool same = strcmp(staged, name) == 0;
        free(staged);
        if (same)
            return cache_name(&builder->cache, &(struct cache_part){file->bytes, file->length}, 1);
    }
    return NULL;
}

static char *entry_for(const struct builder *builder, const struct submitted_file *file, const char *flags)
{
    return cache_name(
        &builder->cache,
        (const struct cache_part[]){{"text", 4}, {flags, strlen(flags)}, {file->bytes, file->length}}, 3);
}

bool build_find_text(struct builder *builder, const struct job *job, const char *flags)
{
    char *entry = entry_for(builder, job->file, flags);
    size_t length = 0;
    char *bytes = cache_find(&builder->cache, entry, &length), *rest = bytes;
    free(entry);
    bool good = bytes != NULL;
    while (good && *rest != '\n') { /* "name\tstate\n" */
        char *tab = strchr(rest, '\t'), *end = strchr(rest, '\n');
        good = tab && end && tab < end;
        if (!good)
            break;
        *tab = *end = '\0';
        char *state = state_of(builder, rest, NULL);
        good = state && strcmp(state, tab + 1) == 0;
        free(state);
        rest = end + 1;
    }
    if (good && !write_file_atomically(job->taken, rest + 1, length - (size_t)(rest + 1 - bytes)))
        build_stage_failed(job->taken);
    free(bytes);
    return good;
}

/* Each name that begins a piece of the text, `# 12 "name" 1`, once. */
static struct words names_in(const char *text)
{
    struct words names = {0};
    for (const char *line = text; line; line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
        if (strncmp(line, "# ", 2) != 0)
            continue;
        const char *open = line + 2 + strspn(line + 2, "0123456789"), *end = strchr(line, '\n');
        if (strncmp(open, " \"", 2) != 0 || !end)
            continue;
        const char *close = memrchr(open + 2, '"', (size_t)(end - (open + 2)));
        char *name = close ? format_text("%.*s", (int)(close - (open + 2)), open + 2) : NULL;
        if (name && *name != '<')
            words_add(&names, name);
        free(name);
    }
    words_keep_once(&names);
    return names;
}

/* The folders of the course's headers, up to the one in which the compiler searches. False: a name is deeper than any header of the
 * course, and would have more folders than one wants to look at. */
static bool add_folders(struct words *names)
{
    enum { DEPTH_MAX = 16 };
    for (size_t i = 0, count = names->count; i < count; i++) {
        const char *name = names->items[i], *slash = name;
        unsigned depth = 0;
        while ((slash = strchr(slash + 1, '/')) && ++depth <= DEPTH_MAX) {
            char *folder = format_text("%.*s", (int)(slash - name), name);
            if (is_within(folder, INCLUDE))
                words_add(names, folder);
            free(folder);
        }
        if (slash)
            return false;
    }
    words_keep_once(names);
    return true;
}

static bool asks_for_more(const struct submitted_file *file)
{
    static const char *const questions[] = {"__has_", "__DATE__", "__TIME"};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (memmem(file->bytes, file->length, questions[i], strlen(questions[i])))
            return true;
    return false;
}

void build_keep_text(struct builder *builder, const struct job *job, const char *flags)
{
    struct stat stage;
    size_t length = 0, size = 0;
    char *staged = format_text("%s/tree/" INCLUDE, builder->build->stage);
    char *source = format_text("submission/%s/%s", job->file->lab, job->file->name);
    char *text = read_file(job->taken, TEXT_BYTES_MAX, &length, NULL), *entry = NULL;
    FILE *out = open_memstream(&entry, &size);
    bool good = text && out && stat(staged, &stage) == 0;
    for (size_t i = 0; i < builder->submission.count; i++) /* another one may be included */
        good = good && !asks_for_more(&builder->submission.files[i]);
    struct words names = {0};
    if (good)
        names = names_in(text);
    good = good && add_folders(&names);
    for (size_t i = 0; good && i < names.count; i++) {
        char *state =
            strcmp(names.items[i], source) == 0 ? NULL : state_of(builder, names.items[i], &stage.st_ctim);
        good = state || strcmp(names.items[i], source) == 0;
        if (state)
            fprintf(out, "%s\t%s\n", names.items[i], state);
        free(state);
    }
    if (good) {
        fputc('\n', out);
        fwrite(text, 1, length, out);
    }
    if (out && fclose(out) == 0 && good) {
        char *name = entry_for(builder, job->file, flags);
        cache_keep(&builder->cache, name, entry, size);
        free(name);
    }
    words_free(&names);
    free(entry);
    free(text);
    free(source);
    free(staged);
}
