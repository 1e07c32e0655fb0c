/**
 * @file scenario_flood.c
 * @brief Lab 08: many waiters of one readiness, and wakers that call back; and a waiter that outlives its lock.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mocks.h"
#include "stage.h"
#include "weft/detail/readiness.h"

/* --- a flood --- */

struct flooded {
    struct wf_waiter *waiter; /* its own allocation; NULL: dropped, and freed */
    int64_t number, wakes, clones;
    bool is_bomb, stands_by; /* waits for something else */
    bool has_left;           /* dropped, or READY, in a wake */
};

static struct wf_readiness flooded;
static struct flooded *flood, *more, *bystanders;
static int64_t flood_count, flood_what, woken_last, wrong_sequence;

/* The number that acts, and on which others; the rest is let alone. */
static const struct step_flood_some first_on_all = {.by = 0, .from = 1, .some = FLOOD_MAX};
static struct step_flood_some some;

static int depth; /* of wakes in wakes */
static void flood_goes_off(void);

static void *flood_clone(void *data)
{
    ((struct flooded *)data)->clones++;
    wrong_sequence += is_held(flooded.lock);
    return data;
}

static void flood_wake_by_ref(void *data)
{
    struct flooded *self = data;
    if (self->stands_by) {
        wrong_sequence += is_held(flooded.lock);
        self->wakes++;
        return;
    }
    wrong_sequence += is_held(flooded.lock) || self->number <= woken_last;
    woken_last = self->number;
    self->wakes++;
    if (self->is_bomb)
        flood_goes_off();
}

static void flood_drop(void *data)
{
    ((struct flooded *)data)->clones--;
    wrong_sequence += is_held(flooded.lock);
}

static void flood_wake(void *data)
{
    flood_wake_by_ref(data);
    flood_drop(data);
}

static const struct wf_waker_ops flood_ops = {flood_clone, flood_wake, flood_wake_by_ref, flood_drop};

static enum wf_poll poll_flooded(struct flooded *self)
{
    const struct wf_waker waker = {&flood_ops, self};
    uint64_t seen;
    if (!self->waiter) {
        self->waiter = mock_storage(sizeof *self->waiter);
        wf_waiter_init(self->waiter);
    }
    return wf_waiter_poll(self->waiter, &flooded, self->stands_by ? WF_WRITABLE : WF_READABLE, &waker, &seen);
}

static void drop_flooded(struct flooded *self)
{
    if (self->waiter)
        wf_waiter_drop(self->waiter);
    free(self->waiter);
    self->waiter = NULL;
}

static bool is_acted_on(int64_t number)
{
    return number >= some.from && number < some.from + some.some && number != some.by;
}

/* It is woken once at most, and its memory is free. */
static void leave(struct flooded *self)
{
    if (flood_what == FLOOD_READY && poll_flooded(self) != WF_READY)
        return; /* it should be */
    self->has_left = true;
    if (flood_what == FLOOD_DROPS)
        wf_waiter_drop(self->waiter);
    memset(self->waiter, GONE, sizeof *self->waiter);
    free(self->waiter);
    self->waiter = NULL;
}

static void flood_goes_off(void)
{
    flood[some.by].is_bomb = false;
    if (flood_what == FLOOD_DEEP && ++depth <= FLOOD_DEPTH) {
        flood[0].is_bomb = true;
        wf_readiness_clear(&flooded, wf_readiness_look(&flooded), WF_READABLE);
        (void)!poll_flooded(&flood[0]);
        woken_last = -1;
        wf_readiness_event(&flooded, WF_READABLE);
        return;
    }
    if (flood_what == FLOOD_EVENT)
        wf_readiness_event(&flooded, WF_READABLE);
    if (flood_what == FLOOD_CLOSES)
        wf_readiness_close(&flooded);
    if (flood_what == FLOOD_AGAIN || flood_what == FLOOD_ADDS)
        wf_readiness_clear(&flooded, wf_readiness_look(&flooded), WF_READABLE);
    for (int64_t i = 0; i < flood_count; i++) {
        if ((flood_what == FLOOD_DROPS || flood_what == FLOOD_READY) && is_acted_on(i))
            leave(&flood[i]);
        if (flood_what == FLOOD_AGAIN)
            (void)!poll_flooded(&flood[i]);
        if (flood_what == FLOOD_ADDS && i > 0)
            (void)!poll_flooded(&more[i]);
    }
}

static struct step_reply flood_now(void)
{
    struct step_reply reply = STEP_DONE;
    for (int64_t i = 0; i < flood_count; i++) {
        reply.a += (flood[i].has_left ? 0 : flood[i].wakes) + more[i].wakes;
        reply.b += flood[i].clones + more[i].clones;
    }
    return reply;
}

static struct flooded *new_flood(int64_t count, int64_t first)
{
    struct flooded *many = calloc((size_t)count, sizeof *many);
    if (!many)
        scenario_broken("no memory");
    for (int64_t i = 0; i < count; i++)
        many[i].number = first + i;
    return many;
}

static struct step_reply event_for_flood(void)
{
    woken_last = -1;
    wrong_sequence = 0;
    wf_readiness_event(&flooded, WF_READABLE);
    struct step_reply reply = flood_now();
    reply.b += FLOOD_WRONG * wrong_sequence;
    return reply;
}

struct step_reply on_flood_some(const struct step_flood_some *step)
{
    some = *step;
    return STEP_DONE;
}

struct step_reply on_flood(const struct step_flood *step)
{
    if (some.some == 0)
        some = first_on_all;
    wf_readiness_init(&flooded, &lock_of_all);
    flood_count = scenario_in_range(step->count, FLOOD_MAX + 1);
    flood_what = step->what;
    depth = 0;
    flood = new_flood(flood_count, 0);
    more = new_flood(flood_count, flood_count);
    bystanders = new_flood(flood_count, 0);
    flood[scenario_in_range(some.by, flood_count)].is_bomb = true;
    for (int64_t i = 0; i < flood_count; i++) {
        (void)!poll_flooded(&flood[i]);
        bystanders[i].stands_by = true;
        (void)!poll_flooded(&bystanders[i]);
    }
    return event_for_flood();
}

struct step_reply on_flood_again(const struct step_flood_again *step)
{
    (void)step;
    return event_for_flood();
}

struct step_reply on_flood_end(const struct step_flood_end *step)
{
    (void)step;
    for (int64_t i = 0; i < flood_count; i++) {
        drop_flooded(&flood[i]);
        drop_flooded(&more[i]);
        drop_flooded(&bystanders[i]);
    }
    struct step_reply reply = flood_now();
    for (int64_t i = 0; i < flood_count; i++) /* by a close only */
        reply.b += bystanders[i].clones + (bystanders[i].wakes != (flood_what == FLOOD_CLOSES));
    reply.a = !wf_list_is_empty(&flooded.waiters);
    free(flood);
    free(more);
    free(bystanders);
    flood = more = bystanders = NULL;
    some = (struct step_flood_some){0};
    return reply;
}

/* --- a lock that is gone, and cannot be touched --- */

struct step_reply on_lock_gone(const struct step_lock_gone *step)
{
    struct flooded one = {.stands_by = true}; /* for a waker that counts */
    const struct wf_waker waker = {&flood_ops, &one};
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    pthread_mutex_t *lock = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct wf_waiter *waiter = mock_storage(sizeof *waiter);
    uint64_t seen;
    if (lock == MAP_FAILED || pthread_mutex_init(lock, NULL) != 0)
        scenario_broken("no lock");
    wf_readiness_init(&flooded, lock);
    wf_waiter_init(waiter);
    (void)!wf_waiter_poll(waiter, &flooded, WF_READABLE, &waker, &seen);
    if (step->waits == ENDED_BY_CLOSE)
        wf_readiness_close(&flooded);
    else
        wf_readiness_add(&flooded, WF_READABLE);
    if (step->waits == ENDED_BY_EVENT || step->waits == ENDED_READY)
        wf_readiness_wake(&flooded, WF_READABLE);
    if (step->waits == ENDED_BY_DROP)
        wf_waiter_drop(waiter);
    if (step->waits == ENDED_READY || step->waits == ENDED_READY_UNWOKEN)
        (void)!wf_waiter_poll(waiter, &flooded, WF_READABLE, &waker, &seen);
    (void)pthread_mutex_destroy(lock);
    if (mprotect(lock, size, PROT_NONE) != 0)
        scenario_broken("a page stays as it is");
    wf_waiter_drop(waiter);
    struct step_reply reply = {wf_load_relaxed(&waiter->state), one.clones};
    (void)munmap(lock, size);
    free(waiter);
    return reply;
}
