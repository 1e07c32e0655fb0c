/**
 * @file hooks.h
 * @brief What the front ends have in common: which thread calls, from where, and how the engine is entered.
 */
#ifndef INTERLEAVE_HOOKS_H
#define INTERLEAVE_HOOKS_H

#include <time.h>

#include "engine.h"

/** The line that called the hook: the address before the one it returns to. */
#define SITE ((il_site)((const char *)__builtin_return_address(0) - 1))

/**
 * The hook `name`, whose body is `name_noted`: what a called function must keep is noted in il->registers first, so that two calls
 * can be known to come from the same state of their thread (wait.c).
 */
#if defined(__x86_64__)
#define NOTED(name)                                                                                          \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n"                              \
            "    movq il(%rip), %rax\n    testq %rax, %rax\n    jz 1f\n"                                     \
            "    movq %rbx, (%rax)\n    movq %rbp, 8(%rax)\n    movq %r12, 16(%rax)\n"                       \
            "    movq %r13, 24(%rax)\n    movq %r14, 32(%rax)\n    movq %r15, 40(%rax)\n"                    \
            "    movq %rsp, 48(%rax)\n"                                                                      \
            "1:  jmp " #name "_noted\n.size " #name ", .-" #name "\n");
#elif defined(__aarch64__)
#define NOTED(name)                                                                                          \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\n"                              \
            "    adrp x16, il\n    ldr x16, [x16, :lo12:il]\n    cbz x16, 1f\n"                              \
            "    stp x19, x20, [x16]\n    stp x21, x22, [x16, 16]\n    stp x23, x24, [x16, 32]\n"            \
            "    stp x25, x26, [x16, 48]\n    stp x27, x28, [x16, 64]\n    str x29, [x16, 80]\n"             \
            "    stp d8, d9, [x16, 88]\n    stp d10, d11, [x16, 104]\n    stp d12, d13, [x16, 120]\n"        \
            "    stp d14, d15, [x16, 136]\n    mov x17, sp\n    str x17, [x16, 152]\n"                       \
            "1:  b " #name "_noted\n.size " #name ", .-" #name "\n");
#endif

/** Run engine code for the model: a crash in there is the engine's. What is below this frame belongs to functions that
 * have returned. */
#define INSIDE(call) INSIDE_UP_TO(call, STACK_USED)
#define INSIDE_UP_TO(call, bytes)                                                                            \
    do {                                                                                                     \
        il->inside = true;                                                                                   \
        il->threads[il->current].frames_end = __builtin_frame_address(0);                                    \
        il->threads[il->current].called_at = SITE;                                                           \
        call;                                                                                                \
        if (il->has_loops)                                                                                   \
            stack_clean(bytes);                                                                              \
        il->inside = false;                                                                                  \
    } while (0)

/** The library accesses memory for the model: a crash in there is the model's, where it called. */
#define IN_LIBRARY(call)                                                                                     \
    ({                                                                                                       \
        bool touching_ = modelled();                                                                         \
        if (touching_) {                                                                                     \
            il->touching = true;                                                                             \
            il->threads[il->current].called_at = SITE;                                                       \
        }                                                                                                    \
        __auto_type result_ = (call);                                                                        \
        if (touching_)                                                                                       \
            il->touching = false;                                                                            \
        result_;                                                                                             \
    })

/** Called by a model, and not by the engine on its behalf. */
static inline bool modelled(void)
{
    return il_active() && !il->inside;
}

/** Of a thread, as the program sees it; and back. Those that fall begin above all that rise. */
enum { FALLING_FROM = 2 * THREADS_MAX };
static inline unsigned thread_number(int id)
{
    return (unsigned)(il->falling ? FALLING_FROM - id : id + 1);
}
static inline int thread_of_number(uint64_t number)
{
    return (int)(il->falling ? FALLING_FROM - number : number - 1);
}

/** The model reads or writes memory in a call. */
static inline __attribute__((always_inline)) void touch(const void *address, size_t size, bool is_write,
                                                        il_site site)
{
    if (modelled())
        INSIDE(il_touch(address, size, is_write, site));
}

/** The model gives a time in a call. Each member by itself: one that nothing has written is noticed. */
static inline __attribute__((always_inline)) void touch_time(const struct timespec *time, il_site site)
{
    touch(&time->tv_sec, sizeof time->tv_sec, false, site);
    touch(&time->tv_nsec, sizeof time->tv_nsec, false, site);
}

/** The model gives a function that will be called. */
static inline void call_is_possible(const void *function, il_site site)
{
    enum { PAGE = 4096 };
    if ((uintptr_t)function < PAGE)
        fail(IL_CRASH, site, "%s calls through a NULL pointer at %s", thread_text(il->current), where(site));
}

/** What is to be done once. */
static inline __attribute__((always_inline)) void do_once(pthread_once_t *once, void (*initialise)(void),
                                                          il_site site)
{
    bool mine = false;
    INSIDE(mine = il_once_begin(once, site));
    if (!mine)
        return;
    call_is_possible((const void *)(uintptr_t)initialise, site);
    initialise();
    INSIDE(il_once_end(once, site));
}

/** The model copies memory in a call. */
static inline __attribute__((always_inline)) void copied(void *to, const void *from, size_t size,
                                                         bool may_overlap, il_site site)
{
    if (modelled())
        INSIDE(il_copy(to, from, size, may_overlap, site));
}

/** The model makes a lock, or what is kept like one: it begins anew, in memory that may have held another. */
static inline __attribute__((always_inline)) void object_is_made(const volatile void *object, size_t size,
                                                                 il_site site)
{
    if (!modelled())
        return;
    touch((const void *)object, size, true, site);
    il_mutex_init((void *)object);
}

/** Declare both: what the linker calls in the place of a function, and the library's own. */
#define WRAP(result, name, ...)                                                                              \
    result __real_##name(__VA_ARGS__);                                                                       \
    result __wrap_##name(__VA_ARGS__);                                                                       \
    result __wrap_##name(__VA_ARGS__)

/** The same for a call on one object, whose result is `call`: of a thread that is modelled. */
#define OBJECT_CALL(name, suffix, type, call)                                                                \
    int __real_##name(type *object);                                                                         \
    int __wrap_##name##suffix(type *object);                                                                 \
    int __wrap_##name##suffix(type *object)                                                                  \
    {                                                                                                        \
        int status = 0;                                                                                      \
        if (!modelled())                                                                                     \
            return __real_##name(object);                                                                    \
        INSIDE(status = (call));                                                                             \
        return status;                                                                                       \
    }

/** Of any kind: hooks_lock.c. 0, or an error code of POSIX. */
int mutex_lock(pthread_mutex_t *mutex, bool tries, il_site site);
int mutex_unlock(pthread_mutex_t *mutex, il_site site);
/** hooks_time.c: 0, or an error code of POSIX. `name`: of the call. */
int sleep_span(const struct timespec *span, const char *name, il_site site);

static inline bool is_a_time(const struct timespec *time)
{
    return time->tv_nsec >= 0 && time->tv_nsec < NS_PER_S;
}

/** A time so late that no model comes to it is no deadline. */
static inline int64_t to_ns(const struct timespec *time)
{
    enum { CENTURIES = INT32_MAX };
    return time->tv_sec < 0            ? 0
           : time->tv_sec >= CENTURIES ? NO_DEADLINE
                                       : (int64_t)time->tv_sec * NS_PER_S + time->tv_nsec;
}

#endif
