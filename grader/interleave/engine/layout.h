/**
 * @file layout.h
 * @brief Lines that fit: what is longer goes on below, further in.
 *
 * Linked into the engine and into the grader, so nothing but the C library is used here.
 */
#ifndef INTERLEAVE_LAYOUT_H
#define INTERLEAVE_LAYOUT_H

#include <stdio.h>

enum { LAYOUT_COLUMNS = 100 /**< at most, in a terminal too */ };

/** Columns to write in: those of the terminal, if `out` is one, or else COLUMNS of the environment, from 60 to LAYOUT_COLUMNS. */
int layout_columns(FILE *out);

/**
 * Write one line within `columns`, where `indent` blanks have been written before it, and are before what goes on below.
 * @param hang  where what goes on below begins, behind the indent; -1: under the line's last column, or, where that is far to the
 *              right, a bit to the right of its begin.
 */
void layout_line(FILE *out, const char *line, int indent, int hang, int columns);

#endif
