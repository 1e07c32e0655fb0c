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
           BY_BYTES | BY_OWNED | BY_FORM | NEEDS_CONTEXT | IN_TASKS)                                         \
    FUTURE(join_handle, WAITS_FOR_ALL, RUN_ELSEWHERE, TO_VALUE,                                              \
           BY_BYTES | BY_OWNED | BY_WANT | BY_FORM | KEEPS_WAKER | SPENDS_ONE | IN_TASKS)

#endif
