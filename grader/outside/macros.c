/* A user's program: every macro of the public headers, as ISO C with all warnings as errors. */
#include <stdio.h>
#include <stdlib.h>

#include <weft/async.h>
#include <weft/current_thread.h>
#include <weft/dyn.h>
#include <weft/panic.h>
#include <weft/task.h>
#include <weft/test.h>

struct pair {
    int left, right;
};

/* Adds a pair up, into a text. */
struct add {
    struct wf_future future;
    struct pair pair;
    struct wf_ready ready;
    char *out;
};

static void free_text(void *out)
{
    free(*(char **)out);
}

ASYNC_FN(add, .drop_out = free_text)
{
    ASYNC_BEGIN;
    AWAIT_TO(self->pair.left, wf_ready(&self->ready, self->pair.left));
    char *text = malloc(16);
    if (text)
        snprintf(text, 16, "%d", self->pair.left + self->pair.right);
    ASYNC_RETURN(text);
ASYNC_FINALLY:
    ASYNC_END;
}

/* Twice as large as the stack; calls `add` in a slot, then as a child. */
struct large {
    struct wf_future future;
    struct pair pair;
    char buffer[16 << 20];
    struct wf_dyn call;
    WF_SLOT(slot, sizeof(struct add));
    struct add add;
    int out;
};

ASYNC_FN(large)
{
    ASYNC_BEGIN;
    void *frame = wf_dyn(&self->call, self->slot, sizeof self->slot, sizeof(struct add), NULL);
    if (frame)
        ASYNC_INIT(frame, add, .pair = self->pair);
    AWAIT(&self->call);
    AWAIT(ASYNC_INIT(&self->add, add, .pair = (struct pair){self->pair.left, self->pair.right}));
    if (!self->add.out)
        wf_panic("macros.1", "no memory for a text of %d bytes", 16);
    self->out = (int)strtol(self->add.out, NULL, 10);
    free_text(&self->add.out);
ASYNC_FINALLY:
    ASYNC_END;
}

/* The macros of a test: expectations that are met. */
static void test(void)
{
    struct wf_test_future inner;
    struct wf_test_task task;
    WF_FAIL_EACH_ALLOCATION(failures)
    wf_test_task_init(&task, &wf_test_future(&inner)->future);
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&inner, 1);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
}

int main(void)
{
    test();
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    if (!runtime)
        return 1;
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    struct wf_join_handle handle;
    int sum = 0;
    if (WF_SPAWN(scheduler, &handle, large, .pair = (struct pair){20, 22}) ||
        WF_SPAWN_NAMED(scheduler, NULL, "detached", add, .pair = {1, 2}) || WF_SPAWN(scheduler, NULL, add))
        return 1;
    handle.value = &sum;
    wf_current_thread_block_on(runtime, &handle.future);
    wf_current_thread_drop(runtime);
    printf("%d %d\n", handle.out, sum);
    return 0;
}
