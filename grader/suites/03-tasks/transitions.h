/**
 * @file transitions.h
 * @brief The seam at the transitions: the link leads calls from other files through here (scenarios.mk).
 */
#ifndef WEFT_SUITE_03_TRANSITIONS_H
#define WEFT_SUITE_03_TRANSITIONS_H

#include "steps.h"
#include "weft/task.h"

/** Told of each point that a task comes to, before the transition is done. NULL: nobody is. */
extern void (*transitions_hook)(enum point point, struct wf_task *task);

#endif
