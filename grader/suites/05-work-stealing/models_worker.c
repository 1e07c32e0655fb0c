/**
 * @file models_worker.c
 * @brief Models of lab 05's loop: one worker runs it, on a park that is a semaphore; other threads make work, or end it all.
 *
 * The thread of the model itself injects, or stands for a second worker that polls for long: then it has that worker's
 * context, and takes no task; but for explore_found, where it runs that worker once it was woken. A task that nobody takes is a deadlock, for the thread of the model waits for the worker's end.
 */
#include "interleave.h"

#include <semaphore.h>

#include "weft/detail/worker.h"
#include "weft/task.h"

enum { WORKERS = 2 };

struct semaphore_park {
    struct wf_park park;
    sem_t permits;
};

static struct wf_workers all;
static struct wf_worker workers[WORKERS];
static struct semaphore_park parks[WORKERS];
static atomic_int left; /* tasks that are not over */
static bool ended;      /* plain: written before the end */

/* --- the park --- */

static enum wf_parked park(struct wf_park *park, uint64_t deadline_ns)
{
    struct semaphore_park *self = (struct semaphore_park *)park;
    if (deadline_ns == 0)
        return sem_trywait(&self->permits) == 0 ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
    sem_wait(&self->permits);
    return WF_PARK_WOKEN;
}

static void unpark(struct wf_park *park)
{
    sem_post(&((struct semaphore_park *)park)->permits);
}

static const struct wf_park_ops park_ops = {.name = "semaphore", .park = park, .unpark = unpark};

/* --- the scheduler, as multi_thread.c has it, without its lists --- */

static void schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    struct wf_worker *worker = wf_worker_current(&all);
    if (worker) {
        wf_worker_schedule(worker, task);
    } else {
        wf_inject_queue_push_one(&all.inject, task);
        (void)wf_workers_notify(&all);
    }
}

static int bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    schedule(scheduler, task);
    return 0;
}

static void end_all(void)
{
    ended = true;
    wf_store_release(&all.lists_left, 0);
    for (uint32_t i = 0; i < all.count; i++)
        wf_unpark(workers[i].park);
}

static void released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
    if (atomic_fetch_sub_explicit(&left, 1, memory_order_acq_rel) == 1)
        end_all();
}

static const struct wf_scheduler_ops scheduler_ops = {
    .name = "model", .bind = bind, .schedule = schedule, .released = released, .migrates = true};

/* --- tasks --- */

/* How long its poll takes. */
enum length {
    SHORT,
    LONG,          /* until a poll that is awaited */
    AWAITED,       /* it lets a long one end */
    LONG_IF_FIRST, /* as long, or awaited: which poll comes first decides */
    TAKEN,         /* the worker is taken from its thread in it, and handed on */
    OVER,          /* all is over in it */
};

struct probe {
    struct wf_future future;
    int written; /* plain: before the spawn */
    enum length length;
    int out;
};

static atomic_int polls; /* of those that are long if they are first */
static sem_t awaited;

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)cx;
    const struct probe *probe = (struct probe *)future;
    assert(probe->written == 7);
    enum length length = probe->length;
    if (length == LONG_IF_FIRST)
        length = atomic_fetch_add_explicit(&polls, 1, memory_order_relaxed) == 0 ? LONG : AWAITED;
    if (length == LONG)
        sem_wait(&awaited);
    else if (length == TAKEN)
        ((struct wf_worker_context *)wf_context_of(&all.scheduler))->worker = NULL;
    else if (length == OVER)
        end_all();
    if (length == AWAITED || length == TAKEN)
        sem_post(&awaited);
    return WF_READY;
}

static const struct wf_future_ops probe_ops = {.name = "probe", .poll = probe_poll, WF_FRAME(struct probe)};

static struct wf_task *make(enum length length)
{
    struct wf_task *task = wf_task_new(sizeof(struct probe));
    assert(task);
    *(struct probe *)(void *)task->frame =
        (struct probe){.future = {.ops = &probe_ops}, .written = 7, .length = length};
    return task;
}

static void spawn(enum length length)
{
    assert(wf_task_spawn(make(length), &all.scheduler, NULL) == 0);
}

/* --- the workers --- */

static void begin(uint32_t count, int tasks)
{
    interleave_name(&all.idle.state, "the idle word");
    interleave_name(&all.idle.lock, "the idle lock");
    interleave_name(&all.inject.length, "inject length");
    interleave_name(&all.inject.lock, "the inject lock");
    interleave_name(&all.lists_left, "lists_left");
    all = (struct wf_workers){.scheduler = {.ops = &scheduler_ops}, .count = count, .workers = workers};
    ended = false;
    atomic_store_explicit(&left, tasks, memory_order_relaxed);
    atomic_store_explicit(&polls, 0, memory_order_relaxed);
    sem_init(&awaited, 0, 0);
    wf_store_relaxed(&all.lists_left, 1);
    wf_idle_init(&all.idle, count);
    wf_inject_queue_init(&all.inject);
    for (uint32_t i = 0; i < count; i++) {
        wf_worker_init(&workers[i], &all, i, 4, 0);
        parks[i].park.ops = &park_ops;
        sem_init(&parks[i].permits, 0, 0);
        workers[i].park = &parks[i].park;
    }
}

static void *run(void *worker)
{
    interleave_thread_name("worker");
    assert(wf_worker_run(worker));
    assert(ended); /* plain: it sees what was done before the end */
    return NULL;
}

static pthread_t start(void)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, &workers[0]) == 0);
    return thread;
}

static void end(pthread_t thread)
{
    pthread_join(thread, NULL);
    sem_destroy(&awaited);
    wf_idle_destroy(&all.idle);
    wf_inject_queue_destroy(&all.inject);
    for (uint32_t i = 0; i < all.count; i++)
        sem_destroy(&parks[i].permits);
}

/* For the second look of a worker that falls asleep, and for the look before each park. */
MODEL(explore_inject, "05.15", "a task is injected while a worker looks, falls asleep, and parks; 2 threads")
{
    begin(1, 1);
    pthread_t thread = start();
    spawn(SHORT);
    end(thread);
}

/* For the look at lists_left between falling asleep and the park, and after it; and for its acquire, where it comes before either. */
MODEL(explore_end, "05.15", "all tasks are over while a worker falls asleep; 2 threads")
{
    begin(1, 0);
    pthread_t thread = start();
    end_all();
    end(thread);
}

/* For the wake of a sleeper by who schedules on a worker's thread, and for the change of the idle word in it. */
MODEL(explore_rescue, "05.14",
      "a task is scheduled in a long poll while the other worker falls asleep; 2 threads")
{
    begin(2, 1);
    pthread_t thread = start();
    struct wf_worker_context here = {.context = {.scheduler = &all.scheduler, .runs = "worker"},
                                     .worker = &workers[1]};
    wf_context_enter(&here.context);
    spawn(SHORT);
    wf_context_leave(&here.context);
    end(thread);
}

/* For the look of a searcher that has found a task: what came while it searched has woken nobody. */
MODEL(explore_found, "05.13",
      "a task is injected while the only searcher finds another; the first poll is long; 2 threads")
{
    begin(2, 2);
    assert(wf_idle_fall_asleep(&all.idle, &workers[1].idle_link, false));
    assert(wf_idle_begin_search(&all.idle));
    workers[0].searching = true;
    struct wf_task *task = make(LONG_IF_FIRST);
    task->scheduler = &all.scheduler;
    wf_store_relaxed(&task->state, WF_TASK_NOTIFIED | 2u * WF_TASK_REFERENCE);
    wf_inject_queue_push_one(&all.inject, task);
    pthread_t thread = start();
    spawn(LONG_IF_FIRST);
    sem_wait(&parks[1].permits); /* worker 1 is woken, and searches */
    workers[1].searching = true;
    assert(wf_worker_run(&workers[1]));
    end(thread);
}

static bool hooked; /* worker 0's: its before_park has spawned the task */

static void spawn_in_hook(void *arg)
{
    (void)arg;
    if (wf_worker_current(&all) == &workers[0] && !hooked) {
        hooked = true;
        spawn(LONG);
    }
}

/* For the search that goes on through before_park: the task of the hook's is found by a searcher, too, and its poll may be long. Nobody
 * is woken for it alone, since a lookout is there; and that one sees no task that is injected. */
MODEL(explore_hook, "05.13",
      "a task is injected while the only searcher comes to before_park, which spawns one; 2 threads")
{
    begin(2, 2);
    interleave_name(&all.lookouts, "lookouts");
    all.hooks.before_park = spawn_in_hook;
    all.lookout_ns = 1;
    assert(wf_idle_fall_asleep(&all.idle, &workers[1].idle_link, false));
    assert(wf_lookout_begin(&all)); /* it is worker 1 */
    assert(wf_idle_begin_search(&all.idle));
    workers[0].searching = true;
    hooked = false;
    pthread_t thread = start();
    spawn(AWAITED);
    sem_wait(&parks[1].permits); /* worker 1 is woken: it looks at the inject queue, and no further */
    struct wf_worker_context here = {.context = {.scheduler = &all.scheduler, .runs = "worker"},
                                     .worker = &workers[1]};
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    if (wf_inject_queue_pop(&all.inject, &batch, 1) > 0) {
        wf_context_enter(&here.context);
        wf_task_run(wf_task_queue_pop(&batch), &here.context);
        wf_context_leave(&here.context);
    }
    end(thread);
}

static void *end_lookout(void *arg)
{
    interleave_thread_name("lookout");
    wf_lookout_end(&all);
    if (wf_run_queue_length(&workers[1].queue) > 0)
        (void)wf_workers_notify(&all);
    return arg;
}

/* For the changes of the lookout's word: either the worker sees that it has ended, or it sees the worker's task. */
MODEL(explore_lookout, "05.14", "a lookout ends while a task is scheduled in a long poll; 2 threads")
{
    begin(2, 1);
    interleave_name(&all.lookouts, "lookouts");
    all.lookout_ns = 1;
    assert(wf_idle_fall_asleep(&all.idle, &workers[0].idle_link, false));
    assert(wf_lookout_begin(&all));
    pthread_t thread;
    assert(pthread_create(&thread, NULL, end_lookout, NULL) == 0);
    struct wf_worker_context here = {.context = {.scheduler = &all.scheduler, .runs = "worker"},
                                     .worker = &workers[1]};
    wf_context_enter(&here.context);
    spawn(SHORT);
    wf_context_leave(&here.context);
    pthread_join(thread, NULL);
    interleave_expect(sem_trywait(&parks[0].permits) == 0, "the lookout is woken for the task",
                      "it sleeps on");
    struct wf_task *task = wf_run_queue_pop(&workers[1].queue);
    assert(task);
    wf_context_enter(&here.context);
    wf_task_run(task, &here.context);
    wf_context_leave(&here.context);
    wf_idle_destroy(&all.idle);
    wf_inject_queue_destroy(&all.inject);
}

static void *look_out(void *arg)
{
    if (wf_lookout_begin(&all)) {
        (void)!wf_lookout_look(&all);
        wf_lookout_end(&all);
    }
    return arg;
}

/* For what a lookout has seen: the next one may be on another thread. */
MODEL(explore_two_lookouts, "05.14", "a lookout ends while another begins; 2 threads")
{
    begin(2, 1);
    interleave_name(&all.lookouts, "lookouts");
    all.lookout_ns = 1;
    pthread_t thread;
    assert(pthread_create(&thread, NULL, look_out, NULL) == 0);
    (void)look_out(NULL);
    pthread_join(thread, NULL);
    interleave_expect(!wf_lookout_is_there(&all), "nobody looks out", "somebody does");
    wf_idle_destroy(&all.idle);
    wf_inject_queue_destroy(&all.inject);
}

static void *run_until_taken(void *worker)
{
    interleave_thread_name("worker's first thread");
    interleave_expect(!wf_worker_run(worker),
                      "wf_worker_run returns false: the worker was taken from its thread", "it returns true");
    return NULL;
}

/* For what the first thread does behind the poll in which it loses the worker: nothing with the worker, which another thread runs. */
MODEL(explore_taken, "05.17",
      "a worker is taken from its thread in a poll, and another thread runs it; 2 threads")
{
    begin(1, 3); /* of two tasks: the second one's poll ends it, and nobody sleeps */
    struct wf_worker_context here = {.context = {.scheduler = &all.scheduler, .runs = "worker"},
                                     .worker = &workers[0]};
    wf_context_enter(&here.context);
    spawn(TAKEN);
    spawn(OVER);
    wf_context_leave(&here.context);
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run_until_taken, &workers[0]) == 0);
    sem_wait(&awaited);
    assert(wf_worker_run(&workers[0]));
    end(thread);
}
