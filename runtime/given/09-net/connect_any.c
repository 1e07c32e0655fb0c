/**
 * @file connect_any.c
 * @brief TCP connections as attempts of a race, and a lookup before it.
 */
#include "weft/alloc.h"
#include "weft/connect.h"
#include "weft/error.h"

/* --- an attempt: a connect with its stream, which moves to the caller's if it wins --- */

struct attempt {
    struct wf_tcp_connect connect; /* first: the attempt is its future */
    struct wf_tcp_stream stream;
};

static struct wf_future *attempt_begin(void *arg, const struct wf_address *address, int *error)
{
    const struct wf_tcp_connect_any *self = arg;
    struct attempt *attempt = wf_alloc(sizeof *attempt);
    if (!attempt) {
        *error = WF_ENOMEM;
        return NULL;
    }
    return &wf_tcp_connect(&attempt->connect, &attempt->stream, address, &self->tcp)->future;
}

static void attempt_win(void *arg, struct wf_future *future)
{
    *((struct wf_tcp_connect_any *)arg)->stream = ((struct attempt *)future)->stream;
}

static void attempt_free(void *arg, struct wf_future *future)
{
    (void)arg;
    wf_free(future, sizeof(struct attempt));
}

static const struct wf_attempt_ops attempt_ops = {attempt_begin, attempt_win, attempt_free};

/* --- to one of several addresses --- */

static enum wf_poll any_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_tcp_connect_any *self = (struct wf_tcp_connect_any *)future;
    future->awaiting = &self->race.future;
    if (wf_future_poll(&self->race.future, cx) == WF_PENDING)
        return WF_PENDING;
    future->awaiting = NULL;
    self->out = self->race.out;
    return WF_READY;
}

static void any_drop(struct wf_future *future)
{
    wf_future_drop(&((struct wf_tcp_connect_any *)future)->race.future);
}

static const struct wf_future_ops any_ops = {
    .name = "tcp_connect_any", .poll = any_poll, .drop = any_drop, WF_FRAME(struct wf_tcp_connect_any)};

struct wf_tcp_connect_any *wf_tcp_connect_any(struct wf_tcp_connect_any *connect, struct wf_tcp_stream *stream,
                                              const struct wf_address *addresses, size_t count,
                                              const struct wf_connect_options *options)
{
    static const struct wf_connect_options defaults;
    if (!options)
        options = &defaults;
    connect->future = (struct wf_future){.ops = &any_ops};
    connect->stream = stream;
    connect->tcp = options->tcp;
    connect->out = 0;
    (void)wf_happy_eyeballs(&connect->race, addresses, count, &attempt_ops, connect, &options->race);
    *stream = (struct wf_tcp_stream){.fd = {.fd = -1}};
    return connect;
}

/* --- to a host, by its name --- */

/* The name is resolved: go on to the race. Whether there is one. */
static bool begin_race(struct wf_tcp_connect_host *self)
{
    self->out = self->resolve.out;
    if (self->out != 0)
        return false;
    const struct wf_addresses *addresses = &self->resolve.addresses;
    (void)wf_tcp_connect_any(&self->any, self->stream, addresses->at, addresses->count, &self->options);
    return true;
}

static enum wf_poll host_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_tcp_connect_host *self = (struct wf_tcp_connect_host *)future;
    if (!self->any.future.ops) {
        future->awaiting = &self->resolve.future;
        if (wf_future_poll(&self->resolve.future, cx) == WF_PENDING)
            return WF_PENDING;
        future->awaiting = NULL;
        if (!begin_race(self))
            return WF_READY;
    }
    future->awaiting = &self->any.future;
    if (wf_future_poll(&self->any.future, cx) == WF_PENDING)
        return WF_PENDING;
    future->awaiting = NULL;
    self->out = self->any.out;
    wf_addresses_free(&self->resolve.addresses);
    return WF_READY;
}

static void host_drop(struct wf_future *future)
{
    struct wf_tcp_connect_host *self = (struct wf_tcp_connect_host *)future;
    if (self->any.future.ops)
        wf_future_drop(&self->any.future);
    wf_future_drop(&self->resolve.future); /* one that is READY is left alone, with its list */
    wf_addresses_free(&self->resolve.addresses);
}

static const struct wf_future_ops host_ops = {
    .name = "tcp_connect_host", .poll = host_poll, .drop = host_drop, WF_FRAME(struct wf_tcp_connect_host)};

struct wf_tcp_connect_host *wf_tcp_connect_host(struct wf_tcp_connect_host *connect,
                                                struct wf_tcp_stream *stream, const char *host, uint16_t port,
                                                const struct wf_connect_options *options)
{
    static const struct wf_connect_options defaults;
    connect->future = (struct wf_future){.ops = &host_ops};
    connect->stream = stream;
    connect->options = options ? *options : defaults;
    connect->any.future = (struct wf_future){.ops = NULL};
    connect->out = 0;
    (void)wf_resolve(&connect->resolve, host, port, AF_UNSPEC);
    *stream = (struct wf_tcp_stream){.fd = {.fd = -1}};
    return connect;
}
