#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "weft/context.h"
#include "weft/panic.h"

#include "given.h"

static int panic_line; /* where the test panics */

static void say(const struct wf_panic_info *info)
{
    bool here = strcmp(info->file, __FILE__) == 0 && info->line == panic_line;
    fprintf(stderr, "hook: %s|%s|%s|%s\n", info->clause, info->message, info->function,
            here ? "here" : "elsewhere");
}

static void panic_with_a_hook(void)
{
    wf_set_panic_hook(say);
    panic_line = __LINE__ + 1;
    wf_panic("4.5", "%d too many", 2);
}

/* G.15: before the message, which may be cut short if the hook ends the process. */
START_TEST(g15_the_hook_gets_clause_message_and_place)
{
    expect_panic(panic_with_a_hook, "hook: 4.5|2 too many|panic_with_a_hook|here\n"
                                    "weft: panic: clause 4.5 broken: 2 too many\n");
}
END_TEST

static void panic_again(const struct wf_panic_info *info)
{
    fprintf(stderr, "hook: %s\n", info->clause);
    wf_panic("8.9", "inside the hook");
}

static void panic_with_a_hook_that_panics(void)
{
    struct leaf leaf = leaf_ready_at(0);
    struct wf_context running = {.runs = "test", .root = &leaf.future};
    wf_context_enter(&running);
    wf_set_panic_hook(panic_again);
    wf_panic("4.5", "first");
}

/* G.15 */
START_TEST(g15_a_panic_inside_the_hook_does_not_call_it_again)
{
    expect_panic(panic_with_a_hook_that_panics, "hook: 4.5\n"
                                                "weft: panic: clause 8.9 broken: inside the hook\n");
}
END_TEST

static void panic_with_the_hook_removed(void)
{
    wf_set_panic_hook(say);
    wf_set_panic_hook(NULL);
    wf_panic("4.5", "nobody is told");
}

/* G.15 */
START_TEST(g15_a_hook_can_be_removed)
{
    expect_panic(panic_with_the_hook_removed, "weft: panic: clause 4.5 broken: nobody is told\n");
}
END_TEST

enum { TODO_LINE = __LINE__ + 6 };

static void reach_a_hole(void)
{
    wf_set_panic_hook(say);
    panic_line = TODO_LINE;
    LAB_TODO("03.T2");
}

/* G.15: LAB_TODO is no panic, but tells the hook too, with the task in place of the clause. */
START_TEST(g15_lab_todo_tells_the_hook_its_task_and_aborts)
{
    int status;
    const char *text = stderr_of(reach_a_hole, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    char expected[512];
    snprintf(expected, sizeof expected,
             "hook: 03.T2|not written yet|reach_a_hole|here\n"
             "weft: task 03.T2 is not written yet: reach_a_hole (%s:%d)\n",
             __FILE__, TODO_LINE);
    ck_assert_str_eq(text, expected);
}
END_TEST

TCase *panic_hook_tests(void)
{
    TCase *tests = tcase_create("panic hook");
    add_panic_test(tests, g15_the_hook_gets_clause_message_and_place);
    add_panic_test(tests, g15_a_panic_inside_the_hook_does_not_call_it_again);
    add_panic_test(tests, g15_a_hook_can_be_removed);
    tcase_add_test(tests, g15_lab_todo_tells_the_hook_its_task_and_aborts);
    return tests;
}
