/**
 * @file test_io_calls.c
 * @brief The future of all streams, on a stream that returns what the test says.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "given.h"
#include "weft/error.h"
#include "weft/io.h"
#include "weft/test.h"

enum { ANSWERS = 8 };

/* A stream that answers each call with the next of `answers`; -EAGAIN waits for `waits_for`. */
struct told {
    struct wf_io io;
    int64_t answers[ANSWERS];
    int calls;
    struct wf_io_wait waits_for;
    size_t asked;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wf_readiness readiness, other;
static struct told told;
static struct wf_test_task task;
static struct wf_io_call call;
static char buffer[16];

static int64_t answer(struct wf_io *io, struct wf_io_wait *wait)
{
    struct told *self = (struct told *)io;
    int64_t it = self->answers[self->calls++];
    if (it == -EAGAIN)
        *wait = self->waits_for;
    return it;
}

static int64_t move(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    told.asked = 0;
    for (int i = 0; i < count; i++)
        told.asked += pieces[i].iov_len;
    return answer(io, wait);
}

static const struct wf_io_ops told_ops = {"told", move, move, answer, answer};
static const struct wf_io_ops nothing_ops = {.name = "nothing"};

static void setup(void)
{
    wf_readiness_init(&readiness, &lock);
    wf_readiness_init(&other, &lock);
    told = (struct told){.io = {&told_ops}, .waits_for = {&readiness, WF_READABLE}};
}

static void answers(int64_t first, int64_t second, int64_t third)
{
    told.answers[0] = first;
    told.answers[1] = second;
    told.answers[2] = third;
    told.calls = 0;
}

static void test_it(struct wf_io_call *it)
{
    wf_test_task_init(&task, &it->future);
}

/* G.260 */
START_TEST(g260_what_the_call_returns_is_the_output)
{
    static const int64_t outcomes[] = {7, 0, -ECONNRESET, INT64_MAX, WF_ECLOSED};
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        answers(-EINTR, -EINTR, outcomes[i]);
        test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
        WF_EXPECT_READY(&task);
        ck_assert(call.out == outcomes[i]);
        ck_assert_int_eq(told.calls, 3);
        ck_assert_uint_eq(told.asked, sizeof buffer);
        ck_assert(wf_future_failed(&call.future) == (outcomes[i] < 0));
    }
}
END_TEST

/* G.260 */
START_TEST(g260_each_constructor_makes_its_call)
{
    struct iovec pieces[2] = {{buffer, 3}, {buffer + 3, 4}};
    answers(1, 0, 0);
    test_it(wf_io_write_pieces(&call, &told.io, pieces, 2));
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(told.asked, 7);
    test_it(wf_io_flush(&call, &told.io));
    WF_EXPECT_READY(&task);
    test_it(wf_io_shutdown(&call, &told.io));
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(told.calls, 3);
    answers(5, 0, 0);
    test_it(wf_io_read_pieces(&call, &told.io, pieces, 2));
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(told.asked, 7);
    ck_assert(call.out == 5);
}
END_TEST

/* G.261 */
START_TEST(g261_it_waits_for_what_the_call_named)
{
    answers(-EAGAIN, 3, 0);
    test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
    WF_EXPECT_PENDING(&task);
    wf_readiness_event(&readiness, WF_WRITABLE);
    wf_readiness_event(&other, WF_READABLE);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    wf_readiness_event(&readiness, WF_READABLE);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 1);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 3);
    WF_EXPECT_RELEASED(&task);
}
END_TEST

/* G.261: an event between the call and the wait is not lost. */
START_TEST(g261_what_is_ready_already_is_tried_again_in_the_same_poll)
{
    wf_readiness_event(&readiness, WF_READABLE);
    answers(-EAGAIN, 3, 0);
    test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(told.calls, 2);
}
END_TEST

/* G.261: as a read of TLS that must write first. */
START_TEST(g261_a_later_call_may_wait_elsewhere_and_for_something_else)
{
    answers(-EAGAIN, -EAGAIN, 3);
    test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
    WF_EXPECT_PENDING(&task);
    told.waits_for = (struct wf_io_wait){&other, WF_WRITABLE};
    WF_EXPECT_PENDING(&task); /* for nothing */
    wf_readiness_event(&readiness, WF_READABLE);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    wf_readiness_event(&other, WF_WRITABLE);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
}
END_TEST

/* G.262 */
START_TEST(g262_a_drop_leaves_nothing_behind)
{
    answers(-EAGAIN, 3, 0);
    test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&call.future);
    WF_EXPECT_RELEASED(&task);
    ck_assert(wf_list_is_empty(&readiness.waiters));
    ck_assert_int_eq(told.calls, 1);
    test_it(wf_io_read(&call, &told.io, buffer, sizeof buffer));
    wf_future_drop(&call.future); /* never polled */
    ck_assert_int_eq(told.calls, 1);
}
END_TEST

/* G.263 */
START_TEST(g263_a_call_takes_a_unit_and_one_that_waits_gives_it_back)
{
    struct wf_context context = {.runs = "the test", .constrained = true, .budget = 2};
    wf_context_enter(&context);
    answers(-EAGAIN, 1, 1);
    wf_io_read(&call, &told.io, buffer, sizeof buffer);
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_PENDING);
    ck_assert_uint_eq(context.budget, 2);
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_READY);
    ck_assert_uint_eq(context.budget, 1);
    context.budget = 0;
    wf_io_read(&call, &told.io, buffer, sizeof buffer);
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_PENDING);
    ck_assert_int_eq(told.calls, 2);
    wf_future_drop(&call.future);
    wf_context_leave(&context);
}
END_TEST

/* G.263 */
START_TEST(g263_a_request_to_end_comes_before_the_call)
{
    WF_ATOMIC(bool) canceled = true;
    struct wf_context context = {.runs = "the test", .canceled = &canceled};
    wf_context_enter(&context);
    answers(1, 1, 1);
    wf_io_read(&call, &told.io, buffer, sizeof buffer);
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_READY);
    ck_assert(call.out == WF_ECANCELED);
    ck_assert_int_eq(told.calls, 0);
    wf_context_leave(&context);
}
END_TEST

/* G.264 */
START_TEST(g264_what_a_stream_does_not_have)
{
    struct wf_io nothing = {&nothing_ops};
    test_it(wf_io_read(&call, &nothing, buffer, 1));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == -EBADF);
    test_it(wf_io_write(&call, &nothing, buffer, 1));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == -EBADF);
    test_it(wf_io_flush(&call, &nothing));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 0);
    test_it(wf_io_shutdown(&call, &nothing));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 0);
}
END_TEST

/* G.276 */
START_TEST(g276_what_moves_no_bytes_makes_no_call)
{
    struct iovec empty[2] = {{buffer, 0}, {NULL, 0}};
    answers(9, 9, 9);
    test_it(wf_io_read_pieces(&call, &told.io, empty, 2));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 0);
    test_it(wf_io_write(&call, &told.io, buffer, 0));
    WF_EXPECT_READY(&task);
    ck_assert(call.out == 0);
    ck_assert_int_eq(told.calls, 0);
}
END_TEST

static void wait_for_nothing(void)
{
    told.waits_for.readiness = NULL;
    answers(-EAGAIN, 0, 0);
    wf_io_read(&call, &told.io, buffer, 1);
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_PENDING);
}

/* G.265 */
START_TEST(g265_a_call_that_names_no_readiness_panics)
{
    expect_panic(
        wait_for_nothing,
        "weft: panic: clause G.265 broken: a call of told returns -EAGAIN, and does not say what it waits for\n");
}
END_TEST

TCase *io_calls_tests(void)
{
    TCase *tcase = tcase_create("io_calls");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, g260_what_the_call_returns_is_the_output);
    tcase_add_test(tcase, g260_each_constructor_makes_its_call);
    tcase_add_test(tcase, g261_it_waits_for_what_the_call_named);
    tcase_add_test(tcase, g261_what_is_ready_already_is_tried_again_in_the_same_poll);
    tcase_add_test(tcase, g261_a_later_call_may_wait_elsewhere_and_for_something_else);
    tcase_add_test(tcase, g262_a_drop_leaves_nothing_behind);
    tcase_add_test(tcase, g263_a_call_takes_a_unit_and_one_that_waits_gives_it_back);
    tcase_add_test(tcase, g263_a_request_to_end_comes_before_the_call);
    tcase_add_test(tcase, g264_what_a_stream_does_not_have);
    tcase_add_test(tcase, g276_what_moves_no_bytes_makes_no_call);
    add_panic_test(tcase, g265_a_call_that_names_no_readiness_panics);
    return tcase;
}
