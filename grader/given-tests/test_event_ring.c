#include "weft/event.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "given.h"

enum { CAPACITY = 8, THREADS = 4, REPORTS = 500 };

static struct wf_event_ring ring;
static struct wf_event storage[CAPACITY];
static struct wf_event newest[2 * CAPACITY];

static void setup(void)
{
    wf_event_ring_init(&ring, storage, CAPACITY);
}

static void teardown(void)
{
    wf_event_ring_destroy(&ring);
}

/* Reports `count` events, numbered from 0 by their values, by way of a context. */
static void report(int count, const char *name)
{
    struct wf_context context = {.event_hook = &ring.hook};
    wf_context_enter(&context);
    for (int i = 0; i < count; i++)
        wf_event_report(WF_EVENT_UNPARK, i, name, name);
    wf_context_leave(&context);
}

/* G.17 */
START_TEST(g17_before_it_is_full_it_keeps_all)
{
    ck_assert_uint_eq(wf_event_ring_copy(&ring, newest, CAPACITY), 0);
    report(5, "wakes");
    ck_assert_uint_eq(wf_event_ring_copy(&ring, newest, CAPACITY), 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(newest[i].value, i);
        ck_assert_int_eq(newest[i].kind, WF_EVENT_UNPARK);
        ck_assert_str_eq(newest[i].name, "wakes");
        ck_assert_ptr_eq(newest[i].subject, newest[i].name);
    }
    ck_assert_uint_eq(ring.total, 5);
}
END_TEST

/* G.17 */
START_TEST(g17_it_keeps_the_newest_and_counts_all)
{
    for (int reports = CAPACITY; reports < 4 * CAPACITY; reports++) {
        wf_event_ring_init(&ring, storage, CAPACITY);
        report(reports, "wakes");
        ck_assert_uint_eq(wf_event_ring_copy(&ring, newest, (size_t)2 * CAPACITY), CAPACITY);
        for (int i = 0; i < CAPACITY; i++)
            ck_assert_int_eq(newest[i].value, reports - CAPACITY + i);
        ck_assert_uint_eq(ring.total, (uint64_t)reports);
        wf_event_ring_destroy(&ring);
    }
    wf_event_ring_init(&ring, storage, CAPACITY);
}
END_TEST

/* G.17 */
START_TEST(g17_a_copy_with_less_room_has_the_newest)
{
    report(11, "wakes");
    ck_assert_uint_eq(wf_event_ring_copy(&ring, newest, 3), 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(newest[i].value, 8 + i);
    ck_assert_uint_eq(wf_event_ring_copy(&ring, newest, 0), 0);
}
END_TEST

static void *report_by_thread(void *name)
{
    report(REPORTS, name);
    return NULL;
}

/* G.17: none is lost, and what is kept of each thread is the end of what it reported, in its order. */
START_TEST(g17_threads_share_it)
{
    static struct wf_event all[THREADS * REPORTS];
    static const char *const names[THREADS] = {"0", "1", "2", "3"};
    for (int round = 0; round < 2; round++) {
        size_t capacity = round == 0 ? THREADS * REPORTS : THREADS * REPORTS / 3;
        struct wf_event *storage_of_round = calloc(capacity, sizeof *storage_of_round);
        wf_event_ring_destroy(&ring);
        wf_event_ring_init(&ring, storage_of_round, capacity);

        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, report_by_thread, (void *)names[i]), 0);
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);

        ck_assert_uint_eq(ring.total, sizeof all / sizeof *all);
        ck_assert_uint_eq(wf_event_ring_copy(&ring, all, sizeof all / sizeof *all), capacity);
        int next[THREADS] = {REPORTS - 1, REPORTS - 1, REPORTS - 1, REPORTS - 1};
        for (size_t i = capacity; i-- > 0;)
            ck_assert_int_eq(all[i].value, next[all[i].name[0] - '0']--);
        free(storage_of_round);
    }
}
END_TEST

static void print_ring(FILE *stream, const void *arg)
{
    (void)arg;
    wf_event_ring_print(&ring, stream);
}

/* G.17: as text, each event with its number, oldest first. */
START_TEST(g17_it_prints_the_newest_with_their_numbers)
{
    ck_assert_str_eq(printed(print_ring, NULL), "");
    static const char name[] = "timer";
    report(CAPACITY + 4, name);
    char expected[1024];
    int length = 0;
    for (int number = 4; number < CAPACITY + 4; number++)
        length += snprintf(expected + length, sizeof expected - (size_t)length,
                           "%6d thread %d task 0: unpark   timer %p value %d\n", number, gettid(),
                           (const void *)name, number);
    ck_assert_str_eq(printed(print_ring, NULL), expected);
}
END_TEST

TCase *event_ring_tests(void)
{
    TCase *tests = tcase_create("event ring");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, g17_before_it_is_full_it_keeps_all);
    tcase_add_test(tests, g17_it_keeps_the_newest_and_counts_all);
    tcase_add_test(tests, g17_a_copy_with_less_room_has_the_newest);
    tcase_add_test(tests, g17_threads_share_it);
    tcase_add_test(tests, g17_it_prints_the_newest_with_their_numbers);
    return tests;
}
