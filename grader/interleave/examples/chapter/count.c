#include "interleave.h"

static atomic_int count;

static void *work(void *arg)
{
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    return arg;
}

MODEL(count, "-", "two count, relaxed; the join orders the rest")
{
    pthread_t thread;
    pthread_create(&thread, NULL, work, NULL);
    work(NULL);
    pthread_join(thread, NULL);
    assert(atomic_load_explicit(&count, memory_order_relaxed) == 2);
}
