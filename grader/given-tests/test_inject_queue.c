#include "weft/detail/inject_queue.h"

#include "given.h"

enum { TASKS = 300 };

static struct wf_task tasks[TASKS];
static struct wf_inject_queue queue;

static void push(int from, int to)
{
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    for (int i = from; i < to; i++)
        wf_task_queue_push(&batch, &tasks[i]);
    wf_inject_queue_push(&queue, &batch, (uint32_t)(to - from));
    ck_assert(wf_task_queue_is_empty(&batch));
}

/* Expects the tasks from `from` on, `count` of them. */
static void pop(uint32_t limit, int from, uint32_t count)
{
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    ck_assert_uint_eq(wf_inject_queue_pop(&queue, &batch, limit), count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_ptr_eq(wf_task_queue_pop(&batch), &tasks[(uint32_t)from + i]);
    ck_assert(wf_task_queue_is_empty(&batch));
}

/* G.70 */
START_TEST(g70_tasks_leave_in_the_order_in_which_they_came)
{
    wf_inject_queue_init(&queue);
    pop(5, 0, 0);
    push(0, 3);
    wf_inject_queue_push_one(&queue, &tasks[3]);
    push(4, 4); /* an empty batch */
    push(4, TASKS);
    ck_assert_uint_eq(wf_inject_queue_length(&queue), TASKS);
    pop(0, 0, 0);
    pop(1, 0, 1);
    pop(128, 1, 128);
    ck_assert_uint_eq(wf_inject_queue_length(&queue), TASKS - 129);
    pop(UINT32_MAX, 129, TASKS - 129);
    ck_assert_uint_eq(wf_inject_queue_length(&queue), 0);
    push(7, 9); /* the empty queue has no stale end */
    pop(2, 7, 2);
    ck_assert_uint_eq(wf_inject_queue_pushed(&queue), TASKS + 2);
    wf_inject_queue_destroy(&queue);
}
END_TEST

/* G.70: what a pop took is the taker's: it has left the queue, also where the taker gives the rest of it back. */
START_TEST(g70_what_was_taken_has_left_the_queue)
{
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    wf_inject_queue_init(&queue);
    push(0, 10);
    ck_assert_uint_eq(wf_inject_queue_pop(&queue, &batch, 6), 6);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(wf_task_queue_pop(&batch), &tasks[i]);
    ck_assert_uint_eq(wf_inject_queue_length(&queue), 4);
    pop(2, 6, 2);
    wf_inject_queue_push(&queue, &batch, 3);
    pop(2, 8, 2);
    pop(UINT32_MAX, 3, 3);
    ck_assert_uint_eq(wf_inject_queue_length(&queue), 0);
    wf_inject_queue_destroy(&queue);
}
END_TEST

TCase *inject_queue_tests(void)
{
    TCase *tcase = tcase_create("inject_queue");
    tcase_add_test(tcase, g70_tasks_leave_in_the_order_in_which_they_came);
    tcase_add_test(tcase, g70_what_was_taken_has_left_the_queue);
    return tcase;
}
