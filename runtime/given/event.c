/**
 * @file event.c
 * @brief Reporting events, and the ring that keeps the newest.
 */
#include "weft/event.h"

#include <unistd.h>

#include "weft/context.h"
#include "weft/task.h"

void wf_event_report_task(enum wf_event_kind kind, int value, const char *name, const void *task,
                          uint32_t number)
{
    const struct wf_context *context = wf_context_current;
    if (!context || !context->event_hook)
        return;
    const struct wf_event event = {.kind = kind,
                                   .value = value,
                                   .name = name,
                                   .subject = task,
                                   .task = number,
                                   .thread = (int32_t)gettid()};
    wf_calls_out("an event hook");
    context->event_hook->event(context->event_hook, &event);
}

void wf_event_report(enum wf_event_kind kind, int value, const char *name, const void *subject)
{
    const struct wf_context *context = wf_context_current;
    if (context && context->event_hook)
        wf_event_report_task(kind, value, name, subject, context->task ? wf_task_id(context->task) : 0);
}

const char *wf_event_kind_name(enum wf_event_kind kind)
{
    static const char *const names[] = {
        [WF_EVENT_POLL] = "poll",   [WF_EVENT_POLLED] = "polled", [WF_EVENT_DROP] = "drop",
        [WF_EVENT_PARK] = "park",   [WF_EVENT_UNPARK] = "unpark", [WF_EVENT_UNPARKED] = "unparked",
        [WF_EVENT_SPAWN] = "spawn", [WF_EVENT_WAKE] = "wake",     [WF_EVENT_SCHEDULE] = "schedule",
        [WF_EVENT_END] = "end",
    };
    return (size_t)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

static void ring_event(struct wf_event_hook *hook, const struct wf_event *event)
{
    struct wf_event_ring *ring = (struct wf_event_ring *)hook;
    pthread_mutex_lock(&ring->lock);
    if (ring->capacity > 0)
        ring->events[ring->total % ring->capacity] = *event;
    ring->total++;
    pthread_mutex_unlock(&ring->lock);
}

void wf_event_ring_init(struct wf_event_ring *ring, struct wf_event *events, size_t capacity)
{
    *ring = (struct wf_event_ring){.hook = {ring_event}, .events = events, .capacity = capacity};
    pthread_mutex_init(&ring->lock, NULL);
}

size_t wf_event_ring_copy(struct wf_event_ring *ring, struct wf_event *out, size_t room)
{
    pthread_mutex_lock(&ring->lock);
    size_t kept = ring->total < ring->capacity ? (size_t)ring->total : ring->capacity;
    size_t count = kept < room ? kept : room;
    for (size_t i = 0; i < count; i++)
        out[i] = ring->events[(ring->total - count + i) % ring->capacity];
    pthread_mutex_unlock(&ring->lock);
    return count;
}

void wf_event_ring_print(struct wf_event_ring *ring, FILE *stream)
{
    pthread_mutex_lock(&ring->lock);
    uint64_t kept = ring->total < ring->capacity ? ring->total : ring->capacity;
    for (uint64_t number = ring->total - kept; number < ring->total; number++) {
        const struct wf_event *event = &ring->events[number % ring->capacity];
        fprintf(stream, "%6llu thread %d task %u: %-9s%s %p value %d\n", (unsigned long long)number,
                event->thread, event->task, wf_event_kind_name(event->kind), event->name, event->subject,
                event->value);
    }
    pthread_mutex_unlock(&ring->lock);
}

void wf_event_ring_destroy(struct wf_event_ring *ring)
{
    pthread_mutex_destroy(&ring->lock);
}
