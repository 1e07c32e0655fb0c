/**
 * @file common.h
 * @brief What the scenarios of lab 02 that poll have: probes of several kinds, an allocator that tells.
 */
#ifndef WEFT_SUITE_02_COMMON_H
#define WEFT_SUITE_02_COMMON_H

#include "mocks.h"
#include "steps.h"

struct captured;

/** A probe of any kind: what its output is, and what it is for the body of a call. */
struct probe {
    struct mock_probe mock;
    struct captured *captured;
    int64_t argument, state;
    int64_t wide[WIDE_WORDS];
};

/** Called in each allocation, which has not got its memory yet; NULL: nothing is. */
extern void (*common_allocating)(void);

void common_begin(void);
/* The steps that both scenarios have. */
COMMON_STEPS(STEP_DECLARE, STEP_NOTHING)

/** Build a probe in a room that somebody else owns. */
struct probe *place_probe(int64_t number, enum probe_kind kind, void *room);

#endif
