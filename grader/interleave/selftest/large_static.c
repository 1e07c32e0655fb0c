/**
 * @file large_static.c
 * @brief A program with more static variables than can be set back for each execution: it must say so, and not run.
 */
#include "accesses.h"

static char large[4 << 20];

MODEL(large_static, "-", "4 MB of static variables")
{
    large[0] = 1;
    KNOWN(large);
}
