/**
 * @file runtime.h
 * @brief A runtime, whole: executor, timers, threads for calls that block, and how a program begins.
 *
 *     struct async_main {
 *         struct wf_future future;
 *         struct wf_main_arguments arguments;
 *         int out;
 *     };
 *     ASYNC_FN(async_main)
 *     {
 *         ASYNC_BEGIN;
 *         printf("hello from a task's root\n");
 *     ASYNC_FINALLY:
 *         ASYNC_END;
 *     }
 *     WF_MAIN(async_main)
 *
 * Several runtimes may live in one process; each knows nothing of the others. A runtime is made of the parts below it, which a program
 * may use alone: current_thread.h or multi_thread.h, detail/time_driver.h, and blocking.h.
 *
 * Threads: drop: one, outside of every runtime. Everything else: any number, on any thread.
 */
#ifndef WEFT_RUNTIME_H
#define WEFT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/async.h"
#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/long_poll.h"
#include "weft/resolve.h"
#include "weft/scheduler.h"
#include "weft/task.h"

WF_BEGIN_DECLS

/** A runtime. Opaque. */
struct wf_runtime;

/** Which executor. */
enum wf_runtime_kind {
    WF_RUNTIME_MULTI_THREAD, /**< tasks run on workers, and steal: multi_thread.h */
    WF_RUNTIME_CURRENT_THREAD, /**< tasks run on the thread in block_on, one after the other: current_thread.h */
};

/** How a runtime is to be. Zeroes are right for most. */
struct wf_runtime_config {
    enum wf_runtime_kind kind; /**< one thread or several */
    uint32_t workers;          /**< of several threads; 0: as many as there are processors for this process */
    const char *name;          /**< of the threads, cut to 8 characters; NULL: "weft" */
    size_t stack_bytes;        /**< of each thread; 0: the system's default */
    /** Of the random choices: whom a worker steals from first, which branch a fair combinator polls first. 0: a seed as well, but
     *  fair combinators begin with their first branch. */
    uint64_t seed;
    struct wf_hooks hooks;           /**< see scheduler.h; thread_started and thread_stopped of all threads */
    uint32_t blocking_threads_max;   /**< 0: WF_BLOCKING_THREADS_MAX */
    uint64_t blocking_keep_alive_ns; /**< 0: WF_BLOCKING_KEEP_ALIVE_NS */
    struct wf_resolver_config resolver; /**< what looks names up; zeroes: the system */
    bool paused_clock; /**< for tests, and of one thread: time passes only when all wait (test_clock.h) */
    uint64_t long_poll_ns; /**< polls that take longer are told (long_poll.h): WF_LONG_POLL_NS; 0: none, and no watch */
    /** Is told of long polls, with hooks.arg. NULL: they are printed to standard error. */
    void (*long_poll)(void *arg, const struct wf_long_poll *poll);
};

/**
 * @brief Make a runtime. One of several threads runs its tasks from now on.
 * @param config  NULL: all zeroes.
 * @return NULL: nothing is left. `errno` is ENOMEM, EAGAIN (no more threads) or EINVAL (no stacks of that size; a
 *         paused clock for several threads).
 *
 * Two runs with one seed on one thread draw the same, and so do the same things, as far as nothing else comes from outside. With
 * several threads the workers draw the same victims, but who draws when is up to the machine.
 *
 * @clause{G.124,0,"In two runtimes of one thread with the same seed the same program makes the same choices; with other seeds it makes others."}
 * @clause{G.90,0,"wf_runtime_new makes a runtime as its config says, with zeroes for the defaults; where it fails it has freed and ended all, and errno says why."}
 */
WF_MUST_USE struct wf_runtime *wf_runtime_new(const struct wf_runtime_config *config);

/**
 * @brief Run `root` to its end on this thread.
 * @return 0, or WF_ENOMEM: `root` was not polled.
 *
 * With a runtime of one thread only one thread at a time may, and the tasks run in here only.
 *
 * @clause{G.91,0,"Inside a root, a task, a blocking call and wf_runtime_enter, wf_scheduler_current is the runtime's, and so are the pool of wf_blocking and the timers."}
 */
WF_MUST_USE int wf_runtime_block_on(struct wf_runtime *runtime, struct wf_future *root);

/** @brief Where to spawn: `WF_SPAWN(wf_runtime_scheduler(runtime), &handle, serve, .port = 80)`. Borrowed. */
struct wf_scheduler *wf_runtime_scheduler(struct wf_runtime *runtime);

/** @brief The threads for calls that block: `wf_spawn_blocking(wf_runtime_blocking_pool(runtime), ...)`. Borrowed. */
struct wf_blocking_pool *wf_runtime_blocking_pool(struct wf_runtime *runtime);

/**
 * @brief wf_spawn_blocking() on the pool of the runtime that this thread is in. WF_ECLOSED: it is in none.
 *
 * Clauses: 06.1 06.5 G.91
 */
WF_MUST_USE int wf_blocking(struct wf_join_handle *handle, int (*run)(void *arg), void *arg);

/** That this thread is in a runtime: storage of wf_runtime_enter(). */
struct wf_runtime_entry {
    struct wf_context context; /**< what the thread is in meanwhile */
};

/**
 * @brief From now on, wf_scheduler_current() and wf_blocking() are the runtime's on this thread, as if in a task.
 *
 * For threads of a program's own, and for constructors that look for their runtime. Entries nest; leave the innermost first, before
 * the runtime is dropped.
 *
 * Clauses: G.91
 */
void wf_runtime_enter(struct wf_runtime *runtime, struct wf_runtime_entry *entry);
/** @brief Take wf_runtime_enter() back. Clauses: G.91 */
void wf_runtime_leave(struct wf_runtime_entry *entry);

/**
 * @brief Abort all tasks, wait until they are over, end the blocking pool and all threads; give the runtime up.
 *
 * Blocking calls that have begun are waited for, and mandatory ones run; see wf_blocking_pool_drop().
 *
 * @clause{G.125,0,"wf_runtime_drop panics inside its runtime: in a task, a root or a blocking call, in wf_block_in_place, and on a thread that has entered it."}
 * @clause{G.92,0,"Before wf_runtime_drop returns each task is over, each blocking call has ended or was dropped unbegun, and no thread of the runtime is left."}
 */
void wf_runtime_drop(struct wf_runtime *runtime);

/** What WF_MAIN() hands to the root: its member `arguments`. */
struct wf_main_arguments {
    int argc;    /**< as main() got it */
    char **argv; /**< as main() got it */
};

/** @brief Implementation of WF_MAIN(): run the root on a runtime of its own. @return what main() returns. */
int wf_run_main(struct wf_future *root, const int *out);

/**
 * @brief Define main(): it runs the async function `fn`, which has members `arguments` and `int out`, on a runtime of several threads.
 *
 * @clause{G.93,0,"A program of WF_MAIN runs its root with argc and argv, and exits with its out; where no runtime can be made it says why, and exits with 1."}
 */
#define WF_MAIN(fn)                                                                                          \
    int main(int argc, char **argv)                                                                          \
    {                                                                                                        \
        static struct fn wf_main_root;                                                                       \
        (void)ASYNC_INIT(&wf_main_root, fn, .arguments = {argc, argv});                                      \
        return wf_run_main(&wf_main_root.future, &wf_main_root.out);                                         \
    }

WF_END_DECLS

#endif
