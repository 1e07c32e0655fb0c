/**
 * @file scenarios.c
 * @brief The scenarios of lab 06.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_pool;
extern const struct scenario scenario_pools;
extern const struct scenario scenario_laws;

const struct scenario *const scenarios[] = {&scenario_pool, &scenario_pools, &scenario_laws, NULL};
