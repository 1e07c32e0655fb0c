/**
 * @file port_scan.c
 * @brief Which of two hundred ports are open: 32 lanes, each of which tries one port after the other, with a limit of time for each.
 *
 * The lanes are branches of one task, on a runtime of one thread: nothing is shared between threads, so plain variables will do. The
 * program listens on three of the ports itself, on an address of loopback that depends on its pid: no other run is in its way.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "weft/combine.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/tcp.h"
#include "weft/time.h"

enum { FIRST_PORT = 20000, PORTS = 200, LANES = 32, OPEN = 3 };
static const int open_ports[OPEN] = {17, 42, 170};

struct scan {
    struct wf_address host;
    int next;               /* the port that the next lane takes */
    int in_flight, highest; /* connects that go on, and the most that ever did */
    int results[PORTS];     /* 0: open; else why not */
};

static struct wf_address at_port(const struct scan *scan, int port)
{
    struct wf_address address = scan->host;
    address.as.ip4.sin_port = htons((uint16_t)(FIRST_PORT + port));
    return address;
}

struct lane {
    struct wf_future future;
    struct scan *scan;
    int port;
    struct wf_address address;
    struct wf_tcp_stream stream;
    struct wf_tcp_connect connect;
    struct wf_timeout limit;
    int out;
};

ASYNC_FN(lane)
{
    ASYNC_BEGIN;
    while (self->scan->next < PORTS) {
        self->port = self->scan->next++;
        if (++self->scan->in_flight > self->scan->highest)
            self->scan->highest = self->scan->in_flight;
        self->address = at_port(self->scan, self->port);
        wf_tcp_connect(&self->connect, &self->stream, &self->address, NULL);
        AWAIT(wf_timeout(&self->limit, WF_SECONDS(5), &self->connect.future));
        self->scan->in_flight--;
        self->scan->results[self->port] = self->limit.out != 0 ? self->limit.out : self->connect.out;
        wf_tcp_close(&self->stream);
    }
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

struct scan_all {
    struct wf_future future;
    struct scan *scan;
    struct wf_tcp_listener listeners[OPEN];
    struct lane lanes[LANES];
    struct wf_future *branches[LANES];
    struct wf_join join;
    int out;
};

ASYNC_FN(scan_all)
{
    ASYNC_BEGIN;
    for (int i = 0; i < OPEN && self->out == 0; i++) {
        struct wf_address address = at_port(self->scan, open_ports[i]);
        self->out = wf_tcp_listen(&self->listeners[i], &address, NULL);
    }
    if (self->out != 0)
        break;
    for (int i = 0; i < LANES; i++)
        self->branches[i] = &ASYNC_INIT(&self->lanes[i], lane, .scan = self->scan)->future;
    AWAIT(wf_join(&self->join, self->branches, LANES, WF_BIASED));
ASYNC_FINALLY:
    for (int i = 0; i < OPEN; i++)
        wf_tcp_listener_close(&self->listeners[i]);
    ASYNC_END;
}

static void print_results(const struct scan *scan)
{
    int refused = 0, others = 0;
    for (int port = 0; port < PORTS; port++) {
        if (scan->results[port] == 0)
            printf("open: the first port + %d\n", port);
        else if (scan->results[port] == -ECONNREFUSED)
            refused++;
        else
            others++;
    }
    printf("refused: %d; others: %d\n", refused, others);
    printf("connects in flight: %d at most\n", scan->highest);
}

int main(void)
{
    static struct scan_all root;
    const uint32_t pid = (uint32_t)getpid();
    static struct scan scan = {.host = {.length = sizeof(struct sockaddr_in), .as.ip4.sin_family = AF_INET}};
    scan.host.as.ip4.sin_addr.s_addr = htonl(0x7f000000 | (pid % 0xfffffd + 2)); /* 127.0.0.2 and up */

    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    if (!runtime)
        return 1;
    int status = wf_runtime_block_on(runtime, &ASYNC_INIT(&root, scan_all, .scan = &scan)->future);
    wf_runtime_drop(runtime);
    if (status == 0)
        status = root.out;
    if (status == 0)
        print_results(&scan);
    else
        printf("no scan: %s\n", wf_strerror(status));
    return status == 0 ? 0 : 1;
}
