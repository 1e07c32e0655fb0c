/**
 * @file once.c
 * @brief pthread_once: the thread that runs it releases, those that come after it acquire. Two of these are not ordered by it.
 */
#include "engine.h"

bool il_once_begin(void *once, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(once, false, site);
    struct lock *lock = &il->locks[index];
    if (lock->owner == thread->id)
        fail(IL_MISUSE, site, "%s calls pthread_once at %s while it runs it: it would wait for itself",
             thread_text(thread->id), where(site));
    announce_lock(thread, pending_on(OP_LOCK, index, -1, site), site);
    struct step *step = step_begin(thread);
    bool mine = !lock->done;
    if (mine) {
        lock->owner = thread->id;
        lock->site = site;
    } else {
        view_join(&thread->now, &lock->released);
    }
    step_end(thread, step, NULL);
    tell_step(thread, site, "once: %s", mine ? "runs it" : "it was done");
    return mine;
}

void il_once_end(void *once, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(once, false, site);
    struct lock *lock = &il->locks[index];
    announce_lock(thread, pending_on(OP_UNLOCK, index, -1, site), site);
    struct step *step = step_begin(thread);
    lock->owner = NOBODY;
    lock->done = true;
    view_copy(&lock->released, &thread->now);
    step_end(thread, step, NULL);
    tell_step(thread, site, "once: done");
}
