/**
 * @file reduce.c
 * @brief Dynamic partial-order reduction: which other orders of the steps are worth a look.
 *
 * Two executions that differ only in the order of independent steps show the same. After each step this file looks for
 * earlier steps of other threads that depend on it and are not ordered before it otherwise: a reversible race. At the
 * decision before the earlier one, a thread that could begin the reversed order is added to those to be tried. Source
 * sets: one such thread suffices, if any of the possible ones is there already.
 *
 * Only sound without a bound on preemptions: a bound over a reduction loses outcomes.
 *
 * Source: Abdulla, Aronis, Jonsson, Sagonas, Source Sets (JACM 2017), with sleep sets after Godefroid.
 */
#include "engine.h"

/* Whether b touches this object of a's in a way that matters. */
static bool meets(int object, const struct footprint *a, const struct footprint *b)
{
    return object != NO_OBJECT && (object == b->object || object == b->object2) &&
           (!il_is_location(object) || ((a->writes || b->writes) && !(a->adds && b->adds)));
}

uint64_t object_bit(int object)
{
    return object == NO_OBJECT ? 0 : UINT64_C(1) << (object % 64);
}

/* A store may answer a spin. And where all threads spin and one goes on unanswered, the others must wait again. */
static bool answers(const struct footprint *spin, const struct footprint *step)
{
    return spin->awaits &&
           ((spin->spins && step->spins) ||
            (step->clock == CLOCK_MOVED && spin->awaits & object_bit(THE_CLOCK)) ||
            (step->writes && spin->awaits & (object_bit(step->object) | object_bit(step->object2))));
}

bool depends(const struct footprint *a, const struct footprint *b)
{
    if (a->nothing || b->nothing)
        return false;
    if (answers(a, b) || answers(b, a))
        return true;
    if (a->clock && b->clock && (a->clock == CLOCK_MOVED || b->clock == CLOCK_MOVED))
        return true;
    return meets(a->object, a, b) || meets(a->object2, a, b);
}

/* The step waited for something that `earlier` may have brought. Then it could not come before that alone; but it could come before
 * what took the same away earlier still. */
enum brought { NOT_BROUGHT, PERHAPS, BROUGHT };

/* Of a semaphore: there was a permit without the earlier step, of those before it, or of posts since that do not depend on it. */
static bool has_other_permit(const struct step *earlier, const struct step *take)
{
    uint64_t permits = earlier->held[0];
    for (const struct step *step = earlier + 1; step < take; step++)
        permits += step->touches.adds && step->touches.object == take->touches.object &&
                   step->past.of[earlier->thread] < earlier->clock;
    return permits > 0;
}

static enum brought brings(const struct step *earlier, const struct step *later, const struct thread *thread)
{
    const enum brought brought = later->timed ? PERHAPS : BROUGHT; /* before that its time may have come */
    switch (later->op) {
    case OP_LOCK:
    case OP_RELOCK:
    case OP_READ_LOCK:
    case OP_WRITE_LOCK:
        return earlier->op == OP_UNLOCK || earlier->op == OP_WAIT ? brought : NOT_BROUGHT;
    case OP_TAKE:
        return !earlier->moves ? PERHAPS : has_other_permit(earlier, later) ? NOT_BROUGHT : brought;
    case OP_READ:
    case OP_WRITE:
        return transfer_was_blocked(&thread->next, earlier) ? brought : NOT_BROUGHT;
    case OP_POLL: /* of several: another may have had something */
        return !thread->next.waits || (!earlier->moves && earlier->op != OP_CONTROL) ||
                       (thread->last_step < earlier - il->steps && earlier->able >> later->thread & 1 &&
                        !later->touches.clock)
                   ? NOT_BROUGHT
                   : PERHAPS;
    default:
        return NOT_BROUGHT;
    }
}

struct step *step_begin(struct thread *thread)
{
    if (il->step_count == STEPS_LIMIT)
        fail(IL_STEPS, thread->next.site, "more than %d visible operations in one execution", STEPS_LIMIT);
    int decision = il->position - 1;
    while (decision >= 0 && il->decisions[decision].is_value)
        decision--;
    struct step *step = &il->steps[il->step_count++];
    il->steps_total++;
    thread->steps++;
    step->thread = thread->id;
    step->op = thread->next.op;
    step->order = thread->next.order;
    step->failed = false;
    step->clock = thread->steps;
    step->time = thread->now.clock.of[thread->id];
    step->decision = decision;
    step->read = step->store = -1;
    step->sc = (struct step_sc){0};
    step->touches = thread->next.touches;
    step->site = thread->next.site;
    step->taken_back = step->moves = false;
    step->able = il->able;
    step->timed = thread->deadline != NO_DEADLINE;
    look_is_chosen(thread, step);
    bool is_event = step->op != OP_SPIN; /* a spin only lets others run */
    if (is_event && step->op != OP_FENCE && !il_is_location(step->touches.object))
        sc_pass(thread);
    il->trace = ((il->trace * 31 + (uintptr_t)step->site) * 31 + (unsigned)step->touches.object) * 31 +
                step->op * UINT64_C(8) + (unsigned)step->thread;
    return step;
}

/* Threads that could begin what comes between `earlier` and `later`, `later` included, without `earlier`; how many steps
 * that is. */
static unsigned initials(const struct step *earlier, const struct step *later, int *count)
{
    unsigned seen = 0, begin = 0;
    uint16_t first[THREADS_MAX];
    *count = 0;
    for (const struct step *step = earlier + 1; step <= later; step++) {
        if (step != later && step->past.of[earlier->thread] >= earlier->clock)
            continue; /* comes after `earlier` */
        ++*count;
        if (seen >> step->thread & 1)
            continue;
        bool after_another = false;
        for (int other = 0; other < il->thread_count; other++)
            after_another |= (seen >> other & 1) && step->past.of[other] >= first[other];
        seen |= 1u << step->thread;
        first[step->thread] = step->clock;
        if (!after_another)
            begin |= 1u << step->thread;
    }
    return begin;
}

static void reverse(const struct step *earlier, const struct step *later)
{
    int count;
    unsigned begin = initials(earlier, later, &count);
    struct decision *decision = &il->decisions[earlier->decision];
    if (!(begin & decision->enabled) && count == 1)
        return; /* `later` could not run before `earlier`, which enabled it; to go on would cost, not lose */
    if (begin & decision->backtrack)
        return;
    unsigned candidates = begin & decision->enabled;
    if (!candidates) { /* none of them can run there yet: whatever can may lead to it */
        decision->backtrack |= decision->enabled;
        return;
    }
    int thread = candidates >> later->thread & 1 ? later->thread : __builtin_ctz(candidates);
    if (!(candidates & (decision->backtrack | decision->done)))
        decision->backtrack |= (uint8_t)(1u << thread);
}

/* --- the steps about each object are a list, newest first; those that await something, and those that use the clock,
 * are two more --- */

enum { LISTS = 4, AWAITING = 2, TIMED = 3 };

static void find_lists(const struct step *step, const struct step **last[LISTS])
{
    const int objects[] = {step->touches.object, step->touches.object2};
    for (int i = 0; i < 2; i++)
        last[i] = objects[i] == NO_OBJECT      ? NULL
                  : il_is_location(objects[i]) ? &il->locations[objects[i]].last
                                               : &il->locks[objects[i] - FIRST_LOCK].last;
    last[AWAITING] = &il->last_awaiting;
    last[TIMED] = step->touches.clock ? &il->last_timed : NULL;
}

static void list_step(struct step *step, const struct step **last[LISTS])
{
    for (int i = 0; i < 2; i++) {
        step->before[i] = last[i] ? *last[i] : NULL;
        if (last[i])
            *last[i] = step;
    }
    step->awaiting_before = il->last_awaiting;
    if (step->touches.awaits)
        il->last_awaiting = step;
    step->timed_before = il->last_timed;
    if (step->touches.clock)
        il->last_timed = step;
}

/* The newest step of those that `next` holds; each of them moves on. A spin awaits what it does not name: it looks at all. */
static const struct step *step_before(const struct step *step, const struct step *earlier,
                                      const struct step *next[LISTS])
{
    if (step->touches.awaits) {
        earlier = (earlier ? earlier : step) - 1;
        return earlier >= il->steps ? earlier : NULL;
    }
    const int objects[] = {step->touches.object, step->touches.object2};
    const struct step *newest = next[AWAITING] > next[TIMED] ? next[AWAITING] : next[TIMED];
    for (int i = 0; i < 2; i++)
        if (next[i] > newest)
            newest = next[i];
    for (int i = 0; newest && i < 2; i++)
        if (next[i] == newest)
            next[i] = newest->before[newest->touches.object != objects[i]];
    if (newest && next[AWAITING] == newest)
        next[AWAITING] = newest->awaiting_before;
    if (newest && next[TIMED] == newest)
        next[TIMED] = newest->timed_before;
    return newest;
}

/* What comes before a write to an object is in that write's past: if that is in this step's, no more is to be found there. */
static void end_lists(const struct step *step, const struct step *earlier, const struct step *next[LISTS])
{
    const int objects[] = {step->touches.object, step->touches.object2};
    for (int i = 0; !earlier->taken_back && i < 2; i++) /* its thread does not have its past any more */
        if (objects[i] != NO_OBJECT &&
            (earlier->touches.object == objects[i] || earlier->touches.object2 == objects[i]) &&
            ((earlier->touches.writes && !earlier->touches.adds) || !il_is_location(objects[i])))
            next[i] = NULL;
}

enum { RACES_MAX = 256 };

/* Steps that the new one could come before, or that brought what it waited for. And what it depends on. */
struct races {
    const struct step *of[RACES_MAX];
    int count;
};

static bool reduces_here(void)
{
    return !il->replaying && (il->options.strategy == IL_DPOR || il->options.strategy == IL_DPOR_BARE) &&
           il->position - 1 >= il->prefix;
}

/* step->past holds what it depends on for other reasons. */
static void find_races(const struct thread *thread, struct step *step, const struct step **last[LISTS],
                       struct races *races)
{
    struct clock enabled_by = {0};
    const struct step *earlier = NULL, *next[LISTS];
    bool reduces = reduces_here();
    races->count = 0;
    for (int i = 0; i < LISTS; i++)
        next[i] = last[i] ? *last[i] : NULL;
    while ((earlier = step_before(step, earlier, next))) {
        if (step->past.of[earlier->thread] >= earlier->clock) {
            end_lists(step, earlier, next);
            continue;
        }
        if (!depends(&earlier->touches, &step->touches))
            continue;
        enum brought brought = brings(earlier, step, thread);
        if (reduces && brought != BROUGHT) {
            if (races->count == RACES_MAX)
                engine_failed("more than %d races of one step", RACES_MAX);
            races->of[races->count++] = earlier;
        }
        if (brought != NOT_BROUGHT) {
            clock_join(&enabled_by, &earlier->past);
            continue;
        }
        clock_join(&step->past, &earlier->past);
        end_lists(step, earlier, next);
    }
    clock_join(&step->past, &enabled_by);
}

void step_end(struct thread *thread, struct step *step, const struct clock *after)
{
    struct races races;
    const struct step **last[LISTS];
    step->past = thread->past;
    step->past.of[thread->id] = step->clock;
    if (after)
        clock_join(&step->past, after);
    find_lists(step, last);
    find_races(thread, step, last, &races);
    thread->past = step->past;
    thread->last_step = (int)(step - il->steps);
    if (il->options.strategy == IL_STATES)
        state_add_step(step);
    for (int i = 0; i < races.count; i++)
        reverse(races.of[i], step);
    list_step(step, last);
    thread->now.clock.of[thread->id]++;
    if (step->touches.object >= FIRST_LOCK)
        il->idle = 0;
}

/* What a thread waits for will not come here, since all others are left out, or wait too. It might have come before steps that took
 * it away. */
void step_never_made(const struct thread *thread)
{
    struct step *step = &il->steps[il->step_count];
    struct races races;
    const struct step **last[LISTS];
    *step = (struct step){.thread = thread->id,
                          .op = thread->next.op,
                          .clock = (uint16_t)(thread->steps + 1),
                          .touches = thread->next.touches,
                          .past = thread->past,
                          .timed = thread->deadline != NO_DEADLINE,
                          .site = thread->next.site};
    step->past.of[thread->id] = step->clock;
    find_lists(step, last);
    find_races(thread, step, last, &races);
    for (int i = 0; i < races.count; i++)
        reverse(races.of[i], step);
}
