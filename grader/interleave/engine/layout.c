/**
 * @file layout.c
 * @brief Lines that fit.
 */
#include "layout.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int layout_columns(FILE *out)
{
    enum { COLUMNS_MIN = 60 };
    struct winsize size;
    const char *asked = getenv("COLUMNS");
    bool is_terminal = isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0;
    long columns = is_terminal ? size.ws_col : asked ? strtol(asked, NULL, 10) : LAYOUT_COLUMNS;
    return columns >= COLUMNS_MIN && columns < LAYOUT_COLUMNS ? (int)columns : LAYOUT_COLUMNS;
}

/* Columns stand apart by two blanks or more. */
static int hang_of(const char *line, int room)
{
    int hang = (int)strspn(line, " "), begin = hang;
    for (int i = hang; line[i] && i < room * 2 / 3; i++)
        if (line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] && line[i + 2] != ' ')
            hang = i + 2;
    return hang > begin ? hang + 2 : begin + 4;
}

void layout_line(FILE *out, const char *line, int indent, int hang, int columns)
{
    const char *text = line;
    int room = columns - indent, below = hang < 0 ? hang_of(line, room) : hang, at = 0;
    while ((int)strlen(text) > room - at) {
        int length = room - at, least = at ? 0 : (int)strspn(text, " ") + 1;
        while (length > least && text[length] != ' ')
            length--;
        if (length <= least) /* one long word */
            length = room - at;
        int shown = length;
        while (shown > least && text[shown - 1] == ' ')
            shown--;
        fprintf(out, "%*s%.*s\n", at ? indent + at : 0, "", shown, text);
        at = below;
        text += length + (int)strspn(text + length, " ");
    }
    if (*text || text == line)
        fprintf(out, "%*s%s\n", at ? indent + at : 0, "", text);
}
