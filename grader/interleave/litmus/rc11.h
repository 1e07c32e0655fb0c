/**
 * @file rc11.h
 * @brief RC11 by its axioms: every candidate execution of a small program is built and judged. Slow, and
 * independent of the engine.
 */
#ifndef LITMUS_RC11_H
#define LITMUS_RC11_H

#include "program.h"

/** Outcomes of one program, sorted. */
struct rc11_outcomes {
    uint64_t *all; /**< of each consistent execution */
    size_t count;
};

/** Judge all candidate executions. The program must consist of loads, stores, fences, exchanges, additions,
 * compare-exchanges, loops that wait, and LITMUS_GIVE_WAY. */
void rc11_enumerate(const struct litmus_program *program, struct rc11_outcomes *outcomes);

/** Frees what it holds. */
void rc11_free(struct rc11_outcomes *outcomes);

#endif
