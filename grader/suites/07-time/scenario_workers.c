/**
 * @file scenario_workers.c
 * @brief Lab 07: tasks that wait for times on a runtime of several workers, by the real clock; some are aborted.
 *
 * Which worker sleeps in the driver, which one arms, fires and drops is up to the machine. Nothing here says how late anything is.
 */
#include <pthread.h>
#include <stdlib.h>

#include "stage.h"
#include "weft/async.h"
#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/error.h"
#include "weft/multi_thread.h"
#include "weft/scheduler.h"
#include "weft/task.h"
#include "weft/time.h"

/* What a task waits for. */
enum { SLEEPS, IS_LIMITED, IS_IN_TIME, RACES, HAS_PASSED, IS_ABORTED, KINDS };

struct waits {
    struct wf_future future;
    int kind;
    uint64_t deadline_ns;
    struct wf_sleep sleep, other;
    struct wf_timeout limit;
    struct wf_future *branches[2];
    struct wf_race race;
    int out; /* 0: as it should be */
};

ASYNC_FN(waits)
{
    ASYNC_BEGIN;
    if (self->kind == SLEEPS || self->kind == HAS_PASSED) {
        wf_sleep_until(&self->sleep, self->deadline_ns);
        AWAIT(&self->sleep);
        self->out = self->sleep.out != 0 || wf_now() < self->deadline_ns;
    } else if (self->kind == RACES) {
        self->branches[0] = &wf_sleep(&self->other, WF_HOURS(1))->future;
        self->branches[1] = &wf_sleep_until(&self->sleep, self->deadline_ns)->future;
        AWAIT(wf_race(&self->race, self->branches, 2, WF_FAIR));
        self->out = self->race.out != 1 || wf_now() < self->deadline_ns;
    } else {
        wf_sleep(&self->sleep, self->kind == IS_IN_TIME ? WF_MILLISECONDS(1) : WF_HOURS(1));
        wf_timeout_at(&self->limit,
                      self->kind == IS_LIMITED ? self->deadline_ns : wf_add_ns(wf_now(), WF_HOURS(2)),
                      &self->sleep.future);
        AWAIT(&self->limit);
        if (self->kind == IS_LIMITED)
            self->out = self->limit.out != WF_ETIMEDOUT || wf_now() < self->deadline_ns;
        else
            self->out = self->limit.out != 0 || self->sleep.out != 0;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* A thread of the program's own, beside the workers, which waits for times with its own block_on: they fire for it too. */
struct stranger {
    pthread_t thread;
    struct wf_context context;
    int wrong;
};

static void *sleep_beside(void *arg)
{
    struct stranger *self = arg;
    struct wf_sleep sleep;
    wf_context_enter(&self->context);
    for (int i = 0; i < 3; i++) {
        uint64_t deadline_ns = wf_now() + WF_TICK_NS / 2 * (uint64_t)i;
        self->wrong += wf_block_on(&wf_sleep_until(&sleep, deadline_ns)->future) != 0 || sleep.out != 0 ||
                       wf_now() < deadline_ns;
    }
    wf_context_leave(&self->context);
    return NULL;
}

struct one_task {
    struct wf_join_handle handle;
    int wrong;
};

/* Spawns all, awaits those that end by themselves, aborts the others: by then these have been armed, most of them. */
struct crew {
    struct wf_future future;
    int64_t count;
    struct one_task *tasks;
    struct wf_sleep sleep;
    int64_t i;
    int64_t wrong;
    int status;
    int out;
};

ASYNC_FN(crew)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < self->count; self->i++) {
        int kind = (int)(self->i % KINDS);
        uint64_t ahead = (uint64_t)(self->i % 7) * (WF_TICK_NS / 2);
        if (WF_SPAWN(wf_scheduler_current(), &self->tasks[self->i].handle, waits, .kind = kind,
                     .deadline_ns = kind == HAS_PASSED ? wf_now() - 1 : wf_now() + ahead) != 0)
            scenario_broken("no memory for a task");
        self->tasks[self->i].handle.value = &self->tasks[self->i].wrong;
    }
    wf_sleep(&self->sleep, WF_MILLISECONDS(2)); /* the thread in block_on waits as well */
    AWAIT(&self->sleep);
    self->wrong += self->sleep.out != 0;
    for (self->i = 0; self->i < self->count; self->i++) {
        if (self->i % KINDS == IS_ABORTED)
            continue;
        AWAIT_TO(self->status, &self->tasks[self->i].handle);
        self->wrong += self->status != 0 || self->tasks[self->i].wrong != 0;
    }
    for (self->i = IS_ABORTED; self->i < self->count; self->i += KINDS)
        wf_join_handle_abort(&self->tasks[self->i].handle);
    for (self->i = IS_ABORTED; self->i < self->count; self->i += KINDS) {
        AWAIT_TO(self->status, &self->tasks[self->i].handle);
        self->wrong += self->status != WF_ECANCELED;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct step_reply on_workers(const struct step_workers *step)
{
    int64_t count = scenario_in_range(step->tasks, CREW_MAX + 1);
    struct one_task *tasks = calloc((size_t)count + 1, sizeof *tasks);
    struct wf_time_driver *real = wf_time_driver_new(NULL, false);
    struct wf_context context = {.time_driver = real};
    struct stranger stranger = {.context = {.time_driver = real}};
    struct crew root;
    if (!tasks || !real)
        scenario_broken("no memory");
    struct wf_multi_thread *runtime = wf_multi_thread_new(&(struct wf_multi_thread_config){
        .workers = (uint32_t)step->workers,
        .driver = &real->park,
        .base = &context,
        .stack_bytes = 256 << 10, /* so that many fit into the limit of memory */
    });
    if (!runtime || pthread_create(&stranger.thread, NULL, sleep_beside, &stranger) != 0)
        scenario_broken("no thread");
    wf_context_enter(&context);
    (void)ASYNC_INIT(&root, crew, .count = count, .tasks = tasks);
    if (wf_multi_thread_block_on(runtime, &root.future) != 0)
        scenario_broken("no memory for block_on");
    wf_context_leave(&context);
    pthread_join(stranger.thread, NULL);
    struct step_reply reply = {root.wrong + stranger.wrong, (int64_t)wf_load_relaxed(&real->armed)};
    wf_multi_thread_drop(runtime);
    free(tasks);
    return reply;
}
