/**
 * @file program.h
 * @brief Small concurrent programs as data, run on the engine's own operations.
 *
 * A program is a model like any other, but no compiler stands between it and the engine: each operation is
 * one call of access.h. Its outcome is all that was read and the final values, as one number.
 */
#ifndef LITMUS_PROGRAM_H
#define LITMUS_PROGRAM_H

#include <stdint.h>

#include "../engine/access.h"
#include "../engine/explore.h"

enum {
    LITMUS_THREADS = 4,
    LITMUS_OPERATIONS = 8, /* in one thread */
    LITMUS_LOCATIONS = 3,
    LITMUS_BITS = 4, /* of one value in an outcome */
    LITMUS_SLOTS = 64 / LITMUS_BITS,
};

enum litmus_kind {
    LITMUS_LOAD,
    LITMUS_STORE,
    LITMUS_EXCHANGE,
    LITMUS_ADD,
    LITMUS_COMPARE_EXCHANGE,
    LITMUS_FENCE,
    LITMUS_LOCK,
    LITMUS_UNLOCK,
    LITMUS_TRYLOCK, /* reads 1: locked; the next LITMUS_UNLOCK is left out if it was not */
    LITMUS_WAIT,    /* inside of a section of the mutex */
    LITMUS_SIGNAL,
    LITMUS_BROADCAST,
    LITMUS_FUTEX_WAIT,  /* for a change of `expected`; reads 1: it was changed already */
    LITMUS_FUTEX_WAKE,  /* at most `value`; reads how many */
    LITMUS_FUTEX_TIMED, /* the same for `value` ms at most; reads 2: the time has come */
    LITMUS_SLEEP,       /* for `value` ms */
    LITMUS_CLOCK,       /* reads how many ms have passed */
    LITMUS_POST,        /* to the semaphore */
    LITMUS_TAKE,        /* from it; reads 0 */
    LITMUS_TAKE_TIMED,  /* the same for `value` ms at most; reads 1: the time has come */
    LITMUS_SEND,        /* adds `value` to the eventfd */
    LITMUS_RECEIVE,     /* reads its count */
    LITMUS_POLL,        /* waits until it can be read */
    LITMUS_SHARE,       /* the lock for readers and writers */
    LITMUS_EXCLUDE,
    LITMUS_LEAVE,    /* unlocks it */
    LITMUS_YIELD,    /* until something that it has read changes */
    LITMUS_GIVE_WAY, /* the others first */
    LITMUS_AWAIT,    /* looks until it is answered: enum litmus_await in `expected` */
};

/** How a LITMUS_AWAIT looks. */
enum litmus_await {
    LITMUS_ONE,       /**< until a load reads `value` */
    LITMUS_TWO,       /**< until that, and a load of the next location reads no 0 */
    LITMUS_EXCHANGED, /**< until an exchange finds another value than the one that it puts there */
    LITMUS_BOTH       /**< until a load does, and then that exchange */
};
enum { LITMUS_AWAITS = LITMUS_BOTH + 1 };

struct litmus_operation {
    enum litmus_kind kind;
    int location;
    uint64_t value;
    uint64_t expected; /* of a compare-exchange, or a futex wait */
    enum il_order order;
    int slot; /* of the value that it reads, in the outcome; or -1 */
};

struct litmus_program {
    char name[64];
    int threads;
    int permits;    /* that the semaphore begins with */
    int count;      /* that the eventfd begins with */
    bool takes_one; /* it is a semaphore, too */
    int lengths[LITMUS_THREADS];
    struct litmus_operation operations[LITMUS_THREADS][LITMUS_OPERATIONS];
    int slots;                    /* given to operations; those of the final values follow */
    int finals[LITMUS_LOCATIONS]; /* the slot of each location; -1: not part of the outcome */
};

/** The order of a compare-exchange that fails. */
enum il_order litmus_failure_order(enum il_order order);

/** Give each operation that reads its slot, and the locations of the set `used` theirs. */
void litmus_number(struct litmus_program *program, unsigned used);

/** Put a value into an outcome. */
uint64_t litmus_put(uint64_t before, int slot, uint64_t value);

/** From now on a LITMUS_AWAIT looks once, and an execution in which it has no answer is given up. */
void litmus_await_once(bool once);

/** Explore the program: result and outcomes are the engine's. The program must stay where it is meanwhile. */
void litmus_explore(const struct litmus_program *program, const struct il_options *options,
                    struct il_result *result);

/** All outcomes of the last exploration, whose result this is, sorted. The caller frees. */
uint64_t *litmus_outcomes(const struct il_result *result);

/** Print an outcome: "0:1=0 1:1=2 x=1 y=1". */
void litmus_print_outcome(const struct litmus_program *program, uint64_t number);

/** Print the program, in the notation of rc11-outcomes.txt. */
void litmus_print(const struct litmus_program *program);

#endif
