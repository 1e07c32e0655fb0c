#include "common.h"

#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "weft/alloc.h"
#include "weft/context.h"
#include "weft/event.h"

_Static_assert(sizeof(struct probe) <= PROBE_BYTES, "a room for a probe holds one");

/* What lies in a future's storage before it is built there, and after it was freed. */
enum { RUBBISH = 0xa5, GONE = 0xdd };

/* A future by number. Each storage of ours is one allocation: a wrong access beside it is seen by ASan. */
struct entry {
    struct wf_future *future;
    void *owned; /* NULL: it lies in a room of somebody else */
};

static struct entry entries[FUTURES_MAX];

/* --- the task's waker --- */

struct mock_task {
    struct wf_waker waker;
    int clones;
};

static struct mock_task tasks[WAKERS_MAX];

static void *task_clone(void *data)
{
    ((struct mock_task *)data)->clones++;
    return data;
}

static void task_wake_by_ref(void *data)
{
    (void)data; /* the judge polls when it wants to */
}

static void task_drop(void *data)
{
    ((struct mock_task *)data)->clones--;
}

static const struct wf_waker_ops task_waker_ops = {task_clone, task_drop, task_wake_by_ref, task_drop};

/* --- a caller of wf_future_poll() and wf_future_drop() is reported there; one that bypasses them is seen by that --- */

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
static struct wf_context context = {.event_hook = &hook};

static void tell_bypassed(const struct probe *probe, const void **reported)
{
    if (*reported != probe)
        scenario_event(EVENT_BYPASSED, probe->number, 0);
    *reported = NULL;
}

/* --- probes --- */

static void set_out(struct probe *self)
{
    if (self->future.ops->out_size == sizeof(int))
        self->out.number = (int)self->value;
    else
        for (int i = 0; i < WIDE_WORDS; i++)
            self->out.wide[i] = wide_word(self->value, i);
}

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    enum wf_poll poll = self->armed ? WF_READY : WF_PENDING;
    tell_bypassed(self, &reported_poll);
    int64_t waker = -1;
    for (int i = 0; i < WAKERS_MAX; i++)
        if (cx->waker->data == &tasks[i])
            waker = i;
    scenario_event(EVENT_POLLED, self->number, poll + 2 * waker);
    if (self->behave)
        self->behave(self, poll, false);
    if (poll == WF_READY) {
        wf_waker_drop(&self->kept);
        set_out(self);
    } else if (future->ops->drop) {
        wf_waker_store(&self->kept, cx->waker);
    }
    return poll;
}

static void probe_drop(struct wf_future *future)
{
    struct probe *self = (struct probe *)future;
    tell_bypassed(self, &reported_drop);
    scenario_event(EVENT_DROPPED, self->number, 0);
    if (self->behave)
        self->behave(self, WF_PENDING, true);
    wf_waker_drop(&self->kept);
}

static void destroy_wide(void *out)
{
    scenario_event(EVENT_OUT_DESTROYED, 0, ((int64_t *)out)[WIDE_WORDS - 1]);
}

#define PROBE_OPS(bytes)                                                                                     \
    .name = "probe", .poll = probe_poll, .drop = probe_drop, .size = sizeof(struct probe),                   \
    .out_offset = offsetof(struct probe, out), .out_size = (bytes)

static const struct wf_future_ops probe_ops[] = {
    [PROBE_INT] = {PROBE_OPS(sizeof(int))},
    [PROBE_WIDE] = {PROBE_OPS(WIDE_WORDS * sizeof(int64_t)), .drop_out = destroy_wide},
    [PROBE_SILENT] = {PROBE_OPS(0)},
    [PROBE_BARE] = {.name = "probe",
                    .poll = probe_poll,
                    .size = sizeof(struct probe),
                    .out_offset = offsetof(struct probe, out),
                    .out_size = sizeof(int)},
};

struct probe *place_probe(int64_t number, enum probe_kind kind, void *room)
{
    struct probe *probe = room;
    *probe = (struct probe){.future = {.ops = &probe_ops[scenario_in_range(kind, 4)]}, .number = (int)number};
    entries[scenario_in_range(number, PROBES_MAX)].future = &probe->future;
    return probe;
}

/* --- storage --- */

struct wf_future *future_at(int64_t number)
{
    return number == -1 ? NULL : entries[scenario_in_range(number, FUTURES_MAX)].future;
}

int64_t number_of(const struct wf_future *future)
{
    for (int i = 0; future && i < FUTURES_MAX; i++)
        if (entries[i].future == future)
            return i;
    return future ? -2 : -1;
}

void *new_storage(int64_t size)
{
    if (size < 0)
        return NULL;
    void *memory = malloc((size_t)size);
    if (!memory)
        scenario_broken("no memory");
    memset(memory, RUBBISH, (size_t)size);
    return memory;
}

void *new_frame(int64_t number, size_t size)
{
    struct entry *entry = &entries[scenario_in_range(number, FUTURES_MAX)];
    free(entry->owned);
    entry->owned = new_storage((int64_t)size);
    entry->future = entry->owned;
    return entry->owned;
}

/* --- the allocator --- */

void (*common_allocating)(void);

static void *tell_alloc(void *arg, size_t size)
{
    (void)arg;
    if (common_allocating)
        common_allocating();
    /* NULL: a size that no memory has is the submission's mistake, or the vast one that was asked for */
    void *memory = size < VAST_SLOT ? malloc(size) : NULL;
    scenario_event(EVENT_ALLOCATED, 0, 0);
    if (memory)
        memset(memory, RUBBISH, size);
    return memory;
}

static void tell_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    scenario_event(EVENT_FREED, 0, 0);
    for (int i = 0; i < FUTURES_MAX; i++) {
        const char *future = (const char *)entries[i].future;
        if (future >= (const char *)memory && future < (const char *)memory + size)
            entries[i] = (struct entry){0};
    }
    memset(memory, GONE, size);                      /* a later read finds rubbish, in every variant */
    __asm__ volatile("" : : "r"(memory) : "memory"); /* or the compiler leaves that out */
    free(memory);
}

static const struct wf_allocator allocator = {tell_alloc, tell_free, NULL};

/* --- steps --- */

struct step_reply on_probe(const struct step_probe *step)
{
    place_probe(step->probe, (enum probe_kind)step->kind, new_frame(step->probe, sizeof(struct probe)));
    return STEP_DONE;
}

struct step_reply on_arm(const struct step_arm *step)
{
    struct probe *probe = (struct probe *)future_at(scenario_in_range(step->probe, PROBES_MAX));
    if (!probe)
        return STEP_DONE; /* its room was freed too early: it will not be READY, and the judge sees that */
    probe->armed = true;
    probe->value = step->value;
    return STEP_DONE;
}

struct step_reply on_poll(const struct step_poll *step)
{
    struct wf_future *future = future_at(step->future);
    struct wf_cx cx = {.waker = &tasks[scenario_in_range(step->waker, WAKERS_MAX)].waker};
    enum wf_poll poll = wf_future_poll(future, &cx);
    bool has_int = poll == WF_READY && future->ops->out_size == sizeof(int);
    return (struct step_reply){poll, has_int ? *(int *)wf_future_out(future) : 0};
}

struct step_reply on_drop(const struct step_drop *step)
{
    wf_future_drop(future_at(step->future));
    return STEP_DONE;
}

struct step_reply on_clones(const struct step_clones *step)
{
    struct step_reply reply = STEP_DONE;
    (void)step;
    for (int i = 0; i < WAKERS_MAX; i++)
        reply.a += tasks[i].clones;
    return reply;
}

struct step_reply on_live_bytes(const struct step_live_bytes *step)
{
    (void)step;
    return (struct step_reply){.a = (int64_t)wf_live_bytes()};
}

struct step_reply on_fail_allocation(const struct step_fail_allocation *step)
{
    wf_alloc_fail_at((uint32_t)step->nth);
    return STEP_DONE;
}

void common_begin(void)
{
    for (int i = 0; i < WAKERS_MAX; i++)
        tasks[i].waker = (struct wf_waker){&task_waker_ops, &tasks[i]};
    wf_set_allocator(&allocator);
    wf_context_enter(&context);
}

void common_end(void)
{
    wf_context_leave(&context);
    for (int i = 0; i < FUTURES_MAX; i++) {
        free(entries[i].owned);
        entries[i] = (struct entry){0};
    }
}
