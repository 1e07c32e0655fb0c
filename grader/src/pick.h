/**
 * @file pick.h
 * @brief A pick: some labs from a folder of one's own, the reference for the rest.
 */
#ifndef WEFT_GRADER_PICK_H
#define WEFT_GRADER_PICK_H

#include "course.h"
#include "options.h"

/**
 * The labs that are one's own. `own` is what a person passes as OWN: numbers or names with blanks or commas between them,
 * or "all", or nothing. `graded`: the lab that is graded, which is always one's own, and "all" then means the labs before
 * it; NULL: nothing is graded, and "all" means all. Dies with a message if `own`, which the person knows as `called`, names
 * a lab that is not there.
 */
struct words pick_labs(const struct course *course, const char *graded, const char *own, const char *called);

/** "01 02 03". The caller frees. */
char *pick_numbers(const struct words *labs);

/**
 * weft-grade pick VARIANT: leave an object for each file that students write in build/pick/VARIANT/NN-name. Those of one's own
 * labs are compiled in the sandbox, the others are the reference's, which make has built. `note_stage`: as in struct
 * build_request. Returns an exit status.
 */
int pick_build(const struct course *course, const struct options *options, char *note_stage);

#endif
