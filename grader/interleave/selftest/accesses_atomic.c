/**
 * @file accesses_atomic.c
 * @brief Each kind of atomic operation: another thread sees its effect between two loads, and a plain access
 * races with it.
 */
#include <stdbool.h>

#include "accesses.h"

#define RELAXED memory_order_relaxed

/* One operation, `operation` on `object`: between two loads, and against a plain read. */
#define BOTH_WAYS(name, text, type, operation)                                                               \
    static void name##_on(type *object)                                                                      \
    {                                                                                                        \
        operation;                                                                                           \
    }                                                                                                        \
    static type name##_object = 1, name##_raced = 1;                                                         \
    COMES_BETWEEN(name, text, name##_on(&name##_object), atomic_load_explicit(&name##_object, RELAXED))      \
    RACES_WITH_READ(name##_plain, text " against a plain read", LAST_BYTE(name##_raced),                     \
                    name##_on(&name##_raced))

/* All operations on one type of 1, 2, 4 or 8 bytes; `type`_value is the type that is not atomic. */
#define ALL_OF(size, type)                                                                                   \
    BOTH_WAYS(store_##size, "store, " #size " bytes", type, atomic_store_explicit(object, 2, RELAXED))       \
    BOTH_WAYS(exchange_##size, "exchange, " #size " bytes", type,                                            \
              USE(atomic_exchange_explicit(object, 2, RELAXED)))                                             \
    BOTH_WAYS(add_##size, "fetch_add, " #size " bytes", type, atomic_fetch_add_explicit(object, 1, RELAXED)) \
    BOTH_WAYS(sub_##size, "fetch_sub, " #size " bytes", type, atomic_fetch_sub_explicit(object, 1, RELAXED)) \
    BOTH_WAYS(and_##size, "fetch_and, " #size " bytes", type, atomic_fetch_and_explicit(object, 2, RELAXED)) \
    BOTH_WAYS(or_##size, "fetch_or, " #size " bytes", type, atomic_fetch_or_explicit(object, 2, RELAXED))    \
    BOTH_WAYS(xor_##size, "fetch_xor, " #size " bytes", type, atomic_fetch_xor_explicit(object, 3, RELAXED)) \
    BOTH_WAYS(nand_##size, "fetch_nand, " #size " bytes", type,                                              \
              USE(__atomic_fetch_nand((type##_value *)object, 1, __ATOMIC_RELAXED)))                         \
    BOTH_WAYS(strong_##size, "strong compare-exchange, " #size " bytes", type, {                             \
        type##_value expected = 1;                                                                           \
        atomic_compare_exchange_strong_explicit(object, &expected, 2, RELAXED, RELAXED);                     \
    })                                                                                                       \
    BOTH_WAYS(weak_##size, "weak compare-exchange, " #size " bytes", type, {                                 \
        type##_value expected = 1;                                                                           \
        atomic_compare_exchange_weak_explicit(object, &expected, 2, RELAXED, RELAXED);                       \
    })                                                                                                       \
    BOTH_WAYS(operator_##size, "operator += of _Atomic, " #size " bytes", type, *object += 1)                \
    BOTH_WAYS(assign_##size, "assignment to _Atomic, " #size " bytes", type, *object = 2)                    \
    static type load_##size##_raced;                                                                         \
    RACES_WITH_WRITE(load_##size##_plain, "load, " #size " bytes, against a plain write",                    \
                     LAST_BYTE(load_##size##_raced),                                                         \
                     USE(atomic_load_explicit(&load_##size##_raced, RELAXED)))

typedef unsigned char atomic_uchar_value;
typedef unsigned short atomic_ushort_value;
typedef unsigned atomic_uint_value;
typedef unsigned long atomic_ulong_value;

ALL_OF(1, atomic_uchar)
ALL_OF(2, atomic_ushort)
ALL_OF(4, atomic_uint)
ALL_OF(8, atomic_ulong)

BOTH_WAYS(bool_store, "atomic_bool, store", atomic_bool, atomic_store_explicit(object, false, RELAXED))
BOTH_WAYS(bool_exchange, "atomic_bool, exchange", atomic_bool,
          USE(atomic_exchange_explicit(object, false, RELAXED)))

/* --- what begins with something other than 1 --- */

static int target;
static _Atomic(int *) pointer;
COMES_BETWEEN(pointer_store, "atomic pointer, store", atomic_store_explicit(&pointer, &target, RELAXED),
              atomic_load_explicit(&pointer, RELAXED))
static _Atomic(char *) moving;
COMES_BETWEEN(pointer_add, "atomic pointer, fetch_add", atomic_fetch_add_explicit(&moving, 1, RELAXED),
              atomic_load_explicit(&moving, RELAXED))

static _Atomic float real;
COMES_BETWEEN(float_store, "atomic float, store", atomic_store_explicit(&real, 2, RELAXED),
              atomic_load_explicit(&real, RELAXED))
static _Atomic double big_real;
COMES_BETWEEN(double_add, "atomic double, +=", big_real += 1, atomic_load_explicit(&big_real, RELAXED))

static atomic_flag flag = ATOMIC_FLAG_INIT;
static atomic_flag cleared = ATOMIC_FLAG_INIT;

static void *set_flag(void *arg)
{
    assert(!atomic_flag_test_and_set_explicit(&flag, RELAXED));
    return arg;
}

MODEL(flag_test_and_set, "assertion", "atomic_flag_test_and_set: one of two is second")
{
    run_both(set_flag, set_flag);
}

static void *clear_flag(void *arg)
{
    atomic_flag_clear_explicit(&cleared, RELAXED);
    return arg;
}

static void *test_twice(void *arg)
{
    if (!atomic_flag_test_and_set_explicit(&cleared, RELAXED))
        assert(atomic_flag_test_and_set_explicit(&cleared, RELAXED));
    return arg;
}

MODEL(flag_clear, "assertion", "atomic_flag_clear comes between two test_and_set")
{
    run_both(clear_flag, test_twice);
}

struct pair {
    int first, second;
};
static _Atomic struct pair pair;

static void *change_pair(void *arg)
{
    atomic_store_explicit(&pair, ((struct pair){1, 2}), RELAXED);
    return arg;
}

static void *look_at_pair(void *arg)
{
    struct pair before = atomic_load_explicit(&pair, RELAXED);
    struct pair after = atomic_load_explicit(&pair, RELAXED);
    assert(before.second == after.second);
    return arg;
}

MODEL(struct_8, "assertion", "atomic structure of 8 bytes, load and store")
{
    run_both(change_pair, look_at_pair);
}

static void *exchange_pair(void *arg)
{
    struct pair expected = {0, 0};
    atomic_compare_exchange_strong_explicit(&pair, &expected, ((struct pair){3, 4}), RELAXED, RELAXED);
    return arg;
}

MODEL(struct_8_exchange, "assertion", "atomic structure of 8 bytes, compare-exchange")
{
    run_both(exchange_pair, look_at_pair);
}

/* --- fences: without them, two relaxed accesses let the message be missed --- */

static atomic_int ready;
static int message;

static void *send(void *arg)
{
    message = 1;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&ready, 1, RELAXED);
    return arg;
}

static void *receive(void *arg)
{
    if (atomic_load_explicit(&ready, RELAXED)) {
        atomic_thread_fence(memory_order_acquire);
        assert(message == 1);
    }
    return arg;
}

MODEL(fences, "none", "a release and an acquire fence order plain accesses: no race")
{
    run_both(send, receive);
}

static void *send_to_compiler(void *arg)
{
    message = 1;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&ready, 1, RELAXED);
    return arg;
}

MODEL(fence_of_signal, "data race", "atomic_signal_fence orders nothing between threads")
{
    run_both(send_to_compiler, receive);
}
