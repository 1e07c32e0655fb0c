/**
 * @file fences.c
 * @brief What ThreadSanitizer is told of atomic operations where a submission has fences, which it does not understand.
 *
 * A release fence makes releases of the stores that follow it, an acquire fence acquires of the loads before it. So each
 * operation counts as both, as far as it can. That orders whatever a fence could order, and more: a race that is
 * reported is one, and an order that is too weak is not seen. The linker's option --wrap sends the calls here.
 */
#include <stdbool.h>
#include <stdint.h>

enum { ACQUIRE = 2, RELEASE = 3, ACQ_REL = 4 }; /* as the compiler numbers them */

/* A jump, not a call: a report names the place that calls, and that shall be the submission's. */
#ifdef __clang__ /* which only looks at this file */
#define PASSED_ON
#else
#define PASSED_ON                                                                                            \
    __attribute__((no_sanitize_thread, optimize("omit-frame-pointer", "optimize-sibling-calls")))
#endif

#define STRONGER(order, least) ((order) > (least) ? (order) : (least))

#define RMW(bits, type, name)                                                                                \
    type __real___tsan_atomic##bits##_##name(volatile type *object, type operand, int order);                \
    PASSED_ON type __wrap___tsan_atomic##bits##_##name(volatile type *object, type operand, int order);      \
    PASSED_ON type __wrap___tsan_atomic##bits##_##name(volatile type *object, type operand, int order)       \
    {                                                                                                        \
        return __real___tsan_atomic##bits##_##name(object, operand, STRONGER(order, ACQ_REL));               \
    }

#define COMPARE_EXCHANGE(bits, type, result, name, expected_type)                                            \
    result __real___tsan_atomic##bits##_compare_exchange_##name(                                             \
        volatile type *object, expected_type expected, type desired, int order, int failure_order);          \
    PASSED_ON result __wrap___tsan_atomic##bits##_compare_exchange_##name(                                   \
        volatile type *object, expected_type expected, type desired, int order, int failure_order);          \
    PASSED_ON result __wrap___tsan_atomic##bits##_compare_exchange_##name(                                   \
        volatile type *object, expected_type expected, type desired, int order, int failure_order)           \
    {                                                                                                        \
        return __real___tsan_atomic##bits##_compare_exchange_##name(                                         \
            object, expected, desired, STRONGER(order, ACQ_REL), STRONGER(failure_order, ACQUIRE));          \
    }

#define ATOMIC(bits, type)                                                                                   \
    type __real___tsan_atomic##bits##_load(const volatile type *object, int order);                          \
    PASSED_ON type __wrap___tsan_atomic##bits##_load(const volatile type *object, int order);                \
    PASSED_ON type __wrap___tsan_atomic##bits##_load(const volatile type *object, int order)                 \
    {                                                                                                        \
        return __real___tsan_atomic##bits##_load(object, STRONGER(order, ACQUIRE));                          \
    }                                                                                                        \
    void __real___tsan_atomic##bits##_store(volatile type *object, type value, int order);                   \
    PASSED_ON void __wrap___tsan_atomic##bits##_store(volatile type *object, type value, int order);         \
    PASSED_ON void __wrap___tsan_atomic##bits##_store(volatile type *object, type value, int order)          \
    {                                                                                                        \
        __real___tsan_atomic##bits##_store(object, value, STRONGER(order, RELEASE));                         \
    }                                                                                                        \
    RMW(bits, type, exchange)                                                                                \
    RMW(bits, type, fetch_add)                                                                               \
    RMW(bits, type, fetch_sub)                                                                               \
    RMW(bits, type, fetch_and)                                                                               \
    RMW(bits, type, fetch_or)                                                                                \
    RMW(bits, type, fetch_xor)                                                                               \
    RMW(bits, type, fetch_nand)                                                                              \
    COMPARE_EXCHANGE(bits, type, int, strong, type *)                                                        \
    COMPARE_EXCHANGE(bits, type, int, weak, type *)                                                          \
    COMPARE_EXCHANGE(bits, type, type, val, type)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
ATOMIC(128, unsigned __int128)
