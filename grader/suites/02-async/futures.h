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

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(and_then, NOT_SAID, MAY_MOVE, ANYWHERE, PANICS("G.27", "and_then"))                             \
    MISTAKES(async, NOT_SAID, MAY_MOVE, ANYWHERE, PANICS("G.27", "pair"))                                    \
    MISTAKES(dyn, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                                   \
    MISTAKES(call, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

/* The forms of a call: what kind of closure it is of. */
enum { OF_SHARED, OF_IN_TURN, OF_ONCE };

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)                                                                                \
    OWN(dyn, polled_unbuilt, "G.4", "", WHEN_NEW, FORM(1), "polled with nothing built in its room")          \
    OWN(dyn, too_small, "02.9", "", AT_ANY_TIME, ANY_FORM, "made for a frame that is smaller than a head")   \
    OWN(call, called_dropped, "02.13", "", WHEN_OVER, ANY_FORM, "followed by a call of the dropped closure") \
    OWN(call, called_again, "02.14", "closure", AT_ANY_TIME | IN_ITS_POLL | IN_ITS_DROP, FORM(OF_ONCE),      \
        "followed by a second call")                                                                         \
    OWN(call, called_beside, "02.15", "closure", WHEN_ALIVE | IN_ITS_POLL, FORM(OF_IN_TURN),                 \
        "unfinished while the closure is called again")                                                      \
    OWN(call, closure_gone, "02.25", "closure", WHEN_ALIVE | IN_ITS_POLL | IN_ITS_DROP, ANY_FORM,            \
        "unfinished while the closure is dropped")                                                           \
    OWN(call, closure_gone_twice, "02.17", "", WHEN_OVER, ANY_FORM, "followed by two drops of the closure")

#endif
