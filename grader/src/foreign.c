/**
 * @file foreign.c
 * @brief Text that a submission can choose, made harmless before it is printed.
 */
#include "foreign.h"

#include <stdlib.h>
#include <string.h>

#include "../interleave/engine/page_html.h"

/* Length of the well-formed UTF-8 sequence at `text`, 0 if there is none. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
    unsigned char first = text[0];
    size_t length = first < 0x80                      ? 1
                    : (first >= 0xc2 && first < 0xe0) ? 2
                    : (first & 0xf0) == 0xe0          ? 3
                    : (first >= 0xf0 && first < 0xf5) ? 4
                                                      : 0;
    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if (first == 0xef && text[1] == 0xbf && text[2] >= 0xbe) /* U+FFFE, U+FFFF: not in XML */
        return 0;
    if (first == 0xe2 &&
        ((text[1] == 0x80 && text[2] >= 0xa8 && text[2] <= 0xae) || /* these end lines, or turn text around */
         (text[1] == 0x80 && text[2] >= 0x8b && text[2] <= 0x8f) || /* or hide, or turn what is beside them */
         (text[1] == 0x81 && text[2] >= 0xa0 && text[2] <= 0xaf)))
        return 0;
    if ((first == 0xd8 && text[1] == 0x9c) || (first == 0xef && text[1] == 0xbb && text[2] == 0xbf) ||
        (first == 0xf3 && text[1] == 0xa0 && text[2] <= 0x81)) /* the same: U+061C, U+FEFF, and the tags */
        return 0;
    if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) || /* overlong, surrogate */
        (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f))
        return 0;
    return length;
}

/* die() prints what this makes, so it cannot be called here. */
static _Noreturn void no_memory(void)
{
    fputs("weft-grade: no memory\n", stderr);
    exit(2);
}

static char *harmless(const char *text, size_t length, size_t limit, bool one_line)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);
    if (!out)
        no_memory();
    const unsigned char *bytes = (const unsigned char *)text;
    size_t i = 0, written = 0;
    while (i < length && written < limit) {
        size_t sequence = utf8_length(bytes + i, length - i);
        bool c1_control = sequence == 2 && bytes[i] == 0xc2 && bytes[i + 1] < 0xa0;
        if (sequence == 0 || c1_control ||
            (sequence == 1 && bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] == 0x7f) {
            fprintf(out, "\\x%02x", bytes[i]);
            i++;
            written += 4;
            continue;
        }
        if (one_line && bytes[i] == '\n')
            fputs("\\n", out);
        else if (one_line && bytes[i] == '\t')
            putc_unlocked(' ', out);
        else
            fwrite(bytes + i, 1, sequence, out);
        i += sequence;
        written += sequence;
    }
    if (i < length)
        fprintf(out, "%s[... %zu more bytes]", one_line ? " " : "\n", length - i);
    fclose(out);
    if (!result)
        no_memory();
    return result;
}

char *harmless_text(const char *text, size_t length, size_t limit)
{
    return harmless(text, length, limit, false);
}

char *harmless_line(const char *text, size_t limit)
{
    return harmless(text, strlen(text), limit, true);
}

json_t *harmless_json(const char *text, size_t length, size_t limit)
{
    char *printable = harmless_text(text, length, limit);
    json_t *json = json_string(printable);
    free(printable);
    if (!json)
        no_memory();
    return json;
}

json_t *harmless_copy(const json_t *json)
{
    const char *key;
    size_t index;
    json_t *each, *copy;
    switch (json_typeof(json)) {
    case JSON_STRING:
        return harmless_json(json_string_value(json), json_string_length(json), SIZE_MAX);
    case JSON_ARRAY:
        copy = json_array();
        json_array_foreach(json, index, each) json_array_append_new(copy, harmless_copy(each));
        return copy;
    case JSON_OBJECT: /* its keys are the grader's */
        copy = json_object();
        json_object_foreach((json_t *)(uintptr_t)json, key, each)
            json_object_set_new(copy, key, harmless_copy(each));
        return copy;
    default:
        return json_deep_copy(json);
    }
}

void print_markup(FILE *out, const char *text, bool in_attribute)
{
    char *printable = harmless_text(text, strlen(text), SIZE_MAX);
    page_write_markup(out, printable, in_attribute);
    free(printable);
}
