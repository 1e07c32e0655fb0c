/**
 * @file detail/outside.h
 * @brief How code that blocks is called: as if on a thread that runs no future.
 */
#ifndef WEFT_DETAIL_OUTSIDE_H
#define WEFT_DETAIL_OUTSIDE_H

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

struct wf_scheduler;

/**
 * @brief Call `run(arg)` with the thread's contexts put aside; event hook, drivers and blocking pool stay as they are.
 *
 * The choices do not come along (wf_choose()): code that blocks goes on beside tasks, and its draws would change theirs from run to run.
 * @param spawns_on  wf_scheduler_current() meanwhile, or NULL.
 * @return what `run` returned.
 */
int wf_run_outside(struct wf_scheduler *spawns_on, int (*run)(void *arg), void *arg);

WF_END_DECLS

#endif
