/**
 * @file tests_waiter.c
 * @brief Clauses 08.3 to 08.6 and 08.8: waiters, beside the judge's list of them.
 */
#include "tests.h"

enum { EACH_INTEREST = 16 }; /* 0: only a close serves it */

/* 08.3: each word, for each interest. */
void test_serves(struct judge *judge)
{
    begin_readiness(judge);
    for (int64_t bits = 0; bits <= ALL_BITS; bits++) {
        judge_forget_trace(judge);
        fresh(judge, bits % 2);
        event(judge, bits % 2, bits);
        for (int64_t interest = 0; interest < EACH_INTEREST; interest++)
            if (!poll(judge, 0, bits % 2, interest, interest))
                drop(judge, 0);
        expect_held(judge);
    }
    /* an event that is written down, of which nobody is woken yet: waiters see it all the same */
    for (int64_t bits = 1; bits <= ALL_BITS; bits += bits) {
        fresh(judge, 0);
        for (int64_t waiter = 0; waiter < EACH_INTEREST; waiter++)
            poll(judge, waiter, 0, waiter, waiter);
        add(judge, 0, bits);
        for (int64_t waiter = EACH_INTEREST - 1; waiter >= 0; waiter--)
            poll(judge, waiter, 0, waiter, waiter % 2 ? waiter : WAKERS_MAX - 1);
        expect_held(judge);
        wake(judge, 0, bits);
        expect_held(judge);
    }
    finish_readiness(judge);
}

/* All wait, each for another interest, in any sequence. */
static void all_wait(struct judge *judge, int64_t object)
{
    int64_t left[EACH_INTEREST];
    for (int i = 0; i < EACH_INTEREST; i++)
        left[i] = i;
    for (int count = EACH_INTEREST; count > 0; count--) {
        int at = judge_random(judge, count);
        poll(judge, left[at], object, left[at], left[at]);
        left[at] = left[count - 1];
    }
}

/* 08.4: each event, for each interest. */
void test_wakes(struct judge *judge)
{
    begin_readiness(judge);
    for (int64_t bits = 0; bits <= ALL_BITS; bits++) {
        judge_forget_trace(judge);
        fresh(judge, 0);
        all_wait(judge, 0);
        if (bits % 4 == 0)
            poll(judge, WAITERS_MAX - 1, 1, 15, 0); /* of the other one */
        if (bits % 3 == 0) { /* that bits are there already, and nobody was woken, changes nothing */
            look(judge, 0, 0);
            clear(judge, 0, 0, 15);
            wake(judge, 0, bits);
        } else {
            event(judge, 0, bits);
        }
        expect_held(judge);
        event(judge, 0, bits); /* a waiter that was woken is not woken again */
        expect_held(judge);
        if (bits % 4 == 0)
            drop(judge, WAITERS_MAX - 1);
    }
    finish_readiness(judge);
}

/* 08.4: polled again, with the same waker and with others; what waits keeps its place. */
void test_newest_waker(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 12; round++) {
        judge_forget_trace(judge);
        fresh(judge, 0);
        for (int64_t waiter = 0; waiter < 5; waiter++)
            poll(judge, waiter, 0, WF_READABLE, waiter);
        for (int polls = judge_random(judge, 6); polls >= 0; polls--) {
            int64_t waiter = judge_random(judge, 5), waker = judge_random(judge, NO_WAKER + 1);
            poll(judge, waiter, 0, WF_READABLE, waker);
            poll(judge, waiter, 0, WF_READABLE, waker);
            expect_held(judge);
        }
        event(judge, 0, round % 2 ? WF_READABLE : WF_READ_CLOSED);
        expect_held(judge);
        if (round % 2 == 0)
            continue;
        look(judge, 0, 0);
        clear(judge, 0, 0, WF_READABLE);
        for (int64_t waiter = 4; waiter >= 0; waiter--) /* each was woken: it waits again, behind */
            poll(judge, waiter, 0, WF_READABLE, waiter + 5);
        expect_held(judge);
        event(judge, 0, WF_READABLE);
        expect_held(judge);
    }
    finish_readiness(judge);
}

/* 08.4, and all of the others: anything, in any sequence, on two. */
void test_readiness_random(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 12; round++) {
        judge_forget_trace(judge);
        fresh(judge, 0);
        fresh(judge, 1);
        look(judge, 0, 0);
        look(judge, 1, 1);
        for (int step = 0; step < 120; step++) {
            int64_t object = judge_random(judge, OBJECTS_MAX), waiter = judge_random(judge, WAITERS_MAX);
            int64_t waker = judge_random(judge, NO_WAKER + 1), bits = judge_random(judge, 16);
            if (judge_random(judge, 25) == 0)
                bits |= WF_READ_CLOSED << judge_random(judge, 2);
            switch (judge_random(judge, 12)) {
            case 0:
                event(judge, object, bits);
                break;
            case 1:
                if (step % 2)
                    add(judge, object, bits);
                else
                    wake(judge, object, bits);
                break;
            case 2:
                look(judge, object, object);
                break;
            case 3:
            case 4:
                look(judge, object, object);
                clear(judge, object, object, 15);
                break;
            case 5:
                drop(judge, waiter);
                if (judge_random(judge, 2))
                    anew(judge, waiter);
                break;
            case 6:
                if (judge_random(judge, 30) == 0)
                    close_readiness(judge, object);
                break;
            default: /* one that waits, or was woken, is of its readiness, and keeps its interest */
                if (state_of(waiter) != IDLE)
                    poll(judge, waiter, object_of(waiter), interest_of(waiter), waker);
                else
                    poll(judge, waiter, object, judge_random(judge, EACH_INTEREST), waker);
            }
            if (step % 5 == 0)
                expect_held(judge);
        }
    }
    finish_readiness(judge);
}

/* 08.6: dropped idle, waiting, woken, or READY; its memory is freed, and events come. */
void test_waiter_over(struct judge *judge)
{
    enum { IN_LIST = 5 };
    begin_readiness(judge);
    for (int ways = 0; ways < 4; ways++)
        for (int64_t out = 0; out < IN_LIST; out++) {
            judge_forget_trace(judge);
            fresh(judge, 0);
            for (int64_t waiter = 0; waiter < IN_LIST; waiter++)
                poll(judge, waiter, 0, waiter == out && ways == 2 ? WF_WRITABLE : WF_READABLE, waiter);
            if (ways == 2) { /* READY without a wake */
                add(judge, 0, WF_WRITABLE);
                poll(judge, out, 0, WF_WRITABLE, 9);
            } else if (ways == 3) { /* woken */
                event(judge, 0, WF_READABLE);
                look(judge, 0, 0);
                clear(judge, 0, 0, WF_READABLE);
                drop(judge, out);
                for (int64_t waiter = 0; waiter < IN_LIST; waiter++)
                    if (waiter != out)
                        poll(judge, waiter, 0, WF_READABLE, waiter);
            } else {
                drop(judge, out);
                if (ways == 1)
                    drop(judge, out); /* it is idle */
            }
            anew(judge, out);
            expect_held(judge);
            event(judge, 0, WF_READABLE | WF_WRITABLE);
            expect_held(judge);
            look(judge, 0, 0);
            clear(judge, 0, 0, 15);
            for (int64_t waiter = IN_LIST - 1; waiter >= 0; waiter--) /* all again */
                poll(judge, waiter, 0,
                     interest_of(waiter) == WF_WRITABLE && state_of(waiter) != IDLE ? WF_WRITABLE
                                                                                    : WF_READABLE,
                     waiter);
            event(judge, 0, WF_READABLE);
            for (int64_t waiter = 0; waiter < IN_LIST; waiter++) /* READY: its memory is free as well */
                if (poll(judge, waiter, 0, WF_READABLE, 8))
                    anew(judge, waiter);
            expect_held(judge);
            event(judge, 0, ALL_BITS);
        }
    /* one that is idle goes from one readiness to another, and has another interest */
    fresh(judge, 0);
    fresh(judge, 1);
    for (int64_t i = 0; i < 6; i++) {
        poll(judge, 0, i % 2, INT64_C(1) << i % 4, i);
        expect_held(judge);
        drop(judge, 0);
        event(judge, i % 2, INT64_C(1) << i % 4);
        expect_held(judge);
        poll(judge, 0, i % 2, INT64_C(1) << i % 4, i); /* READY */
        look(judge, i % 2, 0);
        clear(judge, i % 2, 0, 15);
    }
    /* what does not wait needs no lock */
    for (int64_t waits = 0; waits < ENDED_WAITS_MAX; waits++) {
        struct judge_reply gone = DO(judge, lock_gone, .waits = waits);
        EXPECT(judge, gone.a == WF_WAITER_IDLE, "a waiter that was dropped is WF_WAITER_IDLE",
               "its state is %lld", (long long)gone.a);
        EXPECT(judge, gone.b == 0, "a waiter that was dropped keeps no waker", "%lld clones are alive",
               (long long)gone.b);
    }
    finish_readiness(judge);
}

/* 08.8 */
void test_close(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 6; round++) {
        judge_forget_trace(judge);
        fresh(judge, 0);
        fresh(judge, 1);
        all_wait(judge, 0);
        poll(judge, WAITERS_MAX - 1, 1, 15, 0); /* of the other one, which stays open */
        if (round % 2)
            event(judge, 0, WF_READABLE); /* some are woken already */
        close_readiness(judge, 0);
        expect_held(judge);
        look(judge, 0, 0);
        clear(judge, 0, 0, round < 3 ? WF_SOURCE_CLOSED : 0xffffffff);
        look(judge, 0, 0);
        for (int64_t waiter = 0; waiter < EACH_INTEREST; waiter++)
            poll(judge, waiter, 0, waiter, waiter);
        if (round == 5)
            close_readiness(judge, 0); /* once more: that is an event */
        event(judge, 0, INT64_C(1) << round);
        look(judge, 0, 0);
        clear(judge, 0, 0, ALL_BITS);
        for (int64_t waiter = 0; waiter < EACH_INTEREST; waiter++) {
            poll(judge, waiter, 0, 15 - waiter, waiter); /* anew: READY at once */
            anew(judge, waiter);
        }
        expect_held(judge);
        drop(judge, WAITERS_MAX - 1);
    }
    fresh(judge, 0); /* nobody waits, nothing has come */
    close_readiness(judge, 0);
    poll(judge, 0, 0, WF_ERROR, 0);
    expect_held(judge);
    finish_readiness(judge);
}

/* 08.5: two threads, which sleep until the other one's event comes. */
void test_ping_pong(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 2; round++) {
        struct judge_reply reply = DO(judge, ping_pong, .rounds = 2000);
        EXPECT(judge, reply.a == 2000, "each of 2000 events is told of", "%lld were", (long long)reply.a);
        EXPECT(judge, reply.b == 0, "a waiter that is READY sees what was written before the event",
               "%lld times it was not there", (long long)reply.b);
    }
    finish_readiness(judge);
}

/* 08.6 */
void test_drops_storm(struct judge *judge)
{
    begin_readiness(judge);
    struct judge_reply reply = DO(judge, drops_storm, .rounds = 2000);
    EXPECT(judge, reply.a == 0, "no waker is kept, and none given back twice", "%lld clones are alive",
           (long long)reply.a);
    EXPECT(judge, reply.b == 0, "in the end no waiter is in the list", "one is");
    finish_readiness(judge);
}
