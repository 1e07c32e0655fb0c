/**
 * @file selftest_kept.c
 * @brief What a case of the selftest depends on, so that its pass need not be earned again while all of it is the same.
 *
 * Of the tree: what builds and what judges, all headers and the bottom layer; the lab's own suite, handout and starter; the
 * solutions of this lab and of those before it. A module uses its own lab and those below (grader/tools/layers.sh), so of
 * the solutions of later labs, which are linked too, only the names count that they define: grader/tools/machine.sh writes
 * them, and what is known of the machine. Of an exercise on models: what they are judged on. Of the case: its submission, its
 * golden report, what it is run with.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "judge_run.h"
#include "selftest_internal.h"

enum { FILE_BYTES_MAX = 64 << 20 };

/* A look at what a case depends on. */
struct look {
    FILE *out; /* gets a line "sum path" for each file; NULL: only dates are looked at */
    const char *root;
    int64_t newest_ns; /* when the one that was changed last was changed */
};

static int64_t ns_of(struct timespec time)
{
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* A file, or each in a folder and below it. What cannot be read is no file that was read before. */
static void look_at(struct look *look, const char *path)
{
    bool is_elsewhere = *path == '/'; /* a submission's folder is called otherwise in each tree */
    char *whole = is_elsewhere ? copy_text(path) : format_text("%s/%s", look->root, path);
    struct stat status;
    bool is_there = stat(whole, &status) == 0, is_folder = is_there && S_ISDIR(status.st_mode);
    if (is_there && ns_of(status.st_ctim) > look->newest_ns)
        look->newest_ns = ns_of(status.st_ctim);
    if (is_folder) {
        struct words names = selftest_names_in(whole, "");
        for (size_t i = 0; i < names.count; i++) {
            char *inside = format_text("%s/%s", path, names.items[i]);
            if (look->out)
                fprintf(look->out, "%s ", names.items[i]);
            look_at(look, inside);
            free(inside);
        }
        words_free(&names);
    } else if (look->out) {
        size_t length = 0;
        char *bytes = read_file(whole, FILE_BYTES_MAX, &length, NULL);
        char *sum = bytes ? kept_sum(bytes, length) : copy_text(strerror(errno));
        fprintf(look->out, "%s %s\n", sum, is_elsewhere ? "" : path);
        free(sum);
        free(bytes);
    }
    free(whole);
}

static void look_below(struct look *look, const char *folder, const char *name)
{
    char *path = format_text("%s/%s", folder, name);
    look_at(look, path);
    free(path);
}

/* What grader/tools/machine.sh has written is only text: it was made for this check. */
static void add_text_of(struct look *look, const char *folder, const char *name)
{
    char *path = format_text("%s/%s", folder, name), *text = read_file(path, FILE_BYTES_MAX, NULL, NULL);
    if (!text)
        die("cannot read %s: %s. It is written by grader/tools/machine.sh FOLDER", path, strerror(errno));
    if (look->out)
        fprintf(look->out, "%s:\n%s\n", name, text);
    free(text);
    free(path);
}

/* What the cases of a lab have in common. */
static void look_at_common(struct look *look, const struct selftest *test, const char *lab)
{
    static const char *const judging[] = {
        "Makefile",           "grader/grader.mk",       "grader/variants.mk",
        "grader/src",         "grader/support",         "grader/interleave",
        "grader/sandbox",     "grader/tools/check.sh",  "grader/tools/machine.sh",
        "runtime/modules.mk", "runtime/contract.sha256"};
    for (size_t i = 0; i < sizeof judging / sizeof *judging; i++)
        look_at(look, judging[i]);
    look_at(look, "runtime/include");
    add_text_of(look, test->kept_folder, "machine");
    bool is_later = false; /* never for an exercise, which stands beside all labs */
    for (size_t i = 0; i < test->course->labs.count; i++) {
        const char *each = test->course->labs.items[i];
        if (is_later) {
            char *names = format_text("names.%s", each);
            add_text_of(look, test->kept_folder, names);
            free(names);
        } else {
            look_below(look, "solutions", each);
            look_below(look, "runtime/given", each);
        }
        is_later |= strcmp(each, lab) == 0;
    }
    struct words given = {0};
    words_split(&given, settings_get(&test->course->modules, "GIVEN"));
    for (size_t i = 0; i < given.count; i++)
        look_below(look, "runtime/given", given.items[i]);
    words_free(&given);
    const char *designs = settings_get_of(&test->course->modules, lab, "designs");
    if (*designs) {
        look_below(look, "grader/alternates", designs);
        look_below(look, "grader/mutants", designs);
    }
    struct settings suite = settings_read_suite(look->root, lab);
    struct words top = {0};
    words_split(&top, settings_get(&suite, "TOP"));
    for (size_t i = 0; i < top.count; i++)
        look_below(look, "runtime/facade", top.items[i]);
    words_free(&top);
    settings_free(&suite);
    look_below(look, "grader/suites", lab);
    look_below(look, "solutions", lab);
    look_below(look, "labs", lab);
}

/* The text for the lab at hand, and when it was made. Cases come lab by lab. */
static struct {
    const char *lab;
    char *text;
    int64_t made_ns;
} common;

static bool depends_still(const struct selftest *test, const struct known *known)
{
    if (common.lab && strcmp(common.lab, known->lab) != 0)
        common.lab = NULL;
    struct look look = {.root = test->course->root};
    look_at_common(&look, test, known->lab);
    /* a clock tick can hold a change and the sum of what was there before */
    bool still = look.newest_ns < known->looked_ns;
    if (!still)
        common.lab = NULL;
    return still;
}

static const char *or_none(const char *text)
{
    return text ? text : "-";
}

static char *depends_of(const struct selftest *test, struct known *known)
{
    size_t size;
    if (!common.lab || strcmp(common.lab, known->lab) != 0) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        free(common.text);
        struct look look = {.out = open_memstream(&common.text, &size), .root = test->course->root};
        look_at_common(&look, test, known->lab);
        fclose(look.out);
        common.lab = known->lab;
        common.made_ns = ns_of(now);
    }
    known->looked_ns = common.made_ns;
    char *text = NULL;
    struct look look = {.out = open_memstream(&text, &size), .root = test->course->root};
    fprintf(
        look.out,
        "%stest %s variants %s sandbox %s own %s extent %d one hang %d builds %d score %s unexplored %d from %s\n",
        common.text, or_none(known->test), or_none(known->variants), or_none(known->sandbox),
        or_none(known->own), (int)known->extent, known->one_hang, known->must_build, or_none(known->score),
        known->unexplored, *known->from == '/' ? "" : known->from);
    if (*known->from == '/')
        look_at(&look, known->from);
    if (known->golden)
        look_at(&look, known->golden);
    fclose(look.out);
    return text;
}

static char *what_is_kept(const struct known *known)
{
    return format_text("%s %s of %s", selftest_kind_names[known->kind], known->name, known->lab);
}

/* The solution by itself is graded in each check, so that each suite is run: in plain, where the rest is known. */
static bool runs_always(const struct known *known)
{
    return known->kind == SOLUTION && !known->sandbox && !known->own;
}

static void leave_to_plain(struct known *known)
{
    char *name = format_text("%s, in plain; the rest is kept", known->name);
    free(known->name);
    free(known->depends);
    known->name = name;
    known->depends = NULL; /* a part of a pass is not kept as one */
    known->variants = copy_text("plain");
}

/* Whether it passed before, when all that it depends on was the same, and is not to be run. */
bool selftest_is_kept(struct selftest *test, struct known *known)
{
    if (!test->kept_folder)
        return false;
    known->depends = depends_of(test, known);
    char *what = what_is_kept(known);
    bool found = !test->fresh && kept_find(&test->kept, what, known->depends);
    free(what);
    if (found && runs_always(known)) {
        if (test->extent != WHOLE && judge_suite_variants(judge_suite_of(known->lab)) & PLAIN)
            leave_to_plain(known);
        return false;
    }
    if (found) {
        test->passed++;
        test->found++;
        printf("kept    %-9s %s\n", selftest_kind_names[known->kind], known->name);
    }
    return found;
}

/* What was changed while it ran may not be what it ran with. */
void selftest_keep(struct selftest *test, const struct known *known)
{
    char *what = what_is_kept(known);
    if (known->depends && depends_still(test, known))
        kept_keep(&test->kept, what, known->depends);
    free(what);
}
