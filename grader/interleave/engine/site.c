/**
 * @file site.c
 * @brief From addresses to files, lines and functions.
 *
 * While a model runs, texts hold marks: a control character that says what is meant, the address in hexadecimal, and an
 * end. When an account is written, each mark is looked up in the program's debug information, and replaced. A site inside
 * a header's inline function is reported as the first frame that is not a header's: the line that the reader wrote.
 */
#include "debug_info.h"
#include "engine.h"

#include <stdlib.h>

enum {
    MARK_SITE = 1,
    MARK_END = 2,
    MARK_VARIABLE = 3,
    MARK_FUNCTION = 4,
    MARK_OBJECT = 5,
    MARK_MEMBER = 6,
    MARK_POINTEE = 7
};

struct sites {
    size_t count, capacity;
    struct known {
        il_site site;
        char *place, *function; /* "file.c:12"; both "?" where nothing is known */
        char *path;             /* of the file, whole; NULL: nothing is known */
        char *entry; /* the function that is called: the one above is inlined into it, or is the same */
        int line;
        bool innermost; /* not inlined from a header */
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

const char *pointee_mark(uintptr_t address)
{
    return mark(MARK_POINTEE, address);
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

static bool take_entry(void *arg, const char *function, const char *path, int line)
{
    struct known *known = arg;
    (void)path;
    (void)line;
    free(known->entry);
    known->entry = strdup(function);
    return true;
}

void site_resolve(const il_site *sites, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sites[i] && !find(sites[i])) {
            struct known *known = add(sites[i]);
            debug_info_frames((uintptr_t)sites[i], take_frame, known);
            debug_info_frames((uintptr_t)sites[i], take_entry, known);
        }
}

bool site_is_foreign(il_site site)
{
    static const char *const folders[] = {"solutions/", "runtime/given/", "grader/interleave/support/"};
    const struct known *known = site ? find(site) : NULL;
    const char *path = known && known->path ? known->path : "";
    path += strncmp(path, "./", 2) == 0 ? 2 : 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

const char *site_entry(il_site site)
{
    const struct known *known = find(site);
    return known && known->entry ? known->entry : "?";
}

const char *site_place(il_site site)
{
    const struct known *known = find(site);
    return known ? known->place : "";
}

const char *site_path(il_site site, int *line)
{
    const struct known *known = site ? find(site) : NULL;
    *line = known ? known->line : 0;
    return known && known->innermost ? known->path : NULL;
}

const char *site_path_of(const char *file)
{
    size_t length = strlen(file);
    for (size_t i = 0; il->sites && i < il->sites->count; i++) {
        const struct known *known = &il->sites->items[i];
        if (known->path && strncmp(known->place, file, length) == 0 && known->place[length] == ':')
            return known->path;
    }
    return NULL;
}

const char *site_function(il_site site)
{
    const struct known *known = find(site);
    if (!known)
        return "";
    return strncmp(known->function, "model_", 6) == 0 ? known->function + 6 : known->function;
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
    if (kind == MARK_VARIABLE || kind == MARK_POINTEE)
        write_variable(out, address, kind == MARK_POINTEE);
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
        if (*text != MARK_SITE && *text != MARK_VARIABLE && *text != MARK_POINTEE && *text != MARK_FUNCTION &&
            !is_of_two(*text))
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
        if (kind != MARK_VARIABLE && kind != MARK_POINTEE && count < sizeof sites / sizeof sites[0])
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
