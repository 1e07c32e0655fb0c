#include "weft/test.h"

#include <pthread.h>
#include <sched.h>

#include "weft/context.h"

#include "given.h"

static struct wf_test_future inner;
static struct wf_test_task task;

static void setup(void)
{
    wf_test_task_init(&task, &wf_test_future(&inner)->future);
}

/* Does with the waker that a poll lends what a test says, and is PENDING. */
struct acting {
    struct wf_future future;
    void (*act)(const struct wf_waker *waker);
};

static enum wf_poll acting_poll(struct wf_future *future, struct wf_cx *cx)
{
    ((struct acting *)future)->act(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops acting_ops = {.name = "acting", .poll = acting_poll};
static struct acting acting = {.future = {.ops = &acting_ops}};

static void poll_with(void (*act)(const struct wf_waker *waker))
{
    acting.act = act;
    wf_test_task_init(&task, &acting.future);
    ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
}

static uint32_t units;

static void look_at_the_context(const struct wf_waker *waker)
{
    const struct wf_context *context = wf_context_current;
    ck_assert_ptr_nonnull(context);
    ck_assert_ptr_eq(context->root, task.future);
    ck_assert_ptr_nonnull(context->runs);
    ck_assert_ptr_null(context->task);
    ck_assert_ptr_null(context->scheduler);
    for (units = 0; wf_budget_spend(waker); units++)
        ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
}

/* G.51: a future that has used its budget up has been told to come again. */
START_TEST(g51_each_poll_has_a_context_and_the_whole_budget)
{
    for (int i = 0; i < 2; i++) {
        poll_with(look_at_the_context);
        ck_assert_uint_eq(units, WF_BUDGET);
        ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
        ck_assert_ptr_null(wf_context_current);
    }
}
END_TEST

static void poll_again(const struct wf_waker *waker)
{
    (void)waker;
    (void)!wf_test_task_poll(&task);
}

static void poll_inside(void)
{
    poll_with(poll_again);
}

/* G.51 */
START_TEST(g51_a_poll_inside_of_the_same_poll_panics)
{
    expect_panic(poll_inside,
                 "weft: panic: clause G.51 broken: acting is polled while its test task polls it\n"
                 "  await tree of wf_test_task_poll:\n"
                 "    acting\n");
}
END_TEST

/* G.52 */
START_TEST(g52_wakes_are_counted_since_the_last_poll_began)
{
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    for (uint32_t round = 0; round < 3; round++) {
        ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
        ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
        for (uint32_t i = 0; i < 300; i++) {
            wf_waker_wake_by_ref(&inner.waker);
            ck_assert_uint_eq(wf_test_task_wakes(&task), i + 1);
        }
    }
}
END_TEST

/* G.52 */
START_TEST(g52_a_wake_in_the_middle_of_a_poll_counts)
{
    poll_with(wf_waker_wake_by_ref);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
    ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
}
END_TEST

/* G.52: of two tasks that poll one future in turn, the one that polled last is woken. */
START_TEST(g52_two_tasks_count_apart)
{
    struct wf_test_task other;
    wf_test_task_init(&other, &inner.future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_PENDING(&other);
    WF_EXPECT_RELEASED(&task);
    wf_test_future_complete(&inner, 1);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    ck_assert_uint_eq(wf_test_task_wakes(&other), 1);
    WF_EXPECT_READY(&other);
}
END_TEST

enum { THREADS = 4, WAKES = 500 };

static void *wake_and_drop(void *arg)
{
    struct wf_waker *waker = arg;
    for (int i = 0; i < WAKES; i++) {
        struct wf_waker clone = wf_waker_clone(waker);
        if (i % 3 == 0)
            wf_waker_wake_by_ref(waker);
        if (i % 2 == 0)
            wf_waker_wake(&clone);
        else
            wf_waker_drop(&clone);
    }
    wf_waker_drop(waker);
    return NULL;
}

/* G.52 G.53 */
START_TEST(g53_threads_wake_clone_and_drop_at_once)
{
    struct wf_waker wakers[THREADS];
    pthread_t threads[THREADS];
    WF_EXPECT_PENDING(&task);
    for (size_t i = 0; i < THREADS; i++)
        wakers[i] = wf_waker_clone(&inner.waker);
    ck_assert_uint_eq(wf_test_task_clones(&task), THREADS + 1);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wake_and_drop, &wakers[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(wf_test_task_wakes(&task), (uint64_t)THREADS * (WAKES / 2 + (WAKES + 2) / 3));
    ck_assert_uint_eq(wf_test_task_clones(&task), 1);
    wf_future_drop(&inner.future);
    ck_assert_uint_eq(wf_test_task_clones(&task), 0);
}
END_TEST

static int written; /* plain: what the thread sanitizer looks at */

static void *write_and_wake(void *waker)
{
    written = 42;
    wf_waker_wake(waker);
    return NULL;
}

static void *write_and_wake_by_ref(void *waker)
{
    written = 43;
    wf_waker_wake_by_ref(waker);
    written = 44;
    wf_waker_drop(waker);
    return NULL;
}

/* G.52 G.57: the thread is not joined before what it wrote is read, nor before the task is gone. */
START_TEST(g57_a_wake_of_another_thread_is_waited_for)
{
    struct wf_waker given;
    pthread_t thread;
    {
        struct wf_test_task own;
        wf_test_task_init(&own, &inner.future);
        WF_EXPECT_PENDING(&own);
        given = wf_waker_clone(&inner.waker);
        wf_waker_drop(&inner.waker);
        ck_assert_int_eq(pthread_create(&thread, NULL, write_and_wake, &given), 0);
        WF_EXPECT_WAKE(&own);
        ck_assert_int_eq(written, 42);
        WF_EXPECT_RELEASED(&own);
    }
    pthread_join(thread, NULL);
}
END_TEST

/* G.52 G.53: each count is enough to read what was written before it. */
START_TEST(g52_what_was_written_before_a_wake_or_a_drop_is_seen)
{
    pthread_t thread;
    WF_EXPECT_PENDING(&task);
    struct wf_waker given = wf_waker_clone(&inner.waker);
    ck_assert_int_eq(pthread_create(&thread, NULL, write_and_wake, &given), 0);
    while (wf_test_task_wakes(&task) == 0)
        sched_yield();
    ck_assert_int_eq(written, 42);
    pthread_join(thread, NULL);

    given = wf_waker_clone(&inner.waker);
    ck_assert_int_eq(pthread_create(&thread, NULL, write_and_wake_by_ref, &given), 0);
    while (wf_test_task_clones(&task) == 2)
        sched_yield();
    ck_assert_int_eq(written, 44);
    pthread_join(thread, NULL);
}
END_TEST

static void *write_and_only_wake(void *waker)
{
    written = 45;
    wf_waker_wake_by_ref(waker);
    return NULL;
}

/* G.52: a poll sees it as well. */
START_TEST(g52_a_poll_sees_what_was_written_before_a_wake)
{
    pthread_t thread;
    WF_EXPECT_PENDING(&task);
    ck_assert_int_eq(pthread_create(&thread, NULL, write_and_only_wake, &inner.waker), 0);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_PENDING(&task);
    ck_assert_int_eq(written, 45);
    pthread_join(thread, NULL);
}
END_TEST

/* G.57 */
START_TEST(g57_a_wake_that_was_is_not_waited_for)
{
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&inner, 1);
    wf_test_expect_wake(&task, 0, WF_TEST_HERE);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
}
END_TEST

static void wait_in_vain(void)
{
    WF_EXPECT_PENDING(&task);
    wf_test_expect_wake(&task, 5000000, WF_TEST_HERE); /* WF_EXPECT_WAKE, with less patience */
}

/* G.57 G.59 */
START_TEST(g57_a_wake_that_does_not_come_fails)
{
    expect_panic(wait_in_vain, "weft: test failed: test_future was not woken in 0.005 s\n"
                               "  since its last poll began: 0 wakes; alive: 1 clone of its waker\n"
                               "  await tree:\n"
                               "    test_future\n");
}
END_TEST

static void wait_for_a_wake_that_cannot_come(void)
{
    struct wf_pending never;
    wf_test_task_init(&task, &wf_pending(&never)->future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_WAKE(&task);
}

/* G.57: the test does not wait for 30 s. */
START_TEST(g57_where_no_clone_is_alive_it_fails_at_once)
{
    expect_panic(wait_for_a_wake_that_cannot_come,
                 "weft: test failed: pending keeps no waker, so it can never be woken\n"
                 "  since its last poll began: 0 wakes; alive: 0 clones of its waker\n"
                 "  await tree:\n"
                 "    pending\n");
}
END_TEST

static uint32_t clones_seen[2];

static void count_clones(const struct wf_waker *waker)
{
    clones_seen[0] = wf_test_task_clones(&task);
    struct wf_waker clone = wf_waker_clone(waker);
    clones_seen[1] = wf_test_task_clones(&task);
    wf_waker_drop(&clone);
}

/* G.53 */
START_TEST(g53_the_waker_that_is_lent_is_not_counted)
{
    poll_with(count_clones);
    ck_assert_uint_eq(clones_seen[0], 0);
    ck_assert_uint_eq(clones_seen[1], 1);
    ck_assert_uint_eq(wf_test_task_clones(&task), 0);
}
END_TEST

/* G.53 */
START_TEST(g53_any_number_of_clones)
{
    static struct wf_waker clones[1000];
    WF_EXPECT_PENDING(&task);
    for (uint32_t i = 0; i < 1000; i++) {
        clones[i] = wf_waker_clone(i == 0 ? &inner.waker : &clones[i - 1]);
        ck_assert_uint_eq(wf_test_task_clones(&task), i + 2);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        (i % 2 == 0 ? wf_waker_wake : wf_waker_drop)(&clones[i]);
        ck_assert_uint_eq(wf_test_task_clones(&task), 1000 - i);
    }
    ck_assert_uint_eq(wf_test_task_wakes(&task), 500);
    wf_future_drop(&inner.future);
    WF_EXPECT_RELEASED(&task);
}
END_TEST

static struct wf_waker kept;

static void keep_what_is_lent(const struct wf_waker *waker)
{
    wf_waker_wake_by_ref(waker); /* while the poll goes on, that is right */
    kept = *waker;               /* the mistake: no clone */
}

static void wake_what_was_lent(void)
{
    poll_with(keep_what_is_lent);
    wf_waker_wake_by_ref(&kept);
}

static void clone_what_was_lent(void)
{
    poll_with(keep_what_is_lent);
    struct wf_waker clone = wf_waker_clone(&kept);
    wf_waker_drop(&clone);
}

static void use_what_is_lent_up(const struct wf_waker *waker)
{
    struct wf_waker mine = *waker;
    wf_waker_drop(&mine);
}

static void drop_what_is_lent(void)
{
    poll_with(use_what_is_lent_up);
}

static void wake_twice(void)
{
    WF_EXPECT_PENDING(&task);
    struct wf_waker copy = inner.waker;
    wf_test_future_complete(&inner, 1);
    wf_waker_wake(&copy);
}

/* G.54 */
START_TEST(g54_a_waker_that_was_kept_without_a_clone_panics_when_woken)
{
    expect_panic(wake_what_was_lent,
                 "weft: panic: clause G.54 broken: a waker is woken, and is no clone: it was lent "
                 "to a poll and kept, or was used up before\n");
}
END_TEST

/* G.54 */
START_TEST(g54_a_waker_that_was_kept_without_a_clone_panics_when_cloned)
{
    expect_panic(clone_what_was_lent,
                 "weft: panic: clause G.54 broken: a waker is cloned, and is no clone: it was "
                 "lent to a poll and kept, or was used up before\n");
}
END_TEST

/* G.54 */
START_TEST(g54_the_waker_that_is_lent_is_not_the_futures_to_drop)
{
    expect_panic(drop_what_is_lent,
                 "weft: panic: clause G.54 broken: a waker is dropped, and is no clone: it was "
                 "lent to a poll and kept, or was used up before\n"
                 "  await tree of wf_test_task_poll:\n"
                 "    acting\n");
}
END_TEST

/* G.54 */
START_TEST(g54_a_waker_that_is_used_up_twice_panics)
{
    expect_panic(wake_twice,
                 "weft: panic: clause G.54 broken: a waker is woken, and is no clone: it was lent to a "
                 "poll and kept, or was used up before\n");
}
END_TEST

TCase *test_wakes_tests(void)
{
    TCase *tests = tcase_create("test.h: wakes");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, g51_each_poll_has_a_context_and_the_whole_budget);
    add_panic_test(tests, g51_a_poll_inside_of_the_same_poll_panics);
    tcase_add_test(tests, g52_wakes_are_counted_since_the_last_poll_began);
    tcase_add_test(tests, g52_a_wake_in_the_middle_of_a_poll_counts);
    tcase_add_test(tests, g52_two_tasks_count_apart);
    tcase_add_test(tests, g52_what_was_written_before_a_wake_or_a_drop_is_seen);
    tcase_add_test(tests, g52_a_poll_sees_what_was_written_before_a_wake);
    tcase_add_test(tests, g53_threads_wake_clone_and_drop_at_once);
    tcase_add_test(tests, g53_the_waker_that_is_lent_is_not_counted);
    tcase_add_test(tests, g53_any_number_of_clones);
    add_panic_test(tests, g54_a_waker_that_was_kept_without_a_clone_panics_when_woken);
    add_panic_test(tests, g54_a_waker_that_was_kept_without_a_clone_panics_when_cloned);
    add_panic_test(tests, g54_the_waker_that_is_lent_is_not_the_futures_to_drop);
    add_panic_test(tests, g54_a_waker_that_is_used_up_twice_panics);
    tcase_add_test(tests, g57_a_wake_of_another_thread_is_waited_for);
    tcase_add_test(tests, g57_a_wake_that_was_is_not_waited_for);
    add_panic_test(tests, g57_a_wake_that_does_not_come_fails);
    add_panic_test(tests, g57_where_no_clone_is_alive_it_fails_at_once);
    return tests;
}
