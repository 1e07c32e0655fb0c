#include "interleave.h"

static atomic_int x, y;

static void *store_x(void *arg)
{
    atomic_store_explicit(&x, 1, memory_order_release);
    return arg;
}

static void *store_y(void *arg)
{
    atomic_store_explicit(&y, 1, memory_order_release);
    return arg;
}

static void *read_x_first(void *result)
{
    int first = atomic_load_explicit(&x, memory_order_acquire);
    *(int *)result = first == 1 && atomic_load_explicit(&y, memory_order_acquire) == 0;
    return NULL;
}

static void *read_y_first(void *result)
{
    int first = atomic_load_explicit(&y, memory_order_acquire);
    *(int *)result = first == 1 && atomic_load_explicit(&x, memory_order_acquire) == 0;
    return NULL;
}

MODEL(readers, "-", "two readers agree which of two stores came first")
{
    pthread_t threads[4];
    int x_was_first, y_was_first;
    pthread_create(&threads[0], NULL, store_x, NULL);
    pthread_create(&threads[1], NULL, store_y, NULL);
    pthread_create(&threads[2], NULL, read_x_first, &x_was_first);
    pthread_create(&threads[3], NULL, read_y_first, &y_was_first);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert(!(x_was_first && y_was_first));
}
