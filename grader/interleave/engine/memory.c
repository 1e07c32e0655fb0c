/**
 * @file memory.c
 * @brief Atomic objects under RC11: what each order makes known.
 *
 * ## The model
 *
 * Each location has a modification order of its stores. Each thread has a view: for each location the newest store that it
 * knows of. A load may read any store that is not older than that, and a store may stand anywhere behind it: choice.c.
 *
 *     release store     carries the view of its thread
 *     acquire load      joins the view that the store it read carries
 *     relaxed load      sets that view aside, for a later acquire fence
 *     relaxed store     carries the view of the last release fence
 *     read-modify-write stands next to the store that it read, and also carries on what that one carried (release sequence)
 *     seq_cst           all that is seq_cst stands in one order without a cycle: sc.c. A fence makes no happens-before by that
 *
 * ## What is left out
 *
 * A load cannot read a store that runs later (load buffering): RC11 forbids the cycles that come of it. Consume is acquire.
 *
 * Source: Lahav and others, Repairing Sequential Consistency in C/C++11 (PLDI 2017); Kang and others, A Promising
 * Semantics (POPL 2017).
 */
#include "engine.h"

/* --- values --- */

static uint64_t cut(uint64_t value, unsigned size)
{
    return size >= 8 ? value : value & ((UINT64_C(1) << (8 * size)) - 1);
}

static uint64_t combine(enum il_rmw kind, uint64_t old, uint64_t operand)
{
    switch (kind) {
    case IL_EXCHANGE:
        return operand;
    case IL_ADD:
        return old + operand;
    case IL_SUB:
        return old - operand;
    case IL_AND:
        return old & operand;
    case IL_OR:
        return old | operand;
    case IL_XOR:
        return old ^ operand;
    case IL_NAND:
        return ~(old & operand);
    }
    return operand;
}

/* --- what stores carry, and what reads take from them --- */

static void take_from(struct thread *thread, const struct store *store, enum il_order order)
{
    if (!store->has_released)
        return;
    if (il_acquires(order)) {
        view_join(&thread->now, &store->released);
        return;
    }
    if (!thread->has_acquired)
        view_clear(&thread->acquired);
    thread->has_acquired = true;
    view_join(&thread->acquired, &store->released);
}

void read_from(struct thread *thread, struct step *step, const struct store *store, enum il_order order)
{
    const struct location *location = &il->locations[store->location];
    step->read = (int)(store - il->stores);
    if (step->read == location->unwritten)
        unwritten_found((void *)location->address, location->size, step->site);
    view_see(&thread->now, store->location, store->index);
    take_from(thread, store, order);
}

static void carry(struct store *store, const struct view *view)
{
    if (!store->has_released)
        view_clear(&store->released);
    store->has_released = true;
    view_join(&store->released, view);
}

/* C11: a store continues the release sequence of an earlier one of its thread. C++20 dropped that. */
static void continue_own_sequence(const struct thread *thread, struct store *store)
{
    const struct location *location = &il->locations[store->location];
    for (int i = store->index - 1; i >= 0; i--) {
        const struct store *earlier = location_store(location, i);
        if (earlier->thread != thread->id)
            continue;
        if (earlier->has_head)
            carry(store, &earlier->head);
        break;
    }
    if (store->has_released)
        view_copy(&store->head, &store->released);
    store->has_head = store->has_released;
}

struct store *make_store(struct thread *thread, struct step *step, int index, int place, uint64_t value,
                         enum il_order order, const struct store *read)
{
    uint64_t before = location_newest(&il->locations[index])->value;
    struct store *store = location_put(index, place, value, thread->id, step->site);
    store->order = order;
    store->is_rmw = read != NULL;
    store->clock = thread->steps;
    store->time = thread->now.clock.of[thread->id];
    store->step = (int)(step - il->steps);
    step->store = (int)(store - il->stores);
    if (store == location_newest(&il->locations[index]))
        raw_write((void *)il->locations[index].address, il->locations[index].size, value);
    written_set((void *)il->locations[index].address, il->locations[index].size, true);

    view_see(&thread->now, index, store->index);
    sc_made(thread, step);
    if (il_releases(order)) {
        view_copy(&store->released, &thread->now);
        store->has_released = true;
    } else if (thread->has_released) {
        view_copy(&store->released, &thread->released);
        view_see(&store->released, index, store->index);
        store->has_released = true;
    }
    if (il->options.c11_release_sequences)
        continue_own_sequence(thread, store);
    if (read && read->has_released)
        carry(store, &read->released);
    if (value != before) {
        thread->changed_something = true;
        thread->changes++;
        il->idle = 0;
    }
    return store;
}

/* "   from B at x.c:41" */
static const char *from_text(const struct thread *thread, const struct store *store, char *text, size_t size)
{
    text[0] = '\0';
    if (store->thread != NOBODY && store->thread != thread->id)
        snprintf(text, size, "   from %s at %s", thread_text(store->thread), where(store->site));
    return text;
}

/* --- the operations --- */

static void announce_atomic(struct thread *thread, enum operation op, enum il_order order, int location,
                            bool writes, il_site site)
{
    thread->next = (struct pending){.op = (uint8_t)op,
                                    .order = (uint8_t)order,
                                    .touches = footprint(location, NO_OBJECT, writes),
                                    .site = site};
    announce(thread);
    const struct location *place = &il->locations[location];
    heap_check((void *)place->address, place->size, "an atomic operation", site);
    race_check(thread, (void *)place->address, place->size, writes, true, site);
    location_refresh(location, site);
}

uint64_t il_load(const volatile void *object, unsigned size, enum il_order order, il_site site)
{
    if (!il_active())
        return raw_read(object, size);
    note_place(site, OP_LOAD, order, order);
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic load", site);
    int index = location_of(object, size, site);
    look_begins(thread, index, 0, site);
    thread_spin_if_repeating(thread, index, site);
    announce_atomic(thread, OP_LOAD, order, index, false, site);

    struct step *step = step_begin(thread);
    const struct location *location = &il->locations[index];
    sc_begin(thread, index);
    int chosen = choose_read(thread, index, order, false);
    const struct store *store = location_store(location, chosen);
    bool stale = chosen != location->count - 1;
    read_from(thread, step, store, order);
    sc_made(thread, step);
    step_end(thread, step, NULL);
    thread_watch(thread, index, (uint16_t)chosen,
                 location->version - (stale && store->value != location_newest(location)->value), site);
    look_made(thread, location->version, false, stale);
    if (il->tracing) {
        char from[300];
        tell_step(thread, site, "load %s (%s): %s%s", location_text(index), order_names[order],
                  value_text(index, store->value), from_text(thread, store, from, sizeof from));
        if (stale)
            tell_stale(thread, index, store);
    }
    return store->value;
}

void il_store(volatile void *object, unsigned size, uint64_t value, enum il_order order, il_site site)
{
    if (!il_active()) {
        raw_write(object, size, value);
        return;
    }
    note_place(site, OP_STORE, order, order);
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic store", site);
    int index = location_of(object, size, site);
    announce_atomic(thread, OP_STORE, order, index, true, site);

    struct step *step = step_begin(thread);
    value = cut(value, size);
    sc_begin(thread, index);
    int place = choose_place(thread, index, order);
    const struct store *store = make_store(thread, step, index, place, value, order, NULL);
    step_end(thread, step, NULL);
    tell_step(thread, site, "store %s (%s) = %s", location_text(index), order_names[order],
              value_text(index, value));
    tell_overtaking(thread, store);
}

static const char *const rmw_names[] = {"exchange", "fetch_add", "fetch_sub", "fetch_and",
                                        "fetch_or", "fetch_xor", "fetch_nand"};

uint64_t il_rmw(volatile void *object, unsigned size, enum il_rmw kind, uint64_t operand, enum il_order order,
                il_site site)
{
    if (!il_active()) {
        uint64_t old = raw_read(object, size);
        raw_write(object, size, cut(combine(kind, old, operand), size));
        return old;
    }
    note_place(site, OP_RMW, order, order);
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic operation", site);
    int index = location_of(object, size, site);
    look_begins(thread, index, operand, site);
    thread_spin_if_repeating(thread, index, site);
    announce_atomic(thread, OP_RMW, order, index, true, site);

    struct step *step = step_begin(thread);
    sc_begin(thread, index);
    int chosen = choose_read(thread, index, order, true);
    const struct store *read = location_store(&il->locations[index], chosen);
    uint64_t old = read->value, value = cut(combine(kind, old, operand), size);
    read_from(thread, step, read, order);
    const struct store *store = make_store(thread, step, index, chosen + 1, value, order, read);
    step_end(thread, step, NULL);
    thread_watch(thread, index, store->index, il->locations[index].version, site);
    if (value == old)
        look_made(thread, il->locations[index].version, false, store->index < il->locations[index].count - 1);
    else
        look_ends(thread);
    if (il->tracing) {
        char from[300];
        tell_step(thread, site, "%s %s (%s): %s -> %s%s", rmw_names[kind], location_text(index),
                  order_names[order], value_text(index, old), value_text(index, value),
                  from_text(thread, read, from, sizeof from));
        tell_overtaking(thread, store);
    }
    return old;
}

uint64_t il_compare_exchange(volatile void *object, unsigned size, uint64_t expected, uint64_t desired,
                             enum il_order order, enum il_order failure_order, bool weak, bool *succeeded,
                             il_site site)
{
    expected = cut(expected, size);
    desired = cut(desired, size);
    if (!il_active()) {
        uint64_t old = raw_read(object, size);
        *succeeded = old == expected;
        if (*succeeded)
            raw_write(object, size, desired);
        return old;
    }
    note_place(site, OP_COMPARE_EXCHANGE, order, failure_order);
    order = order_at(site, order);
    failure_order = failure_order_at(site, failure_order);
    struct thread *thread = il_this();
    heap_check(object, size, "a compare-exchange", site);
    int index = location_of(object, size, site);
    look_begins(thread, index, expected * 31 + desired, site);
    thread_spin_if_repeating(thread, index, site);
    thread->next = (struct pending){.op = OP_COMPARE_EXCHANGE,
                                    .order = (uint8_t)order,
                                    .touches = footprint(index, NO_OBJECT, true),
                                    .site = site};
    announce(thread);
    heap_check(object, size, "a compare-exchange", site);
    location_refresh(index, site);

    struct step *step = step_begin(thread);
    sc_begin(thread, index);
    int chosen = choose_exchange(thread, index, expected, weak, order, failure_order, succeeded);
    const struct location *location = &il->locations[index];
    const struct store *read = location_store(location, chosen), *store = read;
    bool stale = chosen != location->count - 1;
    uint64_t old = read->value;
    race_check(thread, object, size, *succeeded, true, site);
    if (*succeeded) {
        read_from(thread, step, read, order);
        store = make_store(thread, step, index, chosen + 1, desired, order, read);
    } else {
        step->order = (uint8_t)failure_order;
        step->failed = true;
        step->touches.writes = false;
        read_from(thread, step, read, failure_order);
        sc_made(thread, step);
    }
    step_end(thread, step, NULL);
    thread_watch(thread, index, store->index,
                 location->version - (stale && store->value != location_newest(location)->value), site);
    if (*succeeded)
        look_ends(thread);
    else
        look_made(thread, location->version, false, stale || old == expected);
    if (il->tracing) {
        char from[300];
        from_text(thread, read, from, sizeof from);
        if (*succeeded)
            tell_step(thread, site, "compare-exchange %s (%s): %s -> %s%s", location_text(index),
                      order_names[order], value_text(index, old), value_text(index, desired), from);
        else
            tell_step(thread, site, "compare-exchange %s (%s%s): %s %s, not %s%s", location_text(index),
                      order == failure_order ? "" : "on failure ", order_names[failure_order],
                      old == expected ? "fails SPURIOUSLY, with" : "fails, found", value_text(index, old),
                      value_text(index, expected), from);
        if (*succeeded)
            tell_overtaking(thread, store);
        else if (stale)
            tell_stale(thread, index, store);
    }
    return old;
}

void il_fence(enum il_order order, il_site site)
{
    enum { CLOCK_MAX = 60000 };
    if (!il_active())
        return;
    note_place(site, OP_FENCE, order, order);
    const struct replaced_order *replaced = il->replaced[0].sites && site ? replaced_at(site) : NULL;
    if (replaced) {
        if (replaced->drop_fence)
            return;
        order = replaced->order;
    }
    struct thread *thread = il_this();
    struct step *step = NULL;
    if (il_releases(order))
        look_ends(thread);
    if (order == IL_SEQ_CST) {
        thread->next = (struct pending){.op = OP_FENCE,
                                        .order = IL_SEQ_CST,
                                        .touches = footprint(NO_OBJECT, NO_OBJECT, false),
                                        .site = site};
        announce(thread);
        step = step_begin(thread);
    }
    if (il_acquires(order) && thread->has_acquired)
        view_join(&thread->now, &thread->acquired);
    if (order == IL_SEQ_CST)
        sc_fence(thread);
    else
        sc_pass(thread);
    if (il_releases(order)) {
        view_copy(&thread->released, &thread->now);
        thread->has_released = true;
        if (!step && ++thread->now.clock.of[thread->id] > CLOCK_MAX) /* what follows is not published by it */
            fail(IL_STEPS, site, "more than %d fences in one execution", CLOCK_MAX);
    }
    if (step) {
        step_end(thread, step, NULL);
        tell_step(thread, site, "fence (seq_cst)");
    } else {
        tell_hidden(thread, site, "fence (%s)", order_names[order]);
    }
}
