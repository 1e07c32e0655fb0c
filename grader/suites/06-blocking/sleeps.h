/**
 * @file sleeps.h
 * @brief Waits for one condition variable, in the hand of the scenario; threads that are started and joined, counted.
 *
 * A wait for the watched variable, with a deadline or without, sleeps on a semaphore of its own. A signal lets the thread go that has slept
 * longest, a broadcast all. All other waits are the system's.
 */
#ifndef WEFT_SUITE_06_SLEEPS_H
#define WEFT_SUITE_06_SLEEPS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** Watch `condition` from now on, and count threads from 0. A thread that waits for `ended` closes the pool. Sleeps are to have deadlines
 * `keep_alive_ns` from their begin. */
void sleeps_watch(pthread_cond_t *condition, pthread_cond_t *ended, uint64_t keep_alive_ns);

/** Threads of the pool: they say so themselves. */
void sleeps_thread_ended(void);
/** A thread of the pool waits in a call, or goes on. */
void sleeps_in_call(bool waits);
/** The call that this thread of the pool runs is about to return. */
void sleeps_call_returns(void);

/** Wait until each thread of the pool sleeps, is held, waits in a call, or has ended. */
void sleeps_settle(void);
/** The same, and until the thread that closes the pool waits for its end, or says that its call has returned. */
void sleeps_settle_closed(void);
void sleeps_close_returned(void);

/** End the waits of so many threads that sleep, the longest ones first: with ETIMEDOUT, or without a reason. @return how many. */
int sleeps_end(int wanted, bool timed_out);

/** Whether threads that are signalled from now on are held. */
void sleeps_hold(bool on);
/** Let the first ones of those that are held get up; `timed_out`: their waits return ETIMEDOUT. When they sleep or wait again the
 * waits of the others return without a reason: they were signalled with the first ones, by a broadcast. */
void sleeps_release(int first, bool timed_out);

/** The next threads are refused, for this reason of the system's; 0: they are not. */
void sleeps_refuse_threads(int reason);

/** CLOCK_MONOTONIC stands still from now on, at a time whose seconds need more than 32 bits, and just before the next second. */
void sleeps_stop_clock(void);
/** It stands a second later. */
void sleeps_pass_a_second(void);

/** Join a thread of the scenario's own: it does not count. */
void sleeps_join_own(pthread_t thread);

/** Wait until somebody joins this thread of the pool. */
void sleeps_await_join(void);

/** Join the pool's threads that nobody has joined: all of them have ended. */
void sleeps_join_the_rest(void);

/** What there is. */
struct sleeps {
    int threads; /**< started and not ended */
    int asleep;  /**< of these: that sleep, and were not signalled, or are held */
    int started, joined;
    int64_t last_deadline_ms; /**< of the thread that fell asleep last, from then on; -1: none */
    bool same_deadline;       /**< each wait of one sleep had one deadline */
    bool too_soon; /**< some deadline is earlier than the keep-alive from the end of the thread's last call */
    bool too_late; /**< some deadline is later than the keep-alive from the moment in which its wait began */
    bool is_no_time;    /**< some deadline's nanoseconds are below 0, or a second and more */
    bool by_wall_clock; /**< some wait's deadline was on another clock than CLOCK_MONOTONIC */
    bool joined_twice;
};
struct sleeps sleeps_now(void);

#endif
