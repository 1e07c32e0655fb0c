/**
 * @file scenario_park.c
 * @brief Lab 04: a park that tells what is done with it, and hooks that tell.
 *
 * The park sleeps for real when it is told to sleep for ever, and keeps one permit as the contract says. Inside a
 * park it can run a program, once: what a driver would do there, or, by the act `aside`, what another thread does in the
 * gap between the runtime's look at its queues and the sleep.
 */
#include <pthread.h>

#include "handover.h"
#include "scenario.h"
#include "stage.h"

struct mock {
    struct wf_park park; /* first: it is a park */
    int64_t runtime;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t woken;
    bool permit, parked, shut_down, dropped;
    int64_t gate; /* where the next unpark waits; -1: it does not */
    bool armed, armed_forever;
    struct program program, at_shutdown;
};

/* What each of a runtime's hooks does the next time. */
struct hooks {
    struct program next[4];
};

/* Old ones stay: a waker may hold the runtime, and so its park, long after the runtime's drop. */
enum { MOCKS_MAX = 64 };

struct wf_current_thread *runtimes[RUNTIMES_MAX];
static struct mock mocks[MOCKS_MAX], *newest[RUNTIMES_MAX];
static int mocks_used;
static struct hooks hooks[RUNTIMES_MAX];

static void misused(const struct mock *self, enum misuse how)
{
    scenario_event(EVENT_PARK_MISUSED, self->runtime, how);
}

static enum wf_parked mock_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct mock *self = (struct mock *)park;
    bool forever = deadline_ns == WF_FOREVER, sleeps = deadline_ns != 0; /* here time stands still */
    pthread_mutex_lock(&self->lock);
    if (self->dropped)
        misused(self, USED_AFTER_DROP);
    else if (self->shut_down)
        misused(self, PARK_AFTER_SHUTDOWN);
    else if (self->parked)
        misused(self, PARKED_TWICE_AT_ONCE);
    self->parked = true;
    int64_t how = !sleeps ? PARK_TURN : self->permit ? PARK_WITH_PERMIT : forever ? PARK_ASLEEP : PARK_UNTIL;
    bool acts = self->armed && how == (self->armed_forever ? PARK_ASLEEP : PARK_TURN);
    const struct program program = self->program;
    self->armed &= !acts;
    pthread_mutex_unlock(&self->lock);
    synchronise();
    scenario_event(EVENT_PARK, self->runtime, how); /* from here on the driver may arm the next one */

    if (acts)
        run_program(&program);
    bool worked = acts && program.acts[0].operation != STEP_aside; /* else only a permit ends the sleep */
    pthread_mutex_lock(&self->lock);
    while (!self->permit && sleeps && !worked)
        pthread_cond_wait(&self->woken, &self->lock);
    bool woken = self->permit || worked;
    self->permit = false;
    self->parked = false;
    pthread_mutex_unlock(&self->lock);
    scenario_event(EVENT_PARKED, self->runtime, 0);
    return woken ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void mock_unpark(struct wf_park *park)
{
    struct mock *self = (struct mock *)park;
    pthread_mutex_lock(&self->lock);
    if (self->dropped)
        misused(self, USED_AFTER_DROP);
    self->permit = true;
    int64_t gate = self->gate;
    self->gate = -1;
    scenario_event(EVENT_UNPARK, self->runtime, 0); /* before the thread that it wakes can tell anything */
    pthread_mutex_unlock(&self->lock);
    pthread_cond_signal(&self->woken);
    if (gate < 0)
        return;
    scenario_event(EVENT_AT_GATE, gate, 0);
    wait_at_gate(gate);
    pthread_mutex_lock(&self->lock);
    if (self->dropped)
        misused(self, USED_AFTER_DROP);
    pthread_mutex_unlock(&self->lock);
}

static void mock_shutdown(struct wf_park *park)
{
    struct mock *self = (struct mock *)park;
    pthread_mutex_lock(&self->lock);
    if (self->dropped)
        misused(self, USED_AFTER_DROP);
    else if (self->shut_down)
        misused(self, SHUT_DOWN_TWICE);
    self->shut_down = true;
    const struct program program = self->at_shutdown;
    pthread_mutex_unlock(&self->lock);
    scenario_event(EVENT_SHUTDOWN, self->runtime, 0);
    run_program(&program);
}

static void mock_drop(struct wf_park *park)
{
    struct mock *self = (struct mock *)park;
    pthread_mutex_lock(&self->lock);
    if (self->dropped)
        misused(self, USED_AFTER_DROP);
    self->dropped = true; /* the storage is ours: late uses are told, not crashes */
    pthread_mutex_unlock(&self->lock);
    scenario_event(EVENT_PARK_DROPPED, self->runtime, 0);
}

static const struct wf_park_ops mock_ops = {
    .name = "mock park",
    .park = mock_park,
    .unpark = mock_unpark,
    .shutdown = mock_shutdown,
    .drop = mock_drop,
};

/* --- hooks: their datum is the runtime's number --- */

static struct program *next_of(int64_t runtime, int hook)
{
    return &hooks[runtime].next[__builtin_ctz((unsigned)hook)];
}

static void run_hook(const void *arg, int hook)
{
    struct program *next = next_of((int64_t)(intptr_t)arg, hook), now = *next;
    next->count = 0;
    run_program(&now);
}

static void on_task_spawned(void *arg, const struct wf_task *task)
{
    scenario_event(EVENT_TASK_SPAWNED, number_of_task(task), 0);
    run_hook(arg, HOOK_TASK_SPAWNED);
}

static void on_task_ended(void *arg, const struct wf_task *task)
{
    scenario_event(EVENT_TASK_ENDED, number_of_task(task), 0);
    run_hook(arg, HOOK_TASK_ENDED);
}

static void on_before_park(void *arg)
{
    scenario_event(EVENT_BEFORE_PARK, (int64_t)(intptr_t)arg, 0);
    run_hook(arg, HOOK_BEFORE_PARK);
}

static void on_after_unpark(void *arg)
{
    scenario_event(EVENT_AFTER_UNPARK, (int64_t)(intptr_t)arg, 0);
    run_hook(arg, HOOK_AFTER_UNPARK);
}

/* --- steps --- */

static struct mock *new_mock(int64_t runtime)
{
    struct mock *mock = &mocks[scenario_in_range(mocks_used++, MOCKS_MAX)];
    *mock = (struct mock){
        .park = {&mock_ops},
        .runtime = runtime,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .woken = PTHREAD_COND_INITIALIZER,
        .gate = -1,
    };
    newest[runtime] = mock;
    return mock;
}

bool new_runtime(int64_t runtime, bool with_mock, int64_t set)
{
    struct mock *mock = with_mock ? new_mock(runtime) : NULL;
    hooks[runtime] = (struct hooks){0};
    const struct wf_hooks own = {
        .task_spawned = set & HOOK_TASK_SPAWNED ? on_task_spawned : NULL,
        .task_ended = set & HOOK_TASK_ENDED ? on_task_ended : NULL,
        .before_park = set & HOOK_BEFORE_PARK ? on_before_park : NULL,
        .after_unpark = set & HOOK_AFTER_UNPARK ? on_after_unpark : NULL,
        .arg = (void *)(intptr_t)runtime,
    };
    runtimes[runtime] = wf_current_thread_new(mock ? &mock->park : NULL, set ? &own : NULL);
    return runtimes[runtime];
}

/* NULL: not any more. */
void set_park_program(int64_t runtime, bool forever, const struct program *program)
{
    struct mock *mock = newest[runtime];
    pthread_mutex_lock(&mock->lock);
    mock->armed = program != NULL;
    mock->armed_forever = forever;
    if (program)
        mock->program = *program;
    pthread_mutex_unlock(&mock->lock);
}

void set_hook_program(int64_t runtime, int hook, const struct program *program)
{
    *next_of(runtime, hook) = *program;
}

void set_shutdown_program(int64_t runtime, const struct program *program)
{
    struct mock *mock = newest[runtime];
    pthread_mutex_lock(&mock->lock);
    mock->at_shutdown = *program;
    pthread_mutex_unlock(&mock->lock);
}

void hold_next_unpark(int64_t runtime, int64_t gate)
{
    struct mock *mock = newest[runtime];
    pthread_mutex_lock(&mock->lock);
    mock->gate = gate;
    pthread_mutex_unlock(&mock->lock);
}
