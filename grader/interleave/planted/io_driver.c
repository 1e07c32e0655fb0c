/**
 * @file io_driver.c
 * @brief Readiness of a descriptor: a word of a bit and a tick, a driver that sets it in epoll_wait(), and a task that waits for it.
 *
 * epoll says once that something came (edge-triggered). The task reads while it can; when the read finds nothing it clears the bit, but
 * only if the driver has not set it again since: the tick says that. Then it leaves its waker, and looks once more.
 *
 * BUG 1: clears the bit whatever the tick is. "The read has just found nothing."
 * BUG 2: does not look again after it has left its waker. "It has looked."
 * BUG 3: the driver wakes the task, and then sets the bit. "It needs a while to wake up."
 * BUG 4: the driver keeps the bit and counts no tick where it is set already. "It is ready, and that is what the bit says."
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "interleave.h"
#include "park.h"

#ifndef BUG
#define BUG 0
#endif

enum { READABLE = 1, TICK = 2, BYTES = 2, THE_PIPE = 0, THE_END = 1 };

static atomic_uint readiness;
static pthread_mutex_t waiters = PTHREAD_MUTEX_INITIALIZER;
static bool waits; /* guarded by waiters */
static struct park task = PARK_INIT;
static int pipes[2], epoll, end;

static void wake(void)
{
    pthread_mutex_lock(&waiters);
    bool waited = waits;
    waits = false;
    pthread_mutex_unlock(&waiters);
    if (waited)
        unpark(&task);
}

static void set_ready(void)
{
    unsigned seen = atomic_load(&readiness);
    while (!(BUG == 4 && (seen & READABLE)) &&
           !atomic_compare_exchange_strong(&readiness, &seen, (seen + TICK) | READABLE))
        ;
}

static void *driver(void *arg)
{
    struct epoll_event events[2];
    for (;;) {
        int count = epoll_wait(epoll, events, 2, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.u32 == THE_END)
                return arg;
            if (BUG == 3)
                wake();
            set_ready();
            if (BUG != 3)
                wake();
        }
    }
}

/* The word, with its bit set. */
static unsigned await_readable(void)
{
    for (;;) {
        unsigned seen = atomic_load(&readiness);
        if (seen & READABLE)
            return seen;
        pthread_mutex_lock(&waiters);
        waits = true;
        bool is_ready = BUG != 2 && (atomic_load(&readiness) & READABLE);
        if (is_ready)
            waits = false;
        pthread_mutex_unlock(&waiters);
        if (!is_ready)
            park(&task);
    }
}

static void read_byte(void)
{
    char byte;
    for (;;) {
        unsigned seen = await_readable();
        if (read(pipes[0], &byte, 1) == 1)
            return;
        assert(errno == EAGAIN);
        if (BUG == 1)
            atomic_fetch_and(&readiness, ~(unsigned)READABLE);
        else
            (void)atomic_compare_exchange_strong(&readiness, &seen, seen & ~(unsigned)READABLE);
    }
}

static void *reader(void *arg)
{
    for (int i = 0; i < BYTES; i++)
        read_byte();
    eventfd_write(end, 1);
    return arg;
}

static void add(int descriptor, uint32_t what, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = what};
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

MODEL(io_driver, "-", "a task reads two bytes from a pipe, and waits for each by a driver", .spurious = -1)
{
    pthread_t threads[2];
    epoll = epoll_create1(0);
    end = eventfd(0, EFD_NONBLOCK);
    (void)!pipe2(pipes, O_NONBLOCK);
    add(pipes[0], THE_PIPE, EPOLLIN | EPOLLET);
    add(end, THE_END, EPOLLIN);
    pthread_create(&threads[0], NULL, driver, NULL);
    pthread_create(&threads[1], NULL, reader, NULL);
    for (int i = 0; i < BYTES; i++)
        (void)!write(pipes[1], "x", 1);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    close(pipes[0]);
    close(pipes[1]);
    close(end);
    close(epoll);
}
