/**
 * @file net_address_text.c
 * @brief Addresses of sockets as text. A number is taken in one form only: what two programs could read differently is none.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "weft/error.h"
#include "weft/net_address.h"

static const char unix_prefix[] = "unix:";

/* --- parse --- */

/* A decimal number up to `most` that is the whole of `text`. A zero before it would be octal elsewhere. */
static bool parse_number(const char *text, size_t length, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;
    if (length == 0 || (length > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
        if (value > most)
            return false;
    }
    *number = (uint32_t)value;
    return true;
}

/* The scope that stands behind the `%`: a number, or else the name of an interface. */
static int parse_scope(const char *text, size_t length, uint32_t *scope)
{
    char name[IF_NAMESIZE];
    if (length == 0)
        return -EINVAL;
    if (parse_number(text, length, UINT32_MAX, scope))
        return *scope > 0 ? 0 : -EINVAL;
    if (text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789") >= length)
        return -EINVAL;
    if (length >= sizeof name)
        return -ENODEV;
    memcpy(name, text, length);
    name[length] = '\0';
    errno = ENODEV;
    *scope = if_nametoindex(name);
    return *scope > 0 ? 0 : -errno;
}

/* An IPv4 or IPv6 address that is the whole of `text`. inet_pton() takes four decimal numbers alone, and no leading zeros. */
static int parse_ip(struct wf_address *address, int family, const char *text, size_t length, uint16_t port)
{
    char copy[INET6_ADDRSTRLEN];
    struct in_addr ip4;
    struct in6_addr ip6;
    uint32_t scope = 0;
    const char *percent = family == AF_INET6 ? memchr(text, '%', length) : NULL;
    size_t bare = percent ? (size_t)(percent - text) : length;
    if (bare >= sizeof copy)
        return -EINVAL;
    memcpy(copy, text, bare);
    copy[bare] = '\0';
    if (inet_pton(family, copy, family == AF_INET ? (void *)&ip4 : (void *)&ip6) != 1)
        return -EINVAL;
    if (family == AF_INET) {
        wf_address_ip4(address, ntohl(ip4.s_addr), port);
        return 0;
    }
    int status = percent ? parse_scope(percent + 1, length - bare - 1, &scope) : 0;
    if (status == 0)
        wf_address_ip6(address, ip6.s6_addr, scope, port);
    return status;
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit >= 'A' && digit <= 'F' ? strchr(digits, digit + ('a' - 'A'))
                     : digit                      ? strchr(digits, digit)
                                                  : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The next byte of a path or name, and `*text` behind it. -1: no byte is written like that. */
static int unescaped(const char **text)
{
    const char *at = *text;
    unsigned char byte = (unsigned char)*at++;
    if (byte < ' ' || byte == 0x7f)
        return -1;
    if (byte == '\\' && *at == '\\')
        at++;
    else if (byte == '\\') {
        int high = *at == 'x' ? hex_digit(at[1]) : -1, low = high >= 0 ? hex_digit(at[2]) : -1;
        if (low < 0)
            return -1;
        byte = (unsigned char)(high << 4 | low);
        at += 3;
    }
    *text = at;
    return byte;
}

static int parse_unix(struct wf_address *address, const char *text)
{
    char name[WF_UNIX_NAME_MAX + 1];
    size_t length = 0;
    bool is_abstract = *text == '@', is_too_long = false;
    if (*text == '\0') {
        *address = (struct wf_address){.length = offsetof(struct sockaddr_un, sun_path),
                                       .as.unix_name.sun_family = AF_UNIX};
        return 0;
    }
    for (text += is_abstract; *text;) {
        int byte = unescaped(&text);
        if (byte < 0 || (byte == 0 && !is_abstract))
            return -EINVAL;
        is_too_long |= length == WF_UNIX_NAME_MAX;
        if (!is_too_long)
            name[length++] = (char)byte;
    }
    if (is_too_long)
        return WF_ETOOLONG;
    name[length] = '\0';
    return is_abstract ? wf_address_abstract(address, name, length) : wf_address_unix(address, name);
}

int wf_address_parse(struct wf_address *address, const char *text)
{
    uint32_t port;
    if (strncmp(text, unix_prefix, sizeof unix_prefix - 1) == 0)
        return parse_unix(address, text + sizeof unix_prefix - 1);
    const char *colon = strrchr(text, ':');
    if (!colon || !parse_number(colon + 1, strlen(colon + 1), UINT16_MAX, &port))
        return -EINVAL;
    size_t length = (size_t)(colon - text);
    if (text[0] != '[')
        return parse_ip(address, AF_INET, text, length, (uint16_t)port);
    if (length < 2 || text[length - 1] != ']')
        return -EINVAL;
    return parse_ip(address, AF_INET6, text + 1, length - 2, (uint16_t)port);
}

int wf_address_parse_ip(struct wf_address *address, const char *text, uint16_t port)
{
    return parse_ip(address, strchr(text, ':') ? AF_INET6 : AF_INET, text, strlen(text), port);
}

/* --- print --- */

/* What is written, and how much of it there would be. */
struct printing {
    char *text;
    size_t size;
    size_t length;
};

static void print_bytes(struct printing *printing, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, printing->length++)
        if (printing->length < printing->size)
            printing->text[printing->length] = bytes[i];
}

static void print_text(struct printing *printing, const char *text)
{
    print_bytes(printing, text, strlen(text));
}

static void print_ip(struct printing *printing, const struct wf_address *address)
{
    char ip[INET6_ADDRSTRLEN] = "", more[40];
    bool is_ip6 = wf_address_family(address) == AF_INET6;
    const void *bytes =
        is_ip6 ? (const void *)&address->as.ip6.sin6_addr : (const void *)&address->as.ip4.sin_addr;
    (void)inet_ntop(wf_address_family(address), bytes, ip, sizeof ip);
    print_text(printing, is_ip6 ? "[" : "");
    print_text(printing, ip);
    if (is_ip6 && address->as.ip6.sin6_scope_id != 0) {
        (void)snprintf(more, sizeof more, "%%%u", (unsigned)address->as.ip6.sin6_scope_id);
        print_text(printing, more);
    }
    (void)snprintf(more, sizeof more, "%s:%d", is_ip6 ? "]" : "", wf_address_port(address));
    print_text(printing, more);
}

static void print_unix(struct printing *printing, const struct wf_address *address)
{
    size_t length;
    const char *name = wf_address_unix_name(address, &length);
    bool is_abstract = wf_address_is_abstract(address);
    print_text(printing, unix_prefix);
    print_text(printing, is_abstract ? "@" : "");
    for (size_t i = 0; i < length; i++) {
        char escape[5];
        unsigned char byte = (unsigned char)name[i];
        if (byte == '\\')
            print_text(printing, "\\\\");
        else if (byte < ' ' || byte > '~' || (i == 0 && byte == '@' && !is_abstract)) {
            (void)snprintf(escape, sizeof escape, "\\x%02x", byte);
            print_text(printing, escape);
        } else
            print_bytes(printing, &name[i], 1);
    }
}

size_t wf_address_print(const struct wf_address *address, char *text, size_t size)
{
    struct printing printing = {.text = text, .size = size};
    switch (wf_address_family(address)) {
    case AF_INET:
    case AF_INET6:
        print_ip(&printing, address);
        break;
    case AF_UNIX:
        print_unix(&printing, address);
        break;
    default:
        print_text(&printing, "none");
        break;
    }
    if (size > 0)
        text[printing.length < size ? printing.length : size - 1] = '\0';
    return printing.length;
}
