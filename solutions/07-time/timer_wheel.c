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
    /* LAB 07.T1 { due? Else: on which level, in which slot, and which bit says so? */
    if (tick <= wheel->elapsed) {
        wf_list_push_back(&wheel->due, &entry->link);
        return;
    }
    unsigned level = level_of(wheel, tick), slot = digit_of(tick, level);
    wf_list_push_back(&wheel->slots[level][slot], &entry->link);
    wheel->occupied[level] |= UINT64_C(1) << slot;
    /* LAB 07.T1 } */
}

void wf_timer_wheel_remove(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry)
{
    /* LAB 07.T1 { unlink it; if that was the last of a slot, its bit goes */
    if (wf_list_is_empty(&entry->link))
        return;
    wf_list_remove(&entry->link);
    if (entry->tick <= wheel->elapsed)
        return; /* it was due */
    unsigned level = level_of(wheel, entry->tick), slot = digit_of(entry->tick, level);
    if (wf_list_is_empty(&wheel->slots[level][slot]))
        wheel->occupied[level] &= ~(UINT64_C(1) << slot);
    /* LAB 07.T1 } */
}

uint64_t wf_timer_wheel_next(const struct wf_timer_wheel *wheel)
{
    /* LAB 07.T1 { what is due; else the first slot of the lowest level that has one, and the tick at which that slot begins */
    if (!wf_list_is_empty(&wheel->due))
        return wheel->elapsed;
    for (unsigned level = 0; level < WF_WHEEL_LEVELS; level++) {
        if (!wheel->occupied[level])
            continue;
        unsigned above = (level + 1) * WF_WHEEL_DIGIT_BITS; /* the digits from there on are those of now */
        uint64_t slot = (uint64_t)__builtin_ctzll(wheel->occupied[level]);
        return (wheel->elapsed >> above << above) | slot << (level * WF_WHEEL_DIGIT_BITS);
    }
    return WF_TICK_NEVER;
    /* LAB 07.T1 } */
}

/* It is `tick` now, at which a slot begins. Its entries are due, or go down to another level. */
static void open_slot(struct wf_timer_wheel *wheel, uint64_t tick)
{
    /* LAB 07.T1 { find the slot before `elapsed` moves; then insert each of its entries again, none of which comes back to it */
    unsigned level = level_of(wheel, tick), slot = digit_of(tick, level);
    wheel->occupied[level] &= ~(UINT64_C(1) << slot);
    wheel->elapsed = tick;
    if (level == 0)
        wf_list_append(&wheel->due, &wheel->slots[0][slot]); /* all of this very tick: none is looked at */
    for (struct wf_list *link; (link = wf_list_pop_front(&wheel->slots[level][slot]));) {
        struct wf_wheel_entry *entry = WF_CONTAINER_OF(link, struct wf_wheel_entry, link);
        wf_timer_wheel_insert(wheel, entry, entry->tick);
    }
    /* LAB 07.T1 } */
}

struct wf_wheel_entry *wf_timer_wheel_pop(struct wf_timer_wheel *wheel, uint64_t now)
{
    /* LAB 07.T1 { open one slot after the other until something is due, or the next one begins after now */
    while (wf_list_is_empty(&wheel->due)) {
        uint64_t next = wf_timer_wheel_next(wheel);
        if (next > now) {
            if (now > wheel->elapsed)
                wheel->elapsed = now;
            return NULL;
        }
        open_slot(wheel, next);
    }
    return WF_CONTAINER_OF(wf_list_pop_front(&wheel->due), struct wf_wheel_entry, link);
    /* LAB 07.T1 } */
}
