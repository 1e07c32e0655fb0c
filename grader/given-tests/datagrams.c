#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "weft/alloc.h"

struct wf_address ip4_loopback(uint16_t port)
{
    return (struct wf_address){.length = sizeof(struct sockaddr_in), .as.ip4 = loopback_at(port)};
}

struct wf_address ip4_any(uint16_t port)
{
    struct wf_address address = ip4_loopback(port);
    address.as.ip4.sin_addr.s_addr = htonl(INADDR_ANY);
    return address;
}

struct wf_address ip6_loopback(uint16_t port)
{
    return (struct wf_address){
        .length = sizeof(struct sockaddr_in6),
        .as.ip6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
}

bool has_ip6(void)
{
    struct wf_address local = ip6_loopback(0);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && bind(fd, &local.as.any, local.length) == 0;
    if (fd >= 0)
        close(fd);
    if (!has)
        fputs("no IPv6 on loopback: its part of a test is left out\n", stderr);
    return has;
}

/* --- in a runtime --- */

struct wf_runtime *weft;
static int open_before;

void begin_runtime(int kind)
{
    static const enum wf_runtime_kind kinds[] = {WF_RUNTIME_CURRENT_THREAD, WF_RUNTIME_MULTI_THREAD};
    open_before = open_descriptors();
    weft = new_runtime_of(kinds[kind], 2, false);
}

void end_runtime(void)
{
    wf_runtime_drop(weft);
    ck_assert_int_eq(open_descriptors(), open_before);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

int bind_status(struct wf_udp *udp, const struct wf_address *local, const struct wf_udp_options *options)
{
    struct wf_runtime_entry entry;
    wf_runtime_enter(weft, &entry);
    int status = wf_udp_bind(udp, local, options);
    wf_runtime_leave(&entry);
    return status;
}

int adopt_status(struct wf_udp *udp, int fd)
{
    struct wf_runtime_entry entry;
    wf_runtime_enter(weft, &entry);
    int status = wf_udp_adopt(udp, fd);
    wf_runtime_leave(&entry);
    return status;
}

void bind_side_with(struct side *side, const struct wf_address *local, const struct wf_udp_options *options)
{
    ck_assert_int_eq(bind_status(&side->udp, local, options), 0);
    ck_assert_int_eq(wf_udp_local(&side->udp, &side->local), 0);
    ck_assert_int_ne((uint16_t)wf_address_port(&side->local), 0);
}

void bind_side(struct side *side)
{
    struct wf_address local = ip4_loopback(0);
    bind_side_with(side, &local, NULL);
}

int64_t run_io(struct wf_socket_io *io)
{
    ck_assert_int_eq(wf_runtime_block_on(weft, &io->future), 0);
    return io->out;
}

void send_text(struct side *side, const struct wf_address *to, const char *text)
{
    ck_assert_int_eq(run_io(wf_udp_send_to(&side->io, &side->udp, text, strlen(text), to)),
                     (int64_t)strlen(text));
}

void receive_text(struct side *side, const char *text, const struct wf_address *sender)
{
    ck_assert_int_eq(
        run_io(wf_udp_receive_from(&side->io, &side->udp, side->bytes, sizeof side->bytes, &side->from)),
        (int64_t)strlen(text));
    ck_assert_mem_eq(side->bytes, text, strlen(text));
    ck_assert(!wf_udp_is_cut(&side->io));
    if (sender)
        ck_assert(wf_address_equal(&side->from, sender));
}

/* --- outside of it --- */

int plain_socket(struct wf_address *local)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    *local = ip4_loopback(0);
    ck_assert_int_eq(bind(fd, &local->as.any, local->length), 0);
    ck_assert_int_eq(getsockname(fd, &local->as.any, &local->length), 0);
    return fd;
}

void plain_send(int fd, const struct wf_address *to, const char *text)
{
    ck_assert_int_eq(sendto(fd, text, strlen(text), 0, &to->as.any, to->length), (ssize_t)strlen(text));
}

void plain_expect(int fd, const char *text)
{
    char bytes[64];
    ssize_t length = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    ck_assert_int_eq(length, (ssize_t)strlen(text));
    ck_assert_mem_eq(bytes, text, (size_t)length);
}

struct wf_address dead_address(void)
{
    struct wf_address local;
    close(plain_socket(&local));
    return local;
}

void expect_nothing(struct side *side)
{
    char byte;
    ck_assert_int_eq(recv(side->udp.socket.fd, &byte, 1, MSG_PEEK), -1);
    ck_assert_int_eq(errno, EAGAIN);
}
