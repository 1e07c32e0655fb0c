/**
 * @file scenarios.c
 * @brief The scenarios of lab 03.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_cells;
extern const struct scenario scenario_tasks;
extern const struct scenario scenario_scopes;
extern const struct scenario scenario_threads;
extern const struct scenario scenario_laws;

const struct scenario *const scenarios[] = {&scenario_cells,   &scenario_tasks, &scenario_scopes,
                                            &scenario_threads, &scenario_laws,  NULL};
