#include "weft/async.h"

#include <stdio.h>
#include <string.h>

#include "given.h"

/* Awaits two leaves, one of them in a loop; `log` gets a letter at each step. */
struct walk {
    struct wf_future future;
    struct leaf first; /* an argument */
    struct leaf again;
    int left; /* rounds */
    char log[16];
    int out;
};

static void note(struct walk *walk, const char *letter)
{
    size_t length = strlen(walk->log);
    snprintf(walk->log + length, sizeof walk->log - length, "%s", letter);
}

enum { FIRST_LINE = __LINE__ + 6, AGAIN_LINE = __LINE__ + 10 };

ASYNC_FN(walk)
{
    ASYNC_BEGIN;
    note(self, "b");
    AWAIT(&self->first);
    note(self, "f");
    for (self->left = 2; self->left > 0; self->left--) {
        self->again = leaf_ready_at(2);
        AWAIT(&self->again);
        note(self, "a");
    }
    self->out = self->first.out + 1;
ASYNC_FINALLY:
    note(self, wf_future_is_dropped(&self->future) ? "d" : "r");
    ASYNC_END;
}

/* G.24 */
START_TEST(g24_it_goes_on_where_it_is_suspended)
{
    struct walk walk;
    ck_assert_ptr_eq(ASYNC_INIT(&walk, walk, .first = leaf_ready_at(2)), &walk);
    ck_assert_str_eq(walk.log, "");
    const char *const logs[] = {"b", "bf", "bfa"};
    const int lefts[] = {0, 2, 1};
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
        ck_assert_str_eq(walk.log, logs[i]);
        ck_assert_int_eq(walk.left, lefts[i]);
    }
    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_READY);
    ck_assert_str_eq(walk.log, "bfaar");
    ck_assert_int_eq(walk.out, 8);
}
END_TEST

/* G.24: the head says where that is. */
START_TEST(g24_its_head_tells_line_and_child)
{
    struct walk walk;
    ASYNC_INIT(&walk, walk, .first = leaf_ready_at(2));
    ck_assert_uint_eq(wf_load_relaxed(&walk.future.line), WF_LINE_NEW);
    ck_assert_ptr_null(walk.future.awaiting);

    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
    ck_assert_uint_eq(wf_load_relaxed(&walk.future.line), FIRST_LINE);
    ck_assert_ptr_eq(walk.future.awaiting, &walk.first.future);

    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
    ck_assert_uint_eq(wf_load_relaxed(&walk.future.line), AGAIN_LINE);
    ck_assert_ptr_eq(walk.future.awaiting, &walk.again.future);

    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_READY);
    ck_assert(wf_future_is_done(&walk.future));
    ck_assert_ptr_null(walk.future.awaiting);
}
END_TEST

/* G.25: a child that is READY at once suspends nothing; any other is polled once a poll. */
START_TEST(g25_a_child_is_polled_at_once_and_until_it_is_ready)
{
    for (int ready_at = 1; ready_at <= 4; ready_at++) {
        struct walk walk;
        ASYNC_INIT(&walk, walk, .first = leaf_ready_at(ready_at));
        for (int poll = 1; poll < ready_at; poll++) {
            ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
            ck_assert_int_eq(walk.first.polls, poll);
            ck_assert_str_eq(walk.log, "b");
        }
        ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
        ck_assert_int_eq(walk.first.polls, ready_at);
        ck_assert_str_eq(walk.log, "bf");
        ck_assert_int_eq(walk.again.polls, 1);
        wf_future_drop(&walk.future);
    }
}
END_TEST

/* A leaf whose output is no int. */
struct text_leaf {
    struct wf_future future;
    const struct wf_cx *cx; /* of its last poll */
    struct text {
        char letters[8];
    } out;
};

static enum wf_poll text_leaf_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct text_leaf *self = (struct text_leaf *)future;
    bool again = self->cx;
    self->cx = cx;
    strcpy(self->out.letters, "yes");
    return again ? WF_READY : WF_PENDING;
}

static const struct wf_future_ops text_leaf_ops = {
    .name = "text_leaf", .poll = text_leaf_poll, WF_FRAME(struct text_leaf)};

/* Takes a child's output by AWAIT_TO, of two types; and awaits what is only known to be a future. */
struct take {
    struct wf_future future;
    struct text_leaf texts[2];
    struct leaf number;
    struct leaf other;
    struct wf_future *any; /* an argument */
    int child;             /* how often the expression was evaluated that chooses the child */
    struct text text;
    int out;
};

ASYNC_FN(take)
{
    ASYNC_BEGIN;
    AWAIT_TO(self->text, &self->texts[self->child++]);
    AWAIT_TO(self->out, &self->number);
    AWAIT(self->any);
ASYNC_FINALLY:
    ASYNC_END;
}

static struct take *take(struct take *self)
{
    return ASYNC_INIT(self, take, .texts = {{.future.ops = &text_leaf_ops}}, .number = leaf_ready_at(1),
                      .other = leaf_ready_at(1), .any = &self->other.future);
}

/* G.25 */
START_TEST(g25_await_to_stores_the_output_whatever_its_type)
{
    struct take frame;
    take(&frame);
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_PENDING);
    ck_assert_str_eq(frame.text.letters, "");
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_READY);
    ck_assert_str_eq(frame.text.letters, "yes");
    ck_assert_int_eq(frame.out, 7);
    ck_assert_int_eq(frame.other.polls, 1);
    ck_assert_int_eq(frame.other.out, 7);
}
END_TEST

/* G.25: which child it is, is settled before the suspension. */
START_TEST(g25_the_child_is_evaluated_once)
{
    struct take frame;
    take(&frame);
    for (int i = 0; i < 2; i++) {
        (void)!wf_future_poll(&frame.future, &idle_cx);
        ck_assert_int_eq(frame.child, 1);
    }
    ck_assert(wf_future_is_done(&frame.texts[0].future));
}
END_TEST

/* G.25: with the context of each poll, not that of the first. */
START_TEST(g25_the_child_is_polled_with_the_newest_context)
{
    struct wf_cx newer = idle_cx;
    struct take frame;
    take(&frame);
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_PENDING);
    ck_assert_ptr_eq(frame.texts[0].cx, &idle_cx);
    ck_assert_int_eq(wf_future_poll(&frame.future, &newer), WF_READY);
    ck_assert_ptr_eq(frame.texts[0].cx, &newer);
}
END_TEST

/* The ways to leave a body. */
enum way { BY_RETURN, BY_BREAK, BY_END };

struct leave {
    struct wf_future future;
    enum way way;   /* an argument */
    bool suspended; /* an argument: leave after a suspension */
    struct leaf leaf;
    int passed;   /* lines of the body behind the place where it is left */
    int finished; /* how often the clean-up ran */
    int out;
};

ASYNC_FN(leave)
{
    ASYNC_BEGIN;
    self->out = 1;
    for (;;) /* a break in here is this loop's */
        break;
    self->leaf = leaf_ready_at(self->suspended ? 2 : 1);
    AWAIT(&self->leaf);
    if (self->way == BY_RETURN)
        ASYNC_RETURN(self->out + 2);
    if (self->way == BY_BREAK)
        break;
    self->passed++;
ASYNC_FINALLY:
    self->finished++;
    ck_assert(!wf_future_is_dropped(&self->future));
    ASYNC_END;
}

/* G.26: way _i, with a suspension or without. */
START_TEST(g26_each_way_out_leads_through_finally_once)
{
    const enum way way = (enum way)(_i / 2);
    struct leave frame;
    ASYNC_INIT(&frame, leave, .way = way, .suspended = _i % 2 == 1);
    if (frame.suspended) {
        ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_PENDING);
        ck_assert_int_eq(frame.finished, 0);
    }
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_READY);
    ck_assert(wf_future_is_done(&frame.future));
    ck_assert_int_eq(frame.finished, 1);
    ck_assert_int_eq(frame.passed, way == BY_END ? 1 : 0);
    ck_assert_int_eq(wf_future_int_out(&frame.future), way == BY_RETURN ? 3 : 1);
    wf_future_drop(&frame.future);
    ck_assert_int_eq(frame.finished, 1);
}
END_TEST

/* What the compilers cannot refuse: an await inside a switch over 64 bits. */
struct hidden {
    struct wf_future future;
    uint64_t choice; /* an argument */
    struct leaf leaf;
    int out;
};

enum { HIDDEN_LINE = __LINE__ + 8 };

ASYNC_FN(hidden)
{
    ASYNC_BEGIN;
    self->leaf = leaf_ready_at(2);
    switch (self->choice) {
    case 1:
        AWAIT(&self->leaf);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

static void resume_the_hidden(void)
{
    struct hidden frame;
    ASYNC_INIT(&frame, hidden, .choice = 1);
    ck_assert_int_eq(wf_future_poll(&frame.future, &idle_cx), WF_PENDING);
    (void)!wf_future_poll(&frame.future, &idle_cx);
}

static const char *lost(const char *name, int line)
{
    static char text[256];
    snprintf(text, sizeof text,
             "weft: panic: clause G.27 broken: %s is resumed at line %d, for which it has no case: a state is "
             "missing, or an AWAIT stands in a switch of its own\n",
             name, line);
    return text;
}

/* G.27 */
START_TEST(g27_an_await_hidden_in_a_wide_switch_panics_when_it_is_resumed)
{
    expect_panic(resume_the_hidden, lost("hidden", HIDDEN_LINE));
}
END_TEST

static void resume_at_no_await(void)
{
    struct walk walk;
    ASYNC_INIT(&walk, walk, .first = leaf_ready_at(2));
    ck_assert_int_eq(wf_future_poll(&walk.future, &idle_cx), WF_PENDING);
    wf_store_relaxed(&walk.future.line, FIRST_LINE + 1u);
    (void)!wf_future_poll(&walk.future, &idle_cx);
}

/* G.27 */
START_TEST(g27_a_line_without_an_await_panics)
{
    expect_panic(resume_at_no_await, lost("walk", FIRST_LINE + 1));
}
END_TEST

TCase *async_tests(void)
{
    TCase *tests = tcase_create("async");
    tcase_add_test(tests, g24_it_goes_on_where_it_is_suspended);
    tcase_add_test(tests, g24_its_head_tells_line_and_child);
    tcase_add_test(tests, g25_a_child_is_polled_at_once_and_until_it_is_ready);
    tcase_add_test(tests, g25_await_to_stores_the_output_whatever_its_type);
    tcase_add_test(tests, g25_the_child_is_evaluated_once);
    tcase_add_test(tests, g25_the_child_is_polled_with_the_newest_context);
    tcase_add_loop_test(tests, g26_each_way_out_leads_through_finally_once, 0, 6);
    add_panic_test(tests, g27_an_await_hidden_in_a_wide_switch_panics_when_it_is_resumed);
    add_panic_test(tests, g27_a_line_without_an_await_panics);
    return tests;
}
