/**
 * @file reentrant.c
 * @brief A lock that its owner may take again: a thread knows itself by the address of a thread-local variable.
 *
 * BUG 1: unlocks, then forgets the owner. "Either order will do, it is over anyway."
 * BUG 2: never forgets the owner. "The next one writes its own name."
 * BUG 3: the variable whose address is the name is one for all threads.
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

#if BUG == 3
static char here;
#else
static _Thread_local char here;
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(char *) owner; /* relaxed: only its owner finds its own name there */
static int depth, guarded;    /* guarded by the lock */

static void enter(void)
{
    if (atomic_load_explicit(&owner, memory_order_relaxed) == &here) {
        depth++;
        return;
    }
    pthread_mutex_lock(&lock);
    atomic_store_explicit(&owner, &here, memory_order_relaxed);
    depth = 1;
}

static void leave(void)
{
    if (--depth > 0)
        return;
#if BUG != 1 && BUG != 2
    atomic_store_explicit(&owner, NULL, memory_order_relaxed);
#endif
    pthread_mutex_unlock(&lock);
#if BUG == 1
    atomic_store_explicit(&owner, NULL, memory_order_relaxed);
#endif
}

static void *visitor(void *arg)
{
    for (int i = 0; i < 2; i++) {
        enter();
        enter();
        guarded++;
        leave();
        leave();
    }
    return arg;
}

MODEL(reentrant, "-", "two threads, two visits each, each visit inside another")
{
    both(visitor, visitor);
    assert(guarded == 4);
}
