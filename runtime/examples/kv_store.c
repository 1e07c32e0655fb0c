/**
 * @file kv_store.c
 * @brief A store of keys and values that is spoken to in lines: SET key value, GET key, DEL key, COUNT, QUIT.
 *
 * `kv_store` alone has clients of its own. `kv_store PORT` serves 127.0.0.1 until its standard input ends, and says which port it got for
 * port 0. All tasks run on one thread, and none awaits anything while it uses the table: so the table needs no lock.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/buffered.h"
#include "weft/error.h"
#include "weft/fd_stream.h"
#include "weft/runtime.h"
#include "weft/tcp.h"
#include "weft/time.h"

enum {
    CLIENTS_MAX = 500,
    IDLE_SECONDS = 60,
    LAST_SECONDS = 5,
    LINE = 512,
    KEYS_MAX = 10000,
    BUCKETS = 4096,
    QUIT = 1
};

struct entry {
    struct entry *next; /* in its bucket */
    size_t bytes;       /* of the whole */
    const char *value;  /* inside of `key` */
    char key[];
};

static struct entry *table[BUCKETS];
static int keys, clients; /* entries, and tasks that serve */
static struct wf_tcp_listener listener;

/* Where the entry of a key hangs, or would hang. */
static struct entry **find(const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *at = key; *at; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    struct entry **link = &table[hash % BUCKETS];
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

static void delete (struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next;
    wf_free(entry, entry->bytes);
    keys--;
}

static const char *set(const char *key, const char *value)
{
    size_t key_size = strlen(key) + 1, bytes = sizeof(struct entry) + key_size + strlen(value) + 1;
    struct entry **link = find(key), *entry = !*link && keys == KEYS_MAX ? NULL : wf_alloc(bytes);
    if (!entry)
        return "ERROR no room"; /* an old value stays */
    if (*link)
        delete (link);
    *entry = (struct entry){.next = *link, .bytes = bytes, .value = entry->key + key_size};
    memcpy(entry->key, key, key_size);
    memcpy(entry->key + key_size, value, strlen(value) + 1);
    *link = entry;
    keys++;
    return "OK";
}

/* Does what a line says, which is a string, and writes an answer of one line. 0; QUIT: there is to be no other one. */
static int execute(char *line, char *answer, size_t size)
{
    const char *verb = strsep(&line, " "), *key = strsep(&line, " "), *value = line;
    struct entry **link = key && *key ? find(key) : NULL;
    bool is_known = link && *link, is_quit = strcmp(verb, "QUIT") == 0;
    if (strcmp(verb, "SET") == 0 && link && value)
        (void)snprintf(answer, size, "%s\n", set(key, value));
    else if (strcmp(verb, "GET") == 0 && link && !value)
        (void)snprintf(answer, size, is_known ? "OK %s\n" : "ERROR no such key\n",
                       is_known ? (*link)->value : "");
    else if (strcmp(verb, "DEL") == 0 && link && !value)
        (void)snprintf(answer, size, is_known ? "OK\n" : "ERROR no such key\n");
    else if (strcmp(verb, "COUNT") == 0 && !key)
        (void)snprintf(answer, size, "OK %d\n", keys);
    else
        (void)snprintf(answer, size,
                       is_quit ? "OK\n" : "ERROR SET key value, GET key, DEL key, COUNT or QUIT\n");
    if (strcmp(verb, "DEL") == 0 && is_known && !value)
        delete (link);
    return is_quit ? QUIT : 0;
}

/* One line, and its answer. out: 0; QUIT: it was the last one; or an error. */
struct exchange {
    struct wf_future future;
    struct wf_buf_stream *stream;
    struct wf_buf_read read;
    struct wf_io_call flush;
    struct wf_io_whole write;
    char line[LINE], answer[LINE + 32];
    int out;
};

static bool has_line(const struct wf_buf_reader *reader)
{
    const char *bytes;
    size_t size = wf_buf_peek(reader, &bytes);
    return memchr(bytes, '\n', size) != NULL;
}

ASYNC_FN(exchange)
{
    ASYNC_BEGIN;
    if (!has_line(&self->stream->reader)) /* answers to lines that come together go together */
        AWAIT(wf_io_flush(&self->flush, &self->stream->io));
    AWAIT(wf_buf_read_until(&self->read, &self->stream->reader, '\n'));
    if (self->read.out == WF_ETOOLONG) {
        (void)snprintf(self->answer, sizeof self->answer, "ERROR a line has %d bytes at most\n", LINE);
        self->out = QUIT;
    } else if (self->read.out <= 0 || self->read.bytes[self->read.out - 1] != '\n') {
        ASYNC_RETURN(self->read.out < 0 ? (int)self->read.out : WF_EEND); /* half a line is not carried out */
    } else {
        size_t length = (size_t)self->read.out - 1;
        length -= length > 0 && self->read.bytes[length - 1] == '\r';
        memcpy(self->line, self->read.bytes, length); /* the rest is zero */
        if (strlen(self->line) != length)
            self->line[0] = '\0'; /* no command has a NUL in it */
        self->out = execute(self->line, self->answer, sizeof self->answer);
    }
    AWAIT(wf_io_write_all(&self->write, &self->stream->io, self->answer, strlen(self->answer)));
    if (self->write.out < 0)
        self->out = (int)self->write.out;
ASYNC_FINALLY:
    ASYNC_END;
}

/* One connection, which it owns. */
struct serve {
    struct wf_future future;
    struct wf_tcp_stream stream;
    struct wf_fd_stream io;
    struct wf_buf_stream buffered;
    struct exchange exchange;
    struct wf_io_call call;
    struct wf_timeout limit;
    uint64_t deadline_ns;
    char read_buffer[LINE], write_buffer[4096];
    int out;
};

ASYNC_FN(serve)
{
    ASYNC_BEGIN;
    wf_fd_stream_init(&self->io, &self->stream.fd);
    wf_buf_stream_init(&self->buffered, &self->io.io, self->read_buffer, sizeof self->read_buffer,
                       self->write_buffer, sizeof self->write_buffer);
    do {
        ASYNC_INIT(&self->exchange, exchange, .stream = &self->buffered);
        AWAIT_TO(self->out, wf_timeout(&self->limit, WF_SECONDS(IDLE_SECONDS), &self->exchange.future));
        self->out = self->out != 0 ? self->out : self->exchange.out;
    } while (self->out == 0);
    if (self->out != QUIT)
        break;
    /* A close with something unread is a reset, which may overtake the last answer. So the rest is read, but not for ever. */
    self->deadline_ns = wf_add_ns(wf_now(), WF_SECONDS(LAST_SECONDS));
    wf_io_shutdown(&self->call, &self->buffered.io);
    AWAIT(wf_timeout_at(&self->limit, self->deadline_ns, &self->call.future));
    for (self->call.out = 1; self->limit.out == 0 && self->call.out > 0;) {
        wf_io_read(&self->call, &self->io.io, self->read_buffer, sizeof self->read_buffer);
        AWAIT(wf_timeout_at(&self->limit, self->deadline_ns, &self->call.future));
    }
ASYNC_FINALLY:
    wf_tcp_close(&self->stream);
    clients--;
    ASYNC_END;
}

struct accept_all {
    struct wf_future future;
    struct wf_tcp_accept accept;
    int out;
};

ASYNC_FN(accept_all)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT_TO(self->out, wf_tcp_accept(&self->accept, &listener));
        if (self->out == WF_ECLOSED)
            break;
        if (self->out == 0 && clients == CLIENTS_MAX) {
            wf_tcp_close(&self->accept.stream);
            self->out = WF_EFULL;
        } else if (self->out == 0) {
            clients++;
            self->out = WF_SPAWN(wf_scheduler_current(), NULL, serve, .stream = self->accept.stream);
            if (self->out == WF_ENOMEM) { /* there was no frame: after any other failure it has cleaned up */
                wf_tcp_close(&self->accept.stream);
                clients--;
            }
        }
        if (self->out != 0)
            fprintf(stderr, "kv_store: a client is lost: %s\n", wf_strerror(self->out));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* What the store waits for to end: blocking calls, since standard input may be a file, for which nobody can wait. */
static int read_input(void *arg)
{
    char bytes[256];
    (void)arg;
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0) {
    }
    return 0;
}

/* What other programs would do: two clients take turns. */
static int talk(void *arg)
{
    static const struct {
        int client;
        const char *says, *hears;
    } lines[] = {
        {0, "SET color dark red\n", "OK\n"},
        {1, "GET color\n", "OK dark red\n"},
        {1, "SET color blue\nSET size 3\r\nCOUNT\n", "OK\nOK\nOK 2\n"},
        {0, "GET color\nDEL color\nGET color\n", "OK blue\nOK\nERROR no such key\n"},
        {0, "SET size\n", "ERROR SET key value, GET key, DEL key, COUNT or QUIT\n"},
        {1, "QUIT\nCOUNT\n", "OK\n"},
        {0, "COUNT\n", "OK 1\n"},
    };
    const struct wf_address *store = arg;
    int fds[2], status = 0;
    for (int i = 0; i < 2; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fds[i], &store->as.any, store->length) != 0)
            status = -errno;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines && status == 0; i++) {
        char answer[128] = "";
        size_t length = strlen(lines[i].hears);
        (void)send(fds[lines[i].client], lines[i].says, strlen(lines[i].says), MSG_NOSIGNAL);
        (void)recv(fds[lines[i].client], answer, length, MSG_WAITALL);
        printf("client %d: %s%s", lines[i].client, lines[i].says, answer);
        status = strcmp(answer, lines[i].hears) == 0 ? 0 : -EPROTO;
    }
    (void)close(fds[0]);
    (void)close(fds[1]);
    return status;
}

struct async_main {
    struct wf_future future;
    bool has_port;
    struct wf_address address;
    struct accept_all accept_all;
    struct wf_join_handle until;
    struct wf_future *branches[2];
    struct wf_race race;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->out = wf_tcp_listen(&listener, &self->address, NULL);
    if (self->out == 0)
        self->out = wf_tcp_listener_address(&listener, &self->address);
    if (self->out == 0 && self->has_port)
        printf("127.0.0.1:%d\n", wf_address_port(&self->address));
    (void)fflush(stdout);
    if (self->out == 0)
        self->out = wf_blocking(&self->until, self->has_port ? read_input : talk, &self->address);
    if (self->out != 0)
        break;
    WF_JOIN_INTO(&self->until, &self->out);
    self->branches[0] = &self->until.future;
    self->branches[1] = &ASYNC_INIT(&self->accept_all, accept_all)->future;
    AWAIT(wf_race(&self->race, self->branches, 2, WF_BIASED));
ASYNC_FINALLY:
    wf_tcp_listener_close(&listener);
    ASYNC_END;
}

int main(int argc, char **argv)
{
    static struct async_main root;
    char text[32] = "";
    ASYNC_INIT(&root, async_main, .has_port = argc == 2);
    (void)snprintf(text, sizeof text, "127.0.0.1:%s", argc == 2 ? argv[1] : "0");
    if (argc > 2 || wf_address_parse(&root.address, text) != 0) {
        fprintf(stderr, "usage: kv_store [PORT]\n");
        return 2;
    }
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD});
    if (!runtime)
        return 1;
    int status = wf_runtime_block_on(runtime, &root.future);
    wf_runtime_drop(runtime); /* aborts the tasks that are left, and waits for them */
    for (int i = 0; i < BUCKETS; i++)
        while (table[i])
            delete (&table[i]);
    assert(clients == 0 && wf_live_bytes() == 0);
    status = status != 0 ? status : root.out;
    if (status != 0)
        fprintf(stderr, "kv_store: %s\n", wf_strerror(status));
    return status == 0 ? 0 : 1;
}
