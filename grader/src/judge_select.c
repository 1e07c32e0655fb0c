/**
 * @file judge_select.c
 * @brief Suites and variants by their names, and which tests of a suite were asked for.
 */
#include <string.h>

#include "judge_run.h"

const struct judge_suite *judge_suite_of(const char *lab)
{
    for (size_t i = 0; judge_suites[i]; i++)
        if (strcmp(judge_suites[i]->lab, lab) == 0)
            return judge_suites[i];
    return NULL;
}

/* By bit. */
static const char *const variant_names[] = {"plain", "asan", "tsan", "interleave"};
enum { VARIANT_NAMES = sizeof variant_names / sizeof *variant_names };

unsigned judge_variant_bit(const char *variant)
{
    for (int i = 0; i < VARIANT_NAMES; i++)
        if (strcmp(variant, variant_names[i]) == 0)
            return 1u << i;
    return 0;
}

const char *judge_variant_name(unsigned variants)
{
    for (int i = 0; i < VARIANT_NAMES; i++)
        if (variants & 1u << i)
            return variant_names[i];
    return "";
}

unsigned judge_suite_variants(const struct judge_suite *suite)
{
    unsigned variants = 0;
    for (const struct judge_test *test = suite->tests; test->name; test++)
        variants |= test->variants;
    return variants;
}

bool judge_selected(const struct result *result, const struct judge_test *test)
{
    return !result->selection || strcmp(result->selection, test->name) == 0 ||
           strcmp(result->selection, test->clause) == 0 ||
           (result->selected_clauses && words_contain(result->selected_clauses, test->clause));
}

bool judge_asked_for(const struct result *result, const struct judge_test *test, const char *variant)
{
    return judge_selected(result, test) && test->variants & judge_variant_bit(variant);
}

int judge_tests_of_selection(const struct judge_suite *suite, const char *selection)
{
    const struct judge_test *chosen = suite->tests;
    while (chosen->name && (!selection || strcmp(selection, chosen->name) != 0))
        chosen++;
    int count = 0;
    for (const struct judge_test *test = suite->tests; chosen->name && test->name; test++)
        count += strcmp(test->clause, chosen->clause) == 0;
    return count;
}
