/**
 * @file futures.h
 * @brief Lab 04's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_04_FUTURES_H
#define WEFT_SUITE_04_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(yield, WAITS_ONE_TURN, NO_LEAVES, STAYS, NO_OUTPUT | IN_TASKS | IN_RUNTIMES)                      \
    FUTURE(consume, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, NO_OUTPUT | SPENDS_ONE | IN_TASKS | IN_RUNTIMES)    \
    FUTURE(unconstrained, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                 \
           BY_BYTES | BY_OWNED | BY_FORM | NO_OUTPUT | SPENDS_NONE | IN_TASKS | IN_RUNTIMES)                 \
    FUTURE(local_run, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                     \
           BY_BYTES | BY_OWNED | BY_FORM | NO_OUTPUT | KEEPS_WAKER | SPENDS_NONE | RUNS_TASKS | IN_TASKS |   \
               IN_RUNTIMES)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(yield, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                 \
    MISTAKES(consume, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                               \
    MISTAKES(unconstrained, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                         \
    MISTAKES(local_run, PANICS("04.28", ""), PANICS("04.28", ""), ANYWHERE, NO_PLACES)

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)                                                                                 \
    OWN(local_run, second_inside, "04.28", "", IN_ITS_POLL, ANY_FORM,                                         \
        "polled while its body polls another run")                                                            \
    OWN(local_run, set_dropped_inside, "04.30", "", IN_ITS_POLL, ANY_FORM, "polled while its set is dropped") \
    OWN(local_run, set_dropped_elsewhere, "04.30", "", WHEN_SUSPENDED | WHEN_READY, ANY_FORM,                 \
        "followed by the drop of its set on another thread")                                                  \
    OWN(local_run, in_a_task_that_moves, "04.21", "", WHEN_NEW | WHEN_OVER, ANY_FORM,                         \
        "polled in a task that may move")

#endif
