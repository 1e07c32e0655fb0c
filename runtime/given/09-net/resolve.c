/**
 * @file resolve.c
 * @brief Names resolved on the blocking pool: a line of lookups, a few calls that work it off, and the future that waits for one of them.
 *
 * ## Who owns a lookup
 *
 *     QUEUED   The lookup is in line, and its future owns it. What takes it out of line, under the lock, owns it next.
 *     RUNNING  a call's. Its future may set `is_abandoned` and go; then the call frees it.
 *     DONE     its future's again: the call touches it no more.
 *
 * ## Who works the line off
 *
 * A call takes the next lookup until none is left, and is counted in `calls` from before its spawn until then. A lookup that comes while
 * fewer than `at_once` go on brings a call with it. So where lookups are in line, a call goes on that will take them; where a spawn fails
 * and no other call is left, those that relied on it have to be told.
 *
 * Calls are mandatory, so that each of them runs and gives its reference back: in a pool that is closed it finds no lookup, and ends.
 */
#include "weft/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/detail/atomic.h"
#include "weft/detail/blocking_pool.h"
#include "weft/error.h"
#include "weft/list.h"

#include "resolve_system.h"

struct wf_resolver {
    struct wf_resolver_config config; /* constant, with its zeroes filled in */
    struct wf_blocking_pool *pool;    /* until it is closed */
    WF_ATOMIC(uint32_t) references;   /* of its owner, each lookup and each call */

    pthread_mutex_t lock;  /* guards what follows, and the lookups; no user's code runs under it */
    struct wf_list queued; /* lookups */
    uint32_t calls;        /* that take lookups, or will */
    bool closed;
};

enum lookup_state { QUEUED, RUNNING, DONE };

struct wf_lookup {
    struct wf_list link;          /* QUEUED: in line */
    struct wf_resolver *resolver; /* a reference */
    struct wf_name name;          /* its texts are in `text` */
    size_t bytes;                 /* of this allocation */
    struct wf_waker waker; /* of the future's last poll, until DONE; its owner alone changes it, and DONE takes it */
    struct wf_addresses addresses; /* DONE: what was found */
    int status;                    /* DONE: 0, or an error */
    enum lookup_state state;
    bool is_abandoned; /* RUNNING: its future is gone */
    char text[];
};

/* --- life of a resolver --- */

static void reference(struct wf_resolver *resolver)
{
    /* relaxed: the caller's reference keeps it alive */
    wf_fetch_add_relaxed(&resolver->references, 1);
}

static void unreference(struct wf_resolver *resolver)
{
    /* release: what this thread did is over before another frees. acquire: the thread that frees sees that. */
    if (wf_fetch_sub_acq_rel(&resolver->references, 1) > 1)
        return;
    pthread_mutex_destroy(&resolver->lock);
    wf_free(resolver, sizeof *resolver);
}

struct wf_resolver *wf_resolver_new(const struct wf_resolver_config *config, struct wf_blocking_pool *pool)
{
    struct wf_resolver *self = wf_alloc(sizeof *self);
    if (!self)
        return NULL;
    *self = (struct wf_resolver){.config = *config, .pool = pool, .references = 1};
    if (!config->lookup)
        self->config.lookup = wf_lookup_by_system;
    if (!config->at_once)
        self->config.at_once = WF_LOOKUPS_AT_ONCE;
    uint32_t half = pool->config.threads_max - pool->config.threads_max / 2;
    if (self->config.at_once > half)
        self->config.at_once = half;
    pthread_mutex_init(&self->lock, NULL);
    wf_list_init(&self->queued);
    return self;
}

void wf_resolver_drop(struct wf_resolver *resolver)
{
    unreference(resolver);
}

/* --- lookups --- */

static struct wf_lookup *lookup_new(struct wf_resolver *resolver, const struct wf_name *name,
                                    const struct wf_waker *waker)
{
    size_t service_bytes = name->service ? strlen(name->service) + 1 : 0;
    size_t bytes = sizeof(struct wf_lookup) + name->host_length + 1 + service_bytes;
    struct wf_lookup *self = wf_alloc(bytes);
    if (!self)
        return NULL;
    *self = (struct wf_lookup){
        .resolver = resolver, .name = *name, .bytes = bytes, .waker = wf_waker_clone(waker), .state = QUEUED};
    wf_list_init(&self->link);
    memcpy(self->text, name->host, name->host_length);
    self->text[name->host_length] = 0;
    self->name.host = self->text;
    if (name->service)
        self->name.service = memcpy(self->text + name->host_length + 1, name->service, service_bytes);
    reference(resolver);
    return self;
}

/* Nobody else knows it any more. */
static void lookup_free(struct wf_lookup *self)
{
    struct wf_resolver *resolver = self->resolver;
    wf_waker_drop(&self->waker);
    wf_addresses_free(&self->addresses);
    wf_free(self, self->bytes);
    unreference(resolver);
}

/* Under the lock, which it gives up: a lookup that is out of line is over. Its future may free it at once: so the waker is taken first. */
static void unlock_and_complete(struct wf_resolver *resolver, struct wf_lookup *lookup, int status)
{
    bool is_abandoned = lookup->is_abandoned;
    struct wf_waker waker = lookup->waker;
    lookup->waker = (struct wf_waker){0};
    lookup->status = status;
    lookup->state = DONE;
    pthread_mutex_unlock(&resolver->lock);
    if (is_abandoned)
        lookup_free(lookup);
    wf_waker_wake(&waker);
}

static struct wf_lookup *take_first(struct wf_resolver *resolver)
{
    struct wf_list *link = wf_list_pop_front(&resolver->queued);
    return link ? WF_CONTAINER_OF(link, struct wf_lookup, link) : NULL;
}

/* Tell those in line that no call will come for them: because the resolver is closed, or because no thread is to be had. */
static void fail_queued(struct wf_resolver *resolver, int status)
{
    for (;;) {
        pthread_mutex_lock(&resolver->lock);
        struct wf_lookup *lookup = resolver->closed || resolver->calls == 0 ? take_first(resolver) : NULL;
        if (!lookup) {
            pthread_mutex_unlock(&resolver->lock);
            return;
        }
        unlock_and_complete(resolver, lookup, status);
    }
}

void wf_resolver_close(struct wf_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    resolver->closed = true;
    pthread_mutex_unlock(&resolver->lock);
    fail_queued(resolver, WF_ECLOSED);
}

/* --- the calls, on threads of the pool --- */

static struct wf_lookup *begin_next(struct wf_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    struct wf_lookup *lookup = take_first(resolver);
    if (lookup)
        lookup->state = RUNNING;
    else
        resolver->calls--; /* in one step with the look: what comes afterwards brings a call of its own */
    pthread_mutex_unlock(&resolver->lock);
    return lookup;
}

static int look_up(void *arg)
{
    struct wf_resolver *resolver = arg;
    const struct wf_resolver_config *config = &resolver->config;
    struct wf_lookup *lookup;
    while ((lookup = begin_next(resolver))) {
        wf_calls_out("a lookup");
        int status = config->lookup(config->arg, &lookup->name, &lookup->addresses);
        if (status != 0)
            wf_addresses_free(&lookup->addresses);
        else if (lookup->addresses.count == 0)
            status = WF_ERESOLVER(EAI_NONAME);
        pthread_mutex_lock(&resolver->lock);
        unlock_and_complete(resolver, lookup, status);
    }
    unreference(resolver);
    return 0;
}

/* A call that was counted is not to be had. `lookup` may rely on another one, or be over already. Else it gets out of line. */
static int call_failed(struct wf_resolver *resolver, struct wf_lookup *lookup, int status)
{
    pthread_mutex_lock(&resolver->lock);
    bool is_ours = --resolver->calls == 0 && lookup->state == QUEUED;
    if (is_ours)
        wf_list_remove(&lookup->link);
    pthread_mutex_unlock(&resolver->lock);
    fail_queued(resolver, status);
    unreference(resolver);
    return is_ours ? status : 0;
}

/* 0, or an error: then the lookup is the caller's alone. */
static int get_in_line(struct wf_resolver *resolver, struct wf_lookup *lookup)
{
    pthread_mutex_lock(&resolver->lock);
    if (resolver->closed) {
        pthread_mutex_unlock(&resolver->lock);
        return WF_ECLOSED;
    }
    wf_list_push_back(&resolver->queued, &lookup->link);
    bool brings_call = resolver->calls < resolver->config.at_once;
    if (brings_call)
        resolver->calls++;
    pthread_mutex_unlock(&resolver->lock);
    if (!brings_call)
        return 0;
    reference(resolver); /* the call's */
    int status = wf_spawn_blocking_mandatory(resolver->pool, NULL, look_up, resolver);
    return status == 0 ? 0 : call_failed(resolver, lookup, status);
}

/* --- the future --- */

static int check_text(const char *text, size_t length, size_t longest)
{
    if (length == 0 || memchr(text, 0, length < longest ? length : longest))
        return -EINVAL;
    return length > longest ? WF_ETOOLONG : 0;
}

/* A service that is a number becomes the port: getaddrinfo() takes 65616 for 80. */
static int check_service(struct wf_name *name)
{
    size_t length = strnlen(name->service, WF_SERVICE_BYTES_MAX + 1);
    int status = check_text(name->service, length, WF_SERVICE_BYTES_MAX);
    if (status != 0 || name->service[strspn(name->service, "0123456789")] != 0)
        return status;
    uint32_t port = 0;
    for (const char *digit = name->service; *digit && port <= UINT16_MAX; digit++)
        port = port * 10 + (uint32_t)(*digit - '0');
    if (port > UINT16_MAX)
        return WF_ERESOLVER(EAI_SERVICE);
    name->port = (uint16_t)port;
    name->service = NULL;
    return 0;
}

/* Whether the name is an address as text, or is refused without a question to anybody: then `out` says what came of it. */
static bool is_decided(struct wf_resolve *self)
{
    struct wf_name *name = &self->name;
    self->out = check_text(name->host, name->host_length, WF_HOST_BYTES_MAX);
    if (self->out == 0 && name->service)
        self->out = check_service(name);
    if (self->out != 0)
        return true;
    if (name->service)
        return false; /* which port it has is in a file */
    char host[WF_HOST_BYTES_MAX + 1];
    memcpy(host, name->host, name->host_length);
    host[name->host_length] = 0;
    struct wf_name literal = *name;
    literal.host = host;
    if (wf_resolve_ask_system(&literal, AI_NUMERICHOST, &self->addresses, &self->out) == EAI_NONAME)
        return false;
    if (self->out != 0)
        wf_addresses_free(&self->addresses);
    return true;
}

/* The first poll. Whether it is the last one. */
static bool begin(struct wf_resolve *self, const struct wf_waker *waker)
{
    if (is_decided(self))
        return true;
    struct wf_resolver *resolver = wf_context_current ? wf_context_current->resolver : NULL;
    if (!resolver) {
        self->out = WF_ECLOSED;
        return true;
    }
    struct wf_lookup *lookup = lookup_new(resolver, &self->name, waker);
    self->out = lookup ? get_in_line(resolver, lookup) : WF_ENOMEM;
    if (self->out == 0) {
        self->lookup = lookup;
        return false;
    }
    if (lookup)
        lookup_free(lookup);
    return true;
}

/* Whether it is over; if not, the waker of this poll is kept. Wakers are cloned and dropped without the lock. */
static bool is_over(struct wf_lookup *lookup, const struct wf_waker *waker)
{
    pthread_mutex_t *lock = &lookup->resolver->lock;
    pthread_mutex_lock(lock);
    bool over = lookup->state == DONE;
    bool keep = over || wf_waker_will_wake(&lookup->waker, waker);
    pthread_mutex_unlock(lock);
    if (keep)
        return over;
    struct wf_waker other = wf_waker_clone(waker);
    pthread_mutex_lock(lock);
    over = lookup->state == DONE;
    if (!over) {
        struct wf_waker old = lookup->waker;
        lookup->waker = other;
        other = old;
    }
    pthread_mutex_unlock(lock);
    wf_waker_drop(&other);
    return over;
}

/* Give the lookup up, in whatever state it is. */
static void abandon(struct wf_resolve *self)
{
    struct wf_lookup *lookup = self->lookup;
    if (!lookup)
        return;
    self->lookup = NULL;
    struct wf_waker waker = {0};
    pthread_mutex_lock(&lookup->resolver->lock);
    bool is_running = lookup->state == RUNNING;
    if (is_running) {
        lookup->is_abandoned = true;
        waker = lookup->waker;
        lookup->waker = (struct wf_waker){0};
    } else {
        wf_list_remove(&lookup->link); /* of one that is over: nothing */
    }
    pthread_mutex_unlock(&lookup->resolver->lock);
    wf_waker_drop(&waker);
    if (!is_running)
        lookup_free(lookup);
}

static enum wf_poll resolve_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wf_resolve *self = (struct wf_resolve *)future;
    int status = wf_leaf_begin(cx->waker);
    if (status == WF_EAGAIN)
        return WF_PENDING;
    if (status == WF_ECANCELED) {
        abandon(self);
        self->out = WF_ECANCELED;
        return WF_READY;
    }
    if (!self->lookup && begin(self, cx->waker))
        return WF_READY;
    if (!is_over(self->lookup, cx->waker)) {
        wf_budget_refund();
        return WF_PENDING;
    }
    self->out = self->lookup->status;
    self->addresses = self->lookup->addresses;
    self->lookup->addresses = (struct wf_addresses){0};
    lookup_free(self->lookup);
    self->lookup = NULL;
    return WF_READY;
}

static void resolve_drop(struct wf_future *future)
{
    abandon((struct wf_resolve *)future);
}

static const struct wf_future_ops resolve_ops = {
    .name = "resolve", .poll = resolve_poll, .drop = resolve_drop, WF_FRAME(struct wf_resolve)};

struct wf_resolve *wf_resolve_name(struct wf_resolve *resolve, const struct wf_name *name)
{
    *resolve = (struct wf_resolve){.future = {.ops = &resolve_ops}, .name = *name};
    return resolve;
}

struct wf_resolve *wf_resolve(struct wf_resolve *resolve, const char *host, uint16_t port, int family)
{
    return wf_resolve_name(
        resolve, &(struct wf_name){.host = host, .host_length = strlen(host), .port = port, .family = family});
}
