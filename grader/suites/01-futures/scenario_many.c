/**
 * @file scenario_many.c
 * @brief Lab 01, combinators over many futures: each is built, polled and over within one step.
 */
#include <stdlib.h>

#include "actors.h"
#include "combinators.h"
#include "scenario.h"

/* READY at its `ready_at`th poll; never, if that is 0. */
struct plain {
    struct wf_future future;
    struct crowd *crowd;
    int polls, ready_at;
    int out;
};

/* A combinator and its branches. */
struct crowd {
    size_t count;
    int64_t dropped;
    struct plain *first_polled; /* in this poll; NULL: none yet */
    struct plain *plains;
    struct wf_future **branches;
    union combinator frame;
    struct wf_future *future;
};

static const struct wf_waker no_waker;
static const struct wf_cx cx_without_waker = {.waker = &no_waker};

static enum wf_poll plain_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct plain *self = (struct plain *)future;
    (void)cx;
    if (!self->crowd->first_polled)
        self->crowd->first_polled = self;
    return ++self->polls == self->ready_at ? WF_READY : WF_PENDING;
}

static void plain_drop(struct wf_future *future)
{
    ((struct plain *)future)->crowd->dropped++;
}

static const struct wf_future_ops plain_ops = {
    .name = "plain", .poll = plain_poll, .drop = plain_drop, WF_FRAME(struct plain)};

static void begin_crowd(struct crowd *crowd, int64_t kind, int64_t order, int64_t count, int ready_at)
{
    *crowd = (struct crowd){.count = (size_t)count,
                            .plains = calloc((size_t)count, sizeof *crowd->plains),
                            .branches = calloc((size_t)count, sizeof(struct wf_future *))};
    if (!crowd->plains || !crowd->branches)
        scenario_broken("no memory");
    for (size_t i = 0; i < crowd->count; i++) {
        crowd->plains[i] = (struct plain){.future = {.ops = &plain_ops}, .crowd = crowd, .ready_at = ready_at};
        crowd->branches[i] = &crowd->plains[i].future;
    }
    crowd->future = build_combinator(kind, &crowd->frame, crowd->branches, crowd->count, order);
}

static enum wf_poll poll_crowd(struct crowd *crowd)
{
    struct wf_cx cx = cx_without_waker;
    crowd->first_polled = NULL;
    return wf_future_poll(crowd->future, &cx);
}

static void end_crowd(struct crowd *crowd)
{
    free(crowd->branches);
    free(crowd->plains);
}

struct step_reply on_many(const struct step_many *step)
{
    struct crowd crowd;
    struct step_reply reply = {0, 0};
    begin_crowd(&crowd, step->kind, WF_FAIR, step->count, 2);
    reply.a = poll_crowd(&crowd);
    if (reply.a == WF_PENDING)
        reply.a = poll_crowd(&crowd);
    for (size_t i = 0; i < crowd.count; i++)
        reply.b += wf_future_is_done(&crowd.plains[i].future);
    end_crowd(&crowd);
    return reply;
}

struct step_reply on_last(const struct step_last *step)
{
    struct crowd crowd;
    struct step_reply reply = {-1, 0};
    begin_crowd(&crowd, step->kind, WF_FAIR, step->count, 0);
    struct plain *last = &crowd.plains[crowd.count - 1];
    last->ready_at = 2;
    last->out = -1;
    enum wf_poll first = poll_crowd(&crowd);
    if (first == WF_PENDING && poll_crowd(&crowd) == WF_READY)
        reply.a = step->kind == TRY_JOIN ? (int64_t)crowd.frame.try_join.failed
                                         : *(int *)wf_future_out(crowd.future);
    reply.b = crowd.dropped;
    end_crowd(&crowd);
    return reply;
}

struct step_reply on_dropped(const struct step_dropped *step)
{
    struct crowd crowd;
    begin_crowd(&crowd, step->kind, WF_FAIR, step->count, 0);
    poll_crowd(&crowd);
    wf_future_drop(crowd.future);
    struct step_reply reply = {crowd.dropped, 0};
    end_crowd(&crowd);
    return reply;
}

/* --- which of many goes first --- */

struct step_reply on_turns(const struct step_turns *step)
{
    static uint16_t turns[TURNS_MAX];
    struct crowd crowd;
    if (step->polls > TURNS_MAX)
        scenario_broken("too many polls");
    size_t polls = (size_t)step->polls;
    begin_crowd(&crowd, step->kind, step->order, step->count, 0);
    for (size_t i = 0; i < polls; i++) {
        enum wf_poll poll = poll_crowd(&crowd);
        bool right = poll == WF_PENDING && crowd.first_polled;
        turns[i] = right ? (uint16_t)(crowd.first_polled - crowd.plains) : NOBODY_WAS_FIRST;
        if (poll == WF_READY)
            break;
        if (step->renewed) {
            wf_future_drop(crowd.future);
            wf_select_next(&crowd.frame.select);
        }
    }
    if (!wf_future_is_done(crowd.future))
        wf_future_drop(crowd.future);
    for (size_t at = 0; at < polls * 2; at += CHANNEL_TEXT_MAX)
        scenario_event_text(EVENT_TURNS, (const char *)turns + at, polls * 2 - at);
    end_crowd(&crowd);
    return STEP_DONE;
}

struct step_reply on_wins(const struct step_wins *step)
{
    struct crowd crowd;
    struct step_reply reply = {0, 0};
    begin_crowd(&crowd, SELECT, WF_FAIR, step->count, 1);
    int *wins = calloc(crowd.count, sizeof *wins);
    if (!wins)
        scenario_broken("no memory");
    for (size_t i = 0; i < crowd.count; i++) {
        enum wf_poll poll = poll_crowd(&crowd);
        int winner = crowd.frame.select.out;
        if (poll != WF_READY || winner < 0 || (size_t)winner >= crowd.count)
            break;
        wins[winner]++;
        crowd.plains[winner] = (struct plain){.future = {.ops = &plain_ops}, .crowd = &crowd, .ready_at = 1};
        wf_select_next(&crowd.frame.select);
    }
    for (size_t i = 0; i < crowd.count; i++)
        reply.a += wins[i] == 1;
    if (!wf_future_is_done(crowd.future))
        wf_future_drop(crowd.future);
    free(wins);
    end_crowd(&crowd);
    return reply;
}

/* --- two threads at once, of which neither knows of the other --- */

struct alone {
    const struct step_two_threads *step;
    int64_t pending, dropped;
};

static void poll_alone(void *arg)
{
    struct alone *alone = arg;
    struct crowd crowd;
    begin_crowd(&crowd, alone->step->kind, alone->step->order, 3, 0);
    for (int64_t i = 0; i < alone->step->polls; i++)
        alone->pending += poll_crowd(&crowd) == WF_PENDING;
    wf_future_drop(crowd.future);
    alone->dropped = crowd.dropped;
    end_crowd(&crowd);
}

struct step_reply on_two_threads(const struct step_two_threads *step)
{
    struct alone both[2] = {{.step = step}, {.step = step}};
    actors_at_once(2, poll_alone, both, sizeof *both);
    return (struct step_reply){both[0].pending + both[1].pending, both[0].dropped + both[1].dropped};
}
