/**
 * @file page_markup.c
 * @brief Text as XML and HTML understand it.
 */
#include "page_html.h"

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
