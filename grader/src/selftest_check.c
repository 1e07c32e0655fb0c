/**
 * @file selftest_check.c
 * @brief Whether a case of the selftest came out as its kind must, by its result and its report.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"
#include "selftest_internal.h"

/* The first test, in whatever variant, of which this is true; NULL: of none. */
static json_t *find_test(json_t *result, bool (*wanted)(json_t *test, const char *word), const char *word)
{
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        if (wanted(each, word))
            return each;
    }
    return NULL;
}

static bool is(json_t *test, const char *key, const char *value)
{
    return strcmp(json_string_value(json_object_get(test, key)), value) == 0;
}

static bool fails(json_t *test, const char *name)
{
    return is(test, "name", name) && is(test, "status", "fail");
}

/* Whether the named test ran and failed: in the mutant's variant, or in the plain one before it. */
static bool is_killed(json_t *result, const char *name)
{
    return find_test(result, fails, name) != NULL;
}

/* How many of the other tests pass in the plain variant: what the mistake leaves intact. A sanitizer may well
 * stop every test that comes near the mistake. */
static void count_others(json_t *result, const char *name, int *pass, int *all)
{
    size_t c, t;
    json_t *clause, *each;
    *pass = *all = 0;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        if (strcmp(json_string_value(json_object_get(each, "variant")), "plain") != 0 ||
            strcmp(json_string_value(json_object_get(each, "name")), name) == 0)
            continue;
        ++*all;
        *pass += strcmp(json_string_value(json_object_get(each, "status")), "pass") == 0;
    }
}

/* In what a sanitizer printed: addresses, and numbers of processes and threads, become zeroes, each of them one. */
static void hide_numbers(char *report)
{
    for (char *line = report, *end; *line; line = end + (*end == '\n')) {
        end = line + strcspn(line, "\n");
        bool printed =
            strncmp(line, "        ", 8) == 0 && (line[8] == '=' || strspn(line + 8, " #") > 4 ||
                                                  memmem(line, (size_t)(end - line), "Sanitizer", 9));
        for (char *at = line; printed && at < end; at++) {
            bool hides = strncmp(at, "0x", 2) == 0 || strncmp(at, "==", 2) == 0 ||
                         (strncmp(at, " T", 2) == 0 && at[2] >= '0' && at[2] <= '9');
            size_t skip = hides ? 2 : 0;
            size_t digits = skip ? strspn(at + skip, "0123456789abcdef") : 0;
            if (digits < 1)
                continue;
            at[skip] = '0';
            memmove(at + skip + 1, at + skip + digits, strlen(at + skip + digits) + 1);
            end -= digits - 1;
            at += skip;
        }
    }
}

/* Paths and what depends on the machine, replaced. The caller frees. */
static char *normalised_report(const struct known *known)
{
    char *text = read_file(known->out, 1 << 20, NULL, NULL);
    char *named = replace_all(text ? text : "", known->from, "SUBMISSION");
    char *report = replace_all(named, "'SUBMISSION'", "SUBMISSION"); /* quoted where the path has a blank */
    free(named);
    free(text);
    char *tier = strstr(report, ", sandbox "), *weakness = strstr(report, "\nSandbox: ");
    if (weakness) { /* with the lines in which it goes on */
        char *end = weakness;
        do
            end += 1 + strcspn(end + 1, "\n");
        while (strncmp(end, "\n  ", 3) == 0);
        memmove(weakness, end, strlen(end) + 1);
    }
    if (tier)
        memmove(tier, tier + strcspn(tier, "\n"), strlen(tier + strcspn(tier, "\n")) + 1);
    hide_numbers(report);
    return report;
}

/* Move both texts to the first line that differs. Its number. */
static int skip_equal_lines(const char **one, const char **other)
{
    int line = 1;
    for (;; line++) {
        size_t length = strcspn(*one, "\n");
        if (!(*one)[length] || strncmp(*one, *other, length + 1) != 0)
            return line;
        *one += length + 1;
        *other += length + 1;
    }
}

static char *check_golden(const struct known *known)
{
    char *report = normalised_report(known), *problem = NULL;
    if (getenv("UPDATE_GOLDEN")) {
        if (!write_file_atomically(known->golden, report, strlen(report)))
            problem = format_text("cannot write %s", known->golden);
    } else {
        char *expected = read_file(known->golden, 1 << 20, NULL, NULL);
        if (!expected || strcmp(expected, report) != 0) {
            char *actual = format_text("%s.actual", known->out);
            write_file_atomically(actual, report, strlen(report));
            const char *had = expected ? expected : "", *has = report;
            int line = skip_equal_lines(&had, &has);
            problem = format_text(
                "line %d of the report differs, which was\n  %.*s\nand is\n  %.*s\nsee diff %s %s; if it shall: UPDATE_GOLDEN=1 build/weft-grade selftest "
                "golden",
                line, (int)strcspn(had, "\n"), had, (int)strcspn(has, "\n"), has, known->golden, actual);
            free(actual);
        }
        free(expected);
    }
    free(report);
    return problem;
}

/* Whether the variant is one of those that were asked for; NULL: all were. */
static bool is_asked_for(const char *variants, const char *variant)
{
    struct words asked = {0};
    words_split(&asked, variants ? variants : variant);
    bool found = words_contain(&asked, variant);
    words_free(&asked);
    return found;
}

/* Everything passes that was asked for, but models of a design that cannot be explored: of those none fails, and some are not
 * verified. NULL: so it is. */
static char *check_passes(json_t *result, const char *variants, bool unexplored)
{
    size_t c, t, not_verified = 0, passed = 0;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        const char *status = json_string_value(json_object_get(each, "status")),
                   *variant = json_string_value(json_object_get(each, "variant"));
        if (!is_asked_for(variants, variant))
            continue;
        if (unexplored && strcmp(variant, "interleave") == 0 && strcmp(status, "not_verified") == 0)
            not_verified++;
        else if (strcmp(status, "pass") != 0)
            return format_text("%s: %s", json_string_value(json_object_get(each, "name")), status);
        passed++;
    }
    if (unexplored && !not_verified)
        return format_text("each of its models was explored: its ABOUT says otherwise");
    return passed ? NULL : format_text("no test was run");
}

/* Where some variants were asked for nothing earns points, so no clause may have all its tests pass there. NULL: none has. */
static char *check_earns_nothing(json_t *result, const char *variants)
{
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
    {
        int passed = 0, others = 0;
        json_array_foreach(json_object_get(clause, "tests"), t, each)
        {
            bool passes = strcmp(json_string_value(json_object_get(each, "status")), "pass") == 0;
            if (is_asked_for(variants, json_string_value(json_object_get(each, "variant"))))
                *(passes ? &passed : &others) += 1;
        }
        if (passed && !others && json_integer_value(json_object_get(clause, "points")) > 0)
            return format_text("clause %s passes", json_string_value(json_object_get(clause, "id")));
    }
    return NULL;
}

static bool has_status(json_t *test, const char *status)
{
    return is(test, "status", status);
}

/* Whatever a subject does is no fault of the grader's: one that fails would choose that. */
static char *check_blame(json_t *result)
{
    json_t *test = find_test(result, has_status, "grader_error");
    return test ? format_text("%s is blamed on the grader", json_string_value(json_object_get(test, "name")))
                : NULL;
}

static bool is_observed(json_t *test, const char *begins)
{
    const char *observed = json_string_value(json_object_get(json_object_get(test, "evidence"), "observed"));
    return observed && strncmp(observed, begins, strlen(begins)) == 0;
}

bool selftest_was_held(json_t *result)
{
    return find_test(result, is_observed, RESULT_TOO_BUSY) != NULL;
}

/* Whether the text is this number, and nothing else. */
static bool says(const char *text, int number)
{
    char *end;
    return strtol(text, &end, 10) == number && end != text && !*end;
}

char *selftest_check_case(const struct known *known, int exit_status, json_t *result)
{
    char *forged = known->kind == HOSTILE ? selftest_check_reports(known, result != NULL) : NULL;
    if (forged)
        return forged;
    if (!result)
        return format_text("there is no result (exit status %d)", exit_status);
    int score = (int)json_integer_value(json_object_get(result, "score"));
    int max = (int)json_integer_value(json_object_get(result, "max")), pass, all;
    const char *verdict = json_string_value(json_object_get(result, "verdict"));
    json_t *builds = json_object_get(result, "builds"), *each;
    const char *variant;
    json_object_foreach(builds, variant, each) if (known->must_build &&
                                                   strcmp(json_string_value(each), "ok") !=
                                                       0) return format_text("the variant %s does not build",
                                                                             variant);
    switch (known->kind) {
    case SOLUTION:
    case ALTERNATE:
        if (known->unexplored || known->variants)
            return check_passes(result, known->variants, known->unexplored);
        if (exit_status == 0 && score == max && strcmp(verdict, "pass") == 0) /* then all was tried */
            return result_undrawn(json_object_get(result, "drawn"));
        return format_text("score %d of %d, verdict %s, exit status %d", score, max, verdict, exit_status);
    case NULL_SUBMISSION:
        if (exit_status == 1 && says(known->score ? known->score : "0", score) && strcmp(verdict, "fail") == 0)
            return known->variants ? check_earns_nothing(result, known->variants) : NULL;
        return format_text("score %d, verdict %s, exit status %d instead of %s, fail, 1", score, verdict,
                           exit_status, known->score ? known->score : "0");
    case HOSTILE:
        /* where plain alone is run a score cannot be had: the clauses need other variants too */
        count_others(result, "", &pass, &all);
        if (pass > 0 && strcmp(known->variants, "plain") == 0)
            return format_text("%d tests pass in the plain variant", pass);
        if (exit_status == 1 && score == 0 && strcmp(verdict, "fail") == 0)
            return check_blame(result);
        return format_text("score %d, verdict %s, exit status %d", score, verdict, exit_status);
    case MUTANT: {
        if (!is_killed(result, known->test))
            return format_text("survives %s (%s)", known->test, known->variants);
        if (known->extent == WHOLE && known->score && !says(known->score, score))
            return format_text("scores %d, not %s", score, known->score);
        count_others(result, known->test, &pass, &all);
        if (known->extent != KILLER && pass * 2 < all)
            return format_text(
                "passes only %d of the %d other tests: too blunt to be a mistake of one clause", pass, all);
        return NULL;
    }
    default:
        return check_golden(known);
    }
}
