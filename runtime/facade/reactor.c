/**
 * @file reactor.c
 * @brief The reactor on libevent: one edge-triggered event for each descriptor, a timerfd for the deadline, an eventfd for the unpark.
 *
 * ## Who wakes, and where
 *
 * A callback of libevent notes the event down and puts the source aside; wakers are called when the loop has returned. So an unwatch, which
 * waits in event_del() until a callback on another thread has ended, waits for no user's code.
 *
 * ## What libevent does not tell
 *
 * It knows no priority data, and reports an error or a hang-up as readable and writable. So each descriptor is in a second set as well, an epoll
 * instance of our own, `states`, for these alone; libevent watches whether that has something to tell. An event comes there seldom, and
 * costs an epoll_wait() more then, an error also an fstat(). That set is also what refuses a file that cannot be waited for, and a
 * descriptor that is there twice: libevent would merge the two, and tell the second one nothing of what is ready already.
 *
 * ## Whose is an event
 *
 * libevent knows a descriptor by its number. Between its epoll_wait() and its look for who is to be told, another thread may unwatch a
 * number, and watch the next file that has it, which is told then. So a source remembers the loop in which it was made: an event in that very
 * loop may be another's, and poll() is asked. In a later loop it is its own: what was unwatched before a loop does not come in it.
 *
 * ## Whose is a source
 *
 * It has a reference for its owner, until unwatch; one for the reactor, as long as it is in `sources`; and one while it is put aside. An
 * unwatch or the shutdown takes it out of `sources`, under the lock, takes over the reactor's reference, and deletes libevent's event. The
 * entry in `states` is deleted by an unwatch, under the lock; behind the shutdown no park asks `states` any more. Each source keeps the
 * reactor's memory, not its base, which is freed when the park is dropped: an unwatch behind that finds the source in no list.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/detail/event_base.h"
#include "weft/detail/reactor.h"
#include "weft/error.h"

/* LOCKS: of readinesses, each of many: an odd number spreads descriptors that are used in turn */
enum { STATES_AT_ONCE = 32, LOCKS = 31 };

struct reactor {
    struct wf_reactor head; /* first */
    struct event_base *base;
    struct event *unparked, *timer, *states_changed;
    int timer_fd, states, unpark_fd; /* -1: none */

    /* of the thread that parks */
    uint64_t armed_ns;        /* what the timer is set to; WF_FOREVER: to nothing, or it has expired */
    struct wf_list put_aside; /* sources whose waiters are to be woken */

    pthread_mutex_t locks[LOCKS];   /* of the sources' readinesses, by descriptor: they outlive the sources */
    WF_ATOMIC(uint32_t) loops;      /* of libevent, that have begun; written by the thread that parks */
    WF_ATOMIC(int) permit;          /* unparked, and no park has returned since */
    WF_ATOMIC(uint32_t) references; /* of the owner of the park, and of each source */
    pthread_mutex_t lock;           /* guards what follows */
    struct wf_list sources;
    bool closed; /* shut down */
};

struct source {
    struct wf_source head; /* first */
    struct wf_list link;   /* in `sources`; alone: an unwatch or the shutdown has taken it out */
    struct event event;    /* added, if it was opened for reading or writing */
    WF_ATOMIC(uint32_t) references;
    uint32_t born;             /* constant: reactor.loops, read before it was watched */
    unsigned aside_bits;       /* of the thread that parks: what has come; 0: it is not put aside */
    struct wf_list aside_link; /* of the thread that parks: in `put_aside`, if there are bits */
};

/* --- references --- */

static void unreference(struct reactor *self)
{
    /* acq_rel: the thread that frees sees what all others did */
    if (wf_fetch_sub_acq_rel(&self->references, 1) == 1) {
        pthread_mutex_destroy(&self->lock);
        for (unsigned i = 0; i < LOCKS; i++)
            pthread_mutex_destroy(&self->locks[i]);
        wf_free(self, sizeof *self);
    }
}

static struct reactor *reactor_of(const struct source *source)
{
    return (struct reactor *)source->head.reactor;
}

static void unreference_source(struct source *source)
{
    if (wf_fetch_sub_acq_rel(&source->references, 1) == 1) { /* acq_rel: as above */
        struct reactor *self = reactor_of(source);
        wf_free(source, sizeof *source);
        unreference(self);
    }
}

/* --- what the kernel tells --- */

/* Note an event down; its waiters are woken when the loop has returned. */
static void put_aside(struct source *source, unsigned bits)
{
    struct reactor *self = reactor_of(source);
    wf_readiness_add(&source->head.readiness, bits);
    if (source->aside_bits == 0) {
        wf_fetch_add_relaxed(&source->references, 1); /* relaxed: the reactor's keeps it */
        wf_list_push_back(&self->put_aside, &source->aside_link);
    }
    source->aside_bits |= bits;
}

static void wake_those_aside(struct reactor *self)
{
    struct wf_list *node;
    while ((node = wf_list_pop_front(&self->put_aside))) {
        struct source *source = WF_CONTAINER_OF(node, struct source, aside_link);
        unsigned bits = source->aside_bits;
        source->aside_bits = 0;
        wf_readiness_wake(&source->head.readiness, bits);
        unreference_source(source);
    }
}

/* Those of `bits` that are true of the descriptor now. */
static unsigned still_true(int fd, unsigned bits)
{
    struct pollfd now = {.fd = fd, .events = POLLIN | POLLOUT};
    (void)poll(&now, 1, 0);
    if (now.revents & (POLLERR | POLLHUP))
        return bits; /* as libevent has it */
    return bits & ((now.revents & POLLIN ? WF_READABLE : 0u) | (now.revents & POLLOUT ? WF_WRITABLE : 0u));
}

static void on_source(evutil_socket_t fd, short what, void *arg)
{
    struct source *source = arg;
    unsigned bits = (what & EV_READ ? WF_READABLE : 0u) | (what & EV_WRITE ? WF_WRITABLE : 0u);
    if (source->born == wf_load_relaxed(&reactor_of(source)->loops)) /* relaxed: this thread wrote it */
        bits = still_true(fd, bits);
    if (bits != 0)
        put_aside(source, bits);
}

static bool is_pipe(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* Of a pipe, an error means that nobody reads it. With the lock: the descriptor is still the source's. */
static unsigned bits_of_state(const struct source *source, uint32_t events)
{
    unsigned bits = 0;
    if (events & EPOLLPRI)
        bits |= WF_PRIORITY;
    if (events & EPOLLERR)
        bits |= WF_ERROR | (is_pipe(source->head.fd) ? WF_WRITE_CLOSED : 0u);
    if (events & EPOLLRDHUP)
        bits |= WF_READ_CLOSED;
    if (events & EPOLLHUP)
        bits |= WF_READ_CLOSED | WF_WRITE_CLOSED;
    return bits;
}

/* Under the lock a source that epoll_wait() tells of is not freed: what is in `states` is in `sources`. */
static void on_states_changed(evutil_socket_t fd, short what, void *arg)
{
    struct reactor *self = arg;
    struct epoll_event events[STATES_AT_ONCE];
    int count;
    (void)fd, (void)what;
    do {
        pthread_mutex_lock(&self->lock);
        count = epoll_wait(self->states, events, STATES_AT_ONCE, 0);
        for (int i = 0; i < count; i++) {
            struct source *source = events[i].data.ptr;
            put_aside(source, bits_of_state(source, events[i].events));
        }
        pthread_mutex_unlock(&self->lock);
    } while (count == STATES_AT_ONCE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    ((struct reactor *)arg)->armed_ns = WF_FOREVER;
}

static void on_unparked(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg; /* that it ends the loop is all */
}

/* --- the park --- */

/* One round of libevent's loop. Returns whether anything came for a source. */
static bool loop_once(struct reactor *self, int flags)
{
    /* relaxed: libevent's lock, which this thread takes before it waits, and an unwatch takes, hands it on */
    wf_store_relaxed(&self->loops, wf_load_relaxed(&self->loops) + 1);
    (void)event_base_loop(self->base, EVLOOP_ONCE | flags);
    bool worked = !wf_list_is_empty(&self->put_aside);
    wake_those_aside(self);
    return worked;
}

/* acquire: pairs with the exchange of reactor_unpark(): what was done before the unpark is seen. */
static bool take_permit(struct reactor *self)
{
    /* relaxed first: an exchange costs more. One that is missed here comes with an event, which ends the loop that follows. */
    return wf_load_relaxed(&self->permit) != 0 && wf_exchange_acquire(&self->permit, 0) == 1;
}

/* The timer expires at the deadline, or earlier: then the park goes round once in vain. To set it anew for each later deadline would be a
 * system call for each park. */
static void arm(struct reactor *self, uint64_t deadline_ns)
{
    if (self->armed_ns <= deadline_ns)
        return;
    self->armed_ns = deadline_ns;
    const struct itimerspec at = {.it_value = wf_timespec_of(deadline_ns)};
    (void)timerfd_settime(self->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static enum wf_parked reactor_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct reactor *self = (struct reactor *)park;
    bool permit = take_permit(self), only_a_turn = permit || deadline_ns == 0;
    for (;;) {
        if (!only_a_turn)
            arm(self, deadline_ns);
        bool worked = loop_once(self, only_a_turn ? EVLOOP_NONBLOCK : 0);
        if (take_permit(self) || permit || worked)
            return WF_PARK_WOKEN;
        if (only_a_turn || wf_clock_ns() >= deadline_ns)
            return WF_PARK_TIMED_OUT;
    }
}

static void reactor_unpark(struct wf_park *park)
{
    struct reactor *self = (struct reactor *)park;
    /* acq_rel: pairs with take_permit(). An unpark that finds the permit there leaves the write to the one that brought it. Not
     * event_active(): that wakes the loop's thread while it holds libevent's lock, which the thread wants first; on one processor that is two
     * switches more for each wake. */
    if (wf_exchange_acq_rel(&self->permit, 1) == 0)
        (void)eventfd_write(self->unpark_fd, 1); /* edge-triggered: nobody reads it, each write tells */
}

/* --- sources --- */

/* Without the lock: it waits for the event's callback, if that runs on another thread just now. */
static void delete_event(struct source *source)
{
    if (event_initialized(&source->event))
        (void)event_del(&source->event);
}

/* Add the source to `states` and to libevent. With the lock. */
static int add_events(struct reactor *self, struct source *source, unsigned interest)
{
    int fd = source->head.fd;
    struct epoll_event states = {.events = (uint32_t)EPOLLET | EPOLLRDHUP |
                                           (interest & WF_PRIORITY ? EPOLLPRI : 0u),
                                 .data.ptr = source};
    if (epoll_ctl(self->states, EPOLL_CTL_ADD, fd, &states) != 0)
        return errno == EPERM ? WF_ENOTPOLLABLE : -errno;
    short what = (short)((interest & WF_READABLE ? EV_READ : 0) | (interest & WF_WRITABLE ? EV_WRITE : 0));
    if (what == 0)
        return 0;
    if (event_assign(&source->event, self->base, fd, (short)(what | EV_ET | EV_PERSIST), on_source, source) ==
            0 &&
        event_add(&source->event, NULL) == 0)
        return 0;
    int failed = errno;
    (void)epoll_ctl(self->states, EPOLL_CTL_DEL, fd, NULL);
    return failed ? -failed : WF_ENOMEM;
}

static int reactor_watch(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    struct reactor *self = (struct reactor *)reactor;
    struct source *source = wf_alloc(sizeof *source);
    if (!source)
        return WF_ENOMEM;
    *source = (struct source){.head = {.reactor = reactor, .fd = fd},
                              .born = wf_load_relaxed(&self->loops)}; /* relaxed: see loop_once() */
    wf_readiness_init(&source->head.readiness, &self->locks[(unsigned)fd % LOCKS]);
    wf_store_relaxed(&source->references, 2);   /* relaxed: the lock publishes it. Owner's and reactor's */
    wf_fetch_add_relaxed(&self->references, 1); /* relaxed: the caller's keeps it */
    pthread_mutex_lock(&self->lock);
    int failed = self->closed ? WF_ECLOSED : add_events(self, source, interest);
    if (!failed)
        wf_list_push_back(&self->sources, &source->link);
    pthread_mutex_unlock(&self->lock);
    if (failed) {
        unreference_source(source);
        unreference_source(source);
        return failed;
    }
    *out = &source->head;
    return 0;
}

static void reactor_unwatch(struct wf_source *head)
{
    struct source *source = (struct source *)head;
    struct reactor *self = reactor_of(source);
    pthread_mutex_lock(&self->lock);
    bool is_mine = !wf_list_is_empty(&source->link); /* else it is the shutdown's */
    /* Where the descriptor was closed too early, its entry may live on with a duplicate: then the reactor's reference does too. */
    bool is_gone = is_mine && epoll_ctl(self->states, EPOLL_CTL_DEL, head->fd, NULL) == 0;
    if (is_gone)
        wf_list_remove(&source->link);
    pthread_mutex_unlock(&self->lock);
    if (is_mine)
        delete_event(source);
    if (is_gone)
        unreference_source(source);
    unreference_source(source);
}

/* --- the end --- */

static void reactor_shutdown(struct wf_park *park)
{
    struct reactor *self = (struct reactor *)park;
    for (;;) {
        pthread_mutex_lock(&self->lock);
        self->closed = true;
        struct wf_list *node = wf_list_pop_front(&self->sources);
        pthread_mutex_unlock(&self->lock);
        if (!node)
            return;
        struct source *source = WF_CONTAINER_OF(node, struct source, link);
        delete_event(source);
        wf_readiness_close(&source->head.readiness);
        unreference_source(source);
    }
}

static void reactor_drop(struct wf_park *park)
{
    struct reactor *self = (struct reactor *)park;
    struct event *const own[] = {self->unparked, self->timer, self->states_changed};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i])
            event_free(own[i]);
    if (self->base)
        event_base_free(self->base);
    const int fds[] = {self->timer_fd, self->states, self->unpark_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
    unreference(self);
}

/* --- the beginning --- */

static const struct wf_park_ops park_ops = {
    .name = "reactor",
    .park = reactor_park,
    .unpark = reactor_unpark,
    .shutdown = reactor_shutdown,
    .drop = reactor_drop,
};

static const struct wf_reactor_ops reactor_ops = {.watch = reactor_watch, .unwatch = reactor_unwatch};

static bool add_own(struct reactor *self, struct event **event, int fd, short what, event_callback_fn callback)
{
    *event = event_new(self->base, fd, (short)(what | EV_PERSIST), callback, self);
    return *event && event_add(*event, NULL) == 0;
}

struct wf_reactor *wf_reactor_new(void)
{
    struct reactor *self = wf_alloc(sizeof *self);
    if (!self) {
        errno = ENOMEM;
        return NULL;
    }
    *self = (struct reactor){.head = {.park = {&park_ops}, .ops = &reactor_ops},
                             .timer_fd = -1,
                             .states = -1,
                             .unpark_fd = -1,
                             .armed_ns = WF_FOREVER};
    wf_list_init(&self->put_aside);
    wf_list_init(&self->sources);
    pthread_mutex_init(&self->lock, NULL);
    for (unsigned i = 0; i < LOCKS; i++)
        pthread_mutex_init(&self->locks[i], NULL);
    wf_store_relaxed(&self->references, 1); /* relaxed: nobody else knows it */
    errno = ENOMEM;                         /* where libevent does not say */
    if ((self->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) >= 0 &&
        (self->states = epoll_create1(EPOLL_CLOEXEC)) >= 0 &&
        (self->unpark_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) >= 0 &&
        (self->base = wf_event_base_new(self->states)) &&
        add_own(self, &self->unparked, self->unpark_fd, EV_READ | EV_ET, on_unparked) &&
        add_own(self, &self->timer, self->timer_fd, EV_READ | EV_ET, on_timer) &&
        add_own(self, &self->states_changed, self->states, EV_READ, on_states_changed))
        return &self->head;
    int failed = errno;
    reactor_drop(&self->head.park);
    errno = failed;
    return NULL;
}
