/**
 * @file laws_model.h
 * @brief The judge's model of a future: which leaves are READY, and what polls and drops follow from that.
 */
#ifndef WEFT_GRADER_LAWS_MODEL_H
#define WEFT_GRADER_LAWS_MODEL_H

#include "laws_internal.h"

/* The future as it should be. */
struct law_model {
    const struct law_future *future;
    const struct kit_life *life;
    bool armed[KIT_COUNT_MAX], done[KIT_COUNT_MAX], over, dropped, failed_to_build, scarce, kicked, witnessed;
    int32_t results[KIT_COUNT_MAX];
    int alive, done_count, drops, polls, leaf_polls, callbacks, out, wakes, destroyed;
    int fresh, gave_way; /* tasks that can run: not polled yet; to be polled again, as they gave way */
    int went_on;         /* what somebody else went on with */
    int units, spent; /* of budget: what the poll has left; what was taken so far where there is a budget */
    bool gave_way_once;
    bool polls_known, held_known;
    int poll;
};

/** The future is built, and nothing was done to it yet. */
void law_model_begin(struct law_model *model, const struct law_future *future, const struct kit_life *life);
/** An operation of its life. */
void law_model_do(struct law_model *model, const struct kit_op *op);
bool law_model_all_done(const struct law_model *model);

#endif
