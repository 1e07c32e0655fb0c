/**
 * @file build_internal.h
 * @brief The parts of a build: the stage, the compilations, the links.
 */
#ifndef WEFT_GRADER_BUILD_INTERNAL_H
#define WEFT_GRADER_BUILD_INTERNAL_H

#include <string.h>

#include "build_cache.h"
#include "submission.h"

enum {
    COMPILE_SECONDS = 20,
    STOPPED_MAX = 2,              /* compilers that were stopped; then no other is started */
    LOG_BYTES_MAX = 1 << 16,      /* of a compiler's messages */
    TEXT_BYTES_MAX = 16 << 20,    /* of a file when it is preprocessed */
    PRODUCT_BYTES_MAX = 64 << 20, /* of an object or a subject */
    ROOM_BYTES = 16 << 20,        /* that a stage needs, so that what fails there fails for another reason */
    PLENTY_BYTES = 1 << 29,       /* more than compilers write that run at the same time */
    NO_VARIANT = -1,
    OBJECT_BYTES_MAX = PRODUCT_BYTES_MAX,
};

/* Said in place of the compiler's words where it ended well. */
#define TOO_MUCH "what the compiler wrote is too large, or no plain file"

/* One run of the compiler: text from a source, an object from text, or a subject from objects. */
struct job {
    struct words argv;
    const struct submitted_file *file; /* NULL: a link */
    int variant;                       /* NO_VARIANT: a text, or what the compiler says */
    char *log;                         /* the compiler's messages */
    char *out;                         /* the one folder that it may write to; gone when it has ended */
    char *product;                     /* in there */
    char *taken;          /* where the product goes at once, out of its reach; NULL: nobody wants it */
    struct words made_of; /* a link: its objects */
    char *kept;           /* its name in the cache; NULL: it is not kept */
    size_t file_bytes_max;
    bool is_program;
    bool over; /* not to be run: it is there already, or what it is made of is not */
    pid_t pid;
    int64_t deadline;
    bool succeeded, timed_out;
    bool stopped;  /* it took too long or too much */
    bool again;    /* it was started a second time */
    bool left_out; /* the compiler had to be stopped too often before */
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
    struct cache cache;
    int job_count;
    int stopped; /* compilers, which took too long or too much */
    build_progress *progress;
    void *arg;
    int done, total;
};

/* build_stage.c: copies of what the sandbox may see */

void build_make_stage(struct builder *builder);
void build_make_folder(const char *path);
_Noreturn void build_stage_failed(const char *path);

/* build_jobs.c: running compilers */

/** A job with a folder of its own, in which it shall make `product`. */
struct job *build_add_job(struct builder *builder, struct jobs *jobs, const char *product);
/** The compiler's words for a variant; `flags` is the key of its own in variants.mk: "flags", or "link". */
void build_add_compiler(const struct builder *builder, struct job *job, const char *variant,
                        const char *flags);
/** Name what the job makes by what it is made of; it is over if the cache has it. */
void build_look_into_cache(struct builder *builder, struct job *job, const struct cache_part *parts,
                           size_t count);
/** Run all jobs that are not over yet, as many at once as there are processors. */
void build_run_jobs(struct builder *builder, struct jobs *jobs, const char *what);
/** The compiler's messages with the paths that the person knows. The caller frees. */
char *build_job_messages(const struct builder *builder, const struct job *job);
/** Die if a job may have failed because the stage's disk is full: that says nothing of the submission. */
void build_refuse_full_disk(const struct builder *builder, const char *messages);
/** Whether the variant can be built here at all: tries it, without the submission. */
bool build_variant_works(struct builder *builder, const char *variant);
void build_free_jobs(struct jobs *jobs);
void build_report_progress(struct builder *builder, const char *what);

/** Whether the subject of this variant explores: models and the engine take the place of scenarios and allocator. And whether
 * it is the one beside interleave. */
static inline bool build_is_explored(const char *variant)
{
    return strcmp(variant, "interleave") == 0 || strcmp(variant, BUILD_WRITTEN) == 0;
}
static inline bool build_is_written(const struct build *build, int variant)
{
    return strcmp(build->variants.items[variant], BUILD_WRITTEN) == 0;
}

/* build_compile.c: objects from sources */

/**
 * Compile the submission in all variants, and say what failed or warned, once a file. In the jobs a file that fails in
 * any way has not succeeded in that variant.
 */
struct jobs build_compile(struct builder *builder);
/** The job of a file and a variant, both by number. */
struct job *build_object_job(const struct builder *builder, const struct jobs *jobs, size_t file,
                             size_t variant);
/** Where its object is taken to. The caller frees. */
char *build_object_path(const struct builder *builder, const char *variant, const struct submitted_file *file);

/* build_text.c: texts that are kept */

/** Whether the text of the job's file is there and what it was made of still holds; then it is where the job would put it. */
bool build_find_text(struct builder *builder, const struct job *job, const char *flags);
/** Keep the text that the job has made, if it depends on nothing but files that are known. */
void build_keep_text(struct builder *builder, const struct job *job, const char *flags);

/* build_imports.c: what an object asks the C library for */

/** The functions that give memory, or take it back, among the undefined symbols of an object. The caller frees the words. */
struct words build_memory_imports(const char *object, size_t length);
/** Note those of the object of a submitted file, as `shown` names it, in the build's `memory_imports`. */
void build_note_imports(struct builder *builder, const char *object, const char *shown);
/** Whether the object of a submitted file, as `shown` names it, may be part of a program. If not the problem is noted. */
typedef bool object_check(struct builder *builder, const char *object, const char *shown, const void *arg);
/** It defines nothing that a sanitizer asks a program for, such as its options: with these a program could silence it. */
object_check build_leaves_sanitizers;
/** It defines none of these names (a struct words, sorted), and hides none of its own from libraries: such a name is the object's for all that
 * call it, the library itself and the scenarios among them. */
object_check build_keeps_libraries;
/** The names that a linked program has in common with its libraries. The caller frees the words. False: it cannot be read. */
bool build_read_shared_names(const char *program, struct words *names);
/** Whether a model calls what it needs alone, of the runtime what begins like one of `calls`, and defines nothing for others. If not the
 * build has a problem more. */
bool build_model_is_closed(struct builder *builder, const char *object, const char *shown, const char *calls);

/* build_link.c: trusted objects, and the link */

/** Let make bring the trusted objects up to date. False: make failed, which is the grader's fault. */
bool build_make_trusted_objects(struct builder *builder);
struct jobs build_link_jobs(struct builder *builder, const struct jobs *compilations);
void build_report_links(struct builder *builder, const struct jobs *jobs);

#endif
