/**
 * @file handout.h
 * @brief A lab's tasks: their order, and the clauses that each makes pass, read from labs/NN-name/README.md.
 *
 * The handout is the one place that says so. A task is a paragraph that begins with "**T1. Its name** (`file.c`: ...)"; the
 * table of clauses has in its last column the task after which a clause passes:
 *
 *     | 01.1 | 4 | `ready_at_once` | T1 |
 *
 * Where a column names several, the last of them in the handout's order counts.
 */
#ifndef WEFT_GRADER_HANDOUT_H
#define WEFT_GRADER_HANDOUT_H

#include "course.h"

/** One task. */
struct handout_task {
    char *id;             /**< "T1" */
    char *name;           /**< "The two smallest futures" */
    char *file;           /**< the file that it is begun in, "ready.c", or "" */
    struct words clauses; /**< that pass after it */
};

/** All tasks of a lab, in the handout's order. */
struct handout {
    char *path; /**< from the tree's top on */
    struct handout_task *tasks;
    size_t count;
};

/** Read it. A lab without a handout has no tasks. */
struct handout handout_read(const struct course *course, const char *lab);
void handout_free(struct handout *handout);

/** The task of this name, "T1" or "01.T1"; NULL: there is none. */
const struct handout_task *handout_task(const struct handout *handout, const char *name);

#endif
