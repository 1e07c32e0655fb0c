/**
 * @file scenarios.c
 * @brief The scenarios of lab 07.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_wheel, scenario_time, scenario_laws;

const struct scenario *const scenarios[] = {&scenario_wheel, &scenario_time, &scenario_laws, NULL};
