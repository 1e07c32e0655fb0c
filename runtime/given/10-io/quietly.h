/**
 * @file quietly.h
 * @brief System calls that raise SIGPIPE and have no flag against it: writev(), sendfile(), splice().
 *
 * A library does not ignore a signal for its whole process: so the thread blocks it around the call, and takes back the one that the
 * call has raised. One that was pending before is somebody else's, and stays.
 *
 *     struct quietly quietly;
 *     quietly_begin(&quietly);
 *     ssize_t length = writev(fd, pieces, count);
 *     quietly_end(&quietly, length < 0 && errno == EPIPE);
 */
#ifndef WEFT_GIVEN_QUIETLY_H
#define WEFT_GIVEN_QUIETLY_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/** How the thread stood before the call. */
struct quietly {
    sigset_t before;  /**< its mask */
    bool was_pending; /**< a SIGPIPE was, already */
};

/** @brief Block SIGPIPE in this thread. */
static inline void quietly_begin(struct quietly *quietly)
{
    sigset_t pipe_signal, pending;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &quietly->before);
    sigemptyset(&pending);
    quietly->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

/** @brief The mask is as before. @param may_have_raised  of the call: then its signal is taken back. errno stays as it is. */
static inline void quietly_end(const struct quietly *quietly, bool may_have_raised)
{
    int error = errno;
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    if (may_have_raised && !quietly->was_pending)
        (void)sigtimedwait(&pipe_signal, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, &quietly->before, NULL);
    errno = error;
}

#endif
