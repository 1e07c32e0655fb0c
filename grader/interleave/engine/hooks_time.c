/**
 * @file hooks_time.c
 * @brief Calls of the C library that tell the time, or let it pass: time.c says when it does.
 */
#include "hooks.h"

#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

static int64_t now(il_site site)
{
    int64_t time = 0;
    INSIDE(time = il_now(site));
    return time;
}

static struct timespec to_timespec(int64_t time)
{
    return (struct timespec){.tv_sec = time / NS_PER_S, .tv_nsec = time % NS_PER_S};
}

/* Noted: a loop may wait for a time to come. */
NOTED(__wrap_clock_gettime)
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime_noted(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime_noted(clockid_t clock, struct timespec *time)
{
    if (!modelled())
        return __real_clock_gettime(clock, time);
    int64_t read = now(SITE);
    touch(time, sizeof *time, true, SITE);
    *time = to_timespec(read);
    return 0;
}

NOTED(__wrap_gettimeofday)
int __real_gettimeofday(struct timeval *time, void *zone);
int __wrap_gettimeofday_noted(struct timeval *time, void *zone);
int __wrap_gettimeofday_noted(struct timeval *time, void *zone)
{
    if (!modelled())
        return __real_gettimeofday(time, zone);
    int64_t read = now(SITE);
    touch(time, sizeof *time, true, SITE);
    *time = (struct timeval){.tv_sec = read / NS_PER_S, .tv_usec = read % NS_PER_S / 1000};
    return 0;
}

NOTED(__wrap_time)
time_t __real_time(time_t *time);
time_t __wrap_time_noted(time_t *time);
time_t __wrap_time_noted(time_t *time)
{
    if (!modelled())
        return __real_time(time);
    time_t read = now(SITE) / NS_PER_S;
    if (time) {
        touch(time, sizeof *time, true, SITE);
        *time = read;
    }
    return read;
}

static void sleep_for(int64_t span, il_site site)
{
    int64_t begin = now(site);
    INSIDE(il_sleep(begin + span, site));
}

WRAP(unsigned, sleep, unsigned seconds)
{
    if (!modelled())
        return __real_sleep(seconds);
    sleep_for((int64_t)seconds * NS_PER_S, SITE);
    return 0;
}

WRAP(int, usleep, unsigned microseconds)
{
    if (!modelled())
        return __real_usleep(microseconds);
    sleep_for((int64_t)microseconds * 1000, SITE);
    return 0;
}

int sleep_span(const struct timespec *span, const char *name, il_site site)
{
    if (!is_a_time(span) || span->tv_sec < 0)
        return EINVAL;
    int64_t nanoseconds = to_ns(span);
    if (nanoseconds == NO_DEADLINE)
        unsupported(site, "%s at %s for ever: wait with a condition variable, or end the thread", name,
                    where(site));
    sleep_for(nanoseconds, site);
    return 0;
}

WRAP(int, nanosleep, const struct timespec *span, struct timespec *left)
{
    if (!modelled())
        return __real_nanosleep(span, left);
    touch_time(span, SITE);
    int error = sleep_span(span, "nanosleep", SITE);
    if (error)
        errno = error;
    return error ? -1 : 0;
}

WRAP(int, clock_nanosleep, clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    if (!modelled())
        return __real_clock_nanosleep(clock, flags, time, left);
    touch_time(time, SITE);
    if (!is_a_time(time) || time->tv_sec < 0)
        return EINVAL;
    if (to_ns(time) == NO_DEADLINE)
        unsupported(SITE, "clock_nanosleep at %s for ever: wait with a condition variable, or end the thread",
                    where(SITE));
    if (flags & TIMER_ABSTIME)
        INSIDE(il_sleep(to_ns(time), SITE));
    else
        sleep_for(to_ns(time), SITE);
    return 0;
}

/* --- refused --- */

static void refuse_to_set(const char *name, il_site site)
{
    if (modelled())
        unsupported(site, "%s at %s: the clock of a model only goes forward, by waits with a deadline", name,
                    where(site));
}

WRAP(int, clock_settime, clockid_t clock, const struct timespec *time)
{
    refuse_to_set("clock_settime", SITE);
    return __real_clock_settime(clock, time);
}

WRAP(int, settimeofday, const struct timeval *time, const struct timezone *zone)
{
    refuse_to_set("settimeofday", SITE);
    return __real_settimeofday(time, zone);
}
