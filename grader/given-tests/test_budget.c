#include "weft/context.h"

#include "given.h"

static struct counts counts;
static struct wf_waker waker;
static struct wf_context context;

static void setup(void)
{
    counts = (struct counts){0};
    waker = counting_waker(&counts);
    context = (struct wf_context){.constrained = true, .budget = WF_BUDGET};
    wf_context_enter(&context);
}

static void teardown(void)
{
    wf_context_leave(&context);
    /* a wake by reference is all that a budget may do with a waker */
    ck_assert_int_eq(counts.clones + counts.wakes + counts.drops, 0);
}

static int spend_all(void)
{
    int units = 0;
    while (wf_budget_spend(&waker))
        units++;
    return units;
}

/* G.20 */
START_TEST(g20_spending_takes_one_unit_while_units_are_left)
{
    for (uint32_t left = WF_BUDGET; left > 0; left--) {
        ck_assert_uint_eq(context.budget, left);
        ck_assert(wf_budget_spend(&waker));
    }
    ck_assert_uint_eq(context.budget, 0);
    ck_assert_int_eq(counts.wakes_by_ref, 0);
}
END_TEST

/* G.20 */
START_TEST(g20_at_zero_the_task_is_woken)
{
    ck_assert_int_eq(spend_all(), WF_BUDGET);
    ck_assert_int_eq(counts.wakes_by_ref, 1);
    ck_assert(!wf_budget_spend(&waker));
    ck_assert_int_eq(counts.wakes_by_ref, 2);
    ck_assert_uint_eq(context.budget, 0);
}
END_TEST

static int deferred;

static void defer(struct wf_context *from, const struct wf_waker *given)
{
    ck_assert_ptr_eq(from, &context);
    ck_assert_ptr_eq(given, &waker);
    deferred++;
}

/* G.20: a scheduler with a defer hook wakes the task itself, after the others. */
START_TEST(g20_at_zero_the_defer_hook_is_told_instead)
{
    context.defer = defer;
    ck_assert_int_eq(spend_all(), WF_BUDGET);
    ck_assert_int_eq(deferred, 1);
    ck_assert(!wf_budget_spend(&waker));
    ck_assert_int_eq(deferred, 2);
    ck_assert_int_eq(counts.wakes_by_ref, 0);
}
END_TEST

/* G.20: the innermost context's budget is the one that counts. */
START_TEST(g20_each_context_has_its_own_budget)
{
    struct wf_context inner = {.constrained = true, .budget = 2};
    wf_context_enter(&inner);
    ck_assert_int_eq(spend_all(), 2);
    wf_context_leave(&inner);
    ck_assert_uint_eq(context.budget, WF_BUDGET);
}
END_TEST

/* G.21 */
START_TEST(g21_without_a_context_there_is_no_limit)
{
    wf_context_leave(&context);
    for (int i = 0; i < 10 * WF_BUDGET; i++)
        ck_assert(wf_budget_spend(&waker));
    wf_budget_refund();
    wf_context_enter(&context);
    ck_assert_uint_eq(context.budget, WF_BUDGET);
    ck_assert_int_eq(counts.wakes_by_ref, 0);
}
END_TEST

/* G.21 */
START_TEST(g21_an_unconstrained_budget_is_never_spent)
{
    context.constrained = false;
    for (int i = 0; i < 10 * WF_BUDGET; i++)
        ck_assert(wf_budget_spend(&waker));
    wf_budget_refund();
    ck_assert_uint_eq(context.budget, WF_BUDGET);
    ck_assert_int_eq(counts.wakes_by_ref, 0);
}
END_TEST

/* G.21 */
START_TEST(g21_a_refund_gives_one_unit_back)
{
    ck_assert_int_eq(spend_all(), WF_BUDGET);
    wf_budget_refund();
    wf_budget_refund();
    ck_assert_int_eq(spend_all(), 2);
}
END_TEST

/* G.21 */
START_TEST(g21_a_refund_never_exceeds_the_budget)
{
    wf_budget_refund();
    ck_assert_uint_eq(context.budget, WF_BUDGET);
    ck_assert(wf_budget_spend(&waker));
    wf_budget_refund();
    wf_budget_refund();
    ck_assert_int_eq(spend_all(), WF_BUDGET);
}
END_TEST

/* G.63 */
START_TEST(g63_a_leaf_goes_on_while_units_are_left)
{
    for (uint32_t left = WF_BUDGET; left > 0; left--)
        ck_assert_int_eq(wf_leaf_begin(&waker), 0);
    ck_assert_uint_eq(context.budget, 0);
    ck_assert_int_eq(wf_leaf_begin(&waker), WF_EAGAIN);
    ck_assert_int_eq(counts.wakes_by_ref, 1);
}
END_TEST

/* G.63: the flag may be anybody's, and it is looked at each time. What ends by it has taken a unit. */
START_TEST(g63_a_leaf_ends_where_that_was_asked_for)
{
    WF_ATOMIC(bool) canceled = false;
    context.canceled = &canceled;
    ck_assert_int_eq(wf_leaf_begin(&waker), 0);
    wf_store_release(&canceled, true);
    for (uint32_t left = WF_BUDGET - 1; left > 0; left--) {
        ck_assert_uint_eq(context.budget, left);
        ck_assert_int_eq(wf_leaf_begin(&waker), WF_ECANCELED);
    }
    ck_assert_int_eq(counts.wakes_by_ref, 0);
    ck_assert_int_eq(wf_leaf_begin(&waker), WF_EAGAIN);
    wf_store_release(&canceled, false);
    context.constrained = false;
    ck_assert_int_eq(wf_leaf_begin(&waker), 0);
    context.canceled = NULL;
}
END_TEST

/* G.63: nothing asks a future to end where nothing runs futures; and a context further in is not asked by the one outside. */
START_TEST(g63_no_context_and_no_flag_go_on)
{
    const WF_ATOMIC(bool) canceled = true;
    struct wf_context inner = {0};
    context.canceled = &canceled;
    wf_context_enter(&inner);
    ck_assert_int_eq(wf_leaf_begin(&waker), 0);
    wf_context_leave(&inner);
    wf_context_leave(&context);
    ck_assert_int_eq(wf_leaf_begin(&waker), 0);
    wf_context_enter(&context);
    context.canceled = NULL;
}
END_TEST

TCase *budget_tests(void)
{
    TCase *tests = tcase_create("budget");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, g20_spending_takes_one_unit_while_units_are_left);
    tcase_add_test(tests, g20_at_zero_the_task_is_woken);
    tcase_add_test(tests, g20_at_zero_the_defer_hook_is_told_instead);
    tcase_add_test(tests, g20_each_context_has_its_own_budget);
    tcase_add_test(tests, g21_without_a_context_there_is_no_limit);
    tcase_add_test(tests, g21_an_unconstrained_budget_is_never_spent);
    tcase_add_test(tests, g21_a_refund_gives_one_unit_back);
    tcase_add_test(tests, g21_a_refund_never_exceeds_the_budget);
    tcase_add_test(tests, g63_a_leaf_goes_on_while_units_are_left);
    tcase_add_test(tests, g63_a_leaf_ends_where_that_was_asked_for);
    tcase_add_test(tests, g63_no_context_and_no_flag_go_on);
    return tests;
}
