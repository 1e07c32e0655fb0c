/**
 * @file random_program.h
 * @brief Random operations for small programs: the same for the same seed, everywhere.
 */
#ifndef LITMUS_RANDOM_PROGRAM_H
#define LITMUS_RANDOM_PROGRAM_H

#include "program.h"

/** Begin the numbers of this seed. */
void random_begin(uint64_t seed);

/** A number from 0 to limit - 1. */
int random_below(int limit);

/** Append an operation to a thread, unless it is full. */
void random_add(struct litmus_program *program, int thread, struct litmus_operation operation);

/** Append a load, a store, an exchange, an addition, or a fence; of `compare_exchange` also one of these. */
void random_add_access(struct litmus_program *program, int thread, int locations, bool compare_exchange);

/** A program of what the axioms of rc11.h know, for 2 or 3 threads. Returns its kind: one of three, by the seed. */
const char *random_accesses(struct litmus_program *program, uint64_t seed);

/** The same with loops that wait, and with sched_yield(). An execution in which a loop has no answer has no outcome. */
void random_waits(struct litmus_program *program, uint64_t seed);

#endif
