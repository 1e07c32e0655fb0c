/**
 * @file memory.c
 * @brief Atomic objects under RC11: which stores a load may read, and what each order makes known.
 *
 * ## The model
 *
 * Each location has a modification order: its stores, in the order in which they ran. Each thread has a view: for each
 * location the newest store that it knows of. A load may read any store that is not older than that.
 *
 *     release store     carries the view of its thread
 *     acquire load      joins the view that the store it read carries
 *     relaxed load      sets that view aside, for a later acquire fence
 *     relaxed store     carries the view of the last release fence
 *     read-modify-write reads the newest store, and also carries on what that one carried (release sequence)
 *     seq_cst fence     exchanges what is known of locations with all earlier ones; makes no happens-before
 *     seq_cst store     tells these fences, and seq_cst loads, of itself
 *     seq_cst load      reads nothing older than what such a store or fence has told
 *
 * ## What is left out
 *
 * A load cannot read a store that runs later (load buffering): RC11 forbids the cycles that come of it. A store
 * cannot be placed before one that has run: a few outcomes of unordered stores to one location are not reached.
 * A failed compare-exchange reads the newest store. Consume is acquire.
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

/* A new store of the thread. `read`: what a read-modify-write read; else NULL. */
static struct store *make_store(struct thread *thread, struct step *step, int index, uint64_t value,
                                enum il_order order, const struct store *read)
{
    uint64_t before = location_newest(&il->locations[index])->value;
    if (!read && il->places)
        note_unordered(thread, &il->locations[index], step->site);
    struct store *store = location_append(index, value, thread->id, step->site);
    store->order = order;
    store->is_rmw = read != NULL;
    store->clock = thread->steps;
    store->time = thread->now.clock.of[thread->id];
    store->step = (int)(step - il->steps);
    step->store = (int)(store - il->stores);
    raw_write((void *)il->locations[index].address, il->locations[index].size, value);

    view_see(&thread->now, index, store->index);
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
    if (order == IL_SEQ_CST)
        view_see(&il->sc, index, store->index);
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
                            bool writes, bool sc, il_site site)
{
    announce(thread,
             (struct pending){.op = (uint8_t)op,
                              .order = (uint8_t)order,
                              .touches = footprint(location, NO_OBJECT, writes, sc ? SC_ACCESS : SC_NOT),
                              .site = site});
    const struct location *place = &il->locations[location];
    heap_check((void *)place->address, place->size, "an atomic operation", site);
    race_check(thread, (void *)place->address, place->size, writes, true, site);
    location_refresh(location, site);
}

/* The oldest store that a load may read. */
static int oldest_readable(const struct thread *thread, int index, enum il_order order)
{
    int oldest = view_newest(&thread->now, index);
    if (order == IL_SEQ_CST && view_newest(&il->sc, index) > oldest)
        oldest = view_newest(&il->sc, index);
    return il->locations[index].oldest > oldest ? il->locations[index].oldest : oldest;
}

/* The newest store that is worth reading although it is not the newest of all. A stale read is a choice of its own only if
 * the newer store is among what this step depends on: otherwise another schedule, in which the read comes first, shows
 * the same. Below `oldest`: there is none. */
static int newest_stale(const struct thread *thread, const struct location *location, int oldest)
{
    int stale = location->count - 2;
    for (; stale >= oldest; stale--) {
        const struct store *newer = location_store(location, stale + 1);
        if (newer->thread == NOBODY || thread->past.of[newer->thread] >= newer->clock)
            break;
    }
    return stale;
}

/* Which store this load reads. */
static int choose_store(const struct thread *thread, int index, enum il_order order)
{
    const struct location *location = &il->locations[index];
    int newest = location->count - 1, oldest = oldest_readable(thread, index, order);
    if (il->options.stale_reads != IL_UNBOUNDED && il->stale_reads >= il->options.stale_reads)
        return newest;
    int stale = newest_stale(thread, location, oldest);
    int choice = choose_value(1 + (stale >= oldest ? stale - oldest + 1 : 0));
    return choice ? stale - (choice - 1) : newest;
}

uint64_t il_load(const volatile void *object, unsigned size, enum il_order order, il_site site)
{
    if (!il_active())
        return raw_read(object, size);
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic load", site);
    int index = location_of(object, size, site);
    look_begins(thread, index, 0, site);
    thread_spin_if_repeating(thread, index, site);
    announce_atomic(thread, OP_LOAD, order, index, false, order == IL_SEQ_CST, site);
    note_place(site, OP_LOAD, order, order);

    struct step *step = step_begin(thread);
    const struct location *location = &il->locations[index];
    int chosen = choose_store(thread, index, order);
    const struct store *store = location_store(location, chosen);
    bool stale = chosen != location->count - 1;
    il->stale_reads += stale;
    step->stale = stale;
    step->read_index = (uint16_t)chosen;
    view_see(&thread->now, index, (uint16_t)chosen);
    take_from(thread, store, order);
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
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic store", site);
    int index = location_of(object, size, site);
    announce_atomic(thread, OP_STORE, order, index, true, order == IL_SEQ_CST, site);
    note_place(site, OP_STORE, order, order);

    struct step *step = step_begin(thread);
    value = cut(value, size);
    make_store(thread, step, index, value, order, NULL);
    step_end(thread, step, NULL);
    tell_step(thread, site, "store %s (%s) = %s", location_text(index), order_names[order],
              value_text(index, value));
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
    order = order_at(site, order);
    struct thread *thread = il_this();
    heap_check(object, size, "an atomic operation", site);
    int index = location_of(object, size, site);
    look_begins(thread, index, operand, site);
    thread_spin_if_repeating(thread, index, site);
    announce_atomic(thread, OP_RMW, order, index, true, order == IL_SEQ_CST, site);
    note_place(site, OP_RMW, order, order);

    struct step *step = step_begin(thread);
    const struct store *read = location_newest(&il->locations[index]);
    uint64_t old = read->value, value = cut(combine(kind, old, operand), size);
    step->read_index = read->index;
    take_from(thread, read, order);
    const struct store *store = make_store(thread, step, index, value, order, read);
    step_end(thread, step, NULL);
    thread_watch(thread, index, store->index, il->locations[index].version, site);
    if (value == old)
        look_made(thread, il->locations[index].version, false, false);
    else
        look_ends(thread);
    if (il->tracing) {
        char from[300];
        tell_step(thread, site, "%s %s (%s): %s -> %s%s", rmw_names[kind], location_text(index),
                  order_names[order], value_text(index, old), value_text(index, value),
                  from_text(thread, read, from, sizeof from));
    }
    return old;
}

/* A compare-exchange may fail although the newest value is the expected one: a weak one for no reason, any because it reads
 * an older store, as a load does. Both count as oddities of the thread. False: what it does is decided by *read. */
static bool choose_odd_failure(struct thread *thread, int index, uint64_t expected, bool weak,
                               enum il_order order, const struct store **read)
{
    enum { CANDIDATES_MAX = 20 };
    const struct location *location = &il->locations[index];
    int oldest = oldest_readable(thread, index, order), count = 0, candidates[CANDIDATES_MAX];
    if (thread->spurious >= il->options.spurious)
        return false;
    bool for_no_reason = weak && (*read)->value == expected;
    if (il->options.stale_reads == IL_UNBOUNDED || il->stale_reads < il->options.stale_reads)
        for (int i = newest_stale(thread, location, oldest); i >= oldest && count < CANDIDATES_MAX; i--)
            if (location_store(location, i)->value != expected)
                candidates[count++] = i;
    int choice = choose_value(1 + for_no_reason + count);
    if (choice == 0)
        return false;
    thread->spurious++;
    if (for_no_reason && choice == 1)
        return true;
    il->stale_reads++;
    *read = location_store(location, candidates[choice - 1 - for_no_reason]);
    return true;
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
    announce(thread,
             (struct pending){.op = OP_COMPARE_EXCHANGE,
                              .order = (uint8_t)order,
                              .touches = footprint(
                                  index, NO_OBJECT, true,
                                  order == IL_SEQ_CST || failure_order == IL_SEQ_CST ? SC_ACCESS : SC_NOT),
                              .site = site});
    heap_check(object, size, "a compare-exchange", site);
    location_refresh(index, site);

    struct step *step = step_begin(thread);
    const struct store *read = location_newest(&il->locations[index]);
    bool odd = choose_odd_failure(thread, index, expected, weak, failure_order, &read);
    uint64_t old = read->value;
    *succeeded = old == expected && !odd;
    race_check(thread, object, size, *succeeded, true, site);
    step->read_index = read->index;
    uint16_t seen = read->index;
    if (*succeeded) {
        take_from(thread, read, order);
        seen = make_store(thread, step, index, desired, order, read)->index;
    } else {
        step->order = (uint8_t)failure_order;
        step->failed = true;
        step->touches.writes = false;
        if (failure_order != IL_SEQ_CST)
            step->touches.sc = SC_NOT;
        view_see(&thread->now, index, read->index);
        take_from(thread, read, failure_order);
    }
    step_end(thread, step, NULL);
    thread_watch(thread, index, seen, il->locations[index].version, site);
    if (*succeeded)
        look_ends(thread);
    else
        look_made(thread, il->locations[index].version, false, odd);
    if (il->tracing) {
        char from[300];
        from_text(thread, read, from, sizeof from);
        if (*succeeded)
            tell_step(thread, site, "compare-exchange %s (%s): %s -> %s%s", location_text(index),
                      order_names[order], value_text(index, old), value_text(index, desired), from);
        else
            tell_step(thread, site, "compare-exchange %s (%s%s): %s %s, not %s%s", location_text(index),
                      order == failure_order ? "" : "on failure ", order_names[failure_order],
                      odd && old == expected ? "fails SPURIOUSLY, with" : "fails, found",
                      value_text(index, old), value_text(index, expected), from);
    }
    return old;
}

void il_fence(enum il_order order, il_site site)
{
    enum { CLOCK_MAX = 60000 };
    if (!il_active())
        return;
    note_place(site, OP_FENCE, order, order);
    if (il->replaced.sites && site && order_is_replaced(site)) {
        if (il->replaced.drop_fence)
            return;
        order = il->replaced.order;
    }
    struct thread *thread = il_this();
    struct step *step = NULL;
    if (il_releases(order))
        look_ends(thread);
    if (order == IL_SEQ_CST) {
        announce(thread, (struct pending){.op = OP_FENCE,
                                          .order = IL_SEQ_CST,
                                          .touches = footprint(NO_OBJECT, NO_OBJECT, false, SC_FENCE),
                                          .site = site});
        step = step_begin(thread);
    }
    if (il_acquires(order) && thread->has_acquired)
        view_join(&thread->now, &thread->acquired);
    if (order == IL_SEQ_CST) {
        view_join_locations(&il->sc, &thread->now);
        view_join_locations(&thread->now, &il->sc);
    }
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
