/**
 * @file tests_idle.c
 * @brief Clauses 05.6 to 05.8: the idle word, beside a model of it here.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { MOST = 1024 };

/* --- the model --- */

static int workers, searching, asleep[MOST], sleepers; /* the last of `asleep` fell asleep last */
static bool sleeps[MOST];

static void make(struct judge *judge, int count)
{
    workers = count;
    searching = sleepers = 0;
    for (int i = 0; i < MOST; i++)
        sleeps[i] = false;
    DO(judge, idle_make, .workers = count);
}

static void destroy(struct judge *judge)
{
    DO(judge, idle_destroy);
}

static const char *truth(int64_t value)
{
    return value ? "true" : "false";
}

static void fall_asleep(struct judge *judge, int worker, bool searches)
{
    asleep[sleepers++] = worker;
    sleeps[worker] = true;
    searching -= searches;
    int64_t last = DO(judge, idle_sleep, .worker = worker, .searches = searches ? SEARCHING : NOT_SEARCHING).a;
    judge_returned(judge, "%s", truth(last));
    EXPECT(judge, last == (searching == 0),
           searching ? "wf_idle_fall_asleep returns false: others still search"
                     : "wf_idle_fall_asleep returns true: nobody searches now, whether this worker did or not",
           "it returns %s", truth(last));
}

/* Returns the worker, or NOBODY. */
static int to_wake(struct judge *judge)
{
    int expected = searching == 0 && sleepers > 0 ? asleep[sleepers - 1] : NOBODY;
    char words[120];
    if (expected == NOBODY)
        snprintf(words, sizeof words, "wf_idle_to_wake returns NULL: %s",
                 sleepers == 0 ? "no worker sleeps" : "a worker searches already");
    else
        snprintf(words, sizeof words,
                 "wf_idle_to_wake returns worker %d, which fell asleep last: nobody searches", expected);
    int64_t chosen = DO(judge, idle_to_wake).a;
    if (chosen == NOBODY)
        judge_returned(judge, "NULL");
    else
        judge_returned(judge, "worker %lld", (long long)chosen);
    EXPECT(judge, chosen != OTHER_PARK, words, "it returns a link that is no worker's");
    if (chosen == NOBODY)
        EXPECT(judge, expected == NOBODY, words, "it returns NULL");
    else
        EXPECT(judge, chosen == expected, words, "it returns worker %lld", (long long)chosen);
    if (expected != NOBODY) {
        sleepers--;
        searching++;
        sleeps[expected] = false;
    }
    return expected;
}

static void expect_asleep(struct judge *judge, int worker)
{
    int64_t answer = DO(judge, idle_is_asleep, .worker = worker).a;
    judge_returned(judge, "%s", truth(answer));
    EXPECT(judge, answer == sleeps[worker],
           sleeps[worker] ? "wf_idle_is_asleep is true: it fell asleep, and nobody woke it"
                          : "wf_idle_is_asleep is false: it is awake, or was woken",
           "it is %s", truth(answer));
}

static bool begin_search(struct judge *judge)
{
    bool expected = 2 * searching < workers;
    char words[140];
    snprintf(words, sizeof words, "wf_idle_begin_search returns %s: %d of %d workers search", truth(expected),
             searching, workers);
    int64_t begun = DO(judge, idle_begin).a;
    judge_returned(judge, "%s", truth(begun));
    EXPECT(judge, begun == expected, words, "it returns %s", truth(begun));
    searching += expected;
    return expected;
}

static void end_search(struct judge *judge)
{
    searching--;
    int64_t last = DO(judge, idle_end).a;
    judge_returned(judge, "%s", truth(last));
    EXPECT(judge, last == (searching == 0),
           searching ? "wf_idle_end_search returns false: others still search"
                     : "wf_idle_end_search returns true: it was the last that searched",
           "it returns %s", truth(last));
}

static void wake_up(struct judge *judge, int worker)
{
    bool expected = sleeps[worker];
    int64_t itself = DO(judge, idle_wake_up, .worker = worker).a;
    judge_returned(judge, "%s", truth(itself));
    EXPECT(judge, itself == expected,
           expected ? "wf_idle_wake_up returns true: it wakes by itself, and does not search"
                    : "wf_idle_wake_up returns false: another thread has woken it, and it counts as searching",
           "it returns %s", truth(itself));
    for (int i = 0, kept = 0; expected && i < sleepers; i++)
        if (asleep[i] != worker)
            asleep[kept++] = asleep[i];
    sleepers -= expected;
    sleeps[worker] = false;
}

static void sleep_all(struct judge *judge)
{
    for (int i = 0; i < workers; i++) {
        asleep[sleepers++] = i;
        sleeps[i] = true;
    }
    int64_t last = DO(judge, idle_sleep_all).a;
    EXPECT(judge, last == workers, "wf_idle_fall_asleep returns true each time: nobody searches",
           "it returns false %lld times", (long long)(workers - last));
}

/* As many as may. */
static void begin_all(struct judge *judge)
{
    int half = workers - workers / 2;
    char words[140];
    snprintf(words, sizeof words, "wf_idle_begin_search is refused where half of %d workers search: %d",
             workers, half);
    int64_t begun = DO(judge, idle_begin_all).a;
    judge_returned(judge, "%lld begin", (long long)begun);
    EXPECT(judge, begun == half, words, "%lld begin", (long long)begun);
    searching = half;
}

static void end_all(struct judge *judge)
{
    int64_t last = DO(judge, idle_end_all).a;
    judge_returned(judge, "true %lld times", (long long)last);
    EXPECT(judge, last == 1, "wf_idle_end_search returns true to the last that searches, and to no other",
           "it returns true %lld times", (long long)last);
    searching = 0;
}

/* --- 05.6 --- */

static const int counts[] = {1, 2, 3, 8, 64, 65, 256, 1024};
enum { COUNTED = sizeof counts / sizeof *counts };

void test_to_wake(struct judge *judge)
{
    judge_start(judge, "idle");
    for (int i = 0; i < COUNTED; i++) {
        make(judge, counts[i]);
        to_wake(judge); /* all are awake */
        sleep_all(judge);
        expect_asleep(judge, workers - 1);
        for (int wakes = 0; wakes < 4; wakes++) {
            int chosen = to_wake(judge);
            if (chosen == NOBODY)
                break;
            expect_asleep(judge, chosen);
            to_wake(judge); /* it searches */
            end_search(judge);
        }
        destroy(judge);
    }
    for (int count = 1; count <= 3; count++) {
        make(judge, count);
        sleep_all(judge);
        for (int worker = 0; worker < count; worker++)
            wake_up(judge, worker);
        to_wake(judge); /* all are awake again */
        destroy(judge);
    }
    make(judge, MOST);
    sleep_all(judge);
    wake_up(judge, MOST - 1); /* by themselves: the next to be woken is another */
    wake_up(judge, 1);
    to_wake(judge);
    expect_asleep(judge, 0);
    end_search(judge);
    fall_asleep(judge, 1, false);
    to_wake(judge);
    wake_up(judge, 1); /* it was woken already */
    end_search(judge);
    destroy(judge);
    judge_finish(judge);
}

/* --- 05.7 --- */

void test_half_search(struct judge *judge)
{
    judge_start(judge, "idle");
    for (int i = 0; i < COUNTED; i++) {
        make(judge, counts[i]);
        begin_search(judge);
        end_search(judge);
        begin_all(judge);
        begin_search(judge); /* one that was refused is not counted in */
        if (workers > 1) {
            fall_asleep(judge, workers - 1, false);
            to_wake(judge); /* as many search as may: none is woken */
        }
        end_all(judge);
        begin_search(judge);
        end_search(judge);
        destroy(judge);
    }
    judge_finish(judge);
}

/* --- 05.8: one thread plays all, so the last look is what is asked for; the models are about threads --- */

void test_last_searcher(struct judge *judge)
{
    judge_start(judge, "idle");
    for (int count = 2; count <= 8; count += 3) {
        make(judge, count);
        begin_search(judge);
        to_wake(judge); /* the work wakes nobody: there is a searcher */
        fall_asleep(judge, 0, true);
        to_wake(judge); /* what the searcher then does */
        wake_up(judge, 0);
        fall_asleep(judge, 0, true);
        fall_asleep(judge, 1, false);
        to_wake(judge);
        fall_asleep(judge, 1, true);
        destroy(judge);
    }
    make(judge, 8);
    begin_search(judge);
    begin_search(judge);
    fall_asleep(judge, 3, true); /* another searches on, and looks */
    to_wake(judge);
    fall_asleep(judge, 4, true);
    destroy(judge);
    judge_finish(judge);
}

/* --- all of it, by chance: of each worker it is known whether it is awake, searches, or sleeps --- */

static void one_walk(struct judge *judge, int count, int steps)
{
    bool searches[MOST] = {false};
    make(judge, count);
    for (int step = 0; step < steps; step++) {
        int worker = judge_random(judge, count);
        int choice = judge_random(judge, 4);
        if (choice == 0) {
            int chosen = to_wake(judge);
            if (chosen != NOBODY)
                searches[chosen] = true;
        } else if (sleeps[worker]) {
            if (choice == 1)
                wake_up(judge, worker);
            else
                expect_asleep(judge, worker);
        } else if (choice == 1) {
            fall_asleep(judge, worker, searches[worker]);
            searches[worker] = false;
        } else if (searches[worker]) {
            end_search(judge);
            searches[worker] = false;
        } else {
            searches[worker] = begin_search(judge);
        }
    }
    destroy(judge);
}

void test_random_idle(struct judge *judge)
{
    judge_start(judge, "idle");
    for (int i = 0; i < COUNTED; i++)
        one_walk(judge, counts[i], 80);
    judge_finish(judge);
}
