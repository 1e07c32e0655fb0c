/**
 * @file page_html.h
 * @brief A page of HTML from rows, which a program under test has written: none of its bytes is markup here.
 *
 * Shape:   a row is a line, its fields stand between tabs; the first is a letter.
 *
 *     T name         of the model            L name      of the next lane: all before the first S or H
 *     M headline     what is wrong           S lane number place text      a step of that lane, from 0
 *     K token        replays it              H lane number place text      something besides steps
 *                                            X text      across all lanes: a switch;  R: a remark;  E: the end
 *
 * The engine makes the rows; the page trusts neither their order nor their fields. Linked into the engine and
 * into the grader, so nothing but the C library is used here.
 */
#ifndef INTERLEAVE_PAGE_HTML_H
#define INTERLEAVE_PAGE_HTML_H

#include <stdbool.h>
#include <stdio.h>

/** Write the page. */
void page_write_html(FILE *out, const char *rows);

/** Write text as XML and HTML understand it, or the value of an attribute in quotes. */
void page_write_markup(FILE *out, const char *text, bool in_attribute);

#endif
