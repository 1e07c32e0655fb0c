/**
 * @file laws.h
 * @brief The laws of futures, for a lab's suite: one table of its futures makes the tests.
 *
 *     #define LAB_FUTURES(FUTURE) FUTURE(ready, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, BY_RESULT) ...
 *     LAB_FUTURES(LAW_TEST)                   in suite.c, before the tests
 *     LAB_FUTURES(LAW_ROW)                    among them, behind those of single clauses
 *
 * The same table numbers the kinds that the lab's laws_futures.c builds. docs/laws.md says what the laws are.
 */
#ifndef WEFT_GRADER_LAWS_H
#define WEFT_GRADER_LAWS_H

#include "../support/kit.h"
#include "judge.h"

/** What the laws need to know of a future; a line of the lab's table, and its number. */
struct law_future {
    const char *name;
    enum kit_waits waits;
    enum kit_leaves leaves;
    enum kit_output output;
    unsigned flags; /* BY_* and the others */
    int kind;
};

/** Try every law on one kind of future. Needs a scenario "laws" of the lab's subject. */
void laws_check(struct judge *judge, const struct law_future *future);

#define LAW_NUMBER(name, ...) LAW_##name,
#define LAW_TEST(name, ...)                                                                                  \
    static void laws_##name(struct judge *judge)                                                             \
    {                                                                                                        \
        static const struct law_future future = {#name, __VA_ARGS__, LAW_##name};                            \
        laws_check(judge, &future);                                                                          \
    }
#define LAW_ROW(name, ...) {"laws_" #name, LAWS_CLAUSE, PLAIN | ASAN, laws_##name},

#endif
