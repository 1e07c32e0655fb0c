/**
 * @file time.c
 * @brief The clock of a model: it stands still while a thread can run, and jumps to the next deadline when none can.
 *
 * There is one clock, for all that the C library has; an execution begins at NOW_SECONDS. A wait with a deadline, or a sleep, ends
 *
 *     in time     when no thread can run any more, and its deadline is the next
 *     early       while others could still run, as if they were slow: options.timeouts times a thread. That is a choice like a
 *                 wake-up for no reason, and tried at each place
 *
 * and in both cases the clock jumps to that deadline, in the step that ends the wait. That step is a write to the clock, and
 * a read of it is a step: they are tried in both orders.
 */
#include "engine.h"

static bool is_timed(const struct thread *thread)
{
    return thread->state == ALIVE && thread->deadline != NO_DEADLINE;
}

static bool is_due(const struct thread *thread)
{
    return thread->deadline <= il->now;
}

enum runnable timeout_runnable(const struct thread *thread)
{
    return !is_timed(thread)                      ? CANNOT
           : is_due(thread) || thread->in_time    ? CAN
           : thread->early < il->options.timeouts ? CAN_SPURIOUSLY
                                                  : CANNOT;
}

bool is_in_time_since(const struct thread *thread, int steps)
{
    return thread->in_time_at == steps && (thread->in_time || (is_timed(thread) && is_due(thread)));
}

static void jump(int64_t to)
{
    for (int i = 0; i < il->thread_count; i++) {
        struct thread *thread = &il->threads[i];
        if (is_timed(thread) && !is_due(thread) && thread->deadline <= to)
            thread->in_time_at = il->step_count;
    }
    il->now = to;
    il->jumps++;
}

static void may_end_in_time(struct thread *thread)
{
    thread->in_time = true;
    thread->in_time_at = il->step_count;
}

/* A loop that reads the clock until it is late enough has no deadline that anybody knows. In time the clock jumps by twice as
 * much each time, from a millisecond on to some hours; early by an hour. */
bool time_can_pass(void)
{
    enum { WAITS_MAX = 25 };
    int64_t next = NO_DEADLINE;
    for (int i = 0; i < il->thread_count; i++)
        if (is_timed(&il->threads[i]) && il->threads[i].deadline < next)
            next = il->threads[i].deadline;
    bool any = next != NO_DEADLINE;
    for (int i = 0; i < il->thread_count; i++) {
        struct thread *thread = &il->threads[i];
        if (any ? thread->deadline == next && is_timed(thread)
                : waits_for_clock(thread) && il->waits_for_clock < WAITS_MAX)
            may_end_in_time(thread);
    }
    for (int i = 0; !any && i < il->thread_count; i++)
        any |= il->threads[i].in_time;
    return any;
}

void clock_ticks(struct thread *thread, struct step *step)
{
    enum { MILLISECOND = 1000000, AN_HOUR = 3600 };
    step->touches.clock = CLOCK_MOVED;
    thread->early += !thread->in_time;
    il->timed = true;
    jump(il->now + (thread->in_time ? (int64_t)MILLISECOND << il->waits_for_clock++ : AN_HOUR * NS_PER_S));
}

void timeout_set(struct thread *thread, int64_t deadline)
{
    thread->deadline = deadline;
    thread->in_time_at = -1;
    il->timed |= deadline != NO_DEADLINE;
}

bool timeout_take(struct thread *thread, struct step *step)
{
    int64_t deadline = thread->deadline;
    bool was_due = is_due(thread), early = !was_due && !thread->in_time;
    thread->deadline = NO_DEADLINE;
    thread->early += early;
    step->touches.clock = was_due ? CLOCK_READ : CLOCK_MOVED;
    if (!was_due)
        jump(deadline);
    return early;
}

int64_t il_now(il_site site)
{
    struct thread *thread = il_this();
    look_begins(thread, THE_CLOCK, 0, site);
    thread->next =
        (struct pending){.op = OP_CLOCK,
                         .touches = {.object = NO_OBJECT, .object2 = NO_OBJECT, .clock = CLOCK_READ},
                         .site = site};
    announce(thread);
    struct step *step = step_begin(thread);
    int64_t now = il->now;
    step_end(thread, step, NULL);
    look_made(thread, il->jumps, false, false);
    tell_step(thread, site, "read the clock: %lld.%09lld s", (long long)(now / NS_PER_S),
              (long long)(now % NS_PER_S));
    return now;
}

void il_sleep(int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    timeout_set(thread, deadline);
    thread->next =
        (struct pending){.op = OP_SLEEP,
                         .touches = {.object = NO_OBJECT, .object2 = NO_OBJECT, .clock = CLOCK_MOVED},
                         .site = site};
    announce(thread);
    struct step *step = step_begin(thread);
    bool early = timeout_take(thread, step);
    step_end(thread, step, NULL);
    tell_step(thread, site, "the sleep ends%s", early ? EARLY : "");
}
