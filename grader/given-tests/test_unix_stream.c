/**
 * @file test_unix_stream.c
 * @brief Unix sockets that are connected: bytes and records, ends, names, credentials; and closes under those that wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jobs.h"
#include "unix_runs.h"
#include "weft/coop.h"
#include "weft/error.h"

static void close_ends(struct wf_unix_stream ends[2])
{
    wf_unix_close(&ends[0]);
    wf_unix_close(&ends[1]);
}

/* G.216, G.217 */
START_TEST(g217_bytes_are_read_and_peeked)
{
    begin_unix(_i);
    char bytes[8] = {0}, more[8] = {0};
    struct wf_socket_io io;
    struct wf_unix_stream ends[2];
    const struct iovec pieces[] = {{bytes, 2}, {more, 3}};
    ck_assert_int_eq(wf_unix_pair(ends, false), 0);
    ck_assert_int_eq(RUN(wf_unix_read(&io, &ends[0], bytes, 0))->out, 0); /* of nothing: at once */
    wf_unix_peek(&io, &ends[0], bytes, 3);
    expect_pending(&io.future);
    say_to(&ends[1], "abc");
    say_to(&ends[1], "def");
    run_unix(&io.future);
    ck_assert_int_eq(io.out, 3);
    ck_assert_str_eq(bytes, "abc");
    ck_assert_int_eq(RUN(wf_unix_read_pieces(&io, &ends[0], pieces, 2))->out, 5);
    ck_assert_mem_eq(bytes, "ab", 2);
    ck_assert_str_eq(more, "cde");
    expect_said(&ends[0], "f"); /* a short one */
    wf_unix_read(&io, &ends[0], bytes, sizeof bytes);
    expect_pending(&io.future);
    wf_unix_close(&ends[1]);
    run_unix(&io.future);
    ck_assert_int_eq(io.out, 0);
    ck_assert_int_eq(RUN(wf_unix_peek(&io, &ends[0], bytes, 1))->out, 0);
    wf_unix_close(&ends[0]);
    end_unix();
}
END_TEST

/* G.217: the other side closes with bytes that it has not read. */
START_TEST(g217_unread_bytes_are_a_reset)
{
    begin_unix(_i);
    struct wf_unix_stream ends[2];
    ck_assert_int_eq(wf_unix_pair(ends, false), 0);
    say_to(&ends[0], "never read");
    wf_unix_close(&ends[1]);
    ck_assert_int_eq(read_out(&ends[0]), -ECONNRESET);
    ck_assert_int_eq(read_out(&ends[0]), 0);
    wf_unix_close(&ends[0]);
    end_unix();
}
END_TEST

enum { BYTES = 3000000, PIECE = 70000 };

static char sent_bytes[PIECE];

struct sends {
    struct wf_future future;
    struct wf_unix_stream *stream;
    struct wf_socket_io io;
    int64_t left;
    struct iovec pieces[2];
    int out;
};

/* Writes until nothing is left, then says so; of two pieces in each write. */
ASYNC_FN(sends)
{
    ASYNC_BEGIN;
    while (self->left > 0) {
        size_t size = self->left < PIECE ? (size_t)self->left : PIECE;
        self->pieces[0] = (struct iovec){sent_bytes, size / 3};
        self->pieces[1] = (struct iovec){sent_bytes + size / 3, size - size / 3};
        AWAIT(wf_unix_write_pieces(&self->io, self->stream, self->pieces, 2));
        ck_assert_int_gt(self->io.out, 0);
        self->left -= self->io.out;
    }
    ck_assert_int_eq(wf_unix_shutdown(self->stream, SHUT_WR), 0);
ASYNC_FINALLY:
    ASYNC_END;
}

struct both_ways {
    struct wf_future future;
    struct wf_unix_stream ends[2];
    struct wf_join_handle senders[2];
    struct wf_socket_io io;
    char bytes[5000];
    int64_t total;
    int i;
    int out;
};

/* Each side sends more than there is room for, in a task; one direction is read after the other. */
ASYNC_FN(both_ways)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(wf_unix_pair(self->ends, false), 0);
    for (self->i = 0; self->i < 2; self->i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->senders[self->i], sends,
                                  .stream = &self->ends[self->i], .left = BYTES),
                         0);
    for (self->i = 0; self->i < 2; self->i++) {
        self->total = 0;
        do {
            AWAIT(wf_unix_read(&self->io, &self->ends[1 - self->i], self->bytes, sizeof self->bytes));
            ck_assert_int_ge(self->io.out, 0);
            self->total += self->io.out;
        } while (self->io.out > 0);
        ck_assert_int_eq(self->total, BYTES);
        AWAIT(&self->senders[self->i]);
    }
ASYNC_FINALLY:
    wf_unix_close(&self->ends[0]);
    wf_unix_close(&self->ends[1]);
    ASYNC_END;
}

/* G.217, G.218, G.219 */
START_TEST(g218_a_write_waits_for_room)
{
    static struct both_ways root;
    begin_unix(_i);
    RUN(ASYNC_INIT(&root, both_ways));
    end_unix();
}
END_TEST

/* G.218: SIGPIPE would end this process. */
START_TEST(g218_nobody_reads_any_more)
{
    begin_unix(_i);
    struct wf_socket_io io;
    struct wf_unix_stream ends[2];
    for (int closed = 0; closed < 3; closed++) {
        ck_assert_int_eq(wf_unix_pair(ends, false), 0);
        ck_assert_int_eq(RUN(wf_unix_write(&io, &ends[0], "", 0))->out, 0);
        if (closed == 0)
            wf_unix_close(&ends[1]);
        else if (closed == 1)
            ck_assert_int_eq(wf_unix_shutdown(&ends[1], SHUT_RD), 0);
        else
            ck_assert_int_eq(wf_unix_shutdown(&ends[0], SHUT_WR), 0);
        ck_assert_int_eq(RUN(wf_unix_write(&io, &ends[0], "x", 1))->out, -EPIPE);
        close_ends(ends);
    }
    end_unix();
}
END_TEST

/* G.219 */
START_TEST(g219_one_direction_ends)
{
    begin_unix(_i);
    struct wf_unix_stream ends[2];
    ck_assert_int_eq(wf_unix_pair(ends, false), 0);
    say_to(&ends[0], "last");
    ck_assert_int_eq(wf_unix_shutdown(&ends[0], SHUT_WR), 0);
    ck_assert_int_eq(wf_unix_shutdown(&ends[0], SHUT_WR), 0);
    expect_said(&ends[1], "last");
    ck_assert_int_eq(read_out(&ends[1]), 0);
    say_to(&ends[1], "answer");
    expect_said(&ends[0], "answer");
    ck_assert_int_eq(wf_unix_shutdown(&ends[0], 77), -EINVAL);
    close_ends(ends);
    ck_assert_int_eq(wf_unix_shutdown(&ends[0], SHUT_WR), -EBADF);
    end_unix();
}
END_TEST

/* --- closed --- */

/* READY with an inner future, and says when that has begun to wait. */
struct noted {
    struct wf_future future;
    struct wf_future *inner;
    int out;
};

static _Atomic bool waits;

static enum wf_poll noted_poll(struct wf_future *future, struct wf_cx *cx)
{
    enum wf_poll poll = wf_future_poll(((struct noted *)future)->inner, cx);
    if (poll == WF_PENDING)
        waits = true;
    return poll;
}

static void noted_drop(struct wf_future *future)
{
    wf_future_drop(((struct noted *)future)->inner);
}

static const struct wf_future_ops noted_ops = {
    .name = "noted", .poll = noted_poll, .drop = noted_drop, WF_FRAME(struct noted)};

struct closes_all {
    struct wf_future future;
    struct wf_future *inner;
    void (*close)(void);
    struct wf_join_handle task;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(closes_all)
{
    ASYNC_BEGIN;
    ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->task, noted, .inner = self->inner), 0);
    while (!waits)
        AWAIT(wf_yield(&self->yield));
    self->close();
    AWAIT(&self->task);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct wf_unix_stream closed_ends[2];
static struct wf_unix_listener closed_listener;
static struct wf_unix_datagram closed_datagram;

static void closes(void)
{
    wf_unix_close(&closed_ends[0]);
    wf_unix_listener_close(&closed_listener);
    wf_unix_datagram_close(&closed_datagram);
}

/* G.220: a task waits for one of them; the root closes it. Then each is closed for later ones. */
START_TEST(g220_a_close_ends_waits)
{
    char byte;
    struct wf_address name;
    struct wf_unix_accept accept;
    struct wf_unix_send_to send_to;
    struct wf_socket_io io;
    struct closes_all root;
    for (int which = 0; which < 3; which++) {
        begin_unix(_i);
        waits = false;
        name = a_name();
        closed_listener = listen_at(&name);
        closed_datagram = datagram_at(NULL);
        ck_assert_int_eq(wf_unix_pair(closed_ends, false), 0);
        struct wf_future *inner[] = {&wf_unix_accept(&accept, &closed_listener)->future,
                                     which == 1
                                         ? &wf_unix_read(&io, &closed_ends[0], &byte, 1)->future
                                         : &wf_unix_datagram_receive(&io, &closed_datagram, &byte, 1)->future};
        RUN(ASYNC_INIT(&root, closes_all, .inner = inner[which > 0], .close = closes));
        ck_assert_int_eq(root.task.out, 0);
        ck_assert_int_eq(which == 0 ? accept.out : (int)io.out, WF_ECLOSED);
        closes();
        ck_assert_int_eq(RUN(wf_unix_accept(&accept, &closed_listener))->out, WF_ECLOSED);
        ck_assert_int_eq(read_out(&closed_ends[0]), WF_ECLOSED);
        ck_assert_int_eq(RUN(wf_unix_write(&io, &closed_ends[0], "x", 1))->out, WF_ECLOSED);
        ck_assert_int_eq(RUN(wf_unix_datagram_send(&io, &closed_datagram, "x", 1))->out, WF_ECLOSED);
        ck_assert_int_eq(RUN(wf_unix_send_to(&send_to, &closed_datagram, "x", 1, &name))->out, WF_ECLOSED);
        ck_assert_int_eq(wf_unix_local(&closed_ends[0], &name), -EBADF);
        ck_assert_int_eq(wf_unix_peer(&closed_ends[0], &name), -EBADF);
        ck_assert_int_eq(wf_unix_listener_address(&closed_listener, &name), -EBADF);
        ck_assert_int_eq(wf_unix_datagram_connect(&closed_datagram, &name), -EBADF);
        ck_assert_int_eq(read_out(&closed_ends[1]), 0);
        wf_unix_close(&closed_ends[1]);
        end_unix();
    }
}
END_TEST

/* --- who is there --- */

/* G.221 */
START_TEST(g221_names_of_both_sides)
{
    begin_unix(_i);
    struct wf_unix_stream client, ends[2];
    struct wf_unix_connect connect;
    struct wf_address address = a_path(), bound = a_name(), at;
    struct wf_unix_listener listener = listen_at(&address);
    ck_assert_int_eq(
        RUN(wf_unix_connect(&connect, &client, &address, &(struct wf_unix_connect_options){.bind = bound}))->out,
        0);
    struct wf_unix_stream server = accept_from(&listener);
    ck_assert_int_eq(wf_unix_peer(&client, &at), 0);
    ck_assert(wf_address_equal(&at, &address));
    ck_assert_int_eq(wf_unix_local(&client, &at), 0);
    ck_assert(wf_address_equal(&at, &bound));
    ck_assert_int_eq(wf_unix_peer(&server, &at), 0);
    ck_assert(wf_address_equal(&at, &bound));
    ck_assert_int_eq(wf_unix_local(&server, &at), 0);
    ck_assert(wf_address_equal(&at, &address));
    ck_assert_int_eq(wf_unix_pair(ends, false), 0);
    ck_assert_int_eq(wf_unix_peer(&ends[0], &at), 0);
    ck_assert(wf_address_family(&at) == AF_UNIX && !wf_address_unix_name(&at, &(size_t){0}));
    close_ends(ends);
    wf_unix_close(&client);
    wf_unix_close(&server);
    wf_unix_listener_close(&listener);
    remove_path(&address);
    end_unix();
}
END_TEST

/* G.221: of another process. */
START_TEST(g221_credentials_of_another_process)
{
    begin_unix(_i);
    int status;
    struct wf_unix_credentials credentials;
    struct wf_address address = a_name();
    struct wf_unix_listener listener = listen_at(&address);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char byte;
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fd, &address.as.any, address.length) != 0)
            _exit(1);
        _exit(read(fd, &byte, 1) != 1);
    }
    struct wf_unix_stream server = accept_from(&listener);
    ck_assert_int_eq(wf_unix_credentials(&server, &credentials), 0);
    ck_assert_int_eq(credentials.pid, child);
    ck_assert_uint_eq(credentials.uid, geteuid());
    ck_assert_uint_eq(credentials.gid, getegid());
    say_to(&server, "x");
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    wf_unix_close(&server);
    ck_assert_int_eq(wf_unix_credentials(&server, &credentials), -EBADF);
    wf_unix_listener_close(&listener);
    end_unix();
}
END_TEST

/* --- records --- */

/* G.222, G.226: through a listener, and through a pair. */
START_TEST(g222_records_keep_their_boundaries)
{
    for (int paired = 0; paired < 2; paired++) {
        begin_unix(_i);
        char bytes[4];
        struct wf_socket_io io;
        struct wf_unix_stream ends[2];
        struct wf_unix_listener listener = {.fd = {.fd = -1}};
        struct wf_address address = a_name();
        struct wf_unix_connect connect;
        if (paired)
            ck_assert_int_eq(wf_unix_pair(ends, true), 0);
        else {
            ck_assert_int_eq(
                wf_unix_listen(&listener, &address, &(struct wf_unix_listen_options){.seqpacket = true}), 0);
            ck_assert_int_eq(RUN(wf_unix_connect(&connect, &ends[0], &address,
                                                 &(struct wf_unix_connect_options){.seqpacket = true}))
                                 ->out,
                             0);
            ends[1] = accept_from(&listener);
        }
        say_to(&ends[0], "ab");
        say_to(&ends[0], "cdefgh");
        ck_assert_int_eq(RUN(wf_unix_write(&io, &ends[0], "", 0))->out, 0); /* an empty record */
        say_to(&ends[0], "i");
        expect_said(&ends[1], "ab");
        ck_assert_int_eq(RUN(wf_unix_peek(&io, &ends[1], bytes, 4))->out, 4);
        ck_assert(wf_socket_truncated(&io));
        ck_assert_int_eq(RUN(wf_unix_read(&io, &ends[1], bytes, 4))->out, 4);
        ck_assert_mem_eq(bytes, "cdef", 4);
        ck_assert(wf_socket_truncated(&io));
        ck_assert_int_eq(read_out(&ends[1]), 0);
        ck_assert_int_eq(RUN(wf_unix_read(&io, &ends[1], bytes, 4))->out, 1);
        ck_assert(!wf_socket_truncated(&io));
        ck_assert_int_eq(RUN(wf_unix_write(&io, &ends[1], "", 0))->out, 0); /* and in the other direction */
        say_to(&ends[1], "j");
        ck_assert_int_eq(read_out(&ends[0]), 0);
        expect_said(&ends[0], "j");
        wf_unix_close(&ends[0]);
        ck_assert_int_eq(read_out(&ends[1]), 0);
        ck_assert_int_eq(RUN(wf_unix_write(&io, &ends[1], "x", 1))->out, -EPIPE);
        wf_unix_close(&ends[1]);
        wf_unix_listener_close(&listener);
        end_unix();
    }
}
END_TEST

/* --- from elsewhere --- */

/* G.229 */
START_TEST(g229_sockets_come_and_go)
{
    begin_unix(_i);
    int fds[2], tcp[2], datagrams[2], udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct wf_unix_stream stream;
    struct wf_unix_listener listener, again;
    struct wf_unix_datagram datagram;
    struct wf_address address = a_name();
    open_pair(fds);
    open_tcp(tcp);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, datagrams), 0);
    int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), no_socket = an_event();
    ck_assert_int_eq(wf_unix_from_fd(&stream, tcp[0]), -EINVAL);
    ck_assert_int_eq(wf_unix_from_fd(&stream, datagrams[0]), -EINVAL);
    ck_assert_int_eq(wf_unix_from_fd(&stream, unconnected), -ENOTCONN);
    ck_assert_int_eq(wf_unix_from_fd(&stream, no_socket), -ENOTSOCK);
    ck_assert_int_eq(wf_unix_listener_from_fd(&listener, fds[0]), -EINVAL);
    ck_assert_int_eq(wf_unix_listener_from_fd(&listener, no_socket), -ENOTSOCK);
    ck_assert_int_eq(wf_unix_datagram_from_fd(&datagram, fds[0]), -EINVAL);
    ck_assert_int_eq(wf_unix_datagram_from_fd(&datagram, udp), -EINVAL);
    ck_assert_int_eq(wf_unix_datagram_from_fd(&datagram, no_socket), -ENOTSOCK);
    close(udp);
    close(unconnected);
    close(no_socket);
    close_both(tcp);

    ck_assert_int_eq(wf_unix_from_fd(&stream, fds[0]), 0);
    put(fds[1], "x");
    expect_said(&stream, "x");
    ck_assert_int_eq(wf_unix_release(&stream), fds[0]);
    ck_assert_int_eq(wf_unix_release(&stream), -1);
    ck_assert_int_eq(wf_unix_from_fd(&stream, fds[0]), 0);
    wf_unix_close(&stream);
    close(fds[1]);

    ck_assert_int_eq(wf_unix_datagram_from_fd(&datagram, datagrams[0]), 0);
    ck_assert_int_eq(wf_unix_datagram_release(&datagram), datagrams[0]);
    close_both(datagrams);

    listener = listen_at(&address);
    int fd = wf_unix_listener_release(&listener);
    ck_assert_int_eq(wf_unix_listener_from_fd(&again, fd), 0);
    struct wf_unix_stream client = connect_to(&address), server = accept_from(&again);
    wf_unix_close(&client);
    wf_unix_close(&server);
    wf_unix_listener_close(&again);
    end_unix();
}
END_TEST

/* G.216: neither of two is open where there is no descriptor for both. */
START_TEST(g216_a_pair_is_made_whole_or_not)
{
    begin_unix(_i);
    struct wf_unix_stream ends[2];
    struct wf_unix_datagram datagrams[2];
    begin_shortage();
    ck_assert_int_eq(wf_unix_pair(ends, false), -EMFILE);
    ck_assert_int_eq(wf_unix_datagram_pair(datagrams), -EMFILE);
    end_shortage();
    ck_assert(!ends[0].fd.source && !ends[1].fd.source && !datagrams[0].fd.source);
    ck_assert_int_eq(wf_unix_pair(ends, false), 0);
    ck_assert_int_eq(wf_unix_datagram_pair(datagrams), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert(fcntl(ends[i].fd.fd, F_GETFD) & FD_CLOEXEC);
        ck_assert(fcntl(datagrams[i].fd.fd, F_GETFD) & FD_CLOEXEC);
        wf_unix_datagram_close(&datagrams[i]);
    }
    close_ends(ends);
    end_unix();
}
END_TEST

TCase *unix_stream_tests(void)
{
    TCase *tcase = tcase_create("unix stream");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g217_bytes_are_read_and_peeked, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g217_unread_bytes_are_a_reset, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g218_a_write_waits_for_room, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g218_nobody_reads_any_more, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g219_one_direction_ends, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g220_a_close_ends_waits, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g221_names_of_both_sides, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g221_credentials_of_another_process, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g222_records_keep_their_boundaries, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g229_sockets_come_and_go, 0, UNIX_KINDS);
    tcase_add_loop_test(tcase, g216_a_pair_is_made_whole_or_not, 0, UNIX_KINDS);
    return tcase;
}
