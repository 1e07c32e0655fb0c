/**
 * @file sc.c
 * @brief The order of seq_cst events: an execution is one of RC11's only if there is no cycle in it.
 *
 * ## The order
 *
 * An event here is a seq_cst access or fence. RC11 lets one precede another, in the relation that it calls psc, for:
 *
 *     an access x, or a fence before x    before    an access y, or a fence after y    if x must come before y:
 *             x comes first in their thread; x happens before y at the same object; something after x at another object
 *             happens before something before y at another object; y stores behind what x stored or read (mo, rb)
 *     a fence                             before    a fence                            if the one happens before the other;
 *             or it does before x, and y does before the other, and y reads or stores at or behind what x read or stored
 *
 * where "before x" and "after y" mean: happens before. That two accesses happen before each other is not enough, on purpose:
 * no compiler could promise it on every machine.
 *
 * ## How it is kept
 *
 * All that precedes an event is a set that holds the earlier events of each thread it holds one of, so it is a clock. Each
 * event has one, and each access (`before`: what precedes any event that it precedes itself); the views carry some on, as they
 * carry what happens before. An operation that reads the newest store, and whose own stands last, precedes nothing yet. So no
 * cycle comes of it. Any other precedes what stands behind it in the modification order: sc_permits() says whether one of these
 * precedes it already, and sc_made() tells all sets that hold one of these.
 *
 * Where no seq_cst event has been made all sets are empty, and nothing of this costs anything.
 *
 * Source: Lahav and others, Repairing Sequential Consistency in C/C++11 (PLDI 2017), 3.3.
 */
#include "engine.h"

static bool is_empty(const struct clock *set)
{
    static const struct clock empty;
    return memcmp(set, &empty, sizeof empty) == 0;
}

static bool happens_before(const struct step *step, const struct clock *clock)
{
    return clock->of[step->thread] >= step->time;
}

/* --- what precedes an operation --- */

static bool is_access(const struct step *step)
{
    return step->read >= 0 || step->store >= 0;
}

/* Of the store that it made; else of that which it read. */
static int index_of(const struct step *step)
{
    return il->stores[step->store >= 0 ? step->store : step->read].index;
}

static const struct step *before(const struct step *step, int location)
{
    return step->before[step->touches.object != location];
}

/* Adds what must come before this step because of earlier ones at its location to `set`; and to `fences` those fences that
 * precede any fence after it. `clock`: what happens before it, with what it has acquired. */
static void add_before(const struct step *made, const struct clock *clock, struct clock *set,
                       struct clock *fences)
{
    int location = made->touches.object, place = index_of(made);
    bool writes = made->store >= 0;
    for (const struct step *step = il->locations[location].last; step; step = before(step, location)) {
        if (!is_access(step))
            continue;
        int index = index_of(step);
        bool comes_first = index < place;
        if (happens_before(step, clock) || (writes && comes_first))
            clock_join(set, &step->sc.before);
        if (comes_first || (index == place && step->store >= 0)) /* which this one has read */
            clock_join(fences, &step->sc.fences);
    }
}

/* --- what it precedes --- */

/* The first events of each thread that an operation precedes if it comes before this step at its location; 0: none. `fences`:
 * the operation does not, but the fences before it do. */
static struct clock first_after(const struct step *step, bool fences)
{
    struct clock first = {0};
    for (int i = 0; i < il->thread_count; i++)
        for (int fence = il->threads[i].sc.last_fence; fence; fence = il->fences[fence - 1].previous) {
            if (!happens_before(step, &il->fences[fence - 1].clock))
                break;
            first.of[i] = il->fences[fence - 1].number;
        }
    if (!fences && step->sc.number && (!first.of[step->thread] || step->sc.number < first.of[step->thread]))
        first.of[step->thread] = step->sc.number;
    return first;
}

static bool holds_one(const struct clock *set, const struct clock *first)
{
    for (int i = 0; i < THREADS_MAX; i++)
        if (first->of[i] && set->of[i] >= first->of[i])
            return true;
    return false;
}

/* What precedes the operation because of an earlier one at this location precedes what stands behind the place too, without
 * it, and makes no cycle. What its thread did elsewhere is left, and the fences. */
bool sc_permits(const struct thread *thread, int location, enum il_order order, int behind)
{
    const struct clock *fences = &thread->now.sc.fences;
    struct clock set = order == IL_SEQ_CST ? thread->sc.entering : *fences;
    if (!il->sc_count || is_empty(&set))
        return true;
    for (const struct step *step = il->locations[location].last; step; step = before(step, location)) {
        if (!is_access(step) || index_of(step) < behind)
            continue;
        bool reads = step->store < 0;
        struct clock first = first_after(step, reads);
        if (holds_one(reads ? fences : &set, &first))
            return false;
    }
    return true;
}

/* --- an operation is made --- */

struct addition {
    const struct step *step;
    struct clock first, set; /* what precedes this step's events, or those fences */
};

static void extend(struct clock *set, const struct addition *addition)
{
    if (holds_one(set, &addition->first))
        clock_join(set, &addition->set);
}

static void extend_view(struct view *view, const void *argument)
{
    const struct addition *addition = argument;
    extend(&view->sc.fences, addition);
    extend(&view->sc.entering, addition);
    extend(&view->sc.elsewhere, addition);
    if (happens_before(addition->step, &view->clock))
        clock_join(&view->sc.entering, &addition->set);
}

/* `set` precedes this step, which has run. */
static void add_late(const struct step *step, const struct clock *set)
{
    struct addition addition = {step, first_after(step, step->store < 0), *set};
    each_view(extend_view, &addition);
    for (int i = 0; i < il->step_count; i++) {
        extend(&il->steps[i].sc.before, &addition);
        extend(&il->steps[i].sc.fences, &addition);
    }
    for (int i = 0; i < il->thread_count; i++) {
        extend(&il->threads[i].sc.last, &addition);
        extend(&il->threads[i].sc.before, &addition);
        extend(&il->threads[i].sc.run, &addition);
    }
    for (int i = 0; i < THREADS_MAX * LOOKS_MAX; i++)
        if (knowledge_counts(i)) {
            struct thread_sc *known = &il->known[i].sc;
            extend(&known->last, &addition);
            extend(&known->before, &addition);
            extend(&known->run, &addition);
        }
}

/* The newest event of this thread, and what precedes it. */
static void set_last(struct thread *thread, const struct clock *set, int location)
{
    if (thread->sc.last_at != location)
        thread->sc.before = thread->sc.last;
    thread->sc.last = *set;
    thread->sc.last_at = (int16_t)location;
}

static uint16_t next_number(struct thread *thread)
{
    il->sc_count++;
    return ++thread->sc.count;
}

void sc_pass(struct thread *thread)
{
    thread->sc.was_elsewhere = false;
    thread->sc.run_at = NO_OBJECT;
    if (!il->sc_count)
        return;
    clock_join(&thread->now.sc.entering, &thread->sc.last);
    clock_join(&thread->now.sc.elsewhere, &thread->sc.last);
}

void sc_begin(struct thread *thread, int location)
{
    if (thread->sc.was_elsewhere)
        sc_pass(thread);
    if (!il->sc_count)
        return;
    if (thread->sc.run_at != location) {
        thread->sc.run_at = (int16_t)location;
        thread->sc.run = thread->now.sc.elsewhere;
    }
    thread->sc.entering = thread->sc.last;
    clock_join(&thread->sc.entering, &thread->now.sc.fences);
    clock_join(&thread->sc.entering, &thread->sc.run);
}

void sc_made(struct thread *thread, struct step *step)
{
    bool is_event = step->order == IL_SEQ_CST;
    int location = step->touches.object;
    if (!il->sc_count && !is_event)
        return;
    struct clock set = thread->sc.entering, fences = {0};
    add_before(step, &thread->now.clock, &set, &fences);
    struct sc_view *view = &thread->now.sc;
    clock_join(&view->entering, &set);
    clock_join(&view->entering, &fences);
    clock_join(&view->elsewhere, thread->sc.last_at == location ? &thread->sc.before : &thread->sc.last);
    step->sc.fences = step->sc.before = view->fences;
    if (is_event) {
        step->sc.number = set.of[thread->id] = next_number(thread);
        set_last(thread, &set, location);
        clock_join(&step->sc.before, &set);
    }
    if (is_empty(&step->sc.before))
        return;
    int index = index_of(step);
    for (const struct step *other = il->locations[location].last; other; other = before(other, location))
        if (is_access(other) && index_of(other) > index)
            add_late(other, other->store < 0 ? &step->sc.fences : &step->sc.before);
}

void sc_fence(struct thread *thread)
{
    struct sc_view *view = &thread->now.sc;
    struct clock set = view->entering; /* the fences that happen before are among them */
    clock_join(&set, &thread->sc.last);
    struct sc_fence *fence = &il->fences[il->fence_count++];
    fence->number = set.of[thread->id] = next_number(thread);
    fence->previous = thread->sc.last_fence;
    fence->clock = thread->now.clock;
    thread->sc.last_fence = il->fence_count;
    set_last(thread, &set, NO_OBJECT);
    view->fences = set;
    sc_pass(thread);
}
