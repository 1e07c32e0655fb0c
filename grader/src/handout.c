#include "handout.h"

#include <stdlib.h>
#include <string.h>

/* How long the "T12" is that `text` begins with; 0: none. */
static size_t task_length(const char *text)
{
    size_t digits = *text == 'T' ? strspn(text + 1, "0123456789") : 0;
    return digits ? digits + 1 : 0;
}

/* What stands between the first two `mark` in `text`. The caller frees. */
static char *between(const char *text, const char *mark)
{
    const char *open = strstr(text, mark), *close = open ? strstr(open + strlen(mark), mark) : NULL;
    return close ? format_text("%.*s", (int)(close - open) - (int)strlen(mark), open + strlen(mark))
                 : copy_text("");
}

static void add_task(struct handout *handout, const char *line)
{
    const char *id = line + 2;
    size_t length = task_length(id);
    const char *close = strstr(id, "**");
    if (!length || id[length] != '.' || id[length + 1] != ' ' || !close)
        return;
    handout->tasks = realloc(handout->tasks, (handout->count + 1) * sizeof *handout->tasks);
    if (!handout->tasks)
        die("no memory");
    const char *name = id + length + 2;
    handout->tasks[handout->count++] = (struct handout_task){
        .id = format_text("%.*s", (int)length, id),
        .name = format_text("%.*s", (int)(close - name), name),
        .file = between(close, "`"),
    };
}

/* "| 01.1 | ... | T1-T3 |": the clause, for the last task of its last column. */
static void add_clause(struct handout *handout, const char *line)
{
    size_t length = strspn(line + 2, "0123456789x.");
    const char *end = strrchr(line, '|'), *column = end - 1;
    if (!length || !memchr(line + 2, '.', length) || end <= line + 1)
        return;
    while (*column != '|')
        column--;
    struct handout_task *last = NULL;
    for (const char *at = column; at < end; at++)
        for (size_t i = 0; i < handout->count; i++)
            if (task_length(at) == strlen(handout->tasks[i].id) &&
                strncmp(at, handout->tasks[i].id, task_length(at)) == 0 &&
                (!last || &handout->tasks[i] > last))
                last = &handout->tasks[i];
    if (!last)
        return;
    char *clause = format_text("%.*s", (int)length, line + 2);
    words_add(&last->clauses, clause);
    free(clause);
}

struct handout handout_read(const struct course *course, const char *lab)
{
    struct handout handout = {.path = format_text("labs/%s/README.md", lab)};
    char *path = format_text("%s/%s", course->root, handout.path);
    char *text = read_file(path, 1 << 20, NULL, NULL);
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        if (strncmp(line, "**T", 3) == 0)
            add_task(&handout, line);
        else if (strncmp(line, "| ", 2) == 0)
            add_clause(&handout, line);
    free(text);
    free(path);
    return handout;
}

void handout_free(struct handout *handout)
{
    for (size_t i = 0; i < handout->count; i++) {
        free(handout->tasks[i].id);
        free(handout->tasks[i].name);
        free(handout->tasks[i].file);
        words_free(&handout->tasks[i].clauses);
    }
    free(handout->tasks);
    free(handout->path);
    *handout = (struct handout){0};
}

const struct handout_task *handout_task(const struct handout *handout, const char *name)
{
    const char *lab = handout->path + strlen("labs/");
    bool with_lab = strncmp(name, lab, 2) == 0 && name[2] == '.';
    for (size_t i = 0; i < handout->count; i++)
        if (strcmp(handout->tasks[i].id, name + (with_lab ? 3 : 0)) == 0)
            return &handout->tasks[i];
    return NULL;
}
