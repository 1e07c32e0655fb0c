/**
 * @file scenario_rings.c
 * @brief Lab 05: the ring by itself: what is pushed, popped and stolen, by one thread, and by three at once.
 *
 * Tasks here are never run. What comes out of a ring is told in runs of numbers that follow each other.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "scenario.h"
#include "thief.h"

static struct wf_run_queue rings[RINGS_MAX];
static struct wf_inject_queue inject;
static struct wf_task *tasks;
static uint32_t made;

/* --- what came out --- */

static int64_t run_first, run_count;

static void tell_run(void)
{
    if (run_count > 0)
        scenario_event(EVENT_RUN, run_first, run_count);
    run_count = 0;
}

/* Its number; one that is none of ours is told as such. */
static int64_t number_of(const struct wf_task *task)
{
    return task >= tasks && task < tasks + made ? task - tasks : RING_TASKS_MAX;
}

static void tell(const struct wf_task *task)
{
    int64_t number = number_of(task);
    if (run_count > 0 && number != run_first + run_count)
        tell_run();
    if (run_count == 0)
        run_first = number;
    run_count++;
}

/* --- steps --- */

static struct wf_run_queue *ring(int64_t number)
{
    return number == THIEF_RING ? thief_ring() : &rings[scenario_in_range(number, RINGS_MAX)];
}

static struct step_reply on_ring_make(const struct step_ring_make *step)
{
    wf_run_queue_init(ring(step->ring), (uint32_t)step->size, (uint32_t)step->first);
    return STEP_DONE;
}

static struct step_reply on_ring_push(const struct step_ring_push *step)
{
    struct step_reply reply = STEP_DONE;
    for (int64_t i = 0; i < step->count; i++) {
        struct wf_task *task = &tasks[scenario_in_range(made++, RING_TASKS_MAX)];
        uint32_t injected = wf_run_queue_push(ring(step->ring), task, &inject);
        reply.a += injected;
        reply.b += injected > 0;
    }
    return reply;
}

static struct step_reply on_ring_pop(const struct step_ring_pop *step)
{
    struct step_reply reply = STEP_DONE;
    for (int64_t i = 0; i < step->count; i++) {
        const struct wf_task *task = wf_run_queue_pop(ring(step->ring));
        reply.a += task != NULL;
        if (task)
            tell(task);
    }
    tell_run();
    return reply;
}

static struct step_reply on_ring_steal(const struct step_ring_steal *step)
{
    uint32_t count = 12345;
    const struct wf_task *task = wf_run_queue_steal(ring(step->from), ring(step->own), &count);
    return (struct step_reply){task ? number_of(task) : NOBODY, count};
}

static struct step_reply on_ring_stop(const struct step_ring_stop *step)
{
    return (struct step_reply){.a = thief_stops(ring(step->from))};
}

static struct step_reply on_ring_go_on(const struct step_ring_go_on *step)
{
    (void)step;
    uint32_t count = 12345;
    const struct wf_task *task = thief_goes_on(&count);
    return (struct step_reply){task ? number_of(task) : NOBODY, count};
}

static struct step_reply on_ring_drain(const struct step_ring_drain *step)
{
    (void)step;
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    uint32_t count = wf_inject_queue_pop(&inject, &batch, RING_TASKS_MAX);
    for (const struct wf_task *task; (task = wf_task_queue_pop(&batch));)
        tell(task);
    tell_run();
    return (struct step_reply){.a = count};
}

static struct step_reply on_ring_length(const struct step_ring_length *step)
{
    return (struct step_reply){.a = wf_run_queue_length(ring(step->ring))};
}

/* --- two threads that share nothing, so that nothing orders what they do: of a static both write, TSan sees it each time --- */

struct apart {
    struct wf_run_queue ring, other;
    struct wf_inject_queue inject;
    int64_t first, count, missed;
};

static bool is_own(const struct apart *apart, const struct wf_task *task)
{
    return task >= &tasks[apart->first] && task < &tasks[apart->first + apart->count];
}

static void *push_and_steal(void *arg)
{
    enum { SMALL_RING = 4 };
    struct apart *apart = arg;
    struct wf_task_queue batch;
    const struct wf_task *task;
    int64_t found = 0;
    uint32_t count = 0;
    wf_run_queue_init(&apart->ring, SMALL_RING, 0);
    wf_run_queue_init(&apart->other, SMALL_RING, 0);
    for (int64_t i = 0; i < apart->count; i++)
        wf_run_queue_push(&apart->ring, &tasks[apart->first + i], &apart->inject);
    if ((task = wf_run_queue_steal(&apart->ring, &apart->other, &count)))
        found += is_own(apart, task);
    for (int64_t i = 0; i < SMALL_RING && (task = wf_run_queue_pop(&apart->other)); i++)
        found += is_own(apart, task);
    for (int64_t i = 0; i < SMALL_RING && (task = wf_run_queue_pop(&apart->ring)); i++)
        found += is_own(apart, task);
    wf_task_queue_init(&batch);
    (void)wf_inject_queue_pop(&apart->inject, &batch, RING_TASKS_MAX);
    while ((task = wf_task_queue_pop(&batch)))
        found += is_own(apart, task);
    apart->missed = apart->count - found;
    return NULL;
}

static struct step_reply on_ring_apart(const struct step_ring_apart *step)
{
    enum { APART = 2 };
    static struct apart all[APART];
    pthread_t threads[APART];
    struct step_reply reply = STEP_DONE;
    int64_t count = scenario_in_range(step->count, RING_TASKS_MAX / APART);
    for (int i = 0; i < APART; i++) {
        all[i] = (struct apart){.first = i * count, .count = count};
        wf_inject_queue_init(&all[i].inject);
    }
    for (int i = 0; i < APART; i++)
        if (pthread_create(&threads[i], NULL, push_and_steal, &all[i]) != 0)
            scenario_broken("no thread");
    for (int i = 0; i < APART; i++) {
        pthread_join(threads[i], NULL);
        reply.a += all[i].missed;
        wf_inject_queue_destroy(&all[i].inject);
    }
    return reply;
}

/* --- four threads at once: rings 0 and 3 have owners, rings 1 and 2 are thieves' --- */

enum { FIRST_OWNER = 0, FIRST_THIEF = 1, THIEVES = 2, SECOND_OWNER = 3, STORM_RINGS = 4 };

static WF_ATOMIC(bool) pushed_all;
static WF_ATOMIC(int) begun;
static int taken[RING_TASKS_MAX];   /* plain: the ring lets one thread have each task */
static int written[RING_TASKS_MAX]; /* plain: written before the push, read by the taker */
static WF_ATOMIC(int64_t) stale;

static void take(const struct wf_task *task)
{
    int64_t number = number_of(task);
    if (number == RING_TASKS_MAX || written[number] != (int)number + 1)
        wf_fetch_add_relaxed(&stale, 1); /* relaxed: only counted */
    else
        taken[number]++;
}

static int64_t take_all(struct wf_run_queue *own)
{
    int64_t count = 0;
    for (const struct wf_task *task; count < RING_TASKS_MAX && (task = wf_run_queue_pop(own)); count++)
        take(task);
    return count;
}

static bool steal_once(int own)
{
    bool any = false;
    for (int from = 0; from < STORM_RINGS; from++) {
        uint32_t count = 0;
        if (from == own)
            continue;
        const struct wf_task *task = wf_run_queue_steal(&rings[from], &rings[own], &count);
        if (!task)
            continue;
        any = true;
        take(task);
    }
    return any;
}

/* Now and then it leaves what it stole in its ring, so that it can be stolen again. It ends once nothing was found in a round that
 * began after the last push: a task that is lost is missed by nobody then. */
static void *thieve(void *arg)
{
    int own = (int)(intptr_t)arg;
    wf_fetch_add_relaxed(&begun, 1); /* relaxed: to begin together, no more */
    for (uint32_t round = 0;; round++) {
        bool last = wf_load_relaxed(&pushed_all); /* relaxed: the rings alone order the threads */
        bool any = steal_once(own);
        if (any && round % 4 != 0 && !last)
            continue;
        if (take_all(&rings[own]) == 0 && !any) {
            if (last)
                return NULL;
            sched_yield();
        }
    }
}

/* Push these tasks, and pop some. */
static void fill(int own, int64_t first, int64_t end)
{
    wf_fetch_add_relaxed(&begun, 1); /* relaxed: as above */
    while (wf_load_relaxed(&begun) < STORM_RINGS)
        sched_yield();
    for (int64_t i = first; i < end; i++) {
        written[i] = (int)i + 1;
        wf_run_queue_push(&rings[own], &tasks[i], &inject);
        if (i % 3 == 2) {
            const struct wf_task *task = wf_run_queue_pop(&rings[own]);
            if (task)
                take(task);
        }
        if (i % 200 == 199)
            sched_yield();
    }
    take_all(&rings[own]);
}

static void *own_too(void *arg)
{
    int64_t count = (intptr_t)arg;
    fill(SECOND_OWNER, count / 2, count);
    return NULL;
}

static struct step_reply on_ring_storm(const struct step_ring_storm *step)
{
    uint32_t slots = (uint32_t)step->size;
    pthread_t threads[THIEVES + 1];
    struct step_reply reply = STEP_DONE;
    struct wf_inject_queue spare;
    int64_t count = scenario_in_range(step->count, RING_TASKS_MAX);
    wf_inject_queue_init(&spare);
    made = (uint32_t)count;
    wf_store_relaxed(&pushed_all, false);
    wf_store_relaxed(&begun, 0);
    wf_store_relaxed(&stale, 0);
    for (int64_t i = 0; i < count; i++)
        taken[i] = written[i] = 0;
    for (int i = 0; i < STORM_RINGS; i++)
        wf_run_queue_init(&rings[i], slots, (uint32_t)-count / 2);
    for (int i = 0; i < THIEVES; i++)
        if (pthread_create(&threads[i], NULL, thieve, (void *)(intptr_t)(FIRST_THIEF + i)) != 0)
            scenario_broken("no thread");
    if (pthread_create(&threads[THIEVES], NULL, own_too, (void *)(intptr_t)count) != 0)
        scenario_broken("no thread");
    fill(FIRST_OWNER, 0, count / 2);
    pthread_join(threads[THIEVES], NULL);
    wf_store_relaxed(&pushed_all, true);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < STORM_RINGS; i++)
        take_all(&rings[i]);
    for (int i = 0; i < STORM_RINGS; i++) { /* no thief is at work any more: it is all room */
        for (uint32_t slot = 0; slot < slots; slot++)
            reply.b += wf_run_queue_push(&rings[i], &tasks[0], &spare);
        while (wf_run_queue_pop(&rings[i]))
            ;
    }
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    (void)wf_inject_queue_pop(&inject, &batch, RING_TASKS_MAX);
    for (const struct wf_task *task; (task = wf_task_queue_pop(&batch));)
        take(task);
    for (int64_t i = 0; i < count; i++)
        reply.a += taken[i] != 1;
    reply.a += wf_load_relaxed(&stale);
    wf_inject_queue_destroy(&spare);
    return reply;
}

/* --- the scenario --- */

STEP_DISPATCH(perform, RING_STEPS)

static void begin(void)
{
    tasks = calloc(RING_TASKS_MAX, sizeof *tasks);
    if (!tasks)
        scenario_broken("no memory");
    for (int i = 0; i < RINGS_MAX; i++)
        wf_run_queue_init(&rings[i], WF_RUN_QUEUE_SIZE, 0);
    wf_inject_queue_init(&inject);
    thief_begin();
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void end(void)
{
    thief_end();
    wf_inject_queue_destroy(&inject);
    free(tasks);
}

const struct scenario scenario_rings = {"rings", begin, act, end};
