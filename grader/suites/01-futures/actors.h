/**
 * @file actors.h
 * @brief Threads that do one blocking call at a time, so that the driver stays free to wake them.
 */
#ifndef WEFT_SUITE_01_ACTORS_H
#define WEFT_SUITE_01_ACTORS_H

#include <stddef.h>
#include <stdint.h>

/** Let the thread with this number do a job, with a copy of these arguments; its number in the kernel. Its last job is done: the
 * judge saw so. */
int64_t actor_start(int64_t number, void (*job)(const void *arguments), const void *arguments, size_t bytes);

/** Wait for the ends of all jobs: before what they used is changed. */
void actors_join(void);

#endif
