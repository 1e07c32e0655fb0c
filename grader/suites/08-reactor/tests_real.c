/**
 * @file tests_real.c
 * @brief Descriptors of the system, on the reactor of the course: what of it comes late, twice or never shows here.
 */
#include "tests.h"

static void begin_real(struct judge *judge)
{
    judge_start(judge, "real");
}

static void expect_right(struct judge *judge, struct judge_reply reply, int64_t right, const char *what)
{
    EXPECT(judge, reply.a == 0, what, "%lld went wrong", (long long)reply.a);
    EXPECT(judge, right < 0 || reply.b == right, what, "%lld went right, of %lld", (long long)reply.b,
           (long long)right);
}

/* 08.4, 08.12 */
void test_crowd(struct judge *judge)
{
    static const int64_t counts[] = {1, 10, CROWD_MAX};
    begin_real(judge);
    for (int i = 0; i < 3; i++)
        expect_right(judge, DO(judge, crowd, .count = counts[i]), counts[i],
                     "a byte wakes all that wait for it, once, and they are READY with WF_READABLE");
    judge_finish(judge);
}

/* 08.12 */
void test_giving_up(struct judge *judge)
{
    begin_real(judge);
    expect_right(judge, DO(judge, giving_up, .count = CROWD_MAX), 1,
                 "what was dropped is not woken; what waits still is, and reads the byte");
    judge_finish(judge);
}

/* 08.12 */
void test_pairs(struct judge *judge)
{
    begin_real(judge);
    expect_right(judge, DO(judge, pairs, .pairs = 1), 1, "a byte is told of to the one that waits for it");
    expect_right(judge, DO(judge, pairs, .pairs = PAIRS_MAX), PAIRS_MAX,
                 "a byte is told of to the one that waits for it, and to nobody else");
    judge_finish(judge);
}

/* 08.10, 08.11 */
void test_gone(struct judge *judge)
{
    static const int64_t counts[] = {1, 10, CROWD_MAX};
    begin_real(judge);
    for (int64_t end = FDS_CLOSE; end <= FDS_RELEASE; end++)
        for (int i = 0; i < 3; i++)
            expect_right(judge, DO(judge, gone, .count = counts[i], .end = end), counts[i],
                         "what waits is woken, once, and READY with WF_ECLOSED; a release closes nothing");
    judge_finish(judge);
}

/* 08.13 */
void test_peers(struct judge *judge)
{
    begin_real(judge);
    expect_right(judge, DO(judge, peers), 4,
                 "a wait for a side that is closed is READY, and the calls say so");
    judge_finish(judge);
}

/* 08.11, 08.13 */
void test_counters(struct judge *judge)
{
    begin_real(judge);
    expect_right(judge, DO(judge, counters, .rounds = 300), 300,
                 "an eventfd and a timerfd tell of each count, once, however often they are opened");
    judge_finish(judge);
}

/* 08.13: on one thread, and on workers. */
void test_pump(struct judge *judge)
{
    static const int64_t pieces[][2] = {{1, 500}, {4096, 500}, {65536, 16}}, workers[] = {0, 1, 2};
    begin_real(judge);
    for (int64_t pump = THROUGH_A_PIPE; pump <= THROUGH_SOCKETS; pump++)
        for (int i = 0; i < 3; i++)
            for (int k = 0; k < 3; k++)
                expect_right(judge,
                             DO(judge, pump, .pump = pump, .piece = pieces[i][0], .pieces = pieces[i][1],
                                .workers = workers[k]),
                             -1, "all bytes come, in their sequence, and then the end");
    judge_finish(judge);
}

/* 08.10, and all of the others. */
void test_storm(struct judge *judge)
{
    enum { ROUNDS = 300, OF_SIX = 14 }; /* waits that end with their descriptor: 3 or 2 a round */
    begin_real(judge);
    expect_right(judge, DO(judge, storm, .rounds = ROUNDS), INT64_C(2) * ROUNDS / 6 * OF_SIX,
                 "what waits is READY with its byte, or with WF_ECLOSED when the descriptor is closed");
    judge_finish(judge);
}
