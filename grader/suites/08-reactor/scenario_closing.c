/**
 * @file scenario_closing.c
 * @brief Lab 08: more futures wait for a descriptor than one array of wakers takes; it is closed, and the task that is woken first has one
 *        more of them.
 */
#include <stdlib.h>
#include <string.h>

#include "fd_reactors.h"
#include "mocks.h"

struct waiting {
    struct wf_future *future; /* NULL: gone, and its memory is free */
    int64_t wakes, clones;
};

static struct waiting waiting[CLOSING_MAX];
static struct step_closing now;
static int64_t wrong;

static bool is_closed(struct waiting *self, const struct wf_waker *waker)
{
    struct wf_cx cx = {.waker = waker};
    if (wf_future_poll(self->future, &cx) != WF_READY)
        return false;
    const void *out = wf_future_out(self->future);
    return self->future->ops->out_size == sizeof(int) ? *(const int *)out == WF_ECLOSED
                                                      : *(const int64_t *)out == WF_ECLOSED;
}

static const struct wf_waker_ops ops;

static void end_another(void)
{
    struct waiting *other = &waiting[now.which];
    if (now.what == CLOSING_DROPS)
        wf_future_drop(other->future);
    else if (!is_closed(other, &(const struct wf_waker){&ops, other}))
        wrong |= CLOSING_NOT_READY;
    if (wrong)
        return;
    memset(other->future, GONE, other->future->ops->size);
    free(other->future);
    other->future = NULL;
}

static void *counted_clone(void *data)
{
    ((struct waiting *)data)->clones++;
    return data;
}

static void counted_wake_by_ref(void *data)
{
    struct waiting *self = data;
    if (self->wakes++ == 0 && self == waiting)
        end_another();
}

static void counted_drop(void *data)
{
    ((struct waiting *)data)->clones--;
}

static void counted_wake(void *data)
{
    counted_drop(data);
    counted_wake_by_ref(data);
}

static const struct wf_waker_ops ops = {counted_clone, counted_wake, counted_wake_by_ref, counted_drop};

static struct wf_future *new_wait(struct wf_async_fd *async_fd)
{
    if (now.io)
        return &wf_fd_io(mock_storage(sizeof(struct wf_fd_io)), async_fd, WF_READABLE, NULL, NULL)->future;
    return &wf_fd_ready(mock_storage(sizeof(struct wf_fd_ready)), async_fd, WF_READABLE)->future;
}

struct step_reply on_closing(const struct step_closing *step)
{
    struct wf_async_fd async_fd;
    struct step_reply reply = STEP_DONE;
    now = *step;
    wrong = 0;
    int64_t count = scenario_in_range(now.count, CLOSING_MAX + 1);
    (void)scenario_in_range(now.which, count);
    if (wf_async_fd_open(&async_fd, descriptor_at(0)->fd, WF_READABLE) != 0)
        return (struct step_reply){0, CLOSING_NOT_OPEN};
    for (int64_t i = 0; i < count; i++) {
        waiting[i] = (struct waiting){.future = new_wait(&async_fd)};
        if (is_closed(&waiting[i], &(const struct wf_waker){&ops, &waiting[i]}))
            wrong |= CLOSING_NOT_OPEN;
    }
    if (now.end == FDS_RELEASE)
        (void)!wf_async_fd_release(&async_fd);
    else
        wf_async_fd_close(&async_fd);
    for (int64_t i = 0; i < count; i++) {
        struct waiting *self = &waiting[i];
        wrong |= self->clones != 0 ? CLOSING_KEPT : 0;
        wrong |= self->wakes > 1 ? CLOSING_WOKEN_TWICE : 0;
        if (!self->future)
            continue;
        reply.a += self->wakes == 1 && is_closed(self, &(const struct wf_waker){&ops, self});
        free(self->future);
    }
    reply.b = wrong;
    return reply;
}
