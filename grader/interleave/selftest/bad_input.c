/**
 * @file bad_input.c
 * @brief Models that cannot be explored: each must be named, with what to do. Never a hang, never
 * a pass.
 *
 * What is expected of each stands in bad_input.txt.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../engine/engine.h"
#include "accesses.h"

static atomic_int number;

static void *nothing(void *arg)
{
    return arg;
}

static void *store_one(void *arg)
{
    atomic_store(&number, 1);
    return arg;
}

static void *store_two(void *arg)
{
    atomic_store(&number, 2);
    return arg;
}

/* --- size --- */

static void *count_often(void *arg)
{
    for (int i = 0; i < 12; i++)
        atomic_fetch_add(&number, 1);
    return arg;
}

MODEL(too_large, "-", "four threads of 12 operations that all depend on each other")
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, count_often, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

MODEL(too_many_threads, "-", "nine threads")
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, nothing, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
}

static atomic_int many[2000];

MODEL(too_many_atomics, "-", "2,000 atomic objects")
{
    KNOWN(many);
    for (int i = 0; i < 2000; i++)
        atomic_store(&many[i], 1);
}

static pthread_mutex_t mutexes[100];

MODEL(too_many_mutexes, "-", "100 mutexes")
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutexes[i]);
        pthread_mutex_unlock(&mutexes[i]);
    }
}

MODEL(too_many_blocks, "-", "100,000 blocks of memory")
{
    for (int i = 0; i < 100000; i++)
        free(malloc(1));
}

MODEL(too_much_memory, "-", "a block of 1 GB")
{
    char *block = malloc((size_t)1 << 30);
    block[0] = 1;
    free(block);
}

static char large_array[200000];

/* What comes before the first thread is not kept: only the second model is too large. */
static void touch_all(void)
{
    for (size_t i = 0; i < sizeof large_array; i++)
        large_array[i] = 1;
    KNOWN(large_array);
}

MODEL(touches_much_alone, "-", "200 KB of plain memory, by one thread")
{
    touch_all();
}
MODEL(touches_much, "-", "200 KB of plain memory")
{
    pthread_t thread;
    pthread_create(&thread, NULL, store_one, NULL);
    touch_all();
    pthread_join(thread, NULL);
}

/* --- not the same each time --- */

MODEL(random_number, "-", "depends on rand(), whose state is the library's")
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, store_one, NULL);
    pthread_create(&threads[1], NULL, store_two, NULL);
    if (rand() & 1)
        USE(atomic_load(&number));
    atomic_store(&number, 3);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

#if defined(__x86_64__)
MODEL(processor_clock, "-", "depends on the processor's clock")
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, store_one, NULL);
    pthread_create(&threads[1], NULL, store_two, NULL);
    for (int i = 0; i < 5; i++)
        if (__builtin_parityll(__builtin_ia32_rdtsc()))
            USE(atomic_load(&number));
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}
#endif

/* --- atomics that cannot be explored --- */

static _Atomic __int128 sixteen;

MODEL(atomic_16, "-", "an atomic object of 16 bytes")
{
    atomic_store(&sixteen, 1);
}

MODEL(atomic_16_load, "-", "the same, loaded")
{
    USE((long)atomic_load(&sixteen));
}

struct three {
    long words[3];
};
static _Atomic struct three three;

MODEL(atomic_24, "-", "an atomic structure of 24 bytes")
{
    atomic_store(&three, ((struct three){{1, 2, 3}}));
}

static atomic_ulong mixed;

MODEL(mixed_size, "-", "one atomic object with accesses of 8 and of 4 bytes")
{
    atomic_store(&mixed, 1);
    USE(__atomic_load_n((unsigned *)(void *)&mixed, __ATOMIC_SEQ_CST));
}

MODEL(mixed_overlap, "-", "atomic accesses that overlap by half")
{
    static _Alignas(8) char bytes[16];
    __atomic_store_n((unsigned long *)(void *)bytes, 1, __ATOMIC_SEQ_CST);
    USE(__atomic_load_n((unsigned *)(void *)(bytes + 4), __ATOMIC_SEQ_CST));
}

MODEL(inline_assembly, "-", "inline assembly changes an atomic object")
{
    atomic_store(&number, 1);
#if defined(__x86_64__)
    __asm__ volatile("lock incl %0" : "+m"(*(int *)(void *)&number) : : "memory");
#elif defined(__aarch64__)
    __asm__ volatile("str %w1, %0" : "=m"(*(int *)(void *)&number) : "r"(2) : "memory");
#endif
    USE(atomic_load(&number));
}

/* --- time --- */

MODEL(time_stands_still, "-", "clock_gettime returns the same as long as nobody waits: fine")
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert(before.tv_sec == after.tv_sec && before.tv_nsec == after.tv_nsec);
}

/* --- the outside --- */

MODEL(calls_printf, "-", "printf")
{
    printf("%d\n", atomic_load(&number));
}

MODEL(calls_puts, "-", "puts")
{
    puts("text");
}

MODEL(calls_fprintf, "-", "fprintf")
{
    fprintf(stderr, "%d\n", atomic_load(&number));
}

MODEL(calls_write, "-", "write")
{
    ssize_t written = write(2, "text\n", 5);
    USE(written);
}

MODEL(calls_read, "-", "read")
{
    char byte;
    ssize_t got = read(0, &byte, 1);
    USE(got);
}

MODEL(calls_open, "-", "open")
{
    int file = open("/dev/null", O_RDONLY);
    USE(file);
}

MODEL(calls_fopen, "-", "fopen")
{
    FILE *file = fopen("/dev/null", "r");
    USE(file);
}

MODEL(calls_socket, "-", "socket")
{
    int made = socket(AF_INET, SOCK_STREAM, 0);
    USE(made);
}

MODEL(calls_fork, "-", "fork")
{
    pid_t child = fork();
    USE(child);
}

MODEL(raises_signal, "-", "raise")
{
    raise(SIGUSR1);
}

/* --- the engine itself --- */

MODEL(engine_crash, "-", "a crash inside the engine, which this model has broken")
{
    il->steps = NULL;
    atomic_store(&number, 1);
}
