/**
 * @file tests_word.c
 * @brief Clauses 08.1 and 08.2: the word, of which nobody waits for anything.
 */
#include "tests.h"

static const int64_t bit[] = {1, 2, 4, 8, 16, 32, 64};
enum { BITS = sizeof bit / sizeof *bit };

static void finish_word(struct judge *judge)
{
    judge_finish_without_clones(judge, DO(judge, clones));
}

/* 08.1 */
void test_word_bits(struct judge *judge)
{
    begin_readiness(judge);
    look(judge, 0, 0);
    for (int i = 0; i < BITS; i++) { /* each alone, again, and on what is there */
        for (int k = 0; k < BITS; k++) {
            fresh(judge, 0);
            look(judge, 0, 0);
            add(judge, 0, bit[i]);
            look(judge, 0, 0);
            add(judge, 0, bit[k]);
            look(judge, 0, 0);
            add(judge, 0, 0); /* an event without bits is one */
            look(judge, 0, 0);
        }
    }
    fresh(judge, 0);
    for (int64_t bits = 0; bits <= ALL_BITS; bits++) {
        if (bits % 2)
            fresh(judge, 1);
        add(judge, 1, bits);
        look(judge, 1, 0);
        look(judge, 0, SLOTS_MAX - 1); /* the other one has had none */
    }
    static const int64_t ticks[] = {1, 0x7fffffff, 0x80000000, 0xffffffff};
    for (int i = 0; i < 4; i++) {
        fresh(judge, 0);
        preset(judge, 0, ticks[i]);
        add(judge, 0, i % 2 ? ALL_BITS : WF_ERROR);
        look(judge, 0, 0);
        add(judge, 0, WF_WRITABLE);
        look(judge, 0, 0);
    }
    finish_word(judge);
}

/* 08.1: on three threads. */
void test_word_publishes(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 3; round++) {
        struct judge_reply reply = DO(judge, publish, .rounds = 2000);
        EXPECT(judge, reply.a == 0, "a look that sees an event sees what was written before it",
               "%lld times it was not there", (long long)reply.a);
        EXPECT(judge, reply.b == 2000,
               "the tick has moved by one with each of 2000 events, whatever is cleared", "it is %lld",
               (long long)reply.b);
    }
    struct judge_reply word = DO(judge, adders, .rounds = 20000);
    EXPECT(
        judge, word.a == ((INT64_C(40000) << 32) | WF_READABLE | WF_WRITABLE),
        "the tick has moved by one with each of 40000 events of two threads, and the bits are those of both",
        "the word is 0x%llx", (unsigned long long)word.a);
    finish_word(judge);
}

/* 08.2 */
void test_word_clear(struct judge *judge)
{
    static const int64_t cleared[] = {0, 1, 2, 4, 8, 15, 16, 32, 64, ALL_BITS, 128, 0x80000000, 0xffffffff};
    begin_readiness(judge);
    for (int i = 0; i < COUNT_OF(cleared); i++)
        for (int then = 0; then < 5; then++) {
            judge_forget_trace(judge);
            fresh(judge, 0);
            if (i % 3 == 1)
                preset(judge, 0, i % 2 ? 0xffffffff : 0x7fffffff);
            add(judge, 0, then == 4 ? WF_READABLE | WF_READ_CLOSED : ALL_BITS);
            look(judge, 0, 0);
            if (then == 1) { /* an event that came since, of the same bits or of another, or of none */
                add(judge, 0, WF_READABLE);
                look(judge, 0, 1);
                clear(judge, 0, 0, cleared[i]);
            } else if (then == 2) {
                clear(judge, 0, 0, WF_WRITABLE); /* a clear that came since is no event */
            } else if (then == 3) {
                add(judge, 0, 0);
                clear(judge, 0, 0, cleared[i]);
                look(judge, 0, 1);
                clear(judge, 0, 1, cleared[i]); /* with the word of after that */
            }
            clear(judge, 0, 0, cleared[i]);
            look(judge, 0, 2);
            clear(judge, 0, 0, cleared[i]); /* once more */
            look(judge, 0, 2);
            add(judge, 0, 1);
            look(judge, 0, 2);
            clear(judge, 0, 0, 15); /* with a word of before that */
            look(judge, 0, 2);
        }
    /* so many events later that half of the tick's bits, or all but one, are as they were */
    for (int64_t tick = 0x7fffffff; tick <= 0x80000000; tick++) {
        fresh(judge, 0);
        preset(judge, 0, tick);
        look(judge, 0, 0);
        preset(judge, 0, 0xffffffff);
        add(judge, 0, 15); /* tick 0 */
        look(judge, 0, 1);
        clear(judge, 0, 0, 15);
        look(judge, 0, 2);
        clear(judge, 0, 1, 5);
        look(judge, 0, 2);
    }
    /* the last tick of all, with and without an event behind it */
    for (int64_t more = 0; more < 2; more++) {
        fresh(judge, 0);
        preset(judge, 0, 0xfffffffe);
        add(judge, 0, ALL_BITS);
        look(judge, 0, 0);
        if (more)
            add(judge, 0, 0);
        clear(judge, 0, 0, 5);
        look(judge, 0, 1);
    }
    /* a tick that differs from that of now in one bit, and in any */
    for (int at = 0; at < 64; at++) {
        judge_forget_trace(judge);
        int64_t tick = at < 32 ? INT64_C(1) << at : (int64_t)judge_random(judge, 65536) << 16 | 1;
        fresh(judge, 0);
        preset(judge, 0, tick);
        look(judge, 0, 0);
        preset(judge, 0, at % 2 ? 0xffffffff : tick ^ INT64_C(1) << (at + 7) % 32);
        add(judge, 0, 15);
        clear(judge, 0, 0, 15);
        look(judge, 0, 2);
    }
    finish_word(judge);
}

/* 08.2: anything, in any sequence, on two. */
void test_word_random(struct judge *judge)
{
    begin_readiness(judge);
    for (int round = 0; round < 8; round++) {
        judge_forget_trace(judge);
        for (int object = 0; object < OBJECTS_MAX; object++) {
            fresh(judge, object);
            for (int64_t slot = object; slot < SLOTS_MAX; slot += OBJECTS_MAX)
                look(judge, object, slot);
        }
        for (int step = 0; step < 80; step++) {
            int64_t object = judge_random(judge, OBJECTS_MAX);
            int64_t slot = judge_random(judge, SLOTS_MAX / OBJECTS_MAX) * (int64_t)OBJECTS_MAX + object;
            int bits = judge_random(judge, ALL_BITS + 1) & (judge_random(judge, 20) ? 15 : ALL_BITS);
            switch (judge_random(judge, 4)) {
            case 0:
                add(judge, object, bits);
                break;
            case 1:
                look(judge, object, slot);
                break;
            default:
                clear(judge, object, slot, bits);
                look(judge, object, slot);
            }
        }
    }
    finish_word(judge);
}
