/**
 * @file main.c
 * @brief weft-grade: the command line.
 *
 * A run has two processes. The outer one waits, ends everything below it when the run is stopped or dies,
 * and removes the temporary folder; the inner one does the work. So a stop half-way leaves nothing behind
 * and keeps the results of the run before.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build.h"
#include "course.h"
#include "explain.h"
#include "judge_run.h"
#include "result.h"
#include "selftest.h"

enum { EXIT_PASS = 0, EXIT_NOT_ALL = 1, EXIT_NO_RESULT = 2, EXIT_STOPPED = 130 };

struct options {
    const char *from, *own, *seed, *test, *json, *junit, *variants, *sandbox, *lab;
    bool debug, quick;
};

static const char usage_text[] =
    "usage: weft-grade run LAB [--from DIR] [--own LIST] [--seed N] [--test NAME] [--json FILE] [--junit FILE]\n"
    "                          [--variants LIST] [--sandbox bubblewrap|none]\n"
    "       weft-grade debug LAB --test NAME [--from DIR] [--own LIST] [--seed N] [--variants NAME]\n"
    "       weft-grade list\n"
    "       weft-grade explain CLAUSE | TEST\n"
    "       weft-grade selftest [--quick] [--lab LAB] [NAME...]\n"
    "\n"
    "  LAB       1, 01 or 01-futures\n"
    "  --from    the submission: labs (the default), solutions, or any folder that holds NN-name folders or\n"
    "            the lab's files themselves\n"
    "  --own     earlier labs to take from there too: a list of numbers, or all\n"
    "  --test    one test, or one clause\n"
    "\n"
    "exit status: 0 all passed, 1 not all passed, 2 no result\n";

static _Noreturn void usage(const char *problem)
{
    if (problem)
        fprintf(stderr, "weft-grade: %s\n\n", problem);
    fputs(usage_text, problem ? stderr : stdout);
    exit(problem ? EXIT_NO_RESULT : EXIT_PASS);
}

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

static struct words own_labs(const struct course *course, const char *lab, const char *own)
{
    struct words labs = {0}, named = {0};
    char *spaced = replace_all(own, ",", " ");
    words_split(&named, spaced);
    free(spaced);
    bool all = words_contain(&named, "all");
    for (size_t i = 0; i < named.count; i++)
        if (strcmp(named.items[i], "all") != 0 && !course_lab(course, named.items[i]))
            die("OWN names lab %s, which does not exist; weft-grade list shows the labs", named.items[i]);
    for (size_t i = 0; i < course->labs.count; i++) {
        const char *each = course->labs.items[i];
        bool is_named = all && strcmp(each, lab) < 0;
        for (size_t k = 0; k < named.count; k++) {
            const char *one = course_lab(course, named.items[k]);
            is_named |= one && strcmp(one, each) == 0;
        }
        if (is_named || strcmp(each, lab) == 0)
            words_add(&labs, each);
    }
    words_free(&named);
    return labs;
}

/* "01 02 03": the labs that came from the submission. The caller frees. */
static char *own_numbers(const struct words *own)
{
    char *text = copy_text("");
    for (size_t i = 0; i < own->count; i++) {
        char *longer = format_text("%s%s%.2s", text, i ? " " : "", own->items[i]);
        free(text);
        text = longer;
    }
    return text;
}

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

static void check_selection(const struct course *course, const struct judge_suite *suite, const char *name)
{
    for (const struct judge_test *test = suite->tests; name && test->name; test++)
        if (strcmp(test->name, name) == 0 || strcmp(test->clause, name) == 0)
            return;
    if (!name)
        return;
    (void)course;
    fprintf(stderr, "weft-grade: lab %s has no test or clause %s. It has:\n", suite->lab, name);
    for (const struct judge_test *test = suite->tests; test->name; test++)
        fprintf(stderr, "  %-6s %s\n", test->clause, test->name);
    exit(EXIT_NO_RESULT);
}

/* Told by the inner process, for the outer one to clean up. Shared memory. */
static char *stage_to_remove;

static int run_inner(const struct course *course, const char *lab, const struct options *options)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_DUMPABLE, 0);
    const struct judge_suite *suite = judge_suite_of(lab);
    if (!suite)
        die("lab %s has no suite", lab);
    check_selection(course, suite, options->test);
    struct sandbox sandbox = options->debug ? (struct sandbox){.tier = SANDBOX_NONE, .reason = "gdb"}
                                            : sandbox_probe(options->sandbox);
    struct build_request request = {.lab = lab,
                                    .from = options->from,
                                    .own = own_labs(course, lab, options->own),
                                    .note_stage = stage_to_remove};
    char *variants = replace_all(
        options->variants ? options->variants : settings_get(&course->variants, "VARIANTS"), ",", " ");
    words_split(&request.variants, variants);
    free(variants);
    for (size_t i = 0; i < request.variants.count; i++)
        if (!*settings_get_of(&course->variants, request.variants.items[i], "flags"))
            die("there is no variant %s; there are: %s", request.variants.items[i],
                settings_get(&course->variants, "VARIANTS"));
    struct build build = build_subjects(course, &sandbox, &request, show_progress, NULL);
    char *own = own_numbers(&request.own);
    struct result result = {.course = course,
                            .lab = lab,
                            .from = options->from,
                            .own = own,
                            .selection = options->test,
                            .seed = choose_seed(options->seed),
                            .sandbox = &sandbox,
                            .build = &build,
                            .some_variants = options->variants != NULL};
    int status = EXIT_NO_RESULT;
    if (options->debug) {
        clear_progress();
        for (size_t i = 0; i < build.problem_count; i++)
            if (!build.problems[i].warning)
                fprintf(stderr, "%s %s\n", build.problems[i].where, build.problems[i].what);
        status = build.status[0] == BUILD_OK ? judge_debug(suite, &build, &sandbox, &result) : EXIT_NO_RESULT;
    } else {
        judge_run(suite, &build, &sandbox, &result, show_progress, NULL);
        clear_progress();
        report_terminal(&result, stdout);
        fflush(stdout);
        if ((options->json && !result_write_json(&result, options->json)) ||
            (options->junit && !result_write_junit(&result, options->junit)))
            die("cannot write the result: %s%s; the earlier result is kept.", strerror(errno),
                errno == ENOSPC || errno == EDQUOT ? ". Free some space (df -h)" : "");
        enum verdict verdict = result_verdict(&result);
        status = verdict == VERDICT_PASS   ? EXIT_PASS
                 : verdict == VERDICT_FAIL ? EXIT_NOT_ALL
                                           : EXIT_NO_RESULT;
    }
    build_remove(&build);
    stage_to_remove[0] = '\0';
    result_free(&result);
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

static int run_outer(const struct course *course, const char *lab, const struct options *options)
{
    stage_to_remove = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (stage_to_remove == MAP_FAILED)
        die("no memory");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
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
        _exit(run_inner(course, lab, options));
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
    clear_check_environment();
    umask(022); /* the untrusted user reads what we copy */
    struct options options = {.from = "labs", .own = ""};
    static const struct option names[] = {
        {"from", required_argument, NULL, 'f'},     {"own", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 's'},     {"test", required_argument, NULL, 't'},
        {"json", required_argument, NULL, 'j'},     {"junit", required_argument, NULL, 'u'},
        {"variants", required_argument, NULL, 'v'}, {"sandbox", required_argument, NULL, 'b'},
        {"lab", required_argument, NULL, 'l'},      {"quick", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
    };
    int letter;
    while ((letter = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        switch (letter) {
        case 'f':
            options.from = optarg;
            break;
        case 'o':
            options.own = optarg;
            break;
        case 's':
            options.seed = optarg;
            break;
        case 't':
            options.test = *optarg ? optarg : NULL;
            break;
        case 'j':
            options.json = optarg;
            break;
        case 'u':
            options.junit = optarg;
            break;
        case 'v':
            options.variants = optarg;
            break;
        case 'b':
            options.sandbox = optarg;
            break;
        case 'l':
            options.lab = optarg;
            break;
        case 'q':
            options.quick = true;
            break;
        case 'h':
            usage(NULL);
        default:
            usage("an option that does not exist, or without its value");
        }
    }
    const char *command = optind < argc ? argv[optind] : "";
    const char *argument = optind + 1 < argc ? argv[optind + 1] : NULL;
    if (!*command)
        usage("a command is missing");
    char *root = find_root();
    struct course course = course_read(root);
    int status;
    options.debug = strcmp(command, "debug") == 0;
    if (strcmp(command, "list") == 0) {
        status = print_list(&course) ? EXIT_PASS : EXIT_NO_RESULT;
    } else if (strcmp(command, "explain") == 0) {
        if (!argument)
            usage("explain needs a clause, for example 01.4");
        status = print_explanation(&course, argument) ? EXIT_PASS : EXIT_NO_RESULT;
    } else if (strcmp(command, "selftest") == 0) {
        const char *lab = options.lab ? course_lab(&course, options.lab) : NULL;
        if (options.lab && !lab)
            die("there is no lab %s. weft-grade list shows the labs.", options.lab);
        status = selftest(&course, options.quick, lab, argv + optind + 1);
    } else if (strcmp(command, "run") == 0 || options.debug) {
        if (!argument)
            usage("which lab? For example: weft-grade run 01");
        if (argc > optind + 2)
            usage("one lab at a time");
        const char *lab = course_lab(&course, argument);
        if (!lab)
            die("there is no lab %s. weft-grade list shows the labs.", argument);
        if (options.debug && !options.test)
            usage("debug needs --test");
        if (options.debug && !options.variants)
            options.variants = "plain";
        /* "labs" and "solutions" mean the tree's, wherever one stands; anything else is a path */
        char *from = NULL;
        if (strcmp(options.from, "labs") == 0 || strcmp(options.from, "solutions") == 0) {
            if (access(options.from, F_OK) != 0)
                options.from = from = format_text("%s/%s", root, options.from);
        }
        status = run_outer(&course, lab, &options);
        free(from);
    } else {
        char *problem = format_text("there is no command %s", command);
        usage(problem);
    }
    course_free(&course);
    free(root);
    return status;
}
