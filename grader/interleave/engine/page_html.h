/**
 * @file page_html.h
 * @brief A page of HTML from rows, which a program under test has written: none of its bytes is markup here.
 *
 * Shape:   a row is a line, its fields stand between tabs; the first is a letter.
 *
 *     T name         of the model            L name      of the next lane: all before the first S, H, P or G
 *     M headline     what is wrong           K token     replays it
 *
 *     S lane number from place text      a step of that lane, from 0; `from`: the number of the one whose store it reads, or 0
 *     H lane - - place text              something besides steps
 *     P lane - - place text              one of two accesses that race
 *     G lane number count place text     the next `count` rows are told as one, and can be unfolded
 *
 *     X text         across all lanes: a switch;  R: a remark;  D: that the step above decides;  E: the end
 *
 * The engine makes the rows; the page trusts neither their order nor their fields. Linked into the engine and
 * into the grader, so nothing but the C library is used here.
 *
 * page_html.c is the page, page_arrows.c what goes from writes to reads, page_source.c the sources, page_markup.c the escaping.
 */
#ifndef INTERLEAVE_PAGE_HTML_H
#define INTERLEAVE_PAGE_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** The text of the source file that a place calls by this name; NULL: it is not to be shown. The page frees it. */
typedef char *page_source(void *arg, const char *file);

/** Write the page. `source` may be NULL: no sources. */
void page_write_html(FILE *out, const char *rows, page_source *source, void *arg);

/** Write text as XML and HTML understand it, or the value of an attribute in quotes. */
void page_write_markup(FILE *out, const char *text, bool in_attribute);

/* --- between the files of the page --- */

enum { PAGE_LANES_MAX = 26, PAGE_TRACKS_MAX = 8 };

struct page_row {
    char kind;
    int lane, number, from, count; /* count: of G, rows that follow */
    char *place, *text;            /* "file.c:12 function" */
    int shown;                     /* the row that stands for it: itself, or the G that it is folded into */
};

/* What an arrow is in a row: it passes, it comes from the row's step, it goes to it. */
struct page_track {
    bool passes, begins, ends;
    int lane; /* of the write */
};
struct page_arrows {
    int tracks;
    struct page_track (*of_row)[PAGE_TRACKS_MAX];
};
/** Which arrows pass each row. The caller frees of_row. */
struct page_arrows page_find_arrows(const struct page_row *rows, size_t count);

/** The sources of the rows' places, below the page's table. */
struct page_sources;
struct page_sources *page_read_sources(const struct page_row *rows, size_t count, page_source *source,
                                       void *arg);
/** Where the line of a place stands: "f0-12"; NULL: nowhere. In `anchor`. */
const char *page_anchor(const struct page_sources *sources, const char *place, char anchor[32]);
void page_write_sources(FILE *out, const struct page_sources *sources, const struct page_row *rows,
                        size_t count);
void page_free_sources(struct page_sources *sources);

#endif
