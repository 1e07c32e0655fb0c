/**
 * @file page.c
 * @brief The account as rows, of which a page is made: here for a model of one's own, by the grader for a submission.
 */
#include "engine.h"

#include <stdlib.h>

/* A field. Marks are replaced first: what they stand for comes from a source. */
static void write_field(FILE *out, const char *marked)
{
    char *text = site_expand(strdup(marked));
    for (const char *each = text; *each; each++)
        fputc(*each == '\t' || *each == '\n' ? ' ' : *each, out);
    free(text);
}

static void write_row(FILE *out, const char *kind, const char *marked)
{
    fprintf(out, "%s\t", kind);
    write_field(out, marked);
    fputc('\n', out);
}

static void write_step(FILE *out, char kind, const struct line *line, int more, const char *marked)
{
    il_site site = kind == 'G' ? line->called_at : line->site;
    fprintf(out, "%c\t%d\t%d\t%d\t", kind, line->thread, line->number, more);
    write_field(out, site_place(site));
    fputc(' ', out);
    write_field(out, site_function(site));
    fputc('\t', out);
    write_field(out, marked);
    fputc('\n', out);
}

static void write_line(FILE *out, const struct line *line)
{
    if (line->kind == LINE_SWITCH || line->kind == LINE_REMARK)
        write_row(out, line->kind == LINE_SWITCH ? "X" : "R", line->text);
    else
        write_step(out,
                   (char)(line->kind == LINE_STEP    ? 'S'
                          : line->kind == LINE_PLAIN ? 'P'
                                                     : 'H'),
                   line, line->from, line->text);
    if (line->decides)
        write_row(out, "D", STEP_DECIDES);
}

/* After account_text(), which has found out the places. */
char *page_rows(const char *name, const char *headline, const char *token)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        engine_failed("no memory");
    write_row(out, "T", name);
    write_row(out, "M", headline);
    write_row(out, "K", token);
    for (int i = 0; i < il->thread_count; i++)
        write_row(out, "L", thread_text(i));
    for (int i = 0; i < il->line_count; i++) {
        int left_out = story_left_out(i);
        if (left_out)
            fprintf(out, "X\t%d more line%s these\n", left_out,
                    left_out == 1 ? " that repeats" : "s that repeat");
        i += left_out;
        if (i < il->line_count && il->lines[i].folded)
            write_step(out, 'G', &il->lines[i], il->lines[i].folded, il->lines[i].words);
        if (i < il->line_count)
            write_line(out, &il->lines[i]);
    }
    for (int i = 0; i < il->thread_count; i++) {
        if (il->threads[i].state != ALIVE)
            continue;
        write_row(out, "E", stands_text(i));
    }
    fclose(out);
    return text;
}
