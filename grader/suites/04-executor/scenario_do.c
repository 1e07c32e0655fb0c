/**
 * @file scenario_do.c
 * @brief Lab 04: the acts that anybody can do: a probe, the driver, an actor, the park, a hook.
 */
#include "handover.h"
#include "kit_tasks.h"
#include "scenario.h"
#include "stage.h"
#include "weft/block_on.h"

struct wf_local_set *locals[LOCALS_MAX];
static struct wf_current_thread *dropped_runtimes[RUNTIMES_MAX]; /* that something else keeps alive */
static struct wf_scheduler *kept_scheduler, *kept_local_scheduler;

/* --- what the judge names by number --- */

static struct wf_current_thread **runtime_at(int64_t runtime)
{
    return &runtimes[scenario_in_range(runtime, RUNTIMES_MAX)];
}

static struct wf_local_set **local_at(int64_t set)
{
    return &locals[scenario_in_range(set, LOCALS_MAX)];
}

struct wf_scheduler *scheduler_by_number(int64_t number)
{
    switch ((enum scheduler)number) {
    case ON_CURRENT:
        return wf_scheduler_current();
    case ON_RUNTIME:
    case ON_OTHER:
        return wf_current_thread_scheduler(runtimes[number - ON_RUNTIME]);
    case ON_LOCAL:
    case ON_OTHER_LOCAL:
        return wf_local_set_scheduler(locals[number - ON_LOCAL]);
    case ON_KEPT:
        return kept_scheduler;
    case ON_KEPT_LOCAL:
        return kept_local_scheduler;
    case ON_STAYING:
    case ON_MOVING:
        return mover_scheduler(number == ON_MOVING);
    }
    scenario_broken("no such scheduler");
}

enum { SLOW_GATE = 1 };

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
    struct wf_task *task = kit_new_task(sizeof(struct frame));
    build_frame((struct frame *)(void *)wf_task_frame(task), number);
    struct wf_join_handle *handle = &probe->handle;
    release_handles(probe); /* of a spawn before this one */
    struct wf_scheduler *target = scheduler_by_number(scheduler);
    slow_lock(slow_gate);
    int result = wf_task_spawn(task, target, handle);
    slow_lock(-1);
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

struct wf_future *in_scope(struct probe *self, const struct step_scope *act, struct wf_future *inner)
{
    int *value = act->value ? &values[scenario_in_range(act->value, KEY_VALUES)] : NULL;
    return &wf_local_scope(&self->scope, &keys[scenario_in_range(act->key, KEYS)], value, inner)->future;
}

/* --- wakers --- */

const struct wf_waker *kept_waker(int64_t probe)
{
    synchronise();
    return &probe_by_number(probe)->kept;
}

void keep(struct probe *self, const struct wf_waker *waker)
{
    keep_waker(&self->kept, &tables, waker);
}

static struct wf_waker take(int64_t number)
{
    return take_waker(&probe_by_number(number)->kept, &tables);
}

static void wake_clone(int64_t number)
{
    struct wf_waker clone = clone_kept_waker(&probe_by_number(number)->kept, &tables);
    wf_waker_wake(&clone);
}

/* --- the acts --- */

/* One act: `self` is the probe that is polled or dropped, or NULL. */
#define ACTION(step)                                                                                         \
    static void do_##step(struct probe *self __attribute__((unused)),                                        \
                          const struct step_##step *act __attribute__((unused)))
#define ACTION_IS(step, call)                                                                                \
    ACTION(step)                                                                                             \
    {                                                                                                        \
        call;                                                                                                \
    }

ACTION_IS(wake, wake_clone(act->probe));
ACTION_IS(wake_ref, wf_waker_wake_by_ref(kept_waker(act->probe)));

ACTION(wake_last)
{
    struct wf_waker waker = take(act->probe);
    wf_waker_wake(&waker);
}

ACTION(let_go)
{
    atomic_store(&probe_by_number(act->probe)->may_go_on, true);
    wake_clone(act->probe);
}

ACTION(forget)
{
    struct wf_waker waker = take(act->probe);
    wf_waker_drop(&waker);
}

ACTION_IS(spawn, spawn(act->where, act->task, -1));

ACTION(spawn_all)
{
    for (int64_t task = RANGE_FIRST(act->tasks); task <= RANGE_LAST(act->tasks); task++)
        spawn(ON_CURRENT, task, -1);
}

ACTION_IS(slow_spawn, spawn(act->where, act->task, SLOW_GATE));

ACTION(slow_wake)
{
    const struct wf_waker *kept = kept_waker(act->probe);
    slow_lock(SLOW_GATE);
    wf_waker_wake_by_ref(kept);
    slow_lock(-1);
}

ACTION(abort)
{
    synchronise();
    wf_abort(&probe_by_number(act->task)->abort);
}

ACTION(forget_abort)
{
    synchronise();
    wf_abort_handle_drop(&probe_by_number(act->task)->abort);
}

ACTION(detach)
{
    synchronise();
    wf_future_drop(&probe_by_number(act->task)->handle.future);
    probe_by_number(act->task)->handle.future.ops = NULL;
}

ACTION(look)
{
    synchronise();
    look_at_handle(act->task);
}

ACTION_IS(quiet, probe_by_number(act->probe)->quiet = true);
ACTION_IS(facts, tell_facts(self));
ACTION_IS(values, tell_values(self));
ACTION_IS(note, scenario_event(EVENT_NOTE, act->mark, 0));

ACTION(gate)
{
    scenario_event(EVENT_AT_GATE, act->gate, 0);
    wait_at_gate(act->gate);
}

ACTION_IS(open, open_gate(act->gate));

/* --- runtimes --- */

ACTION_IS(make, scenario_event(EVENT_NEW, act->runtime,
                               new_runtime(scenario_in_range(act->runtime, RUNTIMES_MAX), true, 0)));

ACTION(block_on)
{
    synchronise();
    wf_current_thread_block_on(*runtime_at(act->runtime), own_frame(act->root));
    synchronise();
    scenario_event(EVENT_BLOCK_ON_DONE, act->runtime, 0);
}

ACTION(block_on_dropped)
{
    wf_current_thread_block_on(dropped_runtimes[scenario_in_range(act->runtime, RUNTIMES_MAX)],
                               own_frame(act->root));
    scenario_event(EVENT_BLOCK_ON_DONE, act->runtime, 0);
}

ACTION(plain_block_on)
{
    if (wf_block_on(own_frame(act->root)) != 0)
        scenario_broken("no memory for block_on");
    scenario_event(EVENT_BLOCK_ON_DONE, 0, 0);
}

ACTION(drop)
{
    struct wf_current_thread *runtime = *runtime_at(act->runtime);
    wf_current_thread_drop(runtime);
    runtimes[act->runtime] = NULL;
    dropped_runtimes[act->runtime] = runtime;
    synchronise();
    scenario_event(EVENT_RUNTIME_DROPPED, act->runtime, 0);
}

ACTION_IS(end, end_runtime(act->runtime));
ACTION_IS(reference,
          kept_scheduler = wf_scheduler_reference(wf_current_thread_scheduler(*runtime_at(act->runtime))));
ACTION_IS(unreference, wf_scheduler_unreference(kept_scheduler));
ACTION_IS(run_mover, run_mover(act->how == MOVES));
ACTION_IS(mover_root, poll_root_of_mover(act->how == MOVES, act->root));

/* --- sets --- */

ACTION_IS(set_new, set_new());
ACTION_IS(set_run, set_run(act->limit));
ACTION_IS(set_end_turn, set_end_turn());
ACTION_IS(set_shutdown, set_shutdown());
ACTION_IS(set_end, set_end());

ACTION(local_new)
{
    *local_at(act->set) = wf_local_set_new();
    if (!locals[act->set])
        scenario_broken("no memory for a local set");
}

ACTION(local_drop)
{
    struct wf_local_set *set = *local_at(act->set);
    wf_local_set_drop(set);
    locals[act->set] = NULL;
    scenario_event(EVENT_LOCAL_DROPPED, act->set, 0);
}

ACTION_IS(local_reference,
          kept_local_scheduler = wf_scheduler_reference(wf_local_set_scheduler(*local_at(act->set))));
ACTION_IS(local_unreference, wf_scheduler_unreference(kept_local_scheduler));

#define DO_CASE(step, text, arguments_of_it)                                                                 \
    case STEP_##step:                                                                                        \
        do_##step(self, (const struct step_##step *)(const void *)act->arguments);                           \
        return true;

bool do_anywhere(struct probe *self, const struct step_act *act)
{
    switch (act->operation) {
        ANYWHERE_ACTS(DO_CASE, STEP_NOTHING)
    default:
        return false;
    }
}

/* --- programs --- */

/* Outside of a poll. `self`: the probe that is dropped, or NULL. */
void run_for(struct probe *self, const struct program *program)
{
    for (int i = 0; i < program->count; i++)
        if (program->acts[i].operation == STEP_aside)
            run_aside(&program->acts[++i]);
        else if (!do_anywhere(self, &program->acts[i]))
            scenario_broken("an act that only a poll can do");
}

void run_program(const struct program *program)
{
    run_for(NULL, program);
}
