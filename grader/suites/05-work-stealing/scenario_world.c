/**
 * @file scenario_world.c
 * @brief Lab 05: workers without a runtime: a scheduler by hand, parks and hooks that tell, and the acts.
 *
 * Thread 1 runs worker 0. The others have a ring, a park and a place in the idle word, and nobody runs them: the judge says what
 * they do. A park sleeps for real when it is told to sleep, and keeps one permit as the contract says. It can do a program, once:
 * what a driver would do there; then it returns.
 */
#include <pthread.h>

#include "scenario.h"
#include "stage.h"
#include "thief.h"

struct mock {
    struct wf_park park; /* first: it is a park */
    int64_t worker;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t woken;
    bool permit;
};

static struct wf_workers all;
static struct wf_worker workers[MANY_WORKERS];
static struct mock mocks[MANY_WORKERS];
static struct program moments[MOMENTS];
static pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER;
static bool exists, ending;
static int64_t place;                     /* the `number` of the judge's worker 0 */
static int64_t polls_left;                /* until all tasks are over; 0: they are not */
static __thread int64_t loading = NOBODY; /* a worker whose ring this thread fills */

void synchronise(void)
{
    pthread_mutex_lock(&tables);
    pthread_mutex_unlock(&tables);
}

struct wf_workers *world(void)
{
    return &all;
}

struct wf_worker *world_worker(int64_t number)
{
    return &workers[(scenario_in_range(number, all.count) + place) % all.count];
}

/* --- moments --- */

void set_moment(enum moment moment, const struct program *program)
{
    pthread_mutex_lock(&tables);
    moments[moment] = *program;
    pthread_mutex_unlock(&tables);
}

/* What to do now. The judge may set the next one as soon as it is told of this one: so take it before. */
static struct program take_moment(enum moment moment)
{
    pthread_mutex_lock(&tables);
    const struct program now = moments[moment];
    moments[moment].count = 0;
    pthread_mutex_unlock(&tables);
    return now;
}

/* --- parks --- */

static enum wf_parked mock_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct mock *self = (struct mock *)park;
    bool sleeps = deadline_ns != 0; /* here time stands still */
    pthread_mutex_lock(&self->lock);
    int64_t how = !sleeps                     ? PARK_TURN
                  : self->permit              ? PARK_WITH_PERMIT
                  : deadline_ns == WF_FOREVER ? PARK_ASLEEP
                                              : PARK_UNTIL;
    pthread_mutex_unlock(&self->lock);
    const struct program program = take_moment(sleeps ? IN_SLEEP : IN_TURN);
    scenario_event(EVENT_PARK, self->worker, how);
    run_program(&program);
    bool worked = program.count > 0;
    pthread_mutex_lock(&self->lock);
    while (sleeps && !self->permit && !worked)
        pthread_cond_wait(&self->woken, &self->lock);
    bool woken = self->permit || worked;
    self->permit = false;
    pthread_mutex_unlock(&self->lock);
    scenario_event(EVENT_PARKED, self->worker, 0);
    return woken ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void mock_unpark(struct wf_park *park)
{
    struct mock *self = (struct mock *)park;
    pthread_mutex_lock(&self->lock);
    self->permit = true;
    if (!ending)
        scenario_event(EVENT_UNPARK, self->worker, 0); /* before the thread that it wakes can tell anything */
    pthread_mutex_unlock(&self->lock);
    pthread_cond_signal(&self->woken);
    if (self->worker > 0) {
        const struct program program = take_moment(IN_UNPARK);
        run_program(&program);
    }
}

static const struct wf_park_ops mock_ops = {.name = "mock park", .park = mock_park, .unpark = mock_unpark};

/* --- hooks --- */

static void on_before_park(void *arg)
{
    (void)arg;
    const struct program program = take_moment(IN_BEFORE_PARK);
    scenario_event(EVENT_BEFORE_PARK, 0, 0);
    run_program(&program);
}

static void on_after_unpark(void *arg)
{
    (void)arg;
    const struct program program = take_moment(IN_AFTER_UNPARK);
    scenario_event(EVENT_AFTER_UNPARK, 0, 0);
    run_program(&program);
}

/* --- the scheduler --- */

static void inject(struct wf_task *task)
{
    wf_inject_queue_push_one(&all.inject, task);
    (void)wf_workers_notify(&all);
}

static void schedule(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    struct wf_worker *here = wf_worker_current(&all);
    if (loading != NOBODY)
        (void)wf_run_queue_push(&world_worker(loading)->queue, task, &all.inject);
    else if (here)
        wf_worker_schedule(here, task);
    else
        inject(task);
}

static int bind(struct wf_scheduler *scheduler, struct wf_task *task)
{
    schedule(scheduler, task);
    return 0;
}

static void released(struct wf_scheduler *scheduler, struct wf_task *task)
{
    (void)scheduler;
    (void)task;
}

static const struct wf_scheduler_ops scheduler_ops = {
    .name = "by hand", .bind = bind, .schedule = schedule, .released = released, .migrates = true};

/* --- its life --- */

/* Others run for hours before a count comes there. */
static void begin_counts(struct wf_worker_counts *counts)
{
    WF_ATOMIC(uint64_t) *const each[] = {&counts->polls,      &counts->scheduled, &counts->overflowed,
                                         &counts->steals,     &counts->stolen,    &counts->parks,
                                         &counts->idle_parks, &counts->wakes};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        wf_store_relaxed(each[i], COUNTS_BEGIN);
}

void world_new(int64_t count, int64_t slots, int64_t hooks, int64_t first, int64_t number)
{
    exists = true;
    ending = false;
    polls_left = 0;
    all = (struct wf_workers){
        .scheduler = {.ops = &scheduler_ops},
        .hooks = {.before_park = hooks & HOOK_BEFORE_PARK ? on_before_park : NULL,
                  .after_unpark = hooks & HOOK_AFTER_UNPARK ? on_after_unpark : NULL},
        .count = (uint32_t)scenario_in_range(count, MANY_WORKERS + 1),
        .workers = workers,
    };
    place = scenario_in_range(number, all.count);
    wf_store_relaxed(&all.lists_left, 1);
    wf_idle_init(&all.idle, all.count);
    wf_inject_queue_init(&all.inject);
    for (uint32_t i = 0; i < all.count; i++) {
        wf_worker_init(&workers[i], &all, i, (uint32_t)slots, 1);
        wf_run_queue_init(&workers[i].queue, (uint32_t)slots, (uint32_t)first);
        begin_counts(&workers[i].counts);
    }
    for (uint32_t i = 0; i < all.count; i++) {
        mocks[i] = (struct mock){.park = {&mock_ops},
                                 .worker = i,
                                 .lock = PTHREAD_MUTEX_INITIALIZER,
                                 .woken = PTHREAD_COND_INITIALIZER};
        world_worker(i)->park = &mocks[i].park;
    }
    for (int i = 0; i < MOMENTS; i++)
        moments[i].count = 0;
}

/* One task from anywhere. */
static struct wf_task *take_any(void)
{
    struct wf_task_queue batch;
    struct wf_task *task = NULL;
    for (uint32_t i = 0; i < all.count && !task; i++)
        task = wf_run_queue_pop(&workers[i].queue);
    wf_task_queue_init(&batch);
    if (!task && wf_inject_queue_pop(&all.inject, &batch, 1))
        task = wf_task_queue_pop(&batch);
    return task;
}

void world_end(void)
{
    if (!exists)
        return;
    exists = false;
    ending = true;
    struct wf_worker_context here = {.context = {.scheduler = &all.scheduler, .runs = "the end"}};
    abort_all();
    wf_context_enter(&here.context);
    for (struct wf_task *task; (task = take_any());)
        wf_task_run(task, &here.context);
    wf_context_leave(&here.context);
    release_probes();
    wf_idle_destroy(&all.idle);
    wf_inject_queue_destroy(&all.inject);
}

/* --- steals of worker 0 --- */

struct wf_task *__real_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own,
                                          uint32_t *count);
struct wf_task *__wrap_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own,
                                          uint32_t *count);

struct wf_task *__wrap_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    int64_t victim = NOBODY;
    for (uint32_t i = 0; exists && own == &world_worker(0)->queue && i < all.count; i++)
        if (from == &world_worker(i)->queue)
            victim = i;
    if (victim == NOBODY)
        return __real_wf_run_queue_steal(from, own, count);
    const struct program program = take_moment(AT_STEAL);
    if (victim == 0)
        scenario_event(EVENT_STEAL, victim, 0);
    run_program(&program);
    struct wf_task *task = __real_wf_run_queue_steal(from, own, count);
    if (task)
        scenario_event(EVENT_STOLE, victim, *count);
    return task;
}

/* --- acts --- */

static void load(int64_t worker, int64_t tasks)
{
    loading = worker;
    spawn_tasks(tasks);
    loading = NOBODY;
}

/* Worker `thief` takes half of worker 0's tasks. */
static void rob(int64_t thief)
{
    uint32_t count;
    struct wf_run_queue *own = &world_worker(thief)->queue;
    struct wf_task *task = __real_wf_run_queue_steal(&world_worker(0)->queue, own, &count);
    if (task)
        (void)wf_run_queue_push(own, task, &all.inject);
}

static void stop_thief(int64_t victim)
{
    wf_run_queue_init(thief_ring(), WF_RUN_QUEUE_SIZE, THIEF_FIRST);
    (void)thief_stops(&world_worker(victim)->queue);
}

static void end_thief(int64_t worker)
{
    uint32_t count;
    struct wf_run_queue *to = &world_worker(worker)->queue;
    if (!thief_exists())
        return;
    struct wf_task *last = thief_goes_on(&count);
    for (struct wf_task *task; (task = wf_run_queue_pop(thief_ring()));)
        (void)wf_run_queue_push(to, task, &all.inject);
    if (last)
        (void)wf_run_queue_push(to, last, &all.inject);
}

static void finish(void)
{
    wf_store_release(&all.lists_left, 0); /* pairs with the worker's look, as the end of a last task does */
    for (uint32_t i = 0; i < all.count; i++)
        wf_unpark(workers[i].park);
}

void poll_begins(void)
{
    if (polls_left > 0 && --polls_left == 0)
        finish();
}

/* What another thread does that goes on with the worker. */
static void take_worker(void)
{
    struct wf_context *context = wf_context_of(&all.scheduler);
    if (!context)
        scenario_broken("no worker is run on this thread");
    ((struct wf_worker_context *)context)->worker = NULL;
}

static void look(void)
{
    scenario_event(EVENT_LOOK, wf_run_queue_length(&world_worker(0)->queue),
                   wf_inject_queue_length(&all.inject));
}

static void aside(uint32_t operation, int64_t argument)
{
    run_aside(&(struct step_act){operation, {argument}});
}

bool do_anywhere(const struct step_act *act)
{
    int64_t first = act->arguments[0], second = act->arguments[1];
    bool answer __attribute__((unused)); /* the judge knows it */
    switch (act->operation) {
    case STEP_wake:
        wake_task(first);
        return true;
    case STEP_wake_aside:
        aside(STEP_wake, first);
        return true;
    case STEP_spawn:
        spawn_tasks(first);
        return true;
    case STEP_inject:
        aside(STEP_spawn, first);
        return true;
    case STEP_load:
        load(first, second);
        return true;
    case STEP_abort:
        abort_task(first);
        return true;
    case STEP_rob:
        rob(first);
        return true;
    case STEP_thief_stops:
        stop_thief(first);
        return true;
    case STEP_thief_ends:
        end_thief(first);
        return true;
    case STEP_fall_asleep:
        answer = wf_idle_fall_asleep(&all.idle, &world_worker(first)->idle_link, second == SEARCHING);
        return true;
    case STEP_begin_search:
        answer = wf_idle_begin_search(&all.idle);
        return true;
    case STEP_end_search:
        answer = wf_idle_end_search(&all.idle);
        return true;
    case STEP_notify:
        (void)wf_workers_notify(&all);
        return true;
    case STEP_unpark:
        wf_unpark(world_worker(first)->park);
        return true;
    case STEP_finish:
        finish();
        return true;
    case STEP_after:
        polls_left = first;
        return true;
    case STEP_take_worker:
        take_worker();
        return true;
    case STEP_note:
        scenario_event(EVENT_NOTE, first, 0);
        return true;
    case STEP_look:
        look();
        return true;
    default:
        return false;
    }
}

void run_program(const struct program *program)
{
    for (int i = 0; i < program->count; i++)
        if (!do_anywhere(&program->acts[i]))
            scenario_broken("an act that only a poll does");
}
