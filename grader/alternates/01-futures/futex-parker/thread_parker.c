/**
 * @file thread_parker.c
 * @brief A parker that is one word, on which the thread sleeps with a futex.
 *
 *     1   a permit is stored
 *     0   nobody sleeps, no permit
 *    -1   the owner sleeps, or is about to
 *
 * park counts the word down: from 1 to 0 it has taken the permit, from 0 to -1 it has announced its sleep.
 * unpark exchanges it for 1, and calls the kernel only where it found -1. The kernel puts the owner to sleep
 * only if the word is still -1, looked at under its own lock; so a wake cannot fall between.
 */
#include "weft/park.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/detail/atomic.h"

enum { SLEEPER = -1, NOTHING = 0, PERMIT = 1 };

struct thread_parker {
    struct wf_park park; /* first: the parker is a park */
    WF_ATOMIC(int) word;
    WF_ATOMIC(uint32_t) references;
};

/* Sleep while the word says SLEEPER. False: the deadline passed. A deadline for the bitset form is absolute. */
static bool sleep_on_word(struct thread_parker *self, uint64_t deadline_ns)
{
    const struct timespec deadline = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    long result = syscall(SYS_futex, &self->word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, SLEEPER,
                          deadline_ns == WF_FOREVER ? NULL : &deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    return !(result == -1 && errno == ETIMEDOUT);
}

static enum wf_parked parker_park(struct wf_park *park, uint64_t deadline_ns)
{
    struct thread_parker *self = (struct thread_parker *)park;
    /* acquire: pairs with the release in unpark, where there was a permit */
    if (atomic_fetch_sub_explicit(&self->word, 1, memory_order_acquire) == PERMIT)
        return WF_PARK_WOKEN;
    bool time_left = true;
    while (time_left) {
        time_left = sleep_on_word(self, deadline_ns);
        int expected = PERMIT;
        if (wf_compare_exchange_acquire(&self->word, &expected, NOTHING))
            return WF_PARK_WOKEN;
        /* woken without a permit: by a signal, or for no reason */
    }
    /* An unpark may have come since: the exchange takes its permit. */
    return wf_exchange_acquire(&self->word, NOTHING) == PERMIT ? WF_PARK_WOKEN : WF_PARK_TIMED_OUT;
}

static void parker_unpark(struct wf_park *park)
{
    struct thread_parker *self = (struct thread_parker *)park;
    /* release: publishes what this thread did before, to the park that takes the permit */
    if (wf_exchange_release(&self->word, PERMIT) == SLEEPER)
        (void)syscall(SYS_futex, &self->word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

static const struct wf_park_ops parker_ops = {
    .name = "futex parker",
    .park = parker_park,
    .unpark = parker_unpark,
    .drop = wf_thread_parker_drop,
};

struct wf_park *wf_thread_parker_new(void)
{
    struct thread_parker *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct thread_parker){.park = {&parker_ops}, .word = NOTHING, .references = 1};
    return &self->park;
}

void wf_thread_parker_drop(struct wf_park *parker)
{
    struct thread_parker *self = (struct thread_parker *)parker;
    /* acq_rel: the last one frees after all that the others did with it */
    if (wf_fetch_sub_acq_rel(&self->references, 1) == 1)
        wf_free(self, sizeof *self);
}

/* --- the waker: its datum is the parker, and each waker holds one reference --- */

static void *waker_clone(void *data)
{
    struct thread_parker *self = data;
    /* relaxed: the reference that is cloned keeps the parker alive */
    wf_fetch_add_relaxed(&self->references, 1);
    return self;
}

static void waker_wake_by_ref(void *data)
{
    struct thread_parker *self = data;
    wf_unpark(&self->park);
}

static void waker_drop(void *data)
{
    struct thread_parker *self = data;
    wf_thread_parker_drop(&self->park);
}

static void waker_wake(void *data)
{
    waker_wake_by_ref(data);
    waker_drop(data); /* last: the wake still uses the word */
}

static const struct wf_waker_ops waker_ops = {
    .clone = waker_clone,
    .wake = waker_wake,
    .wake_by_ref = waker_wake_by_ref,
    .drop = waker_drop,
};

struct wf_waker wf_thread_parker_waker(struct wf_park *parker)
{
    const struct wf_waker borrowed = {&waker_ops, parker};
    return wf_waker_clone(&borrowed);
}
