/**
 * @file stale.c
 * @brief Why a load could read an old value, in words.
 */
#include "engine.h"

/* "it is relaxed": of a compare-exchange that failed, another than its name may say. */
static const char *order_is(const struct step *step)
{
    char *text = scratch_text();
    snprintf(text, sizeof il->texts[0], "%s is %s", step->failed ? "its order on failure" : "it",
             order_names[step->order]);
    return text;
}

/* Where this thread has read a later store of the thread that wrote the newer value: an edge that could have made it known. */
static bool is_edge(const struct thread *thread, const struct store *newer, int i)
{
    const struct step *step = &il->steps[i];
    if (step->thread != thread->id || step->read < 0)
        return false;
    const struct store *read = &il->stores[step->read];
    return read->thread == newer->thread && read->step > newer->step && read->step < i;
}

/* Of these edges those that lack one of two orders; if there are none, those that lack both. At most two. */
static bool tell_edges(const struct thread *thread, const struct store *newer, bool half)
{
    int told = 0;
    for (int i = il->step_count - 2; i > newer->step && told < 2; i--) {
        if (!is_edge(thread, newer, i))
            continue;
        const struct step *step = &il->steps[i];
        const struct store *read = &il->stores[step->read];
        bool releases = il_releases(read->order), acquires = il_acquires(step->order);
        if (half ? releases == acquires : releases || acquires)
            continue;
        told++;
        if (!releases && !acquires)
            tell_remark(
                "%s read at %s what was stored at %s, but that is relaxed on both sides: it publishes nothing.",
                thread_text(thread->id), where(step->site), where(read->site));
        else if (releases)
            tell_remark(
                "What was published at %s with order %s, %s read at %s with order %s%s: it needs acquire to know "
                "what was written before.",
                where(read->site), order_names[read->order], thread_text(thread->id), where(step->site),
                order_names[step->order], step->failed ? ", which is its order on failure" : "");
        else
            tell_remark(
                "What %s read at %s with order %s was stored at %s with order %s: it needs release to publish what "
                "was written before.",
                thread_text(thread->id), where(step->site), order_names[step->order], where(read->site),
                order_names[read->order]);
    }
    return told > 0;
}

/* The step of `reader` hands on what `writer` did at that time of its clock, but for one order, or for both (`half`: one). */
static bool says_what_is_missing(const struct step *step, const struct thread *reader, int writer,
                                 uint16_t time, bool half, char *text, size_t size)
{
    const struct location *location = &il->locations[step->touches.object];
    const struct store *read = &il->stores[step->read], *from = read;
    bool acquires = il_acquires(step->order);
    if (half && !acquires && read->has_released && read->released.clock.of[writer] >= time) {
        snprintf(text, size, "Missing: acquire at %s (%s there). %s reads at that step what %s has published",
                 where(step->site), order_is(step), thread_text(reader->id), thread_text(writer));
        return true;
    }
    while (from->thread != writer && from->is_rmw && from->index > 0) /* which hands on what it has read */
        from = location_store(location, from->index - 1);
    if (from->thread != writer || from->time < time || from->has_released || half != acquires)
        return false;
    if (acquires)
        snprintf(text, size,
                 "Missing: release at %s (it is %s there). What %s stores at that step reaches %s, but nothing "
                 "that came before it does",
                 where(from->site), order_names[from->order], thread_text(writer), thread_text(reader->id));
    else
        snprintf(text, size,
                 "Missing: release at %s (it is %s there), where %s stores, and acquire at %s (%s there), "
                 "where %s reads that",
                 where(from->site), order_names[from->order], thread_text(writer), where(step->site),
                 order_is(step), thread_text(reader->id));
    return true;
}

bool missing_order(const struct thread *reader, int writer, uint16_t time, char *text, size_t size)
{
    for (int half = 1; half >= 0; half--)
        for (int i = il->step_count - 1; i >= 0; i--) {
            const struct step *step = &il->steps[i];
            if (step->thread == reader->id && step->read >= 0 &&
                says_what_is_missing(step, reader, writer, time, half, text, size))
                return true;
        }
    return false;
}

/* A load hands nothing on. */
bool only_looked(const struct thread *reader, int writer, uint16_t time, char *text, size_t size)
{
    for (int i = 0; writer != NOBODY && i < il->step_count; i++) {
        const struct step *look = &il->steps[i];
        if (look->thread != writer || look->time < time || look->store >= 0 || look->read < 0)
            continue;
        for (int k = i + 1; k < il->step_count; k++) {
            const struct step *step = &il->steps[k];
            if (step->thread != reader->id || step->touches.object != look->touches.object ||
                step->read < 0 || il->stores[step->read].index < il->stores[look->read].index)
                continue;
            snprintf(
                text, size,
                "%s only looked at %s after that, at %s, and wrote nothing there: a load publishes nothing, nor "
                "do fences beside it. Only a read-modify-write with release, also one that leaves the value as "
                "it is, carries it on to %s, which reads %s at %s",
                thread_text(writer), location_text(look->touches.object), where(look->site),
                thread_text(reader->id), location_text(look->touches.object), where(step->site));
            return true;
        }
    }
    return false;
}

static bool tell_look(const struct thread *thread, const struct store *newer)
{
    char text[IL_MESSAGE_BYTES];
    if (!only_looked(thread, newer->thread, (uint16_t)(newer->time + 1), text, sizeof text))
        return false;
    tell_remark("%s.", text);
    return true;
}

/* An own store before this load, with no seq_cst fence between. */
static void tell_store_buffer(const struct thread *thread, int index)
{
    for (int i = il->step_count - 2; i >= 0; i--) {
        const struct step *step = &il->steps[i];
        if (step->thread != thread->id)
            continue;
        if (step->op == OP_FENCE)
            return;
        if (step->touches.writes && il_is_location(step->touches.object) && step->touches.object != index) {
            tell_remark(
                "Nothing that it has read published the newer value. And its own store at %s may still wait in a "
                "store buffer while this load runs: if the two must keep their order, that takes a seq_cst fence "
                "between them in both threads, or seq_cst accesses.",
                where(step->site));
            return;
        }
    }
}

void tell_stale(const struct thread *thread, int index, const struct store *read)
{
    if (!il->tracing)
        return;
    const struct store *newer = location_store(&il->locations[index], read->index + 1);
    const struct store *newest = location_newest(&il->locations[index]);
    tell_remark("STALE READ: %s already stored %s at %s, but %s may still see %s%s.%s%s%s",
                newer->thread == NOBODY ? "the initialisation" : thread_text(newer->thread),
                value_text(index, newer->value), where(newer->site), thread_text(thread->id),
                value_text(index, read->value), read->thread == NOBODY ? ", the initial value" : "",
                newest != newer ? " The newest value is " : "",
                newest != newer ? value_text(index, newest->value) : "", newest != newer ? "." : "");
    if (!tell_edges(thread, newer, true) && !tell_edges(thread, newer, false) && !tell_look(thread, newer))
        tell_store_buffer(thread, index);
}

void tell_overtaking(const struct thread *thread, const struct store *store)
{
    const struct location *location = &il->locations[store->location];
    if (!il->tracing || store->index == location->count - 1)
        return;
    const struct store *later = location_store(location, store->index + 1);
    tell_remark(
        "OVERTAKEN: %s already stored %s at %s, and that takes effect after this store: nothing has published it to "
        "%s. The newest value is still %s.",
        thread_text(later->thread), value_text(store->location, later->value), where(later->site),
        thread_text(thread->id), value_text(store->location, location_newest(location)->value));
    if (!tell_edges(thread, later, true))
        tell_edges(thread, later, false);
}
