/**
 * @file hooks_compiler.c
 * @brief The front end: what a compiler calls for each access under -fsanitize=thread.
 *
 * The code under test is compiled for ThreadSanitizer and linked without its library. So every atomic operation comes
 * here with its memory order, and every plain access to memory that another thread could reach. The names are the
 * compilers'. `site` is the call's own address: the line that made the access.
 */
#include "hooks.h"

#define HOOK __attribute__((visibility("default")))

HOOK void __tsan_init(void);
HOOK void __tsan_func_entry(void *caller);
HOOK void __tsan_func_exit(void);
void __tsan_init(void)
{
}
/* Of the function that calls the hook: this one saves it where its own begins. */
#define CALLERS_FRAME_POINTER (*(const void *const *)__builtin_frame_address(0))
void __tsan_func_entry(void *caller)
{
    if (il_active() && !il->inside)
        INSIDE_UP_TO(frame_begins(CALLERS_FRAME_POINTER, caller, SITE), STACK_USED_PLAIN);
}
void __tsan_func_exit(void)
{
    if (il_active() && !il->inside)
        INSIDE_UP_TO(frame_ends(CALLERS_FRAME_POINTER), STACK_USED_PLAIN);
}

/* --- plain accesses --- */

static void plain(const volatile void *address, size_t size, bool is_write, il_site site)
{
    if (il_active() && !il->inside)
        INSIDE_UP_TO(il_plain(address, size, is_write, site), STACK_USED_PLAIN);
}

#define PLAIN(name, size, is_write)                                                                          \
    HOOK void __tsan_##name(void *address);                                                                  \
    void __tsan_##name(void *address)                                                                        \
    {                                                                                                        \
        plain(address, (size), (is_write), SITE);                                                            \
    }

#define PLAIN_OF_SIZE(size)                                                                                  \
    PLAIN(read##size, size, false)                                                                           \
    PLAIN(write##size, size, true)                                                                           \
    PLAIN(unaligned_read##size, size, false)                                                                 \
    PLAIN(unaligned_write##size, size, true)                                                                 \
    PLAIN(volatile_read##size, size, false)                                                                  \
    PLAIN(volatile_write##size, size, true)                                                                  \
    PLAIN(unaligned_volatile_read##size, size, false)                                                        \
    PLAIN(unaligned_volatile_write##size, size, true)

PLAIN_OF_SIZE(1)
PLAIN_OF_SIZE(2)
PLAIN_OF_SIZE(4)
PLAIN_OF_SIZE(8)
PLAIN_OF_SIZE(16)

#define READ_WRITE(size)                                                                                     \
    HOOK void __tsan_read_write##size(void *address);                                                        \
    void __tsan_read_write##size(void *address)                                                              \
    {                                                                                                        \
        plain(address, (size), false, SITE);                                                                 \
        plain(address, (size), true, SITE);                                                                  \
    }
READ_WRITE(1)
READ_WRITE(2)
READ_WRITE(4)
READ_WRITE(8)
READ_WRITE(16)

HOOK void __tsan_read_range(void *address, size_t size);
HOOK void __tsan_write_range(void *address, size_t size);
void __tsan_read_range(void *address, size_t size) /* a structure, or what is not aligned */
{
    if (il_active() && !il->inside)
        INSIDE_UP_TO(il_read_whole(address, size, SITE), STACK_USED_PLAIN);
}
void __tsan_write_range(void *address, size_t size)
{
    plain(address, size, true, SITE);
}

HOOK void *__tsan_memcpy(void *to, const void *from, size_t size);
HOOK void *__tsan_memmove(void *to, const void *from, size_t size);
HOOK void *__tsan_memset(void *to, int value, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    copied(to, from, size, false, SITE);
    return memcpy(to, from, size);
}
void *__tsan_memmove(void *to, const void *from, size_t size)
{
    copied(to, from, size, true, SITE);
    return memmove(to, from, size);
}
void *__tsan_memset(void *to, int value, size_t size)
{
    plain(to, size, true, SITE);
    return memset(to, value, size);
}

/* --- atomics; the compilers number the orders as access.h does, with flags above --- */

enum { ORDER_BITS = 7 };

#define ATOMIC_RMW(bits, type, name, kind)                                                                   \
    NOTED(__tsan_atomic##bits##_##name)                                                                      \
    HOOK type __tsan_atomic##bits##_##name##_noted(volatile type *object, type operand, int order);          \
    type __tsan_atomic##bits##_##name##_noted(volatile type *object, type operand, int order)                \
    {                                                                                                        \
        uint64_t old = 0;                                                                                    \
        if (!il)                                                                                             \
            engine_start();                                                                                  \
        INSIDE(old = il_rmw(object, sizeof *object, (kind), operand, (enum il_order)(order & ORDER_BITS),    \
                            SITE));                                                                          \
        return (type)old;                                                                                    \
    }

#define ATOMIC_COMPARE_EXCHANGE(bits, type, name, weak)                                                      \
    NOTED(__tsan_atomic##bits##_compare_exchange_##name)                                                     \
    HOOK int __tsan_atomic##bits##_compare_exchange_##name##_noted(                                          \
        volatile type *object, type *expected, type desired, int order, int failure_order);                  \
    int __tsan_atomic##bits##_compare_exchange_##name##_noted(volatile type *object, type *expected,         \
                                                              type desired, int order, int failure_order)    \
    {                                                                                                        \
        bool succeeded = false;                                                                              \
        uint64_t old = 0, wanted = 0;                                                                        \
        if (!il)                                                                                             \
            engine_start();                                                                                  \
        plain(expected, sizeof *expected, false, SITE);                                                      \
        INSIDE(wanted = raw_read(expected, sizeof *expected));                                               \
        INSIDE(old = il_compare_exchange(                                                                    \
                   object, sizeof *object, wanted, desired, (enum il_order)(order & ORDER_BITS),             \
                   (enum il_order)(failure_order & ORDER_BITS), (weak), &succeeded, SITE));                  \
        if (!succeeded) {                                                                                    \
            plain(expected, sizeof *expected, true, SITE);                                                   \
            INSIDE(raw_write(expected, sizeof *expected, old));                                              \
        }                                                                                                    \
        return succeeded;                                                                                    \
    }

#define ATOMIC(bits, type)                                                                                   \
    NOTED(__tsan_atomic##bits##_load)                                                                        \
    HOOK type __tsan_atomic##bits##_load_noted(const volatile type *object, int order);                      \
    type __tsan_atomic##bits##_load_noted(const volatile type *object, int order)                            \
    {                                                                                                        \
        uint64_t value = 0;                                                                                  \
        if (!il)                                                                                             \
            engine_start();                                                                                  \
        INSIDE(value = il_load(object, sizeof *object, (enum il_order)(order & ORDER_BITS), SITE));          \
        return (type)value;                                                                                  \
    }                                                                                                        \
    HOOK void __tsan_atomic##bits##_store(volatile type *object, type value, int order);                     \
    void __tsan_atomic##bits##_store(volatile type *object, type value, int order)                           \
    {                                                                                                        \
        if (!il)                                                                                             \
            engine_start();                                                                                  \
        INSIDE(il_store(object, sizeof *object, value, (enum il_order)(order & ORDER_BITS), SITE));          \
    }                                                                                                        \
    ATOMIC_RMW(bits, type, exchange, IL_EXCHANGE)                                                            \
    ATOMIC_RMW(bits, type, fetch_add, IL_ADD)                                                                \
    ATOMIC_RMW(bits, type, fetch_sub, IL_SUB)                                                                \
    ATOMIC_RMW(bits, type, fetch_and, IL_AND)                                                                \
    ATOMIC_RMW(bits, type, fetch_or, IL_OR)                                                                  \
    ATOMIC_RMW(bits, type, fetch_xor, IL_XOR)                                                                \
    ATOMIC_RMW(bits, type, fetch_nand, IL_NAND)                                                              \
    ATOMIC_COMPARE_EXCHANGE(bits, type, strong, false)                                                       \
    ATOMIC_COMPARE_EXCHANGE(bits, type, weak, true)                                                          \
    NOTED(__tsan_atomic##bits##_compare_exchange_val)                                                        \
    HOOK type __tsan_atomic##bits##_compare_exchange_val_noted(volatile type *object, type expected,         \
                                                               type desired, int order, int failure_order);  \
    type __tsan_atomic##bits##_compare_exchange_val_noted(volatile type *object, type expected,              \
                                                          type desired, int order, int failure_order)        \
    {                                                                                                        \
        bool succeeded = false;                                                                              \
        uint64_t old = 0;                                                                                    \
        if (!il)                                                                                             \
            engine_start();                                                                                  \
        INSIDE(old = il_compare_exchange(                                                                    \
                   object, sizeof *object, expected, desired, (enum il_order)(order & ORDER_BITS),           \
                   (enum il_order)(failure_order & ORDER_BITS), false, &succeeded, SITE));                   \
        return (type)old;                                                                                    \
    }

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

HOOK void __tsan_atomic_thread_fence(int order);
HOOK void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    if (il_active())
        INSIDE(il_fence((enum il_order)(order & ORDER_BITS), SITE));
}
void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

/* --- 16 bytes: named, not explored --- */
/* NOLINTBEGIN(misc-unused-parameters): the signatures are the compilers', and what is refused looks at no argument */

static _Noreturn void refuse_16_bytes(il_site site)
{
    if (!il_active())
        engine_failed("an atomic object of 16 bytes outside of a model");
    unsupported(site, "an atomic object of 16 bytes at %s: only 1, 2, 4 and 8 can be explored. Use a lock",
                where(site));
}

typedef unsigned __int128 wide;
#define WIDE(name, ...)                                                                                      \
    HOOK wide __tsan_atomic128_##name(__VA_ARGS__);                                                          \
    wide __tsan_atomic128_##name(__VA_ARGS__)                                                                \
    {                                                                                                        \
        refuse_16_bytes(SITE);                                                                               \
    }
WIDE(load, const volatile wide *object, int order)
WIDE(exchange, volatile wide *object, wide operand, int order)
WIDE(fetch_add, volatile wide *object, wide operand, int order)
WIDE(fetch_sub, volatile wide *object, wide operand, int order)
WIDE(fetch_and, volatile wide *object, wide operand, int order)
WIDE(fetch_or, volatile wide *object, wide operand, int order)
WIDE(fetch_xor, volatile wide *object, wide operand, int order)
WIDE(fetch_nand, volatile wide *object, wide operand, int order)
WIDE(compare_exchange_val, volatile wide *object, wide expected, wide desired, int order, int failure_order)
HOOK void __tsan_atomic128_store(volatile wide *object, wide value, int order);
void __tsan_atomic128_store(volatile wide *object, wide value, int order)
{
    refuse_16_bytes(SITE);
}
#define WIDE_COMPARE_EXCHANGE(name)                                                                          \
    HOOK int __tsan_atomic128_compare_exchange_##name(volatile wide *object, wide *expected, wide desired,   \
                                                      int order, int failure_order);                         \
    int __tsan_atomic128_compare_exchange_##name(volatile wide *object, wide *expected, wide desired,        \
                                                 int order, int failure_order)                               \
    {                                                                                                        \
        refuse_16_bytes(SITE);                                                                               \
    }
WIDE_COMPARE_EXCHANGE(strong)
WIDE_COMPARE_EXCHANGE(weak)
/* Larger ones go through the compilers' library, with a lock that we would not see. */
#define LARGE(name, ...)                                                                                     \
    HOOK void name(size_t size, __VA_ARGS__);                                                                \
    void name(size_t size, __VA_ARGS__)                                                                      \
    {                                                                                                        \
        refuse_large(size, SITE);                                                                            \
    }

static _Noreturn void refuse_large(size_t size, il_site site)
{
    if (!il_active())
        engine_failed("an atomic object of %zu bytes outside of a model", size);
    unsupported(site, "an atomic object of %zu bytes at %s: only 1, 2, 4 and 8 can be explored. Use a lock",
                size, where(site));
}

LARGE(large_load, void *object, void *value, int order)
LARGE(large_store, void *object, void *value, int order)
LARGE(large_exchange, void *object, void *value, void *old, int order)
HOOK bool large_compare_exchange(size_t size, void *object, void *expected, void *desired, int order,
                                 int failure_order);
bool large_compare_exchange(size_t size, void *object, void *expected, void *desired, int order,
                            int failure_order)
{
    refuse_large(size, SITE);
}
/* NOLINTEND(misc-unused-parameters) */
/* the names that the compilers call cannot be defined in C, where they are built in */
__asm__(".globl __atomic_load\n.set __atomic_load, large_load\n"
        ".globl __atomic_store\n.set __atomic_store, large_store\n"
        ".globl __atomic_exchange\n.set __atomic_exchange, large_exchange\n"
        ".globl __atomic_compare_exchange\n.set __atomic_compare_exchange, large_compare_exchange\n");

/* gcc calls it after an operation on an atomic floating-point number. */
HOOK void __atomic_feraiseexcept(int exceptions);
void __atomic_feraiseexcept(int exceptions)
{
    (void)exceptions;
}
