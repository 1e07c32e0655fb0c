/**
 * @file model.c
 * @brief Three models that assert nothing: memory and a wait say what is wrong.
 */
#include <interleave.h>

#include <semaphore.h>

#include "weft/detail/idle.h"
#include "weft/detail/run_queue.h"

enum { SLOTS = 4, WORKERS = 2 };

static struct wf_run_queue rings[2];
static struct wf_inject_queue inject;

static void push(struct wf_task *task)
{
    task->id = 7;
    wf_run_queue_push(&rings[0], task, &inject);
}

static void push_new(void)
{
    push(malloc(sizeof(struct wf_task)));
}

static void take(struct wf_task *task)
{
    if (!task)
        return;
    task->id++; /* written by the pusher; and where another thread has taken it too, it may be free */
    free(task);
}

static void pop(void)
{
    take(wf_run_queue_pop(&rings[0]));
}

static void *steal(void *arg)
{
    uint32_t count;
    struct wf_task *task = wf_run_queue_steal(&rings[0], &rings[1], &count);
    take(task);
    return arg;
}

static pthread_t begin(int full)
{
    pthread_t thief;
    for (int i = 0; i < 2; i++)
        wf_run_queue_init(&rings[i], SLOTS, UINT32_MAX - 1); /* the numbers wrap on the way */
    wf_inject_queue_init(&inject);
    for (int i = 0; i < full; i++)
        push_new();
    pthread_create(&thief, NULL, steal, NULL);
    return thief;
}

static void end(pthread_t thief)
{
    pthread_join(thief, NULL);
    struct wf_task_queue rest;
    wf_task_queue_init(&rest);
    wf_inject_queue_pop(&inject, &rest, 3 * SLOTS);
    for (int i = 0; i < 2; i++)
        for (struct wf_task *task; (task = wf_run_queue_pop(&rings[i]));)
            take(task);
    for (struct wf_task *task; (task = wf_task_queue_pop(&rest));)
        take(task);
    wf_inject_queue_destroy(&inject);
}

MODEL(steal, "-", "push, push, pop, push, pop beside a thief; 2 threads")
{
    pthread_t thief = begin(0);
    push_new();
    push_new();
    pop();
    push_new();
    pop();
    end(thief);
}

MODEL(overflow, "-", "two pushes to a full ring beside a thief; 2 threads")
{
    pthread_t thief = begin(SLOTS);
    push_new();
    push_new();
    pop();
    end(thief);
}

static struct wf_idle idle;
static struct wf_list links[WORKERS];
static sem_t permits[WORKERS];
static atomic_bool work, taken;

static bool take_work(void)
{
    return atomic_load_explicit(&work, memory_order_relaxed) &&
           !atomic_exchange_explicit(&taken, true, memory_order_relaxed);
}

static void wake(void)
{
    struct wf_list *link = wf_idle_to_wake(&idle);
    if (link)
        sem_post(&permits[link - links]);
}

/* Until the work is done by this worker, or it sleeps until it is woken for it. */
static void *worker(void *arg)
{
    int me = arg ? 1 : 0;
    bool searching = false;
    while (!take_work()) {
        if (wf_idle_fall_asleep(&idle, &links[me], searching) &&
            atomic_load_explicit(&work, memory_order_relaxed) &&
            !atomic_load_explicit(&taken, memory_order_relaxed))
            wake();
        sem_wait(&permits[me]);
        if (wf_idle_is_asleep(&idle, &links[me]))
            return arg; /* the end, not a wake */
        searching = true;
    }
    if (searching)
        (void)!wf_idle_end_search(&idle);
    for (int i = 0; i < WORKERS; i++) /* it is done: the others may end */
        sem_post(&permits[i]);
    return arg;
}

MODEL(sleep, "-", "a worker sleeps, one is about to, and work is published; 2 threads")
{
    pthread_t thread;
    wf_idle_init(&idle, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        wf_list_init(&links[i]);
        sem_init(&permits[i], 0, 0);
    }
    pthread_create(&thread, NULL, worker, NULL);
    atomic_store_explicit(&work, true, memory_order_relaxed);
    wake();
    pthread_join(thread, NULL);
    for (int i = 0; i < WORKERS; i++)
        sem_destroy(&permits[i]);
    wf_idle_destroy(&idle);
}
