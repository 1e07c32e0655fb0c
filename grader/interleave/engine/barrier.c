/**
 * @file barrier.c
 * @brief Barriers: each thread that passes knows what every one of the round did before it arrived.
 */
#include "engine.h"

void il_barrier_init(void *barrier, unsigned threads, il_site site)
{
    struct lock *lock = &il->locks[lock_of(barrier, true, site)];
    lock->threads = threads > THREADS_MAX ? THREADS_MAX + 1 : (int)threads;
}

/* The last one wakes the others. They sleep until then, so what they learn can be told to them at once. */
static void open_barrier(struct lock *lock, const struct step *step)
{
    for (int i = 0; i < lock->waiting; i++) {
        struct thread *waiter = &il->threads[lock->waiters[i]];
        view_join(&waiter->now, &lock->released);
        wake(waiter, step);
    }
    lock->waiting = 0;
    view_clear(&lock->released);
}

bool il_barrier_wait(void *barrier, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(barrier, true, site);
    struct lock *lock = &il->locks[index];
    char text[100];
    if (lock->threads == 0)
        fail(IL_MISUSE, site, "%s waits at %s at a barrier that was never initialised",
             thread_text(thread->id), where(site));
    announce_lock(thread, pending_on(OP_BARRIER, index, -1, site), site);
    struct step *step = step_begin(thread);
    bool last = lock->waiting + 1 == lock->threads;
    view_join(&lock->released, &thread->now);
    if (last)
        view_join(&thread->now, &lock->released);
    else
        enqueue(thread, lock);
    step_end(thread, step, NULL);
    if (last)
        open_barrier(lock, step);
    tell_step(thread, site, "arrives at barrier %s%s", lock_text(lock, text, sizeof text),
              last ? " as the last one" : ", and sleeps");
    if (last)
        return true;
    thread->next = pending_on(OP_PASSED, index, -1, site);
    announce(thread);
    step = step_begin(thread);
    step_end(thread, step, &thread->woken_by);
    tell_step(thread, site, "passes the barrier");
    return false;
}
