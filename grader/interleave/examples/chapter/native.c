/* How often a processor shows what the models show: message.c and buffers.c as tests, with real threads.
 *
 *     gcc -O2 -pthread native.c -o native && ./native
 *
 * The numbers depend on the machine and on chance; 0 proves nothing. Two objects of a round have a cache line each. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { ROUNDS = 5000000, LINE = 16 };

static atomic_int first[LINE], second[LINE], round_of[2][LINE];
static int saw[2];

/* Both threads leave this at nearly the same time. */
static void meet(int me, int round)
{
    atomic_store_explicit(round_of[me], round, memory_order_release);
    while (atomic_load_explicit(round_of[!me], memory_order_acquire) < round)
        ;
}

static void clear(int me)
{
    if (me == 0) {
        atomic_store_explicit(&first[0], 0, memory_order_relaxed);
        atomic_store_explicit(&second[0], 0, memory_order_relaxed);
    }
}

/* One stores letter and flag, the other loads flag and letter: 1 and 0 is what a reader must not see. */
static void message(int me)
{
    if (me == 0) {
        atomic_store_explicit(&first[0], 1, memory_order_relaxed);
        atomic_store_explicit(&second[0], 1, memory_order_relaxed);
    } else {
        saw[0] = atomic_load_explicit(&second[0], memory_order_relaxed);
        saw[1] = !atomic_load_explicit(&first[0], memory_order_relaxed);
    }
}

/* Each stores its own, and loads the other's: both may see 0. */
static void buffers(int me)
{
    atomic_store_explicit(me ? &second[0] : &first[0], 1, memory_order_release);
    saw[me] = !atomic_load_explicit(me ? &first[0] : &second[0], memory_order_acquire);
}

static void (*test)(int me);
static int odd_rounds;

static void *run(void *arg)
{
    int me = arg != NULL;
    for (int i = 0; i < ROUNDS; i++) {
        clear(me);
        meet(me, 3 * i + 1);
        test(me);
        meet(me, 3 * i + 2);
        if (me == 0)
            odd_rounds += saw[0] && saw[1];
        meet(me, 3 * i + 3);
    }
    return NULL;
}

static void measure(const char *name, void (*body)(int me))
{
    pthread_t thread;
    test = body;
    odd_rounds = 0;
    for (int i = 0; i < 2; i++)
        atomic_store(round_of[i], 0);
    pthread_create(&thread, NULL, run, &odd_rounds);
    run(NULL);
    pthread_join(thread, NULL);
    printf("%-8s %d of %d rounds\n", name, odd_rounds, ROUNDS);
}

int main(void)
{
    measure("message", message);
    measure("buffers", buffers);
}
