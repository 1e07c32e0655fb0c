#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "kit_tasks.h"
#include "plans.h"
#include "scenario.h"
#include "stage.h"
#include "transitions.h"
#include "weft/alloc.h"
#include "weft/context.h"

/* The future of a task. Plain memory, which ThreadSanitizer watches: only the state word may order its use. */
struct probe {
    struct wf_future future;
    int64_t number;
    int64_t polls;
    struct output out;
};

enum { QUEUE_MAX = 256 };

static struct script scripts[TASKS_MAX];
static struct wf_abort_handle aborts[ABORTS_MAX];
static int64_t queue[QUEUE_MAX];
static int queue_head, queue_tail;
static int64_t parcels[TASKS_MAX];       /* watched: written before a wake or abort, read in a poll or drop */
static WF_ATOMIC(bool) bound[TASKS_MAX]; /* released by bind */
static WF_ATOMIC(int) handed_on[TASKS_MAX]; /* released by schedule */
static WF_ATOMIC(int) abort_uses[ABORTS_MAX];
static __thread struct wf_context context;

struct script *script_at(int64_t number)
{
    return &scripts[scenario_in_range(number, TASKS_MAX)];
}

UNSEEN static int64_t number_of(struct wf_task *task)
{
    return ((struct probe *)(void *)task->frame)->number;
}

UNSEEN struct wf_abort_handle *abort_at(int64_t slot)
{
    return &aborts[scenario_in_range(slot, ABORTS_MAX)];
}

void bench_know(struct wf_task *task)
{
    if (task)
        (void)wf_load_acquire(&bound[number_of(task)]);
}

/* An abort handle may be used on any thread, by one at a time: each use is over before the next. */
static void order_uses(int64_t slot)
{
    atomic_fetch_add_explicit(&abort_uses[slot], 1, memory_order_acq_rel);
}

UNSEEN void use_abort(int64_t slot, void (*use)(struct wf_abort_handle *handle))
{
    struct wf_abort_handle handle = *abort_at(slot);
    bench_know(handle.task);
    order_uses(slot);
    use(&handle);
    order_uses(slot);
    *abort_at(slot) = handle;
}

/* --- the futures --- */

UNSEEN static bool is_ready(int64_t number, int64_t *value)
{
    *value = scripts[number].out;
    return scripts[number].ready;
}

UNSEEN static bool is_written(int64_t number)
{
    return scripts[number].written;
}

UNSEEN static int64_t take_owned_abort(int64_t number)
{
    int64_t abort = scripts[number].abort;
    scripts[number].abort = -1;
    return abort;
}

static void end_probe(const struct probe *probe)
{
    int64_t abort = take_owned_abort(probe->number);
    if (abort >= 0)
        use_abort(abort, wf_abort_handle_drop);
}

static enum wf_poll probe_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    int64_t value, number = self->number;
    (void)cx;
    stage_tell(EVENT_POLLED, number, is_written(number) ? parcels[number] : 0);
    come_to_point(AT_POLL, number);
    self->polls++; /* last: what comes after the wakes of this poll is published by its end alone */
    if (!is_ready(number, &value))
        return WF_PENDING;
    end_probe(self);
    self->out = (struct output){number, value};
    return WF_READY;
}

static void probe_drop(struct wf_future *future)
{
    struct probe *self = (struct probe *)future;
    stage_tell(EVENT_DROPPED, self->number, is_written(self->number) ? parcels[self->number] : 0);
    come_to_point(AT_DROP, self->number);
    self->polls = -1;
    end_probe(self);
}

static void probe_drop_out(void *out)
{
    const struct output *output = out;
    stage_tell(EVENT_DESTROYED, output->task, output->value);
}

static const struct wf_future_ops probe_ops = {
    .name = "probe",
    .poll = probe_poll,
    .drop = probe_drop,
    .drop_out = probe_drop_out,
    WF_FRAME(struct probe),
};

static void on_transition(enum point point, struct wf_task *task)
{
    come_to_point(point, number_of(task));
}

/* --- the scheduler: a queue, of which a task is taken when the judge says so --- */

UNSEEN static void enqueue(int64_t number)
{
    if (queue_tail == QUEUE_MAX)
        scenario_broken("too many tasks were scheduled");
    queue[queue_tail++] = number;
}

/* A queue whose links are the tasks' own, as an executor's may be: the thread that schedules writes the link, the one that takes
 * the task out reads it, and between a run and the next wake only the state word orders the two. It publishes what was done before
 * schedule, so it is not used where that is tested. */
static bool linked;

UNSEEN static bool is_linked(void)
{
    return linked;
}

UNSEEN void bench_link(void)
{
    linked = true;
}

static int scheduler_bind(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    int64_t number = number_of(task);
    stage_tell(EVENT_BOUND, number, 0);
    wf_store_release(&bound[number], true); /* publishes the new task to the thread that runs it */
    enqueue(number);
    return 0;
}

static void scheduler_schedule(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    int64_t number = number_of(task);
    stage_tell(EVENT_SCHEDULED, number, 0);
    if (is_linked())
        task->next = NULL;
    atomic_fetch_add_explicit(&handed_on[number], 1, memory_order_release); /* to the thread that frees it */
    enqueue(number);
}

static void scheduler_released(struct wf_scheduler *self, struct wf_task *task)
{
    (void)self;
    int64_t number = number_of(task);
    stage_tell(EVENT_RELEASED, number, 0);
    come_to_point(AT_RELEASED, number);
}

static const struct wf_scheduler_ops scheduler_ops = {
    .name = "mock", .bind = scheduler_bind, .schedule = scheduler_schedule, .released = scheduler_released};
static struct wf_scheduler scheduler = {.ops = &scheduler_ops};

UNSEEN static int64_t dequeue(void)
{
    return queue_head < queue_tail ? queue[queue_head++] : -1;
}

UNSEEN static struct wf_task *task_of(int64_t number)
{
    return script_at(number)->task;
}

int64_t bench_run_next(void)
{
    int64_t number = dequeue();
    if (number >= 0) {
        (void)wf_load_acquire(&bound[number]); /* pairs with bind */
        if (is_linked()) {
            (void)wf_load_acquire(&handed_on[number]); /* pairs with schedule */
            (void)*(struct wf_task *volatile *)&task_of(number)->next;
        }
        wf_task_run(task_of(number), &context);
    }
    return number;
}

/* --- spawn --- */

UNSEEN static struct wf_join_handle *prepare_handle(int64_t number, struct wf_task *task, enum spawn how)
{
    struct script *script = script_at(number);
    script->task = task;
    script->ready = false;
    script->abort = -1;
    *script->value = (struct output){-1, -1};
    return how == SPAWN_DETACHED ? NULL : script->handle;
}

int64_t bench_spawn(int64_t number, enum spawn how)
{
    struct wf_task *task = kit_new_task(sizeof(struct probe));
    *(struct probe *)(void *)task->frame = (struct probe){.future = {.ops = &probe_ops}, .number = number};
    struct wf_join_handle *handle = prepare_handle(number, task, how);
    int spawned = wf_task_spawn(task, &scheduler, handle);
    if (how == SPAWN_AWAITED)
        handle->value = script_at(number)->value;
    return spawned;
}

void bench_write(int64_t number, int64_t value)
{
    parcels[scenario_in_range(number, TASKS_MAX)] = value;
}

/* --- begin and end --- */

static void *alloc_task(void *arg, size_t size)
{
    (void)arg;
    return malloc(size);
}

static void free_task(void *arg, void *memory, size_t size)
{
    (void)arg;
    (void)size;
    (void)wf_load_acquire(&handed_on[number_of(memory)]); /* pairs with schedule */
    free(memory);
}

static const struct wf_allocator allocator = {alloc_task, free_task, NULL};

void bench_enter(void)
{
    context.scheduler = &scheduler;
    wf_context_enter(&context);
}

void bench_leave(void)
{
    wf_context_leave(&context);
}

void bench_constrain(int64_t units)
{
    context.constrained = units >= 0;
    context.budget = units >= 0 ? (uint32_t)units : 0;
}

int64_t bench_budget(void)
{
    return context.budget;
}

void bench_begin(void)
{
    for (int i = 0; i < TASKS_MAX; i++) {
        scripts[i].handle = malloc(sizeof *scripts[i].handle);
        scripts[i].value = malloc(sizeof *scripts[i].value);
        if (!scripts[i].handle || !scripts[i].value)
            scenario_broken("no memory");
        memset(scripts[i].handle, 0xa5, sizeof *scripts[i].handle);
    }
    transitions_hook = on_transition;
    wf_set_allocator(&allocator);
}

void bench_end(void)
{
    for (int i = 0; i < TASKS_MAX; i++) {
        free(scripts[i].handle);
        free(scripts[i].value);
    }
}
