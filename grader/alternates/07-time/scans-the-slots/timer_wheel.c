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
    if (tick <= wheel->elapsed) {
        wf_list_push_back(&wheel->due, &entry->link);
        return;
    }
    unsigned level = level_of(wheel, tick), slot = digit_of(tick, level);
    wf_list_push_back(&wheel->slots[level][slot], &entry->link);
}

void wf_timer_wheel_remove(struct wf_timer_wheel *wheel, struct wf_wheel_entry *entry)
{
    if (wf_list_is_empty(&entry->link))
        return;
    (void)wheel;
    wf_list_remove(&entry->link);
}

uint64_t wf_timer_wheel_next(const struct wf_timer_wheel *wheel)
{
    if (!wf_list_is_empty(&wheel->due))
        return wheel->elapsed;
    for (unsigned level = 0; level < WF_WHEEL_LEVELS; level++)
        for (unsigned slot = digit_of(wheel->elapsed, level) + 1; slot < WF_WHEEL_SLOTS; slot++)
            if (!wf_list_is_empty(&wheel->slots[level][slot])) {
                unsigned shift = level * WF_WHEEL_DIGIT_BITS;
                return (wheel->elapsed >> shift >> WF_WHEEL_DIGIT_BITS << WF_WHEEL_DIGIT_BITS << shift) |
                       (uint64_t)slot << shift;
            }
    return WF_TICK_NEVER;
}

/* It is `tick` now, at which a slot begins. Its entries are due, or go down to another level. */
static void open_slot(struct wf_timer_wheel *wheel, uint64_t tick)
{
    unsigned level = level_of(wheel, tick);
    struct wf_list *slot = &wheel->slots[level][digit_of(tick, level)];
    wheel->elapsed = tick;
    if (level == 0) { /* all of it is due: its ring gets another head */
        wf_list_insert_before(slot, &wheel->due);
        wf_list_remove(slot);
        return;
    }
    while (!wf_list_is_empty(slot)) {
        struct wf_wheel_entry *entry = WF_CONTAINER_OF(slot->next, struct wf_wheel_entry, link);
        wf_list_remove(slot->next);
        wf_timer_wheel_insert(wheel, entry, entry->tick);
    }
}

struct wf_wheel_entry *wf_timer_wheel_pop(struct wf_timer_wheel *wheel, uint64_t now)
{
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
}
