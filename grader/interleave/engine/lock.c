/**
 * @file lock.c
 * @brief Mutexes, condition variables and futexes of a model.
 *
 * They are known by their address; what stands there is not used. An unlock carries the view of its thread, and the next
 * lock joins it. A waiting thread is woken by a signal, or for no reason at all, within options.spurious.
 */
#include "engine.h"

#include <errno.h>

int lock_at(const void *object, bool is_condition, il_site site)
{
    uintptr_t address = (uintptr_t)object;
    for (int i = 0; i < il->lock_count; i++)
        if (il->locks[i].address == address && il->locks[i].is_condition == is_condition)
            return i;
    if (il->lock_count == LOCKS_MAX)
        unsupported(site, "more than %d mutexes and condition variables: make the model smaller", LOCKS_MAX);
    struct lock *lock = &il->locks[il->lock_count];
    *lock = (struct lock){.address = address,
                          .is_condition = is_condition,
                          .owner = NOBODY,
                          .lost_thread = NOBODY,
                          .site = site,
                          .first_use = site};
    return il->lock_count++;
}

/* Memory that nothing has written. A mutex of zeroes is as good as an initialised one. */
static bool is_fresh_memory(const void *object)
{
    return is_unwritten(object, 4);
}

/* The object is there, and may be used: looked at when an operation is announced, and again when it runs. The use is an
 * access, so that it races with a free, a destroy or an initialisation that nothing orders. */
static void use(const void *object, bool is_condition, bool is_write, il_site site)
{
    enum { LOOKED_AT = 4, PAGE = 4096 }; /* a pthread_once_t has no more */
    const char *what = is_condition ? "condition variable" : "mutex";
    if ((uintptr_t)object < PAGE)
        fail(IL_CRASH, site, "%s uses a %s at %s that is a NULL pointer", thread_text(il->current), what,
             where(site));
    heap_check(object, LOOKED_AT, is_condition ? "the use of a condition variable" : "the use of a mutex",
               site);
    il->using = is_condition ? USES_CONDITION : USES_MUTEX;
    (void)raw_read(object, LOOKED_AT); /* where nothing is, the program crashes as it would in the C library */
    race_check(il_this(), object, LOOKED_AT, is_write, !is_write, site);
    il->using = USES_NONE;
}

int lock_of(const void *object, bool is_condition, il_site site)
{
    const char *what = is_condition ? "condition variable" : "mutex";
    use(object, is_condition, false, site);
    if (is_fresh_memory(object))
        fail(IL_MISUSE, site, "%s uses a %s at %s that was never initialised", thread_text(il->current), what,
             where(site));
    int index = lock_at(object, is_condition, site);
    /* on a stack another variable may have come to stand there */
    if (il->locks[index].destroyed_at && !on_a_stack((uintptr_t)object))
        fail(IL_MISUSE, site, "%s uses a %s at %s that was destroyed at %s", thread_text(il->current), what,
             where(site), where(il->locks[index].destroyed_at));
    return index;
}

/* Announce an operation on a lock, and use it once more when it runs. */
void announce_lock(struct thread *thread, struct pending next, il_site site)
{
    thread->next = next;
    announce(thread);
    int objects[] = {next.touches.object, next.touches.object2};
    for (int i = 0; i < 2; i++)
        if (objects[i] >= FIRST_LOCK) {
            const struct lock *lock = &il->locks[objects[i] - FIRST_LOCK];
            use((void *)lock->address, lock->is_condition, false, site);
        }
}

struct pending pending_on(enum operation op, int lock, int lock2, il_site site)
{
    return (struct pending){
        .op = (uint8_t)op,
        .touches = footprint(FIRST_LOCK + lock, lock2 < 0 ? NO_OBJECT : FIRST_LOCK + lock2, true),
        .site = site};
}

const char *lock_text(const struct lock *lock, char *text, size_t size)
{
    const char *name = object_mark(lock->address, lock->first_use, false);
    for (int i = 0; i < il->name_count; i++)
        if (il->names[i].address == lock->address)
            name = il->names[i].name;
    snprintf(text, size, "%s", name);
    return text;
}

static void take(struct thread *thread, struct lock *lock, il_site site)
{
    lock->owner = thread->id;
    lock->site = site;
    lock->version++;
    lock->acts = thread->acts;
    view_join(&thread->now, &lock->released);
}

static void give_up(struct thread *thread, struct lock *lock)
{
    lock->owner = NOBODY;
    lock->version++;
    lock->changes += lock->acts != thread->acts;
    view_copy(&lock->released, &thread->now);
}

int il_mutex_lock(void *mutex, il_site site)
{
    struct thread *thread = il_this();
    struct lock *lock = &il->locks[lock_of(mutex, false, site)];
    char text[100];
    if (lock->owner == thread->id)
        fail(IL_MISUSE, site,
             "%s locks a mutex at %s that it holds already, since %s: it would wait for itself",
             thread_text(thread->id), where(site), where(lock->site));
    look_begins(thread, FIRST_LOCK + (int)(lock - il->locks), 0, site);
    announce_lock(thread, pending_on(OP_LOCK, (int)(lock - il->locks), -1, site), site);
    struct step *step = step_begin(thread);
    take(thread, lock, site);
    step_end(thread, step, NULL);
    look_made(thread, lock->changes, true, false);
    tell_step(thread, site, "lock %s", lock_text(lock, text, sizeof text));
    return 0;
}

int il_mutex_timedlock(void *mutex, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(mutex, false, site);
    struct lock *lock = &il->locks[index];
    struct pending next = pending_on(OP_LOCK, index, -1, site);
    char text[100];
    if (lock->owner == thread->id)
        fail(IL_MISUSE, site,
             "%s locks a mutex at %s that it holds already, since %s: it would wait for itself",
             thread_text(thread->id), where(site), where(lock->site));
    timeout_set(thread, deadline);
    next.touches.clock = CLOCK_MOVED;
    announce_lock(thread, next, site);
    struct step *step = step_begin(thread);
    bool busy = lock->owner != NOBODY;
    if (busy) {
        timeout_take(thread, step);
        step->op = OP_TIMEOUT;
    } else {
        take(thread, lock, site);
        step->touches.clock = CLOCK_NOT;
    }
    thread->deadline = NO_DEADLINE;
    step_end(thread, step, NULL);
    tell_step(thread, site, "lock %s%s", lock_text(lock, text, sizeof text),
              busy ? ": the deadline has come" : "");
    return busy ? ETIMEDOUT : 0;
}

int il_mutex_trylock(void *mutex, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(mutex, false, site);
    struct lock *lock = &il->locks[index];
    char text[100];
    look_begins(thread, FIRST_LOCK + index, 0, site);
    thread_spin_if_repeating(thread, FIRST_LOCK + index, site);
    announce_lock(thread, pending_on(OP_TRYLOCK, index, -1, site), site);
    struct step *step = step_begin(thread);
    bool busy = lock->owner != NOBODY;
    if (!busy)
        take(thread, lock, site);
    step_end(thread, step, NULL);
    if (busy)
        thread_watch(thread, FIRST_LOCK + index, 0, lock->version, site);
    look_made(thread, busy ? lock->version : lock->changes, !busy, false);
    tell_step(thread, site, "trylock %s: %s", lock_text(lock, text, sizeof text), busy ? "busy" : "got it");
    return busy ? EBUSY : 0;
}

int il_mutex_unlock(void *mutex, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(mutex, false, site);
    struct lock *lock = &il->locks[index];
    char text[100];
    if (lock->owner != thread->id)
        fail(IL_MISUSE, site, "%s unlocks a mutex at %s that %s", thread_text(thread->id), where(site),
             lock->owner == NOBODY ? "nobody holds" : "another thread holds");
    look_begins(thread, FIRST_LOCK + index, 0, site);
    announce_lock(thread, pending_on(OP_UNLOCK, index, -1, site), site);
    struct step *step = step_begin(thread);
    give_up(thread, lock);
    step_end(thread, step, NULL);
    look_made(thread, lock->changes, true, false);
    thread_watch(thread, FIRST_LOCK + index, 0, lock->version,
                 site); /* what it has read, it has read under this */
    tell_step(thread, site, "unlock %s", lock_text(lock, text, sizeof text));
    return 0;
}

bool il_mutex_is_own(void *mutex, il_site site)
{
    return il->locks[lock_of(mutex, false, site)].owner == il->current;
}

bool il_mutex_nest(void *mutex, int by, il_site site)
{
    struct lock *lock = &il->locks[lock_of(mutex, false, site)];
    if (lock->depth + by < 0)
        return false;
    lock->depth += by;
    tell_hidden(il_this(), site, by > 0 ? "locks it once more" : "unlocks it once");
    return true;
}

int il_mutex_destroy(void *object, bool is_condition, il_site site)
{
    use(object, is_condition, true, site);
    struct lock *lock = &il->locks[lock_at(object, is_condition, site)];
    if (lock->owner != NOBODY || lock->waiting > 0)
        fail(IL_MISUSE, site, "%s at %s destroys a %s", thread_text(il->current), where(site),
             is_condition ? "condition variable on which a thread waits" : "mutex that is locked");
    lock->destroyed_at = site;
    return 0;
}

void il_mutex_init(void *object)
{
    for (int i = 0; i < il->lock_count; i++)
        if (il->locks[i].address == (uintptr_t)object)
            il->locks[i].destroyed_at = NULL;
}

/* The signal, and all that it depends on, comes before the return of the wait; that is an order, not a race. From now on
 * the wait's return is about the mutex alone, or about nothing: later signals do not concern it. */
void wake(struct thread *thread, const struct step *signal)
{
    thread->in_wait = false;
    if (thread->next.op == OP_WOKEN)
        thread->next.touches.object = NO_OBJECT;
    thread->next.touches.object2 = NO_OBJECT;
    thread->next.touches.clock = CLOCK_NOT;
    thread->deadline = NO_DEADLINE;
    thread->woken_by = signal->past;
    thread->woken_at = (int)(signal - il->steps);
}

void enqueue(struct thread *thread, struct lock *queue)
{
    queue->waiters[queue->waiting++] = thread->id;
    thread->in_wait = true;
    thread->lost_thread = queue->lost_thread;
    thread->lost_site = queue->lost_site;
}

static void leave_queue(struct lock *condition, int position)
{
    memmove(&condition->waiters[position], &condition->waiters[position + 1],
            (size_t)(--condition->waiting - position));
}

/* Why a wait ends. */
enum ended { SIGNALLED, TIMED_OUT, FOR_NO_REASON };

static enum ended choose_end(const struct thread *thread, bool may_be_spurious)
{
    if (!thread->in_wait)
        return SIGNALLED;
    may_be_spurious &= thread->spurious < il->options.spurious;
    if (timeout_runnable(thread) == CANNOT)
        return FOR_NO_REASON;
    return choose_value(1 + may_be_spurious) == 0 ? TIMED_OUT : FOR_NO_REASON;
}

/* The wait ends, in this step: the thread leaves the queue, if it is still there. */
static void leave(struct thread *thread, struct lock *queue, enum ended ended, struct step *step)
{
    int position = 0;
    if (ended == SIGNALLED)
        return;
    while (queue->waiters[position] != thread->id)
        position++;
    leave_queue(queue, position);
    thread->in_wait = false;
    if (ended == TIMED_OUT) {
        timeout_take(thread, step);
        return;
    }
    thread->spurious++;
    thread->deadline = NO_DEADLINE;
    step->touches.clock = CLOCK_NOT;
}

static const char *end_text(enum ended ended)
{
    return ended == SIGNALLED   ? ""
           : ended == TIMED_OUT ? ": its deadline has come"
                                : " SPURIOUSLY: nobody signalled";
}

int il_condition_wait(void *condition, void *mutex, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    int mutex_index = lock_of(mutex, false, site), condition_index = lock_of(condition, true, site);
    struct lock *held = &il->locks[mutex_index], *queue = &il->locks[condition_index];
    char text[100];
    if (held->owner != thread->id)
        fail(IL_MISUSE, site, "%s waits at %s without the mutex locked", thread_text(thread->id), where(site));
    if (held->depth > 0)
        fail(IL_MISUSE, site,
             "%s waits at %s with a recursive mutex that it has locked more than once: nobody else could lock it",
             thread_text(thread->id), where(site));
    announce_lock(thread, pending_on(OP_WAIT, mutex_index, condition_index, site), site);
    struct step *step = step_begin(thread);
    give_up(thread, held);
    enqueue(thread, queue);
    step_end(thread, step, NULL);
    tell_step(thread, site, "wait on %s: gives the mutex up and sleeps", lock_text(queue, text, sizeof text));

    struct pending next = pending_on(OP_RELOCK, mutex_index, condition_index, site);
    timeout_set(thread, deadline);
    next.touches.clock = deadline == NO_DEADLINE ? CLOCK_NOT : CLOCK_MOVED;
    announce_lock(thread, next, site);
    enum ended ended = choose_end(thread, held->owner == NOBODY);
    step = step_begin(thread);
    leave(thread, queue, ended, step);
    if (ended ==
        TIMED_OUT) { /* the owner of the mutex may still signal, and does not reach this thread any more */
        step->op = OP_TIMEOUT;
        step->touches.object = NO_OBJECT;
        step_end(thread, step, NULL);
        tell_step(thread, site, "the deadline of the wait on %s has come",
                  lock_text(queue, text, sizeof text));
        announce_lock(thread, pending_on(OP_RELOCK, mutex_index, -1, site), site);
        step = step_begin(thread);
    }
    take(thread, held, site);
    step_end(thread, step, ended == SIGNALLED ? &thread->woken_by : NULL);
    tell_step(thread, site, "the wait on %s returns%s", lock_text(queue, text, sizeof text), end_text(ended));
    return ended == TIMED_OUT ? ETIMEDOUT : 0;
}

/* Wake waiting threads, at most `most` of them, in any order. Returns how many. */
static int wake_some(struct thread *thread, struct lock *queue, int most, il_site site)
{
    struct step *step = step_begin(thread);
    int chosen[THREADS_MAX], count = queue->waiting < most ? queue->waiting : most;
    if (queue->waiting == 0) {
        queue->lost_thread = thread->id;
        queue->lost_site = site;
    }
    for (int i = 0; i < count; i++) {
        int position = count == queue->waiting + i ? 0 : choose_value(queue->waiting);
        chosen[i] = queue->waiters[position];
        leave_queue(queue, position);
    }
    step_end(thread, step, NULL);
    for (int i = 0; i < count; i++)
        wake(&il->threads[chosen[i]], step);
    return count;
}

int il_condition_signal(void *condition, bool all, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_of(condition, true, site);
    char text[100];
    announce_lock(thread, pending_on(OP_SIGNAL, index, -1, site), site);
    int woken = wake_some(thread, &il->locks[index], all ? THREADS_MAX : 1, site);
    tell_step(thread, site, "%s %s%s", all ? "broadcast" : "signal",
              lock_text(&il->locks[index], text, sizeof text),
              woken ? "" : ": nobody waits, so it has no effect");
    return 0;
}

/* --- futexes: a queue at an atomic word --- */

int il_futex_wait(const void *word, uint32_t expected, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    heap_check(word, sizeof expected, "a futex wait", site);
    int location = location_of(word, sizeof expected, site), index = lock_at(word, true, site);
    struct lock *queue = &il->locks[index];
    thread->next = (struct pending){
        .op = OP_FUTEX_WAIT, .touches = footprint(location, FIRST_LOCK + index, false), .site = site};
    announce(thread);
    heap_check(word, sizeof expected, "a futex wait", site);
    race_check(thread, word, sizeof expected, false, true, site);
    struct step *step = step_begin(thread);
    /* the kernel looks and queues in one step, under a lock of its own: it sees the newest value */
    const struct store *newest = location_newest(&il->locations[location]);
    bool sleeps = newest->value == expected;
    sc_begin(thread, location);
    step->read = (int)(newest - il->stores);
    view_see(&thread->now, location, newest->index);
    sc_made(thread, step);
    if (sleeps)
        enqueue(thread, queue);
    step_end(thread, step, NULL);
    tell_step(thread, site, "futex wait on %s: %s%s", location_text(location),
              value_text(location, newest->value),
              sleeps ? ", as expected, so it sleeps" : ", so it does not sleep");
    if (!sleeps)
        return EAGAIN;
    struct pending next = pending_on(OP_WOKEN, index, -1, site);
    timeout_set(thread, deadline);
    next.touches.clock = deadline == NO_DEADLINE ? CLOCK_NOT : CLOCK_MOVED;
    thread->next = next;
    announce(thread);
    enum ended ended = choose_end(thread, true);
    step = step_begin(thread);
    leave(thread, queue, ended, step);
    step_end(thread, step, ended == SIGNALLED ? &thread->woken_by : NULL);
    tell_step(thread, site, "the futex wait returns%s",
              ended == FOR_NO_REASON ? " SPURIOUSLY: nobody woke it" : end_text(ended));
    return ended == TIMED_OUT ? ETIMEDOUT : 0;
}

int il_futex_wake(const void *word, int most, il_site site)
{
    struct thread *thread = il_this();
    int index = lock_at(word, true, site); /* the word is not read: it may be gone */
    thread->next = pending_on(OP_SIGNAL, index, -1, site);
    announce(thread);
    int woken = wake_some(thread, &il->locks[index], most, site);
    tell_step(thread, site, "futex wake: %d thread%s", woken, woken == 1 ? "" : "s");
    return woken;
}
