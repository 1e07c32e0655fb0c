/**
 * @file drivers.c
 * @brief A turn of the drivers that finds nothing, beside what is below it: a turn of libevent's loop, a look of epoll's.
 *
 * A worker's park, the time driver and the reactor, as a runtime stacks them, without its workers. The others have one descriptor each, which
 * is never ready. Batches alternate; the ratio is the median of those of a round of batches.
 */
#include "bench.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "weft/detail/clock.h"
#include "weft/detail/reactor.h"
#include "weft/detail/shared_park.h"
#include "weft/detail/time_driver.h"
#include "weft/error.h"

enum { BATCH = 1000 };

/* What has turns. */
struct turning {
    struct wf_park *park;
    struct event_base *base;
    int epoll;
};

static void turns_of_park(const struct turning *turning, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        check("a turn's result", wf_park(turning->park, 0), WF_PARK_TIMED_OUT);
}

static void turns_of_loop(const struct turning *turning, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        check("a loop's result", (uint64_t)event_base_loop(turning->base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
}

static void turns_of_epoll(const struct turning *turning, uint64_t count)
{
    struct epoll_event events[32];
    for (uint64_t i = 0; i < count; i++)
        check("what epoll tells", (uint64_t)epoll_wait(turning->epoll, events, 32, 0), 0);
}

/* ns a turn. */
static double time_of(void (*turns)(const struct turning *turning, uint64_t count),
                      const struct turning *turning, uint64_t count)
{
    uint64_t start = wf_clock_ns();
    turns(turning, count);
    return (double)(wf_clock_ns() - start) / (double)count;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

static void measure(const struct bench *bench, const struct turning *turning)
{
    const uint64_t batches = bench->count / BATCH;
    double *park = memory_for(batches, sizeof *park), *over_loop = memory_for(batches, sizeof *over_loop),
           *over_epoll = memory_for(batches, sizeof *over_epoll);
    check("the number of turns, of whole batches,", batches * BATCH, bench->count);
    for (uint64_t i = 0; i < batches; i++) {
        park[i] = time_of(turns_of_park, turning, BATCH);
        over_loop[i] = park[i] / time_of(turns_of_loop, turning, BATCH);
        over_epoll[i] = park[i] / time_of(turns_of_epoll, turning, BATCH);
    }
    report_value(bench, NULL, median(park, batches));
    report_value(bench, "over.loop", median(over_loop, batches));
    report_value(bench, "over.epoll", median(over_epoll, batches));
    free(park);
    free(over_loop);
    free(over_epoll);
}

static void turn(const struct bench *bench)
{
    struct wf_reactor *reactor = wf_reactor_new();
    struct wf_time_driver *time_driver = reactor ? wf_time_driver_new(&reactor->park, false) : NULL;
    if (!time_driver)
        abort();
    struct wf_shared_driver shared;
    must(-wf_shared_driver_init(&shared, &time_driver->park, 0));

    int ends[2];
    must(pipe(ends) == 0 ? 0 : -errno);
    struct turning turning = {
        .park = wf_shared_park_new(&shared), .base = event_base_new(), .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (!turning.park)
        abort();
    must(turning.base && turning.epoll >= 0 ? 0 : WF_ENOMEM);
    struct event *event = event_new(turning.base, ends[0], EV_READ | EV_PERSIST, on_event, NULL);
    must(event && event_add(event, NULL) == 0 ? 0 : WF_ENOMEM);
    struct epoll_event nothing = {.events = EPOLLIN};
    must(epoll_ctl(turning.epoll, EPOLL_CTL_ADD, ends[0], &nothing) == 0 ? 0 : -errno);

    measure(bench, &turning);

    event_free(event);
    event_base_free(turning.base);
    (void)close(turning.epoll);
    (void)close(ends[0]);
    (void)close(ends[1]);
    wf_park_drop(turning.park);
    wf_shared_driver_end(&shared);
    wf_park_shutdown(&time_driver->park);
    wf_park_drop(&time_driver->park);
}

const struct benchmark driver_benchmarks[] = {
    {"turn", .outside = turn},
    {0},
};
