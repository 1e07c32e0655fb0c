#include "interleave.h"

static int letter;
static atomic_int flag;

static void *sender(void *arg)
{
    letter = 42;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    return arg;
}

MODEL(fences, "-", "the order is in the fences")
{
    pthread_t thread;
    pthread_create(&thread, NULL, sender, NULL);
    if (atomic_load_explicit(&flag, memory_order_relaxed) == 1) {
        atomic_thread_fence(memory_order_acquire);
        assert(letter == 42);
    }
    pthread_join(thread, NULL);
}
