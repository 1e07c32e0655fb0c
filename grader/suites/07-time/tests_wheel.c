/**
 * @file tests_wheel.c
 * @brief Clauses 07.1 to 07.5: the wheel, beside a list that is searched.
 */
#include <stdio.h>

#include "tests.h"
#include "weft/detail/timer_wheel.h"

/* The judge's wheel. The judge has a process for each test, so it lies here. */
static struct {
    uint64_t elapsed, inserted;
    struct {
        bool is_in;
        uint64_t tick,
            at; /* when it is due: an entry that comes late is due at once; the how-manieth insertion */
    } entries[ENTRIES_MAX];
} wheel;

static void make_wheel(struct judge *judge)
{
    judge_forget_trace(judge);
    DO(judge, wheel);
    wheel.elapsed = wheel.inserted = 0;
    for (int i = 0; i < ENTRIES_MAX; i++)
        wheel.entries[i].is_in = false;
}

static void note_inserted(int entry, uint64_t tick)
{
    wheel.entries[entry].is_in = true;
    wheel.entries[entry].tick = tick > wheel.elapsed ? tick : wheel.elapsed;
    wheel.entries[entry].at = wheel.inserted++;
}

static void insert(struct judge *judge, int entry, uint64_t tick)
{
    DO(judge, insert, .entry = entry, .tick = (int64_t)tick);
    note_inserted(entry, tick);
}

static void take_out(struct judge *judge, int entry)
{
    DO(judge, remove, .entry = entry);
    wheel.entries[entry].is_in = false;
}

/* The entry that comes next; -1: the wheel is empty. */
static int earliest(void)
{
    int best = -1;
    for (int i = 0; i < ENTRIES_MAX; i++) {
        if (!wheel.entries[i].is_in)
            continue;
        if (best < 0 || wheel.entries[i].tick < wheel.entries[best].tick ||
            (wheel.entries[i].tick == wheel.entries[best].tick &&
             wheel.entries[i].at < wheel.entries[best].at))
            best = i;
    }
    return best;
}

/* One pop. Returns whether an entry came out. */
static bool pop(struct judge *judge, uint64_t now)
{
    char text[160];
    struct judge_reply reply = DO(judge, pop, .now = (int64_t)now);
    int wanted = earliest();
    if (wanted >= 0 && wheel.entries[wanted].tick > now && wheel.entries[wanted].tick > wheel.elapsed)
        wanted = -1;
    judge_returned(judge, "%lld", (long long)reply.a);
    if (wanted < 0)
        snprintf(text, sizeof text, "NULL: no entry's tick has come at %llu", (unsigned long long)now);
    else
        snprintf(text, sizeof text, "entry %d, whose tick is %llu", wanted,
                 (unsigned long long)wheel.entries[wanted].tick);
    EXPECT(judge, reply.a >= -1 && reply.a < ENTRIES_MAX, "an entry that was inserted, or NULL",
           "something else");
    EXPECT(judge, reply.a < 0 || wheel.entries[reply.a].is_in, text, "entry %lld, which is not in the wheel",
           (long long)reply.a);
    if (reply.a >= 0)
        EXPECT(judge, reply.a == wanted, text, "entry %lld, whose tick is %llu", (long long)reply.a,
               (unsigned long long)wheel.entries[reply.a].tick);
    EXPECT(judge, reply.a == wanted, text, "NULL");
    if (wanted < 0) {
        if (now > wheel.elapsed)
            wheel.elapsed = now;
        return false;
    }
    if (wheel.entries[wanted].tick > wheel.elapsed)
        wheel.elapsed = wheel.entries[wanted].tick;
    wheel.entries[wanted].is_in = false;
    return true;
}

static void pop_all(struct judge *judge, uint64_t now)
{
    while (pop(judge, now))
        continue;
}

/* next, against what is in. */
static uint64_t next(struct judge *judge)
{
    char text[160];
    uint64_t tick = (uint64_t)DO(judge, next).a;
    int first = earliest();
    judge_returned(judge, "%llu", (unsigned long long)tick);
    if (first < 0) {
        EXPECT(judge, tick == WF_TICK_NEVER, "WF_TICK_NEVER: the wheel is empty", "%llu",
               (unsigned long long)tick);
        return tick;
    }
    snprintf(text, sizeof text, "a tick that is not later than that of entry %d, %llu", first,
             (unsigned long long)wheel.entries[first].tick);
    EXPECT(judge, tick <= wheel.entries[first].tick, text, "%llu", (unsigned long long)tick);
    bool is_due = wheel.entries[first].tick <= wheel.elapsed;
    snprintf(text, sizeof text, "a tick after now, %llu: nothing is due", (unsigned long long)wheel.elapsed);
    EXPECT(judge, is_due || tick > wheel.elapsed, text, "%llu", (unsigned long long)tick);
    snprintf(text, sizeof text, "now, %llu: something is due", (unsigned long long)wheel.elapsed);
    EXPECT(judge, !is_due || tick == wheel.elapsed, text, "%llu", (unsigned long long)tick);
    return tick;
}

static const int64_t edges[] = {TICKS};
enum { EDGES_COUNT = sizeof edges / sizeof *edges };

/* 07.1: one entry, at each edge, from both sides. */
void test_wheel_alone(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int i = 0; i < EDGES_COUNT; i++) {
        uint64_t tick = (uint64_t)edges[i];
        make_wheel(judge);
        insert(judge, i ? i : ENTRIES_MAX - 1, tick);
        if (tick > 0)
            pop_all(judge, tick - 1);
        pop_all(judge, tick);
        pop_all(judge, tick);
    }
    judge_finish(judge);
}

/* 07.2: many, near each other, so that slots have several and levels are gone down together. */
void test_wheel_order(struct judge *judge)
{
    static const int64_t strides[] = {0, 1, 63, 64, 65}, counts[] = {2, 64, ENTRIES_MAX};
    judge_start(judge, "wheel");
    for (int round = 0; round < 15; round++) {
        int64_t stride = strides[round % 5], count = counts[round % 3];
        uint64_t tick = (uint64_t)edges[judge_random(judge, 12)];
        make_wheel(judge);
        DO(judge, fill, .count = count, .tick = (int64_t)tick, .stride = stride);
        uint64_t sequence = 0, half = (uint64_t)(count / 2), end = tick + (uint64_t)(count * stride);
        uint64_t middle = stride ? tick + half * (uint64_t)stride - 1 : tick;
        int64_t first_half = stride ? (int64_t)half : count;
        char text[120];
        if (stride && tick + half * (uint64_t)stride == 0)
            middle = 0;
        struct judge_reply reply = DO(judge, drain, .now = (int64_t)middle);
        for (int64_t entry = 0; entry < first_half; entry++)
            sequence = sequence * 31 + (uint64_t)entry;
        snprintf(text, sizeof text, "%lld entries come out, in the sequence of their ticks and insertions",
                 (long long)first_half);
        EXPECT(judge, reply.a == first_half, text, "%lld come out", (long long)reply.a);
        EXPECT(judge, (uint64_t)reply.b == sequence, text, "another sequence");
        reply = DO(judge, drain, .now = (int64_t)end);
        sequence = 0;
        for (int64_t entry = first_half; entry < count; entry++)
            sequence = sequence * 31 + (uint64_t)entry;
        snprintf(text, sizeof text, "the other %lld come out, in the sequence of their ticks",
                 (long long)(count - first_half));
        EXPECT(judge, reply.a == count - first_half, text, "%lld come out", (long long)reply.a);
        EXPECT(judge, (uint64_t)reply.b == sequence, text, "another sequence");
    }
    /* one tick, from several levels: the sequence of insertions */
    for (int round = 0; round < 6; round++) {
        make_wheel(judge);
        uint64_t tick = 5000 + (uint64_t)judge_random(judge, 300000);
        for (int entry = 0; entry < 8; entry++) {
            insert(judge, entry, tick);
            pop_all(judge, wheel.elapsed + (tick - wheel.elapsed) / 4);
        }
        pop_all(judge, tick);
    }
    /* late ones, of one tick and of several, before and behind what is due: the sequence of insertions */
    for (int round = 0; round < 6; round++) {
        make_wheel(judge);
        uint64_t now = 5000 + (uint64_t)judge_random(judge, 300000);
        pop_all(judge, now - 1);
        for (int entry = 0; entry < 3; entry++)
            insert(judge, entry, now);
        pop(judge, now); /* two are due */
        for (int entry = 3; entry < 9; entry++)
            insert(judge, entry, entry % 2 ? now - 100 : now - (uint64_t)judge_random(judge, 5000));
        pop_all(judge, now);
    }
    judge_finish(judge);
}

/* 07.3 */
void test_wheel_remove(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int i = 0; i < EDGES_COUNT; i++) { /* the only one: nothing is left of it */
        make_wheel(judge);
        insert(judge, 0, (uint64_t)edges[i]);
        take_out(judge, 0);
        next(judge);
        pop_all(judge, (uint64_t)edges[i]);
    }
    for (int i = 0; i < EDGES_COUNT; i++) {
        uint64_t tick = (uint64_t)edges[i];
        uint64_t beside = tick == 0 ? 1 : tick - 1;
        for (int which = 0; which < 3; which++) {
            make_wheel(judge);
            take_out(judge, 5); /* it is in no wheel */
            insert(judge, 0, tick);
            insert(judge, 1, tick);
            insert(judge, 2, beside);
            take_out(judge, which);
            take_out(judge, which);
            next(judge);
            pop_all(judge, tick > beside ? tick : beside);
            next(judge);
            insert(judge, which, wheel.elapsed + 1 < WF_TICK_NEVER ? wheel.elapsed + 1 : wheel.elapsed);
            pop_all(judge, WF_TICK_NEVER - 1);
        }
    }
    /* on its way down, and among those that are due */
    for (int stop = 0; stop < 5; stop++) {
        static const uint64_t stops[] = {1, 4096, 262144, 262144 + 4096, 262144 + 4096 + 64};
        make_wheel(judge);
        uint64_t tick = 262144 + 4096 + 64 + 1;
        for (int entry = 0; entry < 3; entry++)
            insert(judge, entry, tick);
        pop_all(judge, stops[stop]);
        take_out(judge, judge_random(judge, 3));
        next(judge);
        pop(judge, tick); /* one of two is out, the other one due */
        take_out(judge, 0);
        take_out(judge, 1);
        take_out(judge, 2);
        next(judge);
        pop_all(judge, tick);
        next(judge);
    }
    judge_finish(judge);
}

/* 07.4: the looks at an entry, from its insertion until it comes out. */
void test_wheel_next(struct judge *judge)
{
    char text[160];
    judge_start(judge, "wheel");
    make_wheel(judge);
    next(judge);
    for (int i = 0; i < EDGES_COUNT; i++) {
        uint64_t tick = (uint64_t)edges[i];
        make_wheel(judge);
        insert(judge, 0, tick);
        int looks = 0;
        for (uint64_t now; (now = next(judge)) != WF_TICK_NEVER;) {
            looks++;
            pop(judge, now);
            snprintf(text, sizeof text, "the entry at %llu is met at most %d times", (unsigned long long)tick,
                     WF_WHEEL_LEVELS);
            EXPECT(judge, looks <= WF_WHEEL_LEVELS, text, "it is still in the wheel after %d", looks);
        }
    }
    judge_finish(judge);
}

/* 07.4: on all levels at once, and several in a level; each look is at the earliest. */
void test_wheel_next_of_many(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int round = 0; round < 6; round++) {
        make_wheel(judge);
        pop_all(judge, (uint64_t)edges[judge_random(judge, EDGES_COUNT - 4)]);
        for (int i = 0; i < EDGES_COUNT; i++)
            insert(judge, i, (uint64_t)edges[i]);
        for (uint64_t now; (now = next(judge)) != WF_TICK_NEVER;) {
            while (pop(judge, now))
                continue;
            take_out(judge, judge_random(judge, EDGES_COUNT));
        }
    }
    judge_finish(judge);
}

/* 07.4: so many that a search would not come to an end. */
void test_wheel_mass(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int lie = SPREAD; lie <= ALL_DUE; lie++) {
        make_wheel(judge);
        struct judge_reply reply = DO(judge, mass, .entries = MASS_MAX, .lie = lie);
        EXPECT(judge, reply.a == MASS_MAX / 2, "those that were not removed come out, half of them",
               "%lld come out", (long long)reply.a);
        EXPECT(judge, reply.b == 0, "in the sequence of their ticks", "%lld come before an earlier one",
               (long long)reply.b);
    }
    judge_finish(judge);
}

/* 07.5: each edge, while it is each edge. */
void test_wheel_pairs(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int now = 0; now < EDGES_COUNT; now++) {
        make_wheel(judge);
        pop_all(judge, (uint64_t)edges[now]);
        for (int i = 0; i < EDGES_COUNT; i++)
            insert(judge, i, (uint64_t)edges[i]);
        next(judge);
        for (int i = 0; i < EDGES_COUNT; i++)
            if ((uint64_t)edges[i] > (uint64_t)edges[now])
                pop_all(judge, (uint64_t)edges[i]);
        pop_all(judge, WF_TICK_NEVER - 1);
        next(judge);
    }
    judge_finish(judge);
}

/* 07.5: between two pops with one now, and with a clock that steps back. */
void test_wheel_late(struct judge *judge)
{
    judge_start(judge, "wheel");
    for (int round = 0; round < 20; round++) {
        make_wheel(judge);
        uint64_t begin = (uint64_t)edges[judge_random(judge, 20)] + 1;
        pop_all(judge, begin);
        insert(judge, 0, begin + 1);
        insert(judge, 1, begin + 100);
        pop(judge, begin + 100);
        insert(judge, 2, begin + 100); /* before the other one came out */
        insert(judge, 3, begin);       /* it has passed */
        pop_all(judge, begin + 100);
        insert(judge, 4, begin + 200);
        pop_all(judge, begin); /* back: nothing */
        insert(judge, 5, begin + 50);
        pop_all(judge, begin); /* it passed long ago */
        pop_all(judge, begin + 200);
        next(judge);
    }
    judge_finish(judge);
}

/* 07.1: anything, in any sequence. */
void test_wheel_random(struct judge *judge)
{
    enum { SOME = 40 };
    judge_start(judge, "wheel");
    for (int round = 0; round < 12; round++) {
        int bits = 1 + judge_random(judge, 40);
        make_wheel(judge);
        for (int step = 0; step < 150; step++) {
            int entry = judge_random(judge, SOME);
            uint64_t distance =
                ((uint64_t)judge_random(judge, 1 << 30) << 20 | (uint64_t)judge_random(judge, 1 << 20)) &
                ((UINT64_C(1) << (1 + judge_random(judge, bits))) - 1);
            switch (judge_random(judge, 5)) {
            case 0:
            case 1:
                if (!wheel.entries[entry].is_in)
                    insert(judge, entry, wheel.elapsed + distance);
                break;
            case 2:
                take_out(judge, entry);
                break;
            case 3:
                pop_all(judge, wheel.elapsed + distance);
                break;
            default: {
                uint64_t now = next(judge);
                if (now != WF_TICK_NEVER && judge_random(judge, 2))
                    pop_all(judge, now);
            }
            }
        }
        pop_all(judge, WF_TICK_NEVER - 1);
    }
    judge_finish(judge);
}

/* 07.1: a wheel has nothing in common with another one, that a thread beside has. */
void test_wheels_apart(struct judge *judge)
{
    judge_start(judge, "wheel");
    struct judge_reply reply = DO(judge, apart, .rounds = 2000);
    EXPECT(judge, reply.a == 0, "each entry comes out of its own wheel, at its tick, once", "%lld did not",
           (long long)reply.a);
    judge_finish(judge);
}
