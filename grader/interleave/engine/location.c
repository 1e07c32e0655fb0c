/**
 * @file location.c
 * @brief Atomic objects and their stores; the raw memory below them; plain writes to them.
 */
#include "engine.h"

#include <stdlib.h>

/* --- raw memory of the model --- */

uint64_t raw_read(const volatile void *address, unsigned size)
{
    uint64_t value;
    il->touching = true;
    switch (size) {
    case 1:
        value = *(const volatile uint8_t *)address;
        break;
    case 2:
        value = *(const volatile uint16_t *)address;
        break;
    case 4:
        value = *(const volatile uint32_t *)address;
        break;
    default:
        value = *(const volatile uint64_t *)address;
        break;
    }
    il->touching = false;
    return value;
}

void raw_write(volatile void *address, unsigned size, uint64_t value)
{
    il->touching = true;
    switch (size) {
    case 1:
        *(volatile uint8_t *)address = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)address = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)address = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)address = value;
        break;
    }
    il->touching = false;
}

void memory_copy(void *to, const void *from, size_t bytes)
{
    il->touching = true;
    memcpy(to, from, bytes);
    il->touching = false;
}

/* --- locations and stores --- */

struct store *location_store(const struct location *location, int index)
{
    return &il->stores[location->stores[index]];
}

struct store *location_newest(const struct location *location)
{
    return location_store(location, location->count - 1);
}

void each_view(void (*act)(struct view *view, const void *argument), const void *argument)
{
    for (int i = 0; i < il->thread_count; i++) {
        struct thread *thread = &il->threads[i];
        act(&thread->now, argument);
        if (thread->has_acquired)
            act(&thread->acquired, argument);
        if (thread->has_released)
            act(&thread->released, argument);
    }
    for (int i = 0; i < il->store_count; i++) {
        if (il->stores[i].has_released)
            act(&il->stores[i].released, argument);
        if (il->stores[i].has_head)
            act(&il->stores[i].head, argument);
    }
    for (int i = 0; i < il->lock_count; i++) {
        act(&il->locks[i].released, argument);
        act(&il->locks[i].read, argument);
    }
    descriptors_each_view(act, argument);
    each_knowledge(act, argument);
}

struct place_taken {
    int location, place;
};

static void move_on(struct view *view, const void *argument)
{
    const struct place_taken *taken = argument;
    if (view_newest(view, taken->location) >= taken->place)
        view->newest[taken->location]++;
}

/* All that knows a store by its index knows it by the next one. */
static void take_place(struct location *location, struct place_taken taken)
{
    memmove(&location->stores[taken.place + 1], &location->stores[taken.place],
            (size_t)(location->count - taken.place) * sizeof *location->stores);
    for (int i = taken.place + 1; i <= location->count; i++)
        il->stores[location->stores[i]].index++;
    for (int i = 0; i < il->thread_count; i++)
        for (int k = 0; k < il->threads[i].watched_count; k++) {
            struct watched *watched = &il->threads[i].watched[k];
            watched->index += watched->object == taken.location && watched->index >= taken.place;
        }
    each_view(move_on, &taken);
    location->reordered = true;
    il->overtakings++;
}

struct store *location_put(int index, int place, uint64_t value, int thread, il_site site)
{
    struct location *location = &il->locations[index];
    if (il->store_count == STORES_MAX)
        fail(IL_STEPS, site, "more than %d atomic stores in one execution: make the model smaller",
             STORES_MAX);
    if (location->count == location->capacity) {
        location->capacity = location->capacity ? (uint16_t)(location->capacity * 2) : 64;
        location->stores = realloc(location->stores, location->capacity * sizeof *location->stores);
        if (!location->stores)
            engine_failed("no memory");
    }
    if (place < location->count || place == 0 || location_newest(location)->value != value)
        location->version++;
    if (place < location->count)
        take_place(location, (struct place_taken){index, place});
    struct store *store = &il->stores[il->store_count];
    store->value = value;
    store->location = (uint16_t)index;
    store->index = (uint16_t)place;
    store->thread = (int8_t)thread;
    store->order = IL_RELAXED;
    store->is_rmw = store->has_released = store->has_head = false;
    store->clock = store->time = 0;
    store->step = -1;
    store->site = site;
    location->stores[place] = (uint16_t)il->store_count++;
    location->count++;
    return store;
}

/* A plain write gives a location a new first store: a thread that reads it at all comes after that write, or there is a race. */
void location_refresh(int index, il_site site)
{
    struct location *location = &il->locations[index];
    uint64_t value = raw_read((void *)location->address, location->size);
    bool changed = value != location_newest(location)->value;
    if (!changed && !location->rewritten)
        return;
    if (!location->rewritten && !on_a_stack(location->address))
        unsupported(
            site,
            "the value of %s was changed from %s to %s by something that the compiler did not report: inline "
            "assembly, or a library function that writes to it. Use C11 atomics for shared data",
            location_text(index), value_text(index, location_newest(location)->value),
            value_text(index, value));
    location->rewritten = false;
    if (is_unwritten((void *)location->address,
                     location->size)) /* a function begins once more, with the same variable */
        location->unwritten = il->store_count;
    location->oldest = location_put(index, location->count, value, NOBODY, NULL)->index;
}

static void refuse_mixed_size(uintptr_t address, unsigned size, il_site site)
{
    for (int i = 0; i < il->location_count; i++) {
        struct location *other = &il->locations[i];
        if (!other->address || other->address + other->size <= address || address + size <= other->address)
            continue;
        if (!on_a_stack(address))
            unsupported(
                site,
                "atomic accesses of different sizes to the same memory (%u bytes here, %u elsewhere, to %s): "
                "the memory model says nothing about them. Use one type for the object",
                size, (unsigned)other->size, location_text(i));
        other->address = 0; /* a variable of a function that has returned */
    }
}

int location_of(const volatile void *object, unsigned size, il_site site)
{
    uintptr_t address = (uintptr_t)object;
    for (int i = il->location_count - 1; i >= 0; i--)
        if (il->locations[i].address == address && il->locations[i].size == size) {
            location_refresh(i, site);
            return i;
        }
    refuse_mixed_size(address, size, site);
    if (il->location_count == LOCATIONS_MAX)
        unsupported(site, "more than %d atomic objects: make the model smaller", LOCATIONS_MAX);
    int index = il->location_count++;
    struct location *location = &il->locations[index];
    location->address = address;
    location->size = (uint8_t)size;
    location->rewritten = false;
    location->oldest = location->count = 0;
    location->version = 0;
    location->reordered = false;
    location->last = NULL;
    location->first_use = site;
    location->unwritten = is_unwritten(object, size) ? il->store_count : -1;
    location_put(index, 0, raw_read(object, size), NOBODY, NULL);
    return index;
}

void memory_rewritten(uintptr_t start, uintptr_t end)
{
    for (int i = 0; i < il->location_count; i++) {
        struct location *location = &il->locations[i];
        if (location->address && location->address < end && start < location->address + location->size)
            location->rewritten = true;
    }
}
