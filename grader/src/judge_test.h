/**
 * @file judge_test.h
 * @brief One test of a run: under Check, in a process of its own, with evidence beside it.
 */
#ifndef WEFT_GRADER_JUDGE_TEST_H
#define WEFT_GRADER_JUDGE_TEST_H

#include "build.h"
#include "judge.h"
#include "result.h"

/** What all tests of a run have in common. */
struct judge_context {
    const struct judge_suite *suite;
    const struct build *build;
    const struct sandbox *sandbox;
    uint64_t seed;
    const char *from;
    const char *root;
    int64_t deadline_ms; /**< on the clock, of all tests together */
    const char *token;
    bool page_wanted;
    bool hint;
};

/** A test in a variant, and how far it is. */
struct judge_test_run {
    const struct judge_test *test;
    const char *variant;
    int64_t budget_ms; /**< of a model */
    bool started;
    pid_t pid;        /**< beside others; else 0 */
    int end_fd;       /**< where its process writes how it ended */
    json_t *evidence; /**< what the judge left: one record; NULL: none */
    bool passed;      /**< Check's word; a pass needs both */
    char *lost;       /**< of a judge without evidence: how it ended, in Check's words; else NULL */
    bool stopped;     /**< it was lost after all its time */
};

/** Run it now; it is over. */
void judge_test_run_now(const struct judge_context *context, struct judge_test_run *run);
/** Run it beside what goes on; judge_test_wait() ends it. */
void judge_test_start(const struct judge_context *context, struct judge_test_run *run);
/** Wait until one more of these is over, if any is running. */
void judge_test_wait(struct judge_test_run *runs, size_t count);
/** Forget what it left. */
void judge_test_free(struct judge_test_run *run);

/** The judge of a test, in this process. */
struct judge *judge_test_judge(const struct judge_context *context, const struct judge_test_run *run,
                               int evidence_fd);

#endif
