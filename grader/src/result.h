/**
 * @file result.h
 * @brief The one result model, which every report is rendered from.
 */
#ifndef WEFT_GRADER_RESULT_H
#define WEFT_GRADER_RESULT_H

#include <jansson.h>

#include "build.h"
#include "course.h"

enum test_status {
    TEST_PASS,
    TEST_FAIL,
    TEST_NOT_VERIFIED, /**< not run, or not runnable; the evidence says why */
    TEST_GRADER_ERROR, /**< the grader's own fault */
};

/** What is observed of a test begins so where nothing is known, because other programs had the processors. */
#define RESULT_TOO_BUSY "the machine was too busy"

/** One test in one variant. */
struct outcome {
    const char *name; /**< of the suite */
    const char *clause;
    const char *variant;
    enum test_status status;
    json_t *evidence; /**< expected, observed, trace, output; of a model executions, bounds, token; of a weakening search orders, too_strong; or NULL */
    int64_t cpu_ms, wall_ms;
    bool counts; /**< false: left out because the plain variant had failed already */
};

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_NO_RESULT };

struct result {
    const struct course *course;
    const char *lab;
    const char *from;
    const char *own;
    const char *selection; /**< the test, clause or task that was asked for, or NULL */
    /** Of the task that was asked for, or NULL. */
    const struct words *selected_clauses;
    int clause_tests;   /**< where one test was asked for: how many its clause has; else 0 */
    bool some_variants; /**< only some of the variants were asked for */
    bool deep;          /**< models get a large budget */
    /** The test that must fail, or NULL: it comes first, and of the others only plain, until half of them pass. */
    const char *mutant;
    bool one_hang;     /**< a known submission: one test that hangs tells as much as three */
    bool one_by_one;   /**< no test beside another */
    const char *token; /**< the one execution of a model to replay, or NULL */
    bool page_wanted;  /**< a model that fails shall come with its page */
    bool hint;         /**< an order that is too strong shall come with the one that suffices */
    uint64_t seed;
    const struct sandbox *sandbox;
    const struct build *build;
    int expected, ran;
    struct outcome *tests;
    size_t test_count;
    json_t *drawn; /**< of a lab with a table of steps: how often each was done and each edge drawn, by all tests; or NULL */
};

void result_add(struct result *result, struct outcome test);
/** Add what a test has drawn: {"steps": {name: times}, domain: {edge: times}}, or NULL. */
void result_add_drawn(struct result *result, json_t *drawn);
/** The first step or edge that a run never came to, of what it has drawn. NULL: there is none. The caller frees. */
char *result_undrawn(json_t *drawn);
void result_free(struct result *result);

/** A text of its evidence, or "" */
const char *outcome_text(const struct outcome *test, const char *key);
/** Whether it came to a task that is not written yet. */
bool is_unwritten(const struct outcome *test);

const char *test_status_name(enum test_status status);
const char *verdict_name(enum verdict verdict);

/** A clause's status: the worst of its tests that count; NOT_VERIFIED if there is none, or if only one of several was
 * asked for and passed. */
enum test_status result_clause_status(const struct result *result, const struct clause *clause);
/** Whether it fails for nothing but holes: what was written of it may be right. */
bool result_clause_is_open(const struct result *result, const struct clause *clause);
/** The clause's points, if it passed; a share of them, if all that failed in it is orders that are too strong. */
int result_earned(const struct result *result, const struct clause *clause);
int result_score(const struct result *result);
int result_max(const struct result *result);
enum verdict result_verdict(const struct result *result);

/** The result as JSON, schema "weft.result/1". */
json_t *result_json(const struct result *result);

/** Write JSON or JUnit XML, atomically. False: errno. */
bool result_write_json(const struct result *result, const char *path);
bool result_write_junit(const struct result *result, const char *path);

/** The report for people. */
void report_terminal(const struct result *result, FILE *out);

#endif
