/**
 * @file steps.h
 * @brief The command of the warm-up's scenario: what suite and scenario agree on.
 */
#ifndef WEFT_SUITE_X0_STEPS_H
#define WEFT_SUITE_X0_STEPS_H

#include "channel.h"

enum tickets_step {
    STEP_TAKE = CHANNEL_FIRST_OPERATION, /* thread, 0: the driver, 1: another -> the number that it got */
};

#endif
