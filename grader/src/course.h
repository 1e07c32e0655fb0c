/**
 * @file course.h
 * @brief What the course consists of: labs, files and clauses, read from the tree itself.
 *
 * Labs come from runtime/modules.mk, clauses from the headers, compiler flags from grader/variants.mk.
 * There is no second list of any of them.
 */
#ifndef WEFT_GRADER_COURSE_H
#define WEFT_GRADER_COURSE_H

#include "util.h"

/** A file of `name := words` lines. */
struct settings {
    struct setting {
        char *name;
        char *value;
    } * items;
    size_t count;
};

/** Read such a file; dies with a message if it cannot be read. */
struct settings settings_read(const char *path);
/** The same of a lab's suite, of the course at `root`: which files it has, and what they are linked with. */
struct settings settings_read_suite(const char *root, const char *lab);
/** The value of `name`, or "" */
const char *settings_get(const struct settings *settings, const char *name);
/** The value of `<owner>.<key>`, or "" */
const char *settings_get_of(const struct settings *settings, const char *owner, const char *key);
void settings_free(struct settings *settings);

/** A numbered clause of a contract. */
struct clause {
    char *id;   /**< "01.4" or "G.2" */
    int points; /**< 0 for the given parts */
    char *text;
    char *header; /**< the header's name, "combine.h" */
    int line;
};

/** A header that names a clause, behind "Clauses:". */
struct reference {
    char *id;
    char *header;
    int line;
};

/** Everything. */
struct course {
    char *root; /**< the tree, absolute */
    struct settings modules;
    struct settings variants;
    struct words labs;      /**< the built ones: "01-futures" */
    struct words exercises; /**< graded like labs, and no part of the runtime: "x0-hello" */
    struct clause *clauses;
    size_t clause_count;
    struct reference *references;
    size_t reference_count;
};

/** Read the course at `root`; dies with a message if something is wrong with it. */
struct course course_read(const char *root);
void course_free(struct course *course);

/** The lab or exercise that `name` means ("1", "01", "01-futures"; "x0", "X0"), or NULL. */
const char *course_lab(const struct course *course, const char *name);
/** Whether the clause belongs to the lab: the numbers before the dot. */
bool clause_is_of(const struct clause *clause, const char *lab);
const struct clause *course_clause(const struct course *course, const char *id);
/** Labs and exercises: course_graded(course, 0), and so on until NULL. */
const char *course_graded(const struct course *course, size_t number);

/** The files that a student writes in this lab. The caller frees. */
struct words course_written_files(const struct course *course, const char *lab);

/** Whether what a student writes in it are models, which the grader judges on code that is right and on code that is wrong. */
bool course_is_of_models(const struct course *course, const char *lab);

#endif
