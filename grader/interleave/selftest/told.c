/**
 * @file told.c
 * @brief How failures and verdicts are told. Beside it, in told.txt, stands what the words of each model must hold.
 */
#include "interleave.h"

static int data;
static atomic_int flag, other_flag, value;

static pthread_t start(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

static void reads_data_at(int expected)
{
    if (atomic_load_explicit(&flag, memory_order_acquire) == expected)
        assert(data == 42);
}

/* --- a release sequence --- */

static void *stores_one(void *arg)
{
    data = 42;
    atomic_store_explicit(&flag, 1, memory_order_release);
    return arg;
}

static void *stores_two(void *arg)
{
    if (atomic_load_explicit(&flag, memory_order_relaxed) == 1)
        atomic_store_explicit(&flag, 2, memory_order_relaxed);
    return arg;
}

MODEL(sequence_ended, "-", "another thread's store ends the release sequence; 3 threads")
{
    pthread_t one = start(stores_one, NULL), two = start(stores_two, NULL);
    reads_data_at(2);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
}

static void *stores_both(void *arg)
{
    atomic_store_explicit(&value, 42, memory_order_relaxed);
    atomic_store_explicit(&flag, 1, memory_order_release);
    atomic_store_explicit(&flag, 2, memory_order_relaxed);
    return arg;
}

MODEL(sequence_ended_by_itself, "-", "its own next store does; 2 threads")
{
    pthread_t thread = start(stores_both, NULL);
    if (atomic_load_explicit(&flag, memory_order_acquire) == 2)
        assert(atomic_load_explicit(&value, memory_order_relaxed) == 42);
    pthread_join(thread, NULL);
}

/* --- a store buffer --- */

static void *enters_second(void *arg)
{
    atomic_store_explicit(&other_flag, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (!atomic_load_explicit(&flag, memory_order_relaxed))
        data++;
    return arg;
}

MODEL(store_buffer, "-", "two threads that store, then look; one has no fence between; 2 threads")
{
    pthread_t thread = start(enters_second, NULL);
    atomic_store_explicit(&flag, 1, memory_order_relaxed);
    if (!atomic_load_explicit(&other_flag, memory_order_relaxed))
        data++;
    pthread_join(thread, NULL);
}

/* --- names --- */

struct slot {
    atomic_int full;
    struct {
        int number;
    } item;
};

static struct slot *slot;

static void *fills(void *arg)
{
    struct slot *filled = arg ? arg : slot;
    filled->item.number = 7;
    atomic_store_explicit(&filled->full, 1, memory_order_relaxed);
    return NULL;
}

static void empties(struct slot *from)
{
    if (atomic_load_explicit(&from->full, memory_order_relaxed))
        assert(from->item.number == 7);
}

MODEL(on_the_heap, "-", "a block that a static pointer names; 2 threads")
{
    slot = calloc(1, sizeof *slot);
    pthread_t thread = start(fills, NULL);
    empties(slot);
    pthread_join(thread, NULL);
    free(slot);
}

MODEL(on_a_stack, "-", "a local variable of a thread; 2 threads")
{
    struct slot local = {0};
    pthread_t thread = start(fills, &local);
    empties(&local);
    pthread_join(thread, NULL);
}

/* --- what nothing came to --- */

/* --- two mistakes of the same kind: no one order mends both --- */

static atomic_int letters[2], flags[2];

static void *sends_two(void *arg)
{
    atomic_store_explicit(&letters[0], 1, memory_order_relaxed);
    atomic_store_explicit(&flags[0], 1, memory_order_relaxed);
    atomic_store_explicit(&letters[1], 1, memory_order_relaxed);
    atomic_store_explicit(&flags[1], 1, memory_order_relaxed);
    return arg;
}

MODEL(not_by_one, "-", "two messages, of which neither is published")
{
    pthread_t thread;
    pthread_create(&thread, NULL, sends_two, NULL);
    if (atomic_load_explicit(&flags[0], memory_order_relaxed))
        assert(atomic_load_explicit(&letters[0], memory_order_relaxed));
    if (atomic_load_explicit(&flags[1], memory_order_relaxed))
        assert(atomic_load_explicit(&letters[1], memory_order_relaxed));
    pthread_join(thread, NULL);
}

MODEL(never_asked, "-", "the flag is never 3; 2 threads")
{
    pthread_t thread = start(stores_one, NULL);
    if (atomic_load_explicit(&flag, memory_order_acquire) == 3)
        assert(data == 43);
    else if (atomic_load_explicit(&flag, memory_order_acquire) == 1)
        interleave_expect(data == 42, "the data is there", "it was %d", data);
    pthread_join(thread, NULL);
}

/* --- too large --- */

static void *adds(void *arg)
{
    atomic_int *own = arg;
    for (int i = 0; i < 6; i++) {
        atomic_fetch_add(&flag, 1);
        atomic_fetch_add(&other_flag, 1);
        atomic_store(own, i);
        atomic_load(&value);
    }
    return arg;
}

MODEL(too_large, "-", "each addition in each order; 3 threads")
{
    static atomic_int own[3];
    pthread_t one = start(adds, &own[0]), two = start(adds, &own[1]);
    adds(&own[2]);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_open;

static void *passes(void *arg)
{
    pthread_mutex_lock(&gate);
    while (!is_open)
        pthread_cond_wait(&opened, &gate);
    pthread_mutex_unlock(&gate);
    return arg;
}

MODEL(too_many_oddities, "-", "each wait may end for no reason, often; 3 threads", .spurious = 12)
{
    pthread_t one = start(passes, NULL), two = start(passes, NULL);
    pthread_mutex_lock(&gate);
    is_open = true;
    pthread_cond_broadcast(&opened);
    pthread_mutex_unlock(&gate);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
}

/* --- steps of code that is not under test: as their file is called below solutions/ --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

#line 1 "solutions/told/library.c"
static __attribute__((noinline)) void library_waits(void)
{
    pthread_mutex_lock(&lock);
    while (!data)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static __attribute__((noinline)) void library_wakes(void)
{
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

#line 200 "told.c"
static void *wakes(void *arg)
{
    library_wakes();
    return arg;
}

MODEL(folds, "-", "nobody says that there is data; 2 threads")
{
    pthread_t thread = start(wakes, NULL);
    library_waits();
    pthread_join(thread, NULL);
}
