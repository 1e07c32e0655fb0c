/**
 * @file futures.h
 * @brief Lab 01's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_01_FUTURES_H
#define WEFT_SUITE_01_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(ready, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, BY_RESULT)                                            \
    FUTURE(pending, WAITS_FOR_EVER, NO_LEAVES, STAYS, NO_OUTPUT)                                             \
    FUTURE(map, WAITS_FOR_ALL, OWNS_LEAVES, TO_CALLBACK, BY_BYTES | BY_OWNED | BY_RESULT)                    \
    FUTURE(join, WAITS_FOR_ALL, OWNS_LEAVES, STAYS, BY_COUNT | BY_ORDER | BY_BYTES | BY_OWNED | BY_RESULT)   \
    FUTURE(try_join, WAITS_OR_FAILS, OWNS_LEAVES, STAYS,                                                     \
           BY_COUNT | BY_ORDER | BY_OWNED | BY_RESULT | READS_INTS)                                          \
    FUTURE(select, WAITS_FOR_ANY, LENDS_LEAVES, STAYS,                                                       \
           BY_COUNT | BY_ORDER | BY_BYTES | BY_OWNED | BY_FORM | BY_RESULT)                                  \
    FUTURE(race, WAITS_FOR_ANY, OWNS_LEAVES, STAYS, BY_COUNT | BY_ORDER | BY_BYTES | BY_OWNED | BY_RESULT)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(ready, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                 \
    MISTAKES(pending, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                               \
    MISTAKES(map, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                   \
    MISTAKES(join, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                  \
    MISTAKES(try_join, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                              \
    MISTAKES(select, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                \
    MISTAKES(race, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)                                                                                \
    OWN(select, next_too_early, "01.13", "wf_select_next", WHEN_ALIVE, ANY_FORM,                             \
        "followed by a wf_select_next()")

#endif
