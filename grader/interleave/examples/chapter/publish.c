#include "interleave.h"

static int letter;
static atomic_int flag;

static void *sender(void *arg)
{
    letter = 42;
    atomic_store_explicit(&flag, 1, memory_order_release);
    return arg;
}

MODEL(publish, "-", "a plain letter, published by a release")
{
    pthread_t thread;
    pthread_create(&thread, NULL, sender, NULL);
    if (atomic_load_explicit(&flag, memory_order_acquire) == 1)
        assert(letter == 42);
    pthread_join(thread, NULL);
}
