/**
 * @file parcel.h
 * @brief A plain variable that one thread writes before a wake and another reads after it.
 *
 * If the code under test does not publish the write, ThreadSanitizer sees a race; nothing here publishes it.
 */
#ifndef WEFT_SUITE_01_PARCEL_H
#define WEFT_SUITE_01_PARCEL_H

#include <stdint.h>

/** By the thread that will wake another. */
void write_parcel(int64_t value);
/** By the thread that was woken. */
int64_t read_parcel(void);

/** Hold this thread until open_gate(), without learning anything else from the one that opens it. */
void wait_at_gate(void);
void open_gate(void);

#endif
