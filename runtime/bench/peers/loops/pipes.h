/**
 * @file pipes.h
 * @brief What the loops without a runtime share: pairs of pipes, and how a byte is answered.
 *
 * A program of one thread: `epoll NAME COUNT [WORKERS]`. It does what runtime/bench/io.c does under the names `pipe` and `pipes`, as a loop
 * that calls back, without tasks.
 */
#ifndef WEFT_BENCH_PIPES_H
#define WEFT_BENCH_PIPES_H

#include <stdbool.h>
#include <stdint.h>

enum { PAIRS_MAX = 100, WAYS_MAX = 2 * PAIRS_MAX };

/** One way of a pair. */
struct way {
    int reader, writer;
    struct way *back; /* where the answer goes */
    uint64_t left;    /* bytes that are still to be answered */
};

struct pipes {
    struct way ways[WAYS_MAX];
    unsigned count;
    unsigned open; /* ways on which bytes are still to come */
};

/** Ends the program unless it is true. */
void must(bool succeeded, const char *what);

/** Read the byte that has come, and answer it. @return whether that was the last one on any way. */
bool answer(struct pipes *pipes, struct way *way);

/** Of each loop: register the readers, call answer() for what becomes readable, until it says that all is over. */
void run(struct pipes *pipes);

#endif
