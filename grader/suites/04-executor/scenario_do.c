/**
 * @file scenario_do.c
 * @brief Lab 04: the instructions that anybody can do: a probe, the driver, an actor, the park, a hook.
 */
#include <pthread.h>
#include <sched.h>

#include "scenario.h"
#include "stage.h"
#include "weft/block_on.h"

struct wf_local_set *locals[LOCALS_MAX];
static struct wf_current_thread *dropped_runtimes[RUNTIMES_MAX]; /* that something else keeps alive */
static struct wf_scheduler *kept_schedulers[RUNTIMES_MAX], *kept_local_schedulers[LOCALS_MAX];

/* Publishes what one thread left in the tables to another; taken and given back at once, never held in a call. */
static pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER;

void synchronise(void)
{
    pthread_mutex_lock(&tables);
    pthread_mutex_unlock(&tables);
}

int64_t in_range(int64_t number, int64_t limit)
{
    if (number < 0 || number >= limit)
        scenario_broken("a number is out of range");
    return number;
}

/* --- gates --- */

static WF_ATOMIC(int) open_gates[GATES_MAX];

void wait_at_gate(int64_t gate)
{
    WF_ATOMIC(int) *open = &open_gates[in_range(gate, GATES_MAX)];
    while (!wf_load_relaxed(open))
        sched_yield();
    wf_store_relaxed(open, 0);
}

void open_gate(int64_t gate)
{
    wf_store_relaxed(&open_gates[in_range(gate, GATES_MAX)], 1);
}

/* --- mutexes: the linker sends every call of theirs here --- */

static __thread int64_t slow_lock_gate = -1; /* where this thread waits before it takes its next one */
static __thread int64_t locks_left;          /* until it does what follows; 0: it does not */
static __thread int64_t at_lock;
static __thread int64_t unlocks_left; /* the same, of those that it gives back */
static __thread int64_t at_unlock;
static __thread int held;

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

void run_aside_at_lock(int64_t instruction, int64_t nth)
{
    at_lock = instruction;
    locks_left = nth;
}

void run_aside_at_unlock(int64_t instruction, int64_t nth)
{
    at_unlock = instruction;
    unlocks_left = nth;
}

/* A thread can be held when it has decided to hand a task over, and has not yet; and another can act between any two
 * steps that it takes under a mutex. */
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int64_t gate = slow_lock_gate;
    slow_lock_gate = -1;
    if (gate >= 0) {
        scenario_event(EVENT_AT_GATE, gate, 0);
        wait_at_gate(gate);
    }
    if (held++ == 0 && locks_left > 0 && --locks_left == 0)
        run_aside(at_lock);
    return __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int error = __real_pthread_mutex_unlock(mutex);
    if (--held == 0 && unlocks_left > 0 && --unlocks_left == 0)
        run_aside(at_unlock);
    return error;
}

/* --- schedulers --- */

struct wf_scheduler *scheduler_by_number(int64_t number)
{
    if (number == ON_CURRENT)
        return wf_scheduler_current();
    if (number >= ON_MOVER)
        return mover_scheduler(in_range(number - ON_MOVER, 2));
    if (number >= ON_KEPT_LOCAL)
        return kept_local_schedulers[in_range(number - ON_KEPT_LOCAL, LOCALS_MAX)];
    if (number >= ON_KEPT)
        return kept_schedulers[in_range(number - ON_KEPT, RUNTIMES_MAX)];
    if (number >= ON_LOCAL)
        return wf_local_set_scheduler(locals[in_range(number - ON_LOCAL, LOCALS_MAX)]);
    return wf_current_thread_scheduler(runtimes[in_range(number - ON_RUNTIME, RUNTIMES_MAX)]);
}

/* --- spawning and joining --- */

void release_handles(struct probe *probe)
{
    wf_abort_handle_drop(&probe->abort);
    if (probe->handle.future.ops)
        wf_future_drop(&probe->handle.future);
    probe->handle.future.ops = NULL;
}

static void spawn(int64_t scheduler, int64_t number, int64_t slow_gate)
{
    struct probe *probe = probe_by_number(number);
    struct wf_task *task = wf_task_new(sizeof(struct frame));
    if (!task)
        scenario_broken("no memory for a task");
    build_frame((struct frame *)(void *)wf_task_frame(task), number);
    struct wf_join_handle *handle = &probe->handle;
    release_handles(probe); /* of a spawn before this one */
    struct wf_scheduler *target = scheduler_by_number(scheduler);
    slow_lock_gate = slow_gate;
    int result = wf_task_spawn(task, target, handle);
    slow_lock_gate = -1;
    if (result == 0)
        probe->abort = wf_join_handle_abort_handle(handle);
    synchronise();
    scenario_event(EVENT_SPAWN, number, result);
}

void tell_joined(int64_t number, enum wf_poll poll)
{
    int out = probe_by_number(number)->handle.out;
    scenario_event(EVENT_JOINED, number, poll == WF_READY ? out : PENDING_STILL);
}

/* The driver's look at a join handle: one poll, with a waker that wakes nobody. */
static void look_at_handle(int64_t number)
{
    struct wf_join_handle *handle = &probe_by_number(number)->handle;
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    tell_joined(number, wf_future_poll(&handle->future, &cx));
}

/* --- the context --- */

static void tell_facts(struct probe *self)
{
    const struct wf_task *task = wf_task_current();
    const struct wf_scheduler *scheduler = wf_scheduler_current();
    int64_t bits = !task ? FACT_NO_TASK : number_of_task(task) == number_of(self) ? FACT_TASK_IS_MINE : 0;
    for (int i = 0; i < RUNTIMES_MAX; i++)
        if (runtimes[i] && scheduler == wf_current_thread_scheduler(runtimes[i]))
            bits |= FACT_ON_RUNTIME;
    for (int i = 0; i < LOCALS_MAX; i++)
        if (locals[i] && scheduler == wf_local_set_scheduler(locals[i]))
            bits |= FACT_ON_LOCAL;
    int64_t budget = wf_context_current ? wf_context_current->budget : 0;
    scenario_event(EVENT_FACTS, number_of(self), budget * 16 + bits);
}

/* --- task-local values --- */

static const struct wf_task_local keys[KEYS] = {{"key"}, {"key"}};
static int values[KEY_VALUES]; /* a value is the address of its number */

static int64_t value_of(int key)
{
    const int *value = wf_task_local_get(&keys[key]);
    return value ? value - values : 0;
}

static void tell_values(struct probe *self)
{
    scenario_event(EVENT_VALUES, number_of(self), value_of(0) + KEY_VALUES * value_of(1));
}

struct wf_future *in_scope(struct probe *self, int64_t key_and_value, struct wf_future *inner)
{
    int64_t key = in_range(key_and_value / KEY_VALUES, KEYS), value = key_and_value % KEY_VALUES;
    return &wf_local_scope(&self->scope, &keys[key], value ? &values[value] : NULL, inner)->future;
}

/* --- wakers --- */

const struct wf_waker *kept_waker(int64_t probe)
{
    synchronise();
    return &probe_by_number(probe)->kept;
}

void keep(struct probe *self, const struct wf_waker *waker)
{
    struct wf_waker clone = wf_waker_clone(waker);
    pthread_mutex_lock(&tables);
    struct wf_waker old = self->kept;
    self->kept = clone;
    pthread_mutex_unlock(&tables);
    wf_waker_drop(&old);
}

static struct wf_waker take(int64_t number)
{
    struct probe *probe = probe_by_number(number);
    pthread_mutex_lock(&tables);
    struct wf_waker taken = probe->kept;
    probe->kept = (struct wf_waker){0};
    pthread_mutex_unlock(&tables);
    return taken;
}

static void wake_clone(int64_t number)
{
    pthread_mutex_lock(&tables);
    struct wf_waker clone = wf_waker_clone(&probe_by_number(number)->kept);
    pthread_mutex_unlock(&tables);
    wf_waker_wake(&clone);
}

/* --- what anybody can do --- */

void do_anywhere(struct probe *self, int what, int64_t a, int64_t b)
{
    struct wf_waker waker;
    switch (what) {
    case DO_WAKE:
        wake_clone(a);
        break;
    case DO_LET_GO:
        atomic_store(&probe_by_number(a)->may_go_on, true);
        wake_clone(a);
        break;
    case DO_WAKE_REF:
        wf_waker_wake_by_ref(kept_waker(a));
        break;
    case DO_WAKE_LAST:
        waker = take(a);
        wf_waker_wake(&waker);
        break;
    case DO_FORGET:
        waker = take(a);
        wf_waker_drop(&waker);
        break;
    case DO_SPAWN:
        spawn(a, b, -1);
        break;
    case DO_SPAWN_RANGE:
        for (int64_t number = a; number <= b; number++)
            spawn(ON_CURRENT, number, -1);
        break;
    case DO_ABORT:
        synchronise();
        wf_abort(&probe_by_number(a)->abort);
        break;
    case DO_FORGET_ABORT:
        synchronise();
        wf_abort_handle_drop(&probe_by_number(a)->abort);
        break;
    case DO_DETACH:
        synchronise();
        wf_future_drop(&probe_by_number(a)->handle.future);
        probe_by_number(a)->handle.future.ops = NULL;
        break;
    case DO_QUIET:
        probe_by_number(a)->quiet = true;
        break;
    case DO_FACTS:
        tell_facts(self);
        break;
    case DO_NOTE:
        scenario_event(EVENT_NOTE, a, 0);
        break;
    case DO_VALUES:
        tell_values(self);
        break;
    case DO_GATE:
        scenario_event(EVENT_AT_GATE, a, 0);
        wait_at_gate(a);
        break;
    case DO_OPEN:
        open_gate(a);
        break;
    case DO_AWAIT:
        synchronise();
        look_at_handle(a);
        break;
    case DO_BLOCK_ON:
        synchronise();
        wf_current_thread_block_on(runtimes[in_range(a, RUNTIMES_MAX)], own_frame(b));
        synchronise();
        scenario_event(EVENT_BLOCK_ON_DONE, a, 0);
        break;
    case DO_BLOCK_ON_DROPPED:
        wf_current_thread_block_on(dropped_runtimes[in_range(a, RUNTIMES_MAX)], own_frame(b));
        scenario_event(EVENT_BLOCK_ON_DONE, a, 0);
        break;
    case DO_PLAIN_BLOCK_ON:
        if (wf_block_on(own_frame(a)) != 0)
            scenario_broken("no memory for block_on");
        scenario_event(EVENT_BLOCK_ON_DONE, 0, 0);
        break;
    case DO_NEW:
        scenario_event(EVENT_NEW, a, new_runtime(in_range(a, RUNTIMES_MAX), true, 0));
        break;
    case DO_DROP: {
        struct wf_current_thread *runtime = runtimes[in_range(a, RUNTIMES_MAX)];
        wf_current_thread_drop(runtime);
        runtimes[a] = NULL;
        dropped_runtimes[a] = runtime;
        synchronise();
        scenario_event(EVENT_RUNTIME_DROPPED, a, 0);
        break;
    }
    case DO_END:
        end_runtime(a);
        break;
    case DO_SET_NEW:
        set_new();
        break;
    case DO_SET_RUN:
        set_run(a);
        break;
    case DO_SET_END_TURN:
        set_end_turn();
        break;
    case DO_SET_SHUTDOWN:
        set_shutdown();
        break;
    case DO_SET_END:
        set_end();
        break;
    case DO_REFERENCE:
        kept_schedulers[in_range(a, RUNTIMES_MAX)] =
            wf_scheduler_reference(wf_current_thread_scheduler(runtimes[a]));
        break;
    case DO_UNREFERENCE:
        wf_scheduler_unreference(kept_schedulers[in_range(a, RUNTIMES_MAX)]);
        break;
    case DO_LOCAL_NEW:
        locals[in_range(a, LOCALS_MAX)] = wf_local_set_new();
        if (!locals[a])
            scenario_broken("no memory for a local set");
        break;
    case DO_LOCAL_DROP: {
        struct wf_local_set *set = locals[in_range(a, LOCALS_MAX)];
        wf_local_set_drop(set);
        locals[a] = NULL;
        scenario_event(EVENT_LOCAL_DROPPED, a, 0);
        break;
    }
    case DO_LOCAL_REFERENCE:
        kept_local_schedulers[in_range(a, LOCALS_MAX)] =
            wf_scheduler_reference(wf_local_set_scheduler(locals[a]));
        break;
    case DO_LOCAL_UNREFERENCE:
        wf_scheduler_unreference(kept_local_schedulers[in_range(a, LOCALS_MAX)]);
        break;
    case DO_RUN_MOVER:
        run_mover(in_range(a, 2));
        break;
    case DO_MOVER_ROOT:
        poll_root_of_mover(in_range(a, 2), b);
        break;
    case DO_SLOW_SPAWN:
        spawn(a, b, 1);
        break;
    case DO_SLOW_WAKE: {
        const struct wf_waker *kept = kept_waker(a);
        slow_lock_gate = b;
        wf_waker_wake_by_ref(kept);
        slow_lock_gate = -1;
        break;
    }
    default:
        scenario_broken("no such instruction");
    }
}

/* --- programs --- */

struct parts parts_of(int64_t instruction)
{
    return (struct parts){(int)(instruction & 0xff), instruction >> 8 & 0xffffff, instruction >> 32};
}

/* Outside of a poll. `self`: the probe that is dropped, or NULL. */
void run_for(struct probe *self, const struct program *program)
{
    for (int i = 0; i < program->count; i++) {
        struct parts parts = parts_of(program->instructions[i]);
        if (parts.what == DO_ASIDE)
            run_aside(program->instructions[++i]);
        else
            do_anywhere(self, parts.what, parts.a, parts.b);
    }
}

void run_program(const struct program *program)
{
    run_for(NULL, program);
}
