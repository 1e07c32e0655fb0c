/**
 * @file report_internal.h
 * @brief The parts of the report for people.
 */
#ifndef WEFT_GRADER_REPORT_INTERNAL_H
#define WEFT_GRADER_REPORT_INTERNAL_H

#include "result.h"

struct style {
    FILE *out;
    int width;
    const char *good, *bad, *warn, *dim, *bold, *off;
};

/* report_terminal.c */

/* A text that a submission can choose is printed by one of these two. Neither lets it begin a line. */

/** On one line, at most so many bytes of it, and without an end of the line. */
void print_foreign(const struct style *style, const char *text, size_t limit);
/** From column `indent` on, broken at spaces; the first line stands where the cursor is. */
void print_wrapped(const struct style *style, const char *text, int indent);
const char *status_word(const struct style *style, enum test_status status, const char **colour);

/* report_interleavings.c */

/** A line for each model that was explored, or begun. */
void print_interleavings(const struct style *style, const struct result *result);
/** Whether the test is a model whose executions are known. */
bool is_explored(const struct outcome *test);

#endif
