/**
 * @file judge_replies.h
 * @brief Replies and events that steps of several labs have: what they come to in the trace, and what they must not tell.
 */
#ifndef WEFT_GRADER_JUDGE_REPLIES_H
#define WEFT_GRADER_JUDGE_REPLIES_H

#include "../support/mock_events.h"
#include "judge.h"

/** The reply of a poll, written in the trace: it must be PENDING or READY. */
struct judge_reply judge_polled(struct judge *judge, struct judge_reply reply);

/** In the last step futures were polled by wf_future_poll() and dropped by wf_future_drop(). */
void judge_expect_no_bypass(struct judge *judge, const char *(*name_of)(int64_t future));

/** How many events of this kind came with the last step, about `a`; -1: about whatever it is. */
int judge_count_events(const struct judge *judge, uint32_t kind, int64_t a);

/** In the last step this waker was woken so many times, and no other; `kind` is the lab's event of a wake. */
void judge_expect_woken(struct judge *judge, uint32_t kind, int64_t waker, int times, const char *why);

/** The reply of a step that counts something, written in the trace. */
int64_t judge_counted(struct judge *judge, struct judge_reply reply);

/** The same of live bytes: where there are none, all that was built is gone. */
int64_t judge_live_bytes(struct judge *judge, struct judge_reply reply);

/** judge_finish(), if this reply says that no clone of any waker is alive. */
void judge_finish_without_clones(struct judge *judge, struct judge_reply reply);

#endif
