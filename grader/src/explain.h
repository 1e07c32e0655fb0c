/**
 * @file explain.h
 * @brief What the course holds, in words: the labs, and one clause.
 */
#ifndef WEFT_GRADER_EXPLAIN_H
#define WEFT_GRADER_EXPLAIN_H

#include "course.h"

/** Print the labs with their files and tests, and what is planned. */
bool print_list(const struct course *course);
/** The same for programs: "--json" or "--table"; another format, or NULL: for people. */
bool print_list_as(const struct course *course, const char *format);

/** Print a clause, by its number or its test, with what tests it. False: there is none; those that are, are printed. */
bool print_explanation(const struct course *course, const char *id);

#endif
