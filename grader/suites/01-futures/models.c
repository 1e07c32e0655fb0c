/**
 * @file models.c
 * @brief Models of lab 01: the thread parker, its wakers, and block_on, in all interleavings.
 *
 * Each is small, and is there for certain orders and steps of the protocol; beside each stands for which. A deadline has
 * passed before the wait for it begins, or is WF_FOREVER: so none is early.
 */
#include "interleave.h"

#include <stdbool.h>

#include "weft/block_on.h"
#include "weft/park.h"

/* What is written before an unpark. Relaxed or plain: the unpark alone has to publish it. Fences would order what is relaxed, so
 * what must be carried is plain where a park is known to come after the unpark. */
static int datum;
static atomic_int first, second;
static struct interleave_mark second_returned;
static struct wf_park *parker;

static void begin(void)
{
    interleave_thread_name("owner");
    parker = wf_thread_parker_new();
    assert(parker);
}

static pthread_t start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

static void end(pthread_t thread)
{
    pthread_join(thread, NULL);
}

/* --- park and unpark --- */

static void *write_and_unpark(void *arg)
{
    interleave_thread_name("unparker");
    datum = 42;
    wf_unpark(parker);
    return arg;
}

/*
 * 2 threads, one park and one unpark. Orders: release of the permit, acquire where it is taken. Steps: the
 * announcement by compare-exchange, the permit by exchange, the lock before the signal, the look at the permit
 * before each wait and after each wake-up of the condition variable.
 */
MODEL(explore_unpark, "01.17", "a park that returns has seen what was written before the unpark; 2 threads")
{
    begin();
    pthread_t unparker = start(write_and_unpark, NULL);
    interleave_expect(wf_park(parker, WF_FOREVER) == WF_PARK_WOKEN,
                      "a park without a deadline returns WF_PARK_WOKEN", "it returned another answer");
    interleave_expect(datum == 42, "the park sees what was written before the unpark",
                      "it reads %d instead of 42", datum);
    end(unparker);
    wf_thread_parker_drop(parker);
}

/* A park with this deadline, then one that sleeps. The one unpark is taken by one of the two, and by one only. */
static void park_twice(uint64_t deadline_ns)
{
    begin();
    pthread_t unparker = start(write_and_unpark, NULL);
    if (wf_park(parker, deadline_ns) == WF_PARK_TIMED_OUT)
        interleave_expect(wf_park(parker, WF_FOREVER) == WF_PARK_WOKEN,
                          "a park without a deadline returns WF_PARK_WOKEN", "it returned another answer");
    interleave_expect(datum == 42, "the park sees what was written before the unpark",
                      "it reads %d instead of 42", datum);
    end(unparker);
    interleave_expect(wf_park(parker, 0) == WF_PARK_TIMED_OUT,
                      "one unpark ends one park: the next has no permit and times out",
                      "it returned another answer");
    wf_thread_parker_drop(parker);
}

/* 2 threads. Steps: a turn that does not sleep takes the permit with the same orders, and leaves none behind. */
MODEL(explore_turn, "01.16", "one unpark ends a turn or the park after it, not both; 2 threads")
{
    park_twice(0);
}

/*
 * 2 threads. The deadline passes while the unpark comes. Orders: acquire of the exchange that ends the wait. Steps: it is an
 * exchange, which finds a permit that came since the last look.
 */
MODEL(explore_time_out, "01.18", "a permit that comes when the deadline passes is taken or kept; 2 threads")
{
    park_twice(1);
}

static void *set_and_unpark(void *arg)
{
    atomic_int *flag = arg;
    interleave_thread_name(flag == &first ? "unparker 1" : "unparker 2");
    if (flag == &second)
        datum = 42;
    atomic_store_explicit(flag, 1, memory_order_relaxed);
    wf_unpark(parker);
    if (flag == &second)
        interleave_mark(&second_returned);
    return arg;
}

static void park_until_both(void)
{
    while (!atomic_load_explicit(&first, memory_order_relaxed) ||
           !atomic_load_explicit(&second, memory_order_relaxed)) {
        bool reads = interleave_is_marked(&second_returned);
        interleave_expect(wf_park(parker, WF_FOREVER) == WF_PARK_WOKEN,
                          "a park without a deadline returns WF_PARK_WOKEN", "it returned another answer");
        if (reads)
            interleave_expect(datum == 42, "a park after the second unpark sees what was written before it",
                              "it reads %d instead of 42", datum);
    }
}

/*
 * 3 threads. Two unparks may be one permit: then the owner must see both flags after it, so the second unpark
 * has to write even where it finds a permit. No fence stands for the write.
 */
MODEL(explore_two_unparks, "01.16", "of two unparks that are one permit, both are heard; 3 threads")
{
    begin();
    interleave_name(&second_returned, "the unpark of unparker 2 has returned");
    pthread_t one = start(set_and_unpark, &first);
    pthread_t two = start(set_and_unpark, &second);
    park_until_both();
    end(one);
    end(two);
    wf_thread_parker_drop(parker);
}

static void *set_and_unpark_twice(void *arg)
{
    set_and_unpark(&first);
    set_and_unpark(&second);
    return arg;
}

/* 2 threads, two unparks in a row: the parker is used again, after any mix of permits and sleeps. */
MODEL(explore_parks_in_a_row, "01.16", "a parker is as new after each park; 2 threads")
{
    begin();
    pthread_t unparker = start(set_and_unpark_twice, NULL);
    park_until_both();
    end(unparker);
    wf_thread_parker_drop(parker);
}

/* --- wakers --- */

static void *clone_and_drop(void *arg)
{
    struct wf_waker *waker = arg;
    struct wf_waker clone = wf_waker_clone(waker);
    wf_waker_drop(waker);
    wf_waker_drop(&clone);
    return arg;
}

/*
 * 3 threads: two that clone and drop, and the owner. The last of them frees, and finds the others' use over.
 * Orders: acq_rel of the count. Steps: the count is changed by read-modify-writes.
 */
MODEL(explore_references, "01.19", "the parker is freed with the last of its references; 3 threads")
{
    begin();
    struct wf_waker one = wf_thread_parker_waker(parker), two = wf_waker_clone(&one);
    pthread_t first_thread = start(clone_and_drop, &one), second_thread = start(clone_and_drop, &two);
    wf_thread_parker_drop(parker);
    end(first_thread);
    end(second_thread);
}

static void *wake_it(void *arg)
{
    interleave_thread_name("waker");
    datum = 42;
    wf_waker_wake(arg);
    return arg;
}

/*
 * 2 threads: a wake by value ends the park, and may be all that is left of the parker while it still signals.
 */
MODEL(explore_wake, "01.27", "a waker outlives the owner that it wakes; 2 threads")
{
    begin();
    struct wf_waker waker = wf_thread_parker_waker(parker);
    pthread_t thread = start(wake_it, &waker);
    interleave_expect(wf_park(parker, WF_FOREVER) == WF_PARK_WOKEN,
                      "a park without a deadline returns WF_PARK_WOKEN", "it returned another answer");
    interleave_expect(datum == 42, "the park sees what was written before the unpark",
                      "it reads %d instead of 42", datum);
    wf_thread_parker_drop(parker);
    end(thread);
}

/* --- block_on --- */

/*
 * A future whose first poll starts a thread that will wake it. It is READY in its second poll, which only a
 * wake causes.
 */
struct woken {
    struct wf_future future;
    void *(*run)(void *arg);
    pthread_t thread;
    struct wf_waker waker;
    int polls;
    int out;
};

static enum wf_poll woken_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct woken *self = (struct woken *)future;
    if (self->polls++ > 0) {
        self->out = datum;
        return WF_READY;
    }
    self->waker = wf_waker_clone(cx->waker);
    self->thread = start(self->run, &self->waker);
    return WF_PENDING;
}

static const struct wf_future_ops woken_ops = {.name = "woken", .poll = woken_poll, WF_FRAME(struct woken)};

static void block_on_woken(void *(*run)(void *arg))
{
    interleave_thread_name("block_on");
    struct woken woken = {.future = {.ops = &woken_ops}, .run = run};
    interleave_expect(wf_block_on(&woken.future) == 0, "block_on returns 0", "it returned another answer");
    interleave_expect(woken.polls == 2 && woken.out == 42,
                      "block_on polls twice, at once and after the wake, and the future becomes READY with 42",
                      "there were %d polls, and the output is %d", woken.polls, woken.out);
    end(woken.thread);
}

/*
 * 2 threads. The wake comes during the first poll, before the sleep or in it: the second poll sees what was
 * written before it. By value: the waker may be the last reference.
 */
MODEL(explore_block_on, "01.22",
      "a wake during or after a poll leads to another, which sees what was written; 2 threads")
{
    block_on_woken(wake_it);
}

static void *wake_twice(void *arg)
{
    interleave_thread_name("waker");
    datum = 42;
    wf_waker_wake_by_ref(arg);
    wf_waker_wake(arg);
    return arg;
}

/* 2 threads. The second wake may come after block_on returned: the parker is on the heap, and counted. */
MODEL(explore_late_wake, "01.25", "a waker that is woken after block_on has returned does no harm; 2 threads")
{
    block_on_woken(wake_twice);
}

/* A future that two threads wake, which its first poll starts: READY once a poll has seen what both wrote. */
struct both {
    struct wf_future future;
    pthread_t threads[2];
    struct errand {
        struct wf_waker waker;
        atomic_int *flag;
    } errands[2];
    int polls;
    int out;
};

static void *set_and_wake(void *arg)
{
    struct errand *errand = arg;
    interleave_thread_name(errand->flag == &first ? "waker 1" : "waker 2");
    atomic_store_explicit(errand->flag, 1, memory_order_relaxed);
    wf_waker_wake(&errand->waker);
    return arg;
}

static enum wf_poll both_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct both *self = (struct both *)future;
    for (int i = 0; self->polls == 0 && i < 2; i++) {
        self->errands[i] = (struct errand){wf_waker_clone(cx->waker), i == 0 ? &first : &second};
        self->threads[i] = start(set_and_wake, &self->errands[i]);
    }
    self->polls++;
    bool seen = atomic_load_explicit(&first, memory_order_relaxed) &&
                atomic_load_explicit(&second, memory_order_relaxed);
    return seen ? WF_READY : WF_PENDING;
}

static const struct wf_future_ops both_ops = {.name = "both", .poll = both_poll, WF_FRAME(struct both)};

/* 3 threads. Two wakes are one poll or two; that poll, or the second, sees what both wakers wrote. */
MODEL(explore_two_wakes, "01.21", "of two wakes none is lost, and there is no poll without one; 3 threads")
{
    interleave_thread_name("block_on");
    struct both both = {.future = {.ops = &both_ops}};
    interleave_expect(wf_block_on(&both.future) == 0, "block_on returns 0", "it returned another answer");
    interleave_expect(both.polls <= 3, "two wakes are followed by two polls at most",
                      "there were %d polls, the first included", both.polls);
    end(both.threads[0]);
    end(both.threads[1]);
}
