/**
 * @file resolve.h
 * @brief Names of hosts become addresses: getaddrinfo(), as a future.
 *
 *     wf_resolve(&self->resolve, "example.org", 443, AF_UNSPEC);
 *     AWAIT(&self->resolve);
 *     if (self->resolve.out == 0)
 *         connect_to(self->resolve.addresses.at, self->resolve.addresses.count);
 *     ...
 * ASYNC_FINALLY:
 *     wf_addresses_free(&self->resolve.addresses);
 *
 * Why:     a name is what this machine takes it for: getaddrinfo() honours /etc/hosts, nsswitch.conf, search domains, mDNS and whatever
 *          a company has set up, and sorts by RFC 6724. A resolver of the library's own (such as libevent's evdns) sends packets to
 *          the servers of resolv.conf and knows nothing of the others, so that `ping host` works and the program does not.
 * Price:   getaddrinfo() waits, and nothing ends it. So it holds a thread of the blocking pool while no server answers: with glibc's
 *          defaults 5 s for each server, twice. One that was given up goes on to its end. There is no cache, and no time to live.
 * Limit:   lookups that hang must not take all threads from files and other calls. So few go on at once: WF_LOOKUPS_AT_ONCE, and at most
 *          half of the pool's threads, rounded up (libuv lets names have two of its four threads). Eight are 1.5 % of a pool of 512, and
 *          at 20 ms a lookup 400 names a second. Others wait in line: a limit of time counts there too. Lookups that were given up count.
 * Time:    put wf_timeout() around it. On a paused clock that never comes: a lookup is a blocking call, in which the clock stands.
 * Shutdown: wf_runtime_drop() waits for lookups that have begun, as for each blocking call; those in line are not made.
 * Names:   as DNS has them, in ASCII. The library converts no others (IDNA).
 * Threads: as any future. A resolve whose runtime was dropped may be polled and dropped afterwards.
 * Source:  Tokio's lookup_host; libuv's limit of slow calls.
 */
#ifndef WEFT_RESOLVE_H
#define WEFT_RESOLVE_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"
#include "weft/net_address.h"

WF_BEGIN_DECLS

struct wf_blocking_pool;
struct wf_lookup;
struct wf_resolver;

enum {
    WF_HOST_BYTES_MAX = 254,   /**< of a host's name: what DNS has, with a dot at its end */
    WF_SERVICE_BYTES_MAX = 31, /**< of a service's name */
    WF_ADDRESSES_MAX = 256,    /**< of one name; what a lookup finds beyond is left out */
    WF_LOOKUPS_AT_ONCE = 8,    /**< of a resolver that does not say */
};

/* --- lists of addresses --- */

/** Addresses of one name, the best first. All zero: none. */
struct wf_addresses {
    struct wf_address *at; /**< owned: `count` of them */
    uint32_t count;        /**< of addresses */
    uint32_t capacity;     /**< for how many there is memory */
};

/**
 * @brief Add an address at the end, or nothing, if it is there already.
 * @param address  copied; what its structure has beside the address is zero.
 * @return 0; WF_ENOMEM; WF_EFULL: there are WF_ADDRESSES_MAX.
 *
 * @clause{G.245,0,"wf_addresses_add keeps the sequence and leaves out what is there already; wf_addresses_free gives all back, and does nothing for an empty list, such as one given back before."}
 */
WF_MUST_USE int wf_addresses_add(struct wf_addresses *addresses, const struct wf_address *address);

/** @brief Give a list back; it is empty afterwards. Clauses: G.245 */
void wf_addresses_free(struct wf_addresses *addresses);

/* --- what looks names up --- */

/** What is to be resolved. */
struct wf_name {
    const char *host;    /**< a name, or an address as text */
    size_t host_length;  /**< in bytes */
    const char *service; /**< "https", or a number as text; NULL: `port` */
    uint16_t port;       /**< of the addresses, where `service` is NULL */
    int family;          /**< AF_INET, AF_INET6; AF_UNSPEC: both */
    int type;            /**< for a service: SOCK_DGRAM; 0: SOCK_STREAM */
};

/** How names are looked up. Zeroes are right for most. */
struct wf_resolver_config {
    /**
     * Looks a name up, and may block: on a thread of the pool, several at once. NULL: wf_lookup_by_system(). It adds what it finds to
     * `addresses`, which is empty, and returns 0 or a negative error. The name is valid until it returns; `host` ends with a NUL, and
     * `service` is no number. Addresses as text do not come here.
     */
    int (*lookup)(void *arg, const struct wf_name *name, struct wf_addresses *addresses);
    void *arg; /**< its first argument */
    uint32_t at_once; /**< lookups that go on; 0: WF_LOOKUPS_AT_ONCE. Never more than half of the pool's threads, or one */
};

/**
 * @brief What getaddrinfo() says of a name; a lookup of one's own may call it for names that it does not know.
 * @param arg  not looked at.
 * @return 0; WF_ERESOLVER() of what getaddrinfo() returned; a negated errno; WF_ENOMEM.
 *
 * Threads: any; it blocks.
 *
 * @clause{G.246,0,"wf_lookup_by_system adds what getaddrinfo finds, in its sequence and with the port. Its errors are each WF_ERESOLVER of their code; EAI_SYSTEM is the negated errno."}
 */
WF_MUST_USE int wf_lookup_by_system(void *arg, const struct wf_name *name, struct wf_addresses *addresses);

/**
 * @brief Make a resolver: a runtime has one. For a runtime that is put together by hand: its contexts' `resolver`.
 * @param config  copied.
 * @param pool    borrowed, until wf_resolver_close().
 * @return NULL: no memory.
 */
WF_MUST_USE struct wf_resolver *wf_resolver_new(const struct wf_resolver_config *config,
                                                struct wf_blocking_pool *pool);

/** @brief Refuse lookups, and end those in line with WF_ECLOSED. Before the pool is dropped. Clauses: G.251 */
void wf_resolver_close(struct wf_resolver *resolver);

/** @brief Give a closed resolver up, after the pool. The last future that has a lookup in it frees it. */
void wf_resolver_drop(struct wf_resolver *resolver);

/* --- the future --- */

/** Resolves a name. Clauses: G.247 G.248 G.249 G.250 G.251 G.252 */
struct wf_resolve {
    struct wf_future future;       /**< the head */
    struct wf_name name;           /**< its texts are borrowed until READY, or dropped */
    struct wf_lookup *lookup;      /**< in line or going on; NULL before and afterwards */
    struct wf_addresses addresses; /**< READY with 0: one or more, now the frame's owner's: wf_addresses_free() */
    int out;                       /**< 0, or an error */
};

/**
 * @brief Build a future that is READY with the addresses of a host.
 * @param host    borrowed until the future is READY or dropped.
 * @param port    of the addresses that are found.
 * @param family  AF_INET, AF_INET6; AF_UNSPEC: both.
 * @return `resolve`.
 *
 * Errors: WF_ERESOLVER() of EAI_NONAME (there is no such name), EAI_AGAIN (no server has answered; perhaps later) and the others of
 *         getaddrinfo(); -EINVAL, WF_ETOOLONG: it is no name; WF_ECLOSED: this thread is in no runtime, or in one that is shut down;
 *         WF_ENOMEM; WF_EAGAIN: the system gives no thread; WF_ECANCELED; a negated errno.
 * Cancel safety: SAFE: nothing is taken. A lookup that has begun goes on to its end without the frame.
 * Cost:          one allocation for the lookup, one for the list, and the waits of the system; of an address as text, one allocation.
 *
 * @clause{G.247,0,"A wf_resolve makes one lookup, on a thread of the pool, with a copy of the name; READY with 0 and what that found, or with its error."}
 * @clause{G.248,0,"An address as text, with a port in numbers, is READY at the first poll, without a thread and a lookup."}
 * @clause{G.249,0,"A host or service that is empty, or has a NUL, is -EINVAL; one that is too long WF_ETOOLONG; a number above 65535 WF_ERESOLVER(EAI_SERVICE): at the first poll."}
 * @clause{G.250,0,"A drop of a wf_resolve returns at once. In line, its lookup is never made; one that has begun ends alone, and reads nothing of the caller's."}
 * @clause{G.251,0,"Without a resolver, or in a closed one, a wf_resolve is READY with WF_ECLOSED; WF_ENOMEM or WF_EAGAIN where memory or each thread is lacking."}
 * @clause{G.252,0,"Never more lookups go on than the config says, nor than half of the pool's threads, rounded up. The others begin in the sequence of their first polls."}
 */
struct wf_resolve *wf_resolve(struct wf_resolve *resolve, const char *host, uint16_t port, int family);

/** @brief The same, of a name with all that belongs to it: a service, or a host that ends with no NUL. */
struct wf_resolve *wf_resolve_name(struct wf_resolve *resolve, const struct wf_name *name);

WF_END_DECLS

#endif
