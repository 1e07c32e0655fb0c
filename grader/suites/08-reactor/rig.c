/**
 * @file rig.c
 * @brief The judge's readiness: a word and a list, which each step changes as the clauses say, and what the subject does is held against.
 */
#include <stdio.h>

#include "tests.h"

/* The judge has a process for each test, so they lie here. */
static struct {
    uint64_t word;
    int queue[WAITERS_MAX], length;
} objects[OBJECTS_MAX];

static struct {
    int state;
    int64_t object, interest, waker;
} waiters[WAITERS_MAX];

static uint64_t slots[SLOTS_MAX];

enum { TICK_AT = 32 };
#define TICK (UINT64_C(1) << TICK_AT)

bool bits_serve(uint64_t bits, uint64_t interest)
{
    if (bits & WF_SOURCE_CLOSED)
        return true;
    if (bits & WF_READ_CLOSED && interest & (WF_READABLE | WF_PRIORITY))
        return true;
    if (bits & WF_WRITE_CLOSED && interest & WF_WRITABLE)
        return true;
    return bits & interest & (WF_READABLE | WF_WRITABLE | WF_PRIORITY | WF_ERROR);
}

int state_of(int64_t waiter)
{
    return waiters[waiter].state;
}

int64_t interest_of(int64_t waiter)
{
    return waiters[waiter].interest;
}

int64_t object_of(int64_t waiter)
{
    return waiters[waiter].object;
}

void begin_readiness(struct judge *judge)
{
    judge_start(judge, "readiness");
}

/* --- wakes --- */

void expect_wakes(struct judge *judge, const int64_t *wanted, int wanted_count, const char *why)
{
    int count, wakes = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].kind != EVENT_WOKEN)
            continue;
        EXPECT(judge, wakes < wanted_count, why, "waker %lld is woken, and should not be",
               (long long)events[i].a);
        EXPECT(judge, events[i].a == wanted[wakes], why, "waker %lld is woken, and not %lld",
               (long long)events[i].a, (long long)wanted[wakes]);
        wakes++;
    }
    EXPECT(judge, wakes == wanted_count, why, "%d wakes, of %d", wakes, wanted_count);
}

/* Those that these bits serve leave the list, and their wakers are woken: they were by the last step. */
static void note_wake(struct judge *judge, int64_t object, uint64_t bits)
{
    int64_t woken[WAITERS_MAX];
    int count = 0, left = 0;
    for (int i = 0; i < objects[object].length; i++) {
        int waiter = objects[object].queue[i];
        if (bits_serve(bits, (uint64_t)waiters[waiter].interest)) {
            if (waiters[waiter].waker != NO_WAKER) /* an empty one wakes nobody */
                woken[count++] = waiters[waiter].waker;
            waiters[waiter].state = WOKEN;
        } else {
            objects[object].queue[left++] = waiter;
        }
    }
    objects[object].length = left;
    expect_wakes(
        judge, woken, count,
        "the event wakes each waiter that its bits serve, once, in the sequence in which they began to "
        "wait, by the waker of its latest poll; and no other");
}

static void leave_list(int64_t waiter)
{
    int64_t object = waiters[waiter].object;
    int left = 0;
    if (waiters[waiter].state == WAITING) {
        for (int i = 0; i < objects[object].length; i++)
            if (objects[object].queue[i] != waiter)
                objects[object].queue[left++] = objects[object].queue[i];
        objects[object].length = left;
    }
    waiters[waiter].state = IDLE;
}

/* --- steps --- */

void fresh(struct judge *judge, int64_t object)
{
    for (int64_t i = 0; i < WAITERS_MAX; i++)
        if (waiters[i].state != IDLE && waiters[i].object == object)
            drop(judge, i);
    DO(judge, fresh, .object = object);
    objects[object].word = 0;
}

void preset(struct judge *judge, int64_t object, int64_t tick)
{
    DO(judge, preset, .object = object, .tick = tick);
    objects[object].word = (uint64_t)tick << TICK_AT;
}

static void note_event(int64_t object, int64_t bits)
{
    objects[object].word = (objects[object].word | (uint64_t)bits) + TICK;
}

void add(struct judge *judge, int64_t object, int64_t bits)
{
    DO(judge, add, .object = object, .bits = bits);
    expect_wakes(judge, NULL, 0, "nobody is woken by wf_readiness_add");
    note_event(object, bits);
}

void wake(struct judge *judge, int64_t object, int64_t bits)
{
    DO(judge, wake, .object = object, .bits = bits);
    note_wake(judge, object, (uint64_t)bits);
}

void event(struct judge *judge, int64_t object, int64_t bits)
{
    DO(judge, event, .object = object, .bits = bits);
    note_event(object, bits);
    note_wake(judge, object, (uint64_t)bits);
}

void close_readiness(struct judge *judge, int64_t object)
{
    DO(judge, close, .object = object);
    note_event(object, WF_SOURCE_CLOSED);
    note_wake(judge, object, WF_SOURCE_CLOSED);
}

uint64_t look(struct judge *judge, int64_t object, int64_t slot)
{
    char text[120];
    uint64_t word = (uint64_t)DO(judge, look, .object = object, .slot = slot).a;
    uint64_t wanted = objects[object].word;
    snprintf(text, sizeof text, "the word is 0x%llx: %llu events, bits 0x%llx", (unsigned long long)wanted,
             (unsigned long long)(wanted >> TICK_AT), (unsigned long long)wanted & 0xffffffff);
    EXPECT(judge, word == wanted, text, "it is 0x%llx", (unsigned long long)word);
    return slots[slot] = word;
}

void clear(struct judge *judge, int64_t object, int64_t slot, int64_t bits)
{
    DO(judge, clear, .object = object, .slot = slot, .bits = bits);
    expect_wakes(judge, NULL, 0, "nobody is woken by a clear");
    if (slots[slot] >> TICK_AT == objects[object].word >> TICK_AT)
        objects[object].word &= ~((uint64_t)bits & 15);
}

void anew(struct judge *judge, int64_t waiter)
{
    DO(judge, waiter, .waiter = waiter);
}

bool poll(struct judge *judge, int64_t waiter, int64_t object, int64_t interest, int64_t waker)
{
    char text[120];
    uint64_t word = objects[object].word;
    struct judge_reply reply = judge_polled(
        judge, DO(judge, poll, .waiter = waiter, .object = object, .interest = interest, .waker = waker));
    expect_wakes(judge, NULL, 0, "nobody is woken by a poll");
    if (bits_serve(word, (uint64_t)interest)) {
        snprintf(text, sizeof text, "READY: bits 0x%llx serve interest 0x%llx",
                 (unsigned long long)word & 0xffffffff, (unsigned long long)interest);
        EXPECT(judge, reply.a == WF_READY, text, "PENDING");
        EXPECT(judge, (uint64_t)reply.b == word, "READY tells the word that served", "it tells 0x%llx",
               (unsigned long long)reply.b);
        leave_list(waiter);
        return true;
    }
    snprintf(text, sizeof text, "PENDING: of bits 0x%llx none serves interest 0x%llx",
             (unsigned long long)word & 0xffffffff, (unsigned long long)interest);
    EXPECT(judge, reply.a == WF_PENDING, text, "READY");
    if (waiters[waiter].state != WAITING) {
        objects[object].queue[objects[object].length++] = (int)waiter;
        waiters[waiter].state = WAITING;
        waiters[waiter].object = object;
        waiters[waiter].interest = interest;
    }
    waiters[waiter].waker = waker;
    return false;
}

void drop(struct judge *judge, int64_t waiter)
{
    struct judge_reply reply = DO(judge, drop, .waiter = waiter);
    EXPECT(judge, reply.a == WF_WAITER_IDLE, "a waiter that was dropped is WF_WAITER_IDLE",
           "its state is %lld", (long long)reply.a);
    expect_wakes(judge, NULL, 0, "nobody is woken by a drop");
    leave_list(waiter);
}

void expect_held(struct judge *judge)
{
    int64_t waiting = 0;
    for (int object = 0; object < OBJECTS_MAX; object++) {
        uint64_t sequence = 0;
        struct judge_reply listed = DO(judge, listed, .object = object);
        for (int i = 0; i < objects[object].length; i++)
            sequence = sequence * 31 + (uint64_t)objects[object].queue[i] + 1;
        EXPECT(judge, listed.a == objects[object].length,
               "in the list are the waiters that wait, and no others", "%lld are, of %d", (long long)listed.a,
               objects[object].length);
        EXPECT(judge, (uint64_t)listed.b == sequence, "the first to wait is first in the list",
               "another sequence");
        for (int i = 0; i < objects[object].length; i++)
            waiting += waiters[objects[object].queue[i]].waker != NO_WAKER;
    }
    struct judge_reply states = DO(judge, states);
    for (int waiter = 0; waiter < WAITERS_MAX; waiter++)
        if (waiters[waiter].state != IDLE) { /* of one that was READY the contract does not say */
            int state = (int)(states.a >> 2 * waiter & 3);
            EXPECT(judge, state == waiters[waiter].state,
                   "a waiter that waits is WF_WAITER_WAITING, one that an event has served is WF_WAITER_WOKEN",
                   "the state of waiter %d is %d, not %d", waiter, state, waiters[waiter].state);
        }
    struct judge_reply clones = DO(judge, clones);
    EXPECT(judge, clones.a == waiting,
           "each waiter that waits with a waker has one clone of it, no other has any",
           "%lld clones are alive, %lld wait", (long long)clones.a, (long long)waiting);
    for (int64_t waiter = 0; waiter < WAITERS_MAX; waiter++)
        if (waiters[waiter].state == WAITING && waiters[waiter].waker != NO_WAKER) {
            int64_t wanted = 0;
            for (int i = 0; i < WAITERS_MAX; i++)
                wanted += waiters[i].state == WAITING && waiters[i].waker == waiters[waiter].waker;
            struct judge_reply kept = DO(judge, waker, .waker = waiters[waiter].waker);
            EXPECT(judge, kept.a == wanted, "a waiter keeps the waker of its latest poll",
                   "%lld clones of waker %lld are alive, of %lld", (long long)kept.a,
                   (long long)waiters[waiter].waker, (long long)wanted);
            break;
        }
}

void finish_readiness(struct judge *judge)
{
    for (int64_t waiter = 0; waiter < WAITERS_MAX; waiter++)
        if (waiters[waiter].state != IDLE)
            drop(judge, waiter);
    expect_held(judge);
    struct judge_reply held = DO(judge, held);
    EXPECT(judge, held.a == 0, "no waker is cloned, woken or dropped while a readiness is locked",
           "%lld calls of wakers found it locked", (long long)held.a);
    EXPECT(judge, held.b == 0, "what waits, wakes and drops allocates nothing", "something was allocated");
    judge_finish_without_clones(judge, DO(judge, clones));
}
