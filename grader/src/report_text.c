/**
 * @file report_text.c
 * @brief How a report's text is printed: colours only on a terminal, lines that fit, foreign bytes made harmless.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../interleave/engine/layout.h"
#include "foreign.h"
#include "report_internal.h"

struct style style_for(FILE *out)
{
    struct style style = {.out = out,
                          .width = layout_columns(out),
                          .good = "",
                          .bad = "",
                          .warn = "",
                          .dim = "",
                          .bold = "",
                          .off = ""};
    if (!isatty(fileno(out)))
        return style;
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

void print_laid_out(const struct style *style, const char *line, int indent)
{
    char *whole = harmless_line(line, TEXT_BYTES_MAX);
    layout_line(style->out, whole, indent, -1, style->width);
    free(whole);
}
