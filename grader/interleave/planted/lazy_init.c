/**
 * @file lazy_init.c
 * @brief An object that is made by whoever needs it first: double-checked locking; two threads.
 *
 * BUG 1: the pointer is a plain variable. "It is written under the mutex."
 * BUG 2: reads the pointer relaxed. "If I see the pointer, I see the object."
 * BUG 3: does not check again under the mutex. "I have checked already."
 * BUG 4: stores the pointer before it fills in the object. "The mutex is still held."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

struct object {
    int value;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
#if BUG == 1
static struct object *instance;
#define READ() instance
#define PUBLISH(object) instance = (object)
#else
static _Atomic(struct object *) instance;
#define READ() atomic_load_explicit(&instance, BUG == 2 ? memory_order_relaxed : memory_order_acquire)
#define PUBLISH(object) atomic_store_explicit(&instance, (object), memory_order_release)
#endif

static struct object *get(void)
{
    struct object *object = READ();
    if (object)
        return object;
    pthread_mutex_lock(&mutex);
    object = READ();
    if (!object || BUG == 3) {
        object = malloc(sizeof *object);
        if (BUG == 4)
            PUBLISH(object);
        object->value = 42;
        if (BUG != 4)
            PUBLISH(object);
    }
    pthread_mutex_unlock(&mutex);
    return object;
}

static void *user(void *arg)
{
    assert(get()->value == 42);
    return arg;
}

MODEL(lazy_init, "-", "two threads need the object")
{
    interleave_name(&instance, "instance");
    both(user, user);
    free(READ());
}
