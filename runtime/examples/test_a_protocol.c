/**
 * @file test_a_protocol.c
 * @brief Tests of what speaks a protocol, with a peer that follows a script: in pieces, cut off, byte by byte. No network takes part.
 *
 * `get` is what is tested: it asks a store for the value of a key, over any stream. The last test is the same code over a real socket.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "weft/async.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/test_io.h"

enum { LINE_BYTES = 16 };

/* "GET key\n", then a line. Its out: the length of the value; WF_EEND: the peer ended in the middle; WF_ETOOLONG; or an error. */
struct get {
    struct wf_future future;
    struct wf_io *stream;
    const char *request;
    size_t done;
    char line[LINE_BYTES];
    struct wf_io_call call;
    int out;
};

ASYNC_FN(get)
{
    ASYNC_BEGIN;
    while (self->done < strlen(self->request)) {
        wf_io_write(&self->call, self->stream, self->request + self->done, strlen(self->request) - self->done);
        AWAIT(&self->call);
        if (self->call.out < 0)
            ASYNC_RETURN((int)self->call.out);
        self->done += (size_t)self->call.out;
    }
    for (self->done = 0; !memchr(self->line, '\n', self->done); self->done += (size_t)self->call.out) {
        if (self->done == LINE_BYTES)
            ASYNC_RETURN(WF_ETOOLONG);
        wf_io_read(&self->call, self->stream, self->line + self->done, LINE_BYTES - self->done);
        AWAIT(&self->call);
        if (self->call.out <= 0)
            ASYNC_RETURN(self->call.out == 0 ? WF_EEND : (int)self->call.out);
    }
    self->out = (int)((char *)memchr(self->line, '\n', self->done) - self->line);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct get get;
static struct wf_test_task task;
static struct wf_test_io peer;

static void build(struct wf_io *stream)
{
    ASYNC_INIT(&get, get, .stream = stream, .request = "GET key\n");
    wf_test_task_init(&task, &get.future);
}

static void the_answer_comes_in_pieces(void)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("GET key\n"), WF_PEER_SENDS("va"),
                                                WF_PEER_WAITS, WF_PEER_SENDS("lue\n")};
    WF_TEST_IO(&peer, script);
    build(&peer.io);
    WF_EXPECT_PENDING(&task); /* it has read "va" */
    wf_test_io_go_on(&peer);
    WF_EXPECT_READY(&task);
    assert(get.out == 5 && memcmp(get.line, "value", 5) == 0);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}

static void every_byte_comes_alone(void)
{
    static const struct wf_test_act script[] = {WF_PEER_RECEIVES("GET key\n"), WF_PEER_SENDS("value\n")};
    WF_TEST_IO(&peer, script);
    peer.most = 1;
    build(&peer.io);
    WF_EXPECT_READY(&task);
    assert(get.out == 5);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}

static void the_peer_ends_or_breaks_or_says_too_much(void)
{
    static const struct wf_test_act ends[] = {WF_PEER_RECEIVES("GET key\n"), WF_PEER_SENDS("val"),
                                              WF_PEER_ENDS};
    static const struct wf_test_act breaks[] = {WF_PEER_RECEIVES("GET"), WF_PEER_FAILS(-ECONNRESET)};
    static const struct wf_test_act says[] = {WF_PEER_RECEIVES("GET key\n"),
                                              WF_PEER_SENDS("a very long value\n")};
    static const struct {
        const struct wf_test_act *script;
        size_t count;
        int out;
    } cases[] = {{ends, 3, WF_EEND}, {breaks, 2, -ECONNRESET}, {says, 2, WF_ETOOLONG}};
    for (int i = 0; i < 3; i++) {
        wf_test_io_init(&peer, cases[i].script, cases[i].count, WF_TEST_HERE);
        build(&peer.io);
        WF_EXPECT_READY(&task);
        assert(get.out == cases[i].out);
        wf_test_io_destroy(&peer);
    }
}

/* The same over a descriptor. */
struct over_a_socket {
    struct wf_future future;
    struct wf_async_fd fd;
    struct wf_fd_stream stream;
    int ends[2];
    int out;
};

ASYNC_FN(over_a_socket)
{
    ASYNC_BEGIN;
    assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, self->ends) == 0);
    assert(write(self->ends[1], "value\n", 6) == 6);
    assert(wf_async_fd_open(&self->fd, self->ends[0], WF_READABLE | WF_WRITABLE) == 0);
    wf_fd_stream_init(&self->stream, &self->fd);
    build(&self->stream.io);
    AWAIT(&get);
    self->out = get.out;
ASYNC_FINALLY:
    wf_async_fd_close(&self->fd);
    close(self->ends[1]);
    ASYNC_END;
}

int main(void)
{
    the_answer_comes_in_pieces();
    every_byte_comes_alone();
    the_peer_ends_or_breaks_or_says_too_much();
    struct over_a_socket over_a_socket;
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    ASYNC_INIT(&over_a_socket, over_a_socket);
    assert(runtime && wf_runtime_block_on(runtime, &over_a_socket.future) == 0 && over_a_socket.out == 5);
    wf_runtime_drop(runtime);
    printf("get: 4 tests passed\n");
    return 0;
}
