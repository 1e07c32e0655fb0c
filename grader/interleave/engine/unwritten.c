/**
 * @file unwritten.c
 * @brief Reads of memory that nothing has written since malloc gave it out.
 *
 * For each byte of the heap there is a bit: it was written. A copy by memcpy and its kin copies the bits too, so that it counts for nothing
 * by itself: a structure may be copied before all of its members have a value. A read of up to 8 bytes, all of them unwritten, is a
 * failure. What the compiler does not report would be taken for unwritten as well; so the bytes must also still be those that malloc
 * left there.
 */
#include "engine.h"

enum { FILLED_WITH = 0xa5, SCALAR_MAX = 8 };

static uint8_t *bits_at(uintptr_t address)
{
    return &il->written[(address - (uintptr_t)HEAP_BASE) >> 3];
}

static bool is_written(uintptr_t address)
{
    return *bits_at(address) >> (address & 7) & 1;
}

void written_set(const volatile void *memory, size_t size, bool written)
{
    uintptr_t address = (uintptr_t)memory, end = address + size;
    if (!heap_holds(memory) || size == 0)
        return;
    for (uintptr_t word = address & ~(uintptr_t)7; word < end; word += 8) {
        uint8_t bits = 0xff;
        if (word < address)
            bits &= (uint8_t)(0xff << (address - word));
        if (end - word < 8)
            bits &= (uint8_t)(0xff >> (8 - (end - word)));
        *bits_at(word) = (uint8_t)(written ? *bits_at(word) | bits : *bits_at(word) & ~bits);
    }
}

void written_copy(const void *to, const void *from, size_t size)
{
    uintptr_t target = (uintptr_t)to, source = (uintptr_t)from;
    if (!heap_holds(from)) { /* other memory counts as written */
        written_set(to, size, true);
        return;
    }
    if (!heap_holds(to))
        return;
    bool backwards = target > source;
    for (size_t i = 0; i < size; i++) {
        size_t at = backwards ? size - 1 - i : i;
        written_set((void *)(target + at), 1, is_written(source + at));
    }
}

bool is_unwritten(const volatile void *memory, size_t size)
{
    const volatile unsigned char *bytes = memory;
    if (!heap_holds(memory) || size == 0)
        return false;
    for (size_t i = 0; i < size; i++)
        if (is_written((uintptr_t)(bytes + i)) || bytes[i] != FILLED_WITH)
            return false;
    return true;
}

void unwritten_check(const volatile void *memory, size_t size, il_site site)
{
    if (size <= SCALAR_MAX && is_unwritten(memory, size))
        unwritten_found(memory, size, site);
}

void unwritten_found(const volatile void *memory, size_t size, il_site site)
{
    int block = heap_block(memory);
    fail(IL_MEMORY, site,
         "%s reads %s at %s, which nothing has written since the block was made at %s: %zu byte%s of it",
         thread_text(il->current), object_mark((uintptr_t)memory, site, false), where(site),
         where(il->blocks[block].made_at), size, size == 1 ? "" : "s");
}
