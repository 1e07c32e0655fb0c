/**
 * @file memory.c
 * @brief Memory that nothing has written: when a read of it is a failure, and when not. Copies to memory that overlaps.
 *
 * What is expected of each stands in memory.txt.
 */
#include <stdio.h>
#include <string.h>

#include "accesses.h"

struct pair {
    char letter; /* padding follows */
    int left;
    long right;
    unsigned flag : 1, count : 7;
};

static struct pair *new_pair(void)
{
    struct pair *pair = malloc(sizeof *pair);
    pair->letter = 'a';
    pair->left = 1;
    return pair;
}

MODEL(reads_unwritten, "memory error", "")
{
    struct pair *pair = new_pair();
    assert(pair->right != 5);
    free(pair);
}

MODEL(reads_unwritten_element, "memory error", "")
{
    int *numbers = malloc(4 * sizeof *numbers), sum = 0;
    for (int i = 0; i < 3; i++)
        numbers[i] = i;
    for (int i = 0; i <= 3; i++)
        sum += numbers[i];
    assert(sum != 5);
    free(numbers);
}

MODEL(reads_unwritten_atomic, "memory error", "")
{
    atomic_int *number = malloc(sizeof *number);
    assert(atomic_load(number) != 5);
    free(number);
}

MODEL(adds_to_unwritten, "memory error", "")
{
    atomic_int *number = malloc(sizeof *number);
    atomic_fetch_add(number, 1);
    free(number);
}

/* The store has run; but another thread may not know of it yet. */
static atomic_int *_Atomic published;

static void *read_published(void *arg)
{
    atomic_int *number = atomic_load_explicit(&published, memory_order_relaxed);
    if (number)
        assert(atomic_load_explicit(number, memory_order_relaxed) != 5);
    return arg;
}

static void publish(memory_order order)
{
    pthread_t thread;
    atomic_int *number = malloc(sizeof *number);
    pthread_create(&thread, NULL, read_published, NULL);
    atomic_store_explicit(number, 1, memory_order_relaxed);
    atomic_store_explicit(&published, number, order);
    pthread_join(thread, NULL);
    free(number);
}

MODEL(publishes_before_it_writes, "memory error", "")
{
    publish(memory_order_relaxed);
}

/* A copy does no harm, also of what was not written; but it writes nothing. */
MODEL(copies_unwritten, "none", "")
{
    struct pair *pair = new_pair(), *copy = malloc(sizeof *copy);
    memcpy(copy, pair, sizeof *copy);
    assert(copy->left == 1 && copy->letter == 'a');
    copy->right = 1;
    assert(copy->right == 1);
    free(pair);
    free(copy);
}

MODEL(reads_unwritten_copy, "memory error", "")
{
    struct pair *pair = new_pair(), *copy = calloc(1, sizeof *copy);
    memcpy(copy, pair, sizeof *copy);
    assert(copy->right != 5);
    free(pair);
    free(copy);
}

MODEL(reads_what_grew, "memory error", "")
{
    int *numbers = malloc(sizeof *numbers);
    numbers[0] = 1;
    numbers = realloc(numbers, 2 * sizeof *numbers);
    assert(numbers[0] == 1);
    assert(numbers[1] != 5);
    free(numbers);
}

MODEL(writes_first, "none", "")
{
    struct pair *pair = malloc(sizeof *pair), *zeroes = calloc(1, sizeof *zeroes), *set = malloc(sizeof *set);
    *pair = (struct pair){.right = 1};
    memset(set, 0xa5, sizeof *set);
    assert(pair->left == 0 && pair->right == 1 && zeroes->right == 0 && set->left != 0);
    struct pair other = *set;
    assert(other.left == set->left);
    free(pair);
    free(zeroes);
    free(set);
}

/* The compiler reads the word that the bits stand in. */
MODEL(bits_in_unwritten, "none", "")
{
    struct pair *pair = new_pair();
    pair->flag = 1;
    pair->count = 3;
    assert(pair->flag == 1 && pair->count == 3);
    free(pair);
}

/* A part was written. */
MODEL(reads_more_than_was_written, "none", "")
{
    union {
        char bytes[4];
        int word;
    } *both = malloc(sizeof *both);
    both->bytes[1] = 1;
    assert(both->word != 5);
    free(both);
}

MODEL(texts_are_written, "none", "")
{
    char *text = malloc(8), *copy;
    snprintf(text, 8, "%d", 42);
    copy = strdup(text);
    assert(copy[0] == '4' && text[1] == '2' && strcmp(copy, text) == 0);
    free(text);
    free(copy);
}

/* --- overlap --- */

static char letters[16] = "abcdefgh";

MODEL(copies_over_itself, "memory error", "")
{
    volatile size_t size = 4;
    memcpy(letters, letters + 2, size);
}

MODEL(copies_text_over_itself, "memory error", "")
{
    char *volatile to = letters + 1;
    strcpy(to, letters);
}

MODEL(moves_over_itself, "none", "")
{
    volatile size_t size = 4;
    memmove(letters, letters + 2, size);
    memcpy(letters, letters + size, size);
    assert(letters[0] == 'e');
}

/* --- what a static variable holds --- */

static struct pair *only_one;

static void make_it(void)
{
    if (!only_one) {
        only_one = new_pair();
        *(void **)&only_one->right = malloc(1);
    }
}

MODEL(singleton_leaks, "leak", "")
{
    make_it();
}
MODEL(singleton_stays, "none", "", .singletons = true)
{
    make_it();
}
MODEL(singleton_is_lost, "leak", "", .singletons = true)
{
    make_it();
    only_one = NULL;
}

/* --- the names of what two threads touch: not static, or the compilers would leave out what nobody reads --- */

struct pair common;
int table[3][4];
struct {
    struct pair pairs[2][2];
} nested;

static void *set_count(void *arg)
{
    common.count = 2;
    return arg;
}

static void *set_table(void *arg)
{
    table[1][2]++;
    return arg;
}

static void *set_nested(void *arg)
{
    nested.pairs[1][0].right = 1;
    return arg;
}

static void twice(void *(*run)(void *))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    run(NULL);
    pthread_join(thread, NULL);
}

MODEL(race_on_bits, "data race", "")
{
    twice(set_count);
}
MODEL(race_in_table, "data race", "")
{
    twice(set_table);
}
MODEL(race_in_nested, "data race", "")
{
    twice(set_nested);
}
