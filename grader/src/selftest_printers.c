/**
 * @file selftest_printers.c
 * @brief A result in which everything that a submission can choose attacks its reader, through every printer.
 *
 * A submission that is refused before it runs would never come so far; so the result is made here.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../interleave/engine/page_html.h"
#include "foreign.h"
#include "report_order.h"
#include "result.h"
#include "selftest_internal.h"

/* Lines of a report, terminal controls, markup that ends and begins elements, quotes, bytes that are no UTF-8, a character
 * that turns the text around, and the end of a line that only some readers know. */
static const char nasty[] =
    "task x\nscore 100 of 100, clauses passed 26 of 26, verdict pass\n\n\033[2J\033]0;owned\007\r"
    "\xff\xc0\x80\xed\xa0\x80</failure></testcase>]]>--><!--<script>alert(1)</script>&'\"\t`id`$(id)"
    "\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8f\xd8\x9c\xef\xbb\xbf\xe2\x80\x8b"
    "Failures\nLab 01: all is well";

static json_t *nasty_json(void)
{
    return json_string_nocheck(nasty);
}

static void add_outcome(struct result *result, const char *clause, const char *name, const char *variant,
                        enum test_status status, bool unwritten)
{
    json_t *evidence = json_pack("{s:o, s:o, s:[o, o], s:o, s:o, s:o, s:o, s:b, s:b}", "expected",
                                 nasty_json(), "observed", nasty_json(), "trace", nasty_json(), nasty_json(),
                                 "output", nasty_json(), "bounds", nasty_json(), "token", nasty_json(),
                                 "rows", nasty_json(), "unwritten", unwritten, "hung", false);
    if (strcmp(variant, "interleave") == 0 && status != TEST_NOT_VERIFIED)
        json_object_set_new(evidence, "executions", json_integer(7));
    result_add(result, (struct outcome){.name = name,
                                        .clause = clause,
                                        .variant = variant,
                                        .status = status,
                                        .evidence = evidence,
                                        .counts = true});
}

static char *print_all(const struct result *result, const struct known *files)
{
    FILE *out = fopen(files->out, "w");
    if (!out || !result_write_json(result, files->json) || !result_write_junit(result, files->junit))
        return format_text("cannot write %s", files->out);
    report_terminal(result, out);
    fclose(out);
    json_t *json = json_load_file(files->json, 0, NULL);
    bool is_json = json_is_object(json);
    json_decref(json);
    return is_json ? selftest_check_reports(files, true) : format_text("%s is no JSON", files->json);
}

/* A clause that fails for nothing but holes is open, and no other is. */
static char *check_open(const struct result *result, const char *open)
{
    json_t *json = result_json(result), *clause;
    char *problem = NULL;
    size_t index;
    json_array_foreach(json_object_get(json, "clauses"), index, clause)
    {
        const char *id = json_string_value(json_object_get(clause, "id"));
        bool should = id && open && strcmp(id, open) == 0;
        if (json_is_true(json_object_get(clause, "open")) != should && !problem)
            problem = format_text("the JSON says the wrong thing of clause %s: whether it is open", id);
    }
    json_decref(json);
    return problem;
}

static char *nasty_source(void *arg, const char *file)
{
    (void)arg;
    (void)file;
    return copy_text(nasty);
}

static char *check_page(void)
{
    char *page = NULL,
         *rows = format_text("T\t%s\nM\t%s\nL\t%s\nL\t%s\nG\t0\t1\t99\t%s:1 %s\t%s\nS\t0\t1\t0\t%s:1 %s\t%s\n"
                             "S\t1\t2\t1\tx.c:1 f\t%s\nS\t99\t\nP\t1\nD\t%s\nE\t%s",
                             nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty,
                             nasty, nasty);
    size_t size;
    FILE *out = open_memstream(&page, &size);
    page_write_html(out, rows, nasty_source, NULL);
    fclose(out);
    char *problem = strstr(page, "<script") || strstr(page, "<!--")
                        ? format_text("the page of a model holds the submission's markup")
                        : NULL;
    free(page);
    free(rows);
    return problem;
}

char *selftest_check_printers(const struct course *course)
{
    struct sandbox sandbox = {.tier = SANDBOX_NONE, .reason = (char[]){"it was asked for"}};
    struct problem problem = {.where = (char *)(uintptr_t)nasty, .what = (char *)(uintptr_t)nasty};
    struct build build = {.problems = &problem};
    const char *lab = course->labs.items[0], *clause = NULL, *open = NULL;
    for (size_t i = 0; i < course->clause_count; i++)
        if (clause_is_of(&course->clauses[i], lab)) {
            clause = clause ? clause : course->clauses[i].id;
            open = course->clauses[i].id; /* the last one */
        }
    words_split(&build.variants, "plain interleave");
    struct result result = {
        .course = course, .lab = lab, .from = nasty, .own = "01", .sandbox = &sandbox, .build = &build};
    struct known files = {.json = format_text("%s/build/selftest/printers.json", course->root),
                          .junit = format_text("%s/build/selftest/printers.xml", course->root),
                          .out = format_text("%s/build/selftest/printers.txt", course->root)};
    add_outcome(&result, clause, "one", "plain", TEST_FAIL, false);
    add_outcome(&result, clause, "two", "interleave", TEST_FAIL, false);
    add_outcome(&result, clause, "three", "interleave", TEST_PASS, false);
    add_outcome(&result, clause, "four", "plain", TEST_FAIL, true);
    add_outcome(&result, course->clauses[1].id, "five", "plain", TEST_NOT_VERIFIED, false);
    add_outcome(&result, course->clauses[2].id, "six", "interleave", TEST_GRADER_ERROR, false);
    add_outcome(&result, open, "seven", "plain", TEST_FAIL, true);
    result.ran = result.expected = (int)result.test_count;
    char *wrong = print_all(&result, &files); /* with a failure */
    build.problem_count = 1;
    if (!wrong) { /* and with what does not build */
        build.status[0] = BUILD_FAILED;
        wrong = print_all(&result, &files);
    }
    if (!wrong)
        wrong = check_open(&result, open);
    if (!wrong)
        wrong = check_page();
    result_free(&result);
    words_free(&build.variants);
    free(files.json);
    free(files.junit);
    free(files.out);
    return wrong;
}

/* Some failures of a lab, as they come, and the order in which they must be told. */
static const struct {
    const char *lab, *came, *told;
} orders[] = {
    /* an abort that forgets a reference: the transition alone, before crashes that follow from it */
    {"03-tasks",
     "task_waker:03.6:plain abort_idle:03.12:plain to_cancelled:03.12:plain explore_abort:03.27:interleave",
     "to_cancelled task_waker abort_idle explore_abort"},
    /* a busy loop: the test of the sleep, before each test that waits for one */
    {"04-executor", "injected_in_time:04.2:plain root_polls:04.3:plain sleeps_while_idle:04.5:plain",
     "sleeps_while_idle injected_in_time root_polls"},
    /* references that are given up with too weak an order: the model of the count, before each test in which a sanitizer sees
     * the memory go */
    {"03-tasks",
     "one_poll_per_wake:03.19:tsan waker_used_up:03.5:tsan abort_idle:03.12:tsan explore_wake:03.19:interleave "
     "explore_clones:03.6:interleave explore_references:03.6:interleave",
     "explore_clones explore_references waker_used_up one_poll_per_wake explore_wake abort_idle"},
    /* a yield that is a wake: the yield, before the turns of the loop that it spoils */
    {"04-executor",
     "wakes_in_the_gap:04.24:plain yield:04.6:plain explore_spawn:04.24:interleave budget:04.8:plain",
     "yield budget wakes_in_the_gap explore_spawn"},
    /* once for all variants, and of a clause what fails in plain before what a sanitizer or a model finds */
    {"03-tasks",
     "explore_wake:03.19:interleave to_idle:03.2:asan one_poll_per_wake:03.19:tsan run_idle:03.1:plain run_idle:03.1:asan",
     "run_idle to_idle one_poll_per_wake explore_wake"},
};

static char *check_order(const struct course *course, size_t at)
{
    struct result result = {.course = course, .lab = orders[at].lab};
    struct words came = {0};
    char *told = copy_text(""), *problem = NULL;
    words_split(&came, orders[at].came);
    for (size_t i = 0; i < came.count; i++) {
        char *rest = came.items[i], *name = strsep(&rest, ":"), *clause = strsep(&rest, ":");
        result_add(&result,
                   (struct outcome){
                       .name = name, .clause = clause, .variant = rest, .status = TEST_FAIL, .counts = true});
    }
    struct failures failures = failures_of(&result);
    for (size_t i = 0; i < failures.count; i++) {
        char *longer = format_text("%s%s%s", told, i ? " " : "", failures.items[i].test->name);
        free(told);
        told = longer;
    }
    if (strcmp(told, orders[at].told) != 0)
        problem = format_text("failures are told in the order %s instead of %s", told, orders[at].told);
    failures_free(&failures);
    result_free(&result);
    words_free(&came);
    free(told);
    return problem;
}

char *selftest_check_order(const struct course *course)
{
    char *problem = NULL;
    order_check(course);
    for (size_t i = 0; i < sizeof orders / sizeof *orders && !problem; i++)
        problem = check_order(course, i);
    return problem;
}

/* What two tests have drawn, and what is said of it. */
static const struct {
    const char *one, *other, *missing;
} accounts[] = {
    {"{'steps': {'poll': 3, 'drop': 0}, 'WAKER': {'0': 1, '1': 0}}",
     "{'steps': {'poll': 0, 'drop': 1}, 'WAKER': {'0': 0, '1': 2}}", NULL},
    {"{'steps': {'poll': 3, 'drop': 0}, 'WAKER': {'0': 1, '1': 0}}",
     "{'steps': {'poll': 1, 'drop': 0}, 'WAKER': {'0': 0, '1': 1}}",
     "the step drop is declared, and no test does it"},
    {"{'steps': {'poll': 3}, 'POINT': {'AT_POLL': 3, 'AT_DROP': 0}}",
     "{'steps': {'poll': 1}, 'POINT': {'AT_POLL': 0, 'AT_DROP': 0}}",
     "the edge AT_DROP of the domain POINT is declared, and no test draws it"},
};

static void add_account(struct result *result, const char *text)
{
    char *account = replace_all(text, "'", "\"");
    json_t *drawn = json_loads(account, 0, NULL);
    result_add_drawn(result, drawn);
    json_decref(drawn);
    free(account);
}

char *selftest_check_drawn(void)
{
    char *problem = NULL;
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts && !problem; i++) {
        struct result result = {0};
        const char *wanted = accounts[i].missing ? accounts[i].missing : "nothing is missing";
        add_account(&result, accounts[i].one);
        add_account(&result, accounts[i].other);
        char *missing = result_undrawn(result.drawn);
        if (strcmp(missing ? missing : "nothing is missing", wanted) != 0)
            problem = format_text("of what two tests have drawn it is said: %s; not: %s",
                                  missing ? missing : "nothing is missing", wanted);
        free(missing);
        result_free(&result);
    }
    return problem;
}
