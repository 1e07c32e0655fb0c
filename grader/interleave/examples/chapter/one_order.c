#include "interleave.h"

static atomic_int x, y;
static int saw_x, saw_y;

static void *left(void *arg)
{
    atomic_store_explicit(&x, 1, memory_order_seq_cst);
    saw_y = atomic_load_explicit(&y, memory_order_seq_cst);
    return arg;
}

static void *right(void *arg)
{
    atomic_store_explicit(&y, 1, memory_order_seq_cst);
    saw_x = atomic_load_explicit(&x, memory_order_seq_cst);
    return arg;
}

MODEL(one_order, "-", "of two that announce themselves, one sees the other")
{
    pthread_t one, two;
    pthread_create(&one, NULL, left, NULL);
    pthread_create(&two, NULL, right, NULL);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(saw_x == 1 || saw_y == 1);
}
