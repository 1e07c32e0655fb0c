/**
 * @file reactor.c
 * @brief A reactor that sleeps in epoll_wait(), and is woken by an eventfd; two threads give it work.
 *
 * A thread writes to the eventfd only if the reactor says that it sleeps.
 *
 * BUG 1: empties the eventfd just before it sleeps. "What is in there is old."
 * BUG 2: writes to the eventfd before the work is there. "The reactor needs a while to wake up."
 * BUG 3: says relaxed that it sleeps, then looks. "It is one flag and one count."
 * BUG 4: sleeps without another look. "It has looked."
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

enum { GIVERS = 2, SLEEP_ORDER = BUG == 3 ? memory_order_relaxed : memory_order_seq_cst };

static atomic_int work;
static atomic_bool sleeps;
static int event, epoll;

static void wake(void)
{
    if (atomic_load_explicit(&sleeps, memory_order_seq_cst))
        eventfd_write(event, 1);
}

static void *giver(void *arg)
{
    if (BUG == 2)
        wake();
    atomic_fetch_add_explicit(&work, 1, memory_order_seq_cst);
    if (BUG != 2)
        wake();
    return arg;
}

static void empty(void)
{
    eventfd_t value;
    (void)eventfd_read(event, &value);
}

static int look_for_work(void)
{
    empty();
    return atomic_exchange_explicit(&work, 0, memory_order_acquire);
}

MODEL(reactor, "-", "a reactor sleeps in epoll_wait(), two threads give it work", .spurious = -1)
{
    pthread_t threads[GIVERS];
    struct epoll_event events = {.events = EPOLLIN};
    event = eventfd(0, EFD_NONBLOCK);
    epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, event, &events);
    for (int i = 0; i < GIVERS; i++)
        pthread_create(&threads[i], NULL, giver, NULL);
    for (int done = 0; done < GIVERS;) {
        int found = look_for_work();
        done += found;
        if (found)
            continue;
        atomic_store_explicit(&sleeps, true, SLEEP_ORDER);
        if (BUG == 4 || atomic_load_explicit(&work, SLEEP_ORDER) == 0) {
            if (BUG == 1)
                empty();
            epoll_wait(epoll, &events, 1, -1);
        }
        atomic_store_explicit(&sleeps, false, memory_order_relaxed);
    }
    for (int i = 0; i < GIVERS; i++)
        pthread_join(threads[i], NULL);
    close(epoll);
    close(event);
}
