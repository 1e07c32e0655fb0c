/**
 * @file judge_run.h
 * @brief Running a lab's tests on the built subjects: Check in the middle, evidence beside it.
 */
#ifndef WEFT_GRADER_JUDGE_RUN_H
#define WEFT_GRADER_JUDGE_RUN_H

#include "build.h"
#include "judge.h"
#include "result.h"

/** Find a lab's suite, or NULL. */
const struct judge_suite *judge_suite_of(const char *lab);

/** The bit of a variant by its name; 0: there is none. */
unsigned judge_variant_bit(const char *variant);
/** The name of the first variant among these; "" if there is none. */
const char *judge_variant_name(unsigned variants);
/** All variants that some test of the suite runs in. */
unsigned judge_suite_variants(const struct judge_suite *suite);

/**
 * Run the selected tests of the suite in every built variant, adding a result each.
 * A test that failed in the plain variant without a crash is not run again in the others.
 */
void judge_run(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
               struct result *result, build_progress *progress, void *arg);

/** Run the one selected test with its subject in gdb, without deadlines and outside the sandbox. */
int judge_debug(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
                struct result *result);

#endif
