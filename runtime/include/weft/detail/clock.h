/**
 * @file detail/clock.h
 * @brief The real monotonic clock, in nanoseconds.
 */
#ifndef WEFT_DETAIL_CLOCK_H
#define WEFT_DETAIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Nanoseconds on CLOCK_MONOTONIC. */
static inline uint64_t wf_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** Nanoseconds, as the system takes them. */
static inline struct timespec wf_timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
}

#endif
