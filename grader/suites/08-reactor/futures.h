/**
 * @file futures.h
 * @brief Lab 08's futures, as the laws need to know them: the one table of both sides.
 *
 * Each life has a descriptor of its own: ..._on waits for ever, ..._over finds it ready.
 */
#ifndef WEFT_SUITE_08_FUTURES_H
#define WEFT_SUITE_08_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose its branches are, who receives their output, domains) */
#define LAB_FUTURES(FUTURE)                                                                                  \
    FUTURE(fd_ready_on, WAITS_FOR_EVER, NO_LEAVES, STAYS, KEEPS_WAKER | IN_TASKS | IN_RUNTIMES)              \
    FUTURE(fd_ready_over, WAITS_FOR_NOTHING, NO_LEAVES, STAYS,                                               \
           SAYS_ONE | SPENDS_ONE | IN_TASKS | IN_RUNTIMES)                                                   \
    FUTURE(fd_io_on, WAITS_FOR_EVER, NO_LEAVES, STAYS, NO_OUTPUT | KEEPS_WAKER | IN_TASKS | IN_RUNTIMES)     \
    FUTURE(fd_io_over, WAITS_FOR_NOTHING, NO_LEAVES, STAYS, NO_OUTPUT | SPENDS_ONE | IN_TASKS | IN_RUNTIMES)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES)                                                                               \
    MISTAKES(fd_ready_on, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                           \
    MISTAKES(fd_ready_over, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                         \
    MISTAKES(fd_io_on, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)                                              \
    MISTAKES(fd_io_over, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

#define LAB_OWN_MISTAKES(OWN)

#endif
