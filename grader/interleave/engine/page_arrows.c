/**
 * @file page_arrows.c
 * @brief From each write an arrow to the reads that read it: a track beside the rows, from the write to its last read.
 */
#include "page_html.h"

#include <stdlib.h>

/* The row that shows the step of this number; -1: none. */
static int row_of(const struct page_row *rows, size_t count, int number)
{
    for (size_t i = 0; i < count && number > 0; i++)
        if (rows[i].kind == 'S' && rows[i].number == number)
            return rows[i].shown;
    return -1;
}

static bool is_free(const struct page_arrows *arrows, int track, int first, int last)
{
    for (int i = first; i <= last; i++) {
        const struct page_track *there = &arrows->of_row[i][track];
        if (there->passes || there->begins || there->ends)
            return false;
    }
    return true;
}

struct page_arrows page_find_arrows(const struct page_row *rows, size_t count)
{
    struct page_arrows arrows = {.of_row = calloc(count + 1, sizeof *arrows.of_row)};
    int *write = calloc(count + 1, sizeof *write); /* of each row: the one that it reads from; -1: none */
    for (size_t i = 0; write && i < count; i++)
        write[i] = rows[i].kind == 'S' ? row_of(rows, count, rows[i].from) : -1;
    for (int row = 0; write && arrows.of_row && row < (int)count; row++) {
        int last = row, track = 0;
        for (size_t i = 0; i < count; i++)
            if (write[i] == row && rows[i].shown > last)
                last = rows[i].shown;
        while (track < PAGE_TRACKS_MAX && !is_free(&arrows, track, row, last))
            track++;
        if (last == row ||
            track == PAGE_TRACKS_MAX) /* then the words of the read alone say where it is from */
            continue;
        for (int i = row; i <= last; i++)
            arrows.of_row[i][track] =
                (struct page_track){.lane = rows[row].lane, .begins = i == row, .passes = i > row && i < last};
        for (size_t i = 0; i < count; i++)
            if (write[i] == row && rows[i].shown > row)
                arrows.of_row[rows[i].shown][track].ends = true;
        if (track >= arrows.tracks)
            arrows.tracks = track + 1;
    }
    free(write);
    return arrows;
}
