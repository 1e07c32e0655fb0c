/**
 * @file scenarios.c
 * @brief The scenarios of lab 01.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_futures;
extern const struct scenario scenario_parking;

const struct scenario *const scenarios[] = {&scenario_futures, &scenario_parking, NULL};
