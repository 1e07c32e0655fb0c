/**
 * @file models_bench.c
 * @brief What the models of lab 08 share.
 */
#include "models.h"

static void *clone_waker(void *data)
{
    assert(wf_fetch_add_relaxed(&((struct counted *)data)->references, 1) > 0); /* what is gone is not cloned */
    return data;
}

/* release: pairs with wait_for_wake(). */
static void wake_by_ref(void *data)
{
    wf_fetch_add_release(&((struct counted *)data)->wakes, 1);
}

static void drop(void *data)
{
    wf_fetch_add_relaxed(&((struct counted *)data)->references, -1);
}

static void wake(void *data)
{
    wake_by_ref(data);
    drop(data);
}

static const struct wf_waker_ops ops = {clone_waker, wake, wake_by_ref, drop};

struct wf_waker waker_of(struct counted *counted)
{
    return (struct wf_waker){&ops, counted};
}

struct wf_waker new_waker(struct counted *counted)
{
    wf_store_relaxed(&counted->references, 1);
    return waker_of(counted);
}

int wakes_of(const struct counted *counted)
{
    return wf_load_relaxed(&counted->wakes);
}

void wait_for_wake(const struct counted *counted)
{
    while (wf_load_acquire(&counted->wakes) == 0)
        continue;
}

void expect_no_clone(const struct counted *counted)
{
    int references = wf_load_relaxed(&counted->references);
    interleave_expect(references == 1,
                      "each clone of a waker is given back once, or used up by its wake: 1 reference is left",
                      "%d are left", references);
}

pthread_t start(void *(*run)(void *arg))
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, NULL) == 0);
    return thread;
}
