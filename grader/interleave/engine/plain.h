/**
 * @file plain.h
 * @brief Plain memory: accesses that may race, and blocks of the heap.
 */
#ifndef INTERLEAVE_PLAIN_H
#define INTERLEAVE_PLAIN_H

#include "operation.h"

/* What an access uses as a whole, if it does. */
enum used { USES_NONE, USES_MUTEX, USES_CONDITION };

/* An access to some of 8 bytes that no later one of its thread has replaced. */
struct access {
    il_site site;
    int next; /* of the same cell; 0: none */
    uint16_t clock;
    int8_t thread;
    uint8_t bytes; /* a set */
    bool is_write, atomic, frees;
    uint8_t uses; /* enum used */
};
struct cell {
    uintptr_t key;
    unsigned generation;
    int first; /* its accesses; 0: none */
    bool has_atomic;
};
enum { CELLS = 1 << 14, ACCESSES_MAX = 1 << 16 };

struct block {
    char *start;
    size_t size;
    bool freed;
    bool held; /* by a static variable, at the end */
    int8_t made_by, freed_by;
    il_site made_at, freed_at;
};

#endif
