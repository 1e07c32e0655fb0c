/**
 * @file handle.c
 * @brief A handle that may be closed from two sides, by its user and by the end of its connection.
 *
 * BUG 1: looks whether it is closed, then closes it. "The flag says so."
 * BUG 2: each side only notes that it is done, and leaves the rest to the other. "One of us is the last."
 */
#include <stdbool.h>

#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_bool closed;
static char *buffer;

static void close_handle(void)
{
#if BUG == 1
    if (atomic_load(&closed))
        return;
    atomic_store(&closed, true);
#elif BUG == 2
    if (!atomic_load(&closed)) {
        atomic_store(&closed, true);
        return;
    }
#else
    if (atomic_exchange(&closed, true))
        return;
#endif
    free(buffer);
}

static void *user(void *arg)
{
    close_handle();
    return arg;
}

static void *connection(void *arg)
{
    close_handle();
    return arg;
}

MODEL(handle, "-", "closed twice")
{
    interleave_name(&closed, "closed", "false", "true");
    buffer = malloc(16);
    both(user, connection);
}
