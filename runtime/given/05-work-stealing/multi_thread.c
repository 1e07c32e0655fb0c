/**
 * @file multi_thread.c
 * @brief The life of the executor of several threads: start, spawn, shutdown, metrics.
 *
 * ## The end
 *
 * 1. Each list is closed, under its lock: it takes no task from then on, and each of its tasks is aborted and injected.
 * 2. The workers go on: they run what is queued, which drops the futures. A closed list that gets empty is done with;
 *    with the last one the workers end.
 * 3. The workers are waited for, then the threads. A worker may be run by another thread than the one it began on; so the
 *    workers are counted.
 * 4. The driver is shut down. The memory goes with the last reference.
 */
#include "weft/multi_thread.h"

#include <errno.h>
#include <stdbool.h>

#include "weft/alloc.h"
#include "weft/detail/owned_tasks.h"
#include "weft/detail/poll_watch.h"
#include "weft/detail/shared_park.h"
#include "weft/detail/thread.h"
#include "weft/detail/worker.h"
#include "weft/error.h"
#include "weft/panic.h"
#include "weft/task.h"

enum { LISTS_PER_WORKER = 4, LINE_BYTES = 64 };
#define LOOKOUT_NS UINT64_C(1000000) /* a task waits behind a long poll for two looks at most: 2 ms */

/* What a worker has that only this file needs. */
struct thread {
    pthread_t id;
    struct wf_multi_thread *runtime;
};

struct wf_multi_thread {
    struct wf_workers workers; /* first: the runtime is a scheduler */
    WF_ATOMIC(uint32_t) references;
    WF_ATOMIC(bool) dropped;
    struct wf_owned_tasks owned; /* all tasks that are not over */
    bool has_driver;
    struct wf_shared_driver driver;
    struct wf_context base;      /* constant: what each thread enters first */
    struct wf_poll_watch *watch; /* constant; or NULL */
    const char *name;            /* constant; read by the threads while they start */
    struct thread *threads;
    uint32_t started; /* of these: the constructor's, and the shutdown's */

    pthread_mutex_t lock;  /* guards what follows */
    pthread_cond_t ended;  /* workers_left is 0 */
    uint32_t workers_left; /* workers that some thread runs */

    void *memory; /* all of this, and what stands in lines of its own, is one allocation */
    size_t bytes;
};

static void unreference(struct wf_scheduler *scheduler);

/* --- tasks --- */

static void schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_multi_thread *self = (struct wf_multi_thread *)scheduler;
    struct wf_worker *worker = wf_worker_current(&self->workers);
    if (worker) {
        wf_worker_schedule(worker, task);
        return;
    }
    /* relaxed: a reference of the caller's, or a task that is not over, keeps the runtime alive at this point. Once it is injected
     * the task may end, and the runtime with it, before this thread is done. */
    wf_fetch_add_relaxed(&self->references, 1);
    wf_inject_queue_push_one(&self->workers.inject, task);
    (void)wf_workers_notify(&self->workers);
    unreference(scheduler);
}

static int bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_multi_thread *self = (struct wf_multi_thread *)scheduler;
    if (!wf_owned_tasks_add(&self->owned, task))
        return WF_ECLOSED;
    wf_calls_out("a hook");
    if (self->workers.hooks.task_spawned)
        self->workers.hooks.task_spawned(self->workers.hooks.arg, task);
    schedule(scheduler, task);
    return 0;
}

/* One closed list is empty. The last one ends the workers. */
static void list_is_over(struct wf_multi_thread *self)
{
    /* release: what was done with the last task is seen by a worker that ends. acquire: and by this thread */
    if (wf_fetch_sub_acq_rel(&self->workers.lists_left, 1) > 1)
        return;
    for (uint32_t i = 0; i < self->workers.count; i++)
        wf_unpark(self->workers.workers[i].park);
}

static void released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    struct wf_multi_thread *self = (struct wf_multi_thread *)scheduler;
    wf_calls_out("a hook");
    if (self->workers.hooks.task_ended)
        self->workers.hooks.task_ended(self->workers.hooks.arg, task);
    if (wf_owned_tasks_remove(&self->owned, task))
        list_is_over(self);
}

static void reference(struct wf_scheduler *scheduler)
{
    /* relaxed: the caller's reference keeps the runtime alive */
    wf_fetch_add_relaxed(&((struct wf_multi_thread *)scheduler)->references, 1);
}

/* --- the memory --- */

static void destroy(struct wf_multi_thread *self)
{
    struct wf_workers *workers = &self->workers;
    for (uint32_t i = 0; i < workers->count; i++)
        if (workers->workers[i].park)
            wf_park_drop(workers->workers[i].park);
    if (self->has_driver)
        wf_park_drop(self->driver.driver);
    wf_idle_destroy(&workers->idle);
    wf_inject_queue_destroy(&workers->inject);
    wf_owned_tasks_destroy(&self->owned);
    pthread_mutex_destroy(&self->lock);
    pthread_cond_destroy(&self->ended);
    wf_free(self->memory, self->bytes);
}

static void unreference(struct wf_scheduler *scheduler)
{
    struct wf_multi_thread *self = (struct wf_multi_thread *)scheduler;
    /* release: what this thread did is over before another frees. acquire: the thread that frees sees that. */
    if (wf_fetch_sub_acq_rel(&self->references, 1) == 1)
        destroy(self);
}

const struct wf_scheduler_ops wf_multi_thread_ops = {
    .name = "multi-thread",
    .bind = bind,
    .schedule = schedule,
    .released = released,
    .reference = reference,
    .unreference = unreference,
    .migrates = true,
};

/* --- the threads --- */

void wf_multi_thread_run_worker(struct wf_worker *worker)
{
    struct wf_multi_thread *self = (struct wf_multi_thread *)worker->all;
    struct wf_context base = self->base;
    if (self->watch)
        base.poll_slot = wf_poll_watch_slot(self->watch, worker->number);
    wf_context_enter(&base);
    bool over = wf_worker_run(worker);
    wf_context_leave(&base);
    if (!over)
        return; /* another thread runs it: the runtime may be gone */
    pthread_mutex_lock(&self->lock);
    if (--self->workers_left == 0)
        pthread_cond_signal(&self->ended);
    pthread_mutex_unlock(&self->lock);
}

static void *run_thread(void *argument)
{
    struct thread *thread = argument;
    struct wf_multi_thread *self = thread->runtime;
    const struct wf_hooks *hooks = &self->workers.hooks;
    uint32_t number = (uint32_t)(thread - self->threads);
    wf_thread_name(pthread_self(), self->name, number);
    if (hooks->thread_started)
        hooks->thread_started(hooks->arg);
    wf_multi_thread_run_worker(&self->workers.workers[number]);
    wf_calls_out("a hook");
    if (hooks->thread_stopped)
        hooks->thread_stopped(hooks->arg); /* the runtime joins this thread before it goes */
    return NULL;
}

/* Close every list and abort what is in it. */
static void close_lists(struct wf_multi_thread *self)
{
    for (uint32_t i = 0; i <= self->owned.mask; i++) {
        struct wf_task_queue batch;
        uint32_t count;
        if (wf_owned_tasks_close(&self->owned, i, &batch, &count)) {
            list_is_over(self);
        } else if (count > 0) {
            wf_inject_queue_push(&self->workers.inject, &batch, count);
            (void)wf_workers_notify(&self->workers);
        }
    }
}

static void end(struct wf_multi_thread *self)
{
    close_lists(self);
    pthread_mutex_lock(&self->lock);
    while (self->workers_left > 0)
        pthread_cond_wait(&self->ended, &self->lock);
    pthread_mutex_unlock(&self->lock);
    for (uint32_t i = 0; i < self->started; i++)
        pthread_join(self->threads[i].id, NULL);
}

/* --- start --- */

static uint32_t power_of_two(uint32_t least)
{
    uint32_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

/* One allocation for all: a part begins at a line of its own. */
static size_t part(size_t *bytes, size_t more)
{
    size_t at = *bytes;
    *bytes += (more + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    return at;
}

static struct wf_multi_thread *allocate(uint32_t workers)
{
    uint32_t lists = power_of_two(LISTS_PER_WORKER * workers);
    size_t bytes = LINE_BYTES; /* to begin at a line */
    size_t at = part(&bytes, sizeof(struct wf_multi_thread)) - LINE_BYTES;
    size_t workers_at = part(&bytes, workers * sizeof(struct wf_worker)) - LINE_BYTES;
    size_t lists_at = part(&bytes, lists * sizeof(struct wf_owned_list)) - LINE_BYTES;
    size_t threads_at = part(&bytes, workers * sizeof(struct thread)) - LINE_BYTES;
    void *memory = wf_alloc(bytes);
    if (!memory)
        return NULL;
    char *base = (char *)(((uintptr_t)memory + LINE_BYTES - 1) & -(uintptr_t)LINE_BYTES);
    struct wf_multi_thread *self = (struct wf_multi_thread *)(void *)(base + at);
    *self = (struct wf_multi_thread){
        .workers = {.scheduler = {.ops = &wf_multi_thread_ops},
                    .count = workers,
                    .workers = (struct wf_worker *)(void *)(base + workers_at)},
        .references = 1,
        .threads = (struct thread *)(void *)(base + threads_at),
        .memory = memory,
        .bytes = bytes,
    };
    wf_owned_tasks_init(&self->owned, (struct wf_owned_list *)(void *)(base + lists_at), lists);
    return self;
}

static void init(struct wf_multi_thread *self, const struct wf_multi_thread_config *config)
{
    self->workers.hooks = config->hooks;
    if (config->workers > 1)
        self->workers.lookout_ns = LOOKOUT_NS;
    if (config->base)
        self->base = *config->base;
    self->watch = config->watch;
    self->name = config->name ? config->name : "weft";
    /* relaxed: no other thread knows it yet */
    wf_store_relaxed(&self->workers.lists_left, self->owned.mask + 1);
    wf_idle_init(&self->workers.idle, config->workers);
    wf_inject_queue_init(&self->workers.inject);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->ended, NULL);
    for (uint32_t i = 0; i < config->workers; i++) {
        wf_worker_init(&self->workers.workers[i], &self->workers, i, WF_RUN_QUEUE_SIZE, config->seed);
        self->threads[i] = (struct thread){.runtime = self};
    }
}

/* Parks for all workers, and the watch of the driver. Returns 0, or a code of the system's. */
static int make_parks(struct wf_multi_thread *self, struct wf_park *driver, size_t stack_bytes)
{
    if (driver) {
        int failed = wf_shared_driver_init(&self->driver, driver, stack_bytes);
        if (failed)
            return failed;
        self->has_driver = true;
    }
    for (uint32_t i = 0; i < self->workers.count; i++) {
        struct wf_worker *worker = &self->workers.workers[i];
        worker->park = driver ? wf_shared_park_new(&self->driver) : wf_thread_parker_new();
        if (!worker->park)
            return ENOMEM;
    }
    return 0;
}

static int start_threads(struct wf_multi_thread *self, size_t stack_bytes)
{
    for (; self->started < self->workers.count; self->started++) {
        struct thread *thread = &self->threads[self->started];
        pthread_mutex_lock(&self->lock);
        self->workers_left++;
        pthread_mutex_unlock(&self->lock);
        int failed = wf_thread_start(&thread->id, stack_bytes, run_thread, thread);
        if (failed) {
            pthread_mutex_lock(&self->lock);
            self->workers_left--;
            pthread_mutex_unlock(&self->lock);
            return failed;
        }
    }
    return 0;
}

struct wf_multi_thread *wf_multi_thread_new(const struct wf_multi_thread_config *config)
{
    if (config->workers < 1 || config->workers > WF_WORKERS_MAX)
        wf_panic("G.71", "a runtime is to have %u workers: ask for 1 to %d", config->workers, WF_WORKERS_MAX);
    int failed = ENOMEM;
    struct wf_multi_thread *self = allocate(config->workers);
    if (self) {
        init(self, config);
        if (config->scheduler)
            *config->scheduler = wf_scheduler_reference(&self->workers.scheduler);
        failed = make_parks(self, config->driver, config->stack_bytes);
        if (!failed) {
            failed = start_threads(self, config->stack_bytes);
            if (failed)
                end(self);
        }
        if (failed) {
            if (self->has_driver)
                wf_shared_driver_end(&self->driver); /* the driver itself stays the caller's, as it was */
            self->has_driver = false;
            unreference(&self->workers.scheduler);
        }
    }
    if (!failed)
        return self;
    errno = failed;
    return NULL;
}

/* --- use --- */

struct wf_scheduler *wf_multi_thread_scheduler(struct wf_multi_thread *runtime)
{
    return &runtime->workers.scheduler;
}

void wf_multi_thread_drop(struct wf_multi_thread *runtime)
{
    wf_context_check_outside("G.74", "wf_multi_thread_drop");
    const struct wf_context *inside = wf_context_current;
    for (; inside && inside->spawns_on != &runtime->workers.scheduler;)
        inside = inside->outer;
    if (inside)
        wf_panic("G.126",
                 "a runtime is dropped in a blocking call of its own, for which it would wait for ever");
    if (wf_exchange_acquire(&runtime->dropped, true))
        wf_panic("G.74", "a runtime is dropped twice");
    end(runtime);
    if (runtime->has_driver) {
        wf_shared_driver_end(&runtime->driver);
        wf_park_shutdown(runtime->driver.driver);
    }
    unreference(&runtime->workers.scheduler);
}

/* --- metrics --- */

void wf_multi_thread_worker_metrics(struct wf_multi_thread *runtime, uint32_t number,
                                    struct wf_worker_metrics *metrics)
{
    if (number >= runtime->workers.count)
        wf_panic("G.75", "worker %u is asked for: the runtime has %u, from 0 on", number,
                 runtime->workers.count);
    const struct wf_worker *worker = &runtime->workers.workers[number];
    const struct wf_worker_counts *counts = &worker->counts;
    /* relaxed: each is a number of its own, and may be a moment old */
    *metrics = (struct wf_worker_metrics){
        .polls = wf_load_relaxed(&counts->polls),
        .scheduled = wf_load_relaxed(&counts->scheduled),
        .overflowed = wf_load_relaxed(&counts->overflowed),
        .steals = wf_load_relaxed(&counts->steals),
        .stolen = wf_load_relaxed(&counts->stolen),
        .parks = wf_load_relaxed(&counts->parks),
        .idle_parks = wf_load_relaxed(&counts->idle_parks),
        .wakes = wf_load_relaxed(&counts->wakes),
        .queued = wf_run_queue_length(&worker->queue),
    };
}

void wf_multi_thread_metrics(struct wf_multi_thread *runtime, struct wf_multi_thread_metrics *metrics)
{
    *metrics = (struct wf_multi_thread_metrics){
        .workers = runtime->workers.count,
        .alive = wf_owned_tasks_count(&runtime->owned),
        .queued = wf_inject_queue_length(&runtime->workers.inject),
        .injected = wf_inject_queue_pushed(&runtime->workers.inject),
        .watched = runtime->has_driver ? wf_load_relaxed(&runtime->driver.watched) : 0, /* relaxed: as above */
    };
    for (uint32_t i = 0; i < runtime->workers.count; i++) {
        struct wf_worker_metrics one;
        wf_multi_thread_worker_metrics(runtime, i, &one);
        metrics->sum.polls += one.polls;
        metrics->sum.scheduled += one.scheduled;
        metrics->sum.overflowed += one.overflowed;
        metrics->sum.steals += one.steals;
        metrics->sum.stolen += one.stolen;
        metrics->sum.parks += one.parks;
        metrics->sum.idle_parks += one.idle_parks;
        metrics->sum.wakes += one.wakes;
        metrics->sum.queued += one.queued;
    }
}
