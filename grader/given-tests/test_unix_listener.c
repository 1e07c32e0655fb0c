/**
 * @file test_unix_listener.c
 * @brief Unix sockets that listen, are connected to, and accept.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jobs.h"
#include "unix_runs.h"
#include "weft/combine.h"
#include "weft/coop.h"
#include "weft/error.h"

/* G.210, G.212, G.214: at a name with NULs, and at a path. */
START_TEST(g210_a_listener_is_connected_to)
{
    for (int which = 0; which < 2; which++) {
        begin_unix(_i);
        struct wf_address address = a_name_or_path(which), at;
        struct wf_unix_listener listener = listen_at(&address);
        ck_assert_int_eq(wf_unix_listener_address(&listener, &at), 0);
        ck_assert(wf_address_equal(&address, &at));
        struct wf_unix_stream client = connect_to(&address), server = accept_from(&listener);
        say_to(&client, "ping");
        expect_said(&server, "ping");
        say_to(&server, "pong");
        expect_said(&client, "pong");
        ck_assert(fcntl(server.fd.fd, F_GETFD) & FD_CLOEXEC);
        ck_assert(fcntl(client.fd.fd, F_GETFD) & FD_CLOEXEC);
        ck_assert(fcntl(listener.fd.fd, F_GETFD) & FD_CLOEXEC);
        wf_unix_close(&client);
        ck_assert_int_eq(read_out(&server), 0);
        wf_unix_close(&server);
        wf_unix_listener_close(&listener);
        remove_path(&address);
        end_unix();
    }
}
END_TEST

/* G.210 */
START_TEST(g210_what_is_there_is_in_use)
{
    for (int which = 0; which < 2; which++) {
        begin_unix(_i);
        struct wf_address address = a_name_or_path(which), other;
        struct wf_unix_listener listener = listen_at(&address), second;
        int open = open_descriptors();
        ck_assert_int_eq(wf_unix_listen(&second, &address, NULL), -EADDRINUSE);
        ck_assert_int_eq(wf_unix_listener_address(&second, &other), -EBADF);
        ck_assert_int_eq(open_descriptors(), open);
        struct wf_unix_stream client = connect_to(&address); /* it was not disturbed, nor its file removed */
        wf_unix_close(&client);
        wf_unix_listener_close(&listener);
        /* a file stays, and is in the way; a name does not */
        ck_assert_int_eq(wf_unix_listen(&second, &address, NULL), which ? -EADDRINUSE : 0);
        wf_unix_listener_close(&second);
        remove_path(&address);

        ck_assert_int_eq(wf_address_parse(&other, "127.0.0.1:80"), 0);
        ck_assert_int_eq(wf_unix_listen(&second, &other, NULL), -EAFNOSUPPORT);
        ck_assert_int_eq(wf_address_unix(&other, "/no/such/folder"), 0);
        ck_assert_int_eq(wf_unix_listen(&second, &other, NULL), -ENOENT);
        ck_assert_int_eq(wf_address_parse(&other, "unix:"), 0);
        ck_assert_int_eq(wf_unix_listen(&second, &other, NULL), 0);
        ck_assert_int_eq(wf_unix_listener_address(&second, &other), 0);
        ck_assert(wf_address_is_abstract(&other)); /* chosen by the system */
        wf_unix_listener_close(&second);
        end_unix();
    }
}
END_TEST

static struct wf_address at_the_end;
static _Atomic int status_at_the_end;
static _Atomic bool begun_to_end;

/* A blocking call that goes on when the reactor is shut down. */
static int listens_at_the_end(void *arg)
{
    struct wf_unix_listener listener;
    struct wf_async_fd *own = arg;
    begun_to_end = true;
    while (!(wf_readiness_look(&own->source->readiness) & WF_SOURCE_CLOSED))
        sched_yield();
    status_at_the_end = wf_unix_listen(&listener, &at_the_end, NULL);
    wf_async_fd_close(own);
    return 0;
}

/* G.210: the reactor refuses, when the file is made already: it is removed. */
START_TEST(g210_a_failure_leaves_no_file)
{
    struct wf_async_fd own;
    begin_unix(_i);
    at_the_end = a_path();
    status_at_the_end = 0;
    ck_assert_int_eq(wf_async_fd_open(&own, an_event(), WF_READABLE), 0);
    ck_assert_int_eq(wf_blocking(NULL, listens_at_the_end, &own), 0);
    wait_for(is_true, &begun_to_end);
    end_unix(); /* the folder is empty */
    ck_assert_int_eq(status_at_the_end, WF_ECLOSED);
}
END_TEST

/* G.211 */
START_TEST(g211_a_stale_file_is_removed)
{
    begin_unix(_i);
    struct wf_address address = a_path(), other;
    struct stat about;
    const char *path = address.as.unix_name.sun_path;
    ck_assert_int_eq(wf_unix_remove_stale(&address), 0); /* nothing is there */
    struct wf_unix_listener listener = listen_at(&address);
    ck_assert_int_eq(wf_unix_remove_stale(&address), -EADDRINUSE);
    struct wf_unix_stream served = accept_from(&listener); /* the connection that asked */
    ck_assert_int_eq(read_out(&served), 0);
    wf_unix_close(&served);
    ck_assert_int_eq(lstat(path, &about), 0);
    wf_unix_listener_close(&listener);
    ck_assert_int_eq(lstat(path, &about), 0);
    ck_assert_int_eq(wf_unix_remove_stale(&address), 0);
    ck_assert_int_ne(lstat(path, &about), 0);

    struct wf_unix_datagram datagram = datagram_at(&address);
    ck_assert_int_eq(wf_unix_remove_stale(&address), -EADDRINUSE);
    wf_unix_datagram_close(&datagram);
    ck_assert_int_eq(wf_unix_remove_stale(&address), 0);

    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(wf_unix_remove_stale(&address), -ENOTSOCK);
    remove_path(&address);
    /* a link to a socket is none itself */
    other = a_path();
    listener = listen_at(&other);
    wf_unix_listener_close(&listener);
    ck_assert_int_eq(symlink(other.as.unix_name.sun_path, path), 0);
    ck_assert_int_eq(wf_unix_remove_stale(&address), -ENOTSOCK);
    remove_path(&address);
    ck_assert_int_eq(wf_unix_remove_stale(&other), 0);
    other = a_name();
    listener = listen_at(&other);
    ck_assert_int_eq(wf_unix_remove_stale(&other), 0); /* no file */
    wf_unix_listener_close(&listener);
    ck_assert_int_eq(wf_address_parse(&other, "127.0.0.1:80"), 0);
    ck_assert_int_eq(wf_unix_remove_stale(&other), -EAFNOSUPPORT);
    end_unix();
}
END_TEST

/* G.212, G.217: an accept and a read that waited are dropped when something has come, and nothing is lost. */
START_TEST(g212_a_dropped_accept_has_taken_nothing)
{
    begin_unix(_i);
    struct wf_unix_accept accept;
    struct wf_socket_io io;
    char byte;
    struct wf_address address = a_name(), bound = a_name();
    struct wf_unix_listener listener = listen_at(&address);
    struct wf_unix_stream client;
    struct wf_unix_connect connect;
    wf_unix_accept(&accept, &listener);
    expect_pending(&accept.future);
    ck_assert_int_eq(
        RUN(wf_unix_connect(&connect, &client, &address, &(struct wf_unix_connect_options){.bind = bound}))->out,
        0);
    wf_future_drop(&accept.future);
    ck_assert_int_eq(RUN(wf_unix_accept(&accept, &listener))->out, 0);
    ck_assert(wf_address_equal(&accept.peer, &bound));
    wf_unix_read(&io, &accept.stream, &byte, 1);
    expect_pending(&io.future);
    say_to(&client, "x");
    wf_future_drop(&io.future);
    expect_said(&accept.stream, "x");
    wf_unix_close(&accept.stream);
    wf_unix_close(&client);
    wf_unix_listener_close(&listener);
    end_unix();
}
END_TEST

/* --- many --- */

enum { CLIENTS = 40, TASKS = 3 };

static struct wf_unix_listener shared_listener;
static struct wf_address shared_address;
static _Atomic int claimed, served, echoed;

struct accepts {
    struct wf_future future;
    struct wf_unix_accept accept;
    struct wf_unix_stream stream;
    struct wf_socket_io io;
    char byte;
    int out;
};

/* One of several tasks that share a listener. */
ASYNC_FN(accepts)
{
    ASYNC_BEGIN;
    while (claimed++ < CLIENTS) {
        AWAIT(wf_unix_accept(&self->accept, &shared_listener));
        ck_assert_int_eq(self->accept.out, 0);
        self->stream = self->accept.stream;
        AWAIT(wf_unix_read(&self->io, &self->stream, &self->byte, 1));
        ck_assert_int_eq(self->io.out, 1);
        AWAIT(wf_unix_write(&self->io, &self->stream, &self->byte, 1));
        ck_assert_int_eq(self->io.out, 1);
        wf_unix_close(&self->stream);
        served++;
    }
ASYNC_FINALLY:
    wf_unix_close(&self->stream);
    ASYNC_END;
}

struct client {
    struct wf_future future;
    char number, byte;
    struct wf_unix_connect connect;
    struct wf_unix_stream stream;
    struct wf_socket_io io;
    int out;
};

ASYNC_FN(client)
{
    ASYNC_BEGIN;
    AWAIT(wf_unix_connect(&self->connect, &self->stream, &shared_address, NULL));
    ck_assert_int_eq(self->connect.out, 0);
    AWAIT(wf_unix_write(&self->io, &self->stream, &self->number, 1));
    ck_assert_int_eq(self->io.out, 1);
    AWAIT(wf_unix_read(&self->io, &self->stream, &self->byte, 1));
    ck_assert_int_eq(self->io.out, 1);
    ck_assert_int_eq(self->byte, self->number);
    echoed++;
ASYNC_FINALLY:
    wf_unix_close(&self->stream);
    ASYNC_END;
}

struct many {
    struct wf_future future;
    struct wf_join_handle servers[TASKS], clients[CLIENTS];
    int i;
    int out;
};

ASYNC_FN(many)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < TASKS; self->i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->servers[self->i], accepts), 0);
    for (self->i = 0; self->i < CLIENTS; self->i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->clients[self->i], client,
                                  .number = (char)('0' + self->i)),
                         0);
    for (self->i = 0; self->i < CLIENTS; self->i++)
        AWAIT(&self->clients[self->i]);
    for (self->i = 0; self->i < TASKS; self->i++)
        AWAIT(&self->servers[self->i]);
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.212, G.215: a backlog of one, in which connects wait for their turn. */
START_TEST(g212_each_accept_has_another_connection)
{
    begin_unix(_i);
    struct many root;
    claimed = served = echoed = 0;
    shared_address = a_name();
    ck_assert_int_eq(
        wf_unix_listen(&shared_listener, &shared_address, &(struct wf_unix_listen_options){.backlog = 1}), 0);
    RUN(ASYNC_INIT(&root, many));
    ck_assert_int_eq(served, CLIENTS);
    ck_assert_int_eq(echoed, CLIENTS);
    wf_unix_listener_close(&shared_listener);
    end_unix();
}
END_TEST

/* --- full, and short of descriptors --- */

static int connect_raw(const struct wf_address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, &address->as.any, address->length) == 0)
        return fd;
    ck_assert_int_eq(errno, EAGAIN);
    close(fd);
    return -1;
}

enum { FULL = 2 }; /* a backlog of 1 holds one more */

/* G.215: on a clock that passes only when all wait: 1 + 2 + 4 + 8 + 16 ms have passed, 32 more have not; later it is each 100 ms. */
START_TEST(g215_a_full_backlog_is_asked_again)
{
    int fds[FULL];
    struct wf_unix_listener listener;
    struct wf_unix_stream stream;
    struct wf_unix_connect connect;
    struct wf_timeout limit;
    begin_unix(PAUSED_CLOCK);
    struct wf_address address = a_name();
    ck_assert_int_eq(wf_unix_listen(&listener, &address, &(struct wf_unix_listen_options){.backlog = 1}), 0);
    for (int i = 0; i < FULL; i++)
        ck_assert_int_ge(fds[i] = connect_raw(&address), 0);
    ck_assert_int_eq(connect_raw(&address), -1);
    int open = open_descriptors();
    uint64_t begun = wf_now();
    wf_unix_connect(&connect, &stream, &address, NULL);
    ck_assert_int_eq(RUN(wf_timeout(&limit, WF_MILLISECONDS(62), &connect.future))->out, WF_ETIMEDOUT);
    ck_assert_uint_eq(connect.next_ns, WF_MILLISECONDS(64));
    ck_assert_int_eq(open_descriptors(), open); /* dropped, it leaves none */
    ck_assert_int_eq(stream.fd.fd, -1);
    wf_unix_connect(&connect, &stream, &address, NULL);
    ck_assert_int_eq(RUN(wf_timeout(&limit, WF_SECONDS(1), &connect.future))->out, WF_ETIMEDOUT);
    ck_assert_uint_eq(connect.next_ns, WF_UNIX_PAUSE_MAX_NS);
    ck_assert_uint_ge(wf_now() - begun, WF_MILLISECONDS(1062));
    struct wf_unix_stream accepted = accept_from(&listener);
    stream = connect_to(&address);
    wf_unix_close(&accepted);
    wf_unix_close(&stream);
    for (int i = 0; i < FULL; i++)
        close(fds[i]);
    wf_unix_listener_close(&listener);
    end_unix();
}
END_TEST

struct accepts_late {
    struct wf_future future;
    struct wf_unix_listener *listener;
    struct wf_yield yield;
    int i;
    int out;
};

/* Takes all that is in the backlog, when others have been polled. */
ASYNC_FN(accepts_late)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < 3; self->i++)
        AWAIT(wf_yield(&self->yield));
    int fd;
    while ((fd = accept4(self->listener->fd.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        close(fd);
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.215: in real time; the connect is polled first. */
START_TEST(g215_room_is_found)
{
    int fds[FULL];
    struct wf_unix_listener listener;
    struct wf_unix_stream stream;
    struct wf_unix_connect connect;
    struct accepts_late late;
    struct wf_join join;
    begin_unix(_i);
    struct wf_address address = a_path();
    ck_assert_int_eq(wf_unix_listen(&listener, &address, &(struct wf_unix_listen_options){.backlog = 1}), 0);
    for (int i = 0; i < FULL; i++)
        ck_assert_int_ge(fds[i] = connect_raw(&address), 0);
    struct wf_future *both[] = {&wf_unix_connect(&connect, &stream, &address, NULL)->future,
                                &ASYNC_INIT(&late, accepts_late, .listener = &listener)->future};
    RUN(wf_join(&join, both, 2, WF_BIASED));
    ck_assert_int_eq(connect.out, 0);
    ck_assert_uint_gt(connect.next_ns, WF_UNIX_PAUSE_MIN_NS); /* it had to wait */
    say_to(&stream, "x");
    struct wf_unix_stream accepted = accept_from(&listener);
    expect_said(&accepted, "x");
    wf_unix_close(&accepted);
    wf_unix_close(&stream);
    for (int i = 0; i < FULL; i++)
        close(fds[i]);
    wf_unix_listener_close(&listener);
    remove_path(&address);
    end_unix();
}
END_TEST

/* G.213: the connection was told of before, and no event tells that a descriptor is free. */
START_TEST(g213_without_descriptors_an_accept_pauses)
{
    struct wf_unix_accept accept;
    struct wf_timeout limit;
    begin_unix(PAUSED_CLOCK);
    struct wf_address address = a_name();
    struct wf_unix_listener listener = listen_at(&address);
    struct wf_unix_stream client = connect_to(&address);
    begin_shortage();
    wf_unix_accept(&accept, &listener);
    ck_assert_int_eq(RUN(wf_timeout(&limit, WF_MILLISECONDS(62), &accept.future))->out, WF_ETIMEDOUT);
    ck_assert_uint_eq(accept.pause.next_ns, WF_MILLISECONDS(32)); /* the pause that it was dropped in */
    wf_unix_accept(&accept, &listener);
    expect_pending(&accept.future);
    end_shortage();
    run_unix(&accept.future);
    ck_assert_int_eq(accept.out, 0);
    say_to(&client, "x");
    expect_said(&accept.stream, "x");
    wf_unix_close(&accept.stream);
    wf_unix_close(&client);
    wf_unix_listener_close(&listener);
    end_unix();
}
END_TEST

/* G.213, G.220: a pause ends when the listener is closed. */
START_TEST(g213_a_pause_ends_with_its_listener)
{
    struct wf_unix_accept accept;
    begin_unix(PAUSED_CLOCK);
    struct wf_address address = a_name();
    struct wf_unix_listener listener = listen_at(&address);
    struct wf_unix_stream first = connect_to(&address), client = connect_to(&address),
                          accepted = accept_from(&listener); /* so that it is known to be readable */
    uint64_t begun = wf_now();
    begin_shortage();
    wf_unix_accept(&accept, &listener);
    expect_pending(&accept.future);
    ck_assert_uint_gt(accept.pause.next_ns, 0);
    wf_unix_listener_close(&listener);
    run_unix(&accept.future);
    end_shortage();
    ck_assert_int_eq(accept.out, WF_ECLOSED);
    ck_assert_uint_eq(wf_now(), begun);
    wf_unix_close(&first);
    wf_unix_close(&client);
    wf_unix_close(&accepted);
    end_unix();
}
END_TEST

/* --- who is not connected --- */

static int connect_status(const struct wf_address *address, bool seqpacket)
{
    struct wf_unix_stream stream;
    struct wf_unix_connect connect;
    int open = open_descriptors();
    RUN(wf_unix_connect(&connect, &stream, address,
                        &(struct wf_unix_connect_options){.seqpacket = seqpacket}));
    ck_assert_int_eq(open_descriptors(), open);
    ck_assert_ptr_null(stream.fd.source);
    return connect.out;
}

/* G.214 */
START_TEST(g214_a_connect_says_why_not)
{
    begin_unix(_i);
    struct wf_address path = a_path(), name = a_name(), other;
    struct wf_unix_stream stream;
    struct wf_unix_connect connect;
    ck_assert_int_eq(connect_status(&path, false), -ENOENT);
    ck_assert_int_eq(connect_status(&name, false), -ECONNREFUSED);
    struct wf_unix_listener listener = listen_at(&path);
    ck_assert_int_eq(connect_status(&path, true), -EPROTOTYPE);
    ck_assert_int_eq(
        RUN(wf_unix_connect(&connect, &stream, &path, &(struct wf_unix_connect_options){.bind = path}))->out,
        -EADDRINUSE);
    begin_shortage();
    ck_assert_int_eq(connect_status(&path, false), -EMFILE);
    end_shortage();
    wf_unix_listener_close(&listener);
    ck_assert_int_eq(connect_status(&path, false), -ECONNREFUSED);
    remove_path(&path);
    ck_assert_int_eq(wf_address_parse(&other, "127.0.0.1:80"), 0);
    ck_assert_int_eq(connect_status(&other, false), -EAFNOSUPPORT);
    end_unix();
}
END_TEST

/* G.217: connections that nobody accepted are reset; it is told once. */
START_TEST(g217_a_listener_that_is_gone_resets_its_backlog)
{
    begin_unix(_i);
    struct wf_socket_io io;
    char byte;
    struct wf_address address = a_name();
    struct wf_unix_listener listener = listen_at(&address);
    struct wf_unix_stream waits = connect_to(&address), later = connect_to(&address);
    wf_unix_read(&io, &waits, &byte, 1);
    expect_pending(&io.future);
    wf_unix_listener_close(&listener);
    run_unix(&io.future);
    ck_assert_int_eq(io.out, -ECONNRESET);
    ck_assert_int_eq(read_out(&waits), 0);
    ck_assert_int_eq(RUN(wf_unix_write(&io, &waits, "x", 1))->out, -EPIPE);
    ck_assert_int_eq(read_out(&later), -ECONNRESET);
    wf_unix_close(&waits);
    wf_unix_close(&later);
    end_unix();
}
END_TEST

TCase *unix_listener_tests(void)
{
    TCase *tcase = tcase_create("unix listener");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g210_a_listener_is_connected_to, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g210_what_is_there_is_in_use, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g210_a_failure_leaves_no_file, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g211_a_stale_file_is_removed, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g212_a_dropped_accept_has_taken_nothing, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g212_each_accept_has_another_connection, 0, UNIX_KINDS);
    tcase_add_test(tcase, g213_without_descriptors_an_accept_pauses);
    tcase_add_test(tcase, g213_a_pause_ends_with_its_listener);
    tcase_add_loop_test(tcase, g214_a_connect_says_why_not, 0, UNIX_KINDS);
    tcase_add_test(tcase, g215_a_full_backlog_is_asked_again);
    tcase_add_loop_test(tcase, g215_room_is_found, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g217_a_listener_that_is_gone_resets_its_backlog, 0, UNIX_KINDS);
    return tcase;
}
