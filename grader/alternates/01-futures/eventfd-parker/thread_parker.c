/**
 * @file thread_parker.c
 * @brief A parker whose permit is the counter of an eventfd.
 *
 * The counter is 0: no permit. It is more: one permit, whatever the number, because a read takes all of it.
 * So the kernel keeps the permit, closes the gap between the look and the sleep, and orders the writer's
 * stores before the reader's loads. The price is a system call for each park and unpark.
 */
#include "weft/park.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/detail/atomic.h"
#include "weft/detail/clock.h"

struct thread_parker {
    struct wf_park park; /* first: the parker is a park */
    int permit_fd;
    WF_ATOMIC(uint32_t) references;
};

/* Read the counter back to 0. Does not wait. */
static bool take_permit(struct thread_parker *self)
{
    uint64_t unparks;
    return read(self->permit_fd, &unparks, sizeof unparks) == (ssize_t)sizeof unparks;
}

/* Sleep until the counter is not 0, for at most `nanoseconds`; may return early, as for a signal. */
static void wait_readable(struct thread_parker *self, uint64_t nanoseconds)
{
    const struct timespec most = {
        .tv_sec = (time_t)(nanoseconds / 1000000000u),
        .tv_nsec = (long)(nanoseconds % 1000000000u),
    };
    struct pollfd readable = {.fd = self->permit_fd, .events = POLLIN};
    (void)ppoll(&readable, 1, nanoseconds == WF_FOREVER ? NULL : &most, NULL);
}

static enum wf_parked parker_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct thread_parker *self = (struct thread_parker *)park;
    for (;;) {
        if (take_permit(self))
            return WF_PARK_WOKEN;
        if (deadline_ns == WF_FOREVER) {
            wait_readable(self, WF_FOREVER);
            continue;
        }
        uint64_t now = wf_clock_ns();
        if (now >= deadline_ns)
            return WF_PARK_TIMED_OUT;
        wait_readable(self, deadline_ns - now);
    }
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    const uint64_t one = 1;
    /* a full counter refuses the write; a permit is stored then, which is all that is asked for */
    ssize_t written = write(self->permit_fd, &one, sizeof one);
    (void)written;
}

static const struct wf_park_ops parker_ops = {
    .name = "eventfd parker",
    .park = parker_park,
    .unpark = parker_unpark,
    .drop = wf_thread_parker_drop,
};

struct wf_park *wf_thread_parker_new(void)
{
    struct thread_parker *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct thread_parker){.park = {&parker_ops}, .references = 1};
    self->permit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->permit_fd < 0) {
        wf_free(self, sizeof *self);
        return NULL;
    }
    return &self->park;
}

void wf_thread_parker_drop(struct wf_park *parker)
{
    struct thread_parker *self = (struct thread_parker *)parker;
    /* acq_rel: the last one frees after all that the others did with it */
    if (wf_fetch_sub_acq_rel(&self->references, 1) != 1)
        return;
    close(self->permit_fd);
    wf_free(self, sizeof *self);
}

/* --- the waker: its datum is the parker, and each waker holds one reference --- */

static void *waker_clone(void *data)
{
    struct thread_parker *self = data;
    /* relaxed: the reference that is cloned keeps the parker alive */
    wf_fetch_add_relaxed(&self->references, 1);
    return self;
}

static void waker_wake_by_ref(void *data)
{
    struct thread_parker *self = data;
    wf_unpark(&self->park);
}

static void waker_drop(void *data)
{
    struct thread_parker *self = data;
    wf_thread_parker_drop(&self->park);
}

static void waker_wake(void *data)
{
    waker_wake_by_ref(data);
    waker_drop(data); /* last: it may close the descriptor */
}

static const struct wf_waker_ops waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

struct wf_waker wf_thread_parker_waker(struct wf_park *parker)
{
    const struct wf_waker borrowed = {&waker_ops, parker};
    return wf_waker_clone(&borrowed);
}
