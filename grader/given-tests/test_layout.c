/**
 * @file test_layout.c
 * @brief Where the members of shared structures lie: `make layout` prints it, docs/seams.md says why.
 */
#include <stddef.h>

#include "given.h"
#include "weft/task_set.h"

#define END_OF(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))
/* Wherever an object lies, bytes of one group and bytes of the other are in different lines. */
#define APART(type, last, first)                                                                             \
    _Static_assert(offsetof(struct type, first) >= END_OF(type, last) - 1 + WF_CACHE_LINE,                   \
                   #last " and " #first " may share a line")

APART(wf_task_set, closed, run);
APART(wf_task_set, turn_due, references);

/* G.74: the compiler has compared; here what is told apart is in the order of the groups. */
START_TEST(g74_groups_of_a_task_set_are_apart)
{
    ck_assert_uint_ge(offsetof(struct wf_task_set, run), WF_CACHE_LINE + offsetof(struct wf_task_set, closed));
    ck_assert_uint_ge(offsetof(struct wf_task_set, references),
                      WF_CACHE_LINE + offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, lock), offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, injected), offsetof(struct wf_task_set, turn_due));
    ck_assert_uint_gt(offsetof(struct wf_task_set, has_injected), offsetof(struct wf_task_set, turn_due));
}
END_TEST

TCase *layout_tests(void)
{
    TCase *tests = tcase_create("layout");
    tcase_add_test(tests, g74_groups_of_a_task_set_are_apart);
    return tests;
}
