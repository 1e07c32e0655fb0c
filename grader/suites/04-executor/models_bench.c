#include "models.h"

#include "../../interleave/support/task_names.h"

int ready, dropped, datum;
bool dropped_inside;

/* --- futures --- */

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    self->polls++;
    if (!self->step(self, cx))
        return WF_PENDING;
    ready++;
    return WF_READY;
}

static void probe_drop(struct wf_future *future)
{
    ((struct probe *)future)->polls = -1;
    dropped++;
    dropped_inside = wf_context_current != NULL;
}

static const struct wf_future_ops probe_ops = {
    .name = "probe", .poll = probe_poll, .drop = probe_drop, WF_FRAME(struct probe)};

struct probe model_probe(bool (*step)(struct probe *self, struct wf_cx *cx))
{
    return (struct probe){.future = {.ops = &probe_ops}, .step = step};
}

void model_name_line(const struct wf_future *future, const char *name)
{
    name_line(future, name);
}

/* Names for what is in a set, by its place: no set is looked at, and one of another shape only gets no names. */
void model_name(struct wf_scheduler *scheduler)
{
    const struct wf_task_set *set = (const struct wf_task_set *)scheduler;
    interleave_thread_name("owner");
    interleave_name(&set->scheduler.last_id, "last_id");
    interleave_name(&set->references, "references");
    interleave_name(&set->has_injected, "has_injected");
    interleave_name(&set->lock, "the set's lock");
}

int model_spawn(struct wf_scheduler *scheduler, bool (*step)(struct probe *self, struct wf_cx *cx),
                struct wf_join_handle *handle)
{
    struct wf_task *task = wf_task_new(sizeof(struct probe));
    assert(task);
    name_task(task);
    if (handle)
        name_line(&handle->future, "the join handle's line");
    *(struct probe *)(void *)task->frame = model_probe(step);
    return wf_task_spawn(task, scheduler, handle);
}

bool model_at_once(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return true;
}

bool model_never(struct probe *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    return false;
}

bool model_second(struct probe *self, struct wf_cx *cx)
{
    (void)cx;
    return self->polls > 1;
}

/* --- threads --- */

pthread_t model_start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

void model_join(pthread_t thread)
{
    pthread_join(thread, NULL);
}
