/**
 * @file scenario_runtime.c
 * @brief Lab 05: the runtime of several threads, with and without a driver, under loads that tell sums.
 */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "loads.h"
#include "scenario.h"
#include "weft/detail/clock.h"
#include "weft/multi_thread.h"
#include "weft/park.h"

static struct wf_multi_thread *runtime;
static __thread bool of_worker;
static WF_ATOMIC(int) started, stopped, spawned, over; /* what hooks were told */

/* --- the driver: it sleeps, and wakes what other threads have left in it --- */

enum { LEFT_MAX = 1 << 16 };

static struct {
    struct wf_park park; /* first: it is a park */
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool exists, permit, inside;
    int count;
    struct wf_waker left[LEFT_MAX];
} driver = {.lock = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER};

/* Gives the lock up while a waker is woken: it may come back here. */
static int wake_all_left(void)
{
    int count = 0;
    for (; driver.count > 0; count++) {
        struct wf_waker waker = driver.left[--driver.count];
        pthread_mutex_unlock(&driver.lock);
        wf_waker_wake(&waker);
        pthread_mutex_lock(&driver.lock);
    }
    return count;
}

static enum wf_parked driver_park(struct wf_park *park, uint64_t deadline_ns)
{
    (void)park;
    pthread_mutex_lock(&driver.lock);
    if (driver.inside)
        violation(TWICE_IN_DRIVER, 0);
    driver.inside = true;
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000u),
                                      .tv_nsec = (long)(deadline_ns % 1000000000u)};
    int status = deadline_ns == 0 ? ETIMEDOUT : 0;
    while (!driver.permit && driver.count == 0 && status != ETIMEDOUT)
        status = deadline_ns == WF_FOREVER
                     ? pthread_cond_wait(&driver.woken, &driver.lock)
                     : pthread_cond_clockwait(&driver.woken, &driver.lock, CLOCK_MONOTONIC, &deadline);
    bool woken = driver.permit;
    driver.permit = false;
    woken |= wake_all_left() > 0;
    driver.inside = false;
    pthread_mutex_unlock(&driver.lock);
    return woken ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void driver_unpark(struct wf_park *park)
{
    (void)park;
    pthread_mutex_lock(&driver.lock);
    driver.permit = true;
    pthread_mutex_unlock(&driver.lock);
    pthread_cond_signal(&driver.woken);
}

static const struct wf_park_ops driver_ops = {.name = "driver", .park = driver_park, .unpark = driver_unpark};

bool wake_by_driver(const struct wf_waker *waker)
{
    if (!driver.exists)
        return false;
    pthread_mutex_lock(&driver.lock);
    driver.left[scenario_in_range(driver.count++, LEFT_MAX)] = *waker;
    pthread_mutex_unlock(&driver.lock);
    pthread_cond_signal(&driver.woken);
    return true;
}

/* --- the runtime --- */

static void on_thread_started(void *arg)
{
    (void)arg;
    of_worker = true;
    wf_fetch_add_relaxed(&started, 1); /* relaxed: only counted */
}

static void on_thread_stopped(void *arg)
{
    (void)arg;
    wf_fetch_add_relaxed(&stopped, 1); /* relaxed: as above */
}

static void on_task_spawned(void *arg, const struct wf_task *task)
{
    (void)arg;
    (void)task;
    wf_fetch_add_relaxed(&spawned, 1); /* relaxed: as above */
}

static void on_task_ended(void *arg, const struct wf_task *task)
{
    (void)arg;
    (void)task;
    wf_fetch_add_relaxed(&over, 1); /* relaxed: as above */
}

bool is_workers_thread(void)
{
    return of_worker;
}

struct wf_scheduler *load_scheduler(void)
{
    return wf_multi_thread_scheduler(runtime);
}

static struct step_reply on_runtime_new(const struct step_runtime_new *step)
{
    driver.park.ops = &driver_ops;
    driver.exists = step->driver == WITH_DRIVER;
    driver.permit = false;
    wf_store_relaxed(&started, 0);
    wf_store_relaxed(&stopped, 0);
    wf_store_relaxed(&spawned, 0);
    wf_store_relaxed(&over, 0);
    loads_begin();
    runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){
        .workers = (uint32_t)step->workers,
        .driver = driver.exists ? &driver.park : NULL,
        .hooks = {.thread_started = on_thread_started,
                  .thread_stopped = on_thread_stopped,
                  .task_spawned = on_task_spawned,
                  .task_ended = on_task_ended},
        .stack_bytes = step->workers > 3 ? 256 << 10 : 0, /* so that many fit into the limit of memory */
    });
    return (struct step_reply){.a = runtime != NULL};
}

static void drop(void)
{
    if (runtime)
        wf_multi_thread_drop(runtime);
    runtime = NULL;
    if (wf_load_relaxed(&spawned) != wf_load_relaxed(&over))
        violation(HOOKS_DIFFER, wf_load_relaxed(&over));
}

static struct step_reply on_runtime_drop(const struct step_runtime_drop *step)
{
    (void)step;
    drop();
    return (struct step_reply){wf_load_relaxed(&started) - wf_load_relaxed(&stopped), violations()};
}

static struct step_reply on_drop_states(const struct step_drop_states *step)
{
    load_states(step->size);
    drop();
    return load_states_over();
}

static struct step_reply on_polls_counted(const struct step_polls_counted *step)
{
    (void)step;
    struct wf_multi_thread_metrics metrics;
    wf_multi_thread_metrics(runtime, &metrics);
    return (struct step_reply){load_polls(), (int64_t)metrics.sum.polls};
}

static struct step_reply on_carry(const struct step_carry *step)
{
    return load_carry(step->load, step->size);
}

static struct step_reply on_rescue(const struct step_rescue *step)
{
    return load_rescue(step->how, step->times);
}

static struct step_reply on_block_ons(const struct step_block_ons *step)
{
    return load_block_ons(step->threads, step->size);
}

int run_root(struct wf_future *root)
{
    return wf_multi_thread_block_on(runtime, root);
}

STEP_DISPATCH(perform, RUNTIME_STEPS)

static void begin(void)
{
    loads_begin();
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

static void end(void)
{
    drop();
}

const struct scenario scenario_runtime = {"runtime", begin, act, end};
