/**
 * @file stored.h
 * @brief Reads programs and their outcomes under RC11 from a file in the notation of rc11-outcomes.txt.
 */
#ifndef LITMUS_STORED_H
#define LITMUS_STORED_H

#include "program.h"

/** A program and what it may do. */
struct stored {
    struct litmus_program program;
    char shape[32]; /**< the first word of its name, or "random" */
    uint64_t *outcomes;
    size_t count; /**< 0: the file has none */
};

/** Read them all; exits with a message if the file cannot be understood. Never freed. */
struct stored *stored_read(const char *file, size_t *count);

#endif
