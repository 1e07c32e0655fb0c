/**
 * @file bad_use.c
 * @brief Models that end the program, crash, loop, or misuse locks, threads and memory: each must be named, with what to
 * do.
 *
 * What is expected of each stands in bad_use.txt.
 */
#include <err.h>
#include <string.h>
#include <unistd.h>

#include "accesses.h"

static atomic_int number;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void *nothing(void *arg)
{
    return arg;
}

static void *read_pointer(void *arg)
{
    USE(*(void **)arg == NULL);
    return arg;
}

static void *store_one(void *arg)
{
    atomic_store(&number, 1);
    return arg;
}

/* --- the ends --- */

MODEL(calls_exit, "-", "exit")
{
    exit(0);
}

MODEL(calls_quick_exit, "-", "_exit")
{
    _exit(0);
}

MODEL(calls_exit_at_once, "-", "_Exit")
{
    _Exit(0);
}

MODEL(calls_errx, "-", "errx, with the status of a success")
{
    errx(0, "done");
}

MODEL(calls_execve, "-", "execve")
{
    char *arguments[] = {"true", NULL};
    execve("/bin/true", arguments, NULL);
}

MODEL(calls_execl, "-", "execl")
{
    execl("/bin/true", "true", NULL);
}

MODEL(calls_abort, "-", "abort")
{
    abort();
}

static void *exits_thread(void *arg)
{
    atomic_store(&number, 1);
    pthread_exit(arg);
}

MODEL(calls_pthread_exit, "-", "pthread_exit: fine")
{
    pthread_t thread;
    void *result = NULL;
    pthread_create(&thread, NULL, exits_thread, &number);
    pthread_join(thread, &result);
    assert(result == &number);
}

MODEL(no_thread, "-", "a model without any thread or operation: fine")
{
}

MODEL(null_pointer, "-", "a write to address 0")
{
    static int *volatile pointer;
    *pointer = 1;
    KNOWN(pointer);
}

MODEL(wild_pointer, "-", "a write far outside of all memory")
{
    static int *volatile pointer = (int *)0x123456789000;
    *pointer = 1;
    KNOWN(pointer);
}

static atomic_int *volatile no_number;
static char *volatile no_text;

MODEL(atomic_null_load, "-", "an atomic load through NULL")
{
    atomic_load(no_number);
}

MODEL(atomic_null_store, "-", "an atomic store through NULL")
{
    atomic_store(no_number, 1);
}

MODEL(atomic_null_add, "-", "a read-modify-write through NULL")
{
    atomic_fetch_add(no_number, 1);
}

MODEL(atomic_null_exchange, "-", "a compare-exchange through NULL")
{
    int expected = 0;
    atomic_compare_exchange_strong(no_number, &expected, 1);
}

MODEL(atomic_wild_load, "-", "an atomic load from an address that no processor has")
{
    atomic_load((atomic_int *)0x8000000000001234);
}

struct linked {
    _Atomic(struct linked *) next;
    int value;
};

MODEL(atomic_unwritten, "-", "an atomic load through a pointer in memory that was never written")
{
    struct linked *one = malloc(sizeof *one);
    USE(atomic_load(&atomic_load(&one->next)->next));
    free(one);
}

MODEL(expected_of_nothing, "-", "a compare-exchange whose expected value stands nowhere")
{
    static int *volatile expected = (int *)0x123456789000;
    atomic_compare_exchange_strong(&number, expected, 1);
}

MODEL(atomic_in_library, "-", "the length of a text that is NULL")
{
    number = (int)strlen(no_text);
}

MODEL(atomic_null_call, "-", "a call through NULL")
{
    ((void (*)(void))(uintptr_t)no_text)();
}

MODEL(constant_written, "-", "a write to a string literal")
{
    static char *volatile text = (char *)(uintptr_t) "text";
    *text = 1;
    KNOWN(text);
}

MODEL(divides_by_zero, "-", "a division by zero")
{
    volatile int zero = 0;
    USE(7 / zero);
}

static __attribute__((noinline)) int deep(int depth)
{
    volatile char frame[1000];
    frame[0] = (char)depth;
    return depth < 1 << 30 ? deep(depth + 1) + frame[0] : 0;
}

static void *overflows(void *arg)
{
    USE(deep(0));
    return arg;
}

MODEL(stack_overflow, "-", "a recursion without an end, in a thread")
{
    pthread_t thread;
    pthread_create(&thread, NULL, overflows, NULL);
    pthread_join(thread, NULL);
}

/* --- loops --- */

MODEL(loop_of_nothing, "-", "an endless loop that touches no memory")
{
    for (;;)
        __asm__ volatile("");
}

static int plain_flag;

MODEL(loop_of_plain, "-", "an endless loop that reads a plain variable")
{
    while (!plain_flag)
        KNOWN(&plain_flag);
}

MODEL(loop_of_atomics, "-", "an endless loop of atomic operations")
{
    for (;;)
        atomic_fetch_add(&number, 1);
}

MODEL(loop_of_loads, "-", "waits for a store that nobody makes")
{
    while (!atomic_load(&number))
        ;
}

MODEL(loop_of_locks, "-", "an endless loop of lock and unlock")
{
    for (;;) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

MODEL(loop_of_memory, "-", "an endless loop of malloc and free")
{
    for (;;)
        free(malloc(8));
}

/* --- misuse --- */

MODEL(double_lock, "-", "locks a mutex that it holds")
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&mutex);
}

MODEL(unlock_free, "-", "unlocks a mutex that nobody holds")
{
    pthread_mutex_unlock(&mutex);
}

static void *unlocks(void *arg)
{
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(unlock_of_other, "-", "unlocks a mutex that another thread holds")
{
    pthread_t thread;
    pthread_mutex_lock(&mutex);
    pthread_create(&thread, NULL, unlocks, NULL);
    pthread_join(thread, NULL);
}

MODEL(wait_unlocked, "-", "waits without the mutex")
{
    pthread_cond_wait(&condition, &mutex);
}

MODEL(destroy_locked, "-", "destroys a mutex that is locked")
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_destroy(&mutex);
}

MODEL(join_twice, "-", "joins a thread twice")
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
    pthread_join(thread, NULL);
    pthread_join(thread, NULL);
}

MODEL(join_self, "-", "joins itself")
{
    pthread_join(pthread_self(), NULL);
}

MODEL(join_nobody, "-", "joins a thread that was never made")
{
    pthread_join((pthread_t)5, NULL);
}

MODEL(join_detached, "-", "joins a thread that it detached")
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
    pthread_detach(thread);
    pthread_join(thread, NULL);
}

MODEL(never_joined, "-", "a thread that is neither joined nor detached")
{
    pthread_t thread;
    pthread_create(&thread, NULL, store_one, NULL);
}

/* --- memory --- */

MODEL(heap_overflow, "-", "a write behind a block")
{
    char *block = malloc(8);
    block[8] = 1;
    KNOWN(block);
    free(block);
}

MODEL(heap_underflow, "-", "a write before a block")
{
    char *block = malloc(8);
    block[-1] = 1;
    KNOWN(block);
    free(block);
}

MODEL(free_of_static, "-", "frees a static variable")
{
    void *volatile pointer = &number;
    free(pointer);
}

MODEL(free_inside, "-", "frees a pointer into a block")
{
    char *volatile block = malloc(8);
    free(block + 1);
}

MODEL(malloc_fails, "-", "does not look at what malloc returns", .failed_allocations = 1)
{
    int *block = malloc(sizeof *block);
    *block = 1;
    KNOWN(block);
    free(block);
}

MODEL(malloc_fails_once, "-", "of two calls of malloc one may fail, and nothing is lost",
      .failed_allocations = 1)
{
    char *first = malloc(1), *second = first ? realloc(first, 2) : NULL;
    assert(first || !second);
    free(second ? second : first);
}

MODEL(memory_race, "-", "posix_memalign writes its result where another thread reads")
{
    static void *shared;
    pthread_t thread;
    pthread_create(&thread, NULL, read_pointer, &shared);
    USE(posix_memalign(&shared, 64, 64));
    pthread_join(thread, NULL);
    free(shared);
}

MODEL(leaks, "-", "never frees a block")
{
    KNOWN(malloc(8));
}

MODEL(lock_of_nothing, "-", "locks a mutex where no memory is")
{
    pthread_mutex_t *volatile lost = (pthread_mutex_t *)0x5000;
    pthread_mutex_lock(lost);
}

MODEL(signal_of_nothing, "-", "signals a condition variable where no memory is")
{
    pthread_cond_t *volatile lost = (pthread_cond_t *)0xdeadbeef00000000;
    pthread_cond_signal(lost);
}

/* --- what a block is called: by the structure that its maker points to, if only one can be it --- */

struct left {
    int a, b;
};
struct right {
    int c, d;
};
static int *in_block;

static void make_block(void)
{
    struct left *volatile left = calloc(1, sizeof *left);
    in_block = &left->b;
}

static void make_block_of_two_types(void)
{
    struct left *volatile left = calloc(1, sizeof *left);
    struct right *volatile right = (void *)left, *volatile again = right;
    in_block = &again->d;
}

static void *count_in_block(void *arg)
{
    ++*in_block;
    return arg;
}

static void race_in_block(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, count_in_block, NULL);
    count_in_block(NULL);
    pthread_join(thread, NULL);
}

MODEL(block_of_one_type, "-", "a race on a member of a block")
{
    make_block();
    race_in_block();
}

MODEL(block_of_two_types, "-", "the same, and two structures of one size could be the block's")
{
    make_block_of_two_types();
    race_in_block();
}
