/**
 * @file happy_eyeballs.c
 * @brief The race of attempts: when the next one begins, which one wins, and what is said if none does.
 *
 * Invariant: between polls at least one attempt goes on. Where an address is left, and a place for its attempt, the timer is armed for the
 *            instant at which it begins; else no timer is. So what wakes the race is an attempt, or a timer that begins one.
 */
#include "weft/happy_eyeballs.h"

#include <errno.h>
#include <string.h>

#include "weft/error.h"
#include "weft/time.h"

/* --- which address is next --- */

/* Which of the two cursors an address belongs to: 0, where it is of the first one's family. */
static unsigned side_of(const struct wf_happy_eyeballs *self, size_t index)
{
    return self->addresses[index].as.any.sa_family != self->addresses[0].as.any.sa_family;
}

/* The next address of one side; `count`, where there is none. Each cursor goes through the list once. */
static size_t seek(struct wf_happy_eyeballs *self, unsigned side)
{
    while (self->next[side] < self->count && side_of(self, self->next[side]) != side)
        self->next[side]++;
    return self->next[side];
}

/* The sides take turns; where one has none left, the other goes on. `count`: none is left. */
static size_t next_index(struct wf_happy_eyeballs *self)
{
    unsigned side = self->begun % 2;
    size_t index = seek(self, side);
    return index < self->count ? index : seek(self, !side);
}

/* --- how attempts end --- */

/* Whether an error only says that this machine has no way to the address. */
static bool has_no_way(int error)
{
    return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EADDRNOTAVAIL ||
           error == -EAFNOSUPPORT;
}

/* Keep the error that says most: of the earliest attempt among those that had a way, or among all. */
static void note_failure(struct wf_happy_eyeballs *self, uint32_t number, int error)
{
    if (number + 1 == self->begun)
        self->newest_is_over = true;
    bool says_more = has_no_way(self->error) && !has_no_way(error);
    bool says_less = !has_no_way(self->error) && has_no_way(error);
    if (self->error == 0 || says_more || (!says_less && number < self->failed_number)) {
        self->error = error;
        self->failed_number = number;
    }
}

static struct wf_attempt take(struct wf_happy_eyeballs *self, uint32_t place)
{
    struct wf_attempt attempt = self->attempts[place];
    self->going_on--;
    memmove(&self->attempts[place], &self->attempts[place + 1],
            (self->going_on - place) * sizeof self->attempts[0]);
    return attempt;
}

/* Nothing goes on any more: neither an attempt nor the timer. */
static void drop_all(struct wf_happy_eyeballs *self)
{
    while (self->going_on > 0) {
        struct wf_attempt attempt = take(self, self->going_on - 1);
        wf_future_drop(attempt.future);
        self->ops->free(self->arg, attempt.future);
    }
    wf_timer_drop(&self->timer);
}

static enum wf_poll end(struct wf_happy_eyeballs *self, int out)
{
    drop_all(self);
    self->out = out;
    return WF_READY;
}

/* Poll one attempt. READY: the race is over. PENDING, and `*failed`: its place is another's now. */
static enum wf_poll poll_attempt(struct wf_happy_eyeballs *self, uint32_t place, struct wf_cx *cx,
                                 bool *failed)
{
    *failed = false;
    if (wf_future_poll(self->attempts[place].future, cx) == WF_PENDING)
        return WF_PENDING;
    struct wf_attempt attempt = take(self, place);
    int result = wf_future_int_out(attempt.future);
    if (result >= 0) {
        self->winner = attempt.index;
        self->ops->win(self->arg, attempt.future);
    }
    self->ops->free(self->arg, attempt.future);
    if (result >= 0)
        return end(self, 0);
    if (result == WF_ECANCELED || result == WF_ECLOSED)
        return end(self, result);
    note_failure(self, attempt.number, result);
    *failed = true;
    return WF_PENDING;
}

/* --- how attempts begin --- */

/* Whether the next one is due, or the clock is no more. If not, the timer is armed. */
static bool is_due(struct wf_happy_eyeballs *self, struct wf_cx *cx)
{
    return self->newest_is_over || wf_timer_poll(&self->timer, cx->waker) == WF_READY;
}

/* Begin the attempt of an address. Whether there is one. */
static bool begin(struct wf_happy_eyeballs *self, size_t index)
{
    int error = WF_ENOMEM;
    uint32_t number = self->begun++;
    self->next[side_of(self, index)] = index + 1;
    self->newest_is_over = false;
    wf_timer_reset(&self->timer, wf_add_ns(wf_now(), self->head_start_ns));
    struct wf_future *future = self->ops->begin(self->arg, &self->addresses[index], &error);
    if (future)
        self->attempts[self->going_on++] =
            (struct wf_attempt){.future = future, .index = index, .number = number};
    else
        note_failure(self, number, error);
    return future;
}

static enum wf_poll race_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_happy_eyeballs *self = (struct wf_happy_eyeballs *)future;
    bool failed;
    if (self->count == 0)
        return end(self, -EINVAL);
    for (uint32_t place = 0; place < self->going_on; place += !failed)
        if (poll_attempt(self, place, cx, &failed) == WF_READY)
            return WF_READY;
    for (;;) {
        size_t index = next_index(self);
        if (index == self->count && self->going_on == 0)
            return end(self, self->error);
        if (index == self->count || self->going_on == self->at_once) {
            wf_timer_drop(&self->timer); /* it would wake for nothing; its deadline stays */
            return WF_PENDING;
        }
        if (!is_due(self, cx))
            return WF_PENDING;
        if (!self->newest_is_over && wf_timer_status(&self->timer) != 0)
            return end(self, wf_timer_status(&self->timer));
        if (begin(self, index) && poll_attempt(self, self->going_on - 1, cx, &failed) == WF_READY)
            return WF_READY;
    }
}

static void race_drop(struct wf_future *future)
{
    drop_all((struct wf_happy_eyeballs *)future);
}

static void race_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct wf_happy_eyeballs *self = (const struct wf_happy_eyeballs *)future;
    for (uint32_t i = 0; i < self->going_on; i++)
        visit(arg, self->attempts[i].future);
}

static const struct wf_future_ops race_ops = {.name = "happy_eyeballs",
                                              .poll = race_poll,
                                              .drop = race_drop,
                                              .children = race_children,
                                              WF_FRAME(struct wf_happy_eyeballs)};

struct wf_happy_eyeballs *wf_happy_eyeballs(struct wf_happy_eyeballs *race, const struct wf_address *addresses,
                                            size_t count, const struct wf_attempt_ops *ops, void *arg,
                                            const struct wf_happy_eyeballs_options *options)
{
    static const struct wf_happy_eyeballs_options defaults;
    if (!options)
        options = &defaults;
    *race = (struct wf_happy_eyeballs){.future = {.ops = &race_ops},
                                       .addresses = addresses,
                                       .count = count,
                                       .newest_is_over = true,
                                       .head_start_ns = options->head_start_ns,
                                       .at_once = options->at_once,
                                       .ops = ops,
                                       .arg = arg};
    if (race->head_start_ns == 0)
        race->head_start_ns = WF_HEAD_START_NS;
    else if (race->head_start_ns < WF_HEAD_START_MIN_NS)
        race->head_start_ns = WF_HEAD_START_MIN_NS;
    if (race->at_once == 0 || race->at_once > WF_ATTEMPTS_MAX)
        race->at_once = WF_ATTEMPTS_MAX;
    wf_timer_init(&race->timer, WF_FOREVER);
    return race;
}
