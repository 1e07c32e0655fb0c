/**
 * @file current_thread.h
 * @brief The executor of one thread: a root future, the tasks it spawned, and a park to sleep on.
 *
 *     struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
 *     wf_current_thread_block_on(runtime, &ASYNC_INIT(&root, serve)->future);
 *     wf_current_thread_drop(runtime);
 *
 * Loop:    poll the root if it was woken; run tasks, up to 61 polls with the root's; give the park a turn, sleeping only if
 *          there is nothing to run; let those that yielded run again. More turns than 04.22 asks for are allowed, such as one
 *          for each wake of the root: each may cost a system call, and that is all.
 * Limits:  no one can take the thread from a poll that does not return: a task that computes long awaits wf_consume(), and
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
 * A runtime may be made inside another, but not run there. The caller holds the first reference to its scheduler, which
 * wf_current_thread_drop() gives up in the end. A runtime with no task left, whose park needs no shutdown, may be given up by
 * wf_scheduler_unreference() instead.
 *
 * Cost: one allocation, and one for the thread parker.
 *
 * @clause{04.15,3,"Without memory wf_current_thread_new returns NULL, has freed what it allocated and has not dropped the park."}
 */
WF_MUST_USE struct wf_current_thread *wf_current_thread_new(struct wf_park *park,
                                                            const struct wf_hooks *hooks);

/**
 * @brief Run `root` to its end, and the runtime's tasks meanwhile.
 * @param root  built and not READY; it is READY afterwards.
 *
 * Tasks that are left stay as they are: they go on in the next block_on, or end in wf_current_thread_drop().
 *
 * Cost: nothing is allocated.
 *
 * @clause{04.3,5,"block_on polls the root at once, and again only after its waker was woken; it returns when the root is READY. Tasks are polled only inside block_on."}
 * @clause{04.4,4,"While some task is always ready to run, a root that was woken is polled after at most WF_TASKS_PER_TURN polls of tasks, and each other task gets its polls."}
 * @clause{04.22,4,"The park is given a turn after at most WF_TASKS_PER_TURN polls, of tasks and of the root; while something can run, that turn does not sleep."}
 * @clause{04.5,4,"With nothing to run block_on parks without a deadline, once for each time it is woken; it never does so while something can run."}
 * @clause{04.24,5,"A spawn or a wake from another thread ends a park of block_on, also one about to begin, and the task or root that it made ready is polled."}
 * @clause{04.7,3,"before_park is called before each park that may sleep, and after_unpark once after it; if before_park made something ready, the park gets a turn without sleep instead."}
 * @clause{04.25,2,"task_spawned and task_ended are each called exactly once for each task that the runtime accepted, on the runtime's thread."}
 * @clause{04.10,4,"block_on panics inside any runtime, also one that is being dropped, and names what runs there; and on a runtime that another thread runs, or that was dropped."}
 */
void wf_current_thread_block_on(struct wf_current_thread *runtime, struct wf_future *root);

/**
 * @brief Where to spawn: `WF_SPAWN(wf_current_thread_scheduler(runtime), &handle, serve, .port = 80)`.
 *
 * Borrowed: valid as long as the runtime, or a wf_scheduler_reference() to it.
 * Inside a task or root the same is wf_scheduler_current().
 */
struct wf_scheduler *wf_current_thread_scheduler(struct wf_current_thread *runtime);

/**
 * @brief Shut the runtime down, and give it up.
 *
 * @clause{04.11,4,"Before wf_current_thread_drop returns it drops the future of every task that is not over, exactly once, polled or not; each join handle is then READY with WF_ECANCELED."}
 * @clause{04.12,4,"Clean-ups during a runtime's drop run inside it, with their task as the current one. What they wake is polled no more; what they spawn fails with WF_ECLOSED."}
 * @clause{04.13,4,"Wakers, handles and scheduler references may be used on any thread during a runtime's drop and after it: they free their memory, a spawn fails with WF_ECLOSED, nothing else happens."}
 * @clause{04.14,4,"The park's shutdown is called once, after the last task is over; its drop once, with the last reference to the runtime, after every unpark has returned."}
 * @clause{04.16,2,"wf_current_thread_drop inside any runtime panics, and so does a second one."}
 */
void wf_current_thread_drop(struct wf_current_thread *runtime);

WF_END_DECLS

#endif
