/**
 * @file waits.c
 * @brief Loops that wait: what each costs, what is found of those that wait in vain or give up.
 *
 * What is expected of each stands in waits.txt.
 */
#include "accesses.h"

#include <sched.h>

static atomic_uint next_ticket, serving;
static atomic_int flag, other;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int guarded; /* by the lock of the model */

static void *nothing(void *arg)
{
    return arg;
}

/* The first thread runs it too. */
static void three(void *(*run)(void *))
{
    pthread_t threads[2];
    for (long i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, (void *)(i + 1));
    run((void *)0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static void beside(void *(*run)(void *), void *(*other_run)(void *))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    other_run(NULL);
    pthread_join(thread, NULL);
}

/* --- locks of three threads: six orders --- */

static bool is_served(unsigned ticket)
{
    return atomic_load_explicit(&serving, memory_order_acquire) == ticket;
}

static void *draws_ticket(void *arg)
{
    unsigned ticket = atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed);
    while (!is_served(ticket))
        ;
    guarded++;
    atomic_store_explicit(&serving, ticket + 1, memory_order_release);
    return arg;
}

MODEL(ticket_lock, "-", "a ticket lock of three threads")
{
    three(draws_ticket);
    assert(guarded == 3);
}

static void *draws_and_yields(void *arg)
{
    unsigned ticket = atomic_fetch_add_explicit(&next_ticket, 1, memory_order_relaxed);
    while (!is_served(ticket))
        sched_yield();
    guarded++;
    atomic_store_explicit(&serving, ticket + 1, memory_order_release);
    return arg;
}

MODEL(ticket_lock_yields, "-", "the same, with a yield after each look")
{
    three(draws_and_yields);
    assert(guarded == 3);
}

static void *exchanges(void *arg)
{
    while (atomic_exchange(&flag, 1))
        ;
    guarded++;
    atomic_store_explicit(&flag, 0, memory_order_release);
    return arg;
}

MODEL(exchange_lock, "-", "a lock by an exchange that puts back what was there; three threads")
{
    three(exchanges);
    assert(guarded == 3);
}

static void *compares(void *arg)
{
    int expected = 0;
    while (!atomic_compare_exchange_weak(&flag, &expected, 1))
        expected = 0;
    guarded++;
    atomic_store_explicit(&flag, 0, memory_order_release);
    return arg;
}

MODEL(compare_lock, "-", "a lock by a compare-exchange that may fail for no reason; three threads")
{
    three(compares);
    assert(guarded == 3);
}

static void *tries(void *arg)
{
    while (pthread_mutex_trylock(&mutex))
        ;
    guarded++;
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(trylock_loop, "-", "a mutex that is only tried; three threads")
{
    three(tries);
    assert(guarded == 3);
}

struct queued {
    _Atomic(struct queued *) next;
    atomic_int waits;
};
static struct queued queued[3];
static _Atomic(struct queued *) tail;

static void *queues(void *arg)
{
    struct queued *own = &queued[(long)arg], *before, *next;
    atomic_store_explicit(&own->next, NULL, memory_order_relaxed);
    before = atomic_exchange_explicit(&tail, own, memory_order_acq_rel);
    if (before) {
        atomic_store_explicit(&own->waits, 1, memory_order_relaxed);
        atomic_store_explicit(&before->next, own, memory_order_release);
        while (atomic_load_explicit(&own->waits, memory_order_acquire))
            ;
    }
    guarded++;
    struct queued *expected = own;
    if (!atomic_load_explicit(&own->next, memory_order_acquire) &&
        atomic_compare_exchange_strong_explicit(&tail, &expected, NULL, memory_order_acq_rel,
                                                memory_order_relaxed))
        return arg;
    while (!(next = atomic_load_explicit(&own->next, memory_order_acquire)))
        ;
    atomic_store_explicit(&next->waits, 0, memory_order_release);
    return arg;
}

MODEL(queue_lock, "-", "the lock of Mellor-Crummey and Scott; three threads")
{
    three(queues);
    assert(guarded == 3);
}

static atomic_int arrived, sense;
static int rounds[2];

static void meet(int *own)
{
    *own = !*own;
    if (atomic_fetch_add(&arrived, 1) == 1) {
        atomic_store_explicit(&arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&sense, *own, memory_order_release);
        return;
    }
    while (atomic_load_explicit(&sense, memory_order_acquire) != *own)
        ;
}

static void meets_often(int number)
{
    int own = 0;
    for (int i = 0; i < 2; i++) {
        rounds[number]++;
        meet(&own);
        assert(rounds[!number] == i + 1);
        meet(&own);
    }
}
static void *meets(void *arg)
{
    meets_often(1);
    return arg;
}
static void *meets_first(void *arg)
{
    meets_often(0);
    return arg;
}

MODEL(barrier_used_again, "-", "a barrier that is used four times; two threads")
{
    beside(meets, meets_first);
}

/* --- loops of more than one look --- */

static void *waits_for_both(void *arg)
{
    while (!atomic_load(&flag) || !atomic_load(&other))
        ;
    return arg;
}

static void *sets_both(void *arg)
{
    atomic_store(&flag, 1);
    atomic_store(&other, 1);
    return arg;
}

MODEL(two_looks, "-", "waits for two flags")
{
    beside(waits_for_both, sets_both);
}

static void *sets_and_clears(void *arg)
{
    atomic_store(&flag, 1);
    atomic_store(&flag, 0);
    atomic_store(&other, 1);
    return arg;
}

MODEL(half_answered, "-",
      "one flag is cleared before the other is set: a loop may have seen the first before that, or never")
{
    beside(waits_for_both, sets_and_clears);
}

static void *waits_under_mutex(void *arg)
{
    for (bool done = false; !done;) {
        pthread_mutex_lock(&mutex);
        done = guarded;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

static void *sets_under_mutex(void *arg)
{
    pthread_mutex_lock(&mutex);
    guarded = 1;
    pthread_mutex_unlock(&mutex);
    return arg;
}

MODEL(looks_under_mutex, "-", "looks at a plain variable, under a mutex")
{
    beside(waits_under_mutex, sets_under_mutex);
}

static void *adds_under_mutex(void *arg)
{
    pthread_mutex_lock(&mutex);
    guarded++;
    pthread_mutex_unlock(&mutex);
    return arg;
}

static int look_under_mutex(void)
{
    pthread_mutex_lock(&mutex);
    int seen = guarded;
    pthread_mutex_unlock(&mutex);
    return seen;
}

MODEL(looks_under_mutex_for_two, "-",
      "what was seen stands in a register at the lock: the second look after an answer is like the first at its unlock")
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, adds_under_mutex, NULL);
    while (look_under_mutex() != 2)
        sched_yield();
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

MODEL(looks_under_mutex_in_vain, "-", "the same, and nobody writes")
{
    three(waits_under_mutex);
}

/* --- in vain --- */

static void *waits(void *arg)
{
    while (!atomic_load(&flag))
        ;
    return arg;
}

MODEL(in_vain_of_three, "-", "one waits for a store that nobody makes, another ends at once")
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, nothing, NULL);
    pthread_create(&threads[1], NULL, waits, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

MODEL(all_in_vain, "-", "three wait for a store that nobody makes")
{
    three(waits);
}

static void *counts_for_ever(void *arg)
{
    for (int looks = 0; !atomic_load(&flag); looks++)
        ;
    return arg;
}

MODEL(counts_in_vain, "-", "three count their looks, and wait for a store that nobody makes")
{
    three(counts_for_ever);
}

/* --- loops that give up --- */

static void *sets_flag(void *arg)
{
    atomic_store(&flag, 1);
    return arg;
}

static void *looks_40_times(void *arg)
{
    for (int i = 0; i < 40; i++)
        if (atomic_load(&flag))
            return arg;
    interleave_fail("it gave up");
}

MODEL(gives_up, "-", "gives up after 40 looks")
{
    beside(looks_40_times, sets_flag);
}

static void *tries_40_times(void *arg)
{
    for (int i = 0; i < 40; i++)
        if (!pthread_mutex_trylock(&mutex)) {
            pthread_mutex_unlock(&mutex);
            return arg;
        }
    interleave_fail("it gave up");
}

MODEL(gives_up_to_lock, "-", "gives up after 40 tries to lock a mutex")
{
    beside(tries_40_times, sets_under_mutex);
}

static void *yields_three_times(void *arg)
{
    for (int i = 0; i < 3; i++) {
        USE(atomic_load(&other));
        sched_yield();
    }
    if (!atomic_load(&flag))
        interleave_fail("it came first");
    return arg;
}

MODEL(gives_way, "-", "gives way three times, and may still be the first")
{
    beside(yields_three_times, sets_flag);
}

static void *looks_1000_times(void *arg)
{
    for (int i = 0; i < 1000; i++)
        if (atomic_load(&flag))
            return arg;
    interleave_fail("it gave up");
}

MODEL(gives_up_late, "-", "gives up after 1,000 looks: the verdict says that it was not let go so far")
{
    beside(looks_1000_times, sets_flag);
}

static void *backs_off(void *arg)
{
    for (int pause = 1; atomic_exchange(&flag, 1); pause = pause < 8 ? 2 * pause : pause)
        for (int i = 0; i < pause; i++)
            __asm__ volatile("");
    guarded++;
    atomic_store_explicit(&flag, 0, memory_order_release);
    return arg;
}

MODEL(exchange_lock_backs_off, "-", "a lock by an exchange, with pauses that grow")
{
    beside(backs_off, backs_off);
    assert(guarded == 2);
}
