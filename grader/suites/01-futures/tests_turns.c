/**
 * @file tests_turns.c
 * @brief Clauses 01.7, 01.13 and 01.28: which branch goes first, in one poll after another.
 */
#include <stdio.h>
#include <string.h>

#include "many.h"
#include "rig.h"
#include "tests.h"
#include "weft/combine.h"

enum { ROUNDS = 10 };

/* Two bytes a poll: the index of the branch that was polled first. */
static int turn_at(const char *turns, int poll)
{
    const unsigned char *at = (const unsigned char *)turns + 2 * (size_t)poll;
    return at[0] | at[1] << 8;
}

/* Over `count` branches that stay pending: in `count` polls each goes first once, and then they come in the same order again;
 * a biased one begins with the first, always. `renewed`: each poll is that of another select. */
static void check_turns(struct judge *judge, uint32_t kind, bool biased, int count, bool renewed)
{
    static unsigned char went_first[1000];
    char text[120], expected[100];
    int polls = biased ? 5 : 2 * count;
    snprintf(text, sizeof text, "wf_%s over %d futures that stay pending, %s, polled %d time%s%s",
             kind_name(kind), count, biased ? "WF_BIASED" : "WF_FAIR", polls, polls == 1 ? "" : "s",
             renewed ? ", each time dropped and begun by wf_select_next()" : "");
    judge_forget_trace(judge);
    STEP(judge, STEP_TURNS, text, kind, biased, count, polls, renewed);
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
    static const uint32_t kinds[] = {STEP_JOIN, STEP_TRY_JOIN, STEP_SELECT, STEP_RACE};
    for (int i = 0; i < MANY_COUNTS; i++)
        for (int kind = 0; kind < 4; kind++)
            check_turns(judge, kinds[kind], biased, many_counts[i], false);
}

/* Which branch is first in each poll of a combinator, of all four kinds. */
static void check_order(struct judge *judge, bool biased, int rounds)
{
    static const uint32_t kinds[] = {STEP_JOIN, STEP_TRY_JOIN, STEP_SELECT, STEP_RACE};
    judge_start(judge, "futures");
    for (int round = 0; round < rounds; round++) {
        uint32_t kind = kinds[round % 4];
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
            if ((kind == STEP_JOIN || kind == STEP_TRY_JOIN) && poll % 2 && branch_is_live(rig, lucky))
                arm_probe(judge, rig->branch[lucky], lucky);
            ready = poll_and_check(judge, ORDER);
        }
        for (int i = 0; i < rig->count; i++)
            if (branch_is_live(rig, i))
                arm_probe(judge, rig->branch[i], i);
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

void test_select_next_keeps_turn(struct judge *judge)
{
    judge_start(judge, "futures");
    struct rig *rig = rig_of(judge);
    int count = 2 + judge_random(judge, 4);
    *rig = (struct rig){.kind = STEP_SELECT, .count = count};
    for (int i = 0; i < count; i++) {
        rig->branch[i] = i;
        build_probe(judge, i);
        arm_probe(judge, i, i);
    }
    build_combinator(judge);
    int wins[BRANCHES_MAX] = {0};
    for (int select = 1; select <= 3 * count; select++) {
        EXPECT(judge, poll_and_check(judge, RESULT), "READY: every branch is", "PENDING");
        int count_events, winner = -1;
        const struct channel_record *events = judge_events(judge, &count_events);
        for (int i = 0; i < count_events; i++)
            if (events[i].kind == EVENT_PROBE_POLLED)
                winner = (int)events[i].a;
        if (winner < 0 || winner >= count)
            judge_fail(judge, "one of the branches wins", "none does");
        wins[winner]++;
        if (select % count == 0)
            for (int i = 0; i < count; i++)
                EXPECT(judge, wins[i] == select / count,
                       "each branch wins once in as many selects as there are branches",
                       "after %d selects %c has won %d times", select, probe_letter(i), wins[i]);
        /* the winner is built anew, and the next select begun */
        char text[60];
        build_probe(judge, winner);
        arm_probe(judge, winner, winner);
        snprintf(text, sizeof text, "futures[%d] = %c", winner, probe_letter(winner));
        STEP(judge, STEP_REPLACE, text, COMBINATOR, winner, winner);
        STEP(judge, STEP_NEXT, "wf_select_next(select)", COMBINATOR);
    }
    drop_and_check(judge, DROPS);
    drop_leftovers(judge);

    /* and the order: a biased one stays biased */
    *rig = (struct rig){.kind = STEP_SELECT, .biased = true, .count = 2, .branch = {0, 1}};
    for (int i = 0; i < 2; i++) {
        build_probe(judge, i);
        arm_probe(judge, i, i);
    }
    build_combinator(judge);
    for (int select = 0; select < 3; select++) {
        struct judge_reply reply = poll_future(judge, COMBINATOR, "select");
        EXPECT(judge, reply.a == WF_READY && reply.b == 0, "WF_BIASED: the first branch wins every time",
               "out is %s", judge_code(reply.b));
        build_probe(judge, 0);
        arm_probe(judge, 0, 0);
        STEP(judge, STEP_REPLACE, "futures[0] = A", COMBINATOR, 0, 0);
        STEP(judge, STEP_NEXT, "wf_select_next(select)", COMBINATOR);
    }
    drop_future(judge, COMBINATOR, "select");
    drop_leftovers(judge);
    for (int i = 0; i < MANY_COUNTS; i++)
        for (int order = 0; order < 2; order++)
            check_turns(judge, STEP_SELECT, order, many_counts[i], true);
    finish_futures(judge);
}
