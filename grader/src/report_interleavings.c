/**
 * @file report_interleavings.c
 * @brief How far each model was explored: all executions, the one that fails, or not all.
 */
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"

enum { BOUNDS_BYTES_MAX = 250, KIND_BYTES_MAX = 120 };

bool is_explored(const struct outcome *test)
{
    return json_object_get(test->evidence, "executions") != NULL;
}

/* "deadlock, found after 7 executions (...): ..." without what stands in parentheses or behind the colon */
static int kind_length(const char *headline)
{
    int length = (int)strcspn(headline, "(:");
    return length > 0 && headline[length - 1] == ' ' ? length - 1 : length;
}

/* `common` stands above all models; a model with other bounds has them beside it. */
static void print_model(const struct style *style, const struct outcome *test, const char *common)
{
    json_int_t executions = json_integer_value(json_object_get(test->evidence, "executions"));
    const char *bounds = outcome_text(test, "bounds"), *observed = outcome_text(test, "observed"), *colour;
    const char *word = status_word(style, test->status, &colour), *plural = executions == 1 ? "" : "s";
    fprintf(style->out, "  %-6s %-28s ", test->clause, test->name);
    if (test->status == TEST_PASS) {
        fprintf(style->out, "all %lld execution%s %spass%s", (long long)executions, plural, colour,
                style->off);
        if (strcmp(bounds, common) != 0) {
            fprintf(style->out, ": %s", style->dim);
            print_foreign(style, bounds, BOUNDS_BYTES_MAX);
            fputs(style->off, style->out);
        }
        fputc('\n', style->out);
    } else if (test->status == TEST_FAIL) { /* its kind, and when it was found; the rest stands below */
        char *kind = format_text("%.*s", kind_length(observed), observed);
        fprintf(style->out, "%s%s%s: ", colour, word, style->off);
        print_foreign(style, kind, KIND_BYTES_MAX);
        fputc('\n', style->out);
        free(kind);
    } else {
        fprintf(style->out, "%s%s%s: ", colour, word, style->off);
        print_wrapped(style, observed, 52);
    }
}

void print_interleavings(const struct style *style, const struct result *result)
{
    const char *common = NULL;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (!is_explored(test) || is_unwritten(test))
            continue;
        if (!common) {
            common = outcome_text(test, "bounds");
            fprintf(style->out, "%sInterleavings%s (", style->bold, style->off);
            print_foreign(style, common, BOUNDS_BYTES_MAX);
            fputs(")\n", style->out);
        }
        print_model(style, test, common);
    }
    if (common)
        fputc('\n', style->out);
}
