/**
 * @file futures.h
 * @brief Lab 19's futures, as the laws need to know them: the one table of both sides.
 */
#ifndef WEFT_SUITE_19_FUTURES_H
#define WEFT_SUITE_19_FUTURES_H

#include "kit.h"

/* FUTURE(name, when it is READY, whose what it waits for is, who receives its output, domains) */
#define LAB_FUTURES(FUTURE) FUTURE(ended, WAITS_FOR_ALL, OWNS_LEAVES, STAYS, BY_BYTES | BY_OWNED | BY_RESULT)

/* MISTAKES(name, a poll in its own poll, by another thread, outside of any context, at a line that is no place of it) */
#define LAB_MISTAKES(MISTAKES) MISTAKES(ended, NOT_SAID, MAY_MOVE, ANYWHERE, NO_PLACES)

/* OWN(future, name, clause, what the panic says, when, in which forms, how it reads) */
#define LAB_OWN_MISTAKES(OWN)

#endif
