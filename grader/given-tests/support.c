#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "given.h"

enum { TEXT_BYTES = 16384 };

static char text[TEXT_BYTES];

static enum wf_poll leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct leaf *self = (struct leaf *)future;
    (void)cx;
    if (++self->polls != self->ready_at)
        return WF_PENDING;
    self->out = 7;
    return WF_READY;
}

static void leaf_drop(struct wf_future *future)
{
    ((struct leaf *)future)->drops++;
}

static const struct wf_future_ops leaf_ops = {
    .name = "leaf",
    .poll = leaf_poll,
    .drop = leaf_drop,
    WF_FRAME(struct leaf),
};

struct leaf leaf_ready_at(int poll)
{
    return (struct leaf){.future = {.ops = &leaf_ops}, .ready_at = poll};
}

static const struct wf_waker empty_waker;
struct wf_cx idle_cx = {&empty_waker};

void expect_pending(struct wf_future *future)
{
    ck_assert_int_eq(wf_future_poll(future, &idle_cx), WF_PENDING);
}

static void *count_clone(void *data)
{
    ((struct counts *)data)->clones++;
    return data;
}

static void count_wake(void *data)
{
    ((struct counts *)data)->wakes++;
}

static void count_wake_by_ref(void *data)
{
    ((struct counts *)data)->wakes_by_ref++;
}

static void count_drop(void *data)
{
    ((struct counts *)data)->drops++;
}

struct wf_waker counting_waker(struct counts *counts)
{
    static const struct wf_waker_ops ops = {count_clone, count_wake, count_wake_by_ref, count_drop};
    return (struct wf_waker){&ops, counts};
}

const char *printed(void (*print)(FILE *stream, const void *arg), const void *arg)
{
    memset(text, 0, sizeof text);
    FILE *stream = fmemopen(text, sizeof text - 1, "w");
    ck_assert_ptr_nonnull(stream);
    print(stream, arg);
    ck_assert_int_eq(fclose(stream), 0);
    return text;
}

const char *stderr_of(void (*act)(void), int *status)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t count;
    while ((count = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)count;
    text[length] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, status, 0), child);
    return text;
}

/* Takes the line out that begins with "  in ", of which there is one. */
static void remove_location(char *message)
{
    char *line = strstr(message, "\n  in ");
    ck_assert_msg(line, "no place in: %s", message);
    char *end = strchr(line + 1, '\n');
    ck_assert_ptr_nonnull(end);
    memmove(line, end, strlen(end) + 1);
}

void expect_panic(void (*act)(void), const char *expected)
{
    int status;
    stderr_of(act, &status);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %#x: %s", (unsigned)status,
                  text);
    remove_location(text);
    ck_assert_str_eq(text, expected);

    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    act();
    ck_abort_msg("it panicked, but not again");
}
