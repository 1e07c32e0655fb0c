/**
 * @file build.h
 * @brief From a submission's files to one subject a variant.
 *
 * A subject is the scenario driver, the submission's objects, and the reference's objects for the rest,
 * linked as objects, so that a symbol defined twice is an error. Only the submission is compiled here, in
 * the sandbox; the trusted objects come from make. Nothing of a submission's own build is ever run.
 */
#ifndef WEFT_GRADER_BUILD_H
#define WEFT_GRADER_BUILD_H

#include "course.h"
#include "sandbox.h"

enum { VARIANTS_MAX = 5 };

/** How far a variant came. */
enum build_status {
    BUILD_OK,
    BUILD_FAILED,  /**< because of the submission */
    BUILD_MISSING, /**< because of a missing or broken tool */
};

/** What stands in the way, in words for the person who submits. */
struct problem {
    char *where;    /**< the file or folder as that person named it */
    char *what;     /**< what is wrong and what to do; may have several lines */
    bool no_result; /**< there is nothing to judge: not a failure of the code */
    bool warning;   /**< shown only */
    bool note;      /**< a warning of the grader's own, not of the compiler's */
};

/** What was asked for. */
struct build_request {
    const char *lab;  /**< the graded one */
    const char *from; /**< the folder as typed */
    struct words own; /**< labs taken from `from`, the graded one included */
    struct words variants;
    bool as_named; /**< the program itself shall call the files as the person does, in panics and to debuggers */
    bool debugged;    /**< the program is for gdb */
    char *note_stage; /**< 4,096 bytes: the temporary folder's path is written here as soon as it exists */
};

/** What came of it. */
struct build {
    char *stage; /**< the temporary folder that the sandbox sees */
    struct words variants;
    enum build_status status[VARIANTS_MAX];
    struct problem *problems;
    size_t problem_count;
    char *graded_folder;   /**< where the graded lab's files are, as the person would name it; or NULL */
    struct words replaced; /**< own earlier labs that did not build: the reference is used instead */
    /** Beside interleave there is a subject of the same name as this in which the submission was not optimised. That it cannot be built
     * is no fault of the submission's. */
    bool has_written;
    char *memory_imports; /**< which files ask the C library for memory, by which functions; NULL: none does, or plain was not built */
};
#define BUILD_WRITTEN "written"

/** The sandbox of a build, which hides the submission and the tree. `wanted` as in sandbox_probe(). */
struct sandbox build_sandbox(const struct course *course, const char *from, const char *wanted);

/** Told what is being done: done of total. */
typedef void build_progress(void *arg, const char *what, int done, int total);

/** Build. Never dies because of a submission: what is wrong stands in `problems`. */
struct build build_subjects(const struct course *course, const struct sandbox *sandbox,
                            const struct build_request *request, build_progress *progress, void *arg);

/** The subject's folder (readable in the sandbox) of a variant; the program in it is "subject". The caller frees. */
char *build_subject_folder(const struct build *build, const char *variant);

/** Remove the temporary folder. */
void build_remove(struct build *build);

#endif
