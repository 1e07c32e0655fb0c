#include "mocks.h"

#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "weft/context.h"
#include "weft/event.h"

/* --- wakers: their numbers live as long as the process --- */

static struct mock {
    struct wf_waker waker;
    int clones, wakes;
} wakers[MOCK_WAKERS_MAX];

static void *counted_clone(void *data)
{
    ((struct mock *)data)->clones++;
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct mock *mock = data;
    mock->wakes++;
    scenario_event(EVENT_WAKER_WOKEN, mock - wakers, 0);
}

static void counted_drop(void *data)
{
    ((struct mock *)data)->clones--;
}

static void counted_wake(void *data)
{
    counted_wake_by_ref(data);
    counted_drop(data);
}

static const struct wf_waker_ops waker_ops = {counted_clone, counted_wake, counted_wake_by_ref, counted_drop};

static int64_t waker_number(const struct wf_waker *waker)
{
    for (int i = 0; i < MOCK_WAKERS_MAX; i++)
        if (waker->data == &wakers[i])
            return i;
    return -1;
}

struct step_reply mock_waker(int64_t waker)
{
    const struct mock *mock = &wakers[scenario_in_range(waker, MOCK_WAKERS_MAX)];
    return (struct step_reply){mock->clones, mock->wakes};
}

struct step_reply mock_clones(void)
{
    struct step_reply reply = STEP_DONE;
    for (int i = 0; i < MOCK_WAKERS_MAX; i++)
        reply.a += wakers[i].clones;
    return reply;
}

/* --- futures by number --- */

static struct entry {
    struct wf_future *future;
    void *owned; /* NULL: it lies in a room of somebody else */
} entries[MOCK_FUTURES_MAX];

static struct entry *entry_at(int64_t number)
{
    return &entries[scenario_in_range(number, MOCK_FUTURES_MAX)];
}

void *mock_storage(int64_t bytes)
{
    if (bytes < 0)
        return NULL;
    void *memory = malloc((size_t)bytes);
    if (!memory)
        scenario_broken("no memory");
    return memset(memory, RUBBISH, (size_t)bytes);
}

void *mock_frame(int64_t number, size_t bytes)
{
    struct entry *entry = entry_at(number);
    free(entry->owned);
    entry->owned = mock_storage((int64_t)bytes);
    entry->future = entry->owned;
    return entry->owned;
}

void mock_placed(int64_t number, struct wf_future *future)
{
    entry_at(number)->future = future;
}

void mock_freed(const void *memory, size_t bytes)
{
    for (int i = 0; i < MOCK_FUTURES_MAX; i++) {
        const char *future = (const char *)entries[i].future;
        if (future >= (const char *)memory && future < (const char *)memory + bytes)
            entries[i] = (struct entry){0};
    }
}

struct wf_future *mock_future(int64_t number)
{
    return number == -1 ? NULL : entry_at(number)->future;
}

int64_t mock_number(const struct wf_future *future)
{
    for (int i = 0; future && i < MOCK_FUTURES_MAX; i++)
        if (entries[i].future == future)
            return i;
    return future ? -2 : -1;
}

/* --- probes --- */

static const void *reported_poll, *reported_drop;

static void see_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    if (event->kind == WF_EVENT_POLL)
        reported_poll = event->subject;
    if (event->kind == WF_EVENT_DROP)
        reported_drop = event->subject;
}

static struct wf_event_hook hook = {see_event};
static struct wf_context
    context; /* with the hook where a future is polled or dropped by number: events cost too much for crowds */

static void tell_bypassed(const struct mock_probe *probe, const void **reported)
{
    if (context.event_hook && *reported != probe)
        scenario_event(EVENT_PROBE_BYPASSED, probe->number, 0);
    *reported = NULL;
}

enum wf_poll mock_probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct mock_probe *self = (struct mock_probe *)future;
    enum wf_poll poll = self->armed ? WF_READY : WF_PENDING;
    tell_bypassed(self, &reported_poll);
    scenario_event(EVENT_PROBE_POLLED, self->number, poll + 2 * waker_number(cx->waker));
    if (self->behave)
        self->behave(self, poll, false);
    if (poll == WF_READY) {
        wf_waker_drop(&self->kept);
        self->out = (int)self->value;
    } else if (future->ops->drop) {
        wf_waker_store(&self->kept, cx->waker);
    }
    return poll;
}

void mock_probe_drop(struct wf_future *future)
{
    struct mock_probe *self = (struct mock_probe *)future;
    tell_bypassed(self, &reported_drop);
    scenario_event(EVENT_PROBE_DROPPED, self->number, 0);
    if (self->behave)
        self->behave(self, WF_PENDING, true);
    wf_waker_drop(&self->kept);
}

const struct wf_future_ops mock_probe_ops = {
    .name = "probe", .poll = mock_probe_poll, .drop = mock_probe_drop, WF_FRAME(struct mock_probe)};

struct mock_probe *mock_probe(void *room, int64_t number, const struct wf_future_ops *ops)
{
    struct mock_probe *probe = room;
    *probe = (struct mock_probe){.future = {.ops = ops}, .number = number};
    mock_placed(number, &probe->future);
    return probe;
}

struct step_reply mock_arm(int64_t number, int64_t value)
{
    struct mock_probe *probe = (struct mock_probe *)mock_future(number);
    if (!probe)
        return STEP_DONE; /* its room was freed too early: it will not be READY, and the judge sees that */
    probe->armed = true;
    probe->value = value;
    probe->out = ~(int)value;
    return STEP_DONE;
}

/* --- steps --- */

struct step_reply mock_poll(int64_t number, int64_t waker)
{
    struct wf_future *future = mock_future(number);
    struct wf_cx cx = {.waker = &wakers[scenario_in_range(waker, MOCK_WAKERS_MAX)].waker};
    context.event_hook = &hook;
    enum wf_poll poll = wf_future_poll(future, &cx);
    context.event_hook = NULL;
    bool has_int = poll == WF_READY && future->ops->out_size == sizeof(int);
    return (struct step_reply){poll, has_int ? *(int *)wf_future_out(future) : 0};
}

struct step_reply mock_drop(int64_t number)
{
    context.event_hook = &hook;
    wf_future_drop(mock_future(number));
    context.event_hook = NULL;
    return STEP_DONE;
}

void mocks_begin(void)
{
    for (int i = 0; i < MOCK_WAKERS_MAX; i++)
        wakers[i].waker = (struct wf_waker){&waker_ops, &wakers[i]};
    wf_context_enter(&context);
}

void mocks_end(void)
{
    wf_context_leave(&context);
    for (int i = 0; i < MOCK_FUTURES_MAX; i++) {
        free(entries[i].owned);
        entries[i] = (struct entry){0};
    }
}
