/**
 * @file foreign.h
 * @brief Text that a submission can choose, made harmless before it is printed.
 *
 * Everything that a report, a result file or a page says passes one of these last, at the printer: what stood before it
 * (a judge that made its evidence harmless) is no reason to leave it out. None of them fails on any bytes, and each may be
 * applied to what another has made.
 */
#ifndef WEFT_GRADER_FOREIGN_H
#define WEFT_GRADER_FOREIGN_H

#include <jansson.h>

#include "util.h"

/**
 * Control characters, bytes that are no UTF-8, and characters that end lines or turn them around become visible; newlines
 * and tabs stay; what is beyond `limit` bytes (SIZE_MAX: none) is cut. The caller frees.
 */
char *harmless_text(const char *text, size_t length, size_t limit);

/** The same, on one line: a newline is shown as \\n. The caller frees. */
char *harmless_line(const char *text, size_t limit);

/** The same as a JSON string; never NULL. */
json_t *harmless_json(const char *text, size_t length, size_t limit);

/** A copy in which every string is harmless. */
json_t *harmless_copy(const json_t *json);

/** As text of XML or HTML, or inside of an attribute's quotes. */
void print_markup(FILE *out, const char *text, bool in_attribute);

#endif
