/**
 * @file long_poll.c
 * @brief The slots in which threads say what they poll, the watch that looks at them, and what it says.
 */
#include "weft/long_poll.h"

#include <time.h>

#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/detail/poll_watch.h"
#include "weft/detail/thread.h"
#include "weft/future.h"

enum { LOOKS_PER_LIMIT = 4 };
#define LOOK_AT_LEAST_NS UINT64_C(1000000) /* a limit of nothing makes no thread that spins */
#define LOOK_AT_MOST_NS UINT64_C(1000000000)

/* --- the await chain --- */

static bool is_over(const struct wf_future *future)
{
    return wf_load_relaxed(&future->line) >= WF_LINE_DROPPED;
}

/* The next future of a chain; NULL: there is none, or several. */
static const struct wf_future *next_of(const struct wf_future *future)
{
    const struct wf_future *next = future->awaiting;
    return next && next->ops && !is_over(next) ? next : NULL;
}

static uint32_t copy_chain(const struct wf_future *frame, struct wf_poll_place *places)
{
    uint32_t count = 0;
    for (; frame && count < WF_POLL_PLACES; frame = next_of(frame))
        places[count++] =
            (struct wf_poll_place){.name = frame->ops->name, .line = wf_load_relaxed(&frame->line)};
    return count;
}

/* --- the thread that polls --- */

bool wf_poll_begin(struct wf_poll_slot *slot, const struct wf_future *frame, uint32_t task, const char *name,
                   const char *spawned_at)
{
    uint64_t state = wf_load_relaxed(
        &slot->state); /* relaxed: this thread's, but for LATE, which a poll's end has cleared */
    if (state & WF_POLL_POLLING)
        return false;
    /* relaxed, here and below: published with the state. What a watch reads of it while this is written it throws away. */
    wf_store_relaxed(&slot->task, task);
    wf_store_relaxed(&slot->name, name);
    wf_store_relaxed(&slot->spawned, spawned_at);
    uint32_t count = 0;
    for (; frame && count < WF_POLL_PLACES; frame = next_of(frame), count++) {
        wf_store_relaxed(&slot->places[count].name, frame->ops->name);
        wf_store_relaxed(&slot->places[count].line, wf_load_relaxed(&frame->line));
    }
    wf_store_relaxed(&slot->count, count);
    wf_store_release(&slot->state, state + WF_POLL_NUMBER + WF_POLL_POLLING); /* publishes the rest */
    return true;
}

/* What the slot says of a poll that goes on. `places` has room for WF_POLL_PLACES. */
static struct wf_long_poll read_slot(const struct wf_poll_slot *slot, struct wf_poll_place *places)
{
    struct wf_long_poll poll = {
        .worker = (uint32_t)(slot - slot->watch->slots),
        .task = wf_load_relaxed(&slot->task), /* relaxed, here and below: see wf_poll_begin() */
        .name = wf_load_relaxed(&slot->name),
        .spawned_at = wf_load_relaxed(&slot->spawned),
        .from_count = wf_load_relaxed(&slot->count),
        .from = places,
    };
    for (uint32_t i = 0; i < poll.from_count; i++) {
        places[i].name = wf_load_relaxed(&slot->places[i].name);
        places[i].line = wf_load_relaxed(&slot->places[i].line);
    }
    return poll;
}

void wf_poll_end(struct wf_poll_slot *slot, const struct wf_future *frame)
{
    uint64_t state = wf_load_relaxed(&slot->state) & ~(uint64_t)(WF_POLL_POLLING | WF_POLL_LATE);
    /* acquire: pairs with the watch that has set LATE. `since` is seen; and what the watch has read it has read before the slot is
     * written again. */
    if (!(wf_exchange_acquire(&slot->state, state) & WF_POLL_LATE))
        return;
    const struct wf_poll_watch_config *config = &slot->watch->config;
    struct wf_poll_place from[WF_POLL_PLACES], to[WF_POLL_PLACES];
    struct wf_long_poll poll = read_slot(slot, from); /* still this poll's: only this thread writes it */
    poll.over = true;
    poll.ns = config->clock() - wf_load_relaxed(&slot->since); /* relaxed: see above */
    poll.to = to;
    if (!is_over(frame))
        poll.to_count = copy_chain(frame, to);
    config->told(config->arg, &poll);
}

/* --- the watch --- */

static void look_at(struct wf_poll_slot *slot, uint64_t now_ns)
{
    const struct wf_poll_watch_config *config = &slot->watch->config;
    uint64_t state = wf_load_acquire(&slot->state); /* acquire: the rest */
    if (!(state & WF_POLL_POLLING) || (state & WF_POLL_LATE))
        return;
    if (state != slot->seen) {
        slot->seen = state;
        wf_store_relaxed(&slot->since, now_ns); /* relaxed: read behind LATE */
        return;
    }
    uint64_t ns = now_ns - wf_load_relaxed(&slot->since);
    if (ns < config->limit_ns)
        return;
    struct wf_poll_place places[WF_POLL_PLACES];
    struct wf_long_poll poll = read_slot(slot, places);
    poll.ns = ns;
    /* release: pairs with wf_poll_end(). Where this fails the poll is over, and what was read may be of two. */
    if (wf_compare_exchange_release(&slot->state, &state, state | WF_POLL_LATE))
        config->told(config->arg, &poll);
}

struct wf_poll_slot *wf_poll_watch_slot(struct wf_poll_watch *watch, uint32_t number)
{
    return &watch->slots[number];
}

void wf_poll_watch_look(struct wf_poll_watch *watch, uint64_t now_ns)
{
    for (uint32_t i = 0; i < watch->config.slots; i++)
        look_at(&watch->slots[i], now_ns);
}

static uint64_t between_looks(const struct wf_poll_watch *watch)
{
    uint64_t ns = watch->config.limit_ns / LOOKS_PER_LIMIT;
    return ns < LOOK_AT_LEAST_NS ? LOOK_AT_LEAST_NS : ns > LOOK_AT_MOST_NS ? LOOK_AT_MOST_NS : ns;
}

static void *run_thread(void *argument)
{
    struct wf_poll_watch *self = argument;
    pthread_mutex_lock(&self->lock);
    while (!self->ending) {
        const struct timespec until = wf_timespec_of(wf_clock_ns() + between_looks(self));
        (void)pthread_cond_clockwait(&self->ended, &self->lock, CLOCK_MONOTONIC, &until);
        pthread_mutex_unlock(&self->lock); /* nothing of a user's runs under it */
        wf_poll_watch_look(self, self->config.clock());
        pthread_mutex_lock(&self->lock);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* --- life --- */

static void print_to_stderr(void *arg, const struct wf_long_poll *poll)
{
    (void)arg;
    wf_long_poll_print(poll, stderr);
}

struct wf_poll_watch *wf_poll_watch_new(const struct wf_poll_watch_config *config)
{
    struct wf_poll_watch *self = wf_alloc(sizeof *self + config->slots * sizeof self->slots[0]);
    if (!self)
        return NULL;
    *self = (struct wf_poll_watch){.config = *config};
    if (!self->config.told)
        self->config.told = print_to_stderr;
    if (!self->config.clock)
        self->config.clock = wf_clock_ns;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->ended, NULL);
    for (uint32_t i = 0; i < config->slots; i++)
        self->slots[i] = (struct wf_poll_slot){.watch = self};
    return self;
}

int wf_poll_watch_start(struct wf_poll_watch *watch)
{
    int failed = wf_thread_start(&watch->thread, watch->config.stack_bytes, run_thread, watch);
    watch->has_thread = !failed;
    return failed;
}

void wf_poll_watch_drop(struct wf_poll_watch *watch)
{
    if (watch->has_thread) {
        pthread_mutex_lock(&watch->lock);
        watch->ending = true;
        pthread_cond_signal(&watch->ended);
        pthread_mutex_unlock(&watch->lock);
        pthread_join(watch->thread, NULL);
    }
    pthread_mutex_destroy(&watch->lock);
    pthread_cond_destroy(&watch->ended);
    wf_free(watch, sizeof *watch + watch->config.slots * sizeof watch->slots[0]);
}

/* --- the words --- */

static void print_chain(const struct wf_poll_place *places, uint32_t count, FILE *stream)
{
    for (uint32_t i = 0; i < count; i++) {
        fprintf(stream, "%s%s", i > 0 ? " -> " : "", places[i].name);
        if (places[i].line != WF_LINE_NEW)
            fprintf(stream, ":%u", places[i].line);
    }
}

void wf_long_poll_print(const struct wf_long_poll *poll, FILE *stream)
{
    flockfile(stream); /* a line stays whole where several threads print */
    fprintf(stream, "weft: worker %u %s task %u (%s%s%s) for %llu ms: ", poll->worker,
            poll->over ? "polled" : "has polled", poll->task, poll->name, poll->spawned_at ? ", " : "",
            poll->spawned_at ? poll->spawned_at : "", (unsigned long long)(poll->ns / 1000000));
    print_chain(poll->from, poll->from_count, stream);
    if (poll->over && poll->to_count == 0)
        fprintf(stream, "; now over");
    if (poll->over && poll->to_count > 0)
        fprintf(stream, "; now at ");
    print_chain(poll->to, poll->to_count, stream);
    fputc('\n', stream);
    funlockfile(stream);
}
