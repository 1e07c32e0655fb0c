/**
 * @file workers.c
 * @brief Models of whole workers: two of them run tasks that come from outside; and a runtime of one worker, from its start to its drop.
 *
 * Lab 05's own models have one worker that runs, and a thread that stands for another. Here both run the loop, on rings of SLOTS. Where the
 * number of preemptions has a bound, the executions without it are too many; the verdict says so.
 */
#include "interleave.h"

#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "weft/async.h"
#include "weft/detail/worker.h"
#include "weft/multi_thread.h"
#include "weft/task.h"

enum { WORKERS = 2, SLOTS = 4 };

static struct wf_workers all;
static struct wf_worker workers[WORKERS];
static atomic_int left, polls;
static sem_t awaited;

/* --- the scheduler, as multi_thread.c has it, without its lists --- */

static void schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    wf_inject_queue_push_one(&all.inject, task);
    (void)wf_workers_notify(&all);
}

static int bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    schedule(scheduler, task);
    return 0;
}

static void released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
    if (atomic_fetch_sub_explicit(&left, 1, memory_order_acq_rel) > 1)
        return;
    wf_store_release(&all.lists_left, 0);
    for (uint32_t i = 0; i < WORKERS; i++)
        wf_unpark(workers[i].park);
}

static const struct wf_scheduler_ops scheduler_ops = {
    .name = "model", .bind = bind, .schedule = schedule, .released = released, .migrates = true};

static void begin(int tasks)
{
    all = (struct wf_workers){.scheduler = {.ops = &scheduler_ops}, .count = WORKERS, .workers = workers};
    atomic_store_explicit(&left, tasks, memory_order_relaxed);
    atomic_store_explicit(&polls, 0, memory_order_relaxed);
    sem_init(&awaited, 0, 0);
    wf_store_relaxed(&all.lists_left, 1);
    wf_idle_init(&all.idle, WORKERS);
    wf_inject_queue_init(&all.inject);
    for (uint32_t i = 0; i < WORKERS; i++) {
        wf_worker_init(&workers[i], &all, i, SLOTS, 0);
        workers[i].park = wf_thread_parker_new();
        assert(workers[i].park);
    }
}

static void *run(void *worker)
{
    interleave_thread_name(worker == &workers[0] ? "worker 0" : "worker 1");
    assert(wf_worker_run(worker));
    return NULL;
}

static pthread_t start(int number)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, &workers[number]) == 0);
    return thread;
}

static void end(void)
{
    sem_destroy(&awaited);
    wf_idle_destroy(&all.idle);
    wf_inject_queue_destroy(&all.inject);
    for (uint32_t i = 0; i < WORKERS; i++)
        wf_thread_parker_drop(workers[i].park);
}

/* --- two workers --- */

/* With a partner the first poll waits for the second one, which must be on the other worker. */
struct probe {
    struct wf_future future;
    int written; /* plain: before the spawn */
    bool has_partner;
    struct {
    } out;
};

ASYNC_FN(probe)
{
    ASYNC_BEGIN;
    assert(self->written == 7);
    if (self->has_partner && atomic_fetch_add_explicit(&polls, 1, memory_order_relaxed) == 0)
        sem_wait(&awaited);
    else
        sem_post(&awaited);
ASYNC_FINALLY:
    ASYNC_END;
}

static void spawn(bool has_partner)
{
    assert(WF_SPAWN(&all.scheduler, NULL, probe, .written = 7, .has_partner = has_partner) == 0);
}

MODEL(explore_two_workers, "05.8",
      "two injected tasks, each of which ends only while the other is polled, too; 2 workers")
{
    begin(2);
    spawn(true);
    spawn(true);
    pthread_t thread = start(0);
    run(&workers[1]);
    pthread_join(thread, NULL);
    end();
}

MODEL(explore_two_sleepers, "05.8",
      "a task is injected while both workers look, fall asleep, and park; 3 threads", .preemptions = 3)
{
    begin(1);
    pthread_t first = start(0), second = start(1);
    spawn(false);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    end();
}

/* --- a whole runtime --- */

struct root {
    struct wf_future future;
    int out;
};

ASYNC_FN(root)
{
    ASYNC_BEGIN;
    self->out = 4;
ASYNC_FINALLY:
    ASYNC_END;
}

MODEL(explore_runtime, "G.73",
      "a runtime of one worker is made, runs a task whose handle is awaited outside, and is dropped; 2 threads",
      .preemptions = 2)
{
    struct wf_multi_thread *runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = 1});
    assert(runtime);
    struct wf_join_handle handle;
    int value = 0;
    assert(WF_SPAWN(wf_multi_thread_scheduler(runtime), &handle, root) == 0);
    handle.value = &value;
    assert(wf_multi_thread_block_on(runtime, &handle.future) == 0);
    interleave_expect(value == 4, "the task's output is there", "it is not");
    wf_multi_thread_drop(runtime);
}
