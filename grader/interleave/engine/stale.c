/**
 * @file stale.c
 * @brief Why a load could read an old value, in words.
 */
#include "engine.h"

void note_hint(struct il_hint hint)
{
    if (!il->tracing)
        return;
    for (int i = 0; i < il->hint_count; i++) {
        const struct il_hint *known = &il->hints[i];
        if (known->acquire == hint.acquire && known->release == hint.release &&
            known->on_failure == hint.on_failure && known->fence[0] == hint.fence[0] &&
            known->fence[1] == hint.fence[1])
            return;
    }
    if (il->hint_count < IL_HINTS)
        il->hints[il->hint_count++] = hint;
}

/* What a step of the reader and a store of the writer lack, for the one to know the other. */
static void note_edge(const struct step *step, bool acquires, const struct store *store, bool releases)
{
    struct il_hint hint = {0};
    hint.acquire = acquires ? NULL : step->site;
    hint.release = releases ? NULL : store->site;
    hint.on_failure = !acquires && step->failed;
    note_hint(hint);
}

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
        note_edge(step, acquires, read, releases);
        if (!releases && !acquires)
            tell_remark(
                "%s read at %s what was stored at %s, but that is relaxed on both sides: it publishes nothing. Missing: "
                "release at %s and acquire at %s.",
                thread_text(thread->id), where(step->site), where(read->site), where(read->site),
                where(step->site));
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

/* The store whose release sequence `read` would be in, if all stores between them were read-modify-writes, and which publishes what
 * `writer` did at that time; NULL: none. *ended: the store that was none. */
static const struct store *sequence_before(const struct store *read, int writer, uint16_t time,
                                           const struct store **ended)
{
    const struct location *location = &il->locations[read->location];
    *ended = NULL;
    for (int i = read->index; i >= 0; i--) {
        const struct store *store = location_store(location, i);
        if (*ended && store->thread != NOBODY && store->has_released &&
            store->released.clock.of[writer] >= time)
            return store;
        if (!store->is_rmw)
            *ended = store;
    }
    return NULL;
}

/* The reader acquires, but what it reads stands behind a store that ended the release sequence. */
static bool sequence_ended(const struct step *step, const struct thread *reader, int writer, uint16_t time,
                           char *text, size_t size)
{
    const struct store *read = &il->stores[step->read], *ended;
    const struct store *head = sequence_before(read, writer, time, &ended);
    if (!il_acquires(step->order) || !head || ended->thread == NOBODY)
        return false;
    struct il_hint hint = {0};
    hint.release = ended->site;
    note_hint(hint);
    snprintf(
        text, size,
        "The store by %s at %s (%s) ended the release sequence that the store by %s at %s (%s) began: only "
        "read-modify-writes continue one, so %s, which reads at %s with %s what comes after, learns nothing of it. "
        "Missing: a read-modify-write in place of that store, or release there%s",
        thread_text(ended->thread), where(ended->site), order_names[ended->order], thread_text(head->thread),
        where(head->site), order_names[head->order], thread_text(reader->id), where(step->site),
        order_names[step->order],
        ended->thread == head->thread ? "" : ", by a thread that has acquired what the first one published");
    return true;
}

/* The step of `reader` hands on what `writer` did at that time of its clock, but for one order, or for both (`half`: one). */
static bool says_what_is_missing(const struct step *step, const struct thread *reader, int writer,
                                 uint16_t time, bool half, char *text, size_t size)
{
    const struct location *location = &il->locations[step->touches.object];
    const struct store *read = &il->stores[step->read], *from = read;
    bool acquires = il_acquires(step->order);
    if (half && !acquires && read->has_released && read->released.clock.of[writer] >= time) {
        note_edge(step, false, read, true);
        snprintf(text, size, "Missing: acquire at %s (%s there). %s reads at that step what %s has published",
                 where(step->site), order_is(step), thread_text(reader->id), thread_text(writer));
        return true;
    }
    while (from->thread != writer && from->is_rmw && from->index > 0) /* which hands on what it has read */
        from = location_store(location, from->index - 1);
    if (from->thread != writer || from->time < time ||
        (from->has_released && from->released.clock.of[writer] >= time) || half != acquires)
        return false;
    note_edge(step, acquires, from, false);
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
    for (int i = il->step_count - 1; i >= 0; i--) {
        const struct step *step = &il->steps[i];
        if (step->thread == reader->id && step->read >= 0 &&
            sequence_ended(step, reader, writer, time, text, size))
            return true;
    }
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

static bool tell_sequence(const struct thread *thread, const struct store *newer)
{
    char text[IL_MESSAGE_BYTES];
    for (int i = il->step_count - 2; i > newer->step; i--) {
        const struct step *step = &il->steps[i];
        if (step->thread == thread->id && step->read >= 0 && newer->thread != NOBODY &&
            sequence_ended(step, thread, newer->thread, (uint16_t)(newer->time + 1), text, sizeof text)) {
            tell_remark("%s.", text);
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

/* --- store buffers: a thread stores, then loads an old value, and its store was not seen yet --- */

/* Between two steps of a thread, the first and the last not counted. */
static bool has_fence(int thread, int first, int last)
{
    for (int i = first + 1; i < last; i++)
        if (il->steps[i].thread == thread && il->steps[i].op == OP_FENCE)
            return true;
    return false;
}

/* The last step before this one in which its thread wrote the object, or, if `other`, another object; -1: none. */
static int write_before(int at, int object, bool other)
{
    for (int i = at - 1; i >= 0; i--) {
        const struct step *step = &il->steps[i];
        if (step->thread == il->steps[at].thread && step->store >= 0 &&
            (step->touches.object != object) == other)
            return i;
    }
    return -1;
}

/* The other half of it: the thread of the newer store then loaded a value that the first one had replaced already. False: it did
 * not, or there is no fence missing. */
static bool crosses(int load, int newer, char *text, size_t size)
{
    int thread = il->steps[load].thread, other = il->steps[newer].thread;
    for (int i = newer + 1; i < il->step_count; i++) {
        const struct step *step = &il->steps[i];
        if (step->thread != other || step->read < 0 || step->touches.object == il->steps[load].touches.object)
            continue;
        int write = write_before(load, step->touches.object, false);
        if (write < 0 || il->stores[il->steps[write].store].index <= il->stores[step->read].index)
            continue;
        bool mine = !has_fence(thread, write, load), others = !has_fence(other, newer, i);
        char first[200] = "", second[200] = "";
        if (mine)
            snprintf(first, sizeof first, " between %s and %s in %s", where(il->steps[write].site),
                     where(il->steps[load].site), thread_text(thread));
        if (others)
            snprintf(second, sizeof second, " between %s and %s in %s", where(il->steps[newer].site),
                     where(step->site), thread_text(other));
        if (!mine && !others)
            continue;
        struct il_hint hint = {0};
        hint.fence[0] = mine ? il->steps[load].site : NULL;
        hint.fence[1] = others ? step->site : NULL;
        note_hint(hint);
        snprintf(
            text, size,
            "%s stores at %s, %s at %s, and each then loads what the other's store replaces: both stores may still wait "
            "in a store buffer. Missing: a seq_cst fence%s%s%s; or seq_cst for these four accesses",
            thread_text(thread), where(il->steps[write].site), thread_text(other),
            where(il->steps[newer].site), first, mine && others ? ", and one" : "", second);
        return true;
    }
    return false;
}

/* Of a load that read an old value: the newer store's step. */
static bool waited(int load, int newer, char *text, size_t size)
{
    const struct step *step = &il->steps[load];
    if (newer >= 0 && crosses(load, newer, text, size))
        return true;
    int write = write_before(load, step->touches.object, true);
    if (write < 0 || has_fence(step->thread, write, load))
        return false;
    snprintf(
        text, size,
        "The store of %s at %s may still wait in a store buffer while it loads at %s: if the two must keep their order, "
        "that takes a seq_cst fence between them in both threads, or seq_cst accesses",
        thread_text(step->thread), where(il->steps[write].site), where(step->site));
    return true;
}

bool store_waited(const struct thread *thread, char *text, size_t size)
{
    for (int i = il->step_count - 1; i >= 0; i--) {
        const struct step *load = &il->steps[i];
        if (load->thread != thread->id || load->read < 0 || load->store >= 0)
            continue;
        const struct store *read = &il->stores[load->read];
        const struct location *location = &il->locations[read->location];
        int newer = read->index + 1 < location->count ? location_store(location, read->index + 1)->step : i;
        if (newer < i && waited(i, newer, text, size))
            return true;
    }
    return false;
}

static void tell_store_buffer(const struct store *newer)
{
    char text[IL_MESSAGE_BYTES];
    if (waited(il->step_count - 1, newer->step, text, sizeof text))
        tell_remark("%s.", text);
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
    if (!tell_sequence(thread, newer) && !tell_edges(thread, newer, true) &&
        !tell_edges(thread, newer, false) && !tell_look(thread, newer))
        tell_store_buffer(newer);
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
