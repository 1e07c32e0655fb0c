/**
 * @file scenario_storm.c
 * @brief Lab 08: one thread turns the reactor, others open, wait, drop and close.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "mocks.h"
#include "real.h"

/* --- the thread that turns --- */

static WF_ATOMIC(bool) turning_is_over;

static void *turn(void *arg)
{
    struct wf_reactor *reactor = arg;
    while (!wf_load_relaxed(&turning_is_over))
        (void)wf_park(&reactor->park, WF_FOREVER);
    return NULL;
}

static pthread_t begin_turning(struct wf_reactor *reactor)
{
    pthread_t thread;
    wf_store_relaxed(&turning_is_over, false);
    if (pthread_create(&thread, NULL, turn, reactor) != 0)
        scenario_broken("no thread");
    return thread;
}

static void end_turning(pthread_t thread, struct wf_reactor *reactor)
{
    wf_store_relaxed(&turning_is_over, true);
    wf_unpark(&reactor->park);
    pthread_join(thread, NULL);
}

/* --- an end while others wait --- */

struct ending {
    struct wf_async_fd async_fd;
    bool is_released;
    int fd; /* what it returned */
};

static void *end_it(void *arg)
{
    struct ending *self = arg;
    if (self->is_released)
        self->fd = wf_async_fd_release(&self->async_fd);
    else
        wf_async_fd_close(&self->async_fd);
    return NULL;
}

struct step_reply on_gone(const struct step_gone *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    struct wf_reactor *reactor = enter_reactor(&context);
    struct ending ending = {.is_released = step->end == FDS_RELEASE};
    struct wait *waits = new_waits(step->count);
    pthread_t turner = begin_turning(reactor), ender;
    int fds[2];
    make_pair(fds, true);
    reply.a += open_fails(&ending.async_fd, fds[0], WF_READABLE | WF_PRIORITY);
    for (int64_t i = 0; i < step->count; i++)
        reply.a += begin_wait(&waits[i], &ending.async_fd, i % 2 ? WF_READABLE : WF_PRIORITY);
    if (pthread_create(&ender, NULL, end_it, &ending) != 0)
        scenario_broken("no thread");
    pthread_join(ender, NULL);
    reply.a += (fcntl(fds[0], F_GETFD) >= 0) != ending.is_released;
    reply.a += ending.is_released && ending.fd != fds[0];
    for (int64_t i = 0; i < step->count; i++) {
        bool good = waits[i].wakes == 1 && waits[i].clones == 0 && poll_wait(&waits[i]) &&
                    waits[i].ready.out == WF_ECLOSED;
        reply.a += !good;
        reply.b += good;
    }
    end_turning(turner, reactor);
    if (ending.is_released)
        (void)close(fds[0]);
    (void)close(fds[1]);
    leave_reactor(&context);
    free(waits);
    return reply;
}

/* --- a storm --- */

struct stormer {
    pthread_t thread;
    struct wf_reactor *reactor;
    int64_t rounds, wrong, right;
};

/* Sleep until the future is READY. */
static void sleep_until_ready(struct wf_future *future, struct wf_park *parker)
{
    struct wf_waker waker = wf_thread_parker_waker(parker);
    struct wf_cx cx = {.waker = &waker};
    while (wf_future_poll(future, &cx) == WF_PENDING)
        (void)wf_park(parker, WF_FOREVER);
    wf_waker_drop(&waker);
}

/* One descriptor: waits that are given up, a byte that is waited for, waits that end with it. */
static void live_once(struct stormer *self, int64_t round, struct wf_park *parker)
{
    struct wf_async_fd *async_fd = mock_storage(sizeof *async_fd);
    struct wait *waits = new_waits(3);
    struct wf_fd_io *io = mock_storage(sizeof *io);
    int fds[2];
    make_pair(fds, round % 2);
    self->wrong += open_fails(async_fd, fds[0], WF_READABLE);
    for (int i = 0; i < 3; i++)
        self->wrong += begin_wait(&waits[i], async_fd, WF_READABLE);
    wf_fd_io(io, async_fd, WF_READABLE, read_byte, NULL);
    if (round % 3) {
        write_byte(fds[1]);
        wf_future_drop(&waits[0].ready.future); /* perhaps it is just being woken */
        sleep_until_ready(&io->future, parker);
        self->wrong += io->out != 1;
    }
    if (round % 5 == 4) {
        self->wrong += wf_async_fd_release(async_fd) != fds[0];
        (void)close(fds[0]);
    } else {
        wf_async_fd_close(async_fd);
    }
    for (int i = round % 3 != 0; i < 3; i++)
        self->right += poll_wait(&waits[i]) && waits[i].ready.out == WF_ECLOSED;
    (void)close(fds[1]);
    wf_future_drop(&io->future);
    for (int i = 0; i < 3; i++)
        while (wf_load_acquire(&waits[i].clones) != 0)
            (void)sched_yield(); /* its waker is being woken */
    free(io);
    free(waits);
    free(async_fd);
}

static void *live(void *arg)
{
    struct stormer *self = arg;
    struct wf_context context = {.reactor = self->reactor};
    struct wf_park *parker = new_parker();
    wf_context_enter(&context);
    for (int64_t round = 0; round < self->rounds; round++)
        live_once(self, round, parker);
    wf_context_leave(&context);
    wf_thread_parker_drop(parker);
    return NULL;
}

struct step_reply on_storm(const struct step_storm *step)
{
    struct wf_context context;
    struct step_reply reply = STEP_DONE;
    struct wf_reactor *reactor = enter_reactor(&context);
    struct stormer stormers[2];
    pthread_t turner = begin_turning(reactor);
    for (int i = 0; i < 2; i++) {
        stormers[i] = (struct stormer){.reactor = reactor, .rounds = step->rounds};
        if (pthread_create(&stormers[i].thread, NULL, live, &stormers[i]) != 0)
            scenario_broken("no thread");
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(stormers[i].thread, NULL);
        reply.a += stormers[i].wrong;
        reply.b += stormers[i].right;
    }
    end_turning(turner, reactor);
    leave_reactor(&context);
    return reply;
}
