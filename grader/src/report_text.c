/**
 * @file report_text.c
 * @brief How a report's text is printed: colours only on a terminal, lines that fit, foreign bytes made harmless.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "foreign.h"
#include "report_internal.h"

struct style style_for(FILE *out)
{
    struct style style = {
        .out = out, .width = 100, .good = "", .bad = "", .warn = "", .dim = "", .bold = "", .off = ""};
    struct winsize size;
    if (!isatty(fileno(out)))
        return style;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
        style.width = size.ws_col < 120 ? size.ws_col : 120;
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    if (!terminal || strcmp(terminal, "dumb") == 0 || (no_colour && *no_colour))
        return style;
    style.good = "\033[32m";
    style.bad = "\033[31m";
    style.warn = "\033[33m";
    style.dim = "\033[2m";
    style.bold = "\033[1m";
    style.off = "\033[0m";
    return style;
}

void print_foreign(const struct style *style, const char *text, size_t limit)
{
    char *line = harmless_line(text, limit);
    fputs(line, style->out);
    free(line);
}

void print_wrapped(const struct style *style, const char *foreign, int indent)
{
    char *whole = harmless_text(foreign, strlen(foreign), TEXT_BYTES_MAX);
    const char *text = whole;
    int column = indent;
    while (*text) {
        int word = (int)strcspn(text, " \t\n");
        if (column > indent && column + 1 + word > style->width) {
            fprintf(style->out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent && word > 0) {
            fputc(' ', style->out);
            column++;
        }
        fprintf(style->out, "%.*s", word, text);
        column += word;
        text += word;
        if (*text == '\n') {
            fprintf(style->out, "\n%*s", indent, "");
            column = indent;
        }
        text += *text != '\0';
    }
    fputc('\n', style->out);
    free(whole);
}

void print_field(const struct style *style, const char *name, const char *value)
{
    fprintf(style->out, "      %s%-9s%s ", style->dim, name, style->off);
    print_wrapped(style, value, 16);
}

/* Where what goes on below a laid out line begins: under its last column, or, where that is far to the right, a bit to the
 * right of its begin. */
static int hang_of(const char *line, int room)
{
    int hang = (int)strspn(line, " "), begin = hang;
    for (int i = hang; line[i] && i < room * 2 / 3; i++)
        if (line[i] == ' ' && line[i + 1] == ' ' && line[i + 2] && line[i + 2] != ' ')
            hang = i + 2;
    return hang > begin ? hang + 2 : begin + 4;
}

void print_laid_out(const struct style *style, const char *line, int indent)
{
    char *whole = harmless_line(line, TEXT_BYTES_MAX);
    const char *text = whole;
    int room = style->width - indent, hang = 0;
    while ((int)strlen(text) > room - hang) {
        int length = room - hang, least = hang ? 0 : (int)strspn(text, " ") + 1;
        while (length > least && text[length] != ' ')
            length--;
        if (length <= least) /* one long word */
            length = room - hang;
        int shown = length;
        while (shown > least && text[shown - 1] == ' ')
            shown--;
        fprintf(style->out, "%*s%.*s\n", hang ? indent + hang : 0, "", shown, text);
        if (!hang)
            hang = hang_of(whole, room);
        text += length + (int)strspn(text + length, " ");
    }
    if (*text)
        fprintf(style->out, "%*s%s\n", hang ? indent + hang : 0, "", text);
    else if (text == whole)
        fputc('\n', style->out);
    free(whole);
}
