#include "weft/task.h"

#include "given.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"

/* Two numbers: a value that cannot be written without a comma. */
struct pair {
    int left, right;
};

/* Is READY with the two exchanged, after one suspension. */
struct swap {
    struct wf_future future;
    struct pair pair; /* an argument */
    struct leaf leaf; /* an argument */
    int *pending;     /* an argument, or NULL: one less when it ends */
    struct pair out;
};

ASYNC_FN(swap)
{
    ASYNC_BEGIN;
    AWAIT(&self->leaf);
    ASYNC_RETURN((struct pair){self->pair.right, self->pair.left});
ASYNC_FINALLY:
    if (self->pending)
        --*self->pending;
    ASYNC_END;
}

/* Builds its child where it awaits it; `built` counts how often. */
struct nest {
    struct wf_future future;
    struct swap child;
    struct swap *first; /* an argument: built in the arguments, or NULL */
    int built;
    struct pair out;
};

ASYNC_FN(nest)
{
    ASYNC_BEGIN;
    AWAIT(ASYNC_INIT(&self->child, swap, .pair = (struct pair){self->built++, 2}, .leaf = leaf_ready_at(2)));
    if (self->first)
        AWAIT_TO(self->out, self->first);
    else
        AWAIT_TO(self->out, ASYNC_INIT(&self->child, swap, .pair = (struct pair){self->built++, 3},
                                       .leaf = leaf_ready_at(2)));
ASYNC_FINALLY:
    ASYNC_END;
}

static struct pair run(struct nest *frame)
{
    int polls = 1;
    while (wf_future_poll(&frame->future, &idle_cx) == WF_PENDING)
        polls++;
    ck_assert_int_eq(polls, 3);
    return frame->out;
}

/* G.33 */
START_TEST(g33_children_are_built_where_they_are_awaited_once)
{
    struct nest frame;
    struct pair pair = run(ASYNC_INIT(&frame, nest));
    ck_assert_int_eq(frame.built, 2);
    ck_assert_int_eq(pair.left, 3);
    ck_assert_int_eq(pair.right, 1);
}
END_TEST

/* G.33: an ASYNC_INIT among the arguments of another one. */
START_TEST(g33_an_init_may_stand_inside_an_init)
{
    struct nest frame;
    struct swap swap_frame;
    int evaluated = 0;
    struct pair pair =
        run(ASYNC_INIT(&frame, nest,
                       .first = ASYNC_INIT(&swap_frame, swap, .pair = (struct pair){evaluated++, 7},
                                           .leaf = leaf_ready_at(2)),
                       .built = 5));
    ck_assert_int_eq(evaluated, 1);
    ck_assert_int_eq(frame.built, 6);
    ck_assert_int_eq(pair.left, 7);
    ck_assert_int_eq(pair.right, 0);
}
END_TEST

/* Spawns a task in the arguments of the task that it is. */
struct parent {
    struct wf_future future;
    int status;                   /* an argument */
    struct wf_join_handle *child; /* an argument */
    struct pair out;
};

ASYNC_FN(parent)
{
    ASYNC_BEGIN;
    AWAIT((self->child->value = &self->out, self->child));
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.33: a spawn among the arguments of another one, with compound literals on both levels. */
START_TEST(g33_a_spawn_may_stand_inside_a_spawn)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    struct wf_join_handle outer, inner;
    struct pair pair;
    int pending = 1;
    ck_assert_int_eq(
        0, WF_SPAWN(scheduler, &outer, parent, .child = &inner,
                    .status = WF_SPAWN_NAMED(scheduler, &inner, "inner", swap, .pair = (struct pair){1, 2},
                                             .leaf = leaf_ready_at(1), .pending = &pending)));
    outer.value = &pair;
    wf_current_thread_block_on(runtime, &outer.future);
    ck_assert_int_eq(pending, 0);
    ck_assert_int_eq(pair.left, 2);
    ck_assert_int_eq(pair.right, 1);
    wf_current_thread_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.33: an initialiser in braces too. */
START_TEST(g33_a_value_may_be_an_initialiser)
{
    struct swap frame;
    ASYNC_INIT(&frame, swap, .pair = {4, 5}, .leaf = leaf_ready_at(1));
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_READY);
    ck_assert_int_eq(frame.out.left, 5);
    ck_assert_int_eq(frame.out.right, 4);
}
END_TEST

TCase *async_args_tests(void)
{
    TCase *tests = tcase_create("async_args");
    tcase_add_test(tests, g33_children_are_built_where_they_are_awaited_once);
    tcase_add_test(tests, g33_an_init_may_stand_inside_an_init);
    tcase_add_test(tests, g33_a_spawn_may_stand_inside_a_spawn);
    tcase_add_test(tests, g33_a_value_may_be_an_initialiser);
    return tests;
}
