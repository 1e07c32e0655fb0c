/**
 * @file report_order.h
 * @brief Which failure is told first: the one whose mending most likely mends others.
 */
#ifndef WEFT_GRADER_REPORT_ORDER_H
#define WEFT_GRADER_REPORT_ORDER_H

#include "result.h"

/** A test that failed, with the variants in which it says the same. */
struct failure {
    const struct outcome *test; /**< the one to show */
    struct words variants;
    bool blocked; /**< its clause rests on one that fails too */
};

/** In the order in which they are told. */
struct failures {
    struct failure *items;
    size_t count;
};

/**
 * The failures that count, without those that only came to a hole. First the clauses that rest on no clause that fails; among
 * them what fails its clause's first test in plain. Then in the order in which the suite first names the clauses; of a clause
 * first what fails in plain, then what only a sanitizer finds, then models, and of these the test that the suite names first.
 */
struct failures failures_of(const struct result *result);
void failures_free(struct failures *failures);

/** Whether it is a failure to study: it counts, and it is no hole. */
bool is_failure(const struct outcome *test);

/** Die unless each suite's `rests` names clauses of its lab, and none that rests on itself. */
void order_check(const struct course *course);

#endif
