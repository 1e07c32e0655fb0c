/**
 * @file wait.c
 * @brief Loops that only look: a thread that came round sleeps until something that it has read changes.
 *
 * ## A look
 *
 * is an operation that changed nothing which another thread could see: a load, a compare-exchange that failed, an exchange that
 * put back what was there, a mutex that was busy. Before each look the state of the thread is noted: the registers that a
 * called function must keep, its stack, its thread-local variables, as one number. A thread that is about to look with the state
 * of an earlier look, and has only looked since, has come round. It would read the same, and come round again, for as long as
 * nothing changes: so it waits for that.
 *
 * ## What a round costs
 *
 * An execution with the round and the one without it go on alike, but for what the thread has learnt; and the one without it
 * knows less, so it may do all that the other may. So the round is taken back: its steps count for nothing, and the thread
 * knows what it knew before. Where that cannot be, since another thread has answered meanwhile, the execution is given up: the
 * search comes to the one in which the answer was first. A round that locks a mutex is not taken back, since others may
 * have met the lock. It is made once for each change of what the mutex guards.
 *
 * ## A loop that counts
 *
 * never has the same state again. After SPIN_READS reads of the same it sleeps too (il_spin()), but it may give up by itself: so
 * it also goes on without an answer, options.unanswered times, and then to its end, or for LOOKS_IN_VAIN looks.
 */
#include "engine.h"

static struct look *looks_of(const struct thread *thread)
{
    return il->looks + (size_t)thread->id * LOOKS_MAX;
}

static struct knowledge *known_of(const struct thread *thread)
{
    return il->known + (size_t)thread->id * LOOKS_MAX;
}

static bool *loop_mark(il_site site)
{
    return &il->loops[(uintptr_t)site * UINT64_C(0x9E3779B97F4A7C15) >> 40 & (LOOP_MARKS - 1)];
}

/* --- the state of a thread --- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

/* The bytes from `start` to `end`, both at a word. */
static uint64_t mix_memory(uint64_t hash, const char *start, const char *end)
{
    for (; start + sizeof(uint64_t) <= end; start += sizeof(uint64_t))
        hash = mix(hash, *(const uint64_t *)(const void *)start);
    return hash;
}

/* A frame has places that nothing was written to yet. They hold what stood there before: it must be the same in each round, in each
 * execution, and where an account is written, which takes more of the stack. */
static __attribute__((noinline)) void clean_much(void)
{
    char used[16 << 10];
    memset(used, 0, sizeof used);
    __asm__ volatile("" : : "r"(used) : "memory");
}

void stack_clean(size_t bytes)
{
    char used[bytes];
    memset(used, 0, bytes);
    __asm__ volatile("" : : "r"(used) : "memory");
    if (il->tracing)
        clean_much();
}

/* Of the caller of the hook; 0: the hook did not note it. That costs time, so it is asked for at loops only: at places where
 * a thread has looked twice, and done nothing else between. When a new one is found the search begins anew, so that it does not
 * depend on when that was. */
static uint64_t state_of(const struct thread *thread, uint64_t arguments)
{
    const char *stack_pointer = (const char *)il->registers.stack_pointer;
    const char *locals = (const char *)thread->thread_pointer + il->locals_offset;
    il->registers.stack_pointer = 0;
    if (stack_pointer < thread->stack || stack_pointer >= thread->stack + STACK_BYTES)
        return 0;
    uint64_t hash = mix(1, arguments);
    for (size_t i = 0; i < sizeof il->registers.of / sizeof il->registers.of[0]; i++)
        hash = mix(hash, il->registers.of[i]);
    hash = mix_memory(hash, stack_pointer, thread->stack + STACK_BYTES);
    hash = mix_memory(hash, locals, locals + il->locals_bytes);
    return hash ? hash : 1;
}

/* --- coming round --- */

static unsigned version_of(int object, bool locked)
{
    if (object == THE_CLOCK)
        return il->jumps;
    if (il_is_location(object))
        return il->locations[object].version;
    const struct lock *lock = &il->locks[object - FIRST_LOCK];
    return locked ? lock->changes : lock->version;
}

static bool has_changed(const struct look *look)
{
    return look->version != version_of(look->object, look->locked);
}

bool await_is_answered(const struct thread *thread)
{
    for (int i = 0; i < thread->awaited; i++)
        if (has_changed(&looks_of(thread)[thread->look_count + i]))
            return true;
    return false;
}

/* It came round where it reads the clock: that might be later by now. */
bool waits_for_clock(const struct thread *thread)
{
    for (int i = 0; i < thread->awaited; i++)
        if (looks_of(thread)[thread->look_count + i].object == THE_CLOCK)
            return thread->next.op == OP_CLOCK || thread->next.op == OP_LOAD;
    return false;
}

/* Another thread did something since that look which depends on it. */
static bool is_alone(const struct thread *thread, const struct look *look)
{
    const struct step *looked = &il->steps[look->step], *end = il->steps + il->step_count;
    for (const struct step *step = looked + 1; step < end; step++)
        if (step->thread != thread->id && depends(&step->touches, &looked->touches))
            return false;
    return true;
}

/* Only the first look counts for nothing from now on: the thread looks again whenever that may be answered. A round may
 * also be answered half-way, with what the first look has read already: so the others can still be reversed. */
static void take_back(struct thread *thread, int first)
{
    const struct look *look = &looks_of(thread)[first];
    const struct knowledge *known = &known_of(thread)[first];
    struct step *step = &il->steps[look->step];
    uint16_t clock = thread->now.clock.of[thread->id];
    if (step->store >= 0)
        il->locations[look->object].count--;
    for (int i = first; i < thread->look_count; i++) {
        struct step *looked = &il->steps[looks_of(thread)[i].step];
        looked->taken_back = true;
        looked->read = looked->store = -1;
        looked->sc = (struct step_sc){0};
    }
    step->touches.nothing = true;
    thread->sc = known->sc;
    view_copy(&thread->now, &known->now);
    thread->now.clock.of[thread->id] = clock;
    thread->has_acquired = known->has_acquired;
    if (thread->has_acquired)
        view_copy(&thread->acquired, &known->acquired);
    thread->past = known->past;
}

bool knowledge_counts(int i)
{
    const struct thread *thread = &il->threads[i / LOOKS_MAX];
    int look = i % LOOKS_MAX;
    return i / LOOKS_MAX < il->thread_count && look < thread->look_count + thread->looks && il->looks[i].state;
}

void each_knowledge(void (*act)(struct view *view, const void *argument), const void *argument)
{
    for (int i = 0; i < THREADS_MAX * LOOKS_MAX; i++)
        if (knowledge_counts(i)) {
            act(&il->known[i].now, argument);
            if (il->known[i].has_acquired)
                act(&il->known[i].acquired, argument);
        }
}

/* A search that comes to all other orders of dependent steps. */
static bool is_complete(void)
{
    return !il->replaying && il->options.preemptions == IL_UNBOUNDED &&
           (il->options.strategy == IL_DPOR || il->options.strategy == IL_DPOR_BARE ||
            il->options.strategy == IL_SLEEP);
}

/* Stores become visible at last: the thread sees one more of each location that it has read. */
static void see_one_more(struct thread *thread, const struct look *look)
{
    if (il_is_location(look->object) &&
        view_newest(&thread->now, look->object) < il->locations[look->object].count - 1)
        view_see(&thread->now, look->object, (uint16_t)(view_newest(&thread->now, look->object) + 1));
}

static void come_round(struct thread *thread, int first, il_site site)
{
    const struct look *looks = looks_of(thread);
    int last = thread->look_count - 1, odd = 0;
    bool reads = true, answered = false, alone = true;
    for (int i = first; i <= last; i++) {
        reads &= !looks[i].locked && il->steps[looks[i].step].store < 0;
        odd += looks[i].odd;
        answered |= has_changed(&looks[i]);
        alone &= is_alone(thread, &looks[i]);
    }
    if (odd == 1 && looks[last].odd && is_complete()) {
        il->pruned = true; /* the last look has an ordinary alternative, and goes on from the same place */
        il_leave();
    }
    if (!odd && !answered && alone && (reads || (first == last && !looks[first].locked)))
        take_back(thread, first);
    for (int i = first; odd && i <= last; i++)
        see_one_more(thread, &looks[i]);
    thread->look_count = first;
    thread->watched_count = 0;
    if (odd || answered)
        return;
    thread->awaited = last - first + 1;
    for (int i = first; i <= last; i++)
        thread->awaits |= UINT64_C(1) << (looks[i].object % 64);
    tell_hidden(thread, site, "waits: another look is in vain until something that it has read changes");
}

/* It has a lock that the round takes: no other thread could answer it here. It comes round once more before that lock. */
static bool holds_a_lock_of_it(const struct thread *thread, int first)
{
    for (int i = first; i < thread->look_count; i++) {
        int object = looks_of(thread)[i].object;
        if (object != THE_CLOCK && !il_is_location(object) &&
            il->locks[object - FIRST_LOCK].owner == thread->id)
            return true;
    }
    return false;
}

/* --- what the operations call --- */

void look_begins(struct thread *thread, int object, uint64_t arguments, il_site site)
{
    const struct look *looks = looks_of(thread);
    bool *is_loop = loop_mark(site);
    thread->looks = true;
    thread->looks_at = (int16_t)object;
    thread->looks_from = *is_loop ? state_of(thread, arguments) : 0;
    for (int i = thread->look_count - 1; i >= 0; i--) {
        if (looks[i].site != site)
            continue;
        if (!*is_loop) {
            *is_loop = il->has_loops = il->found_loop = il->pruned = true;
            il_leave();
        }
        if (thread->looks_from && looks[i].state == thread->looks_from && looks[i].object == object &&
            !holds_a_lock_of_it(thread, i)) {
            come_round(thread, i, site);
            return;
        }
    }
}

/* It was chosen; from here on what it knows changes. */
void look_is_chosen(struct thread *thread, struct step *step)
{
    int object = thread->looks_at;
    if (thread->awaited && waits_for_clock(thread) && !await_is_answered(thread))
        clock_ticks(thread, step);
    else if (thread->awaited)
        step->touches.clock = thread->next.op == OP_CLOCK ? CLOCK_READ : CLOCK_NOT;
    thread->awaited = 0;
    thread->awaits = 0;
    if (!thread->looks) {
        look_ends(thread);
        return;
    }
    if (thread->look_count == LOOKS_MAX)
        thread->look_count = 0;
    struct look *look = &looks_of(thread)[thread->look_count];
    look->state = thread->looks_from;
    look->site = step->site;
    look->object = (int16_t)object;
    look->step = (int)(step - il->steps);
    if (!look->state)
        return;
    struct knowledge *known = &known_of(thread)[thread->look_count];
    known->sc = thread->sc;
    view_copy(&known->now, &thread->now);
    known->has_acquired = thread->has_acquired;
    if (known->has_acquired)
        view_copy(&known->acquired, &thread->acquired);
    known->past = thread->past;
}

void look_made(struct thread *thread, unsigned version, bool locked, bool odd)
{
    struct look *looks = looks_of(thread), *look = &looks[thread->look_count];
    if (!thread->looks)
        return;
    thread->looks = false;
    look->version = version;
    look->locked = locked;
    look->odd = odd;
    for (int i = 0; locked && i < thread->look_count; i++)
        if (looks[i].object == look->object)
            looks[i].version = version;
    thread->look_count++;
}

void look_ends(struct thread *thread)
{
    thread->looks = false;
    thread->look_count = 0;
    thread->acts++;
}
