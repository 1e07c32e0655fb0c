#include "unix_runs.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "weft/alloc.h"

struct wf_runtime *unix_runtime;
static struct wf_runtime_entry entry;
static int open_before, made;
static char folder[32];

void begin_unix(int kind)
{
    static const struct {
        enum wf_runtime_kind kind;
        uint32_t workers;
        bool paused;
    } kinds[] = {{WF_RUNTIME_CURRENT_THREAD, 1, false},
                 {WF_RUNTIME_MULTI_THREAD, 1, false},
                 {WF_RUNTIME_MULTI_THREAD, 3, false},
                 [PAUSED_CLOCK] = {WF_RUNTIME_CURRENT_THREAD, 1, true}};
    (void)snprintf(folder, sizeof folder, "/tmp/weft-unix-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    open_before = open_descriptors();
    unix_runtime = new_runtime_of(kinds[kind].kind, kinds[kind].workers, kinds[kind].paused);
    wf_runtime_enter(unix_runtime, &entry);
}

void end_unix(void)
{
    wf_runtime_leave(&entry);
    wf_runtime_drop(unix_runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    ck_assert_int_eq(open_descriptors(), open_before);
    ck_assert_int_eq(rmdir(folder), 0); /* it is empty */
}

void run_unix(struct wf_future *future)
{
    ck_assert_int_eq(wf_runtime_block_on(unix_runtime, future), 0);
}

struct wf_address a_name(void)
{
    char name[64];
    struct wf_address address;
    int length = snprintf(name, sizeof name, "weft%c%d%c%d%c", 0, (int)getpid(), 0, made++, 0);
    ck_assert_int_eq(wf_address_abstract(&address, name, (size_t)length), 0);
    return address;
}

struct wf_address a_path(void)
{
    char path[64];
    struct wf_address address;
    (void)snprintf(path, sizeof path, "%s/%d", folder, made++);
    ck_assert_int_eq(wf_address_unix(&address, path), 0);
    return address;
}

struct wf_address a_name_or_path(int which)
{
    return which ? a_path() : a_name();
}

void remove_path(const struct wf_address *address)
{
    if (!wf_address_is_abstract(address))
        ck_assert_int_eq(unlink(address->as.unix_name.sun_path), 0);
}

struct wf_unix_listener listen_at(const struct wf_address *address)
{
    struct wf_unix_listener listener;
    ck_assert_int_eq(wf_unix_listen(&listener, address, NULL), 0);
    return listener;
}

struct wf_unix_stream connect_to(const struct wf_address *address)
{
    struct wf_unix_stream stream;
    struct wf_unix_connect connect;
    ck_assert_int_eq(RUN(wf_unix_connect(&connect, &stream, address, NULL))->out, 0);
    return stream;
}

struct wf_unix_stream accept_from(struct wf_unix_listener *listener)
{
    struct wf_unix_accept accept;
    ck_assert_int_eq(RUN(wf_unix_accept(&accept, listener))->out, 0);
    return accept.stream;
}

struct wf_unix_datagram datagram_at(const struct wf_address *address)
{
    struct wf_unix_datagram datagram;
    ck_assert_int_eq(wf_unix_datagram_open(&datagram, address), 0);
    return datagram;
}

void say_to(struct wf_unix_stream *stream, const char *text)
{
    struct wf_socket_io io;
    ck_assert_int_eq(RUN(wf_unix_write(&io, stream, text, strlen(text)))->out, (int64_t)strlen(text));
}

void expect_said(struct wf_unix_stream *stream, const char *text)
{
    char bytes[64] = {0};
    struct wf_socket_io io;
    ck_assert_int_eq(RUN(wf_unix_read(&io, stream, bytes, sizeof bytes - 1))->out, (int64_t)strlen(text));
    ck_assert_str_eq(bytes, text);
}

int64_t read_out(struct wf_unix_stream *stream)
{
    char bytes[64];
    struct wf_socket_io io;
    return RUN(wf_unix_read(&io, stream, bytes, sizeof bytes))->out;
}

static struct rlimit limit_before;

void begin_shortage(void)
{
    int next = dup(STDERR_FILENO);
    ck_assert_int_ge(next, 0);
    close(next);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit_before), 0);
    struct rlimit limit = {.rlim_cur = (rlim_t)next, .rlim_max = limit_before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void end_shortage(void)
{
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit_before), 0);
}
