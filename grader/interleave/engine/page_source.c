/**
 * @file page_source.c
 * @brief The sources below an account: the lines that steps name, with some around them; the others are folded.
 */
#include "page_html.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 16, LINES_MAX = 4000, AROUND = 3 };

struct page_sources {
    int count;
    struct source {
        char *name, *text;
        int lines;
        bool *named; /* by line, from 1 */
    } files[FILES_MAX];
};

/* "file.c:12 function": the line's number, and how long the name is. 0: it is no such text. */
static int split(const char *place, int *length)
{
    const char *colon = strchr(place, ':');
    long line = colon ? strtol(colon + 1, NULL, 10) : 0;
    *length = colon ? (int)(colon - place) : 0;
    return line > 0 && line <= LINES_MAX ? (int)line : 0;
}

static int file_of(const struct page_sources *sources, const char *place, int length)
{
    for (int i = 0; i < sources->count; i++)
        if ((int)strlen(sources->files[i].name) == length &&
            strncmp(sources->files[i].name, place, (size_t)length) == 0)
            return i;
    return -1;
}

/* False: it is not to be shown. It is kept all the same, so that nobody asks again. */
static void add_file(struct page_sources *sources, const char *place, int length, page_source *source,
                     void *arg)
{
    struct source *file = &sources->files[sources->count];
    *file = (struct source){.name = strndup(place, (size_t)length),
                            .named = calloc(LINES_MAX + 2, sizeof *file->named)};
    if (!file->name || !file->named)
        return;
    file->text = source(arg, file->name);
    for (const char *at = file->text; at && *at && file->lines < LINES_MAX; file->lines++)
        at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n');
    sources->count++;
}

struct page_sources *page_read_sources(const struct page_row *rows, size_t count, page_source *source,
                                       void *arg)
{
    struct page_sources *sources = calloc(1, sizeof *sources);
    for (size_t i = 0; sources && source && i < count; i++) {
        int length = 0, line = rows[i].place ? split(rows[i].place, &length) : 0;
        if (line == 0)
            continue;
        int file = file_of(sources, rows[i].place, length);
        if (file < 0 && sources->count < FILES_MAX) {
            add_file(sources, rows[i].place, length, source, arg);
            file = file_of(sources, rows[i].place, length);
        }
        if (file >= 0 && line <= sources->files[file].lines)
            sources->files[file].named[line] = true;
    }
    return sources;
}

const char *page_anchor(const struct page_sources *sources, const char *place, char anchor[32])
{
    int length, line = split(place, &length), file = sources && line ? file_of(sources, place, length) : -1;
    if (file < 0 || line > sources->files[file].lines)
        return NULL;
    snprintf(anchor, 32, "f%d-%d", file, line);
    return anchor;
}

static bool is_near(const struct source *file, int line)
{
    for (int i = line - AROUND; i <= line + AROUND; i++)
        if (i > 0 && i <= file->lines && file->named[i])
            return true;
    return false;
}

/* The steps of this line, and an access that races, each a link to where it stands. */
static void write_steps(FILE *out, const struct source *file, int line, const struct page_row *rows,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_step = rows[i].kind == 'S', races = rows[i].kind == 'P';
        int length = 0, at = is_step || races ? split(rows[i].place, &length) : 0;
        if (at != line || (int)strlen(file->name) != length ||
            strncmp(file->name, rows[i].place, (size_t)length) != 0)
            continue;
        if (is_step)
            fprintf(out, "<a class=t%d href=\"#s%d\">%c%d</a>", rows[i].lane % 8, rows[i].number,
                    'A' + rows[i].lane, rows[i].number);
        else
            fprintf(out, "<a class=t%d href=\"#r%zu\">%c race</a>", rows[i].lane % 8, i, 'A' + rows[i].lane);
    }
}

static void write_file(FILE *out, const struct source *file, int number, const struct page_row *rows,
                       size_t count)
{
    const char *text = file->text;
    bool folded = false;
    fputs("<section><h3>", out);
    page_write_markup(out, file->name, false);
    fputs("</h3>\n", out);
    for (int line = 1; line <= file->lines; line++) {
        int length = (int)strcspn(text, "\n");
        bool near = is_near(file, line);
        if (near && folded)
            fputs("</details>\n", out);
        if (!near && !folded) {
            int last = line;
            while (last < file->lines && !is_near(file, last + 1))
                last++;
            fprintf(out,
                    line == last ? "<details><summary>line %d</summary>\n"
                                 : "<details><summary>lines %d to %d</summary>\n",
                    line, last);
        }
        folded = !near;
        char *copy = strndup(text, (size_t)length);
        fprintf(out, "<div class=\"l%s\" id=f%d-%d><span>%d</span><code>", file->named[line] ? " c" : "",
                number, line, line);
        if (copy)
            page_write_markup(out, copy, false);
        fputs("</code><span>", out);
        free(copy);
        if (file->named[line])
            write_steps(out, file, line, rows, count);
        fputs("</span></div>\n", out);
        text += length + (text[length] == '\n');
    }
    fputs(folded ? "</details></section>\n" : "</section>\n", out);
}

void page_write_sources(FILE *out, const struct page_sources *sources, const struct page_row *rows,
                        size_t count)
{
    bool begun = false;
    for (int i = 0; sources && i < sources->count; i++) {
        if (sources->files[i].lines == 0)
            continue;
        if (!begun)
            fputs("<h2>Source</h2>\n", out);
        begun = true;
        write_file(out, &sources->files[i], i, rows, count);
    }
}

void page_free_sources(struct page_sources *sources)
{
    for (int i = 0; sources && i < sources->count; i++) {
        free(sources->files[i].name);
        free(sources->files[i].text);
        free(sources->files[i].named);
    }
    free(sources);
}
