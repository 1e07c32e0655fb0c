/**
 * @file laws.h
 * @brief The laws of futures, for a lab's suite: one table of its futures makes the tests.
 *
 *     #define LAB_FUTURES(FUTURE) FUTURE(ready, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, BY_RESULT) ...
 *     #define LAB_MISTAKES(MISTAKES) MISTAKES(ready, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES) ...
 *     LAWS_OF_LAB("01.34")                    in suite.c, before the tests
 *     LAWS_ROWS                               among them, behind those of single clauses
 *
 * The same table numbers the kinds that the lab's laws_futures.c builds. docs/laws.md says what the laws are. A future without a
 * line of mistakes does not compile, nor one with two, nor a mistake that is left out without a reason.
 */
#ifndef WEFT_GRADER_LAWS_H
#define WEFT_GRADER_LAWS_H

#include <stddef.h>

#include "../support/kit.h"
#include "judge.h"

/** What a header says of a mistake: which clause the panic names and what else it says; or why it is not tried. */
struct law_says {
    const char *clause, *says, *reason;
};

/** The mistakes of which it depends on the kind what is said. */
struct law_mistakes {
    struct law_says inside;    /**< POLL_IN_POLL */
    struct law_says elsewhere; /**< POLL_ELSEWHERE */
    struct law_says outside;   /**< POLL_OUTSIDE */
    struct law_says lost;      /**< POLL_LOST */
};

/** The compiler's words for a reason that is none. */
#define LAW_REASON(text)                                                                                     \
    (text) + 0 * sizeof(struct {                                                                             \
                 _Static_assert(sizeof(text) > 10, "a mistake is left out without a reason");                \
                 char unused;                                                                                \
             })
#define PANICS(clause, says)                                                                                 \
    {                                                                                                        \
        clause, says, NULL                                                                                   \
    }
#define LEFT_OUT(reason)                                                                                     \
    {                                                                                                        \
        NULL, NULL, LAW_REASON(reason)                                                                       \
    }
#define NOT_SAID LEFT_OUT("future.h forbids it, and promises no panic")
#define MAY_MOVE LEFT_OUT("each poll may be on another thread: law 14")
#define ANYWHERE LEFT_OUT("it needs no context: law 15")
#define NO_PLACES LEFT_OUT("its line is no place where it goes on")

/** A mistake of one kind alone. */
struct law_own {
    int kind;
    const char *name, *clause, *says;
    unsigned when, forms; /**< WHEN_*; FORM() of each form in which it can be made */
    const char *text;
};
#define FORM(number) (1u << (number))
#define ANY_FORM 0xffu

/** What the laws need to know of a future; a line of the lab's table, its number, and its mistakes. */
struct law_future {
    const char *name;
    enum kit_waits waits;
    enum kit_leaves leaves;
    enum kit_output output;
    unsigned flags; /* BY_* and the others */
    int kind;
    const struct law_mistakes *mistakes;
    const struct law_own *own; /* of all kinds of the lab; ended by one without a name */
};

/** Try every law on one kind of future. Needs a scenario "laws" of the lab's subject. */
void laws_check(struct judge *judge, const struct law_future *future);
/** Law 13 of the whole lab: no file of it asks the C library for memory. `futures`: the lab's, ended by one without a name. */
void laws_check_memory(struct judge *judge, const struct law_future *futures);

#define LAWS_OF_LAB(clause)                                                                                  \
    enum { LAB_FUTURES(LAW_NUMBER) };                                                                        \
    static const char laws_clause[] = clause;                                                                \
    LAB_MISTAKES(LAW_MISTAKES)                                                                               \
    static const struct law_own own_mistakes[] = {LAB_OWN_MISTAKES(LAW_OWN){.name = NULL}};                  \
    static const struct law_future lab_futures[] = {LAB_FUTURES(LAW_LINE){.name = NULL}};                    \
    LAB_FUTURES(LAW_TEST)                                                                                    \
    static void laws_memory(struct judge *judge)                                                             \
    {                                                                                                        \
        laws_check_memory(judge, lab_futures);                                                               \
    }

#define LAW_NUMBER(name, ...) LAW_##name,
#define LAW_MISTAKES(name, ...) static const struct law_mistakes mistakes_of_##name = {__VA_ARGS__};
#define LAW_OWN(future, name, ...) {LAW_##future, #name, __VA_ARGS__},
#define LAW_TEST(name, ...)                                                                                  \
    static void laws_##name(struct judge *judge)                                                             \
    {                                                                                                        \
        laws_check(judge, &lab_futures[LAW_##name]);                                                         \
    }
#define LAW_LINE(name, ...) {#name, __VA_ARGS__, LAW_##name, &mistakes_of_##name, own_mistakes},
#define LAW_ROW(name, ...) {"laws_" #name, laws_clause, PLAIN | ASAN, laws_##name},
#define LAWS_ROWS LAB_FUTURES(LAW_ROW){"laws_memory", laws_clause, PLAIN, laws_memory},

#endif
