/**
 * @file parking_rig.h
 * @brief The judge's side of the scenario "parking": what several tests of it need.
 */
#ifndef WEFT_SUITE_01_PARKING_RIG_H
#define WEFT_SUITE_01_PARKING_RIG_H

#include <stdint.h>

#include "../../src/judge_steps.h"
#include "steps.h"

/** The name of a park's result. */
const char *parked_name(int64_t parked);
/** The subject's count of live bytes. */
int64_t live_bytes(struct judge *judge);
/** Give a waker up, by waking or by dropping it: the seed chooses. */
void use_up(struct judge *judge, int waker);

#endif
