/**
 * @file scenario_flood.c
 * @brief Lab 08: many waiters of one readiness, wakers that call back, and threads that tell each other of events.
 */
#include <pthread.h>
#include <stdlib.h>

#include "stage.h"
#include "weft/detail/readiness.h"
#include "weft/park.h"

/* --- a flood --- */

struct flooded {
    struct wf_waiter *waiter; /* its own allocation; NULL: dropped, and freed */
    int64_t number, wakes, clones;
    bool is_bomb;
};

static struct wf_readiness flooded;
static struct flooded *flood, *more;
static int64_t flood_count, flood_what, woken_last, wrong_sequence;

static void flood_goes_off(void);

static void *flood_clone(void *data)
{
    ((struct flooded *)data)->clones++;
    wrong_sequence += is_held(&flooded.lock);
    return data;
}

static void flood_wake_by_ref(void *data)
{
    struct flooded *self = data;
    wrong_sequence += is_held(&flooded.lock) || self->number <= woken_last;
    woken_last = self->number;
    self->wakes++;
    if (self->is_bomb)
        flood_goes_off();
}

static void flood_drop(void *data)
{
    ((struct flooded *)data)->clones--;
    wrong_sequence += is_held(&flooded.lock);
}

static void flood_wake(void *data)
{
    flood_wake_by_ref(data);
    flood_drop(data);
}

static const struct wf_waker_ops flood_ops = {flood_clone, flood_wake, flood_wake_by_ref, flood_drop};

static void poll_flooded(struct flooded *self)
{
    const struct wf_waker waker = {&flood_ops, self};
    uint64_t seen;
    if (!self->waiter) {
        self->waiter = malloc(sizeof *self->waiter);
        if (!self->waiter)
            scenario_broken("no memory");
        wf_waiter_init(self->waiter);
    }
    (void)!wf_waiter_poll(self->waiter, &flooded, WF_READABLE, &waker, &seen);
}

static void drop_flooded(struct flooded *self)
{
    if (self->waiter)
        wf_waiter_drop(self->waiter);
    free(self->waiter);
    self->waiter = NULL;
}

static void flood_goes_off(void)
{
    flood[0].is_bomb = false;
    if (flood_what == FLOOD_EVENT)
        wf_readiness_event(&flooded, WF_READABLE);
    if (flood_what == FLOOD_CLOSES)
        wf_readiness_close(&flooded);
    if (flood_what == FLOOD_AGAIN || flood_what == FLOOD_ADDS)
        wf_readiness_clear(&flooded, wf_readiness_look(&flooded), WF_READABLE);
    for (int64_t i = 0; i < flood_count; i++) {
        if (flood_what == FLOOD_DROPS && i > 0)
            drop_flooded(&flood[i]);
        if (flood_what == FLOOD_AGAIN)
            poll_flooded(&flood[i]);
        if (flood_what == FLOOD_ADDS && i > 0)
            poll_flooded(&more[i]);
    }
}

static struct step_reply flood_now(void)
{
    struct step_reply reply = STEP_DONE;
    for (int64_t i = 0; i < flood_count; i++) {
        reply.a += flood[i].wakes + more[i].wakes;
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

/* Replies with the wakes, and the clones that are alive; 1000 for each thing that came out of sequence, or under the lock. */
static struct step_reply event_for_flood(void)
{
    woken_last = -1;
    wrong_sequence = 0;
    wf_readiness_event(&flooded, WF_READABLE);
    struct step_reply reply = flood_now();
    reply.b += 1000 * wrong_sequence;
    return reply;
}

struct step_reply on_flood(const struct step_flood *step)
{
    wf_readiness_init(&flooded);
    flood_count = scenario_in_range(step->count, FLOOD_MAX + 1);
    flood_what = step->what;
    flood = new_flood(flood_count, 0);
    more = new_flood(flood_count, flood_count);
    flood[0].is_bomb = true;
    for (int64_t i = 0; i < flood_count; i++)
        poll_flooded(&flood[i]);
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
    }
    struct step_reply reply = flood_now();
    reply.a = !wf_list_is_empty(&flooded.waiters);
    wf_readiness_destroy(&flooded);
    free(flood);
    free(more);
    flood = more = NULL;
    return reply;
}

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
    wf_readiness_init(&publishing.readiness);
    if (pthread_create(&reader, NULL, look_too, &missing) != 0 ||
        pthread_create(&writer, NULL, publish, NULL) != 0)
        scenario_broken("no thread");
    int64_t mine = look_on(true);
    pthread_join(writer, NULL);
    pthread_join(reader, NULL);
    struct step_reply reply = {missing + mine, (int64_t)(wf_readiness_look(&publishing.readiness) >> 32)};
    wf_readiness_destroy(&publishing.readiness);
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
    wf_readiness_init(&readiness);
    if (pthread_create(&thread, NULL, add_events, &others) != 0)
        scenario_broken("no thread");
    (void)add_events(&mine);
    pthread_join(thread, NULL);
    struct step_reply reply = ANSWERS((int64_t)wf_readiness_look(&readiness));
    wf_readiness_destroy(&readiness);
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
    struct wf_waiter *waiter = malloc(sizeof *waiter);
    uint64_t seen = 0;
    if (!waiter)
        scenario_broken("no memory");
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
    struct wf_park *parker = new_parker();
    ball = (struct ball){.rounds = step->rounds};
    wf_readiness_init(&ball.there);
    wf_readiness_init(&ball.back);
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
    wf_readiness_destroy(&ball.there);
    wf_readiness_destroy(&ball.back);
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
        struct wf_waiter *waiter = malloc(sizeof *waiter); /* so that an event that comes late is seen */
        uint64_t seen = 0;
        bool ready = false;
        if (!waiter)
            scenario_broken("no memory");
        wf_waiter_init(waiter);
        for (int64_t poll = 0; !ready && poll < 1 + round % 5; poll++)
            ready =
                wf_waiter_poll(waiter, &stormy, interests[round % 4], &wakers[poll % 2], &seen) == WF_READY;
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
    wf_readiness_init(&stormy);
    wf_store_relaxed(&storm_over, false);
    if (pthread_create(&teller, NULL, cause_events, NULL) != 0 ||
        pthread_create(&other, NULL, come_and_go, &rounds) != 0)
        scenario_broken("no thread");
    come_and_go(&rounds);
    pthread_join(other, NULL);
    wf_store_relaxed(&storm_over, true);
    pthread_join(teller, NULL);
    bool is_empty = wf_list_is_empty(&stormy.waiters);
    wf_readiness_destroy(&stormy);
    return (struct step_reply){wf_load_relaxed(&storm_clones), !is_empty};
}
