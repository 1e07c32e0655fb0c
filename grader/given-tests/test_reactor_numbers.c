/**
 * @file test_reactor_numbers.c
 * @brief Numbers of descriptors that change hands: in a batch of events, on another thread, and where a descriptor is closed too early.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "watching.h"

static struct wf_source *next_owner;

static void open_the_number_anew(struct watcher *self)
{
    struct watcher *other = self->other;
    if (!other->source)
        return;
    wf_waiter_drop(&other->waiter);
    unwatch(other->source);
    other->source = NULL;
    close(other->fd);
    ck_assert_int_eq(an_event(), other->fd);
    next_owner = watch_fd(other->fd, WF_READABLE);
}

/* G.154: an event of the old owner is in the batch in which its number is closed, opened and watched anew. */
START_TEST(g154_the_next_owner_of_a_number_is_told_nothing)
{
    for (int round = 0; round < 20; round++) {
        struct watcher watchers[2];
        begin_reactor();
        park_for_two(watchers, open_the_number_anew, round % 2);
        ck_assert_ptr_nonnull(next_owner);
        expect_bits(next_owner, 0);
        ck_assert_uint_eq(ticks_of(next_owner), 0);
        ck_assert_int_eq(eventfd_write(next_owner->fd, 1), 0); /* its own event comes */
        expect_bits(next_owner, WF_READABLE);
        unwatch(next_owner);
        for (int i = 0; i < 2; i++) {
            if (watchers[i].source)
                unwatch(watchers[i].source);
            close(watchers[i].fd);
        }
        end_reactor();
    }
}
END_TEST

enum { COMERS = 3, TIMES = 3000 };
static _Atomic int coming;

/* Pipes under the same numbers, over and over: each second one has bytes, each third one hangs up. What the others are told is somebody else's. */
static void *comes_and_goes(void *arg)
{
    for (int i = 0; i < TIMES; i++) {
        int ends[2];
        bool has_bytes = i % 2, hangs_up = i % 3 == 0;
        open_pipe(ends);
        struct wf_source *source = watch_fd(ends[0], WF_READABLE);
        if (has_bytes)
            put(ends[1], "x");
        if (hangs_up)
            close(ends[1]);
        sched_yield();
        unsigned true_bits =
            (has_bytes || hangs_up ? WF_READABLE : 0u) | (hangs_up ? WF_READ_CLOSED | WF_WRITE_CLOSED : 0u);
        ck_assert_uint_eq(bits_of(source) & ~true_bits, 0);
        unwatch(source);
        close(ends[0]);
        if (!hangs_up)
            close(ends[1]);
    }
    coming--;
    wf_unpark(&reactor->park);
    return arg;
}

/* G.154: on one thread, where each number has its next owner at once; and on three. */
START_TEST(g154_descriptors_come_and_go_beside_a_park)
{
    pthread_t threads[COMERS];
    begin_reactor();
    coming = _i;
    for (int i = 0; i < _i; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, comes_and_goes, NULL), 0);
    while (coming > 0)
        (void)wf_park(&reactor->park, WF_FOREVER);
    for (int i = 0; i < _i; i++)
        pthread_join(threads[i], NULL);
    end_reactor();
}
END_TEST

/* The header asks that a descriptor is open when it is unwatched. Where it is not, and lives on under another number, no memory is touched that is
 * gone, and none is lost. */
START_TEST(g154_a_descriptor_that_is_closed_too_early)
{
    enum { PIPES = 50 };
    int twins[PIPES], writers[PIPES];
    begin_reactor();
    for (int i = 0; i < PIPES; i++) {
        int ends[2];
        open_pipe(ends);
        struct wf_source *source = watch_fd(ends[0], WF_READABLE);
        twins[i] = i % 2 ? dup(ends[0]) : -1;
        writers[i] = ends[1];
        close(ends[0]);
        unwatch(source);
    }
    for (int i = 0; i < PIPES; i++) { /* whose twin is open is hung up */
        if (twins[i] >= 0)
            put(writers[i], "x");
        close(writers[i]);
    }
    take_turns();
    for (int i = 0; i < PIPES; i++)
        if (twins[i] >= 0)
            close(twins[i]);
    int ends[2];
    open_pipe(ends); /* what is watched as it should be is told all the same */
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    put(ends[1], "x");
    expect_bits(source, WF_READABLE);
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

TCase *reactor_numbers_tests(void)
{
    TCase *tcase = tcase_create("reactor numbers");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g154_the_next_owner_of_a_number_is_told_nothing);
    tcase_add_loop_test(tcase, g154_descriptors_come_and_go_beside_a_park, 1, COMERS + 1);
    tcase_add_test(tcase, g154_a_descriptor_that_is_closed_too_early);
    return tcase;
}
