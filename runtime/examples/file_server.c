/**
 * @file file_server.c
 * @brief An HTTP/1.1 server of the files below a folder: connections that are kept, pipelines, byte ranges, ETags.
 *
 *     file_server PORT FOLDER [WORKERS]      serves on loopback, until standard input ends; port 0: one that is free, and is printed
 *     file_server                            serves a folder of its own to clients of its own
 *
 * A connection is a task. Its requests are parsed where they lie, in the one buffer that it has (file_server/http_request.c); bodies go by
 * sendfile(), from the page cache into the socket. No path leads out of the folder, however it is spelled, links included: openat2() sees
 * to that (file_server/file.c). The clients are in file_server/clients.c.
 *
 * Not here: bodies of requests, several ranges at once, lists of folders, TLS. A part of a file that is not in the page cache is waited
 * for by the thread that sends it, and by its other tasks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_server/clients.h"
#include "file_server/file.h"
#include "file_server/http_request.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/send_file.h"
#include "weft/tcp.h"
#include "weft/time.h"

enum { HEAD_BYTES = 8192, ANSWER_BYTES = 512, CONNECTIONS_MAX = 4096 };
/* For a whole head, for each piece of an answer, and for the end of a connection. */
#define PATIENCE WF_SECONDS(10)

/* --- connections --- */

struct site {
    int folder;
    struct wf_tcp_listener listener;
    WF_ATOMIC(uint32_t) connections;
};

struct connection {
    struct wf_future future;
    struct site *site;
    struct wf_tcp_stream stream;
    bool is_kept;
    size_t used, length; /* of the buffer; of the head at its begin, 0: it is not whole */
    int file;            /* what an answer has of one: bytes [at, end) are still to be sent; -1: nothing */
    off_t at, end;
    size_t sent, size; /* of an answer's own text */
    uint64_t deadline_ns;
    struct wf_socket_io io;
    struct wf_send_file send;
    struct wf_timeout limit;
    int out;
    char answer[ANSWER_BYTES], buffer[HEAD_BYTES];
};

static __attribute__((format(printf, 2, 3))) void put(struct connection *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    self->size += (size_t)vsnprintf(self->answer + self->size, ANSWER_BYTES - self->size, format, arguments);
    va_end(arguments);
}

static void close_file(struct connection *self)
{
    if (self->file >= 0)
        (void)close(self->file);
    self->file = -1;
}

/* What a request that is well formed is answered with. */
static int choose(struct connection *self, const struct http_request *request, struct file *file, char *etag)
{
    self->file = file_open(file);
    if (self->file < 0)
        return file_status(self->file);
    file_etag(file, etag);
    if (request->if_none_match &&
        (http_has_item(request->if_none_match, etag) || http_has_item(request->if_none_match, "*")))
        return 304;
    self->end = file->stat.st_size;
    if (request->is_head || (request->if_range && strcmp(request->if_range, etag) != 0))
        return 200;
    return http_find_range(request->range, self->end, &self->at, &self->end);
}

/* From the head in the buffer to the head of an answer, and to the bytes of a file that follow it. */
static void answer(struct connection *self)
{
    struct http_request request = {.path = NULL};
    int status = self->length == 0 ? 431 : http_parse_head(&request, self->buffer, self->length);
    struct file file = {.folder = self->site->folder, .path = request.path};
    char etag[FILE_ETAG_BYTES] = "", date[HTTP_DATE_BYTES];
    self->is_kept = (status == 0 || status == 405) && http_is_kept(&request);
    self->at = self->end = 0;
    self->sent = self->size = 0;
    if (status == 0)
        status = choose(self, &request, &file, etag);
    bool has_file = status == 200 || status == 206;
    http_date(date);
    put(self, "HTTP/1.1 %s\r\nDate: %s\r\nConnection: %s\r\n", http_words(status), date,
        self->is_kept ? "keep-alive" : "close");
    if (*etag)
        put(self, "ETag: %s\r\nAccept-Ranges: bytes\r\n", etag);
    if (status == 206)
        put(self, "Content-Range: bytes %jd-%jd/%jd\r\n", (intmax_t)self->at, (intmax_t)self->end - 1,
            (intmax_t)file.stat.st_size);
    if (status == 405)
        put(self, "Allow: GET, HEAD\r\n");
    if (status == 416)
        put(self, "Content-Range: bytes */%jd\r\n", (intmax_t)file.stat.st_size);
    if (has_file)
        put(self, "Content-Type: %s\r\nContent-Length: %jd\r\n\r\n", file_type(file.path),
            (intmax_t)(self->end - self->at));
    else if (status == 304)
        put(self, "\r\n");
    else
        put(self, "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s", strlen(http_words(status)),
            request.is_head ? "" : http_words(status));
    if (request.is_head || !has_file) {
        self->end = self->at;
        close_file(self);
    }
}

/* Takes bytes off the begin of the buffer. */
static void take(struct connection *self, size_t count)
{
    self->used -= count;
    memmove(self->buffer, self->buffer + count, self->used);
}

/* Whether there is something to answer: a whole head, of `length` bytes, or what will never be one. */
static bool has_head(struct connection *self)
{
    size_t blank = 0; /* empty lines may stand before a head */
    while (blank < self->used && strchr("\r\n", self->buffer[blank]))
        blank++;
    take(self, blank);
    const char *end = memmem(self->buffer, self->used, "\n\r\n", 3);
    size_t length = 3;
    if (!end) { /* no end of a head, but whoever sends it waits for an answer: 400 */
        end = memmem(self->buffer, self->used, "\n\n", 2);
        length = 2;
    }
    self->length = end ? (size_t)(end - self->buffer) + length : 0;
    return end || self->used == HEAD_BYTES;
}

ASYNC_FN(connection)
{
    ASYNC_BEGIN;
    do {
        self->deadline_ns = wf_add_ns(wf_now(), PATIENCE);
        while (!has_head(self)) {
            wf_tcp_read(&self->io, &self->stream, self->buffer + self->used, HEAD_BYTES - self->used);
            AWAIT(wf_timeout_at(&self->limit, self->deadline_ns, &self->io.future));
            if (self->limit.out != 0 || self->io.out <= 0)
                ASYNC_RETURN(0);
            self->used += (size_t)self->io.out;
        }
        answer(self);
        while (self->sent < self->size) {
            wf_socket_send(&self->io, &self->stream.fd, self->at < self->end ? MSG_MORE : 0);
            wf_socket_buffer(&self->io, self->answer + self->sent, self->size - self->sent);
            AWAIT(wf_timeout(&self->limit, PATIENCE, &self->io.future));
            if (self->limit.out != 0 || self->io.out < 0)
                ASYNC_RETURN(0);
            self->sent += (size_t)self->io.out;
        }
        while (self->at < self->end) {
            wf_send_file(&self->send, &self->stream.fd, self->file, self->at, (size_t)(self->end - self->at));
            AWAIT(wf_timeout(&self->limit, PATIENCE, &self->send.future));
            if (self->send.done == 0) /* in all that time; or it failed, or the file has become shorter */
                ASYNC_RETURN(0);
            self->at += (off_t)self->send.done;
        }
        close_file(self);
        take(self, self->length);
    } while (self->is_kept);
    /* what comes now is not read by anybody, and would reset the connection before the answer has arrived */
    (void)wf_tcp_shutdown(&self->stream, SHUT_WR);
    self->deadline_ns = wf_add_ns(wf_now(), PATIENCE);
    do {
        wf_tcp_read(&self->io, &self->stream, self->buffer, HEAD_BYTES);
        AWAIT(wf_timeout_at(&self->limit, self->deadline_ns, &self->io.future));
    } while (self->limit.out == 0 && self->io.out > 0);
ASYNC_FINALLY:
    close_file(self);
    wf_tcp_close(&self->stream);
    wf_fetch_sub_release(&self->site->connections, 1);
    ASYNC_END;
}

/* Accepts, until the listener is closed or the task dropped. */
struct server {
    struct wf_future future;
    struct site *site;
    struct wf_tcp_accept accept;
    int out;
};

ASYNC_FN(server)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT_TO(self->out, wf_tcp_accept(&self->accept, &self->site->listener));
        if (self->out != 0)
            break;
        (void)wf_tcp_set_nodelay(&self->accept.stream, true);
        if (wf_fetch_add_relaxed(&self->site->connections, 1) < CONNECTIONS_MAX)
            self->out = WF_SPAWN(wf_scheduler_current(), NULL, connection, .site = self->site,
                                 .stream = self->accept.stream, .file = -1);
        else
            self->out = WF_ENOMEM;
        if (self->out == WF_ENOMEM) { /* after another error the task had the stream, and was dropped */
            wf_tcp_close(&self->accept.stream);
            wf_fetch_sub_release(&self->site->connections, 1);
        }
    }
ASYNC_FINALLY:
    wf_tcp_listener_close(&self->site->listener);
    ASYNC_END;
}

static int until_input_ends(struct wf_runtime *runtime, const struct wf_address *address)
{
    char text[WF_ADDRESS_TEXT], byte;
    (void)runtime; /* its workers serve meanwhile */
    (void)wf_address_print(address, text, sizeof text);
    printf("%s\n", text);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}

/* Serves the folder while `meanwhile` runs. Port 0: one that is free. */
static int serve(const char *folder, uint16_t port, uint32_t workers,
                 int (*meanwhile)(struct wf_runtime *runtime, const struct wf_address *address))
{
    static struct site site;
    struct wf_runtime_entry entry;
    struct wf_address address;
    struct wf_runtime *runtime = wf_runtime_new(&(struct wf_runtime_config){.workers = workers});
    if (!runtime)
        return 1;
    wf_runtime_enter(runtime, &entry);
    site.folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int status = site.folder < 0 ? -errno : wf_address_loopback(&address, AF_INET, port);
    if (status == 0)
        status = wf_tcp_listen(&site.listener, &address, NULL);
    if (status == 0)
        status = wf_tcp_listener_address(&site.listener, &address);
    if (status == 0)
        status = WF_SPAWN(wf_scheduler_current(), NULL, server, .site = &site);
    wf_runtime_leave(&entry);
    if (status == 0)
        status = meanwhile(runtime, &address);
    wf_runtime_drop(runtime);
    if (site.folder >= 0)
        (void)close(site.folder);
    printf("%s; connections: %u; live bytes: %zu\n", wf_strerror(status), wf_load_relaxed(&site.connections),
           wf_live_bytes());
    return status == 0 && wf_live_bytes() == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/weft-files-XXXXXX";
    if (argc == 3 || argc == 4)
        return serve(argv[2], (uint16_t)strtoul(argv[1], NULL, 10),
                     argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0, until_input_ends);
    if (argc > 1 || clients_make_folder(folder) != 0) {
        fprintf(stderr, "usage: file_server [PORT FOLDER [WORKERS]]\n");
        return 2;
    }
    int status = serve(folder, 0, 2, clients_ask);
    clients_remove_folder(folder);
    return status;
}
