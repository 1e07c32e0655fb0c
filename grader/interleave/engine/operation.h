/**
 * @file operation.h
 * @brief Limits of the engine, and what threads do: operations, what each touches, steps that were made.
 */
#ifndef INTERLEAVE_OPERATION_H
#define INTERLEAVE_OPERATION_H

#include "access.h"
#include "explore.h"
#include "view.h"

enum {
    STEPS_LIMIT = 4000,    /* of one execution */
    STORES_MAX = 8192,     /* of one execution */
    DECISIONS_MAX = 12288, /* of one execution */
    LOCKS_MAX = 64,        /* mutexes and condition variables */
    BLOCKS_MAX = 4096,
    WATCHED_MAX = 64, /* what a spinning thread looks at */
    NAMES_MAX = 64,
    SPIN_READS = 8, /* identical reads that count as spinning */
    LOOP_MARKS = 4096,
    ASSERTIONS_MAX = 1024, /* of a program */
    THREAD_FUNCTIONS_MAX = 32,
    LOOKS_MAX = 64, /* in one round of a loop that only looks */
    LOOKS_IN_VAIN =
        100, /* of a loop that counts, once it goes on without an answer; then it is taken to be endless */
    STACK_BYTES = 256 << 10,
    GUARD_BYTES = 4096, /* below each stack: a page that faults */
    HEAP_BYTES = 8 << 20,
    LOCALS_BYTES = 2 << 20, /* thread-local variables of a thread, the C library's among them */
    NOBODY = -1,
};

/* Fixed places, so that addresses are the same in each execution and each run. */
#define HEAP_BASE ((char *)0x200000000000u)
#define STACKS_BASE ((char *)0x210000000000u)
#define STACKS_BYTES ((uintptr_t)THREADS_MAX * (GUARD_BYTES + STACK_BYTES))
#define LOCALS_BASE ((char *)0x220000000000u)

/* The number of the thread whose stack holds this address; NOBODY: it is on none. */
static inline int stack_owner(uintptr_t address)
{
    uintptr_t offset = address - (uintptr_t)STACKS_BASE;
    return offset < STACKS_BYTES ? (int)(offset / (GUARD_BYTES + STACK_BYTES)) : NOBODY;
}
static inline bool on_a_stack(uintptr_t address)
{
    return stack_owner(address) != NOBODY;
}

/* Objects that steps are about: locations by their index, locks and threads beyond. */
enum { NO_OBJECT = -1, FIRST_LOCK = 1000, FIRST_THREAD = 2000, THE_CLOCK = 3000 };

/* What a step does with the clock. */
enum clock_use { CLOCK_NOT, CLOCK_READ, CLOCK_MOVED };
#define NS_PER_S INT64_C(1000000000)
#define NO_DEADLINE INT64_MAX

enum operation {
    OP_START,
    OP_LOAD,
    OP_STORE,
    OP_RMW,
    OP_COMPARE_EXCHANGE,
    OP_FENCE,
    OP_LOCK,
    OP_TRYLOCK,
    OP_UNLOCK,
    OP_WAIT,   /* of a condition variable: gives the mutex up and sleeps */
    OP_RELOCK, /* the same wait, when it returns */
    OP_SIGNAL,
    OP_FUTEX_WAIT, /* looks at the word, and may sleep */
    OP_WOKEN,      /* the same, when it returns */
    OP_READ_LOCK,
    OP_WRITE_LOCK,
    OP_BARRIER, /* arrives, and may sleep */
    OP_PASSED,  /* the same, when all have arrived */
    OP_TAKE,    /* of a semaphore: waits until there is a permit */
    OP_JOIN,
    OP_SPIN,
    OP_CLOCK,
    OP_SLEEP,
    OP_READ, /* of a descriptor */
    OP_WRITE,
    OP_CLOSE,
    OP_CONTROL,  /* of an epoll: what it looks at */
    OP_POLL,     /* of several, or of what an epoll looks at */
    OP_ALLOCATE, /* memory, a thread, a descriptor, where their order counts */
    OP_TIMEOUT, /* of a wait of a condition variable: leaves the queue; the mutex is taken in a step of its own */
};

/* What two steps are compared by: do they depend on each other? In two words: it is copied, and compared, at each step. */
struct footprint {
    int16_t object, object2; /* NO_OBJECT: none */
    bool writes : 1, spins : 1;
    bool nothing : 1; /* it was taken back */
    bool adds : 1;    /* writes, and nobody asks what it found: two of these may come in any order */
    uint8_t clock;    /* enum clock_use */
    uint64_t awaits; /* the end of a wait: a set of objects, by their numbers modulo 64, whose stores may answer it */
};

/* What a thread will do next. */
struct pending {
    uint8_t op, order;
    struct footprint touches;
    il_site site;
    int8_t target; /* of a join; or a descriptor's index */
    bool waits;    /* at the descriptor */
    uint64_t room; /* that it needs there */
};

/* Of a step, for sc.c. */
struct step_sc {
    uint16_t number;     /* of its seq_cst event among those of its thread; 0: it is none */
    struct clock before; /* what precedes each event that must come after this one; itself, too */
    struct clock fences; /* as in sc_view */
};

/* A step that was made. What is asked of each earlier one comes first: it fits a line of the processor's cache. */
struct step {
    int8_t thread;
    uint8_t op, order; /* order: of what it did; a compare-exchange that failed has its second one */
    bool failed;
    uint16_t clock; /* the thread's own count of steps */
    uint16_t time;  /* and what its clock said when the step began, as in a store or a plain access */
    int decision;   /* that chose it */
    int read;       /* the number of the store that it read; or -1 */
    int store;      /* that it made; or -1 */
    uint8_t able;   /* threads that could run just before it, for a reason */
    bool timed;     /* it waited, but not longer than to a deadline */
    bool moves; /* something into a stream or out of it, or ends it; or takes from a semaphore, or posts, or would */
    bool taken_back; /* a look of a round that counts for nothing: wait.c */
    struct footprint touches;
    struct clock past; /* steps that it depends on, transitively */
    const struct step *before[2], *awaiting_before,
        *timed_before; /* the last steps about the same objects, that await any, that use the clock; or NULL */
    il_site site;
    struct step_sc sc;
    bool ended[2];    /* if it moves something: whether the other end was gone, of each of its two objects, */
    uint64_t held[2]; /* and how much it held just before */
};

#endif
