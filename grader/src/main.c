/**
 * @file main.c
 * @brief weft-grade: the command line.
 *
 * A run has two processes. The outer one waits, ends everything below it when the run is stopped or dies,
 * and removes the temporary folder; the inner one does the work. So a stop half-way leaves nothing behind
 * and keeps the results of the run before.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../interleave/engine/token.h"
#include "build.h"
#include "course.h"
#include "explain.h"
#include "foreign.h"
#include "handout.h"
#include "judge_run.h"
#include "kept.h"
#include "options.h"
#include "page.h"
#include "pick.h"
#include "result.h"
#include "selftest.h"

/* The tree is where this program was built: <root>/build/weft-grade. */
static char *find_root(void)
{
    char *self = realpath("/proc/self/exe", NULL);
    for (int up = 0; self && up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash)
            *slash = '\0';
    }
    if (!self || !*self)
        die("cannot find the course's tree");
    return self;
}

/* --- progress: one line on a terminal's standard error, redrawn --- */

static void show_progress(void *arg, const char *what, int done, int total)
{
    (void)arg;
    enum { CELLS = 28 };
    if (!isatty(STDERR_FILENO))
        return;
    int filled = total > 0 ? done * CELLS / total : 0;
    fprintf(stderr, "\r\033[K[");
    for (int i = 0; i < CELLS; i++)
        fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %d/%d %s", done, total, what);
    fflush(stderr);
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

/* --- run --- */

static uint64_t choose_seed(const char *text)
{
    uint64_t seed;
    if (!text || !*text) {
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
            die("no randomness");
        return seed & 0xffffffffu; /* short enough to type again */
    }
    char *end;
    errno = 0;
    seed = strtoull(text, &end, 0);
    if (errno || *end || *text == '-')
        die("the seed is a number like 0x51f2 or 1234, not %s", text);
    return seed;
}

/* The first test that the selection names, by its name or its clause; with any of these variants. NULL: none. */
static const struct judge_test *find_test(const struct judge_suite *suite, const char *name, unsigned variants)
{
    for (const struct judge_test *test = suite->tests; test->name; test++)
        if (test->variants & variants && (strcmp(test->name, name) == 0 || strcmp(test->clause, name) == 0))
            return test;
    return NULL;
}

/* Say that there is no such test, and which there are. */
static _Noreturn void no_such_test(const struct judge_suite *suite, const struct handout *handout,
                                   const char *name, unsigned variants)
{
    const char *what = variants == INTERLEAVE ? "model" : "test, clause or task";
    fprintf(stderr, "weft-grade: lab %s has no %s %s. It has:\n", suite->lab, what, harmless_line(name, 200));
    for (size_t i = 0; variants != INTERLEAVE && i < handout->count; i++)
        fprintf(stderr, "  %-6s %s\n", handout->tasks[i].id, handout->tasks[i].name);
    for (const struct judge_test *test = suite->tests; test->name; test++)
        if (test->variants & variants)
            fprintf(stderr, "  %-6s %s\n", test->clause, test->name);
    exit(EXIT_NO_RESULT);
}

/* The one test that is debugged or traced, by name, with the variant where it is; or all that are selected. */
static void take_test(const struct judge_suite *suite, const struct handout *handout, struct options *options)
{
    unsigned variants = options->trace ? INTERLEAVE : ~0u;
    if (!options->test)
        return;
    const struct handout_task *task = handout_task(handout, options->test);
    if (task) {
        if (options->debug || options->trace)
            die("%s is a task: name one test, as its report does", task->id);
        if (task->clauses.count == 0)
            die("%s says of no clause that it passes after task %s", handout->path, task->id);
        return;
    }
    const struct judge_test *test = find_test(suite, options->test, variants);
    if (!test)
        no_such_test(suite, handout, options->test, variants);
    if (!options->debug && !options->trace)
        return;
    options->test = test->name;
    if (test->variants == INTERLEAVE && !judge_is_model(test))
        die("%s is a search through many executions, and has none to show: make grade LAB=%.2s TEST=%s says what it finds",
            test->name, suite->lab, test->name);
    if (options->debug && test->variants == INTERLEAVE && !options->token)
        die("%s is a model: name the execution, as make grade LAB=%.2s TEST=%s prints it: TOKEN=...",
            test->name, suite->lab, test->name);
    if (options->trace || !options->variants)
        options->variants = judge_variant_name(test->variants);
}

/* What is built: the variants that were asked for and that some test of the suite runs in. */
static struct words variants_to_build(const struct course *course, const struct judge_suite *suite,
                                      const char *asked)
{
    struct words known = {0}, named = {0}, variants = {0};
    words_split(&known, settings_get(&course->variants, "VARIANTS"));
    char *spaced = replace_all(asked ? asked : settings_get(&course->variants, "VARIANTS"), ",", " ");
    words_split(&named, spaced);
    free(spaced);
    for (size_t i = 0; i < named.count; i++) {
        const char *variant = named.items[i];
        if (!words_contain(&known, variant))
            die("there is no variant %s; there are: %s", variant, settings_get(&course->variants, "VARIANTS"));
        if (judge_suite_variants(suite) & judge_variant_bit(variant) && !words_contain(&variants, variant))
            words_add(&variants, variant);
    }
    words_free(&known);
    words_free(&named);
    return variants;
}

/* --- what is done with the subjects --- */

static int report(const struct result *result, const struct options *options)
{
    report_terminal(result, stdout);
    fflush(stdout);
    /* a folder gets a file for each lab */
    char *json = options->json && *options->json && options->json[strlen(options->json) - 1] == '/'
                     ? format_text("%s%.2s.json", options->json, result->lab)
                 : options->json ? copy_text(options->json)
                                 : NULL;
    if ((json && !result_write_json(result, json)) ||
        (options->junit && !result_write_junit(result, options->junit)))
        die("cannot write the result: %s%s; the earlier result is kept.", strerror(errno),
            errno == ENOSPC || errno == EDQUOT ? ". Free some space (df -h)" : "");
    free(json);
    enum verdict verdict = result_verdict(result);
    return verdict == VERDICT_PASS ? EXIT_PASS : verdict == VERDICT_FAIL ? EXIT_NOT_ALL : EXIT_NO_RESULT;
}

static int debug(const struct judge_suite *suite, struct result *result)
{
    const struct build *build = result->build;
    clear_progress();
    for (size_t i = 0; i < build->problem_count; i++)
        if (!build->problems[i].warning) {
            char *text = format_text("%s %s", build->problems[i].where, build->problems[i].what);
            char *harmless = harmless_text(text, strlen(text), 20000);
            fprintf(stderr, "%s\n", harmless);
            free(harmless);
            free(text);
        }
    return build->variants.count && build->status[0] == BUILD_OK
               ? judge_debug(suite, build, result->sandbox, result)
               : EXIT_NO_RESULT;
}

/* Told by the inner process, for the outer one to clean up. Shared memory. */
static char *stage_to_remove;

static int run_inner(const struct course *course, const char *lab, struct options *options)
{
    const struct judge_suite *suite = judge_suite_of(lab);
    if (!suite)
        die("lab %s has no suite", lab);
    struct handout handout = handout_read(course, lab);
    take_test(suite, &handout, options);
    if (options->mutant && !find_test(suite, options->mutant, ~0u))
        no_such_test(suite, &handout, options->mutant, ~0u);
    const struct handout_task *task = options->test ? handout_task(&handout, options->test) : NULL;
    struct sandbox sandbox = options->debug ? (struct sandbox){.tier = SANDBOX_NONE, .reason = "gdb"}
                                            : build_sandbox(course, options->from, options->sandbox);
    struct build_request request = {.lab = lab,
                                    .from = options->from,
                                    .own = pick_labs(course, lab, options->own, "OWN"),
                                    .variants = variants_to_build(course, suite, options->variants),
                                    .debugged = options->debug,
                                    .note_stage = stage_to_remove};
    struct build build = build_subjects(course, &sandbox, &request, show_progress, NULL);
    if (build.stage)
        setenv("TEMP", build.stage, 1); /* where Check keeps its messages: the disk with room for the stage */
    char *own = pick_numbers(&request.own);
    struct result result = {.course = course,
                            .lab = lab,
                            .from = options->from,
                            .own = own,
                            .selection = options->test,
                            .selected_clauses = task ? &task->clauses : NULL,
                            .seed = choose_seed(options->seed),
                            .sandbox = &sandbox,
                            .build = &build,
                            .deep = options->deep,
                            .hint = options->hint,
                            .mutant = options->mutant,
                            .one_hang = options->one_hang,
                            .one_by_one = options->one_by_one,
                            .token = options->token,
                            .page_wanted = options->trace,
                            .some_variants = options->variants != NULL};
    int status;
    if (options->debug) {
        status = debug(suite, &result);
    } else {
        judge_run(suite, &build, &sandbox, &result, show_progress, NULL);
        clear_progress();
        status = options->trace ? page_write(&result) : report(&result, options);
    }
    build_remove(&build);
    stage_to_remove[0] = '\0';
    result_free(&result);
    handout_free(&handout);
    free(own);
    words_free(&request.own);
    words_free(&request.variants);
    return status;
}

/* Wait for the inner process, or for a signal that asks to stop: 0, or that signal. All are blocked, so none can
 * come between a look and the wait. */
static int wait_for_end(pid_t pid, const sigset_t *signals, int *status)
{
    for (;;) {
        int number = sigwaitinfo(signals, NULL);
        if (number == SIGCHLD && waitpid(pid, status, WNOHANG) == pid)
            return 0;
        if (number > 0 && number != SIGCHLD)
            return number;
    }
}

/* `lab`: the one to grade; NULL: a pick is built, and nothing graded. */
static int run_outer(const struct course *course, const char *lab, struct options *options)
{
    stage_to_remove = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage_to_remove == MAP_FAILED)
        die("no memory");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_DUMPABLE, 0); /* nor can it be traced, where a submission runs as the same user */
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (options->debug)
        signal(SIGINT, SIG_IGN); /* in the debugger Ctrl-C is for gdb */
    else
        sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, &before);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_DUMPABLE, 0);
        _exit(finish_output(lab ? run_inner(course, lab, options)
                                : pick_build(course, options, stage_to_remove)));
    }
    int status = 0, stop_requested = wait_for_end(pid, &signals, &status);
    if (stop_requested)
        kill(pid, SIGKILL);
    kill_descendants(0);
    if (*stage_to_remove)
        remove_tree(stage_to_remove);
    if (stop_requested) {
        clear_progress();
        fprintf(stderr, "weft-grade: stopped; nothing is left running, and the earlier results are kept\n");
        return EXIT_STOPPED;
    }
    if (!WIFEXITED(status)) {
        clear_progress();
        fprintf(stderr,
                "weft-grade: the grader itself was ended by %s: no result. The earlier results are kept.\n",
                strsignal(WTERMSIG(status)));
        return EXIT_NO_RESULT;
    }
    return WEXITSTATUS(status);
}

/* "labs" and "solutions" mean the tree's, wherever one stands; anything else is a path. */
static int run_from(const struct course *course, const char *lab, struct options *options)
{
    char *from = NULL;
    if ((strcmp(options->from, "labs") == 0 || strcmp(options->from, "solutions") == 0) &&
        access(options->from, F_OK) != 0)
        options->from = from = format_text("%s/%s", course->root, options->from);
    int status = run_outer(course, lab, options);
    free(from);
    return status;
}

/* Check obeys variables that choose or skip tests, or change its time limits: none of them is ours. */
static void clear_check_environment(void)
{
    for (char **variable = environ; *variable;) {
        char *name = strncmp(*variable, "CK_", 3) == 0
                         ? format_text("%.*s", (int)strcspn(*variable, "="), *variable)
                         : NULL;
        if (name)
            unsetenv(name); /* moves the others down */
        else
            variable++;
        free(name);
    }
}

int main(int argc, char **argv)
{
    claim_standard_descriptors();
    clear_check_environment();
    umask(022); /* the untrusted user reads what we copy */
    struct options options = options_read(argc, argv);
    char *root = find_root();
    struct course course = course_read(root);
    int status;
    const char *command = options.command, *argument = options.argument;
    if (strcmp(command, "list") == 0) {
        status = print_list_as(&course, argument) ? EXIT_PASS : EXIT_NO_RESULT;
    } else if (strcmp(command, "explain") == 0) {
        if (!argument)
            options_usage("explain needs a clause, for example 01.4");
        status = print_explanation(&course, argument) ? EXIT_PASS : EXIT_NO_RESULT;
    } else if (strcmp(command, "selftest") == 0) {
        const char *lab = options.lab ? course_lab(&course, options.lab) : NULL;
        if (options.lab && !lab)
            die("there is no lab %s. weft-grade list shows the labs.", options.lab);
        status = selftest(&course, &options, lab);
    } else if (strcmp(command, "accept") == 0) {
        struct words labs = pick_labs(&course, NULL, argument && *argument ? argument : "all", "LABS");
        status = selftest_accept(&course, &labs, options.sandbox);
        words_free(&labs);
    } else if (strcmp(command, "kept") == 0 || strcmp(command, "keep") == 0) {
        if (!argument)
            options_usage(
                "what is it that passed? weft-grade kept WHAT, and on standard input what it depends on");
        status = kept_on_input(argument, strcmp(command, "keep") == 0) ? EXIT_PASS : EXIT_NOT_ALL;
    } else if (strcmp(command, "confine") == 0) {
        if (!argument)
            options_usage("confine needs a command, for example: weft-grade confine -- /usr/bin/id");
        struct sandbox sandbox = sandbox_probe(options.sandbox);
        sandbox_hide(&sandbox, root);
        char *words = sandbox_words(&sandbox), *weakness = sandbox_weakness(&sandbox);
        fprintf(stderr, "sandbox %s\n%s%s", words, weakness, *weakness ? "\n" : "");
        status =
            sandbox_run(&sandbox, options.variants && strcmp(options.variants, "asan") == 0, options.rest);
        free(words);
        free(weakness);
        sandbox_free(&sandbox);
    } else if (strcmp(command, "run") == 0 || options.debug || options.trace) {
        if (!argument)
            options_usage("which lab? For example: weft-grade run 01");
        if (*options.rest && options.rest[1])
            options_usage("one lab at a time");
        const char *lab = course_lab(&course, argument);
        if (!lab)
            die("there is no lab %s. weft-grade list shows the labs.", argument);
        if (options.token && !token_is_written(options.token))
            die("the token is a word like w-1s1u2:A3Bb2C, as the report of a failure ends with");
        if ((options.debug || options.trace) && !options.test)
            options_usage(options.debug ? "debug needs --test" : "trace needs --test");
        status = run_from(&course, lab, &options);
    } else if (strcmp(command, "pick") == 0) {
        status = run_from(&course, NULL, &options);
    } else {
        char *problem = format_text("there is no command %s", command);
        options_usage(problem);
    }
    course_free(&course);
    free(root);
    return finish_output(status);
}
