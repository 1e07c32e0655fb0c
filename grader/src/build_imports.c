/**
 * @file build_imports.c
 * @brief Which functions of the C library that give memory a submission's object asks for: its undefined symbols say.
 *
 * The runtime's memory comes from wf_alloc() (G.95), so that a program can count it, replace it and make it fail. What is asked
 * for elsewhere is seen by no counter; in the object's table of symbols it stands, also where no test comes to the call.
 *
 * The object was made by the compiler, of a text that nobody trusts: each offset is held against the object's length.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "build_internal.h"

static const char *const functions[] = {"malloc",         "calloc",          "realloc",
                                        "reallocarray",   "aligned_alloc",   "memalign",
                                        "valloc",         "pvalloc",         "posix_memalign",
                                        "free",           "cfree",           "strdup",
                                        "__strdup",       "strndup",         "__strndup",
                                        "wcsdup",         "asprintf",        "vasprintf",
                                        "__asprintf",     "__asprintf_chk",  "__vasprintf_chk",
                                        "getline",        "getdelim",        "__getdelim",
                                        "open_memstream", "open_wmemstream", "mmap",
                                        "mmap64",         "mremap",          "brk",
                                        "sbrk",           "__libc_malloc",   "__libc_calloc",
                                        "__libc_realloc", "__libc_memalign", "__libc_free"};

static bool is_one(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(name, functions[i]) == 0)
            return true;
    return false;
}

/* `size` bytes of the object from `offset` on; NULL: it has not so many. */
static const void *part(const char *object, size_t length, uint64_t offset, uint64_t size)
{
    return offset <= length && size <= length - offset ? object + offset : NULL;
}

/* A section by its number; false: it is not there, or not whole. */
static bool section(const char *object, size_t length, uint64_t number, Elf64_Shdr *found)
{
    Elf64_Ehdr head;
    memcpy(&head, object, sizeof head);
    const void *at = number <= length / sizeof *found
                         ? part(object, length, head.e_shoff + number * sizeof *found, sizeof *found)
                         : NULL;
    if (at)
        memcpy(found, at, sizeof *found);
    return at && part(object, length, found->sh_offset, found->sh_type == SHT_NOBITS ? 0 : found->sh_size);
}

/* Where there are too many for the head, the first section, which is none, says how many there are. */
static uint64_t section_count(const char *object, size_t length)
{
    Elf64_Ehdr head;
    Elf64_Shdr none;
    memcpy(&head, object, sizeof head);
    const void *at = head.e_shnum ? NULL : part(object, length, head.e_shoff, sizeof none);
    if (at)
        memcpy(&none, at, sizeof none);
    return at ? none.sh_size : head.e_shnum;
}

static void add_symbols(const char *object, size_t length, const Elf64_Shdr *symbols, struct words *names)
{
    Elf64_Shdr text;
    Elf64_Sym symbol;
    if (!section(object, length, symbols->sh_link, &text) || text.sh_type != SHT_STRTAB)
        return;
    for (uint64_t at = 0; at + sizeof symbol <= symbols->sh_size; at += sizeof symbol) {
        memcpy(&symbol, object + symbols->sh_offset + at, sizeof symbol);
        const char *name = object + text.sh_offset + symbol.st_name;
        bool is_whole = symbol.st_name < text.sh_size && memchr(name, '\0', text.sh_size - symbol.st_name);
        if (symbol.st_shndx == SHN_UNDEF && is_whole && is_one(name) && !words_contain(names, name))
            words_add(names, name);
    }
}

struct words build_memory_imports(const char *object, size_t length)
{
    struct words names = {0};
    Elf64_Ehdr head;
    Elf64_Shdr found;
    if (length < sizeof head || memcmp(object, ELFMAG, SELFMAG) != 0 || object[EI_CLASS] != ELFCLASS64)
        return names;
    uint64_t count = section_count(object, length);
    for (uint64_t i = 1; i < count && i <= length / sizeof found; i++)
        if (section(object, length, i, &found) && found.sh_type == SHT_SYMTAB)
            add_symbols(object, length, &found, &names);
    return names;
}

void build_note_imports(struct builder *builder, const char *object, const char *shown)
{
    size_t length = 0;
    char *bytes = read_file(object, OBJECT_BYTES_MAX, &length, NULL);
    struct words names = bytes ? build_memory_imports(bytes, length) : (struct words){0};
    char *says = format_text("%s calls ", shown);
    for (size_t i = 0; i < names.count; i++) {
        char *so_far = builder->build->memory_imports;
        char *longer = format_text("%s%s%s%s()", so_far ? so_far : "",
                                   i > 0    ? ", "
                                   : so_far ? "; "
                                            : "",
                                   i > 0 ? "" : says, names.items[i]);
        free(so_far);
        builder->build->memory_imports = longer;
    }
    free(says);
    words_free(&names);
    free(bytes);
}
