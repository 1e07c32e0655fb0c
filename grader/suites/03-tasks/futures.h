/**
 * @file futures.h
 * @brief Lab 03's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_03_FUTURES_H
#define WEFT_SUITE_03_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(local_scope, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                   \
           BY_BYTES | BY_OWNED | BY_FORM | NO_OUTPUT | IN_TASKS)                                             \
    FUTURE(join_handle, WAITS_FOR_ALL, RUN_ELSEWHERE, TO_VALUE,                                              \
           BY_BYTES | BY_OWNED | BY_WANT | BY_FORM | KEEPS_WAKER | SPENDS_ONE | IN_TASKS)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(local_scope, NOT_SAID, MAY_MOVE, PANICS("03.16", "key"), NO_PLACES)                             \
    MISTAKES(join_handle, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)                                                                                \
    OWN(join_handle, run_unqueued, "03.1", "", WHEN_SUSPENDED, ANY_FORM,                                     \
        "of a task that is run and not in the queue")                                                        \
    OWN(join_handle, into_the_wrong_size, "G.64", "", WHEN_ALIVE, ANY_FORM,                                  \
        "told to put the output where there is less room")                                                   \
    OWN(join_handle, into_when_over, "G.64", "", WHEN_OVER, ANY_FORM, "told where to put its output")

#endif
