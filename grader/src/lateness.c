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

/* A judge that waits thinks of a look every TICK_MS at least. Between two such thoughts more is the machine's doing. */
enum { PUNCTUAL_MS = 2 * TICK_MS };

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

static int64_t at_most(int64_t ms, int64_t limit)
{
    return ms < limit ? ms : limit;
}

/* What of the time since the last look is not the subject's: its threads were ready and had no processor, the kernel kept one of
 * them where it asks for nothing that takes time, or the judge itself had no processor to see an answer with. The delays of
 * several threads are added, so it may be too much, never too little: a program that makes its own threads wait by keeping
 * the processors busy spends processor time, which has a limit of its own. One that sleeps is neither delayed nor kept.
 *
 * A look comes seldom, and many short waits may have ended since the last one: in each of them the machine kept them a little. So the test is
 * told of all of it, and the wait that is on of what fits into it. */
static void count_held_time(struct judge *judge, struct waiting *waiting, const struct census *census,
                            int64_t now)
{
    int64_t from = judge->last_look_ms > waiting->since ? judge->last_look_ms : waiting->since;
    int64_t waited_ms = now - from, unseen_ms = now - judge->last_look_ms, own_ms = census_own_delay();
    int64_t held = census->delayed_ms > judge->delayed_ms ? census->delayed_ms - judge->delayed_ms : 0;
    held += own_ms - judge->own_delayed_ms;
    if (held < judge->late_ms)
        held = judge->late_ms;
    if (held < waited_ms && census->kept > 0)
        held = waited_ms;
    judge->delayed_ms = census->delayed_ms;
    judge->own_delayed_ms = own_ms;
    judge->late_ms = 0;
    waiting->held_ms += at_most(held, waited_ms);
    judge->held_ms += at_most(held, unseen_ms);
}

static void count_own_lateness(struct judge *judge, const struct waiting *waiting, int64_t now)
{
    int64_t from = judge->last_try_ms > waiting->since ? judge->last_try_ms : waiting->since;
    if (now - from > PUNCTUAL_MS)
        judge->late_ms += now - from - TICK_MS;
    judge->last_try_ms = now;
}

/* By processor time and state: a sanitizer's own thread wakes up now and then, and does next to nothing. All that runs below
 * the judge counts. */
enum lateness judge_lateness(struct judge *judge, struct waiting *waiting, bool idle)
{
    int64_t now = now_ms();
    count_own_lateness(judge, waiting, now);
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
    struct census census = census_below(getpid(), judge->sandbox, true);
    count_held_time(judge, waiting, &census, now);
    judge->last_look_ms = now;
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
    int64_t waited_ms = now - waiting->since, test_ms = now - judge->started_ms,
            test_limit_ms = TEST_MS + BUDGET_PATIENCE * judge->budget_ms;
    if (waiting->asleep_looks > ASLEEP_LOOKS)
        return ASLEEP;
    if (judge->processor_ms - waiting->processor_ms > PROCESSOR_MS)
        return SPINNING;
    if (waited_ms - waiting->held_ms > WALL_MS && !waiting->nobody)
        return TOO_LONG;
    if (test_ms - judge->held_ms > test_limit_ms || judge->processor_ms > TEST_PROCESSOR_MS + judge->budget_ms)
        return TEST_OVER;
    return waited_ms > (int64_t)HELD_PATIENCE * WALL_MS || test_ms > HELD_PATIENCE * test_limit_ms ? HELD
                                                                                                   : IN_TIME;
}
