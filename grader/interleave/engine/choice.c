/**
 * @file choice.c
 * @brief Which stores an operation may read, and where in their modification order its own may stand.
 *
 * RC11 allows: to read any store that is not older than the newest that the thread knows of, and to stand anywhere behind that
 * one; but nothing stands between a read-modify-write and what it read, and no cycle of seq_cst events comes of it.
 *
 * ## What is worth a choice
 *
 * An operation that reads an old store, or stands before one that ran earlier, passes over newer stores: it is as if it had come
 * before them. If nothing but the object itself orders the two, there is a schedule in which it does, and the search comes to
 * that one on its own. So an operation passes over a store only for a reason: the store is in its thread's past, or in the past
 * of the store that it reads.
 *
 * Each execution of RC11 is still reached:
 *
 * 1. Take a schedule of one. Let A be its first operation that passes over a store without a reason, and S the earliest such store.
 * 2. Move A, with all that it depends on, to just before S. All before A is as it was, and A passes over nothing without a reason.
 * 3. An operation B that A has overtaken may have to pass over A's store now. Then B passes over S as well, and has a reason,
 *    since it came before A. S depends on A now. So where S is in a past, A is too: B has the reason for A's store as well.
 * 4. So the part of the schedule in which each operation has its reasons has grown.
 */
#include "engine.h"

enum { CHOICES_MAX = 26 }; /* letters of a token */

struct choices {
    int count;
    uint16_t of[CHOICES_MAX]; /* [0]: the ordinary one */
    bool odd[CHOICES_MAX];    /* a failure for no reason */
};

static void offer(struct choices *choices, int index, bool odd)
{
    if (choices->count == CHOICES_MAX)
        fail(IL_STEPS, il_this()->next.site,
             "an operation could read, or follow, one of more than %d stores: make the model smaller",
             CHOICES_MAX);
    choices->of[choices->count] = (uint16_t)index;
    choices->odd[choices->count++] = odd;
}

static int chosen(const struct choices *choices)
{
    int choice = choose_value(choices->count);
    il->stale_reads += choice > 0 && !choices->odd[choice];
    return choice;
}

/* Whether what is not the newest may be chosen at all. */
static bool may_be_stale(void)
{
    return il->options.stale_reads == IL_UNBOUNDED || il->stale_reads < il->options.stale_reads;
}

static bool is_in(const struct clock *past, const struct store *store)
{
    return store->thread == NOBODY || past->of[store->thread] >= store->clock;
}

/* The oldest store that a thread may read. */
static int oldest_readable(const struct thread *thread, int index)
{
    int newest_known = view_newest(&thread->now, index), oldest = il->locations[index].oldest;
    return oldest > newest_known ? oldest : newest_known;
}

/* Whether an operation that reads this store depends on each newer one, by its thread's past or that of this store. */
static bool depends_on_newer(const struct thread *thread, const struct location *location, int index)
{
    const struct store *read = location_store(location, index);
    for (int i = location->count - 1; i > index && !il->options.any_stale; i--) {
        const struct store *newer = location_store(location, i);
        if (!is_in(&thread->past, newer) && (read->step < 0 || !is_in(&il->steps[read->step].past, newer)))
            return false;
    }
    return true;
}

/* The stores that are not the newest, newest first, and that may be read: the next one after `index`; below `oldest`: none. */
static int next_stale(const struct thread *thread, const struct location *location, int index, int oldest)
{
    /* where all stand as they ran, none depends on a newer one */
    if (!il->options.any_stale && !location->reordered && !is_in(&thread->past, location_newest(location)))
        return -1;
    do
        index--;
    while (index >= oldest && !depends_on_newer(thread, location, index));
    return index;
}

/* Whether a read-modify-write may read this store: none has yet. */
static bool is_free(const struct location *location, int index)
{
    return index == location->count - 1 || !location_store(location, index + 1)->is_rmw;
}

int choose_read(const struct thread *thread, int index, enum il_order order, bool writes)
{
    const struct location *location = &il->locations[index];
    int newest = location->count - 1, oldest = oldest_readable(thread, index);
    struct choices choices = {1, {(uint16_t)newest}, {false}};
    if (may_be_stale())
        for (int i = newest; (i = next_stale(thread, location, i, oldest)) >= oldest;)
            if ((!writes || is_free(location, i)) && sc_permits(thread, index, order, i + 1))
                offer(&choices, i, false);
    return choices.of[chosen(&choices)];
}

int choose_place(const struct thread *thread, int index, enum il_order order)
{
    const struct location *location = &il->locations[index];
    struct choices choices = {1, {location->count}, {false}};
    int oldest = oldest_readable(thread, index);
    for (int i = location->count - 1;
         i > oldest && (il->options.any_stale || is_in(&thread->past, location_store(location, i))); i--)
        if (may_be_stale() && is_free(location, i - 1) && sc_permits(thread, index, order, i))
            offer(&choices, i, false);
    return choices.of[chosen(&choices)];
}

/* An exchange that reads this store, if it may: it succeeds where the value is the expected one, or fails. */
static void offer_exchange(struct choices *choices, const struct thread *thread, int index, int i,
                           uint64_t expected, enum il_order order, enum il_order failure_order)
{
    const struct location *location = &il->locations[index];
    bool succeeds = location_store(location, i)->value == expected;
    if (succeeds ? is_free(location, i) && sc_permits(thread, index, order, i + 1)
                 : sc_permits(thread, index, failure_order, i + 1))
        offer(choices, i, false);
}

int choose_exchange(struct thread *thread, int index, uint64_t expected, bool weak, enum il_order order,
                    enum il_order failure_order, bool *succeeds)
{
    const struct location *location = &il->locations[index];
    int newest = location->count - 1, oldest = oldest_readable(thread, index);
    struct choices choices = {1, {(uint16_t)newest}, {false}};
    bool may_fail = weak && thread->spurious < il->options.spurious;
    for (int i = newest; i >= oldest && (i == newest || may_be_stale());
         i = next_stale(thread, location, i, oldest)) {
        bool equal = location_store(location, i)->value == expected;
        if (may_fail && equal && (i == newest || sc_permits(thread, index, failure_order, i + 1)))
            offer(&choices, i, true);
        if (i != newest)
            offer_exchange(&choices, thread, index, i, expected, order, failure_order);
    }
    int choice = chosen(&choices);
    *succeeds = location_store(location, choices.of[choice])->value == expected && !choices.odd[choice];
    thread->spurious += choices.odd[choice];
    return choices.of[choice];
}
