/**
 * @file accesses_local.c
 * @brief Thread-local variables: each thread has its own, at its own address, and others may reach it by a pointer.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accesses.h"

static _Thread_local int of_thread = 7;
static _Thread_local char zeroed[40];

static void *write_own(void *arg)
{
    assert(of_thread == 7 && zeroed[39] == 0);
    of_thread = 1;
    memset(zeroed, 1, sizeof zeroed);
    sched_yield();
    assert(of_thread == 1 && zeroed[39] == 1);
    return arg;
}

MODEL(local_private, "none", "each thread's own begins as the program says, in each execution: no race")
{
    run_both(write_own, write_own);
    assert(of_thread == 7);
    of_thread = 2;
}

static int *shown[2];

static void *show_first(void *arg)
{
    shown[0] = &of_thread;
    sched_yield();
    assert(shown[0] == &of_thread);
    return arg;
}

static void *show_second(void *arg)
{
    shown[1] = &of_thread;
    return arg;
}

MODEL(local_address, "none", "threads can be told apart by the address")
{
    run_both(show_first, show_second);
    assert(shown[0] && shown[1] && shown[0] != shown[1] && shown[0] != &of_thread && shown[1] != &of_thread);
}

static pid_t numbers[2];

static void *say_number(void *arg)
{
    *(pid_t *)arg = gettid();
    sched_yield();
    assert(*(pid_t *)arg == syscall(SYS_gettid));
    return arg;
}

MODEL(local_number, "none", "threads can be told apart by the kernel's number")
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, say_number, &numbers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert(numbers[0] != numbers[1] && numbers[0] != gettid() && numbers[1] != gettid());
}

static void *write_int(void *arg)
{
    *(int *)arg = 1;
    return arg;
}

static void *lend_own(void *arg)
{
    pthread_t thread;
    of_thread = 5;
    pthread_create(&thread, NULL, write_int, &of_thread);
    pthread_join(thread, NULL);
    assert(of_thread == 1);
    return arg;
}

MODEL(local_lent, "none", "a pointer to another thread's reaches that one")
{
    pthread_t thread;
    pthread_create(&thread, NULL, lend_own, NULL);
    pthread_join(thread, NULL);
    assert(of_thread == 7);
}

MODEL(local_raced, "data race", "two threads write to one thread's")
{
    pthread_t thread;
    pthread_create(&thread, NULL, write_int, &of_thread);
    of_thread = 2;
    KNOWN(&of_thread);
    pthread_join(thread, NULL);
}

MODEL(local_ended, "memory error", "it ends with its thread")
{
    pthread_t thread;
    pthread_create(&thread, NULL, show_first, NULL);
    pthread_join(thread, NULL);
    USE(*shown[0]);
}

static _Thread_local atomic_int word;

static void *look_twice(void *arg)
{
    atomic_int *other = arg;
    int before = atomic_load_explicit(other, memory_order_relaxed);
    assert(atomic_load_explicit(other, memory_order_relaxed) == before);
    return arg;
}

MODEL(local_atomic, "assertion", "an atomic one, by a pointer: another thread's store comes between two loads")
{
    pthread_t thread;
    pthread_create(&thread, NULL, look_twice, &word);
    atomic_store_explicit(&word, 1, memory_order_relaxed);
    pthread_join(thread, NULL);
}

static void *set_errno(void *arg)
{
    assert(errno == 0);
    errno = *(int *)arg;
    sched_yield();
    assert(errno == *(int *)arg);
    errno = 0;
    return arg;
}

MODEL(local_errno, "none", "errno is a thread's own")
{
    static int errors[2] = {1, 2};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, set_errno, &errors[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}
