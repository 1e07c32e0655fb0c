/**
 * @file tests_ring.c
 * @brief Clauses 05.1 to 05.5: the ring, beside a model of it here, which knows each answer.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "tests.h"

enum { SIZE = 256, HALF = SIZE / 2 };

/* --- the model: rings whose tasks are numbers --- */

struct line {
    int tasks[RING_TASKS_MAX];
    int count;
    int size; /* of a ring */
};

static struct line rings[RINGS_MAX], inject;
static int made;

static void add(struct line *line, int task)
{
    line->tasks[line->count++] = task;
}

/* The first `count` leave the line, to the end of `to`. */
static void move(struct line *line, int count, struct line *to)
{
    for (int i = 0; i < count; i++)
        add(to, line->tasks[i]);
    line->count -= count;
    memmove(line->tasks, line->tasks + count, (size_t)line->count * sizeof *line->tasks);
}

/* --- steps, with what each must answer --- */

static const char *tasks_text(const struct line *line, int at)
{
    static char text[2][60];
    static unsigned next;
    char *told = text[next++ % 2];
    if (at >= line->count)
        snprintf(told, sizeof text[0], "none any more");
    else if (line->tasks[at] >= RING_TASKS_MAX)
        snprintf(told, sizeof text[0], "something that was not pushed");
    else
        snprintf(told, sizeof text[0], "task %d", line->tasks[at]);
    return told;
}

/* The tasks that came with the step are these, in their sequence. `what`: of which call. */
static void expect_tasks(struct judge *judge, const struct line *expected, const char *what)
{
    static struct line told;
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    char words[120];
    told.count = 0;
    for (int i = 0; i < count; i++)
        for (int64_t more = 0;
             events[i].kind == EVENT_RUN && more < events[i].b && told.count < RING_TASKS_MAX; more++)
            add(&told, (int)((uint64_t)events[i].a + (uint64_t)more));
    for (int i = 0; i < expected->count || i < told.count; i++) {
        snprintf(words, sizeof words, "%s: as its number %d comes %s", what, i + 1, tasks_text(expected, i));
        bool same = i < expected->count && i < told.count && expected->tasks[i] == told.tasks[i];
        EXPECT(judge, same, words, "%s", tasks_text(&told, i));
    }
}

static void make_of(struct judge *judge, int ring, int size, int64_t first)
{
    rings[ring].count = 0;
    rings[ring].size = size;
    DO(judge, ring_make, .ring = ring, .size = size, .first = first);
}

static void make(struct judge *judge, int ring, int64_t first)
{
    make_of(judge, ring, SIZE, first);
}

static void expect_length(struct judge *judge, int ring)
{
    int64_t length = DO(judge, ring_length, .ring = ring).a;
    char expected[80];
    snprintf(expected, sizeof expected, "ring %d has %d tasks", ring, rings[ring].count);
    EXPECT(judge, length == rings[ring].count, expected, "its length is %lld", (long long)length);
}

static void push(struct judge *judge, int ring, int count)
{
    struct line *line = &rings[ring];
    int64_t injected = 0, calls = 0;
    for (int i = 0; i < count; i++) {
        if (line->count < line->size) {
            add(line, made++);
            continue;
        }
        move(line, line->size / 2, &inject);
        add(&inject, made++);
        injected += line->size / 2 + 1;
        calls++;
    }
    struct judge_reply reply = DO(judge, ring_push, .ring = ring, .count = count);
    char expected[140];
    judge_returned(judge, "%lld", (long long)reply.a);
    snprintf(
        expected, sizeof expected,
        "wf_run_queue_push returns how many tasks went to the inject queue: %lld in %lld of these calls, else 0",
        (long long)injected, (long long)calls);
    EXPECT(judge, reply.a == injected && reply.b == calls, expected, "%lld in %lld calls", (long long)reply.a,
           (long long)reply.b);
    expect_length(judge, ring);
}

static void pop(struct judge *judge, int ring, int count)
{
    static struct line expected;
    int most = count < rings[ring].count ? count : rings[ring].count;
    expected.count = 0;
    move(&rings[ring], most, &expected);
    int64_t got = DO(judge, ring_pop, .ring = ring, .count = count).a;
    judge_returned(judge, "%lld tasks", (long long)got);
    expect_tasks(judge, &expected, "wf_run_queue_pop takes the oldest task");
    expect_length(judge, ring);
}

static void drain(struct judge *judge)
{
    DO(judge, ring_drain);
    expect_tasks(judge, &inject, "the inject queue holds the oldest half in its sequence, then the new task");
    inject.count = 0;
}

static void steal(struct judge *judge, int from, int own)
{
    struct line *victim = &rings[from];
    int count = rings[own].count > rings[own].size / 2 ? 0 : victim->count - victim->count / 2;
    int task = NOBODY;
    char expected[120];
    if (count > 0) {
        move(victim, count, &rings[own]);
        task = rings[own].tasks[--rings[own].count];
    }
    struct judge_reply reply = DO(judge, ring_steal, .from = from, .own = own);
    judge_returned(judge, "%s, count %lld", reply.a == NOBODY ? "NULL" : name_of(reply.a), (long long)reply.b);
    snprintf(expected, sizeof expected, "it takes %d tasks, and returns %s", count,
             task == NOBODY ? "NULL" : name_of(task));
    EXPECT(judge, reply.a == task && reply.b == count, expected, "count is %lld, and it returns %s",
           (long long)reply.b, reply.a == NOBODY ? "NULL" : name_of(reply.a));
    expect_length(judge, from);
    expect_length(judge, own);
}

/* What is left comes out in its sequence; the rings are empty afterwards. */
static void empty_all(struct judge *judge)
{
    for (int ring = 0; ring < RINGS_MAX; ring++)
        pop(judge, ring, SIZE + 1);
    drain(judge);
}

/* A new subject would cost more: the numbers of tasks begin again where too many were made. */
static void begin(struct judge *judge)
{
    judge_start(judge, "rings");
    for (int ring = 0; ring < RINGS_MAX; ring++)
        rings[ring].size = SIZE;
}

/* --- 05.1 --- */

static const int sizes[] = {0, 1, 2, 3, 5, 127, 128, 129, 130, 254, 255, 256};
enum { SIZES = sizeof sizes / sizeof *sizes };

void test_push_and_pop(struct judge *judge)
{
    begin(judge);
    make(judge, 0, 0);
    for (int i = 0; i < SIZES; i++) {
        push(judge, 0, sizes[i]);
        pop(judge, 0, sizes[i] / 2);
        pop(judge, 0, sizes[i] - sizes[i] / 2 + 1);
    }
    /* full again and again, with a slot that is filled as soon as it is free */
    push(judge, 0, SIZE);
    for (int round = 0; round < 12; round++) {
        int count = 1 + judge_random(judge, 100);
        pop(judge, 0, count);
        push(judge, 0, count);
    }
    empty_all(judge);
    judge_finish(judge);
}

void test_wraps(struct judge *judge)
{
    begin(judge);
    for (int round = 0; round < 7; round++) {
        make(judge, 0, DRAW(judge, ring_make, first));
        int count = 200 + judge_random(judge, 57);
        push(judge, 0, count);
        pop(judge, 0, count - 1);
        push(judge, 0, SIZE - 1);
        pop(judge, 0, SIZE + 1);
    }
    for (int size = 4; size <= 64; size *= size == 4 ? 2 : 8) {
        make_of(judge, 1, size, UINT32_MAX - size - size / 2);
        push(judge, 1, size);
        for (int round = 0; round < 4; round++) {
            pop(judge, 1, size - round);
            push(judge, 1, size - round);
        }
        pop(judge, 1, size + 1);
    }
    make(judge, 1, UINT32_MAX - 1);
    for (int task = 0; task < 5; task++) {
        push(judge, 1, 1);
        pop(judge, 1, 2);
    }
    empty_all(judge);
    judge_finish(judge);
}

/* --- 05.2 --- */

void test_overflow(struct judge *judge)
{
    static const int64_t firsts[] = {0, 1, UINT32_MAX - 300, UINT32_MAX - 128};
    begin(judge);
    for (int i = 0; i < 4; i++) {
        make(judge, 0, firsts[i]);
        push(judge, 0, SIZE);
        push(judge, 0, 1);
        drain(judge);
        push(judge, 0, SIZE / 2 - 1);
        drain(judge);
        push(judge, 0, 1);
        drain(judge);
        pop(judge, 0, SIZE);
    }
    for (int size = 4; size <= 64; size *= size == 4 ? 2 : 8) {
        make_of(judge, 0, size, UINT32_MAX - size);
        push(judge, 0, 3 * size + 1);
        drain(judge);
        pop(judge, 0, size);
    }
    make(judge, 0, judge_random(judge, 1000));
    push(judge, 0, 257);
    pop(judge, 0, 3);
    push(judge, 0, 385);
    drain(judge);
    push(judge, 0, 600);
    empty_all(judge);
    judge_finish(judge);
}

/* --- 05.3 --- */

void test_steal(struct judge *judge)
{
    static const int owns[] = {0, 1, 127, 128};
    begin(judge);
    for (int i = 0; i < SIZES; i++) {
        int own = owns[i % 4];
        make(judge, 0, UINT32_MAX - 128);
        make(judge, 1, i % 2 ? UINT32_MAX : 255);
        push(judge, 0, sizes[i]);
        push(judge, 1, own);
        steal(judge, 0, 1);
        push(judge, 0, 3); /* the owner goes on */
        pop(judge, 1, SIZE + 1);
        pop(judge, 0, SIZE + 1);
    }
    for (int count = 1; count <= 4; count++) {
        make_of(judge, 2, 4, UINT32_MAX - 1);
        make_of(judge, 3, 4, UINT32_MAX);
        push(judge, 2, count);
        push(judge, 3, count % 3);
        steal(judge, 2, 3);
        steal(judge, 3, 2);
        empty_all(judge);
    }
    judge_finish(judge);
}

void test_steal_chain(struct judge *judge)
{
    begin(judge);
    for (int ring = 0; ring < RINGS_MAX; ring++)
        make(judge, ring, UINT32_MAX - (int64_t)judge_random(judge, 200));
    for (int round = 0; round < 3; round++) {
        push(judge, 0, round == 0 ? SIZE : 100 + judge_random(judge, 100));
        for (int ring = 1; ring < RINGS_MAX; ring++)
            steal(judge, ring - 1, ring);
        steal(judge, RINGS_MAX - 1, 0);
        empty_all(judge);
    }
    judge_finish(judge);
}

/* --- 05.4 --- */

void test_steal_nothing(struct judge *judge)
{
    begin(judge);
    make(judge, 0, 0);
    make(judge, 1, 0);
    steal(judge, 0, 1); /* nothing was ever there */
    push(judge, 0, 5);
    pop(judge, 0, 5);
    steal(judge, 0, 1);
    push(judge, 0, 200);
    push(judge, 1, HALF + 1);
    steal(judge, 0, 1); /* more than half full */
    pop(judge, 1, 1);
    steal(judge, 0, 1); /* half full: it may */
    steal(judge, 0, 1); /* and is too full then */
    pop(judge, 1, SIZE);
    push(judge, 1, SIZE);
    steal(judge, 0, 1);
    empty_all(judge);
    judge_finish(judge);
}

/* --- all of it, by chance --- */

static void by_chance(struct judge *judge, int size)
{
    for (int ring = 0; ring < RINGS_MAX; ring++)
        make_of(judge, ring, size, DRAW(judge, ring_make, first));
    for (int step = 0; step < 90; step++) {
        int ring = judge_random(judge, RINGS_MAX),
            other = (ring + 1 + judge_random(judge, RINGS_MAX - 1)) % RINGS_MAX;
        switch (judge_random(judge, 4)) {
        case 0:
            push(judge, ring, judge_random(judge, size / 4 + 1));
            break;
        case 1:
            pop(judge, ring, judge_random(judge, size / 4 + 2));
            break;
        default:
            steal(judge, ring, other);
        }
    }
    empty_all(judge);
}

void test_random_rings(struct judge *judge)
{
    begin(judge);
    by_chance(judge, SIZE);
    by_chance(judge, 8);
    judge_finish(judge);
}

/* --- 05.5 --- */

void test_four_threads(struct judge *judge)
{
    enum { COUNT = 3000, APART = 300 };
    begin(judge);
    int64_t missed = DO(judge, ring_apart, .count = APART).a;
    EXPECT(judge, missed == 0,
           "each thread finds its own tasks again, in its own rings and its own inject queue",
           "%lld tasks are missing", (long long)missed);
    for (int size = 4; size <= SIZE; size *= SIZE / 4) {
        struct judge_reply reply = DO(judge, ring_storm, .size = size, .count = COUNT);
        EXPECT(
            judge, reply.a == 0,
            "each task that was pushed is taken once, by a thread that sees what was written before the push",
            "not so for %lld of %d tasks", (long long)reply.a, COUNT);
        EXPECT(judge, reply.b == 0,
               "when the thieves are done an empty ring has room for as many tasks as its size",
               "%lld tasks overflow", (long long)reply.b);
    }
    judge_finish(judge);
}
