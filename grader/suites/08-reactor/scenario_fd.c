/**
 * @file scenario_fd.c
 * @brief Lab 08: descriptors in reactors that do as they are told, and futures that are polled by hand.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mocks.h"
#include "stage.h"
#include "weft/async_fd.h"
#include "weft/context.h"

/* --- descriptors --- */

static struct descriptor {
    int fd, other; /* the other end; -1: none */
    struct stat file;
} descriptors[DESCRIPTORS_MAX];

static struct descriptor *descriptor_at(int64_t number)
{
    return &descriptors[scenario_in_range(number, DESCRIPTORS_MAX)];
}

static int64_t number_of_fd(int fd)
{
    for (int64_t i = 0; fd != -1 && i < DESCRIPTORS_MAX; i++)
        if (descriptors[i].fd == fd)
            return i;
    return fd == -1 ? -1 : -2;
}

/* Whether the number is still that open file. */
static bool is_ours(const struct descriptor *self)
{
    struct stat file;
    return self->fd >= 0 && fstat(self->fd, &file) == 0 && file.st_ino == self->file.st_ino &&
           file.st_dev == self->file.st_dev;
}

static void forget(struct descriptor *self)
{
    if (is_ours(self))
        (void)close(self->fd);
    if (self->other >= 0)
        (void)close(self->other);
    *self = (struct descriptor){.fd = -1, .other = -1};
}

static struct step_reply on_descriptor(const struct step_descriptor *step)
{
    struct descriptor *self = descriptor_at(step->descriptor);
    int fds[2];
    forget(self);
    if ((step->kind == SOCKET ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds)) != 0)
        scenario_broken("no more descriptors");
    int mine = step->kind == PIPE_WRITE;
    self->fd = fds[mine];
    self->other = fds[!mine];
    for (struct descriptor *old = descriptors; old < descriptors + DESCRIPTORS_MAX; old++)
        if (old != self && old->fd == self->fd)
            old->fd = -1; /* it was closed, and its number is this one's now */
    if (fstat(self->fd, &self->file) != 0 ||
        fcntl(self->fd, F_SETFL,
              (step->flags & HAS_NONBLOCK ? O_NONBLOCK : 0) | (step->flags & HAS_APPEND ? O_APPEND : 0)) != 0 ||
        fcntl(self->fd, F_SETFD, step->flags & HAS_CLOEXEC ? FD_CLOEXEC : 0) != 0)
        scenario_broken("a descriptor has no flags");
    if (step->kind == NOT_OPEN)
        (void)close(self->fd);
    return STEP_DONE;
}

static struct step_reply on_flags(const struct step_flags *step)
{
    int fd = descriptor_at(step->descriptor)->fd, flags = fcntl(fd, F_GETFL), of_fd = fcntl(fd, F_GETFD);
    if (flags < 0 || of_fd < 0)
        return ANSWERS(-errno);
    return ANSWERS((flags & O_NONBLOCK ? HAS_NONBLOCK : 0) | (flags & O_APPEND ? HAS_APPEND : 0) |
                   (of_fd & FD_CLOEXEC ? HAS_CLOEXEC : 0));
}

static ON_STEP(owner, ANSWERS(is_ours(descriptor_at(step->descriptor))));

/* --- reactors --- */

enum { REACTORS = 2 };

static struct mock_reactor {
    struct wf_reactor head;
} reactors[REACTORS];

struct mock_source {
    struct wf_source head;
    struct mock_source *next;
};

static struct mock_source *sources; /* the newest first */
static int64_t next_failure;
static ON_STEP(fails, DONE_BY(next_failure = step->code));

static int mock_watch(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    int failed = (int)next_failure;
    next_failure = 0;
    scenario_event(EVENT_WATCHED, number_of_fd(fd), interest | (int64_t)(reactor != &reactors[0].head) << 32);
    if (failed)
        return failed;
    struct mock_source *source = mock_storage(sizeof *source);
    source->head.reactor = reactor;
    source->head.fd = fd;
    wf_readiness_init(&source->head.readiness);
    source->next = sources;
    sources = source;
    *out = &source->head;
    return 0;
}

static void mock_unwatch(struct wf_source *head)
{
    struct mock_source **link = &sources;
    while (*link && &(*link)->head != head)
        link = &(*link)->next;
    int64_t found = (fcntl(head->fd, F_GETFD) >= 0 ? UNWATCHED_OPEN : 0) |
                    (wf_list_is_empty(&head->readiness.waiters) ? UNWATCHED_ALONE : 0) |
                    (*link ? UNWATCHED_THERE : 0);
    scenario_event(EVENT_UNWATCHED, number_of_fd(head->fd), found);
    if (!*link)
        return;
    struct mock_source *source = *link;
    *link = source->next;
    wf_readiness_destroy(&head->readiness);
    free(source);
}

static const struct wf_reactor_ops mock_ops = {.watch = mock_watch, .unwatch = mock_unwatch};

static struct wf_readiness *readiness_of(int64_t descriptor)
{
    int fd = descriptor_at(descriptor)->fd;
    for (struct mock_source *source = sources; source; source = source->next)
        if (source->head.fd == fd)
            return &source->head.readiness;
    return NULL;
}

static void tell_of(int64_t descriptor, unsigned bits)
{
    struct wf_readiness *readiness = readiness_of(descriptor);
    if (readiness)
        wf_readiness_event(readiness, bits);
}

static void shut_down(int64_t place)
{
    for (struct mock_source *source = sources; source; source = source->next)
        if (source->head.reactor == &reactors[place].head)
            wf_readiness_close(&source->head.readiness);
}

static ON_STEP(tell, DONE_BY(tell_of(step->descriptor, (unsigned)step->bits)));
static ON_STEP(end, DONE_BY(shut_down(scenario_in_range(step->place, REACTORS))));

static struct step_reply on_word(const struct step_word *step)
{
    const struct wf_readiness *readiness = readiness_of(step->descriptor);
    return (struct step_reply){readiness ? (int64_t)wf_readiness_look(readiness) : 0, readiness != NULL};
}

static struct step_reply on_waiting(const struct step_waiting *step)
{
    const struct wf_readiness *readiness = readiness_of(step->descriptor);
    struct step_reply reply = STEP_DONE;
    if (readiness)
        for (const struct wf_list *node = readiness->waiters.next;
             node != &readiness->waiters && reply.a < 100; node = node->next)
            reply.a++;
    return reply;
}

static struct wf_waiter raw;

static struct step_reply on_raw_drop(const struct step_raw_drop *step)
{
    (void)step;
    wf_waiter_drop(&raw);
    return STEP_DONE;
}

static void go_to(int64_t place)
{
    wf_context_current->reactor =
        place == NO_RUNTIME ? NULL : &reactors[scenario_in_range(place, REACTORS)].head;
}

/* --- wakers --- */

static struct counted {
    struct wf_waker waker;
    int64_t clones, wakes;
    int64_t polls, drops; /* the future that a wake polls or drops; -1: none */
} wakers[WAKERS_MAX];

static enum wf_poll poll_by_hand(int64_t future, int64_t waker, int64_t *out)
{
    struct wf_future *polled = mock_future(future);
    struct wf_cx cx = {.waker = &wakers[scenario_in_range(waker, WAKERS_MAX)].waker};
    enum wf_poll poll = wf_future_poll(polled, &cx);
    if (poll == WF_READY)
        *out = polled->ops->out_size == sizeof(int) ? *(int *)wf_future_out(polled)
                                                    : *(int64_t *)wf_future_out(polled);
    return poll;
}

static void *counted_clone(void *data)
{
    ((struct counted *)data)->clones++;
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct counted *self = data;
    int64_t polls = self->polls, drops = self->drops, out = 0;
    self->wakes++;
    self->polls = self->drops = -1;
    scenario_event(EVENT_WOKEN, self - wakers, 0);
    if (polls >= 0) {
        enum wf_poll poll = poll_by_hand(polls, 0, &out);
        scenario_event(EVENT_WAITER_POLLED, polls, poll | out * 2);
    }
    if (drops >= 0) {
        wf_future_drop(mock_future(drops));
        (void)mock_frame(drops, 1);
    }
}

static void counted_drop(void *data)
{
    ((struct counted *)data)->clones--;
}

static void counted_wake(void *data)
{
    counted_drop(data);
    counted_wake_by_ref(data);
}

static const struct wf_waker_ops counted_ops = {counted_clone, counted_wake, counted_wake_by_ref,
                                                counted_drop};

static struct counted *waker_at(int64_t number)
{
    return &wakers[scenario_in_range(number, WAKERS_MAX)];
}

static ON_STEP(fd_waker, (struct step_reply){waker_at(step->waker)->clones, waker_at(step->waker)->wakes});
static ON_STEP(polls_in_wake, DONE_BY(waker_at(step->waker)->polls = step->future));
static ON_STEP(drops_in_wake, DONE_BY(waker_at(step->waker)->drops = step->future));

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

/* --- open, close, release --- */

static struct wf_async_fd *asyncs[ASYNCS_MAX];

static struct wf_async_fd *async_at(int64_t number)
{
    struct wf_async_fd **self = &asyncs[scenario_in_range(number, ASYNCS_MAX)];
    if (!*self)
        *self = mock_storage(sizeof **self);
    return *self;
}

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

static ON_STEP(never, DONE_BY(*async_at(step->async) = (struct wf_async_fd){.fd = -1}));

static struct step_reply on_close_fd(const struct step_close_fd *step)
{
    go_to(step->place);
    wf_async_fd_close(async_at(step->async));
    go_to(THIS_RUNTIME);
    return (struct step_reply){0, says(async_at(step->async), -1)};
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
static int64_t script_end, script_at, calls;
static int argument; /* its address is the calls' */
static WF_ATOMIC(bool) canceled;

static struct step_reply on_script(const struct step_script *step)
{
    if (script_at == script_end)
        script_at = script_end = 0;
    script[scenario_in_range(script_end, SCRIPT_MAX)] = *step;
    script_end++;
    return STEP_DONE;
}

static int64_t scripted_call(int fd, void *arg, bool *drained)
{
    int64_t number = number_of_fd(fd), out = 0;
    calls++;
    scenario_event(EVENT_CALLED, number,
                   (arg == &argument ? CALLED_WITH_ARG : 0) | (*drained ? 0 : CALLED_UNDRAINED) |
                       (script_at == script_end ? CALLED_BEYOND_SCRIPT : 0));
    if (script_at == script_end)
        return 77;
    const struct step_script *now = &script[script_at++];
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
    case CLEARS:
        wf_readiness_clear(readiness_of(number), wf_readiness_look(readiness_of(number)), WF_READABLE);
        break;
    default:
        break;
    }
    if (now->meanwhile == POLLS_B || now->meanwhile == EVENT_AND_POLLS_B) {
        enum wf_poll poll = poll_by_hand(B, WAKERS_MAX - 1, &out);
        scenario_event(EVENT_WAITER_POLLED, B, poll | out * 2);
    }
    *drained = now->drained;
    return now->result;
}

static ON_STEP(called, (struct step_reply){calls, script_end - script_at});

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

static uint32_t units_left;
static ON_STEP(units, ANSWERS(units_left));

static struct step_reply on_poll_future(const struct step_poll_future *step)
{
    struct wf_context context = {.constrained = step->units >= 0,
                                 .budget = step->units >= 0 ? (uint32_t)step->units : 0,
                                 .canceled = &canceled};
    int64_t out = 0;
    wf_store_relaxed(&canceled, step->request == CANCELED);
    go_to(step->place);
    wf_context_enter(&context);
    enum wf_poll poll = poll_by_hand(step->future, step->waker, &out);
    units_left = context.budget;
    wf_context_leave(&context);
    go_to(THIS_RUNTIME);
    return (struct step_reply){poll, out};
}

/* --- the scenario --- */

static void begin(void)
{
    mocks_begin();
    (void)close(0); /* 0 is a descriptor like any other: the next one made has it */
    for (int i = 0; i < REACTORS; i++)
        reactors[i].head.ops = &mock_ops;
    for (int i = 0; i < WAKERS_MAX; i++)
        wakers[i] = (struct counted){.waker = {&counted_ops, &wakers[i]}, .polls = -1, .drops = -1};
    for (int i = 0; i < DESCRIPTORS_MAX; i++)
        descriptors[i] = (struct descriptor){.fd = -1, .other = -1};
    wf_waiter_init(&raw);
    go_to(THIS_RUNTIME);
}

static void end(void)
{
    wf_context_current->reactor = NULL;
    mocks_end();
    for (int i = 0; i < ASYNCS_MAX; i++)
        free(asyncs[i]);
    for (int i = 0; i < DESCRIPTORS_MAX; i++)
        forget(&descriptors[i]);
}

STEP_SCENARIO(fd, FD_STEPS, begin, end)
