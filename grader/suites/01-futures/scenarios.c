/**
 * @file scenarios.c
 * @brief The scenarios of lab 01.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_futures;
extern const struct scenario scenario_parking;
extern const struct scenario scenario_laws;

const struct scenario *const scenarios[] = {&scenario_futures, &scenario_parking, &scenario_laws, NULL};
