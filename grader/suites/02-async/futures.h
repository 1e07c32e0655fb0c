/**
 * @file futures.h
 * @brief Lab 02's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_02_FUTURES_H
#define WEFT_SUITE_02_FUTURES_H

#include "kit.h"

/* How an output comes to its caller: through a room, into a value. */
#define BY_VALUE (BY_BYTES | BY_OWNED | BY_WANT | BY_ROOM)

/* FUTURE(name, when it is READY, whose what it waits for is, who receives its output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(and_then, WAITS_IN_TURN, OWNS_LEAVES, TO_CALLBACK, BY_BYTES | BY_OWNED | BY_RESULT)               \
    FUTURE(async, WAITS_IN_TURN, OWNS_LEAVES, STAYS,                                                         \
           BY_BYTES | BY_OWNED | BY_RESULT | BUILDS_LATE | CLEANS_UP)                                        \
    FUTURE(dyn, WAITS_FOR_ALL, OWNS_LEAVES, TO_VALUE, BY_VALUE | BY_FORM | BY_RESULT | STAYS_EMPTY)          \
    FUTURE(call, WAITS_FOR_ALL, OWNS_LEAVES, TO_VALUE,                                                       \
           BY_VALUE | BY_FORM | BY_RESULT | CALLS_TO_BUILD | HAS_PARENT)

#endif
