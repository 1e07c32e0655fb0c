/**
 * @file places.c
 * @brief The operations that a model comes to, and orders that are changed at them: what weaken.c and mend.c work with.
 */
#include "engine.h"

#include <stdlib.h>

static struct place *place_of(il_site site)
{
    for (int i = 0; il->places && i < il->place_count; i++)
        if (il->places[i].site == site)
            return &il->places[i];
    return NULL;
}

void places_begin(void)
{
    il->places = calloc(PLACES_MAX, sizeof *il->places);
    il->place_count = 0;
    if (!il->places)
        engine_failed("no memory");
}

void places_end(void)
{
    free(il->places);
    il->places = NULL;
}

void places_resolve(void)
{
    il_site sites[PLACES_MAX];
    for (int i = 0; i < il->place_count; i++)
        sites[i] = il->places[i].site;
    site_resolve(sites, (size_t)il->place_count);
}

void note_place(il_site site, enum operation op, enum il_order order, enum il_order failure_order)
{
    if (!il->places || !site || place_of(site))
        return;
    if (il->place_count == PLACES_MAX)
        engine_failed("more than %d atomic operations in the program", PLACES_MAX);
    il->places[il->place_count++] = (struct place){site, (uint8_t)op, (uint8_t)order, (uint8_t)failure_order};
}

/* --- orders that are changed for a while --- */

const struct replaced_order *replaced_at(il_site site)
{
    for (int i = 0; i < 2; i++)
        for (const il_site *each = il->replaced[i].sites; each && *each; each++)
            if (*each == site)
                return &il->replaced[i];
    return NULL;
}

void nothing_is_replaced(void)
{
    memset(il->replaced, 0, sizeof il->replaced);
}

/* The order, and what an operation needs beside. */
static enum il_order both_orders(enum il_order order, enum il_order other)
{
    bool acquires = il_acquires(order) || il_acquires(other),
         releases = il_releases(order) || il_releases(other);
    return order == IL_SEQ_CST || other == IL_SEQ_CST ? IL_SEQ_CST
           : acquires && releases                     ? IL_ACQ_REL
           : acquires                                 ? IL_ACQUIRE
           : releases                                 ? IL_RELEASE
                                                      : IL_RELAXED;
}

enum il_order order_at(il_site site, enum il_order order)
{
    const struct replaced_order *replaced = il->replaced[0].sites ? replaced_at(site) : NULL;
    if (!replaced)
        return order;
    if (replaced->fence_before)
        il_fence(IL_SEQ_CST, NULL);
    return replaced->fence_before || replaced->failure_order ? order
           : replaced->beside                                ? both_orders(order, replaced->order)
                                                             : replaced->order;
}

enum il_order failure_order_at(il_site site, enum il_order order)
{
    const struct replaced_order *replaced = il->replaced[0].sites ? replaced_at(site) : NULL;
    return replaced && replaced->failure_order ? replaced->order : order;
}
