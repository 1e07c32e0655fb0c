/**
 * @file test_net_address.c
 * @brief Addresses: made, asked, compared, and those of sockets.
 */
#include "weft/net_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watching.h"
#include "weft/error.h"

static struct wf_address parsed(const char *text)
{
    struct wf_address address;
    ck_assert_msg(wf_address_parse(&address, text) == 0, "%s", text);
    return address;
}

static void expect_text(const struct wf_address *address, const char *expected)
{
    char text[WF_ADDRESS_TEXT];
    ck_assert_uint_eq(wf_address_print(address, text, sizeof text), strlen(expected));
    ck_assert_str_eq(text, expected);
}

/* G.164 */
START_TEST(g164_ip_addresses_are_made)
{
    static const uint8_t bytes[16] = {0xfe, 0x80, [15] = 7};
    struct wf_address address;
    ck_assert_int_eq(wf_address_any(&address, AF_INET, 80), 0);
    expect_text(&address, "0.0.0.0:80");
    ck_assert_int_eq(wf_address_any(&address, AF_INET6, 81), 0);
    expect_text(&address, "[::]:81");
    ck_assert_int_eq(wf_address_loopback(&address, AF_INET, 65535), 0);
    expect_text(&address, "127.0.0.1:65535");
    ck_assert_uint_eq(address.length, sizeof(struct sockaddr_in));
    ck_assert_int_eq(wf_address_family(&address), AF_INET);
    ck_assert_int_eq(wf_address_loopback(&address, AF_INET6, 0), 0);
    expect_text(&address, "[::1]:0");
    ck_assert_uint_eq(address.length, sizeof(struct sockaddr_in6));
    ck_assert_int_eq(wf_address_family(&address), AF_INET6);
    wf_address_ip4(&address, 0x01020304, 258);
    expect_text(&address, "1.2.3.4:258");
    ck_assert_uint_eq(address.as.ip4.sin_port, htons(258));
    wf_address_ip6(&address, bytes, 3, 443);
    expect_text(&address, "[fe80::7%3]:443");
    ck_assert_uint_eq(address.as.ip6.sin6_scope_id, 3);

    struct wf_address before = address;
    ck_assert_int_eq(wf_address_any(&address, AF_UNIX, 1), -EAFNOSUPPORT);
    ck_assert_int_eq(wf_address_loopback(&address, AF_UNSPEC, 1), -EAFNOSUPPORT);
    ck_assert_mem_eq(&address, &before, sizeof before);
}
END_TEST

/* G.165 */
START_TEST(g165_unix_names_are_made)
{
    char longest[WF_UNIX_NAME_MAX + 2];
    struct wf_address address, before;
    size_t length;
    ck_assert_int_eq(WF_UNIX_NAME_MAX, 107);
    ck_assert_int_eq(wf_address_unix(&address, "/run/a"), 0);
    ck_assert_uint_eq(address.length, offsetof(struct sockaddr_un, sun_path) + 7);
    ck_assert_str_eq(wf_address_unix_name(&address, &length), "/run/a");
    ck_assert_uint_eq(length, 6);
    ck_assert(!wf_address_is_abstract(&address));
    ck_assert_int_eq(wf_address_unix(&address, ""), -EINVAL);

    ck_assert_int_eq(wf_address_abstract(&address, "\0a\0", 3), 0);
    ck_assert_uint_eq(address.length, offsetof(struct sockaddr_un, sun_path) + 4);
    ck_assert_mem_eq(address.as.unix_name.sun_path, "\0\0a\0", 4);
    ck_assert_mem_eq(wf_address_unix_name(&address, &length), "\0a\0", 3);
    ck_assert_uint_eq(length, 3);
    ck_assert(wf_address_is_abstract(&address));
    ck_assert_int_eq(wf_address_abstract(&address, NULL, 0), 0);
    ck_assert(wf_address_is_abstract(&address));
    expect_text(&address, "unix:@");

    memset(longest, 'x', sizeof longest);
    ck_assert_int_eq(wf_address_abstract(&address, longest, WF_UNIX_NAME_MAX), 0);
    ck_assert_uint_eq(address.length, sizeof(struct sockaddr_un));
    before = address;
    ck_assert_int_eq(wf_address_abstract(&address, longest, WF_UNIX_NAME_MAX + 1), WF_ETOOLONG);
    longest[WF_UNIX_NAME_MAX + 1] = '\0';
    ck_assert_int_eq(wf_address_unix(&address, longest), WF_ETOOLONG);
    ck_assert_mem_eq(&address, &before, sizeof before);
    ck_assert_int_eq(wf_address_unix(&address, longest + 1), 0);
    ck_assert_uint_eq(address.length, sizeof(struct sockaddr_un));
    ck_assert_str_eq(wf_address_unix_name(&address, &length), longest + 1);
    ck_assert_uint_eq(length, WF_UNIX_NAME_MAX);

    address = parsed("1.2.3.4:5");
    ck_assert_ptr_null(wf_address_unix_name(&address, &length));
    ck_assert(!wf_address_is_abstract(&address));
}
END_TEST

/* G.166 */
START_TEST(g166_a_port_is_read_and_changed)
{
    static const char *const with[] = {"1.2.3.4:258", "[fe80::1%9]:258"}, *const without[] = {
                                                                              "unix:/a", "unix:@a", "unix:"};
    for (int i = 0; i < 2; i++) {
        struct wf_address address = parsed(with[i]), other = address;
        ck_assert_int_eq(wf_address_port(&address), 258);
        ck_assert_int_eq(wf_address_set_port(&address, 65535), 0);
        ck_assert_int_eq(wf_address_port(&address), 65535);
        ck_assert(!wf_address_equal(&address, &other));
        ck_assert_int_eq(wf_address_set_port(&address, 258), 0);
        ck_assert_mem_eq(&address, &other, sizeof other);
    }
    for (int i = 0; i < 3; i++) {
        struct wf_address address = parsed(without[i]), other = address;
        ck_assert_int_eq(wf_address_port(&address), -EAFNOSUPPORT);
        ck_assert_int_eq(wf_address_set_port(&address, 1), -EAFNOSUPPORT);
        ck_assert_mem_eq(&address, &other, sizeof other);
    }
    ck_assert_int_eq(wf_address_port(&(struct wf_address){0}), -EAFNOSUPPORT);
}
END_TEST

/* G.167: each of these is equal to itself alone. */
START_TEST(g167_addresses_that_differ_are_not_equal)
{
    static const char *const texts[] = {
        "1.2.3.4:5",     "1.2.3.5:5",     "1.2.3.4:6",
        "[::1]:5",       "[::2]:5",       "[::1]:6",
        "[fe80::1%1]:5", "[fe80::1%2]:5", "[::ffff:1.2.3.4]:5",
        "unix:",         "unix:a",        "unix:b",
        "unix:aa",       "unix:\\x40a",   "unix:@",
        "unix:@\\x00",   "unix:@a",       "unix:@a\\x00",
        "unix:@b",       "unix:@a\\x00b", "unix:@\\x00a",
    };
    struct wf_address none = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct wf_address a = parsed(texts[i]);
        ck_assert(!wf_address_equal(&a, &none) && !wf_address_equal(&none, &a));
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            struct wf_address b = parsed(texts[k]);
            ck_assert_msg(wf_address_equal(&a, &b) == (i == k), "%s and %s", texts[i], texts[k]);
        }
    }
    ck_assert(wf_address_equal(&none, &(struct wf_address){0}));
}
END_TEST

/* G.167 */
START_TEST(g167_what_does_not_matter_is_not_compared)
{
    struct wf_address a = parsed("1.2.3.4:5"), b = a;
    memset(b.as.ip4.sin_zero, 1, sizeof b.as.ip4.sin_zero);
    ck_assert(wf_address_equal(&a, &b));
    a = b = parsed("[::1]:5");
    b.as.ip6.sin6_flowinfo = 7;
    ck_assert(wf_address_equal(&a, &b));
    a = b = parsed("unix:/a");
    memset(b.as.unix_name.sun_path + 3, 1, 20);
    ck_assert(wf_address_equal(&a, &b));
    b.length += 10; /* as one that passes the whole structure to bind() has it */
    ck_assert(wf_address_equal(&a, &b));
    b.length = a.length - 1; /* and one without the NUL */
    ck_assert(wf_address_equal(&a, &b));
    a = b = parsed("unix:@a");
    memset(b.as.unix_name.sun_path + 2, 1, 20);
    ck_assert(wf_address_equal(&a, &b));
}
END_TEST

/* G.168 */
START_TEST(g168_kinds_of_ip_addresses)
{
    static const struct {
        const char *text;
        bool is_loopback, is_unspecified, is_multicast, is_mapped;
    } cases[] = {
        {"127.0.0.1:1", true, false, false, false},
        {"127.255.255.255:1", true, false, false, false},
        {"126.255.255.255:1", false, false, false, false},
        {"128.0.0.0:1", false, false, false, false},
        {"0.0.0.0:1", false, true, false, false},
        {"0.0.0.1:1", false, false, false, false},
        {"223.255.255.255:1", false, false, false, false},
        {"224.0.0.0:1", false, false, true, false},
        {"239.255.255.255:1", false, false, true, false},
        {"240.0.0.0:1", false, false, false, false},
        {"[::1]:1", true, false, false, false},
        {"[::2]:1", false, false, false, false},
        {"[::]:1", false, true, false, false},
        {"[ff00::]:1", false, false, true, false},
        {"[ff02::1%1]:1", false, false, true, false},
        {"[fe80::1]:1", false, false, false, false},
        {"[::127.0.0.1]:1", false, false, false, false},
        {"[::ffff:127.0.0.1]:1", true, false, false, true},
        {"[::ffff:0.0.0.0]:1", false, true, false, true},
        {"[::ffff:224.0.0.1]:1", false, false, true, true},
        {"[::ffff:8.8.8.8]:1", false, false, false, true},
        {"unix:/a", false, false, false, false},
        {"unix:", false, false, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wf_address address = parsed(cases[i].text);
        ck_assert_msg(wf_address_is_loopback(&address) == cases[i].is_loopback, "%s", cases[i].text);
        ck_assert_msg(wf_address_is_unspecified(&address) == cases[i].is_unspecified, "%s", cases[i].text);
        ck_assert_msg(wf_address_is_multicast(&address) == cases[i].is_multicast, "%s", cases[i].text);
        ck_assert_msg(wf_address_is_mapped(&address) == cases[i].is_mapped, "%s", cases[i].text);
    }
}
END_TEST

/* G.168 */
START_TEST(g168_mapped_and_back)
{
    static const char *const neither[] = {"[::1]:5", "[::127.0.0.1]:5", "unix:/a"};
    struct wf_address address = parsed("1.2.3.4:5"), before = address;
    ck_assert(!wf_address_unmap(&address));
    ck_assert(wf_address_map(&address));
    expect_text(&address, "[::ffff:1.2.3.4]:5");
    ck_assert(!wf_address_map(&address));
    ck_assert(wf_address_unmap(&address));
    ck_assert_mem_eq(&address, &before, sizeof before);
    for (int i = 0; i < 3; i++) {
        address = before = parsed(neither[i]);
        ck_assert(!wf_address_map(&address) && !wf_address_unmap(&address));
        ck_assert_mem_eq(&address, &before, sizeof before);
    }
}
END_TEST

/* G.169 */
START_TEST(g169_addresses_of_a_tcp_connection)
{
    int ends[2];
    uint16_t port;
    struct wf_address local, peer, expected;
    int listener = listen_on_loopback(&port);
    ck_assert_int_eq(wf_address_loopback(&expected, AF_INET, port), 0);
    ck_assert_int_eq(wf_address_of_local(listener, &local), 0);
    ck_assert(wf_address_equal(&local, &expected));
    ck_assert_int_eq(wf_address_of_peer(listener, &local), -ENOTCONN);
    close(listener);

    open_tcp(ends);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wf_address_of_local(ends[i], &local), 0);
        ck_assert_int_eq(wf_address_of_peer(ends[1 - i], &peer), 0);
        ck_assert(wf_address_equal(&local, &peer) && wf_address_is_loopback(&local));
    }
    close_both(ends);
    open_pipe(ends);
    ck_assert_int_eq(wf_address_of_local(ends[0], &local), -ENOTSOCK);
    close_both(ends);
    ck_assert_int_eq(wf_address_of_local(ends[0], &local), -EBADF);
}
END_TEST

static int bound(const struct sockaddr_un *name, size_t length)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)name, (socklen_t)length), 0);
    return fd;
}

/* G.169: without a name; an abstract name, with its exact length; and a path of 108 bytes, of which the kernel says that it has 109. */
START_TEST(g169_addresses_of_unix_sockets)
{
    int ends[2];
    struct wf_address address;
    size_t length;
    open_pair(ends);
    ck_assert_int_eq(wf_address_of_peer(ends[0], &address), 0);
    expect_text(&address, "unix:");
    close_both(ends);

    static struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0weft\0test"};
    int pid = getpid();
    memcpy(name.sun_path + 11, &pid, sizeof pid);
    int fd = bound(&name, offsetof(struct sockaddr_un, sun_path) + 11 + sizeof pid);
    ck_assert_int_eq(wf_address_of_local(fd, &address), 0);
    ck_assert_mem_eq(wf_address_unix_name(&address, &length), name.sun_path + 1, 10 + sizeof pid);
    ck_assert_uint_eq(length, 10 + sizeof pid);
    close(fd);

    char folder[] = "/tmp/weft-address-XXXXXX", path[109];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    memset(path, 'x', sizeof path);
    memcpy(path, folder, strlen(folder));
    path[strlen(folder)] = '/';
    path[108] = '\0';
    memcpy(name.sun_path, path, sizeof name.sun_path);
    fd = bound(&name, sizeof name);
    ck_assert_int_eq(wf_address_of_local(fd, &address), 0);
    ck_assert_uint_le(address.length, sizeof(struct sockaddr_un));
    ck_assert_mem_eq(wf_address_unix_name(&address, &length), path, 108);
    ck_assert_uint_eq(length, 108);
    close(fd);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* G.169 */
START_TEST(g169_one_that_is_not_whole_is_refused)
{
    static const char *const texts[] = {"1.2.3.4:5", "[fe80::1%2]:5", "unix:/abc", "unix:@abc"};
    struct wf_address none = {0}, address = none;
    for (int i = 0; i < 4; i++) {
        struct wf_address from = parsed(texts[i]);
        ck_assert_int_eq(wf_address_from(&address, &from.as.any, from.length), 0);
        ck_assert_mem_eq(&address, &from, sizeof from);
        if (i < 2) {
            address = none;
            ck_assert_int_eq(wf_address_from(&address, &from.as.any, from.length - 1), -EINVAL);
            ck_assert_mem_eq(&address, &none, sizeof none);
        }
    }
    address = none;
    ck_assert_int_eq(wf_address_from(&address, &none.as.any, 0), -EINVAL);
    ck_assert_int_eq(wf_address_from(&address, &none.as.any, sizeof none.as), -EAFNOSUPPORT);
    ck_assert_mem_eq(&address, &none, sizeof none);
}
END_TEST

TCase *net_address_tests(void)
{
    TCase *tcase = tcase_create("net address");
    tcase_add_test(tcase, g164_ip_addresses_are_made);
    tcase_add_test(tcase, g165_unix_names_are_made);
    tcase_add_test(tcase, g166_a_port_is_read_and_changed);
    tcase_add_test(tcase, g167_addresses_that_differ_are_not_equal);
    tcase_add_test(tcase, g167_what_does_not_matter_is_not_compared);
    tcase_add_test(tcase, g168_kinds_of_ip_addresses);
    tcase_add_test(tcase, g168_mapped_and_back);
    tcase_add_test(tcase, g169_addresses_of_a_tcp_connection);
    tcase_add_test(tcase, g169_addresses_of_unix_sockets);
    tcase_add_test(tcase, g169_one_that_is_not_whole_is_refused);
    return tcase;
}
