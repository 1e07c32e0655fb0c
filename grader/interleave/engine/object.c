/**
 * @file object.c
 * @brief What objects are called: a variable's name, the one that the source has for it where it is used, a member of a block.
 */
#include "debug_info.h"
#include "engine.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

struct symbols {
    size_t count;
    struct symbol {
        uintptr_t address;
        size_t size;
        char name[64];
        /* what was asked last: a long account asks the same thousands of times */
        char place[100];
        size_t offset;
        bool whole, asked;
    } * items;
};

/* --- variables --- */

static void add_symbol(void *arg, const char *name, uintptr_t address, size_t size)
{
    struct symbols *symbols = arg;
    if (symbols->count % 64 == 0) {
        symbols->items = realloc(symbols->items, (symbols->count + 64) * sizeof *symbols->items);
        if (!symbols->items)
            engine_failed("no memory");
    }
    struct symbol *symbol = &symbols->items[symbols->count++];
    *symbol = (struct symbol){.address = address, .size = size};
    snprintf(symbol->name, sizeof symbol->name, "%s", name);
}

static void read_symbols(void)
{
    il->symbols = calloc(1, sizeof *il->symbols);
    if (!il->symbols)
        engine_failed("no memory");
    debug_info_variables(add_symbol, il->symbols);
}

/* The static variable that holds this address; NULL: none. */
static struct symbol *symbol_at(uintptr_t address)
{
    if (!il->symbols)
        read_symbols();
    for (size_t i = 0; i < il->symbols->count; i++) {
        struct symbol *symbol = &il->symbols->items[i];
        if (address >= symbol->address && address < symbol->address + symbol->size)
            return symbol;
    }
    return NULL;
}

/* A variable of a function that the thread was in when a line of the account was written. */
static bool find_local(int thread, uintptr_t address, bool whole, char *text, size_t size)
{
    for (int i = 0; i < il->line_count; i++) {
        const struct call *call = il->lines[i].calls;
        if (il->lines[i].thread != thread)
            continue;
        while (call && call->site && address >= call->frame)
            call++;
        if (call && call->site &&
            debug_info_local((uintptr_t)call->site, call->frame, address, whole, text, size))
            return true;
    }
    return false;
}

void write_variable(FILE *out, uintptr_t address, bool whole)
{
    char place[100];
    int thread = stack_owner(address), owner = locals_owner((const void *)address);
    if (owner != NOBODY) { /* a symbol's address is its place in the block, there */
        fprintf(out, "%c's own ", 'A' + owner);
        address -= (uintptr_t)il->threads[owner].thread_pointer + (uintptr_t)il->locals_offset;
    }
    struct symbol *symbol = symbol_at(address);
    if (thread != NOBODY) {
        if (find_local(thread, address, whole, place, sizeof place))
            fprintf(out, "%c's %s", 'A' + thread, place);
        else
            fprintf(out, "a variable on the stack of %c", 'A' + thread);
    } else if (!symbol && owner != NOBODY)
        fputs("errno, or the like", out);
    else if (!symbol)
        fprintf(out, "the memory at %#lx", (unsigned long)address);
    else if (owner != NOBODY) /* its parts are not looked up */
        fprintf(out, address > symbol->address ? "%s + %zu" : "%s", symbol->name,
                (size_t)(address - symbol->address));
    else {
        size_t offset = (size_t)(address - symbol->address);
        if (!symbol->asked || symbol->offset != offset || symbol->whole != whole)
            debug_info_place(symbol->address, offset, whole, symbol->place, sizeof symbol->place);
        symbol->asked = true;
        symbol->offset = offset;
        symbol->whole = whole;
        fprintf(out, "%s%s", symbol->name, symbol->place);
    }
}

/* --- the source: what an operation calls the object it is about --- */

static char *program_path(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return strdup(path);
}

/* Where the grader has put copies beside the program, these and no others: all sandboxes make the same account. */
static FILE *open_source(const char *path)
{
    char *program = program_path(), *beside = NULL, *folder = NULL;
    const char *name = strrchr(path, '/');
    FILE *file = NULL;
    if (program && asprintf(&folder, "%.*s/source", (int)(strrchr(program, '/') - program), program) >= 0 &&
        asprintf(&beside, "%s/%s", folder, name ? name + 1 : path) >= 0)
        file = fopen(access(folder, F_OK) == 0 ? beside : path, "r");
    free(beside);
    free(folder);
    free(program);
    return file;
}

/* Where the first argument of an operation stands in a line: behind "(&", or else behind a call that has a pointer. */
static const char *first_argument(const char *line)
{
    static const char *const calls[] = {"pthread_mutex_", "pthread_cond_",       "atomic_",
                                        "wf_load_",       "wf_store_",           "wf_exchange_",
                                        "wf_fetch_",      "wf_compare_exchange_"};
    const char *start = strstr(line, "(&");
    if (start)
        return start[2] == '&' ? NULL : start + 2;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && !start; i++)
        start = strstr(line, calls[i]);
    start = start ? strchr(start, '(') : NULL;
    return start ? start + 1 : NULL;
}

/* From "call(&self->state, ..." to "self->state"; false: it is not written like that. */
static bool cut_argument(const char *line, char *text, size_t size)
{
    const char *start = first_argument(line);
    size_t length = 0;
    if (!start)
        return false;
    for (int depth = 0; start[length] && start[length] != '\n'; length++) {
        char each = start[length];
        if (depth == 0 && (each == ',' || each == ')'))
            break;
        depth += (each == '(' || each == '[') - (each == ')' || each == ']');
    }
    if (length == 0 || length >= size || *start == '(' || (start[length] != ',' && start[length] != ')'))
        return false;
    memcpy(text, start, length);
    text[length] = '\0';
    return true;
}

/* From "    task->done = true;" to "task->done"; false: it is not written like that, or names no member. */
static bool cut_assigned(const char *line, char *text, size_t size)
{
    line += strspn(line, " \t");
    size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.->[]");
    if (length == 0 || length >= size || strncmp(line + length, " = ", 3) != 0)
        return false;
    memcpy(text, line, length);
    text[length] = '\0';
    return strpbrk(text, ".>") != NULL;
}

static bool name_at(il_site site, bool (*cut)(const char *line, char *text, size_t size), char *text,
                    size_t size)
{
    int number;
    const char *path = site_path(site, &number);
    if (!path)
        return false;
    char line[500] = "";
    FILE *file = open_source(path);
    for (int left = number; file && left > 0 && fgets(line, sizeof line, file); left--)
        ;
    bool found = file && cut(line, text, size);
    if (file)
        fclose(file);
    return found;
}

static bool is_only_one_made_there(const struct block *block)
{
    int made = 0;
    for (int i = 1; i <= il->block_count; i++)
        made += il->blocks[i].made_at == block->made_at;
    return made == 1;
}

/* A member of a block, as the debug information of what made it has it, or else as the source calls it here. */
static void write_member(FILE *out, ptrdiff_t offset, int index, const char *source)
{
    enum { WORD_BYTES = 8 };
    const struct block *block = &il->blocks[index];
    char member[100];
    bool known =
        debug_info_member((uintptr_t)block->made_at, block->size, (size_t)offset, member, sizeof member);
    if (known && is_only_one_made_there(block))
        fputs(member, out);
    else if (known || source)
        fprintf(out, "%s of block %d", known ? member : source, index);
    else if (offset > 0 || block->size > WORD_BYTES)
        fprintf(out, "byte %td of block %d", offset, index);
    else
        fprintf(out, "block %d", index);
}

/* By its own name, or the one that the source gives it where it was first used, or its place. */
void write_object(FILE *out, uintptr_t address, il_site site, bool is_assigned)
{
    char argument[60];
    int block = heap_block((void *)address);
    const struct symbol *symbol = block ? NULL : symbol_at(address);
    bool named = !(symbol && symbol->address == address) &&
                 name_at(site, is_assigned ? cut_assigned : cut_argument, argument, sizeof argument);
    /* an index or a pointer may stand for another object at each use; within a block it is at least one of that block's */
    if (named && strpbrk(argument, block ? "[" : "[*") != NULL)
        named = false;
    if (named && !block && strstr(argument, "->"))
        named = false;
    if (block)
        write_member(out, (char *)address - il->blocks[block].start, block, named ? argument : NULL);
    else if (named)
        fputs(argument, out);
    else
        write_variable(out, address, false);
}

/* --- for a page --- */

char *source_text(void *arg, const char *file)
{
    enum { BYTES_MAX = 1 << 20 };
    const char *path = site_path_of(file);
    FILE *source = path ? open_source(path) : NULL;
    char *text = source ? calloc(1, BYTES_MAX) : NULL;
    (void)arg;
    if (text && fread(text, 1, BYTES_MAX - 1, source) == 0) {
        free(text);
        text = NULL;
    }
    if (source)
        fclose(source);
    return text;
}
