/**
 * @file scenarios.c
 * @brief The scenarios of lab 02.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_async;
extern const struct scenario scenario_calls;
extern const struct scenario scenario_threads;
extern const struct scenario scenario_laws;

const struct scenario *const scenarios[] = {&scenario_async, &scenario_calls, &scenario_threads,
                                            &scenario_laws, NULL};
