/**
 * @file selftest_cases.c
 * @brief Gathers the submissions whose grade is known, and prepares a folder for each.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge_run.h"
#include "sandbox.h"
#include "selftest_internal.h"

const char *const selftest_kind_names[] = {"solution", "null", "mutant", "alternate", "hostile", "golden"};

/* The variants that ask each question of a suite once, and how many alternates are graded in all others too, for what only the
 * sanitizers could have against a correct design. */
#define ASKS_ONCE "plain interleave"
#define FIRST_TASK "T1"
enum { WHOLE_ONE_IN = 8 };

/* --- gathering the cases --- */

bool selftest_wanted(const struct selftest *test, const char *kind, const char *name)
{
    if (!test->names || !*test->names)
        return true;
    for (char *const *each = test->names; *each; each++)
        if (strncmp(kind, *each, strlen(*each)) == 0 || strncmp(name, *each, strlen(*each)) == 0)
            return true;
    return false;
}

struct known *selftest_new_case(struct selftest *test)
{
    test->cases = realloc(test->cases, (test->count + 1) * sizeof *test->cases);
    if (!test->cases)
        die("no memory");
    return &test->cases[test->count++];
}

static struct known *add_case(struct selftest *test, enum kind kind, const char *lab, const char *name,
                              char *from)
{
    if (!selftest_wanted(test, selftest_kind_names[kind], name)) {
        free(from);
        return NULL;
    }
    struct known *known = selftest_new_case(test);
    *known = (struct known){.kind = kind, .name = copy_text(name), .lab = lab, .from = from};
    return known;
}

/* A quick run, and nothing is asked for by its name: the hostile set, alternates and weaker sandboxes are left out. */
static bool is_cheap(const struct selftest *test)
{
    return test->extent == KILLER && test->names && !*test->names;
}

/* A check that nobody asked to be whole: where the judge asks the same in each variant, those suffice that ask for each test once.
 * What is left out tells of the submission and the sanitizers, in which `make check LONG=1` has it looked at. */
static bool is_in_part(const struct selftest *test)
{
    return test->extent != WHOLE && test->names && !*test->names;
}

/* A lab of models alone has no plain variant. */
static char *variants_or_all_once(const char *variants, const char *lab)
{
    return copy_text(judge_suite_variants(judge_suite_of(lab)) & PLAIN ? variants : ASKS_ONCE);
}

static void add_solutions(struct selftest *test, const char *lab)
{
    bool first = strcmp(lab, test->course->labs.items[0]) == 0,
         last = strcmp(lab, test->course->labs.items[test->course->labs.count - 1]) == 0;
    char *name = format_text("%s alone", lab);
    add_case(test, SOLUTION, lab, name, copy_text("solutions"));
    free(name);
    for (int tier = SANDBOX_NONE; !is_cheap(test) && tier < SANDBOX_BUBBLEWRAP; tier++) {
        name = format_text("%s in the sandbox %s", lab, sandbox_tier_name((enum sandbox_tier)tier));
        struct known *known = sandbox_works((enum sandbox_tier)tier)
                                  ? add_case(test, SOLUTION, lab, name, copy_text("solutions"))
                                  : NULL;
        if (known)
            known->sandbox = copy_text(sandbox_tier_name((enum sandbox_tier)tier));
        /* a tier confines by variant, and not by lab: what a lab's steps alone ask of it they ask in plain */
        if (known && is_in_part(test) && !first)
            known->variants = variants_or_all_once("plain", lab);
        free(name);
    }
    if (!first && (last || !is_in_part(test))) { /* that one has the files of all labs */
        name = format_text("%s with all before it", lab);
        struct known *known = add_case(test, SOLUTION, lab, name, copy_text("solutions"));
        if (known)
            known->own = copy_text("all");
        free(name);
    }
}

static void add_starter(struct selftest *test, const char *lab)
{
    char *name = format_text("%s starter", lab);
    struct known *known = add_case(test, NULL_SUBMISSION, lab, name, copy_text("labs"));
    const char *score = settings_get_of(&test->course->modules, lab, "starter");
    if (known) {
        known->must_build = true;
        if (is_in_part(test) && !*score && strcmp(lab, test->course->labs.items[0]) != 0)
            known->variants = copy_text(ASKS_ONCE); /* no #ifdef can tell which variants are compiled */
        known->score = *score ? copy_text(score) : NULL;
    }
    free(name);
}

static void add_null_submissions(struct selftest *test, const char *lab)
{
    /* the text takes the place of LAB_TODO(, so what follows is ("01.T1"); */
    static const struct {
        const char *name, *filling, *of_models,
            *variants; /* of models: they have no built-in functions; variants: unless the run is whole */
    } fillings[] = {
        {"stubs that return 0", "return 0; (void)(", "return 0; (void)(", ASKS_ONCE},
        {"stubs that return 1", "return 1; (void)(", "return 1; (void)(", "plain"},
        {"exit everywhere", "__builtin_exit(0); (void)(", "exit(0); (void)(", "plain"},
    };
    add_starter(test, lab);
    bool has_holes = strcmp(settings_get_of(&test->course->modules, lab, "kind"), "orders") != 0;
    bool is_of_models = course_is_of_models(test->course, lab);
    for (size_t i = 0; has_holes && i < sizeof fillings / sizeof *fillings; i++) {
        char *name = format_text("%s %s", lab, fillings[i].name);
        const char *filling = is_of_models ? fillings[i].of_models : fillings[i].filling;
        struct known *known = add_case(test, NULL_SUBMISSION, lab, name,
                                       selftest_filled_starter(test, lab, "null", name, filling));
        if (known)
            known->must_build = true;
        if (known && is_in_part(test))
            known->variants = variants_or_all_once(fillings[i].variants, lab);
        free(name);
    }
    char *name = format_text("%s empty files", lab);
    char *folder = selftest_new_folder(test, lab, "null", name);
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

/* A quick run takes a sample of those that only the models kill: each costs a build of its own variant. */
static bool is_left_out(const struct selftest *test, const char *patch, size_t *explored)
{
    enum { ONE_IN = 4 };
    char *variant = selftest_patch_field(patch, "Variant");
    bool is_explored = variant && strcmp(variant, "interleave") == 0;
    free(variant);
    return test->extent == KILLER && is_explored && (*explored)++ % ONE_IN != 0;
}

static void add_mutants(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/mutants/%s", test->course->root, lab);
    struct words patches = selftest_names_in(folder, ".patch");
    for (size_t i = 0, explored = 0; i < patches.count; i++) {
        if (!selftest_wanted(test, "mutant", patches.items[i]))
            continue;
        char *patch = format_text("%s/%s", folder, patches.items[i]);
        if (is_left_out(test, patch, &explored)) {
            free(patch);
            continue;
        }
        struct known *known =
            add_case(test, MUTANT, lab, patches.items[i],
                     selftest_patched_solution(test, lab, "mutant", patches.items[i], patch));
        known->test = selftest_patch_field(patch, "Kills");
        known->variants = selftest_patch_field(patch, "Variant");
        known->score = selftest_patch_field(patch, "Score");
        known->extent =
            known->score && test->extent != KILLER ? WHOLE : test->extent; /* a score is of all tests */
        known->must_build = true;
        if (!known->test || !known->variants)
            die("%s must begin with the lines Clause, Kills, Variant and Mistake", patch);
        char *mistake = selftest_patch_line(patch, "Mistake");
        if (known->extent == HALF && selftest_is_known_narrow(test, known, mistake, i))
            known->extent = KILLER;
        free(mistake);
        free(patch);
    }
    words_free(&patches);
    free(folder);
}

static void add_alternates(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/alternates/%s", test->course->root, lab);
    struct words names = selftest_names_in(folder, "");
    for (size_t i = 0; i < names.count; i++) {
        char *submission = selftest_copy_of_solution(test, lab, "alternate", names.items[i]);
        char *from = format_text("%s/%s", folder, names.items[i]), *to = format_text("%s/%s", submission, lab);
        selftest_copy_files(from, to);
        struct known *known = add_case(test, ALTERNATE, lab, names.items[i], submission);
        char *about = format_text("%s/ABOUT", from), *why = selftest_patch_line(about, "Unexplored");
        if (known)
            known->unexplored = why != NULL;
        if (known && is_in_part(test) && i % WHOLE_ONE_IN != 0)
            known->variants = copy_text(ASKS_ONCE);
        free(why);
        free(about);
        free(from);
        free(to);
    }
    words_free(&names);
    free(folder);
}

/* Those in its file VARIANTS, where it needs others than plain: what attacks by a model runs where models do. */
static char *hostile_variants(const char *folder)
{
    char *path = format_text("%s/VARIANTS", folder), *names = read_file(path, 200, NULL, NULL);
    free(path);
    if (!names)
        return copy_text("plain");
    names[strcspn(names, "\n")] = '\0';
    return names;
}

/* A tier in which the hostile set can be run here, and may be: without another user and without a sandbox it would
 * attack the person who runs this. */
static bool is_for_hostile(enum sandbox_tier tier)
{
    return tier == SANDBOX_NONE ? geteuid() == 0 : sandbox_works(tier);
}

/* The strongest tier stands for what most people run, and the weakest for all below it: a program may do there whatever it may
 * do in those between, and its processes stand in the same places. What each tier refuses is tried by sandbox-test.sh. */
static bool is_hostile_tier(const struct selftest *test, enum sandbox_tier tier)
{
    bool all = test->extent == WHOLE || (test->names && *test->names), weaker_runs = false;
    for (int weaker = SANDBOX_NONE; weaker < (int)tier; weaker++)
        weaker_runs |= is_for_hostile((enum sandbox_tier)weaker);
    return is_for_hostile(tier) && (all || tier == SANDBOX_BUBBLEWRAP || !weaker_runs);
}

static bool has_file(const char *folder, const char *name)
{
    char *path = format_text("%s/%s", folder, name);
    bool has = access(path, F_OK) == 0;
    free(path);
    return has;
}

static bool stronger_tier_runs(enum sandbox_tier tier)
{
    bool runs = false;
    for (int stronger = (int)tier + 1; stronger <= SANDBOX_BUBBLEWRAP; stronger++)
        runs |= is_for_hostile((enum sandbox_tier)stronger);
    return runs;
}

/* A hostile file in place of the lab's first one; the rest are stubs, so that nothing is earned beside it. */
static void add_hostile(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/hostile", test->course->root);
    struct words names = selftest_names_in(folder, "");
    for (int tier = SANDBOX_NONE; tier <= SANDBOX_BUBBLEWRAP; tier++) {
        if (!is_hostile_tier(test, (enum sandbox_tier)tier))
            continue;
        bool known_from_stronger = is_in_part(test) && stronger_tier_runs((enum sandbox_tier)tier);
        for (size_t i = 0; i < names.count; i++) {
            char *from = format_text("%s/%s", folder, names.items[i]);
            char *name = format_text("%s (%s)", names.items[i], sandbox_tier_name((enum sandbox_tier)tier));
            struct stat status;
            if (stat(from, &status) == 0 && S_ISDIR(status.st_mode) &&
                selftest_wanted(test, "hostile", name) &&
                (!known_from_stronger || has_file(from, "TIERS"))) { /* the sandbox meets what it does */
                char *submission = selftest_filled_starter(test, lab, "hostile", name, "return 0; (void)(");
                char *to = format_text("%s/%s", submission, lab);
                selftest_copy_files(from, to);
                struct known *known = add_case(test, HOSTILE, lab, name, submission);
                known->sandbox = copy_text(sandbox_tier_name((enum sandbox_tier)tier));
                known->variants = hostile_variants(from);
                /* that it meets each test alike was seen in the stronger tier */
                known->test = known_from_stronger ? copy_text(FIRST_TASK) : NULL;
                /* what hangs in every test has a file HANGS: there the grader's own limit is seen */
                known->one_hang = is_in_part(test) && !has_file(from, "HANGS");
                free(to);
            }
            free(name);
            free(from);
        }
    }
    words_free(&names);
    free(folder);
}

static void add_golden(struct selftest *test, const char *lab)
{
    char *folder = format_text("%s/grader/golden/%s", test->course->root, lab);
    struct words patches = selftest_names_in(folder, ".patch");
    for (size_t i = 0; i < patches.count; i++) {
        if (!selftest_wanted(test, "golden", patches.items[i]))
            continue;
        char *patch = format_text("%s/%s", folder, patches.items[i]);
        struct known *known =
            add_case(test, GOLDEN, lab, patches.items[i],
                     selftest_patched_solution(test, lab, "golden", patches.items[i], patch));
        known->test = selftest_patch_field(patch, "Test");
        known->variants = selftest_patch_field(patch, "Variant");
        known->golden = format_text("%.*s.txt", (int)strlen(patch) - 6, patch);
        free(patch);
    }
    words_free(&patches);
    free(folder);
}

void selftest_gather(struct selftest *test)
{
    const char *lab;
    /* The hostile ones attack the grader, not a lab: once is enough. First, for they wait most, and others run meanwhile. */
    const char *first = test->course->labs.items[0];
    if (!is_cheap(test) && (!test->lab || strcmp(test->lab, first) == 0))
        add_hostile(test, first);
    for (size_t i = 0; (lab = course_graded(test->course, i)); i++) {
        if (test->lab && strcmp(lab, test->lab) != 0)
            continue;
        add_solutions(test, lab);
        add_null_submissions(test, lab);
        add_golden(test, lab);
        if (!is_cheap(test))
            add_alternates(test, lab);
        add_mutants(test, lab);
    }
}

void selftest_gather_acceptance(struct selftest *test, const struct words *labs)
{
    for (size_t i = 0; i < labs->count; i++) {
        const char *lab = labs->items[i];
        add_case(test, SOLUTION, lab, lab, copy_text("solutions"));
        char *name = format_text("%s with OWN=all", lab);
        add_case(test, SOLUTION, lab, name, copy_text("solutions"))->own = copy_text("all");
        free(name);
        add_starter(test, lab);
    }
}
