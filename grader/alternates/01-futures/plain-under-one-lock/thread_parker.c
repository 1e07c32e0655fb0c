/**
 * @file thread_parker.c
 * @brief A parker without an atomic: permit, sleeper and references are plain, and one lock guards them.
 */
#include "weft/park.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "weft/alloc.h"

struct thread_parker {
    struct wf_park park;  /* first: the parker is a park */
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t woken;
    bool permit, asleep;
    unsigned references;
};

static enum wf_parked parker_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct thread_parker *self = (struct thread_parker *)park;
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                                      .tv_nsec = (long)(deadline_ns % 1000000000u)};
    pthread_mutex_lock(&self->lock);
    int status = deadline_ns == 0 ? ETIMEDOUT : 0;
    self->asleep = true;
    while (!self->permit && status != ETIMEDOUT)
        status = deadline_ns == WF_FOREVER
                     ? pthread_cond_wait(&self->woken, &self->lock)
                     : pthread_cond_clockwait(&self->woken, &self->lock, CLOCK_MONOTONIC, &deadline);
    bool permit = self->permit;
    self->permit = self->asleep = false;
    pthread_mutex_unlock(&self->lock);
    return permit ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    pthread_mutex_lock(&self->lock);
    self->permit = true;
    if (self->asleep)
        pthread_cond_broadcast(&self->woken);
    pthread_mutex_unlock(&self->lock);
}

static const struct wf_park_ops parker_ops = {
    .name = "thread parker",
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
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->woken, NULL);
    return &self->park;
}

/* Only the last reference calls this. */
static void parker_free(struct thread_parker *self)
{
    pthread_cond_destroy(&self->woken);
    pthread_mutex_destroy(&self->lock);
    wf_free(self, sizeof *self);
}

void wf_thread_parker_drop(struct wf_park *parker)
{
    struct thread_parker *self = (struct thread_parker *)parker;
    pthread_mutex_lock(&self->lock);
    bool last = --self->references == 0;
    pthread_mutex_unlock(&self->lock);
    if (last)
        parker_free(self);
}

/* --- the waker: its datum is the parker, and each waker holds one reference --- */

static void *waker_clone(void *data)
{
    struct thread_parker *self = data;
    pthread_mutex_lock(&self->lock);
    self->references++;
    pthread_mutex_unlock(&self->lock);
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
    waker_drop(data); /* last: it may free the parker */
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
