/**
 * @file scenarios.c
 * @brief The scenarios of lab 04.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_executor;

const struct scenario *const scenarios[] = {&scenario_executor, NULL};
