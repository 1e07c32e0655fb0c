/**
 * @file models_readiness.c
 * @brief Models of lab 08's waiters: the reactor tells events on one thread of what waiters on others poll, clear and drop.
 *
 * What an owner drops is written over, so a thread that comes to it late is a race. The readiness itself is written over when both
 * threads are through. Models of the word alone are in models_word.c.
 */
#include "models.h"

#include <string.h>

#include "weft/detail/readiness.h"

static pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER; /* it outlives each readiness */

static struct wf_readiness readiness;
static struct wf_waiter waiter, other, idle;
static struct counted first, second, never;
static int message; /* plain: only the readiness orders it */

static void begin(void)
{
    interleave_thread_name("owner");
    wf_readiness_init(&readiness, &lock_of_all);
    interleave_name(&readiness.word, "word");
    interleave_name(readiness.lock, "the readiness's lock");
    interleave_name(&waiter.state, "state", "IDLE", "WAITING", "WOKEN");
    interleave_name(&other.state, "the other's state", "IDLE", "WAITING", "WOKEN");
    wf_waiter_init(&waiter);
    wf_waiter_init(&other);
    (void)new_waker(&first), (void)new_waker(&second);
}

/* All threads are through. */
static void end(void)
{
    wf_waiter_drop(&waiter);
    wf_waiter_drop(&other);
    expect_no_clone(&first);
    expect_no_clone(&second);
    interleave_expect(wf_list_is_empty(&readiness.waiters), "nobody waits", "there is a waiter");
    memset(&readiness, 0, sizeof readiness);
}

static bool is_ready(struct wf_waiter *which, unsigned interest, struct counted *counted)
{
    const struct wf_waker waker = waker_of(counted);
    uint64_t seen = 0;
    bool ready = wf_waiter_poll(which, &readiness, interest, &waker, &seen) == WF_READY;
    interleave_expect(ready == (wf_serves(seen, interest) != 0), "READY where the word serves, and only there",
                      "%s, with a word of bits %u", ready ? "READY" : "PENDING", (unsigned)seen);
    return ready;
}

static void arm(struct wf_waiter *which, unsigned interest, struct counted *counted)
{
    assert(!is_ready(which, interest, counted));
}

/* The poll that was PENDING is not forgotten. */
static void expect_told(bool ready, const struct counted *counted)
{
    interleave_expect(ready || wakes_of(counted) == 1, "the poll that was PENDING has its waker woken, once",
                      "%d wakes", wakes_of(counted));
}

static void *readable(void *arg)
{
    interleave_thread_name("reactor");
    wf_readiness_event(&readiness, WF_READABLE);
    return arg;
}

static void *close_it(void *arg)
{
    interleave_thread_name("reactor");
    wf_readiness_close(&readiness);
    return arg;
}

/* --- an event, and a poll --- */

/* For the second look at the word, under the lock, and for the event's word that is there before the lock is taken. */
MODEL(explore_event_poll, "08.5", "an event comes between a waiter's look and its wait; 2 threads")
{
    begin();
    pthread_t thread = start(readable);
    bool ready = is_ready(&waiter, WF_READABLE, &first);
    pthread_join(thread, NULL);
    expect_told(ready, &first);
    interleave_expect(is_ready(&waiter, WF_READABLE, &first), "READY after the event", "PENDING");
    end();
}

/* It waits, and is polled with another waker while `run` serves it. */
static void poll_meanwhile(void *(*run)(void *arg))
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    pthread_t thread = start(run);
    bool ready = is_ready(&waiter, WF_READABLE, &second);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) + wakes_of(&second) <= 1, "an event wakes a waiter once", "%d wakes",
                      wakes_of(&first) + wakes_of(&second));
    expect_told(ready, &second);
    interleave_expect(is_ready(&waiter, WF_READABLE, &first), "READY afterwards", "PENDING");
    end();
}

/* For the waker that is swapped under the lock, and for the waiter that lies down anew where the event came first. */
MODEL(explore_event_poll_again, "08.4",
      "a waiter is polled with another waker while an event comes; 2 threads")
{
    poll_meanwhile(readable);
}

/* For the waiter that lies down anew where it was woken, and for its old waker, which is the wake's then. The wake may still come when the
 * event was cleared: then it is one for the new wait. */
MODEL(explore_late_wake, "08.5",
      "a waiter's event is cleared, and it waits anew, before the event's wake; 2 threads")
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    pthread_t thread = start(readable);
    wf_readiness_clear(&readiness, wf_readiness_look(&readiness), WF_READABLE);
    bool ready = is_ready(&waiter, WF_READABLE, &second);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) + wakes_of(&second) <= 1, "an event wakes a waiter once", "%d wakes",
                      wakes_of(&first) + wakes_of(&second));
    wf_readiness_event(&readiness, WF_READABLE);
    expect_told(ready, &second);
    interleave_expect(is_ready(&waiter, WF_READABLE, &first), "READY after the event", "PENDING");
    end();
}

/* For one exchange of the word by two events, and for the waiters that an event does not serve. */
MODEL(explore_two_events, "08.4", "two events of different bits, and a waiter for each; 2 threads")
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    arm(&other, WF_WRITABLE, &second);
    wf_waiter_init(&idle);
    (void)new_waker(&never);
    arm(&idle, WF_PRIORITY, &never);
    pthread_t thread = start(readable);
    wf_readiness_event(&readiness, WF_WRITABLE);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) == 1 && wakes_of(&second) == 1, "each waiter is woken by its event",
                      "%d and %d wakes", wakes_of(&first), wakes_of(&second));
    interleave_expect(wakes_of(&never) == 0, "no other waiter is woken", "one is");
    wf_waiter_drop(&idle);
    expect_no_clone(&never);
    uint64_t word = wf_readiness_look(&readiness);
    interleave_expect(word == ((WF_READABLE | WF_WRITABLE) + 2 * WF_READY_TICK), "both bits, and two ticks",
                      "bits %u, tick %u", (unsigned)word, (unsigned)(word / WF_READY_TICK));
    end();
}

/* --- what was written before an event --- */

static void *message_readable(void *arg)
{
    message = 1;
    return readable(arg);
}

/* For the release of the event, and the acquire of the look: of the first one, and of the one under the lock. */
MODEL(explore_event_data, "08.3", "a READY poll sees what was written before the event; 2 threads")
{
    begin();
    pthread_t thread = start(message_readable);
    if (is_ready(&waiter, WF_READABLE, &first))
        assert(message == 1);
    pthread_join(thread, NULL);
    end();
}

/* --- an event, and a clear --- */

/* For the tick that the clear compares, as in explore_event_clear, with a wait behind the clear. */
MODEL(explore_event_clear_poll, "08.5",
      "an event comes while an older one is cleared, then waited for; 2 threads")
{
    begin();
    wf_readiness_event(&readiness, WF_READABLE);
    uint64_t seen = wf_readiness_look(&readiness);
    pthread_t thread = start(readable);
    wf_readiness_clear(&readiness, seen, WF_READABLE);
    bool ready = is_ready(&waiter, WF_READABLE, &first);
    pthread_join(thread, NULL);
    expect_told(ready, &first);
    interleave_expect(is_ready(&waiter, WF_READABLE, &first), "the newer event has survived", "it is gone");
    end();
}

/* --- a drop --- */

/* It waits, and is dropped, and its memory used again, while `run` serves it. */
static void drop_meanwhile(void *(*run)(void *arg))
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    pthread_t thread = start(run);
    wf_waiter_drop(&waiter);
    memset(&waiter, 0x5a, sizeof waiter);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&first));
    wf_waiter_init(&waiter);
    end();
}

/* For the look at the state under the lock, for the store of WOKEN that comes last, and for what it publishes. */
MODEL(explore_event_drop, "08.6",
      "a waiter is dropped, and its memory used again, while an event comes; 2 threads")
{
    drop_meanwhile(readable);
}

/* For the drop in a READY poll: the event is in the word before its wake comes to the list. */
MODEL(explore_event_ready, "08.6",
      "a waiter is READY, and its memory used again, before the event's wake; 2 threads")
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    pthread_t thread = start(readable);
    if (is_ready(&waiter, WF_READABLE, &first)) {
        memset(&waiter, 0x5a, sizeof waiter);
        pthread_join(thread, NULL);
        wf_waiter_init(&waiter);
    } else {
        pthread_join(thread, NULL);
        expect_told(false, &first);
    }
    end();
}

/* For the list of the waiters that are served: its nodes are the owners', and guarded by the lock, until they are WOKEN. */
MODEL(explore_event_drop_of_two, "08.6",
      "the second of two waiters is dropped while both are woken; 2 threads")
{
    begin();
    arm(&waiter, WF_READABLE, &first);
    arm(&other, WF_READABLE, &second);
    pthread_t thread = start(readable);
    wf_waiter_drop(&other);
    memset(&other, 0x5a, sizeof other);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) == 1, "the other waiter is woken", "%d wakes", wakes_of(&first));
    interleave_expect(wakes_of(&second) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&second));
    wf_waiter_init(&other);
    end();
}

enum { BATCH = WF_WAKE_AT_ONCE };
static struct wf_waiter crowd[BATCH];
static struct counted crowd_wakes;

static void arm_crowd(void)
{
    begin();
    (void)new_waker(&crowd_wakes);
    for (int i = 0; i < BATCH; i++) {
        wf_waiter_init(&crowd[i]);
        arm(&crowd[i], WF_READABLE, &crowd_wakes);
    }
    arm(&waiter, WF_READABLE, &first);
}

/* For the waiters behind the first batch: what is served and not WOKEN yet is in a list still, and leaves it under the lock. */
MODEL(explore_drop_next_batch, "08.6",
      "a waiter behind the first batch is dropped while all are woken; 2 threads", .steps_max = 4000)
{
    arm_crowd();
    pthread_t thread = start(readable);
    wf_waiter_drop(&waiter);
    memset(&waiter, 0x5a, sizeof waiter);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&first));
    expect_no_clone(&crowd_wakes);
    wf_waiter_init(&waiter);
    end();
}

static void *drop_when_woken(void *arg)
{
    interleave_thread_name("waiter");
    wait_for_wake(&crowd_wakes);
    wf_waiter_drop(&waiter);
    memset(&waiter, 0x5a, sizeof waiter);
    return arg;
}

/* For the waiter that keeps the lock's address and not the readiness's: the task that the first batch wakes drops a waiter behind that
 * batch, while the close goes on, and perhaps when the readiness is gone. */
MODEL(explore_close_next_batch, "08.8",
      "a source is closed and gone, a task that it woke drops one more waiter; 2 threads", .steps_max = 4000)
{
    arm_crowd();
    pthread_t thread = start(drop_when_woken);
    wf_readiness_close(&readiness);
    memset(&readiness, 0x5a, sizeof readiness);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&first));
    expect_no_clone(&first);
    expect_no_clone(&crowd_wakes);
}

/* --- another readiness, with another lock --- */

static pthread_mutex_t lock_of_others = PTHREAD_MUTEX_INITIALIZER;
static struct wf_readiness elsewhere;

static void *readable_elsewhere(void *arg)
{
    interleave_thread_name("reactor");
    wf_readiness_event(&elsewhere, WF_READABLE);
    return arg;
}

/* For the lock, which is that of what it waits for now. */
MODEL(explore_drop_elsewhere, "08.6",
      "a waiter that was woken waits for another readiness, and is dropped while an event comes; 2 threads")
{
    begin();
    const struct wf_waker waker = waker_of(&second);
    uint64_t seen = 0;
    wf_readiness_init(&elsewhere, &lock_of_others);
    arm(&waiter, WF_READABLE, &first);
    (void)readable(NULL);
    assert(wf_waiter_poll(&waiter, &elsewhere, WF_READABLE, &waker, &seen) == WF_PENDING);
    pthread_t thread = start(readable_elsewhere);
    wf_waiter_drop(&waiter);
    memset(&waiter, 0x5a, sizeof waiter);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&second) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&second));
    wf_waiter_init(&waiter);
    end();
}

/* --- a close --- */

/* For the second look, as in explore_event_poll_again: a closed source is one more thing to see. */
MODEL(explore_close_poll, "08.8",
      "a waiter is polled with another waker while the source is closed; 2 threads")
{
    poll_meanwhile(close_it);
}

/* As explore_event_drop. */
MODEL(explore_close_drop, "08.8",
      "a waiter is dropped, and its memory used again, while the source is closed; 2 threads")
{
    drop_meanwhile(close_it);
}

/* For the bits that no clear takes away, whatever it is given, and for the exchange. */
MODEL(explore_close_clear, "08.8", "all is cleared while the source is closed; 2 threads")
{
    begin();
    arm(&waiter, WF_PRIORITY, &first);
    wf_readiness_event(&readiness, WF_READABLE);
    pthread_t thread = start(close_it);
    wf_readiness_clear(&readiness, wf_readiness_look(&readiness), ~0u);
    bool ready = is_ready(&waiter, WF_PRIORITY, &first);
    pthread_join(thread, NULL);
    expect_told(ready, &first);
    interleave_expect(is_ready(&waiter, WF_PRIORITY, &first), "READY once it is closed", "PENDING");
    end();
}
