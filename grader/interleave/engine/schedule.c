/**
 * @file schedule.c
 * @brief Which threads can run, and what it means if none can.
 */
#include "engine.h"

/* A value that the spinning thread has read is no longer there. */
static bool watched_changed(const struct thread *thread)
{
    for (int i = 0; i < thread->watched_count; i++) {
        const struct watched *watched = &thread->watched[i];
        unsigned version = il_is_location(watched->object) ? il->locations[watched->object].version
                                                           : il->locks[watched->object - FIRST_LOCK].version;
        if (version != watched->version)
            return true;
    }
    return false;
}

bool spin_is_answered(const struct thread *thread)
{
    return thread->next.touches.awaits ? watched_changed(thread) : true;
}

enum runnable thread_runnable(const struct thread *thread)
{
    if (thread->state != ALIVE)
        return CANNOT;
    const struct pending *next = &thread->next;
    if (thread->awaited && !await_is_answered(thread) && !thread->in_time)
        return waits_for_clock(thread) && thread->early < il->options.timeouts ? CAN_SPURIOUSLY : CANNOT;
    switch (next->op) {
    case OP_LOCK:
        return il->locks[next->touches.object - FIRST_LOCK].owner == NOBODY ? CAN : timeout_runnable(thread);
    case OP_RELOCK:
        if (thread->in_wait && timeout_runnable(thread) != CANNOT)
            return timeout_runnable(thread);
        if (il->locks[next->touches.object - FIRST_LOCK].owner != NOBODY)
            return CANNOT;
        return !thread->in_wait ? CAN : thread->spurious < il->options.spurious ? CAN_SPURIOUSLY : CANNOT;
    case OP_WOKEN:
        if (thread->in_wait && timeout_runnable(thread) != CANNOT)
            return timeout_runnable(thread);
        return !thread->in_wait ? CAN : thread->spurious < il->options.spurious ? CAN_SPURIOUSLY : CANNOT;
    case OP_READ_LOCK:
    case OP_WRITE_LOCK:
        return rwlock_is_free(&il->locks[next->touches.object - FIRST_LOCK], next->op == OP_WRITE_LOCK)
                   ? CAN
                   : CANNOT;
    case OP_PASSED:
        return thread->in_wait ? CANNOT : CAN;
    case OP_TAKE:
        return location_newest(&il->locations[next->touches.object])->value > 0 ? CAN
                                                                                : timeout_runnable(thread);
    case OP_READ:
    case OP_WRITE:
        return transfer_is_runnable(next) ? CAN : CANNOT;
    case OP_POLL:
        return look_is_runnable(thread) ? CAN : timeout_runnable(thread);
    case OP_SLEEP:
        return timeout_runnable(thread);
    case OP_JOIN:
        return il->threads[next->target].state == ENDED ? CAN : CANNOT;
    case OP_SPIN:
        return spin_is_answered(thread)                                          ? CAN
               : !thread->endless && thread->unanswered < il->options.unanswered ? CAN_SPURIOUSLY
                                                                                 : CANNOT;
    default:
        return CAN;
    }
}

/* --- nobody can run --- */

static void add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
}

static void deadlock_is_outcome(void)
{
    uint64_t hash = 77;
    for (int i = 0; i < il->thread_count; i++)
        if (il->threads[i].state == ALIVE)
            step_never_made(&il->threads[i]);
    for (int i = 0; i < il->thread_count; i++) {
        const struct thread *thread = &il->threads[i];
        hash = hash * 131 + (thread->state == ALIVE ? thread->acts * 16u + thread->next.op : 1u);
    }
    for (int i = 0; i < il->location_count;
         i++) /* a sum: which location came first says nothing, nor whether it was only looked at */
        hash += location_newest(&il->locations[i])->value * (il->locations[i].address * 2654435761u);
    il_outcome(hash | IL_STUCK);
    il_leave();
}

static _Noreturn void deadlock(void)
{
    char text[IL_MESSAGE_BYTES - 100] = "";
    bool lost = false;
    for (int i = 0; i < il->thread_count; i++) {
        const struct thread *thread = &il->threads[i];
        const char *name = thread_text(i), *place = where(thread->next.site);
        if (thread->state != ALIVE)
            continue;
        add(text, sizeof text, "%s", *text ? "; " : "");
        if (thread->next.op == OP_LOCK) {
            const struct lock *lock = &il->locks[thread->next.touches.object - FIRST_LOCK];
            char mutex[100];
            add(text, sizeof text, "%s waits at %s for %s, which %s holds since %s", name, place,
                lock_text(lock, mutex, sizeof mutex), thread_text(lock->owner), where(lock->site));
        } else if (thread->next.op == OP_READ_LOCK || thread->next.op == OP_WRITE_LOCK) {
            const struct lock *lock = &il->locks[thread->next.touches.object - FIRST_LOCK];
            char name_of_lock[100];
            add(text, sizeof text, "%s waits at %s for %s, which was locked at %s", name, place,
                lock_text(lock, name_of_lock, sizeof name_of_lock), where(lock->site));
        } else if (thread->next.op == OP_PASSED) {
            const struct lock *lock = &il->locks[thread->next.touches.object - FIRST_LOCK];
            add(text, sizeof text, "%s waits at %s at a barrier of %d, where %d have arrived", name, place,
                lock->threads, lock->waiting);
        } else if (thread->next.op == OP_JOIN) {
            add(text, sizeof text, "%s waits at %s for %s to end", name, place,
                thread_text(thread->next.target));
        } else {
            add(text, sizeof text, "%s sleeps at %s", name, place);
            if (thread->lost_thread != NOBODY) {
                lost = true;
                add(text, sizeof text, ", and %s signalled at %s before that wait began",
                    thread_text(thread->lost_thread), where(thread->lost_site));
            }
        }
    }
    fail(lost ? IL_LOST_WAKEUP : IL_DEADLOCK, NULL, "no thread can run: %s", text);
}

/* Only threads are left that look in vain. One that counts its looks may give up by itself, so it goes on to look. */
static unsigned let_spin(void)
{
    enum { ROUNDS = 10 }; /* of LOOKS_IN_VAIN each */
    unsigned spinning = 0, counting = 0;
    for (int i = 0; i < il->thread_count; i++) {
        const struct thread *thread = &il->threads[i];
        bool spins = thread->state == ALIVE && thread->next.op == OP_SPIN;
        counting |= (spins ? 1u : 0) << i;
        spinning |= (spins || (thread->state == ALIVE && thread->awaited) ? 1u : 0) << i;
    }
    if (!spinning)
        deadlock();
    if (!counting || ++il->idle > ROUNDS) {
        char text[IL_MESSAGE_BYTES - 200] = "";
        for (int i = 0; i < il->thread_count; i++)
            if (spinning >> i & 1)
                add(text, sizeof text, "%s%s at %s", *text ? ", " : "", thread_text(i),
                    where(il->threads[i].next.site));
        fail(IL_LIVELOCK, NULL, "every thread that is left spins, and nothing changes any more: %s", text);
    }
    return counting;
}

/* --- the choice --- */

/* Those that can run; of these, those that can only for no reason, or early. */
static unsigned enabled_threads(unsigned *spurious)
{
    unsigned enabled = 0;
    *spurious = 0;
    for (int i = 0; i < il->thread_count; i++) {
        enum runnable runnable = thread_runnable(&il->threads[i]);
        enabled |= (runnable != CANNOT ? 1u : 0) << i;
        *spurious |= (runnable == CAN_SPURIOUSLY ? 1u : 0) << i;
    }
    return enabled;
}

int pick_thread(void)
{
    struct thread *current = il_this();
    bool alive = false;
    for (int i = 0; i < il->thread_count; i++) {
        alive |= il->threads[i].state == ALIVE;
        il->threads[i].in_time = false;
    }
    unsigned spurious, enabled = enabled_threads(&spurious);
    if (!alive)
        return NOBODY;
    if (!(enabled & ~spurious) && time_can_pass())
        enabled = enabled_threads(&spurious);
    /* a spurious wake-up must not hide that nobody would have sent a real one */
    if (!(enabled & ~spurious) && !(il->options.deadlock_is_outcome && enabled)) {
        bool spins = false;
        for (int i = 0; i < il->thread_count; i++)
            spins |= il->threads[i].state == ALIVE && il->threads[i].next.op == OP_SPIN;
        if (il->options.deadlock_is_outcome && !spins)
            deadlock_is_outcome();
        enabled = spurious = let_spin(); /* none is answered: which goes on first is a choice of its own */
    }
    if (il->step_count >= il->options.steps_max)
        fail(IL_STEPS, current->next.site,
             "more than %d visible operations in one execution, the last at %s. A loop that waits must say so, by a lock, a "
             "condition variable or sched_yield(): else it may run for ever before the others do. If it is no loop, make the "
             "model smaller%s",
             il->options.steps_max, where(current->next.site),
             il->options.steps_max < STEPS_LIMIT ? ", or its .steps_max larger: 4,000 is the most" : "");
    bool may_stay = current->state == ALIVE && (enabled & ~spurious) >> il->current & 1 &&
                    current->next.op != OP_SPIN && !current->gives_way;
    int chosen = choose_thread(enabled, spurious, may_stay);
    current->gives_way = false;
    if (il->tracing && may_stay && chosen != il->current)
        tell_switch("%s is stopped just before its %s at %s", thread_text(il->current),
                    operation_name(current->next.op), where(current->next.site));
    return chosen;
}

void reschedule(struct thread *thread)
{
    if (thread->starting) { /* announced for the first time: its parent goes on */
        thread->starting = false;
        il->current = thread->parent;
        coroutine_switch(thread, &il->threads[thread->parent]);
        return; /* chosen */
    }
    int next = pick_thread();
    if (next == thread->id)
        return;
    il->current = next;
    coroutine_switch(thread, &il->threads[next]);
}

void announce(struct thread *thread)
{
    thread->next.touches.awaits |= thread->awaits;
    if (thread->awaited && waits_for_clock(thread))
        thread->next.touches.clock = CLOCK_MOVED;
    il->plain_accesses = 0;
    reschedule(thread);
}
