/**
 * @file unsized.c
 * @brief Blocks that know their own size.
 */
#include "weft/unsized.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "weft/alloc.h"

/* In front of the memory. As large as the strictest alignment, so that the memory behind it has that too. */
struct head {
    alignas(max_align_t) size_t bytes; /* of the whole block */
};

/* A whole block for `size` bytes, or 0: there are no such numbers. */
static size_t block_bytes(size_t size)
{
    return size <= SIZE_MAX - sizeof(struct head) ? sizeof(struct head) + size : 0;
}

static struct head *head_of(void *memory)
{
    return (struct head *)memory - 1;
}

void *wf_unsized_alloc(size_t size)
{
    size_t bytes = block_bytes(size);
    struct head *head = bytes ? wf_alloc(bytes) : NULL;
    if (!head)
        return NULL;
    head->bytes = bytes;
    return head + 1;
}

void *wf_unsized_realloc(void *memory, size_t size)
{
    if (memory && size == 0) {
        wf_unsized_free(memory);
        return NULL;
    }
    if (memory && block_bytes(size) == head_of(memory)->bytes)
        return memory;
    void *moved = wf_unsized_alloc(size);
    if (moved && memory) {
        size_t held = head_of(memory)->bytes - sizeof(struct head);
        memcpy(moved, memory, held < size ? held : size);
        wf_unsized_free(memory);
    }
    return moved;
}

void wf_unsized_free(void *memory)
{
    if (memory)
        wf_free(head_of(memory), head_of(memory)->bytes);
}
