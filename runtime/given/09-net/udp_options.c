/**
 * @file udp_options.c
 * @brief What a UDP socket can be told at any time, and the groups that it joins: the kernel's options, whose names differ by family.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "weft/udp.h"

/* An option's level and name. */
struct name {
    int level, option;
};

static const struct names {
    struct name ip4, ip6;
} names[WF_UDP_OPTIONS] = {
    [WF_UDP_BROADCAST] = {{SOL_SOCKET, SO_BROADCAST}, {SOL_SOCKET, SO_BROADCAST}},
    [WF_UDP_TTL] = {{IPPROTO_IP, IP_TTL}, {IPPROTO_IPV6, IPV6_UNICAST_HOPS}},
    [WF_UDP_TRAFFIC_CLASS] = {{IPPROTO_IP, IP_TOS}, {IPPROTO_IPV6, IPV6_TCLASS}},
    [WF_UDP_MULTICAST_LOOP] = {{IPPROTO_IP, IP_MULTICAST_LOOP}, {IPPROTO_IPV6, IPV6_MULTICAST_LOOP}},
    [WF_UDP_MULTICAST_TTL] = {{IPPROTO_IP, IP_MULTICAST_TTL}, {IPPROTO_IPV6, IPV6_MULTICAST_HOPS}},
    [WF_UDP_RECEIVE_BUFFER] = {{SOL_SOCKET, SO_RCVBUF}, {SOL_SOCKET, SO_RCVBUF}},
    [WF_UDP_SEND_BUFFER] = {{SOL_SOCKET, SO_SNDBUF}, {SOL_SOCKET, SO_SNDBUF}},
};

/* The descriptor, and its family; or a negated errno. Of one that is not open, all zero, the number would be another's. */
static int fd_and_family(const struct wf_udp *udp, int *family)
{
    int fd = udp->socket.source ? udp->socket.fd : -1;
    int status = wf_socket_get(fd, SOL_SOCKET, SO_DOMAIN, family);
    return status != 0 ? status : fd;
}

/* The same, and the option's name there. */
static int fd_and_name(const struct wf_udp *udp, enum wf_udp_option option, struct name *name)
{
    int family;
    if ((unsigned)option >= WF_UDP_OPTIONS)
        return -EINVAL;
    int fd = fd_and_family(udp, &family);
    if (fd >= 0)
        *name = family == AF_INET6 ? names[option].ip6 : names[option].ip4;
    return fd;
}

int wf_udp_set(struct wf_udp *udp, enum wf_udp_option option, int value)
{
    struct name name;
    int fd = fd_and_name(udp, option, &name);
    return fd < 0 ? fd : wf_socket_set(fd, name.level, name.option, value);
}

int wf_udp_get(const struct wf_udp *udp, enum wf_udp_option option, int *value)
{
    struct name name;
    int fd = fd_and_name(udp, option, &name);
    return fd < 0 ? fd : wf_socket_get(fd, name.level, name.option, value);
}

/* --- groups --- */

static int change_membership(struct wf_udp *udp, const struct wf_address *group, unsigned interface,
                             int option)
{
    int family;
    struct group_req request = {.gr_interface = interface};
    int fd = fd_and_family(udp, &family);
    if (fd < 0)
        return fd;
    if (group->length > sizeof request.gr_group || group->as.any.sa_family != family)
        return -EINVAL;
    memcpy(&request.gr_group, &group->as, group->length);
    return setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, option, &request, sizeof request) ==
                   0
               ? 0
               : -errno;
}

int wf_udp_join(struct wf_udp *udp, const struct wf_address *group, unsigned interface)
{
    return change_membership(udp, group, interface, MCAST_JOIN_GROUP);
}

int wf_udp_leave(struct wf_udp *udp, const struct wf_address *group, unsigned interface)
{
    return change_membership(udp, group, interface, MCAST_LEAVE_GROUP);
}

int wf_udp_multicast_interface(struct wf_udp *udp, unsigned interface)
{
    int family;
    int fd = fd_and_family(udp, &family);
    if (fd < 0)
        return fd;
    if (family == AF_INET6)
        return wf_socket_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface);
    const struct ip_mreqn request = {.imr_ifindex = (int)interface};
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) == 0 ? 0 : -errno;
}
