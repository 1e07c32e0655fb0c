/**
 * @file tests_thief.c
 * @brief Clause 05.20, and of 05.4 the second thief: what is done while a thief is at work, which is stopped meanwhile.
 *
 * A ring in which nobody sees a thief at work, one under a lock say, has nothing to do differently: its thief goes on at once.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"

enum { SIZE = 256 };

/* The numbers of the tasks that were made, and how many the thief has claimed: the larger half. */
static int made, claimed;

/* How many go to the inject queue, in how many calls. */
static void push(struct judge *judge, int count, int injected, int calls, const char *expected)
{
    struct judge_reply reply = DO(judge, ring_push, .ring = 0, .count = count);
    made += count;
    judge_returned(judge, "%lld", (long long)reply.a);
    EXPECT(judge, reply.a == injected && reply.b == calls, expected,
           "wf_run_queue_push returns %lld in sum, in %lld of %d calls more than 0", (long long)reply.a,
           (long long)reply.b, count);
}

/* The tasks that came with the step are `count`, from `first` on. */
static void expect_run(struct judge *judge, int first, int count, const char *what)
{
    int told;
    char expected[160];
    const struct channel_record *events = judge_events(judge, &told);
    snprintf(expected, sizeof expected, "%s: %d, from task %d on", what, count, first);
    EXPECT(judge, told > 0 || count == 0, expected, "there is none");
    EXPECT(judge, told == (count > 0) && (count == 0 || (events[0].a == first && events[0].b == count)),
           expected, "there are others: the trace has them");
}

static void pop(struct judge *judge, int count, int first)
{
    DO(judge, ring_pop, .ring = 0, .count = count);
    expect_run(judge, first, count, "pop takes the oldest tasks that the thief has not claimed");
}

/* False: nobody sees a thief at work. */
static bool stop_thief(struct judge *judge, int64_t first, int count)
{
    DO(judge, ring_make, .ring = 0, .size = SIZE, .first = first);
    DO(judge, ring_make, .ring = 1, .size = SIZE, .first = 0);
    DO(judge, ring_make, .ring = THIEF_RING, .size = SIZE, .first = THIEF_FIRST);
    claimed = count - count / 2;
    push(judge, count, 0, 0, "there is room for them");
    bool is_stopped = DO(judge, ring_stop, .from = 0).a;
    judge_returned(judge, is_stopped ? "a thief is at work" : "nobody sees a thief at work: it goes on");
    return is_stopped;
}

static void thief_goes_on(struct judge *judge, int last)
{
    char expected[100];
    struct judge_reply reply = DO(judge, ring_go_on);
    judge_returned(judge, "%s, count %lld", reply.a == NOBODY ? "NULL" : name_of(reply.a), (long long)reply.b);
    snprintf(expected, sizeof expected, "it takes %d tasks, and returns %s", claimed, name_of(last));
    EXPECT(judge, reply.a == last && reply.b == claimed, expected, "count is %lld, and it returns %s",
           (long long)reply.b, reply.a == NOBODY ? "NULL" : name_of(reply.a));
}

/* --- 05.20 --- */

static void owner_goes_on(struct judge *judge, int64_t first, int count, int pops)
{
    static const char *const alone =
        "a thief is at work, and there is no room, which is counted from `steal`: each new task goes to the inject queue alone, 1 in each call";
    int oldest = made, room = SIZE - count;
    bool is_stopped = stop_thief(judge, first, count);
    int next = oldest + claimed, last = next - 1;
    if (is_stopped) {
        if (room > 0)
            push(judge, room, 0, 0,
                 "there is room for them: from `steal` to `tail` a ring has as many slots as its size");
        push(judge, 3, 3, 3, alone);
        pop(judge, pops, next);
        push(judge, 2, 2, 2, alone);
        pop(judge, 1, next + pops);
    }
    thief_goes_on(judge, last);
    if (is_stopped) {
        DO(judge, ring_drain);
        expect_run(judge, made - 5, 5, "what was pushed while there was no room is in the inject queue");
        push(judge, claimed + pops + 1, 0, 0,
             "the thief is done, so there is room for what it took, and for what was popped meanwhile");
        push(judge, 1, SIZE / 2 + 1, 1, "the ring is full, and no thief is at work: half of it overflows");
        DO(judge, ring_drain);
    }
    DO(judge, ring_pop, .ring = 0, .count = SIZE);
    DO(judge, ring_pop, .ring = THIEF_RING, .count = SIZE);
    expect_run(judge, oldest, claimed - 1, "the thief's ring has the others that it took");
}

void test_beside_a_thief(struct judge *judge)
{
    judge_start(judge, "rings");
    made = 0;
    owner_goes_on(judge, 0, SIZE, 1);
    owner_goes_on(judge, UINT32_MAX - 300, SIZE, 1 + judge_random(judge, 100));
    owner_goes_on(judge, UINT32_MAX - SIZE / 2, SIZE, 1 + judge_random(judge, 100)); /* the first pop wraps */
    owner_goes_on(judge, UINT32_MAX - 1, 3, 0);
    owner_goes_on(judge, 1, 3 + judge_random(judge, 200), 1);
    judge_finish(judge);
}

/* --- 05.4 --- */

static void second_comes(struct judge *judge, int64_t first, int count)
{
    int oldest = made;
    bool is_stopped = stop_thief(judge, first, count);
    int rest = count - claimed, half = rest - rest / 2;
    if (is_stopped) {
        struct judge_reply reply = DO(judge, ring_steal, .from = 0, .own = 1);
        EXPECT(judge, reply.a == NOBODY && reply.b == 0,
               "another thief is at work: steal returns NULL, and count is 0",
               "count is %lld, and it returns %s", (long long)reply.b,
               reply.a == NOBODY ? "NULL" : name_of(reply.a));
    }
    thief_goes_on(judge, oldest + claimed - 1);
    struct judge_reply reply = DO(judge, ring_steal, .from = 0, .own = 1);
    EXPECT(judge, reply.b == half && reply.a == oldest + claimed + half - 1,
           "no thief is at work any more: steal takes the larger half", "count is %lld, and it returns %s",
           (long long)reply.b, reply.a == NOBODY ? "NULL" : name_of(reply.a));
    DO(judge, ring_pop, .ring = 0, .count = SIZE);
}

void test_second_thief(struct judge *judge)
{
    judge_start(judge, "rings");
    made = 0;
    second_comes(judge, 0, SIZE);
    second_comes(judge, UINT32_MAX - 1, 3);
    second_comes(judge, 255, 4 + judge_random(judge, 100));
    judge_finish(judge);
}
