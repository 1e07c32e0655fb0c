/**
 * @file selftest_internal.h
 * @brief A submission whose grade is known: what the two halves of the selftest share.
 */
#ifndef WEFT_GRADER_SELFTEST_INTERNAL_H
#define WEFT_GRADER_SELFTEST_INTERNAL_H

#include <jansson.h>
#include <stdio.h>
#include <sys/resource.h>

#include "kept.h"
#include "selftest.h"

enum kind { SOLUTION, NULL_SUBMISSION, MUTANT, ALTERNATE, HOSTILE, GOLDEN, KINDS };

/* How much is run of a mutant: the test that it names; that, and others until half of them have passed; all. */
enum extent { KILLER, HALF, WHOLE };

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
    enum extent extent;
    bool one_hang; /* after one test that hung, the rest is not run */
    bool must_build;
    char *score; /* what it must score; NULL: what its kind must */
    bool unexplored; /* an alternate that uses what the engine has no interleavings for: its models are not verified */
    char *golden;   /* the expected report */
    bool again;     /* it ran before, and counts only now */
    char *at_first; /* what was wrong with a mutant then; NULL: nothing, or the machine was too busy */
    /* while it runs */
    pid_t pid;
    char *json, *junit, *out;
    int64_t started_ms, took_ms, processor_ms;
    int64_t looked_ns; /* when its dependencies were read */
    char *depends;     /* on what its pass depends; NULL: it is not kept */
};

/* Of all cases of a kind that were run. */
struct times {
    int cases;
    int64_t took_ms, processor_ms;
};

struct selftest {
    const struct course *course;
    enum extent extent;
    const char *lab; /* NULL: all */
    char *const *names;
    struct known *cases;
    size_t count;
    struct times times[KINDS];
    struct words failures;     /* of each its line, and the file of what it said or "" */
    struct words by_chance;    /* mutants that the second run killed, and the first did not: a line each */
    int passed, failed, found; /* found: kept from another run, and counted in passed */
    const char *kept_folder;   /* what machine.sh wrote; NULL: no pass is kept */
    struct kept kept;
    bool fresh;   /* run what was kept, too */
    bool scores;  /* a line says score and verdict too */
    FILE *matrix; /* the mutants' table, NULL when they are not run whole */
};

/** By enum kind. */
extern const char *const selftest_kind_names[];

/** Whether the names that were given ask for it: by its kind, or by its own name; or there are none. */
bool selftest_wanted(const struct selftest *test, const char *kind, const char *name);

/** Room for one more, behind all others; the caller fills it in. Cases may be somewhere else from then on. */
struct known *selftest_new_case(struct selftest *test);
/** Find and prepare all cases. */
void selftest_gather(struct selftest *test);
/** Only what the course says itself of these labs: the solution, the solution on those before it, the starter. */
void selftest_gather_acceptance(struct selftest *test, const struct words *labs);

/** Whether the case passed before, when all that it depends on was the same; then it is counted and printed. */
bool selftest_is_kept(struct selftest *test, struct known *known);
/** It has passed: keep that, unless something was changed meanwhile. */
void selftest_keep(struct selftest *test, const struct known *known);

/** Wait until no other selftest runs in this tree, and say so. Until this process ends none will. */
void selftest_lock_tree(const struct course *course);
/** Whether one more case can run beside so many. */
bool selftest_has_processor(long processors, long running);

/** It does not count: the same once more, behind all others and with none of them beside it. `at_first`: what was wrong, NULL if it says nothing. */
void selftest_run_again(struct selftest *test, size_t number, const char *at_first);

/** The case has ended, and used this, with all that it started. */
void selftest_take_times(struct selftest *test, struct known *known, const struct rusage *usage);
/** A line for each kind. */
void selftest_print_times(const struct selftest *test);

/** Count and print a failure; `out`: the file of what the case said, or NULL. */
void selftest_fails(struct selftest *test, const char *kind, const char *name, const char *problem,
                    const char *out);
/** A mutant was killed, but not at its first run. */
void selftest_is_by_chance(struct selftest *test, const struct known *known);
/** All of them once more, each with what its case said last; and the mutants that are killed by chance. */
void selftest_print_failures(const struct selftest *test);

/** NULL: the case came out as its kind must. Otherwise what is wrong; the caller frees. `result`: NULL if there is none. */
char *selftest_check_case(const struct known *known, int exit_status, json_t *result);
/** Whether a test of it has no result because the machine was too busy, and not because of what was graded. */
bool selftest_was_held(json_t *result);
/** NULL: no line of its report and no element of its results is the submission's. Otherwise what is wrong; the caller frees. */
char *selftest_check_reports(const struct known *known, bool has_result);

/** A result made of attacks, through every printer. NULL: all held. Otherwise what is wrong; the caller frees. */
char *selftest_check_printers(const struct course *course);
/** What a report tells first. NULL: it is right. Otherwise what is wrong; the caller frees. */
char *selftest_check_order(const struct course *course);
/** The account of what tests have drawn: added up, and what is missing in words. NULL: it is right. Otherwise what is wrong. */
char *selftest_check_drawn(void);

/**
 * Whether docs/mutants.md says that this mutant passes at least half of the other tests, so that a check need not see it again.
 * `mistake`: the line of its head, or NULL. `number`: its place in its lab's list, of which a part runs them all the same.
 */
bool selftest_is_known_narrow(const struct selftest *test, const struct known *known, const char *mistake,
                              size_t number);
/** How the page of mutants is read. NULL: it is right. Otherwise what is wrong. */
char *selftest_check_breadth(void);

/** Copy the C files of a folder into another. */
void selftest_copy_files(const char *from, const char *to);
/** A folder below build/selftest for a submission; what it held before is gone. The caller frees each of these. */
char *selftest_new_folder(const struct selftest *test, const char *lab, const char *kind, const char *name);
/** The lab's solution in such a folder; */
char *selftest_copy_of_solution(const struct selftest *test, const char *lab, const char *kind,
                                const char *name);
/** the same with a patch; */
char *selftest_patched_solution(const struct selftest *test, const char *lab, const char *kind,
                                const char *name, const char *patch);
/** the starter with every hole filled by `filling`. */
char *selftest_filled_starter(const struct selftest *test, const char *lab, const char *kind,
                              const char *name, const char *filling);
/** The value of a "Key: value" line in the head of a patch. The caller frees; NULL: there is none. */
char *selftest_patch_line(const char *path, const char *key);
/** Its first word. */
char *selftest_patch_field(const char *path, const char *key);
/** The names in a folder that end so, sorted. */
struct words selftest_names_in(const char *folder, const char *ending);

#endif
