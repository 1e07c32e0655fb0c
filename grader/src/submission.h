/**
 * @file submission.h
 * @brief Finding a submission's files and refusing what is no C source, before any tool reads it.
 */
#ifndef WEFT_GRADER_SUBMISSION_H
#define WEFT_GRADER_SUBMISSION_H

#include "build.h"

/** A file that a student wrote. */
struct submitted_file {
    const char *lab;
    char *name;  /**< "ready.c" */
    char *shown; /**< as the person would name it: "labs/01-futures/ready.c" */
    char *bytes; /**< its content */
    size_t length;
};

struct submission {
    struct submitted_file *files;
    size_t count;
};

/** Read the files of all own labs; what is wrong is added to the build's problems. */
struct submission submission_read(const struct course *course, const struct build_request *request,
                                  struct build *build);
void submission_free(struct submission *submission);

/** Add a problem. Takes `what` over. */
void build_problem(struct build *build, const char *where, bool no_result, char *what);

#endif
