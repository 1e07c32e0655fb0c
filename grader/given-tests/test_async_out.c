#include "weft/task.h"

#include "given.h"
#include "weft/alloc.h"
#include "weft/combine.h"
#include "weft/current_thread.h"
#include "weft/dyn.h"

/* What there is of owned texts: each is an allocation of its own. */
static int texts_made, texts_freed, texts_freed_by_finally;

enum { TEXT_BYTES = 32 };

static void free_text(void *out)
{
    wf_free(*(char **)out, TEXT_BYTES);
    *(char **)out = NULL;
    texts_freed++;
}

/* Is READY with a text that it owns, after `leaf`. */
struct make_text {
    struct wf_future future;
    struct leaf leaf; /* an argument */
    bool begins;      /* an argument: the text is made before the wait, in `out` */
    char *out;
};

static char *new_text(void)
{
    texts_made++;
    return wf_alloc(TEXT_BYTES);
}

ASYNC_FN(make_text, .drop_out = free_text)
{
    ASYNC_BEGIN;
    if (self->begins)
        self->out = new_text();
    AWAIT(&self->leaf);
    if (!self->begins)
        ASYNC_RETURN(new_text());
ASYNC_FINALLY:
    if (wf_future_is_dropped(&self->future) && self->out) {
        wf_free(self->out, TEXT_BYTES);
        texts_freed_by_finally++;
    }
    ASYNC_END;
}

/* Each text was freed once, `by_drop_out` of them by drop_out, and nothing is left. */
static void expect_freed(int made, int by_drop_out)
{
    ck_assert_int_eq(texts_made, made);
    ck_assert_int_eq(texts_freed, by_drop_out);
    ck_assert_int_eq(texts_freed_by_finally, made - by_drop_out);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* Yields until every task of a runtime that is given nothing else has ended. */
struct wait {
    struct wf_future future;
    int turns; /* an argument */
    int out;
};

static enum wf_poll wait_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wait *self = (struct wait *)future;
    if (self->turns-- == 0)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops wait_ops = {.name = "wait", .poll = wait_poll, WF_FRAME(struct wait)};

/* What becomes of the join handle. */
enum claim { NO_HANDLE, DROPPED_EARLY, DROPPED_LATE, NO_VALUE, CLAIMED, CLAIMS };

static void spawn_one(enum claim claim, struct wf_current_thread *runtime)
{
    struct wf_join_handle handle;
    char *text = NULL;
    struct wait turns = {.future = {.ops = &wait_ops}, .turns = 3};
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    ck_assert_int_eq(
        WF_SPAWN(scheduler, claim == NO_HANDLE ? NULL : &handle, make_text, .leaf = leaf_ready_at(1)), 0);
    if (claim == DROPPED_EARLY)
        wf_future_drop(&handle.future);
    wf_current_thread_block_on(runtime, &turns.future);
    ck_assert_int_eq(texts_made, 1);
    ck_assert_int_eq(texts_freed, claim == NO_HANDLE || claim == DROPPED_EARLY ? 1 : 0);
    if (claim == DROPPED_LATE)
        wf_future_drop(&handle.future);
    if (claim == NO_VALUE || claim == CLAIMED) {
        handle.value = claim == CLAIMED ? &text : NULL;
        wf_current_thread_block_on(runtime, &handle.future);
        ck_assert_int_eq(handle.out, 0);
    }
    if (claim == CLAIMED) {
        ck_assert_int_eq(texts_freed, 0);
        ck_assert_ptr_nonnull(text);
        free_text(&text);
    }
}

/* G.32: claim _i. */
START_TEST(g32_the_output_of_a_task_is_claimed_or_destroyed_once)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    spawn_one((enum claim)_i, runtime);
    wf_current_thread_drop(runtime);
    expect_freed(1, 1);
}
END_TEST

/* G.32: the text is in `out` already, and is no output yet. */
START_TEST(g32_what_is_dropped_has_no_output_to_destroy)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct wf_join_handle handle;
    struct wait turns = {.future = {.ops = &wait_ops}, .turns = 3};
    ck_assert_int_eq(WF_SPAWN(wf_current_thread_scheduler(runtime), &handle, make_text,
                              .leaf = leaf_ready_at(0), .begins = true),
                     0);
    wf_current_thread_block_on(runtime, &turns.future);
    ck_assert_int_eq(texts_made, 1);
    wf_join_handle_abort(&handle);
    wf_current_thread_block_on(runtime, &handle.future);
    ck_assert_int_eq(handle.out, WF_ECANCELED);
    wf_current_thread_drop(runtime);
    expect_freed(1, 0);
}
END_TEST

/* G.32: the losers of a race, one suspended with its text, one never polled; the winner's output stays in its frame. */
START_TEST(g32_the_losers_of_a_race_have_none_either)
{
    struct make_text frames[3];
    struct wf_future *branches[3];
    struct wf_race race;
    for (int i = 0; i < 3; i++)
        branches[i] = &ASYNC_INIT(&frames[i], make_text, .leaf = leaf_ready_at(i), .begins = true)->future;
    ck_assert_int_eq(wf_future_poll(&wf_race(&race, branches, 3, WF_BIASED)->future, &idle_cx), WF_READY);
    ck_assert_int_eq(race.out, 1);
    ck_assert_int_eq(texts_made, 2);
    ck_assert_int_eq(texts_freed_by_finally, 1);
    free_text(&frames[1].out);
    expect_freed(2, 1);
}
END_TEST

/* G.32: join handles that lose a race are dropped: their tasks go on, and their outputs are destroyed. */
START_TEST(g32_so_are_the_outputs_of_tasks_whose_handles_lose)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct wf_scheduler *scheduler = wf_current_thread_scheduler(runtime);
    struct wf_join_handle handles[2];
    struct wf_future *branches[2];
    struct wf_race race;
    char *texts[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(WF_SPAWN(scheduler, &handles[i], make_text, .leaf = leaf_ready_at(1)), 0);
        handles[i].value = &texts[i];
        branches[i] = &handles[i].future;
    }
    wf_current_thread_block_on(runtime, &wf_race(&race, branches, 2, WF_BIASED)->future);
    ck_assert_int_eq(race.out, 0);
    free_text(&texts[0]);
    wf_current_thread_drop(runtime);
    ck_assert_ptr_null(texts[1]);
    expect_freed(2, 2);
}
END_TEST

/* G.32: a select borrows: what is READY keeps its output, for the caller; what is pending has none. */
START_TEST(g32_a_select_destroys_no_output)
{
    struct make_text frames[2];
    struct wf_future *branches[2];
    struct wf_select select;
    for (int i = 0; i < 2; i++)
        branches[i] = &ASYNC_INIT(&frames[i], make_text, .leaf = leaf_ready_at(1 - i), .begins = true)->future;
    ck_assert_int_eq(wf_future_poll(&wf_select(&select, branches, 2, WF_BIASED)->future, &idle_cx), WF_READY);
    ck_assert_int_eq(select.out, 0);
    for (int i = 0; i < 2; i++)
        wf_future_drop(branches[i]); /* does nothing for the one that is READY */
    free_text(&frames[0].out);
    expect_freed(1, 1);
}
END_TEST

/* G.32: a call, in a box, whose output goes nowhere. */
START_TEST(g32_a_call_without_a_place_for_its_output_destroys_it)
{
    struct wf_dyn call;
    void *frame = wf_dyn(&call, NULL, 0, sizeof(struct make_text), NULL);
    ck_assert_ptr_nonnull(frame);
    ASYNC_INIT(frame, make_text, .leaf = leaf_ready_at(1));
    ck_assert_int_eq(wf_future_poll(&call.future, &idle_cx), WF_READY);
    expect_freed(1, 1);
}
END_TEST

TCase *async_out_tests(void)
{
    TCase *tests = tcase_create("async_out");
    tcase_add_loop_test(tests, g32_the_output_of_a_task_is_claimed_or_destroyed_once, 0, CLAIMS);
    tcase_add_test(tests, g32_what_is_dropped_has_no_output_to_destroy);
    tcase_add_test(tests, g32_the_losers_of_a_race_have_none_either);
    tcase_add_test(tests, g32_so_are_the_outputs_of_tasks_whose_handles_lose);
    tcase_add_test(tests, g32_a_select_destroys_no_output);
    tcase_add_test(tests, g32_a_call_without_a_place_for_its_output_destroys_it);
    return tests;
}
