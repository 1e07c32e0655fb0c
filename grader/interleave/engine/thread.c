/**
 * @file thread.c
 * @brief Threads of a model: their begin, their end, waiting for another's end, spinning.
 */
#include "engine.h"

struct thread *thread_new(void *(*run)(void *), void *arg)
{
    struct thread *thread = &il->threads[il->thread_count];
    char *stack = thread->stack;
    frames_forget(thread); /* of the execution before */
    void *thread_pointer = thread->thread_pointer;
    *thread = (struct thread){.id = (int8_t)il->thread_count++,
                              .parent = NOBODY,
                              .state = ALIVE,
                              .run = run,
                              .arg = arg,
                              .lost_thread = NOBODY,
                              .woken_at = -1,
                              .last_step = -1,
                              .deadline = NO_DEADLINE,
                              .in_time_at = -1,
                              .sc = {.last_at = NO_OBJECT, .run_at = NO_OBJECT},
                              .stack = stack,
                              .thread_pointer = thread_pointer};
    coroutine_make(thread);
    return thread;
}

/* Where every coroutine begins. */
void thread_main(void)
{
    struct thread *thread = il_this();
    il->inside = false;
    void *result = thread->run(thread->arg);
    il->inside = true;
    il_exit_thread(result, NULL);
}

void il_exit_thread(void *result, il_site site)
{
    struct thread *thread = il_this();
    thread->result = result;
    thread->state = ENDED;
    sc_pass(thread);
    il->idle = 0;
    tell_hidden(thread, site, "ends");
    if (thread->starting) {
        thread->starting = false;
        il->current = thread->parent;
        coroutine_switch(thread, &il->threads[thread->parent]);
    }
    int next = pick_thread();
    if (next == NOBODY)
        il_leave();
    il->current = next;
    coroutine_switch(thread, &il->threads[next]);
    __builtin_unreachable();
}

void il_leave(void)
{
    il->running = false;
    coroutine_switch(il_this(), NULL);
    __builtin_unreachable();
}

bool il_active(void)
{
    return il && il->running;
}

int il_self(void)
{
    return il->current;
}

int il_spawn(void *(*run)(void *arg), void *arg, il_site site)
{
    enum { PAGE = 4096 };
    if ((uintptr_t)run < PAGE)
        fail(IL_CRASH, site, "%s starts a thread at %s whose function is a NULL pointer",
             thread_text(il->current), where(site));
    take_turn(TURN_THREAD, site);
    if (il->thread_count == THREADS_MAX)
        unsupported(site, "more than %d threads, the first one included: make the model smaller", THREADS_MAX);
    struct thread *thread = il_this(), *child = thread_new(run, arg);
    assertion_thread(run);
    sc_pass(thread);
    view_copy(&child->now, &thread->now);
    child->past = thread->past;
    thread->now.clock.of[thread->id]++; /* what follows is not before the child */
    child->now.clock.of[child->id] = 1;
    child->starting = true;
    child->parent = thread->id;
    if (il->options.strategy == IL_PRIORITIES && !il->replaying)
        child->priority = (int)(random_number() >> 40);
    tell_hidden(thread, site, "starts thread %c", 'A' + child->id);
    il->current = child->id;
    coroutine_switch(thread, child); /* to its first announcement, and back */
    return child->id;
}

void *il_join(int id, il_site site)
{
    struct thread *thread = il_this();
    if (id < 0 || id >= il->thread_count || id == thread->id)
        fail(IL_MISUSE, site, "%s joins, at %s, %s", thread_text(thread->id), where(site),
             id == thread->id ? "itself" : "what is no thread");
    struct thread *other = &il->threads[id];
    if (other->joined || other->detached)
        fail(IL_MISUSE, site, "%s joins %s at %s, which was %s already", thread_text(thread->id),
             thread_text(id), where(site), other->joined ? "joined" : "detached");
    thread->next = (struct pending){
        .op = OP_JOIN, .touches = footprint(NO_OBJECT, NO_OBJECT, false), .site = site, .target = (int8_t)id};
    reschedule(thread);
    if (other->joined || other->detached)
        fail(IL_MISUSE, site, "%s joins %s at %s, which was %s meanwhile", thread_text(thread->id),
             thread_text(id), where(site), other->joined ? "joined" : "detached");
    struct step *step = step_begin(thread);
    other->joined = true;
    view_join(&thread->now, &other->now);
    step_end(thread, step, &other->past);
    tell_step(thread, site, "join %c", 'A' + id);
    return other->result;
}

void il_detach(int id, il_site site)
{
    if (id < 0 || id >= il->thread_count || il->threads[id].joined || il->threads[id].detached)
        fail(IL_MISUSE, site, "pthread_detach at %s of what is no thread, or was joined or detached already",
             where(site));
    il->threads[id].detached = true;
}

/* --- spinning: a loop that only looks, and counts, sleeps until a value that it has read changes ---
 *
 * A loop without end would else have executions without end. A loop may be a bounded one, so the thread also goes on
 * without a change, options.unanswered times: then it is not held again before it does something else, so that what it does
 * when it gives up is seen. After LOOKS_IN_VAIN looks it is taken to look for ever. */

static struct watched *watched_of(struct thread *thread, int object)
{
    for (int i = 0; i < thread->watched_count; i++)
        if (thread->watched[i].object == object)
            return &thread->watched[i];
    if (thread->watched_count == WATCHED_MAX) { /* the oldest is no part of a loop with so few objects */
        memmove(&thread->watched[0], &thread->watched[1], (WATCHED_MAX - 1) * sizeof thread->watched[0]);
        thread->watched_count--;
    }
    struct watched *watched = &thread->watched[thread->watched_count++];
    *watched = (struct watched){.object = (int16_t)object};
    return watched;
}

void thread_watch(struct thread *thread, int object, uint16_t index, unsigned version, il_site site)
{
    struct watched *watched = watched_of(thread, object);
    bool same = watched->reads && watched->version == version && watched->site == site &&
                watched->changes == thread->changes;
    watched->reads = same ? watched->reads + 1 : 1;
    watched->index = index;
    watched->version = version;
    watched->changes = thread->changes;
    watched->site = site;
}

/* Whether it goes on without an answer. */
static bool looks_in_vain(struct thread *thread, il_site site)
{
    if (thread->in_vain == 0 || thread->vain_changes != thread->changes)
        return false;
    thread->endless = --thread->in_vain == 0;
    if (thread->endless)
        il->endless_site = site;
    return !thread->endless;
}

void thread_spin_if_repeating(struct thread *thread, int location, il_site site)
{
    for (int i = 0; i < thread->watched_count; i++)
        if (thread->watched[i].object == location && thread->watched[i].site == site &&
            thread->watched[i].reads >= SPIN_READS && thread->watched[i].changes == thread->changes) {
            thread->changed_something = false; /* since it began to look */
            if (!looks_in_vain(thread, site))
                il_spin(site);
            return;
        }
}

/* Stores become visible at last: the thread sees one more of each location that it has read. RC11 does not ask for that; without it
 * a loop with a yield could read the same old value for ever. So executions are left out, and the verdict says that. */
static void see_changes(struct thread *thread)
{
    for (int i = 0; i < thread->watched_count; i++) {
        const struct watched *watched = &thread->watched[i];
        if (!il_is_location(watched->object) || watched->index >= il->locations[watched->object].count - 1)
            continue;
        view_see(&thread->now, watched->object, (uint16_t)(watched->index + 1));
        il->counted = true; /* the verdict says so */
    }
}

/* The others go first. Where the thread has looked since it gave way last, that says what it waits for, and this is no step: a
 * loop that waits comes round (wait.c), or counts, and then it sleeps after SPIN_READS times. */
void il_yield(il_site site)
{
    struct thread *thread = il_this();
    bool looked = thread->yielded != thread->steps;
    thread->gives_way = true;
    thread->yields = thread->yield_changes == thread->changes ? thread->yields + 1 : 0;
    thread->yield_changes = thread->changes;
    if (!looked || (thread->yields >= SPIN_READS && !looks_in_vain(thread, site)))
        il_spin(site);
    thread->yielded = thread->steps;
}

void il_spin(il_site site)
{
    if (!il_active())
        return;
    struct thread *thread = il_this();
    thread->looks = false;
    bool only_looks = thread->watched_count > 0 && !thread->changed_something;
    uint64_t awaits = 0;
    for (int i = 0; only_looks && i < thread->watched_count; i++)
        awaits |= UINT64_C(1) << (thread->watched[i].object % 64);
    thread->next = (struct pending){
        .op = OP_SPIN,
        .touches = {.object = NO_OBJECT, .object2 = NO_OBJECT, .spins = awaits != 0, .awaits = awaits},
        .site = site};
    announce(thread);
    bool answered = spin_is_answered(thread);
    struct step *step = step_begin(thread);
    thread->in_vain = 0;
    thread->endless = false;
    il->counted |= awaits != 0;
    if (answered) {
        see_changes(thread);
    } else {
        thread->unanswered++;
        thread->in_vain = LOOKS_IN_VAIN;
        thread->vain_changes = thread->changes;
    }
    thread->yields = 0;
    thread->watched_count = 0;
    thread->changed_something = false;
    step_end(thread, step, NULL);
    tell_step(thread, site,
              answered ? "spins, until something that it has read has changed"
                       : "spins, and goes on although nothing has changed");
}
