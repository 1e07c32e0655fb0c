/**
 * @file own_executor.c
 * @brief An executor of your own, in 60 lines of code: a stack under a lock, and any number of threads that run it.
 *
 * A task knows of its executor only the schedule seam (scheduler.h): `bind` hands a new task over, `schedule` one that
 * was woken, `released` one that is over. All three keep the one rule there is: what was handed over is given to
 * wf_task_run(), once. Which thread does that, and in which order, is the executor's to choose.
 */
#include <pthread.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/context.h"
#include "weft/error.h"
#include "weft/task.h"

/* --- the executor --------------------------------------------------------------------------------------- */

struct executor {
    struct wf_scheduler scheduler; /* first: it is a scheduler */
    pthread_mutex_t lock;          /* guards what follows */
    pthread_cond_t changed;        /* signalled when a task is to be run, and when one is over */
    struct wf_task *top;           /* of those to be run, linked through `next`: the last one in goes first */
    int alive;                     /* tasks that are not over */
};

/* Signals with the lock held: once it is released, the task may run, end, and be the last; main then destroys us. */
static void push(struct executor *self, struct wf_task *task, int born)
{
    pthread_mutex_lock(&self->lock);
    self->alive += born;
    task->next = self->top;
    self->top = task;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static int executor_bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    push((struct executor *)scheduler, task, 1);
    return 0;
}

static void executor_schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    push((struct executor *)scheduler, task, 0);
}

static void executor_released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)task;
    struct executor *self = (struct executor *)scheduler;
    pthread_mutex_lock(&self->lock);
    self->alive--;
    pthread_cond_broadcast(&self->changed); /* the threads that sleep look whether that was the last */
    pthread_mutex_unlock(&self->lock);
}

/* It lives in main: nobody needs to keep it alive, so there is no `reference`. */
static const struct wf_scheduler_ops executor_ops = {
    .name = "own",
    .bind = executor_bind,
    .schedule = executor_schedule,
    .released = executor_released,
    .migrates = true, /* a task is run by whichever thread takes it */
};

/* The next task, NULL once all are over; sleeps while there is none to run. */
static struct wf_task *next_task(struct executor *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->top && self->alive > 0)
        pthread_cond_wait(&self->changed, &self->lock);
    struct wf_task *task = self->top;
    self->top = task ? task->next : NULL;
    pthread_mutex_unlock(&self->lock);
    return task;
}

/* Runs tasks until all are over. Any number of threads may. */
static void *run(void *arg)
{
    struct executor *self = arg;
    struct wf_context context = {.scheduler = &self->scheduler};
    wf_context_enter(&context);
    for (struct wf_task *task; (task = next_task(self));)
        wf_task_run(task, &context);
    wf_context_leave(&context);
    return NULL;
}

/* --- what it runs --------------------------------------------------------------------------------------- */

/* Counts the primes in [from, to). */
struct count_primes {
    struct wf_future future;
    int from, to; /* arguments */
    int out;
};

ASYNC_FN(count_primes)
{
    ASYNC_BEGIN;
    for (int number = self->from; number < self->to; number++) { /* no await in here, so locals will do */
        int divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0)
            divisor++;
        self->out += number > 1 && divisor * divisor > number;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

enum { PARTS = 8, PART = 1000 };

/* Has the parts counted by tasks, on whichever threads, and awaits them. */
struct count_all {
    struct wf_future future;
    struct wf_scheduler *scheduler; /* an argument */
    int *result;                    /* an argument: the number of primes, or why there is none */
    struct wf_join_handle handles[PARTS];
    int counts[PARTS];
    int i;
    int status;
    int sum;
    int out;
};

ASYNC_FN(count_all)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < PARTS; self->i++) {
        self->status = WF_SPAWN(self->scheduler, &self->handles[self->i], count_primes,
                                .from = self->i * PART, .to = (self->i + 1) * PART);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        self->handles[self->i].value = &self->counts[self->i];
    }
    for (self->i = 0; self->i < PARTS; self->i++) {
        AWAIT_TO(self->status, &self->handles[self->i]);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        self->sum += self->counts[self->i];
    }
    self->out = self->sum;
ASYNC_FINALLY:
    for (int i = 0; i < PARTS; i++)
        if (self->handles[i].task)
            wf_future_drop(&self->handles[i].future);
    *self->result = self->out;
    ASYNC_END;
}

int main(void)
{
    struct executor executor = {.scheduler = {.ops = &executor_ops},
                                .lock = PTHREAD_MUTEX_INITIALIZER,
                                .changed = PTHREAD_COND_INITIALIZER};
    int primes = 0;
    int status =
        WF_SPAWN(&executor.scheduler, NULL, count_all, .scheduler = &executor.scheduler, .result = &primes);
    pthread_t helper;
    if (status != 0 || pthread_create(&helper, NULL, run, &executor) != 0) {
        fprintf(stderr, "own_executor: no memory, or no thread\n");
        return 1;
    }
    run(&executor);
    pthread_join(helper, NULL);
    pthread_cond_destroy(&executor.changed);
    pthread_mutex_destroy(&executor.lock);
    printf("%d primes below %d; live bytes: %zu\n", primes, PARTS * PART, wf_live_bytes());
    return primes >= 0 ? 0 : 1;
}
