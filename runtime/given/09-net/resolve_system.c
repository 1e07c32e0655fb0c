/**
 * @file resolve_system.c
 * @brief Lists of addresses, and the system's own lookup.
 */
#include "resolve_system.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/error.h"

/* --- lists of addresses --- */

static bool is_listed(const struct wf_addresses *addresses, const struct wf_address *address)
{
    for (uint32_t i = 0; i < addresses->count; i++)
        if (wf_address_equal(&addresses->at[i], address))
            return true;
    return false;
}

static int grow(struct wf_addresses *addresses)
{
    uint32_t capacity = addresses->capacity ? 2 * addresses->capacity : 4;
    struct wf_address *at = wf_alloc(capacity * sizeof *at);
    if (!at)
        return WF_ENOMEM;
    if (addresses->count > 0)
        memcpy(at, addresses->at, addresses->count * sizeof *at);
    wf_free(addresses->at, addresses->capacity * sizeof *at);
    addresses->at = at;
    addresses->capacity = capacity;
    return 0;
}

int wf_addresses_add(struct wf_addresses *addresses, const struct wf_address *address)
{
    if (is_listed(addresses, address))
        return 0;
    if (addresses->count == WF_ADDRESSES_MAX)
        return WF_EFULL;
    int status = addresses->count == addresses->capacity ? grow(addresses) : 0;
    if (status == 0)
        addresses->at[addresses->count++] = *address;
    return status;
}

void wf_addresses_free(struct wf_addresses *addresses)
{
    wf_free(addresses->at, addresses->capacity * sizeof *addresses->at);
    *addresses = (struct wf_addresses){0};
}

/* --- the system's lookup --- */

/* An address of the system's list, with the port; a family that is not one of the two is passed over. */
static int add_found(struct wf_addresses *addresses, const struct addrinfo *found, const struct wf_name *name)
{
    struct wf_address address = {.length = found->ai_addrlen};
    if (found->ai_family == AF_INET && found->ai_addrlen == sizeof address.as.ip4) {
        memcpy(&address.as.ip4, found->ai_addr, sizeof address.as.ip4);
        if (!name->service)
            address.as.ip4.sin_port = htons(name->port);
    } else if (found->ai_family == AF_INET6 && found->ai_addrlen == sizeof address.as.ip6) {
        memcpy(&address.as.ip6, found->ai_addr, sizeof address.as.ip6);
        if (!name->service)
            address.as.ip6.sin6_port = htons(name->port);
    } else {
        return 0;
    }
    return wf_addresses_add(addresses, &address);
}

int wf_resolve_ask_system(const struct wf_name *name, int flags, struct wf_addresses *addresses, int *status)
{
    const struct addrinfo hints = {
        .ai_family = name->family, .ai_socktype = name->type ? name->type : SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *all = NULL;
    errno = 0;
    int code = getaddrinfo(name->host, name->service, &hints, &all);
    *status = 0;
    if (code == EAI_SYSTEM)
        *status = errno ? -errno : -EIO;
    else if (code != 0)
        *status = WF_ERESOLVER(code);
    if (code != 0)
        return code;
    for (const struct addrinfo *found = all; found && *status == 0; found = found->ai_next)
        *status = add_found(addresses, found, name);
    freeaddrinfo(all);
    if (*status == WF_EFULL)
        *status = 0; /* the first ones are the best ones */
    return 0;
}

int wf_lookup_by_system(void *arg, const struct wf_name *name, struct wf_addresses *addresses)
{
    (void)arg;
    int status;
    (void)wf_resolve_ask_system(name, 0, addresses, &status);
    return status;
}
