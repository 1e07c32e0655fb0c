/**
 * @file test_clock.h
 * @brief A clock that a test moves: what waits for an hour is tested in a microsecond, and comes out the same each time.
 *
 * There are two ways. With a test task (test.h), and no executor:
 *
 *     struct wf_test_clock clock;
 *     wf_test_clock_begin(&clock);
 *     wf_sleep(&sleep, WF_HOURS(1));
 *     wf_test_task_init(&task, &sleep.future);
 *     WF_EXPECT_PENDING(&task);
 *     wf_test_clock_advance(WF_HOURS(1));
 *     WF_EXPECT_READY(&task);
 *     wf_test_clock_end(&clock);
 *
 * And with a runtime whose config says `paused_clock`: its clock stands still while anything can run. When every task waits, no
 * blocking call is in progress and nothing from outside came, it jumps to the next timer. So a program of many sleeps runs at once, in the
 * sequence of its deadlines.
 *
 * Limits:  a paused clock is for one thread: with several, one may be busy while another finds nothing to do. Deadlines of
 *          CLOCK_MONOTONIC, as a timed wait on a condition variable has, know nothing of it. A blocking call that waits for a time of this
 *          clock waits for ever: it is in progress, so the clock stands. Threads of the program's own should not arm timers of it.
 * Source:  Tokio's time::pause and advance.
 *
 * @clause{G.145,0,"Between wf_test_clock_begin and wf_test_clock_end wf_now stands still but for wf_test_clock_advance, which fires what is due then, in the sequence of the deadlines."}
 * @clause{G.146,0,"wf_test_clock_advance panics where the clock is not a paused one, and wf_test_clock_begin where there is no memory."}
 * @clause{G.147,0,"The clock of a runtime with paused_clock advances by itself only when no task can run, no blocking call goes on, and a park found nothing: towards the next timer."}
 */
#ifndef WEFT_TEST_CLOCK_H
#define WEFT_TEST_CLOCK_H

#include <stdint.h>

#include "weft/context.h"
#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** A clock that stands still, as the test's surroundings. */
struct wf_test_clock {
    struct wf_context context; /**< entered; its time driver is the clock's */
};

/** @brief Make a clock, at the instant 1 s, and enter it on this thread. Clauses: G.145 G.146 */
void wf_test_clock_begin(struct wf_test_clock *clock);

/** @brief Leave the clock. What is still PENDING on it is woken, and READY with WF_ECLOSED; what was not polled yet has no clock then. */
void wf_test_clock_end(struct wf_test_clock *clock);

/**
 * @brief Move the paused clock that this thread is in, and fire what is due: wakers are called in here.
 *
 * In a task of a runtime: the tasks that were woken run when the caller waits, as after a wf_yield().
 *
 * Clauses: G.145 G.146
 * Threads: one at a time.
 */
void wf_test_clock_advance(uint64_t duration_ns);

WF_END_DECLS

#endif
