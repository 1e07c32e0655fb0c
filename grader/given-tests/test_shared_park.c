#include "weft/detail/shared_park.h"

#include <pthread.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/park.h"

enum { WORKERS = 3, ROUNDS = 300 };

static struct mock_driver driver;
static struct wf_shared_driver shared;
static struct wf_park *parks[WORKERS];

static void begin(void)
{
    mock_driver_init(&driver);
    ck_assert_int_eq(wf_shared_driver_init(&shared, &driver.park, 0), 0);
    for (int i = 0; i < WORKERS; i++) {
        parks[i] = wf_shared_park_new(&shared);
        ck_assert_ptr_nonnull(parks[i]);
    }
}

static void drop_parks(void)
{
    for (int i = 0; i < WORKERS; i++)
        wf_park_drop(parks[i]);
    ck_assert_int_eq(driver.shutdowns, 0);
    ck_assert_int_eq(driver.drops, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

static void end(void)
{
    wf_shared_driver_end(&shared);
    drop_parks();
}

static _Atomic int woken[WORKERS];

static void *park_often(void *number)
{
    int *self = number;
    for (int i = 0; i < ROUNDS; i++) {
        (void)wf_park(parks[*self], WF_FOREVER);
        woken[*self]++;
    }
    return NULL;
}

static bool has_woken(void *arg)
{
    const int *wanted = arg; /* number of the worker, count */
    return woken[wanted[0]] >= wanted[1];
}

/* G.76: each sleep ends by the unpark that is meant for it, wherever it sleeps; one thread at a time is in the driver. */
START_TEST(g76_each_unpark_ends_its_sleep)
{
    begin();
    pthread_t threads[WORKERS];
    int numbers[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, park_often, &numbers[i]);
    }
    for (int round = 1; round <= ROUNDS; round++)
        for (int i = 0; i < WORKERS; i++) {
            wf_unpark(parks[i]);
            wait_for(has_woken, (int[]){i, round});
        }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(driver.most_inside, 1);
    ck_assert_int_gt(driver.sleeps, 0);
    end();
}
END_TEST

/* G.76. The watch has ended: on a slow machine it would drive between two lines of the test, and its turns would be counted. */
START_TEST(g76_an_unpark_before_the_park_is_kept)
{
    begin();
    wf_shared_driver_end(&shared);
    driver.turns = 0;
    wf_unpark(parks[1]);
    wf_unpark(parks[1]);
    ck_assert_int_eq(wf_park(parks[1], WF_FOREVER), WF_PARK_WOKEN);
    ck_assert_int_eq(driver.sleeps, 0); /* a permit was there: a turn, and no sleep */
    ck_assert_int_eq(driver.turns, 1);
    wf_unpark(parks[2]);
    ck_assert_int_eq(wf_park(parks[2], 0), WF_PARK_WOKEN);
    ck_assert_int_eq(driver.turns, 2);
    drop_parks();
}
END_TEST

static bool was_watched(void *arg)
{
    (void)arg;
    return wf_load_relaxed(&shared.watched) >= 2;
}

/* G.77: a worker has left the driver, and does not come back. */
START_TEST(g77_the_watch_drives_what_nobody_drives)
{
    begin();
    wf_unpark(parks[0]);
    (void)wf_park(parks[0], WF_FOREVER);
    wait_for(was_watched, NULL);
    ck_assert_int_gt(driver.turns, 1);
    end();
}
END_TEST

static void *park_once(void *park)
{
    (void)wf_park(park, WF_FOREVER);
    return NULL;
}

static bool rests(void *arg)
{
    (void)arg;
    return wf_load_relaxed(&shared.resting) && driver.sleeps == 1;
}

/* G.77: it sleeps while somebody is in the driver, and comes back when the driver is left. */
START_TEST(g77_the_watch_rests_while_a_worker_is_in_the_driver)
{
    begin();
    pthread_t thread;
    pthread_create(&thread, NULL, park_once, parks[0]);
    wait_for(rests, NULL);
    wf_unpark(parks[0]);
    pthread_join(thread, NULL);
    wait_for(was_watched, NULL);
    end();
}
END_TEST

/* G.76 */
START_TEST(g76_without_memory_there_is_no_park_and_nothing_is_left)
{
    for (uint32_t n = 1;; n++) {
        mock_driver_init(&driver);
        wf_alloc_fail_at(n);
        if (wf_shared_driver_init(&shared, &driver.park, 0) == 0) {
            struct wf_park *park = wf_shared_park_new(&shared);
            if (park)
                wf_park_drop(park);
            wf_shared_driver_end(&shared);
            if (park) {
                wf_alloc_fail_at(0);
                ck_assert_uint_eq(wf_live_bytes(), 0);
                ck_assert_uint_eq(n, 4); /* the watch's parker, the worker's, the park */
                return;
            }
        }
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

TCase *shared_park_tests(void)
{
    TCase *tcase = tcase_create("shared_park");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g76_each_unpark_ends_its_sleep);
    tcase_add_test(tcase, g76_an_unpark_before_the_park_is_kept);
    tcase_add_test(tcase, g76_without_memory_there_is_no_park_and_nothing_is_left);
    tcase_add_test(tcase, g77_the_watch_drives_what_nobody_drives);
    tcase_add_test(tcase, g77_the_watch_rests_while_a_worker_is_in_the_driver);
    return tcase;
}
