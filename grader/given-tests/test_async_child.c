#include "weft/async.h"

#include "given.h"

/* Awaits what it is given. */
struct follow {
    struct wf_future future;
    struct wf_future *child; /* an argument */
    struct leaf leaf;        /* an argument: awaited first */
    int out;
};

enum { FOLLOW_LINE = __LINE__ + 6 };

ASYNC_FN(follow)
{
    ASYNC_BEGIN;
    AWAIT(&self->leaf);
    AWAIT(self->child);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct follow follower, other;

/* Builds a follower of `child`, and one of the follower, which has begun. */
static struct follow *follow(struct wf_future *child)
{
    ASYNC_INIT(&other, follow, .child = &follower.future, .leaf = leaf_ready_at(2));
    return ASYNC_INIT(&follower, follow, .child = child, .leaf = leaf_ready_at(1));
}

/* Where UndefinedBehaviorSanitizer looks on, it finds this first. */
#ifndef __SANITIZE_ADDRESS__
static void await_nothing(void)
{
    (void)!wf_future_poll(&follow(NULL)->future, &idle_cx);
}

#endif

static void await_itself(void)
{
    (void)!wf_future_poll(&follow(&follower.future)->future, &idle_cx);
}

/* The other one waits for its leaf at first, then for the follower, which is polled inside and awaits the other one. */
static void await_each_other(void)
{
    follow(&other.future);
    (void)!wf_future_poll(&other.future, &idle_cx);
    (void)!wf_future_poll(&other.future, &idle_cx);
}

static const char *misawait(const char *before, const char *after)
{
    static char text[256];
    snprintf(text, sizeof text, "weft: panic: clause G.35 broken: follow awaits %s at line %d%s\n", before,
             FOLLOW_LINE, after);
    return text;
}

#ifndef __SANITIZE_ADDRESS__
/* G.35 */
START_TEST(g35_an_await_of_nothing_panics)
{
    expect_panic(await_nothing, misawait("NULL", ""));
}
END_TEST
#endif

/* G.35 */
START_TEST(g35_an_await_of_itself_panics)
{
    expect_panic(await_itself, misawait("itself", ""));
}
END_TEST

/* G.35 */
START_TEST(g35_an_await_of_one_that_waits_for_it_panics)
{
    expect_panic(await_each_other, misawait("follow", ", which waits for it"));
}
END_TEST

/* G.35: one that has begun, and one that is over, may await others. */
START_TEST(g35_an_await_of_one_that_awaits_another_does_not)
{
    struct follow inner, outer;
    struct leaf leaf = leaf_ready_at(2);
    ASYNC_INIT(&inner, follow, .child = &leaf.future, .leaf = leaf_ready_at(1));
    ck_assert_int_eq(wf_future_poll(&inner.future, &idle_cx), WF_PENDING);
    ASYNC_INIT(&outer, follow, .child = &inner.future, .leaf = leaf_ready_at(1));
    ck_assert_int_eq(wf_future_poll(&outer.future, &idle_cx), WF_READY);
    ck_assert_int_eq(inner.leaf.polls, 1);
    ck_assert_int_eq(leaf.polls, 2);
}
END_TEST

TCase *async_child_tests(void)
{
    TCase *tests = tcase_create("async_child");
#ifndef __SANITIZE_ADDRESS__
    add_panic_test(tests, g35_an_await_of_nothing_panics);
#endif
    add_panic_test(tests, g35_an_await_of_itself_panics);
    add_panic_test(tests, g35_an_await_of_one_that_waits_for_it_panics);
    tcase_add_test(tests, g35_an_await_of_one_that_awaits_another_does_not);
    return tests;
}
