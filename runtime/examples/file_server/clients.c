/**
 * @file clients.c
 * @brief The questions, the clients that ask them, and the folder in which the answers are.
 */
#include "clients.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "weft/combine.h"
#include "weft/fd_stream.h"
#include "weft/tcp.h"

enum { BIG_BYTES = 300000, TOO_LONG = 9000 };

/* '|' ends a line; '~' stands for more than a head may have. */
static const char *const questions[] = {
    "GET / HTTP/1.1|Host: t||",
    "GET /a%20b.txt?q HTTP/1.1|Host: t||",
    "GET http://t/below HTTP/1.1|Host: t||",
    "GET /big HTTP/1.1|Host: t||",
    "HEAD /big HTTP/1.1|Host: t||GET / HTTP/1.1|Host: t||GET /x HTTP/1.1|Host: t||",
    "GET / HTTP/1.1|Host: t|Connection: close||GET / HTTP/1.1|Host: t||",
    "GET / HTTP/1.0||GET / HTTP/1.0||",
    "GET / HTTP/1.0|Connection: Keep-Alive||GET / HTTP/1.0||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=2-4||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=7-||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=-2||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=10-||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=0-0,5-6||",
    "GET /a%20b.txt HTTP/1.1|Host: t|Range: bytes=2-4|If-Range: \"1\"||",
    "GET /a%20b.txt HTTP/1.1|Host: t|If-None-Match: \"1\", W/\"1000000000000000000-10\"||",
    "GET /a%20b.txt HTTP/1.1|Host: t|If-None-Match: \"1000000000000000001-10\"||",
    "POST / HTTP/1.1|Host: t|Content-Length: 0||GET / HTTP/1.1|Host: t||",
    "POST / HTTP/1.1|Host: t|Content-Length: 24||GET / HTTP/1.1|Host: t||",
    "GET /out HTTP/1.1|Host: t||",
    "GET /pipe HTTP/1.1|Host: t||",
    "GET /../a%20b.txt HTTP/1.1|Host: t||",
    "GET /below/%2e%2e/%2e%2E/x HTTP/1.1|Host: t||",
    "GET /below/.//index.html HTTP/1.1|Host: t||",
    "GET /a%2520b.txt HTTP/1.1|Host: t||",
    "GET /%00 HTTP/1.1|Host: t||",
    "GET / HTTP/1.1||",
    "GET / HTTP/1.1|Host: t|Host: t||",
    "GET / HTTP/1.1|Host : t||",
    "GET / HTTP/1.1|Host: t| folded||",
    "GET  / HTTP/1.1|Host: t||",
    "GET / HTTP/2.0|Host: t||",
    "GET /~ HTTP/1.1|Host: t||",
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

struct client {
    struct wf_future future;
    const struct wf_address *address;
    const char *question;
    struct wf_tcp_connect connect;
    struct wf_tcp_stream stream;
    struct wf_fd_stream bytes;
    struct wf_io_whole whole;
    struct wf_io_call call;
    size_t size;
    char text[2 * TOO_LONG], answers[BIG_BYTES + TOO_LONG];
    int out; /* how many bytes of answers came; or an error */
};

static void write_question(struct client *self)
{
    for (const char *from = self->question; *from; from++) {
        size_t count = *from == '|' ? 2 : *from == '~' ? TOO_LONG : 1;
        memset(self->text + self->size, *from, count);
        if (*from == '|')
            memcpy(self->text + self->size, "\r\n", 2);
        self->size += count;
    }
}

ASYNC_FN(client)
{
    ASYNC_BEGIN;
    write_question(self);
    AWAIT_TO(self->out, wf_tcp_connect(&self->connect, &self->stream, self->address, NULL));
    if (self->out != 0)
        break;
    wf_fd_stream_init(&self->bytes, &self->stream.fd);
    AWAIT(wf_io_write_all(&self->whole, &self->bytes.io, self->text, self->size));
    AWAIT(wf_io_shutdown(&self->call, &self->bytes.io));
    AWAIT(wf_io_read_to_end(&self->whole, &self->bytes.io, self->answers, sizeof self->answers));
    self->out = (int)self->whole.out;
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    ASYNC_END;
}

struct clients {
    struct wf_future future;
    const struct wf_address *address;
    struct client clients[QUESTIONS];
    struct wf_future *branches[QUESTIONS];
    struct wf_join join;
    int out;
};

ASYNC_FN(clients)
{
    ASYNC_BEGIN;
    for (int i = 0; i < QUESTIONS; i++)
        self->branches[i] =
            &ASYNC_INIT(&self->clients[i], client, .address = self->address, .question = questions[i])->future;
    AWAIT(wf_join(&self->join, self->branches, QUESTIONS, WF_BIASED));
ASYNC_FINALLY:
    ASYNC_END;
}

static char big_byte(size_t i)
{
    return (char)(i * 7 + i / 251);
}

static void print_answers(const struct client *client)
{
    const char *at = client->answers, *end = at + (client->out > 0 ? client->out : 0), *body = end;
    printf("%s\n   ", client->question);
    for (; (at = memmem(at, (size_t)(end - at), "HTTP/1.1 ", 9)); at += 9) {
        printf(" %.3s", at + 9);
        body = (const char *)memmem(at, (size_t)(end - at), "\r\n\r\n", 4) + 4;
    }
    size_t size = (size_t)(end - body), same = 0;
    while (same < size && body[same] == big_byte(same))
        same++;
    if (size == BIG_BYTES)
        printf(" and %zu bytes, %s\n", size, same == size ? "those of the file" : "others than the file's");
    else
        printf(" %.*s\n", (int)size, body);
}

int clients_ask(struct wf_runtime *runtime, const struct wf_address *address)
{
    static struct clients root;
    int status = wf_runtime_block_on(runtime, &ASYNC_INIT(&root, clients, .address = address)->future);
    for (int i = 0; status == 0 && i < QUESTIONS; i++)
        print_answers(&root.clients[i]);
    return status;
}

/* --- the folder --- */

static const char *const files[][2] = {
    {"index.html", "hello"}, {"a b.txt", "0123456789"}, {"below/index.html", "under it"}, {"big", NULL}};
enum { FILES = sizeof files / sizeof *files };

/* All have one time, of which their ETags are made. */
static int make_file(int folder, const char *name, const char *text)
{
    static char big[BIG_BYTES];
    for (size_t i = 0; i < BIG_BYTES; i++)
        big[i] = big_byte(i);
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t size = text ? strlen(text) : BIG_BYTES;
    bool made = fd >= 0 && write(fd, text ? text : big, size) == (ssize_t)size &&
                futimens(fd, (struct timespec[2]){{.tv_sec = 1000000000}, {.tv_sec = 1000000000}}) == 0;
    int status = made ? 0 : -errno;
    if (fd >= 0)
        (void)close(fd);
    return status;
}

int clients_make_folder(char *folder)
{
    int fd = mkdtemp(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return -errno;
    bool made = mkdirat(fd, "below", 0700) == 0 && symlinkat("/etc", fd, "out") == 0 &&
                mkfifoat(fd, "pipe", 0600) == 0;
    int status = made ? 0 : -errno;
    for (int i = 0; status == 0 && i < FILES; i++)
        status = make_file(fd, files[i][0], files[i][1]);
    (void)close(fd);
    return status;
}

void clients_remove_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < FILES; i++)
        (void)unlinkat(fd, files[i][0], 0);
    (void)unlinkat(fd, "out", 0);
    (void)unlinkat(fd, "pipe", 0);
    (void)unlinkat(fd, "below", AT_REMOVEDIR);
    (void)close(fd);
    (void)rmdir(folder);
}
