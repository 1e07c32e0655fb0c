/**
 * @file executor.c
 * @brief A model of a whole runtime of one thread: lab 04's executor parks in lab 07's time driver, by the engine's clock.
 */
#include "interleave.h"

#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

#include "weft/async.h"
#include "weft/current_thread.h"
#include "weft/detail/time_driver.h"
#include "weft/task.h"
#include "weft/time.h"

static struct wf_waker mailbox; /* plain: the semaphore publishes it */
static sem_t posted;
static WF_ATOMIC(bool) answered;

/* READY when another thread has answered. */
struct question {
    struct wf_future future;
    bool asked;
    struct {
    } out;
};

static enum wf_poll question_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct question *self = (struct question *)future;
    if (!self->asked) {
        self->asked = true;
        mailbox = wf_waker_clone(cx->waker);
        sem_post(&posted);
    }
    return wf_load_relaxed(&answered) ? WF_READY : WF_PENDING;
}

static void question_drop(struct wf_future *future)
{
    (void)future;
}

static const struct wf_future_ops question_ops = {
    .name = "question", .poll = question_poll, .drop = question_drop, WF_FRAME(struct question)};

static void *answer(void *arg)
{
    interleave_thread_name("other");
    while (sem_wait(&posted) != 0)
        continue;
    wf_store_relaxed(&answered, true);
    wf_waker_wake(&mailbox);
    return arg;
}

/* Asks, and sleeps a millisecond beside it: both must end. */
struct root {
    struct wf_future future;
    struct question question;
    struct wf_sleep pause;
    uint64_t due;
    int out;
};

ASYNC_FN(root)
{
    ASYNC_BEGIN;
    self->due = wf_now() + WF_MILLISECONDS(1);
    self->question = (struct question){.future = {.ops = &question_ops}};
    AWAIT(&self->question);
    AWAIT(wf_sleep_until(&self->pause, self->due));
    self->out = self->pause.out == 0 && wf_now() >= self->due;
ASYNC_FINALLY:
    ASYNC_END;
}

static void ask(bool as_task)
{
    struct wf_time_driver *driver = wf_time_driver_new(NULL, false);
    assert(driver);
    struct wf_current_thread *runtime = wf_current_thread_new(&driver->park, NULL);
    assert(runtime);
    struct wf_context context = {.time_driver = driver};
    wf_context_enter(&context);
    sem_init(&posted, 0, 0);
    wf_store_relaxed(&answered, false);
    pthread_t other;
    assert(pthread_create(&other, NULL, answer, NULL) == 0);
    struct root root;
    int out = 0;
    if (as_task) {
        struct wf_join_handle handle;
        assert(WF_SPAWN(wf_current_thread_scheduler(runtime), &handle, root) == 0);
        handle.value = &out;
        wf_current_thread_block_on(runtime, &handle.future);
    } else {
        wf_current_thread_block_on(runtime, &ASYNC_INIT(&root, root)->future);
        out = root.out;
    }
    interleave_expect(out == 1, "the sleep ends, and not early", "it does not");
    pthread_join(other, NULL);
    wf_current_thread_drop(runtime);
    wf_context_leave(&context);
}

MODEL(explore_timed_root, "G.140",
      "block_on parks until a deadline, while another thread wakes its root; 2 threads", .timeouts = 1)
{
    ask(false);
}

MODEL(explore_timed_task, "G.140", "the same, where a task sleeps and is woken", .timeouts = 1)
{
    ask(true);
}
