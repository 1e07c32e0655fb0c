#include "wall_clock.h"

#include <stddef.h>
#include <sys/time.h>
#include <time.h>

#include "weft/detail/atomic.h"

static WF_ATOMIC(int64_t) off_s;

void wall_clock_off(int64_t seconds)
{
    atomic_store(&off_s, seconds);
}

/* The linker sends every call of these here, and __real_ to the library. */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __real_gettimeofday(struct timeval *now, void *zone);
time_t __real_time(time_t *now);
int __real_timespec_get(struct timespec *now, int base);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_gettimeofday(struct timeval *now, void *zone);
time_t __wrap_time(time_t *now);
int __wrap_timespec_get(struct timespec *now, int base);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = __real_clock_gettime(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)
        now->tv_sec += (time_t)atomic_load(&off_s);
    return status;
}

int __wrap_gettimeofday(struct timeval *now, void *zone)
{
    int status = __real_gettimeofday(now, zone);
    now->tv_sec += (time_t)atomic_load(&off_s);
    return status;
}

time_t __wrap_time(time_t *now)
{
    time_t seconds = __real_time(NULL) + (time_t)atomic_load(&off_s);
    if (now)
        *now = seconds;
    return seconds;
}

int __wrap_timespec_get(struct timespec *now, int base)
{
    int given = __real_timespec_get(now, base);
    if (base == TIME_UTC)
        now->tv_sec += (time_t)atomic_load(&off_s);
    return given;
}
