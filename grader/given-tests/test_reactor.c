/**
 * @file test_reactor.c
 * @brief The reactor as a park.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "watching.h"
#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/time.h"

#define MICROSECONDS(n) (UINT64_C(1000) * (n))

static enum wf_parked park(uint64_t deadline_ns)
{
    return wf_park(&reactor->park, deadline_ns);
}

static void *unparks(void *arg)
{
    (void)arg;
    wf_unpark(&reactor->park);
    return NULL;
}

/* G.150: before the park, during it, and behind it; two are one. */
START_TEST(g150_an_unpark_ends_a_park_for_ever)
{
    begin_reactor();
    for (int round = 0; round < 200; round++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, unparks, NULL), 0);
        if (round % 2)
            pthread_join(thread, NULL);
        ck_assert_int_eq(park(WF_FOREVER), WF_PARK_WOKEN);
        if (round % 2 == 0)
            pthread_join(thread, NULL);
        ck_assert_int_eq(park(0), WF_PARK_TIMED_OUT); /* the permit was taken */
    }
    wf_unpark(&reactor->park);
    wf_unpark(&reactor->park);
    ck_assert_int_eq(park(WF_FOREVER), WF_PARK_WOKEN);
    ck_assert_int_eq(park(0), WF_PARK_TIMED_OUT);
    uint64_t until = wf_clock_ns() + WF_MILLISECONDS(1);
    ck_assert_int_eq(park(until), WF_PARK_TIMED_OUT);
    end_reactor();
}
END_TEST

/* G.150: strict lower bounds; steps of a tenth of a millisecond, earlier and later than the one before. */
START_TEST(g150_a_park_never_times_out_early)
{
    begin_reactor();
    for (unsigned i = 0; i < 400; i++) {
        uint64_t until = wf_clock_ns() + MICROSECONDS(100) * (1 + i * 7 % 50);
        ck_assert_int_eq(park(until), WF_PARK_TIMED_OUT);
        ck_assert_uint_ge(wf_clock_ns(), until);
    }
    end_reactor();
}
END_TEST

/* G.150: the timer is armed for an hour, for a moment, and for ever; a park that follows has its own deadline. */
START_TEST(g150_each_park_has_its_own_deadline)
{
    const uint64_t armed[] = {WF_HOURS(1), MICROSECONDS(500), MICROSECONDS(1), WF_FOREVER / 2};
    begin_reactor();
    for (unsigned i = 0; i < 80; i++) {
        wf_unpark(&reactor->park);
        ck_assert_int_eq(park(wf_clock_ns() + armed[i % 4]), WF_PARK_WOKEN);
        uint64_t until = wf_clock_ns() + MICROSECONDS(200) * (1 + i % 9);
        ck_assert_int_eq(park(until), WF_PARK_TIMED_OUT);
        ck_assert_uint_ge(wf_clock_ns(), until);
    }
    end_reactor();
}
END_TEST

/* G.150: deadlines that have passed, and the last that is one. */
START_TEST(g150_deadlines_of_the_past_and_of_the_end)
{
    pthread_t thread;
    begin_reactor();
    ck_assert_int_eq(park(0), WF_PARK_TIMED_OUT);
    ck_assert_int_eq(park(1), WF_PARK_TIMED_OUT);
    ck_assert_int_eq(park(wf_clock_ns()), WF_PARK_TIMED_OUT);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, unparks, NULL), 0);
        ck_assert_int_eq(park(i == 2 ? (uint64_t)INT64_MAX : WF_FOREVER - 1 + i), WF_PARK_WOKEN);
        pthread_join(thread, NULL);
        ck_assert_int_eq(park(1), WF_PARK_TIMED_OUT);
    }
    end_reactor();
}
END_TEST

/* G.150, G.151: a permit does not keep descriptors from being looked at; what came is no time-out. */
START_TEST(g150_a_turn_looks_at_descriptors_beside_a_permit)
{
    struct watcher watcher = {.act = NULL};
    begin_reactor();
    int fd = an_event();
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    for (int i = 0; i < 4; i++) {
        wait_on(&watcher, source, WF_READABLE);
        ck_assert_int_eq(eventfd_write(fd, 1), 0);
        if (i % 2)
            wf_unpark(&reactor->park);
        ck_assert_int_eq(park(i < 2 ? 0 : WF_FOREVER), WF_PARK_WOKEN);
        ck_assert_int_eq(watcher.wakes, i + 1);
        ck_assert_int_eq(park(0), WF_PARK_TIMED_OUT);
        drain(fd);
        clear_bits(source, WF_READABLE);
    }
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

static void unpark_in_the_wake(struct watcher *self)
{
    (void)self;
    wf_unpark(&reactor->park);
}

/* G.150: the thread that parks unparks itself; that belongs to this park, which has not returned yet. */
START_TEST(g150_an_unpark_inside_a_waker)
{
    struct watcher watcher = {.act = unpark_in_the_wake};
    begin_reactor();
    int fd = an_event();
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    for (int i = 0; i < 100; i++) {
        wait_on(&watcher, source, WF_READABLE);
        ck_assert_int_eq(eventfd_write(fd, 1), 0);
        ck_assert_int_eq(park(WF_FOREVER), WF_PARK_WOKEN);
        ck_assert_int_eq(park(0), WF_PARK_TIMED_OUT);
        drain(fd);
        clear_bits(source, WF_READABLE);
    }
    ck_assert_int_eq(watcher.wakes, 100);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

/* --- a park that goes on --- */

static _Atomic bool opens_are_over;

static void *watches_and_unwatches(void *arg)
{
    for (int i = 0; i < 2000; i++)
        unwatch(watch_fd(*(int *)arg, WF_READABLE));
    opens_are_over = true;
    wf_unpark(&reactor->park);
    return NULL;
}

static long sleeps_of_this_thread(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

/* G.150: another thread's descriptors, for which nothing comes, do not wake the thread that parks: in 2,000 watches and unwatches it sleeps
 * once, and as often as a lock is taken; valgrind, which lets one thread run at a time, was seen to add 66. */
START_TEST(g150_a_watch_by_another_thread_wakes_nobody)
{
    pthread_t thread;
    begin_reactor();
    int fd = an_event();
    opens_are_over = false;
    long sleeps = sleeps_of_this_thread();
    ck_assert_int_eq(pthread_create(&thread, NULL, watches_and_unwatches, &fd), 0);
    while (!opens_are_over)
        ck_assert_int_eq(park(WF_FOREVER), WF_PARK_WOKEN);
    ck_assert_int_lt(sleeps_of_this_thread() - sleeps, 200);
    pthread_join(thread, NULL);
    close(fd);
    end_reactor();
}
END_TEST

/* --- a storm --- */

enum { STORMERS = 3, STEPS = 33334 };

static _Atomic int sent, seen;
static sem_t served[STORMERS];
static _Atomic bool asks[STORMERS];

/* Each step but every 16th waits until it was served: a lost unpark stops all. */
static void *storms(void *arg)
{
    int self = *(int *)arg;
    for (int i = 0; i < STEPS; i++) {
        sent++;
        bool waits = i % 16 == 0;
        asks[self] = waits;
        wf_unpark(&reactor->park);
        while (waits && sem_wait(&served[self]) != 0)
            continue;
    }
    return NULL;
}

/* G.150 */
START_TEST(g150_a_storm_of_unparks_loses_nothing)
{
    pthread_t threads[STORMERS];
    int numbers[STORMERS];
    begin_reactor();
    for (int i = 0; i < STORMERS; i++) {
        numbers[i] = i;
        sem_init(&served[i], 0, 0);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, storms, &numbers[i]), 0);
    }
    while (seen < STORMERS * STEPS) {
        ck_assert_int_eq(park(WF_FOREVER), WF_PARK_WOKEN);
        seen = sent;
        for (int i = 0; i < STORMERS; i++)
            if (atomic_exchange(&asks[i], false))
                sem_post(&served[i]);
    }
    for (int i = 0; i < STORMERS; i++)
        pthread_join(threads[i], NULL);
    end_reactor();
}
END_TEST

/* G.150: without memory there is none. */
START_TEST(g150_without_memory_there_is_no_reactor)
{
    int open_before = open_descriptors();
    wf_alloc_fail_at(1);
    ck_assert_ptr_null(wf_reactor_new());
    ck_assert_int_eq(open_descriptors(), open_before);
    begin_reactor(); /* that was the only site */
    end_reactor();
}
END_TEST

TCase *reactor_tests(void)
{
    TCase *tcase = tcase_create("reactor");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, g150_an_unpark_ends_a_park_for_ever);
    tcase_add_test(tcase, g150_a_park_never_times_out_early);
    tcase_add_test(tcase, g150_each_park_has_its_own_deadline);
    tcase_add_test(tcase, g150_deadlines_of_the_past_and_of_the_end);
    tcase_add_test(tcase, g150_a_turn_looks_at_descriptors_beside_a_permit);
    tcase_add_test(tcase, g150_an_unpark_inside_a_waker);
    tcase_add_test(tcase, g150_a_watch_by_another_thread_wakes_nobody);
    tcase_add_test(tcase, g150_a_storm_of_unparks_loses_nothing);
    tcase_add_test(tcase, g150_without_memory_there_is_no_reactor);
    return tcase;
}
