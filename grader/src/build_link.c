/**
 * @file build_link.c
 * @brief Links subjects: the submission's objects and the trusted ones, as objects.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "build_internal.h"

/* --- trusted objects and the link --- */

/* Let make bring the trusted objects up to date. False: make failed, which is the grader's fault. */
bool build_make_trusted_objects(struct builder *builder)
{
    char *log = format_text("%s/make.log", builder->build->stage);
    char *objects = format_text("subject-objects-%s", builder->request->lab);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(fd, 1);
        dup2(fd, 2);
        unsetenv("MAKEFLAGS");
        unsetenv("MAKELEVEL");
        unsetenv("MFLAGS");
        execlp("make", "make", "-s", "-j2", "-C", builder->course->root, objects, NULL);
        _exit(127);
    }
    int status = -1;
    bool made = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    if (!made) {
        char *text = read_file(log, 4000, NULL, NULL);
        build_problem(builder->build, "the grader's own objects", true,
                      format_text("cannot be built; this is not your code's fault:\n%s", text ? text : ""));
        free(text);
    }
    free(objects);
    free(log);
    return made;
}

/* Where a trusted object is, or is copied to. The caller frees. */
static char *trusted_path(const char *below, const char *folder, const char *variant, const char *source)
{
    return format_text("%s/%s/%s/%.*s.o", below, folder, variant, (int)strlen(source) - 2, source);
}

/* A trusted object into the link, and which it is into what the subject is made of. */
static void add_trusted(struct builder *builder, struct job *job, const char *variant, const char *source)
{
    char *object = trusted_path(builder->course->root, "build/obj", variant, source);
    char *staged = trusted_path(builder->build->stage, "trusted", variant, source);
    words_add(&job->argv, staged);
    struct stat status;
    if (stat(object, &status) != 0) {
        build_problem(builder->build, object, true, format_text("is missing: run make clean, then again"));
    } else {
        char *identity = format_text("%s/%s %lld %lld.%ld", variant, source, (long long)status.st_size,
                                     (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
        words_add(&job->made_of, identity);
        free(identity);
    }
    free(object);
    free(staged);
}

/* Copy the trusted objects of a link that is to be run to where the sandbox sees them. */
static void stage_trusted(const struct builder *builder, const struct job *job)
{
    char *trusted = format_text("%s/trusted/", builder->build->stage);
    for (size_t i = 0; i < job->argv.count; i++) {
        char *staged = job->argv.items[i];
        if (strncmp(staged, trusted, strlen(trusted)) != 0)
            continue;
        char *object = format_text("%s/build/obj/%s", builder->course->root, staged + strlen(trusted));
        *strrchr(staged, '/') = '\0';
        build_make_folder(staged);
        staged[strlen(staged)] = '/';
        if (!copy_file(object, staged) && (errno == ENOSPC || errno == EDQUOT))
            build_stage_failed(staged);
        free(object);
    }
    free(trusted);
}

static void add_trusted_list(struct builder *builder, struct job *job, const char *variant,
                             const char *folder, const char *names)
{
    struct words files = {0};
    words_split(&files, names);
    for (size_t i = 0; i < files.count; i++) {
        char *source = format_text("%s/%s", folder, files.items[i]);
        add_trusted(builder, job, variant, source);
        free(source);
    }
    words_free(&files);
}

/* Whose trusted objects a subject is made of: only the submission's own files are not optimised. */
static const char *trusted_variant(const char *variant)
{
    return build_is_explored(variant) ? "interleave" : variant;
}

static void add_scenarios(struct builder *builder, struct job *job, const char *variant,
                          const struct settings *suite, const char *folder)
{
    add_trusted_list(builder, job, variant, "runtime/given", settings_get(&builder->course->modules, "GIVEN"));
    add_trusted_list(builder, job, variant, "grader/support", "scenario.c places.c");
    add_trusted_list(builder, job, variant, "grader/support", settings_get(suite, "SUPPORT"));
    add_trusted_list(builder, job, variant, folder, settings_get(suite, "SCENARIOS"));
    add_trusted_list(builder, job, variant, "runtime/facade", settings_get(suite, "TOP"));
    words_split(&job->argv, settings_get(suite, "LINK_FLAGS"));
}

/* Calls of the functions in this list, a name a line, are calls of the engine. */
static void add_wrapped(struct builder *builder, struct job *job)
{
    char *path = format_text("%s/grader/interleave/wrapped.txt", builder->course->root);
    char *text = read_file(path, 1 << 16, NULL, NULL);
    if (!text)
        build_problem(builder->build, path, true, format_text("cannot be read"));
    struct words names = {0};
    words_split(&names, text ? text : "");
    for (size_t i = 0; i < names.count; i++) {
        char *flag = format_text("-Wl,--wrap=%s", names.items[i]);
        words_add(&job->argv, flag);
        free(flag);
    }
    words_free(&names);
    free(text);
    free(path);
}

static void add_models(struct builder *builder, struct job *job, const char *variant,
                       const struct settings *suite, const char *folder)
{
    struct words given = {0};
    words_split(&given, settings_get(&builder->course->modules, "GIVEN"));
    for (size_t i = 0; i < given.count; i++)
        if (strcmp(given.items[i], "alloc.c") != 0)
            add_trusted_list(builder, job, variant, "runtime/given", given.items[i]);
    words_free(&given);
    add_trusted_list(builder, job, variant, "grader/interleave/support", "alloc.c");
    add_trusted_list(builder, job, variant, folder, settings_get(suite, "MODELS"));
    add_trusted(builder, job, "engine", "engine.c");
    add_wrapped(builder, job);
    words_split(&job->argv, settings_get(suite, "MODEL_LINK_FLAGS"));
}

/* What the object calls for each fence. Text that only looks like it says as much: the variant is lenient then. */
static bool has_fences(const char *object)
{
    static const char call[] = "__tsan_atomic_thread_fence";
    size_t length = 0;
    char *bytes = read_file(object, OBJECT_BYTES_MAX, &length, NULL);
    bool found = bytes && memmem(bytes, length, call, sizeof call);
    free(bytes);
    return found;
}

/* ThreadSanitizer does not understand fences: what it is told of all atomic operations passes through fences.c. */
static void add_fences(struct builder *builder, struct job *job, const char *variant)
{
    struct words operations = {0};
    words_split(&operations, "load store exchange fetch_add fetch_sub fetch_and fetch_or fetch_xor fetch_nand "
                             "compare_exchange_strong compare_exchange_weak compare_exchange_val");
    for (int bits = 8; bits <= 128; bits *= 2)
        for (size_t i = 0; i < operations.count; i++) {
            char *flag = format_text("-Wl,--wrap=__tsan_atomic%d_%s", bits, operations.items[i]);
            words_add(&job->argv, flag);
            free(flag);
        }
    words_free(&operations);
    add_trusted(builder, job, variant, "grader/support/fences.c");
}

/* Say what a file with fences is not asked for in this variant. */
static void note_fences(struct builder *builder, const struct submitted_file *file)
{
    build_problem(
        builder->build, file->shown, false,
        format_text("has fences, which ThreadSanitizer does not understand. So in the variant tsan each "
                    "atomic operation\ncounts as acquire and release: an order that is too weak is "
                    "left to the models to find."));
    struct problem *problem = &builder->build->problems[builder->build->problem_count - 1];
    problem->warning = problem->note = true;
}

static bool is_own(const struct builder *builder, const char *lab)
{
    return words_contain(&builder->request->own, lab) && !words_contain(&builder->build->replaced, lab);
}

/* The names of the submission's objects say what is in them, so the subject of the same ones is the same. */
static void look_into_cache(struct builder *builder, struct job *job, const struct settings *suite,
                            const char *variant)
{
    char *list = copy_text("");
    for (size_t i = 0; i < job->made_of.count; i++) {
        char *longer = format_text("%s\n%s", list, job->made_of.items[i]);
        free(list);
        list = longer;
    }
    const struct settings *settings = &builder->course->variants;
    char *wrapped = format_text("%s/grader/interleave/wrapped.txt", builder->course->root);
    char *names = build_is_explored(variant) ? read_file(wrapped, 1 << 16, NULL, NULL) : NULL;
    char *flags =
        format_text("link %s %s %s %s %s sandbox %s", settings_get(settings, "GRADE_COMMON"),
                    settings_get_of(settings, variant, "flags"), settings_get_of(settings, variant, "link"),
                    settings_get(suite, build_is_explored(variant) ? "MODEL_LINK_FLAGS" : "LINK_FLAGS"),
                    names ? names : "", sandbox_tier_name(builder->sandbox->tier));
    build_look_into_cache(builder, job,
                          (const struct cache_part[]){{flags, strlen(flags)}, {list, strlen(list)}}, 2);
    free(flags);
    free(names);
    free(wrapped);
    free(list);
}

static void fail_all(struct build *build)
{
    for (size_t v = 0; v < build->variants.count; v++)
        if (build->status[v] == BUILD_OK)
            build->status[v] = BUILD_FAILED;
}

/* Each object of the submission has to bear the check. All variants are made of one text, so this one tells for all. */
static void demand(struct builder *builder, const char *variant, object_check *bears, const void *arg)
{
    bool all = true;
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        if (!is_own(builder, file->lab))
            continue;
        char *object = build_object_path(builder, variant, file);
        all &= bears(builder, object, file->shown, arg);
        free(object);
    }
    if (!all)
        fail_all(builder->build);
}

/* Nothing is linked that tells sanitizers what to leave unsaid. */
static void refuse_silencers(struct builder *builder)
{
    const struct build *build = builder->build;
    size_t first = 0;
    while (first < build->variants.count && build->status[first] != BUILD_OK)
        first++;
    if (first < build->variants.count)
        demand(builder, build->variants.items[first], build_leaves_sanitizers, NULL);
}

struct jobs build_link_jobs(struct builder *builder, const struct jobs *compilations)
{
    refuse_silencers(builder);
    struct jobs jobs = {0};
    const struct course *course = builder->course;
    struct build *build = builder->build;
    for (size_t v = 0; v < build->variants.count; v++) {
        if (build->status[v] != BUILD_OK)
            continue;
        const char *variant = build->variants.items[v];
        char *suite = format_text("grader/suites/%s", builder->request->lab);
        struct settings scenarios = settings_read_suite(course->root, builder->request->lab);
        struct job *job = build_add_job(builder, &jobs, "subject");
        char *box = build_subject_folder(build, variant);
        job->variant = (int)v;
        job->log = format_text("%s/%s.link.log", build->stage, variant);
        job->taken = format_text("%s/subject", box);
        job->is_program = true;
        free(box);
        build_add_compiler(builder, job, variant, build_is_explored(variant) ? "link" : "flags");
        words_add(&job->argv, "-o");
        words_add(&job->argv, job->product);
        bool fences = false;
        for (size_t i = 0; i < builder->submission.count; i++) {
            const struct submitted_file *file = &builder->submission.files[i];
            if (!is_own(builder, file->lab))
                continue;
            char *object = build_object_path(builder, variant, file);
            words_add(&job->argv, object);
            if (strcmp(variant, "interleave") == 0 && course_is_of_models(course, file->lab) &&
                !build_model_is_closed(builder, object, file->shown, settings_get(&scenarios, "MODEL_CALLS")))
                build->status[v] = BUILD_FAILED;
            if (strcmp(variant, "plain") == 0)
                build_note_imports(builder, object, file->shown);
            if (strcmp(variant, "tsan") == 0 && has_fences(object)) {
                note_fences(builder, file);
                fences = true;
            }
            words_add(&job->made_of, build_object_job(builder, compilations, i, v)->kept);
            free(object);
        }
        if (fences)
            add_fences(builder, job, variant);
        for (size_t l = 0; l < course->labs.count; l++) {
            const char *lab = course->labs.items[l];
            char *solution = format_text("solutions/%s", lab), *given = format_text("runtime/given/%s", lab);
            if (!is_own(builder, lab))
                add_trusted_list(builder, job, trusted_variant(variant), solution,
                                 settings_get_of(&course->modules, lab, "write"));
            add_trusted_list(builder, job, trusted_variant(variant), given,
                             settings_get_of(&course->modules, lab, "given"));
            free(given);
            free(solution);
        }
        (build_is_explored(variant) ? add_models : add_scenarios)(builder, job, trusted_variant(variant),
                                                                  &scenarios, suite);
        look_into_cache(builder, job, &scenarios, variant);
        if (!job->over)
            stage_trusted(builder, job);
        settings_free(&scenarios);
        free(suite);
    }
    return jobs;
}

/* Beside an explored subject, the submission's own sources: an account calls objects by the names that they have there.
 * Not the solutions: what the subject can read it can print. */
static void add_sources(const struct builder *builder, const char *folder)
{
    char *beside = format_text("%s/source", folder);
    build_make_folder(beside);
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *path = format_text("%s/%s", beside, file->name);
        if (is_own(builder, file->lab) && !write_file_atomically(path, file->bytes, file->length))
            build_stage_failed(path);
        free(path);
    }
    free(beside);
}

/* What the submission defines is nobody else's: a program that was linked tells which names are. */
static void refuse_interposers(struct builder *builder, const struct jobs *jobs)
{
    const struct job *job = jobs->items, *end = jobs->items + jobs->count;
    while (job < end && !job->succeeded)
        job++;
    if (job == end)
        return;
    struct words shared;
    if (build_read_shared_names(job->taken, &shared))
        demand(builder, builder->build->variants.items[job->variant], build_keeps_libraries, &shared);
    else
        fail_all(builder->build);
    words_free(&shared);
}

void build_report_links(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    bool said = false;
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        const char *variant = build->variants.items[job->variant];
        char *folder = build_subject_folder(build, variant);
        if (job->succeeded && build_is_explored(variant))
            add_sources(builder, folder);
        free(folder);
        if (job->succeeded)
            continue;
        if (build_is_written(build, job->variant)) { /* such as what is inline, and not static */
            build->status[job->variant] = BUILD_FAILED;
            continue;
        }
        char *messages = build_job_messages(builder, job);
        build_refuse_full_disk(builder, messages);
        /* a submission can make the linker say so (the name of a symbol): what it says only asks for a trial */
        bool missing = (strstr(messages, "cannot find ") || sandbox_failed(messages)) &&
                       !build_variant_works(builder, variant);
        build->status[job->variant] = missing ? BUILD_MISSING : BUILD_FAILED;
        if (!said)
            build_problem(
                build, builder->request->from, false,
                format_text("compiles, but does not link%s%s:\n%s",
                            build_is_explored(variant) ? " with the engine that explores interleavings" : "",
                            missing ? " (a library is missing here, or the sandbox failed)" : "", messages));
        said = true;
        free(messages);
    }
    refuse_interposers(builder, jobs);
}
