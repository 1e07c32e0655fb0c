#include "tcp_runs.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/coop.h"

struct wf_runtime *net;

static struct wf_runtime_entry entry;
static int open_before;

void begin_net(int kind)
{
    static const struct {
        enum wf_runtime_kind kind;
        uint32_t workers;
    } kinds[KINDS] = {
        {WF_RUNTIME_CURRENT_THREAD, 1}, {WF_RUNTIME_MULTI_THREAD, 1}, {WF_RUNTIME_MULTI_THREAD, 3}};
    open_before = open_descriptors();
    net = new_runtime_of(kinds[kind].kind, kinds[kind].workers, false);
    wf_runtime_enter(net, &entry);
}

void drop_net(void)
{
    wf_runtime_leave(&entry);
    wf_runtime_drop(net);
}

void expect_nothing_left(void)
{
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(open_descriptors(), open_before);
}

void end_net(void)
{
    drop_net();
    expect_nothing_left();
}

void run_future(struct wf_future *future)
{
    ck_assert_int_eq(wf_runtime_block_on(net, future), 0);
}

static bool is_released(void *arg)
{
    return wf_test_task_clones(arg) == 0;
}

void expect_released(struct wf_test_task *task)
{
    wait_for(is_released, task);
}

void take_net_turns(void)
{
    struct wf_yield turn;
    for (int i = 0; i < 5; i++)
        (void)RUN(wf_yield(&turn));
}

/* --- addresses --- */

struct wf_address at_port(uint16_t port)
{
    return (struct wf_address){.length = sizeof(struct sockaddr_in), .as.ip4 = loopback_at(port)};
}

struct wf_address at_port6(uint16_t port)
{
    return (struct wf_address){
        .length = sizeof(struct sockaddr_in6),
        .as.ip6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
}

struct wf_address listen_here(struct wf_tcp_listener *listener, const struct wf_tcp_listen_options *options)
{
    struct wf_address address = at_port(0);
    ck_assert_int_eq(wf_tcp_listen(listener, &address, options), 0);
    ck_assert_int_eq(wf_tcp_listener_address(listener, &address), 0);
    ck_assert_uint_ne((uint16_t)wf_address_port(&address), 0);
    return address;
}

/* --- connections --- */

void connect_two(struct wf_tcp_stream ends[2])
{
    int fds[2];
    open_tcp(fds);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(wf_tcp_from_fd(&ends[i], fds[i]), 0);
}

int connect_to_fd(struct wf_tcp_stream *stream)
{
    int fds[2];
    open_tcp(fds);
    ck_assert_int_eq(wf_tcp_from_fd(stream, fds[0]), 0);
    return fds[1];
}

int connect_fd(const struct wf_address *address)
{
    int fd = socket(address->as.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, &address->as.any, address->length), 0);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

void reset_fd(int fd)
{
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none), 0);
    close(fd);
}

/* --- bytes --- */

int64_t read_once(struct wf_tcp_stream *stream, void *buffer, size_t size)
{
    struct wf_socket_io io;
    return RUN(wf_tcp_read(&io, stream, buffer, size))->out;
}

int64_t write_once(struct wf_tcp_stream *stream, const void *bytes, size_t size)
{
    struct wf_socket_io io;
    return RUN(wf_tcp_write(&io, stream, bytes, size))->out;
}

void say(struct wf_tcp_stream *stream, const char *text)
{
    ck_assert_int_eq(write_once(stream, text, strlen(text)), (int64_t)strlen(text));
}

void expect_text(struct wf_tcp_stream *stream, const char *text)
{
    char found[256] = "";
    size_t length = 0;
    while (length < strlen(text)) {
        int64_t more = read_once(stream, found + length, sizeof found - 1 - length);
        ck_assert_int_gt(more, 0);
        length += (size_t)more;
    }
    ck_assert_str_eq(found, text);
}
