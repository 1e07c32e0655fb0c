/**
 * @file scenario_items.c
 * @brief Lab 05: the tasks of a load, and what must never happen to one.
 *
 * Each task has a slot that other threads know it by. What a poll writes there plainly is for the next poll, on whichever thread:
 * the runtime alone orders them.
 */
#include "loads.h"
#include "scenario.h"
#include "weft/coop.h"

struct item {
    struct wf_future future;
    int64_t kind;
    int64_t number;
    struct wf_yield yield;
    bool yields;
    struct wf_join_handle before; /* LOAD_STAGES */
    int out;
};

struct slot load_slots[SLOTS_MAX];
int64_t load_size;
struct load_counts load_counts;
sem_t load_done, load_let_go, load_asked;
int64_t rescue_how;

void violation(enum violation what, int64_t number)
{
    if (wf_fetch_add_relaxed(&load_counts.wrong, 1) < 20) /* relaxed: only counted */
        scenario_event(EVENT_VIOLATION, what, number);
}

int64_t violations(void)
{
    return wf_load_relaxed(&load_counts.wrong);
}

static struct slot *slot_of(int64_t number)
{
    return &load_slots[scenario_in_range(number, SLOTS_MAX)];
}

/* --- spawning --- */

static const struct wf_future_ops item_ops;

void spawn_item_with(int64_t kind, int64_t number, struct wf_join_handle before, struct wf_join_handle *handle)
{
    struct wf_task *task = wf_task_new(sizeof(struct item));
    if (!task)
        scenario_broken("no memory for a task");
    *(struct item *)(void *)wf_task_frame(task) =
        (struct item){.future = {.ops = &item_ops}, .kind = kind, .number = number, .before = before};
    if (wf_task_spawn(task, load_scheduler(), handle) != 0)
        scenario_broken("a runtime that is open refuses a task");
}

void spawn_item(int64_t kind, int64_t number)
{
    spawn_item_with(kind, number, (struct wf_join_handle){.task = NULL}, NULL);
}

void spawn_items(int64_t kind, int64_t first, int64_t end)
{
    for (int64_t number = first; number < end; number++)
        spawn_item(kind, number);
}

static void one_is_over(void)
{
    /* acq_rel: the driver's thread reads what all have left; the semaphore orders the last one alone */
    if (wf_fetch_add_acq_rel(&load_counts.left, -1) == 1)
        sem_post(&load_done);
}

/* --- what tasks do --- */

static void keep(struct slot *slot, const struct wf_waker *waker)
{
    pthread_mutex_lock(&slot->lock);
    wf_waker_store(&slot->kept, waker);
    pthread_mutex_unlock(&slot->lock);
}

/* Wakes what the slot keeps, if anything: outside of the lock. */
void wake_slot(struct slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    struct wf_waker waker = wf_waker_clone(&slot->kept);
    pthread_mutex_unlock(&slot->lock);
    wf_waker_wake(&waker);
}

/* The same, but by the driver, on the thread that is in it. False: there is none. */
bool wake_slot_in_driver(struct slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    struct wf_waker waker = wf_waker_clone(&slot->kept);
    pthread_mutex_unlock(&slot->lock);
    bool given = wake_by_driver(&waker);
    if (!given)
        wf_waker_drop(&waker);
    return given;
}

void forget_slot(struct slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    struct wf_waker waker = slot->kept;
    slot->kept = (struct wf_waker){0};
    pthread_mutex_unlock(&slot->lock);
    wf_waker_drop(&waker);
}

/* The ball goes to and fro: the one that has it hits it, and wakes the other. */
static enum wf_poll play(struct item *self, struct wf_cx *cx)
{
    struct slot *slot = slot_of(self->number), *other = slot_of(self->number ^ 1);
    keep(slot, cx->waker);
    pthread_mutex_lock(&slot->lock);
    bool turn = slot->turn;
    slot->turn = false;
    pthread_mutex_unlock(&slot->lock);
    if (!turn)
        return WF_PENDING;
    slot->step++;
    pthread_mutex_lock(&other->lock);
    other->turn = true;
    pthread_mutex_unlock(&other->lock);
    wake_slot(other);
    return slot->step == HITS ? WF_READY : WF_PENDING;
}

static enum wf_poll yield(struct item *self, struct wf_cx *cx)
{
    if (!self->yields)
        wf_yield(&self->yield);
    self->yields = wf_future_poll(&self->yield.future, cx) == WF_PENDING;
    return self->yields ? WF_PENDING : WF_READY;
}

static enum wf_poll hold(struct item *self)
{
    (void)self;
    if (rescue_how == RESCUE_BEHIND)
        spawn_items(LOAD_OUTSIDE, 2, 2 + BEHIND);
    if (rescue_how == RESCUE_WOKEN)
        wake_slot(slot_of(1));
    else if (rescue_how == RESCUE_FROM_OUTSIDE)
        sem_post(&load_asked);
    else
        spawn_item(HELPER, 1);
    while (sem_wait(&load_let_go) != 0)
        ;
    return WF_READY;
}

static enum wf_poll help(struct item *self, struct wf_cx *cx)
{
    struct slot *slot = slot_of(self->number);
    if (rescue_how == RESCUE_WOKEN && slot->step++ == 0) {
        keep(slot, cx->waker);
        sem_post(&load_asked); /* it waits: the holder may be spawned */
        return WF_PENDING;
    }
    if (rescue_how == RESCUE_YIELDED && slot->step < TURNS) {
        slot->step += yield(self, cx) == WF_READY;
        if (slot->step < TURNS) {
            if (!self->yields)
                (void)yield(self, cx); /* the next one */
            return WF_PENDING;
        }
    }
    sem_post(&load_let_go);
    return WF_READY;
}

static enum wf_poll wait_as_it_does(struct item *self, struct wf_cx *cx)
{
    switch (self->number % 4) {
    case 0:
        keep(slot_of(self->number), cx->waker);
        return WF_PENDING;
    case 1:
        while (yield(self, cx) == WF_READY)
            ;
        return WF_PENDING;
    case 2:
        wf_waker_wake_by_ref(cx->waker);
        return WF_PENDING;
    default:
        return WF_PENDING; /* whoever has no waker never runs again */
    }
}

static enum wf_poll yield_some_times(struct item *self, struct slot *slot, struct wf_cx *cx)
{
    while (slot->step < TURNS) {
        if (yield(self, cx) == WF_PENDING)
            return WF_PENDING;
        slot->step++;
    }
    return WF_READY;
}

static enum wf_poll work(struct item *self, struct slot *slot, struct wf_cx *cx)
{
    switch (self->kind) {
    case LOAD_OUTSIDE:
        return WF_READY;
    case LOAD_TREE:
        for (int64_t child = 2 * self->number + 1; child <= 2 * self->number + 2; child++)
            if (child < load_size)
                spawn_item(LOAD_TREE, child);
        return WF_READY;
    case LOAD_CHAIN:
        if (self->number + 1 < load_size)
            spawn_item(LOAD_CHAIN, self->number + 1);
        return WF_READY;
    case LOAD_YIELDS:
        return yield_some_times(self, slot, cx);
    case LOAD_SELF_WAKES:
        if (++slot->step > TURNS)
            return WF_READY;
        wf_waker_wake_by_ref(cx->waker);
        return WF_PENDING;
    case LOAD_PAIRS:
        if ((self->number ^ 1) >= load_size)
            return yield_some_times(self, slot, cx); /* it has no partner */
        return play(self, cx);
    case LOAD_STAGES:
        return self->before.task ? wf_future_poll(&self->before.future, cx) : yield(self, cx);
    case LOAD_STORM:
        keep(slot, cx->waker);
        for (int i = 0; i < STORMS; i++)
            if (wf_load_relaxed(&slot->ball[i]) < WAKES) /* relaxed: the wake orders it */
                return WF_PENDING;
        return WF_READY;
    case LOAD_FAN_OUT:
        if (self->number == 0)
            spawn_items(LOAD_FAN_OUT, 1, load_size);
        return WF_READY;
    case HOLDER:
        return hold(self);
    case HELPER:
        return help(self, cx);
    default:
        return wait_as_it_does(self, cx);
    }
}

/* A chain without end, until the others are over. */
static enum wf_poll chain_on(struct item *self)
{
    if (wf_load_relaxed(&load_counts.others_left) > 0) /* relaxed: a moment later is as good */
        spawn_item(FOR_EVER, self->number);
    else
        one_is_over();
    return WF_READY;
}

static enum wf_poll item_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct item *self = (struct item *)future;
    wf_fetch_add_relaxed(&load_counts.polls, 1); /* relaxed: only counted */
    if (!is_workers_thread())
        violation(NOT_ON_A_WORKER, self->number);
    if (self->kind == FOR_EVER)
        return chain_on(self);
    struct slot *slot = slot_of(self->number);
    if (wf_exchange_relaxed(&slot->inside, true)) /* relaxed: shows two at once, orders nothing */
        violation(TWO_AT_ONCE, self->number);
    if (slot->over)
        violation(POLLED_WHEN_OVER, self->number);
    slot->polls++;
    enum wf_poll poll = work(self, slot, cx);
    slot->over = poll == WF_READY;
    wf_store_relaxed(&slot->inside, false); /* relaxed: as above */
    if (poll == WF_PENDING)
        return poll;
    wf_fetch_add_relaxed(&load_counts.ended, 1);        /* relaxed: only counted */
    wf_fetch_add_relaxed(&load_counts.others_left, -1); /* relaxed: as above */
    one_is_over();
    return poll;
}

static void item_drop(struct wf_future *future)
{
    struct item *self = (struct item *)future;
    if (self->before.task)
        wf_future_drop(&self->before.future);
    if (!is_workers_thread())
        violation(NOT_ON_A_WORKER, self->number);
    wf_fetch_add_relaxed(&load_counts.dropped, 1); /* relaxed: only counted */
}

static const struct wf_future_ops item_ops = {
    .name = "item", .poll = item_poll, .drop = item_drop, WF_FRAME(struct item)};
