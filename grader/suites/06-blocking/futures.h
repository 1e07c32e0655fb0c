/**
 * @file futures.h
 * @brief Lab 06's future, as the laws need to know it: the one table of both sides.
 */
#ifndef WEFT_SUITE_06_FUTURES_H
#define WEFT_SUITE_06_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(blocking_call, WAITS_FOR_ALL, RUN_ELSEWHERE, TO_VALUE,                                            \
           BY_WANT | BY_FORM | BY_RESULT | KEEPS_WAKER | SPENDS_ONE | IN_TASKS | IN_RUNTIMES | IN_CALLS)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES) MISTAKES(blocking_call, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)

#endif
