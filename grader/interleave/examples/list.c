/* Mutex, condition variable, memory of one's own: items are handed over until the end. */
#include "interleave.h"

struct item {
    struct item *next;
    int value;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct item *first;
static int closed;

static void put(int value)
{
    struct item *item = malloc(sizeof *item);
    item->value = value;
    pthread_mutex_lock(&lock);
    item->next = first;
    first = item;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void *consume(void *sum)
{
    pthread_mutex_lock(&lock);
    while (first || !closed)
        if (first) {
            struct item *item = first;
            first = item->next;
            *(int *)sum += item->value;
            free(item); /* leave it out, and the model leaks */
        } else {
            pthread_cond_wait(&changed, &lock);
        }
    pthread_mutex_unlock(&lock);
    return NULL;
}

MODEL(list, "-", "two items and the end, one consumer: nothing lost, no deadlock, no leak")
{
    int sum = 0;
    pthread_t consumer;
    pthread_create(&consumer, NULL, consume, &sum);
    put(1);
    put(2);
    pthread_mutex_lock(&lock);
    closed = 1;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(consumer, NULL);
    assert(sum == 3);
}
