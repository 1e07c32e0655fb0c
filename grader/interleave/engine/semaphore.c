/**
 * @file semaphore.c
 * @brief Semaphores: a count that is posted with release and taken with acquire, each in one step.
 *
 * Only read-modify-writes change the count. So none but the newest store is free for one more, and there is nothing to choose. Nobody
 * asks what a post has found: two of them may come in any order.
 */
#include "engine.h"

#include <errno.h>

enum { COUNT_BYTES = sizeof(uint32_t) };

/* What there is just before the step: for reduce.c. */
static void note_permits(struct step *step, int index)
{
    step->moves = true;
    step->held[0] = location_newest(&il->locations[index])->value;
}

/* The thread adds this to the count, in a step of its own. */
static void change_count(struct thread *thread, struct step *step, int index, uint64_t by, enum il_order order)
{
    sc_begin(thread, index);
    const struct store *read = location_newest(&il->locations[index]);
    uint64_t value = (uint32_t)(read->value + by);
    read_from(thread, step, read, order);
    make_store(thread, step, index, read->index + 1, value, order, read);
}

int il_post(void *word, il_site site)
{
    struct thread *thread = il_this();
    heap_check(word, COUNT_BYTES, "sem_post", site);
    int index = location_of(word, COUNT_BYTES, site);
    thread->next = (struct pending){
        .op = OP_RMW,
        .order = IL_RELEASE,
        .touches = {.object = (int16_t)index, .object2 = NO_OBJECT, .writes = true, .adds = true},
        .site = site};
    announce(thread);
    heap_check(word, COUNT_BYTES, "sem_post", site);
    race_check(thread, word, COUNT_BYTES, true, true, site);
    struct step *step = step_begin(thread);
    bool is_full = location_newest(&il->locations[index])->value >= INT32_MAX;
    note_permits(step, index);
    change_count(thread, step, index, !is_full, IL_RELEASE);
    step_end(thread, step, NULL);
    tell_step(thread, site, "post %s: %s", location_text(index),
              value_text(index, location_newest(&il->locations[index])->value));
    return is_full ? EOVERFLOW : 0;
}

int il_take(void *word, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    heap_check(word, COUNT_BYTES, "sem_wait", site);
    int index = location_of(word, COUNT_BYTES, site);
    timeout_set(thread, deadline);
    thread->next = (struct pending){.op = OP_TAKE,
                                    .order = IL_ACQUIRE,
                                    .touches = {.object = (int16_t)index,
                                                .object2 = NO_OBJECT,
                                                .writes = true,
                                                .clock = deadline == NO_DEADLINE ? CLOCK_NOT : CLOCK_MOVED},
                                    .site = site};
    announce(thread);
    heap_check(word, COUNT_BYTES, "sem_wait", site);
    race_check(thread, word, COUNT_BYTES, true, true, site);
    bool is_there = location_newest(&il->locations[index])->value > 0, early = false;
    struct step *step = step_begin(thread);
    note_permits(step, index);
    if (is_there) {
        step->touches.clock = CLOCK_NOT;
        change_count(thread, step, index, -UINT64_C(1), IL_ACQUIRE);
    } else {
        early = timeout_take(thread, step);
        step->op = OP_TIMEOUT;
        step->touches.writes = false;
    }
    thread->deadline = NO_DEADLINE;
    step_end(thread, step, NULL);
    tell_step(thread, site, is_there ? "take %s: %s are left" : "take %s: %s, and the deadline has come%s",
              location_text(index), value_text(index, location_newest(&il->locations[index])->value),
              early ? EARLY : "");
    return is_there ? 0 : ETIMEDOUT;
}
