#include "interleave.h"

static int letter;
static atomic_int flag;

static void *sender(void *arg)
{
    letter = 42;
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    return arg;
}

MODEL(plain, "-", "a plain letter, then a relaxed flag")
{
    pthread_t thread;
    pthread_create(&thread, NULL, sender, NULL);
    if (atomic_load_explicit(&flag, memory_order_relaxed) == 1)
        assert(letter == 42);
    pthread_join(thread, NULL);
}
