/**
 * @file page.c
 * @brief The account as a page: one column a thread, time downwards. One file, no scripts, nothing fetched.
 */
#include "engine.h"

#include <stdlib.h>

static const char style[] =
    ":root{color-scheme:light dark;--line:#8884;--step:#2563eb18;--switch:#d9770622;--remark:#dc262622}"
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1rem}"
    "h1{font-size:1.25rem}code,td,th{font-family:ui-monospace,monospace;font-size:.85rem}"
    "table{border-collapse:collapse;width:100%}th{position:sticky;top:0;background:Canvas;text-align:left}"
    "td,th{padding:.3rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}"
    "td.n,td.p{color:GrayText;white-space:nowrap}td.s{background:var(--step);border-left:3px solid #2563eb}"
    "td.h{color:GrayText}tr.switch td{background:var(--switch)}tr.remark td{background:var(--remark)}"
    "tr.end td{font-weight:600}div.scroll{overflow-x:auto}";

/* Marks are replaced first: what they stand for comes from a source, and must be escaped too. */
static void write_escaped(FILE *out, const char *marked)
{
    char *text = site_expand(strdup(marked));
    for (const char *each = text; *each; each++)
        switch (*each) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            fputc(*each, out);
        }
    free(text);
}

static void write_cell(FILE *out, const char *before, const char *marked, const char *after)
{
    fputs(before, out);
    write_escaped(out, marked);
    fputs(after, out);
}

static void write_row(FILE *out, const struct line *line)
{
    bool across = line->kind == LINE_SWITCH || line->kind == LINE_REMARK;
    if (across) {
        fprintf(out, "<tr class=%s><td class=n></td><td colspan=%d>",
                line->kind == LINE_SWITCH ? "switch" : "remark", il->thread_count + 1);
        write_escaped(out, line->text);
        fputs("</td></tr>\n", out);
        return;
    }
    fputs("<tr><td class=n>", out);
    if (line->number)
        fprintf(out, "%d", line->number);
    fputs("</td>", out);
    for (int i = 0; i < il->thread_count; i++) {
        if (i != line->thread) {
            fputs("<td></td>", out);
            continue;
        }
        fprintf(out, "<td class=%c>", line->kind == LINE_STEP ? 's' : 'h');
        write_escaped(out, line->text);
        fputs("</td>", out);
    }
    fputs("<td class=p>", out);
    write_escaped(out, site_place(line->site));
    fputc(' ', out);
    write_escaped(out, site_function(line->site));
    fputs("</td></tr>\n", out);
}

/* After account_text(), which has found out the places. */
char *page_text(const char *name, const char *headline, const char *token)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        engine_failed("no memory");
    fprintf(
        out,
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
        "<title>%s</title><style>%s</style>\n<h1>",
        name, style);
    write_escaped(out, headline);
    fprintf(out,
            "</h1>\n<p>Time runs downwards; each thread has a column. Replay token: <code>%s</code></p>\n"
            "<div class=scroll><table>\n<tr><th></th>",
            token);
    for (int i = 0; i < il->thread_count; i++)
        write_cell(out, "<th>", thread_text(i), "</th>");
    fputs("<th>where</th></tr>\n", out);
    for (int i = 0; i < il->line_count; i++) {
        int left_out = account_left_out(i);
        if (left_out)
            fprintf(
                out,
                "<tr class=switch><td class=n></td><td colspan=%d>%d more lines that repeat these</td></tr>\n",
                il->thread_count + 1, left_out);
        i += left_out;
        if (i < il->line_count)
            write_row(out, &il->lines[i]);
    }
    for (int i = 0; i < il->thread_count; i++) {
        char stands[400];
        if (il->threads[i].state != ALIVE)
            continue;
        snprintf(stands, sizeof stands, "%s stands at %s, %s its %s", thread_text(i),
                 where(il->threads[i].next.site), side_of_next(i), operation_name(il->threads[i].next.op));
        fprintf(out, "<tr class=end><td class=n></td><td colspan=%d>", il->thread_count + 1);
        write_cell(out, "", stands, "</td></tr>\n");
    }
    fputs("</table></div></html>\n", out);
    fclose(out);
    return text;
}
