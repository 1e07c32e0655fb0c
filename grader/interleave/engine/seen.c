/**
 * @file seen.c
 * @brief States that a search has come to before: what follows them is explored once.
 *
 * A state is what the steps so far lead to, whatever their order was as far as it does not matter: the set of steps, each with all
 * that it depends on (step->past), and the values that were chosen. That is one number, a sum with an item for each step and each
 * choice. Two schedules with the same number go on alike, by the same reason for which source-DPOR leaves one of them out.
 *
 * This leaves nothing out under a bound of preemptions either, where a reduction would: what may follow depends on the state, on the
 * thread that runs, on those that sleep (search.c), and on the preemptions that are left. A depth-first search has explored all that follows a state
 * when it comes to it once more; so if it came there with at least as many preemptions left, nothing new follows.
 *
 * Two states have the same number by accident once in 2^64.
 *
 * Source: Musuvathi and Qadeer, Iterative context bounding (PLDI 2007), where the states are happens-before graphs.
 */
#include "engine.h"

#include <stdlib.h>

struct seen {
    uint64_t state; /* 0: none */
    uint8_t preemptions;
};

enum { SEEN_FIRST = 1 << 12, SEEN_MAX = 1 << 22 };

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

void state_add_step(const struct step *step)
{
    uint64_t hash = mix(mix(1, (uint64_t)step->thread), step->clock);
    for (int i = 0; i < THREADS_MAX; i += 4) {
        uint64_t past;
        memcpy(&past, &step->past.of[i], sizeof past);
        hash = mix(hash, past);
    }
    il->state += mix(hash, step->op);
}

/* Of the thread that runs: in its next step, or before it. */
void state_add_value(int value)
{
    const struct thread *thread = il_this();
    uint64_t hash = mix(mix(2, (uint64_t)thread->id), thread->steps);
    il->state += mix(mix(hash, (uint64_t)++il->values_chosen), (uint64_t)value + 1);
}

static struct seen *place_of(struct seen *seen, size_t capacity, uint64_t state)
{
    size_t at = state >> 20 & (capacity - 1);
    while (seen[at].state && seen[at].state != state)
        at = (at + 1) & (capacity - 1);
    return &seen[at];
}

static void grow(void)
{
    size_t capacity = il->seen_capacity ? il->seen_capacity * 2 : SEEN_FIRST;
    struct seen *larger = calloc(capacity, sizeof *larger);
    if (!larger)
        engine_failed("no memory");
    for (size_t i = 0; i < il->seen_capacity; i++)
        if (il->seen[i].state)
            *place_of(larger, capacity, il->seen[i].state) = il->seen[i];
    free(il->seen);
    il->seen = larger;
    il->seen_capacity = capacity;
}

void states_forget(void)
{
    if (il->seen_count)
        memset(il->seen, 0, il->seen_capacity * sizeof *il->seen);
    il->seen_count = 0;
}

bool state_is_seen(unsigned sleeping)
{
    uint64_t state = mix(mix(il->state, (uint64_t)il->current << 8 | sleeping), (uint64_t)il->now);
    if (il->options.stale_reads != IL_UNBOUNDED)
        state = mix(state, (uint64_t)il->stale_reads);
    state += state == 0;
    if (2 * il->seen_count >= il->seen_capacity && il->seen_capacity < SEEN_MAX)
        grow();
    struct seen *seen = place_of(il->seen, il->seen_capacity, state);
    if (seen->state && seen->preemptions <= il->preemptions)
        return true;
    if (!seen->state && 8 * (il->seen_count + 1) > 7 * il->seen_capacity)
        return false; /* no room: what follows may be explored twice */
    il->seen_count += !seen->state;
    *seen = (struct seen){state, (uint8_t)(il->preemptions < UINT8_MAX ? il->preemptions : UINT8_MAX)};
    return false;
}
