/**
 * @file in_place.c
 * @brief Blocking in the middle of a poll: the worker is handed to another thread, and taken back if that was quicker.
 *
 * A worker is not a thread (detail/worker.h). The thread that will block offers its worker to the blocking pool by a call, and blocks. A thread of
 * the pool that begins the call takes the offer, and runs the worker from then on. If the one that blocked comes back first it takes
 * the offer itself, and nothing has changed. One exchange decides; both hold a reference to the offer.
 *
 * A thread that lost its worker ends its poll, with what it wakes going to the inject queue, and then returns from wf_worker_run().
 */
#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/detail/outside.h"
#include "weft/detail/poll_watch.h"
#include "weft/detail/worker.h"
#include "weft/panic.h"

struct offer {
    struct wf_worker *worker;
    WF_ATOMIC(bool) taken;
    WF_ATOMIC(uint32_t) references; /* the thread that blocks, and the call */
};

int wf_run_outside(struct wf_scheduler *spawns_on, int (*run)(void *arg), void *arg)
{
    struct wf_context *inside = wf_context_current;
    struct wf_context outside = {.spawns_on = spawns_on};
    if (inside) {
        outside.event_hook = inside->event_hook;
        outside.time_driver = inside->time_driver;
        outside.reactor = inside->reactor;
        outside.blocking_pool = inside->blocking_pool;
        outside.resolver = inside->resolver;
    }
    wf_context_current = NULL;
    wf_context_enter(&outside);
    int result = run(arg);
    wf_context_leave(&outside);
    wf_context_current = inside;
    return result;
}

/* Whether the worker is the caller's now. */
static bool take(struct offer *offer)
{
    /* acquire: the worker's state, as the thread left it that offered it. release: the other side, if there is a race of two. */
    return !wf_exchange_acq_rel(&offer->taken, true);
}

static void let_go(struct offer *offer)
{
    /* release: this thread's use is over before another frees. acquire: the thread that frees sees that. */
    if (wf_fetch_sub_acq_rel(&offer->references, 1) == 1)
        wf_free(offer, sizeof *offer);
}

/* The call: on a thread of the pool. */
static int run_offered_worker(void *arg)
{
    struct offer *offer = arg;
    struct wf_worker *worker = take(offer) ? offer->worker : NULL;
    let_go(offer);
    if (worker)
        wf_multi_thread_run_worker(worker);
    return 0;
}

/* NULL: no memory, or no thread. The worker is still this thread's then. */
static struct offer *offer_worker(struct wf_blocking_pool *pool, struct wf_worker *worker)
{
    struct offer *offer = wf_alloc(sizeof *offer);
    if (!offer)
        return NULL;
    *offer = (struct offer){.worker = worker};
    wf_store_release(&offer->references, 2);
    /* mandatory: a pool that ends may not forget the worker */
    if (wf_spawn_blocking_mandatory(pool, NULL, run_offered_worker, offer) == 0)
        return offer;
    wf_free(offer, sizeof *offer);
    return NULL;
}

/* The worker is this thread's again. What is left of the poll is watched as one of its own. */
static void have_back(struct wf_worker_context *here, struct wf_worker *worker, struct wf_poll_slot *slot)
{
    here->worker = worker;
    here->context.poll_slot = slot;
    (void)wf_poll_begin_task(&here->context);
}

int wf_block_in_place(int (*run)(void *arg), void *arg)
{
    struct wf_context *context = wf_context_current;
    while (context && !context->scheduler)
        context = context->outer;
    if (!context)
        return run(arg);
    if (context->scheduler->ops != &wf_multi_thread_ops)
        wf_panic(
            "G.81",
            "wf_block_in_place is called where the other tasks of this thread would wait (%s): spawn a blocking call",
            context->scheduler->ops->name);
    struct wf_worker_context *here = (struct wf_worker_context *)context;
    struct wf_worker *worker = here->worker;
    struct wf_blocking_pool *pool = wf_context_current->blocking_pool;
    struct offer *offer = NULL;
    struct wf_poll_slot *slot = context->poll_slot; /* the worker's */
    /* without a task it is a hook that calls, in the middle of the worker's loop */
    if (worker && pool && context->task) {
        here->worker = NULL;
        context->poll_slot = NULL;
        if (slot)
            wf_poll_end(slot, wf_task_frame(context->task));
        offer = offer_worker(pool, worker);
        if (!offer)
            have_back(here, worker, slot);
    }
    int result = wf_run_outside(context->scheduler, run, arg);
    if (offer) {
        if (take(offer))
            have_back(here, worker, slot);
        let_go(offer);
    }
    return result;
}
