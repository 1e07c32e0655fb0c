/**
 * @file scenario_fd.c
 * @brief Lab 08: descriptors opened and closed, and futures that are polled by hand.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "fd_reactors.h"
#include "mocks.h"
#include "weft/async_fd.h"
#include "weft/context.h"

static struct wf_async_fd *asyncs[ASYNCS_MAX];

static struct wf_async_fd *async_at(int64_t number)
{
    struct wf_async_fd **self = &asyncs[scenario_in_range(number, ASYNCS_MAX)];
    if (!*self)
        *self = mock_storage(sizeof **self);
    return *self;
}

/* --- wakers --- */

static struct counted {
    struct wf_waker waker;
    int64_t clones;
    /* the future that a wake polls or drops, the async that it closes; -1: none */
    int64_t polls, drops, closes;
    bool clears; /* in the drop of a clone */
} wakers[WAKERS_MAX];

static struct counted *waker_at(int64_t number)
{
    return &wakers[scenario_in_range(number, WAKERS_MAX)];
}

static enum wf_poll poll_by_hand(int64_t future, int64_t waker, int64_t *out)
{
    struct wf_future *polled = mock_future(future);
    struct wf_cx cx = {.waker = &waker_at(waker)->waker};
    enum wf_poll poll = wf_future_poll(polled, &cx);
    if (poll == WF_READY)
        *out = polled->ops->out_size == sizeof(int) ? *(int *)wf_future_out(polled)
                                                    : *(int64_t *)wf_future_out(polled);
    return poll;
}

static void poll_and_tell(int64_t future, int64_t waker)
{
    int64_t out = 0;
    enum wf_poll poll = poll_by_hand(future, waker, &out);
    scenario_event(EVENT_WAITER_POLLED, future, poll | out * 2);
}

static void *counted_clone(void *data)
{
    ((struct counted *)data)->clones++;
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct counted *self = data;
    int64_t polls = self->polls, drops = self->drops, closes = self->closes;
    self->polls = self->drops = self->closes = -1;
    scenario_event(EVENT_WOKEN, self - wakers, 0);
    if (polls >= 0)
        poll_and_tell(polls, 0);
    if (closes >= 0)
        wf_async_fd_close(async_at(closes));
    if (drops >= 0) {
        wf_future_drop(mock_future(drops));
        (void)mock_frame(drops, 1);
    }
}

static void counted_drop(void *data)
{
    struct counted *self = data;
    bool clears = self->clears;
    self->clears = false;
    self->clones--;
    if (clears)
        wf_readiness_clear(readiness_of(0), wf_readiness_look(readiness_of(0)), ALL_BITS);
}

static void counted_wake(void *data)
{
    counted_drop(data);
    counted_wake_by_ref(data);
}

static const struct wf_waker_ops counted_ops = {counted_clone, counted_wake, counted_wake_by_ref,
                                                counted_drop};

static ON_STEP(clears_in_drop, DONE_BY(waker_at(step->waker)->clears = true));
static ON_STEP(polls_in_wake, DONE_BY(waker_at(step->waker)->polls = step->future));
static ON_STEP(closes_in_wake, DONE_BY(waker_at(step->waker)->closes = step->async));
static ON_STEP(drops_in_wake, DONE_BY(waker_at(step->waker)->drops = step->future));

static struct wf_waiter raw;
static ON_STEP(raw_drop, DONE_BY(wf_waiter_drop(&raw)));

static struct step_reply on_raw(const struct step_raw *step)
{
    uint64_t seen = 0;
    enum wf_poll poll = wf_waiter_poll(&raw, readiness_of(step->descriptor), (unsigned)step->interest,
                                       &waker_at(step->waker)->waker, &seen);
    return (struct step_reply){poll, (int64_t)seen};
}

static struct step_reply on_fd_clones(const struct step_fd_clones *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int i = 0; i < WAKERS_MAX; i++)
        reply.a += wakers[i].clones;
    return reply;
}

static struct step_reply on_open_numbers(const struct step_open_numbers *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int fd = 0; fd < 1024; fd++)
        reply.a += fcntl(fd, F_GETFD) >= 0 && !is_of_scenario(fd);
    return reply;
}

/* --- open, close, release --- */

static int64_t says(const struct wf_async_fd *async_fd, int fd)
{
    return (async_fd->source ? 1 : 0) | (async_fd->fd == fd ? 2 : 0);
}

static struct step_reply on_open(const struct step_open *step)
{
    struct wf_async_fd *async_fd = async_at(step->async);
    int fd = descriptor_at(step->descriptor)->fd;
    go_to(step->place);
    struct step_reply reply = {wf_async_fd_open(async_fd, fd, (unsigned)step->interest), 0};
    go_to(THIS_RUNTIME);
    reply.b = says(async_fd, reply.a == 0 ? fd : -1);
    return reply;
}

static ON_STEP(never,
               DONE_BY(*async_at(step->async) = (struct wf_async_fd){.fd = step->how == ALL_ZERO ? 0 : -1}));

/* Replies whether it closed a number that is not open, which may be another thread's by then. */
static struct step_reply on_close_fd(const struct step_close_fd *step)
{
    go_to(step->place);
    errno = 0;
    wf_async_fd_close(async_at(step->async));
    int64_t wrong = errno == EBADF;
    go_to(THIS_RUNTIME);
    return (struct step_reply){wrong, says(async_at(step->async), -1)};
}

static struct step_reply on_release(const struct step_release *step)
{
    go_to(step->place);
    int fd = wf_async_fd_release(async_at(step->async));
    go_to(THIS_RUNTIME);
    return (struct step_reply){number_of_fd(fd), says(async_at(step->async), -1)};
}

/* --- the script of calls --- */

enum { SCRIPT_MAX = 256 };

static struct step_script script[SCRIPT_MAX];
static int64_t script_end, script_at, times_made; /* of that call of the script */
static int argument;                              /* its address is the calls' */
static WF_ATOMIC(bool) canceled, canceled_outside;

static struct step_reply on_script(const struct step_script *step)
{
    if (script_at == script_end)
        script_at = script_end = times_made = 0;
    script[scenario_in_range(script_end, SCRIPT_MAX)] = *step;
    script_end++;
    return STEP_DONE;
}

static int64_t scripted_call(int fd, void *arg, bool *drained)
{
    int64_t number = number_of_fd(fd);
    if (times_made == 0) /* one event for all times */
        scenario_event(EVENT_CALLED, number,
                       (arg == &argument ? CALLED_WITH_ARG : 0) | (*drained ? 0 : CALLED_UNDRAINED) |
                           (script_at == script_end ? CALLED_BEYOND_SCRIPT : 0));
    if (script_at == script_end)
        return 77;
    const struct step_script *now = &script[script_at];
    if (++times_made >= now->times) {
        script_at++;
        times_made = 0;
    }
    switch (now->meanwhile) {
    case READABLE:
    case EVENT_AND_POLLS_B:
        tell_of(number, WF_READABLE);
        break;
    case WRITABLE:
        tell_of(number, WF_WRITABLE);
        break;
    case SHUTDOWN:
        shut_down(THIS_RUNTIME);
        break;
    case CANCELS:
        wf_store_relaxed(&canceled, true);
        break;
    case CLOSES:
        wf_async_fd_close(async_at(0));
        break;
    case RELEASES:
        (void)!wf_async_fd_release(async_at(0));
        break;
    case REOPENS:
        (void)!wf_async_fd_release(async_at(0));
        if (wf_async_fd_open(async_at(0), descriptor_at(1)->fd, WF_READABLE) != 0)
            scenario_broken("it is not opened anew");
        tell_of(1, WF_READABLE);
        break;
    case CLEARS:
        wf_readiness_clear(readiness_of(number), wf_readiness_look(readiness_of(number)), WF_READABLE);
        break;
    default:
        break;
    }
    if (now->meanwhile == POLLS_B || now->meanwhile == EVENT_AND_POLLS_B)
        poll_and_tell(B, WAKERS_MAX - 1);
    *drained = now->drained;
    errno = now->result == -EAGAIN ? EPIPE : EAGAIN; /* the result counts, and this does not */
    return now->result;
}

static ON_STEP(forget_script, DONE_BY(script_at = script_end = times_made = 0));
static ON_STEP(calls_left, ANSWERS(script_end - script_at));

/* --- futures --- */

#define FRAME(step, type) mock_frame((step)->future, sizeof(struct type))
static ON_STEP(ready, DONE_BY(wf_fd_ready(FRAME(step, wf_fd_ready), async_at(step->async),
                                          (unsigned)step->interest)));
static ON_STEP(io, DONE_BY(wf_fd_io(FRAME(step, wf_fd_io), async_at(step->async), (unsigned)step->interest,
                                    scripted_call, &argument)));
static ON_STEP(drop_future, DONE_BY(wf_future_drop(mock_future(step->future))));

static const struct wf_fd_ready *ready_at(int64_t future)
{
    return (const struct wf_fd_ready *)mock_future(future);
}

static ON_STEP(bits, ANSWERS((int64_t)ready_at(step->future)->seen));
static ON_STEP(clear_seen, DONE_BY(wf_async_fd_clear(async_at(step->async), ready_at(step->future)->seen,
                                                     (unsigned)step->bits)));

static uint32_t units_left, units_left_outside;
static ON_STEP(units, (struct step_reply){units_left, units_left_outside});

static struct step_reply on_poll_future(const struct step_poll_future *step)
{
    struct wf_context outside = {.constrained = true, .budget = OUTSIDE_UNITS, .canceled = &canceled_outside};
    struct wf_context context = {.constrained = step->units >= 0,
                                 .budget = step->units >= 0 ? (uint32_t)step->units : 0,
                                 .canceled = step->request == CANCELED_ONLY_OUTSIDE ? NULL : &canceled};
    int64_t out = 0;
    wf_store_relaxed(&canceled, step->request == CANCELED);
    wf_store_relaxed(&canceled_outside, step->request > CANCELED);
    go_to(step->place);
    wf_context_enter(&outside);
    wf_context_enter(&context);
    enum wf_poll poll = poll_by_hand(step->future, step->waker, &out);
    units_left = context.budget;
    units_left_outside = outside.budget;
    wf_context_leave(&context);
    wf_context_leave(&outside);
    go_to(THIS_RUNTIME);
    return (struct step_reply){poll, out};
}

/* --- the scenario --- */

static void begin(void)
{
    mocks_begin();
    reactors_begin();
    for (int i = 0; i < WAKERS_MAX; i++)
        wakers[i] =
            (struct counted){.waker = {&counted_ops, &wakers[i]}, .polls = -1, .drops = -1, .closes = -1};
    wf_waiter_init(&raw);
    go_to(THIS_RUNTIME);
}

static void end(void)
{
    wf_context_current->reactor = NULL;
    mocks_end();
    for (int i = 0; i < ASYNCS_MAX; i++)
        free(asyncs[i]);
    reactors_end();
}

STEP_SCENARIO(fd, FD_STEPS, begin, end)
