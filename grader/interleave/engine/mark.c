/**
 * @file mark.c
 * @brief Marks: what a model knows of its own course, and its threads do not.
 *
 * A mark and a look at it are steps, for their order decides what the model does next. Neither takes part in the memory model:
 * no view is joined or carried, not by fences either, and a look finds the mark that was made last.
 */
#include "hooks.h"

struct step *mark_begin(const int *mark, enum operation op, int *index, il_site site)
{
    struct thread *thread = il_this();
    *index = location_of(mark, sizeof *mark, site);
    thread->next = (struct pending){.op = (uint8_t)op,
                                    .order = IL_RELAXED,
                                    .touches = footprint(*index, NO_OBJECT, op != OP_LOAD),
                                    .site = site};
    announce(thread);
    return step_begin(thread);
}

static void make(struct interleave_mark *mark, il_site site)
{
    int index;
    struct step *step = mark_begin(&mark->made, OP_STORE, &index, site);
    struct thread *thread = il_this();
    struct store *store = location_put(index, il->locations[index].count, 1, thread->id, site);
    store->clock = thread->steps;
    store->time = thread->now.clock.of[thread->id];
    store->step = (int)(step - il->steps);
    step->store = (int)(store - il->stores);
    raw_write(&mark->made, sizeof mark->made, 1);
    thread->changed_something = true;
    thread->changes++;
    il->idle = 0;
    step_end(thread, step, NULL);
    tell_step(thread, site, "mark: %s", location_text(index));
}

static bool look(const struct interleave_mark *mark, il_site site)
{
    int index;
    struct step *step =
        mark_begin(&mark->made, OP_LOAD, &index, site); /* which has read nothing: no order is missing here */
    bool made = location_newest(&il->locations[index])->value;
    step_end(il_this(), step, NULL);
    tell_step(il_this(), site, "look at the mark: %s%s", made ? "" : "not ", location_text(index));
    return made;
}

void interleave_mark(struct interleave_mark *mark)
{
    if (modelled())
        INSIDE(make(mark, SITE));
}

bool interleave_is_marked(const struct interleave_mark *mark)
{
    bool made = false;
    if (modelled())
        INSIDE(made = look(mark, SITE));
    return made;
}
