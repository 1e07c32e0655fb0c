/**
 * @file site.c
 * @brief From addresses to files, lines, functions and variables.
 *
 * While a model runs, texts hold marks: a control character that says what is meant, the address in hexadecimal, and an
 * end. When an account is written, each mark is looked up in the program's debug information, and replaced. A site inside
 * a header's inline function is reported as the first frame that is not a header's: the line that the reader wrote.
 */
#include "debug_info.h"
#include "engine.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { MARK_SITE = 1, MARK_END = 2, MARK_VARIABLE = 3, MARK_FUNCTION = 4, MARK_OBJECT = 5, MARK_MEMBER = 6 };

struct sites {
    size_t count, capacity;
    struct known {
        il_site site;
        char *place, *function; /* "file.c:12"; both "?" where nothing is known */
        char *path;             /* of the file, whole; NULL: nothing is known */
        int line;
        bool innermost; /* not inlined from a header */
    } * items;
};

struct symbols {
    size_t count;
    struct symbol {
        uintptr_t address;
        size_t size;
        char name[64];
    } * items;
};

char *scratch_text(void)
{
    char *text = il->texts[il->text_next];
    il->text_next = (il->text_next + 1) % (int)(sizeof il->texts / sizeof il->texts[0]);
    return text;
}

static const char *mark(int kind, uintptr_t address)
{
    char *text = scratch_text();
    snprintf(text, sizeof il->texts[0], "%c%lx%c", kind, (unsigned long)address, MARK_END);
    return text;
}

const char *where(il_site site)
{
    return mark(MARK_SITE, (uintptr_t)site);
}

const char *object_mark(uintptr_t address, il_site site, bool is_assigned)
{
    char *text = scratch_text();
    snprintf(text, sizeof il->texts[0], "%c%lx:%lx%c", is_assigned ? MARK_MEMBER : MARK_OBJECT,
             (unsigned long)address, (unsigned long)site, MARK_END);
    return text;
}

const char *function_mark(const void *address)
{
    return mark(MARK_FUNCTION, (uintptr_t)address);
}

const char *variable_mark(uintptr_t address)
{
    return mark(MARK_VARIABLE, address);
}

/* --- sites --- */

static struct known *find(il_site site)
{
    for (size_t i = 0; il->sites && i < il->sites->count; i++)
        if (il->sites->items[i].site == site)
            return &il->sites->items[i];
    return NULL;
}

static struct known *add(il_site site)
{
    if (!il->sites)
        il->sites = calloc(1, sizeof *il->sites);
    struct sites *sites = il->sites;
    if (sites && sites->count == sites->capacity) {
        sites->capacity = sites->capacity ? sites->capacity * 2 : 64;
        sites->items = realloc(sites->items, sites->capacity * sizeof *sites->items);
    }
    if (!sites || !sites->items)
        engine_failed("no memory");
    sites->items[sites->count] = (struct known){.site = site, .place = strdup("?"), .function = strdup("?")};
    return &sites->items[sites->count++];
}

static bool is_header(const char *path)
{
    size_t length = strlen(path);
    return length > 2 && strcmp(path + length - 2, ".h") == 0;
}

/* Each frame in place of the one before, up to the first that is not a header's. */
static bool take_frame(void *arg, const char *function, const char *path, int line)
{
    struct known *known = arg;
    const char *slash = strrchr(path, '/');
    known->innermost = known->path == NULL;
    known->line = line;
    free(known->place);
    free(known->function);
    free(known->path);
    known->function = strdup(function);
    known->path = strdup(path);
    const char *name = slash ? slash + 1 : path;
    /* of what the compiler has put in between no line is known */
    if (!known->function || !known->path ||
        (line ? asprintf(&known->place, "%s:%d", name, line) : asprintf(&known->place, "%s:?", name)) < 0)
        engine_failed("no memory");
    return is_header(path);
}

void site_resolve(const il_site *sites, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sites[i] && !find(sites[i]))
            debug_info_frames((uintptr_t)sites[i], take_frame, add(sites[i]));
}

const char *site_place(il_site site)
{
    const struct known *known = find(site);
    return known ? known->place : "";
}

const char *site_function(il_site site)
{
    const struct known *known = find(site);
    if (!known)
        return "";
    return strncmp(known->function, "model_", 6) == 0 ? known->function + 6 : known->function;
}

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
    symbol->address = address;
    symbol->size = size;
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
static const struct symbol *symbol_at(uintptr_t address)
{
    if (!il->symbols)
        read_symbols();
    for (size_t i = 0; i < il->symbols->count; i++) {
        const struct symbol *symbol = &il->symbols->items[i];
        if (address >= symbol->address && address < symbol->address + symbol->size)
            return symbol;
    }
    return NULL;
}

static void write_variable(FILE *out, uintptr_t address)
{
    uintptr_t stacks = (uintptr_t)STACKS_BASE;
    int owner = locals_owner((const void *)address);
    if (owner != NOBODY) { /* a symbol's address is its place in the block, there */
        fprintf(out, "%c's own ", 'A' + owner);
        address -= (uintptr_t)il->threads[owner].thread_pointer + (uintptr_t)il->locals_offset;
    }
    const struct symbol *symbol = symbol_at(address);
    if (address >= stacks && address < stacks + (uintptr_t)THREADS_MAX * (STACK_BYTES + 4096))
        fprintf(out, "a variable on the stack of %c", (int)('A' + (address - stacks) / (STACK_BYTES + 4096)));
    else if (!symbol && owner != NOBODY)
        fputs("errno, or the like", out);
    else if (!symbol)
        fprintf(out, "the memory at %#lx", (unsigned long)address);
    else if (owner != NOBODY) /* its parts are not looked up */
        fprintf(out, address > symbol->address ? "%s + %zu" : "%s", symbol->name,
                (size_t)(address - symbol->address));
    else {
        char place[100];
        debug_info_place(symbol->address, (size_t)(address - symbol->address), place, sizeof place);
        fprintf(out, "%s%s", symbol->name, place);
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
    const struct known *known = site ? find(site) : NULL;
    if (!known || !known->path || !known->innermost)
        return false;
    char line[500] = "";
    FILE *file = open_source(known->path);
    for (int left = known->line; file && left > 0 && fgets(line, sizeof line, file); left--)
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

/* A place in a block that the source has no name for: the debug information may, where the block was made. */
static void write_member(FILE *out, ptrdiff_t offset, int index)
{
    const struct block *block = &il->blocks[index];
    char member[100];
    if (!debug_info_member((uintptr_t)block->made_at, block->size, (size_t)offset, member, sizeof member))
        fprintf(out, "byte %td of block %d", offset, index);
    else if (is_only_one_made_there(block))
        fputs(member, out);
    else
        fprintf(out, "%s of block %d", member, index);
}

/* By its own name, or the one that the source gives it where it was first used, or its place. */
static void write_object(FILE *out, uintptr_t address, il_site site, bool is_assigned)
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
    if (block && named)
        fprintf(out, "%s of block %d", argument, block);
    else if (block)
        write_member(out, (char *)address - il->blocks[block].start, block);
    else if (named)
        fputs(argument, out);
    else
        write_variable(out, address);
}

/* --- marks --- */

static bool is_of_two(int kind)
{
    return kind == MARK_OBJECT || kind == MARK_MEMBER;
}

/* `second`: of an object's mark, the site. */
static void write_mark(FILE *out, int kind, uintptr_t address, uintptr_t second)
{
    il_site site = (il_site)address;
    if (kind == MARK_VARIABLE)
        write_variable(out, address);
    else if (is_of_two(kind))
        write_object(out, address, (il_site)second, kind == MARK_MEMBER);
    else if (kind == MARK_FUNCTION)
        fprintf(out, "%s", find(site) ? site_function(site) : "?");
    else if (!site)
        fprintf(out, "the beginning");
    else if (!find(site) || strcmp(site_place(site), "?") == 0)
        fprintf(out, "address %#lx", (unsigned long)address);
    else
        fprintf(out, "%s", site_place(site));
}

/* The next mark at or after `text`; NULL: none. */
static const char *next_mark(const char *text, int *kind, uintptr_t address[2], const char **after)
{
    for (; *text; text++) {
        if (*text != MARK_SITE && *text != MARK_VARIABLE && *text != MARK_FUNCTION && !is_of_two(*text))
            continue;
        char *end;
        *kind = (unsigned char)*text;
        address[0] = strtoul(text + 1, &end, 16);
        address[1] = is_of_two(*kind) && *end == ':' ? strtoul(end + 1, &end, 16) : 0;
        *after = *end == MARK_END ? end + 1 : end; /* a text that was cut */
        return text;
    }
    return NULL;
}

char *site_expand(char *text)
{
    il_site sites[512];
    size_t count = 0, length;
    int kind;
    uintptr_t address[2];
    const char *after, *at = text;
    if (!text)
        engine_failed("no memory");
    for (after = text; next_mark(after, &kind, address, &after);)
        if (kind != MARK_VARIABLE && count < sizeof sites / sizeof sites[0])
            sites[count++] = (il_site)address[is_of_two(kind)];
    site_resolve(sites, count);
    char *expanded = NULL;
    FILE *out = open_memstream(&expanded, &length);
    if (!out)
        engine_failed("no memory");
    for (const char *found; (found = next_mark(at, &kind, address, &after)); at = after) {
        fwrite(at, 1, (size_t)(found - at), out);
        write_mark(out, kind, address[0], address[1]);
    }
    fputs(at, out);
    fclose(out);
    free(text);
    return expanded;
}
