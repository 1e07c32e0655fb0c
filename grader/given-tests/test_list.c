#include "weft/list.h"

#include "given.h"

enum { NODES = 24 };

static struct wf_list head;
static struct wf_list nodes[NODES];

static void setup(void)
{
    wf_list_init(&head);
    for (int i = 0; i < NODES; i++)
        wf_list_init(&nodes[i]);
}

/* Takes all out, and expects them in this order of indices, ended by -1. */
static void expect_order(const int *indices)
{
    for (; *indices >= 0; indices++)
        ck_assert_ptr_eq(wf_list_pop_front(&head), &nodes[*indices]);
    ck_assert_ptr_null(wf_list_pop_front(&head));
    ck_assert(wf_list_is_empty(&head));
}

/* G.23 */
START_TEST(g23_nodes_leave_in_the_order_of_their_positions)
{
    wf_list_push_back(&head, &nodes[1]);
    wf_list_push_back(&head, &nodes[2]);
    wf_list_push_front(&head, &nodes[0]);
    wf_list_insert_before(&nodes[2], &nodes[3]);
    expect_order((int[]){0, 1, 3, 2, -1});
}
END_TEST

/* G.23 */
START_TEST(g23_a_node_is_removed_without_its_list)
{
    for (int i = 0; i < 5; i++)
        wf_list_push_back(&head, &nodes[i]);
    wf_list_remove(&nodes[2]);
    wf_list_remove(&nodes[0]);
    wf_list_remove(&nodes[4]);
    ck_assert(wf_list_is_empty(&nodes[2]));
    ck_assert(!wf_list_is_empty(&nodes[1]));
    expect_order((int[]){1, 3, -1});
}
END_TEST

/* G.23 */
START_TEST(g23_removing_what_is_not_linked_does_nothing)
{
    wf_list_push_back(&head, &nodes[0]);
    wf_list_remove(&nodes[1]);
    wf_list_remove(&nodes[1]);
    ck_assert(wf_list_is_empty(&nodes[1]));
    wf_list_push_back(&head, &nodes[1]);
    expect_order((int[]){0, 1, -1});
    wf_list_remove(&nodes[0]); /* popped, so unlinked */
    ck_assert(wf_list_is_empty(&head));
}
END_TEST

/* G.23: none, one and several, to none and to several. */
START_TEST(g23_a_list_is_appended_whole)
{
    struct wf_list other;
    wf_list_init(&other);
    wf_list_append(&head, &other);
    ck_assert(wf_list_is_empty(&head) && wf_list_is_empty(&other));
    wf_list_push_back(&other, &nodes[0]);
    wf_list_append(&head, &other);
    ck_assert(wf_list_is_empty(&other));
    for (int i = 1; i < 4; i++)
        wf_list_push_back(&other, &nodes[i]);
    wf_list_append(&head, &other);
    wf_list_append(&head, &other);
    ck_assert(wf_list_is_empty(&other));
    wf_list_remove(&nodes[2]);
    wf_list_push_back(&other, &nodes[2]);
    expect_order((int[]){0, 1, 3, -1});
    ck_assert_ptr_eq(wf_list_pop_front(&other), &nodes[2]);
}
END_TEST

/* G.23: against an array that is searched and shifted, over many operations drawn from a fixed seed. */
START_TEST(g23_agrees_with_an_array)
{
    int model[NODES], count = 0;
    unsigned random = 1;
    for (int step = 0; step < 20000; step++) {
        random = random * 1664525u + 1013904223u;
        int node = (int)(random >> 16) % NODES;
        int at = 0;
        while (at < count && model[at] != node)
            at++;
        if (at < count) {
            wf_list_remove(&nodes[node]);
            count--;
            for (int i = at; i < count; i++)
                model[i] = model[i + 1];
        } else {
            int place = count ? (int)(random >> 8) % (count + 1) : 0;
            wf_list_insert_before(place == count ? &head : &nodes[model[place]], &nodes[node]);
            for (int i = count++; i > place; i--)
                model[i] = model[i - 1];
            model[place] = node;
        }
        const struct wf_list *link = &head;
        bool same = true; /* asserted once a step: Check writes a record of each assertion */
        for (int i = 0; same && i < count; i++, link = link->next)
            same = link->next == &nodes[model[i]] && link->next->prev == link;
        same &= link->next == &head && head.prev == link && wf_list_is_empty(&head) == (count == 0);
        ck_assert_msg(same, "step %d: the list is not the array", step);
    }
}
END_TEST

TCase *list_tests(void)
{
    TCase *tests = tcase_create("list");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, g23_nodes_leave_in_the_order_of_their_positions);
    tcase_add_test(tests, g23_a_node_is_removed_without_its_list);
    tcase_add_test(tests, g23_removing_what_is_not_linked_does_nothing);
    tcase_add_test(tests, g23_a_list_is_appended_whole);
    tcase_add_test(tests, g23_agrees_with_an_array);
    return tests;
}
