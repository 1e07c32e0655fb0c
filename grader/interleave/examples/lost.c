/* A lost wake-up, to see what one looks like: the flag is set and signalled without the lock. */
#include "interleave.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_int ready;

static void *wait_for_it(void *arg)
{
    pthread_mutex_lock(&lock);
    while (!atomic_load(&ready))
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return arg;
}

MODEL(lost, "-", "one waits, one tells", .spurious = -1)
{
    pthread_t waiter;
    interleave_thread_name("teller");
    interleave_name(&ready, "ready", "NO", "YES");
    pthread_create(&waiter, NULL, wait_for_it, NULL);
    atomic_store(&ready, 1);
    pthread_cond_signal(&changed);
    pthread_join(waiter, NULL);
}
