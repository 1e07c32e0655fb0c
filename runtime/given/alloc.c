/**
 * @file alloc.c
 * @brief The allocator hook, the live byte count and the injected failure.
 *
 * One of the process-wide states (see runtime/README.md): the allocator, because memory is the process's.
 */
#include "weft/alloc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "weft/detail/atomic.h"
#include "weft/detail/block_cache.h"
#include "weft/detail/debug.h"

static void *malloc_alloc(void *arg, size_t size)
{
    (void)arg;
    return malloc(size);
}

static void malloc_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    (void)size;
    free(memory);
}

#define MALLOC                                                                                               \
    {                                                                                                        \
        malloc_alloc, malloc_free, NULL                                                                      \
    }

const struct wf_allocator wf_malloc = MALLOC;

static struct wf_allocator at_first = MALLOC; /* constant once main() runs */
static struct wf_allocator installed = MALLOC;

static WF_ATOMIC(uint32_t) fail_countdown; /* 0: disarmed; 1: the next allocation fails */

/* --- the allocator of a release ---
 *
 * A build that defines WF_BLOCK_CACHE has the block cache, the others malloc: where labs are graded and tested, a block that is used
 * again at once would hide that it was used after it was freed. For the same reason a release has malloc too where a tool watches
 * the program's memory. A program that wants malloc itself says so by wf_set_allocator(&wf_malloc). */

#ifdef WF_BLOCK_CACHE

extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));
extern void __msan_init(void) __attribute__((weak));

static bool is_watched(void)
{
    const char *preloaded = getenv("LD_PRELOAD"); /* valgrind puts a library of its own there */
    return __asan_init || __tsan_init || __msan_init || (preloaded && strstr(preloaded, "/vgpreload_"));
}

/* Before every other constructor: nothing may be allocated by one allocator and freed by another. */
__attribute__((constructor(101))) static void choose(void)
{
    if (!is_watched())
        at_first = installed = wf_block_cache;
}

#endif

/* --- the count of live bytes ---
 *
 * One counter a thread, so that counting costs a load and a store and no thread waits for another's cache line. A
 * thread that frees what another allocated counts below zero: only the sum means something, modulo 2^64.
 * A counter is never freed: when its thread ends it keeps its count and waits for the next thread.
 *
 * Relaxed throughout: counts, which publish nothing. The thread that compares them has joined the others. */

struct counter {
    WF_ATOMIC(size_t) bytes; /* written by its thread, read by any */
    struct counter *next;    /* of the list of all; constant once it is in it */
    WF_ATOMIC(bool) taken;   /* a thread has it */
};

static WF_ATOMIC(struct counter *) counters; /* only ever grows, at the front */
static struct counter shared;                /* of threads that got no memory: changed by additions */
static __thread struct counter *own_counter;
static pthread_key_t counter_key; /* gives the counter back when its thread ends */
static bool has_key;
static pthread_once_t counter_once = PTHREAD_ONCE_INIT;

static void give_back(void *counter)
{
    own_counter = NULL;
    /* release: the next thread goes on from the count that this one left */
    wf_store_release(&((struct counter *)counter)->taken, false);
}

static void make_key(void)
{
    has_key = pthread_key_create(&counter_key, give_back) == 0;
}

static struct counter *take_counter(void)
{
    /* acquire: pairs with the release below, by which a counter's `next` is seen */
    for (struct counter *counter = wf_load_acquire(&counters); counter; counter = counter->next)
        if (!wf_load_relaxed(&counter->taken) && !wf_exchange_acquire(&counter->taken, true))
            return counter;
    struct counter *counter = calloc(1, sizeof *counter);
    if (!counter)
        return NULL;
    wf_store_relaxed(&counter->taken, true);
    counter->next = wf_load_relaxed(&counters);
    while (!wf_compare_exchange_release(&counters, &counter->next, counter))
        ;
    return counter;
}

static void count_slowly(size_t change)
{
    pthread_once(&counter_once, make_key);
    own_counter = has_key ? take_counter() : NULL; /* without a key nobody would give it back */
    if (!own_counter) {
        wf_fetch_add_relaxed(&shared.bytes, change);
        return;
    }
    pthread_setspecific(counter_key, own_counter);
    wf_store_relaxed(&own_counter->bytes, wf_load_relaxed(&own_counter->bytes) + change);
}

/* Add `change`, which may stand for a negative number. */
static void count(size_t change)
{
    struct counter *counter = own_counter;
    if (WF_LIKELY(counter))
        wf_store_relaxed(&counter->bytes, wf_load_relaxed(&counter->bytes) + change);
    else
        count_slowly(change);
}

size_t wf_live_bytes(void)
{
    size_t sum = wf_load_relaxed(&shared.bytes);
    for (struct counter *counter = wf_load_acquire(&counters); counter; counter = counter->next)
        sum += wf_load_relaxed(&counter->bytes);
    return sum;
}

void wf_set_allocator(const struct wf_allocator *allocator)
{
    installed = allocator ? *allocator : at_first;
}

/* Whether this is the allocation that shall fail. Many threads may count down at once; one of them is told. */
static bool fails_now(void)
{
    uint32_t left = wf_load_relaxed(&fail_countdown);
    while (left && !atomic_compare_exchange_weak_explicit(&fail_countdown, &left, left - 1,
                                                          memory_order_relaxed, memory_order_relaxed))
        ;
    return left == 1;
}

void *wf_alloc(size_t size)
{
    if (WF_UNLIKELY(fails_now()))
        return NULL;
    wf_calls_out("the allocator");
    void *memory = installed.alloc(installed.arg, size);
    if (memory)
        count(size);
    return memory;
}

void wf_free(void *memory, size_t size)
{
    if (!memory)
        return;
    count((size_t)0 - size);
    wf_calls_out("the allocator");
    installed.free(installed.arg, memory, size);
}

uint32_t wf_alloc_fail_at(uint32_t n)
{
    return wf_exchange_relaxed(&fail_countdown, n);
}
