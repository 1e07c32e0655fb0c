/**
 * @file scenario_parking.c
 * @brief Lab 01, several threads: parkers, their wakers, and block_on.
 *
 * Actors are threads that do one blocking call at a time, so that the driver stays free to wake them.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cond_gap.h"
#include "parcel.h"
#include "scenario.h"
#include "steps.h"
#include "wall_clock.h"
#include "weft/alloc.h"
#include "weft/block_on.h"
#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/clock.h"
#include "weft/park.h"

/* A thread that does one job and ends. */
struct actor {
    pthread_t thread;
    bool started;
    uint32_t number;
    int64_t kernel_number;
    sem_t running;
    void (*job)(struct actor *actor);
    int64_t parker;
    int64_t argument; /* what the job says: milliseconds, or a number of repetitions */
};

/* The future that block_on runs: pending for a number of polls, then READY. */
struct leaf {
    struct wf_future future;
    enum leaf_behaviour behaviour;
    int polls_left;
    int polls;
    int out;
    pthread_mutex_t lock; /* guards kept */
    struct wf_waker kept;
};

static struct actor actors[ACTORS_MAX];
static struct wf_park *parkers[PARKERS_MAX];
static struct wf_waker wakers[WAKERS_MAX];
static struct leaf leaf;

/* --- actors --- */

static int64_t in_range(int64_t number, int64_t limit)
{
    if (number < 0 || number >= limit)
        scenario_broken("a number is out of range");
    return number;
}

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    scenario_name_thread(actor->number);
    actor->kernel_number = syscall(SYS_gettid);
    sem_post(&actor->running);
    actor->job(actor);
    return NULL;
}

static void join_actor(struct actor *actor)
{
    if (actor->started && pthread_join(actor->thread, NULL) == 0)
        actor->started = false;
}

/* Before what they used is changed: their jobs are done, the judge saw so. */
static void join_actors(void)
{
    for (int i = 0; i < ACTORS_MAX; i++)
        join_actor(&actors[i]);
}

static int64_t start_actor(int64_t number, void (*job)(struct actor *actor), int64_t parker, int64_t argument)
{
    struct actor *actor = &actors[in_range(number, ACTORS_MAX)];
    join_actor(actor); /* its last job is done: the judge saw so */
    actor->number = (uint32_t)number + 1;
    actor->job = job;
    actor->parker = parker;
    actor->argument = argument;
    if (pthread_create(&actor->thread, NULL, actor_main, actor) != 0)
        scenario_broken("no thread");
    actor->started = true;
    sem_wait(&actor->running);
    return actor->kernel_number;
}

/* --- events of the runtime itself: only the begin of a park matters here --- */

/* Wakes the leaf in the gap between its poll and the sleep, once for each poll. */
static void on_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    if (event->kind != WF_EVENT_PARK || leaf.behaviour != LEAF_WAKES_BEFORE_PARK)
        return; /* telling of it takes a lock, which would publish what the wake should */
    scenario_event(EVENT_PARK_BEGINS, 0, 0);
    pthread_mutex_lock(&leaf.lock);
    struct wf_waker waker = leaf.kept;
    leaf.kept = (struct wf_waker){0};
    pthread_mutex_unlock(&leaf.lock);
    wf_waker_wake(&waker);
}

static struct wf_event_hook event_hook = {on_event};

/* --- park --- */

static uint64_t deadline_of(int64_t argument)
{
    switch (argument) {
    case FOR_EVER:
        return WF_FOREVER;
    case BELOW_2_63:
        return ((uint64_t)1 << 63) - 1;
    case AT_2_63:
        return (uint64_t)1 << 63;
    case ABOVE_2_63:
        return ((uint64_t)1 << 63) + 1;
    case BELOW_FOR_EVER:
        return WF_FOREVER - 1;
    default:
        return wf_clock_ns() + (uint64_t)argument * 1000000u;
    }
}

static void job_park(struct actor *actor)
{
    uint64_t deadline = deadline_of(actor->argument);
    enum wf_parked parked = wf_park(parkers[actor->parker], deadline);
    uint64_t now = wf_clock_ns();
    int64_t seen = parked == WF_PARK_WOKEN ? read_parcel() : 0;
    if (parked == WF_PARK_TIMED_OUT && deadline != WF_FOREVER)
        scenario_event(EVENT_PARK_LATE, (int64_t)(now - deadline), 0);
    scenario_event(EVENT_PARK_DONE, parked, seen);
}

static void job_park_at_gate(struct actor *actor)
{
    wait_at_gate();
    job_park(actor);
}

/* --- block_on --- */

static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    leaf.polls++;
    int64_t seen = leaf.polls > 1 ? read_parcel() : 0;
    if (leaf.polls_left > 0 && leaf.behaviour != LEAF_WAKES_IN_POLL && leaf.behaviour != LEAF_WAKES_TWICE &&
        leaf.behaviour != LEAF_NESTS) {
        struct wf_waker clone = wf_waker_clone(cx->waker);
        pthread_mutex_lock(&leaf.lock);
        struct wf_waker old = leaf.kept;
        leaf.kept = clone;
        pthread_mutex_unlock(&leaf.lock);
        wf_waker_drop(&old);
    }
    /* after the waker is kept: the judge may use it as soon as it sees this */
    scenario_event(EVENT_LEAF_POLLED, leaf.polls, seen);
    if (leaf.polls_left-- == 0) {
        pthread_mutex_lock(&leaf.lock);
        struct wf_waker old = leaf.kept;
        leaf.kept = (struct wf_waker){0};
        pthread_mutex_unlock(&leaf.lock);
        wf_waker_drop(&old);
        leaf.out = leaf.polls;
        return WF_READY;
    }
    if (leaf.behaviour == LEAF_WAITS_AT_GATE) {
        wait_at_gate();
    } else if (leaf.behaviour == LEAF_NESTS) {
        struct wf_ready inner;
        int status = wf_block_on(&wf_ready(&inner, 0)->future); /* must not return */
        scenario_event(EVENT_BLOCK_ON_DONE, status, 0);
    } else if (leaf.behaviour == LEAF_WAKES_IN_POLL || leaf.behaviour == LEAF_WAKES_TWICE) {
        struct wf_waker waker = wf_waker_clone(cx->waker);
        wf_waker_wake(&waker);
        if (leaf.behaviour == LEAF_WAKES_TWICE)
            wf_waker_wake_by_ref(cx->waker);
    }
    return WF_PENDING;
}

static const struct wf_future_ops leaf_ops = {.name = "leaf", .poll = leaf_poll, WF_FRAME(struct leaf)};

static void job_block_on(struct actor *actor)
{
    struct wf_context context = {.event_hook = &event_hook};
    wf_context_enter(&context);
    int status = wf_block_on(&leaf.future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, leaf.out);
    for (int64_t again = actor->argument; again > 0; again--) {
        struct wf_ready ready;
        status = wf_block_on(&wf_ready(&ready, (int)again)->future);
        scenario_event(EVENT_BLOCK_ON_DONE, status, ready.out);
    }
    wf_context_leave(&context);
}

/* --- several block_on at once: each actor has a future of its own --- */

struct lone {
    struct wf_future future;
    pthread_mutex_t lock;
    struct wf_waker kept; /* guarded by lock, like open */
    bool open;
    int out;
};

static struct lone lones[ACTORS_MAX];

static enum wf_poll lone_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct lone *self = (struct lone *)future;
    pthread_mutex_lock(&self->lock);
    enum wf_poll poll = self->open ? WF_READY : WF_PENDING;
    if (poll == WF_PENDING)
        wf_waker_store(&self->kept, cx->waker);
    pthread_mutex_unlock(&self->lock);
    return poll;
}

static const struct wf_future_ops lone_ops = {.name = "lone", .poll = lone_poll, WF_FRAME(struct lone)};

static void job_lone(struct actor *actor)
{
    int status = wf_block_on(&lones[actor->argument].future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, 0);
}

static void wake_lone(int64_t number)
{
    struct lone *lone = &lones[in_range(number, ACTORS_MAX)];
    pthread_mutex_lock(&lone->lock);
    lone->open = true;
    struct wf_waker waker = lone->kept;
    lone->kept = (struct wf_waker){0};
    pthread_mutex_unlock(&lone->lock);
    wf_waker_wake(&waker);
}

/* --- a storm: one thread blocks on a leaf, this one wakes it as fast as it comes back --- */

struct storm {
    struct wf_future future;
    pthread_mutex_t lock;
    struct wf_waker kept; /* guarded by lock */
    sem_t polled;
    int64_t rounds_left;
    int out;
};

static struct storm storm;

static enum wf_poll storm_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    pthread_mutex_lock(&storm.lock);
    enum wf_poll poll = storm.rounds_left-- == 0 ? WF_READY : WF_PENDING;
    if (poll == WF_PENDING)
        wf_waker_store(&storm.kept, cx->waker);
    pthread_mutex_unlock(&storm.lock);
    if (poll == WF_PENDING)
        sem_post(&storm.polled);
    return poll;
}

static const struct wf_future_ops storm_ops = {.name = "storm", .poll = storm_poll, WF_FRAME(struct storm)};

static void job_storm(struct actor *actor)
{
    (void)actor;
    int status = wf_block_on(&storm.future);
    scenario_event(EVENT_BLOCK_ON_DONE, status, 0);
}

static void run_storm(int64_t number, int64_t rounds, int64_t spin)
{
    join_actors();
    storm = (struct storm){
        .future = {.ops = &storm_ops}, .rounds_left = rounds, .lock = PTHREAD_MUTEX_INITIALIZER};
    sem_init(&storm.polled, 0, 0);
    start_actor(number, job_storm, 0, 0);
    for (int64_t woken = 0; woken < rounds; woken++) {
        sem_wait(&storm.polled);
        pthread_mutex_lock(&storm.lock);
        struct wf_waker waker = storm.kept;
        storm.kept = (struct wf_waker){0};
        pthread_mutex_unlock(&storm.lock);
        for (volatile int64_t i = 0; i < spin * (woken % 7); i++)
            ; /* so that the wake falls on different places of poll and park */
        wf_waker_wake(&waker);
    }
}

/* Unpark a thread that has decided to sleep, before it does. */
static int64_t unpark_in_gap(int64_t actor, int64_t parker, int64_t value, int64_t milliseconds)
{
    join_actors();
    cond_gap_arm();
    start_actor(actor, job_park, in_range(parker, PARKERS_MAX), milliseconds);
    bool caught = cond_gap_entered();
    write_parcel(value);
    cond_gap_waking();
    wf_unpark(parkers[parker]);
    cond_gap_woken();
    return caught;
}

/* --- steps --- */

static struct wf_waker *waker_at(int64_t number)
{
    return &wakers[in_range(number, WAKERS_MAX)];
}

static void begin(void)
{
    for (int i = 0; i < ACTORS_MAX; i++)
        sem_init(&actors[i].running, 0, 0);
}

static void act(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    int64_t a = 0;
    switch ((enum parking_step)command->operation) {
    case STEP_PARKER_NEW: {
        struct wf_park *parker = wf_thread_parker_new();
        parkers[in_range(arguments[0], PARKERS_MAX)] = parker;
        a = parker != NULL;
        break;
    }
    case STEP_PARKER_DROP:
        join_actors(); /* the owner parks no more */
        wf_thread_parker_drop(parkers[in_range(arguments[0], PARKERS_MAX)]);
        break;
    case STEP_UNPARK:
        write_parcel(arguments[1]);
        wf_unpark(parkers[in_range(arguments[0], PARKERS_MAX)]);
        break;
    case STEP_PARK:
        a = start_actor(arguments[0], job_park, in_range(arguments[1], PARKERS_MAX), arguments[2]);
        break;
    case STEP_PARK_AT_GATE:
        a = start_actor(arguments[0], job_park_at_gate, in_range(arguments[1], PARKERS_MAX), -1);
        break;
    case STEP_OPEN_GATE:
        open_gate();
        break;
    case STEP_PARKER_WAKER:
        *waker_at(arguments[0]) = wf_thread_parker_waker(parkers[in_range(arguments[1], PARKERS_MAX)]);
        break;
    case STEP_WAKER_CLONE:
        *waker_at(arguments[0]) = wf_waker_clone(waker_at(arguments[1]));
        break;
    case STEP_WAKER_WAKE:
        wf_waker_wake(waker_at(arguments[0]));
        break;
    case STEP_WAKER_WAKE_REF:
        wf_waker_wake_by_ref(waker_at(arguments[0]));
        break;
    case STEP_WAKER_DROP:
        wf_waker_drop(waker_at(arguments[0]));
        break;
    case STEP_WAKER_WILL_WAKE:
        a = wf_waker_will_wake(waker_at(arguments[0]), waker_at(arguments[1]));
        break;
    case STEP_LIVE_BYTES:
        a = (int64_t)wf_live_bytes();
        break;
    case STEP_LEAF:
        join_actors();
        leaf = (struct leaf){
            .future = {.ops = &leaf_ops},
            .behaviour = (enum leaf_behaviour)arguments[1],
            .polls_left = (int)arguments[0],
            .lock = PTHREAD_MUTEX_INITIALIZER,
        };
        break;
    case STEP_BLOCK_ON:
        a = start_actor(arguments[0], job_block_on, 0, arguments[1]);
        break;
    case STEP_LEAF_WAKE: {
        write_parcel(arguments[0]);
        pthread_mutex_lock(&leaf.lock);
        struct wf_waker kept = leaf.kept;
        leaf.kept = (struct wf_waker){0};
        pthread_mutex_unlock(&leaf.lock);
        a = kept.ops != NULL;
        wf_waker_wake(&kept);
        break;
    }
    case STEP_LEAF_TAKE_WAKER:
        pthread_mutex_lock(&leaf.lock);
        *waker_at(arguments[0]) = wf_waker_clone(&leaf.kept);
        pthread_mutex_unlock(&leaf.lock);
        break;
    case STEP_FAIL_ALLOCATION:
        wf_alloc_fail_at((uint32_t)arguments[0]);
        break;
    case STEP_LONE_BLOCK_ON:
        lones[in_range(arguments[0], ACTORS_MAX)] =
            (struct lone){.future = {.ops = &lone_ops}, .lock = PTHREAD_MUTEX_INITIALIZER};
        a = start_actor(arguments[0], job_lone, 0, arguments[0]);
        break;
    case STEP_LONE_WAKE:
        wake_lone(arguments[0]);
        break;
    case STEP_WALL_CLOCK:
        wall_clock_off(arguments[0]);
        break;
    case STEP_SPURIOUS:
        cond_gap_spurious((int)arguments[0]);
        break;
    case STEP_UNPARK_IN_GAP:
        a = unpark_in_gap(arguments[0], arguments[1], arguments[2], arguments[3]);
        break;
    case STEP_STORM:
        run_storm(arguments[0], arguments[1], arguments[2]);
        break;
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, 0);
}

static void end(void)
{
    join_actors();
}

const struct scenario scenario_parking = {"parking", begin, act, end};
