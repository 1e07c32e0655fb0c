/**
 * @file test_net_address_text.c
 * @brief Addresses as text: what is parsed, what is refused, and that both directions agree.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "given.h"
#include "weft/error.h"
#include "weft/net_address.h"

enum { ROUNDS = 2000 };

static const char long_path[] =
    "/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxx"; /* 107 bytes */

static const char *text_of(const struct wf_address *address)
{
    static char text[WF_ADDRESS_TEXT];
    memset(text, '?', sizeof text);
    ck_assert_uint_eq(wf_address_print(address, text, sizeof text), strlen(text));
    return text;
}

/* G.160, G.162: what it is printed as. */
START_TEST(g160_texts_that_are_addresses)
{
    static const struct {
        const char *text, *printed; /* NULL: the same */
    } cases[] = {
        {"127.0.0.1:80", NULL},
        {"0.0.0.0:0", NULL},
        {"255.255.255.255:65535", NULL},
        {"[::1]:80", NULL},
        {"[::]:0", NULL},
        {"[0:0:0:0:0:0:0:1]:1", "[::1]:1"},
        {"[2001:DB8::A]:1", "[2001:db8::a]:1"},
        {"[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1"},
        {"[2001:db8:0:1:1:1:1:1]:1", NULL},
        {"[2001:0db8::0001]:1", "[2001:db8::1]:1"},
        {"[::ffff:1.2.3.4]:1", NULL},
        {"[1:2:3:4:5:6:7:8]:1", NULL},
        {"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535", NULL},
        {"[fe80::1%7]:80", NULL},
        {"unix:/run/a", NULL},
        {"unix:/run/a b", NULL},
        {"unix:relative", NULL},
        {"unix:127.0.0.1:80", NULL},
        {"unix:@name", NULL},
        {"unix:@@", NULL},
        {"unix:@", NULL},
        {"unix:", NULL},
        {"unix:\\x40a", NULL},
        {"unix:/a@", NULL},
        {"unix:/\\x61\\x7F\\xFf\\\\", "unix:/a\\x7f\\xff\\\\"},
        {"unix:/\xc3\xbc", "unix:/\\xc3\\xbc"},
        {"unix:@\\x00a\\x00", NULL},
        {"unix:@\\x0a", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wf_address address;
        ck_assert_msg(wf_address_parse(&address, cases[i].text) == 0, "%s", cases[i].text);
        ck_assert_str_eq(text_of(&address), cases[i].printed ? cases[i].printed : cases[i].text);
    }
}
END_TEST

static void expect_refused(const char *text, int status)
{
    struct wf_address address, before;
    memset(&address, 0x5a, sizeof address);
    before = address;
    int got = wf_address_parse(&address, text);
    ck_assert_msg(got == status, "%s: %d", text, got);
    ck_assert_mem_eq(&address, &before, sizeof before);
}

/* G.160 */
START_TEST(g160_texts_that_are_none)
{
    static const char *const texts[] = {
        "",
        ":",
        ":80",
        "80",
        "none",
        "localhost:80",
        "*:80",
        "1.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:65536",
        "1.2.3.4:4294967297",
        "1.2.3.4:18446744073709551617",
        "1.2.3.4:-1",
        "1.2.3.4:+1",
        "1.2.3.4: 1",
        "1.2.3.4:1 ",
        " 1.2.3.4:1",
        "1.2.3.4:1\n",
        "1.2.3.4:080",
        "1.2.3.4:00",
        "1.2.3.4:0x50",
        "1.2.3.4:http",
        "1.2.3.4:1:2",
        "1.2.3.4:1x",
        "1.2.3:80",
        "1.2:80",
        "1:80",
        "16909060:80",
        "0x1.2.3.4:80",
        "01.2.3.4:80",
        "1.2.3.04:80",
        "1.2.3.008:80",
        "00.0.0.0:80",
        "256.1.1.1:80",
        "1.2.3.256:80",
        "1.2.3.4.5:80",
        "1.2.3.4.:80",
        ".1.2.3.4:80",
        "1..3.4:80",
        "1.2.3.:80",
        "1.2.3.a:80",
        "1.2.3.-4:80",
        "1.2.3. 4:80",
        "1.2.3.4%lo:80",
        "1.2.3.4/8:80",
        "111111111111111111111111111111111111111111111111111111:80",
        "[1.2.3.4]:80",
        "::1:80",
        "::1",
        "[::1]",
        "[::1]:",
        "[::1]80",
        "[::1:80",
        "::1]:80",
        "[[::1]]:80",
        "[]:80",
        "[:80",
        "]:80",
        "[::1]x:80",
        "[::1 ]:80",
        "[ ::1]:80",
        "[::1]:65536",
        "[::1]:-1",
        "[:::]:80",
        "[1::2::3]:80",
        "[1:2:3:4:5:6:7]:80",
        "[1:2:3:4:5:6:7:8:9]:80",
        "[1:2:3:4:5:6:7:8::]:80",
        "[12345::]:80",
        "[g::]:80",
        "[::1.2.3]:80",
        "[::1.2.3.4.5]:80",
        "[::01.2.3.4]:80",
        "[::ffff:256.1.1.1]:80",
        "[1:2:3:4:5:6:7:1.2.3.4]:80",
        "[:1]:80",
        "[1:]:80",
        "[::1%]:80",
        "[::1%0]:80",
        "[::1%01]:80",
        "[::1%4294967296]:80",
        "[::1%99999999999999999999999]:80",
        "[%lo]:80",
        "[::1%lo:80",
        "[11111111111111111111111111111111111111111111111111111111111]:80",
        "Unix:/a",
        "unix",
        "unix/a",
        "UNIX:@a",
        "unix:/a\n",
        "unix:/a\t",
        "unix:\x7f",
        "unix:/\\",
        "unix:/\\n",
        "unix:/\\x",
        "unix:/\\x1",
        "unix:/\\xg1",
        "unix:/\\x1g",
        "unix:/\\X61",
        "unix:/a\\x00",
        "unix:/a\\x00b",
        "unix:\\x00a",
        "unix:@a\n",
        "unix:@\\",
        "unix:@\\x0",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_refused(texts[i], -EINVAL);
    expect_refused("[::1%no_such_interface_anywhere]:80", -ENODEV);
    expect_refused("[::1%weft-none]:80", -ENODEV);
    expect_refused("[::1%%]:80", -ENODEV);
}
END_TEST

/* G.160 */
START_TEST(g160_names_of_any_length)
{
    char text[600], escaped[4 * WF_UNIX_NAME_MAX + 1];
    struct wf_address address;
    size_t length;
    ck_assert_uint_eq(strlen(long_path), WF_UNIX_NAME_MAX);
    (void)snprintf(text, sizeof text, "unix:%s", long_path);
    ck_assert_int_eq(wf_address_parse(&address, text), 0);
    ck_assert_str_eq(text_of(&address), text);
    (void)snprintf(text, sizeof text, "unix:%sx", long_path);
    expect_refused(text, WF_ETOOLONG);
    (void)snprintf(text, sizeof text, "unix:%sx\n", long_path); /* it is none, of whatever length */
    expect_refused(text, -EINVAL);
    for (size_t i = 0; i < WF_UNIX_NAME_MAX; i++)
        (void)snprintf(&escaped[4 * i], 5, "\\x00");
    (void)snprintf(text, sizeof text, "unix:@%s", escaped);
    ck_assert_int_eq(wf_address_parse(&address, text), 0);
    ck_assert_str_eq(text_of(&address), text);
    ck_assert_uint_lt(strlen(text), WF_ADDRESS_TEXT);
    ck_assert_ptr_nonnull(wf_address_unix_name(&address, &length));
    ck_assert_uint_eq(length, WF_UNIX_NAME_MAX);
    (void)snprintf(text, sizeof text, "unix:@%s\\x00", escaped);
    expect_refused(text, WF_ETOOLONG);
}
END_TEST

/* G.160, G.161: the name of an interface is its number. */
START_TEST(g160_a_scope_has_a_name)
{
    char text[100];
    struct wf_address address, alone;
    struct if_nameindex *interfaces = if_nameindex();
    ck_assert_ptr_nonnull(interfaces);
    ck_assert_ptr_nonnull(interfaces[0].if_name);
    for (struct if_nameindex *each = interfaces; each->if_name; each++) {
        (void)snprintf(text, sizeof text, "[fe80::1%%%s]:80", each->if_name);
        ck_assert_int_eq(wf_address_parse(&address, text), 0);
        ck_assert_uint_eq(address.as.ip6.sin6_scope_id, each->if_index);
        (void)snprintf(text, sizeof text, "fe80::1%%%s", each->if_name);
        ck_assert_int_eq(wf_address_parse_ip(&alone, text, 80), 0);
        ck_assert(wf_address_equal(&address, &alone));
    }
    if_freenameindex(interfaces);
}
END_TEST

/* G.161 */
START_TEST(g161_an_ip_address_alone)
{
    static const char *const good[] = {"127.0.0.1", "::1", "fe80::1%3", "::ffff:1.2.3.4"},
                             *const bad[] = {"",          "[::1]",  "127.0.0.1:80", "1.2.3", "01.2.3.4",
                                             "localhost", "::1%",   "::1%0",        "::1:",  ":",
                                             "1.2.3.4 ",  "::1 ",   "unix:/a",      "%1",    "1.2.3.4%1",
                                             "unix:",     "unix:@a"},
                             *const expected[] = {"127.0.0.1:443", "[::1]:443", "[fe80::1%3]:443",
                                                  "[::ffff:1.2.3.4]:443"};
    struct wf_address address = {0}, before;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_int_eq(wf_address_parse_ip(&address, good[i], 443), 0);
        ck_assert_str_eq(text_of(&address), expected[i]);
    }
    before = address;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(wf_address_parse_ip(&address, bad[i], 443) == -EINVAL, "%s", bad[i]);
    ck_assert_int_eq(wf_address_parse_ip(&address, "::1%weft-none", 443), -ENODEV);
    ck_assert_mem_eq(&address, &before, sizeof before);
}
END_TEST

/* --- both directions --- */

static uint64_t drawn_last;

/* xorshift64* */
static uint32_t draw(uint32_t below)
{
    drawn_last ^= drawn_last >> 12;
    drawn_last ^= drawn_last << 25;
    drawn_last ^= drawn_last >> 27;
    return (uint32_t)((drawn_last * UINT64_C(2685821657736338717)) >> 32) % below;
}

/* Mostly one of few bytes, so that runs of zeros and escapes are often. */
static uint8_t draw_byte(void)
{
    static const uint8_t often[] = {0, 0, 0, 0, 0, '@', '\\', 'x', '\n', 0x7f, 0xff, ' ', '~', 1, ':'};
    return draw(3) ? often[draw(sizeof often)] : (uint8_t)draw(256);
}

static struct wf_address drawn_address(void)
{
    struct wf_address address;
    uint8_t bytes[WF_UNIX_NAME_MAX + 1] = {0};
    uint32_t length = draw(4) ? 1 + draw(8) : 1 + draw(WF_UNIX_NAME_MAX);
    uint16_t port = (uint16_t)(draw(3) ? draw(65536) : draw(2) * 65535);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = draw_byte();
    bytes[length] = '\0';
    switch (draw(4)) {
    case 0:
        wf_address_ip4(&address, draw(2) ? draw(UINT32_MAX) : draw(4) << 24, port);
        break;
    case 1:
        wf_address_ip6(&address, bytes, draw(2) ? 0 : draw(2) ? draw(10) : draw(UINT32_MAX), port);
        if (draw(4) == 0) {
            wf_address_ip4(&address, draw(UINT32_MAX), port);
            ck_assert(wf_address_map(&address));
        }
        break;
    case 2:
        for (size_t i = 0; i < length; i++)
            bytes[i] += bytes[i] == 0;
        ck_assert_int_eq(wf_address_unix(&address, (const char *)bytes), 0);
        break;
    default:
        ck_assert_int_eq(wf_address_abstract(&address, bytes, length - 1), 0);
        break;
    }
    return address;
}

/* G.162 */
START_TEST(g162_what_is_printed_is_parsed)
{
    drawn_last = 1 + (uint64_t)_i;
    for (int i = 0; i < ROUNDS; i++) {
        struct wf_address address = drawn_address(), again;
        const char *text = text_of(&address);
        for (const char *each = text; *each; each++)
            ck_assert_msg(*each >= ' ' && *each <= '~', "%s", text);
        ck_assert_msg(wf_address_parse(&again, text) == 0, "%s", text);
        ck_assert_msg(wf_address_equal(&again, &address), "%s", text);
        ck_assert_uint_eq(again.length, address.length);
    }
}
END_TEST

/* G.160, G.162: a text that a few bytes were changed in is refused, or is an address that is printed and parsed. */
START_TEST(g162_changed_texts_are_refused_or_agree)
{
    static const char often[] = "0123456789abcdef:.[]%@\\x /ulo";
    int refused = 0;
    drawn_last = 1 + (uint64_t)_i;
    for (int i = 0; i < ROUNDS; i++) {
        char text[WF_ADDRESS_TEXT + 4];
        struct wf_address address = drawn_address(), again;
        (void)snprintf(text, sizeof text, "%s", text_of(&address));
        for (uint32_t changes = 1 + draw(3); changes > 0; changes--) {
            size_t length = strlen(text), at = draw((uint32_t)length + 1);
            char byte = often[draw(sizeof often - 1)];
            if (draw(20) == 0)
                byte = (char)draw(256);
            if (draw(3) == 0 && length < sizeof text - 1) {
                memmove(&text[at + 1], &text[at], length + 1 - at);
                text[at] = byte;
            } else if (at < length && draw(2))
                memmove(&text[at], &text[at + 1], length - at);
            else if (at < length)
                text[at] = byte;
        }
        if (wf_address_parse(&address, text) != 0) {
            refused++;
            continue;
        }
        ck_assert_msg(wf_address_parse(&again, text_of(&address)) == 0, "%s", text);
        ck_assert_msg(wf_address_equal(&again, &address), "%s", text);
    }
    ck_assert_int_gt(refused, ROUNDS / 20);
    ck_assert_int_lt(refused, ROUNDS * 19 / 20);
}
END_TEST

/* G.163 */
START_TEST(g163_what_does_not_fit_is_cut)
{
    static const char *const texts[] = {"1.2.3.4:5", "[fe80::1%2]:65535", "unix:/a\\x01b", "unix:@\\x00\\\\"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct wf_address address;
        size_t length = strlen(texts[i]);
        ck_assert_int_eq(wf_address_parse(&address, texts[i]), 0);
        ck_assert_uint_eq(wf_address_print(&address, NULL, 0), length);
        for (size_t size = 1; size < length + 3; size++) {
            char text[32];
            size_t written = size <= length ? size - 1 : length;
            memset(text, '?', sizeof text);
            ck_assert_uint_eq(wf_address_print(&address, text, size), length);
            ck_assert_mem_eq(text, texts[i], written);
            ck_assert_int_eq(text[written], '\0');
            ck_assert_int_eq(text[written + 1], '?');
        }
    }
}
END_TEST

/* G.163 */
START_TEST(g163_none_has_a_text)
{
    struct wf_address none = {0};
    ck_assert_str_eq(text_of(&none), "none");
}
END_TEST

TCase *net_address_text_tests(void)
{
    TCase *tcase = tcase_create("net address text");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g160_texts_that_are_addresses);
    tcase_add_test(tcase, g160_texts_that_are_none);
    tcase_add_test(tcase, g160_names_of_any_length);
    tcase_add_test(tcase, g160_a_scope_has_a_name);
    tcase_add_test(tcase, g161_an_ip_address_alone);
    tcase_add_loop_test(tcase, g162_what_is_printed_is_parsed, 0, 3);
    tcase_add_loop_test(tcase, g162_changed_texts_are_refused_or_agree, 0, 3);
    tcase_add_test(tcase, g163_what_does_not_fit_is_cut);
    tcase_add_test(tcase, g163_none_has_a_text);
    return tcase;
}
