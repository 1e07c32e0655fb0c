/**
 * @file readiness.c
 * @brief poll and epoll in models: what they tell, and when.
 *
 * What is expected of each stands in readiness.txt.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "accesses.h"

enum { FULL = 4096 };

static int data;
static int ends[2];
static int event;
static char many[FULL];

static void beside(void *(*run)(void *), void (*other)(void))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    other();
    pthread_join(thread, NULL);
}

static void *add_one(void *arg)
{
    data = 1;
    eventfd_write(event, 1);
    return arg;
}

static void look_and_read(void)
{
    eventfd_t value;
    if (eventfd_read(event, &value) == 0)
        assert(data == 1 && value == 1);
    else
        assert(errno == EAGAIN);
}

/* --- poll --- */

static short poll_one(int number, short events, int ms)
{
    struct pollfd one = {.fd = number, .events = events};
    return poll(&one, 1, ms) == 1 ? one.revents : 0;
}

MODEL(poll_says_what, "none", "")
{
    assert(pipe(ends) == 0);
    event = eventfd(0, EFD_NONBLOCK);
    struct pollfd all[3] = {
        {.fd = ends[0], .events = POLLIN}, {.fd = -1}, {.fd = event, .events = POLLIN | POLLOUT}};
    assert(poll(all, 3, -1) == 1 && all[0].revents == 0 && all[2].revents == POLLOUT);
    assert(poll_one(ends[1], POLLOUT, 0) == POLLOUT);
    assert(write(ends[1], many, FULL) == FULL);
    assert(poll_one(ends[1], POLLOUT, 0) == 0);
    assert(poll_one(ends[0], POLLIN, 0) == POLLIN);
    close(ends[1]);
    assert(poll_one(ends[0], POLLIN, -1) == (POLLIN | POLLHUP));
    close(ends[0]);
    assert(pipe(ends) == 0);
    close(ends[0]);
    assert(poll_one(ends[1], POLLOUT, -1) & POLLERR);
    close(ends[1]);
    close(event);
}

static void poll_for_it(void)
{
    assert(poll_one(event, POLLIN, -1) == POLLIN);
    assert(data == 1);
}

MODEL(poll_waits, "none", "")
{
    event = eventfd(0, EFD_NONBLOCK);
    beside(add_one, poll_for_it);
    close(event);
}

static void poll_until(void)
{
    assert(poll_one(event, POLLIN, 10) == POLLIN);
}

MODEL(poll_may_time_out, "assertion", "")
{
    event = eventfd(0, EFD_NONBLOCK);
    beside(add_one, poll_until);
    close(event);
}

static void poll_until_it_comes(void)
{
    while (poll_one(event, POLLIN, 0) == 0)
        ;
    assert(data == 1);
}

MODEL(poll_in_a_loop, "none", "")
{
    event = eventfd(0, EFD_NONBLOCK);
    beside(add_one, poll_until_it_comes);
    close(event);
}

MODEL(poll_in_vain, "livelock", "")
{
    event = eventfd(0, EFD_NONBLOCK);
    poll_until_it_comes();
}

/* --- epoll --- */

static int epoll;

static void look_at(int number, uint32_t events)
{
    struct epoll_event wanted = {.events = events, .data.fd = number};
    assert(epoll_ctl(epoll, EPOLL_CTL_ADD, number, &wanted) == 0);
}

static int next_event(int ms)
{
    struct epoll_event found;
    int count = epoll_wait(epoll, &found, 1, ms);
    return count == 1 ? found.data.fd : -1;
}

static void wait_by_epoll(void)
{
    assert(next_event(-1) == event && data == 1);
    look_and_read();
}

MODEL(epoll_waits, "none", "")
{
    epoll = epoll_create1(0);
    event = eventfd(0, EFD_NONBLOCK);
    look_at(event, EPOLLIN);
    beside(add_one, wait_by_epoll);
    close(event);
    close(epoll);
}

MODEL(epoll_level_and_edge, "none", "")
{
    epoll = epoll_create1(0);
    event = eventfd(1, EFD_NONBLOCK);
    look_at(event, EPOLLIN);
    assert(next_event(0) == event && next_event(0) == event);
    struct epoll_event edge = {.events = EPOLLIN | EPOLLET, .data.fd = event};
    assert(epoll_ctl(epoll, EPOLL_CTL_MOD, event, &edge) == 0);
    assert(next_event(0) == event && next_event(0) == -1);
    eventfd_write(event, 1);
    assert(next_event(0) == event && next_event(0) == -1);
    struct epoll_event once = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = event};
    assert(epoll_ctl(epoll, EPOLL_CTL_MOD, event, &once) == 0);
    assert(next_event(0) == event && next_event(0) == -1);
    eventfd_write(event, 1);
    assert(next_event(0) == -1);
    assert(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &once) == -1 && errno == EEXIST);
    assert(epoll_ctl(epoll, EPOLL_CTL_DEL, event, NULL) == 0);
    assert(epoll_ctl(epoll, EPOLL_CTL_DEL, event, NULL) == -1 && errno == ENOENT);
    close(event);
    close(epoll);
}

/* Each has its turn, also where only one is asked for. */
MODEL(epoll_in_turn, "none", "")
{
    int other = eventfd(1, 0);
    epoll = epoll_create1(0);
    event = eventfd(1, 0);
    look_at(event, EPOLLIN);
    look_at(other, EPOLLIN);
    int first = next_event(-1), second = next_event(-1);
    assert(first != second && next_event(-1) == first);
    close(event);
    assert(next_event(-1) == other);
    close(other);
    assert(next_event(0) == -1);
    close(epoll);
}

static void *add_to_epoll(void *arg)
{
    look_at(event, EPOLLIN);
    return arg;
}

static void wait_for_any(void)
{
    assert(next_event(-1) == event);
}

MODEL(epoll_is_told_late, "none", "")
{
    epoll = epoll_create1(0);
    event = eventfd(1, 0);
    beside(add_to_epoll, wait_for_any);
    close(event);
    close(epoll);
}

/* Two threads wait at one epoll, by edges: one of them is told. */
static void *wait_for_event(void *arg)
{
    (void)next_event(-1);
    return arg;
}

static void wait_and_write(void)
{
    eventfd_write(event, 1);
    (void)next_event(-1);
}

MODEL(epoll_edge_is_told_once, "deadlock", "")
{
    epoll = epoll_create1(0);
    event = eventfd(0, 0);
    look_at(event, EPOLLIN | EPOLLET);
    beside(wait_for_event, wait_and_write);
}
