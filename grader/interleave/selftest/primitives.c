/**
 * @file primitives.c
 * @brief Locks for readers and writers, barriers, spin locks, kinds of mutexes, pthread_once, C11 threads: the orders that
 * each makes, and those that it does not make.
 *
 * What is expected of each stands in primitives.txt.
 */
#include <errno.h>
#include <threads.h>

#include "accesses.h"

static int data, more; /* guarded by the lock of the model */
static atomic_int flag;

static void beside(void *(*run)(void *), void *(*other)(void *))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    other(NULL);
    pthread_join(thread, NULL);
}

static void three(void *(*run)(void *))
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    run(NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* --- locks for readers and writers --- */

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *reads(void *arg)
{
    pthread_rwlock_rdlock(&rwlock);
    USE(data);
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

static void *writes(void *arg)
{
    pthread_rwlock_wrlock(&rwlock);
    data++;
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

MODEL(reader_and_writer, "-", "a reader and a writer")
{
    beside(reads, writes);
}

MODEL(writers, "-", "three writers")
{
    three(writes);
    assert(data == 3);
}

static void *writes_as_reader(void *arg)
{
    pthread_rwlock_rdlock(&rwlock);
    data++;
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

MODEL(readers_that_write, "-", "two readers write: nothing orders them")
{
    beside(writes_as_reader, writes_as_reader);
}

static void *tries_to_write(void *arg)
{
    if (pthread_rwlock_trywrlock(&rwlock) == 0) {
        data++;
        pthread_rwlock_unlock(&rwlock);
    }
    return arg;
}

MODEL(tries, "-", "a reader, and a thread that tries to write")
{
    beside(reads, tries_to_write);
}

MODEL(upgrades, "-", "a reader wants to write")
{
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_wrlock(&rwlock);
}

MODEL(unlocks_nothing, "-", "unlocks what it does not hold")
{
    pthread_rwlock_unlock(&rwlock);
}

static pthread_rwlock_t second = PTHREAD_RWLOCK_INITIALIZER;

static void *locks_both(void *arg)
{
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_wrlock(&second);
    pthread_rwlock_unlock(&second);
    pthread_rwlock_unlock(&rwlock);
    return arg;
}

static void *locks_both_the_other_way(void *arg)
{
    pthread_rwlock_rdlock(&second);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_unlock(&second);
    return arg;
}

MODEL(both_ways, "-", "two locks in two orders")
{
    beside(locks_both, locks_both_the_other_way);
}

/* --- barriers --- */

static pthread_barrier_t barrier;
static int mine[3];
static atomic_int serial;

static void *meets(void *arg)
{
    long own = (long)arg;
    mine[own] = 1;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
        atomic_fetch_add(&serial, 1);
    assert(mine[0] + mine[1] + mine[2] == 3);
    return arg;
}

MODEL(barrier_of_three, "-", "each thread sees what all did before the barrier; one is the last")
{
    pthread_t threads[2];
    pthread_barrier_init(&barrier, NULL, 3);
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, meets, (void *)(i + 1));
    meets(NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert(serial == 1);
    pthread_barrier_destroy(&barrier);
}

static void *arrives(void *arg)
{
    pthread_barrier_wait(&barrier);
    return arg;
}

MODEL(barrier_of_too_many, "-", "a barrier of three, and two threads")
{
    pthread_barrier_init(&barrier, NULL, 3);
    beside(arrives, arrives);
}

static void *arrives_then_writes(void *arg)
{
    pthread_barrier_wait(&barrier);
    data++;
    return arg;
}

MODEL(barrier_orders_no_more, "-", "what comes after a barrier is not ordered by it")
{
    pthread_barrier_init(&barrier, NULL, 2);
    beside(arrives_then_writes, arrives_then_writes);
}

MODEL(barrier_of_nobody, "-", "a barrier that was never initialised")
{
    pthread_barrier_wait(&barrier);
}

/* --- spin locks --- */

static pthread_spinlock_t spin;

static void *spins(void *arg)
{
    pthread_spin_lock(&spin);
    data++;
    pthread_spin_unlock(&spin);
    return arg;
}

MODEL(spin_lock, "-", "three threads")
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    three(spins);
    pthread_spin_destroy(&spin);
    assert(data == 3);
}

/* --- kinds of mutexes --- */

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

static void *locks_twice(void *arg)
{
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    data++;
    pthread_mutex_unlock(&recursive);
    data++;
    pthread_mutex_unlock(&recursive);
    return arg;
}

MODEL(recursive_mutex, "-", "a static recursive mutex")
{
    beside(locks_twice, locks_twice);
    assert(data == 4);
    assert(pthread_mutex_unlock(&recursive) == EPERM);
}

static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

MODEL(recursive_wait, "-", "waits with a mutex that it has locked twice")
{
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    pthread_cond_wait(&condition, &recursive);
}

MODEL(checking_mutex, "-", "an error-checking mutex says what is wrong")
{
    assert(pthread_mutex_unlock(&checking) == EPERM);
    assert(pthread_mutex_lock(&checking) == 0);
    assert(pthread_mutex_lock(&checking) == EDEADLK);
    assert(pthread_mutex_trylock(&checking) == EBUSY);
    assert(pthread_mutex_unlock(&checking) == 0);
}

/* --- once --- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void)
{
    more++;
}

static void *needs(void *arg)
{
    pthread_once(&once, initialise);
    assert(more == 1);
    return arg;
}

MODEL(once_is_enough, "-", "three threads need it")
{
    three(needs);
}

static void *looks_then_needs(void *arg)
{
    int set = atomic_load_explicit(&flag, memory_order_relaxed);
    pthread_once(&once, initialise);
    if (set)
        USE(data);
    return arg;
}

static void *needs_then_sets(void *arg)
{
    data = 1;
    pthread_once(&once, initialise);
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    return arg;
}

MODEL(once_orders_no_more, "-", "two that find it done are not ordered by it")
{
    pthread_once(&once, initialise);
    beside(looks_then_needs, needs_then_sets);
}

/* --- C11 threads --- */

static mtx_t mutex;
static cnd_t changed;

static int sets(void *arg)
{
    mtx_lock(&mutex);
    data = 1;
    cnd_signal(&changed);
    mtx_unlock(&mutex);
    (void)arg;
    return 7;
}

MODEL(c11_threads, "-", "a thread, a mutex and a condition variable of <threads.h>")
{
    thrd_t thread;
    int result = 0;
    mtx_init(&mutex, mtx_plain);
    cnd_init(&changed);
    thrd_create(&thread, sets, NULL);
    mtx_lock(&mutex);
    while (!data)
        cnd_wait(&changed, &mutex);
    mtx_unlock(&mutex);
    thrd_join(thread, &result);
    assert(result == 7);
    cnd_destroy(&changed);
    mtx_destroy(&mutex);
}

static int adds(void *arg)
{
    data++;
    (void)arg;
    return 0;
}

MODEL(c11_race, "-", "two of them without a mutex")
{
    thrd_t thread;
    thrd_create(&thread, adds, NULL);
    adds(NULL);
    thrd_join(thread, NULL);
}
