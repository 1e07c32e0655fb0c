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

/* A model that fails where the code is wrong, as it must. */
static bool is_caught(const struct outcome *test)
{
    return test->status == TEST_PASS && *outcome_text(test, "caught");
}

/* `common` stands above all models; a model with other bounds has them beside it. */
static void print_model(const struct style *style, const struct outcome *test, const char *common)
{
    json_int_t executions = json_integer_value(json_object_get(test->evidence, "executions"));
    const char *bounds = outcome_text(test, "bounds"), *observed = outcome_text(test, "observed"), *colour;
    const char *word = status_word(style, test->status, &colour), *plural = executions == 1 ? "" : "s";
    fprintf(style->out, "  %-6s %-28s ", test->clause, test->name);
    if (is_caught(test)) { /* and how: a person looks whether it is for the right reason */
        char *kind =
            format_text("%.*s", kind_length(outcome_text(test, "caught")), outcome_text(test, "caught"));
        fprintf(style->out, "%spass%s: ", colour, style->off);
        print_foreign(style, kind, KIND_BYTES_MAX);
        fputs("; TOKEN=", style->out);
        print_foreign(style, outcome_text(test, "token"), SIZE_MAX);
        fputc('\n', style->out);
        free(kind);
    } else if (test->status == TEST_PASS) {
        fprintf(style->out, "all %lld execution%s %spass%s", (long long)executions, plural, colour,
                style->off);
        if (strcmp(bounds, common) != 0) {
            fputs(": ", style->out);
            print_wrapped(style, bounds, 52);
        } else {
            fputc('\n', style->out);
        }
    } else if (test->status == TEST_FAIL) { /* its kind, and when it was found; the rest stands below */
        char *kind = format_text("%.*s", kind_length(observed), observed);
        fprintf(style->out, "%s%s%s: ", colour, word, style->off);
        print_foreign(style, kind, KIND_BYTES_MAX);
        fputc('\n', style->out);
        free(kind);
    } else { /* why stands below, once for all models */
        fprintf(style->out, "%s%s%s after %lld execution%s\n", colour, word, style->off,
                (long long)executions, plural);
    }
}

static bool is_shown(const struct outcome *test)
{
    return is_explored(test) && !is_unwritten(test);
}

/* Why models are not verified: once for all that have the same reason. */
static void print_reasons(const struct style *style, const struct result *result)
{
    struct words said = {0};
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        const char *why = outcome_text(test, "observed");
        if (!is_shown(test) || (test->status != TEST_NOT_VERIFIED && test->status != TEST_GRADER_ERROR) ||
            words_contain(&said, why))
            continue;
        words_add(&said, why);
        bool several = false;
        for (size_t k = i + 1; k < result->test_count; k++)
            several |= is_shown(&result->tests[k]) && result->tests[k].status == test->status &&
                       strcmp(outcome_text(&result->tests[k], "observed"), why) == 0;
        const char *colour, *word = status_word(style, test->status, &colour);
        fprintf(style->out, "  %s%s%s", colour, word, style->off);
        if (!several)
            fprintf(style->out, " %s", test->name);
        fputs(": ", style->out);
        print_wrapped(style, why, 2 + (int)strlen(word) + (several ? 0 : 1 + (int)strlen(test->name)) + 2);
    }
    words_free(&said);
}

void print_interleavings(const struct report *report)
{
    const struct style *style = &report->style;
    const struct result *result = report->result;
    const char *common = NULL;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (!is_shown(test))
            continue;
        if (!common) {
            common = outcome_text(test, "bounds");
            char *bounds = format_text("(%.*s)", BOUNDS_BYTES_MAX, common);
            fprintf(style->out, "%sInterleavings%s ", style->bold, style->off);
            print_wrapped(style, bounds, 14);
            free(bounds);
        }
        print_model(style, test, common);
    }
    if (!common)
        return;
    print_reasons(style, result);
    fputc('\n', style->out);
}
