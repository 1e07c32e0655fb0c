/**
 * @file view.h
 * @brief What a thread knows: a vector clock, and for each location the newest store that it has seen.
 *
 * The clock says what happens before: an access of thread t that was made at time c happens before everything done by
 * a thread whose clock of t is c or more. The view of the locations is the other half of a weak memory: a load may
 * read any store that is not older than the one its thread knows.
 */
#ifndef INTERLEAVE_VIEW_H
#define INTERLEAVE_VIEW_H

#include <stdint.h>
#include <string.h>

enum { THREADS_MAX = 8, LOCATIONS_MAX = 256 };

struct clock {
    uint16_t of[THREADS_MAX];
};

/* For sc.c: sets of seq_cst events. With an event each holds all that precede it, among them the earlier ones of its thread: so
 * a clock that counts the events of each thread is such a set. */
struct sc_view {
    struct clock fences;   /* seq_cst fences that happen before */
    struct clock entering; /* what precedes a seq_cst fence that is made here */
    struct clock elsewhere; /* events after which their thread came to another object, and that happens before */
};

struct view {
    struct clock clock;
    struct sc_view sc;
    uint16_t count;                 /* of the locations below that mean something; those beyond are 0 */
    uint16_t newest[LOCATIONS_MAX]; /* index in the location's modification order */
};

static inline void clock_join(struct clock *into, const struct clock *from)
{
    for (int i = 0; i < THREADS_MAX; i++)
        into->of[i] = from->of[i] > into->of[i] ? from->of[i] : into->of[i];
}

static inline void view_clear(struct view *view)
{
    view->clock = (struct clock){0};
    view->sc = (struct sc_view){0};
    view->count = 0;
}

static inline void view_copy(struct view *into, const struct view *from)
{
    into->clock = from->clock;
    into->sc = from->sc;
    into->count = from->count;
    memcpy(into->newest, from->newest, from->count * sizeof from->newest[0]);
}

static inline uint16_t view_newest(const struct view *view, int location)
{
    return location < view->count ? view->newest[location] : 0;
}

static inline void view_reach(struct view *view, int locations)
{
    while (view->count < locations)
        view->newest[view->count++] = 0;
}

/* The thread has seen this store. */
static inline void view_see(struct view *view, int location, uint16_t index)
{
    view_reach(view, location + 1);
    if (index > view->newest[location])
        view->newest[location] = index;
}

static inline void view_join(struct view *into, const struct view *from)
{
    clock_join(&into->clock, &from->clock);
    clock_join(&into->sc.fences, &from->sc.fences);
    clock_join(&into->sc.entering, &from->sc.entering);
    clock_join(&into->sc.elsewhere, &from->sc.elsewhere);
    view_reach(into, from->count);
    for (int i = 0; i < from->count; i++)
        if (from->newest[i] > into->newest[i])
            into->newest[i] = from->newest[i];
}

#endif
