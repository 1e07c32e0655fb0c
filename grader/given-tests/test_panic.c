#include "weft/panic.h"

#include <stdio.h>
#include <sys/wait.h>

#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/context.h"

#include "given.h"

/* A root for contexts: a join of two leaves. */
static struct leaf leaves[2];
static struct wf_future *branches[2] = {&leaves[0].future, &leaves[1].future};
static struct wf_join join;

static void setup(void)
{
    leaves[0] = leaf_ready_at(1);
    leaves[1] = leaf_ready_at(0);
    wf_join(&join, branches, 2, WF_BIASED);
}

enum { PANIC_LINE = __LINE__ + 4 };

static void panic_here(void)
{
    wf_panic("12.34", "%s has %d of %zu", "it", -1, (size_t)3);
}

/* G.14 */
START_TEST(g14_a_panic_says_clause_message_and_place_and_aborts)
{
    int status;
    const char *text = stderr_of(panic_here, &status);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    char expected[512];
    snprintf(expected, sizeof expected,
             "weft: panic: clause 12.34 broken: it has -1 of 3\n  in panic_here (%s:%d)\n", __FILE__,
             PANIC_LINE);
    ck_assert_str_eq(text, expected);
}
END_TEST

/* G.14 */
START_TEST(g14_a_panic_aborts)
{
    expect_panic(panic_here, "weft: panic: clause 12.34 broken: it has -1 of 3\n");
}
END_TEST

static void panic_in_a_context(void)
{
    struct wf_context running = {.runs = "worker 3", .root = &join.future}, above = {0};
    wf_context_enter(&running);
    wf_context_enter(&above);
    ck_assert_int_eq(wf_future_poll(&join.future, &idle_cx), WF_PENDING);
    (void)!wf_future_poll(&leaves[0].future, &idle_cx);
}

/* G.14: the tree of what is not finished, of the innermost context that runs something. */
START_TEST(g14_inside_a_context_it_prints_the_await_tree)
{
    expect_panic(panic_in_a_context, "weft: panic: clause G.1 broken: leaf is polled after it was READY\n"
                                     "  await tree of worker 3:\n"
                                     "    join\n"
                                     "    `- leaf\n");
}
END_TEST

static void panic_while_a_runtime_ends(void)
{
    struct wf_context ending = {.runs = "wf_current_thread_drop"}, above = {0};
    struct leaf leaf = leaf_ready_at(1);
    wf_context_enter(&ending);
    wf_context_enter(&above);
    (void)!wf_block_on(&leaf.future);
}

/* G.14 and 01.24: there is no root then, so no tree. */
START_TEST(g14_inside_a_context_without_a_root_it_says_inside_what)
{
    expect_panic(panic_while_a_runtime_ends,
                 "weft: panic: clause 01.24 broken: block_on(leaf) is called inside "
                 "wf_current_thread_drop(): await it there instead\n"
                 "  inside wf_current_thread_drop()\n");
}
END_TEST

static void panic_after_the_context(void)
{
    struct wf_context running = {.runs = "worker 3", .root = &join.future};
    wf_context_enter(&running);
    wf_context_leave(&running);
    wf_panic("1.2", "outside");
}

/* G.14 */
START_TEST(g14_outside_of_contexts_there_is_no_tree)
{
    expect_panic(panic_after_the_context, "weft: panic: clause 1.2 broken: outside\n");
}
END_TEST

/* A future that calls block_on in its poll. */
static enum wf_poll blocking_poll(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    struct leaf inner = leaf_ready_at(1);
    return wf_block_on(&inner.future) == 0 ? WF_READY : WF_PENDING;
}

static void block_on_inside_block_on(void)
{
    static const struct wf_future_ops blocking_ops = {.name = "blocking", .poll = blocking_poll};
    struct wf_future blocking = {.ops = &blocking_ops};
    branches[0] = &blocking;
    (void)!wf_block_on(&join.future);
}

/* G.14 and 01.24: the tree is that of the outer root. */
START_TEST(g14_block_on_inside_block_on_prints_the_outer_tree)
{
    expect_panic(block_on_inside_block_on, "weft: panic: clause 01.24 broken: block_on(leaf) is called inside "
                                           "block_on(join): await it there instead\n"
                                           "  await tree of block_on:\n"
                                           "    join\n"
                                           "    |- blocking\n"
                                           "    `- leaf\n");
}
END_TEST

TCase *panic_tests(void)
{
    TCase *tests = tcase_create("panic");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, g14_a_panic_says_clause_message_and_place_and_aborts);
    add_panic_test(tests, g14_a_panic_aborts);
    add_panic_test(tests, g14_inside_a_context_it_prints_the_await_tree);
    add_panic_test(tests, g14_inside_a_context_without_a_root_it_says_inside_what);
    add_panic_test(tests, g14_outside_of_contexts_there_is_no_tree);
    add_panic_test(tests, g14_block_on_inside_block_on_prints_the_outer_tree);
    return tests;
}
