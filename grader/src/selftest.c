/**
 * @file selftest.c
 * @brief Grades submissions whose grade is known, and says where the grader is wrong.
 *
 *     solution   scores 100, in every variant and tier
 *     null       starters, stubs, empty files: score 0
 *     mutant     is killed by the test that it names, and keeps half of the other clauses
 *     alternate  scores 100
 *     hostile    does not pass in any tier, scores 0, leaves nothing running
 *     golden     is reported word for word as it was
 *
 * Each case is a run of this program of its own, so that nothing is shared with the one that judges it.
 */
#include "selftest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

enum kind { SOLUTION, NULL_SUBMISSION, MUTANT, ALTERNATE, HOSTILE, GOLDEN };

static const char *const kind_names[] = {"solution", "null", "mutant", "alternate", "hostile", "golden"};

/* One submission whose grade is known. */
struct known {
    enum kind kind;
    char *name;
    const char *lab;
    char *from;     /* the submission */
    char *test;     /* the one test that must kill a mutant; else NULL */
    char *variants; /* NULL: all */
    char *sandbox;  /* NULL: the best */
    char *own;      /* NULL: the lab alone */
    bool whole;     /* a mutant: run all tests, not only the one it names */
    bool must_build;
    char *golden;   /* the expected report */
    /* while it runs */
    pid_t pid;
    char *json, *out;
    int64_t started_ms;
};

struct selftest {
    const struct course *course;
    bool quick;
    char *const *names;
    struct known *cases;
    size_t count;
    int passed, failed;
    FILE *matrix; /* the mutants' table, NULL when they are not run whole */
};

enum { CASE_SECONDS = 400 };

#define GOLDEN_SEED "0x51f2"

/* --- files --- */

static bool run_command(char *const argv[], const char *directory)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        if (directory && chdir(directory) != 0)
            _exit(127);
        execvp(argv[0], argv);
        _exit(127);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void copy_files(const char *from, const char *to)
{
    DIR *directory = opendir(from);
    struct dirent *entry;
    if (!directory || !make_directories(to))
        die("cannot copy %s to %s: %s", from, to, strerror(errno));
    while ((entry = readdir(directory))) {
        size_t length = strlen(entry->d_name);
        if (length < 3 || strcmp(entry->d_name + length - 2, ".c") != 0)
            continue;
        char *source = format_text("%s/%s", from, entry->d_name), *target = format_text("%s/%s", to, entry->d_name);
        if (!copy_file(source, target))
            die("cannot copy %s to %s: %s", source, target, strerror(errno));
        free(source);
        free(target);
    }
    closedir(directory);
}

/* A folder below build/selftest for a submission; what it held before is gone. */
static char *new_submission(const struct selftest *test, const char *kind, const char *name)
{
    char *folder = format_text("%s/build/selftest/%s/%s", test->course->root, kind, name);
    remove_tree(folder);
    if (!make_directories(folder))
        die("cannot make %s: %s", folder, strerror(errno));
    return folder;
}

/* The lab's solution in a new submission. */
static char *copy_of_solution(const struct selftest *test, const char *lab, const char *kind, const char *name)
{
    char *folder = new_submission(test, kind, name);
    char *from = format_text("%s/solutions/%s", test->course->root, lab), *to = format_text("%s/%s", folder, lab);
    copy_files(from, to);
    free(from);
    free(to);
    return folder;
}

/* The value of a "Key: value" line in the head of a patch. The caller frees; NULL: there is none. */
static char *patch_line(const char *path, const char *key)
{
    char *text = read_file(path, 1 << 20, NULL, NULL), *value = NULL;
    for (char *rest = text, *line; rest && !value && (line = strsep(&rest, "\n"));) {
        if (strncmp(line, "---", 3) == 0)
            break;
        size_t length = strlen(key);
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            value = copy_text(line + length + 1 + strspn(line + length + 1, " "));
    }
    free(text);
    return value;
}

/* Its first word. */
static char *patch_field(const char *path, const char *key)
{
    char *value = patch_line(path, key);
    if (value)
        value[strcspn(value, " \t")] = '\0';
    return value;
}

/* The names in a folder that end so, sorted. */
static struct words names_in(const char *folder, const char *ending)
{
    struct words words = {0};
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name), end = strlen(ending);
        if (*name != '.' && length >= end && strcmp(name + length - end, ending) == 0)
            words_add(&words, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return words;
}

/* --- gathering the cases --- */

static bool wanted(const struct selftest *test, const char *kind, const char *name)
{
    if (!test->names || !*test->names)
        return true;
    for (char *const *each = test->names; *each; each++)
        if (strncmp(kind, *each, strlen(*each)) == 0 || strncmp(name, *each, strlen(*each)) == 0)
            return true;
    return false;
}

static struct known *add_case(struct selftest *test, enum kind kind, const char *lab, const char *name, char *from)
{
    if (!wanted(test, kind_names[kind], name)) {
        free(from);
        return NULL;
    }
    test->cases = realloc(test->cases, (test->count + 1) * sizeof *test->cases);
    if (!test->cases)
        die("no memory");
    struct known *known = &test->cases[test->count++];
    *known = (struct known){.kind = kind, .name = copy_text(name), .lab = lab, .from = from};
    return known;
}

static void add_solutions(struct selftest *test, const char *lab)
{
    char *name = format_text("%s alone", lab);
    add_case(test, SOLUTION, lab, name, copy_text("solutions"));
    free(name);
    name = format_text("%s without a sandbox", lab);
    struct known *known = add_case(test, SOLUTION, lab, name, copy_text("solutions"));
    if (known) {
        known->sandbox = copy_text("none");
        known->variants = copy_text("plain");
    }
    free(name);
    if (strcmp(lab, test->course->labs.items[0]) != 0) {
        name = format_text("%s with all before it", lab);
        known = add_case(test, SOLUTION, lab, name, copy_text("solutions"));
        if (known)
            known->own = copy_text("all");
        free(name);
    }
}

/* The starter with every hole filled by `filling`. */
static char *filled_starter(const struct selftest *test, const char *lab, const char *kind, const char *name,
                            const char *filling)
{
    char *folder = new_submission(test, kind, name);
    char *to = format_text("%s/%s", folder, lab);
    if (!make_directories(to))
        die("cannot make %s: %s", to, strerror(errno));
    struct words files = course_written_files(test->course, lab);
    for (size_t i = 0; i < files.count; i++) {
        char *path = format_text("%s/labs/%s/%s", test->course->root, lab, files.items[i]);
        char *text = read_file(path, 1 << 20, NULL, NULL);
        if (!text)
            die("cannot read %s: %s", path, strerror(errno));
        free(path);
        char *filled = replace_all(text, "LAB_TODO(", filling);
        path = format_text("%s/%s", to, files.items[i]);
        if (!write_file_atomically(path, filled, strlen(filled)))
            die("cannot write %s: %s", path, strerror(errno));
        free(path);
        free(filled);
        free(text);
    }
    words_free(&files);
    free(to);
    return folder;
}

static void add_null_submissions(struct selftest *test, const char *lab)
{
    /* the text takes the place of LAB_TODO(, so what follows is ("01.T1"); */
    static const struct {
        const char *name, *filling;
    } fillings[] = {
        {"stubs that return 0", "return 0; (void)("},
        {"stubs that return 1", "return 1; (void)("},
        {"exit everywhere", "__builtin_exit(0); (void)("},
    };
    char *name = format_text("%s starter", lab);
    struct known *known = add_case(test, NULL_SUBMISSION, lab, name, copy_text("labs"));
    if (known)
        known->must_build = true;
    free(name);
    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
        name = format_text("%s %s", lab, fillings[i].name);
        known = add_case(test, NULL_SUBMISSION, lab, name, filled_starter(test, lab, "null", name, fillings[i].filling));
        if (known)
            known->must_build = true;
        free(name);
    }
    name = format_text("%s empty files", lab);
    char *folder = new_submission(test, "null", name);
    char *to = format_text("%s/%s", folder, lab);
    struct words files = course_written_files(test->course, lab);
    make_directories(to);
    for (size_t i = 0; i < files.count; i++) {
        char *path = format_text("%s/%s", to, files.items[i]);
        write_file_atomically(path, "", 0);
        free(path);
    }
    words_free(&files);
    free(to);
    add_case(test, NULL_SUBMISSION, lab, name, folder);
    free(name);
}

static char *patched_solution(const struct selftest *test, const char *lab, const char *kind, const char *name,
                              const char *patch)
{
    char *folder = copy_of_solution(test, lab, kind, name);
    char *inside = format_text("%s/%s", folder, lab);
    char *argv[] = {"patch", "-p1", "-s", "--fuzz=0", "--no-backup-if-mismatch", "-i", (char *)(uintptr_t)patch, NULL};
    if (!run_command(argv, inside))
        die("%s does not apply to solutions/%s: make it anew", patch, lab);
    free(inside);
    return folder;
}

static void add_mutants(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/mutants/%s", test->course->root, lab);
    struct words patches = names_in(folder, ".patch");
    for (size_t i = 0; i < patches.count; i++) {
        if (!wanted(test, "mutant", patches.items[i]))
            continue;
        char *patch = format_text("%s/%s", folder, patches.items[i]);
        struct known *known = add_case(test, MUTANT, lab, patches.items[i],
                                       patched_solution(test, lab, "mutant", patches.items[i], patch));
        known->test = patch_field(patch, "Kills");
        known->variants = patch_field(patch, "Variant");
        known->whole = !test->quick;
        known->must_build = true;
        if (!known->test || !known->variants)
            die("%s must begin with the lines Clause, Kills, Variant and Mistake", patch);
        free(patch);
    }
    words_free(&patches);
    free(folder);
}

static void add_alternates(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/alternates/%s", test->course->root, lab);
    struct words names = names_in(folder, "");
    for (size_t i = 0; i < names.count; i++) {
        char *submission = copy_of_solution(test, lab, "alternate", names.items[i]);
        char *from = format_text("%s/%s", folder, names.items[i]), *to = format_text("%s/%s", submission, lab);
        copy_files(from, to);
        struct known *known = add_case(test, ALTERNATE, lab, names.items[i], submission);
        if (known && test->quick)
            known->variants = copy_text("plain");
        free(from);
        free(to);
    }
    words_free(&names);
    free(folder);
}

/* A hostile file in place of the lab's first one; the rest are stubs, so that nothing is earned beside it. */
static void add_hostile(struct selftest *test, const char *lab)
{
    static const char *const tiers[] = {"bubblewrap", "none"};
    char *folder = format_text("%s/grader/hostile", test->course->root);
    struct words names = names_in(folder, "");
    struct sandbox best = sandbox_probe(NULL);
    for (size_t i = 0; i < names.count; i++) {
        char *from = format_text("%s/%s", folder, names.items[i]);
        struct stat status;
        bool is_folder = stat(from, &status) == 0 && S_ISDIR(status.st_mode);
        for (size_t t = 0; is_folder && t < 2; t++) {
            char *name = format_text("%s (%s)", names.items[i], tiers[t]);
            if (wanted(test, "hostile", name) && (t == 1 || best.tier == SANDBOX_BUBBLEWRAP)) {
                char *submission = filled_starter(test, lab, "hostile", name, "return 0; (void)(");
                char *to = format_text("%s/%s", submission, lab);
                copy_files(from, to);
                struct known *known = add_case(test, HOSTILE, lab, name, submission);
                known->sandbox = copy_text(tiers[t]);
                known->variants = copy_text("plain");
                free(to);
            }
            free(name);
        }
        free(from);
    }
    free(best.reason);
    words_free(&names);
    free(folder);
}

static void add_golden(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/golden/%s", test->course->root, lab);
    struct words patches = names_in(folder, ".patch");
    for (size_t i = 0; i < patches.count; i++) {
        if (!wanted(test, "golden", patches.items[i]))
            continue;
        char *patch = format_text("%s/%s", folder, patches.items[i]);
        struct known *known = add_case(test, GOLDEN, lab, patches.items[i],
                                       patched_solution(test, lab, "golden", patches.items[i], patch));
        known->test = patch_field(patch, "Test");
        known->variants = patch_field(patch, "Variant");
        known->golden = format_text("%.*s.txt", (int)strlen(patch) - 6, patch);
        free(patch);
    }
    words_free(&patches);
    free(folder);
}

/* --- running --- */

static void start_case(const struct selftest *test, struct known *known, size_t number)
{
    known->json = format_text("%s/build/selftest/result-%zu.json", test->course->root, number);
    known->out = format_text("%s/build/selftest/report-%zu.txt", test->course->root, number);
    unlink(known->json);
    struct words argv = {0};
    const char *const fixed[] = {"weft-grade", "run", known->lab, "--from", known->from, "--json", known->json, "--seed",
                                 GOLDEN_SEED};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        words_add(&argv, fixed[i]);
    const char *const optional[][2] = {{"--test", known->whole ? NULL : known->test}, {"--variants", known->variants},
                                       {"--sandbox", known->sandbox}, {"--own", known->own}};
    for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
        if (optional[i][1]) {
            words_add(&argv, optional[i][0]);
            words_add(&argv, optional[i][1]);
        }
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
        execv("/proc/self/exe", argv.items);
        _exit(2);
    }
    words_free(&argv);
}

/* The status of the named test in the result, or NULL. */
static const char *status_of(json_t *result, const char *name)
{
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each)
            if (strcmp(json_string_value(json_object_get(each, "name")), name) == 0)
                return json_string_value(json_object_get(each, "status"));
    return NULL;
}

/* How many of the clauses that have tests here pass, the named test's left out. */
static void count_others(json_t *result, const char *name, int *pass, int *all)
{
    size_t c, t;
    json_t *clause, *each;
    *pass = *all = 0;
    json_array_foreach(json_object_get(result, "clauses"), c, clause) {
        json_t *tests = json_object_get(clause, "tests");
        bool is_named = false;
        json_array_foreach(tests, t, each)
            is_named |= strcmp(json_string_value(json_object_get(each, "name")), name) == 0;
        if (is_named || json_array_size(tests) == 0)
            continue;
        ++*all;
        *pass += strcmp(json_string_value(json_object_get(clause, "status")), "pass") == 0;
    }
}

/* Paths and what depends on the machine, replaced. The caller frees. */
static char *normalised_report(const struct known *known)
{
    char *text = read_file(known->out, 1 << 20, NULL, NULL);
    char *report = replace_all(text ? text : "", known->from, "SUBMISSION");
    free(text);
    char *sandbox = strstr(report, ", sandbox ");
    if (sandbox) {
        size_t line = strcspn(sandbox, "\n");
        memmove(sandbox, sandbox + line, strlen(sandbox + line) + 1);
    }
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
            problem = format_text("the report differs: diff %s %s; if it shall: UPDATE_GOLDEN=1 build/weft-grade selftest "
                                  "golden", known->golden, actual);
            free(actual);
        }
        free(expected);
    }
    free(report);
    return problem;
}

/* NULL: as expected. Otherwise what is wrong; the caller frees. */
static char *check_case(const struct known *known, int exit_status, json_t *result)
{
    if (!result)
        return known->kind == HOSTILE && exit_status == 2 ? NULL : format_text("there is no result (exit status %d)", exit_status);
    int score = (int)json_integer_value(json_object_get(result, "score"));
    int max = (int)json_integer_value(json_object_get(result, "max"));
    const char *verdict = json_string_value(json_object_get(result, "verdict"));
    json_t *builds = json_object_get(result, "builds"), *each;
    const char *variant;
    json_object_foreach(builds, variant, each)
        if (known->must_build && strcmp(json_string_value(each), "ok") != 0)
            return format_text("the variant %s does not build", variant);
    switch (known->kind) {
    case SOLUTION:
    case ALTERNATE:
        if (exit_status == 0 && score == max && strcmp(verdict, "pass") == 0)
            return NULL;
        return format_text("score %d of %d, verdict %s, exit status %d", score, max, verdict, exit_status);
    case NULL_SUBMISSION:
        if (exit_status == 1 && score == 0 && strcmp(verdict, "fail") == 0)
            return NULL;
        return format_text("score %d, verdict %s, exit status %d instead of 0, fail, 1", score, verdict, exit_status);
    case HOSTILE:
        if (exit_status != 0 && score == 0 && strcmp(verdict, "pass") != 0)
            return NULL;
        return format_text("score %d, verdict %s, exit status %d", score, verdict, exit_status);
    case MUTANT: {
        const char *status = status_of(result, known->test);
        if (!status || strcmp(status, "fail") != 0)
            return format_text("survives %s (%s)", known->test, status ? status : "not run");
        int pass, all;
        count_others(result, known->test, &pass, &all);
        if (known->whole && pass * 2 < all)
            return format_text("passes only %d of the %d other clauses: too blunt to be a mistake of one clause", pass, all);
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
    char *mistake = patch_line(patch, "Mistake");
    fprintf(test->matrix, "| %s | %s | %s (%s) |", known->name, mistake ? mistake : "", known->test, known->variants);
    size_t c, t;
    json_t *clause, *each;
    json_array_foreach(json_object_get(result, "clauses"), c, clause)
        json_array_foreach(json_object_get(clause, "tests"), t, each) {
            const char *name = json_string_value(json_object_get(each, "name"));
            if (strcmp(name, known->test) != 0 && strcmp(json_string_value(json_object_get(each, "status")), "fail") == 0)
                fprintf(test->matrix, " %s", name);
        }
    fprintf(test->matrix, " |\n");
    free(mistake);
    free(patch);
}

static void end_case(struct selftest *test, struct known *known, int status)
{
    json_t *result = json_load_file(known->json, 0, NULL);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    char *problem = check_case(known, exit_status, result);
    if (known->kind == MUTANT && known->whole && result && test->matrix)
        print_mutant_row(test, known, result);
    double seconds = (double)(now_ms() - known->started_ms) / 1000;
    if (problem) {
        test->failed++;
        printf("FAILED  %-9s %s: %s\n        see %s\n", kind_names[known->kind], known->name, problem, known->out);
    } else {
        test->passed++;
        printf("ok      %-9s %-60s %5.1f s\n", kind_names[known->kind], known->name, seconds);
    }
    fflush(stdout);
    free(problem);
    json_decref(result);
}

/* Processes that have come down to us: left by a run that is over. */
static int count_orphans(const struct selftest *test)
{
    char path[64];
    int orphans = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    char *list = read_file(path, 1 << 16, NULL, NULL);
    for (char *rest = list, *word; rest && (word = strsep(&rest, " "));) {
        pid_t pid = (pid_t)atoi(word);
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
        for (; next < test->count && running < processors; next++, running++)
            start_case(test, &test->cases[next], next);
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            usleep(2000);
        for (size_t i = 0; i < next; i++) {
            struct known *known = &test->cases[i];
            if (known->pid > 0 && known->pid == pid) {
                known->pid = 0;
                running--;
                int orphans = count_orphans(test);
                end_case(test, known, status);
                if (orphans) {
                    test->failed++;
                    printf("FAILED  %-9s %s: left %d processes running\n", kind_names[known->kind], known->name, orphans);
                }
            } else if (known->pid > 0 && now_ms() - known->started_ms > CASE_SECONDS * 1000) {
                kill(known->pid, SIGTERM);
            }
        }
    }
}

int selftest(const struct course *course, bool quick, char *const names[])
{
    struct selftest test = {.course = course, .quick = quick, .names = names};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (size_t i = 0; i < course->labs.count; i++) {
        const char *lab = course->labs.items[i];
        add_solutions(&test, lab);
        add_null_submissions(&test, lab);
        add_golden(&test, lab);
        add_alternates(&test, lab);
        add_mutants(&test, lab);
    }
    /* the hostile ones attack the grader, not a lab: once is enough */
    if (!quick || (names && *names))
        add_hostile(&test, course->labs.items[0]);
    if (test.count == 0)
        die("no case has such a name");
    char *path = format_text("%s/build/selftest/mutants.md", course->root);
    test.matrix = quick ? NULL : fopen(path, "w");
    if (test.matrix)
        fprintf(test.matrix, "| mutant | the mistake | killed by | other tests that fail |\n|---|---|---|---|\n");
    run_cases(&test);
    if (test.matrix)
        fclose(test.matrix);
    free(path);
    printf("\nselftest%s: %d passed, %d failed\n", quick ? " (quick)" : "", test.passed, test.failed);
    return test.failed ? 1 : 0;
}

void selftest_print_mutants(const struct course *course, const char *lab, const char *test)
{
    char *folder = format_text("%s/grader/mutants/%s", course->root, lab);
    struct words patches = names_in(folder, ".patch");
    for (size_t i = 0; i < patches.count; i++) {
        char *patch = format_text("%s/%s", folder, patches.items[i]);
        char *kills = patch_field(patch, "Kills");
        if (kills && strcmp(kills, test) == 0)
            printf("kills     the mutant %s\n", patches.items[i]);
        free(kills);
        free(patch);
    }
    words_free(&patches);
    free(folder);
}
