/**
 * @file runtime.c
 * @brief A runtime put together from an executor, a time driver, a reactor and a blocking pool.
 *
 * The executor parks in the time driver, which is its own from then on; the time driver parks in the reactor, which is its own in turn.
 * Executor and pool need each other: the executor's threads know the pool by their context, and calls spawn on the executor. The pool is
 * made first, and told of the executor before its first thread starts: a hook may make a call at once. At the end the tasks go first, for
 * a task may wait for a call; then the pool, whose calls find the executor, the timers and the reactor closed. A reference keeps the memory
 * of all three until then.
 */
#include "weft/runtime.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/detail/blocking_pool.h"
#include "weft/detail/idle.h"
#include "weft/detail/poll_watch.h"
#include "weft/detail/reactor.h"
#include "weft/detail/time_driver.h"
#include "weft/error.h"
#include "weft/multi_thread.h"
#include "weft/panic.h"
#include "weft/resolve.h"

struct wf_runtime {
    struct wf_current_thread *current_thread; /* one of these two */
    struct wf_multi_thread *multi_thread;
    struct wf_scheduler *scheduler;     /* of that one; a reference */
    struct wf_time_driver *time_driver; /* the executor's */
    struct wf_reactor *reactor;         /* the time driver's */
    struct wf_blocking_pool *pool;
    struct wf_resolver *resolver; /* its calls are the pool's */
    struct wf_poll_watch *watch;  /* or NULL */
    WF_ATOMIC(uint64_t) choices;  /* see wf_choose() */
    bool has_seed;
};

/* The reactor, and the time driver on it. False: errno says why. */
static bool make_drivers(struct wf_runtime *self, const struct wf_runtime_config *config)
{
    self->reactor = wf_reactor_new();
    if (!self->reactor)
        return false;
    self->time_driver = wf_time_driver_new(&self->reactor->park, config->paused_clock);
    if (self->time_driver)
        return true;
    wf_park_drop(&self->reactor->park);
    errno = ENOMEM;
    return false;
}

/* What every thread of the runtime is in. */
static struct wf_context surroundings(struct wf_runtime *self)
{
    return (struct wf_context){.blocking_pool = self->pool,
                               .time_driver = self->time_driver,
                               .reactor = self->reactor,
                               .resolver = self->resolver,
                               .choices = self->has_seed ? &self->choices : NULL};
}

/* While a call is in progress, a paused clock does not advance: what the call does takes no time, but it is not over. */
static void hold_clock(void *arg, int difference)
{
    if (difference > 0)
        wf_time_driver_hold(arg);
    else
        wf_time_driver_unhold(arg);
}

static uint32_t processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return (uint32_t)(count > 0 ? count : 1);
}

static uint32_t workers_of(const struct wf_runtime_config *config)
{
    if (config->kind == WF_RUNTIME_CURRENT_THREAD)
        return 1;
    return config->workers ? config->workers : processors();
}

/* The watch, if one is asked for. False: errno says why. */
static bool make_watch(struct wf_runtime *self, const struct wf_runtime_config *config)
{
    if (config->long_poll_ns == 0)
        return true;
    uint32_t workers = workers_of(config);
    self->watch = wf_poll_watch_new(&(struct wf_poll_watch_config){
        .limit_ns = config->long_poll_ns,
        .slots = workers < WF_WORKERS_MAX ? workers : WF_WORKERS_MAX, /* more make no executor */
        .told = config->long_poll,
        .arg = config->hooks.arg,
        .stack_bytes = config->stack_bytes,
    });
    errno = self->watch ? wf_poll_watch_start(self->watch) : ENOMEM;
    return errno == 0;
}

/* The executor. False: errno says why. */
static bool make_executor(struct wf_runtime *self, const struct wf_runtime_config *config)
{
    const struct wf_context base = surroundings(self);
    if (config->kind == WF_RUNTIME_CURRENT_THREAD) {
        self->current_thread = wf_current_thread_new(&self->time_driver->park, &config->hooks);
        if (self->current_thread)
            self->pool->config.spawns_on =
                wf_scheduler_reference(wf_current_thread_scheduler(self->current_thread));
        else
            errno = ENOMEM;
    } else {
        self->multi_thread = wf_multi_thread_new(&(struct wf_multi_thread_config){
            .workers = workers_of(config),
            .driver = &self->time_driver->park,
            .hooks = config->hooks,
            .base = &base,
            .name = config->name,
            .stack_bytes = config->stack_bytes,
            .watch = self->watch,
            .seed = config->seed,
            .scheduler = &self->pool->config.spawns_on, /* before a hook can make a call */
        });
    }
    self->scheduler = self->pool->config.spawns_on;
    return self->current_thread || self->multi_thread;
}

/* The pool. False: errno says why. */
static bool make_pool(struct wf_runtime *self, const struct wf_runtime_config *config)
{
    const struct wf_context base = surroundings(self);
    self->pool = wf_blocking_pool_new(&(struct wf_blocking_config){
        .threads_max = config->blocking_threads_max,
        .keep_alive_ns = config->blocking_keep_alive_ns,
        .base = &base,
        .hooks = config->hooks,
        .name = config->name,
        .stack_bytes = config->stack_bytes,
        .calls_changed = config->paused_clock ? hold_clock : NULL,
        .calls_changed_arg = self->time_driver,
    });
    if (!self->pool)
        errno = ENOMEM;
    return self->pool;
}

/* The resolver, which the pool's threads know too; none has started. False: errno says why. */
static bool make_resolver(struct wf_runtime *self, const struct wf_runtime_config *config)
{
    self->resolver = wf_resolver_new(&config->resolver, self->pool);
    self->pool->base.resolver = self->resolver;
    if (!self->resolver)
        errno = ENOMEM;
    return self->resolver;
}

/* No task is left: what is in line for a lookup ends, and the calls that go on are waited for. */
static void drop_pool_and_resolver(struct wf_runtime *self)
{
    if (self->resolver)
        wf_resolver_close(self->resolver);
    wf_blocking_pool_drop(self->pool);
    if (self->resolver)
        wf_resolver_drop(self->resolver);
}

/* Executor and pool are gone: nothing is polled any more. */
static void free_runtime(struct wf_runtime *self)
{
    if (self->watch)
        wf_poll_watch_drop(self->watch);
    wf_free(self, sizeof *self);
}

struct wf_runtime *wf_runtime_new(const struct wf_runtime_config *config)
{
    static const struct wf_runtime_config defaults;
    if (!config)
        config = &defaults;
    if (config->paused_clock && config->kind != WF_RUNTIME_CURRENT_THREAD) {
        errno = EINVAL;
        return NULL;
    }
    struct wf_runtime *self = wf_alloc(sizeof *self);
    if (!self) {
        errno = ENOMEM;
        return NULL;
    }
    *self = (struct wf_runtime){.has_seed = config->seed != 0};
    wf_store_relaxed(&self->choices, config->seed); /* relaxed: no other thread knows it yet */
    if (make_drivers(self, config) && make_pool(self, config) && make_resolver(self, config) &&
        make_watch(self, config) && make_executor(self, config))
        return self;
    int failed = errno;
    if (self->pool)
        drop_pool_and_resolver(self);
    if (self->scheduler)
        wf_scheduler_unreference(
            self->scheduler); /* calls of hooks are over: the executor was not made, but was there */
    if (self->time_driver)
        wf_park_drop(&self->time_driver->park);
    free_runtime(self);
    errno = failed;
    return NULL;
}

/* --- the root of a runtime of one thread, where polls are watched: it keeps the tasks from their turn as they keep each other --- */

struct watched_root {
    struct wf_future future; /* first: the frame is a future. It awaits the root itself, and has its name */
    struct wf_future_ops ops;
    struct wf_poll_slot *slot;
};

static enum wf_poll watched_root_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct watched_root *self = (struct watched_root *)future;
    struct wf_future *root = future->awaiting;
    bool is_watched = wf_poll_begin(self->slot, root, 0, root->ops->name, NULL);
    enum wf_poll poll = wf_future_poll(root, cx);
    if (is_watched)
        wf_poll_end(self->slot, root);
    return poll;
}

static void block_on_one_thread(struct wf_runtime *runtime, struct wf_future *root)
{
    if (!runtime->watch || !root->ops) {
        wf_current_thread_block_on(runtime->current_thread, root);
        return;
    }
    struct watched_root watched = {.ops = {.name = root->ops->name, .poll = watched_root_poll},
                                   .slot = wf_poll_watch_slot(runtime->watch, 0)};
    watched.future = (struct wf_future){.ops = &watched.ops, .awaiting = root};
    wf_current_thread_block_on(runtime->current_thread, &watched.future);
}

/* What this thread's contexts inherit. */
static struct wf_context base_of(struct wf_runtime *self)
{
    struct wf_context base = surroundings(self);
    if (self->current_thread && self->watch)
        base.poll_slot = wf_poll_watch_slot(self->watch, 0);
    return base;
}

int wf_runtime_block_on(struct wf_runtime *runtime, struct wf_future *root)
{
    struct wf_context base = base_of(runtime);
    int status = 0;
    wf_context_enter(&base);
    if (runtime->current_thread)
        block_on_one_thread(runtime, root);
    else
        status = wf_multi_thread_block_on(runtime->multi_thread, root);
    wf_context_leave(&base);
    return status;
}

struct wf_scheduler *wf_runtime_scheduler(struct wf_runtime *runtime)
{
    return runtime->scheduler;
}

struct wf_blocking_pool *wf_runtime_blocking_pool(struct wf_runtime *runtime)
{
    return runtime->pool;
}

int wf_blocking(struct wf_join_handle *handle, int (*run)(void *arg), void *arg)
{
    struct wf_blocking_pool *pool = wf_context_current ? wf_context_current->blocking_pool : NULL;
    if (pool)
        return wf_spawn_blocking(pool, handle, run, arg);
    if (handle)
        *handle = (struct wf_join_handle){.task = NULL};
    return WF_ECLOSED;
}

void wf_runtime_enter(struct wf_runtime *runtime, struct wf_runtime_entry *entry)
{
    entry->context = surroundings(runtime);
    entry->context.spawns_on = runtime->scheduler;
    wf_context_enter(&entry->context);
}

void wf_runtime_leave(struct wf_runtime_entry *entry)
{
    wf_context_leave(&entry->context);
}

void wf_runtime_drop(struct wf_runtime *runtime)
{
    for (const struct wf_context *context = wf_context_current; context; context = context->outer)
        if (context->blocking_pool == runtime->pool)
            wf_panic("G.125", "a runtime is dropped inside itself, where it would wait for ever: drop it on a "
                              "thread that is in none");
    struct wf_context base = base_of(runtime);
    wf_context_enter(&base); /* clean-ups, and wakers of timers that are closed, are inside the runtime too */
    if (runtime->current_thread)
        wf_current_thread_drop(runtime->current_thread);
    else
        wf_multi_thread_drop(runtime->multi_thread);
    wf_context_leave(&base);
    drop_pool_and_resolver(runtime);
    wf_scheduler_unreference(runtime->scheduler);
    free_runtime(runtime);
}

int wf_run_main(struct wf_future *root, const int *out)
{
    struct wf_runtime *runtime = wf_runtime_new(NULL);
    if (!runtime) {
        fprintf(stderr, "weft: there is no runtime: %s\n", strerror(errno));
        return 1;
    }
    int status = wf_runtime_block_on(runtime, root);
    wf_runtime_drop(runtime);
    if (status != 0) {
        fprintf(stderr, "weft: main cannot run: %s\n", wf_strerror(status));
        return 1;
    }
    return *out;
}
