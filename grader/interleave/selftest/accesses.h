/**
 * @file accesses.h
 * @brief How one kind of access is tested: against an access of one byte by another thread, with no order
 * between.
 *
 * The byte is the last one of the object, so that the size must be right too. What is under test is compiled
 * like any code under test; what it is tested against is a plain access of one byte, and that kind is the
 * first of all.
 */
#ifndef SELFTEST_ACCESSES_H
#define SELFTEST_ACCESSES_H

#include "../interleave.h"

/** The value counts as used: the compiler must read it. */
#define USE(value)                                                                                           \
    do {                                                                                                     \
        __typeof__(value) used_ = (value);                                                                   \
        __asm__ volatile("" : : "r"(&used_) : "memory");                                                     \
    } while (0)

/** The pointer counts as known to others: the compiler cannot leave out what is written there. */
#define KNOWN(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/** Two threads, from start to end. */
static inline void run_both(void *(*first)(void *), void *(*second)(void *))
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, first, NULL);
    pthread_create(&threads[1], NULL, second, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

/** The last byte of an object. */
#define LAST_BYTE(object) ((unsigned char *)&(object) + sizeof(object) - 1)

/** A model in which `statement` races with a plain write of the byte at `byte`. */
#define RACES_WITH_WRITE(name, text, byte, statement)                                                        \
    static void *name##_under_test(void *arg)                                                                \
    {                                                                                                        \
        statement;                                                                                           \
        return arg;                                                                                          \
    }                                                                                                        \
    static void *name##_writer(void *arg)                                                                    \
    {                                                                                                        \
        *(byte) = 1;                                                                                         \
        KNOWN(byte);                                                                                         \
        return arg;                                                                                          \
    }                                                                                                        \
    MODEL(name, "data race", text)                                                                           \
    {                                                                                                        \
        run_both(name##_under_test, name##_writer);                                                          \
    }

/** A model in which `statement` races with a plain read of the byte at `byte`. */
#define RACES_WITH_READ(name, text, byte, statement)                                                         \
    static void *name##_under_test(void *arg)                                                                \
    {                                                                                                        \
        statement;                                                                                           \
        return arg;                                                                                          \
    }                                                                                                        \
    static void *name##_reader(void *arg)                                                                    \
    {                                                                                                        \
        USE(*(byte));                                                                                        \
        return arg;                                                                                          \
    }                                                                                                        \
    MODEL(name, "data race", text)                                                                           \
    {                                                                                                        \
        run_both(name##_under_test, name##_reader);                                                          \
    }

/** Both: `write` and `read` of a static object of this type. */
#define PLAIN(name, text, type, write, read)                                                                 \
    static type name##_object;                                                                               \
    RACES_WITH_READ(name##_write, text ", written", LAST_BYTE(name##_object), write)                         \
    RACES_WITH_WRITE(name##_read, text ", read", LAST_BYTE(name##_object), read)

/**
 * A model in which `change`, an atomic operation, comes between two loads by another thread: only an
 * interleaving shows it. `load` is an expression.
 */
#define COMES_BETWEEN(name, text, change, load)                                                              \
    static void *name##_changes(void *arg)                                                                   \
    {                                                                                                        \
        change;                                                                                              \
        return arg;                                                                                          \
    }                                                                                                        \
    static void *name##_looks_twice(void *arg)                                                               \
    {                                                                                                        \
        __auto_type before = load;                                                                           \
        __auto_type after = load;                                                                            \
        assert(before == after);                                                                             \
        return arg;                                                                                          \
    }                                                                                                        \
    MODEL(name, "assertion", text)                                                                           \
    {                                                                                                        \
        run_both(name##_changes, name##_looks_twice);                                                        \
    }

/** An access in a function of a header, which the compiler puts into its caller. */
static inline void write_inline(int *object)
{
    *object = 1;
}

/** As above. */
static inline int read_inline(const int *object)
{
    return *object;
}

#endif
