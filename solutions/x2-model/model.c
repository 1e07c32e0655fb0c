/**
 * @file model.c
 * @brief Three models of lab 05: a steal, an overflow beside a steal, and a worker that falls asleep.
 */
#include <interleave.h>

#include "weft/detail/idle.h"
#include "weft/detail/run_queue.h"

/* --- rings and tasks --- */

enum { SLOTS = 4, TASKS = 6 };

static struct wf_run_queue ring, thiefs;
static struct wf_inject_queue inject; /* where an overflow goes */
static struct wf_task *tasks[TASKS];

static void begin(void)
{
    interleave_thread_name("owner");
    interleave_name(&ring.head, "head");
    interleave_name(&ring.tail, "tail");
    interleave_name(&inject.length, "inject length");
    wf_run_queue_init(&ring, SLOTS, 0);
    wf_run_queue_init(&thiefs, SLOTS, 0);
    wf_inject_queue_init(&inject);
}

/* The owner pushes a new task. Its number is plain memory: what push publishes. */
static void push(uint32_t number)
{
    tasks[number] = calloc(1, sizeof *tasks[number]);
    tasks[number]->id = number;
    wf_run_queue_push(&ring, tasks[number], &inject);
}

/* LAB x2.T1 { three functions: to take a task (what do you look at, and what do you note?); a thief, which takes once; and the end, which takes what is left, in both rings and in the inject queue, says what must hold of each task, and frees it */
static int taken[TASKS]; /* plain: where two threads take one task, they race */

static void take(const struct wf_task *task)
{
    if (task)
        taken[task->id]++; /* the read is a race too, where nothing published the number */
}

static void *steal(void *arg)
{
    uint32_t count;
    interleave_thread_name("thief");
    take(wf_run_queue_steal(&ring, &thiefs, &count));
    return arg;
}

/* All threads but this one have ended, so it may pop from the thief's ring. */
static void end(uint32_t count)
{
    struct wf_task_queue injected;
    struct wf_task *task;
    while ((task = wf_run_queue_pop(&ring)))
        take(task);
    while ((task = wf_run_queue_pop(&thiefs)))
        take(task);
    wf_task_queue_init(&injected);
    wf_inject_queue_pop(&inject, &injected, TASKS);
    while ((task = wf_task_queue_pop(&injected)))
        take(task);
    for (uint32_t i = 0; i < count; i++) {
        interleave_expect(taken[i] == 1, "each task is taken once", "task %u was taken %d times", i, taken[i]);
        free(tasks[i]);
    }
    wf_inject_queue_destroy(&inject);
}
/* LAB x2.T1 } */

MODEL(steal, "-", "a thief steals while the owner pushes and pops; 2 threads")
{
    begin();
    /* LAB x2.T1 { start the thief, so early that every step of the owner can come before, between and behind its own */
    pthread_t thief;
    pthread_create(&thief, NULL, steal, NULL);
    push(0);
    push(1);
    take(wf_run_queue_pop(&ring));
    push(2);
    take(wf_run_queue_pop(&ring));
    pthread_join(thief, NULL);
    end(3);
    /* LAB x2.T1 } */
}

MODEL(overflow, "-", "the owner pushes to a full ring while a thief steals; 2 threads")
{
    begin();
    /* LAB x2.T2 { fill the ring before the thief comes, for what is of no interest need not be interleaved */
    pthread_t thief;
    for (uint32_t number = 0; number < SLOTS; number++)
        push(number);
    pthread_create(&thief, NULL, steal, NULL);
    push(SLOTS);
    take(wf_run_queue_pop(&ring));
    pthread_join(thief, NULL);
    end(SLOTS + 1);
    /* LAB x2.T2 } */
}

/* --- the idle word --- */

/* Two workers: worker 0 is a thread of the model, worker 1 sleeps. Work is one flag, and relaxed: the idle word alone orders it. */
enum { WORKERS = 2 };

static struct wf_idle idle;
static struct wf_list links[WORKERS];
static atomic_int work;

/* LAB x2.T3 { two functions: one publishes work, and wakes the worker that wf_idle_to_wake() names, if any; a worker looks, searches if it may, falls asleep, and looks again if it must. What do they note, so that the model can tell at its end whether some worker will run the work? */
static atomic_int woken[WORKERS];
static bool sleeps; /* worker 0: read when it has ended */

static void publish(void)
{
    atomic_store_explicit(&work, 1, memory_order_relaxed);
    struct wf_list *link = wf_idle_to_wake(&idle);
    if (link)
        atomic_store_explicit(&woken[link - links], 1, memory_order_relaxed);
}

static bool is_work(void)
{
    return atomic_load_explicit(&work, memory_order_relaxed) != 0;
}

static void *worker(void *arg)
{
    interleave_thread_name("worker 0");
    bool searches = wf_idle_begin_search(&idle);
    if (is_work()) { /* it would run it */
        if (searches)
            (void)!wf_idle_end_search(&idle);
        return arg;
    }
    sleeps = true;
    if (wf_idle_fall_asleep(&idle, &links[0], searches) && is_work())
        sleeps = false; /* it would wake a worker, if only itself */
    return arg;
}
/* LAB x2.T3 } */

MODEL(sleep, "-", "the last worker falls asleep while work is published; 2 threads")
{
    interleave_thread_name("publisher");
    interleave_name(&idle.state, "the idle word");
    interleave_name(&work, "work", "NONE", "SOME");
    wf_idle_init(&idle, WORKERS);
    for (int i = 0; i < WORKERS; i++)
        wf_list_init(&links[i]);
    (void)!wf_idle_fall_asleep(&idle, &links[1], false);
    /* LAB x2.T3 { start worker 0, publish, and join it; then some worker must be awake, or woken, for the work */
    pthread_t thread;
    pthread_create(&thread, NULL, worker, NULL);
    publish();
    pthread_join(thread, NULL);
    bool somebody = !sleeps;
    for (int i = 0; i < WORKERS; i++)
        somebody |= atomic_load_explicit(&woken[i], memory_order_relaxed) != 0;
    interleave_expect(somebody, "a worker is awake, or was woken, for the work", "all sleep");
    /* LAB x2.T3 } */
    wf_idle_destroy(&idle);
}
