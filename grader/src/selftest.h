/**
 * @file selftest.h
 * @brief Grading the grader: solutions, starters, mutants, alternates, hostile and null submissions, reports.
 */
#ifndef WEFT_GRADER_SELFTEST_H
#define WEFT_GRADER_SELFTEST_H

#include "course.h"
#include "options.h"

/**
 * Run all cases (options->quick: the cheap ones) of all labs, or of one; or those whose name or kind begins with one of
 * `rest`. `whole`: every test of a mutant, for the published matrix. `kept`: a folder that machine.sh wrote; passes are kept,
 * and what is kept is not run, unless `fresh`. Prints a line each and a closing line. 0: all as expected.
 */
int selftest(const struct course *course, const struct options *options, const char *lab);

/**
 * What must hold before anything else: each solution of these labs passes with all points, alone and on the solutions of
 * all labs before it, and each starter fails with none. `sandbox`: the tier to insist on, or NULL. Prints a line a run and
 * a closing line. 0: all of it holds.
 */
int selftest_accept(const struct course *course, const struct words *labs, const char *sandbox);

#endif
