/**
 * @file scenario_loads.c
 * @brief Lab 05: loads: many tasks of one kind, of which nothing is told but sums.
 */
#include <sched.h>

#include "loads.h"
#include "scenario.h"

int64_t load_polls(void)
{
    return wf_load_relaxed(&load_counts.polls);
}

void loads_begin(void)
{
    sem_init(&load_done, 0, 0);
    sem_init(&load_let_go, 0, 0);
    sem_init(&load_asked, 0, 0);
    wf_store_relaxed(&load_counts.wrong, 0);
    wf_store_relaxed(&load_counts.polls, 0);
}

static void begin_load(int64_t size, int64_t ends)
{
    load_size = scenario_in_range(size, SLOTS_MAX);
    for (int i = 0; i < SLOTS_MAX; i++)
        load_slots[i] = (struct slot){.lock = PTHREAD_MUTEX_INITIALIZER};
    wf_store_relaxed(&load_counts.left, ends);
    wf_store_relaxed(&load_counts.ended, 0);
    wf_store_relaxed(&load_counts.dropped, 0);
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

static void *storm(void *arg)
{
    for (int wakes = 1; wakes <= WAKES; wakes++)
        for (int64_t number = 0; number < load_size; number++) {
            wf_store_relaxed(&load_slots[number].ball[(intptr_t)arg], wakes); /* relaxed: the wake orders it */
            if (number % 2 == 0 || !wake_slot_in_driver(&load_slots[number]))
                wake_slot(&load_slots[number]);
        }
    return NULL;
}

static void *spawn_beside(void *arg)
{
    int64_t half = load_size / 2, first = arg ? half : 0;
    for (int64_t number = first; number < first + half; number++) {
        spawn_item(LOAD_OUTSIDE, number);
        sched_yield();
    }
    return NULL;
}

static void on_two_threads(void *(*body)(void *))
{
    pthread_t threads[STORMS];
    for (intptr_t i = 0; i < STORMS; i++)
        if (pthread_create(&threads[i], NULL, body, (void *)i) != 0)
            scenario_broken("no thread");
    for (int i = 0; i < STORMS; i++)
        pthread_join(threads[i], NULL);
}

static void spawn_stages(void)
{
    struct wf_join_handle before = {.task = NULL};
    for (int64_t number = 0; number < load_size; number++) {
        bool last = (number + 1) % TRACK == 0 || number + 1 == load_size;
        spawn_item_with(LOAD_STAGES, number, before, last ? NULL : &before);
        if (last)
            before = (struct wf_join_handle){.task = NULL};
    }
}

struct step_reply load_carry(int64_t load, int64_t size)
{
    int64_t extra = load == LOAD_CHAIN_BESIDE;
    begin_load(size, size + extra);
    wf_store_relaxed(&load_counts.others_left, size);
    switch ((enum load)load) {
    case LOAD_TREE:
    case LOAD_CHAIN:
    case LOAD_FAN_OUT:
        spawn_item(load, 0);
        break;
    case LOAD_PAIRS:
        for (int64_t number = 0; number < size; number += 2)
            load_slots[number].turn = true;
        spawn_items(load, 0, size);
        break;
    case LOAD_STAGES:
        spawn_stages();
        break;
    case LOAD_STORM:
        spawn_items(load, 0, size);
        on_two_threads(storm);
        break;
    case LOAD_CHAIN_BESIDE:
        spawn_item(FOR_EVER, 0);
        on_two_threads(spawn_beside);
        break;
    default:
        spawn_items(load, 0, size);
    }
    wait_for(&load_done);
    for (int64_t number = 0; number < size; number++)
        forget_slot(&load_slots[number]);
    return (struct step_reply){wf_load_relaxed(&load_counts.ended), violations()};
}

struct step_reply load_rescue(int64_t how, int64_t times)
{
    int64_t rescued = 0;
    rescue_how = how;
    for (int64_t time = 0; time < times; time++) {
        begin_load(2, how == RESCUE_BEHIND ? 2 + BEHIND : 2);
        if (how == RESCUE_WOKEN) {
            spawn_item(HELPER, 1);
            wait_for(&load_asked);
        }
        spawn_item(HOLDER, 0);
        if (how == RESCUE_FROM_OUTSIDE) {
            wait_for(&load_asked);
            spawn_item(HELPER, 1);
        }
        wait_for(&load_done);
        forget_slot(&load_slots[1]);
        rescued++;
    }
    return (struct step_reply){rescued, violations()};
}

/* --- roots --- */

struct root {
    struct wf_future future;
    pthread_t thread;
    int64_t first, count, spawned, joined;
    struct wf_join_handle handle;
    bool awaits;
    int out;
};

static enum wf_poll root_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct root *self = (struct root *)future;
    if (!pthread_equal(pthread_self(), self->thread))
        violation(ROOT_ELSEWHERE, self->first);
    for (; self->joined < self->count; self->joined++) {
        if (!self->awaits)
            spawn_item_with(LOAD_YIELDS, self->first + self->joined, (struct wf_join_handle){.task = NULL},
                            &self->handle);
        self->awaits = wf_future_poll(&self->handle.future, cx) == WF_PENDING;
        if (self->awaits)
            return WF_PENDING;
    }
    return WF_READY;
}

static const struct wf_future_ops root_ops = {.name = "root", .poll = root_poll, WF_FRAME(struct root)};

static void *run_one_root(void *arg)
{
    struct root *root = arg;
    root->thread = pthread_self();
    return run_root(&root->future) == 0 ? arg : NULL;
}

struct step_reply load_block_ons(int64_t threads, int64_t size)
{
    enum { THREADS_MAX = 4 };
    static struct root roots[THREADS_MAX];
    pthread_t ids[THREADS_MAX];
    struct step_reply reply = STEP_DONE;
    int64_t share = size / scenario_in_range(threads, THREADS_MAX + 1);
    begin_load(size, share * threads);
    for (int i = 0; i < threads; i++) {
        roots[i] = (struct root){.future = {.ops = &root_ops}, .first = i * share, .count = share};
        if (pthread_create(&ids[i], NULL, run_one_root, &roots[i]) != 0)
            scenario_broken("no thread");
    }
    for (int i = 0; i < threads; i++) {
        void *result;
        pthread_join(ids[i], &result);
        reply.a += result != NULL && roots[i].joined == share;
    }
    wait_for(&load_done);
    reply.b = violations();
    return reply;
}

/* --- the end with tasks in all states --- */

void load_states(int64_t size)
{
    begin_load(size, size + 1);
    for (int64_t number = 0; number < size; number++) {
        if (number == size / 2)
            sched_yield(); /* some have run, others not */
        spawn_item(STATE, number);
    }
}

struct step_reply load_states_over(void)
{
    for (int64_t number = 0; number < load_size; number++)
        forget_slot(&load_slots[number]);
    return (struct step_reply){wf_load_relaxed(&load_counts.ended) + wf_load_relaxed(&load_counts.dropped),
                               violations()};
}
