/**
 * @file test_spurious.c
 * @brief Polls for no reason, as a stress build has them.
 */
#undef WF_SPURIOUS
#define WF_SPURIOUS 2

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "given.h"
#include "weft/context.h"

/* Polls a future, which is never READY, 1,000 times; how often was each poll repeated? */
static void count_polls(int *polls)
{
    struct leaf leaf = leaf_ready_at(0);
    struct wf_context context = {.root = &leaf.future};
    wf_context_enter(&context);
    for (int i = 0, before = 0; i < 1000; i++, before = leaf.polls) {
        ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_PENDING);
        polls[i] = leaf.polls - before;
    }
    wf_context_leave(&context);
    wf_future_drop(&leaf.future);
}

/* G.127: a half of the polls is made once, a quarter twice, and so on. */
START_TEST(g127_polls_are_repeated_by_chance)
{
    int polls[1000], times[4] = {0};
    count_polls(polls);
    for (int i = 0; i < 1000; i++)
        times[polls[i] < 4 ? polls[i] : 0]++;
    ck_assert(times[1] > 400 && times[1] < 600);
    ck_assert(times[2] > 180 && times[2] < 320);
    ck_assert(times[3] > 70 && times[3] < 180);
    ck_assert(times[0] > 70 && times[0] < 180); /* more often */
}
END_TEST

/* G.127: READY ends it, and is returned once. */
START_TEST(g127_what_is_ready_is_not_polled_again)
{
    for (int ready_at = 1; ready_at < 20; ready_at++) {
        struct leaf leaf = leaf_ready_at(ready_at);
        struct wf_context context = {.root = &leaf.future};
        int asked = 1;
        wf_context_enter(&context);
        for (; wf_future_poll(&leaf.future, &idle_cx) == WF_PENDING; asked++)
            continue;
        wf_context_leave(&context);
        ck_assert_int_eq(leaf.polls, ready_at);
        ck_assert_int_le(asked, ready_at);
    }
}
END_TEST

static int spenders_polls, polls_without_budget;

static enum wf_poll spender_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    spenders_polls++;
    polls_without_budget += wf_context_current->budget != WF_BUDGET;
    while (wf_budget_spend(cx->waker))
        continue;
    return WF_PENDING;
}

/* G.127: a repetition is a poll as an executor's: it begins with the whole budget. */
START_TEST(g127_a_repetition_has_a_budget_of_its_own)
{
    static const struct wf_future_ops ops = {
        .name = "spender", .poll = spender_poll, .size = sizeof(struct wf_future)};
    struct wf_future spender = {.ops = &ops};
    struct wf_context context = {.root = &spender, .constrained = true};
    wf_context_enter(&context);
    for (int i = 0; i < 100; i++) {
        context.budget = WF_BUDGET;
        ck_assert_int_eq(wf_future_poll(&spender, &idle_cx), WF_PENDING);
    }
    wf_context_leave(&context);
    ck_assert_int_gt(spenders_polls, 130);
    ck_assert_int_eq(polls_without_budget, 0);
}
END_TEST

/* G.127: whatever the context runs, and without one. */
START_TEST(g127_what_a_future_polls_is_polled_once)
{
    struct leaf root = leaf_ready_at(0), leaf = leaf_ready_at(0);
    struct wf_context context = {.root = &root.future};
    for (int i = 1; i < 200; i++) {
        if (i == 100)
            wf_context_enter(&context);
        ck_assert_int_eq(wf_future_poll(&leaf.future, &idle_cx), WF_PENDING);
        ck_assert_int_eq(leaf.polls, i);
    }
    wf_context_leave(&context);
}
END_TEST

/* G.127: in processes of their own, for a thread is seeded once. */
START_TEST(g127_a_seed_says_when)
{
    static const char *const expected[] = {NULL, "1", "2"};
    static int first[1000]; /* of no seed: this process is forked before any test has polled */
    int polls[1000];
    for (int i = 0; i < 3; i++) {
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        if (fork() == 0) {
            unsetenv("WF_SPURIOUS_SEED");
            if (expected[i])
                setenv("WF_SPURIOUS_SEED", expected[i], 1);
            count_polls(polls);
            _exit(write(ends[1], polls, sizeof polls) == sizeof polls ? 0 : 1);
        }
        ck_assert_int_eq(read(ends[0], polls, sizeof polls), sizeof polls);
        close(ends[0]);
        close(ends[1]);
        if (i == 0)
            memcpy(first, polls, sizeof first);
        else
            ck_assert_int_eq(memcmp(first, polls, sizeof first) == 0, i == 1);
    }
}
END_TEST

TCase *spurious_tests(void)
{
    TCase *tcase = tcase_create("spurious");
    tcase_add_test(tcase, g127_polls_are_repeated_by_chance);
    tcase_add_test(tcase, g127_a_repetition_has_a_budget_of_its_own);
    tcase_add_test(tcase, g127_what_is_ready_is_not_polled_again);
    tcase_add_test(tcase, g127_what_a_future_polls_is_polled_once);
    tcase_add_test(tcase, g127_a_seed_says_when);
    return tcase;
}
