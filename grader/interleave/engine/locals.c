/**
 * @file locals.c
 * @brief Each thread's own thread-local variables, at addresses of their own.
 *
 * All threads of a model run on one real thread, so the processor's thread pointer is set at each switch. What it points to
 * must be whole: the C library keeps errno there, its locale, the stack protector's word. So it is the area that the C
 * library made for a real thread, in memory of ours at a fixed place. That thread sleeps for ever and never uses it.
 */
#include "engine.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

/* The library's own; there is none by this name in a program that is linked without --wrap, and none is needed there. */
extern int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                                 void *arg) __attribute__((weak));

#if defined(__x86_64__)

static void set_thread_pointer(void *pointer)
{
    enum { FSGSBASE = 1 << 1, SET_FS = 0x1002 };
    if (il->hardware & FSGSBASE) {
        __asm__ volatile("wrfsbase %0" : : "r"(pointer) : "memory");
        return;
    }
    long result = SYS_arch_prctl;
    __asm__ volatile("syscall" : "+a"(result) : "D"(SET_FS), "S"(pointer) : "rcx", "r11", "memory");
}

#elif defined(__aarch64__)

static void set_thread_pointer(void *pointer)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(pointer) : "memory");
}

#else
#error "how is this processor's thread pointer set? Add it beside the two above"
#endif

void locals_start(void)
{
    il->main_thread_pointer = __builtin_thread_pointer();
    il->hardware = getauxval(AT_HWCAP2);
    /* what the engine allocates on behalf of a thread comes from the one heap: not from a large one for each */
    mallopt(M_ARENA_MAX, 1);
}

static void *tell_and_sleep(void *arg)
{
    sigset_t all;
    __atomic_store_n((void **)arg, __builtin_thread_pointer(), __ATOMIC_RELEASE);
    sigfillset(&all);
    for (;;)
        sigsuspend(&all); /* the kernel starts it again by itself, so it never comes back to set errno */
    return NULL;
}

static void make_area(struct thread *thread)
{
    char *memory = LOCALS_BASE + (size_t)thread->id * LOCALS_BYTES;
    pthread_attr_t attributes;
    pthread_t sleeper;
    void *pointer = NULL;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, memory, LOCALS_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigprocmask(SIG_BLOCK, &all, &before); /* the sleeper inherits it: the clock's ticks are ours */
    int error = (__real_pthread_create ? __real_pthread_create : pthread_create)(&sleeper, &attributes,
                                                                                 tell_and_sleep, &pointer);
    sigprocmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error)
        engine_failed("no room for the thread-local variables of a thread: %s", strerror(error));
    while (!__atomic_load_n(&pointer, __ATOMIC_ACQUIRE))
        sched_yield();
    thread->thread_pointer = pointer;
}

void locals_make(struct thread *thread)
{
    if (!thread->thread_pointer)
        make_area(thread);
    char *locals = (char *)thread->thread_pointer + il->locals_offset;
    memset(locals, 0, il->locals_bytes);
    memcpy(locals, il->locals_first, il->locals_first_bytes);
}

void locals_use(const struct thread *thread)
{
    set_thread_pointer(thread ? thread->thread_pointer : il->main_thread_pointer);
}

int locals_owner(const volatile void *address)
{
    const volatile char *byte = address;
    if (byte < LOCALS_BASE || byte >= LOCALS_BASE + (size_t)THREADS_MAX * LOCALS_BYTES)
        return NOBODY;
    return (int)((size_t)(byte - LOCALS_BASE) / LOCALS_BYTES);
}
