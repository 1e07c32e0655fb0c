/**
 * @file steps.h
 * @brief The steps and events of lab 08's scenarios: what suite and scenarios agree on.
 *
 * A word is unsigned; as a number of a step it is the signed one of the same bits.
 */
#ifndef WEFT_SUITE_08_STEPS_H
#define WEFT_SUITE_08_STEPS_H

#include <errno.h>

#include "mock_events.h"
#include "step_table.h"
#include "weft/async_fd.h"
#include "weft/error.h"

enum { OBJECTS_MAX = 2, WAITERS_MAX = 17, WAKERS_MAX = 16, SLOTS_MAX = 4, FLOOD_MAX = 5000 };
enum { NO_WAKER = WAKERS_MAX }; /* an empty one */
enum { DESCRIPTORS_MAX = 4, ASYNCS_MAX = 3, TIMES_MAX = 5000 };
enum { CROWD_MAX = 1000, PAIRS_MAX = 90 }; /* a subject may have 256 descriptors */

/** All bits that a word may have. */
enum { ALL_BITS = 127 };

/** What a waker does when it is cloned, woken or dropped next. */
#define MOMENTS(EDGE) EDGE(IN_CLONE, "cloned") EDGE(IN_WAKE, "woken") EDGE(IN_WAKER_DROP, "dropped")
enum { MOMENTS(STEP_EDGE_VALUE) };
#define DEEDS(EDGE)                                                                                          \
    EDGE(DOES_ADD, "an event of bits 1 is written down, and nobody is woken yet")                            \
    EDGE(DOES_EVENT, "an event of bits 1 comes")                                                             \
    EDGE(DOES_EVENT_AND_CLEAR, "an event of bits 1 comes, and is cleared")                                   \
    EDGE(DOES_CLOSE, "the readiness is closed")                                                              \
    EDGE(DOES_CLEAR, "bit 1 is cleared")                                                                     \
    EDGE(DOES_DROP, "the waiter is dropped, and freed")                                                      \
    EDGE(DOES_POLL, "the waiter is polled, for interest 1 and with the last waker")
enum { DEEDS(STEP_EDGE_VALUE) };

/** On which thread: the waker waits until that has done it. */
#define DOERS(EDGE) EDGE(BY_ITSELF, "") EDGE(BY_ANOTHER, ", on another thread, for which it waits")
enum { DOERS(STEP_EDGE_VALUE) };

/** What the flood's acting waker does when it is woken: the first one's, if the step `flood_some` does not say another. */
#define FLOODS(EDGE)                                                                                         \
    EDGE(FLOOD_RESTS, "does nothing")                                                                        \
    EDGE(FLOOD_DROPS, "drops others, all or some")                                                           \
    EDGE(FLOOD_READY, "polls others, all or some, which are READY, and frees them")                          \
    EDGE(FLOOD_AGAIN, "clears, and polls all that are woken again")                                          \
    EDGE(FLOOD_ADDS, "clears, and polls one more for each of the others")                                    \
    EDGE(FLOOD_DEEP, "clears, waits again, and causes the same event, a hundred deep")                       \
    EDGE(FLOOD_EVENT, "causes the same event") EDGE(FLOOD_CLOSES, "closes the readiness")
enum { FLOODS(STEP_EDGE_VALUE) };
enum { FLOOD_DEPTH = 100, FLOOD_WRONG = 1000000 /* more than there are clones */ };

/** How a wait has ended. */
#define ENDED_WAITS(EDGE)                                                                                    \
    EDGE(ENDED_BY_EVENT, "is woken by an event")                                                             \
    EDGE(ENDED_BY_CLOSE, "is woken by a close")                                                              \
    EDGE(ENDED_BY_DROP, "waits, and is dropped")                                                             \
    EDGE(ENDED_READY, "is READY when it was woken") EDGE(ENDED_READY_UNWOKEN, "waits, and is READY unwoken")
enum { ENDED_WAITS(STEP_EDGE_VALUE) ENDED_WAITS_MAX };

/** Futures by number, of any kind. */
#define FUTURES(EDGE) EDGE(A, "A") EDGE(B, "B") EDGE(C, "C") EDGE(D, "D")
enum future { FUTURES(STEP_EDGE_VALUE) FUTURES_MAX };

#define FD_KINDS(EDGE)                                                                                       \
    EDGE(PIPE_READ, "the read end of a pipe")                                                                \
    EDGE(PIPE_WRITE, "the write end of a pipe")                                                              \
    EDGE(SOCKET, "a socket")                                                                                 \
    EDGE(SOCKET_HIGH, "a socket whose number is not below 200")                                              \
    EDGE(CHARACTERS, "a character device")                                                                   \
    EDGE(NOT_OPEN, "a number that is no descriptor")                                                         \
    EDGE(NO_FLAGS, "a descriptor whose flags cannot be set (O_PATH)") EDGE(NEGATIVE, "-1")
enum { FD_KINDS(STEP_EDGE_VALUE) };

/** What its flags are before. */
enum { HAS_NONBLOCK = 1, HAS_APPEND = 2, HAS_CLOEXEC = 4, HAS_ASYNC = 8 };
#define FD_FLAGS(EDGE)                                                                                       \
    EDGE(0, "blocking")                                                                                      \
    EDGE(HAS_NONBLOCK, "non-blocking")                                                                       \
    EDGE(HAS_APPEND | HAS_CLOEXEC, "blocking, O_APPEND, close-on-exec")                                      \
    EDGE(HAS_ASYNC, "blocking, O_ASYNC")                                                                     \
    EDGE(HAS_NONBLOCK | HAS_APPEND | HAS_CLOEXEC, "non-blocking, O_APPEND, close-on-exec")

/** In which runtime something is done: each has a reactor of the scenario's own; or in none. */
#define PLACES(EDGE)                                                                                         \
    EDGE(THIS_RUNTIME, "")                                                                                   \
    EDGE(OTHER_RUNTIME, ", in another runtime, inside of this one") EDGE(NO_RUNTIME, ", in no runtime")
enum { PLACES(STEP_EDGE_VALUE) };

/** What is asked of the task that polls. */
#define REQUESTS(EDGE)                                                                                       \
    EDGE(GOES_ON, "")                                                                                        \
    EDGE(CANCELED, ", after cancellation was asked for")                                                     \
    EDGE(CANCELED_OUTSIDE, ", after cancellation was asked for in the context outside")                      \
    EDGE(CANCELED_ONLY_OUTSIDE, ", after that was asked for in the context outside; nobody can ask here")
enum { REQUESTS(STEP_EDGE_VALUE) REQUESTS_MAX };
/** Of the context outside of that of a poll. */
enum { OUTSIDE_UNITS = 9 };

/** What happens while the call of a wf_fd_io goes on. */
#define MEANWHILES(EDGE)                                                                                     \
    EDGE(NOTHING, "")                                                                                        \
    EDGE(READABLE, "; meanwhile an event of WF_READABLE comes")                                              \
    EDGE(WRITABLE, "; meanwhile an event of WF_WRITABLE comes")                                              \
    EDGE(SHUTDOWN, "; meanwhile the runtime is shut down")                                                   \
    EDGE(CANCELS, "; meanwhile cancellation is asked for")                                                   \
    EDGE(CLEARS, "; meanwhile somebody else clears WF_READABLE")                                             \
    EDGE(CLOSES, "; meanwhile async 0 is closed")                                                            \
    EDGE(RELEASES, "; meanwhile async 0 is released")                                                        \
    EDGE(REOPENS, "; meanwhile async 0 is released, and opened for descriptor 1, which is readable")         \
    EDGE(POLLS_B, "; it polls future B")                                                                     \
    EDGE(EVENT_AND_POLLS_B, "; meanwhile an event of WF_READABLE comes, and it polls future B")
enum { MEANWHILES(STEP_EDGE_VALUE) };

/** How bytes are pumped. */
#define PUMPS(EDGE)                                                                                          \
    EDGE(THROUGH_A_PIPE, "a pipe")                                                                           \
    EDGE(THROUGH_SOCKETS, "a socket, both ways at once")
enum { PUMPS(STEP_EDGE_VALUE) };

/** A structure that is not open. */
#define NEVERS(EDGE) EDGE(FD_IS_NONE, "its fd is -1") EDGE(ALL_ZERO, "all of it is zero")
enum { NEVERS(STEP_EDGE_VALUE) };

#define FD_ENDS(EDGE) EDGE(FDS_CLOSE, "closed") EDGE(FDS_RELEASE, "released")
enum { FD_ENDS(STEP_EDGE_VALUE) };

/** What a task that a close has woken does to one more wait of its own. */
#define CLOSINGS(EDGE) EDGE(CLOSING_POLLS, "polls") EDGE(CLOSING_DROPS, "drops")
enum { CLOSINGS(STEP_EDGE_VALUE) CLOSING_MAX = 97 };
enum { CLOSING_NOT_OPEN = 1, CLOSING_NOT_READY = 2, CLOSING_WOKEN_TWICE = 4, CLOSING_KEPT = 8 };

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    NUMBERS(OBJECT, 0, OBJECTS_MAX - 1)                                                                      \
    TOLD(BITS, tell_bits, 0, 1, 2, 4, 8, 16, 32, 64, ALL_BITS)                                               \
    TOLD(CLEARED, tell_bits, 0, 1, 2, 4, 8, 15, 16, 32, 64, ALL_BITS, 128, 0x80000000, 0xffffffff)           \
    NUMBERS(TICK, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)                                         \
    TOLD(INTEREST, tell_bits, 0, 1, 2, 4, 8, 15)                                                             \
    NUMBERS(WAITER, 0, 1, WAITERS_MAX - 1)                                                                   \
    NUMBERS(WAKER, 0, 1, WAKERS_MAX - 1, NO_WAKER)                                                           \
    NUMBERS(SLOT, 0, SLOTS_MAX - 1)                                                                          \
    WORDS(MOMENT, MOMENTS)                                                                                   \
    WORDS(DEED, DEEDS)                                                                                       \
    WORDS(DOER, DOERS)                                                                                       \
    NUMBERS(FLOODED, 1, 2, 31, 32, 33, 63, 64, 65, FLOOD_MAX)                                                \
    NUMBERS(FLOODED_AT, 0, 1, 31, 32, 33, 63, 64, 65)                                                        \
    WORDS(ENDED_WAIT, ENDED_WAITS)                                                                           \
    WORDS(FLOOD, FLOODS)                                                                                     \
    NUMBERS(DESCRIPTOR, 0, 1, DESCRIPTORS_MAX - 1)                                                           \
    WORDS(FD_KIND, FD_KINDS)                                                                                 \
    WORDS(FD_FLAG, FD_FLAGS)                                                                                 \
    WORDS(NEVER, NEVERS)                                                                                     \
    NUMBERS(ASYNC, 0, 1, ASYNCS_MAX - 1)                                                                     \
    TOLD(OPENED, tell_bits, 0, 1, 2, 3, 4, 8, 15, 16, 32, 64, 17, 128, 0x80000000, 0xffffffff)               \
    TOLD(WANTED, tell_bits, 0, 1, 2, 3, 4, 8, 15, 16, 32, 64, 17, 128, 0x80000000, 0xffffffff)               \
    TOLD(CODE, tell_code, WF_ENOTPOLLABLE, -EBADF, -EEXIST, WF_ENOMEM, -ENOSPC, WF_ECLOSED, -EINVAL)         \
    WORDS(FUTURE, FUTURES)                                                                                   \
    WORDS(PLACE, PLACES)                                                                                     \
    WORDS(REQUEST, REQUESTS)                                                                                 \
    TOLD(UNITS, tell_units, -1, 0, 1, 2, 127, 128)                                                           \
    TOLD(RESULT, tell_code, 0, 1, 65536, INT32_MAX, INT64_C(4294967285), INT64_C(4294967296), INT64_MAX, -1, \
         -EAGAIN, -EINTR, -EPIPE, WF_ECANCELED, WF_ECLOSED, INT32_MIN, INT64_MIN)                            \
    NUMBERS(DRAINED, 0, 1)                                                                                   \
    TOLD(TIMES, tell_times, 0, TIMES_MAX)                                                                    \
    WORDS(MEANWHILE, MEANWHILES)                                                                             \
    WORDS(PUMP, PUMPS)                                                                                       \
    NUMBERS(PIECE, 1, 4096, 65536)                                                                           \
    NUMBERS(PIECES, 16, 500)                                                                                 \
    NUMBERS(WORKERS, 0, 1, 2)                                                                                \
    NUMBERS(COUNT, 1, 10, CROWD_MAX)                                                                         \
    NUMBERS(PAIRS, 1, PAIRS_MAX)                                                                             \
    WORDS(FD_END, FD_ENDS)                                                                                   \
    NUMBERS(CLOSING, 2, 33, 34, 65, CLOSING_MAX)                                                             \
    WORDS(CLOSING_WHAT, CLOSINGS)                                                                            \
    NUMBERS(CLOSED_AT, 1, 31, 32, 33, CLOSING_MAX - 1)                                                       \
    NUMBERS(IS_IO, 0, 1)                                                                                     \
    NUMBERS(ROUNDS, 300, 2000, 20000)

/* --- the scenario "readiness": words and waiters by number --- */

/* Replies:
 *     look        the word
 *     poll        the poll; the word that served
 *     drop        its state
 *     listed      waiters in the list, -1: a waiter of nobody's; their numbers in sequence, each 31 times what was, and the number + 1
 *     states      each waiter's, two bits for each, the first one's lowest; 3: none of enum wf_waiter_state
 *     waker       its clones that are alive; how often it was woken
 *     clones      those of all wakers that are alive
 *     held        clones, wakes and drops of wakers that were made under a lock; whether the library allocated anything
 *     flood       wakes so far, without those of waiters that were dropped or READY in a wake; clones that are alive, and FLOOD_WRONG for
 *                 each wake out of sequence, or call under the lock
 *     lock_gone   its state; clones that are alive
 *     flood_again the same
 *     flood_end   whether a waiter is left; clones that are left, and waits for something else that were woken otherwise than by a close
 *     ping_pong   rounds that were played; of these, payloads that were wrong
 *     drops_storm clones that are left; whether a waiter is
 *     publish     numbers that a look did not show although it saw their event; the word's tick in the end
 *     adders      the word */
#define READINESS_STEPS(STEP, ARG)                                                                           \
    STEP(fresh, "wf_readiness_init(readiness {object})", ARG(object, OBJECT))                                \
    STEP(preset, "readiness {object} has had {tick} events so far", ARG(object, OBJECT) ARG(tick, TICK))     \
    STEP(add, "wf_readiness_add(readiness {object}, {bits})", ARG(object, OBJECT) ARG(bits, BITS))           \
    STEP(wake, "wf_readiness_wake(readiness {object}, {bits})", ARG(object, OBJECT) ARG(bits, BITS))         \
    STEP(event, "wf_readiness_event(readiness {object}, {bits})", ARG(object, OBJECT) ARG(bits, BITS))       \
    STEP(close, "wf_readiness_close(readiness {object})", ARG(object, OBJECT))                               \
    STEP(look, "word {slot} = wf_readiness_look(readiness {object})", ARG(object, OBJECT) ARG(slot, SLOT))   \
    STEP(clear, "wf_readiness_clear(readiness {object}, word {slot}, {bits})",                               \
         ARG(object, OBJECT) ARG(slot, SLOT) ARG(bits, CLEARED))                                             \
    STEP(waiter, "wf_waiter_init(waiter {waiter})", ARG(waiter, WAITER))                                     \
    STEP(poll, "wf_waiter_poll(waiter {waiter}, readiness {object}, {interest}) with waker {waker}",         \
         ARG(waiter, WAITER) ARG(object, OBJECT) ARG(interest, INTEREST) ARG(waker, WAKER))                  \
    STEP(drop, "wf_waiter_drop(waiter {waiter})", ARG(waiter, WAITER))                                       \
    STEP(listed, "the waiters in the list of readiness {object}", ARG(object, OBJECT))                       \
    STEP(states, "the states of the waiters", )                                                              \
    STEP(when, "when waker {waker} is {moment} next, {deed}: waiter {waiter}, readiness {object}{by}",       \
         ARG(waker, WAKER) ARG(moment, MOMENT) ARG(deed, DEED) ARG(object, OBJECT) ARG(waiter, WAITER)       \
             ARG(by, DOER))                                                                                  \
    STEP(publish,                                                                                            \
         "a thread writes {rounds} numbers, and adds an event behind each; two others look, one clears",     \
         ARG(rounds, ROUNDS))                                                                                \
    STEP(adders, "two threads add {rounds} events each, of WF_READABLE and of WF_WRITABLE",                  \
         ARG(rounds, ROUNDS))                                                                                \
    STEP(waker, "the clones and the wakes of waker {waker}", ARG(waker, WAKER))                              \
    STEP(clones, "the clones of wakers that are alive", )                                                    \
    STEP(held, "the calls of wakers that found a lock held", )                                               \
    STEP(lock_gone, "a waiter {waits}; its readiness and the lock are gone; the waiter is dropped",          \
         ARG(waits, ENDED_WAIT))                                                                             \
    STEP(flood_some, "in the next flood number {by} acts, on others alone: {some} from number {from} on",    \
         ARG(by, FLOODED_AT) ARG(from, FLOODED_AT) ARG(some, FLOODED))                                       \
    STEP(flood, "{count} waiters wait for WF_READABLE; an event of it comes; one waker {what}",              \
         ARG(count, FLOODED) ARG(what, FLOOD))                                                               \
    STEP(flood_again, "an event of WF_READABLE comes for those of the flood that wait", )                    \
    STEP(flood_end, "the flood is dropped", )                                                                \
    STEP(ping_pong, "two threads tell each other of {rounds} numbers by events, and sleep in between",       \
         ARG(rounds, ROUNDS))                                                                                \
    STEP(drops_storm,                                                                                        \
         "a thread causes events, while two others build, poll, clear, drop and free {rounds} waiters",      \
         ARG(rounds, ROUNDS))

/* --- the scenario "fd": descriptors in mock reactors, and futures that are polled by hand --- */

/* Replies:
 *     descriptor  0
 *     flags       of FD_FLAGS, or a negated errno
 *     owner       whether it is still the open file that was made
 *     copy_works  bytes that came, of 2; of a socket of 3
 *     open        the status; what the structure says: 1 there is a source, 2 its fd is this one
 *     release     which descriptor it returned; -1: -1, -2: another number. what the structure says, as of open
 *     close_fd    whether it closed a number that is not open; what the structure says
 *     word        of the source; whether there is one
 *     waiting     waiters in its list
 *     raw         the poll; the word that served
 *     poll_future the poll; out
 *     bits        the word that a wf_fd_ready has seen
 *     units       left after the last poll; and in the context outside
 *     closing     waits that were woken once, and READY with WF_ECLOSED then, but for the other one; of CLOSING_...
 *     calls_left  how many of the script were not made */
#define FD_STEPS(STEP, ARG)                                                                                      \
    STEP(descriptor, "descriptor {descriptor} is {kind}, {flags}",                                               \
         ARG(descriptor, DESCRIPTOR) ARG(kind, FD_KIND) ARG(flags, FD_FLAG))                                     \
    STEP(flags, "the flags of descriptor {descriptor}", ARG(descriptor, DESCRIPTOR))                             \
    STEP(owner, "whether descriptor {descriptor} is open still", ARG(descriptor, DESCRIPTOR))                    \
    STEP(copy, "descriptor {descriptor} has a copy, and a byte is on its way", ARG(descriptor, DESCRIPTOR))      \
    STEP(copy_works, "bytes go through the copy of descriptor {descriptor}, which is closed then",               \
         ARG(descriptor, DESCRIPTOR))                                                                            \
    STEP(fails, "the reactor's next watch fails with {code}", ARG(code, CODE))                                   \
    STEP(open, "wf_async_fd_open(async {async}, descriptor {descriptor}, {interest}){place}",                    \
         ARG(async, ASYNC) ARG(descriptor, DESCRIPTOR) ARG(interest, OPENED) ARG(place, PLACE))                  \
    STEP(never, "async {async} has never been opened: {how}", ARG(async, ASYNC) ARG(how, NEVER))                 \
    STEP(close_fd, "wf_async_fd_close(async {async}){place}", ARG(async, ASYNC) ARG(place, PLACE))               \
    STEP(release, "wf_async_fd_release(async {async}){place}", ARG(async, ASYNC) ARG(place, PLACE))              \
    STEP(had_events, "descriptor {descriptor} has had {tick} events so far",                                     \
         ARG(descriptor, DESCRIPTOR) ARG(tick, TICK))                                                            \
    STEP(note, "the reactor notes {bits} of descriptor {descriptor} down, and wakes nobody yet",                 \
         ARG(descriptor, DESCRIPTOR) ARG(bits, BITS))                                                            \
    STEP(tell, "the reactor tells of {bits} of descriptor {descriptor}",                                         \
         ARG(descriptor, DESCRIPTOR) ARG(bits, BITS))                                                            \
    STEP(end, "the runtime is shut down{place}", ARG(place, PLACE))                                              \
    STEP(word, "the word of descriptor {descriptor}", ARG(descriptor, DESCRIPTOR))                               \
    STEP(waiting, "the waiters of descriptor {descriptor}", ARG(descriptor, DESCRIPTOR))                         \
    STEP(raw,                                                                                                    \
         "wf_waiter_poll(a waiter, the readiness of descriptor {descriptor}, {interest}) with waker {waker}",    \
         ARG(descriptor, DESCRIPTOR) ARG(interest, INTEREST) ARG(waker, WAKER))                                  \
    STEP(raw_drop, "wf_waiter_drop(that waiter)", )                                                              \
    STEP(ready, "wf_fd_ready({future}, async {async}, {interest})",                                              \
         ARG(future, FUTURE) ARG(async, ASYNC) ARG(interest, WANTED))                                            \
    STEP(io, "wf_fd_io({future}, async {async}, {interest}, the script's call)",                                 \
         ARG(future, FUTURE) ARG(async, ASYNC) ARG(interest, WANTED))                                            \
    STEP(script, "a call more in the script: it returns {result}, drained {drained}{meanwhile}{times}",          \
         ARG(result, RESULT) ARG(drained, DRAINED) ARG(meanwhile, MEANWHILE) ARG(times, TIMES))                  \
    STEP(forget_script, "the rest of the script is forgotten", )                                                 \
    STEP(calls_left, "the calls of the script that were not made", )                                             \
    STEP(poll_future, "wf_future_poll({future}) with waker {waker}{units}{request}{place}",                      \
         ARG(future, FUTURE) ARG(waker, WAKER) ARG(units, UNITS) ARG(request, REQUEST) ARG(place, PLACE))        \
    STEP(drop_future, "wf_future_drop({future})", ARG(future, FUTURE))                                           \
    STEP(bits, "{future}.seen", ARG(future, FUTURE))                                                             \
    STEP(clear_seen, "wf_async_fd_clear(async {async}, {future}.seen, {bits})",                                  \
         ARG(async, ASYNC) ARG(future, FUTURE) ARG(bits, CLEARED))                                               \
    STEP(polls_in_wake, "when waker {waker} is woken next, {future} is polled with waker 0",                     \
         ARG(waker, WAKER) ARG(future, FUTURE))                                                                  \
    STEP(drops_in_wake, "when waker {waker} is woken next, {future} is dropped, and freed",                      \
         ARG(waker, WAKER) ARG(future, FUTURE))                                                                  \
    STEP(clears_in_drop, "when a clone of waker {waker} is dropped next, all of descriptor 0 is cleared",        \
         ARG(waker, WAKER))                                                                                      \
    STEP(closes_in_wake, "when waker {waker} is woken next, async {async} is closed",                            \
         ARG(waker, WAKER) ARG(async, ASYNC))                                                                    \
    STEP(closing,                                                                                                \
         "{count} futures (wf_fd_io: {io}) wait for descriptor 0, which is {end}; the first one's waker {what} " \
         "number {which}, and frees it",                                                                         \
         ARG(count, CLOSING) ARG(io, IS_IO) ARG(end, FD_END) ARG(what, CLOSING_WHAT) ARG(which, CLOSED_AT))      \
    STEP(units, "the units of budget that are left", )                                                           \
    STEP(fd_clones, "the clones of wakers that are alive", )                                                     \
    STEP(open_numbers, "the numbers that are open, but for the scenario's own", )

/* --- the scenario "real": descriptors of the system, and the reactor on libevent --- */

/* Replies: what went wrong; how often it went right */
#define REAL_STEPS(STEP, ARG)                                                                                \
    STEP(pump, "{pieces} pieces of {piece} bytes go through {pump}, on {workers} workers (0: one thread)",   \
         ARG(pump, PUMP) ARG(piece, PIECE) ARG(pieces, PIECES) ARG(workers, WORKERS))                        \
    STEP(crowd, "{count} futures wait for one pipe; then a byte is written", ARG(count, COUNT))              \
    STEP(giving_up, "{count} waits for one pipe are dropped; one more waits, and a byte is written",         \
         ARG(count, COUNT))                                                                                  \
    STEP(pairs, "{pairs} pipes are waited for; a byte comes through each, the last pipe first",              \
         ARG(pairs, PAIRS))                                                                                  \
    STEP(gone, "{count} waits for one socket, which is {end} on another thread",                             \
         ARG(count, COUNT) ARG(end, FD_END))                                                                 \
    STEP(peers, "the other end of a socket says that it writes no more, then it is closed", )                \
    STEP(counters, "an eventfd and a timerfd are waited for and read, and opened anew, {rounds} times",      \
         ARG(rounds, ROUNDS))                                                                                \
    STEP(storm, "a thread turns the reactor, while two others wait, drop, open and close {rounds} times",    \
         ARG(rounds, ROUNDS))

/** Events of the scenarios, beside those of mock_events.h. */
enum lab_event {
    EVENT_WOKEN = MOCK_EVENTS, /**< waker */
    EVENT_UNDER_LOCK,          /**< a waker is cloned, woken or dropped while a readiness is locked */
    EVENT_WATCHED,             /**< descriptor, interest + reactor << 32 */
    EVENT_UNWATCHED,           /**< descriptor, of UNWATCHED_... */
    EVENT_CALLED,              /**< what the call was given: descriptor, of CALLED_...  */
    EVENT_WAITER_POLLED,       /**< by a waker: future or waiter; the poll, and out << 1 */
};
enum { UNWATCHED_OPEN = 1, UNWATCHED_ALONE = 2, UNWATCHED_THERE = 4 /* by its own reactor */ };
enum { CALLED_WITH_ARG = 1, CALLED_UNDRAINED = 2, CALLED_BEYOND_SCRIPT = 4 };

#define LAB_STEPS(STEP, ARG) READINESS_STEPS(STEP, ARG) FD_STEPS(STEP, ARG) REAL_STEPS(STEP, ARG)
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

#endif
