/**
 * @file addresses.c
 * @brief Addresses of blocks and numbers of threads and descriptors: what a program sees of the order in which they were made.
 *
 * What is expected of each stands in addresses.txt.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "accesses.h"

static char *blocks[3];
static pthread_t children[2];
static int descriptors[2];
static atomic_int own[2];

static void *allocates(void *which)
{
    blocks[(intptr_t)which] = malloc(16);
    return which;
}

static void *stores_and_allocates(void *which)
{
    atomic_store_explicit(&own[(intptr_t)which], 1, memory_order_relaxed);
    return allocates(which);
}

static void *nothing(void *which)
{
    return which;
}

static void *starts(void *which)
{
    pthread_create(&children[(intptr_t)which], NULL, nothing, NULL);
    return which;
}

static void *opens(void *which)
{
    descriptors[(intptr_t)which] = eventfd(0, 0);
    return which;
}

static void run_two(void *(*run)(void *))
{
    pthread_t threads[2];
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static void free_blocks(void)
{
    for (int i = 0; i < 3; i++)
        free(blocks[i]);
}

MODEL(first_lies_lower, "assertion", "", .addresses = true)
{
    run_two(allocates);
    assert(blocks[0] < blocks[1]);
    free_blocks();
}

MODEL(second_lies_lower, "assertion", "", .addresses = true)
{
    run_two(stores_and_allocates);
    assert(blocks[0] > blocks[1]);
    free_blocks();
}

/* The checker looks whether the order counts. */
MODEL(asked_without_a_word, "assertion", "")
{
    run_two(allocates);
    assert(blocks[0] < blocks[1]);
    free_blocks();
}

MODEL(numbers_without_a_word, "assertion", "")
{
    run_two(starts);
    assert(children[0] < children[1]);
    pthread_join(children[0], NULL);
    pthread_join(children[1], NULL);
}

MODEL(asks_of_equality, "none", "that is the same in each order")
{
    run_two(allocates);
    assert(blocks[0] != blocks[1]);
    free_blocks();
}

MODEL(three_allocate, "none", "all six orders, and no more", .addresses = true)
{
    pthread_t threads[2];
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, allocates, (void *)i);
    allocates((void *)2);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert(blocks[0] != blocks[1] && blocks[1] != blocks[2]);
    free_blocks();
}

MODEL(alone, "none", "before another thread starts there is one order", .addresses = true)
{
    for (int i = 0; i < 3; i++)
        allocates((void *)(intptr_t)i);
    assert(blocks[0] < blocks[1] && blocks[1] < blocks[2]);
    free_blocks();
}

MODEL(first_has_the_lower_number, "assertion", "", .addresses = true)
{
    run_two(starts);
    assert(children[0] < children[1]);
    pthread_join(children[0], NULL);
    pthread_join(children[1], NULL);
}

MODEL(first_opens_first, "assertion", "", .addresses = true)
{
    run_two(opens);
    assert(descriptors[0] < descriptors[1]);
    close(descriptors[0]);
    close(descriptors[1]);
}

/* Two locks: the lower one first, or always the same one first. */
static pthread_mutex_t *locks[2];

static void *makes_a_lock(void *which)
{
    locks[(intptr_t)which] = malloc(sizeof *locks[0]);
    pthread_mutex_init(locks[(intptr_t)which], NULL);
    return which;
}

static void *takes_both(void *lower_first)
{
    bool turned = lower_first && locks[0] > locks[1];
    pthread_mutex_lock(locks[turned]);
    pthread_mutex_lock(locks[!turned]);
    pthread_mutex_unlock(locks[!turned]);
    pthread_mutex_unlock(locks[turned]);
    return NULL;
}

MODEL(one_takes_the_lower_first, "deadlock", "", .addresses = true)
{
    pthread_t thread;
    run_two(makes_a_lock);
    pthread_create(&thread, NULL, takes_both, locks);
    takes_both(NULL);
    pthread_join(thread, NULL);
    free(locks[0]);
    free(locks[1]);
}

MODEL(all_take_the_lower_first, "none", "", .addresses = true)
{
    pthread_t thread;
    run_two(makes_a_lock);
    pthread_create(&thread, NULL, takes_both, locks);
    takes_both(locks);
    pthread_join(thread, NULL);
    free(locks[0]);
    free(locks[1]);
}
