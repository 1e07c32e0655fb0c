/**
 * @file test_reactor_ends.c
 * @brief What the reactor refuses to watch, and how a watch ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "watching.h"
#include "weft/alloc.h"
#include "weft/error.h"

static void expect_refusal(int fd, int status)
{
    struct wf_source *source = NULL;
    size_t bytes = wf_live_bytes();
    ck_assert_int_eq(reactor->ops->watch(reactor, fd, WF_READABLE, &source), status);
    ck_assert_ptr_null(source);
    ck_assert_uint_eq(wf_live_bytes(), bytes);
}

/* G.152 */
START_TEST(g152_what_cannot_be_waited_for)
{
    static const char *const names[] = {"/dev/null", "/proc/self/exe", "/", "/dev/zero"};
    begin_reactor();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int fd = open(names[i], O_RDONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        expect_refusal(fd, WF_ENOTPOLLABLE);
        expect_refusal(fd, WF_ENOTPOLLABLE);
        close(fd);
        expect_refusal(fd, -EBADF);
    }
    expect_refusal(-1, -EBADF);
    expect_refusal(1000, -EBADF);
    expect_refusal(INT_MAX, -EBADF);
    expect_refusal(INT_MIN, -EBADF);
    end_reactor();
}
END_TEST

/* G.152: one open file under one number is watched once; under another number it is another. */
START_TEST(g152_one_is_watched_once)
{
    begin_reactor();
    int fd = an_event(), twin = dup(fd);
    struct wf_source *source = watch_fd(fd, WF_READABLE), *other = watch_fd(twin, WF_READABLE);
    expect_refusal(fd, -EEXIST);
    expect_refusal(twin, -EEXIST);
    ck_assert_int_eq(eventfd_write(fd, 1), 0);
    expect_bits(source, WF_READABLE);
    expect_bits(other, WF_READABLE);
    unwatch(source);
    close(fd);
    ck_assert_int_eq(eventfd_write(twin, 1), 0);
    expect_bits(other, WF_READABLE);
    ck_assert_uint_eq(ticks_of(other), 2);
    unwatch(other);
    other = watch_fd(twin, WF_READABLE); /* again: what is there already is told */
    expect_bits(other, WF_READABLE);
    unwatch(other);
    close(twin);
    end_reactor();
}
END_TEST

/* G.152: the one allocation of a watch. */
START_TEST(g152_without_memory_nothing_is_watched)
{
    begin_reactor();
    int fd = an_event();
    wf_alloc_fail_at(1);
    expect_refusal(fd, WF_ENOMEM);
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    ck_assert_int_eq(eventfd_write(fd, 1), 0);
    expect_bits(source, WF_READABLE);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

/* G.152, G.151: two reactors know nothing of each other. */
START_TEST(g152_two_reactors_watch_one_descriptor)
{
    begin_reactor();
    struct wf_reactor *first = reactor, *second = wf_reactor_new();
    int fd = an_event();
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    reactor = second;
    struct wf_source *other = watch_fd(fd, WF_READABLE);
    ck_assert_int_eq(eventfd_write(fd, 1), 0);
    expect_bits(other, WF_READABLE);
    ck_assert_uint_eq(bits_of(source), 0);
    unwatch(other);
    wf_park_shutdown(&second->park);
    wf_park_drop(&second->park);
    reactor = first;
    expect_bits(source, WF_READABLE);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

/* --- the end of the reactor --- */

/* G.153: with a waiter, with an event that nobody has seen yet, and with neither; unwatched in between, and behind the drop. */
START_TEST(g153_a_shutdown_closes_each_source)
{
    enum { SOURCES = 6 };
    struct wf_source *sources[SOURCES];
    struct watcher watchers[SOURCES];
    int fds[SOURCES];
    begin_reactor();
    for (int i = 0; i < SOURCES; i++) {
        fds[i] = an_event();
        sources[i] = watch_fd(fds[i], WF_READABLE);
        watchers[i] = (struct watcher){.act = NULL};
        if (i % 3 == 0)
            wait_on(&watchers[i], sources[i], WF_READABLE);
        if (i % 3 == 1)
            ck_assert_int_eq(eventfd_write(fds[i], 1), 0);
    }
    wf_park_shutdown(&reactor->park);
    for (int i = 0; i < SOURCES; i++) {
        ck_assert_uint_eq(bits_of(sources[i]), WF_SOURCE_CLOSED);
        ck_assert_int_eq(watchers[i].wakes, i % 3 == 0);
        clear_bits(sources[i], WF_INTERESTS);
        ck_assert_uint_eq(bits_of(sources[i]), WF_SOURCE_CLOSED);
    }
    expect_refusal(fds[0], WF_ECLOSED);
    expect_refusal(-1, WF_ECLOSED);
    wf_unpark(&reactor->park); /* harmless */
    for (int i = 0; i < SOURCES / 2; i++)
        unwatch(sources[i]);
    wf_park_drop(&reactor->park);
    for (int i = SOURCES / 2; i < SOURCES; i++)
        unwatch(sources[i]);
    for (int i = 0; i < SOURCES; i++)
        close(fds[i]);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void unwatch_in_the_wake(struct watcher *self)
{
    struct wf_source *source = self->source;
    self->source = NULL;
    unwatch(source);
}

/* G.153: wakers of the shutdown unwatch their own source, and one another's. */
START_TEST(g153_a_shutdown_is_unwatched_from_its_wakers)
{
    struct watcher watchers[4];
    int fds[4];
    begin_reactor();
    for (int i = 0; i < 4; i++) {
        fds[i] = an_event();
        watchers[i] = (struct watcher){.act = unwatch_in_the_wake};
        wait_on(&watchers[i], watch_fd(fds[i], WF_READABLE), WF_READABLE);
    }
    wf_park_shutdown(&reactor->park);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(watchers[i].wakes, 1);
        ck_assert_ptr_null(watchers[i].source);
        close(fds[i]);
    }
    end_reactor();
}
END_TEST

/* --- the end of a source --- */

static void unwatch_both(struct watcher *self)
{
    struct watcher *both[] = {self, self->other};
    for (int i = 0; i < 2; i++)
        if (both[i]->source) {
            wf_waiter_drop(&both[i]->waiter);
            unwatch_in_the_wake(both[i]);
            close(both[i]->fd);
        }
}

/* G.154: in one batch: the waker of the first unwatches itself and the other, which has its event as well. */
START_TEST(g154_an_unwatch_inside_a_waker)
{
    for (int round = 0; round < 20; round++) {
        struct watcher watchers[2];
        begin_reactor();
        park_for_two(watchers, unwatch_both, round % 2);
        ck_assert_int_eq(watchers[0].wakes + watchers[1].wakes, 1); /* the other one waited no more */
        take_turns();
        end_reactor();
    }
}
END_TEST

static sem_t asked, unwatched;

static void *unwatches_when_asked(void *arg)
{
    while (sem_wait(&asked) != 0)
        continue;
    unwatch(arg);
    sem_post(&unwatched);
    return NULL;
}

static void wait_for_the_unwatch(struct watcher *self)
{
    self->source = NULL;
    sem_post(&asked);
    while (sem_wait(&unwatched) != 0)
        continue;
}

/* G.154: a waker waits for another thread, which unwatches the very source. */
START_TEST(g154_an_unwatch_waits_for_no_waker)
{
    sem_init(&asked, 0, 0);
    sem_init(&unwatched, 0, 0);
    for (int round = 0; round < 20; round++) {
        pthread_t thread;
        struct watcher watcher = {.act = wait_for_the_unwatch};
        begin_reactor();
        int fd = an_event();
        struct wf_source *source = watch_fd(fd, WF_READABLE);
        wait_on(&watcher, source, WF_READABLE);
        ck_assert_int_eq(pthread_create(&thread, NULL, unwatches_when_asked, source), 0);
        ck_assert_int_eq(eventfd_write(fd, 1), 0);
        ck_assert_int_eq(wf_park(&reactor->park, WF_FOREVER), WF_PARK_WOKEN);
        pthread_join(thread, NULL);
        close(fd);
        end_reactor();
    }
}
END_TEST

TCase *reactor_ends_tests(void)
{
    TCase *tcase = tcase_create("reactor ends");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g152_what_cannot_be_waited_for);
    tcase_add_test(tcase, g152_one_is_watched_once);
    tcase_add_test(tcase, g152_without_memory_nothing_is_watched);
    tcase_add_test(tcase, g152_two_reactors_watch_one_descriptor);
    tcase_add_test(tcase, g153_a_shutdown_closes_each_source);
    tcase_add_test(tcase, g153_a_shutdown_is_unwatched_from_its_wakers);
    tcase_add_test(tcase, g154_an_unwatch_inside_a_waker);
    tcase_add_test(tcase, g154_an_unwatch_waits_for_no_waker);
    return tcase;
}
