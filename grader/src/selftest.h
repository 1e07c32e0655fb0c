/**
 * @file selftest.h
 * @brief Grading the grader: solutions, starters, mutants, alternates, hostile and null submissions, reports.
 */
#ifndef WEFT_GRADER_SELFTEST_H
#define WEFT_GRADER_SELFTEST_H

#include "course.h"

/**
 * Run all cases (quick: the cheap ones) of all labs, or of one; or those whose name or kind begins with one of
 * `names`. `whole`: every test of a mutant, for the published matrix. Prints a line each and a closing line. 0: all as expected.
 */
int selftest(const struct course *course, bool quick, bool whole, const char *lab, char *const names[]);

/**
 * What must hold before anything else: each solution of these labs passes with all points, alone and on the solutions of
 * all labs before it, and each starter fails with none. `sandbox`: the tier to insist on, or NULL. Prints a line a run and
 * a closing line. 0: all of it holds.
 */
int selftest_accept(const struct course *course, const struct words *labs, const char *sandbox);

#endif
