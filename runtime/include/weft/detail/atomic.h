/**
 * @file detail/atomic.h
 * @brief C11 atomics, each named by its order.
 *
 * Plain C11 atomics behind names that state the order, so that no site falls back to sequential
 * consistency by silence. They are macros over the type-generic C11 operations, so a tool that reports a
 * site reports the line that used them. C++ sees the same layout and only what the inline functions of
 * public headers need.
 *
 * Each use says what it publishes, to whom, and what a weaker order would break.
 */
#ifndef WEFT_DETAIL_ATOMIC_H
#define WEFT_DETAIL_ATOMIC_H

#ifdef __cplusplus

#define WF_ATOMIC(type) type
#define wf_load_relaxed(object) __atomic_load_n((object), __ATOMIC_RELAXED)
#define wf_load_acquire(object) __atomic_load_n((object), __ATOMIC_ACQUIRE)
#define wf_store_relaxed(object, value) __atomic_store_n((object), (value), __ATOMIC_RELAXED)

#else

#include <stdatomic.h>

/** An object of `type` that several threads may use at once. */
#define WF_ATOMIC(type) _Atomic(type)

/** The value; orders nothing else. */
#define wf_load_relaxed(object) atomic_load_explicit((object), memory_order_relaxed)
/** The value; what its writer released is seen afterwards. */
#define wf_load_acquire(object) atomic_load_explicit((object), memory_order_acquire)
/** Write `value`; orders nothing else. */
#define wf_store_relaxed(object, value) atomic_store_explicit((object), (value), memory_order_relaxed)
/** Write `value`; publishes what this thread wrote before. */
#define wf_store_release(object, value) atomic_store_explicit((object), (value), memory_order_release)
/** Write `value`, return what was there; orders nothing else. */
#define wf_exchange_relaxed(object, value) atomic_exchange_explicit((object), (value), memory_order_relaxed)
/** Write `value`, return what was there; the load half acquires. */
#define wf_exchange_acquire(object, value) atomic_exchange_explicit((object), (value), memory_order_acquire)
/** Write `value`, return what was there; the store half releases. */
#define wf_exchange_release(object, value) atomic_exchange_explicit((object), (value), memory_order_release)
/** Write `value`, return what was there; acquires and releases. */
#define wf_exchange_acq_rel(object, value) atomic_exchange_explicit((object), (value), memory_order_acq_rel)
/** Add, return what was there; orders nothing else. */
#define wf_fetch_add_relaxed(object, value) atomic_fetch_add_explicit((object), (value), memory_order_relaxed)
/** Add, return what was there; releases. */
#define wf_fetch_add_release(object, value) atomic_fetch_add_explicit((object), (value), memory_order_release)
/** Add, return what was there; acquires and releases. */
#define wf_fetch_add_acq_rel(object, value) atomic_fetch_add_explicit((object), (value), memory_order_acq_rel)
/** Subtract, return what was there; releases. */
#define wf_fetch_sub_release(object, value) atomic_fetch_sub_explicit((object), (value), memory_order_release)
/** Subtract, return what was there; acquires and releases. */
#define wf_fetch_sub_acq_rel(object, value) atomic_fetch_sub_explicit((object), (value), memory_order_acq_rel)

/** Exclusive or, return what was there; the load half acquires. */
#define wf_fetch_xor_acquire(object, value) atomic_fetch_xor_explicit((object), (value), memory_order_acquire)
/** Exclusive or, return what was there; acquires and releases. */
#define wf_fetch_xor_acq_rel(object, value) atomic_fetch_xor_explicit((object), (value), memory_order_acq_rel)
/** And, return what was there; acquires and releases. */
#define wf_fetch_and_acq_rel(object, value) atomic_fetch_and_explicit((object), (value), memory_order_acq_rel)

/** Strong compare and exchange, unordered; on failure `*expected` holds what was there. */
#define wf_compare_exchange_relaxed(object, expected, desired)                                               \
    atomic_compare_exchange_strong_explicit((object), (expected), (desired), memory_order_relaxed,           \
                                            memory_order_relaxed)
/** Strong compare and exchange; on success it releases; on failure `*expected` holds what was there, unordered. */
#define wf_compare_exchange_release(object, expected, desired)                                               \
    atomic_compare_exchange_strong_explicit((object), (expected), (desired), memory_order_release,           \
                                            memory_order_relaxed)
/** Strong compare and exchange; on failure `*expected` holds what was there, read with acquire. */
#define wf_compare_exchange_acquire(object, expected, desired)                                               \
    atomic_compare_exchange_strong_explicit((object), (expected), (desired), memory_order_acquire,           \
                                            memory_order_acquire)
/** Strong compare and exchange; on success it acquires and releases; on failure `*expected` is read with acquire. */
#define wf_compare_exchange_acq_rel(object, expected, desired)                                               \
    atomic_compare_exchange_strong_explicit((object), (expected), (desired), memory_order_acq_rel,           \
                                            memory_order_acquire)

#endif
#endif
