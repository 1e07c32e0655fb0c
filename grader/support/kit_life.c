/**
 * @file kit_life.c
 * @brief The scenario of the laws: one command is a whole life of a future, or a crowd of them over one parent.
 *
 * It does what the command says and tells what it saw after each operation. It knows no expected value.
 */
#include <stdlib.h>
#include <string.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/alloc.h"
#include "weft/await_tree.h"
#include "weft/context.h"

struct kit_variation kit_varied;
static struct kit_object object, twin, stranger;
static struct kit_object crowd[KIT_COUNT_MAX]; /* more of them */
static bool is_intruding;

/* --- in the middle --- */

static bool may_be_polled(const struct kit_object *of)
{
    return !(of->kind->stays_empty && of->shape.form == 1);
}

/* What somebody else has made READY already stays as it is. */
static void arm(struct kit_object *of, int leaf, int32_t result)
{
    if (!of->inner->tracks[leaf].armed)
        kit_arm(of, leaf, result);
}

/* A whole life of its like, which must go as if it were alone. */
static void live(struct kit_object *of)
{
    struct kit_shape shape = of->shape;
    if (shape.count > 8)
        return;
    kit_build(&stranger, &shape, NULL, 0xa5);
    enum wf_poll poll = may_be_polled(&stranger) ? kit_poll(&stranger, 0) : WF_READY;
    bool waited = poll == WF_PENDING;
    for (int i = 0; i < shape.count; i++)
        kit_arm(&stranger, i, 5);
    for (int i = 0; poll == WF_PENDING && i < 3; i++)
        poll = kit_poll(&stranger, 1);
    of->seen.twin_wrong += stranger.seen.twice > 0 || stranger.seen.wakes_older > 0 ||
                           stranger.seen.value_wrong > 0 || stranger.seen.callback_wrong > 0 ||
                           (waited && shape.count > 0 && poll != WF_READY);
    kit_release(&stranger);
    of->seen.twin_wrong += stranger.seen.clones != 0 || stranger.seen.damage > 0;
}

/* To nowhere, but through everything that the tree shows. */
static void dump(const struct kit_object *of)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (nowhere && of->future)
        wf_await_tree_print(of->future, nowhere, 0);
}

/* The intruder is of the first one. The second one is alive, and not in the middle of something itself. */
static bool twin_is_free(const struct kit_object *of)
{
    return of == &object && twin.inner && !twin.inner->over && !twin.inner->in_operation &&
           may_be_polled(&twin);
}

static void intrude(struct kit_object *of)
{
    switch (kit_varied.intruder) {
    case DUMPS:
        if (of->inner->built) /* in its constructor it is no future yet */
            dump(of);
        break;
    case LIVES:
        live(of);
        break;
    case POLLS_TWIN:
        if (twin_is_free(of))
            kit_poll(&twin, twin.inner->newest < 0 ? 0 : twin.inner->newest);
        break;
    case WAKES_TWIN:
        for (int i = 0; twin_is_free(of) && i < twin.shape.count; i++)
            arm(&twin, i, 5);
        if (twin_is_free(of) && twin.kind->kick)
            twin.kind->kick(&twin);
        break;
    case DROPS_TWIN:
        if (twin_is_free(of))
            kit_drop(&twin);
        break;
    }
}

void kit_place(int place, struct kit_object *of)
{
    if (place != kit_varied.place || is_intruding || of == &stranger)
        return;
    if (kit_varied.intruder == ERRS) {
        of->seen.intrusions += of == &object && kit_err_inside(of);
        return;
    }
    is_intruding = true;
    struct kit_object *outer = kit_current;
    struct wf_context context = {.constrained = false};
    bool alone = !wf_context_current && kit_varied.where != NO_CONTEXT;
    if (alone) /* what intrudes may need one, as the object does */
        wf_context_enter(&context);
    kit_current = NULL;
    of->seen.intrusions++;
    intrude(of);
    if (alone)
        wf_context_leave(&context);
    kit_current = outer;
    is_intruding = false;
}

/* --- one life --- */

static void tell(struct kit_object *of, uint32_t kind)
{
    scenario_event_text(kind, (const char *)&of->seen, sizeof of->seen);
}

static void operate(struct kit_object *of, const struct kit_op *op)
{
    bool was_dropped = wf_load_relaxed(&of->future->line) == WF_LINE_DROPPED; /* by an intruder */
    of->seen.poll = -1;
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
    case ACT_POLL_WITH:
        if (of->inner->over)
            break; /* too early READY: the vector says it, and a poll would only panic */
        kit_go(of, op->a % KIT_WAKERS, op->act == ACT_POLL_WITH ? op->result : -1);
        break;
    case ACT_ARM:
        arm(of, op->a, op->result);
        break;
    case ACT_ARM_ALL:
    case ACT_ARM_REST:
        for (int i = 0; i < of->shape.count; i++)
            if (op->act == ACT_ARM_ALL || i != op->a)
                arm(of, i, op->result);
        break;
    case ACT_DROP:
        if (!was_dropped)
            kit_go(of, -1, -1);
        break;
    case ACT_KICK:
        of->kind->kick(of);
        break;
    case ACT_WITNESS:
        kit_witness(of);
        break;
    case ACT_ERR:
        kit_err(of, op->a);
        break;
    }
}

static void build(struct kit_object *of, const struct kit_life *life)
{
    struct wf_context context = {.constrained = false};
    wf_context_enter(&context);
    wf_alloc_fail_at((uint32_t)life->variation.fail); /* until its end */
    kit_build(of, &life->shape, NULL, life->variation.rubbish);
    wf_context_leave(&context);
}

static struct kit_object *member(int i)
{
    return i == 0 ? &object : i == 1 ? &twin : &crowd[i];
}

/* How many of the others show something else than the object does: all of it but what is counted of all together. */
static int32_t count_others_that_differ(int objects)
{
    int32_t differ = 0;
    for (int i = 2; i < objects; i++) {
        struct kit_seen seen = crowd[i].seen;
        seen.live = object.seen.live;
        seen.twin_wrong = object.seen.twin_wrong;
        differ += memcmp(&seen, &object.seen, sizeof seen) != 0;
    }
    return differ;
}

static void act_life(const struct kit_life *life)
{
    int objects = 1 + life->variation.twin;
    for (int i = 0; i < objects; i++)
        build(member(i), life);
    for (int step = 0; step <= life->count; step++) {
        for (int i = 0; i < objects; i++) {
            if (step > 0)
                operate(member(i), &life->ops[step - 1]);
            kit_look(member(i));
        }
        object.seen.twin_wrong += count_others_that_differ(objects);
        for (int i = 0; i < objects && i < 2; i++)
            tell(member(i), i == 0 ? EVENT_SEEN : EVENT_SEEN_OF_TWIN);
    }
    for (int i = 0; i < objects; i++)
        kit_release(member(i));
    wf_alloc_fail_at(0);
    object.seen.twin_wrong += count_others_that_differ(objects);
    for (int i = 0; i < objects && i < 2; i++) {
        member(i)->seen.live = kit_live_bytes();
        tell(member(i), i == 0 ? EVENT_SEEN : EVENT_SEEN_OF_TWIN);
    }
    object.inner = twin.inner = NULL;
}

/* --- a crowd over one parent: built, polled, one half made READY and the other dropped --- */

static void act_crowd(const struct kit_life *life)
{
    struct kit_seen seen = {0};
    int count = life->crowd;
    build(&object, life);
    struct wf_context context = {.constrained = false};
    wf_context_enter(&context);
    for (int i = 0; i < count; i++)
        kit_build(&crowd[i], &life->shape, &object, 0xa5);
    for (int i = 0; i < count; i++)
        seen.twin_wrong += kit_poll(&crowd[i], i % KIT_WAKERS) != WF_PENDING;
    kit_look(&object);
    seen.books = object.seen.books;
    for (int i = 0; i < count; i++) {
        if (i % 2) {
            kit_drop(&crowd[i]);
            continue;
        }
        for (int leaf = 0; leaf < life->shape.count; leaf++)
            kit_arm(&crowd[i], leaf, i);
        seen.twin_wrong += kit_poll(&crowd[i], i % KIT_WAKERS) != WF_READY;
    }
    for (int i = 0; i < count; i++) {
        kit_release(&crowd[i]);
        seen.twin_wrong +=
            crowd[i].seen.clones != 0 || crowd[i].seen.damage > 0 || crowd[i].seen.value_wrong > 0;
    }
    kit_look(&object);
    seen.callbacks = object.seen.books;
    kit_drop(&object);
    wf_context_leave(&context);
    kit_release(&object);
    object.inner = NULL;
    seen.live = kit_live_bytes();
    scenario_event_text(EVENT_SEEN, (const char *)&seen, sizeof seen);
}

static void act(const struct channel_command *command)
{
    struct kit_life life;
    memcpy(&life, command->arguments, sizeof life);
    if (command->operation != STEP_LIFE || life.count > KIT_OPS_MAX || life.shape.count > KIT_COUNT_MAX ||
        life.variation.twin >= KIT_COUNT_MAX)
        scenario_broken("no such life");
    kit_varied = life.variation;
    if (life.crowd)
        act_crowd(&life);
    else
        act_life(&life);
    scenario_reply(0, 0);
}

static struct wf_context around;

__attribute__((weak)) void kit_surround(struct wf_context *context, bool begins)
{
    (void)context;
    (void)begins;
}

static size_t live_before; /* what the surroundings have */

int32_t kit_live_bytes(void)
{
    return (int32_t)(wf_live_bytes() - live_before);
}

struct wf_context kit_around(void)
{
    return (struct wf_context){.time_driver = around.time_driver, .reactor = around.reactor};
}

static bool is_surrounded(void)
{
    return around.time_driver || around.reactor;
}

static void begin(void)
{
    kit_watch_allocator();
    around = (struct wf_context){.outer = NULL};
    kit_surround(&around, true);
    if (is_surrounded())
        wf_context_enter(&around);
    live_before = wf_live_bytes();
}

static void end(void)
{
    if (is_surrounded())
        wf_context_leave(&around);
    kit_surround(&around, false);
}

const struct scenario scenario_laws = {"laws", begin, act, end};
