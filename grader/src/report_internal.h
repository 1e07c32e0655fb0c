/**
 * @file report_internal.h
 * @brief The parts of the report for people.
 */
#ifndef WEFT_GRADER_REPORT_INTERNAL_H
#define WEFT_GRADER_REPORT_INTERNAL_H

#include "handout.h"
#include "report_order.h"
#include "result.h"

struct style {
    FILE *out;
    int width;
    const char *good, *bad, *warn, *dim, *bold, *off;
};

/** What the parts of one report have in common. */
struct report {
    struct style style;
    const struct result *result;
    struct failures failures;
    struct handout handout;
};

/* No foreign line that is printed as it is is longer, whatever it is made of; a text that is broken into lines has so many bytes. */
enum { LINE_BYTES_MAX = 400, TEXT_BYTES_MAX = 4000 };

/* report_text.c: how text is printed */

struct style style_for(FILE *out);

/* A text that a submission can choose is printed by one of these. None lets it begin a line. */

/** On one line, at most so many bytes of it, and without an end of the line. */
void print_foreign(const struct style *style, const char *text, size_t limit);
/** From column `indent` on, broken at spaces; the first line stands where the cursor is. */
void print_wrapped(const struct style *style, const char *foreign, int indent);
/** A line that is laid out, such as one of a trace, with its end: what is too long goes on below its last column. */
void print_laid_out(const struct style *style, const char *line, int indent);
/** "      name      value", wrapped. */
void print_field(const struct style *style, const char *name, const char *value);

/* report_clauses.c */

/** A line for each clause that was asked for: points, how it stands, and the test that says so. */
void print_clauses(const struct report *report);
/** The word for a status, and its colour. */
const char *status_word(const struct style *style, enum test_status status, const char **colour);
/** Whether the clause belongs to what was asked for. */
bool is_selected(const struct result *result, const struct clause *clause);

/* report_interleavings.c */

/** A line for each model that was explored, or begun. */
void print_interleavings(const struct report *report);
/** Whether the test is a model whose executions are known. */
bool is_explored(const struct outcome *test);

/* report_failures.c */

/** Three in full, the others by name. */
void print_failures(const struct report *report);

/* report_summary.c */

/** The holes that tests came to, and the clauses that nothing is known of. */
void print_open(const struct report *report);
/** Points, verdict, points after each task, and where to begin. */
void print_summary(const struct report *report);

#endif
