/**
 * @file model.c
 * @brief Three models of lab 05: a steal, an overflow beside a steal, and a worker that falls asleep.
 */
#include <interleave.h>

#include "weft/detail/idle.h"
#include "weft/detail/run_queue.h"
#include "weft/panic.h"

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

/* x2.T1: three functions: to take a task (what do you look at, and what do you note?); a thief,
 * which takes once; and the end, which takes what is left, in both rings and in the inject queue,
 * says what must hold of each task, and frees it */

MODEL(steal, "-", "a thief steals while the owner pushes and pops; 2 threads")
{
    begin();
    /* x2.T1: start the thief, so early that every step of the owner can come before, between and
     * behind its own */
    LAB_TODO("x2.T1");
}

MODEL(overflow, "-", "the owner pushes to a full ring while a thief steals; 2 threads")
{
    begin();
    /* x2.T2: fill the ring before the thief comes, for what is of no interest need not be
     * interleaved */
    LAB_TODO("x2.T2");
}

/* --- the idle word --- */

/* Two workers: worker 0 is a thread of the model, worker 1 sleeps. Work is one flag, and relaxed: the idle word alone orders it. */
enum { WORKERS = 2 };

static struct wf_idle idle;
static struct wf_list links[WORKERS];
static atomic_int work;

/* x2.T3: two functions: one publishes work, and wakes the worker that wf_idle_to_wake() names, if
 * any; a worker looks, searches if it may, falls asleep, and looks again if it must. What do they
 * note, so that the model can tell at its end whether some worker will run the work? */

MODEL(sleep, "-", "the last worker falls asleep while work is published; 2 threads")
{
    interleave_thread_name("publisher");
    interleave_name(&idle.state, "the idle word");
    interleave_name(&work, "work", "NONE", "SOME");
    wf_idle_init(&idle, WORKERS);
    for (int i = 0; i < WORKERS; i++)
        wf_list_init(&links[i]);
    (void)!wf_idle_fall_asleep(&idle, &links[1], false);
    /* x2.T3: start worker 0, publish, and join it; then some worker must be awake, or woken, for
     * the work */
    LAB_TODO("x2.T3");
    wf_idle_destroy(&idle);
}
