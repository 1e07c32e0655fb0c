/* As in a build for a debugger, where compilers keep most copies. clang has no such switch in a source. */
#ifndef __clang__
#pragma GCC optimize(0)
#endif

#include "weft/task.h"

#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"

/* Twice the stack that a thread usually has. */
enum { LARGE_BYTES = 16 << 20 };

/* Is READY with the sum of what it was given; the constructor alone touches the buffer in the middle. */
struct large {
    struct wf_future future;
    int left;         /* an argument */
    struct leaf leaf; /* an argument: what a function returned */
    char buffer[LARGE_BYTES];
    struct large *next; /* an argument: built in the arguments, or NULL */
    int right[2];       /* an argument */
    int out;
};

ASYNC_FN(large)
{
    ASYNC_BEGIN;
    AWAIT(&self->leaf);
    self->out = self->left + self->right[0] + self->right[1] + self->buffer[0] + self->buffer[LARGE_BYTES - 1];
    if (self->next) {
        AWAIT(self->next);
        self->out += self->next->out;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* A frame of rubbish. */
static struct large *new_frame(void)
{
    struct large *frame = malloc(sizeof *frame);
    ck_assert_ptr_nonnull(frame);
    memset(frame, 0x5a, sizeof *frame);
    return frame;
}

/* G.34 */
START_TEST(g34_a_frame_that_is_larger_than_the_stack_is_built)
{
    struct large *frame = new_frame();
    int evaluated = 0;
    ck_assert_ptr_eq(
        ASYNC_INIT(frame, large, .left = ++evaluated, .leaf = leaf_ready_at(2), .right = {20, 300}), frame);
    ck_assert_int_eq(evaluated, 1);
    ck_assert_int_eq(wf_future_poll(&frame->future, &idle_cx), WF_PENDING);
    ck_assert_int_eq(wf_future_poll(&frame->future, &idle_cx), WF_READY);
    ck_assert_int_eq(frame->out, 321);
    free(frame);
}
END_TEST

/* G.34: one inside the other, and the inner one's arguments are evaluated once. */
START_TEST(g34_so_is_one_in_the_arguments_of_another)
{
    struct large *outer = new_frame(), *inner = new_frame();
    int evaluated = 0;
    ASYNC_INIT(outer, large, .left = 1, .leaf = leaf_ready_at(1),
               .next = ASYNC_INIT(inner, large, .left = ++evaluated, .leaf = leaf_ready_at(1), .right = {20}));
    ck_assert_int_eq(evaluated, 1);
    ck_assert_int_eq(wf_future_poll(&outer->future, &idle_cx), WF_READY);
    ck_assert_int_eq(outer->out, 22);
    free(outer);
    free(inner);
}
END_TEST

/* G.34 */
START_TEST(g34_so_is_one_in_a_task)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct wf_join_handle handle;
    int sum = 0;
    ck_assert_int_eq(WF_SPAWN(wf_current_thread_scheduler(runtime), &handle, large, .left = 1,
                              .leaf = leaf_ready_at(1), .right = {20, 300}),
                     0);
    handle.value = &sum;
    wf_current_thread_block_on(runtime, &handle.future);
    ck_assert_int_eq(sum, 321);
    wf_current_thread_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *async_large_tests(void)
{
    TCase *tests = tcase_create("async_large");
    tcase_add_test(tests, g34_a_frame_that_is_larger_than_the_stack_is_built);
    tcase_add_test(tests, g34_so_is_one_in_the_arguments_of_another);
    tcase_add_test(tests, g34_so_is_one_in_a_task);
    return tests;
}
