/**
 * @file report_clauses.c
 * @brief A line for each clause.
 */
#include <string.h>

#include "report_internal.h"

const char *status_word(const struct style *style, enum test_status status, const char **colour)
{
    *colour = status == TEST_PASS ? style->good : status == TEST_FAIL ? style->bad : style->warn;
    static const char *const words[] = {
        [TEST_PASS] = "pass", [TEST_FAIL] = "FAIL", [TEST_NOT_VERIFIED] = "not verified", [TEST_GRADER_ERROR] = "grader error"};
    return words[status];
}

bool is_selected(const struct result *result, const struct clause *clause)
{
    if (!clause_is_of(clause, result->lab))
        return false;
    for (size_t i = 0; i < result->test_count; i++)
        if (strcmp(result->tests[i].clause, clause->id) == 0)
            return true;
    return !result->selection;
}

/* The test that decided: the failure that is told first, else the first that could not be verified or came to a hole. */
static const char *deciding_test(const struct report *report, const struct clause *clause,
                                 enum test_status status)
{
    const struct result *result = report->result;
    const char *first = "";
    for (size_t i = 0; i < report->failures.count; i++)
        if (strcmp(report->failures.items[i].test->clause, clause->id) == 0)
            return report->failures.items[i].test->name;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (strcmp(test->clause, clause->id) != 0)
            continue;
        if (test->counts && test->status == status)
            return test->name;
        if (!*first)
            first = test->name;
    }
    return first;
}

/* A line each: the whole text stands beside a failure, and in weft-grade explain. */
enum { TEXT_COLUMN = 57 };

void print_clauses(const struct report *report)
{
    const struct style *style = &report->style;
    const struct result *result = report->result;
    for (size_t i = 0; i < result->course->clause_count; i++) {
        const struct clause *clause = &result->course->clauses[i];
        if (!is_selected(result, clause))
            continue;
        const char *colour;
        enum test_status status = result_clause_status(result, clause);
        const char *word = status_word(style, status, &colour), *name = deciding_test(report, clause, status);
        char part[40], points[40];
        snprintf(points, sizeof points, "%2d/%-2d", result_earned(result, clause), clause->points);
        if (result_clause_is_open(result, clause)) {
            word = "open";
            colour = style->warn;
        } else if (result->clause_tests > 1 && result_verdict(result) == VERDICT_PASS) {
            snprintf(part, sizeof part, "1 of %d ok", result->clause_tests);
            word = part;
            colour = style->good;
            points[0] = '\0'; /* a part neither earns nor loses anything */
        }
        int room = style->width - TEXT_COLUMN, length = (int)strlen(clause->text);
        fprintf(style->out, "  %-6s %-5s %s%-12s%s %-28s %s%.*s%s%s\n", clause->id, points, colour, word,
                style->off, name, style->dim, length > room ? room - 3 : length, clause->text,
                length > room ? "..." : "", style->off);
    }
    fputc('\n', style->out);
}
