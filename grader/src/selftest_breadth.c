/**
 * @file selftest_breadth.c
 * @brief What docs/mutants.md says of how much a mutant leaves intact.
 *
 * `make mutants` and `make check LONG=1` run every test on every mutant, and the first writes down which fail. So a mutant whose
 * row is there need not pass half of the other tests in each check again: that it does tells what the mutant is worth, and
 * nothing of the grader. What the grader must do, fail the test that the mutant names, is run each time. One mutant in
 * ONE_IN runs the others too: a change that makes tests fail for a mistake which is none of theirs shows there.
 */
#include <stdlib.h>
#include <string.h>

#include "judge_run.h"
#include "selftest_internal.h"

enum { ONE_IN = 16, PAGE_BYTES_MAX = 1 << 20 };

/* Of a lab. */
static int tests_in_plain(const char *lab)
{
    const struct judge_suite *suite = judge_suite_of(lab);
    int count = 0;
    for (const struct judge_test *test = suite->tests; test->name; test++)
        count += (test->variants & PLAIN) != 0;
    return count;
}

/* How many other tests stand in the row of this mistake, and of this test and variant; -1: there is no such row. */
static int others_in_page(const char *page, const char *mistake, const char *killer, const char *variants)
{
    char *row = format_text("| %s | `%s` (%s)", mistake, killer, variants);
    const char *at = strstr(page, row);
    int quotes = 0;
    if (at)
        for (at += strlen(row); *at && *at != '\n'; at++)
            quotes += *at == '`';
    free(row);
    return at ? quotes / 2 : -1;
}

bool selftest_is_known_narrow(const struct selftest *test, const struct known *known, const char *mistake,
                              size_t number)
{
    if (number % ONE_IN == 0)
        return false;
    char *path = format_text("%s/docs/mutants.md", test->course->root);
    char *page = read_file(path, PAGE_BYTES_MAX, NULL, NULL);
    int others = page && mistake ? others_in_page(page, mistake, known->test, known->variants) : -1;
    free(page);
    free(path);
    return others >= 0 && 2 * others <= tests_in_plain(known->lab) - 1;
}

char *selftest_check_breadth(void)
{
    static const char page[] = "| 01.5 one | divides. | `join` (plain); besides `race` `select` |\n"
                               "| 01.6 other | divides. | `join` (asan) |\n";
    static const struct {
        const char *mistake, *killer, *variants;
        int others;
    } rows[] = {{"divides.", "join", "plain", 2},
                {"divides.", "join", "asan", 0},
                {"divides.", "race", "plain", -1},
                {"divide", "join", "plain", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int others = others_in_page(page, rows[i].mistake, rows[i].killer, rows[i].variants);
        if (others != rows[i].others)
            return format_text("of the page's row of %s, %s (%s) it is said that %d others fail, not %d",
                               rows[i].mistake, rows[i].killer, rows[i].variants, others, rows[i].others);
    }
    return NULL;
}
