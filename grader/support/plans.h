/**
 * @file plans.h
 * @brief A step that happens inside of a later one, once: where the scenario comes to its point.
 *
 * The judge sends it inside of the lab's step `at` (WITHIN), whose arguments are the point and, if the lab has several of a kind,
 * the subject: a task, say. Another thread that wakes after the first half of a call is a step of that thread, planned for the
 * middle of the call.
 *
 * Nothing here is seen by ThreadSanitizer, so plans order no threads (UNSEEN).
 */
#ifndef WEFT_GRADER_PLANS_H
#define WEFT_GRADER_PLANS_H

#include "scenario.h"
#include "step_table.h"

/** How a step is done; and whether it may be done now, on this thread: else it waits for the next time that its point is come to.
 * NULL: always. Before the first plan. */
void plans_begin(struct step_reply (*perform)(uint32_t operation, const int64_t *arguments),
                 bool (*may)(uint32_t operation, const int64_t *arguments));

/** Plan what rides in this step, which has so many arguments of its own: the point, and maybe the subject. */
void plan_step(const struct channel_command *at, uint32_t own);
/** What was planned, and has not happened, will not. */
void plans_forget(void);

/** The scenario is at this point: do what is planned for it. Without subjects it is 0. */
void come_to_point(int64_t point, int64_t subject);

#endif
