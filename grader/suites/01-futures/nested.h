/**
 * @file nested.h
 * @brief Checks of a combinator that is a branch of one of its own kind, for the tests of several clauses.
 */
#ifndef WEFT_SUITE_01_NESTED_H
#define WEFT_SUITE_01_NESTED_H

#include "rig.h"

/** Both wait for all of their branches; those of the nested one are READY sooner. */
void nested_all(struct judge *judge, enum future kind, unsigned aspects);
/** A branch of the nested one decides both. */
void nested_first(struct judge *judge, enum future kind, unsigned aspects);
/** The outer one is dropped while all are pending. */
void nested_dropped(struct judge *judge, enum future kind);

#endif
