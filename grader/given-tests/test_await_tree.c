#include "weft/await_tree.h"

#include <stdlib.h>
#include <string.h>

#include "given.h"

enum { DEPTH = 32, BRANCHES = 3 };

/* A future with several children: those of `branches` that are not NULL. */
struct fork {
    struct wf_future future;
    const struct wf_future *branches[BRANCHES];
};

static void fork_children(const struct wf_future *future, wf_visit *visit, void *arg)
{
    const struct fork *self = (const struct fork *)future;
    for (int i = 0; i < BRANCHES; i++)
        if (self->branches[i])
            visit(arg, self->branches[i]);
}

static const struct wf_future_ops fork_ops = {.name = "fork", .children = fork_children};
static const struct wf_future_ops link_ops = {.name = "link"};

static void print_tree(FILE *stream, const void *root)
{
    wf_await_tree_print(root, stream, 0);
}

static void print_indented(FILE *stream, const void *root)
{
    wf_await_tree_print(root, stream, 4);
}

/* G.22 */
START_TEST(g22_a_future_that_waits_for_nothing)
{
    struct leaf leaf = leaf_ready_at(0);
    ck_assert_str_eq(printed(print_tree, &leaf), "leaf\n");
    wf_store_relaxed(&leaf.future.line, 41u);
    ck_assert_str_eq(printed(print_tree, &leaf), "leaf:41\n");
}
END_TEST

/* G.22 */
START_TEST(g22_a_chain_of_awaits_has_source_lines)
{
    struct leaf leaf = leaf_ready_at(0);
    struct wf_future inner = {&link_ops, &leaf.future, 21}, outer = {&link_ops, &inner, 33};
    ck_assert_str_eq(printed(print_tree, &outer), "link:33\n"
                                                  "`- link:21\n"
                                                  "   `- leaf\n");
}
END_TEST

/* G.22 */
START_TEST(g22_branches_are_drawn)
{
    struct leaf leaf = leaf_ready_at(0), other = leaf_ready_at(0);
    struct wf_future first = {&link_ops, &leaf.future, 7};
    struct fork below = {{.ops = &fork_ops}, {&leaf.future, &other.future}};
    struct wf_future last = {&link_ops, &below.future, 9};
    struct fork root = {{.ops = &fork_ops, .line = 5}, {&first, &other.future, &last}};
    ck_assert_str_eq(printed(print_tree, &root), "fork:5\n"
                                                 "|- link:7\n"
                                                 "|  `- leaf\n"
                                                 "|- leaf\n"
                                                 "`- link:9\n"
                                                 "   `- fork\n"
                                                 "      |- leaf\n"
                                                 "      `- leaf\n");
    ck_assert_str_eq(printed(print_indented, &below), "    fork\n"
                                                      "    |- leaf\n"
                                                      "    `- leaf\n");
}
END_TEST

/* G.22: `awaiting` is the one child that it is suspended on, whatever others there are. */
START_TEST(g22_the_awaited_child_goes_before_the_others)
{
    struct leaf leaf = leaf_ready_at(0);
    struct wf_future awaited = {&link_ops, NULL, 3};
    struct fork root = {{&fork_ops, &awaited, 2}, {&leaf.future}};
    ck_assert_str_eq(printed(print_tree, &root), "fork:2\n"
                                                 "`- link:3\n");
}
END_TEST

/* G.22: what is finished waits for nothing any more. */
START_TEST(g22_a_finished_future_has_no_children)
{
    struct leaf leaf = leaf_ready_at(0);
    struct fork done = {{.ops = &fork_ops, .line = WF_LINE_DONE}, {&leaf.future}};
    ck_assert_str_eq(printed(print_tree, &done), "fork [done]\n");
}
END_TEST

/* G.22: the children's storage may be gone: a drop has given it back. */
START_TEST(g22_a_dropped_future_has_no_children)
{
    struct leaf *leaf = malloc(sizeof *leaf);
    *leaf = leaf_ready_at(0);
    struct wf_future dropped = {&link_ops, &leaf->future, WF_LINE_DROPPED};
    free(leaf);
    ck_assert_str_eq(printed(print_tree, &dropped), "link [dropped]\n");
}
END_TEST

/* G.22 */
START_TEST(g22_an_empty_future_is_said_to_be_empty)
{
    struct wf_future empty = {0};
    struct fork root = {{.ops = &fork_ops}, {&empty}};
    ck_assert_str_eq(printed(print_tree, &root), "fork\n"
                                                 "`- (empty)\n");
    ck_assert_str_eq(printed(print_tree, NULL), "(empty)\n");
}
END_TEST

/* The tree of a chain of at least DEPTH links, the one at depth n with line n + 1. */
static const char *cut_chain(bool same_line)
{
    static char expected[DEPTH * DEPTH * 4];
    int length = 0;
    for (int depth = 0; depth < DEPTH; depth++)
        length += sprintf(expected + length, "%*s%slink:%d\n", depth ? 3 * (depth - 1) : 0, "",
                          depth ? "`- " : "", same_line ? 1 : depth + 1);
    sprintf(expected + length, "%*s`- ...\n", 3 * (DEPTH - 1), "");
    return expected;
}

/* G.22 */
START_TEST(g22_it_is_cut_at_a_depth_of_32)
{
    struct wf_future chain[DEPTH + 1];
    memset(chain, 0, sizeof chain);
    for (int i = 0; i <= DEPTH; i++)
        chain[i] = (struct wf_future){&link_ops, i < DEPTH ? &chain[i + 1] : NULL, (uint32_t)i + 1};
    ck_assert_str_eq(printed(print_tree, &chain[0]), cut_chain(false));

    chain[DEPTH - 1].awaiting = NULL; /* 32 levels fit */
    const char *text = printed(print_tree, &chain[0]);
    ck_assert_ptr_nonnull(strstr(text, "link:32\n"));
    ck_assert_ptr_null(strstr(text, "..."));
}
END_TEST

/* G.22: siblings are not deeper than each other. */
START_TEST(g22_a_broad_tree_is_not_cut)
{
    enum { NODES = 255 }; /* node i has the children 2i + 1 and 2i + 2 */
    static struct fork nodes[NODES];
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct fork){.future = {.ops = &fork_ops}};
        for (int child = 0; child < 2 && 2 * i + 2 < NODES; child++)
            nodes[i].branches[child] = &nodes[2 * i + 1 + child].future;
    }
    const char *text = printed(print_tree, &nodes[0]);
    int lines = 0;
    for (const char *end = text; (end = strchr(end, '\n')); end++)
        lines++;
    ck_assert_int_eq(lines, NODES);
    ck_assert_ptr_null(strstr(text, "..."));
}
END_TEST

/* G.22: a mistake of the program, but no endless tree. */
START_TEST(g22_a_cycle_is_cut_too)
{
    struct wf_future self = {&link_ops, &self, 1};
    ck_assert_str_eq(printed(print_tree, &self), cut_chain(true));
}
END_TEST

TCase *await_tree_tests(void)
{
    TCase *tests = tcase_create("await tree");
    tcase_add_test(tests, g22_a_future_that_waits_for_nothing);
    tcase_add_test(tests, g22_a_chain_of_awaits_has_source_lines);
    tcase_add_test(tests, g22_branches_are_drawn);
    tcase_add_test(tests, g22_the_awaited_child_goes_before_the_others);
    tcase_add_test(tests, g22_a_finished_future_has_no_children);
    tcase_add_test(tests, g22_a_dropped_future_has_no_children);
    tcase_add_test(tests, g22_an_empty_future_is_said_to_be_empty);
    tcase_add_test(tests, g22_it_is_cut_at_a_depth_of_32);
    tcase_add_test(tests, g22_a_broad_tree_is_not_cut);
    tcase_add_test(tests, g22_a_cycle_is_cut_too);
    return tests;
}
