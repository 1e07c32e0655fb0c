/**
 * @file selftest.c
 * @brief Grades submissions whose grade is known, and says where the grader is wrong.
 *
 *     solution   scores 100, in every variant and tier
 *     null       starters, stubs, empty files: score 0
 *                (of some of these a check that is not whole runs some variants: then each test passes there, or no clause does)
 *     mutant     is killed by the test that it names, and passes half of the other tests
 *     alternate  scores 100, or its models cannot be explored, as it says itself
 *     hostile    fails in each tier, and in each test of plain, scores 0, leaves nothing running; no line of a report is
 *                its own, no failure is blamed on the grader, and none has no result
 *     golden     is reported word for word as it was
 *
 * Each case is a run of this program of its own, so that nothing is shared with the one that judges it.
 */
#include "selftest.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "result.h"
#include "sandbox.h"
#include "selftest_internal.h"

enum { CASE_SECONDS = 400, ENDING_MS = 2000 };

#define GOLDEN_SEED "0x51f2"

/* --- running --- */

static void start_case(const struct selftest *test, struct known *known, size_t number)
{
    known->json = format_text("%s/build/selftest/result-%zu.json", test->course->root, number);
    known->out = format_text("%s/build/selftest/report-%zu.txt", test->course->root, number);
    known->junit = format_text("%s/build/selftest/result-%zu.xml", test->course->root, number);
    unlink(known->json);
    unlink(known->junit);
    struct words argv = {0};
    const char *const fixed[] = {"weft-grade", "run",       known->lab, "--from",    known->from,
                                 "--json",     known->json, "--seed",   GOLDEN_SEED, "--one-by-one"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        words_add(&argv, fixed[i]);
    /* what the mistake leaves intact is seen in the plain variant: see count_others() */
    char *variants = known->extent != KILLER && strcmp(known->variants, "plain") != 0
                         ? format_text("plain %s", known->variants)
                         : NULL;
    const char *const optional[][2] = {{"--test", known->extent == KILLER ? known->test : NULL},
                                       {"--mutant", known->extent == HALF ? known->test : NULL},
                                       {"--variants", variants ? variants : known->variants},
                                       {"--sandbox", known->sandbox},
                                       {"--junit", known->kind == HOSTILE ? known->junit : NULL},
                                       {"--own", known->own}};
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        if (optional[i][1]) {
            words_add(&argv, optional[i][0]);
            words_add(&argv, optional[i][1]);
        }
    free(variants);
    if (known->one_hang)
        words_add(&argv, "--one-hang");
    known->started_ms = now_ms();
    known->pid = fork();
    if (known->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int out = open(known->out, O_WRONLY | O_CREAT | O_TRUNC, 0644), null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(out, 1);
        dup2(out, 2);
        if (chdir(test->course->root) != 0)
            _exit(2);
        execv("build/weft-grade", argv.items);
        _exit(2);
    }
    words_free(&argv);
}

/* A row of the published matrix: what a mutant fails beside the test that it names. */
static void print_mutant_row(const struct selftest *test, const struct known *known, json_t *result)
{
    char *patch = format_text("%s/grader/mutants/%s/%s", test->course->root, known->lab, known->name);
    char *mistake = selftest_patch_line(patch, "Mistake");
    fprintf(test->matrix, "| %s | %s | %s (%s) |", known->name, mistake ? mistake : "", known->test,
            known->variants);
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        const char *name = json_string_value(json_object_get(each, "name"));
        if (strcmp(name, known->test) != 0 &&
            strcmp(json_string_value(json_object_get(each, "status")), "fail") == 0)
            fprintf(test->matrix, " %s", name);
    }
    fprintf(test->matrix, " |\n");
    free(mistake);
    free(patch);
}

/* Where threads meet natively a mistake may stay unseen once. The check of a commit lets the mutant have a second run, and says so; LONG
 * does not. A right solution that fails once is a fault at once. */
static bool may_be_by_chance(const struct known *known)
{
    return known->kind == MUTANT && known->extent != WHOLE;
}

/* Whether it passed. */
static bool end_case(struct selftest *test, size_t number, int status)
{
    struct known *known = &test->cases[number];
    json_t *result = json_load_file(known->json, 0, NULL);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    char *problem = selftest_check_case(known, exit_status, result);
    bool says_nothing = selftest_was_held(result);
    bool again = problem && !known->again && (says_nothing || may_be_by_chance(known));
    if (known->kind == MUTANT && result && test->matrix && !again)
        print_mutant_row(test, known, result);
    if (again) {
        selftest_run_again(test, number, says_nothing ? NULL : problem); /* `known` is not the case any more */
    } else if (problem) {
        selftest_fails(test, selftest_kind_names[known->kind], known->name, problem, known->out);
    } else {
        test->passed++;
        if (known->at_first)
            selftest_is_by_chance(test, known);
        printf("ok      %-9s %-*s ", selftest_kind_names[known->kind], test->scores ? 30 : 60, known->name);
        if (test->scores)
            printf("%3d of %d, verdict %-5s ", (int)json_integer_value(json_object_get(result, "score")),
                   (int)json_integer_value(json_object_get(result, "max")),
                   json_string_value(json_object_get(result, "verdict")));
        printf("%5.1f s, processor %5.2f s\n", (double)known->took_ms / 1000,
               (double)known->processor_ms / 1000);
    }
    fflush(stdout);
    bool passed = !problem;
    free(problem);
    json_decref(result);
    return passed;
}

/* Processes that have come down to us, left by a run that is over; but for those that have ended since. */
static int count_orphans(const struct selftest *test)
{
    char path[64];
    int orphans = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    char *list = read_file(path, 1 << 16, NULL, NULL);
    for (char *rest = list, *word; rest && (word = strsep(&rest, " "));) {
        pid_t pid = (pid_t)strtol(word, NULL, 10);
        bool known = pid <= 0;
        for (size_t i = 0; i < test->count; i++)
            known |= test->cases[i].pid == pid;
        orphans += !known && waitpid(pid, NULL, WNOHANG) == 0;
    }
    free(list);
    return orphans;
}

/* What still runs when it has had the time to end: the kernel takes a while to end a process that was killed, or whose sandbox was left. */
static int count_left(const struct selftest *test)
{
    int orphans = count_orphans(test);
    for (int64_t until = now_ms() + ENDING_MS; orphans && now_ms() < until; orphans = count_orphans(test))
        usleep(10000);
    return orphans;
}

static bool may_start(const struct selftest *test, size_t next, long running)
{
    return test->cases[next].again ? running == 0
                                   : selftest_has_processor(sysconf(_SC_NPROCESSORS_ONLN), running);
}

static void run_cases(struct selftest *test)
{
    long running = 0;
    size_t next = 0;
    while (next < test->count || running > 0) {
        for (; next < test->count && may_start(test, next, running); next++)
            if (!selftest_is_kept(test, &test->cases[next])) {
                start_case(test, &test->cases[next], next);
                running++;
            }
        int status;
        struct rusage usage;
        pid_t pid = wait4(-1, &status, WNOHANG, &usage);
        if (pid <= 0)
            usleep(2000);
        for (size_t i = 0; i < next; i++) {
            struct known *known = &test->cases[i];
            if (known->pid > 0 && known->pid == pid) {
                known->pid = 0;
                running--;
                selftest_take_times(test, known, &usage);
                int orphans = count_left(test);
                bool passed = end_case(test, i, status);
                known = &test->cases[i];
                if (passed && !orphans)
                    selftest_keep(test, known);
                if (orphans) {
                    char *problem = format_text("left %d processes running", orphans);
                    selftest_fails(test, selftest_kind_names[known->kind], known->name, problem, known->out);
                    free(problem);
                }
            } else if (known->pid > 0 && now_ms() - known->started_ms > CASE_SECONDS * INT64_C(1000)) {
                kill(known->pid, SIGTERM);
            }
        }
    }
}

static void check_printers(struct selftest *test)
{
    if (!selftest_wanted(test, "printers", "") || test->lab)
        return;
    char *problem = selftest_check_printers(test->course);
    if (!problem)
        problem = selftest_check_order(test->course);
    if (!problem)
        problem = selftest_check_drawn();
    if (!problem)
        problem = selftest_check_breadth();
    if (problem) {
        selftest_fails(test, "printers", "all", problem, NULL);
    } else {
        test->passed++;
        printf(
            "ok      %-9s whatever a submission can choose, the order of failures, what was drawn, the page of mutants\n",
            "printers");
    }
    free(problem);
}

int selftest(const struct course *course, const struct options *options, const char *lab)
{
    struct selftest test = {.course = course,
                            .extent = options->quick   ? KILLER
                                      : options->whole ? WHOLE
                                                       : HALF,
                            .lab = lab,
                            .names = options->rest,
                            .kept_folder = getenv("UPDATE_GOLDEN") ? NULL : options->kept,
                            .fresh = options->fresh};
    if (test.kept_folder)
        test.kept = kept_open();
    bool prints_only = *test.names && !test.names[1] && strcmp(*test.names, "printers") == 0;
    if (!prints_only)
        selftest_lock_tree(course);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    selftest_gather(&test);
    if (test.count == 0 && !selftest_wanted(&test, "printers", ""))
        die("no case has such a name");
    char *path = format_text("%s/build/selftest/mutants.md", course->root);
    test.matrix = test.extent == WHOLE ? fopen(path, "w") : NULL;
    if (test.matrix)
        fprintf(test.matrix,
                "| mutant | the mistake | killed by | other tests that fail |\n|---|---|---|---|\n");
    check_printers(&test);
    run_cases(&test);
    if (test.matrix)
        fclose(test.matrix);
    free(path);
    kept_close(&test.kept);
    selftest_print_times(&test);
    selftest_print_failures(&test);
    printf("\nselftest%s: %d passed, %d failed", options->quick ? " (quick)" : "", test.passed, test.failed);
    if (test.by_chance.count)
        printf(", %zu by chance", test.by_chance.count);
    if (test.kept_folder)
        printf("; %d were kept, %d run", test.found, test.passed + test.failed - test.found);
    printf("\n");
    return test.failed ? 1 : 0;
}

int selftest_accept(const struct course *course, const struct words *labs, const char *sandbox)
{
    struct selftest test = {.course = course, .scores = true};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    selftest_lock_tree(course);
    selftest_gather_acceptance(&test, labs);
    for (size_t i = 0; sandbox && i < test.count; i++)
        test.cases[i].sandbox = copy_text(sandbox);
    run_cases(&test);
    selftest_print_failures(&test);
    printf("\naccept: %d of %zu runs are as they must be\n", test.passed, test.count);
    return test.failed ? 1 : 0;
}
