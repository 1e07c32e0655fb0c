/**
 * @file large_local.c
 * @brief A program with more thread-local variables than each thread of a model may have.
 */
#include "accesses.h"

static _Thread_local char large[2 << 20];

MODEL(large_local, "-", "a large thread-local variable")
{
    large[0] = 1;
    KNOWN(large);
}
