/**
 * @file tests_scopes.c
 * @brief Clauses 03.16 and 03.28: task-local values. And 03.30 on two threads.
 *
 * A tree of scopes is built at random over probes, which report each key's value in their polls and in their drops.
 */
#include <stdio.h>
#include <string.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_steps.h"
#include "steps.h"
#include "tests.h"
#include "weft/future.h"

enum { PROBES = 4, LAYERS = 3 };

/* Two trees: each has two branches of scopes over a probe, joined, in scopes around both. */
struct forest {
    int key_count, futures;
    int value[PROBES][KEYS_MAX]; /* in force in each probe; 0: none */
    int root[2];
    bool over[PROBES];
    bool looks_between; /* also where no scope is in force */
};

void describe_scopes_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    snprintf(text, (size_t)size, "probe %lld is %s; key %lld: %lld", (long long)event->a / KEYS_MAX,
             event->kind == EVENT_SEEN              ? "polled"
             : event->kind == EVENT_SEEN_FURTHER_IN ? "in a context further in"
                                                    : "dropped",
             (long long)event->a % KEYS_MAX, (long long)event->b);
}

/* Scopes at random around a future; those of the probes `first` to `last`. Inner values count. */
static int in_scopes(struct judge *judge, struct forest *forest, int inner, int first, int last)
{
    int layers = judge_random(judge, LAYERS + 1);
    for (int layer = 0; layer < layers && forest->futures < FUTURES_MAX; layer++) {
        int key = judge_random(judge, KEYS_MAX), value = (int)DRAW(judge, scope, value);
        int scope = forest->futures++;
        struct judge_reply reply =
            DO(judge, scope, .future = scope, .key = key, .value = value, .inner = inner);
        EXPECT(judge, reply.a == 1, "wf_local_scope returns the scope", "it does not");
        for (int probe = first; probe <= last; probe++)
            if (!forest->value[probe][key])
                forest->value[probe][key] = value;
        inner = scope;
    }
    return inner;
}

static void plant(struct judge *judge, struct forest *forest, bool looks_between)
{
    *forest = (struct forest){.futures = PROBES, .looks_between = looks_between};
    int branch[PROBES];
    for (int probe = 0; probe < PROBES; probe++) {
        DO(judge, probe, .future = probe);
        branch[probe] =
            forest->futures < FUTURES_MAX - 8 ? in_scopes(judge, forest, probe, probe, probe) : probe;
    }
    for (int tree = 0; tree < 2; tree++) {
        int both = forest->futures++;
        const int *pair = branch + (ptrdiff_t)2 * tree;
        DO(judge, both, .future = both, .first = pair[0], .second = pair[1]);
        forest->root[tree] = both;
    }
    for (int tree = 0; tree < 2; tree++)
        forest->root[tree] = in_scopes(judge, forest, forest->root[tree], 2 * tree, 2 * tree + 1);
}

/* What the probes of a tree saw, and that each of them that is not over was asked. */
static void check_seen(struct judge *judge, const struct forest *forest, int tree, enum scopes_event kind)
{
    int count, seen[PROBES] = {0};
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        int probe = (int)(events[i].a / KEYS_MAX), key = (int)(events[i].a % KEYS_MAX);
        EXPECT(judge, events[i].kind != EVENT_SEEN_FURTHER_IN,
               "in a context further in, which has no scope, no value is in force", "key %d is %lld", key,
               (long long)events[i].b);
        if (events[i].kind != kind || probe < 0 || probe >= PROBES)
            judge_fail(judge, kind == EVENT_SEEN ? "the probes are polled" : "the probes are dropped",
                       "probe %d is %s", probe, kind == EVENT_SEEN ? "dropped" : "polled");
        seen[probe]++;
        char expected[80];
        snprintf(expected, sizeof expected, "in probe %d, key %d is %d", probe, key,
                 forest->value[probe][key]);
        EXPECT(judge, events[i].b == forest->value[probe][key], expected, "it is %lld",
               (long long)events[i].b);
    }
    for (int probe = 2 * tree; probe <= 2 * tree + 1; probe++)
        EXPECT(judge, seen[probe] == (forest->over[probe] ? 0 : KEYS_MAX),
               forest->over[probe] ? "a probe that is over is left alone" : "each probe is reached, once",
               "probe %d is %s", probe, seen[probe] ? "reached, or more than once" : "not reached");
}

static void expect_none_in_force(struct judge *judge, const struct forest *forest)
{
    if (!forest->looks_between)
        return;
    for (int key = 0; key < KEYS_MAX; key++) {
        int64_t value = judge_counted(judge, DO(judge, get, .key = key));
        EXPECT(judge, value == 0, "no value is in force between the polls", "%lld is", (long long)value);
    }
}

static void poll_tree(struct judge *judge, struct forest *forest, int tree, bool ready)
{
    int64_t poll = DO(judge, poll_root, .future = forest->root[tree]).a;
    judge_returned(judge, poll == WF_READY ? "READY" : "PENDING");
    check_seen(judge, forest, tree, EVENT_SEEN);
    EXPECT(judge, (poll == WF_READY) == ready, ready ? "READY: the inner futures are" : "PENDING", "%s",
           poll == WF_READY ? "READY" : "PENDING");
    expect_none_in_force(judge, forest);
}

static void grow_forests(struct judge *judge, bool looks_between)
{
    judge_start(judge, "scopes");
    int64_t outside = DO(judge, get_outside, .key = 0).a;
    EXPECT(judge, outside == 0, "no value is in force", "%lld is", (long long)outside);
    for (int round = 0; round < 8; round++) {
        struct forest forest;
        plant(judge, &forest, looks_between);
        expect_none_in_force(judge, &forest);
        /* the trees take turns, like two tasks on one thread */
        for (int poll = 0; poll < 4 * (round % 3); poll++)
            poll_tree(judge, &forest, poll % 2, false);
        if (round % 2) { /* one probe is READY first, then the tree */
            DO(judge, arm, .probe = 0);
            poll_tree(judge, &forest, 0, false);
            forest.over[0] = true;
            poll_tree(judge, &forest, 1, false);
            DO(judge, arm, .probe = 1);
            poll_tree(judge, &forest, 0, true);
            forest.over[1] = true;
        }
        for (int tree = 0; tree < 2; tree++) {
            DO(judge, drop_root, .future = forest.root[tree]);
            check_seen(judge, &forest, tree, EVENT_SEEN_AT_DROP);
            expect_none_in_force(judge, &forest);
        }
    }
    judge_finish(judge);
}

void test_local_scopes(struct judge *judge)
{
    grow_forests(judge, false);
}

/* Where no runtime is, no stack of scopes is: a scope says so, by the name of its key. */
void test_scope_outside(struct judge *judge)
{
    for (int future = 1; future < PROBES; future++) {
        char key[16];
        snprintf(key, sizeof key, "key %d", future);
        judge_start(judge, "scopes");
        DO(judge, probe, .future = 0);
        DO(judge, scope, .future = future, .key = future, .value = 1, .inner = 0);
        judge_allow_panic(judge);
        DO(judge, poll_outside, .future = future);
        judge_expect_panic(judge, "03.16", key);
    }
}

void test_local_scopes_end(struct judge *judge)
{
    grow_forests(judge, true);
}

/* --- 03.30: two threads --- */

void test_two_threads(struct judge *judge)
{
    judge_start(judge, "threads");
    int64_t came_to = DO(judge, two_lives).a;
    EXPECT(
        judge, came_to == LIFE_CAME_TO,
        "both lives come to the same: of 4 tasks 1 joined and 1 joined as cancelled, 2 outputs destroyed, 1 future dropped, "
        "3 wakes of join wakers; 2 looks that find the scope's value",
        "the numbers, from the last digit on, are %lld (-1: of the two others)", (long long)came_to);
    judge_finish(judge);
}
