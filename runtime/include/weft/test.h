/**
 * @file test.h
 * @brief To test a future of your own without a runtime: a task that only counts, a future that does as it is told, failing allocations.
 *
 *     struct wf_test_task task;
 *     wf_test_task_init(&task, &reply.future);
 *     WF_EXPECT_PENDING(&task);               // polls
 *     answer(&connection, "hello");           // what the future waits for; it wakes the task
 *     WF_EXPECT_READY(&task);                 // polls; fails too if nothing has woken the task
 *     WF_EXPECT_RELEASED(&task);              // no clone of the waker is left
 *
 * A poll is made where the test says so, on the test's thread, and at no other time. An expectation that is not met says so on
 * standard error and calls abort(), as assert() does; NDEBUG changes nothing, and it is no panic, so no hook is called:
 *
 *     weft: test failed: reply is PENDING, READY was expected
 *       in reply_ends_with_the_connection (test_reply.c:41)
 *       since its last poll began: 0 wakes; alive: 1 clone of its waker
 *       await tree:
 *         reply:23
 *         `- read_line
 *
 * Where another thread makes the future ready, WF_EXPECT_WAKE() stands between the polls. A future is dropped as anywhere,
 * by wf_future_drop(), and WF_EXPECT_RELEASED() shows that it has let go. What waits for time is tested with a clock that the test
 * moves: test_clock.h. What reads and writes is tested with a peer that follows a script: test_io.h.
 *
 * Memory:  the caller's storage throughout; nothing here allocates.
 * Source:  tokio_test's task and assertions; futures-test.
 *
 * @clause{G.51,0,"A test task polls its future in a context of its own: the future is the root, and each poll has the whole budget."}
 * @clause{G.52,0,"wf_test_task_wakes counts the wakes of all threads since the last poll began; what a thread wrote before a wake is seen by a caller that has counted it."}
 * @clause{G.53,0,"wf_test_task_clones counts the clones of the waker that are alive, without the waker that a poll is lent."}
 * @clause{G.54,0,"Cloning or waking by reference a test task's waker panics where no clone is alive and no poll goes on; using one up, where no clone is alive."}
 * @clause{G.55,0,"WF_EXPECT_PENDING polls once, and fails where the poll is READY; WF_EXPECT_READY fails where it is PENDING."}
 * @clause{G.56,0,"WF_EXPECT_READY fails where the last poll was PENDING and nothing has woken the task since: no executor would have polled it again."}
 * @clause{G.57,0,"WF_EXPECT_WAKE waits until the task was woken since its last poll began. It fails after 30 s, and at once where no clone is alive that could wake."}
 * @clause{G.58,0,"WF_EXPECT_RELEASED fails where a clone of the waker is alive, and says how many are."}
 * @clause{G.59,0,"An expectation that fails prints what it found, function, file and line, and the await tree of a future that is PENDING; then it aborts."}
 * @clause{G.60,0,"A test future is PENDING until it is told to complete, which wakes it; then READY with that value. It keeps its last poll's waker until it is over."}
 * @clause{G.61,0,"WF_FAIL_EACH_ALLOCATION runs its body with the first allocation failing, then the second, and so on, until none fails; it fails where live bytes are not back after the body."}
 */
#ifndef WEFT_TEST_H
#define WEFT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/atomic.h"
#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/waker.h"

WF_BEGIN_DECLS

/**
 * In place of a task: one future, and a waker that counts what is done with it.
 *
 * The waker points to this storage, so it stays where it is, and alive as long as a clone is.
 */
struct wf_test_task {
    struct wf_future *future;  /**< borrowed: polled, never dropped */
    struct wf_waker waker;     /**< lent to each poll */
    WF_ATOMIC(uint64_t) state; /**< wakes and clones, counted in one word */
    bool pending;              /**< whether there was a poll, and the last one was PENDING */
};

/**
 * @brief Take a future to test. A future that is built anew gets a task anew: call this again, once no clone is alive.
 * @param task    storage, which may hold rubbish.
 * @param future  borrowed; several test tasks may poll it in turn, as a future may move from task to task.
 *
 * Clauses: G.51
 */
void wf_test_task_init(struct wf_test_task *task, struct wf_future *future);

/**
 * @brief Poll the future once, whether it was woken or not: an executor may do that too.
 * @return what the poll said.
 *
 * Clauses: G.51
 * Threads: one at a time, and not inside this task's own poll: that panics.
 */
WF_MUST_USE enum wf_poll wf_test_task_poll(struct wf_test_task *task);

/**
 * @brief How often the task was woken since its last poll began: a wake in the middle of a poll counts.
 *
 * Clauses: G.52
 * Threads: any.
 */
uint32_t wf_test_task_wakes(const struct wf_test_task *task);

/**
 * @brief How many clones of the task's waker are alive.
 *
 * A wake that uses a clone up is one step: a test that sees the wake sees that clone gone, and may end the task.
 *
 * Clauses: G.53 G.54
 * Threads: any.
 */
uint32_t wf_test_task_clones(const struct wf_test_task *task);

/** @brief Poll once, and fail unless that is PENDING. Clauses: G.55 G.59 */
#define WF_EXPECT_PENDING(task) wf_test_expect((task), WF_PENDING, WF_TEST_HERE)

/**
 * @brief Poll once, and fail unless that is READY, and was asked for: by a wake, if the last poll was PENDING.
 *
 * So a wake that is lost is found although the test polls by itself. To poll without a wake: wf_test_task_poll().
 *
 * Clauses: G.55 G.56 G.59
 */
#define WF_EXPECT_READY(task) wf_test_expect((task), WF_READY, WF_TEST_HERE)

/**
 * @brief Wait until the task was woken since its last poll began; return at once if it was.
 *
 * Clauses: G.57 G.59
 * Threads: the one that polls. Cost: looks at the count each millisecond.
 */
#define WF_EXPECT_WAKE(task) wf_test_expect_wake((task), WF_TEST_PATIENCE_NS, WF_TEST_HERE)

/**
 * @brief Fail if a clone of the task's waker is alive: at the end of a test, and after a drop.
 *
 * Threads: those that wake by reference, and drop afterwards, have been joined.
 *
 * Clauses: G.58 G.59
 */
#define WF_EXPECT_RELEASED(task) wf_test_expect_released((task), WF_TEST_HERE)

/** How long WF_EXPECT_WAKE() waits, in nanoseconds: only a test that fails takes so long. */
#define WF_TEST_PATIENCE_NS UINT64_C(30000000000)

/** The place of an expectation, as arguments. */
#define WF_TEST_HERE __func__, __FILE__, __LINE__

/** @brief Implementation of WF_EXPECT_PENDING() and WF_EXPECT_READY(). */
void wf_test_expect(struct wf_test_task *task, enum wf_poll expected, const char *function, const char *file,
                    int line);
/** @brief Implementation of WF_EXPECT_WAKE(). */
void wf_test_expect_wake(const struct wf_test_task *task, uint64_t patience_ns, const char *function,
                         const char *file, int line);
/** @brief Implementation of WF_EXPECT_RELEASED(). */
void wf_test_expect_released(const struct wf_test_task *task, const char *function, const char *file,
                             int line);

/** @brief Say what has failed, and where, as an expectation does, with the await tree of `pending` if it is not NULL; and abort. */
WF_NORETURN WF_PRINTF(5, 6) void wf_test_fail(const struct wf_future *pending, const char *function,
                                              const char *file, int line, const char *format, ...);

/**
 * A future that is READY when the test says so: a child for a combinator or an async function of your own.
 *
 * One that is never ready is wf_pending(), one that is ready at once wf_ready().
 *
 * Clauses: G.60
 */
struct wf_test_future {
    struct wf_future future; /**< the head */
    struct wf_waker waker;   /**< of the last poll; wf_waker_wake_by_ref() makes it poll for nothing */
    uint32_t polls;          /**< how often it was polled */
    bool completed;          /**< READY at the next poll */
    int out;                 /**< the value, once it was told to complete */
};

/**
 * @brief Build a future that is PENDING until wf_test_future_complete().
 * @return `future`.
 *
 * Clauses:       G.60
 * Cancel safety: SAFE: it holds a waker, and gives it back.
 */
struct wf_test_future *wf_test_future(struct wf_test_future *future);

/**
 * @brief Make it READY with `value` at its next poll, and wake what polled it last. Nothing more happens to one that was dropped.
 *
 * Clauses: G.60
 * Threads: the one that polls it.
 */
void wf_test_future_complete(struct wf_test_future *future, int value);

/** A run of WF_FAIL_EACH_ALLOCATION(). */
struct wf_test_failures {
    uint32_t n;        /**< the allocation that fails in this round, from 1 */
    size_t live_bytes; /**< before the first round */
};

/**
 * @brief Run the statement that follows once for each allocation in it, which then fails, and a last time in which none fails.
 * @param failures  the name of a `struct wf_test_failures` that the statement may read.
 *
 *     WF_FAIL_EACH_ALLOCATION(failures) {
 *         struct thing *thing = thing_new();
 *         if (!thing)
 *             continue;
 *         thing_drop(thing);
 *     }
 *
 * The statement gives back all that it allocates, and ends at its end or by `continue`. After a `break` or a return the
 * failure is still armed: wf_alloc_fail_at(0).
 *
 * Clauses: G.61 G.12
 * Threads: no other allocates meanwhile.
 */
#define WF_FAIL_EACH_ALLOCATION(failures)                                                                    \
    for (struct wf_test_failures failures = wf_test_failures_begin();                                        \
         wf_test_failures_next(&failures, WF_TEST_HERE);)

/** @brief Implementation of WF_FAIL_EACH_ALLOCATION(). */
struct wf_test_failures wf_test_failures_begin(void);
/** @brief Implementation of WF_FAIL_EACH_ALLOCATION(): ends a round, if there was one, and says whether there is another. */
bool wf_test_failures_next(struct wf_test_failures *failures, const char *function, const char *file,
                           int line);

WF_END_DECLS

#endif
