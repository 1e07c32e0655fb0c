/**
 * @file blocking.c
 * @brief Blocking calls as tasks, the life of their pool, and its threads.
 *
 * A call is a task whose future is READY in its first poll: so it has a join handle, and an abort before its begin, by what lab 03
 * has. Its poll steps outside of the pool's context: in there the thread is a plain one, which may block on a runtime.
 */
#include "weft/blocking.h"

#include "weft/alloc.h"
#include "weft/detail/blocking_pool.h"
#include "weft/detail/outside.h"
#include "weft/detail/thread.h"
#include "weft/error.h"
#include "weft/panic.h"

/* --- a call --- */

struct blocking_call {
    struct wf_future future; /* first: the frame is a future */
    int (*run)(void *arg);
    void *arg;
    bool mandatory;
    int out;
};

static enum wf_poll call_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct blocking_call *self = (struct blocking_call *)future;
    (void)cx;
    const struct wf_blocking_pool *pool = (struct wf_blocking_pool *)wf_context_current->scheduler;
    self->out = wf_run_outside(pool->config.spawns_on, self->run, self->arg);
    return WF_READY;
}

static void call_drop(struct wf_future *future)
{
    (void)future; /* it was never begun, and owns nothing */
}

static const struct wf_future_ops call_ops = {
    .name = "blocking call", .poll = call_poll, .drop = call_drop, WF_FRAME(struct blocking_call)};

static void calls_changed(const struct wf_blocking_pool *pool, int difference)
{
    if (pool->config.calls_changed)
        pool->config.calls_changed(pool->config.calls_changed_arg, difference);
}

static int spawn(struct wf_blocking_pool *pool, struct wf_join_handle *handle, int (*run)(void *arg),
                 void *arg, bool mandatory)
{
    if (handle)
        *handle = (struct wf_join_handle){.task = NULL};
    struct wf_task *task = wf_task_new(sizeof(struct blocking_call));
    if (!task)
        return WF_ENOMEM;
    *(struct blocking_call *)(void *)task->frame =
        (struct blocking_call){.future = {.ops = &call_ops}, .run = run, .arg = arg, .mandatory = mandatory};
    calls_changed(pool, 1);
    int status = wf_task_spawn(task, &pool->scheduler, handle);
    if (status != 0)
        calls_changed(pool, -1);
    return status;
}

int wf_spawn_blocking(struct wf_blocking_pool *pool, struct wf_join_handle *handle, int (*run)(void *arg),
                      void *arg)
{
    return spawn(pool, handle, run, arg, false);
}

int wf_spawn_blocking_mandatory(struct wf_blocking_pool *pool, struct wf_join_handle *handle,
                                int (*run)(void *arg), void *arg)
{
    return spawn(pool, handle, run, arg, true);
}

bool wf_blocking_call_is_mandatory(struct wf_task *call)
{
    return ((struct blocking_call *)(void *)call->frame)->mandatory;
}

void wf_blocking_pool_run_call(struct wf_task *call, struct wf_context *context, bool begin)
{
    if (!begin)
        (void)!wf_task_to_cancelled(call); /* it is queued already: wf_task_run() drops it */
    wf_task_run(call, context);
    calls_changed((const struct wf_blocking_pool *)context->scheduler, -1); /* its joiner was woken before */
}

/* --- the pool's scheduler --- */

static void schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task; /* a call is queued from its spawn on, and over after its first poll: no wake and no abort queues it */
}

static void released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
}

static void reference(struct wf_scheduler *scheduler)
{
    /* relaxed: the caller's reference keeps the pool alive */
    wf_fetch_add_relaxed(&((struct wf_blocking_pool *)scheduler)->references, 1);
}

static void unreference(struct wf_scheduler *scheduler)
{
    struct wf_blocking_pool *self = (struct wf_blocking_pool *)scheduler;
    /* release: what this thread did is over before another frees. acquire: the thread that frees sees that. */
    if (wf_fetch_sub_acq_rel(&self->references, 1) > 1)
        return;
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->told);
    pthread_cond_destroy(&self->ended);
    wf_free(self, sizeof *self);
}

static const struct wf_scheduler_ops pool_ops = {
    .name = "blocking pool",
    .bind = wf_blocking_pool_bind,
    .schedule = schedule,
    .released = released,
    .reference = reference,
    .unreference = unreference,
    .migrates = true,
};

/* --- its threads --- */

#define KEEP_ALIVE_MAX_NS (UINT64_C(1) << 60) /* 36 years: a deadline does not overflow */

static void *run_thread(void *argument)
{
    struct wf_blocking_pool *self = argument;
    const struct wf_hooks *hooks = &self->config.hooks;
    pthread_mutex_lock(&self->lock); /* until the thread that starts this one has named it */
    pthread_mutex_unlock(&self->lock);
    if (hooks->thread_started)
        hooks->thread_started(hooks->arg);
    struct wf_context base = self->base;
    struct wf_context context = {.scheduler = &self->scheduler};
    wf_context_enter(&base);
    wf_context_enter(&context);
    wf_blocking_pool_run(self, &context);
    wf_context_leave(&context);
    wf_context_leave(&base);
    wf_calls_out("a hook");
    if (hooks->thread_stopped)
        hooks->thread_stopped(hooks->arg); /* the pool's drop joins this thread, or one that has */
    return NULL;
}

static int start_thread(struct wf_blocking_pool *pool)
{
    pthread_t thread = pthread_self(); /* until there is one */
    int failed = wf_thread_start(&thread, pool->config.stack_bytes, run_thread, pool);
    if (!failed)
        wf_thread_name(thread, pool->config.name, pool->started++);
    return failed;
}

/* --- life --- */

struct wf_blocking_pool *wf_blocking_pool_new(const struct wf_blocking_config *config)
{
    struct wf_blocking_pool *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct wf_blocking_pool){
        .scheduler = {.ops = &pool_ops}, .config = *config, .start_thread = start_thread, .references = 1};
    if (!config->threads_max)
        self->config.threads_max = WF_BLOCKING_THREADS_MAX;
    if (!config->keep_alive_ns)
        self->config.keep_alive_ns = WF_BLOCKING_KEEP_ALIVE_NS;
    if (self->config.keep_alive_ns > KEEP_ALIVE_MAX_NS)
        self->config.keep_alive_ns = KEEP_ALIVE_MAX_NS;
    if (!config->name)
        self->config.name = "block";
    if (config->base)
        self->base = *config->base;
    self->base.blocking_pool = self;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->told, NULL);
    pthread_cond_init(&self->ended, NULL);
    wf_task_queue_init(&self->calls);
    return self;
}

struct wf_scheduler *wf_blocking_pool_scheduler(struct wf_blocking_pool *pool)
{
    return &pool->scheduler;
}

void wf_blocking_pool_metrics(struct wf_blocking_pool *pool, struct wf_blocking_metrics *metrics)
{
    pthread_mutex_lock(&pool->lock);
    *metrics = (struct wf_blocking_metrics){
        .threads = pool->threads, .idle = pool->idle, .queued = pool->queued, .started = pool->started};
    pthread_mutex_unlock(&pool->lock);
}

void wf_blocking_pool_drop(struct wf_blocking_pool *pool)
{
    for (const struct wf_context *context = wf_context_current; context; context = context->outer)
        if (context->blocking_pool == pool)
            wf_panic("G.83",
                     "a blocking pool is dropped by one of its own threads, for which it would wait for ever");
    wf_blocking_pool_close(pool);
    unreference(&pool->scheduler);
}
