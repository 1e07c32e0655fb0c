/**
 * @file build_internal.h
 * @brief The parts of a build: the stage, the compilations, the links.
 */
#ifndef WEFT_GRADER_BUILD_INTERNAL_H
#define WEFT_GRADER_BUILD_INTERNAL_H

#include "submission.h"

enum {
    COMPILE_SECONDS = 20,
    LOG_BYTES_MAX = 1 << 16, /* of a compiler's messages */
};

/* One run of the compiler: an object from a source, or a subject from objects. */
struct job {
    struct words argv;
    const struct submitted_file *file; /* NULL: a link */
    int variant;
    char *log;     /* the compiler's messages */
    char *product; /* in the stage */
    char *cached;  /* where the object is kept between runs; NULL for a link */
    bool reused;
    pid_t pid;
    int64_t deadline;
    bool succeeded, timed_out;
};

struct jobs {
    struct job *items;
    size_t count;
};

struct builder {
    const struct course *course;
    const struct sandbox *sandbox;
    const struct build_request *request;
    struct build *build;
    struct submission submission;
    build_progress *progress;
    void *arg;
    int done, total;
};

/* build_stage.c: copies of what the sandbox may see */

void build_make_stage(struct builder *builder);
void build_make_folder(const char *path);
_Noreturn void build_stage_failed(const char *path);

/* build_compile.c: running the compiler; objects, kept between runs */

struct jobs build_compile_jobs(struct builder *builder);
/** Run all jobs that are not reused, as many at once as there are processors. */
void build_run_jobs(struct builder *builder, struct jobs *jobs, const char *what);
/** Say what failed or warned, each text once, though every variant repeats it; keep the good objects. */
void build_report_compilations(struct builder *builder, const struct jobs *jobs);
/** The compiler's messages with the paths that the person knows. The caller frees. */
char *build_job_messages(const struct builder *builder, const struct job *job);
struct job *build_add_job(struct jobs *jobs);
/** The compiler's words for a variant; `flags` is the key of its own in variants.mk: "flags", or "link". */
void build_add_compiler(const struct builder *builder, struct job *job, const char *variant,
                        const char *flags);
void build_free_jobs(struct jobs *jobs);
void build_report_progress(struct builder *builder, const char *what);

/* build_link.c: trusted objects, and the link */

/** Let make bring the trusted objects up to date. False: make failed, which is the grader's fault. */
bool build_make_trusted_objects(struct builder *builder);
struct jobs build_link_jobs(struct builder *builder);
void build_report_links(struct builder *builder, const struct jobs *jobs);

#endif
