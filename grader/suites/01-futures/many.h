/**
 * @file many.h
 * @brief Of each combinator, how many branches are few and how many are many.
 */
#ifndef WEFT_SUITE_01_MANY_H
#define WEFT_SUITE_01_MANY_H

/** An index, a turn and a count are kept in some number of bits. */
static const int many_counts[] = {1,  2,   3,   5,   31,  32,  33,  63,  64,
                                  65, 127, 128, 129, 255, 256, 257, 300, 1000};
enum { MANY_COUNTS = sizeof many_counts / sizeof *many_counts };

#endif
