#include "watching.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/time.h"

enum { NUMBERS = 256, TURNS = 3 };

struct wf_reactor *reactor;
static int open_before;

int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < NUMBERS; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

void begin_reactor(void)
{
    open_before = open_descriptors();
    reactor = wf_reactor_new();
    ck_assert_ptr_nonnull(reactor);
}

void end_reactor(void)
{
    wf_park_shutdown(&reactor->park);
    wf_park_drop(&reactor->park);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(open_descriptors(), open_before);
}

struct wf_source *watch_fd(int fd, unsigned interest)
{
    struct wf_source *source = NULL;
    ck_assert_int_eq(reactor->ops->watch(reactor, fd, interest, &source), 0);
    ck_assert_int_eq(source->fd, fd);
    return source;
}

void unwatch(struct wf_source *source)
{
    source->reactor->ops->unwatch(source);
}

unsigned bits_of(const struct wf_source *source)
{
    return (unsigned)(wf_readiness_look(&source->readiness) % WF_READY_TICK);
}

uint64_t ticks_of(const struct wf_source *source)
{
    return wf_readiness_look(&source->readiness) / WF_READY_TICK;
}

void clear_bits(struct wf_source *source, unsigned bits)
{
    wf_readiness_clear(&source->readiness, wf_readiness_look(&source->readiness), bits);
}

void take_turns(void)
{
    for (int i = 0; i < TURNS; i++)
        (void)wf_park(&reactor->park, 0);
}

void park_until(const struct wf_source *source, unsigned bits)
{
    uint64_t until = wf_clock_ns() + WF_SECONDS(20);
    while ((bits_of(source) & bits) != bits) {
        (void)wf_park(&reactor->park, until);
        ck_assert_msg(wf_clock_ns() < until, "of descriptor %d bits %#x have not come: %#x", source->fd, bits,
                      bits_of(source));
    }
}

void expect_bits(const struct wf_source *source, unsigned bits)
{
    struct pollfd polled = {.fd = source->fd, .events = POLLRDHUP};
    take_turns();
    ck_assert_uint_eq(bits_of(source), bits);
    ck_assert_int_ge(poll(&polled, 1, 0), 0);
    ck_assert_int_eq((bits & WF_READ_CLOSED) != 0, (polled.revents & (POLLRDHUP | POLLHUP)) != 0);
    ck_assert(!(polled.revents & POLLHUP) || (bits & WF_WRITE_CLOSED));
    ck_assert(!(bits & WF_WRITE_CLOSED) || (polled.revents & (POLLHUP | POLLERR)));
}

/* --- waiters --- */

static void *watcher_clone(void *data)
{
    return data;
}

static void watcher_wake(void *data)
{
    struct watcher *self = data;
    self->wakes++;
    if (self->act)
        self->act(self);
}

static void watcher_drop(void *data)
{
    (void)data;
}

void wait_on(struct watcher *watcher, struct wf_source *source, unsigned interest)
{
    static const struct wf_waker_ops ops = {watcher_clone, watcher_wake, watcher_wake, watcher_drop};
    const struct wf_waker waker = {&ops, watcher};
    uint64_t seen;
    watcher->source = source;
    wf_waiter_init(&watcher->waiter);
    ck_assert_int_eq(wf_waiter_poll(&watcher->waiter, &source->readiness, interest, &waker, &seen),
                     WF_PENDING);
}

void park_for_two(struct watcher watchers[2], void (*act)(struct watcher *self), int first)
{
    for (int i = 0; i < 2; i++) {
        int fd = an_event();
        watchers[i] = (struct watcher){.act = act, .other = &watchers[1 - i], .fd = fd};
        wait_on(&watchers[i], watch_fd(fd, WF_READABLE), WF_READABLE);
    }
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(eventfd_write(watchers[(first + i) % 2].fd, 1), 0);
    ck_assert_int_eq(wf_park(&reactor->park, WF_FOREVER), WF_PARK_WOKEN);
}

/* --- descriptors --- */

void open_pipe(int ends[2])
{
    ck_assert_int_eq(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
}

void open_pair(int ends[2])
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

int an_event(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

struct sockaddr_in loopback_at(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int listen_on_loopback(uint16_t *port)
{
    struct sockaddr_in address = loopback_at(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

void open_tcp(int ends[2])
{
    uint16_t port;
    int listener = listen_on_loopback(&port);
    const struct sockaddr_in address = loopback_at(port);
    struct pollfd polled = {.fd = listener, .events = POLLIN};
    ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(ends[1], (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(poll(&polled, 1, 20000), 1);
    ends[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ck_assert_int_ge(ends[0], 0);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    close(listener);
}

void put(int fd, const char *text)
{
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

void drain(int fd)
{
    char bytes[4096];
    ssize_t length;
    while ((length = read(fd, bytes, sizeof bytes)) > 0)
        continue;
    ck_assert(length == 0 || errno == EAGAIN);
}

void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

int64_t read_some(int fd, void *arg, bool *drained)
{
    char bytes[64];
    ssize_t length = read(fd, bytes, sizeof bytes);
    *drained = length > 0 && (size_t)length < sizeof bytes;
    (void)arg;
    return length < 0 ? -errno : length;
}

struct wf_runtime *new_runtime_of(enum wf_runtime_kind kind, uint32_t workers, bool paused)
{
    struct wf_runtime *one =
        wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = workers, .paused_clock = paused});
    ck_assert_ptr_nonnull(one);
    return one;
}

/* --- signals --- */

_Atomic int signals_come;

static void count_signal(int number)
{
    (void)number;
    signals_come++;
}

void begin_signals(void)
{
    const struct sigaction action = {.sa_handler = count_signal}; /* without SA_RESTART */
    const struct itimerval each_ms = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &each_ms, NULL), 0);
}

void end_signals(void)
{
    ck_assert_int_eq(setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL), 0);
}
