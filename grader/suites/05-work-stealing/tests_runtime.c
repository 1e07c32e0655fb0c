/**
 * @file tests_runtime.c
 * @brief Clause 05.18, and the rest of 05.14 and 05.19: a runtime of real threads, under loads.
 */
#include "rig.h"
#include "tests.h"

static void make_runtime(struct judge *judge, int64_t workers, int64_t driver)
{
    EXPECT(judge, DO(judge, runtime_new, .workers = workers, .driver = driver).a == 1, "a runtime", "NULL");
}

static void expect_no_violation(struct judge *judge, int64_t violations)
{
    static const char *const expected =
        "each task is polled on workers' threads only, on one at a time, and never once it is over";
    EXPECT(judge, violations == 0, expected, "it is not so %lld times: the trace has the first of them",
           (long long)violations);
}

static void drop_runtime(struct judge *judge)
{
    struct judge_reply reply = DO(judge, runtime_drop);
    EXPECT(judge, reply.a == 0, "every thread that was started has stopped", "%lld have not",
           (long long)reply.a);
    expect_no_violation(judge, reply.b);
}

static void carry(struct judge *judge, int64_t load, int64_t size)
{
    struct judge_reply reply = DO(judge, carry, .load = load, .size = size);
    judge_returned(judge, "%lld are READY", (long long)reply.a);
    expect_no_violation(judge, reply.b);
    EXPECT(judge, reply.a == size, "each task is run until it is over", "%lld of %lld are READY",
           (long long)reply.a, (long long)size);
}

/* An even number: there are pairs, and none is left over. */
static int64_t size_of(struct judge *judge, int64_t load)
{
    switch (load) {
    case LOAD_STORM:
        return 20;
    case LOAD_PAIRS:
        return 40 + 2 * judge_random(judge, 20);
    case LOAD_STAGES:
        return 200;
    case LOAD_CHAIN_BESIDE:
        return 40;
    case LOAD_FAN_OUT:
        return 300;
    default:
        return 100 + 2 * judge_random(judge, 60);
    }
}

static void all_loads(struct judge *judge, int64_t workers, int64_t driver)
{
    make_runtime(judge, workers, driver);
    for (int64_t load = LOAD_OUTSIDE; load <= LOAD_CHAIN_BESIDE; load++)
        carry(judge, load, size_of(judge, load));
    struct judge_reply polls = DO(judge, polls_counted);
    EXPECT(judge, polls.a == polls.b, "the polls of all workers are as many as there were",
           "the tasks were polled %lld times, and %lld polls are counted", (long long)polls.a,
           (long long)polls.b);
    drop_runtime(judge);
}

void test_loads(struct judge *judge)
{
    judge_start(judge, "runtime");
    all_loads(judge, 1, NO_DRIVER);
    all_loads(judge, 2, NO_DRIVER);
    all_loads(judge, 8, NO_DRIVER);
    make_runtime(judge, 3, NO_DRIVER);
    carry(judge, LOAD_TREE, 1000);
    carry(judge, LOAD_FAN_OUT, 1000);
    carry(judge, LOAD_OUTSIDE, 1);
    carry(judge, LOAD_PAIRS, 2 * 100 + 1);
    for (int times = 0; times < 3; times++)
        carry(judge, LOAD_STAGES, 2000);
    drop_runtime(judge);
    judge_finish(judge);
}

void test_loads_with_a_driver(struct judge *judge)
{
    judge_start(judge, "runtime");
    all_loads(judge, 1, WITH_DRIVER);
    all_loads(judge, 3, WITH_DRIVER);
    judge_finish(judge);
}

/* --- 05.14: a poll that holds its thread, until another task has run --- */

void test_rescue(struct judge *judge)
{
    judge_start(judge, "runtime");
    for (int64_t workers = 2; workers <= 3; workers++) {
        make_runtime(judge, workers, workers == 2 ? NO_DRIVER : WITH_DRIVER);
        for (int64_t how = RESCUE_SPAWNED; how <= RESCUE_FROM_OUTSIDE; how++) {
            struct judge_reply reply = DO(judge, rescue, .how = how, .times = how == RESCUE_BEHIND ? 15 : 100);
            expect_no_violation(judge, reply.b);
        }
        DO(judge, rescue, .how = RESCUE_SPAWNED, .times = 1);
        drop_runtime(judge);
    }
    judge_finish(judge);
}

/* --- roots --- */

void test_block_ons(struct judge *judge)
{
    judge_start(judge, "runtime");
    for (int64_t workers = 1; workers <= 3; workers++)
        for (int64_t threads = 1; threads <= 3; threads += 2) {
            make_runtime(judge, workers, threads == 1 ? WITH_DRIVER : NO_DRIVER);
            struct judge_reply reply = DO(judge, block_ons, .threads = threads, .size = 300);
            expect_no_violation(judge, reply.b);
            EXPECT(judge, reply.a == threads, "each root is polled until it is READY", "%lld of %lld are",
                   (long long)reply.a, (long long)threads);
            drop_runtime(judge);
        }
    judge_finish(judge);
}

/* --- the end --- */

void test_drop_states(struct judge *judge)
{
    judge_start(judge, "runtime");
    for (int64_t workers = 1; workers <= 3; workers++)
        for (int64_t driver = NO_DRIVER; driver <= WITH_DRIVER; driver++) {
            make_runtime(judge, workers, driver);
            int64_t size = 300;
            struct judge_reply reply = DO(judge, drop_states, .size = size);
            expect_no_violation(judge, reply.b);
            EXPECT(judge, reply.a == size, "each task is over when the runtime is dropped",
                   "%lld of %lld are", (long long)reply.a, (long long)size);
        }
    judge_finish(judge);
}
