/**
 * @file test_layout.c
 * @brief Where the members of shared structures lie: `make layout` prints it, docs/seams.md says why.
 */
#include <stddef.h>
#include <stdlib.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/task.h"
#include "weft/task_set.h"

#define END_OF(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))
/* Wherever an object lies, bytes of one group and bytes of the other are in different lines. */
#define APART(type, last, first)                                                                             \
    _Static_assert(offsetof(struct type, first) >= END_OF(type, last) - 1 + WF_CACHE_LINE,                   \
                   #last " and " #first " may share a line")

APART(wf_task_set, closed, run);
APART(wf_task_set, turn_due, references);

_Static_assert(offsetof(struct wf_task, frame) % _Alignof(max_align_t) == 0,
               "a frame may be of any alignment");
_Static_assert(offsetof(struct wf_task, join_waker) == 0 &&
                   offsetof(struct wf_task, site) % _Alignof(max_align_t) == 0,
               "a task without a slot begins behind it");
#if __SIZEOF_POINTER__ == 8
_Static_assert(sizeof(struct wf_task) == 64, "the header of a task");
_Static_assert(END_OF(wf_task, next) - offsetof(struct wf_task, scheduler) == 24,
               "what a wake touches lies side by side");
_Static_assert(sizeof(struct wf_join_handle) == 48 && sizeof(struct wf_future) == 24, "what a program embeds");
#endif

/* G.88: the compiler has compared; here what is told apart is in the order of the groups. */
START_TEST(g88_groups_of_a_task_set_are_apart)
{
    ck_assert_uint_ge(offsetof(struct wf_task_set, run), WF_CACHE_LINE + offsetof(struct wf_task_set, closed));
    ck_assert_uint_ge(offsetof(struct wf_task_set, references),
                      WF_CACHE_LINE + offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, lock), offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, injected), offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, has_injected), offsetof(struct wf_task_set, turn_due));
}
END_TEST

struct small {
    struct wf_future future;
    int out;
};

ASYNC_FN(small)
{
    ASYNC_BEGIN;
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.89 */
START_TEST(g89_a_detached_task_has_no_slot)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    size_t before = wf_live_bytes();
    struct wf_join_handle handle, *no_handle = NULL;
    ck_assert_int_eq(WF_SPAWN(scheduler, &handle, small), 0);
    size_t joined = wf_live_bytes() - before;
    ck_assert_uint_eq(joined, sizeof(struct wf_task) + sizeof(struct small));
    ck_assert_int_eq(WF_SPAWN(scheduler, NULL, small), 0);
    ck_assert_uint_eq(wf_live_bytes() - before, 2 * joined - sizeof(struct wf_waker));
    ck_assert_int_eq(WF_SPAWN_NAMED(scheduler, NULL, "smaller", small), 0);
    ck_assert_uint_eq(wf_live_bytes() - before, 3 * joined - 2 * sizeof(struct wf_waker));
    ck_assert_int_eq(WF_SPAWN(scheduler, no_handle, small), 0); /* NULL as it runs, not as it is written */
    ck_assert_uint_eq(wf_live_bytes() - before, 4 * joined - 2 * sizeof(struct wf_waker));
    wf_future_drop(&handle.future);
    wf_current_thread_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *layout_tests(void)
{
    TCase *tests = tcase_create("layout");
    tcase_add_test(tests, g88_groups_of_a_task_set_are_apart);
    tcase_add_test(tests, g89_a_detached_task_has_no_slot);
    return tests;
}
