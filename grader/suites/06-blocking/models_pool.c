/**
 * @file models_pool.c
 * @brief Models of lab 06's pool: spawns that meet a thread which falls asleep, gets up, or ends.
 *
 * The pool is the whole one; only its threads are started by the model, without names and attributes. A keep-alive may be over at
 * any moment: the engine lets a wait with a deadline end as if the other threads were slow.
 */
#include "interleave.h"

#include "weft/detail/blocking_pool.h"
#include "weft/error.h"

enum { THREADS_MAX = 2 };

static struct wf_blocking_pool *pool;
static int ran; /* plain: each call in a model writes its own, or joins order them */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool open;

static void *run_thread(void *arg)
{
    (void)arg;
    interleave_thread_name("pool's");
    struct wf_context context = {.scheduler = &pool->scheduler};
    wf_context_enter(&context);
    wf_blocking_pool_run(pool, &context);
    wf_context_leave(&context);
    return NULL;
}

static int start_thread(struct wf_blocking_pool *self)
{
    pthread_t thread;
    self->started++;
    return pthread_create(&thread, NULL, run_thread, NULL);
}

static void begin(uint32_t threads_max)
{
    interleave_thread_name("spawner");
    pool =
        wf_blocking_pool_new(&(struct wf_blocking_config){.threads_max = threads_max, .keep_alive_ns = 1000});
    assert(pool);
    pool->start_thread = start_thread;
    interleave_name(&pool->lock, "the pool's lock");
    interleave_name(&pool->told, "told");
    interleave_name(&pool->ended, "ended");
}

static int count(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate);
    ran++;
    pthread_mutex_unlock(&gate);
    return 0;
}

static int wait_for_the_other(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate);
    while (!open)
        pthread_cond_wait(&opened, &gate);
    ran++;
    pthread_mutex_unlock(&gate);
    return 0;
}

static int open_gate(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&gate);
    open = true;
    ran++;
    pthread_cond_signal(&opened);
    pthread_mutex_unlock(&gate);
    return 0;
}

static void end(int calls)
{
    wf_blocking_pool_drop(pool);
    interleave_expect(ran == calls, "each accepted call has run", "%d of %d have", ran, calls);
}

/* For the look whether somebody was told before a thread ends, and for the idle count that goes with it. */
MODEL(explore_keep_alive, "06.4", "a call comes while an idle thread's keep-alive ends; 2 threads")
{
    begin(1);
    assert(wf_spawn_blocking_mandatory(pool, NULL, count, NULL) == 0);
    assert(wf_spawn_blocking_mandatory(pool, NULL, count, NULL) == 0);
    end(2);
}

/* For the idle count that the spawner changes, and not the thread: the second call must not wait for the first. */
MODEL(explore_two_calls, "06.3", "two calls, of which the first waits for the second; 3 threads",
      .spurious = -1, .timeouts = -1)
{
    begin(2);
    assert(wf_spawn_blocking_mandatory(pool, NULL, count, NULL) == 0);
    assert(wf_spawn_blocking_mandatory(pool, NULL, wait_for_the_other, NULL) == 0);
    assert(wf_spawn_blocking_mandatory(pool, NULL, open_gate, NULL) == 0);
    end(3);
}

/* For a thread that comes when its call was taken: it is idle, too. */
MODEL(explore_all_idle, "06.4", "two calls, and then each thread that was started is idle; 3 threads",
      .spurious = -1, .timeouts = -1)
{
    struct wf_blocking_metrics now;
    begin(2);
    for (int i = 0; i < 2; i++)
        assert(wf_spawn_blocking_mandatory(pool, NULL, count, NULL) == 0);
    do /* if one of them never is, this thread waits for ever */
        wf_blocking_pool_metrics(pool, &now);
    while (now.idle != now.started);
    end(2);
}

static void *spawn_late(void *arg)
{
    (void)arg;
    interleave_thread_name("second spawner");
    int status = wf_spawn_blocking_mandatory(pool, NULL, count, NULL);
    assert(status == 0 || status == WF_ECLOSED);
    if (status == WF_ECLOSED)
        count(NULL); /* so that the sum is the same */
    wf_scheduler_unreference(&pool->scheduler);
    return NULL;
}

/* For closed, under the lock, and for the threads that a closed pool waits for. */
MODEL(explore_close, "06.6", "a mandatory call is spawned while the pool is dropped; 3 threads")
{
    pthread_t thread;
    begin(1);
    (void)!wf_scheduler_reference(&pool->scheduler);
    assert(pthread_create(&thread, NULL, spawn_late, NULL) == 0);
    wf_blocking_pool_close(pool);
    pthread_join(thread, NULL);
    interleave_expect(ran == 1, "the call that was accepted has run before the pool is closed, or was refused",
                      "it has run %d times", ran);
    wf_scheduler_unreference(&pool->scheduler);
}

/* For `closed`, of a call that need not run: whether it is begun is decided under the lock. */
MODEL(explore_close_call, "06.6", "an ordinary call is taken while the pool is dropped; 2 threads")
{
    struct wf_join_handle handle;
    const struct wf_waker nobody = {0};
    struct wf_cx cx = {.waker = &nobody};
    begin(1);
    assert(wf_spawn_blocking(pool, &handle, count, NULL) == 0);
    wf_blocking_pool_drop(pool);
    assert(wf_future_poll(&handle.future, &cx) == WF_READY);
    interleave_expect(ran == (handle.out == 0), "a call has run, or its handle is READY with WF_ECANCELED",
                      "it has run %d times, and the handle has %d", ran, handle.out);
}

static int start_none(struct wf_blocking_pool *self)
{
    self->started++; /* plain: the lock orders it */
    self->started--;
    return EAGAIN;
}

static void *spawn_in_vain(void *arg)
{
    int *status = arg;
    *status = wf_spawn_blocking_mandatory(pool, NULL, count, NULL);
    return NULL;
}

/* For the lock while a thread is started: the other spawner must not count on a thread that does not come. */
MODEL(explore_no_threads, "06.5", "two spawns where the system gives no thread; 2 threads")
{
    pthread_t thread;
    int first, second;
    begin(1);
    pool->start_thread = start_none;
    assert(pthread_create(&thread, NULL, spawn_in_vain, &first) == 0);
    spawn_in_vain(&second);
    pthread_join(thread, NULL);
    interleave_expect(first == WF_EAGAIN && second == WF_EAGAIN, "both are refused with WF_EAGAIN",
                      "they return %d and %d", first, second);
    wf_scheduler_unreference(&pool->scheduler);
}
