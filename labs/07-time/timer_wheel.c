/**
 * @file timer_wheel.c
 * @brief The timer wheel: a number's digits say where it lies.
 *
 * With digits to the base of 10 and `elapsed` 234: 237 differs in the last digit, so it is on level 0, in slot 7; 250 and 259 are on
 * level 1, in slot 5; 700 is on level 2, in slot 7. When `elapsed` comes to 250, slot 5 of level 1 is opened: 250 is due, and 259, which now
 * differs in the last digit only, goes to level 0. So an entry goes down a level at a time, and is looked at no more often.
 *
 * The place of an entry is computed and not stored: as long as `elapsed` has not come to its slot, it differs from the entry's tick in the
 * same highest digit as at the insertion.
 */
#include "weft/detail/timer_wheel.h"
#include "weft/panic.h"

#include <stdbool.h>
#include <stddef.h>

/* The highest digit in which a tick that is not due differs from now. */
static unsigned level_of(const struct wf_timer_wheel *wheel, uint64_t tick)
{
    return (63u - (unsigned)__builtin_clzll(wheel->elapsed ^ tick)) / WF_WHEEL_DIGIT_BITS;
}

static unsigned digit_of(uint64_t tick, unsigned level)
{
    return tick >> (level * WF_WHEEL_DIGIT_BITS) & (WF_WHEEL_SLOTS - 1);
}

void wf_timer_wheel_init(struct wf_timer_wheel *wheel)
{
    *wheel = (struct wf_timer_wheel){.elapsed = 0};
    wf_list_init(&wheel->due);
    for (unsigned level = 0; level < WF_WHEEL_LEVELS; level++)
        for (unsigned slot = 0; slot < WF_WHEEL_SLOTS; slot++)
            wf_list_init(&wheel->slots[level][slot]);
}

void wf_timer_wheel_insert(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry, uint64_t tick)
{
    entry->tick = tick;
    /* 07.T1: due? Else: on which level, in which slot, and which bit says so? */
    LAB_TODO("07.T1");
}

void wf_timer_wheel_remove(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry)
{
    /* 07.T1: unlink it; if that was the last of a slot, its bit goes */
    LAB_TODO("07.T1");
}

uint64_t wf_timer_wheel_next(const struct wf_timer_wheel *wheel)
{
    /* 07.T1: what is due; else the first slot of the lowest level that has one, and the tick at
     * which that slot begins */
    LAB_TODO("07.T1");
}

/* It is `tick` now, at which a slot begins. Its entries are due, or go down to another level. */
static void open_slot(struct wf_timer_wheel *wheel, uint64_t tick)
{
    /* 07.T1: find the slot before `elapsed` moves; then insert each of its entries again, none of
     * which comes back to it */
    LAB_TODO("07.T1");
}

struct wf_wheel_entry *wf_timer_wheel_pop(struct wf_timer_wheel *wheel, uint64_t now)
{
    /* 07.T1: open one slot after the other until something is due, or the next one begins after
     * now */
    LAB_TODO("07.T1");
}
