/**
 * @file suites.c
 * @brief The list of the labs' suites.
 */
#include <stddef.h>

#include "judge.h"

extern const struct judge_suite suite_01_futures;
extern const struct judge_suite suite_02_async;

const struct judge_suite *const judge_suites[] = {&suite_01_futures, &suite_02_async, NULL};
