/**
 * @file tests_turns.c
 * @brief Clauses 01.7, 01.13 and 01.28: which branch goes first, in one poll after another.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "tests.h"
#include "weft/combine.h"

enum { ROUNDS = 10 };

static const int64_t counts[] = {COUNTS};
enum { COUNTS_COUNT = sizeof counts / sizeof *counts };

/* Two bytes a poll: the index of the branch that was polled first. */
static int turn_at(const char *turns, int poll)
{
    const unsigned char *at = (const unsigned char *)turns + 2 * (size_t)poll;
    return at[0] | at[1] << 8;
}

/* Over `count` branches that stay pending: in `count` polls each goes first once, and then they come in the same order again;
 * a biased one begins with the first, always. `renewed`: each poll is that of another select. */
static void check_turns(struct judge *judge, enum future kind, bool biased, int count, bool renewed)
{
    static unsigned char went_first[1000];
    char expected[100];
    int polls = biased ? 5 : 2 * count;
    judge_forget_trace(judge);
    DO(judge, turns, .kind = kind, .order = biased ? WF_BIASED : WF_FAIR, .count = count, .polls = polls,
       .renewed = renewed);
    const char *turns = judge_event_text(judge);
    memset(went_first, 0, sizeof went_first);
    for (int poll = 0; poll < polls; poll++) {
        int turn = turn_at(turns, poll);
        EXPECT(judge, turn < count, "every branch is pending: each poll polls them, and is PENDING",
               "poll %d is READY, or polls none", poll + 1);
        snprintf(expected, sizeof expected, "in any %d polls each branch goes first once", count);
        if (biased)
            EXPECT(judge, turn == 0, "the first branch goes first in each poll", "branch %d does in poll %d",
                   turn, poll + 1);
        else if (poll < count)
            EXPECT(judge, !went_first[turn], expected, "branch %d goes first a second time in poll %d", turn,
                   poll + 1);
        else
            EXPECT(judge, turn == turn_at(turns, poll - count), expected,
                   "in polls %d to %d branch %d goes first twice", poll - count + 2, poll + 1, turn);
        went_first[turn] = 1;
    }
}

static void check_many_turns(struct judge *judge, bool biased)
{
    static const enum future kinds[] = {JOIN, TRY_JOIN, SELECT, RACE};
    for (int i = 0; i < COUNTS_COUNT; i++)
        for (int kind = 0; kind < 4; kind++)
            check_turns(judge, kinds[kind], biased, (int)counts[i], false);
}

/* Which branch is first in each poll of a combinator, of all four kinds. */
static void check_order(struct judge *judge, bool biased, int rounds)
{
    static const enum future kinds[] = {JOIN, TRY_JOIN, SELECT, RACE};
    judge_start(judge, "futures");
    for (int round = 0; round < rounds; round++) {
        enum future kind = kinds[round % 4];
        random_branches(judge, kind, round % 3 == 0);
        struct rig *rig = rig_of(judge);
        rig->biased = biased;
        build_combinator(judge);
        /* long enough, with nothing ready, for every branch to have its turn twice */
        int polls = 2 * rig->count;
        bool ready = false;
        for (int poll = 0; poll < polls && !ready; poll++) {
            /* the turn goes on too when one becomes READY; a select or a race would end by that */
            int lucky = judge_random(judge, rig->count);
            if ((kind == JOIN || kind == TRY_JOIN) && poll % 2 && branch_is_live(rig, lucky))
                arm_probe(judge, rig->branch[lucky]);
            ready = poll_and_check(judge, ORDER);
        }
        for (int i = 0; i < rig->count; i++)
            if (branch_is_live(rig, i))
                arm_probe(judge, rig->branch[i]);
        if (!ready)
            EXPECT(judge, poll_and_check(judge, ORDER), "READY: every branch is", "PENDING");
        drop_leftovers(judge);
    }
    check_many_turns(judge, biased);
    finish_futures(judge);
}

void test_turn_moves_on(struct judge *judge)
{
    check_order(judge, false, 2 * ROUNDS);
}

void test_array_order(struct judge *judge)
{
    check_order(judge, true, ROUNDS);
}

/* The branch that won is built anew, READY again, and the next select begun. */
static void next_select(struct judge *judge, int winner)
{
    build_probe(judge, winner);
    arm_probe(judge, winner);
    DO(judge, replace, .index = winner, .probe = winner);
    DO(judge, next);
}

static void ready_branches(struct judge *judge, bool biased, int count)
{
    fresh_branches(judge, SELECT, biased, count);
    for (int i = 0; i < count; i++)
        arm_probe(judge, i);
}

/* Of branches that are all READY each wins in its turn. */
static void check_winners(struct judge *judge, int count)
{
    int wins[BRANCHES_MAX] = {0};
    judge_forget_trace(judge);
    ready_branches(judge, false, count);
    for (int select = 1; select <= 3 * count; select++) {
        EXPECT(judge, poll_and_check(judge, RESULT), "READY: every branch is", "PENDING");
        int winner = -1;
        for (int i = 0; i < count; i++)
            if (judge_count_events(judge, EVENT_PROBE_POLLED, i))
                winner = i;
        if (winner < 0)
            judge_fail(judge, "one of the branches wins", "none does");
        wins[winner]++;
        if (select % count == 0)
            for (int i = 0; i < count; i++)
                EXPECT(judge, wins[i] == select / count,
                       "each branch wins once in as many selects as there are branches",
                       "after %d selects %s has won %d times", select, future_name(i), wins[i]);
        next_select(judge, winner);
    }
    drop_and_check(judge, DROPS);
    drop_leftovers(judge);
}

/* Of so many branches, which are all READY each time. */
static void check_many_winners(struct judge *judge)
{
    for (int i = 0; i < COUNTS_COUNT; i++) { /* no more: a select may look at each of its branches */
        int64_t count = counts[i];
        struct judge_reply reply = DO(judge, wins, .count = count);
        judge_returned(judge, "%lld won once", (long long)reply.a);
        EXPECT(judge, reply.a == count, "in as many selects as there are branches each branch wins once",
               "%lld of %lld branches do", (long long)reply.a, (long long)count);
    }
}

void test_select_next_keeps_turn(struct judge *judge)
{
    judge_start(judge, "futures");
    check_winners(judge, 2 + judge_random(judge, 4));
    check_winners(judge, BRANCHES_MAX);

    /* and the order: a biased one stays biased */
    ready_branches(judge, true, 2);
    for (int select = 0; select < 3; select++) {
        struct judge_reply reply = poll_future(judge, SELECT);
        EXPECT(judge, reply.a == WF_READY && reply.b == 0, "WF_BIASED: the first branch wins every time",
               "out is %s", judge_code(reply.b));
        next_select(judge, PROBE_A);
    }
    drop_future(judge, SELECT);
    drop_leftovers(judge);
    for (int i = 0; i < COUNTS_COUNT; i++)
        for (int order = 0; order < 2; order++)
            check_turns(judge, SELECT, order, (int)counts[i], true);
    check_many_winners(judge);
    finish_futures(judge);
}

/* Of a select that was never polled, and of one that is pending. */
void test_select_next_too_early(struct judge *judge)
{
    for (int polls = 0; polls < 2; polls++) {
        judge_start(judge, "futures");
        fresh_branches(judge, SELECT, false, 1 + judge_random(judge, BRANCHES_MAX));
        for (int poll = 0; poll < polls; poll++)
            poll_and_check(judge, RESULT);
        judge_allow_panic(judge);
        DO(judge, next);
        judge_expect_panic(judge, "01.13", "wf_select_next");
    }
}
