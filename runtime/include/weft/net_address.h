/**
 * @file net_address.h
 * @brief Addresses of sockets: made, parsed, printed, compared.
 */
#ifndef WEFT_NET_ADDRESS_H
#define WEFT_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** An address of IPv4, IPv6 or a Unix socket. Plain data. All zero: none. */
struct wf_address {
    socklen_t length; /**< of what is in use of `as` */
    union {
        struct sockaddr any;     /**< its family */
        struct sockaddr_in ip4;  /**< AF_INET */
        struct sockaddr_in6 ip6; /**< AF_INET6 */
        struct sockaddr_un
            unix_name; /**< AF_UNIX; a name in the abstract space begins with a NUL, and `length` says where it ends */
    } as;              /**< as the kernel has it */
};

WF_END_DECLS

#endif
