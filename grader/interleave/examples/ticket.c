/* A model of one's own in twenty lines: does a ticket lock exclude? */
#include "interleave.h"

static atomic_uint next, serving;
static int count; /* guarded by the lock */

static void *visit(void *arg)
{
    unsigned mine = atomic_fetch_add_explicit(&next, 1, memory_order_relaxed);
    while (atomic_load_explicit(&serving, memory_order_acquire) != mine)
        ;
    count++;
    atomic_store_explicit(&serving, mine + 1, memory_order_release);
    return arg;
}

MODEL(ticket, "-", "three threads, one visit each")
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, visit, NULL);
    visit(NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert(count == 3);
}
