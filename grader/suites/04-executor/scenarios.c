/**
 * @file scenarios.c
 * @brief The scenarios of lab 04.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_executor;
extern const struct scenario scenario_laws;

const struct scenario *const scenarios[] = {&scenario_executor, &scenario_laws, NULL};
