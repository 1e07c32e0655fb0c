/**
 * @file config.c
 * @brief A configuration that is replaced while it is read; the readers take a count under the mutex.
 *
 * BUG 1: frees the old one at once. "After the exchange nobody can find it."
 * BUG 2: reads the pointer under the mutex, and counts itself after. "The pointer was valid when I read it."
 * BUG 3: the new one is never freed when it equals the old one. "Nothing has changed, nothing to do."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

struct config {
    int users; /* guarded by mutex; the current one counts as a user */
    int value;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct config *current; /* guarded by mutex */

static struct config *config_new(int value)
{
    struct config *self = malloc(sizeof *self);
    *self = (struct config){.users = 1, .value = value};
    return self;
}

static void give_back(struct config *self)
{
    pthread_mutex_lock(&mutex);
    int left = --self->users;
    pthread_mutex_unlock(&mutex);
    if (left == 0)
        free(self);
}

static void *reader(void *arg)
{
    pthread_mutex_lock(&mutex);
    struct config *self = current;
#if BUG == 2
    pthread_mutex_unlock(&mutex);
    pthread_mutex_lock(&mutex);
#endif
    self->users++;
    pthread_mutex_unlock(&mutex);
    assert(self->value == 1 || self->value == 2);
    give_back(self);
    return arg;
}

static void replace(struct config *fresh)
{
    pthread_mutex_lock(&mutex);
    struct config *old = current;
    if (BUG == 3 && old->value == fresh->value) {
        pthread_mutex_unlock(&mutex);
        return;
    }
    current = fresh;
    pthread_mutex_unlock(&mutex);
#if BUG == 1
    free(old);
#else
    give_back(old);
#endif
}

static void *writer(void *arg)
{
    replace(config_new(BUG == 3 ? 1 : 2));
    return arg;
}

MODEL(config, "-", "one reads, one replaces")
{
    current = config_new(1);
    both(reader, writer);
    give_back(current);
}
