/**
 * @file build_imports.c
 * @brief What a submission's object asks for and defines: calls that give memory, names that libraries have, what a model may not.
 *
 * The runtime's memory comes from wf_alloc() (G.95), so that a program can count it, replace it and make it fail. What is asked
 * for elsewhere is seen by no counter; in the object's table of symbols it stands, also where no test comes to the call.
 *
 * A model is explored by the engine in its own process, which reports of it. So it may call what a model needs and nothing else, and
 * defines nothing that another object could take for its own.
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
                                        "__libc_realloc", "__libc_memalign", "__libc_free",
                                        "__libc_valloc",  "__libc_pvalloc"};

static bool is_one(const char *name)
{
    const size_t length = strcspn(name, "@"); /* a version of the library's may stand behind it */
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i]) == length && strncmp(name, functions[i], length) == 0)
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

/* Which symbols of an object are looked for. */
typedef bool is_wanted(const void *arg, const Elf64_Sym *symbol, const char *name);

static void add_symbols(const char *object, size_t length, const Elf64_Shdr *symbols, is_wanted *wanted,
                        const void *arg, struct words *names)
{
    Elf64_Shdr text;
    Elf64_Sym symbol;
    if (!section(object, length, symbols->sh_link, &text) || text.sh_type != SHT_STRTAB)
        return;
    for (uint64_t at = 0; at + sizeof symbol <= symbols->sh_size; at += sizeof symbol) {
        memcpy(&symbol, object + symbols->sh_offset + at, sizeof symbol);
        const char *name = object + text.sh_offset + symbol.st_name;
        bool is_whole = symbol.st_name < text.sh_size && memchr(name, '\0', text.sh_size - symbol.st_name);
        if (is_whole && *name && wanted(arg, &symbol, name))
            words_add(names, name);
    }
}

/* Those of the table of this type: SHT_SYMTAB has all, SHT_DYNSYM those that a program shares with its libraries. */
static struct words symbols_in(const char *object, size_t length, uint32_t type, is_wanted *wanted,
                               const void *arg)
{
    struct words names = {0};
    Elf64_Ehdr head;
    Elf64_Shdr found;
    if (length < sizeof head || memcmp(object, ELFMAG, SELFMAG) != 0 || object[EI_CLASS] != ELFCLASS64)
        return names;
    uint64_t count = section_count(object, length);
    for (uint64_t i = 1; i < count && i <= length / sizeof found; i++)
        if (section(object, length, i, &found) && found.sh_type == type)
            add_symbols(object, length, &found, wanted, arg, &names);
    words_keep_once(&names);
    return names;
}

static struct words symbols_of(const char *object, size_t length, is_wanted *wanted, const void *arg)
{
    return symbols_in(object, length, SHT_SYMTAB, wanted, arg);
}

static bool gives_memory(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    (void)arg;
    return symbol->st_shndx == SHN_UNDEF && is_one(name);
}

struct words build_memory_imports(const char *object, size_t length)
{
    return symbols_of(object, length, gives_memory, NULL);
}

static bool is_of_a_sanitizer(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    static const char *const begins[] = {"__tsan_", "__asan_", "__lsan_", "__ubsan_", "__sanitizer_"};
    (void)arg;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(name, begins[i], strlen(begins[i])) == 0)
            return symbol->st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;
    return false;
}

bool build_leaves_sanitizers(struct builder *builder, const char *object, const char *shown, const void *none)
{
    (void)none;
    size_t length = 0;
    char *bytes = read_file(object, OBJECT_BYTES_MAX, &length, NULL);
    struct words names = bytes ? symbols_of(bytes, length, is_of_a_sanitizer, NULL) : (struct words){0};
    bool leaves = names.count == 0;
    if (!leaves)
        build_problem(
            builder->build, shown, false,
            format_text("defines %s, by which a program tells a sanitizer what to leave unsaid: remove it.",
                        names.items[0]));
    words_free(&names);
    free(bytes);
    return leaves;
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

/* What a model does not need. Where an account is written its code may run outside of an execution (interleave_name_with()): there the
 * engine does not stand before the system's calls, so not one of them is had. `arg`: how the names of what it runs on begin. */
static bool is_unneeded(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    static const char *const names[] = {"malloc",      "calloc",      "realloc",          "free",
                                        "memcpy",      "memmove",     "memset",           "memcmp",
                                        "strcmp",      "exit",        "__stack_chk_fail", "abort",
                                        "sched_yield", "wf_lab_todo", "__assert_fail"};
    static const char *const begins[] = {"interleave_", "pthread_", "sem_", "__tsan_", "__atomic_"};
    const struct words *calls = arg;
    bool is_needed = symbol->st_shndx != SHN_UNDEF;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        is_needed |= strncmp(name, begins[i], strlen(begins[i])) == 0;
    for (size_t i = 0; i < calls->count; i++)
        is_needed |= strncmp(name, calls->items[i], strlen(calls->items[i])) == 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        is_needed |= strcmp(name, names[i]) == 0;
    return !is_needed;
}

static bool is_for_others(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    (void)arg;
    (void)name;
    return symbol->st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) != STB_LOCAL;
}

/* "a, b" */
static char *list_of(const struct words *names)
{
    char *text = copy_text("");
    for (size_t i = 0; i < names->count; i++) {
        char *longer = format_text("%s%s%s", text, i ? ", " : "", names->items[i]);
        free(text);
        text = longer;
    }
    return text;
}

/* `arg`: sorted names. */
static bool is_defined_and_among(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    return is_for_others(NULL, symbol, name) && words_contain_sorted(arg, name);
}

/* What libraries do not see is bound to the program's own calls all the same, those of the tests among them. */
static bool is_hidden(const void *arg, const Elf64_Sym *symbol, const char *name)
{
    int visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return is_for_others(arg, symbol, name) && strncmp(name, "wf_", 3) != 0 &&
           (visibility == STV_HIDDEN || visibility == STV_INTERNAL);
}

/* Whether there are none of these names. Takes them. */
static bool refuse_names(struct builder *builder, const char *shown, struct words names, const char *why)
{
    bool none = names.count == 0;
    char *text = list_of(&names);
    if (!none)
        build_problem(builder->build, shown, false,
                      format_text("defines %s, %s\nMake it static, or give it another name.", text, why));
    free(text);
    words_free(&names);
    return none;
}

bool build_read_shared_names(const char *program, struct words *names)
{
    size_t length = 0;
    char *bytes = read_file(program, OBJECT_BYTES_MAX, &length, NULL);
    bool is_read = bytes != NULL;
    *names = is_read ? symbols_in(bytes, length, SHT_DYNSYM, is_for_others, NULL) : (struct words){0};
    free(bytes);
    return is_read;
}

bool build_keeps_libraries(struct builder *builder, const char *object, const char *shown, const void *shared)
{
    size_t length = 0;
    char *bytes = read_file(object, OBJECT_BYTES_MAX, &length, NULL);
    bool keeps = bytes != NULL;
    if (keeps) {
        keeps =
            refuse_names(builder, shown, symbols_of(bytes, length, is_defined_and_among, shared),
                         "as a library of the program does: the library and the tests would call this one.");
        keeps &= refuse_names(builder, shown, symbols_of(bytes, length, is_hidden, NULL),
                              "with a visibility by which nobody can see whether a library has it, too.");
    }
    free(bytes);
    return keeps;
}

bool build_model_is_closed(struct builder *builder, const char *object, const char *shown, const char *calls)
{
    size_t length = 0, before = builder->build->problem_count;
    char *bytes = read_file(object, OBJECT_BYTES_MAX, &length, NULL);
    if (!bytes)
        return false;
    struct words wanted = {0};
    words_split(&wanted, calls);
    struct words asked = symbols_of(bytes, length, is_unneeded, &wanted),
                 defines = symbols_of(bytes, length, is_for_others, NULL);
    if (asked.count) {
        char *text = list_of(&asked);
        build_problem(
            builder->build, shown, false,
            format_text(
                "asks for %s. A model has what begins with one of %s; POSIX threads, semaphores, malloc, free, memcpy and its "
                "like, and what interleave.h declares.",
                text, calls));
        free(text);
    }
    if (defines.count)
        build_problem(
            builder->build, shown, false,
            format_text("defines %s for other files: make all functions and variables of a model static.",
                        defines.items[0]));
    words_free(&defines);
    words_free(&asked);
    words_free(&wanted);
    free(bytes);
    return builder->build->problem_count == before;
}
