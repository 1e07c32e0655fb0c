/**
 * @file tcp_options.c
 * @brief Options of streams. Of one that is not open the descriptor is -1, so each call is -EBADF.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "weft/tcp.h"

static int set(struct wf_tcp_stream *stream, int level, int option, int value)
{
    return wf_socket_set(wf_tcp_fd(stream), level, option, value);
}

static int get(const struct wf_tcp_stream *stream, int level, int option, int *value)
{
    return wf_socket_get(wf_tcp_fd(stream), level, option, value);
}

static int get_bool(const struct wf_tcp_stream *stream, int level, int option, bool *on)
{
    int value = 0;
    int status = get(stream, level, option, &value);
    *on = value != 0;
    return status;
}

int wf_tcp_set_nodelay(struct wf_tcp_stream *stream, bool on)
{
    return set(stream, IPPROTO_TCP, TCP_NODELAY, on);
}

int wf_tcp_nodelay(const struct wf_tcp_stream *stream, bool *on)
{
    return get_bool(stream, IPPROTO_TCP, TCP_NODELAY, on);
}

int wf_tcp_set_keepalive(struct wf_tcp_stream *stream, const struct wf_tcp_keepalive *keepalive)
{
    const struct wf_socket_setting settings[] = {
        {keepalive->idle_s != 0, IPPROTO_TCP, TCP_KEEPIDLE, keepalive->idle_s},
        {keepalive->interval_s != 0, IPPROTO_TCP, TCP_KEEPINTVL, keepalive->interval_s},
        {keepalive->count != 0, IPPROTO_TCP, TCP_KEEPCNT, keepalive->count},
        {true, SOL_SOCKET, SO_KEEPALIVE, keepalive->on}, /* last: the first probe counts on the others */
    };
    return wf_socket_set_all(wf_tcp_fd(stream), settings, sizeof settings / sizeof *settings);
}

int wf_tcp_keepalive(const struct wf_tcp_stream *stream, struct wf_tcp_keepalive *keepalive)
{
    *keepalive = (struct wf_tcp_keepalive){.on = false};
    int status = get_bool(stream, SOL_SOCKET, SO_KEEPALIVE, &keepalive->on);
    if (status == 0)
        status = get(stream, IPPROTO_TCP, TCP_KEEPIDLE, &keepalive->idle_s);
    if (status == 0)
        status = get(stream, IPPROTO_TCP, TCP_KEEPINTVL, &keepalive->interval_s);
    if (status == 0)
        status = get(stream, IPPROTO_TCP, TCP_KEEPCNT, &keepalive->count);
    return status;
}

int wf_tcp_set_linger(struct wf_tcp_stream *stream, int seconds)
{
    const struct linger linger = {.l_onoff = seconds == 0, .l_linger = 0};
    if (seconds > 0) /* close() would wait, also of a descriptor that does not block */
        return -EINVAL;
    return setsockopt(wf_tcp_fd(stream), SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0 ? 0 : -errno;
}

int wf_tcp_linger(const struct wf_tcp_stream *stream, int *seconds)
{
    struct linger linger;
    socklen_t size = sizeof linger;
    *seconds = -1;
    if (getsockopt(wf_tcp_fd(stream), SOL_SOCKET, SO_LINGER, &linger, &size) != 0)
        return -errno;
    if (linger.l_onoff)
        *seconds = linger.l_linger;
    return 0;
}

/* The same thing has two names, by the family of the socket. */
static int hops_option(const struct wf_tcp_stream *stream, int *level, int *option)
{
    int family = 0;
    int status = get(stream, SOL_SOCKET, SO_DOMAIN, &family);
    *level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    *option = family == AF_INET6 ? IPV6_UNICAST_HOPS : IP_TTL;
    return status;
}

int wf_tcp_set_ttl(struct wf_tcp_stream *stream, int hops)
{
    int level, option;
    int status = hops_option(stream, &level, &option);
    return status != 0 ? status : set(stream, level, option, hops);
}

int wf_tcp_ttl(const struct wf_tcp_stream *stream, int *hops)
{
    int level, option;
    int status = hops_option(stream, &level, &option);
    return status != 0 ? status : get(stream, level, option, hops);
}

int wf_tcp_set_receive_buffer(struct wf_tcp_stream *stream, int bytes)
{
    return set(stream, SOL_SOCKET, SO_RCVBUF, bytes);
}

int wf_tcp_receive_buffer(const struct wf_tcp_stream *stream, int *bytes)
{
    return get(stream, SOL_SOCKET, SO_RCVBUF, bytes);
}

int wf_tcp_set_send_buffer(struct wf_tcp_stream *stream, int bytes)
{
    return set(stream, SOL_SOCKET, SO_SNDBUF, bytes);
}

int wf_tcp_send_buffer(const struct wf_tcp_stream *stream, int *bytes)
{
    return get(stream, SOL_SOCKET, SO_SNDBUF, bytes);
}

int wf_tcp_set_quickack(struct wf_tcp_stream *stream, bool on)
{
    return set(stream, IPPROTO_TCP, TCP_QUICKACK, on);
}

int wf_tcp_quickack(const struct wf_tcp_stream *stream, bool *on)
{
    return get_bool(stream, IPPROTO_TCP, TCP_QUICKACK, on);
}

int wf_tcp_set_user_timeout(struct wf_tcp_stream *stream, unsigned milliseconds)
{
    return set(stream, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)milliseconds);
}

int wf_tcp_user_timeout(const struct wf_tcp_stream *stream, unsigned *milliseconds)
{
    int value = 0;
    int status = get(stream, IPPROTO_TCP, TCP_USER_TIMEOUT, &value);
    *milliseconds = (unsigned)value;
    return status;
}
