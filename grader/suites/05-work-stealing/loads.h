/**
 * @file loads.h
 * @brief What the files of the scenario "runtime" share: the runtime, and the tasks of a load.
 */
#ifndef WEFT_SUITE_05_LOADS_H
#define WEFT_SUITE_05_LOADS_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "steps.h"
#include "weft/detail/atomic.h"
#include "weft/task.h"

enum {
    SLOTS_MAX = 2048,
    TURNS = 5,     /* of a task that yields, or wakes itself */
    HITS = 40,     /* of one of a pair */
    TRACK = 200,   /* stages that await each other, one after the other */
    STORMS = 2,    /* threads that wake */
    WAKES = 30,    /* of each of them, of each task */
    BEHIND = 40,   /* tasks in front of the one that lets go */
    FOR_EVER = -1, /* kinds of tasks beside the loads: a chain without end */
    HOLDER = -2,
    HELPER = -3,
    STATE = -4,
};

/** What other threads know a task by. */
struct slot {
    WF_ATOMIC(bool) inside; /* it is polled */
    bool over;              /* plain, as the next two: of the polls */
    int64_t polls;
    int64_t step;
    WF_ATOMIC(int) ball[STORMS]; /* wakes, so far, by each thread */
    pthread_mutex_t lock;        /* guards what follows */
    struct wf_waker kept;
    bool turn; /* of a pair: it is this one's */
};

/** Sums of a load; changed by all. */
struct load_counts {
    WF_ATOMIC(int64_t) left, ended, wrong, polls, dropped, others_left;
};

/* scenario_runtime.c */

/** The runtime's scheduler. */
struct wf_scheduler *load_scheduler(void);
/** Whether this thread is one that the runtime has started. */
bool is_workers_thread(void);
/** Have the waker, which is given away, woken by the driver, on the thread that is in it. False: there is no driver. */
bool wake_by_driver(const struct wf_waker *waker);

/** wf_multi_thread_block_on(). */
int run_root(struct wf_future *root);

/* scenario_items.c: the tasks */

extern struct slot load_slots[SLOTS_MAX];
extern int64_t load_size, rescue_how;
extern struct load_counts load_counts;
extern sem_t load_done, load_let_go, load_asked;

void spawn_item(int64_t kind, int64_t number);
void spawn_items(int64_t kind, int64_t first, int64_t end);
void spawn_item_with(int64_t kind, int64_t number, struct wf_join_handle before,
                     struct wf_join_handle *handle);
/** Wake what the slot keeps, if anything. */
void wake_slot(struct slot *slot);
/** The same, but by the driver, on the thread that is in it. False: there is none. */
bool wake_slot_in_driver(struct slot *slot);
void forget_slot(struct slot *slot);
/** Tell of it, and count it. Any thread. */
void violation(enum violation what, int64_t number);
int64_t violations(void);

/* scenario_loads.c */

/** Run a load to its end: how many tasks ended as they should, and violations. */
struct step_reply load_carry(int64_t load, int64_t size);
struct step_reply load_rescue(int64_t how, int64_t times);
struct step_reply load_block_ons(int64_t threads, int64_t size);
/** Tasks in all states, none of which ends by itself. */
void load_states(int64_t size);
/** How many of these are over, however they ended; and violations. */
struct step_reply load_states_over(void);
/** Polls of all tasks so far. */
int64_t load_polls(void);
void loads_begin(void);

#endif
