/**
 * @file judge_run.c
 * @brief Runs a lab's tests under Check and gathers what they found.
 *
 * Each test is a Check test of its own test case, run in a forked child that holds the judge. The child
 * appends its evidence to a file that only its judge holds open; Check says how the child ended. A pass needs
 * both to agree. Of a child that died without evidence nothing is known: no result.
 *
 * Tests wait more than they compute, so several are started ahead (judge_ahead.h). What they found is taken in the suite's order, and
 * whether a test counts is asked only then: a result is what it would be with one after the other.
 */
#include "judge_run.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "foreign.h"
#include "judge_ahead.h"
#include "judge_internal.h"

enum {
    CHECK_SECONDS = TEST_MS / 1000 + 10, /* the outermost deadline of one test, beside a model's budget */
    RUN_PROCESSOR_MS = 10000, /* for all native tests together; those of the reference need 2 s at most */
    RUN_MS = 240000,          /* for all tests together, beside the patience with the budget of all models */
    BUDGET_MS = 20000,        /* of processor time, for all models of a lab */
    RESERVED_MS = 300,        /* of it for each model that is still to come: most need a tenth of that */
    DEEP = 20,                /* times as much, where a deep look is asked for */
    /* tests that hung, left processes behind, did not start or lost their judge: in plain, in the sanitized variants
     * together, and in models. Then those that are left are not run, since each would cost as much */
    HANGS_MAX = 3,
};

/* What the forked test needs; set before it is started. */
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
    judge->budget_ms = test->variants == INTERLEAVE ? current.budget_ms : 0;
    judge->token = current.token;
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

/* Variants that a test declares and nobody asked for: their clauses are not verified. */
static void add_left_out(const struct judge_suite *suite, const struct build *build, struct result *result)
{
    struct words all = {0};
    words_split(&all, settings_get(&result->course->variants, "VARIANTS"));
    for (size_t v = 0; v < all.count; v++)
        for (const struct judge_test *test = suite->tests; test->name; test++) {
            if (!judge_selected(result, test) || !(test->variants & judge_variant_bit(all.items[v])) ||
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
        count += judge_selected(result, test) && test->variants == INTERLEAVE;
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
    long processors; /* 1: one test after the other */
    int going_on;    /* tests that were started and not taken yet */
};

/* A test in a variant. */
struct turn {
    const struct judge_test *test;
    TCase *test_case;
    const char *variant;
    enum build_status built;
    struct ahead ahead;
};

static int hangs_at(unsigned variant)
{
    return variant == PLAIN ? 0 : variant == INTERLEAVE ? 2 : 1;
}

/* Of a mutant: a test but the one that must fail. */
static bool is_other(const struct result *result, const struct judge_test *test)
{
    return result->mutant && strcmp(result->mutant, test->name) != 0;
}

static const char gave_up[] =
    "not run: too many tests before it hung or did not start; ask for one alone with TEST=";

/* Why the test is not run in the current variant, or NULL; *counts: whether its clause is then not verified. A reason stays one,
 * whatever other tests find. */
static const char *reason_to_skip(const struct run *run, const struct judge_test *test, bool *counts)
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
    if (run->hangs[hangs_at(variant)] >= HANGS_MAX)
        return gave_up;
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

/* Start it in the current variant. A model gets its budget now. */
static void start_test(struct run *run, struct turn *turn)
{
    bool is_model = turn->test->variants == INTERLEAVE;
    current.budget_ms = budget_of(run, turn->test);
    tcase_set_timeout(turn->test_case,
                      CHECK_SECONDS + (is_model ? BUDGET_PATIENCE * (double)current.budget_ms / 1000 : 0));
    current.evidence_fd = memfd_create("evidence", MFD_CLOEXEC);
    if (current.evidence_fd < 0)
        die("cannot make the evidence file");
    turn->ahead = ahead_start(run->runner, current.suite->lab, turn->test->name, current.evidence_fd);
    close(current.evidence_fd);
    run->going_on++;
}

/* Wait for what was started, and add what it found to the result; `reason`: it would not have been started today, so that what it
 * found does not count. */
static void take_test(struct run *run, struct turn *turn, const char *reason)
{
    const struct judge_test *test = turn->test;
    struct found found = ahead_take(&turn->ahead);
    run->going_on--;
    if (!reason) {
        struct outcome outcome = outcome_of(test, found.record, found.check_passed);
        if (!found.record)
            outcome.evidence =
                found.lost ? json_incref(found.lost)
                           : json_pack("{s:s}", "observed", "the test's judge was lost: nothing is known");
        result_add(run->result, outcome);
        result_add_drawn(run->result, json_object_get(found.record, "drawn"));
        run->others_passed += is_other(run->result, test) && outcome.status == TEST_PASS;
        if (test->variants == INTERLEAVE)
            run->budget_left_ms -= outcome.cpu_ms;
        else
            run->processor_ms += outcome.cpu_ms;
        bool hung = json_is_true(json_object_get(json_object_get(found.record, "evidence"), "hung"));
        bool stopped =
            !found.record && found.took_ms > TEST_MS; /* a judge, which then costs as much each time */
        run->hangs[hangs_at(judge_variant_bit(current.variant))] +=
            stopped ? HANGS_MAX : hung || !found.record;
    }
    json_decref(found.record);
    json_decref(found.lost);
}

static void set_turn(const struct turn *turn)
{
    current.variant = turn->variant;
}

/* Whether it may be started before those before it have ended: a model's budget is what the models before it leave, and what
 * fails in plain is mostly not run in the others. */
static bool can_go_ahead(const struct run *run, const struct turn *turns, size_t next, size_t number)
{
    const struct turn *turn = &turns[number];
    bool counts;
    if (turn->ahead.pid || turn->built != BUILD_OK || reason_to_skip(run, turn->test, &counts))
        return false;
    for (size_t i = next; i < number; i++)
        if (turns[i].test == turn->test ||
            (turns[i].test->variants == INTERLEAVE && turn->test->variants == INTERLEAVE))
            return false;
    return true;
}

/* Start what can go on beside the turn that is next, as far as there are processors. */
static void go_ahead(struct run *run, struct turn *turns, size_t next, size_t count)
{
    enum { AT_MOST = 32 };
    for (size_t i = next + 1; i < count && i < next + AT_MOST; i++) {
        set_turn(&turns[i]);
        if (!can_go_ahead(run, turns, next, i))
            continue;
        if (!has_processor(run->processors, run->going_on))
            break;
        start_test(run, &turns[i]);
    }
    set_turn(&turns[next]);
}

/* What was asked for of a test, in order, whatever was started ahead: so that a result does not depend on what went on beside
 * what. */
static void take_turn(struct run *run, struct turn *turns, size_t next, size_t count)
{
    struct turn *turn = &turns[next];
    bool counts = true;
    set_turn(turn);
    const char *reason = turn->built == BUILD_OK        ? reason_to_skip(run, turn->test, &counts)
                         : turn->built == BUILD_MISSING ? "this variant cannot be built here"
                                                        : "the submission does not build";
    if (!reason && !turn->ahead.pid)
        start_test(run, turn);
    while (run->processors > 1 && turn->ahead.pid && !ahead_has_ended(&turn->ahead)) {
        go_ahead(run, turns, next, count);
        usleep(2000);
    }
    if (turn->ahead.pid)
        take_test(run, turn, reason);
    if (reason)
        result_add(run->result, not_run(turn->test, reason, counts));
    if (reason == gave_up && !run->gave_up && judge_variant_bit(turn->variant) == PLAIN)
        run->gave_up = turn->test;
    run->result->ran += turn->built == BUILD_OK;
}

void judge_run(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
               struct result *result, build_progress *progress, void *arg)
{
    set_current(suite, build, sandbox, result);
    current.deadline_ms = now_ms() + RUN_MS + BUDGET_PATIENCE * current.budget_ms;

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
    struct run run = {.result = result,
                      .budget_left_ms = current.budget_ms,
                      .runner = srunner_create(check_suite),
                      .processors = result->alone || result->mutant ? 1 : sysconf(_SC_NPROCESSORS_ONLN)};
    srunner_set_fork_status(run.runner, CK_FORK); /* whatever CK_FORK in the environment says */

    result->expected = 0;
    result->clause_tests = judge_tests_of_selection(suite, result->selection);
    for (size_t v = 0; v < build->variants.count; v++)
        for (const struct judge_test *test = suite->tests; test->name; test++)
            result->expected += judge_asked_for(result, test, build->variants.items[v]);
    for (const struct judge_test *test = suite->tests; test->name; test++)
        run.others += judge_asked_for(result, test, "plain") && is_other(result, test);

    size_t count = 0;
    struct turn *turns = calloc((size_t)result->expected + 1, sizeof *turns);
    if (!turns)
        die("no memory");
    for (int others = result->mutant ? 0 : 1; others <= 1; others++)
        for (size_t v = 0; v < build->variants.count; v++)
            for (const struct judge_test *test = suite->tests; test->name; test++)
                if (judge_asked_for(result, test, build->variants.items[v]) &&
                    (!result->mutant || is_other(result, test) == (others == 1)))
                    turns[count++] = (struct turn){.test = test,
                                                   .test_case = cases[test - suite->tests],
                                                   .variant = build->variants.items[v],
                                                   .built = build->status[v]};
    for (size_t i = 0; i < count; i++) {
        if (progress)
            progress(arg, turns[i].test->name, (int)i, result->expected);
        take_turn(&run, turns, i, count);
    }
    free(turns);
    kill_descendants(0);
    add_left_out(suite, build, result);
    if (progress)
        progress(arg, "done", (int)count, result->expected);
    srunner_free(run.runner);
}

int judge_debug(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
                struct result *result)
{
    set_current(suite, build, sandbox, result);
    current.variant = build->variants.items[0];
    current.evidence_fd = -1;
    const struct judge_test *test = suite->tests;
    while (!judge_selected(result, test))
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
