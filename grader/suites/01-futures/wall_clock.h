/**
 * @file wall_clock.h
 * @brief The wall clock, which somebody may set while a thread sleeps; CLOCK_MONOTONIC goes on as it was.
 */
#ifndef WEFT_SUITE_01_WALL_CLOCK_H
#define WEFT_SUITE_01_WALL_CLOCK_H

#include <stdint.h>

/** From now on all that the subject reads of it is so many seconds off; the kernel's own is not, as if it had been set since. */
void wall_clock_off(int64_t seconds);

#endif
