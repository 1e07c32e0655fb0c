/**
 * @file test_connect.c
 * @brief Connections to one of several addresses of loopback, by list and by name, in each kind of runtime.
 */
#include "weft/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "tcp_runs.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"
#include "weft/time.h"

enum { MANY = 300, FILLERS = 4 };

static struct wf_tcp_stream stream;
static struct wf_tcp_connect_any any;

/* An address of loopback on which nobody listens at this port, but the listener's own is 127.0.0.1. */
static struct wf_address other_host(uint16_t port, uint32_t number)
{
    struct wf_address address = at_port(port);
    address.as.ip4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
    return address;
}

/* What was connected is the listener's: bytes go through. */
static void expect_connected(struct wf_tcp_listener *listener)
{
    struct wf_tcp_accept accept;
    ck_assert_int_ge(wf_tcp_fd(&stream), 0);
    ck_assert_int_eq(RUN(wf_tcp_accept(&accept, listener))->out, 0);
    say(&stream, "hello");
    expect_text(&accept.stream, "hello");
    wf_tcp_close(&accept.stream);
    wf_tcp_close(&stream);
    wf_tcp_listener_close(listener);
}

/* G.258 */
START_TEST(g258_the_address_that_listens_wins)
{
    struct wf_tcp_listener listener;
    begin_net(_i);
    const struct wf_address here = listen_here(&listener, NULL);
    const struct wf_address addresses[] = {other_host((uint16_t)wf_address_port(&here), 1),
                                           other_host((uint16_t)wf_address_port(&here), 2), here};
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, addresses, 3, NULL))->out, 0);
    ck_assert_uint_eq(any.race.winner, 2);
    expect_connected(&listener);
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, addresses, 3, NULL))->out, -ECONNREFUSED);
    ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, addresses, 0, NULL))->out, -EINVAL);
    end_net();
}
END_TEST

/* A listener that answers no further connection: nobody accepts, and its queue is full. */
struct hole {
    int listener, fillers[FILLERS];
    struct wf_address address;
};

static void open_hole(struct hole *hole)
{
    hole->address = at_port(0);
    hole->listener = wf_socket_new(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(hole->listener, &hole->address.as.any, hole->address.length), 0);
    ck_assert_int_eq(listen(hole->listener, 0), 0);
    ck_assert_int_eq(getsockname(hole->listener, &hole->address.as.any, &hole->address.length), 0);
    for (int i = 0; i < FILLERS; i++) {
        hole->fillers[i] = wf_socket_new(AF_INET, SOCK_STREAM, 0);
        (void)!connect(hole->fillers[i], &hole->address.as.any, hole->address.length);
    }
}

static void close_hole(const struct hole *hole)
{
    for (int i = 0; i < FILLERS; i++)
        close(hole->fillers[i]);
    close(hole->listener);
}

/* G.258: the first address does not answer, and is left after a head start; its socket is closed. */
START_TEST(g258_an_address_that_does_not_answer_loses)
{
    struct wf_tcp_listener listener;
    struct wf_timeout limit;
    struct hole hole;
    begin_net(_i);
    open_hole(&hole);
    const struct wf_address addresses[] = {hole.address, listen_here(&listener, NULL)};
    const struct wf_connect_options options = {.race.head_start_ns = WF_HEAD_START_MIN_NS};
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, addresses, 2, &options))->out, 0);
    ck_assert_uint_eq(any.race.winner, 1);
    expect_connected(&listener);
    wf_tcp_connect_any(&any, &stream, addresses, 1, &options); /* alone: only a limit of time ends it */
    ck_assert_int_eq(RUN(wf_timeout(&limit, WF_MILLISECONDS(20), &any.future))->out, WF_ETIMEDOUT);
    ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    close_hole(&hole);
    end_net();
}
END_TEST

/* G.258: after each poll up to the last; what was begun is closed. */
START_TEST(g258_a_drop_closes_all_sockets)
{
    struct wf_test_task task;
    struct hole hole;
    begin_net(_i);
    open_hole(&hole);
    const struct wf_address addresses[] = {hole.address, hole.address, hole.address};
    int before = open_descriptors();
    for (int polls = 0; polls < 3; polls++) {
        wf_tcp_connect_any(&any, &stream, addresses, 3,
                           &(struct wf_connect_options){.race.head_start_ns = WF_HEAD_START_MIN_NS});
        wf_test_task_init(&task, &any.future);
        for (int i = 0; i < polls; i++) {
            WF_EXPECT_PENDING(&task);
            while (any.race.begun <= (uint32_t)i) { /* its timer begins one more */
                WF_EXPECT_WAKE(&task);
                ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
            }
        }
        ck_assert_int_eq(open_descriptors() - before, (int)any.race.going_on);
        wf_future_drop(&any.future);
        WF_EXPECT_RELEASED(&task);
        ck_assert_int_eq(open_descriptors(), before);
        ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    }
    close_hole(&hole);
    end_net();
}
END_TEST

/* G.258: hundreds that refuse, in one future: neither descriptors nor budget run out. */
START_TEST(g258_hundreds_that_refuse_are_tried)
{
    static struct wf_address addresses[MANY];
    struct wf_tcp_listener listener;
    begin_net(_i);
    struct wf_address here = listen_here(&listener, NULL);
    for (uint32_t i = 0; i < MANY - 1; i++)
        addresses[i] = other_host((uint16_t)wf_address_port(&here), 1 + i);
    addresses[MANY - 1] = here;
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, addresses, MANY, NULL))->out, 0);
    ck_assert_uint_eq(any.race.winner, MANY - 1);
    expect_connected(&listener);
    end_net();
}
END_TEST

/* G.258: for an attempt there is no memory, or for what its runtime needs. */
START_TEST(g258_without_memory_nothing_is_left)
{
    struct wf_tcp_listener listener;
    int lacking = 0;
    begin_net(0);
    struct wf_address here = listen_here(&listener, NULL);
    int before = open_descriptors();
    size_t bytes = wf_live_bytes();
    for (uint32_t n = 1; n < 6; n++) {
        wf_alloc_fail_at(n);
        int out = RUN(wf_tcp_connect_any(&any, &stream, &here, 1, NULL))->out;
        if (wf_alloc_fail_at(0) == 0 && out != 0) {
            ck_assert_int_eq(out, WF_ENOMEM);
            ck_assert_int_eq(wf_tcp_fd(&stream), -1);
            lacking++;
        }
        wf_tcp_close(&stream);
        take_net_turns();
        ck_assert_uint_eq(wf_live_bytes(), bytes);
        ck_assert_int_eq(open_descriptors(), before);
    }
    ck_assert_int_ge(lacking, 1);
    wf_tcp_listener_close(&listener);
    end_net();
}
END_TEST

/* Whether this machine has IPv6 on loopback; it says so, if not. */
static bool has_ipv6(void)
{
    struct wf_address address = at_port6(0);
    int fd = wf_socket_new(AF_INET6, SOCK_STREAM, 0);
    bool has = fd >= 0 && bind(fd, &address.as.any, address.length) == 0;
    if (fd >= 0)
        close(fd);
    if (!has)
        fprintf(stderr, "skipped: there is no IPv6 on loopback\n");
    return has;
}

/* G.258: the other family listens. */
START_TEST(g258_the_other_family_wins)
{
    struct wf_tcp_listener listener;
    if (!has_ipv6())
        return;
    begin_net(_i);
    struct wf_address here = listen_here(&listener, NULL);
    const struct wf_address six_first[] = {at_port6((uint16_t)wf_address_port(&here)), here};
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, six_first, 2, NULL))->out, 0);
    ck_assert_uint_eq(any.race.winner, 1);
    expect_connected(&listener);
    here = at_port6(0);
    ck_assert_int_eq(wf_tcp_listen(&listener, &here, NULL), 0);
    ck_assert_int_eq(wf_tcp_listener_address(&listener, &here), 0);
    const struct wf_address four_first[] = {other_host((uint16_t)wf_address_port(&here), 1),
                                            other_host((uint16_t)wf_address_port(&here), 2), here};
    ck_assert_int_eq(RUN(wf_tcp_connect_any(&any, &stream, four_first, 3, NULL))->out, 0);
    ck_assert_uint_eq(any.race.winner, 2);
    ck_assert_int_eq(any.race.begun, 2); /* it was the second to be tried */
    expect_connected(&listener);
    end_net();
}
END_TEST

/* --- by name --- */

static struct wf_tcp_connect_host by_name;
static struct wf_runtime_entry entry;
static sem_t go;

/* "two": another host of loopback, then 127.0.0.1; "hangs": the same, when it may; else there is no such name. */
static int scripted(void *arg, const struct wf_name *name, struct wf_addresses *addresses)
{
    (void)arg;
    const struct wf_address refuses = other_host(name->port, 1), listens = at_port(name->port);
    if (strcmp(name->host, "hangs") == 0)
        while (sem_wait(&go) != 0)
            continue;
    else if (strcmp(name->host, "two") != 0)
        return WF_ERESOLVER(EAI_NONAME);
    int status = wf_addresses_add(addresses, &refuses);
    return status != 0 ? status : wf_addresses_add(addresses, &listens);
}

/* `net` is a runtime with scripted lookups, or the system's. */
static void begin_named(bool by_system)
{
    sem_init(&go, 0, 0);
    net = wf_runtime_new(
        &(struct wf_runtime_config){.workers = 2, .resolver.lookup = by_system ? NULL : scripted});
    ck_assert_ptr_nonnull(net);
    wf_runtime_enter(net, &entry);
}

static void end_named(void)
{
    wf_runtime_leave(&entry);
    wf_runtime_drop(net);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

static int connected_by_name(const char *host, uint16_t port)
{
    return RUN(wf_tcp_connect_host(&by_name, &stream, host, port, NULL))->out;
}

/* G.259: a name, an address as text, and what the system has for localhost. */
START_TEST(g259_a_host_is_connected_to_by_its_name)
{
    static const char *const hosts[] = {"two", "127.0.0.1", "localhost"};
    struct wf_tcp_listener listener;
    int before = open_descriptors();
    begin_named(_i == 2);
    struct wf_address here = listen_here(&listener, NULL);
    ck_assert_int_eq(connected_by_name(hosts[_i], (uint16_t)wf_address_port(&here)), 0);
    expect_connected(&listener);
    ck_assert_int_eq(connected_by_name(hosts[_i], (uint16_t)wf_address_port(&here)), -ECONNREFUSED);
    ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    end_named();
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

/* G.259 */
START_TEST(g259_errors_of_the_lookup_are_told)
{
    begin_named(false);
    ck_assert_int_eq(connected_by_name("unknown", 80), WF_ERESOLVER(EAI_NONAME));
    ck_assert_int_eq(connected_by_name("", 80), -EINVAL);
    ck_assert_int_eq(wf_tcp_fd(&stream), -1);
    end_named();
}
END_TEST

/* G.259: not polled, in its lookup, and in its race. */
START_TEST(g259_a_drop_leaves_nothing)
{
    struct wf_test_task task;
    struct hole hole;
    begin_named(false);
    open_hole(&hole);
    int before = open_descriptors();
    wf_future_drop(&wf_tcp_connect_host(&by_name, &stream, "two", 80, NULL)->future);
    wf_tcp_connect_host(&by_name, &stream, "hangs", (uint16_t)wf_address_port(&hole.address), NULL);
    wf_test_task_init(&task, &by_name.future);
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&by_name.future);
    WF_EXPECT_RELEASED(&task);
    sem_post(&go);
    wf_tcp_connect_host(&by_name, &stream, "two", (uint16_t)wf_address_port(&hole.address), NULL);
    wf_test_task_init(&task, &by_name.future);
    while (by_name.any.race.begun < 2 || !by_name.any.future.ops) { /* the first is refused */
        ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
        if (by_name.any.future.ops && by_name.any.race.begun == 2)
            break;
        WF_EXPECT_WAKE(&task);
    }
    ck_assert_int_eq(open_descriptors(), before + 1);
    wf_future_drop(&by_name.future);
    WF_EXPECT_RELEASED(&task);
    ck_assert_int_eq(open_descriptors(), before);
    close_hole(&hole);
    end_named();
}
END_TEST

TCase *connect_tests(void)
{
    TCase *tcase = tcase_create("connect");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g258_the_address_that_listens_wins, 0, KINDS);
    tcase_add_loop_test(tcase, g258_an_address_that_does_not_answer_loses, 0, KINDS);
    tcase_add_loop_test(tcase, g258_a_drop_closes_all_sockets, 1, KINDS);
    tcase_add_loop_test(tcase, g258_hundreds_that_refuse_are_tried, 0, KINDS);
    tcase_add_test(tcase, g258_without_memory_nothing_is_left);
    tcase_add_loop_test(tcase, g258_the_other_family_wins, 0, KINDS);
    tcase_add_loop_test(tcase, g259_a_host_is_connected_to_by_its_name, 0, 3);
    tcase_add_test(tcase, g259_errors_of_the_lookup_are_told);
    tcase_add_test(tcase, g259_a_drop_leaves_nothing);
    return tcase;
}
