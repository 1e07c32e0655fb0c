/**
 * @file laws_futures.c
 * @brief How lab 06's future is built for the laws: the handle of a blocking call, in which its branch is polled.
 *
 * The call blocks whenever the branch is PENDING, until it is let go. All objects have one pool, which is there as long as one of them.
 */
#include <sched.h>
#include <semaphore.h>

#include "futures.h"
#include "kit_inner.h"
#include "kit_subject.h"
#include "scenario.h"
#include "weft/blocking.h"

/* The forms of a call. */
enum { ORDINARY_CALL, MANDATORY_CALL, OF_AN_IDLE_THREAD };

static struct wf_blocking_pool *pool;
static int users;                      /* of the pool */
static _Atomic uint32_t waiting;       /* calls that wait to be let go */
static _Atomic uint32_t changes;       /* calls that began, waited or were let go, so far */
static __thread uint32_t is_the_pools; /* 1: this thread, from its first call on */

struct of_call {
    struct kit_object *object;
    struct wf_join_handle *handle; /* the frame */
    sem_t go;
    bool has_begun, is_given_up;
    _Atomic bool is_waiting;
};

static struct of_call *of_call(const struct kit_object *object)
{
    return object->extra[0];
}

/* Until each thread of the pool is idle, or waits in a call; but for the one that asks. */
static void settle(void)
{
    struct wf_blocking_metrics now;
    uint32_t before;
    do { /* one moment: what was idle at the count must not be what waits behind it */
        sched_yield();
        before = changes;
        wf_blocking_pool_metrics(pool, &now);
    } while (now.threads != now.idle + waiting + is_the_pools || changes != before);
}

static void let_go(struct of_call *of)
{
    if (of->is_waiting) {
        of->is_waiting = false;
        changes++;
        waiting--;
        sem_post(&of->go);
    }
    settle();
}

static int run(void *arg)
{
    struct of_call *of = arg;
    struct wf_future *leaf = kit_leaf(of->object, 0);
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    is_the_pools = 1;
    changes++;
    while (!of->is_given_up && wf_future_poll(leaf, &cx) == WF_PENDING) {
        of->is_waiting = true;
        changes++;
        waiting++;
        while (sem_wait(&of->go) != 0)
            continue;
    }
    return of->is_given_up ? 0 : *(int *)wf_future_out(leaf);
}

static int return_at_once(void *arg)
{
    (void)arg;
    is_the_pools = 1;
    changes++;
    return 0;
}

static void accepted(int status)
{
    if (status != 0)
        scenario_broken("a pool that is open refuses a call");
}

static void prepare_blocking_call(struct kit_object *object)
{
    struct of_call *of = object->extra[0] = kit_new(object, sizeof *of);
    *of = (struct of_call){.object = object};
    sem_init(&of->go, 0, 0);
    (void)kit_leaf(object, 0);
    if (users++ == 0)
        pool = wf_blocking_pool_new(
            &(struct wf_blocking_config){.threads_max = KIT_COUNT_MAX, .stack_bytes = 128 << 10});
    if (!pool)
        scenario_broken("no memory for a pool");
    if (object->shape.form == OF_AN_IDLE_THREAD) {
        accepted(wf_spawn_blocking(pool, NULL, return_at_once, NULL));
        settle();
    }
}

static void spawn(struct kit_object *object)
{
    struct of_call *of = of_call(object);
    accepted((object->shape.form == MANDATORY_CALL ? wf_spawn_blocking_mandatory
                                                   : wf_spawn_blocking)(pool, of->handle, run, of));
    of->handle->value = object->value;
}

static void build_blocking_call(struct kit_object *object, void *frame)
{
    of_call(object)->handle = frame;
    kit_aside(object, spawn);
}

static void turn_blocking_call(struct kit_object *object)
{
    struct of_call *of = of_call(object);
    if (of->has_begun)
        let_go(of);
    else
        settle();
    of->has_begun = true;
}

static void release_blocking_call(struct kit_object *object)
{
    struct of_call *of = of_call(object);
    of->is_given_up = true;
    if (!kit_leaf_is_over(object, 0))
        let_go(of);
    sem_destroy(&of->go);
    if (--users > 0)
        return;
    struct wf_blocking_pool *last = pool;
    pool = NULL; /* what comes while it is dropped makes another one */
    wf_blocking_pool_drop(last);
}

/* --- a call in which something else is done --- */

struct chore {
    void (*what)(void *arg);
    void *arg;
    sem_t done;
};

static int do_it(void *arg)
{
    struct chore *chore = arg;
    is_the_pools = 1;
    chore->what(chore->arg);
    sem_post(&chore->done);
    return 0;
}

void kit_in_call(void (*what)(void *arg), void *arg)
{
    struct chore chore = {.what = what, .arg = arg};
    sem_init(&chore.done, 0, 0);
    accepted(wf_spawn_blocking(pool, NULL, do_it, &chore));
    while (sem_wait(&chore.done) != 0)
        continue;
    settle();
    sem_destroy(&chore.done);
}

KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);

static const struct kit_kind blocking_call_kind = {.name = "blocking_call",
                                                   KIT_FRAME(struct wf_join_handle),
                                                   .hands_value = true,
                                                   .prepare = prepare_blocking_call,
                                                   .build = build_blocking_call,
                                                   .release = release_blocking_call,
                                                   .turn = turn_blocking_call};

KIT_KINDS(LAB_FUTURES);
