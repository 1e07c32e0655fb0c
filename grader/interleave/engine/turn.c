/**
 * @file turn.c
 * @brief Addresses of blocks, and numbers of threads and descriptors: whose are lower says whose were given out first.
 *
 * Few programs ask. For those that do, to give one out is a step, outside of the memory model as a mark is: so each order of two threads'
 * is explored. A model may say that it asks. Else it is looked for: an execution in which two threads allocate, or start threads,
 * and nothing orders the two, is made once more with addresses and numbers that fall. Where that changes what a thread does,
 * the search begins anew, with these steps.
 */
#include "engine.h"

static void make_turn(struct thread *thread, enum turn turn, il_site site)
{
    static const char *const words[] = {"a block", "a thread", "a descriptor"};
    int index;
    struct step *step =
        mark_begin((const int *)HEAP_BASE + turn, OP_ALLOCATE, &index, site); /* no block lies there */
    step_end(thread, step, NULL);
    tell_step(thread, site, "is next to make %s: it comes behind all earlier ones", words[turn]);
}

void take_turn(enum turn turn, il_site site)
{
    struct thread *thread = il_this();
    if (il->thread_count == 1)
        return;
    if (il->options.addresses)
        make_turn(thread, turn, site);
    for (int i = 0; i < il->thread_count; i++)
        il->turns_meet |= i != thread->id && il->threads[i].took_turn > thread->now.clock.of[i];
    thread->took_turn = thread->now.clock.of[thread->id];
}

bool order_is_asked(void)
{
    uint64_t trace = il->trace, random = il->random;
    long steps = il->steps_total;
    if (!il->turns_meet || il->options.addresses)
        return false;
    memcpy(il->replay, il->taken, (size_t)il->taken_count);
    il->replay_count = il->taken_count;
    il->replaying = il->falling = true;
    execute();
    il->replaying = il->falling = false;
    il->random = random;
    il->steps_total = steps;
    bool asked = il->failure || il->pruned || il->trace != trace;
    il->failure = IL_NO_FAILURE;
    if (asked) {
        il->options.addresses = true;
        il->asks_order = il->body;
    }
    return asked;
}
