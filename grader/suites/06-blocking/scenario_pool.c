/**
 * @file scenario_pool.c
 * @brief Lab 06: one pool, its calls, and the threads that run them.
 */
#include <semaphore.h>

#include "scenario.h"
#include "sleeps.h"
#include "steps.h"
#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/detail/blocking_pool.h"

enum { STORM_THREADS = 4 };

struct call {
    int number;
    int behaviour;
    sem_t go;
    struct wf_join_handle handle;
    int value;
    int inner; /* what its spawn returned */
};

static struct wf_blocking_pool *pool;
static struct call calls[CALLS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static int begun[CALLS_MAX], begun_count, returned_count, at_once, most_at_once;
static bool is_dropping;
static _Atomic bool calls_ask, stopped_asks;
static _Atomic int64_t strayed;
static _Atomic bool has_dropped;
static pthread_t dropper;

/* --- calls --- */

static int spawn(struct call *call, int64_t kind);

static struct call *call_of(int64_t number)
{
    return &calls[scenario_in_range(number, CALLS_MAX)];
}

static int run(void *arg)
{
    struct call *self = arg;
    pthread_mutex_lock(&lock);
    begun[scenario_in_range(begun_count++, CALLS_MAX)] = self->number;
    if (++at_once > most_at_once)
        most_at_once = at_once;
    pthread_mutex_unlock(&lock);
    if (self->behaviour == WAITS) {
        sleeps_in_call(true);
        while (sem_wait(&self->go) != 0)
            continue;
    } else if (self->behaviour == SPAWNS) {
        struct call *next = call_of(self->number + 1);
        next->behaviour = WAITS;
        self->inner = spawn(next, ORDINARY);
    }
    pthread_mutex_lock(&lock);
    at_once--;
    returned_count++;
    pthread_mutex_unlock(&lock);
    sleeps_call_returns();
    return 1000 + self->number;
}

void __real_wf_blocking_pool_run_call(struct wf_task *, struct wf_context *, bool);

/* A waker finds the call in the thread's current context: so that is the one to run it with, or to drop it. The event hook is in the base. */
void __wrap_wf_blocking_pool_run_call(struct wf_task *call, struct wf_context *context, bool begin)
{
    strayed += context != wf_context_current || !context->outer || context->outer->blocking_pool != pool;
    __real_wf_blocking_pool_run_call(call, context, begin);
}

static int spawn(struct call *call, int64_t kind)
{
    int status =
        (kind == MANDATORY ? wf_spawn_blocking_mandatory : wf_spawn_blocking)(pool, &call->handle, run, call);
    call->handle.value = call->handle.task ? &call->value : NULL;
    return status;
}

/* --- steps --- */

/* Nothing runs any more: tell what has come of it. */
static struct step_reply settled(struct step_reply reply)
{
    sleeps_settle();
    struct sleeps now = sleeps_now();
    pthread_mutex_lock(&lock);
    scenario_event(EVENT_STATE, STATE_OF(begun_count, returned_count, now.threads, now.asleep),
                   begun_count > 0 ? begun[begun_count - 1] : -1);
    pthread_mutex_unlock(&lock);
    return reply;
}

static struct wf_blocking_metrics ask(void)
{
    struct wf_blocking_metrics metrics;
    wf_blocking_pool_metrics(pool, &metrics);
    return metrics;
}

static void on_thread_started(void *arg)
{
    static _Atomic uint32_t number;
    (void)arg;
    scenario_name_thread(++number);
}

static void on_thread_stopped(void *arg)
{
    (void)arg;
    sleeps_thread_ended();
    if (stopped_asks) {
        sleeps_await_join();
        (void)ask();
    }
}

static void on_calls_changed(void *arg, int difference)
{
    (void)arg;
    (void)difference;
    if (calls_ask)
        (void)ask();
}

static void end(void);

static struct step_reply on_make(const struct step_make *step)
{
    end(); /* of the pool before */
    pool = wf_blocking_pool_new(&(struct wf_blocking_config){
        .threads_max = (uint32_t)step->threads_max,
        .keep_alive_ns = (uint64_t)step->keep_alive_ns,
        .hooks = {.thread_started = on_thread_started, .thread_stopped = on_thread_stopped},
        .stack_bytes = 128 << 10, /* so that many fit into the limit of memory */
        .calls_changed = on_calls_changed,
    });
    if (!pool)
        return STEP_DONE;
    (void)!wf_scheduler_reference(
        wf_blocking_pool_scheduler(pool)); /* the pool may be spawned on after its drop */
    sleeps_watch(&pool->told, &pool->ended, pool->config.keep_alive_ns);
    begun_count = returned_count = at_once = most_at_once = 0;
    is_dropping = false;
    calls_ask = false;
    stopped_asks = false;
    has_dropped = false;
    strayed = 0;
    for (int i = 0; i < CALLS_MAX; i++) {
        calls[i] = (struct call){.number = i};
        sem_init(&calls[i].go, 0, 0);
    }
    return (struct step_reply){.a = 1};
}

static struct step_reply on_calls_ask(const struct step_calls_ask *step)
{
    (void)step;
    calls_ask = true;
    return STEP_DONE;
}

static struct step_reply on_stopped_asks(const struct step_stopped_asks *step)
{
    (void)step;
    stopped_asks = true;
    return STEP_DONE;
}

static struct step_reply on_spawn(const struct step_spawn *step)
{
    struct call *call = call_of(step->call);
    call->behaviour = (int)step->behaviour;
    int status = spawn(call, step->kind);
    return settled((struct step_reply){.a = status, .b = call->handle.task != NULL});
}

static struct step_reply on_let_go(const struct step_let_go *step)
{
    sleeps_in_call(false); /* its thread runs from now on */
    sem_post(&call_of(step->call)->go);
    return settled(STEP_DONE);
}

static struct step_reply on_abort(const struct step_abort *step)
{
    wf_join_handle_abort(&call_of(step->call)->handle);
    return STEP_DONE;
}

static struct step_reply on_detach(const struct step_detach *step)
{
    struct call *call = call_of(step->call);
    wf_future_drop(&call->handle.future);
    call->handle = (struct wf_join_handle){.task = NULL};
    return STEP_DONE;
}

static struct step_reply on_join(const struct step_join *step)
{
    struct call *call = call_of(step->call);
    static const struct wf_waker nobody;
    struct wf_cx cx = {.waker = &nobody};
    if (!call->handle.task || !wf_join_handle_is_finished(&call->handle))
        return (struct step_reply){.a = UNTOLD};
    if (wf_future_poll(&call->handle.future, &cx) != WF_READY)
        return (struct step_reply){.a = UNTOLD};
    struct step_reply reply = {call->handle.out, call->value};
    call->handle = (struct wf_join_handle){.task = NULL};
    return reply;
}

static struct step_reply on_metrics(const struct step_metrics *step)
{
    (void)step;
    struct wf_blocking_metrics now = ask();
    return (struct step_reply){(int64_t)now.threads << 32 | now.idle, (int64_t)now.started << 32 | now.queued};
}

static struct step_reply on_contexts(const struct step_contexts *step)
{
    (void)step;
    return (struct step_reply){.a = strayed};
}

static struct step_reply on_inner(const struct step_inner *step)
{
    return (struct step_reply){call_of(step->call)->inner, call_of(step->call + 1)->handle.task != NULL};
}

static struct step_reply on_unjoined(const struct step_unjoined *step)
{
    (void)step;
    struct sleeps now = sleeps_now();
    return (struct step_reply){.a = now.started - now.threads - now.joined};
}

static struct step_reply on_deadline(const struct step_deadline *step)
{
    (void)step;
    struct sleeps now = sleeps_now();
    return (struct step_reply){now.by_wall_clock ? WALL_CLOCK : now.last_deadline_ms, now.same_deadline};
}

static struct step_reply on_bounds(const struct step_bounds *step)
{
    (void)step;
    struct sleeps now = sleeps_now();
    return (struct step_reply){now.too_soon | now.too_late << 1, now.is_no_time};
}

static struct step_reply on_stop_clock(const struct step_stop_clock *step)
{
    (void)step;
    sleeps_stop_clock();
    return STEP_DONE;
}

static struct step_reply on_pass(const struct step_pass *step)
{
    (void)step;
    sleeps_pass_a_second();
    return STEP_DONE;
}

static struct step_reply end_waits(int64_t count, bool timed_out)
{
    if (sleeps_end((int)count, timed_out) != count)
        scenario_broken("fewer threads sleep");
    return settled(STEP_DONE);
}

static struct step_reply on_expire(const struct step_expire *step)
{
    return end_waits(step->sleepers, true);
}

static struct step_reply on_spurious(const struct step_spurious *step)
{
    return end_waits(step->sleepers, false);
}

static struct step_reply on_hold(const struct step_hold *step)
{
    (void)step;
    sleeps_hold(true);
    return STEP_DONE;
}

static struct step_reply on_release(const struct step_release *step)
{
    sleeps_release((int)step->told, false);
    return settled(STEP_DONE);
}

static struct step_reply on_release_late(const struct step_release_late *step)
{
    sleeps_release((int)step->told, true);
    return settled(STEP_DONE);
}

static struct step_reply on_no_threads(const struct step_no_threads *step)
{
    sleeps_refuse_threads((int)step->reason);
    return STEP_DONE;
}

static struct step_reply on_threads_again(const struct step_threads_again *step)
{
    (void)step;
    sleeps_refuse_threads(0);
    return STEP_DONE;
}

static struct step_reply on_no_memory(const struct step_no_memory *step)
{
    (void)step;
    wf_alloc_fail_at(1);
    return STEP_DONE;
}

/* For tests that are not about the end: it needs no wf_blocking_pool_close(). */
static struct step_reply on_close_by_hand(const struct step_close_by_hand *step)
{
    (void)step;
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    pthread_mutex_unlock(&pool->lock);
    (void)sleeps_end(INT32_MAX, true);
    return settled(STEP_DONE);
}

static void *drop_pool(void *arg)
{
    (void)arg;
    scenario_name_thread(THREAD_OF_DROP);
    wf_blocking_pool_drop(pool);
    has_dropped = true;
    sleeps_close_returned();
    return NULL;
}

static struct step_reply on_drop(const struct step_drop *step)
{
    (void)step;
    is_dropping = true;
    if (pthread_create(&dropper, NULL, drop_pool, NULL) != 0)
        scenario_broken("there is no thread");
    sleeps_settle_closed(); /* it has closed the pool, and woken the threads that it wakes */
    return STEP_DONE;
}

static struct step_reply on_dropped(const struct step_dropped *step)
{
    (void)step;
    return settled((struct step_reply){.a = has_dropped});
}

/* The drop returns at some time after the last thread has ended: it is waited for, if it has to come. */
static struct step_reply on_await_drop(const struct step_await_drop *step)
{
    (void)step;
    sleeps_settle();
    if (sleeps_now().threads > 0)
        return settled((struct step_reply){.a = has_dropped});
    if (is_dropping)
        sleeps_join_own(dropper);
    is_dropping = false;
    struct sleeps now = sleeps_now();
    return settled((struct step_reply){1, now.joined_twice ? -1 : now.started - now.joined});
}

static void *storm(void *arg)
{
    int64_t count = *(int64_t *)arg;
    static _Atomic int next;
    if (count < 0) {
        next = 0;
        return NULL;
    }
    for (int64_t i = 0; i < count; i++) {
        struct call *call = call_of(next++);
        call->behaviour = RETURNS;
        while (spawn(call, ORDINARY) != 0)
            continue;
        wf_future_drop(&call->handle.future);
        call->handle = (struct wf_join_handle){.task = NULL};
    }
    return NULL;
}

static struct step_reply on_storm(const struct step_storm *step)
{
    pthread_t threads[STORM_THREADS];
    int64_t each = step->call / STORM_THREADS, none = -1;
    storm(&none);
    for (int i = 0; i < STORM_THREADS; i++)
        if (pthread_create(&threads[i], NULL, storm, &each) != 0)
            scenario_broken("there is no thread");
    for (int i = 0; i < STORM_THREADS; i++)
        sleeps_join_own(threads[i]);
    sleeps_settle();
    pthread_mutex_lock(&lock);
    struct step_reply reply = {returned_count, most_at_once};
    pthread_mutex_unlock(&lock);
    return reply;
}

STEP_DISPATCH(perform, POOL_STEPS)

static void begin(void)
{
    pool = NULL;
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void end(void)
{
    if (!pool)
        return;
    if (!has_dropped) { /* closed by hand */
        sleeps_join_the_rest();
        wf_scheduler_unreference(wf_blocking_pool_scheduler(pool));
    }
    wf_scheduler_unreference(wf_blocking_pool_scheduler(pool));
    pool = NULL;
}

const struct scenario scenario_pool = {"pool", begin, act, end};
