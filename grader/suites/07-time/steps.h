/**
 * @file steps.h
 * @brief The steps and events of lab 07's scenarios: what suite and scenarios agree on.
 *
 * A tick or a time is unsigned; as a number of a step it is the signed one of the same bits, so -1 is WF_FOREVER.
 */
#ifndef WEFT_SUITE_07_STEPS_H
#define WEFT_SUITE_07_STEPS_H

#include "mock_events.h"
#include "step_table.h"
#include "weft/interval.h"

enum { ENTRIES_MAX = 1024, CROWD_MAX = 2000, FLOOD_MAX = 300, MASS_MAX = 300000 };
enum { CREW_MAX = 120 }; /* tasks */
/* Wakers by number: five that are like their clones, one each of whose clones is an object of its own, an empty one. */
enum { OWN_CLONES = 5, NO_WAKER, WAKERS_MAX };

#define MS INT64_C(1000000)

/** Both sides of what each level of a wheel holds, of 32 bits, and the last tick. */
#define LAST_TICK ((INT64_C(1) << 48) - 1)
#define TICKS                                                                                                \
    0, 1, 2, 62, 63, 64, 65, 127, 128, 4095, 4096, 4097, 262143, 262144, 262145, 16777215, 16777216,         \
        INT64_C(1073741823), INT64_C(1073741824), INT64_C(4294967295), INT64_C(4294967296),                  \
        INT64_C(68719476735), INT64_C(68719476736), INT64_C(68719476737), INT64_C(137438953472),             \
        INT64_C(4398046511103), INT64_C(4398046511104), INT64_C(140737488355328), LAST_TICK

/** Nanoseconds: fractions of a tick, both sides of what a level holds, the end of the levels, and beyond. */
#define DURATIONS                                                                                            \
    0, 1, 999999, MS, MS + 1, 63 * MS, 64 * MS, 65 * MS, 4095 * MS, 4096 * MS, 4097 * MS, 3600000 * MS,      \
        INT64_C(2592000000) * MS, INT64_MAX, INT64_MIN, -2, -1

/** Futures by number, of any kind; and what a timeout has inside. */
#define FUTURES(EDGE) EDGE(A, "A") EDGE(B, "B") EDGE(C, "C") EDGE(D, "D")
enum future { FUTURES(STEP_EDGE_VALUE) PROBE, FUTURES_MAX };

#define MISSED(EDGE)                                                                                         \
    EDGE(WF_MISSED_BURST, "WF_MISSED_BURST")                                                                 \
    EDGE(WF_MISSED_DELAY, "WF_MISSED_DELAY") EDGE(WF_MISSED_SKIP, "WF_MISSED_SKIP")

/** In which surroundings a future is polled. */
#define SURROUNDINGS(EDGE)                                                                                   \
    EDGE(FREELY, "")                                                                                         \
    EDGE(ONE_UNIT, ", with one unit of budget")                                                              \
    EDGE(NO_UNIT, ", with no unit of budget")                                                                \
    EDGE(CANCELED, ", after cancellation was asked for")                                                     \
    EDGE(CANCELED_DRY, ", after cancellation was asked for, with no unit of budget")
enum { SURROUNDINGS(STEP_EDGE_VALUE) };

/** In which runtime something is done to a future: that of the test's clock, one with a clock of its own, or none. */
#define PLACES(EDGE)                                                                                         \
    EDGE(THIS_RUNTIME, "")                                                                                   \
    EDGE(OTHER_RUNTIME, ", in another runtime")                                                              \
    EDGE(NO_RUNTIME, ", in no runtime") EDGE(WITHOUT_CONTEXT, ", on a thread that is in no context")
enum { PLACES(STEP_EDGE_VALUE) };

/** How a timer is made. */
#define MADES(EDGE) EDGE(BY_INIT, "wf_timer_init()") EDGE(OF_ZEROES, "all zero but for the deadline")
enum { MADES(STEP_EDGE_VALUE) };

/** What happens while a poll clones its waker. */
#define MEANWHILES(EDGE)                                                                                     \
    EDGE(ADVANCES, "the clock goes on by an hour") EDGE(CLOSES, "the driver is shut down")
enum { MEANWHILES(STEP_EDGE_VALUE) };

/** Where the many of a wheel lie. */
#define LIES(EDGE)                                                                                           \
    EDGE(SPREAD, "of different ticks")                                                                       \
    EDGE(IN_ONE_SLOT, "of one tick to come") EDGE(ALL_DUE, "of a tick that has passed")
enum { LIES(STEP_EDGE_VALUE) };

/** What the flood's first timer does when its waker is woken. */
#define FLOODS(EDGE)                                                                                         \
    EDGE(DROPS, "drops all others")                                                                          \
    EDGE(RESETS, "resets all others to an hour later")                                                       \
    EDGE(POLLS, "polls all others") EDGE(ARMS, "arms one more for each of the others")
enum { FLOODS(STEP_EDGE_VALUE) };

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    TOLD(TICK, tell_tick, TICKS)                                                                             \
    TOLD(NOW, tell_tick, 0, 1, 63, 64, INT64_C(68719476736), LAST_TICK)                                      \
    NUMBERS(ENTRY, 0, 1, ENTRIES_MAX - 1)                                                                    \
    NUMBERS(ENTRIES, 2, 64, ENTRIES_MAX)                                                                     \
    NUMBERS(MASS, MASS_MAX)                                                                                  \
    WORDS(LIE, LIES)                                                                                         \
    NUMBERS(STRIDE, 0, 1, 63, 64, 65)                                                                        \
    WORDS(FUTURE, FUTURES)                                                                                   \
    TOLD(DURATION, tell_duration, DURATIONS)                                                                 \
    TOLD(RESET, tell_duration, MS, 64 * MS, 64 * MS + 1, 4096 * MS, INT64_C(2592000000) * MS, -1)            \
    TOLD(AGO, tell_duration, 0, 1, MS)                                                                       \
    TOLD(PERIOD, tell_duration, 1, MS, 10 * MS, 3600000 * MS, INT64_MAX, -2)                                 \
    TOLD(LATE, tell_duration, 0, 1, 5 * MS, 5 * MS + 1, 25 * MS, 30 * MS, 86400000 * MS, INT64_MAX, -2, -1)  \
    TOLD(DUE, tell_duration, 0, 1, 4096, INT64_MAX, INT64_MIN, -2 - 4 * MS, -2)                              \
    WORDS(MISSED, MISSED)                                                                                    \
    NUMBERS(WAKER, 0, 1, OWN_CLONES, NO_WAKER)                                                               \
    WORDS(SURROUNDING, SURROUNDINGS)                                                                         \
    WORDS(PLACE, PLACES)                                                                                     \
    WORDS(MEANWHILE, MEANWHILES)                                                                             \
    WORDS(MADE, MADES)                                                                                       \
    NUMBERS(VALUE, 0, 1, -1, INT32_MIN, INT32_MAX)                                                           \
    NUMBERS(CROWD, 1, 33, 64, CROWD_MAX)                                                                     \
    WORDS(FLOOD, FLOODS)                                                                                     \
    NUMBERS(FLOODED, 2, 31, 32, 33, 64, 65, FLOOD_MAX)                                                       \
    NUMBERS(ROUNDS, 2000)                                                                                    \
    NUMBERS(REAL_MS, 1, 3)                                                                                   \
    NUMBERS(WORKERS, 1, 2, 4)                                                                                \
    NUMBERS(CREW, 6, CREW_MAX)

/* --- the scenario "wheel": one wheel, entries by number --- */

/* Replies:
 *     next    the tick
 *     pop     the entry, -1: none, -2: no entry of ours; its tick
 *     apart   entries that did not come out when they should
 *     mass    how many came out; how many of them in the wrong sequence
 *     drain   how many came out, at most as many as there are entries; the sequence: each step 31 times what it was, and the entry */
#define WHEEL_STEPS(STEP, ARG)                                                                                \
    STEP(wheel, "wf_timer_wheel_init(wheel)", )                                                               \
    STEP(insert, "wf_timer_wheel_insert(wheel, entry {entry}, {tick})", ARG(entry, ENTRY) ARG(tick, TICK))    \
    STEP(fill,                                                                                                \
         "wf_timer_wheel_insert(wheel, ...) of entries 0 to {count} - 1, at {tick} and {stride} ticks apart", \
         ARG(count, ENTRIES) ARG(tick, TICK) ARG(stride, STRIDE))                                             \
    STEP(remove, "wf_timer_wheel_remove(wheel, entry {entry})", ARG(entry, ENTRY))                            \
    STEP(next, "wf_timer_wheel_next(wheel)", )                                                                \
    STEP(pop, "wf_timer_wheel_pop(wheel, {now})", ARG(now, NOW))                                              \
    STEP(mass, "{entries} entries {lie} are inserted, every other one is removed, the rest popped",           \
         ARG(entries, MASS) ARG(lie, LIE))                                                                    \
    STEP(apart, "two threads insert, remove and pop {rounds} times, each with a wheel of its own",            \
         ARG(rounds, ROUNDS))                                                                                 \
    STEP(drain, "wf_timer_wheel_pop(wheel, {now}) until it is NULL", ARG(now, NOW))

/* --- the scenario "time": futures by number on a paused clock, polled by hand --- */

/* Replies:
 *     now, due   in nanoseconds since the clock was made
 *     poll       the poll; out, of a tick as `now`; -1: WF_FOREVER
 *     timer_poll the poll; the timer's status
 *     units      left after the last poll
 *     waker      its clones that are alive; how often it was woken
 *     clones     those of all wakers that are alive
 *     held       timers in the driver; clones, wakes and drops of wakers that were made under the driver's lock
 *     held_elsewhere  timers in the other runtime's driver
 *     seen       timers in the driver, while the inner future was polled
 *     crowd      timers in the driver then
 *     crowd_now  how many were woken so far; how many of these more than once, or too early
 *     flood_now  how many of the flood were woken so far, clones of their wakers that are alive
 *     next_due   what wf_interval_next() returned
 *     storm      sleeps that were READY; of these too early
 *     real       nanoseconds that block_on took beyond what was asked for; out
 *     workers    tasks that were too early, or had another out; timers that are left in the driver */
#define TIME_STEPS(STEP, ARG)                                                                                                 \
    STEP(sleep, "wf_sleep({future}, {duration})", ARG(future, FUTURE) ARG(duration, DURATION))                                \
    STEP(sleep_until, "wf_sleep_until({future}, now + {duration})",                                                           \
         ARG(future, FUTURE) ARG(duration, DURATION))                                                                         \
    STEP(sleep_since, "wf_sleep_until({future}, now - {ago})", ARG(future, FUTURE) ARG(ago, AGO))                             \
    STEP(probe, "the inner future is built", )                                                                                \
    STEP(arm, "the inner future will be READY with {value} at its next poll", ARG(value, VALUE))                              \
    STEP(timeout, "wf_timeout({future}, {duration}, the inner future)",                                                       \
         ARG(future, FUTURE) ARG(duration, DURATION))                                                                         \
    STEP(timeout_at, "wf_timeout_at({future}, now + {duration}, the inner future)",                                           \
         ARG(future, FUTURE) ARG(duration, DURATION))                                                                         \
    STEP(timeout_since, "wf_timeout_at({future}, now - {ago}, the inner future)",                                             \
         ARG(future, FUTURE) ARG(ago, AGO))                                                                                   \
    STEP(interval, "wf_interval(interval, {period}, {missed})", ARG(period, PERIOD) ARG(missed, MISSED))                      \
    STEP(tick, "wf_interval_tick({future}, interval)", ARG(future, FUTURE))                                                   \
    STEP(due, "interval.due_ns", )                                                                                            \
    STEP(next_due, "wf_interval_next({missed}, due, due + {late}, {period})",                                                 \
         ARG(missed, MISSED) ARG(late, LATE) ARG(period, PERIOD) ARG(due, DUE))                                               \
    STEP(poll, "wf_future_poll({future}) with waker {waker}{surrounding}{place}",                                             \
         ARG(future, FUTURE) ARG(waker, WAKER) ARG(surrounding, SURROUNDING) ARG(place, PLACE))                               \
    STEP(drop, "wf_future_drop({future}){place}", ARG(future, FUTURE) ARG(place, PLACE))                                      \
    STEP(reset, "wf_sleep_reset({future}, now + {duration}){place}",                                                          \
         ARG(future, FUTURE) ARG(duration, RESET) ARG(place, PLACE))                                                          \
    STEP(reset_since, "wf_sleep_reset({future}, now - {ago}){place}",                                                         \
         ARG(future, FUTURE) ARG(ago, AGO) ARG(place, PLACE))                                                                 \
    STEP(timer, "a timer whose deadline is now + {duration}: {made}",                                                         \
         ARG(duration, DURATION) ARG(made, MADE))                                                                             \
    STEP(timer_poll, "wf_timer_poll(timer) with waker {waker}{place}", ARG(waker, WAKER) ARG(place, PLACE))                   \
    STEP(timer_drop, "wf_timer_drop(timer){place}", ARG(place, PLACE))                                                        \
    STEP(meanwhile, "when the next waker is cloned, {what}", ARG(what, MEANWHILE))                                            \
    STEP(inner_takes, "the next poll of the inner future takes {duration}", ARG(duration, DURATION))                          \
    STEP(park, "the driver parks for {duration}, with nothing else to do", ARG(duration, DURATION))                           \
    STEP(advance, "the clock goes on by {duration}", ARG(duration, DURATION))                                                 \
    STEP(advance_elsewhere, "the other runtime's clock goes on by {duration}", ARG(duration, DURATION))                       \
    STEP(held_elsewhere, "the timers in the other runtime's driver", )                                                        \
    STEP(end_elsewhere, "the other runtime is dropped", )                                                                     \
    STEP(seen, "the timers that the inner future saw in the driver, when it was polled last", )                               \
    STEP(now, "wf_now()", )                                                                                                   \
    STEP(units, "the units of budget that are left", )                                                                        \
    STEP(waker, "the clones and the wakes of waker {waker}", ARG(waker, WAKER))                                               \
    STEP(clones, "the clones of wakers that are alive", )                                                                     \
    STEP(held, "the timers in the driver, and the calls under its lock", )                                                    \
    STEP(shutdown, "the driver is shut down", )                                                                               \
    STEP(crowd,                                                                                                               \
         "{count} sleeps, the i-th of i * 7919 % {count} ms, are polled; of each ten the third is dropped, the fourth reset", \
         ARG(count, CROWD))                                                                                                   \
    STEP(crowd_now, "how many of the crowd were woken", )                                                                     \
    STEP(crowd_end, "the crowd is dropped", )                                                                                 \
    STEP(flood, "{count} sleeps of 1 ms are polled; when the first one is woken, it {what}",                                  \
         ARG(count, FLOODED) ARG(what, FLOOD))                                                                                \
    STEP(flood_now, "how many of the flood were woken", )                                                                     \
    STEP(flood_end, "the flood is dropped", )                                                                                 \
    STEP(storm,                                                                                                               \
         "a thread moves the clock, while another one builds, polls, resets and drops {rounds} sleeps",                       \
         ARG(rounds, ROUNDS))                                                                                                 \
    STEP(real, "wf_current_thread_block_on() of a sleep of {ms} ms, by the real clock", ARG(ms, REAL_MS))                     \
    STEP(workers,                                                                                                             \
         "{tasks} tasks on {workers} workers sleep, time out, race and are aborted, by the real clock",                       \
         ARG(workers, WORKERS) ARG(tasks, CREW))

/** Events of the scenario "time", beside those of mock_events.h. */
enum time_event {
    EVENT_WOKEN = MOCK_EVENTS, /**< waker, now */
    EVENT_UNDER_LOCK,          /**< a waker is cloned, woken or dropped while the driver's lock is held */
};

#define LAB_STEPS(STEP, ARG) WHEEL_STEPS(STEP, ARG) TIME_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

#endif
