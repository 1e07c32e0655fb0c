/**
 * @file scenario_threads.c
 * @brief Lab 08: threads that tell each other of events.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "mocks.h"
#include "stage.h"
#include "weft/alloc.h"
#include "weft/detail/readiness.h"
#include "weft/park.h"

/* --- threads that look --- */

enum { PUBLISHED_MAX = 2001 };

static struct publishing {
    struct wf_readiness readiness;
    int64_t rounds, numbers[PUBLISHED_MAX]; /* plain: an event publishes them */
} publishing;

static void *publish(void *arg)
{
    (void)arg;
    for (int64_t i = 0; i < publishing.rounds; i++) {
        publishing.numbers[i] = i + 1;
        wf_readiness_add(&publishing.readiness, WF_READABLE);
    }
    return NULL;
}

/* Until the last event is seen; what was written before each that is. Returns what was not there. */
static int64_t look_on(bool clears)
{
    int64_t ticks = 0, missing = 0;
    while (ticks < publishing.rounds) {
        uint64_t word = wf_readiness_look(&publishing.readiness);
        ticks = (int64_t)(word >> 32);
        if (ticks > 0 && ticks <= publishing.rounds)
            missing += publishing.numbers[ticks - 1] != ticks;
        if (clears)
            wf_readiness_clear(&publishing.readiness, word, WF_READABLE);
    }
    return missing;
}

static void *look_too(void *arg)
{
    *(int64_t *)arg = look_on(false);
    return NULL;
}

struct step_reply on_publish(const struct step_publish *step)
{
    pthread_t writer, reader;
    int64_t missing = 0;
    publishing = (struct publishing){.rounds = scenario_in_range(step->rounds, PUBLISHED_MAX)};
    wf_readiness_init(&publishing.readiness, &lock_of_all);
    if (pthread_create(&reader, NULL, look_too, &missing) != 0 ||
        pthread_create(&writer, NULL, publish, NULL) != 0)
        scenario_broken("no thread");
    int64_t mine = look_on(true);
    pthread_join(writer, NULL);
    pthread_join(reader, NULL);
    struct step_reply reply = {missing + mine, (int64_t)(wf_readiness_look(&publishing.readiness) >> 32)};
    return reply;
}

/* --- threads that add --- */

struct adder {
    struct wf_readiness *readiness;
    int64_t rounds;
    unsigned bits;
};

static void *add_events(void *arg)
{
    const struct adder *self = arg;
    for (int64_t round = 0; round < self->rounds; round++)
        wf_readiness_add(self->readiness, self->bits);
    return NULL;
}

struct step_reply on_adders(const struct step_adders *step)
{
    struct wf_readiness readiness;
    struct adder mine = {&readiness, step->rounds, WF_READABLE},
                 others = {&readiness, step->rounds, WF_WRITABLE};
    pthread_t thread;
    wf_readiness_init(&readiness, &lock_of_all);
    if (pthread_create(&thread, NULL, add_events, &others) != 0)
        scenario_broken("no thread");
    (void)add_events(&mine);
    pthread_join(thread, NULL);
    struct step_reply reply = ANSWERS((int64_t)wf_readiness_look(&readiness));
    return reply;
}

/* --- threads that sleep until the other one tells them --- */

struct wf_park *new_parker(void)
{
    struct wf_park *parker = wf_thread_parker_new();
    if (!parker)
        scenario_broken("no memory for a parker");
    return parker;
}

/* Sleep until the readiness serves reading; and clear that. A wake that is lost is slept for in vain. */
static void await_event(struct wf_readiness *readiness, struct wf_park *parker, int64_t round)
{
    struct wf_waker waker = wf_thread_parker_waker(parker);
    struct wf_waiter *waiter = mock_storage(sizeof *waiter);
    uint64_t seen = 0;
    wf_waiter_init(waiter);
    for (int64_t polls = round % 4;
         wf_waiter_poll(waiter, readiness, WF_READABLE, &waker, &seen) == WF_PENDING;)
        if (polls-- <= 0) /* else it polls again, and is woken in between */
            (void)wf_park(parker, WF_FOREVER);
    free(waiter); /* READY: nobody touches it any more */
    wf_readiness_clear(readiness, seen, WF_READABLE);
    wf_waker_drop(&waker);
}

static struct ball {
    struct wf_readiness there, back;
    int64_t rounds, thrown, returned; /* plain: an event publishes them */
} ball;

static void *return_balls(void *arg)
{
    struct wf_park *parker = new_parker();
    (void)arg;
    for (int64_t round = 0; round < ball.rounds; round++) {
        await_event(&ball.there, parker, round);
        ball.returned = ball.thrown + 1;
        wf_readiness_event(&ball.back, WF_READABLE | WF_WRITABLE);
    }
    wf_thread_parker_drop(parker);
    return NULL;
}

struct step_reply on_ping_pong(const struct step_ping_pong *step)
{
    struct step_reply reply = STEP_DONE;
    pthread_t thread;
    (void)wf_alloc_fail_at(0); /* parkers are allocated */
    struct wf_park *parker = new_parker();
    ball = (struct ball){.rounds = step->rounds};
    wf_readiness_init(&ball.there, &lock_of_all);
    wf_readiness_init(&ball.back, &lock_of_all);
    if (pthread_create(&thread, NULL, return_balls, NULL) != 0)
        scenario_broken("no thread");
    for (int64_t round = 0; round < step->rounds; round++) {
        ball.thrown = 2 * round;
        wf_readiness_event(&ball.there, WF_READABLE);
        await_event(&ball.back, parker, round + 1);
        reply.a++;
        reply.b += ball.returned != 2 * round + 1;
    }
    pthread_join(thread, NULL);
    wf_thread_parker_drop(parker);
    (void)wf_alloc_fail_at(1);
    return reply;
}

/* --- events all the time, and waiters that come and go --- */

static struct wf_readiness stormy;
static WF_ATOMIC(bool) storm_over;
static WF_ATOMIC(int64_t) storm_clones;

static void *storm_clone(void *data)
{
    wf_fetch_add_relaxed(&storm_clones, 1);
    return data;
}

static void storm_wake_by_ref(void *data)
{
    (void)data;
}

static void storm_drop(void *data)
{
    (void)data;
    wf_fetch_add_relaxed(&storm_clones, -1);
}

static const struct wf_waker_ops storm_ops = {storm_clone, storm_drop, storm_wake_by_ref, storm_drop};

static void *cause_events(void *arg)
{
    (void)arg;
    for (unsigned i = 0; !wf_load_relaxed(&storm_over); i++)
        wf_readiness_event(&stormy, i % 3 ? WF_WRITABLE : WF_READABLE);
    return NULL;
}

static void *come_and_go(void *arg)
{
    static const unsigned interests[] = {WF_READABLE, WF_WRITABLE, WF_PRIORITY, WF_READABLE | WF_ERROR};
    int data[2];
    const struct wf_waker wakers[] = {{&storm_ops, &data[0]}, {&storm_ops, &data[1]}};
    for (int64_t round = 0; round < *(const int64_t *)arg; round++) {
        struct wf_waiter *waiter = mock_storage(sizeof *waiter); /* so that an event that comes late is seen */
        uint64_t seen = 0;
        bool ready = false;
        wf_waiter_init(waiter);
        for (int64_t poll = 0; !ready && poll < 1 + round % 5; poll++)
            ready =
                wf_waiter_poll(waiter, &stormy, interests[round % 4], &wakers[poll % 2], &seen) == WF_READY;
        /* in some rounds it is dropped when it has been woken, and nothing but its state says so */
        while (!ready && round % 8 == 5 && wf_load_relaxed(&waiter->state) == WF_WAITER_WAITING)
            (void)sched_yield();
        if (!ready)
            wf_waiter_drop(waiter);
        free(waiter);
        wf_readiness_clear(&stormy, wf_readiness_look(&stormy), WF_INTERESTS);
    }
    return NULL;
}

struct step_reply on_drops_storm(const struct step_drops_storm *step)
{
    pthread_t teller, other;
    int64_t rounds = step->rounds;
    wf_readiness_init(&stormy, &lock_of_all);
    wf_store_relaxed(&storm_over, false);
    if (pthread_create(&teller, NULL, cause_events, NULL) != 0 ||
        pthread_create(&other, NULL, come_and_go, &rounds) != 0)
        scenario_broken("no thread");
    come_and_go(&rounds);
    pthread_join(other, NULL);
    wf_store_relaxed(&storm_over, true);
    pthread_join(teller, NULL);
    bool is_empty = wf_list_is_empty(&stormy.waiters);
    return (struct step_reply){wf_load_relaxed(&storm_clones), !is_empty};
}
