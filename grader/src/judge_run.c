/**
 * @file judge_run.c
 * @brief Runs a lab's tests under Check and gathers what they found.
 *
 * Each test is a Check test of its own test case, run in a forked child that holds the judge. The child
 * appends its evidence to a file that only judges hold open; Check says how the child ended. A pass needs
 * both to agree. Of a child that died without evidence nothing is known: no result.
 */
#include "judge_run.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../interleave/engine/token.h"
#include "foreign.h"
#include "judge_internal.h"

enum {
    CHECK_SECONDS =
        HELD_PATIENCE * TEST_MS / 1000 + 10, /* the outermost deadline of one test, beside a model's budget */
    RUN_PROCESSOR_MS = 10000, /* for all native tests together; those of the reference need 2 s at most */
    RUN_MS = 240000,          /* for all tests together, beside the patience with the budget of all models */
    BUDGET_MS = 20000,        /* of processor time, for all models of a lab */
    RESERVED_MS = 300,        /* of it for each model that is still to come: most need a tenth of that */
    DEEP = 20,                /* times as much, where a deep look is asked for */
    /* tests that hung, left processes behind, did not start or lost their judge: in plain, in the sanitized variants
     * together, and in models. Then those that are left are not run, since each would cost as much */
    HANGS_MAX = 3,
};

/* What the forked test needs; set before each run. One at a time: Check runs them in turn. */
static struct {
    const struct judge_suite *suite;
    const struct build *build;
    const struct sandbox *sandbox;
    const char *variant;
    uint64_t seed;
    const char *from;
    const char *root;
    int evidence_fd;
    int64_t budget_ms;   /* of the model at hand */
    int64_t deadline_ms; /* on the clock, of all tests together */
    const char *token;
    bool page_wanted;
    bool hint;
} current;

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

/* Each test draws from its own stream, so that running it alone draws the same. */
static uint64_t seed_of(uint64_t seed, const char *name)
{
    for (; *name; name++)
        seed = (seed ^ (unsigned char)*name) * 0x100000001b3u;
    return seed;
}

static struct judge *new_judge(const struct judge_test *test)
{
    struct judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        abort();
    judge->suite = current.suite;
    judge->test = test->name;
    judge->sandbox = current.sandbox;
    judge->variant = current.variant;
    judge->folder = build_subject_folder(current.build, current.variant);
    judge->evidence_fd = current.evidence_fd;
    judge->random = seed_of(current.seed, test->name);
    judge->started_ms = judge->last_look_ms = now_ms();
    judge->run_deadline_ms = current.deadline_ms;
    judge->from = current.from;
    judge->root = current.root;
    judge->graded_folder = current.build->graded_folder;
    judge->memory_imports = current.build->memory_imports;
    judge->budget_ms = test->variants == INTERLEAVE ? current.budget_ms : 0;
    judge->token = current.token;
    if (current.build->has_written)
        judge->written_folder = build_subject_folder(current.build, BUILD_WRITTEN);
    if (judge->token && token_is_of_written(judge->token) && judge->written_folder)
        judge->folder = judge->written_folder;
    judge->page_wanted = current.page_wanted;
    judge->hint = current.hint;
    judge->reply_line = -1;
    return judge;
}

START_TEST(run_one)
{
    const struct judge_test *test = &current.suite->tests[_i];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct judge *judge = new_judge(test);
    test->run(judge);
    judge_end_of_test(judge);
}
END_TEST

/* The records that the test's process left; NULL: none or more than one. */
static json_t *take_evidence(int fd)
{
    off_t length = lseek(fd, 0, SEEK_END);
    char *text = length > 0 ? calloc(1, (size_t)length + 1) : NULL;
    json_t *record = NULL;
    if (text && pread(fd, text, (size_t)length, 0) == length)
        record = json_loads(text, 0, NULL); /* rejects anything behind the first object */
    free(text);
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        die("cannot reset the evidence file");
    return record;
}

/* How a judge without evidence ended, in Check's words: a signal, or its deadline. */
static json_t *lost_judge(SRunner *runner, int number)
{
    TestResult **results = srunner_results(runner);
    char *text =
        format_text("the test's judge ended without evidence: nothing is known. Check says: %s",
                    number < srunner_ntests_run(runner) ? tr_msg(results[number]) : "the test did not run");
    json_t *evidence = json_pack("{s:o}", "observed", harmless_json(text, strlen(text), 1000));
    free(text);
    free(results);
    return evidence;
}

static struct outcome outcome_of(const struct judge_test *test, json_t *record, bool check_passed)
{
    struct outcome outcome = {
        .name = test->name, .clause = test->clause, .variant = current.variant, .counts = true};
    const char *status = record ? json_string_value(json_object_get(record, "status")) : NULL;
    if (!status) {
        outcome.status = TEST_GRADER_ERROR;
        return outcome;
    }
    outcome.status = strcmp(status, "pass") == 0 && check_passed ? TEST_PASS
                     : strcmp(status, "fail") == 0               ? TEST_FAIL
                     : strcmp(status, "not_verified") == 0       ? TEST_NOT_VERIFIED
                                                                 : TEST_GRADER_ERROR;
    outcome.evidence = json_incref(json_object_get(record, "evidence"));
    outcome.cpu_ms = json_integer_value(json_object_get(record, "cpu_ms"));
    outcome.wall_ms = json_integer_value(json_object_get(record, "wall_ms"));
    return outcome;
}

static struct outcome not_run(const struct judge_test *test, const char *why, bool counts)
{
    return (struct outcome){.name = test->name,
                            .clause = test->clause,
                            .variant = current.variant,
                            .status = TEST_NOT_VERIFIED,
                            .counts = counts,
                            .evidence = json_pack("{s:s}", "observed", why)};
}

/* The sanitizers explain a crash; a wrong answer they would only repeat. */
static bool failed_without_crash(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *outcome = &result->tests[i];
        if (strcmp(outcome->name, name) == 0 && strcmp(outcome->variant, "plain") == 0 &&
            outcome->status == TEST_FAIL)
            return !json_is_true(json_object_get(outcome->evidence, "crashed"));
    }
    return false;
}

static bool selected(const struct result *result, const struct judge_test *test)
{
    return !result->selection || strcmp(result->selection, test->name) == 0 ||
           strcmp(result->selection, test->clause) == 0 ||
           (result->selected_clauses && words_contain(result->selected_clauses, test->clause));
}

static bool is_asked_for(const struct result *result, const struct judge_test *test, const char *variant)
{
    return selected(result, test) && test->variants & judge_variant_bit(variant);
}

/* How many tests the clause has that the one selected test is about; 0: not one test was selected. */
static int tests_of_selection(const struct judge_suite *suite, const char *selection)
{
    const struct judge_test *chosen = suite->tests;
    while (chosen->name && (!selection || strcmp(selection, chosen->name) != 0))
        chosen++;
    int count = 0;
    for (const struct judge_test *test = suite->tests; chosen->name && test->name; test++)
        count += strcmp(test->clause, chosen->clause) == 0;
    return count;
}

/* Variants that a test declares and nobody asked for: their clauses are not verified. */
static void add_left_out(const struct judge_suite *suite, const struct build *build, struct result *result)
{
    struct words all = {0};
    words_split(&all, settings_get(&result->course->variants, "VARIANTS"));
    for (size_t v = 0; v < all.count; v++)
        for (const struct judge_test *test = suite->tests; test->name; test++) {
            if (!selected(result, test) || !(test->variants & judge_variant_bit(all.items[v])) ||
                words_contain(&build->variants, all.items[v]))
                continue;
            struct outcome outcome = not_run(test, "this variant was not asked for", true);
            outcome.variant =
                judge_variant_name(judge_variant_bit(all.items[v])); /* which outlives the words */
            result_add(result, outcome);
        }
    words_free(&all);
}

static void set_current(const struct judge_suite *suite, const struct build *build,
                        const struct sandbox *sandbox, const struct result *result)
{
    current.suite = suite;
    current.build = build;
    current.sandbox = sandbox;
    current.seed = result->seed;
    current.from = result->from;
    current.root = result->course->root;
    current.budget_ms = result->deep ? DEEP * BUDGET_MS : BUDGET_MS;
    current.token = result->token;
    current.page_wanted = result->page_wanted;
    current.hint = result->hint;
}

/* The models that are asked for, beyond this one. */
static int models_after(const struct judge_test *test, const struct result *result)
{
    int count = 0;
    while ((++test)->name)
        count += selected(result, test) && test->variants == INTERLEAVE;
    return count;
}

/* What the tests of a run have in common while it goes on. */
struct run {
    struct result *result;
    const struct judge_test *gave_up;     /* the first test that plain did not come to */
    int hangs[3];                         /* plain, sanitized, explored */
    int64_t budget_left_ms, processor_ms; /* of models; spent by the others */
    int others, others_passed;            /* of a mutant in plain: the tests but its own */
    SRunner *runner;
};

static int *hangs_of(struct run *run, unsigned variant)
{
    return &run->hangs[variant == PLAIN ? 0 : variant == INTERLEAVE ? 2 : 1];
}

/* Of a mutant: a test but the one that must fail. */
static bool is_other(const struct result *result, const struct judge_test *test)
{
    return result->mutant && strcmp(result->mutant, test->name) != 0;
}

/* Why the test is not run in the current variant, or NULL; *counts: whether its clause is then not verified. */
static const char *reason_to_skip(struct run *run, const struct judge_test *test, bool *counts)
{
    unsigned variant = judge_variant_bit(current.variant);
    *counts = true;
    if (is_other(run->result, test) && variant != PLAIN)
        return "not run: of a mutant's other tests only plain is";
    if (is_other(run->result, test) && 2 * run->others_passed >= run->others)
        return "not run: half of the mutant's other tests have passed";
    *counts = false;
    if (run->gave_up && test >= run->gave_up && test->variants & PLAIN && variant != PLAIN)
        return "not run: the plain variant gave up before it";
    *counts = true;
    if (now_ms() > current.deadline_ms || (variant != INTERLEAVE && run->processor_ms > RUN_PROCESSOR_MS))
        return JUDGE_RUN_DEADLINE;
    if (*hangs_of(run, variant) >= (run->result->one_hang ? 1 : HANGS_MAX)) {
        if (!run->gave_up && variant == PLAIN)
            run->gave_up = test;
        return "not run: too many tests before it hung or did not start; ask for one alone with TEST=";
    }
    *counts = false;
    return failed_without_crash(run->result, test->name) ? "not run: the plain variant has failed already"
                                                         : NULL;
}

/* Sizes differ by orders of magnitude, and other designs need other models most: so no equal shares, but all that is left,
 * less what the rest is likely to need. */
static int64_t budget_of(const struct run *run, const struct judge_test *test)
{
    int others = test->variants == INTERLEAVE ? models_after(test, run->result) : 0;
    int64_t share = run->budget_left_ms / (others + 1),
            most = run->budget_left_ms - others * (int64_t)RESERVED_MS;
    return share < 1 ? 1 : most > share ? most : share;
}

static void run_test(struct run *run, const struct judge_test *test, TCase *test_case)
{
    bool is_model = test->variants == INTERLEAVE;
    current.budget_ms = budget_of(run, test);
    tcase_set_timeout(
        test_case,
        CHECK_SECONDS + (is_model ? HELD_PATIENCE * BUDGET_PATIENCE * (double)current.budget_ms / 1000 : 0));
    int64_t began_ms = now_ms();
    int ran = srunner_ntests_run(run->runner), failed = srunner_ntests_failed(run->runner); /* Check adds up */
    srunner_run(run->runner, current.suite->lab, test->name, CK_SILENT);
    bool passed = srunner_ntests_run(run->runner) == ran + 1 && srunner_ntests_failed(run->runner) == failed;
    kill_descendants(0); /* what outlived its judge, if anything did */
    json_t *record = take_evidence(current.evidence_fd);
    struct outcome outcome = outcome_of(test, record, passed);
    if (!record)
        outcome.evidence = lost_judge(run->runner, ran);
    result_add(run->result, outcome);
    result_add_drawn(run->result, json_object_get(record, "drawn"));
    run->others_passed += is_other(run->result, test) && outcome.status == TEST_PASS;
    if (is_model)
        run->budget_left_ms -= outcome.cpu_ms;
    else
        run->processor_ms += outcome.cpu_ms;
    bool hung = json_is_true(json_object_get(json_object_get(record, "evidence"), "hung"));
    bool stopped = !record && now_ms() - began_ms > TEST_MS; /* a judge, which then costs as much each time */
    *hangs_of(run, judge_variant_bit(current.variant)) += stopped ? HANGS_MAX : hung || !record;
    json_decref(record);
}

/* Run the test in the current variant, or note why not. */
static void try_test(struct run *run, enum build_status built, const struct judge_test *test, TCase *test_case)
{
    bool counts = true;
    const char *reason = built == BUILD_OK        ? reason_to_skip(run, test, &counts)
                         : built == BUILD_MISSING ? "this variant cannot be built here"
                                                  : "the submission does not build";
    if (reason)
        result_add(run->result, not_run(test, reason, counts));
    else
        run_test(run, test, test_case);
    run->result->ran += built == BUILD_OK;
}

void judge_run(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
               struct result *result, build_progress *progress, void *arg)
{
    set_current(suite, build, sandbox, result);
    current.deadline_ms = now_ms() + RUN_MS + BUDGET_PATIENCE * current.budget_ms;
    current.evidence_fd = memfd_create("evidence", MFD_CLOEXEC);
    if (current.evidence_fd < 0)
        die("cannot make the evidence file");

    enum { TESTS_MAX = 256 };
    TCase *cases[TESTS_MAX];
    Suite *check_suite = suite_create(suite->lab);
    for (int i = 0; suite->tests[i].name; i++) {
        if (i == TESTS_MAX)
            die("lab %s has too many tests", suite->lab);
        cases[i] = tcase_create(suite->tests[i].name);
        tcase_add_loop_test(cases[i], run_one, i, i + 1);
        suite_add_tcase(check_suite, cases[i]);
    }
    struct run run = {
        .result = result, .budget_left_ms = current.budget_ms, .runner = srunner_create(check_suite)};
    srunner_set_fork_status(run.runner, CK_FORK); /* whatever CK_FORK in the environment says */

    result->expected = 0;
    result->clause_tests = tests_of_selection(suite, result->selection);
    for (size_t v = 0; v < build->variants.count; v++)
        for (const struct judge_test *test = suite->tests; test->name; test++)
            result->expected += is_asked_for(result, test, build->variants.items[v]);
    for (const struct judge_test *test = suite->tests; test->name; test++)
        run.others += is_asked_for(result, test, "plain") && is_other(result, test);

    int done = 0;
    for (int others = result->mutant ? 0 : 1; others <= 1; others++)
        for (size_t v = 0; v < build->variants.count; v++) {
            current.variant = build->variants.items[v];
            for (const struct judge_test *test = suite->tests; test->name; test++) {
                if (!is_asked_for(result, test, current.variant) ||
                    (result->mutant && is_other(result, test) != (others == 1)))
                    continue;
                if (progress)
                    progress(arg, test->name, done, result->expected);
                done++;
                try_test(&run, build->status[v], test, cases[test - suite->tests]);
            }
        }
    add_left_out(suite, build, result);
    if (progress)
        progress(arg, "done", done, result->expected);
    srunner_free(run.runner);
    close(current.evidence_fd);
}

int judge_debug(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
                struct result *result)
{
    set_current(suite, build, sandbox, result);
    current.variant = build->variants.items[0];
    current.evidence_fd = -1;
    const struct judge_test *test = suite->tests;
    while (!selected(result, test))
        test++;
    struct judge *judge = new_judge(test);
    judge->debugged = true;
    if (test->variants == INTERLEAVE) { /* no judge at the other end: the execution is fixed */
        char *program = format_text("%s/subject", judge->folder);
        judge_exec_debugger(judge, program,
                            (const char *const[]){test->name, "--replay", result->token, NULL});
    }
    test->run(judge);
    judge_end_of_test(judge);
    return 0;
}
