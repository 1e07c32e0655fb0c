/**
 * @file plain.h
 * @brief Plain memory: accesses that may race, blocks of the heap, and local variables.
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

/* A local variable, as the debug information has it. */
struct local {
    const char *name;
    int64_t offset; /* from where its function's frame ends */
    size_t size;
    uint64_t type; /* its place there */
};
/* A function, by the place where it calls the engine as it begins. */
struct function {
    il_site site;
    struct local *locals;
    int count;
};
/* A function that is being executed, and has such variables. */
struct frame {
    const struct function *function;
    uintptr_t end; /* where the caller's begins */
};
/* What unwritten memory is filled with. */
enum { FILLED_WITH = 0xa5, FUNCTIONS = 4096, FRAMES_MAX = 128, COPY_MARKS = 4096 };

#endif
