/**
 * @file scenario_readiness.c
 * @brief Lab 08: words and waiters by number, polled and dropped by hand.
 */
#include <stdlib.h>

#include "mocks.h"
#include "stage.h"
#include "weft/alloc.h"
#include "weft/detail/readiness.h"

pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER;

/* Each in storage of its own, so that AddressSanitizer sees what comes too late. */
static struct wf_readiness *objects[OBJECTS_MAX];
static struct wf_waiter *waiters[WAITERS_MAX];
static int64_t calls_under_lock;
static uint64_t slots[SLOTS_MAX];

bool is_held(pthread_mutex_t *lock)
{
    if (pthread_mutex_trylock(lock) != 0)
        return true;
    pthread_mutex_unlock(lock);
    return false;
}

static struct wf_readiness *object_at(int64_t number)
{
    return objects[scenario_in_range(number, OBJECTS_MAX)];
}

static struct wf_waiter *waiter_at(int64_t number)
{
    return waiters[scenario_in_range(number, WAITERS_MAX)];
}

static void free_waiter(int64_t number)
{
    free(waiters[number]);
    waiters[number] = NULL;
}

static void new_waiter(int64_t number)
{
    free_waiter(number);
    waiters[number] = mock_storage(sizeof *waiters[number]);
    if (number % 2)
        *waiters[number] = (struct wf_waiter){0}; /* that is an idle one too */
    else
        wf_waiter_init(waiters[number]);
}

/* --- wakers: each call looks at the locks, and may do something --- */

enum { PLANS_MAX = 8 };

static struct counted {
    struct wf_waker waker;
    int64_t clones, wakes;
} wakers[WAKERS_MAX];

static struct plan {
    bool is_due;
    struct step_when step;
} plans[PLANS_MAX];

static struct counted *waker_at(int64_t number)
{
    return &wakers[scenario_in_range(number, WAKERS_MAX)];
}

static void carry_out(const struct step_when *step)
{
    struct wf_readiness *object = object_at(step->object);
    switch (step->deed) {
    case DOES_ADD:
        wf_readiness_add(object, WF_READABLE);
        break;
    case DOES_EVENT:
        wf_readiness_event(object, WF_READABLE);
        break;
    case DOES_EVENT_AND_CLEAR:
        wf_readiness_event(object, WF_READABLE);
        __attribute__((fallthrough));
    case DOES_CLEAR:
        wf_readiness_clear(object, wf_readiness_look(object), WF_READABLE);
        break;
    case DOES_CLOSE:
        wf_readiness_close(object);
        break;
    case DOES_DROP:
        wf_waiter_drop(waiter_at(step->waiter));
        free_waiter(step->waiter);
        break;
    default: {
        uint64_t seen = 0;
        enum wf_poll poll = wf_waiter_poll(waiter_at(step->waiter), object, WF_READABLE,
                                           &wakers[WAKERS_MAX - 1].waker, &seen);
        scenario_event(EVENT_WAITER_POLLED, step->waiter, poll);
    }
    }
}

static void *carry_out_there(void *step)
{
    carry_out(step);
    return NULL;
}

static void look_at_locks(void)
{
    for (int i = 0; i < OBJECTS_MAX; i++)
        if (is_held(objects[i]->lock) && calls_under_lock++ < 3)
            scenario_event(EVENT_UNDER_LOCK, 0, 0);
}

/* A waker is called at this moment. What it does then may call it again: its plan is over by then. What another thread does comes
 * before the look at the locks, so that a lock which is held stops it, whatever a look at it says, or does to it. */
static void called(const struct counted *self, int64_t moment)
{
    bool looked = false;
    for (int i = 0; i < PLANS_MAX; i++)
        if (plans[i].is_due && plans[i].step.waker == self - wakers && plans[i].step.moment == moment) {
            plans[i].is_due = false;
            struct step_when step = plans[i].step;
            pthread_t thread;
            if (step.by == BY_ITSELF) {
                if (!looked)
                    look_at_locks();
                looked = true;
                carry_out(&step);
            } else if (pthread_create(&thread, NULL, carry_out_there, &step) != 0) {
                scenario_broken("no thread");
            } else {
                pthread_join(thread, NULL);
            }
        }
    if (!looked)
        look_at_locks();
}

static struct step_reply on_when(const struct step_when *step)
{
    int i = 0;
    while (plans[i].is_due)
        scenario_in_range(++i, PLANS_MAX);
    plans[i] = (struct plan){true, *step};
    return STEP_DONE;
}

static void *counted_clone(void *data)
{
    struct counted *self = data;
    self->clones++;
    called(self, IN_CLONE);
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct counted *self = data;
    self->wakes++;
    scenario_event(EVENT_WOKEN, self - wakers, 0);
    called(self, IN_WAKE);
}

static void counted_drop(void *data)
{
    struct counted *self = data;
    self->clones--;
    called(self, IN_WAKER_DROP);
}

static void counted_wake(void *data)
{
    ((struct counted *)data)->clones--;
    counted_wake_by_ref(data);
}

static const struct wf_waker_ops counted_ops = {counted_clone, counted_wake, counted_wake_by_ref,
                                                counted_drop};

/* Wakers whose clones have a datum of their own, which goes with its one use. */
static void *handle_clone(void *data)
{
    struct counted **handle = mock_storage(sizeof(struct counted *));
    *handle = counted_clone(*(struct counted **)data);
    return handle;
}

static struct counted *handle_end(void *data)
{
    struct counted *self = *(struct counted **)data;
    free(data);
    return self;
}

static void handle_wake(void *data)
{
    counted_wake(handle_end(data));
}

static void handle_wake_by_ref(void *data)
{
    counted_wake_by_ref(*(struct counted **)data);
}

static void handle_drop(void *data)
{
    counted_drop(handle_end(data));
}

static const struct wf_waker_ops handle_ops = {handle_clone, handle_wake, handle_wake_by_ref, handle_drop};
static struct counted *handles[WAKERS_MAX]; /* those that are cloned, each third one */

static ON_STEP(waker, (struct step_reply){waker_at(step->waker)->clones, waker_at(step->waker)->wakes});
/* The next allocation of the library's fails. Whether there has been one. */
static bool has_allocated(void)
{
    return wf_alloc_fail_at(1) != 1;
}

static ON_STEP(held, (struct step_reply){calls_under_lock, has_allocated()});

static struct step_reply on_clones(const struct step_clones *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int i = 0; i < WAKERS_MAX; i++)
        reply.a += wakers[i].clones;
    return reply;
}

/* --- the word --- */

static void init_object(int64_t number)
{
    free(objects[number]);
    objects[number] = mock_storage(sizeof *objects[number]);
    wf_readiness_init(objects[number], &lock_of_all);
}

static ON_STEP(fresh, DONE_BY(init_object(scenario_in_range(step->object, OBJECTS_MAX))));
static ON_STEP(preset, DONE_BY(wf_store_relaxed(&object_at(step->object)->word, (uint64_t)step->tick << 32)));
static ON_STEP(add, DONE_BY(wf_readiness_add(object_at(step->object), (unsigned)step->bits)));
static ON_STEP(wake, DONE_BY(wf_readiness_wake(object_at(step->object), (unsigned)step->bits)));
static ON_STEP(event, DONE_BY(wf_readiness_event(object_at(step->object), (unsigned)step->bits)));
static ON_STEP(close, DONE_BY(wf_readiness_close(object_at(step->object))));

static uint64_t *slot_at(int64_t number)
{
    return &slots[scenario_in_range(number, SLOTS_MAX)];
}

static ON_STEP(look, ANSWERS((int64_t)(*slot_at(step->slot) = wf_readiness_look(object_at(step->object)))));
static ON_STEP(clear, DONE_BY(wf_readiness_clear(object_at(step->object), *slot_at(step->slot),
                                                 (unsigned)step->bits)));

/* --- waiters --- */

static ON_STEP(waiter, DONE_BY(new_waiter(scenario_in_range(step->waiter, WAITERS_MAX))));

static struct step_reply on_drop(const struct step_drop *step)
{
    wf_waiter_drop(waiter_at(step->waiter));
    return ANSWERS(wf_load_relaxed(&waiter_at(step->waiter)->state));
}

static struct step_reply on_poll(const struct step_poll *step)
{
    uint64_t seen = 0;
    static const struct wf_waker nobody;
    enum wf_poll poll =
        wf_waiter_poll(waiter_at(step->waiter), object_at(step->object), (unsigned)step->interest,
                       step->waker == NO_WAKER ? &nobody : &waker_at(step->waker)->waker, &seen);
    return (struct step_reply){poll, poll == WF_READY ? (int64_t)seen : 0};
}

static struct step_reply on_listed(const struct step_listed *step)
{
    struct step_reply reply = STEP_DONE;
    const struct wf_list *head = &object_at(step->object)->waiters;
    uint64_t sequence = 0;
    for (const struct wf_list *node = head->next; node != head; node = node->next) {
        int64_t number = 0;
        while (number < WAITERS_MAX && (!waiters[number] || node != &waiters[number]->link))
            number++;
        if (number == WAITERS_MAX || reply.a == WAITERS_MAX)
            return (struct step_reply){-1, 0};
        sequence = sequence * 31 + (uint64_t)number + 1;
        reply.a++;
    }
    reply.b = (int64_t)sequence;
    return reply;
}

static struct step_reply on_states(const struct step_states *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int i = WAITERS_MAX - 1; i >= 0; i--) {
        int state = waiters[i] ? wf_load_relaxed(&waiters[i]->state) : WF_WAITER_IDLE;
        reply.a = reply.a * 4 + (state < WF_WAITER_IDLE || state > WF_WAITER_WOKEN ? 3 : state);
    }
    return reply;
}

/* --- the scenario --- */

static void begin(void)
{
    mocks_begin();
    (void)wf_alloc_fail_at(1);
    for (int i = 0; i < WAKERS_MAX; i++) {
        handles[i] = &wakers[i];
        wakers[i] = (struct counted){.waker = {&counted_ops, &wakers[i]}};
        if (i % 3 == 2)
            wakers[i].waker = (struct wf_waker){&handle_ops, &handles[i]};
    }
    for (int i = 0; i < OBJECTS_MAX; i++)
        init_object(i);
    for (int i = 0; i < WAITERS_MAX; i++)
        new_waiter(i);
}

static void end(void)
{
    for (int i = 0; i < WAITERS_MAX; i++)
        free_waiter(i);
    for (int i = 0; i < OBJECTS_MAX; i++) {
        free(objects[i]);
        objects[i] = NULL;
    }
    (void)wf_alloc_fail_at(0);
    mocks_end();
}

STEP_SCENARIO(readiness, READINESS_STEPS, begin, end)
