/**
 * @file event_base.c
 * @brief A base of libevent's, as the reactor needs it.
 */
#include "weft/detail/event_base.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

enum { DESCRIPTORS = 4 }; /* that libevent takes: an epoll instance, a pipe for signals, an eventfd */

static pthread_once_t threads_once = PTHREAD_ONCE_INIT;

/* libevent's own locks: process-wide, and set once. */
static void use_threads(void)
{
    (void)evthread_use_pthreads();
}

/* Where libevent lacks a descriptor for its pipe it ends the process. So what it will take is taken first, and given back. A thread that opens
 * files between the two may still be the one too many. False: errno says why. */
static bool are_descriptors_left(int fd)
{
    int taken[DESCRIPTORS], count = 0;
    while (count < DESCRIPTORS && (taken[count] = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0)
        count++;
    int failed = errno;
    for (int i = 0; i < count; i++)
        (void)close(taken[i]);
    errno = failed;
    return count == DESCRIPTORS;
}

static int note_event(const struct event_base *base, const struct event *event, void *arg)
{
    (void)base;
    *(const struct event **)arg = event;
    return 0;
}

/* An event that is added or deleted while another thread is in the loop has libevent end that thread's sleep, by an event of its own, the only one
 * that a new base has. epoll needs none of that: what is added counts at once. Without its event libevent writes once to where nobody
 * reads, and from then on believes that the thread is about to look. */
static void stop_notifying(struct event_base *base)
{
    struct event *own = NULL;
    (void)event_base_foreach_event(base, note_event, &own);
    if (own)
        (void)event_del(own);
}

struct event_base *wf_event_base_new(int fd)
{
    pthread_once(&threads_once, use_threads);
    if (!are_descriptors_left(fd))
        return NULL;
    struct event_config *config = event_config_new();
    if (!config)
        return NULL;
    /* Deadlines are the timerfd's: libevent needs no time. Its variables of the environment would choose another backend, or collect
     * changes until the next loop: then a descriptor would be closed before it is unwatched. */
    const int flags = EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_IGNORE_ENV;
    struct event_base *base =
        event_config_set_flag(config, flags) == 0 && event_config_require_features(config, EV_FEATURE_ET) == 0
            ? event_base_new_with_config(config)
            : NULL;
    event_config_free(config);
    if (base)
        stop_notifying(base);
    return base;
}
