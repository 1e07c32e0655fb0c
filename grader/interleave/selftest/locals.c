/**
 * @file locals.c
 * @brief Local variables that nothing has written: when a read is a failure, and what is no read, or was written after all.
 *
 * What is expected of each stands in locals.txt, and who does not see it. Names that begin with `right` must pass, however they are
 * compiled.
 */
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include "accesses.h"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wconditional-uninitialized" /* that is what this file is about */
#endif

#define APART __attribute__((noinline))

static atomic_int zero;

APART static int value_of(const int *number)
{
    return *number;
}

APART static void set_if(int *number, int condition)
{
    if (condition)
        *number = 1;
}

/* --- wrong --- */

MODEL(reads_in_a_call, "-", "")
{
    int number;
    assert(value_of(&number) != 5);
}

MODEL(writes_sometimes, "-", "")
{
    int number;
    set_if(&number, atomic_load(&zero));
    assert(number != 3);
}

APART static int write_and_read(int condition)
{
    int number;
    set_if(&number, condition);
    return value_of(&number);
}

MODEL(reads_what_a_call_left, "-", "the second call finds the value of the first where its variable stands")
{
    assert(write_and_read(1) == 1);
    assert(write_and_read((int)atomic_load(&zero)) != 5);
}

MODEL(reads_one_too_many, "-", "")
{
    int numbers[4], sum = 0;
    for (int i = 0; i < 3; i++)
        numbers[i] = i;
    for (int i = 0; i <= 3; i++)
        sum += value_of(&numbers[i]);
    assert(sum != 77);
}

static void *reads_number(void *arg)
{
    assert(*(int *)arg != 5);
    return arg;
}

MODEL(another_reads, "-", "a thread reads a local variable of the one that started it")
{
    pthread_t thread;
    int number;
    pthread_create(&thread, NULL, reads_number, &number);
    pthread_join(thread, NULL);
}

static _Atomic(atomic_int *) published;

static void *writes_own_too_late(void *arg)
{
    atomic_int number;
    atomic_store(&published, &number);
    atomic_store(&number, 1);
    while (atomic_load(&published))
        ;
    return arg;
}

MODEL(another_is_told_too_early, "-", "a thread publishes its variable before it writes it")
{
    pthread_t thread;
    atomic_int *other;
    pthread_create(&thread, NULL, writes_own_too_late, NULL);
    while (!(other = atomic_load(&published)))
        ;
    assert(atomic_load(other) != 5);
    atomic_store(&published, NULL);
    pthread_join(thread, NULL);
}

struct pair {
    char letter; /* padding follows */
    int left;
    long right;
};

MODEL(reads_another_member, "-", "")
{
    struct pair pair;
    pair.left = 2;
    KNOWN(&pair);
    assert(value_of((const int *)&pair.right) != 5);
}

MODEL(reads_copied_member, "-", "a copy of what was not written is not written")
{
    struct pair pair, copy;
    pair.left = 2;
    KNOWN(&pair);
    memcpy(&copy, &pair, sizeof copy);
    assert(value_of((const int *)&copy.right) != 5);
}

MODEL(adds_to_nothing, "-", "")
{
    atomic_int number;
    atomic_fetch_add(&number, 1);
}

MODEL(locks_nothing, "-", "")
{
    pthread_mutex_t mutex;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

MODEL(expects_nothing, "-", "")
{
    int expected;
    (void)atomic_compare_exchange_strong(&zero, &expected, 1);
}

/* --- wrong, and not seen --- */

MODEL(only_member, "-", "to read the only member is to read the structure, which may be a copy")
{
    struct {
        int number;
    } only;
    KNOWN(&only);
    assert(value_of(&only.number) != 5);
}

MODEL(second_round, "-",
      "the variable of a block is written in the first round, and stands in the same place in the second")
{
    for (int i = 0; i < 2; i++) {
        int number;
        set_if(&number, i == 0);
        assert(value_of(&number) == 1);
    }
}

MODEL(variable_size, "-", "an array whose size is computed")
{
    int size = 4 + atomic_load(&zero), numbers[size];
    assert(value_of(&numbers[size - 1]) != 5);
}

/* --- right --- */

MODEL(right_write, "-", "")
{
    int number;
    set_if(&number, !atomic_load(&zero));
    assert(number == 1 && write_and_read(1) == 1 && write_and_read(1) == 1);
}

APART static int of_parameter(int number)
{
    return value_of(&number);
}

MODEL(right_parameter, "-", "a parameter is written by the call, whatever it holds")
{
    assert(of_parameter((int)0xa5a5a5a5) != 4);
}

MODEL(right_lent, "-", "")
{
    pthread_t thread;
    int number = 3;
    pthread_create(&thread, NULL, reads_number, &number);
    pthread_join(thread, NULL);
}

MODEL(right_part, "-", "a structure is copied of which a part is written")
{
    struct pair pair, copy, third;
    pair.letter = 1;
    pair.left = 2;
    KNOWN(&pair);
    copy = pair;
    KNOWN(&copy);
    memcpy(&third, &copy, sizeof third);
    assert(value_of(&copy.left) == 2 && value_of(&third.left) == 2);
}

struct option {
    bool is_there;
    int value; /* only then */
};

APART static struct option make_option(int condition)
{
    struct option option;
    option.is_there = condition;
    if (condition)
        option.value = 5;
    return option;
}

APART static void give_option(int condition, struct option *to)
{
    *to = make_option(condition);
}

MODEL(right_option, "-", "a member counts only if another says so; both are copied")
{
    struct option option;
    for (int condition = 0; condition < 2; condition++) {
        give_option(condition, &option);
        struct option copy = option;
        KNOWN(&copy);
        if (copy.is_there)
            assert(copy.value == 5);
        assert(!option.is_there || option.value == 5);
    }
}

union word {
    long number;
    void *pointer;
};
struct two {
    int left, right;
};

APART static void keep_word(union word *to, const union word *from)
{
    *to = *from;
}

APART static void keep_two(struct two *to, const struct two *from)
{
    *to = *from;
}

MODEL(right_whole, "-", "what holds nothing yet is copied as a whole, in one read")
{
    union word word, other_word;
    struct two two, other_two;
    keep_word(&other_word, &word);
    keep_two(&other_two, &two);
    other_word.number = other_two.left = 1;
    KNOWN(&other_word);
    KNOWN(&other_two);
    assert(other_word.number == other_two.left);
}

APART static int sum_if(int count, int condition)
{
    int number, sum = 0;
    set_if(count ? &number : NULL, condition);
    for (int i = 0; i < count; i++)
        if (condition)
            sum += number;
    KNOWN(&number);
    return sum;
}

MODEL(right_loop, "-", "a loop that reads a variable only if it was written")
{
    assert(sum_if(3, atomic_load(&zero)) == 0 && sum_if(3, 1) == 3);
}

APART static int aligned(int number)
{
    _Alignas(64) int numbers[4];
    int other;
    set_if(&other, 1);
    numbers[0] = number;
    numbers[1] = other;
    KNOWN(numbers);
    return numbers[0] + numbers[1];
}

APART static int recursive(int depth)
{
    int number;
    set_if(&number, 1);
    return depth ? recursive(depth - 1) + number : number;
}

APART static int computed(int size)
{
    int numbers[size];
    for (int i = 0; i < size; i++)
        numbers[i] = i;
    KNOWN(numbers);
    return value_of(&numbers[size - 1]);
}

MODEL(right_frames, "-", "frames that are aligned, deep, or of a size that is computed")
{
    assert(aligned(1) == 2 && recursive(200) == 201 && computed(5) == 4 && computed(50) == 49);
}

MODEL(right_calls, "-", "the C library writes what a pointer to it is given")
{
    char text[20];
    sem_t permits;
    pthread_mutex_t mutex;
    pthread_mutexattr_t kind;
    struct timespec now;
    atomic_int number;
    snprintf(text, sizeof text, "%d %s", 5, "ab");
    sem_init(&permits, 0, 1);
    sem_wait(&permits);
    pthread_mutexattr_init(&kind);
    pthread_mutex_init(&mutex, &kind);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    clock_gettime(CLOCK_MONOTONIC, &now);
    atomic_init(&number, 1);
    assert(strcmp(text, "5 ab") == 0 && now.tv_sec > 0 && atomic_fetch_add(&number, 1) == 1);
}

/* --- nor does a loop read what its text does not read --- */

static int shared;

APART static int sum_shared(int count, int condition)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        if (condition)
            sum += shared;
    return sum;
}

static void *writes_shared(void *arg)
{
    shared = 1;
    return arg;
}

MODEL(right_condition, "-",
      "one thread writes a variable, the other would read it in a loop, but for a condition")
{
    pthread_t thread;
    pthread_create(&thread, NULL, writes_shared, NULL);
    assert(sum_shared(3, atomic_load(&zero)) == 0);
    pthread_join(thread, NULL);
}
