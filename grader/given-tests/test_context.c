#include "weft/context.h"

#include <pthread.h>

#include "given.h"

static void nothing(struct wf_event_hook *hook, const struct wf_event *event)
{
    (void)hook;
    (void)event;
}

/* G.19 */
START_TEST(g19_enter_makes_current_and_leave_restores)
{
    struct wf_context outer = {0}, inner = {0};
    ck_assert_ptr_null(wf_context_current);
    wf_context_enter(&outer);
    ck_assert_ptr_eq(wf_context_current, &outer);
    wf_context_enter(&inner);
    ck_assert_ptr_eq(wf_context_current, &inner);
    ck_assert_ptr_eq(inner.outer, &outer);
    wf_context_leave(&inner);
    ck_assert_ptr_eq(wf_context_current, &outer);
    wf_context_leave(&outer);
    ck_assert_ptr_null(wf_context_current);
}
END_TEST

/* G.19 */
START_TEST(g19_the_event_hook_is_inherited)
{
    struct wf_event_hook hook = {nothing}, own_hook = {nothing};
    struct wf_context outer = {.event_hook = &hook}, middle = {0}, inner = {0},
                      own = {.event_hook = &own_hook};
    wf_context_enter(&outer);
    wf_context_enter(&middle);
    wf_context_enter(&inner);
    ck_assert_ptr_eq(inner.event_hook, &hook);
    wf_context_enter(&own);
    ck_assert_ptr_eq(own.event_hook, &own_hook);
    wf_context_leave(&own);
    wf_context_leave(&inner);
    wf_context_leave(&middle);
    wf_context_leave(&outer);
}
END_TEST

/* G.19: a leaf finds its driver through whatever lies in between; a context that has a park of its own has its own. */
START_TEST(g19_the_drivers_are_inherited)
{
    char time[2], io[2]; /* of an opaque type: only their addresses matter */
    struct wf_context outer = {.time_driver = (struct wf_time_driver *)&time[0],
                               .reactor = (struct wf_reactor *)&io[0]};
    struct wf_context inner = {0}, own = {.time_driver = (struct wf_time_driver *)&time[1]};
    wf_context_enter(&outer);
    wf_context_enter(&inner);
    ck_assert_ptr_eq(inner.time_driver, outer.time_driver);
    ck_assert_ptr_eq(inner.reactor, outer.reactor);
    wf_context_enter(&own);
    ck_assert_ptr_eq(own.time_driver, &time[1]);
    ck_assert_ptr_eq(own.reactor, outer.reactor);
    wf_context_leave(&own);
    wf_context_leave(&inner);
    wf_context_leave(&outer);
}
END_TEST

/* G.19: so are the slot of a watch, and the state of the choices. */
START_TEST(g19_slot_and_choices_are_inherited)
{
    char slot[2];
    WF_ATOMIC(uint64_t) choices = 1, own_choices = 2;
    struct wf_context outer = {.poll_slot = (struct wf_poll_slot *)&slot[0], .choices = &choices}, inner = {0};
    struct wf_context own = {.poll_slot = (struct wf_poll_slot *)&slot[1], .choices = &own_choices};
    wf_context_enter(&outer);
    wf_context_enter(&inner);
    ck_assert_ptr_eq(inner.poll_slot, outer.poll_slot);
    ck_assert_ptr_eq(inner.choices, &choices);
    wf_context_enter(&own);
    ck_assert_ptr_eq(own.poll_slot, (struct wf_poll_slot *)&slot[1]);
    ck_assert_ptr_eq(own.choices, &own_choices);
    wf_context_leave(&own);
    wf_context_leave(&inner);
    wf_context_leave(&outer);
}
END_TEST

static void *current_of_thread(void *arg)
{
    const struct wf_context *at_start = wf_context_current;
    struct wf_context own = {0};
    wf_context_enter(&own);
    *(bool *)arg = wf_context_current == &own;
    wf_context_leave(&own);
    return (void *)at_start;
}

/* G.19 */
START_TEST(g19_each_thread_has_its_own)
{
    struct wf_context context = {0};
    wf_context_enter(&context);
    pthread_t thread;
    bool entered = false;
    void *at_start = &thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, current_of_thread, &entered), 0);
    ck_assert_int_eq(pthread_join(thread, &at_start), 0);
    ck_assert_ptr_null(at_start);
    ck_assert(entered);
    ck_assert_ptr_eq(wf_context_current, &context);
    wf_context_leave(&context);
}
END_TEST

/* G.19: the one that runs futures may lie further out, and may have no root now. */
START_TEST(g19_running_is_the_innermost_with_a_root)
{
    struct leaf first = leaf_ready_at(0), second = leaf_ready_at(0);
    struct wf_context none = {0}, outer = {.root = &first.future}, inner = {.root = &second.future},
                      above = {0}, ending = {.runs = "drop"};
    ck_assert_ptr_null(wf_context_running());
    wf_context_enter(&none);
    ck_assert_ptr_null(wf_context_running());
    wf_context_enter(&outer);
    wf_context_enter(&inner);
    wf_context_enter(&above);
    ck_assert_ptr_eq(wf_context_running(), &inner);
    ck_assert_str_eq(wf_context_root_name(&inner), "leaf");
    wf_context_enter(&ending);
    ck_assert_ptr_eq(wf_context_running(), &ending);
    ck_assert_str_eq(wf_context_root_name(&ending), "");
    wf_context_leave(&ending);
    wf_context_leave(&above);
    wf_context_leave(&inner);
    ck_assert_ptr_eq(wf_context_running(), &outer);
    wf_context_leave(&outer);
    wf_context_leave(&none);
}
END_TEST

/* G.19: the context of a scheduler too. */
START_TEST(g19_the_context_of_a_scheduler_may_lie_further_out)
{
    static char one, two, three;
    struct wf_scheduler *first = (void *)&one, *second = (void *)&two, *third = (void *)&three;
    struct wf_context outer = {.scheduler = first}, middle = {.scheduler = second},
                      inner = {.scheduler = first}, above = {0};
    ck_assert_ptr_null(wf_context_of(first));
    wf_context_enter(&outer);
    ck_assert_ptr_eq(wf_context_of(first), &outer);
    wf_context_enter(&middle);
    ck_assert_ptr_eq(wf_context_of(first), &outer);
    ck_assert_ptr_eq(wf_context_of(second), &middle);
    wf_context_enter(&inner);
    wf_context_enter(&above);
    ck_assert_ptr_eq(wf_context_of(first), &inner);
    ck_assert_ptr_null(wf_context_of(third));
    wf_context_leave(&above);
    wf_context_leave(&inner);
    wf_context_leave(&middle);
    wf_context_leave(&outer);
}
END_TEST

static void leave_the_outer_first(void)
{
    struct wf_context outer = {0}, inner = {0};
    wf_context_enter(&outer);
    wf_context_enter(&inner);
    wf_context_leave(&outer);
}

/* G.19 */
START_TEST(g19_leaving_one_that_is_not_current_panics)
{
    expect_panic(
        leave_the_outer_first,
        "weft: panic: clause G.19 broken: a context is left while another is entered inside it: what entered that "
        "one, such as a block_on, has returned without wf_context_leave\n");
}
END_TEST

static void leave_one_never_entered(void)
{
    struct wf_context context = {0};
    wf_context_leave(&context);
}

/* G.19 */
START_TEST(g19_leaving_one_that_was_never_entered_panics)
{
    expect_panic(leave_one_never_entered,
                 "weft: panic: clause G.19 broken: a context is left, and the thread is in none\n");
}
END_TEST

TCase *context_tests(void)
{
    TCase *tests = tcase_create("context");
    tcase_add_test(tests, g19_enter_makes_current_and_leave_restores);
    tcase_add_test(tests, g19_the_event_hook_is_inherited);
    tcase_add_test(tests, g19_the_drivers_are_inherited);
    tcase_add_test(tests, g19_slot_and_choices_are_inherited);
    tcase_add_test(tests, g19_each_thread_has_its_own);
    tcase_add_test(tests, g19_running_is_the_innermost_with_a_root);
    tcase_add_test(tests, g19_the_context_of_a_scheduler_may_lie_further_out);
    add_panic_test(tests, g19_leaving_one_that_is_not_current_panics);
    add_panic_test(tests, g19_leaving_one_that_was_never_entered_panics);
    return tests;
}
