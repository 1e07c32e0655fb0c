/**
 * @file unwritten.c
 * @brief Reads of memory that nothing has written: of malloc, or a local variable.
 *
 * For each byte of the heap and of the stacks there is a bit: nothing has written it since malloc gave it out, or since its function
 * began (frames.c). A copy by memcpy and its kin, or of a structure, copies the bits or counts as a write, and is no failure: a structure may
 * be copied before all of its members have a value. A read of up to 8 bytes, all of them unwritten, is one. What the compiler
 * does not report would be taken for unwritten as well; so the bytes must also still be those that they were filled with.
 */
#include "debug_info.h"
#include "engine.h"

enum { SCALAR_MAX = 8 };

/* The byte that holds the bit of this one; NULL: it is not watched. */
static uint8_t *bits_at(uintptr_t address)
{
    uintptr_t in_heap = address - (uintptr_t)HEAP_BASE, in_stacks = address - (uintptr_t)STACKS_BASE;
    return in_heap < HEAP_BYTES       ? &il->unwritten[in_heap >> 3]
           : in_stacks < STACKS_BYTES ? &il->unwritten[(HEAP_BYTES + in_stacks) >> 3]
                                      : NULL;
}

static bool has_bit(uintptr_t address)
{
    const uint8_t *bits = bits_at(address);
    return bits && *bits >> (address & 7) & 1;
}

void written_set(const volatile void *memory, size_t size, bool written)
{
    uintptr_t address = (uintptr_t)memory, end = address + size;
    uint8_t *at = bits_at(address);
    if (!at || size == 0)
        return;
    for (uintptr_t word = address & ~(uintptr_t)7; word < end; word += 8, at++) {
        uint8_t bits = 0xff;
        if (word < address)
            bits &= (uint8_t)(0xff << (address - word));
        if (end - word < 8)
            bits &= (uint8_t)(0xff >> (8 - (end - word)));
        *at = (uint8_t)(written ? *at & ~bits : *at | bits);
    }
}

static bool any_unwritten(uintptr_t address, size_t size)
{
    const uint8_t *at = bits_at(address);
    for (uintptr_t word = address & ~(uintptr_t)7; at && word < address + size; word += 8)
        if (*at++)
            return true;
    return false;
}

void written_copy(const void *to, const void *from, size_t size)
{
    uintptr_t target = (uintptr_t)to, source = (uintptr_t)from;
    if (!bits_at(target))
        return;
    if (!any_unwritten(source, size)) { /* other memory counts as written */
        written_set(to, size, true);
        return;
    }
    bool backwards = target > source;
    for (size_t i = 0; i < size; i++) {
        size_t at = backwards ? size - 1 - i : i;
        written_set((void *)(target + at), 1, !has_bit(source + at));
    }
}

bool is_unwritten(const volatile void *memory, size_t size)
{
    const volatile unsigned char *bytes = memory;
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!has_bit((uintptr_t)(bytes + i)) || bytes[i] != FILLED_WITH)
            return false;
    return true;
}

/* --- what is read of a local variable --- */

struct part {
    const struct local *local;
    size_t offset, size;
    bool is_structure;
    char name[100];
};

static void look_at_part(void *arg)
{
    struct part *part = arg;
    part->is_structure = debug_info_holds_structure(part->local->type, part->offset, part->size);
    debug_info_part(part->local->type, part->offset, part->name, sizeof part->name);
}

/* Of a read at this place of that part. */
static bool *copy_mark(il_site site, const struct part *part)
{
    uint64_t read = ((uintptr_t)site * 31 + (uintptr_t)part->local) * 31 + part->offset;
    return &il->copies[read * UINT64_C(0x9E3779B97F4A7C15) >> 40 & (COPY_MARKS - 1)];
}

/* A structure as large as what is read begins there: it may be copied as a whole. */
static bool is_copied(const volatile void *memory, size_t size, il_site site)
{
    int owner;
    const struct function *function;
    struct part part = {.size = size};
    if (!on_a_stack((uintptr_t)memory))
        return false;
    part.local = local_at((uintptr_t)memory, &owner, &function, &part.offset);
    if (!part.local)
        return true;
    bool *is_known = copy_mark(site, &part);
    if (!*is_known) {
        run_outside(look_at_part, &part);
        *is_known = part.is_structure;
    }
    return *is_known;
}

void unwritten_check(const volatile void *memory, size_t size, il_site site)
{
    if (size <= SCALAR_MAX && is_unwritten(memory, size) && !is_copied(memory, size, site))
        unwritten_found(memory, size, site);
}

static _Noreturn void local_found(const volatile void *memory, size_t size, il_site site)
{
    int owner;
    const struct function *function = NULL;
    struct part part = {.size = size};
    part.local = local_at((uintptr_t)memory, &owner, &function, &part.offset);
    if (part.local)
        run_outside(look_at_part, &part);
    char of_owner[60];
    snprintf(of_owner, sizeof of_owner, " of %s", thread_text(owner));
    fail(IL_MEMORY, site,
         "%s reads %s%s%s at %s, which nothing has written since %s() began: %zu byte%s of it",
         thread_text(il->current), part.local ? part.local->name : "memory", part.name,
         owner == il->current ? "" : of_owner, where(site),
         function ? function_mark(function->site) : "its function", size, size == 1 ? "" : "s");
}

void unwritten_found(const volatile void *memory, size_t size, il_site site)
{
    if (on_a_stack((uintptr_t)memory))
        local_found(memory, size, site);
    int block = heap_block(memory);
    fail(IL_MEMORY, site,
         "%s reads %s at %s, which nothing has written since the block was made at %s: %zu byte%s of it",
         thread_text(il->current), object_mark((uintptr_t)memory, site, false), where(site),
         where(il->blocks[block].made_at), size, size == 1 ? "" : "s");
}
