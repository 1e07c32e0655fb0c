/**
 * @file jobs.h
 * @brief Futures and parks for the tests of the executor of several threads.
 */
#ifndef WEFT_GIVEN_JOBS_H
#define WEFT_GIVEN_JOBS_H

#include <semaphore.h>

#include "given.h"
#include "weft/multi_thread.h"
#include "weft/task.h"

/** A future that is READY when its step says so; its output is `number`. */
struct job {
    struct wf_future future;
    bool (*step)(struct job *self, struct wf_cx *cx);
    int number;
    int polls;
    struct wf_join_handle child;
    int out;
};

struct job job_of(bool (*step)(struct job *self, struct wf_cx *cx), int number);

/** Spawn a job. @return what wf_task_spawn() returns. */
int spawn_job(struct wf_scheduler *scheduler, bool (*step)(struct job *self, struct wf_cx *cx), int number,
              struct wf_join_handle *handle);

/** Steps: READY at once; never; after a yield. */
bool job_at_once(struct job *self, struct wf_cx *cx);
bool job_never(struct job *self, struct wf_cx *cx);
bool job_yields_once(struct job *self, struct wf_cx *cx);

/** Jobs whose future was dropped, in this test. */
extern _Atomic int jobs_dropped;

/** A runtime without driver and hooks; its drop, after which no memory is left. */
struct wf_multi_thread *new_runtime(uint32_t workers);
void drop_runtime(struct wf_multi_thread *runtime);

/** Hooks that count threads, and what they have counted. */
extern const struct wf_hooks thread_hooks;
extern _Atomic int threads_started, threads_stopped;

/** How many threads pthread_create() starts in this test, before it fails with EAGAIN; below 0: it never does. */
extern _Atomic int threads_left;

/** A driver that a test drives: it sleeps until it is unparked, and counts. */
struct mock_driver {
    struct wf_park park;
    sem_t permits;
    _Atomic int inside, most_inside; /* threads in it */
    _Atomic int sleeps, turns, unparks, shutdowns, drops;
    void (*act)(struct mock_driver
                    *self); /* called at each return of the driver, on the thread that is in it; or NULL */
};

void mock_driver_init(struct mock_driver *driver);

/** Wait until `done` is true: at most a generous time, then the test fails. */
void wait_for(bool (*done)(void *arg), void *arg);
/** For wait_for(): an _Atomic bool. */
bool is_true(void *flag);

#endif
