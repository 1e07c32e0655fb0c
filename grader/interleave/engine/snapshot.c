/**
 * @file snapshot.c
 * @brief The program's static variables, kept once and set back before each execution.
 *
 * Only the program itself: the C library keeps its own. The engine's state is not among them, since it is mapped memory;
 * the pointer to it is, and has the same value each time. The part that the loader protects after its work (RELRO) cannot
 * be written, and is left out.
 */
#include "engine.h"

#include <link.h>
#include <stdlib.h>
#include <unistd.h>

enum { STATIC_BYTES_MAX = 1 << 20 };

static void add_segment(const struct dl_phdr_info *info, const ElfW(Phdr) * header)
{
    char *start = (char *)(info->dlpi_addr + header->p_vaddr), *end = start + header->p_memsz;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *other = &info->dlpi_phdr[i];
        if (other->p_type != PT_GNU_RELRO)
            continue;
        char *from = (char *)(info->dlpi_addr + other->p_vaddr);
        char *to = (char *)(((uintptr_t)from + other->p_memsz + page) & ~page);
        if (from <= start && to > start)
            start = to < end ? to : end;
    }
    if (start >= end || il->segment_count == (int)(sizeof il->segments / sizeof il->segments[0]))
        return;
    il->segments[il->segment_count++] = (struct segment){.start = start, .end = end};
}

static int look(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    if (info->dlpi_name && *info->dlpi_name)
        return 0; /* a library */
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W))
            add_segment(info, header);
        if (header->p_type == PT_TLS && header->p_memsz) {
            size_t align = header->p_align ? header->p_align : 1;
            size_t bytes = (header->p_memsz + align - 1) / align * align;
#if defined(__aarch64__)
            (void)bytes;
            il->locals_offset = (ptrdiff_t)((16 + align - 1) / align * align);
#else
            il->locals_offset = -(ptrdiff_t)bytes;
#endif
            il->locals_bytes = header->p_memsz;
            il->locals_first = (const char *)(info->dlpi_addr + header->p_vaddr);
            il->locals_first_bytes = header->p_filesz;
        }
    }
    return 1;
}

/* Not memcpy: under a sanitizer that would look at what belongs to it. */
static void copy_words(char *to, const char *from, size_t bytes)
{
    size_t i = 0;
    for (; i + 8 <= bytes; i += 8)
        *(volatile uint64_t *)(void *)(to + i) = *(const uint64_t *)(const void *)(from + i);
    for (; i < bytes; i++)
        ((volatile char *)to)[i] = from[i];
}

void snapshot_take(void)
{
    size_t total = 0;
    il->segment_count = 0;
    il->locals_bytes = 0;
    dl_iterate_phdr(look, NULL);
    for (int i = 0; i < il->segment_count; i++) {
        struct segment *segment = &il->segments[i];
        size_t bytes = (size_t)(segment->end - segment->start);
        total += bytes;
        segment->copy = malloc(bytes);
        if (!segment->copy)
            engine_failed("no memory");
        copy_words(segment->copy, segment->start, bytes);
    }
    if (total > STATIC_BYTES_MAX)
        engine_failed(
            "the program has %zu KB of static variables, which would be set back for each execution; at most "
            "%d KB: make large arrays smaller",
            total >> 10, STATIC_BYTES_MAX >> 10);
    if (il->locals_bytes > STATIC_BYTES_MAX)
        engine_failed(
            "the program has %zu KB of thread-local variables, of which each thread has its own; at most %d "
            "KB: make large arrays smaller",
            il->locals_bytes >> 10, STATIC_BYTES_MAX >> 10);
}

void snapshot_restore(void)
{
    for (int i = 0; i < il->segment_count; i++) {
        const struct segment *segment = &il->segments[i];
        copy_words(segment->start, segment->copy, (size_t)(segment->end - segment->start));
    }
}

void snapshot_forget(void)
{
    for (int i = 0; i < il->segment_count; i++)
        free(il->segments[i].copy);
    il->segment_count = 0;
}
