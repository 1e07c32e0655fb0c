#include "result.h"

#include <stdlib.h>
#include <string.h>

void result_add(struct result *result, struct outcome test)
{
    result->tests = realloc(result->tests, (result->test_count + 1) * sizeof *result->tests);
    if (!result->tests)
        die("no memory");
    result->tests[result->test_count++] = test;
}

void result_add_drawn(struct result *result, json_t *drawn)
{
    const char *domain, *edge;
    json_t *edges, *times;
    if (drawn && !result->drawn)
        result->drawn = json_object();
    json_object_foreach(drawn, domain, edges)
    {
        json_t *sums = json_object_get(result->drawn, domain);
        if (!sums)
            json_object_set_new(result->drawn, domain, sums = json_object());
        json_object_foreach(edges, edge, times) json_object_set_new(
            sums, edge,
            json_integer(json_integer_value(json_object_get(sums, edge)) + json_integer_value(times)));
    }
}

char *result_undrawn(json_t *drawn)
{
    const char *domain, *edge;
    json_t *edges, *times;
    json_object_foreach(drawn, domain, edges) json_object_foreach(edges, edge, times)
    {
        if (json_integer_value(times) == 0)
            return strcmp(domain, "steps") == 0
                       ? format_text("the step %s is declared, and no test does it", edge)
                       : format_text("the edge %s of the domain %s is declared, and no test draws it", edge,
                                     domain);
    }
    return NULL;
}

void result_free(struct result *result)
{
    json_decref(result->drawn);
    result->drawn = NULL;
    for (size_t i = 0; i < result->test_count; i++)
        json_decref(result->tests[i].evidence);
    free(result->tests);
    result->tests = NULL;
    result->test_count = 0;
}

const char *outcome_text(const struct outcome *test, const char *key)
{
    const char *text = json_string_value(json_object_get(test->evidence, key));
    return text ? text : "";
}

bool is_unwritten(const struct outcome *test)
{
    return json_is_true(json_object_get(test->evidence, "unwritten"));
}

const char *test_status_name(enum test_status status)
{
    static const char *const names[] = {"pass", "fail", "not_verified", "grader_error"};
    return names[status];
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "no_result"};
    return names[verdict];
}

/* Worst first: an error of the grader is never hidden by a failure, nor a failure by what was not run. */
static int badness(enum test_status status)
{
    static const int order[] = {
        [TEST_PASS] = 0, [TEST_NOT_VERIFIED] = 1, [TEST_FAIL] = 2, [TEST_GRADER_ERROR] = 3};
    return order[status];
}

enum test_status result_clause_status(const struct result *result, const struct clause *clause)
{
    enum test_status worst = TEST_PASS;
    bool any = false;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (strcmp(test->clause, clause->id) != 0 || !test->counts)
            continue;
        any = true;
        if (badness(test->status) > badness(worst))
            worst = test->status;
    }
    return any && !(worst == TEST_PASS && result->clause_tests > 1) ? worst : TEST_NOT_VERIFIED;
}

bool result_clause_is_open(const struct result *result, const struct clause *clause)
{
    bool open = false;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (strcmp(test->clause, clause->id) != 0 || !test->counts)
            continue;
        if (test->status == TEST_GRADER_ERROR || (test->status == TEST_FAIL && !is_unwritten(test)))
            return false;
        open |= is_unwritten(test);
    }
    return open;
}

int result_earned(const struct result *result, const struct clause *clause)
{
    if (result_clause_status(result, clause) == TEST_PASS)
        return clause->points;
    json_int_t earned = 0;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (strcmp(test->clause, clause->id) != 0 || test->status == TEST_PASS)
            continue;
        json_int_t orders = json_integer_value(json_object_get(test->evidence, "orders")),
                   strong = json_integer_value(json_object_get(test->evidence, "too_strong"));
        if (test->status != TEST_FAIL || result->clause_tests > 1 || strong >= orders)
            return 0;
        earned = clause->points * (orders - strong) / orders;
    }
    return (int)earned;
}

int result_score(const struct result *result)
{
    int score = 0;
    for (size_t i = 0; i < result->course->clause_count; i++)
        if (clause_is_of(&result->course->clauses[i], result->lab))
            score += result_earned(result, &result->course->clauses[i]);
    return score;
}

int result_max(const struct result *result)
{
    int max = 0;
    for (size_t i = 0; i < result->course->clause_count; i++)
        if (clause_is_of(&result->course->clauses[i], result->lab))
            max += result->course->clauses[i].points;
    return max;
}

enum verdict result_verdict(const struct result *result)
{
    for (size_t i = 0; result->build && i < result->build->problem_count; i++)
        if (result->build->problems[i].no_result)
            return VERDICT_NO_RESULT;
    bool built = false, submission_failed = false;
    for (size_t v = 0; result->build && v < result->build->variants.count; v++) {
        built |= result->build->status[v] == BUILD_OK;
        submission_failed |= result->build->status[v] == BUILD_FAILED;
    }
    if (submission_failed)
        return VERDICT_FAIL;
    if (!built || result->expected == 0 || result->ran != result->expected)
        return VERDICT_NO_RESULT;
    bool failed = false, unverified = false;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (!test->counts)
            continue;
        if (test->status == TEST_GRADER_ERROR)
            return VERDICT_NO_RESULT;
        failed |= test->status == TEST_FAIL;
        unverified |= test->status == TEST_NOT_VERIFIED;
    }
    /* one failure decides, whatever else is not known */
    return failed ? VERDICT_FAIL : unverified ? VERDICT_NO_RESULT : VERDICT_PASS;
}
