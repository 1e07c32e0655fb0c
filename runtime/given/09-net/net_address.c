/**
 * @file net_address.c
 * @brief Addresses of sockets: made, asked, compared.
 */
#include "weft/net_address.h"

#include <errno.h>
#include <string.h>

#include "weft/error.h"

enum { NAME_AT = offsetof(struct sockaddr_un, sun_path) };

/* --- made --- */

void wf_address_ip4(struct wf_address *address, uint32_t number, uint16_t port)
{
    *address = (struct wf_address){
        .length = sizeof address->as.ip4,
        .as.ip4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(number)}};
}

void wf_address_ip6(struct wf_address *address, const uint8_t bytes[16], uint32_t scope, uint16_t port)
{
    *address = (struct wf_address){
        .length = sizeof address->as.ip6,
        .as.ip6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope}};
    memcpy(&address->as.ip6.sin6_addr, bytes, sizeof address->as.ip6.sin6_addr);
}

static int of_family(struct wf_address *address, int family, uint32_t ip4, const struct in6_addr *ip6,
                     uint16_t port)
{
    if (family == AF_INET)
        wf_address_ip4(address, ip4, port);
    else if (family == AF_INET6)
        wf_address_ip6(address, ip6->s6_addr, 0, port);
    else
        return -EAFNOSUPPORT;
    return 0;
}

int wf_address_any(struct wf_address *address, int family, uint16_t port)
{
    return of_family(address, family, INADDR_ANY, &in6addr_any, port);
}

int wf_address_loopback(struct wf_address *address, int family, uint16_t port)
{
    return of_family(address, family, INADDR_LOOPBACK, &in6addr_loopback, port);
}

int wf_address_unix(struct wf_address *address, const char *path)
{
    size_t length = strnlen(path, WF_UNIX_NAME_MAX + 1);
    if (length == 0)
        return -EINVAL;
    if (length > WF_UNIX_NAME_MAX)
        return WF_ETOOLONG;
    *address =
        (struct wf_address){.length = (socklen_t)(NAME_AT + length + 1), .as.unix_name.sun_family = AF_UNIX};
    memcpy(address->as.unix_name.sun_path, path, length);
    return 0;
}

int wf_address_abstract(struct wf_address *address, const void *name, size_t length)
{
    if (length > WF_UNIX_NAME_MAX)
        return WF_ETOOLONG;
    *address =
        (struct wf_address){.length = (socklen_t)(NAME_AT + 1 + length), .as.unix_name.sun_family = AF_UNIX};
    if (length > 0)
        memcpy(address->as.unix_name.sun_path + 1, name, length);
    return 0;
}

int wf_address_from(struct wf_address *address, const struct sockaddr *from, socklen_t length)
{
    struct wf_address made = {0};
    if (length < NAME_AT)
        return -EINVAL;
    int family = from->sa_family;
    size_t needs = family == AF_INET ? sizeof made.as.ip4 : sizeof made.as.ip6;
    if (family == AF_UNIX)
        needs = length < sizeof made.as.unix_name ? length : sizeof made.as.unix_name;
    else if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    if (length < needs)
        return -EINVAL;
    made.length = (socklen_t)needs;
    memcpy(&made.as, from, needs);
    *address = made;
    return 0;
}

static int of_end(int fd, struct wf_address *address, bool is_peer)
{
    struct wf_address end = {.length = sizeof end.as};
    if ((is_peer ? getpeername : getsockname)(fd, &end.as.any, &end.length) != 0)
        return -errno;
    return wf_address_from(address, &end.as.any, end.length);
}

int wf_address_of_local(int fd, struct wf_address *address)
{
    return of_end(fd, address, false);
}

int wf_address_of_peer(int fd, struct wf_address *address)
{
    return of_end(fd, address, true);
}

/* --- asked --- */

/* Where the port is; NULL: it has none. */
static const in_port_t *port_of(const struct wf_address *address)
{
    switch (wf_address_family(address)) {
    case AF_INET:
        return &address->as.ip4.sin_port;
    case AF_INET6:
        return &address->as.ip6.sin6_port;
    default:
        return NULL;
    }
}

int wf_address_port(const struct wf_address *address)
{
    const in_port_t *port = port_of(address);
    return port ? ntohs(*port) : -EAFNOSUPPORT;
}

int wf_address_set_port(struct wf_address *address, uint16_t port)
{
    in_port_t *at = (in_port_t *)(uintptr_t)port_of(address);
    if (!at)
        return -EAFNOSUPPORT;
    *at = htons(port);
    return 0;
}

bool wf_address_is_abstract(const struct wf_address *address)
{
    return wf_address_family(address) == AF_UNIX && address->length > NAME_AT &&
           address->as.unix_name.sun_path[0] == '\0';
}

const char *wf_address_unix_name(const struct wf_address *address, size_t *length)
{
    const char *path = address->as.unix_name.sun_path;
    *length = 0;
    if (wf_address_family(address) != AF_UNIX || address->length <= NAME_AT)
        return NULL;
    size_t size = address->length - NAME_AT;
    if (wf_address_is_abstract(address)) {
        *length = size - 1;
        return path + 1;
    }
    *length = strnlen(path, size);
    return path;
}

bool wf_address_equal(const struct wf_address *a, const struct wf_address *b)
{
    size_t length, other_length;
    if (wf_address_family(a) != wf_address_family(b))
        return false;
    switch (wf_address_family(a)) {
    case AF_INET:
        return a->as.ip4.sin_port == b->as.ip4.sin_port &&
               a->as.ip4.sin_addr.s_addr == b->as.ip4.sin_addr.s_addr;
    case AF_INET6:
        return a->as.ip6.sin6_port == b->as.ip6.sin6_port &&
               a->as.ip6.sin6_scope_id == b->as.ip6.sin6_scope_id &&
               memcmp(&a->as.ip6.sin6_addr, &b->as.ip6.sin6_addr, sizeof a->as.ip6.sin6_addr) == 0;
    case AF_UNIX: {
        const char *name = wf_address_unix_name(a, &length), *other = wf_address_unix_name(b, &other_length);
        if (!name || !other)
            return !name && !other;
        return wf_address_is_abstract(a) == wf_address_is_abstract(b) && length == other_length &&
               memcmp(name, other, length) == 0;
    }
    default:
        return true; /* none is none */
    }
}

/* --- what kind of IP address --- */

bool wf_address_is_mapped(const struct wf_address *address)
{
    return wf_address_family(address) == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->as.ip6.sin6_addr);
}

/* Whether it is IPv4, or mapped: then its number, of this machine's byte order. */
static bool ip4_of(const struct wf_address *address, uint32_t *number)
{
    uint32_t in_order;
    if (wf_address_family(address) == AF_INET)
        in_order = address->as.ip4.sin_addr.s_addr;
    else if (wf_address_is_mapped(address))
        memcpy(&in_order, &address->as.ip6.sin6_addr.s6_addr[12], sizeof in_order);
    else
        return false;
    *number = ntohl(in_order);
    return true;
}

bool wf_address_is_loopback(const struct wf_address *address)
{
    uint32_t number;
    if (ip4_of(address, &number))
        return number >> 24 == 127;
    return wf_address_family(address) == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->as.ip6.sin6_addr);
}

bool wf_address_is_unspecified(const struct wf_address *address)
{
    uint32_t number;
    if (ip4_of(address, &number))
        return number == INADDR_ANY;
    return wf_address_family(address) == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->as.ip6.sin6_addr);
}

bool wf_address_is_multicast(const struct wf_address *address)
{
    uint32_t number;
    if (ip4_of(address, &number))
        return IN_MULTICAST(number);
    return wf_address_family(address) == AF_INET6 && IN6_IS_ADDR_MULTICAST(&address->as.ip6.sin6_addr);
}

bool wf_address_unmap(struct wf_address *address)
{
    uint32_t number;
    if (!wf_address_is_mapped(address) || !ip4_of(address, &number))
        return false;
    wf_address_ip4(address, number, (uint16_t)wf_address_port(address));
    return true;
}

bool wf_address_map(struct wf_address *address)
{
    uint8_t bytes[16] = {[10] = 0xff, [11] = 0xff};
    if (wf_address_family(address) != AF_INET)
        return false;
    memcpy(&bytes[12], &address->as.ip4.sin_addr, 4);
    wf_address_ip6(address, bytes, 0, (uint16_t)wf_address_port(address));
    return true;
}
