/**
 * @file cond_gap.h
 * @brief Holds a thread in the gap between its decision to sleep and its sleep on a condition variable.
 *
 * A signal that falls into this gap is heard by nobody. The gap is a few instructions long, so chance seldom
 * hits it; here a thread is held in it until another has called what should wake it. Code that guards the
 * gap by its mutex makes that other thread wait; then the hold ends by itself, and all goes well.
 */
#ifndef WEFT_SUITE_01_COND_GAP_H
#define WEFT_SUITE_01_COND_GAP_H

#include <stdbool.h>

/** Hold the next thread that is about to wait on a condition variable. */
void cond_gap_arm(void);

/** Wait until a thread is in the gap. False: none came in time; nothing is held any more. */
bool cond_gap_entered(void);

/** Let the next waits on a condition variable return at once, for no reason: POSIX allows it. */
void cond_gap_spurious(int times);

/** Called right before, and right after, what should wake that thread. */
void cond_gap_waking(void);
void cond_gap_woken(void);

#endif
