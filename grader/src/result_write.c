/**
 * @file result_write.c
 * @brief The result as JSON and as JUnit XML, for programs. Whatever a submission can choose is made harmless here.
 */
#include <stdlib.h>
#include <string.h>

#include "foreign.h"
#include "result.h"

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
        json_array_append_new(
            tests, json_pack("{s:s, s:s, s:s, s:s, s:o?, s:I, s:I}", "name", test->name, "variant",
                             test->variant, "status", test_status_name(test->status), "seed", seed,
                             "evidence", test->evidence ? harmless_copy(test->evidence) : NULL, "cpu_ms",
                             (json_int_t)test->cpu_ms, "wall_ms", (json_int_t)test->wall_ms));
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
        json_array_append_new(problems,
                              json_pack("{s:o, s:o, s:b}", "where",
                                        harmless_json(problem->where, strlen(problem->where), 1000), "what",
                                        harmless_json(problem->what, strlen(problem->what), 20000), "warning",
                                        problem->warning));
    }
    for (size_t i = 0; result->build && i < result->build->replaced.count; i++)
        json_array_append_new(replaced, json_string(result->build->replaced.items[i]));
    for (size_t i = 0; result->sandbox && i < result->sandbox->missing.count; i++)
        json_array_append_new(missing, json_string(result->sandbox->missing.items[i]));
    for (size_t i = 0; i < result->course->clause_count; i++) {
        const struct clause *clause = &result->course->clauses[i];
        if (clause_is_of(clause, result->lab))
            json_array_append_new(clauses, json_pack("{s:s, s:s, s:i, s:i, s:s, s:b, s:o}", "id", clause->id,
                                                     "text", clause->text, "points", clause->points, "earned",
                                                     result_earned(result, clause), "status",
                                                     test_status_name(result_clause_status(result, clause)),
                                                     "open", result_clause_is_open(result, clause), "tests",
                                                     tests_json(result, clause)));
    }
    char seed[32];
    snprintf(seed, sizeof seed, "0x%llx", (unsigned long long)result->seed);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s?, s:b, s:{s:s, s:b, s:s, s:o}, s:o, s:o, s:o, s:i, s:i, s:o, s:O*, s:i, s:i, s:s}",
        "schema", "weft.result/1", "lab", result->lab, "from",
        harmless_json(result->from, strlen(result->from), 4000), "own", result->own, "seed", seed,
        "selection", result->selection, "partial", is_partial(result), "sandbox", "tier",
        result->sandbox ? sandbox_tier_name(result->sandbox->tier) : "none", "own_user",
        result->sandbox && result->sandbox->own_user, "reason", result->sandbox ? result->sandbox->reason : "",
        "missing", missing, "builds", builds, "problems", problems, "replaced_by_reference", replaced,
        "expected", result->expected, "ran", result->ran, "clauses", clauses, "drawn", result->drawn, "score",
        result_score(result), "max", result_max(result), "verdict", verdict_name(result_verdict(result)));
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

static void print_testcase(FILE *out, const struct result *result, const struct outcome *test)
{
    const char *expected = outcome_text(test, "expected"), *output = outcome_text(test, "output");
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
        print_markup(out, outcome_text(test, "observed"), true);
        fputs("\">", out);
        if (*expected) {
            fputs("expected: ", out);
            print_markup(out, expected, false);
        }
        size_t index;
        json_t *line;
        json_array_foreach(json_object_get(test->evidence, "trace"), index, line)
        {
            fputc('\n', out);
            print_markup(out, json_string_value(line), false);
        }
        fprintf(out, "</%s>\n", element);
    }
    if (*output) {
        fputs("      <system-out>", out);
        print_markup(out, output, false);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* Readers of JUnit count failures and errors, and take their absence for success: so what does not build, and a run without
 * a result, is a testcase with an error. */
static void print_run(FILE *out, const struct result *result, bool no_build, bool no_result)
{
    fprintf(out, "  <testsuite name=\"run\" tests=\"%d\" failures=\"0\" errors=\"%d\" skipped=\"0\">\n",
            1 + no_result, no_build + no_result);
    fprintf(out, "    <testcase name=\"build\" classname=\"%s.run\">\n", result->lab);
    if (no_build)
        fputs("      <error message=\"not built: nothing or not all of it could be tested\">", out);
    for (size_t i = 0; no_build && i < result->build->problem_count; i++) {
        const struct problem *problem = &result->build->problems[i];
        if (problem->warning)
            continue;
        print_markup(out, problem->where, false);
        fputc('\n', out);
        print_markup(out, problem->what, false);
        fputc('\n', out);
    }
    fputs(no_build ? "</error>\n    </testcase>\n" : "    </testcase>\n", out);
    if (no_result)
        fprintf(out,
                "    <testcase name=\"result\" classname=\"%s.run\">\n      <error message=\"no result: not "
                "everything is known, so this is no pass\"/>\n    </testcase>\n",
                result->lab);
    fputs("  </testsuite>\n", out);
}

/* Opens an element with the numbers that readers add up; of one variant, or of all. */
static void print_counts(FILE *out, const struct result *result, const char *variant, int more, int errors)
{
    int tests = more, failures = 0, skipped = 0;
    int64_t wall_ms = 0;
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (variant && strcmp(test->variant, variant) != 0)
            continue;
        tests++;
        failures += test->status == TEST_FAIL;
        errors += test->status == TEST_GRADER_ERROR;
        skipped += test->status == TEST_NOT_VERIFIED;
        wall_ms += test->wall_ms;
    }
    fprintf(out, " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\" time=\"%.3f\">\n", tests,
            failures, errors, skipped, (double)wall_ms / 1000);
}

bool result_write_junit(const struct result *result, const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool no_build = false, no_result = result_verdict(result) == VERDICT_NO_RESULT;
    for (size_t i = 0; result->build && i < result->build->problem_count; i++)
        no_build |= !result->build->problems[i].warning;
    for (size_t v = 0; result->build && v < result->build->variants.count; v++)
        no_build |= result->build->status[v] != BUILD_OK;
    fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"weft %s\"", result->lab);
    print_counts(out, result, NULL, 1 + no_result, no_build + no_result);
    print_run(out, result, no_build, no_result);
    for (size_t v = 0; result->build && v < result->build->variants.count; v++) {
        const char *variant = result->build->variants.items[v];
        fprintf(out, "  <testsuite name=\"%s\"", variant);
        print_counts(out, result, variant, 0, 0);
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
