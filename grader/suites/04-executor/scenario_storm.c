/**
 * @file scenario_storm.c
 * @brief Lab 04: wakes as fast as they can be, with nothing told meanwhile that would order the threads.
 */
#include "handover.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "stage.h"
#include "weft/detail/atomic.h"

/* --- one probe, woken whenever it has been polled --- */

static void wake_kept(void *probe)
{
    wf_waker_wake_by_ref(kept_waker(*(const int64_t *)probe));
}

void storm(int64_t probe, int64_t rounds, int64_t spin)
{
    rally(rounds, spin, wake_kept, &probe);
}

/* --- many tasks that only wait --- */

struct one {
    struct wf_future future;
    int index;
    int out;
};

static struct wf_waker wakers[MANY_MAX];
static int64_t many;
static WF_ATOMIC(int) dropping, dropped, polled_late;

static enum wf_poll one_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct one *self = (struct one *)future;
    if (wf_load_relaxed(&dropping))
        atomic_fetch_add_explicit(&polled_late, 1, memory_order_relaxed);
    else
        wf_waker_store(&wakers[self->index], cx->waker);
    return WF_PENDING;
}

static void one_drop(struct wf_future *future)
{
    (void)future;
    atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
}

static const struct wf_future_ops one_ops = {
    .name = "one", .poll = one_poll, .drop = one_drop, WF_FRAME(struct one)};

void spawn_many(struct wf_scheduler *scheduler, int64_t count)
{
    many = scenario_in_range(count, MANY_MAX + 1);
    atomic_store(&dropping, 0);
    atomic_store(&dropped, 0);
    atomic_store(&polled_late, 0);
    for (int i = 0; i < many; i++) {
        struct wf_task *task = kit_new_task(sizeof(struct one));
        *(struct one *)(void *)wf_task_frame(task) = (struct one){.future = {.ops = &one_ops}, .index = i};
        kit_spawn(task, scheduler, NULL);
    }
}

void many_begin_to_drop(void)
{
    wf_store_relaxed(&dropping, 1);
}

void wake_many(void)
{
    for (int64_t i = 0; i < many; i++)
        wf_waker_wake_by_ref(&wakers[i]);
}

void count_many(int64_t *dropped_out, int64_t *polled_out)
{
    *dropped_out = atomic_load(&dropped);
    *polled_out = atomic_load(&polled_late);
}

void forget_many(void)
{
    for (int64_t i = 0; i < many; i++)
        wf_waker_drop(&wakers[i]);
    many = 0;
}

/* --- a chain of tasks, each of which owns the join handle of the one before --- */

struct chained {
    struct wf_future future;
    struct wf_join_handle before; /* empty in the first one, which waits for ever */
    int out;
};

static int64_t chained_dropped; /* plain: they end on one thread, which is joined */

static enum wf_poll chained_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct chained *self = (struct chained *)future;
    return self->before.task ? wf_future_poll(&self->before.future, cx) : WF_PENDING;
}

static void chained_drop(struct wf_future *future)
{
    struct chained *self = (struct chained *)future;
    chained_dropped++;
    if (self->before.task)
        wf_future_drop(&self->before.future);
}

static const struct wf_future_ops chained_ops = {
    .name = "chained", .poll = chained_poll, .drop = chained_drop, WF_FRAME(struct chained)};

void spawn_chain(struct wf_scheduler *scheduler, int64_t count)
{
    struct wf_join_handle before = {.task = NULL};
    chained_dropped = 0;
    for (int64_t i = 0; i < count; i++) {
        struct wf_task *task = kit_new_task(sizeof(struct chained));
        *(struct chained *)(void *)wf_task_frame(task) =
            (struct chained){.future = {.ops = &chained_ops}, .before = before};
        kit_spawn(task, scheduler, i + 1 < count ? &before : NULL);
    }
}

int64_t chain_dropped(void)
{
    return chained_dropped;
}
