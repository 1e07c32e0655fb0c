/**
 * @file kit_memory.c
 * @brief The kit's storage, which is looked over, and its allocator, which counts.
 */
#include <stdlib.h>
#include <string.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/alloc.h"

/* --- storage --- */

void *kit_new(struct kit_object *object, size_t bytes)
{
    struct kit_block *block = malloc(sizeof *block);
    unsigned char *memory = malloc(bytes + 2 * (size_t)GUARD_BYTES);
    if (!block || !memory)
        scenario_broken("no memory");
    memset(memory, GUARD_BYTE, bytes + 2 * (size_t)GUARD_BYTES);
    memset(memory + GUARD_BYTES, object->inner->rubbish, bytes);
    *block = (struct kit_block){object->inner->blocks, bytes, memory};
    object->inner->blocks = block;
    return memory + GUARD_BYTES;
}

void kit_look_at_guards(struct kit_object *object)
{
    object->seen.damage = 0;
    for (struct kit_block *block = object->inner->blocks; block; block = block->next)
        for (size_t i = 0; i < GUARD_BYTES; i++)
            object->seen.damage += (block->memory[i] != GUARD_BYTE) +
                                   (block->memory[GUARD_BYTES + block->bytes + i] != GUARD_BYTE);
}

void kit_free_storage(struct kit_object *object)
{
    for (struct kit_block *block = object->inner->blocks, *next; block; block = next) {
        next = block->next;
        free(block->memory);
        free(block);
    }
}

/* --- the allocator: what is freed is rubbish at once, in every variant --- */

/* What is made before an object is built (kit_kind's `prepare`) is not counted, wherever it is given back. */
struct allocation {
    bool is_counted;
    _Alignas(max_align_t) unsigned char memory[];
};

static void *counted_alloc(void *arg, size_t size)
{
    (void)arg;
    struct allocation *allocation = malloc(sizeof *allocation + size);
    if (!allocation)
        return NULL;
    memset(allocation->memory, 0xa5, size);
    allocation->is_counted = kit_current != NULL;
    if (kit_current) {
        kit_current->seen.allocations++;
        kit_place(AT_ALLOC, kit_current);
    }
    return allocation->memory;
}

static void counted_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    struct kit_object *object = kit_current;
    struct allocation *allocation =
        (struct allocation *)(void *)((unsigned char *)memory - offsetof(struct allocation, memory));
    if (object) {
        object->seen.frees += allocation->is_counted;
        kit_look_for_freed(object, memory, size);
        kit_place(AT_FREE, object);
    }
    memset(memory, GONE_BYTE, size);
    __asm__ volatile("" : : "r"(memory) : "memory"); /* or the compiler leaves that out */
    free(allocation);
}

void kit_watch_allocator(void)
{
    static const struct wf_allocator allocator = {counted_alloc, counted_free, NULL};
    wf_set_allocator(&allocator);
}
