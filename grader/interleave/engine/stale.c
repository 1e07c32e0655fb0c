/**
 * @file stale.c
 * @brief Why a load could read an old value, in words.
 */
#include "engine.h"

/* Where this thread has read a later store of the thread that wrote the newer value: an edge that could have made it known. */
static bool is_edge(const struct thread *thread, const struct store *newer, int i)
{
    const struct step *step = &il->steps[i];
    if (step->thread != thread->id || step->read_index == NOT_READ || !il_is_location(step->touches.object))
        return false;
    const struct store *read = location_store(&il->locations[step->touches.object], step->read_index);
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
        const struct store *read = location_store(&il->locations[step->touches.object], step->read_index);
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
                "What was published at %s with order %s, %s read at %s with order %s: it needs acquire to know what "
                "was written before.",
                where(read->site), order_names[read->order], thread_text(thread->id), where(step->site),
                order_names[step->order]);
        else
            tell_remark(
                "What %s read at %s with order %s was stored at %s with order %s: it needs release to publish what "
                "was written before.",
                thread_text(thread->id), where(step->site), order_names[step->order], where(read->site),
                order_names[read->order]);
    }
    return told > 0;
}

/* An own store before this load, with no seq_cst fence between. */
static void tell_store_buffer(const struct thread *thread, int index)
{
    for (int i = il->step_count - 2; i >= 0; i--) {
        const struct step *step = &il->steps[i];
        if (step->thread != thread->id)
            continue;
        if (step->touches.sc == SC_FENCE)
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
    if (!tell_edges(thread, newer, true) && !tell_edges(thread, newer, false))
        tell_store_buffer(thread, index);
}
