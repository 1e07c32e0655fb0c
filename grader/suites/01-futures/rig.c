#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "weft/combine.h"
#include "weft/error.h"

_Static_assert(sizeof(struct rig) <= JUDGE_STATE_BYTES, "the rig fits into the judge's state");

struct rig *rig_of(struct judge *judge)
{
    return judge_state(judge);
}

/* --- steps --- */

void finish_futures(struct judge *judge)
{
    judge_finish_without_clones(judge, DO(judge, clones));
}

void build_probe(struct judge *judge, int probe)
{
    rig_of(judge)->probes[probe] = (struct probe_model){0};
    DO(judge, probe, .probe = probe);
}

static void armed_with(struct judge *judge, int probe, int64_t value)
{
    struct probe_model *model = &rig_of(judge)->probes[probe];
    model->armed = true;
    model->value = (int)value;
}

void arm_probe(struct judge *judge, int probe)
{
    int64_t value = DRAW(judge, arm, value);
    DO(judge, arm, .probe = probe, .value = value);
    armed_with(judge, probe, value);
}

void fail_probe(struct judge *judge, int probe)
{
    int64_t value = DRAW(judge, fail, value);
    DO(judge, fail, .probe = probe, .value = value);
    armed_with(judge, probe, value);
}

void finish_probe(struct judge *judge, int probe, bool fails)
{
    (fails ? fail_probe : arm_probe)(judge, probe);
    poll_future(judge, probe);
    rig_of(judge)->probes[probe].done = true;
}

void build_combinator(struct judge *judge)
{
    struct rig *rig = rig_of(judge);
    int64_t branches = 0;
    for (int i = 0; i < rig->count; i++)
        branches = with_branch(branches, rig->branch[i]);
    memset(rig->polls_behind, 0, sizeof rig->polls_behind);
    DO(judge, combine, .kind = rig->kind, .future = rig->kind, .branches = branches,
       .order = rig->biased ? WF_BIASED : WF_FAIR);
}

struct judge_reply poll_future(struct judge *judge, enum future future)
{
    struct judge_reply reply =
        judge_polled(judge, DO(judge, poll, .future = future, .waker = rig_of(judge)->waker));
    judge_expect_no_bypass(judge, future_name);
    return reply;
}

void drop_future(struct judge *judge, enum future future)
{
    DO(judge, drop, .future = future);
    judge_expect_no_bypass(judge, future_name);
}

/* --- the model --- */

bool branch_is_live(const struct rig *rig, int index)
{
    int probe = rig->branch[index];
    return probe >= 0 && !rig->probes[probe].done && !rig->probes[probe].dropped;
}

static int live_count(const struct rig *rig)
{
    int live = 0;
    for (int i = 0; i < rig->count; i++)
        live += branch_is_live(rig, i);
    return live;
}

static bool owns(const struct rig *rig)
{
    return rig->kind != SELECT;
}

void random_branches(struct judge *judge, enum future kind, bool some_missing)
{
    struct rig *rig = rig_of(judge);
    int waker = rig->waker;
    judge_forget_trace(judge); /* what the last round built is over */
    memset(rig, 0, sizeof *rig);
    rig->waker = waker;
    rig->kind = kind;
    rig->biased = judge_random(judge, 3) == 0;
    rig->count = 1 + judge_random(judge, judge_random(judge, 3) ? 5 : BRANCHES_MAX);
    for (int i = 0; i < rig->count; i++) {
        int choice = some_missing ? judge_random(judge, 6) : 5;
        rig->branch[i] = choice == 0 ? -1 : i;
        if (choice == 0)
            continue;
        build_probe(judge, i);
        if (choice == 1)
            finish_probe(judge, i, kind != TRY_JOIN && judge_random(judge, 2));
    }
}

void fresh_branches(struct judge *judge, enum future kind, bool biased, int count)
{
    struct rig *rig = rig_of(judge);
    *rig = (struct rig){.kind = kind, .biased = biased, .count = count, .waker = rig->waker};
    for (int i = 0; i < count; i++) {
        rig->branch[i] = i;
        build_probe(judge, i);
    }
    build_combinator(judge);
}

/* What a poll did, as its events tell. */
struct seen {
    bool polled[BRANCHES_MAX];
    int first, last, polls;
    int ender; /* the branch at which the poll had to stop: the winner, or the one that failed; or -1 */
};

static int index_of_probe(const struct rig *rig, int64_t probe)
{
    for (int i = 0; i < rig->count; i++)
        if (rig->branch[i] == probe)
            return i;
    return -1;
}

/* try_join: the first branch that had failed before this poll, or -1. */
static int failed_before(const struct rig *rig, const struct seen *seen)
{
    for (int i = 0; rig->kind == TRY_JOIN && i < rig->count; i++)
        if (rig->branch[i] >= 0 && rig->probes[rig->branch[i]].done &&
            rig->probes[rig->branch[i]].value < 0 && !seen->polled[i])
            return i;
    return -1;
}

static void check_polled(struct judge *judge, unsigned aspects, struct seen *seen, int64_t probe)
{
    struct rig *rig = rig_of(judge);
    struct probe_model *model = &rig->probes[probe];
    int index = index_of_probe(rig, probe);
    const char *name = future_name(probe);
    EXPECT(judge, index >= 0, "only the branches are polled", "%s is polled, which is no branch", name);
    if (aspects & POLLS) {
        EXPECT(judge, !model->done, "a finished branch is never polled",
               "%s was READY before and is polled again", name);
        EXPECT(judge, !model->dropped, "a dropped branch is never polled",
               "%s was dropped and is polled again", name);
        EXPECT(judge, !seen->polled[index], "each branch is polled once in a poll",
               "%s is polled twice in one poll", name);
        EXPECT(judge, seen->ender < 0, "no branch is polled after the one that decides",
               "%s is polled although %s had decided", name,
               future_name(seen->ender < 0 ? -1 : rig->branch[seen->ender]));
    }
    int older = failed_before(rig, seen);
    if (aspects & POLLS && rig->biased && older >= 0)
        EXPECT(judge, index < older, "no branch is polled after the one that had failed",
               "%s is polled although %s had failed", name, future_name(rig->branch[older]));
    if (aspects & ORDER && rig->biased)
        EXPECT(judge, index > seen->last, "WF_BIASED: branches are polled in array order",
               "%s is polled after %s", name, future_name(rig->branch[seen->last < 0 ? 0 : seen->last]));
    if (seen->first < 0)
        seen->first = index;
    seen->last = index;
    seen->polled[index] = true;
    seen->polls++;
    if (model->armed && !model->done && !model->dropped) {
        model->done = true;
        bool decides = rig->kind == SELECT || rig->kind == RACE || (rig->kind == TRY_JOIN && model->value < 0);
        if (decides && seen->ender < 0)
            seen->ender = index;
    }
}

static void check_dropped(struct judge *judge, unsigned aspects, bool allowed, int64_t probe)
{
    struct probe_model *model = &rig_of(judge)->probes[probe];
    const char *name = future_name(probe);
    if (aspects & DROPS) {
        EXPECT(judge, allowed, "no branch is dropped now", "%s is dropped", name);
        EXPECT(judge, !model->done, "a finished branch is not dropped", "%s, which is READY, is dropped",
               name);
        EXPECT(judge, !model->dropped, "each branch is dropped once", "%s is dropped a second time", name);
    }
    model->dropped = true;
}

/* WF_FAIR: of any `count` polls in a row, each live branch goes first in at least one. */
static void check_turn(struct judge *judge, const struct seen *seen, const bool *was_live)
{
    struct rig *rig = rig_of(judge);
    for (int i = 0; i < rig->count; i++) {
        rig->polls_behind[i] = !was_live[i] || i == seen->first ? 0 : rig->polls_behind[i] + 1;
        EXPECT(judge, rig->biased || rig->polls_behind[i] < rig->count,
               "WF_FAIR: each live branch goes first at least once in as many polls as there are branches",
               "%s did not go first in %d polls in a row", future_name(rig->branch[i]), rig->polls_behind[i]);
    }
}

static void check_result(struct judge *judge, struct judge_reply reply, const struct seen *seen,
                         int live_before)
{
    struct rig *rig = rig_of(judge);
    const char *name = future_name(rig->kind);
    bool first_ready = rig->kind == SELECT || rig->kind == RACE;
    bool ready = first_ready ? seen->ender >= 0 || live_before == 0 : seen->ender >= 0 || live_count(rig) == 0;
    int failed = seen->ender;
    if (rig->kind == TRY_JOIN && failed < 0)
        for (int i = 0; i < rig->count && failed < 0; i++)
            if (rig->branch[i] >= 0 && rig->probes[rig->branch[i]].done &&
                rig->probes[rig->branch[i]].value < 0)
                failed = i;
    ready |= rig->kind == TRY_JOIN && failed >= 0;
    EXPECT(judge, (reply.a == WF_READY) == ready, ready ? "READY now" : "PENDING still", "%s is %s", name,
           reply.a == WF_READY ? "READY" : "PENDING");
    if (!ready)
        return;
    int64_t out = 0;
    if (first_ready)
        out = seen->ender >= 0 ? seen->ender : WF_EDISABLED;
    else if (rig->kind == TRY_JOIN && failed >= 0)
        out = rig->probes[rig->branch[failed]].value;
    char expected[60];
    snprintf(expected, sizeof expected, "out is %s", judge_code(out));
    EXPECT(judge, reply.b == out, expected, "out is %s", judge_code(reply.b));
    if (rig->kind == TRY_JOIN) {
        int64_t index = DO(judge, failed).a;
        judge_returned(judge, "%lld", (long long)index);
        int wanted = failed >= 0 ? failed : rig->count;
        snprintf(expected, sizeof expected, "failed is %d", wanted);
        EXPECT(judge, index == wanted, expected, "failed is %lld", (long long)index);
    }
}

/* A try_join may end by a branch that had failed before, without a poll of any other. */
static bool any_failed_before(const struct rig *rig)
{
    for (int i = 0; i < rig->count; i++)
        if (rig->kind == TRY_JOIN && rig->branch[i] >= 0 && rig->probes[rig->branch[i]].done &&
            rig->probes[rig->branch[i]].value < 0)
            return true;
    return false;
}

bool poll_and_check(struct judge *judge, unsigned aspects)
{
    struct rig *rig = rig_of(judge);
    bool was_live[BRANCHES_MAX] = {false};
    for (int i = 0; i < rig->count; i++)
        was_live[i] = branch_is_live(rig, i);
    int live_before = live_count(rig);
    struct judge_reply reply = poll_future(judge, rig->kind);
    struct seen seen = {.first = -1, .last = -1, .ender = -1};
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].a < 0 || events[i].a >= PROBES_MAX)
            continue;
        if (events[i].kind == EVENT_PROBE_POLLED)
            check_polled(judge, aspects, &seen, events[i].a);
        else if (events[i].kind == EVENT_PROBE_DROPPED)
            check_dropped(judge, aspects, owns(rig) && (seen.ender >= 0 || rig->kind == TRY_JOIN),
                          events[i].a);
    }
    /* the witness: whatever the poll returns, it has asked its branches, or stopped at the one that decides */
    EXPECT(judge, live_before == 0 || seen.polls > 0 || any_failed_before(rig), "a poll polls its branches",
           "no branch was polled");
    if (aspects & POLLS && seen.ender < 0 && !any_failed_before(rig))
        for (int i = 0; i < rig->count; i++)
            EXPECT(judge, !was_live[i] || seen.polled[i], "each poll polls every unfinished branch",
                   "%s was not polled", future_name(rig->branch[i]));
    if (aspects & ORDER && live_before > 0)
        check_turn(judge, &seen, was_live);
    if (aspects & DROPS && owns(rig) && reply.a == WF_READY)
        for (int i = 0; i < rig->count; i++)
            EXPECT(judge, !branch_is_live(rig, i), "nothing is left pending when it is READY",
                   "%s is neither finished nor dropped", future_name(rig->branch[i]));
    if (aspects & RESULT)
        check_result(judge, reply, &seen, live_before);
    return reply.a == WF_READY;
}

void drop_and_check(struct judge *judge, unsigned aspects)
{
    struct rig *rig = rig_of(judge);
    drop_future(judge, rig->kind);
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        if (events[i].kind == EVENT_PROBE_DROPPED && events[i].a >= 0 && events[i].a < PROBES_MAX)
            check_dropped(judge, aspects, owns(rig), events[i].a);
    for (int i = 0; aspects & DROPS && owns(rig) && i < rig->count; i++)
        EXPECT(judge, !branch_is_live(rig, i), "every unfinished branch is dropped", "%s was not dropped",
               future_name(rig->branch[i]));
}

void drop_leftovers(struct judge *judge)
{
    struct rig *rig = rig_of(judge);
    for (int i = 0; i < rig->count; i++)
        if (branch_is_live(rig, i)) {
            drop_future(judge, (enum future)rig->branch[i]);
            rig->probes[rig->branch[i]].dropped = true;
        }
}
