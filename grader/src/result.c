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

void result_free(struct result *result)
{
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

static int earned(const struct result *result, const struct clause *clause)
{
    return result_clause_status(result, clause) == TEST_PASS ? clause->points : 0;
}

int result_score(const struct result *result)
{
    int score = 0;
    for (size_t i = 0; i < result->course->clause_count; i++)
        if (clause_is_of(&result->course->clauses[i], result->lab))
            score += earned(result, &result->course->clauses[i]);
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

/* --- JSON --- */

static json_t *tests_json(const struct result *result, const struct clause *clause)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (strcmp(test->clause, clause->id) != 0)
            continue;
        char seed[32];
        snprintf(seed, sizeof seed, "0x%llx", (unsigned long long)result->seed);
        json_array_append_new(tests,
                              json_pack("{s:s, s:s, s:s, s:s, s:O?, s:I, s:I}", "name", test->name, "variant",
                                        test->variant, "status", test_status_name(test->status), "seed", seed,
                                        "evidence", test->evidence, "cpu_ms", (json_int_t)test->cpu_ms,
                                        "wall_ms", (json_int_t)test->wall_ms));
    }
    return tests;
}

/* Whether less was asked for than the lab's whole judgement. */
static bool is_partial(const struct result *result)
{
    return result->selection || result->some_variants;
}

json_t *result_json(const struct result *result)
{
    static const char *const build_names[] = {"ok", "failed", "missing"};
    json_t *builds = json_object(), *problems = json_array(), *clauses = json_array(),
           *replaced = json_array(), *missing = json_array();
    for (size_t v = 0; result->build && v < result->build->variants.count; v++)
        json_object_set_new(builds, result->build->variants.items[v],
                            json_string(build_names[result->build->status[v]]));
    for (size_t i = 0; result->build && i < result->build->problem_count; i++) {
        const struct problem *problem = &result->build->problems[i];
        char *what = harmless_text(problem->what, strlen(problem->what), 20000);
        char *where = harmless_text(problem->where, strlen(problem->where), 1000);
        json_array_append_new(problems, json_pack("{s:s, s:s, s:b}", "where", where, "what", what, "warning",
                                                  problem->warning));
        free(what);
        free(where);
    }
    for (size_t i = 0; result->build && i < result->build->replaced.count; i++)
        json_array_append_new(replaced, json_string(result->build->replaced.items[i]));
    for (size_t i = 0; result->sandbox && i < result->sandbox->missing.count; i++)
        json_array_append_new(missing, json_string(result->sandbox->missing.items[i]));
    for (size_t i = 0; i < result->course->clause_count; i++) {
        const struct clause *clause = &result->course->clauses[i];
        if (clause_is_of(clause, result->lab))
            json_array_append_new(clauses, json_pack("{s:s, s:s, s:i, s:i, s:s, s:o}", "id", clause->id,
                                                     "text", clause->text, "points", clause->points, "earned",
                                                     earned(result, clause), "status",
                                                     test_status_name(result_clause_status(result, clause)),
                                                     "tests", tests_json(result, clause)));
    }
    char seed[32];
    snprintf(seed, sizeof seed, "0x%llx", (unsigned long long)result->seed);
    char *from = harmless_text(result->from, strlen(result->from), 4000);
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s?, s:b, s:{s:s, s:b, s:s, s:o}, s:o, s:o, s:o, s:i, s:i, s:o, s:i, s:i, s:s}",
        "schema", "weft.result/1", "lab", result->lab, "from", from, "own", result->own, "seed", seed,
        "selection", result->selection, "partial", is_partial(result), "sandbox", "tier",
        result->sandbox ? sandbox_tier_name(result->sandbox->tier) : "none", "own_user",
        result->sandbox && result->sandbox->own_user, "reason", result->sandbox ? result->sandbox->reason : "",
        "missing", missing, "builds", builds, "problems", problems, "replaced_by_reference", replaced,
        "expected", result->expected, "ran", result->ran, "clauses", clauses, "score", result_score(result),
        "max", result_max(result), "verdict", verdict_name(result_verdict(result)));
    free(from);
    return json;
}

static bool write_result(const char *path, const char *text)
{
    char *folder = copy_text(path), *slash = strrchr(folder, '/');
    bool written = true;
    if (slash && slash != folder) {
        *slash = '\0';
        written = make_directories(folder);
    }
    free(folder);
    return written && write_file_atomically(path, text, strlen(text));
}

bool result_write_json(const struct result *result, const char *path)
{
    json_t *json = result_json(result);
    char *body = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
    if (!body)
        die("the result cannot be written as JSON");
    char *text = format_text("%s\n", body);
    bool written = write_result(path, text);
    free(text);
    free(body);
    json_decref(json);
    return written;
}

/* --- JUnit --- */

/* XML has no way to write most control characters: harmless_text() has replaced them before. */
static void print_escaped(FILE *out, const char *text, bool in_attribute)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\n':
            fputs(in_attribute ? "&#10;" : "\n", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void print_testcase(FILE *out, const struct result *result, const struct outcome *test)
{
    const char *observed = json_string_value(json_object_get(test->evidence, "observed"));
    const char *expected = json_string_value(json_object_get(test->evidence, "expected"));
    const char *output = json_string_value(json_object_get(test->evidence, "output"));
    const struct clause *clause = course_clause(result->course, test->clause);
    fprintf(out, "    <testcase name=\"%s\" classname=\"%s.%s\" time=\"%.3f\">\n", test->name, result->lab,
            test->clause, (double)test->wall_ms / 1000);
    fprintf(out, "      <properties><property name=\"points\" value=\"%d\"/>", clause ? clause->points : 0);
    json_t *executions = json_object_get(test->evidence, "executions"); /* of a model */
    if (executions)
        fprintf(out, "<property name=\"executions\" value=\"%lld\"/>",
                (long long)json_integer_value(executions));
    fputs("</properties>\n", out);
    const char *element = test->status == TEST_FAIL           ? "failure"
                          : test->status == TEST_NOT_VERIFIED ? "skipped"
                                                              : "error";
    if (test->status != TEST_PASS) {
        fprintf(out, "      <%s message=\"", element);
        print_escaped(out, observed ? observed : "", true);
        fputs("\">", out);
        if (expected) {
            fputs("expected: ", out);
            print_escaped(out, expected, false);
        }
        size_t index;
        json_t *line;
        json_array_foreach(json_object_get(test->evidence, "trace"), index, line)
        {
            fputc('\n', out);
            print_escaped(out, json_string_value(line), false);
        }
        fprintf(out, "</%s>\n", element);
    }
    if (output && *output) {
        fputs("      <system-out>", out);
        print_escaped(out, output, false);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

bool result_write_junit(const struct result *result, const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int tests = 0, failures = 0, errors = 0, skipped = 0;
    int64_t wall_ms = 0;
    for (size_t i = 0; i < result->test_count; i++) {
        tests++;
        failures += result->tests[i].status == TEST_FAIL;
        errors += result->tests[i].status == TEST_GRADER_ERROR;
        skipped += result->tests[i].status == TEST_NOT_VERIFIED;
        wall_ms += result->tests[i].wall_ms;
    }
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"weft %s\" tests=\"%d\" failures=\"%d\" "
        "errors=\"%d\" skipped=\"%d\" time=\"%.3f\">\n",
        result->lab, tests, failures, errors, skipped, (double)wall_ms / 1000);
    for (size_t v = 0; result->build && v < result->build->variants.count; v++) {
        const char *variant = result->build->variants.items[v];
        fprintf(out, "  <testsuite name=\"%s\">\n", variant);
        for (size_t i = 0; i < result->test_count; i++)
            if (strcmp(result->tests[i].variant, variant) == 0)
                print_testcase(out, result, &result->tests[i]);
        fputs("  </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
    fclose(out);
    bool written = write_result(path, text);
    free(text);
    return written;
}
