/**
 * @file decide.c
 * @brief Which step of a failing execution decides: before it some way on passes, after it none does.
 *
 * If every execution that begins with some decisions of the failing one fails, so does every one that begins with more of them. So
 * the fewest are found by halving. How far is looked is a number of steps, so that each machine says the same of a failure.
 */
#include "engine.h"

enum { STEPS_LOOKED_AT = 500000 };

enum answer { SOME_PASSES, NONE_PASSES, NOT_KNOWN };

/* Executions that begin with the first `count` decisions of il->replay, until one passes. */
static enum answer explore_from(int count, const struct il_options *begun, const struct il_options *within,
                                long end)
{
    il->decision_count = il->prefix = 0;
    il->replay_count = count;
    for (;;) {
        il->options = count ? *begun : *within;
        execute();
        il->prunings++; /* a sign of life, for failure.c */
        if (il->found_loop || (il->failure && !il_failure_counts(il->failure)) || il->steps_total > end)
            return NOT_KNOWN;
        if (!il->failure && !il->pruned)
            return SOME_PASSES;
        if (!next_path())
            return NONE_PASSES;
    }
}

int decides_at(const struct il_options *bounds)
{
    struct il_options begun = il->options, within = *bounds;
    bool loops[LOOP_MARKS], has_loops = il->has_loops;
    int last = il->replay_count, low = 0, high = last;
    long prunings = il->prunings, steps = il->steps_total;
    enum answer answer = SOME_PASSES;
    memcpy(loops, il->loops, sizeof loops);
    within.strategy = IL_SLEEP;
    within.any_stale = true; /* what could not be passed over any more is decided: no other schedule counts */
    within.steps_max = begun.steps_max;
    within.addresses = begun.addresses;
    il->replaying = true;
    il->goes_on = &within;
    while (low < high && answer != NOT_KNOWN) {
        int middle = (low + high) / 2;
        answer = explore_from(middle, &begun, &within, steps + STEPS_LOOKED_AT);
        if (answer == SOME_PASSES)
            low = middle + 1;
        else
            high = middle;
    }
    il->goes_on = NULL;
    il->replaying = false;
    il->options = begun;
    il->replay_count = last;
    il->decision_count = il->prefix = 0;
    il->prunings = prunings;
    il->steps_total = steps;
    il->has_loops = has_loops;
    memcpy(il->loops, loops, sizeof loops);
    return answer == NOT_KNOWN ? 0 : high;
}
