/**
 * @file shared.h
 * @brief What the threads of a model share: atomic objects and their stores, locks, the order of seq_cst fences.
 */
#ifndef INTERLEAVE_SHARED_H
#define INTERLEAVE_SHARED_H

#include "operation.h"

/* One store. Its index is its place in the modification order of its location, and grows when a store takes a place before it. */
struct store {
    uint64_t value;
    uint16_t location, index;
    int8_t thread; /* NOBODY: the initial value, or a plain write */
    uint8_t order;
    bool is_rmw;
    bool has_released, has_head;
    uint16_t clock; /* its thread's count of steps */
    uint16_t time;  /* its thread's clock, as in views */
    int step;       /* or -1 */
    il_site site;
    struct view released; /* has_released: what an acquire that reads it learns */
    struct view head; /* has_head: the same, for later stores of this thread; under C11's release sequences */
};

/* An atomic object. */
struct location {
    uintptr_t address; /* 0: no longer used */
    uint8_t size;
    bool rewritten;  /* by a plain write, since the last look: its value is a new store */
    uint16_t oldest; /* loads read nothing before this store: what is older was overwritten by a plain write */
    uint16_t count;
    uint16_t capacity;
    uint16_t *stores;        /* numbers of its stores, in modification order */
    int unwritten;           /* the number of a store that is memory which nothing has written; or -1 */
    bool reordered;          /* some store has a place before one that ran earlier */
    const struct step *last; /* about it; or NULL */
    il_site first_use;
    unsigned version; /* changes with the value: what spinning threads wait for */
};

/* A mutex, a condition variable, a lock for readers and writers, or a barrier. */
struct lock {
    uintptr_t address;
    bool is_condition;
    int8_t owner;
    uint8_t waiting;
    int8_t waiters[THREADS_MAX];
    int depth;                    /* of a recursive mutex: times that it was locked again */
    uint8_t readers[THREADS_MAX]; /* times that each thread holds it for reading */
    int threads;                  /* that a barrier waits for */
    bool done;                    /* what was to be done once */
    unsigned version;
    unsigned changes; /* sections in which its owner did more than look */
    unsigned acts;    /* of its owner, when it was locked */
    struct view released;
    struct view read; /* what readers released: for writers only */
    il_site site;     /* where it was locked */
    il_site first_use;
    il_site destroyed_at; /* or NULL */
    int8_t lost_thread;   /* the thread that signalled when none waited; or NOBODY */
    il_site lost_site;
    const struct step *last; /* about it; or NULL */
};

struct sc_fence {
    uint16_t number;    /* among the seq_cst events of its thread */
    int previous;       /* of the same thread, as last_fence */
    struct clock clock; /* what happens before it */
};

#endif
