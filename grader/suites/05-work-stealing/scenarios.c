/**
 * @file scenarios.c
 * @brief The scenarios of lab 05.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_rings;
extern const struct scenario scenario_idle;
extern const struct scenario scenario_worker;
extern const struct scenario scenario_runtime;

const struct scenario *const scenarios[] = {&scenario_rings, &scenario_idle, &scenario_worker,
                                            &scenario_runtime, NULL};
