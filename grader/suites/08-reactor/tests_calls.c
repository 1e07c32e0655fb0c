/**
 * @file tests_calls.c
 * @brief Clauses 08.5 and 08.7: wakers that act on the readiness while it clones, wakes and drops them.
 */
#include <stdio.h>

#include "tests.h"

enum { OLD = 0, NEW = 1, OTHER = 2, LAST = WAKERS_MAX - 1 };

static int64_t wakes_of(struct judge *judge, int64_t waker)
{
    return DO(judge, waker, .waker = waker).b;
}

static int64_t clones_of(struct judge *judge, int64_t waker)
{
    return DO(judge, waker, .waker = waker).a;
}

static int64_t listed(struct judge *judge)
{
    return DO(judge, listed, .object = 0).a;
}

static void expect_poll_of(struct judge *judge, int64_t waiter, int64_t waker, int64_t wanted, const char *why)
{
    struct judge_reply reply = judge_polled(
        judge, DO(judge, poll, .waiter = waiter, .object = 0, .interest = WF_READABLE, .waker = waker));
    EXPECT(judge, reply.a == wanted, why, "%s", reply.a == WF_READY ? "READY" : "PENDING");
}

/* Where a waiter is, when it is polled. */
enum { FRESH, LIES, WAS_WOKEN, STATES };

static void bring_to(struct judge *judge, int state)
{
    judge_forget_trace(judge);
    DO(judge, fresh, .object = 0);
    DO(judge, waiter, .waiter = 0);
    DO(judge, waiter, .waiter = 1);
    if (state != FRESH)
        expect_poll_of(judge, 0, OLD, WF_PENDING, "PENDING: nothing has come");
    if (state == WAS_WOKEN) {
        DO(judge, event, .object = 0, .bits = WF_READABLE);
        DO(judge, look, .object = 0, .slot = 0);
        DO(judge, clear, .object = 0, .slot = 0, .bits = WF_READABLE);
    }
}

static void expect_no_clones(struct judge *judge)
{
    struct judge_reply clones = DO(judge, clones);
    EXPECT(judge, clones.a == 0, "no waker is kept, and none given back twice", "%lld clones are alive",
           (long long)clones.a);
    EXPECT(judge, listed(judge) == 0, "nobody is in the list", "somebody is");
}

/* A poll in the middle of which this happened. If it is PENDING, its waker was woken, or is by the next event. */
static void expect_not_lost(struct judge *judge, int64_t deed, int64_t old_wakes, int64_t new_wakes)
{
    struct judge_reply reply =
        judge_polled(judge, DO(judge, poll, .waiter = 0, .object = 0, .interest = WF_READABLE, .waker = NEW));
    if (reply.a == WF_READY) {
        struct judge_reply word = DO(judge, look, .object = 0, .slot = 0);
        EXPECT(judge, reply.b == word.a, "READY tells the word that served", "it tells 0x%llx, not 0x%llx",
               (unsigned long long)reply.b, (unsigned long long)word.a);
    }
    if (deed == DOES_ADD) { /* those who wait are woken behind it: this one, unless it is READY */
        DO(judge, wake, .object = 0, .bits = WF_READABLE);
        EXPECT(judge, reply.a == WF_PENDING || wakes_of(judge, OLD) == old_wakes,
               "a waiter that is READY is in no list, so nobody wakes it", "it is woken");
    }
    int64_t woken = wakes_of(judge, NEW) - new_wakes;
    EXPECT(judge, woken <= 1, "one event wakes a waiter once at most", "%lld wakes", (long long)woken);
    if (reply.a == WF_PENDING && woken == 0) {
        EXPECT(judge,
               deed == DOES_EVENT_AND_CLEAR || deed == DOES_CLEAR || deed == DOES_DROP || deed == DOES_POLL,
               "the poll is READY, or its waker was woken: an event came in the middle of it",
               "PENDING, and no wake");
        EXPECT(judge, clones_of(judge, NEW) == 1, "a waiter that is PENDING keeps its newest waker",
               "%lld clones", (long long)clones_of(judge, NEW));
        EXPECT(judge, clones_of(judge, OLD) == 0, "and no older one", "%lld clones",
               (long long)clones_of(judge, OLD));
        DO(judge, event, .object = 0, .bits = WF_READABLE);
        EXPECT(judge, wakes_of(judge, NEW) == new_wakes + 1, "the next event wakes the newest waker, once",
               "%lld wakes", (long long)(wakes_of(judge, NEW) - new_wakes));
    }
    if (reply.a == WF_PENDING) {
        if (deed == DOES_EVENT || deed == DOES_ADD || deed == DOES_CLOSE)
            expect_poll_of(judge, 0, NEW, WF_READY, "READY: an event has come");
    } else {
        EXPECT(judge, woken == 0, "a waiter that is READY is not woken any more", "%lld wakes",
               (long long)woken);
    }
    EXPECT(judge, wakes_of(judge, OLD) - old_wakes <= 1, "one event wakes a waiter once at most",
           "%lld wakes", (long long)(wakes_of(judge, OLD) - old_wakes));
    DO(judge, drop, .waiter = 0);
    DO(judge, waiter, .waiter = 0); /* its memory is free */
    DO(judge, event, .object = 0, .bits = ALL_BITS);
}

/* 08.5: an event, a close, a clear and others' polls and drops, while a poll clones its waker and gives the old one back. */
void test_meanwhile(struct judge *judge)
{
    begin_readiness(judge);
    for (int state = 0; state < 2 * STATES; state++)
        for (int64_t moment = IN_CLONE; moment <= IN_WAKER_DROP; moment += IN_WAKER_DROP - IN_CLONE)
            for (int64_t deed = DOES_ADD; deed <= DOES_POLL; deed++) {
                if (moment == IN_WAKER_DROP && state % STATES != LIES)
                    continue; /* no older waker is given back */
                bring_to(judge, state % STATES);
                if (deed == DOES_DROP)
                    expect_poll_of(judge, 1, OTHER, WF_PENDING, "PENDING: nothing has come");
                int64_t old_wakes = wakes_of(judge, OLD), new_wakes = wakes_of(judge, NEW);
                DO(judge, when, .waker = moment == IN_CLONE ? NEW : OLD, .moment = moment, .deed = deed,
                   .waiter = 1, .by = state < STATES ? BY_ITSELF : BY_ANOTHER);
                expect_not_lost(judge, deed, old_wakes, new_wakes);
                if (deed != DOES_DROP) {
                    DO(judge, drop, .waiter = 1);
                    EXPECT(judge, deed != DOES_POLL || clones_of(judge, LAST) == 0,
                           "a waiter that was dropped keeps no waker", "one");
                }
                expect_no_clones(judge);
            }
    finish_readiness(judge);
}

static void three_wait(struct judge *judge)
{
    static const int64_t interests[] = {WF_READABLE, WF_READABLE, WF_WRITABLE};
    judge_forget_trace(judge);
    DO(judge, fresh, .object = 0);
    for (int64_t waiter = 0; waiter < 3; waiter++) {
        DO(judge, waiter, .waiter = waiter);
        DO(judge, poll, .waiter = waiter, .object = 0, .interest = interests[waiter], .waker = waiter);
    }
}

/* 08.7: what the first one's waker does to others that the event serves, and to others. */
void test_in_wakes(struct judge *judge)
{
    begin_readiness(judge);
    for (int64_t deed = DOES_EVENT; deed <= DOES_POLL; deed++)
        for (int64_t round = 0; round < 4; round++) {
            int64_t who = 1 + round % 2;
            if (deed == DOES_POLL && who == 2)
                continue; /* it has another interest */
            int64_t before[3], wakes[3], last = wakes_of(judge, LAST);
            three_wait(judge);
            for (int64_t waker = 0; waker < 3; waker++)
                before[waker] = wakes_of(judge, waker);
            DO(judge, when, .waker = 0, .moment = IN_WAKE, .deed = deed, .waiter = who, .by = round / 2);
            DO(judge, event, .object = 0, .bits = WF_READABLE);
            for (int64_t waker = 0; waker < 3; waker++)
                wakes[waker] = wakes_of(judge, waker) - before[waker];
            last = wakes_of(judge, LAST) - last;
            EXPECT(judge, wakes[0] == 1, "the first waiter is woken, once", "%lld wakes", (long long)wakes[0]);
            if (deed == DOES_DROP && who == 1)
                EXPECT(judge, wakes[1] <= 1, "a waiter that is dropped is woken once at most", "%lld wakes",
                       (long long)wakes[1]);
            else
                EXPECT(judge, wakes[1] + last == 1, "the second waiter is woken, once", "%lld wakes",
                       (long long)(wakes[1] + last));
            EXPECT(judge, wakes[2] == (deed == DOES_CLOSE),
                   "a waiter that no event serves is not woken; each one that waits is by a close",
                   "%lld wakes of the third", (long long)wakes[2]);
            if (!(deed == DOES_DROP && who == 2) && deed != DOES_CLOSE) { /* it waits still */
                DO(judge, event, .object = 0, .bits = WF_WRITABLE);
                EXPECT(judge, wakes_of(judge, 2) == before[2] + 1,
                       "the third waiter waits, and is woken by its event", "%lld wakes",
                       (long long)(wakes_of(judge, 2) - before[2]));
            }
            for (int64_t waiter = 0; waiter < 3; waiter++)
                if (deed != DOES_DROP || waiter != who) {
                    DO(judge, drop, .waiter = waiter);
                    DO(judge, waiter, .waiter = waiter);
                }
            expect_no_clones(judge);
        }
    for (int64_t waiter = 0; waiter < 3; waiter++)
        DO(judge, waiter, .waiter = waiter);
    finish_readiness(judge);
}

/* 08.7: an event in the wake of an event, with several waiters each: of another readiness, and of the same one. */
void test_events_in_wakes(struct judge *judge)
{
    static const int64_t sequence[] = {0, 3, 4, 5, 1, 2};
    begin_readiness(judge);
    for (int64_t moment = IN_WAKE; moment <= IN_WAKER_DROP; moment++)
        for (int64_t round = 0; round < 4; round++) {
            int64_t inner = round % 2;
            bool wakes = moment == IN_WAKE;
            int64_t interest = inner ? WF_READABLE : WF_ERROR; /* of those that the inner event is for */
            judge_forget_trace(judge);
            DO(judge, fresh, .object = 0);
            DO(judge, fresh, .object = 1);
            for (int64_t waiter = 0; waiter < 6; waiter++) {
                DO(judge, waiter, .waiter = waiter);
                DO(judge, poll, .waiter = waiter, .object = waiter < 3 ? 0 : inner,
                   .interest = waiter < 3 ? WF_WRITABLE : interest, .waker = waiter);
            }
            DO(judge, when, .waker = wakes ? 0 : WAKERS_MAX - 2, .moment = moment,
               .deed = inner ? DOES_EVENT : DOES_CLOSE, .object = inner, .by = round / 2);
            if (wakes) {
                DO(judge, event, .object = 0, .bits = WF_WRITABLE);
                if (inner)
                    expect_wakes(judge, sequence, 6,
                                 "each is woken, once, by its waker, in its event's sequence");
            } else { /* an event in the drop of an older waker, which a poll gives back */
                DO(judge, poll, .waiter = 0, .object = 0, .interest = WF_WRITABLE, .waker = WAKERS_MAX - 2);
                DO(judge, poll, .waiter = 0, .object = 0, .interest = WF_WRITABLE, .waker = 0);
                DO(judge, event, .object = 0, .bits = WF_WRITABLE);
            }
            for (int64_t waiter = 0; waiter < 6; waiter++) {
                EXPECT(judge, clones_of(judge, waiter) == 0, "no waker is kept: each was woken", "one is");
                DO(judge, drop, .waiter = waiter);
            }
            expect_no_clones(judge);
        }
    finish_readiness(judge);
}

/* 08.7: cleared, and waited for again, in the wake: by the very waiter that is woken, and by one behind it. */
void test_waits_again(struct judge *judge)
{
    begin_readiness(judge);
    for (int64_t who = 0; who < 2; who++)
        for (int more = 0; more < 2; more++) {
            three_wait(judge);
            int64_t last = wakes_of(judge, LAST), first = wakes_of(judge, 0), second = wakes_of(judge, 1);
            DO(judge, when, .waker = 0, .moment = IN_WAKE, .deed = DOES_CLEAR);
            DO(judge, when, .waker = 0, .moment = IN_WAKE, .deed = DOES_POLL, .waiter = who);
            if (more) /* and another event: that does wake it again */
                DO(judge, when, .waker = 0, .moment = IN_WAKE, .deed = DOES_EVENT);
            DO(judge, event, .object = 0, .bits = WF_READABLE);
            last = wakes_of(judge, LAST) - last;
            second = wakes_of(judge, 1) - second;
            EXPECT(judge, wakes_of(judge, 0) == first + 1, "the first waiter's waker is woken, once",
                   "%lld wakes", (long long)(wakes_of(judge, 0) - first));
            if (who == 0) {
                EXPECT(judge, second == 1, "the second waiter is woken, once", "%lld wakes",
                       (long long)second);
                EXPECT(judge, last == more,
                       "a waiter that waits again in the wake is woken by a later event only", "%lld wakes",
                       (long long)last);
            } else {
                EXPECT(judge, second + last >= 1 && second + last <= 1 + more,
                       "the second waiter is woken, once by each event", "%lld wakes",
                       (long long)(second + last));
            }
            int64_t now = wakes_of(judge, LAST), waits = clones_of(judge, LAST);
            EXPECT(judge, who != 0 || waits == !more,
                   "a waiter that waits keeps one clone of its newest waker", "%lld clones", (long long)waits);
            DO(judge, look, .object = 0, .slot = 0);
            DO(judge, clear, .object = 0, .slot = 0, .bits = WF_READABLE);
            DO(judge, event, .object = 0, .bits = WF_READABLE);
            EXPECT(judge, wakes_of(judge, LAST) == now + waits,
                   "a waiter that waits is woken by the next event, once", "%lld wakes",
                   (long long)(wakes_of(judge, LAST) - now));
            for (int64_t waiter = 0; waiter < 3; waiter++)
                DO(judge, drop, .waiter = waiter);
            expect_no_clones(judge);
        }
    finish_readiness(judge);
}

/* `gone` others are dropped, or READY, in a wake. */
static void try_flood(struct judge *judge, int64_t count, int64_t what, int64_t gone)
{
    char text[120];
    struct judge_reply now = DO(judge, flood, .count = count, .what = what);
    EXPECT(judge, now.b < FLOOD_WRONG, "the first to wait is woken first, each once, and not under the lock",
           "%lld wakes or clones came out of sequence, or while the readiness was locked",
           (long long)(now.b / FLOOD_WRONG));
    snprintf(text, sizeof text, "%lld waiters were woken, beside those that were dropped or READY meanwhile",
             (long long)(count - gone));
    EXPECT(judge, now.a == count - gone + (what == FLOOD_DEEP ? FLOOD_DEPTH : 0), text, "%lld wakes",
           (long long)now.a);
    int64_t waits = what == FLOOD_ADDS ? count - 1 : now.b;
    if (what == FLOOD_AGAIN)
        EXPECT(judge, now.b >= 1 && now.b <= count, "a waiter that waits again keeps a waker",
               "%lld clones are alive", (long long)now.b);
    else
        EXPECT(judge, now.b == (what == FLOOD_ADDS ? waits : 0),
               "a waiter that waits keeps a waker, and no other does", "%lld clones are alive, %lld wait",
               (long long)now.b, (long long)waits);
    struct judge_reply then = DO(judge, flood_again);
    EXPECT(judge, then.a == now.a + waits, "the next event wakes those who wait, once", "%lld wakes, of %lld",
           (long long)(then.a - now.a), (long long)waits);
    EXPECT(judge, then.b == 0, "no waker is kept, in their sequence, and not under the lock",
           "%lld clones are alive, %lld wakes or clones came out of sequence or under the lock",
           (long long)(then.b % FLOOD_WRONG), (long long)(then.b / FLOOD_WRONG));
    struct judge_reply end = DO(judge, flood_end);
    EXPECT(
        judge, end.a == 0 && end.b == 0,
        "in the end nobody waits, no waker is kept, and a waiter for something else was woken by a close only",
        "%lld times it is otherwise", (long long)end.b);
}

/* 08.7: so many that their wakers do not fit into one array; and some of them leave while others are woken. */
void test_flood(struct judge *judge)
{
    enum { SOME = 97 };
    static const int64_t counts[] = {1, 2, 31, 32, 33, 63, 64, 65, FLOOD_MAX};
    static const int64_t places[] = {0, 1, 31, 32, 33, 63, 64, 65, SOME - 1};
    begin_readiness(judge);
    for (int64_t what = FLOOD_RESTS; what <= FLOOD_CLOSES; what++)
        for (int i = 0; i < COUNT_OF(counts); i++) {
            judge_forget_trace(judge);
            try_flood(judge, counts[i], what, what == FLOOD_DROPS || what == FLOOD_READY ? counts[i] - 1 : 0);
        }
    for (int64_t what = FLOOD_DROPS; what <= FLOOD_READY; what++)
        for (int first = 0; first < COUNT_OF(places); first++)
            for (int last = first; last < COUNT_OF(places); last++) {
                int64_t from = places[first], gone = places[last] - from + 1;
                int64_t by = places[judge_random(judge, COUNT_OF(places) - 1)];
                judge_forget_trace(judge);
                DO(judge, flood_some, .by = by, .from = from, .some = gone);
                try_flood(judge, SOME, what, gone - (by >= from && by < from + gone));
            }
    finish_readiness(judge);
}
