/**
 * @file build_compile.c
 * @brief Compiles a submission in the sandbox, in every variant, and keeps the objects for the next run.
 *
 * Each file is preprocessed once, with none of the variants' macros, and the objects of all variants are compiled from
 * that text: no code is for the sanitizers only, or hidden from them. What the compiler says is taken from a
 * compilation of the file itself, since in the text macros and comments are gone; its product is not used. There the compiler
 * has fewer reasons to be silent, so where it has nothing to say of the text, compiled alike, it has none of the file.
 */
#include <stdlib.h>
#include <string.h>

#include "build_internal.h"
#include "foreign.h"

#define FIXED_FLAGS "-fmax-errors=20 -fdiagnostics-color=never"

/* Where the text of a file is, in the tree that the compiler sees. The caller frees. */
static char *text_path(const struct submitted_file *file)
{
    return format_text("text/%s/%.*s.i", file->lab, (int)strlen(file->name) - 2, file->name);
}

char *build_object_path(const struct builder *builder, const char *variant, const struct submitted_file *file)
{
    return format_text("%s/objects/%s/%s.%s.o", builder->build->stage, variant, file->lab, file->name);
}

/* Where an order is the answer, one that C11 forbids for its operation (a load with release) is none. */
static const char *flags_for(const struct builder *builder, const char *lab)
{
    const char *kind = settings_get_of(&builder->course->modules, lab, "kind");
    return strcmp(kind, "orders") == 0 ? "-Werror=invalid-memory-model" : "";
}

/* Reports name functions, files and lines. More, which takes a fifth of a compilation and of a link, is for debuggers, and for the
 * engine, which calls objects by their names. */
static const char *debug_flags(const struct builder *builder, const char *flags_of)
{
    const struct build_request *request = builder->request;
    return request->as_named || request->debugged ? "-g2" : build_is_explored(flags_of) ? "" : "-g1";
}

/* A compilation of `source`, as `how` says: "-c", "-S" or "-E". */
static struct job *add_compilation(struct builder *builder, struct jobs *jobs, const char *flags_of,
                                   const struct submitted_file *file, const char *how, const char *source)
{
    const char *stage = builder->build->stage;
    struct job *job = build_add_job(builder, jobs, "product");
    job->file = file;
    job->log = format_text("%s/%s.log", stage, strrchr(job->out, '/') + 1);
    build_add_compiler(builder, job, flags_of, "flags");
    words_split(&job->argv, FIXED_FLAGS);
    words_split(&job->argv, flags_for(builder, file->lab));
    words_split(&job->argv, debug_flags(builder, flags_of));
    words_split(&job->argv, how);
    /* debuggers find the source where the person has it */
    char *map = format_text("-fdebug-prefix-map=%s/tree=.", stage);
    if (builder->request->as_named) {
        char *name = format_text("-ffile-prefix-map=submission/%s/%s=%s", file->lab, file->name, file->shown);
        words_add(&job->argv, name);
        free(name);
    }
    const char *const rest[] = {map, source, "-o", job->product};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        words_add(&job->argv, rest[i]);
    free(map);
    return job;
}

/* What the product of such a job depends on beside what it is made from. The caller frees. */
static char *words_of(const struct builder *builder, const struct job *job, const char *made,
                      const char *flags_of)
{
    const struct settings *settings = &builder->course->variants;
    return format_text("%s of %s/%s, named %s: %s %s %s %s " FIXED_FLAGS " sandbox %s", made, job->file->lab,
                       job->file->name, builder->request->as_named ? job->file->shown : "as staged",
                       settings_get(settings, "GRADE_COMMON"), settings_get_of(settings, flags_of, "flags"),
                       flags_for(builder, job->file->lab), debug_flags(builder, flags_of),
                       sandbox_tier_name(builder->sandbox->tier));
}

static struct jobs text_jobs(struct builder *builder)
{
    struct jobs jobs = {0};
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *source = format_text("submission/%s/%s", file->lab, file->name), *text = text_path(file);
        /* the working directory would name the stage: each run's text would be another */
        struct job *job =
            add_compilation(builder, &jobs, "text", file, "-Iinclude -fno-working-directory -E", source);
        job->taken = format_text("%s/tree/%s", builder->build->stage, text);
        job->file_bytes_max = TEXT_BYTES_MAX;
        char *folder = format_text("%s/tree/text/%s", builder->build->stage, file->lab);
        build_make_folder(folder);
        char *words = words_of(builder, job, "text", "text");
        job->over = job->succeeded = build_find_text(builder, job, words);
        free(words);
        free(folder);
        free(text);
        free(source);
    }
    return jobs;
}

static void keep_texts(struct builder *builder, const struct jobs *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        const struct job *job = &texts->items[i];
        if (job->over || !job->succeeded)
            continue;
        char *words = words_of(builder, job, "text", "text");
        build_keep_text(builder, job, words);
        free(words);
    }
}

/* An object is made of the text, what the compiler says of the source as well. */
static void look_into_cache(struct builder *builder, struct job *job, const char *made, const char *flags_of,
                            const struct cache_part *text, const struct cache_part *source)
{
    char *flags = words_of(builder, job, made, flags_of);
    build_look_into_cache(builder, job, (const struct cache_part[]){{flags, strlen(flags)}, *text, *source},
                          3);
    free(flags);
}

static char *text_of(const struct jobs *texts, size_t file, size_t *length)
{
    const struct job *text = &texts->items[file];
    return text->succeeded ? read_file(text->taken, TEXT_BYTES_MAX, length, NULL) : NULL;
}

/* Whether a variant is compiled as the file itself is when the compiler is asked what it has to say. */
static bool speaks(const struct builder *builder, const char *variant)
{
    const struct settings *settings = &builder->course->variants;
    return strcmp(settings_get_of(settings, variant, "flags"), settings_get_of(settings, "text", "flags")) ==
           0;
}

/* For each file, in the order of the texts: its object for each variant. */
static struct jobs object_jobs(struct builder *builder, const struct jobs *texts)
{
    struct jobs jobs = {0};
    struct build *build = builder->build;
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        struct cache_part text = {0};
        char *bytes = text_of(texts, i, &text.length);
        text.bytes = bytes;
        for (size_t v = 0; v < build->variants.count; v++) {
            const char *variant = build->variants.items[v];
            char *path = text_path(file);
            /* -w: the same would be said of each variant */
            struct job *job = add_compilation(builder, &jobs, variant, file,
                                              speaks(builder, variant) ? "-c" : "-w -c", path);
            free(path);
            job->variant = (int)v;
            job->taken = build_object_path(builder, variant, file);
            job->over = !bytes;
            if (bytes)
                look_into_cache(builder, job, "object", variant, &text, &(struct cache_part){"", 0});
        }
        free(bytes);
    }
    return jobs;
}

struct job *build_object_job(const struct builder *builder, const struct jobs *jobs, size_t file,
                             size_t variant)
{
    return &jobs->items[file * builder->build->variants.count + variant];
}

/* It ran, and the compiler had nothing to say. */
static bool was_silent(const struct job *job)
{
    size_t length = 0;
    char *said = job->over || !job->succeeded ? NULL : read_file(job->log, LOG_BYTES_MAX, &length, NULL);
    bool silent = said && length == 0;
    free(said);
    return silent;
}

static bool was_silent_of_text(const struct builder *builder, const struct jobs *texts,
                               const struct jobs *objects, size_t file)
{
    bool silent = false;
    for (size_t v = 0; v < builder->build->variants.count && !silent; v++)
        silent = speaks(builder, builder->build->variants.items[v]) &&
                 was_silent(build_object_job(builder, objects, file, v));
    return silent && was_silent(&texts->items[file]);
}

/* Of a file at which the compiler had to be stopped that tells, and it would have to be stopped again. */
static bool was_stopped(const struct builder *builder, const struct jobs *texts, const struct jobs *objects,
                        size_t file)
{
    bool stopped = texts->items[file].stopped || builder->stopped >= STOPPED_MAX;
    for (size_t v = 0; v < builder->build->variants.count; v++)
        stopped |= build_object_job(builder, objects, file, v)->stopped;
    return stopped;
}

/* For each file, in the order of the texts, what the compiler says of it, where it must be asked. */
static struct jobs message_jobs(struct builder *builder, const struct jobs *texts, const struct jobs *objects)
{
    struct jobs jobs = {0};
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *source = format_text("submission/%s/%s", file->lab, file->name);
        struct job *job = add_compilation(builder, &jobs, "text", file, "-Iinclude -S", source);
        free(source);
        struct cache_part text = {0};
        char *bytes = text_of(texts, i, &text.length);
        text.bytes = bytes;
        if (bytes)
            look_into_cache(builder, job, "messages", "text", &text,
                            &(struct cache_part){file->bytes, file->length});
        free(bytes);
        bool silent = !job->over && was_silent_of_text(builder, texts, objects, i);
        if (silent)
            cache_keep(&builder->cache, job->kept, "", 0);
        if (silent || was_stopped(builder, texts, objects, i))
            job->over = job->succeeded = true;
    }
    return jobs;
}

/* --- what the compiler said --- */

/* The words for a file that does not compile, or that it is warned of. The caller frees. */
static char *words_for(const struct job *job, const char *messages)
{
    if (job->left_out)
        return format_text("was not compiled: the compiler had to be stopped at %d other files or variants",
                           STOPPED_MAX);
    if (job->timed_out || strstr(messages, "Killed signal terminated program cc1"))
        return format_text("the compiler took more than %d s or too much memory, and was stopped. What "
                           "does the file make it read or expand?",
                           COMPILE_SECONDS);
    if (job->succeeded)
        return copy_text(messages);
    return *messages ? format_text("does not compile:\n%s", messages)
                     : format_text("does not compile: the compiler was killed (too much memory?)");
}

static void report(struct builder *builder, const struct jobs *texts, const struct jobs *messages_of,
                   const struct jobs *jobs)
{
    struct build *build = builder->build;
    size_t variants = build->variants.count;
    for (size_t i = 0; i < texts->count; i++) {
        struct job *objects = build_object_job(builder, jobs, i, 0), *of_file = &messages_of->items[i];
        /* a file that does not compile has no object in any variant, whatever its text has */
        const struct job *whole = of_file->succeeded ? &texts->items[i] : of_file;
        const struct job *said = whole->succeeded ? of_file : whole;
        for (size_t v = 0; v < variants; v++) {
            const struct job *failed = !whole->succeeded ? whole : objects[v].succeeded ? NULL : &objects[v];
            if (!failed)
                continue;
            if (build_is_written(build, (int)v)) { /* what else is wrong the other variants say */
                build->status[v] = BUILD_FAILED;
                objects[v].succeeded = false;
                continue;
            }
            char *messages = build_job_messages(builder, failed);
            build_refuse_full_disk(builder, messages);
            /* a submission can make the compiler say so (#line): what it says only asks for a trial */
            bool missing_tool = build->status[v] == BUILD_OK &&
                                (strncmp(messages, "cc1: ", 5) == 0 || sandbox_failed(messages)) &&
                                !build_variant_works(builder, build->variants.items[v]);
            if (build->status[v] == BUILD_OK)
                build->status[v] = missing_tool ? BUILD_MISSING : BUILD_FAILED;
            if (said->succeeded)
                said = failed;
            objects[v].succeeded = false;
            free(messages);
        }
        char *messages = build_job_messages(builder, said);
        if (!said->succeeded || *messages) {
            build_problem(build, said->file->shown, false, words_for(said, messages));
            build->problems[build->problem_count - 1].warning = said->succeeded;
        }
        free(messages);
    }
}

struct jobs build_compile(struct builder *builder)
{
    builder->cache = cache_open(builder->course->root, settings_get(&builder->course->variants, "GRADE_CC"));
    struct jobs texts = text_jobs(builder);
    build_run_jobs(builder, &texts, "preprocessing");
    keep_texts(builder, &texts);
    struct jobs objects = object_jobs(builder, &texts);
    build_run_jobs(builder, &objects, "compiling");
    struct jobs messages = message_jobs(builder, &texts, &objects);
    build_run_jobs(builder, &messages, "asking the compiler");
    report(builder, &texts, &messages, &objects);
    build_free_jobs(&messages);
    build_free_jobs(&texts);
    return objects;
}
