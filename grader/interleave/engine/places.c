/**
 * @file places.c
 * @brief The operations that a model comes to, and orders that are changed at them: what weaken.c works with.
 */
#include "engine.h"

static struct place *place_of(il_site site)
{
    for (int i = 0; il->places && i < il->place_count; i++)
        if (il->places[i].site == site)
            return &il->places[i];
    return NULL;
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

bool order_is_replaced(il_site site)
{
    for (const il_site *each = il->replaced.sites; each && *each; each++)
        if (*each == site)
            return true;
    return false;
}

enum il_order order_at(il_site site, enum il_order order)
{
    if (!il->replaced.sites || !order_is_replaced(site))
        return order;
    if (il->replaced.fence_before)
        il_fence(IL_SEQ_CST, NULL);
    return il->replaced.fence_before || il->replaced.failure_order ? order : il->replaced.order;
}

enum il_order failure_order_at(il_site site, enum il_order order)
{
    return il->replaced.sites && il->replaced.failure_order && order_is_replaced(site) ? il->replaced.order
                                                                                       : order;
}
