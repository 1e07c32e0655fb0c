/**
 * @file selftest.c
 * @brief Grades submissions whose grade is known, and says where the grader is wrong.
 *
 *     solution   scores 100, in every variant and tier
 *     null       starters, stubs, empty files: score 0
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

enum { CASE_SECONDS = 400 };

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
    const char *const fixed[] = {"weft-grade", "run",       known->lab, "--from",   known->from,
                                 "--json",     known->json, "--seed",   GOLDEN_SEED};
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

/* Whether the named test ran and failed: in the mutant's variant, or in the plain one before it. */
static bool is_killed(json_t *result, const char *name)
{
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause) json_array_foreach(
        json_object_get(clause, "tests"), t,
        each) if (strcmp(json_string_value(json_object_get(each, "name")), name) == 0 &&
                  strcmp(json_string_value(json_object_get(each, "status")), "fail") == 0) return true;
    return false;
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
            problem = format_text(
                "the report differs: diff %s %s; if it shall: UPDATE_GOLDEN=1 build/weft-grade selftest "
                "golden",
                known->golden, actual);
            free(actual);
        }
        free(expected);
    }
    free(report);
    return problem;
}

/* Everything passes but models, and of those none fails; some are not verified. NULL: so it is. */
static char *check_unexplored(json_t *result)
{
    size_t c, t, not_verified = 0;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        const char *status = json_string_value(json_object_get(each, "status"));
        bool is_model = strcmp(json_string_value(json_object_get(each, "variant")), "interleave") == 0;
        if (is_model && strcmp(status, "not_verified") == 0)
            not_verified++;
        else if (strcmp(status, "pass") != 0)
            return format_text("%s: %s", json_string_value(json_object_get(each, "name")), status);
    }
    return not_verified ? NULL : format_text("each of its models was explored: its ABOUT says otherwise");
}

/* Whatever a subject does is no fault of the grader's: one that fails would choose that. */
static char *check_blame(json_t *result)
{
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
    {
        if (strcmp(json_string_value(json_object_get(each, "status")), "grader_error") == 0)
            return format_text("%s is blamed on the grader", json_string_value(json_object_get(each, "name")));
    }
    return NULL;
}

/* Whether the text is this number, and nothing else. */
static bool says(const char *text, int number)
{
    char *end;
    return strtol(text, &end, 10) == number && end != text && !*end;
}

/* NULL: as expected. Otherwise what is wrong; the caller frees. */
static char *check_case(const struct known *known, int exit_status, json_t *result)
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
        if (known->unexplored)
            return check_unexplored(result);
        if (exit_status == 0 && score == max && strcmp(verdict, "pass") == 0) /* then all was tried */
            return result_undrawn(json_object_get(result, "drawn"));
        return format_text("score %d of %d, verdict %s, exit status %d", score, max, verdict, exit_status);
    case NULL_SUBMISSION:
        if (exit_status == 1 && says(known->score ? known->score : "0", score) && strcmp(verdict, "fail") == 0)
            return NULL;
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

/* false: it failed. */
static bool end_case(struct selftest *test, struct known *known, int status)
{
    json_t *result = json_load_file(known->json, 0, NULL);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    char *problem = check_case(known, exit_status, result);
    if (known->kind == MUTANT && result && test->matrix)
        print_mutant_row(test, known, result);
    if (problem) {
        test->failed++;
        printf("FAILED  %-9s %s: %s\n        see %s\n", selftest_kind_names[known->kind], known->name,
               problem, known->out);
    } else {
        test->passed++;
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

/* Processes that have come down to us: left by a run that is over. */
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
        orphans += !known;
    }
    free(list);
    return orphans;
}

static void run_cases(struct selftest *test)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN), running = 0;
    size_t next = 0;
    while (next < test->count || running > 0) {
        for (; next < test->count && selftest_has_processor(processors, running); next++)
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
                int orphans = count_orphans(test);
                if (end_case(test, known, status) && !orphans)
                    selftest_keep(test, known);
                if (orphans) {
                    test->failed++;
                    printf("FAILED  %-9s %s: left %d processes running\n", selftest_kind_names[known->kind],
                           known->name, orphans);
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
    if (problem)
        printf("FAILED  %-9s %s\n", "printers", problem);
    else
        printf(
            "ok      %-9s whatever a submission can choose, the order of failures, what was drawn, the page of mutants\n",
            "printers");
    *(problem ? &test->failed : &test->passed) += 1;
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
    printf("\nselftest%s: %d passed, %d failed", options->quick ? " (quick)" : "", test.passed, test.failed);
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
    printf("\naccept: %d of %zu runs are as they must be\n", test.passed, test.count);
    return test.failed ? 1 : 0;
}
