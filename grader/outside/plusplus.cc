// A user's program in C++: the macros of async functions are C's, so it writes its future by hand, and spawns it.
#include <cstddef>
#include <cstdio>

#include <weft/combine.h>
#include <weft/coop.h>
#include <weft/current_thread.h>
#include <weft/task.h>
#include <weft/test.h>

// Joins two futures, after it gave way once.
struct sum {
    struct wf_future future;
    struct wf_yield yield;
    struct wf_ready left, right;
    struct wf_future *both[2];
    struct wf_join join;
    int out;
};

static enum wf_poll sum_poll(struct wf_future *future, struct wf_cx *cx)
{
    sum *self = reinterpret_cast<sum *>(future);
    if (!wf_future_is_done(&self->yield.future) && wf_future_poll(&self->yield.future, cx) == WF_PENDING)
        return WF_PENDING;
    if (wf_future_poll(&self->join.future, cx) == WF_PENDING)
        return WF_PENDING;
    self->out = self->left.out + self->right.out;
    return WF_READY;
}

static void sum_drop(struct wf_future *future)
{
    wf_future_drop(&reinterpret_cast<sum *>(future)->join.future);
}

static const struct wf_future_ops sum_ops = {
    "sum", sum_poll, sum_drop, sizeof(sum), offsetof(sum, out), sizeof(int), nullptr, nullptr};

// A future of C++ is tested by the macros that test one of C.
static void test()
{
    sum frame = sum();
    frame.future.ops = &sum_ops;
    struct wf_test_future left, right;
    wf_yield(&frame.yield);
    frame.both[0] = &wf_test_future(&left)->future;
    frame.both[1] = &wf_test_future(&right)->future;
    wf_join(&frame.join, frame.both, 2, WF_FAIR);
    struct wf_test_task task;
    WF_FAIL_EACH_ALLOCATION(failures)
    wf_test_task_init(&task, &frame.future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&left, 20);
    wf_test_future_complete(&right, 22);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
}

int main()
{
    test();
    struct wf_current_thread *runtime = wf_current_thread_new(nullptr, nullptr);
    struct wf_task *task = wf_task_new(sizeof(sum));
    if (!runtime || !task)
        return 1;
    sum *frame = reinterpret_cast<sum *>(wf_task_frame(task));
    *frame = sum();
    frame->future.ops = &sum_ops;
    wf_yield(&frame->yield);
    frame->both[0] = &wf_ready(&frame->left, 20)->future;
    frame->both[1] = &wf_ready(&frame->right, 22)->future;
    wf_join(&frame->join, frame->both, 2, WF_FAIR);
    struct wf_join_handle handle;
    if (wf_task_spawn(task, wf_current_thread_scheduler(runtime), &handle) != 0)
        return 1;
    int value = 0;
    handle.value = &value;
    wf_current_thread_block_on(runtime, &handle.future);
    wf_current_thread_drop(runtime);
    std::printf("%d %d\n", handle.out, value);
    return 0;
}
