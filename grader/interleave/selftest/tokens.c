/**
 * @file tokens.c
 * @brief One token, which a thread takes and puts back: a semaphore, an eventfd, a byte in a pipe. Each of the threads may be the first.
 *
 * Each model fails in some order of the sections only; what is expected stands in tokens.txt. The names end with the thread that is
 * created first, and with what the reader must not be: `early` or `late`.
 */
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "accesses.h"

static int written; /* guarded by the token */
static sem_t permit;
static int ends[2];
static char byte = 'x';

typedef void *section(void *);

static void run(section *first, section *second, section *third)
{
    section *const all[] = {first, second, third};
    pthread_t threads[3];
    int count = third ? 3 : 2;
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, all[i], NULL);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

#define TOKEN(name, begin, take, leave, end)                                                                 \
    static void *name##_writes(void *arg)                                                                    \
    {                                                                                                        \
        take;                                                                                                \
        written = 1;                                                                                         \
        leave;                                                                                               \
        return arg;                                                                                          \
    }                                                                                                        \
    static int name##_read(void)                                                                             \
    {                                                                                                        \
        take;                                                                                                \
        int found = written;                                                                                 \
        leave;                                                                                               \
        return found;                                                                                        \
    }                                                                                                        \
    static void *name##_late(void *arg)                                                                      \
    {                                                                                                        \
        interleave_expect(name##_read() == 0, "it reads early", "it reads late");                            \
        return arg;                                                                                          \
    }                                                                                                        \
    static void *name##_early(void *arg)                                                                     \
    {                                                                                                        \
        interleave_expect(name##_read() == 1, "it reads late", "it reads early");                            \
        return arg;                                                                                          \
    }                                                                                                        \
    static void *name##_passes(void *arg)                                                                    \
    {                                                                                                        \
        (void)name##_read();                                                                                 \
        return arg;                                                                                          \
    }                                                                                                        \
    MODEL(name##_writer_late, "-", "")                                                                       \
    {                                                                                                        \
        begin;                                                                                               \
        run(name##_writes, name##_late, NULL);                                                               \
        end;                                                                                                 \
    }                                                                                                        \
    MODEL(name##_reader_late, "-", "")                                                                       \
    {                                                                                                        \
        begin;                                                                                               \
        run(name##_late, name##_writes, NULL);                                                               \
        end;                                                                                                 \
    }                                                                                                        \
    MODEL(name##_writer_early, "-", "")                                                                      \
    {                                                                                                        \
        begin;                                                                                               \
        run(name##_writes, name##_early, NULL);                                                              \
        end;                                                                                                 \
    }                                                                                                        \
    MODEL(name##_third_late, "-", "")                                                                        \
    {                                                                                                        \
        begin;                                                                                               \
        run(name##_passes, name##_late, name##_writes);                                                      \
        end;                                                                                                 \
    }                                                                                                        \
    MODEL(name##_third_early, "-", "")                                                                       \
    {                                                                                                        \
        begin;                                                                                               \
        run(name##_writes, name##_passes, name##_early);                                                     \
        end;                                                                                                 \
    }

static void take_in_time(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += 100;
    if (sem_clockwait(&permit, CLOCK_MONOTONIC, &deadline) != 0)
        sem_wait(&permit);
}

static void poll_and_read(void)
{
    struct pollfd polled = {.fd = ends[0], .events = POLLIN};
    char found;
    do
        poll(&polled, 1, -1);
    while (read(ends[0], &found, 1) != 1);
}

static void take_count(void)
{
    eventfd_t count;
    eventfd_read(ends[0], &count);
}

static void take_byte(void)
{
    char found;
    (void)!read(ends[0], &found, 1);
}

static void leave_byte(void)
{
    (void)!write(ends[1], &byte, 1);
}

static void close_both(void)
{
    close(ends[0]);
    close(ends[1]);
}

TOKEN(semaphore, sem_init(&permit, 0, 1), sem_wait(&permit), sem_post(&permit), sem_destroy(&permit))
TOKEN(timed_semaphore, sem_init(&permit, 0, 1), take_in_time(), sem_post(&permit), sem_destroy(&permit))
TOKEN(event, ends[0] = eventfd(1, 0), take_count(), eventfd_write(ends[0], 1), close(ends[0]))
TOKEN(event_by_one, ends[0] = eventfd(1, EFD_SEMAPHORE), take_count(), eventfd_write(ends[0], 1),
      close(ends[0]))
TOKEN(pipe, (void)!pipe(ends); leave_byte(), take_byte(), leave_byte(), close_both())
TOKEN(sockets, socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
      leave_byte(), take_byte(), leave_byte(), close_both())
TOKEN(polled, (void)!pipe2(ends, O_NONBLOCK); leave_byte(), poll_and_read(), leave_byte(), close_both())
