#include "course.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct settings settings_read(const char *path)
{
    char *text = read_file(path, 1 << 20, NULL, NULL);
    if (!text)
        die("cannot read %s: %s", path, strerror(errno));
    struct settings settings = {0};
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n"))) {
        char *equals = strstr(line, " :=");
        if (line[0] == '#' || !equals)
            continue;
        *equals = '\0';
        char *value = equals + 3;
        value += strspn(value, " ");
        settings.items = realloc(settings.items, (settings.count + 1) * sizeof *settings.items);
        if (!settings.items)
            die("no memory");
        settings.items[settings.count++] = (struct setting){copy_text(line), copy_text(value)};
    }
    free(text);
    return settings;
}

struct settings settings_read_suite(const char *root, const char *lab)
{
    char *path = format_text("%s/grader/suites/%s/scenarios.mk", root, lab);
    struct settings suite = settings_read(path);
    free(path);
    return suite;
}

const char *settings_get(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].name, name) == 0)
            return settings->items[i].value;
    return "";
}

const char *settings_get_of(const struct settings *settings, const char *owner, const char *key)
{
    char *name = format_text("%s.%s", owner, key);
    const char *value = settings_get(settings, name);
    free(name);
    return value;
}

void settings_free(struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        free(settings->items[i].name);
        free(settings->items[i].value);
    }
    free(settings->items);
    *settings = (struct settings){0};
}

/* How many bytes the number of a clause has: "01.4", "x1.2" or "G.2"; 0: it is none. */
static size_t id_length(const char *text)
{
    size_t lab = *text == 'G' ? 1 : 2;
    if (lab == 2 && !((isdigit((unsigned char)*text) || *text == 'x') && isdigit((unsigned char)text[1])))
        return 0;
    size_t digits = text[lab] == '.' && text[lab + 1] != '0' ? strspn(text + lab + 1, "0123456789") : 0;
    return digits ? lab + 1 + digits : 0;
}

/* What stands behind "@clause{"; what is wrong with it goes to *wrong. */
static struct clause read_clause(const char *at, const char **wrong)
{
    size_t line = strcspn(at, "\n"), id = id_length(at);
    const char *points = at + id + 1, *open = points + strspn(points, "0123456789"),
               *end = memmem(at, line, "\"}", 2);
    if (!id || at[id] != ',')
        *wrong = "its number is not of the form 01.4, x1.2 or G.4, with a comma behind it";
    else if (open == points || *open != ',')
        *wrong = "its points are no number with a comma behind it";
    else if (open - points > 3)
        *wrong = "its points are more than a lab has";
    else if (open[1] != '"')
        *wrong = "its text does not begin with a quote";
    else if (!end || end < open + 2)
        *wrong = "its text does not end on its line, with a quote and a brace";
    else if (*at == 'G' && strtol(points, NULL, 10) != 0)
        *wrong = "it is about a given part, and has points";
    else
        return (struct clause){.id = format_text("%.*s", (int)id, at),
                               .points = (int)strtol(points, NULL, 10),
                               .text = format_text("%.*s", (int)(end - open - 2), open + 2)};
    return (struct clause){0};
}

/* "@clause{01.4,3,"text"}" defines: the alias that Doxygen knows too. */
static void add_clause(struct course *course, const char *at, const char *path, const char *header, int line)
{
    const char *wrong = NULL;
    struct clause clause = read_clause(at, &wrong);
    if (wrong)
        die("%s:%d: a clause is @clause{NN.k,points,\"text\"}. Of this one %s: @clause{%.*s", path, line,
            wrong, (int)strcspn(at, "\n"), at);
    course->clauses = realloc(course->clauses, (course->clause_count + 1) * sizeof *course->clauses);
    if (!course->clauses)
        die("no memory");
    clause.header = copy_text(header);
    clause.line = line;
    course->clauses[course->clause_count++] = clause;
}

/* "Clauses: 01.4 01.5, 01.6" refers, on the next line of the comment too. */
static void add_references(struct course *course, const char *at, const char *header, int line)
{
    for (;;) {
        for (; *at == ' ' || *at == '\n' || *at == '*'; at++)
            line += *at == '\n';
        size_t length = id_length(at);
        if (!length || !strchr(" ,.;\n", at[length]))
            return;
        course->references =
            realloc(course->references, (course->reference_count + 1) * sizeof *course->references);
        if (!course->references)
            die("no memory");
        course->references[course->reference_count++] =
            (struct reference){format_text("%.*s", (int)length, at), copy_text(header), line};
        at += length;
        at += strspn(at, ",.;");
    }
}

static void read_clauses_of(struct course *course, const char *path, const char *header)
{
    static const char defines[] = "@clause", refers[] = " Clauses:";
    char *text = read_file(path, 1 << 20, NULL, NULL);
    if (!text)
        die("cannot read %s: %s", path, strerror(errno));
    int line = 1;
    for (const char *at = text; *at; at++) {
        line += *at == '\n';
        if (strncmp(at, defines, strlen(defines)) == 0 && !isalpha((unsigned char)at[strlen(defines)]))
            add_clause(course, at + strlen(defines) + (at[strlen(defines)] == '{'), path, header, line);
        else if (strncmp(at, refers, strlen(refers)) == 0)
            add_references(course, at + strlen(refers), header, line);
    }
    free(text);
}

/* The headers of a folder below weft: "", or "detail/". */
static void read_clauses_in(struct course *course, const char *below)
{
    char *headers = format_text("%s/runtime/include/weft/%s", course->root, below);
    struct dirent **entries;
    int count = scandir(headers, &entries, NULL, alphasort);
    if (count < 0)
        die("cannot read %s: %s", headers, strerror(errno));
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        if (length > 2 && strcmp(entries[i]->d_name + length - 2, ".h") == 0) {
            char *path = format_text("%s%s", headers, entries[i]->d_name);
            char *name = format_text("%s%s", below, entries[i]->d_name);
            read_clauses_of(course, path, name);
            free(name);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
    free(headers);
}

/* By lab, then by number: "01.9" before "01.10", labs before the given parts. */
static int compare_clauses(const void *left, const void *right)
{
    return strverscmp(((const struct clause *)left)->id, ((const struct clause *)right)->id);
}

struct course course_read(const char *root)
{
    struct course course = {.root = copy_text(root)};
    char *path = format_text("%s/runtime/modules.mk", root);
    course.modules = settings_read(path);
    free(path);
    path = format_text("%s/grader/variants.mk", root);
    course.variants = settings_read(path);
    free(path);
    words_split(&course.labs, settings_get(&course.modules, "LABS"));
    words_split(&course.exercises, settings_get(&course.modules, "EXERCISES"));

    read_clauses_in(&course, "");
    read_clauses_in(&course, "detail/");
    read_clauses_in(&course, "exercises/");
    qsort(course.clauses, course.clause_count, sizeof *course.clauses, compare_clauses);
    for (size_t i = 1; i < course.clause_count; i++)
        if (strcmp(course.clauses[i - 1].id, course.clauses[i].id) == 0)
            die("clause %s is stated twice, in %s:%d and %s:%d", course.clauses[i].id,
                course.clauses[i - 1].header, course.clauses[i - 1].line, course.clauses[i].header,
                course.clauses[i].line);
    return course;
}

void course_free(struct course *course)
{
    free(course->root);
    settings_free(&course->modules);
    settings_free(&course->variants);
    words_free(&course->labs);
    words_free(&course->exercises);
    for (size_t i = 0; i < course->clause_count; i++) {
        free(course->clauses[i].id);
        free(course->clauses[i].text);
        free(course->clauses[i].header);
    }
    free(course->clauses);
    for (size_t i = 0; i < course->reference_count; i++) {
        free(course->references[i].id);
        free(course->references[i].header);
    }
    free(course->references);
}

const char *course_graded(const struct course *course, size_t number)
{
    size_t labs = course->labs.count;
    return number < labs                             ? course->labs.items[number]
           : number - labs < course->exercises.count ? course->exercises.items[number - labs]
                                                     : NULL;
}

/* "1" and "01" are of "01-futures", "X0" of "x0-hello": what stands before the dash, without a zero in front. */
static bool is_number_of(const char *name, const char *lab)
{
    if (isdigit((unsigned char)*lab)) {
        name += strspn(name, "0");
        lab += strspn(lab, "0");
    }
    size_t length = strcspn(lab, "-");
    return strlen(name) == length && strncasecmp(name, lab, length) == 0;
}

const char *course_lab(const struct course *course, const char *name)
{
    const char *lab;
    for (size_t i = 0; (lab = course_graded(course, i)); i++)
        if (strcmp(lab, name) == 0 || is_number_of(name, lab))
            return lab;
    return NULL;
}

bool clause_is_of(const struct clause *clause, const char *lab)
{
    size_t digits = strcspn(lab, "-");
    return strncmp(clause->id, lab, digits) == 0 && clause->id[digits] == '.';
}

const struct clause *course_clause(const struct course *course, const char *id)
{
    for (size_t i = 0; i < course->clause_count; i++)
        if (strcmp(course->clauses[i].id, id) == 0)
            return &course->clauses[i];
    return NULL;
}

struct words course_written_files(const struct course *course, const char *lab)
{
    struct words files = {0};
    words_split(&files, settings_get_of(&course->modules, lab, "write"));
    return files;
}

bool course_is_of_models(const struct course *course, const char *lab)
{
    return strcmp(settings_get_of(&course->modules, lab, "kind"), "models") == 0;
}
