/**
 * @file lateness.c
 * @brief Whether an answer of the subject may still come: by the clock, by processor time, and by which threads sleep.
 */
#include <unistd.h>

#include "judge_internal.h"

/* Nothing of the subject ran in so many looks in a row while an answer is due: it never will. Looks are counted, and not the
 * time between two: a judge that gets no processor for a second has not seen anybody asleep. The first look comes late: most
 * answers come before it, and a look costs more than an answer. */
enum { FIRST_LOOK_MS = 200, BETWEEN_WAITS_MS = 1000, ASLEEP_LOOKS = (1000 - FIRST_LOOK_MS) / TICK_MS };

struct waiting judge_waiting(void)
{
    return (struct waiting){.since = now_ms()};
}

/* What was spent since the last look, added up: a process that ends takes its time along, unless its parent waits for it. */
static bool count_processor_time(struct judge *judge, const struct census *census)
{
    /* A process that is just being waited for may be missed by one look, with all its time. Taken for less, that time would be
     * added a second time by the next look. */
    bool less = census->processor_ms < judge->census_ms;
    if (less && !judge->census_fell) {
        judge->census_fell = true;
        return true;
    }
    judge->census_fell = false;
    bool more = census->processor_ms > judge->census_ms, changed = census->processor_ms != judge->census_ms;
    if (more)
        judge->processor_ms += census->processor_ms - judge->census_ms;
    judge->census_ms = census->processor_ms;
    return changed;
}

/* By processor time and state: a sanitizer's own thread wakes up now and then, and does next to nothing. All that runs below
 * the judge counts. */
enum lateness judge_lateness(struct judge *judge, struct waiting *waiting, bool idle)
{
    int64_t now = now_ms();
    if (!idle)
        waiting->asleep_looks = 0;
    /* In gdb there are no deadlines, and a program that is stopped in it is not asleep. But what shall panic and has gone
     * to sleep instead has given its answer. */
    bool is_answer = judge->debugged && judge->instead;
    int64_t unseen_ms = now - judge->last_look_ms;
    bool is_due =
        unseen_ms >= TICK_MS && (now - waiting->since >= FIRST_LOOK_MS || unseen_ms >= BETWEEN_WAITS_MS);
    if ((judge->debugged && !is_answer) || !is_due)
        return IN_TIME;
    judge->last_look_ms = now;
    struct census census = census_below(getpid(), judge->sandbox, true);
    waiting->nobody = census.processes == 0;
    /* What the sandbox spends on taking itself down, when the subject has ended, is not the subject's. */
    if (waiting->nobody && census.processor_ms > judge->census_ms)
        judge->census_ms = census.processor_ms;
    bool ran = count_processor_time(judge, &census);
    if (!waiting->looked)
        waiting->processor_ms = judge->processor_ms;
    waiting->looked = true;
    waiting->asleep_looks = ran || census.awake > 0 || waiting->nobody ? 0 : waiting->asleep_looks + 1;
    if (is_answer)
        return census.processes > 1 && waiting->asleep_looks > ASLEEP_LOOKS ? ASLEEP : IN_TIME;
    if (now > judge->run_deadline_ms)
        return RUN_OVER;
    return waiting->asleep_looks > ASLEEP_LOOKS                         ? ASLEEP
           : judge->processor_ms - waiting->processor_ms > PROCESSOR_MS ? SPINNING
           : now - waiting->since > WALL_MS && !waiting->nobody         ? TOO_LONG
           : now - judge->started_ms > TEST_MS + BUDGET_PATIENCE * judge->budget_ms ||
                   judge->processor_ms > TEST_PROCESSOR_MS + judge->budget_ms
               ? TEST_OVER
               : IN_TIME;
}
