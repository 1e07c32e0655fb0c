/**
 * @file race.c
 * @brief Data races: two accesses to the same byte, one of them a write, not both atomic, and no order between them.
 *
 * For each 8 bytes a cell keeps the accesses of each thread, with the thread's clock at that time, until a later one of the
 * same thread says as much. An access races with one of another thread whose clock this thread has not reached. The check
 * does not depend on which came first in this execution, so it finds a race in any interleaving that makes both accesses
 * without an order.
 */
#include "engine.h"

static struct cell *cell_of(uintptr_t key, il_site site)
{
    enum { PROBES = 256 };
    unsigned at = (unsigned)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 40) % CELLS;
    for (int i = 0; i < PROBES; i++, at = (at + 1) % CELLS) {
        struct cell *cell = &il->cells[at];
        if (cell->generation == il->generation && cell->key == key)
            return cell;
        if (cell->generation != il->generation) {
            memset(cell, 0, sizeof *cell);
            cell->generation = il->generation;
            cell->key = key;
            return cell;
        }
    }
    unsupported(site, "the model touches more than %d KB of memory: make it smaller", CELLS * 8 / 1024);
}

static const char *access_name(const struct access *access)
{
    bool atomic = access->atomic, is_write = access->is_write;
    return access->frees                ? "a free"
           : access->uses == USES_MUTEX ? is_write ? "a write to a mutex" : "the use of a mutex"
           : access->uses != USES_NONE
               ? is_write ? "a write to a condition variable" : "the use of a condition variable"
           : atomic   ? is_write ? "an atomic write" : "an atomic read"
           : is_write ? "a write"
                      : "a read";
}

/* The memory in words: a name that the model gave, one that the source has for it at one of the two accesses, or a mark. True: the
 * words say of a block which it is. */
static bool memory_text(uintptr_t address, const struct access *before, const struct access *now, char *text,
                        size_t size)
{
    for (int i = 0; i < il->name_count; i++)
        if (il->names[i].address == address) {
            snprintf(text, size, "%s", il->names[i].name);
            return true;
        }
    /* an operation on an object is written with its name; so is, mostly, a write */
    const struct access *named = before->atomic || now->frees   ? before
                                 : now->atomic || before->frees ? now
                                 : before->is_write             ? before
                                                                : now;
    bool in_block = heap_block((void *)address) != 0;
    snprintf(text, size, "%s",
             in_block ? object_mark(address, named->site, !named->atomic) : variable_mark(address));
    return !in_block;
}

/* "a write of count", for the account. */
static void access_text(const struct access *access, const char *memory, int block, char *text, size_t size)
{
    if (access->frees)
        snprintf(text, size, "a free of block %d", block);
    else
        snprintf(text, size, "%s of %s", access_name(access), memory);
}

static _Noreturn void race_found(const struct access *before, const struct access *now, uintptr_t cell)
{
    char memory[200], made[100] = "", what_before[300], what_now[300], advice[IL_MESSAGE_BYTES];
    uint8_t both = before->bytes & now->bytes;
    uintptr_t address = (cell & ~(uintptr_t)7) + (uintptr_t)__builtin_ctz(both);
    bool named = memory_text(address, before, now, memory, sizeof memory);
    int block = heap_block((void *)address);
    const struct thread *thread = &il->threads[now->thread];
    if (!named)
        snprintf(made, sizeof made, ", which was made at %s", where(il->blocks[block].made_at));
    if (!missing_order(thread, before->thread, before->clock, advice, sizeof advice) &&
        !only_looked(thread, before->thread, before->clock, advice, sizeof advice) &&
        !store_waited(thread, advice, sizeof advice) &&
        !store_waited(&il->threads[before->thread], advice, sizeof advice))
        snprintf(advice, sizeof advice, "%s",
                 before->frees || now->frees
                     ? "The free must come after: count the references, or join the thread"
                     : "Publish the one with a release that the other acquires, or guard both with a lock");
    access_text(before, memory, block, what_before, sizeof what_before);
    access_text(now, memory, block, what_now, sizeof what_now);
    tell_race(before, address, what_before, now, what_now);
    fail(IL_RACE, now->site, "%s %s%s: %s by %s at %s, and %s by %s at %s; nothing orders the two. %s",
         before->frees || now->frees ? "a use after free in one order of the two, a data race on"
                                     : "a data race on",
         memory, made, access_name(before), thread_text(before->thread), where(before->site),
         access_name(now), thread_text(now->thread), where(now->site), advice);
}

/* Whether a thread that races with `old` races with `now` too, which is later and of the same thread. */
static bool says_as_much(const struct access *now, const struct access *old)
{
    return (now->is_write || !old->is_write) && (!now->atomic || old->atomic);
}

/* Member by member: to copy it as a whole, just after its members were written, would wait for each of them. */
static void add_access(struct cell *cell, const struct access *access)
{
    if (il->access_count + 1 >= ACCESSES_MAX)
        unsupported(access->site, "the model makes too many accesses to memory: make it smaller");
    struct access *added = &il->accesses[++il->access_count];
    added->site = access->site;
    added->clock = access->clock;
    added->thread = access->thread;
    added->bytes = access->bytes;
    added->is_write = access->is_write;
    added->atomic = access->atomic;
    added->frees = access->frees;
    added->uses = access->uses;
    added->next = cell->first;
    cell->first = il->access_count;
}

static inline void check_cell(const struct thread *thread, struct cell *cell, uintptr_t address,
                              const struct access *now)
{
    bool merged = false;
    for (int *link = &cell->first; *link;) {
        struct access *old = &il->accesses[*link];
        if (old->thread != now->thread) {
            if ((old->bytes & now->bytes) && (old->is_write || now->is_write) &&
                !(old->atomic && now->atomic) && old->clock > thread->now.clock.of[old->thread])
                race_found(old, now, address);
        } else if (old->clock == now->clock && old->is_write == now->is_write && old->atomic == now->atomic &&
                   old->uses == now->uses) {
            old->bytes |= now->bytes;
            old->site = now->site;
            merged = true;
        } else if (says_as_much(now, old)) {
            old->bytes &= (uint8_t)~now->bytes;
            if (!old->bytes) {
                *link = old->next;
                continue;
            }
        }
        link = &old->next;
    }
    if (!merged)
        add_access(cell, now);
    if (now->atomic)
        cell->has_atomic = true;
    else if (now->is_write && cell->has_atomic)
        memory_rewritten(address,
                         address + (uintptr_t)__builtin_popcount(now->bytes)); /* neighbours, all of them */
}

void race_check(struct thread *thread, const volatile void *address, size_t size, bool is_write, bool atomic,
                il_site site)
{
    if (size == 0)
        return;
    uintptr_t start = (uintptr_t)address, last = start + size - 1;
    /* what comes before the start of the first thread races with nothing */
    if (il->thread_count == 1 && !atomic) {
        if (is_write)
            memory_rewritten(start, last + 1);
        return;
    }
    struct access now = {.site = site,
                         .clock = thread->now.clock.of[thread->id],
                         .thread = thread->id,
                         .is_write = is_write,
                         .atomic = atomic,
                         .frees = il->freeing,
                         .uses = il->using};
    for (uintptr_t key = start >> 3; key <= last >> 3; key++) {
        uint8_t bytes = 0xff;
        if (key == start >> 3)
            bytes &= (uint8_t)(0xff << (start & 7));
        if (key == last >> 3)
            bytes &= (uint8_t)(0xff >> (7 - (last & 7)));
        uintptr_t from = key == start >> 3 ? start : key << 3;
        now.bytes = bytes;
        check_cell(thread, cell_of(key, site), from, &now);
    }
}

static void plain(const volatile void *address, size_t size, bool is_write, il_site site)
{
    enum { LOOP = 2000000 };
    heap_check(address, size, is_write ? "a write" : "a read", site);
    if (is_write && !il_is_own_stack(address))
        look_ends(il_this());
    il_this()->sc.was_elsewhere = true;
    race_check(il_this(), address, size, is_write, false, site);
    if (il->tracing)
        tell_plain(il_this(), address, size, site);
    if (++il->plain_accesses > LOOP)
        fail(IL_LOOP, site,
             "an endless loop at %s: %d accesses to memory and no operation that another thread could see or answer. A "
             "variable that another thread shall change must be atomic",
             where(site), LOOP);
}

void il_plain(const volatile void *address, size_t size, bool is_write, il_site site)
{
    if (!il_active() || size == 0)
        return;
    plain(address, size, is_write, site);
    if (is_write)
        written_set(address, size, true);
    else
        unwritten_check(address, size, site);
}

void il_touch(const volatile void *address, size_t size, bool is_write, il_site site)
{
    if (!il_active() || size == 0)
        return;
    (void)raw_read(address, 1);
    (void)raw_read((const volatile char *)address + size - 1, 1);
    il_plain(address, size, is_write, site);
}

void il_read_whole(const volatile void *address, size_t size, il_site site)
{
    if (il_active() && size > 0)
        plain(address, size, false, site);
}

void il_copy(void *to, const void *from, size_t size, bool may_overlap, il_site site)
{
    const char *target = to, *source = from;
    if (!il_active() || size == 0)
        return;
    plain(from, size, false, site);
    plain(to, size, true, site);
    /* onto itself as a whole: the compiler copies structures by memcpy, also one to itself */
    if (!may_overlap && target != source && target < source + size && source < target + size)
        fail(IL_MEMORY, site,
             "%s copies %zu bytes at %s to memory that overlaps: it begins %zu bytes %s what is copied. Use memmove",
             thread_text(il->current), size, where(site),
             (size_t)(target > source ? target - source : source - target),
             target > source ? "after" : "before");
    written_copy(to, from, size);
}
