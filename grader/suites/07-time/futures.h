/**
 * @file futures.h
 * @brief Lab 07's futures, as the laws need to know them: the one table of both sides.
 *
 * Lives are lived on a clock that stands still: a timeout whose time is not over, a sleep whose time never comes, one whose time has come.
 */
#ifndef WEFT_SUITE_07_FUTURES_H
#define WEFT_SUITE_07_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(timeout, WAITS_FOR_ALL, OWNS_LEAVES, STAYS,                                                       \
           BY_BYTES | BY_OWNED | KEEPS_WAKER | IN_TASKS | IN_RUNTIMES)                                       \
    FUTURE(sleep_on, WAITS_FOR_EVER, NO_LEAVES, STAYS, KEEPS_WAKER | IN_TASKS | IN_RUNTIMES)                 \
    FUTURE(sleep_over, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, SPENDS_ONE | IN_TASKS | IN_RUNTIMES)

#define ON_A_CLOCK                                                                                           \
    LEFT_OUT("its first poll asks for a time driver, and panics without one, G.143: first_poll_outside")

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(timeout, NOT_SAID, MAY_MOVE, ON_A_CLOCK, NO_PLACES)                                             \
    MISTAKES(sleep_on, NOT_SAID, MAY_MOVE, ON_A_CLOCK, NO_PLACES)                                            \
    MISTAKES(sleep_over, NOT_SAID, MAY_MOVE, ON_A_CLOCK, NO_PLACES)

#define LAB_OWN_MISTAKES(OWN)

#endif
