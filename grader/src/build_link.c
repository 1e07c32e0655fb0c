/**
 * @file build_link.c
 * @brief Links subjects: the submission's objects and the trusted ones, as objects.
 */
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
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(fd, 1);
        dup2(fd, 2);
        unsetenv("MAKEFLAGS");
        unsetenv("MAKELEVEL");
        unsetenv("MFLAGS");
        execlp("make", "make", "-s", "-j2", "-C", builder->course->root, "subject-objects", NULL);
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
    free(log);
    return made;
}

/* A trusted object into the stage, and into the link. */
static bool add_trusted(struct builder *builder, struct job *job, const char *variant, const char *source)
{
    char *object = format_text("%s/build/obj/%s/%.*s.o", builder->course->root, variant,
                               (int)strlen(source) - 2, source);
    char *staged =
        format_text("%s/trusted/%s/%.*s.o", builder->build->stage, variant, (int)strlen(source) - 2, source);
    *strrchr(staged, '/') = '\0';
    build_make_folder(staged);
    staged[strlen(staged)] = '/';
    bool copied = copy_file(object, staged);
    words_add(&job->argv, staged);
    if (!copied)
        build_problem(builder->build, object, true, format_text("is missing: run make clean, then again"));
    free(object);
    free(staged);
    return copied;
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

static bool is_own(const struct builder *builder, const char *lab)
{
    return words_contain(&builder->request->own, lab) && !words_contain(&builder->build->replaced, lab);
}

struct jobs build_link_jobs(struct builder *builder)
{
    struct jobs jobs = {0};
    const struct course *course = builder->course;
    struct build *build = builder->build;
    for (size_t v = 0; v < build->variants.count; v++) {
        if (build->status[v] != BUILD_OK)
            continue;
        const char *variant = build->variants.items[v];
        struct job *job = build_add_job(&jobs);
        job->variant = (int)v;
        job->log = format_text("%s/%s.link.log", build->stage, variant);
        job->product = format_text("%s/out/%s/subject", build->stage, variant);
        build_add_compiler(builder, job, variant);
        words_add(&job->argv, "-o");
        words_add(&job->argv, job->product);
        for (size_t i = 0; i < builder->submission.count; i++) {
            const struct submitted_file *file = &builder->submission.files[i];
            if (!is_own(builder, file->lab))
                continue;
            char *object = format_text("%s/out/%s/%s.%s.o", build->stage, variant, file->lab, file->name);
            words_add(&job->argv, object);
            free(object);
        }
        for (size_t l = 0; l < course->labs.count; l++) {
            const char *lab = course->labs.items[l];
            char *folder = format_text("solutions/%s", lab);
            if (!is_own(builder, lab))
                add_trusted_list(builder, job, variant, folder,
                                 settings_get_of(&course->modules, lab, "write"));
            add_trusted_list(builder, job, variant, folder, settings_get_of(&course->modules, lab, "given"));
            free(folder);
        }
        add_trusted_list(builder, job, variant, "runtime/given", settings_get(&course->modules, "GIVEN"));
        add_trusted_list(builder, job, variant, "grader/support", "scenario.c");
        char *suite = format_text("grader/suites/%s", builder->request->lab);
        char *path = format_text("%s/%s/scenarios.mk", course->root, suite);
        struct settings scenarios = settings_read(path);
        add_trusted_list(builder, job, variant, suite, settings_get(&scenarios, "SCENARIOS"));
        words_split(&job->argv, settings_get(&scenarios, "LINK_FLAGS"));
        settings_free(&scenarios);
        free(path);
        free(suite);
    }
    return jobs;
}

void build_report_links(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    bool said = false;
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        const char *variant = build->variants.items[job->variant];
        char *folder = build_subject_folder(build, variant);
        char *subject = format_text("%s/subject", folder);
        if (job->succeeded && (!copy_file(job->product, subject) || chmod(subject, 0755) != 0))
            build_stage_failed(subject);
        free(subject);
        free(folder);
        if (job->succeeded)
            continue;
        char *messages = build_job_messages(builder, job);
        bool missing =
            strncmp(messages, "/usr/bin/ld: cannot find ", 25) == 0 || strncmp(messages, "bwrap: ", 7) == 0;
        build->status[job->variant] = missing ? BUILD_MISSING : BUILD_FAILED;
        if (!said)
            build_problem(build, builder->request->from, false,
                          format_text("compiles, but does not link%s:\n%s",
                                      missing ? " (a library is missing here, or the sandbox failed)" : "",
                                      messages));
        said = true;
        free(messages);
    }
}
