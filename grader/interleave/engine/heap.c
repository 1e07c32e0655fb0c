/**
 * @file heap.c
 * @brief malloc and free inside a model: blocks at fixed places, each place used once. And stacks that were left.
 *
 * Memory is never used twice within an execution, and a gap follows each block. So an address says exactly which block
 * was meant, a use after free is seen even if nothing has overwritten it, and addresses are the same in each execution.
 */
#include "engine.h"

enum { GRAIN = 16, GAP = 32 };

bool heap_holds(const volatile void *address)
{
    return (const volatile char *)address >= HEAP_BASE &&
           (const volatile char *)address < HEAP_BASE + HEAP_BYTES;
}

int heap_block(const volatile void *address)
{
    if ((const volatile char *)address < il->heap_low || (const volatile char *)address >= il->heap_top)
        return 0;
    return il->owners[((const volatile char *)address - HEAP_BASE) / GRAIN];
}

void heap_reset(void)
{
    il->block_count = 0;
    il->heap_low = il->heap_top = il->falling ? HEAP_BASE + HEAP_BYTES : HEAP_BASE + GRAIN;
}

/* A variable of a function that has returned, or of a thread that has ended. Seen as long as no other function of that
 * thread has come to stand in its place. */
static void stack_check(const volatile void *address, const char *what, il_site site)
{
    int owner = stack_owner((uintptr_t)address);
    if (owner == NOBODY || owner >= il->thread_count)
        return;
    const struct thread *thread = &il->threads[owner];
    if (thread->state == ENDED)
        fail(IL_MEMORY, site, "%s at %s by %s touches a local variable of %s, which has ended", what,
             where(site), thread_text(il->current), thread_text(owner));
    if (thread->frames_end && (const volatile char *)address < thread->frames_end)
        fail(IL_MEMORY, site, "%s at %s by %s touches a local variable of a function of %s that has returned",
             what, where(site), thread_text(il->current), thread_text(owner));
}

void heap_check(const volatile void *address, size_t size, const char *what, il_site site)
{
    if ((uintptr_t)address >= (uintptr_t)STACKS_BASE)
        stack_check(address, what, site);
    int owner = locals_owner(address);
    if (owner != NOBODY && il->threads[owner].state == ENDED)
        fail(IL_MEMORY, site, "%s at %s by %s touches %s: that thread has ended", what, where(site),
             thread_text(il->current), variable_mark((uintptr_t)address));
    if (!heap_holds(address))
        return;
    const volatile char *start = address;
    int index = heap_block(address);
    if (!index) {
        /* the gap behind a block */
        const volatile char *before = start;
        while (before > HEAP_BASE && before > start - GAP && !heap_block(before))
            before -= GRAIN;
        index = heap_block(before);
        if (!index)
            fail(IL_MEMORY, site, "%s at %s of %zu bytes that belong to no block", what, where(site), size);
    }
    const struct block *block = &il->blocks[index];
    if (start < block->start || start + size > block->start + block->size)
        fail(IL_MEMORY, site,
             "%s at %s goes beyond its block: bytes %td to %td of %zu. The block was made at %s", what,
             where(site), start - block->start, start - block->start + (ptrdiff_t)size - 1, block->size,
             where(block->made_at));
    if (block->freed)
        fail(IL_MEMORY, site,
             "use after free: %s at %s by %s touches the %zu-byte block made at %s, which %s freed at %s",
             what, where(site), thread_text(il->current), block->size, where(block->made_at),
             thread_text(block->freed_by), where(block->freed_at));
}

/* So many bytes, and a gap behind them, at a place of their own; NULL: there is no more room. No block owns it yet. */
static char *take_place(size_t bytes, size_t alignment)
{
    size_t room = (size_t)(il->falling ? il->heap_low - HEAP_BASE : HEAP_BASE + HEAP_BYTES - il->heap_top);
    if (bytes > HEAP_BYTES || alignment > HEAP_BYTES || bytes + GAP + alignment + GRAIN > room)
        return NULL;
    uintptr_t first = (uintptr_t)(il->falling ? il->heap_low - GAP - bytes : il->heap_top + alignment - 1);
    char *start = (char *)(first & ~(uintptr_t)(alignment - 1));
    char *from = il->falling ? start : il->heap_top, *end = il->falling ? il->heap_low : start + bytes + GAP;
    memset(&il->owners[(from - HEAP_BASE) / GRAIN], 0, (size_t)(end - from) / GRAIN * sizeof *il->owners);
    if (il->falling)
        il->heap_low = from;
    else
        il->heap_top = end;
    return start;
}

void *il_malloc(size_t size, size_t alignment, bool zeroed, il_site site)
{
    take_turn(TURN_BLOCK, site);
    if (il->failed_allocations < il->options.failed_allocations && choose_value(2) == 1) {
        il->failed_allocations++;
        tell_hidden(il_this(), site, "malloc(%zu) FAILS: NULL", size);
        return NULL;
    }
    if (alignment < GRAIN)
        alignment = GRAIN;
    size_t grains = size ? size / GRAIN + (size % GRAIN != 0) : 1;
    char *start = il->block_count + 1 < BLOCKS_MAX ? take_place(grains * GRAIN, alignment) : NULL;
    if (!start)
        unsupported(site, "the heap of a model is full: it has %d MB and %d blocks. Make the model smaller",
                    HEAP_BYTES >> 20, BLOCKS_MAX);
    struct block *block = &il->blocks[++il->block_count];
    *block = (struct block){.start = start, .size = size, .made_by = (int8_t)il->current, .made_at = site};
    size_t first = (size_t)(start - HEAP_BASE) / GRAIN;
    for (size_t i = 0; i < grains; i++)
        il->owners[first + i] = (uint16_t)il->block_count;
    memset(start, zeroed ? 0 : FILLED_WITH, grains * GRAIN);
    written_set(start, grains * GRAIN, zeroed);
    if (zeroed) /* a thread that reads the zeroes must have been told of the block */
        race_check(il_this(), start, size, true, false, site);
    look_ends(il_this());
    tell_hidden(il_this(), site, "malloc(%zu): block %d", size, il->block_count);
    return start;
}

size_t il_block_size(const void *memory)
{
    int index = heap_block(memory);
    return index && il->blocks[index].start == memory ? il->blocks[index].size : 0;
}

void il_free(void *memory, il_site site)
{
    if (!memory)
        return;
    int index = heap_block(memory);
    struct block *block = &il->blocks[index];
    if (!index || block->start != memory)
        fail(IL_BAD_FREE, site, "free at %s of a pointer that malloc did not return", where(site));
    if (block->freed)
        fail(IL_BAD_FREE, site, "double free at %s by %s: the block made at %s was freed by %s at %s already",
             where(site), thread_text(il->current), where(block->made_at), thread_text(block->freed_by),
             where(block->freed_at));
    /* free counts as a write: it races with every access that is not ordered before it */
    il->freeing = true;
    race_check(il_this(), memory, block->size, true, false, site);
    il->freeing = false;
    block->freed = true;
    block->freed_by = (int8_t)il->current;
    block->freed_at = site;
    look_ends(il_this());
    tell_hidden(il_this(), site, "free(block %d)", index);
}

/* Each block that a pointer in this memory leads into is held, and so is what that one holds. */
static void hold(const char *start, const char *end)
{
    start = (const char *)(((uintptr_t)start + sizeof(void *) - 1) & -sizeof(void *));
    for (; start + sizeof(void *) <= end; start += sizeof(void *)) {
        struct block *block = &il->blocks[heap_block(*(void *const *)(const void *)start)];
        if (block == il->blocks || block->freed || block->held)
            continue;
        block->held = true;
        hold(block->start, block->start + block->size);
    }
}

static void hold_singletons(void)
{
    for (int i = 0; i < il->segment_count; i++)
        hold(il->segments[i].start, il->segments[i].end);
}

void heap_check_leaks(void)
{
    if (il->options.singletons)
        hold_singletons();
    for (int i = 1; i <= il->block_count; i++) {
        const struct block *block = &il->blocks[i];
        if (block->freed || block->held)
            continue;
        il->failure = IL_LEAK;
        il->failure_site = block->made_at;
        snprintf(il->message, sizeof il->message, "the %zu-byte block that %s made at %s is never freed",
                 block->size, thread_text(block->made_by), where(block->made_at));
        return;
    }
}
