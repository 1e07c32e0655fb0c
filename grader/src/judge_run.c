/**
 * @file judge_run.c
 * @brief Runs a lab's tests and gathers what they found.
 *
 * Most tests wait most of the time, so several go on beside each other. But what is run, and what counts, is decided in the
 * suite's order, by what the tests before have shown: a test that was begun too early, and would not have been run, is not
 * looked at. So a report does not depend on which test ended first.
 */
#include "judge_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"
#include "judge_internal.h"
#include "judge_test.h"

#define TOO_MANY_HANGS "not run: too many tests before it hung or did not start; ask for one alone with TEST="

enum {
    RUN_PROCESSOR_MS = 10000, /* for all native tests together; those of the reference need 2 s at most */
    RUN_MS = 240000,          /* for all tests together, beside the patience with the budget of all models */
    BUDGET_MS = 20000,        /* of processor time, for all models of a lab */
    RESERVED_MS = 300,        /* of it for each model that is still to come: most need a tenth of that */
    DEEP = 20,                /* times as much, where a deep look is asked for */
    /* tests that hung, left processes behind, did not start or lost their judge: in plain, in the sanitized variants
     * together, and in models. Then those that are left are not run, since each would cost as much */
    HANGS_MAX = 3,
    FOR_EACH_PROCESSOR = 3, /* tests beside each other, */
    BESIDE_MAX = 8,         /* and at most, for each may use as much memory as it is allowed */
};

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

static struct outcome outcome_of(const struct judge_test_run *run)
{
    struct outcome outcome = {
        .name = run->test->name, .clause = run->test->clause, .variant = run->variant, .counts = true};
    json_t *record = run->evidence;
    const char *status = record ? json_string_value(json_object_get(record, "status")) : NULL;
    if (!record)
        outcome.evidence = json_pack("{s:o}", "observed", harmless_json(run->lost, strlen(run->lost), 1000));
    if (!status) {
        outcome.status = TEST_GRADER_ERROR;
        return outcome;
    }
    outcome.status = strcmp(status, "pass") == 0 && run->passed ? TEST_PASS
                     : strcmp(status, "fail") == 0              ? TEST_FAIL
                     : strcmp(status, "not_verified") == 0      ? TEST_NOT_VERIFIED
                                                                : TEST_GRADER_ERROR;
    outcome.evidence = json_incref(json_object_get(record, "evidence"));
    outcome.cpu_ms = json_integer_value(json_object_get(record, "cpu_ms"));
    outcome.wall_ms = json_integer_value(json_object_get(record, "wall_ms"));
    return outcome;
}

static struct outcome not_run(const struct judge_test *test, const char *variant, const char *why, bool counts)
{
    return (struct outcome){.name = test->name,
                            .clause = test->clause,
                            .variant = variant,
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
            /* the variant's name outlives the words */
            result_add(result, not_run(test, judge_variant_name(judge_variant_bit(all.items[v])),
                                       "this variant was not asked for", true));
        }
    words_free(&all);
}

static struct judge_context context_of(const struct judge_suite *suite, const struct build *build,
                                       const struct sandbox *sandbox, const struct result *result)
{
    return (struct judge_context){.suite = suite,
                                  .build = build,
                                  .sandbox = sandbox,
                                  .seed = result->seed,
                                  .from = result->from,
                                  .root = result->course->root,
                                  .token = result->token,
                                  .page_wanted = result->page_wanted,
                                  .hint = result->hint};
}

/* A run, while it goes on. */
struct run {
    const struct judge_context *context;
    struct result *result;
    struct judge_test_run *tests; /* in their order */
    size_t count, decided;
    size_t beside;                        /* so many tests at once */
    const struct judge_test *gave_up;     /* the first test that plain did not come to */
    int hangs[3];                         /* plain, sanitized, explored */
    int64_t budget_left_ms, processor_ms; /* of models; spent by the others */
    int others, others_passed;            /* of a mutant in plain: the tests but its own */
};

static bool is_model(const struct judge_test *test)
{
    return test->variants == INTERLEAVE;
}

/* The models that are asked for, beyond this one. */
static int models_after(const struct judge_test *test, const struct result *result)
{
    int count = 0;
    while ((++test)->name)
        count += selected(result, test) && is_model(test);
    return count;
}

static int *hangs_of(struct run *run, unsigned variant)
{
    return &run->hangs[variant == PLAIN ? 0 : variant == INTERLEAVE ? 2 : 1];
}

/* Of a mutant: a test but the one that must fail. */
static bool is_other(const struct result *result, const struct judge_test *test)
{
    return result->mutant && strcmp(result->mutant, test->name) != 0;
}

/* Why the test is not run, by all that is decided, or NULL; *counts: whether its clause is then not verified. */
static const char *reason_to_skip(struct run *run, const struct judge_test_run *each, bool *counts)
{
    const struct judge_test *test = each->test;
    const struct build *build = run->context->build;
    unsigned variant = judge_variant_bit(each->variant);
    size_t number = 0;
    while (strcmp(build->variants.items[number], each->variant) != 0)
        number++;
    *counts = true;
    if (build->status[number] != BUILD_OK)
        return build->status[number] == BUILD_MISSING ? "this variant cannot be built here"
                                                      : "the submission does not build";
    if (is_other(run->result, test) && variant != PLAIN)
        return "not run: of a mutant's other tests only plain is";
    if (is_other(run->result, test) && 2 * run->others_passed >= run->others)
        return "not run: half of the mutant's other tests have passed";
    *counts = false;
    if (run->gave_up && test >= run->gave_up && test->variants & PLAIN && variant != PLAIN)
        return "not run: the plain variant gave up before it";
    *counts = true;
    if (now_ms() > run->context->deadline_ms ||
        (variant != INTERLEAVE && run->processor_ms > RUN_PROCESSOR_MS))
        return JUDGE_RUN_DEADLINE;
    if (*hangs_of(run, variant) >= (run->result->one_hang ? 1 : HANGS_MAX))
        return TOO_MANY_HANGS;
    *counts = false;
    return failed_without_crash(run->result, test->name) ? "not run: the plain variant has failed already"
                                                         : NULL;
}

static int64_t processor_ms_of(const struct judge_test_run *ended)
{
    return json_integer_value(json_object_get(ended->evidence, "cpu_ms"));
}

/* Sizes differ by orders of magnitude, and other designs need other models most: so no equal shares, but all that is left by the
 * models before it, which have all ended, less what the rest is likely to need. */
static int64_t budget_of(const struct run *run, const struct judge_test_run *each)
{
    int others = is_model(each->test) ? models_after(each->test, run->result) : 0;
    int64_t left = run->budget_left_ms;
    for (const struct judge_test_run *before = run->tests + run->decided; before < each; before++)
        left -= is_model(before->test) ? processor_ms_of(before) : 0;
    int64_t share = left / (others + 1), most = left - others * (int64_t)RESERVED_MS;
    return share < 1 ? 1 : most > share ? most : share;
}

static bool has_ended(const struct judge_test_run *each)
{
    return each->started && each->pid == 0;
}

/* Whether this test, which is not the next one, may go on beside it: a model has what those before it leave of the budget; and how a
 * test ends in plain decides whether it is run in another variant. */
static bool may_go_ahead(struct run *run, const struct judge_test_run *each)
{
    bool counts, waits = false;
    for (const struct judge_test_run *before = run->tests + run->decided; before < each && !waits; before++)
        waits = (before->test == each->test && judge_variant_bit(before->variant) == PLAIN) ||
                (is_model(each->test) && is_model(before->test) && !has_ended(before));
    return !waits && !reason_to_skip(run, each, &counts);
}

/* Begin the next test, unless it is not to be run, and so many others behind it as may go on at once. One model goes on beside those: it
 * is never idle, and they mostly are. */
static void begin(struct run *run)
{
    struct judge_test_run *next = run->tests + run->decided, *end = run->tests + run->count;
    size_t running = 0;
    bool counts;
    for (const struct judge_test_run *each = next; each < end; each++)
        running += each->pid > 0 && !is_model(each->test);
    if (!next->started && !reason_to_skip(run, next, &counts)) {
        next->budget_ms = budget_of(run, next);
        if (run->beside == 1 || next + 1 == end) {
            judge_test_run_now(run->context, next);
            return;
        }
        judge_test_start(run->context, next);
        running += !is_model(next->test);
    }
    for (struct judge_test_run *each = next + 1; each < end && run->beside > 1; each++)
        if (!each->started && (running < run->beside || is_model(each->test)) && may_go_ahead(run, each)) {
            each->budget_ms = budget_of(run, each);
            judge_test_start(run->context, each);
            running += !is_model(each->test);
        }
}

/* What the next test has shown, or why it is not run. */
static void decide(struct run *run, struct judge_test_run *each)
{
    unsigned variant = judge_variant_bit(each->variant);
    bool counts;
    const char *reason = reason_to_skip(run, each, &counts);
    if (reason) {
        if (strcmp(reason, TOO_MANY_HANGS) == 0 && !run->gave_up && variant == PLAIN)
            run->gave_up = each->test;
        result_add(run->result, not_run(each->test, each->variant, reason, counts));
        return;
    }
    struct outcome outcome = outcome_of(each);
    result_add(run->result, outcome);
    result_add_drawn(run->result, json_object_get(each->evidence, "drawn"));
    run->others_passed += is_other(run->result, each->test) && outcome.status == TEST_PASS;
    if (is_model(each->test))
        run->budget_left_ms -= outcome.cpu_ms;
    else
        run->processor_ms += outcome.cpu_ms;
    bool hung = json_is_true(json_object_get(json_object_get(each->evidence, "evidence"), "hung"));
    /* a judge that was stopped costs as much each time */
    *hangs_of(run, variant) += each->stopped ? HANGS_MAX : hung || !each->evidence;
}

/* All tests that are asked for, in their order: variant by variant, of a mutant first the one that must fail. */
static void list_tests(struct run *run, const struct build *build, const struct judge_suite *suite)
{
    struct result *result = run->result;
    for (int others = result->mutant ? 0 : 1; others <= 1; others++)
        for (size_t v = 0; v < build->variants.count; v++)
            for (const struct judge_test *test = suite->tests; test->name; test++) {
                if (!is_asked_for(result, test, build->variants.items[v]) ||
                    (result->mutant && is_other(result, test) != (others == 1)))
                    continue;
                run->tests = realloc(run->tests, (run->count + 1) * sizeof *run->tests);
                if (!run->tests)
                    die("no memory");
                run->tests[run->count++] =
                    (struct judge_test_run){.test = test, .variant = build->variants.items[v]};
                result->expected++;
                result->ran += build->status[v] == BUILD_OK;
            }
}

void judge_run(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
               struct result *result, build_progress *progress, void *arg)
{
    struct judge_context context = context_of(suite, build, sandbox, result);
    size_t beside = FOR_EACH_PROCESSOR * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    struct run run = {.context = &context,
                      .result = result,
                      .beside = result->mutant || result->one_by_one ? 1
                                : beside < BESIDE_MAX                ? beside
                                                                     : BESIDE_MAX,
                      .budget_left_ms = result->deep ? DEEP * BUDGET_MS : BUDGET_MS};
    context.deadline_ms = now_ms() + RUN_MS + BUDGET_PATIENCE * run.budget_left_ms;
    result->expected = result->ran = 0;
    result->clause_tests = tests_of_selection(suite, result->selection);
    list_tests(&run, build, suite);
    for (const struct judge_test *test = suite->tests; test->name; test++)
        run.others += is_asked_for(result, test, "plain") && is_other(result, test);

    for (; run.decided < run.count; run.decided++) {
        struct judge_test_run *next = &run.tests[run.decided];
        if (progress)
            progress(arg, next->test->name, (int)run.decided, result->expected);
        for (begin(&run); next->pid > 0; begin(&run))
            judge_test_wait(run.tests, run.count);
        decide(&run, next);
        judge_test_free(next);
    }
    add_left_out(suite, build, result);
    if (progress)
        progress(arg, "done", result->expected, result->expected);
    free(run.tests);
}

int judge_debug(const struct judge_suite *suite, const struct build *build, const struct sandbox *sandbox,
                struct result *result)
{
    const struct judge_context context = context_of(suite, build, sandbox, result);
    struct judge_test_run run = {.test = suite->tests,
                                 .variant = build->variants.items[0],
                                 .budget_ms = result->deep ? DEEP * BUDGET_MS : BUDGET_MS};
    while (!selected(result, run.test))
        run.test++;
    struct judge *judge = judge_test_judge(&context, &run, -1);
    judge->debugged = true;
    if (is_model(run.test)) { /* no judge at the other end: the execution is fixed */
        char *program = format_text("%s/subject", judge->folder);
        judge_exec_debugger(judge, program,
                            (const char *const[]){run.test->name, "--replay", result->token, NULL});
    }
    run.test->run(judge);
    judge_end_of_test(judge);
    return 0;
}
