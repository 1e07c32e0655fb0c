/**
 * @file descriptors.c
 * @brief eventfd, pipes and pairs of sockets in models: what they order, when they wait, how they end.
 *
 * What is expected of each stands in descriptors.txt.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accesses.h"

enum { FULL = 4096 };

static int data, more;
static int ends[2];
static int event;

static void beside(void *(*run)(void *), void (*other)(void))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    other();
    pthread_join(thread, NULL);
}

static void close_both(void)
{
    close(ends[0]);
    close(ends[1]);
}

/* --- eventfd --- */

static void *add_one(void *arg)
{
    data = 1;
    eventfd_write(event, 1);
    return arg;
}

static void wait_and_read(void)
{
    eventfd_t value = 0;
    assert(eventfd_read(event, &value) == 0 && value == 1);
    assert(data == 1);
}

MODEL(event_orders, "none", "")
{
    event = eventfd(0, 0);
    beside(add_one, wait_and_read);
    close(event);
}

static void look_and_read(void)
{
    eventfd_t value;
    if (eventfd_read(event, &value) == 0)
        assert(data == 1 && value == 1);
    else
        assert(errno == EAGAIN);
}

MODEL(event_is_looked_at, "none", "")
{
    event = eventfd(0, EFD_NONBLOCK);
    beside(add_one, look_and_read);
    close(event);
}

static void *add_two(void *arg)
{
    more = 1;
    eventfd_write(event, 1);
    return add_one(arg);
}

static void read_both(void)
{
    eventfd_t value = 0, sum = 0;
    while (sum < 2) {
        assert(eventfd_read(event, &value) == 0);
        sum += value;
    }
    assert(data + more == 2);
}

MODEL(event_adds_up, "none", "")
{
    event = eventfd(0, 0);
    beside(add_two, read_both);
    close(event);
}

MODEL(event_one_by_one, "none", "")
{
    eventfd_t value = 0;
    event = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    assert(eventfd_read(event, &value) == 0 && value == 1);
    assert(eventfd_read(event, &value) == 0 && value == 1);
    assert(eventfd_read(event, &value) == -1 && errno == EAGAIN);
    assert(eventfd_write(event, UINT64_MAX - 1) == 0);
    assert(eventfd_write(event, 1) == -1 && errno == EAGAIN);
    assert(eventfd_write(event, UINT64_MAX) == -1 && errno == EINVAL);
    close(event);
}

static void read_twice(void)
{
    eventfd_t value;
    for (int i = 0; i < 2; i++)
        eventfd_read(event, &value);
}

MODEL(event_never_comes, "deadlock", "")
{
    event = eventfd(0, 0);
    beside(add_one, read_twice);
}

/* The first read has what the first write told; the second one says nothing of it. */
static void read_the_first(void)
{
    eventfd_t value;
    eventfd_read(event, &value);
    assert(data + more > 0);
}

MODEL(event_tells_of_one, "data race", "")
{
    event = eventfd(0, 0);
    beside(add_two, read_the_first);
    close(event);
}

/* --- pipes --- */

static void *write_word(void *arg)
{
    data = 1;
    assert(write(ends[1], "abc", 3) == 3);
    close(ends[1]);
    return arg;
}

static void read_word(void)
{
    char word[8] = "";
    assert(read(ends[0], word, sizeof word) == 3 && memcmp(word, "abc", 3) == 0 && data == 1);
    assert(read(ends[0], word, sizeof word) == 0);
    close(ends[0]);
}

MODEL(pipe_and_its_end, "none", "")
{
    assert(pipe(ends) == 0);
    beside(write_word, read_word);
}

static void *write_by_pieces(void *arg)
{
    more = 1;
    assert(write(ends[1], "a", 1) == 1);
    data = 1;
    assert(write(ends[1], "b", 1) == 1);
    return arg;
}

static void read_one_piece(void)
{
    char piece;
    assert(read(ends[0], &piece, 1) == 1 && piece == 'a' && more == 1);
    data = 2;
}

MODEL(pipe_tells_of_one_piece, "data race", "")
{
    assert(pipe(ends) == 0);
    beside(write_by_pieces, read_one_piece);
    close_both();
}

static char many[FULL + 1];

static void *fill(void *arg)
{
    assert(write(ends[1], many, FULL) == FULL);
    assert(write(ends[1], "x", 1) == 1); /* waits for room */
    assert(data == 1);
    return arg;
}

static void make_room(void)
{
    data = 1;
    assert(read(ends[0], many, 1) == 1);
}

MODEL(full_pipe_waits, "none", "")
{
    assert(pipe(ends) == 0);
    beside(fill, make_room);
    close_both();
}

MODEL(full_pipe_says_so, "none", "")
{
    assert(pipe2(ends, O_NONBLOCK) == 0);
    assert(write(ends[1], many, FULL) == FULL);
    assert(write(ends[1], "x", 1) == -1 && errno == EAGAIN);
    assert(read(ends[0], many, 1) == 1);
    assert(write(ends[1], "xy", 2) == -1 && errno == EAGAIN);
    assert(write(ends[1], "x", 1) == 1);
    assert(read(ends[1], many, 1) == -1 && errno == EBADF);
    close_both();
}

static void *close_reader(void *arg)
{
    data = 1;
    close(ends[0]);
    return arg;
}

static void write_until_it_fails(void)
{
    while (write(ends[1], many, FULL) == FULL)
        ;
    assert(errno == EPIPE && data == 1);
}

MODEL(broken_pipe, "none", "")
{
    assert(pipe(ends) == 0);
    beside(close_reader, write_until_it_fails);
    close(ends[1]);
}

static void *close_the_read_end(void *arg)
{
    close(ends[0]);
    return arg;
}

static void read_from_it(void)
{
    char byte;
    (void)!read(ends[0], &byte, 1);
}

MODEL(closed_under_a_reader, "misuse", "")
{
    assert(pipe(ends) == 0);
    beside(close_the_read_end, read_from_it);
    close(ends[1]);
}

static void close_it_too(void)
{
    close(ends[0]);
}

MODEL(closed_twice, "misuse", "")
{
    assert(pipe(ends) == 0);
    beside(close_the_read_end, close_it_too);
    close(ends[1]);
}

MODEL(never_closed, "leak", "")
{
    assert(pipe(ends) == 0);
    close(ends[1]);
}

MODEL(no_descriptor, "misuse", "")
{
    close(77);
}

MODEL(reads_into_nothing, "crash", "")
{
    assert(pipe(ends) == 0);
    assert(write(ends[1], "abc", 3) == 3);
    void *volatile nothing = NULL;
    (void)!read(ends[0], nothing, 3);
}

MODEL(reads_too_much, "memory error", "")
{
    char *small = malloc(2);
    assert(pipe(ends) == 0);
    assert(write(ends[1], "abc", 3) == 3);
    volatile size_t size = 3;
    (void)!read(ends[0], small, size);
    free(small);
}

static void read_the_buffer(void)
{
    char byte;
    (void)!read(ends[0], &byte, 1);
    many[0] = 1; /* the writer may still copy it */
}

static void *write_the_buffer(void *arg)
{
    (void)!write(ends[1], many, 1);
    (void)!write(ends[1], many, 1);
    return arg;
}

MODEL(buffer_in_use, "data race", "")
{
    assert(pipe(ends) == 0);
    beside(write_the_buffer, read_the_buffer);
    close_both();
}

/* --- pairs of sockets --- */

static void *answer(void *arg)
{
    char byte;
    assert(recv(ends[1], &byte, 1, 0) == 1);
    byte++;
    assert(send(ends[1], &byte, 1, MSG_NOSIGNAL) == 1);
    shutdown(ends[1], SHUT_WR);
    return arg;
}

static void ask(void)
{
    char byte = 'a';
    assert(recv(ends[0], &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    assert(write(ends[0], &byte, 1) == 1);
    assert(read(ends[0], &byte, 1) == 1 && byte == 'b');
    assert(read(ends[0], &byte, 1) == 0);
}

MODEL(sockets_both_ways, "none", "")
{
    assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    beside(answer, ask);
    close(ends[1]);
    assert(write(ends[0], "x", 1) == -1 && errno == EPIPE);
    close(ends[0]);
}

MODEL(sockets_of_the_net, "not supported", "")
{
    (void)socketpair(AF_INET, SOCK_STREAM, 0, ends);
}
