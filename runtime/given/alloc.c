/**
 * @file alloc.c
 * @brief The allocator hook, the live byte count and the injected failure.
 *
 * One of the process-wide states (see runtime/README.md): the allocator, because memory is the process's.
 */
#include "weft/alloc.h"

#include <stdbool.h>
#include <stdlib.h>

#include "weft/detail/atomic.h"

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

static const struct wf_allocator malloc_allocator = {malloc_alloc, malloc_free, NULL};

static struct wf_allocator allocator = {malloc_alloc, malloc_free, NULL};

/* Relaxed throughout: counts, which publish nothing. Who compares them has joined the other threads. */
static WF_ATOMIC(size_t) live_bytes;
static WF_ATOMIC(uint32_t) fail_countdown; /* 0: disarmed; 1: the next allocation fails */

void wf_set_allocator(const struct wf_allocator *replacement)
{
    allocator = replacement ? *replacement : malloc_allocator;
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
    void *memory = allocator.alloc(allocator.arg, size);
    if (memory)
        wf_fetch_add_relaxed(&live_bytes, size);
    return memory;
}

void wf_free(void *memory, size_t size)
{
    if (!memory)
        return;
    wf_fetch_sub_relaxed(&live_bytes, size);
    allocator.free(allocator.arg, memory, size);
}

size_t wf_live_bytes(void)
{
    return wf_load_relaxed(&live_bytes);
}

void wf_alloc_fail_at(uint32_t n)
{
    wf_store_relaxed(&fail_countdown, n);
}
