/**
 * @file futures.h
 * @brief Lab 04's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_04_FUTURES_H
#define WEFT_SUITE_04_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(yield, WAITS_ONE_TURN, NO_LEAVES, STAYS, IN_TASKS)                                                \
    FUTURE(consume, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, SPENDS_ONE | IN_TASKS)                              \
    FUTURE(unconstrained, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                 \
           BY_BYTES | BY_OWNED | BY_FORM | SPENDS_NONE | IN_TASKS)                                           \
    FUTURE(local_run, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                     \
           BY_BYTES | BY_OWNED | BY_FORM | KEEPS_WAKER | SPENDS_NONE | STAYS_ON_THREAD | IN_TASKS)

#endif
