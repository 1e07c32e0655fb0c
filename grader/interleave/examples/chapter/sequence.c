#include "interleave.h"

static int letter;
static atomic_int stage;

static void *writer(void *arg)
{
    letter = 42;
    atomic_store_explicit(&stage, 1, memory_order_release);
    return arg;
}

static void *adds(void *arg)
{
    atomic_fetch_add_explicit(&stage, 10, memory_order_relaxed);
    return arg;
}

static void *stores(void *arg)
{
    if (atomic_load_explicit(&stage, memory_order_relaxed) == 1)
        atomic_store_explicit(&stage, 11, memory_order_relaxed);
    return arg;
}

static void read_at_stage_11(void *(*second)(void *))
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, writer, NULL);
    pthread_create(&threads[1], NULL, second, NULL);
    if (atomic_load_explicit(&stage, memory_order_acquire) == 11)
        assert(letter == 42);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

MODEL(carried_on, "-", "a read-modify-write carries the release on")
{
    read_at_stage_11(adds);
}

MODEL(broken_off, "-", "a store ends what came before it")
{
    read_at_stage_11(stores);
}
