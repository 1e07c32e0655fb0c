#include "report_order.h"

#include <stdlib.h>
#include <string.h>

#include "judge_run.h"

/* --- what rests on what --- */

static const char *rests_on(const struct judge_suite *suite, const char *clause)
{
    for (const struct judge_rest *rest = suite ? suite->rests : NULL; rest && rest->clause; rest++)
        if (strcmp(rest->clause, clause) == 0)
            return rest->on;
    return "";
}

static bool clause_failed(const struct result *result, const char *id)
{
    for (size_t i = 0; i < result->test_count; i++)
        if (is_failure(&result->tests[i]) && strcmp(result->tests[i].clause, id) == 0)
            return true;
    return false;
}

/* Whether a clause that this one rests on, however far below, fails too. */
static bool is_blocked(const struct result *result, const struct judge_suite *suite, const char *clause)
{
    struct words on = {0};
    bool blocked = false;
    words_split(&on, rests_on(suite, clause));
    for (size_t i = 0; i < on.count && !blocked; i++)
        blocked = clause_failed(result, on.items[i]) || is_blocked(result, suite, on.items[i]);
    words_free(&on);
    return blocked;
}

/* `depth`: a chain that is longer than the course has clauses goes round. */
static void check_rest(const struct course *course, const struct judge_suite *suite, const char *clause,
                       size_t depth)
{
    struct words on = {0};
    const struct clause *known = course_clause(course, clause);
    if (!known || !clause_is_of(known, suite->lab))
        die("the rests of lab %s name %s, which is no clause of it", suite->lab, clause);
    if (depth > course->clause_count)
        die("clause %s of lab %s rests on itself", clause, suite->lab);
    words_split(&on, rests_on(suite, clause));
    for (size_t i = 0; i < on.count; i++)
        check_rest(course, suite, on.items[i], depth + 1);
    words_free(&on);
}

void order_check(const struct course *course)
{
    for (size_t i = 0; judge_suites[i]; i++)
        for (const struct judge_rest *rest = judge_suites[i]->rests; rest && rest->clause; rest++)
            check_rest(course, judge_suites[i], rest->clause, 0);
}

/* --- the order --- */

bool is_failure(const struct outcome *test)
{
    return test->counts && (test->status == TEST_FAIL || test->status == TEST_GRADER_ERROR) &&
           !is_unwritten(test);
}

static bool says_the_same(const struct outcome *a, const struct outcome *b)
{
    return strcmp(outcome_text(a, "observed"), outcome_text(b, "observed")) == 0 &&
           strcmp(outcome_text(a, "expected"), outcome_text(b, "expected")) == 0;
}

static bool crashed(const struct outcome *test)
{
    return json_is_true(json_object_get(test->evidence, "crashed"));
}

/* A failure of the same test that tells of the same mistake: in the same words, or as the crash that a sanitizer then explains. */
static struct failure *same_failure(struct failures *failures, const struct outcome *test)
{
    for (size_t i = 0; i < failures->count; i++) {
        const struct outcome *known = failures->items[i].test;
        if (strcmp(known->name, test->name) == 0 &&
            (says_the_same(known, test) || (crashed(known) && strcmp(known->variant, "plain") == 0)))
            return &failures->items[i];
    }
    return NULL;
}

static void add_failure(struct failures *failures, const struct outcome *test)
{
    struct failure *known = same_failure(failures, test);
    if (known) {
        /* but of a call to nowhere plain knows the caller, and AddressSanitizer does not */
        if (!says_the_same(known->test, test) &&
            !strstr(outcome_text(test, "observed"), "through a NULL pointer"))
            known->test = test;
        words_add(&known->variants, test->variant);
        return;
    }
    failures->items = realloc(failures->items, (failures->count + 1) * sizeof *failures->items);
    if (!failures->items)
        die("no memory");
    failures->items[failures->count] = (struct failure){.test = test};
    words_add(&failures->items[failures->count++].variants, test->variant);
}

/* What decides, weightiest first. A clause's first test looks at a step alone, where there is one, and what fails it in plain is
 * not far; a clause stands where its suite names that test. */
struct rank {
    int blocked, followed, clause, means, at;
};

static struct rank rank_of(const struct judge_suite *suite, const struct failure *failure)
{
    const struct outcome *test = failure->test;
    unsigned variant = judge_variant_bit(failure->variants.items[0]);
    struct rank rank = {.blocked = failure->blocked,
                        .means = variant == PLAIN        ? 0
                                 : variant == INTERLEAVE ? 2
                                                         : 1};
    bool found = false;
    for (const struct judge_test *each = suite ? suite->tests : NULL; each && each->name; each++, rank.at++) {
        found |= strcmp(each->clause, test->clause) == 0;
        rank.clause += !found;
        if (strcmp(each->name, test->name) == 0)
            break;
    }
    rank.followed = rank.means > 0 || rank.at != rank.clause;
    return rank;
}

static int compare(const struct rank *a, const struct rank *b)
{
    return a->blocked != b->blocked     ? a->blocked - b->blocked
           : a->followed != b->followed ? a->followed - b->followed
           : a->clause != b->clause     ? a->clause - b->clause
           : a->means != b->means       ? a->means - b->means
                                        : a->at - b->at;
}

struct failures failures_of(const struct result *result)
{
    const struct judge_suite *suite = judge_suite_of(result->lab);
    struct failures failures = {0};
    for (size_t i = 0; i < result->test_count; i++)
        if (is_failure(&result->tests[i]))
            add_failure(&failures, &result->tests[i]);
    for (size_t i = 0; i < failures.count; i++)
        failures.items[i].blocked = is_blocked(result, suite, failures.items[i].test->clause);
    /* an insertion sort: it keeps the order of what ranks alike */
    for (size_t i = 1; i < failures.count; i++)
        for (size_t k = i; k > 0; k--) {
            struct failure *before = &failures.items[k - 1], *after = &failures.items[k], swapped = *after;
            struct rank one = rank_of(suite, before), other = rank_of(suite, after);
            if (compare(&one, &other) <= 0)
                break;
            *after = *before;
            *before = swapped;
        }
    return failures;
}

void failures_free(struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        words_free(&failures->items[i].variants);
    free(failures->items);
    *failures = (struct failures){0};
}
