/**
 * @file kit_life.c
 * @brief The scenario of the laws: one command is a whole life of a future, or a crowd of them over one parent.
 *
 * It does what the command says and tells what it saw after each operation. It knows no expected value.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/alloc.h"
#include "weft/await_tree.h"
#include "weft/block_on.h"
#include "weft/context.h"

struct kit_variation kit_varied;
static struct kit_object object, twin, stranger;
static bool is_intruding;

/* --- from where --- */

struct errand {
    struct wf_future future;
    struct kit_object *of;
    int waker; /* -1: drop it */
    bool is_dry;
    int out;
};

static void run_errand(void *arg)
{
    const struct errand *errand = arg;
    struct wf_context dry = {.constrained = true};
    if (errand->is_dry)
        wf_context_enter(&dry);
    if (errand->waker < 0)
        kit_drop(errand->of);
    else
        kit_poll(errand->of, errand->waker);
    if (errand->is_dry)
        wf_context_leave(&dry);
}

static void *errand_thread(void *errand)
{
    struct wf_context context = {.constrained = false};
    wf_context_enter(&context);
    run_errand(errand);
    wf_context_leave(&context);
    return NULL;
}

/* Once, since it is the number that matters: no count of references in 16 bits holds so many. */
static void hold_many(const struct wf_waker *waker)
{
    enum { MANY = 70000 };
    static struct wf_waker clones[MANY];
    static bool were_held;
    if (were_held)
        return;
    were_held = true;
    for (int i = 0; i < MANY; i++)
        clones[i] = wf_waker_clone(waker);
    for (int i = 0; i < MANY; i++)
        wf_waker_drop(&clones[i]);
}

static enum wf_poll errand_poll(struct wf_future *future, struct wf_cx *cx)
{
    hold_many(cx->waker);
    run_errand(future);
    return WF_READY;
}

/* With and without an output. A negative one is the future's affair, and not that of what runs it. */
static const struct wf_future_ops errand_ops[] = {
    {.name = "errand", .poll = errand_poll, .size = sizeof(struct errand)},
    {.name = "errand", .poll = errand_poll, WF_FRAME(struct errand)},
};

/* Not the full budget: a future that fills it up again gives itself away. */
enum { SOME_BUDGET = WF_BUDGET - 7 };

static void go(struct kit_object *of, int waker, bool is_dry)
{
    struct errand errand = {.future = {.ops = &errand_ops[waker < 0]},
                            .of = of,
                            .waker = waker,
                            .is_dry = is_dry,
                            .out = WF_ECLOSED};
    struct wf_context context = {.constrained = kit_varied.where == IN_BUDGET, .budget = SOME_BUDGET};
    pthread_t thread;
    int32_t where =
        kit_varied.where == DROPPED_OUTSIDE ? (waker < 0 ? NO_CONTEXT : IN_CONTEXT) : kit_varied.where;
    switch (where) {
    case IN_CONTEXT:
    case IN_BUDGET:
        wf_context_enter(&context);
        run_errand(&errand);
        wf_context_leave(&context);
        break;
    case OTHER_THREAD:
        if (pthread_create(&thread, NULL, errand_thread, &errand) != 0)
            scenario_broken("no thread");
        pthread_join(thread, NULL);
        break;
    case IN_BLOCK_ON:
        of->seen.block_on_wrong += wf_block_on(&errand.future) != 0;
        break;
    case IN_TASK:
        kit_in_task(run_errand, &errand);
        break;
    default:
        run_errand(&errand);
    }
}

/* --- in the middle --- */

static bool may_be_polled(const struct kit_object *of)
{
    return !(of->kind->stays_empty && of->shape.form == 1);
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
    if (kit_varied.intruder == DUMPS && of->inner->built) /* in its constructor it is no future yet */
        dump(of);
    else if (kit_varied.intruder == LIVES)
        live(of);
    else if (kit_varied.intruder == POLLS_TWIN && of == &object && twin.inner && !twin.inner->over &&
             !twin.inner->in_operation && may_be_polled(&twin))
        kit_poll(&twin, twin.inner->newest < 0 ? 0 : twin.inner->newest);
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
    of->seen.poll = -1;
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
    case ACT_POLL_DRY:
        if (of->inner->over)
            break; /* too early READY: the vector says it, and a poll would only panic */
        go(of, op->a % KIT_WAKERS, op->act == ACT_POLL_DRY);
        break;
    case ACT_ARM:
        kit_arm(of, op->a, op->result);
        break;
    case ACT_ARM_ALL:
    case ACT_ARM_REST:
        for (int i = 0; i < of->shape.count; i++)
            if (!of->inner->tracks[i].armed && (op->act == ACT_ARM_ALL || i != op->a))
                kit_arm(of, i, op->result);
        break;
    case ACT_DROP:
        go(of, -1, false);
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

static void act_life(const struct kit_life *life)
{
    struct kit_object *both[] = {&object, &twin};
    int objects = life->variation.twin ? 2 : 1;
    for (int i = 0; i < objects; i++)
        build(both[i], life);
    for (int step = 0; step <= life->count; step++)
        for (int i = 0; i < objects; i++) {
            if (step > 0)
                operate(both[i], &life->ops[step - 1]);
            kit_look(both[i]);
            tell(both[i], i == 0 ? EVENT_SEEN : EVENT_SEEN_OF_TWIN);
        }
    for (int i = 0; i < objects; i++)
        kit_release(both[i]);
    wf_alloc_fail_at(0);
    for (int i = 0; i < objects; i++) {
        both[i]->seen.live = (int32_t)wf_live_bytes();
        tell(both[i], i == 0 ? EVENT_SEEN : EVENT_SEEN_OF_TWIN);
    }
    object.inner = twin.inner = NULL;
}

/* --- a crowd over one parent: built, polled, one half made READY and the other dropped --- */

static void act_crowd(const struct kit_life *life)
{
    static struct kit_object crowd[KIT_COUNT_MAX];
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
    seen.live = (int32_t)wf_live_bytes();
    scenario_event_text(EVENT_SEEN, (const char *)&seen, sizeof seen);
}

static void act(const struct channel_command *command)
{
    struct kit_life life;
    memcpy(&life, command->arguments, sizeof life);
    if (command->operation != STEP_LIFE || life.count > KIT_OPS_MAX || life.shape.count > KIT_COUNT_MAX)
        scenario_broken("no such life");
    kit_varied = life.variation;
    if (life.crowd)
        act_crowd(&life);
    else
        act_life(&life);
    scenario_reply(0, 0);
}

static void begin(void)
{
    kit_watch_allocator();
}

static void end(void)
{
}

const struct scenario scenario_laws = {"laws", begin, act, end};
