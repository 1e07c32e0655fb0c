#include "interleave.h"

static atomic_int letter, flag;

static void *sender(void *arg)
{
    atomic_store_explicit(&letter, 42, memory_order_relaxed);
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    return arg;
}

MODEL(message, "-", "a letter, then a flag, both relaxed")
{
    pthread_t thread;
    pthread_create(&thread, NULL, sender, NULL);
    if (atomic_load_explicit(&flag, memory_order_relaxed) == 1)
        assert(atomic_load_explicit(&letter, memory_order_relaxed) == 42);
    pthread_join(thread, NULL);
}
