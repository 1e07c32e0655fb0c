/**
 * @file net_address.h
 * @brief Addresses of sockets: made, parsed, printed, compared.
 *
 *     struct wf_address address;
 *     char text[WF_ADDRESS_TEXT];
 *     if (wf_address_parse(&address, "127.0.0.1:8080") == 0)
 *         wf_address_print(&address, text, sizeof text);
 *
 * Text:
 *
 *     127.0.0.1:80            IPv4: four decimal numbers without leading zeros, and a port
 *     [::1]:80                IPv6, in brackets; printed as RFC 5952 says
 *     [fe80::1%lo]:80         with a scope: the name of an interface, or its number, which is what is printed
 *     unix:/run/one.socket    a path, of 107 bytes at most
 *     unix:@name              a name in the abstract space of Linux, of 107 bytes at most
 *     unix:                   a Unix socket without a name: an end of a pair, or one that has connected unbound
 *
 * In paths and names `\\` is a backslash, and `\x` with two hexadecimal digits a byte. A control character is written so, and printed so,
 * as is a byte beyond ASCII, and the `@` with which a path begins; thus a text is one line, and a name may hold NULs.
 *
 * Names of hosts are no addresses: nothing here asks a resolver, or waits. The name of an interface is looked up by a system call.
 * Ports are numbers, of any byte order but the network's: 80 is 80.
 * Threads: plain data, like an int.
 * Source:  Rust's SocketAddr, but for the scopes and Unix sockets.
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

/** An address as the kernel has it: of which kind, `any.sa_family` says. */
union wf_sockaddr {
    struct sockaddr any;     /**< its family */
    struct sockaddr_in ip4;  /**< AF_INET */
    struct sockaddr_in6 ip6; /**< AF_INET6 */
    struct sockaddr_un
        unix_name; /**< AF_UNIX; a name in the abstract space begins with a NUL, and `length` says where it ends */
};

/** An address of IPv4, IPv6 or a Unix socket. Plain data. All zero: none. */
struct wf_address {
    socklen_t length;     /**< of what is in use of `as` */
    union wf_sockaddr as; /**< as the kernel has it */
};

enum {
    WF_UNIX_NAME_MAX = sizeof(((struct sockaddr_un *)0)->sun_path) - 1, /**< bytes of a path, or of a name */
    WF_ADDRESS_TEXT =
        sizeof "unix:@" + sizeof(struct sockaddr_un) * 4, /**< room for the text of each address */
};

/* --- text --- */

/**
 * @brief Parse an address with its port, or of a Unix socket.
 * @return 0; -EINVAL: it is none, or something stands behind it; WF_ETOOLONG: a path or name of more than WF_UNIX_NAME_MAX bytes; -ENODEV:
 *         no interface has the name of the scope, or another error of if_nametoindex(). After an error `*address` is as it was.
 *
 * @clause{G.160,0,"wf_address_parse takes a whole text of a form above, and nothing else; where it fails, it says why and has changed nothing."}
 */
WF_MUST_USE int wf_address_parse(struct wf_address *address, const char *text);

/**
 * @brief Parse an IPv4 or IPv6 address alone, without brackets: `127.0.0.1`, `::1`, `fe80::1%lo`. Errors: those of wf_address_parse().
 *
 * @clause{G.161,0,"wf_address_parse_ip takes an IPv4 or an IPv6 address that stands alone, and gives it the port."}
 */
WF_MUST_USE int wf_address_parse_ip(struct wf_address *address, const char *text, uint16_t port);

/**
 * @brief Write the text of an address, as wf_address_parse() takes it. That of none is "none", which is not parsed.
 * @param text  of `size` bytes; NULL, if that is 0. WF_ADDRESS_TEXT are enough for each address.
 * @return the length of the text, without its NUL, whether it fitted or not.
 *
 * @clause{G.162,0,"What wf_address_print writes is printable ASCII, and wf_address_parse makes an equal address of it."}
 * @clause{G.163,0,"wf_address_print returns the length that the text needs; what does not fit is cut, and behind what is written stands a NUL."}
 */
size_t wf_address_print(const struct wf_address *address, char *text, size_t size);

/* --- made --- */

/**
 * @brief The address of IPv4 or IPv6 that means each interface of this machine: to listen on.
 * @param family  AF_INET or AF_INET6.
 * @return 0, or -EAFNOSUPPORT.
 *
 * @clause{G.164,0,"wf_address_any, _loopback, _ip4 and _ip6 make what their names say, of the port; a family without such an address is -EAFNOSUPPORT."}
 */
WF_MUST_USE int wf_address_any(struct wf_address *address, int family, uint16_t port);

/** @brief 127.0.0.1 or ::1. Otherwise as wf_address_any(). Clauses: G.164 */
WF_MUST_USE int wf_address_loopback(struct wf_address *address, int family, uint16_t port);

/** @brief Of IPv4, from a number: 0x7f000001 is 127.0.0.1. Clauses: G.164 */
void wf_address_ip4(struct wf_address *address, uint32_t number, uint16_t port);

/** @brief Of IPv6. @param scope  the number of an interface; 0: none. Clauses: G.164 */
void wf_address_ip6(struct wf_address *address, const uint8_t bytes[16], uint32_t scope, uint16_t port);

/**
 * @brief Of a Unix socket in the file system, absolute or not.
 * @return 0; WF_ETOOLONG; -EINVAL: it is empty.
 *
 * @clause{G.165,0,"wf_address_unix takes a path, wf_address_abstract a name of exactly so many bytes, NULs among them; more than WF_UNIX_NAME_MAX are WF_ETOOLONG."}
 */
WF_MUST_USE int wf_address_unix(struct wf_address *address, const char *path);

/** @brief In the abstract space: `length` bytes, without the NUL that the kernel wants before them. 0, or WF_ETOOLONG. Clauses: G.165 */
WF_MUST_USE int wf_address_abstract(struct wf_address *address, const void *name, size_t length);

/**
 * @brief From what the kernel, or another library, has written.
 * @return 0; -EAFNOSUPPORT: of another family; -EINVAL: shorter than its family needs. After an error `*address` is as it was.
 *
 * Linux lets others bind a path of 108 bytes, and says that it has 109: it is taken as what it is, but its text is not parsed.
 *
 * Clauses: G.169
 */
WF_MUST_USE int wf_address_from(struct wf_address *address, const struct sockaddr *from, socklen_t length);

/**
 * @brief What a socket is bound to.
 * @return 0; -EBADF, -ENOTSOCK; -EAFNOSUPPORT: of another family.
 *
 * @clause{G.169,0,"wf_address_of_local and _of_peer have the addresses of a socket's two ends; wf_address_from takes one from the kernel's form, if it is whole."}
 */
WF_MUST_USE int wf_address_of_local(int fd, struct wf_address *address);

/** @brief What a socket is connected to: -ENOTCONN, if it is not. Otherwise as wf_address_of_local(). Clauses: G.169 */
WF_MUST_USE int wf_address_of_peer(int fd, struct wf_address *address);

/* --- asked --- */

/** @brief AF_INET, AF_INET6 or AF_UNIX; AF_UNSPEC: none. */
static inline int wf_address_family(const struct wf_address *address)
{
    return address->as.any.sa_family;
}

/**
 * @brief The port, 0 to 65535; or -EAFNOSUPPORT.
 *
 * @clause{G.166,0,"wf_address_port and wf_address_set_port have the port of an IP address, and are -EAFNOSUPPORT for any other."}
 */
int wf_address_port(const struct wf_address *address);

/** @brief Give an IP address another port. 0, or -EAFNOSUPPORT. Clauses: G.166 */
int wf_address_set_port(struct wf_address *address, uint16_t port);

/**
 * @brief The path of a Unix socket, or its name in the abstract space, without the NUL before that.
 * @param length  in bytes. No NUL stands behind them that one could rely on.
 * @return inside of `address`; NULL: another family, or no name.
 *
 * Clauses: G.165
 */
const char *wf_address_unix_name(const struct wf_address *address, size_t *length);

/** @brief Whether it is a name in the abstract space. Clauses: G.165 */
bool wf_address_is_abstract(const struct wf_address *address);

/**
 * @brief Whether both are the same address: family, number, scope and port; or the bytes of the path or name.
 *
 * An IPv4 address and its mapped form are two: wf_address_unmap() makes them comparable. Names of files are not looked up.
 *
 * @clause{G.167,0,"wf_address_equal compares what makes an address: neither padding, nor a flow label, nor what stands behind a path; a name with its exact length."}
 */
bool wf_address_equal(const struct wf_address *a, const struct wf_address *b);

/**
 * @brief Whether it is an IP address of this machine alone: 127.0.0.0/8, ::1.
 *
 * A mapped address, which is an IPv4 one in the form of IPv6, is asked as the IPv4 address that it stands for, here and in the next two: so an IPv6 listener that
 * takes both sees what it would see of IPv4. A Unix socket is none of the three.
 *
 * @clause{G.168,0,"wf_address_is_loopback, _is_unspecified and _is_multicast ask a mapped address as its IPv4; wf_address_map and _unmap turn one into the other."}
 */
bool wf_address_is_loopback(const struct wf_address *address);
/** @brief Whether it is 0.0.0.0 or ::, of any port. Clauses: G.168 */
bool wf_address_is_unspecified(const struct wf_address *address);
/** @brief Whether it is in 224.0.0.0/4 or ff00::/8. Clauses: G.168 */
bool wf_address_is_multicast(const struct wf_address *address);

/** @brief Whether it is an IPv4 address in the form of IPv6, as an IPv6 socket that takes both has it of its peers. Clauses: G.168 */
bool wf_address_is_mapped(const struct wf_address *address);
/** @brief Make a mapped address the IPv4 address that it stands for. false: it is none, and was not changed. Clauses: G.168 */
bool wf_address_unmap(struct wf_address *address);
/** @brief Make an IPv4 address the mapped one. false: it is none, and was not changed. Clauses: G.168 */
bool wf_address_map(struct wf_address *address);

WF_END_DECLS

#endif
