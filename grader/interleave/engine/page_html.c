/**
 * @file page_html.c
 * @brief Rows as a page: a column for each thread, time downwards. One file, no scripts, nothing fetched.
 *
 * A thread is told by its letter, its column, and the pattern of its lines, beside its colour. Narrow screens have one column.
 */
#include "page_html.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS = 6, ROWS_SHOWN = 4000, COLOURS = 8 };

static const char style[] =
    ":root{color-scheme:light dark;--line:#8886;--soft:#8882;--warn:#b45309;--bad:#b91c1c;--note:#1d4ed8;"
    "--t0:#0b5cad;--t1:#a84300;--t2:#17692f;--t3:#7a35b5;--t4:#0b6a72;--t5:#b01e54;--t6:#6b5400;--t7:#4b5563}"
    "@media(prefers-color-scheme:dark){:root{--warn:#f59e0b;--bad:#f87171;--note:#7db2ff;"
    "--t0:#6cb4ff;--t1:#ffa560;--t2:#62d083;--t3:#cfa4ff;--t4:#56d0d8;--t5:#ff94ad;--t6:#e2b640;--t7:#b4bfcc}}"
    ".t0{--c:var(--t0);--b:solid}.t1{--c:var(--t1);--b:dashed}.t2{--c:var(--t2);--b:dotted}"
    ".t3{--c:var(--t3);--b:double}.t4{--c:var(--t4);--b:solid}.t5{--c:var(--t5);--b:dashed}"
    ".t6{--c:var(--t6);--b:dotted}.t7{--c:var(--t7);--b:double}"
    "body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:88rem;padding:0 1rem}"
    "h1{font-size:1.3rem;margin:.5rem 0}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:.95rem;margin:1rem 0 .3rem}"
    "p{max-width:60rem}code,.row,.head,.across,.l{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}"
    ".row,.head{display:grid;column-gap:.5rem;grid-template-columns:2.2rem calc(var(--tracks)*.7rem)"
    " repeat(var(--lanes),minmax(0,1fr)) minmax(8rem,15rem);position:relative}"
    ".head{position:sticky;top:0;background:Canvas;border-bottom:1px solid var(--line);padding:.4rem 0;z-index:2;"
    "font-weight:600}"
    ".n{grid-column:1;grid-row:1;text-align:right;color:GrayText;padding-top:.3rem}"
    ".lane{grid-row:1;border-left:1px dashed color-mix(in srgb,var(--c) 45%,transparent)}"
    ".box{grid-row:1;margin:.15rem 0;padding:.2rem .5rem;border-left:4px var(--b) var(--c);border-radius:3px;"
    "background:color-mix(in srgb,var(--c) 13%,Canvas);position:relative;z-index:1}"
    ".h .box{background:none;border-left-width:1px;color:GrayText}"
    ".box b,.head b{color:Canvas;background:var(--c);border-radius:3px;padding:0 .3em;margin-right:.4em}"
    ".p .box{outline:2px solid var(--bad)}.p .n{color:var(--bad);font-weight:700;font-size:.7rem;overflow-wrap:normal}"
    ".d .box{outline:2px solid var(--warn)}"
    ".at{grid-column:-2;grid-row:1;padding-top:.3rem;font-size:12px;color:GrayText}.at a,.l a{color:inherit}"
    ".across{grid-column:3/-1;grid-row:1;margin:.25rem 0;padding:.25rem .6rem;border-left:4px solid var(--c);border-radius:3px;"
    "background:color-mix(in srgb,var(--c) 10%,Canvas)}"
    ".X{--c:var(--t7)}.R{--c:var(--note)}.D{--c:var(--warn)}.E{--c:var(--bad);font-weight:600}"
    ".i{grid-row:1;grid-column:2;position:relative;pointer-events:none}"
    ".i:before{content:\"\";position:absolute;left:calc(var(--k)*.7rem);border-left:2px var(--b) var(--c);top:0;bottom:0}"
    ".i.b:before{top:1.15rem}.i.e:before{bottom:auto;height:.75rem}.i.v:before{top:0;bottom:0;height:auto}"
    ".i.b:after,.i.e:after{content:\"\";position:absolute;left:calc(var(--k)*.7rem);right:-.5rem;"
    "border-top:2px var(--b) var(--c)}.i.b:after{top:1.15rem}.i.e:after{top:.75rem}"
    ".i s{position:absolute;right:-.55rem;top:calc(.75rem - 4px);border:5px solid transparent;border-left:8px solid var(--c);"
    "border-right:0;z-index:2}"
    "summary{cursor:pointer}details.fold>summary{list-style:none}details.fold>summary::-webkit-details-marker{display:none}"
    "details.fold>summary .box:after{content:\" \\25B8\"}details.fold[open]>summary .box:after{content:\" \\25BE\"}"
    "section{border:1px solid var(--line);border-radius:4px;padding:0 .6rem .6rem}section+section{margin-top:1rem}"
    "section summary{color:GrayText;font-size:.85rem;padding:.15rem 0}"
    ".l{display:grid;grid-template-columns:3.2rem minmax(0,1fr) auto;column-gap:.6rem}.l>span:first-child{text-align:right;"
    "color:GrayText}.l code{white-space:pre-wrap}.c{background:var(--soft)}.l:target{outline:2px solid var(--note)}"
    ".row:target{outline:2px solid var(--note)}.l a{color:Canvas;background:var(--c);border-radius:3px;padding:0 .3em;"
    "margin-left:.2em;text-decoration:none}"
    "@media(max-width:46rem){body{margin:.5rem auto;padding:0 .6rem}.row,.head{column-gap:.35rem;"
    "grid-template-columns:2rem calc(var(--tracks)*.7rem) minmax(0,1fr)}.lane{display:none}"
    ".box{grid-column:3!important;margin-left:calc(var(--x)*.9rem)}.at{grid-column:3;grid-row:2;padding:0 0 .2rem;"
    "margin-left:calc(var(--x)*.9rem)}.head span{grid-column:3!important;display:inline}.head .at{display:none}"
    ".i{grid-column:2!important;grid-row:1/3}.i.b,.i.e{grid-row:1/3}"
    ".l{grid-template-columns:2.2rem minmax(0,1fr) auto}}";

static void write_around(FILE *out, const char *before, const char *text, const char *after)
{
    fputs(before, out);
    page_write_markup(out, text, false);
    fputs(after, out);
}

/* "model: kind: what is wrong": the first two are the title. */
static void write_head(FILE *out, const char *name, const char *headline, const char *token)
{
    const char *kind = strstr(headline, ": "), *what = kind ? strstr(kind + 2, ": ") : NULL;
    char *title = strndup(headline, what ? (size_t)(what - headline) : strlen(headline));
    fputs(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        out);
    write_around(out, "<title>", name, "</title>");
    fprintf(out, "<style>%s</style>\n", style);
    write_around(out, "<h1>", title ? title : "", "</h1>\n");
    if (what)
        write_around(out, "<p>", what + 2, "</p>\n");
    write_around(
        out,
        "<p>Time runs downwards; each thread has a letter and a column. An arrow goes from a write to the steps that "
        "read it. Replay token: <code>",
        token, "</code></p>\n");
    free(title);
}

/* A lane's column; the thread's colour, by its number. */
static int column(int lane)
{
    return lane + 3;
}

static void write_lanes(FILE *out, char *const lane[], int lanes)
{
    fputs("<div class=head>", out);
    for (int i = 0; i < lanes; i++) {
        fprintf(out, "<span class=t%d style=\"grid-column:%d\"><b>%c</b>", i % COLOURS, column(i), 'A' + i);
        const char *name = lane[i] + (lane[i][0] == 'A' + i); /* "A (owner)": the letter stands already */
        page_write_markup(out, name, false);
        fputs("</span>", out);
    }
    fputs("<span class=at>where</span></div>\n", out);
}

static void write_arrows(FILE *out, const struct page_arrows *arrows, int row, int lane)
{
    for (int k = 0; k < arrows->tracks; k++) {
        const struct page_track *track = &arrows->of_row[row][k];
        if (!track->passes && !track->begins && !track->ends)
            continue;
        bool turns = track->begins || track->ends;
        fprintf(out, "<i class=\"i t%d%s%s%s\" style=\"--k:%d", track->lane % COLOURS,
                track->passes ? " v" : "", track->begins ? " b" : "", track->ends ? " e" : "", k);
        if (turns)
            fprintf(out, ";grid-column:2/%d", column(lane));
        fprintf(out, "\">%s</i>", track->ends ? "<s></s>" : "");
    }
}

static void write_place(FILE *out, const struct page_sources *sources, const char *place)
{
    char anchor[32];
    fputs("<span class=at>", out);
    if (page_anchor(sources, place, anchor)) {
        int length = (int)strcspn(place, " ");
        char *where = strndup(place, (size_t)length);
        fprintf(out, "<a href=\"#%s\">", anchor);
        write_around(out, "", where ? where : "", "</a>");
        free(where);
        place += length;
    }
    page_write_markup(out, place, false);
    fputs("</span>", out);
}

struct page {
    FILE *out;
    const struct page_row *rows;
    size_t count;
    int lanes;
    struct page_arrows arrows;
    struct page_sources *sources;
};

static void write_step(const struct page *page, size_t i)
{
    FILE *out = page->out;
    const struct page_row *row = &page->rows[i];
    bool decides = i + 1 < page->count && page->rows[i + 1].kind == 'D';
    const char *tag = row->kind == 'G' ? "summary" : "div";
    fprintf(out, "<%s class=\"row %s%s\" style=\"--x:%d\"", tag,
            row->kind == 'H'   ? "h"
            : row->kind == 'P' ? "p"
                               : "s",
            decides ? " d" : "", row->lane);
    if (row->kind == 'S')
        fprintf(out, " id=s%d", row->number);
    else if (row->kind == 'P')
        fprintf(out, " id=r%zu", i);
    fputs("><span class=n>", out);
    if (row->kind == 'P')
        fputs("race", out);
    else if (row->number)
        fprintf(out, "%d", row->number);
    fputs("</span>", out);
    for (int k = 0; k < page->lanes; k++)
        if (k != row->lane)
            fprintf(out, "<span class=\"lane t%d\" style=\"grid-column:%d\"></span>", k % COLOURS, column(k));
    write_arrows(out, &page->arrows, (int)i, row->lane);
    fprintf(out, "<span class=\"box t%d\" style=\"grid-column:%d\"><b>%c</b>", row->lane % COLOURS,
            column(row->lane), 'A' + row->lane);
    page_write_markup(out, row->text, false);
    fputs("</span>", out);
    write_place(out, page->sources, row->place);
    fprintf(out, "</%s>\n", tag);
}

static void write_rows(const struct page *page)
{
    size_t ends = 0;
    for (size_t i = 0; i < page->count; i++) {
        const struct page_row *row = &page->rows[i];
        if (row->kind == 'G')
            fputs("<details class=fold>", page->out);
        if (strchr("SHPG", row->kind)) {
            write_step(page, i);
        } else {
            fputs("<div class=row>", page->out);
            write_arrows(page->out, &page->arrows, (int)i, 0);
            fprintf(page->out, "<div class=\"across %c\">", row->kind);
            write_around(page->out, "", row->text, "</div></div>\n");
        }
        if (row->kind == 'G')
            ends = i + (size_t)row->count;
        if (ends && ends == i) {
            fputs("</details>\n", page->out);
            ends = 0;
        }
    }
}

/* --- reading the rows --- */

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

static int number_of(const char *field, int most)
{
    long number = strtol(field, NULL, 10);
    return number > 0 && number <= most ? (int)number : 0;
}

/* False: it is no row, or of no lane. */
static bool read_row(char *const field[FIELDS], int lanes, struct page_row *row)
{
    enum { NUMBER_MAX = 1000000 };
    char kind = *field[0];
    *row = (struct page_row){.kind = kind};
    if (kind && strchr("XRDE", kind)) {
        row->text = field[1];
        return true;
    }
    row->lane = number_of(field[1], lanes - 1);
    row->number = number_of(field[2], NUMBER_MAX);
    row->from = number_of(field[3], NUMBER_MAX);
    row->count = kind == 'G' ? row->from : 0;
    row->place = field[4];
    row->text = field[5];
    return kind && strchr("SHPG", kind) && (row->lane > 0 || *field[1] == '0') && row->lane < lanes;
}

/* What is folded is shown by the row above; what cannot be folded is not. */
static void find_folds(struct page_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rows[i].shown = (int)i;
        if (rows[i].kind != 'G')
            continue;
        size_t last = i;
        while (last + 1 < count && last < i + (size_t)rows[i].count && strchr("SH", rows[last + 1].kind))
            rows[++last].shown = (int)i;
        rows[i].count = (int)(last - i);
        if (last == i)
            rows[i].kind = 'H';
        i = last;
    }
}

void page_write_html(FILE *out, const char *rows, page_source *source, void *arg)
{
    char *copy = strdup(rows), *field[FIELDS], *lane[PAGE_LANES_MAX];
    char *name = (char[]){""}, *headline = (char[]){""}, *token = (char[]){""};
    struct page_row *read = calloc(ROWS_SHOWN, sizeof *read);
    struct page page = {.out = out, .rows = read};
    if (!copy || !read) {
        free(copy);
        free(read);
        return;
    }
    for (char *rest = copy, *row; (row = strsep(&rest, "\n")) && page.count < ROWS_SHOWN;) {
        split(row, field);
        if (*field[0] == 'T')
            name = field[1];
        else if (*field[0] == 'M')
            headline = field[1];
        else if (*field[0] == 'K')
            token = field[1];
        else if (*field[0] == 'L' && page.count == 0 && page.lanes < PAGE_LANES_MAX)
            lane[page.lanes++] = field[1];
        else if (read_row(field, page.lanes, &read[page.count]))
            page.count++;
    }
    find_folds(read, page.count);
    page.arrows = page_find_arrows(read, page.count);
    page.sources = page_read_sources(read, page.count, source, arg);
    write_head(out, name, headline, token);
    if (page.count && page.arrows.of_row) {
        fprintf(out, "<div style=\"--lanes:%d;--tracks:%d\">\n", page.lanes ? page.lanes : 1,
                page.arrows.tracks);
        write_lanes(out, lane, page.lanes);
        write_rows(&page);
        fputs("</div>\n", out);
        page_write_sources(out, page.sources, read, page.count);
    }
    fputs("</html>\n", out);
    page_free_sources(page.sources);
    free(page.arrows.of_row);
    free(read);
    free(copy);
}
