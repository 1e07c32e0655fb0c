/**
 * @file scenarios.c
 * @brief The scenarios of lab 08.
 */
#include <stddef.h>

#include "scenario.h"

extern const struct scenario scenario_readiness, scenario_fd, scenario_real, scenario_laws;

const struct scenario *const scenarios[] = {&scenario_readiness, &scenario_fd, &scenario_real, &scenario_laws,
                                            NULL};
