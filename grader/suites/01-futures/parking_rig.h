/**
 * @file parking_rig.h
 * @brief The judge's side of the scenario "parking": what several tests of it need.
 */
#ifndef WEFT_SUITE_01_PARKING_RIG_H
#define WEFT_SUITE_01_PARKING_RIG_H

#include <stdint.h>

#include "../../src/judge.h"
#include "steps.h"

/** The parker and the thread that a test uses when one is enough. */
enum { PARKER = 0, ACTOR = 0 };

/** The name of a park's result. */
const char *parked_name(int64_t parked);
/** The subject's count of live bytes. */
int64_t live_bytes(struct judge *judge);
/** An operation on one waker, by number. */
void waker_step(struct judge *judge, uint32_t operation, const char *what, int waker);
/** Give a waker up, by waking or by dropping it: the seed chooses. */
void use_up(struct judge *judge, int waker);

#endif
