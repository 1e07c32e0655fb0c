/**
 * @file rwlock.c
 * @brief Locks for readers and writers.
 *
 * What a writer has released every later holder acquires; what a reader has released only a later writer: two readers are
 * not ordered. A reader need not wait for a writer that waits, as POSIX permits and glibc does by default.
 */
#include "engine.h"

#include <errno.h>

bool rwlock_is_free(const struct lock *lock, bool writes)
{
    bool free = lock->owner == NOBODY;
    for (int i = 0; writes && i < THREADS_MAX; i++)
        free &= lock->readers[i] == 0;
    return free;
}

int il_rwlock_lock(void *object, bool writes, bool tries, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(object, false, site);
    struct lock *lock = &il->locks[index];
    char text[100];
    if (!tries && (lock->owner == thread->id || (writes && lock->readers[thread->id])))
        fail(IL_MISUSE, site, "%s locks at %s what it holds already, since %s: it would wait for itself",
             thread_text(thread->id), where(site), where(lock->site));
    look_begins(thread, FIRST_LOCK + index, writes, site);
    announce_lock(thread,
                  pending_on(tries    ? OP_TRYLOCK
                             : writes ? OP_WRITE_LOCK
                                      : OP_READ_LOCK,
                             index, -1, site),
                  site);
    struct step *step = step_begin(thread);
    bool free = rwlock_is_free(lock, writes);
    if (free) {
        lock->version++;
        lock->site = site;
        lock->acts = thread->acts;
        view_join(&thread->now, &lock->released);
        if (writes) {
            lock->owner = thread->id;
            view_join(&thread->now, &lock->read);
        } else {
            lock->readers[thread->id]++;
        }
    }
    step_end(thread, step, NULL);
    if (free)
        look_ends(thread);
    else
        look_made(thread, lock->version, false, false);
    tell_step(thread, site, "%slock %s for %s%s", tries ? "try" : "", lock_text(lock, text, sizeof text),
              writes ? "writing" : "reading", free ? "" : ": busy");
    return free ? 0 : EBUSY;
}

int il_rwlock_unlock(void *object, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(object, false, site);
    struct lock *lock = &il->locks[index];
    bool writes = lock->owner == thread->id;
    char text[100];
    if (!writes && !lock->readers[thread->id])
        fail(IL_MISUSE, site, "%s unlocks at %s a lock for readers and writers that it does not hold",
             thread_text(thread->id), where(site));
    announce_lock(thread, pending_on(OP_UNLOCK, index, -1, site), site);
    struct step *step = step_begin(thread);
    lock->version++;
    if (writes) {
        lock->owner = NOBODY;
        view_copy(&lock->released, &thread->now);
    } else {
        lock->readers[thread->id]--;
        view_join(&lock->read, &thread->now);
    }
    step_end(thread, step, NULL);
    tell_step(thread, site, "unlock %s", lock_text(lock, text, sizeof text));
    return 0;
}
