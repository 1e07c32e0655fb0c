#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "tests.h"
#include "weft/combine.h"
#include "weft/error.h"

_Static_assert(sizeof(struct rig) <= JUDGE_STATE_BYTES, "the rig fits into the judge's state");

struct rig *rig_of(struct judge *judge)
{
    return judge_state(judge);
}

char probe_letter(int64_t number)
{
    return (char)(number >= 0 && number < PROBES_MAX ? 'A' + number : '?');
}

const char *kind_name(uint32_t kind)
{
    switch (kind) {
    case STEP_JOIN:
        return "join";
    case STEP_TRY_JOIN:
        return "try_join";
    case STEP_SELECT:
        return "select";
    default:
        return "race";
    }
}

void describe_futures_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    switch (event->kind) {
    case EVENT_PROBE_POLLED:
        snprintf(text, (size_t)size, "%c is polled: %s", probe_letter(event->a),
                 event->b ? "READY" : "PENDING");
        break;
    case EVENT_PROBE_DROPPED:
        snprintf(text, (size_t)size, "%c is dropped", probe_letter(event->a));
        break;
    case EVENT_MAPPED:
        snprintf(text, (size_t)size, "the function is called with %lld", (long long)event->b);
        break;
    case EVENT_WOKEN:
        snprintf(text, (size_t)size, "waker %lld is woken", (long long)event->a);
        break;
    case EVENT_BYPASSED:
        snprintf(text, (size_t)size, "%c's head does not say that it is over", probe_letter(event->a));
        break;
    case EVENT_TURNS:
        *text = '\0'; /* numbers; the test says which of them is wrong */
        break;
    default:
        snprintf(text, (size_t)size, "event %u", event->kind);
    }
}

/* --- steps --- */

/* Every future is polled and dropped through wf_future_poll() and wf_future_drop(). */
static void expect_no_bypass(struct judge *judge)
{
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, events[i].kind != EVENT_BYPASSED,
               "futures are polled by wf_future_poll() and dropped by wf_future_drop()",
               "the operations of %c were called directly", probe_letter(events[i].a));
}

void finish_futures(struct judge *judge)
{
    int64_t clones = STEP(judge, STEP_CLONES, "the clones of wakers that are alive", 0).a;
    judge_returned(judge, "%lld", (long long)clones);
    EXPECT(judge, clones == 0, "every future is over, so no waker is kept", "%lld clones of wakers are alive",
           (long long)clones);
    judge_finish(judge);
}

void build_probe(struct judge *judge, int probe)
{
    rig_of(judge)->probes[probe] = (struct probe_model){0};
    char text[40];
    snprintf(text, sizeof text, "probe %c is built", probe_letter(probe));
    STEP(judge, STEP_PROBE, text, probe);
}

void arm_probe(struct judge *judge, int probe, int value)
{
    struct probe_model *model = &rig_of(judge)->probes[probe];
    char text[80];
    snprintf(text, sizeof text, "%c will be READY with %d at its next poll", probe_letter(probe), value);
    STEP(judge, STEP_SET, text, probe, value);
    model->armed = true;
    model->value = value;
}

void build_combinator(struct judge *judge)
{
    struct rig *rig = rig_of(judge);
    int64_t arguments[2 + BRANCHES_MAX] = {COMBINATOR, rig->biased ? WF_BIASED : WF_FAIR};
    char list[64] = "";
    for (int i = 0; i < rig->count; i++) {
        arguments[2 + i] = rig->branch[i];
        size_t used = strlen(list);
        if (rig->branch[i] < 0)
            snprintf(list + used, sizeof list - used, "%sNULL", i ? ", " : "");
        else
            snprintf(list + used, sizeof list - used, "%s%c", i ? ", " : "", probe_letter(rig->branch[i]));
    }
    memset(rig->polls_behind, 0, sizeof rig->polls_behind);
    judge_step(judge, rig->kind, arguments, 2 + (uint32_t)rig->count, "wf_%s(%s, {%s}, %d, %s)",
               kind_name(rig->kind), kind_name(rig->kind), list, rig->count,
               rig->biased ? "WF_BIASED" : "WF_FAIR");
}

struct judge_reply poll_future(struct judge *judge, int future, const char *name)
{
    char text[60];
    snprintf(text, sizeof text, "wf_future_poll(%s)", name);
    struct judge_reply reply = STEP(judge, STEP_POLL, text, future, rig_of(judge)->waker);
    expect_no_bypass(judge);
    if (reply.a == WF_READY)
        judge_returned(judge, "READY, out %s", judge_code(reply.b));
    else if (reply.a == WF_PENDING)
        judge_returned(judge, "PENDING");
    else
        judge_fail(judge, "WF_PENDING or WF_READY", "the poll returned %lld, which is neither",
                   (long long)reply.a);
    return reply;
}

void drop_future(struct judge *judge, int future, const char *name)
{
    char text[60];
    snprintf(text, sizeof text, "wf_future_drop(%s)", name);
    STEP(judge, STEP_DROP, text, future);
    expect_no_bypass(judge);
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
    return rig->kind != STEP_SELECT;
}

void random_branches(struct judge *judge, uint32_t kind, bool some_missing)
{
    struct rig *rig = rig_of(judge);
    int waker = rig->waker;
    judge_forget_trace(judge); /* what the last round built is over */
    memset(rig, 0, sizeof *rig);
    rig->waker = waker;
    rig->kind = kind;
    rig->biased = judge_random(judge, 3) == 0;
    rig->count = 1 + judge_random(judge, 5);
    for (int i = 0; i < rig->count; i++) {
        int choice = some_missing ? judge_random(judge, 6) : 5;
        rig->branch[i] = choice == 0 ? -1 : i;
        if (choice == 0)
            continue;
        build_probe(judge, i);
        if (choice == 1) {
            char name[2] = {probe_letter(i), '\0'};
            arm_probe(judge, i, judge_random(judge, 100));
            poll_future(judge, i, name);
            rig->probes[i].done = true;
        }
    }
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
    for (int i = 0; rig->kind == STEP_TRY_JOIN && i < rig->count; i++)
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
    char letter = probe_letter(probe);
    EXPECT(judge, index >= 0, "only the branches are polled", "%c is polled, which is no branch", letter);
    if (aspects & POLLS) {
        EXPECT(judge, !model->done, "a finished branch is never polled",
               "%c was READY before and is polled again", letter);
        EXPECT(judge, !model->dropped, "a dropped branch is never polled",
               "%c was dropped and is polled again", letter);
        EXPECT(judge, !seen->polled[index], "each branch is polled once in a poll",
               "%c is polled twice in one poll", letter);
        EXPECT(judge, seen->ender < 0, "no branch is polled after the one that decides",
               "%c is polled although %c had decided", letter,
               probe_letter(seen->ender < 0 ? -1 : rig->branch[seen->ender]));
    }
    int older = failed_before(rig, seen);
    if (aspects & POLLS && rig->biased && older >= 0)
        EXPECT(judge, index < older, "no branch is polled after the one that had failed",
               "%c is polled although %c had failed", letter, probe_letter(rig->branch[older]));
    if (aspects & ORDER && rig->biased)
        EXPECT(judge, index > seen->last, "WF_BIASED: branches are polled in array order",
               "%c is polled after %c", letter, probe_letter(rig->branch[seen->last < 0 ? 0 : seen->last]));
    if (seen->first < 0)
        seen->first = index;
    seen->last = index;
    seen->polled[index] = true;
    seen->polls++;
    if (model->armed && !model->done && !model->dropped) {
        model->done = true;
        bool decides = rig->kind == STEP_SELECT || rig->kind == STEP_RACE ||
                       (rig->kind == STEP_TRY_JOIN && model->value < 0);
        if (decides && seen->ender < 0)
            seen->ender = index;
    }
}

static void check_dropped(struct judge *judge, unsigned aspects, bool allowed, int64_t probe)
{
    struct probe_model *model = &rig_of(judge)->probes[probe];
    char letter = probe_letter(probe);
    if (aspects & DROPS) {
        EXPECT(judge, allowed, "no branch is dropped now", "%c is dropped", letter);
        EXPECT(judge, !model->done, "a finished branch is not dropped", "%c, which is READY, is dropped",
               letter);
        EXPECT(judge, !model->dropped, "each branch is dropped once", "%c is dropped a second time", letter);
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
               "%c did not go first in %d polls in a row", probe_letter(rig->branch[i]), rig->polls_behind[i]);
    }
}

static void check_result(struct judge *judge, struct judge_reply reply, const struct seen *seen,
                         int live_before)
{
    struct rig *rig = rig_of(judge);
    const char *name = kind_name(rig->kind);
    bool first_ready = rig->kind == STEP_SELECT || rig->kind == STEP_RACE;
    bool ready = first_ready ? seen->ender >= 0 || live_before == 0 : seen->ender >= 0 || live_count(rig) == 0;
    int failed = seen->ender;
    if (rig->kind == STEP_TRY_JOIN && failed < 0)
        for (int i = 0; i < rig->count && failed < 0; i++)
            if (rig->branch[i] >= 0 && rig->probes[rig->branch[i]].done &&
                rig->probes[rig->branch[i]].value < 0)
                failed = i;
    ready |= rig->kind == STEP_TRY_JOIN && failed >= 0;
    EXPECT(judge, (reply.a == WF_READY) == ready, ready ? "READY now" : "PENDING still", "%s is %s", name,
           reply.a == WF_READY ? "READY" : "PENDING");
    if (!ready)
        return;
    int64_t out = 0;
    if (first_ready)
        out = seen->ender >= 0 ? seen->ender : WF_EDISABLED;
    else if (rig->kind == STEP_TRY_JOIN && failed >= 0)
        out = rig->probes[rig->branch[failed]].value;
    char expected[60];
    snprintf(expected, sizeof expected, "out is %s", judge_code(out));
    EXPECT(judge, reply.b == out, expected, "out is %s", judge_code(reply.b));
    if (rig->kind == STEP_TRY_JOIN) {
        int64_t index = STEP(judge, STEP_FAILED, "the member failed", COMBINATOR).a;
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
        if (rig->kind == STEP_TRY_JOIN && rig->branch[i] >= 0 && rig->probes[rig->branch[i]].done &&
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
    struct judge_reply reply = poll_future(judge, COMBINATOR, kind_name(rig->kind));
    struct seen seen = {.first = -1, .last = -1, .ender = -1};
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].a < 0 || events[i].a >= PROBES_MAX)
            continue;
        if (events[i].kind == EVENT_PROBE_POLLED)
            check_polled(judge, aspects, &seen, events[i].a);
        else if (events[i].kind == EVENT_PROBE_DROPPED)
            check_dropped(judge, aspects, owns(rig) && (seen.ender >= 0 || rig->kind == STEP_TRY_JOIN),
                          events[i].a);
    }
    /* the witness: whatever the poll returns, it has asked its branches, or stopped at the one that decides */
    EXPECT(judge, live_before == 0 || seen.polls > 0 || any_failed_before(rig), "a poll polls its branches",
           "no branch was polled");
    if (aspects & POLLS && seen.ender < 0 && !any_failed_before(rig))
        for (int i = 0; i < rig->count; i++)
            EXPECT(judge, !was_live[i] || seen.polled[i], "each poll polls every unfinished branch",
                   "%c was not polled", probe_letter(rig->branch[i]));
    if (aspects & ORDER && live_before > 0)
        check_turn(judge, &seen, was_live);
    if (aspects & DROPS && owns(rig) && reply.a == WF_READY)
        for (int i = 0; i < rig->count; i++)
            EXPECT(judge, !branch_is_live(rig, i), "nothing is left pending when it is READY",
                   "%c is neither finished nor dropped", probe_letter(rig->branch[i]));
    if (aspects & RESULT)
        check_result(judge, reply, &seen, live_before);
    return reply.a == WF_READY;
}

void drop_and_check(struct judge *judge, unsigned aspects)
{
    struct rig *rig = rig_of(judge);
    drop_future(judge, COMBINATOR, kind_name(rig->kind));
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        if (events[i].kind == EVENT_PROBE_DROPPED && events[i].a >= 0 && events[i].a < PROBES_MAX)
            check_dropped(judge, aspects, owns(rig), events[i].a);
    for (int i = 0; aspects & DROPS && owns(rig) && i < rig->count; i++)
        EXPECT(judge, !branch_is_live(rig, i), "every unfinished branch is dropped", "%c was not dropped",
               probe_letter(rig->branch[i]));
}

void drop_leftovers(struct judge *judge)
{
    struct rig *rig = rig_of(judge);
    for (int i = 0; i < rig->count; i++)
        if (branch_is_live(rig, i)) {
            char name[2] = {probe_letter(rig->branch[i]), '\0'};
            drop_future(judge, rig->branch[i], name);
            rig->probes[rig->branch[i]].dropped = true;
        }
}
