/**
 * @file current_thread.h
 * @brief The executor of one thread: a root future, the tasks it spawned, and a park to sleep on.
 *
 *     struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
 *     wf_current_thread_block_on(runtime, &ASYNC_INIT(&root, serve)->future);
 *     wf_current_thread_drop(runtime);
 *
 * Loop:    poll the root if it was woken; run up to 61 tasks; give the park a turn, sleeping only if there is
 *          nothing to run; let those who yielded run again.
 * Limits:  nobody takes the thread from a poll that does not return: a task that computes long awaits wf_consume(), and
 *          what blocks belongs on a thread of its own.
 * Threads: block_on and drop: one at a time, on any thread. Spawns and wakes: any number, on any thread.
 * Source:  Tokio's current_thread scheduler.
 */
#ifndef WEFT_CURRENT_THREAD_H
#define WEFT_CURRENT_THREAD_H

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/park.h"
#include "weft/task.h"
#include "weft/task_set.h"

WF_BEGIN_DECLS

/** A runtime of one thread. Opaque. */
struct wf_current_thread;

/**
 * @brief Make a runtime.
 * @param park   what it sleeps on; its own from now on, dropped with the runtime's memory. NULL: a thread parker.
 * @param hooks  copied; NULL: none.
 * @return NULL: no memory; `park` is still the caller's.
 *
 * Cost: one allocation, and one for the thread parker.
 *
 * @clause{04.15,4,"Without memory wf_current_thread_new returns NULL, has freed what it allocated and has not dropped the park."}
 */
WF_MUST_USE struct wf_current_thread *wf_current_thread_new(struct wf_park *park, const struct wf_hooks *hooks);

/**
 * @brief Run `root` to its end, and the runtime's tasks meanwhile.
 * @param root  built and not READY; it is READY afterwards.
 *
 * Tasks that are left stay as they are: they go on in the next block_on, or end in wf_current_thread_drop().
 *
 * Cost: nothing is allocated.
 *
 * @clause{04.3,6,"block_on polls the root at once, and again only after its waker was woken; it returns when the root is READY. Tasks are polled only inside block_on."}
 * @clause{04.4,6,"Nobody starves: while some task is always ready to run, the root is polled after at most WF_TASKS_PER_TURN polls of tasks once it was woken, the park is given a turn (a park that does not sleep) after at most WF_TASKS_PER_TURN polls, of tasks and of the root, and every other task gets its poll."}
 * @clause{04.5,7,"With nothing to run block_on parks without a deadline, once for each time it is woken; a spawn, a wake of a task or of the root from another thread ends the park and is acted upon, whenever it comes. It never sleeps while something can run."}
 * @clause{04.7,5,"before_park is called before each park that may sleep, and after_unpark once after each before_park; if it spawned or woke something, the park is given a turn without sleep instead. task_spawned and task_ended are called exactly once for each task."}
 * @clause{04.10,5,"block_on inside any runtime, also one that is being dropped, panics and names who runs there; so does block_on of a runtime that another thread runs, or that was dropped. A runtime may be made inside another."}
 */
void wf_current_thread_block_on(struct wf_current_thread *runtime, struct wf_future *root);

/**
 * @brief Where to spawn: `WF_SPAWN(wf_current_thread_scheduler(runtime), &handle, serve, .port = 80)`.
 *
 * Borrowed: valid as long as the runtime, or a wf_scheduler_reference() to it.
 * Inside of a task or root the same is wf_scheduler_current().
 */
struct wf_scheduler *wf_current_thread_scheduler(struct wf_current_thread *runtime);

/** @brief The scheduler whose task or root this thread polls, or NULL. Borrowed during the poll. */
static inline struct wf_scheduler *wf_scheduler_current(void)
{
    return wf_context_current ? wf_context_current->scheduler : NULL;
}

/**
 * @brief Shut the runtime down, and give it up.
 *
 * @clause{04.11,6,"wf_current_thread_drop drops the future of every task that is not over, exactly once, whether it was polled or not, before it returns; each join handle is then READY with WF_ECANCELED."}
 * @clause{04.12,6,"While it shuts down, clean-ups run inside the runtime: their task is the current one; what they wake does not run any more, what they spawn fails with WF_ECLOSED, and nothing is left behind however they wake each other."}
 * @clause{04.13,6,"A waker, a handle and a scheduler reference may outlive the runtime: woken, aborted or dropped then, or while the runtime is dropped, on any thread, they do nothing and free their memory; a spawn fails with WF_ECLOSED and drops its frame."}
 * @clause{04.14,4,"The park's shutdown is called once, after the last task is over; its drop once, with the last reference to the runtime, after every unpark has returned."}
 * @clause{04.16,2,"wf_current_thread_drop inside any runtime panics, and so does a second one."}
 */
void wf_current_thread_drop(struct wf_current_thread *runtime);

WF_END_DECLS

#endif
