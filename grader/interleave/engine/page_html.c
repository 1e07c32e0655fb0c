/**
 * @file page_html.c
 * @brief Rows as a page: one column a lane, time downwards. One file, no scripts, nothing fetched.
 */
#include "page_html.h"

#include <stdlib.h>
#include <string.h>

enum { LANES_MAX = 26, FIELDS = 5 };

static const char style[] =
    ":root{color-scheme:light dark;--line:#8884;--step:#2563eb18;--switch:#d9770622;--remark:#dc262622}"
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:100rem;padding:0 1rem}"
    "h1{font-size:1.25rem}code,td,th{font-family:ui-monospace,monospace;font-size:.85rem}"
    "table{border-collapse:collapse;width:100%}th{position:sticky;top:0;background:Canvas;text-align:left}"
    "td,th{padding:.3rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}"
    "td.n,td.p{color:GrayText;white-space:nowrap}td.s{background:var(--step);border-left:3px solid #2563eb}"
    "td.h{color:GrayText}tr.switch td{background:var(--switch)}tr.remark td{background:var(--remark)}"
    "tr.end td{font-weight:600}div.scroll{overflow-x:auto}";

void page_write_markup(FILE *out, const char *text, bool in_attribute)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        case '\n':
            fputs(in_attribute ? "&#10;" : "\n", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void write_around(FILE *out, const char *before, const char *text, const char *after)
{
    fputs(before, out);
    page_write_markup(out, text, false);
    fputs(after, out);
}

static void write_head(FILE *out, const char *name, const char *headline, const char *token)
{
    fputs(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        out);
    write_around(out, "<title>", name, "</title>");
    fprintf(out, "<style>%s</style>\n", style);
    write_around(out, "<h1>", headline, "</h1>\n");
    write_around(out, "<p>Time runs downwards; each thread has a column. Replay token: <code>", token,
                 "</code></p>\n");
}

static void write_across(FILE *out, char kind, const char *text, int lanes)
{
    fprintf(out, "<tr class=%s><td class=n></td><td colspan=%d>",
            kind == 'X'   ? "switch"
            : kind == 'R' ? "remark"
                          : "end",
            lanes + 1);
    write_around(out, "", text, "</td></tr>\n");
}

static void write_step(FILE *out, char *const field[FIELDS], int lanes)
{
    long at = strtol(field[1], NULL, 10);
    write_around(out, "<tr><td class=n>", field[2], "</td>");
    for (int i = 0; i < lanes; i++)
        if (i == at)
            write_around(out, *field[0] == 'S' ? "<td class=s>" : "<td class=h>", field[4], "</td>");
        else
            fputs("<td></td>", out);
    write_around(out, "<td class=p>", field[3], "</td></tr>\n");
}

/* The fields of a row, which is cut up; what it does not have is empty, and the last takes the rest. */
static void split(char *row, char *field[FIELDS])
{
    for (int i = 0; i < FIELDS; i++) {
        char *tab = i < FIELDS - 1 ? strchr(row, '\t') : NULL;
        field[i] = row;
        row += tab ? tab - row + 1 : (long)strlen(row);
        if (tab)
            *tab = '\0';
    }
}

void page_write_html(FILE *out, const char *rows)
{
    char *copy = strdup(rows), *field[FIELDS], *lane[LANES_MAX];
    char *name = (char[]){""}, *headline = (char[]){""}, *token = (char[]){""};
    int lanes = 0;
    bool begun = false;
    if (!copy)
        return;
    for (char *rest = copy, *row; (row = strsep(&rest, "\n"));) {
        split(row, field);
        char kind = *field[0];
        if (kind == 'T')
            name = field[1];
        else if (kind == 'M')
            headline = field[1];
        else if (kind == 'K')
            token = field[1];
        else if (kind == 'L' && !begun && lanes < LANES_MAX)
            lane[lanes++] = field[1];
        if (!kind || !strchr("SHXRE", kind))
            continue;
        if (!begun) {
            write_head(out, name, headline, token);
            fputs("<div class=scroll><table>\n<tr><th></th>", out);
            for (int i = 0; i < lanes; i++)
                write_around(out, "<th>", lane[i], "</th>");
            fputs("<th>where</th></tr>\n", out);
        }
        begun = true;
        if (kind == 'S' || kind == 'H')
            write_step(out, field, lanes);
        else
            write_across(out, kind, field[1], lanes);
    }
    if (!begun)
        write_head(out, name, headline, token);
    else
        fputs("</table></div>", out);
    fputs("</html>\n", out);
    free(copy);
}
