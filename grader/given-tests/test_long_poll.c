/**
 * @file test_long_poll.c
 * @brief Long polls of a runtime of one thread, whose polls make the looks of the watch themselves.
 */
#include <string.h>

#include "told.h"
#include "weft/coop.h"
#include "weft/detail/poll_watch.h"
#include "weft/local_set.h"

static void expect_place(const struct wf_poll_place *place, const char *name, uint32_t line)
{
    ck_assert_str_eq(place->name, name);
    ck_assert_uint_eq(place->line, line);
}

/* --- a task that awaits twice, and takes long in between --- */

static uint32_t first_line, second_line, spawn_line;
static uint64_t looks[4]; /* times; 0: no more */

static void look_often(void)
{
    for (int i = 0; i < 4 && looks[i]; i++)
        look(looks[i]);
}

struct slow {
    struct wf_future future;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(slow)
{
    ASYNC_BEGIN;
    first_line = __LINE__ + 1;
    AWAIT(wf_yield(&self->yield));
    look_often();
    second_line = __LINE__ + 1;
    AWAIT(wf_yield(&self->yield));
ASYNC_FINALLY:
    ASYNC_END;
}

struct caller {
    struct wf_future future;
    struct slow slow;
    uint32_t *line;
    int out;
};

ASYNC_FN(caller)
{
    ASYNC_BEGIN;
    *self->line = __LINE__ + 1;
    AWAIT(ASYNC_INIT(&self->slow, slow));
ASYNC_FINALLY:
    ASYNC_END;
}

static uint32_t caller_line;

static bool spawns_a_caller(struct job *self, struct wf_cx *cx)
{
    if (!self->child.task) {
        struct wf_scheduler *scheduler = wf_scheduler_current();
        spawn_line = __LINE__ + 1;
        int spawned = WF_SPAWN_NAMED(scheduler, &self->child, "a caller", caller, .line = &caller_line);
        ck_assert_int_eq(spawned, 0);
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

static void run_caller(uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
    looks[0] = first, looks[1] = second, looks[2] = third, looks[3] = fourth;
    struct job root = job_of(spawns_a_caller, 0);
    begin_watch();
    run_watched(&root.future);
    end_watch();
}

static void expect_begin(const struct told *kept)
{
    char place[64];
    snprintf(place, sizeof place, "test_long_poll.c:%u", spawn_line);
    ck_assert_uint_eq(kept->poll.worker, 0);
    ck_assert_uint_eq(kept->poll.task, 1);
    ck_assert_str_eq(kept->poll.name, "a caller");
    ck_assert_ptr_nonnull(strstr(kept->poll.spawned_at, place));
    ck_assert_uint_eq(kept->poll.from_count, 3);
    expect_place(&kept->from[0], "caller", caller_line);
    expect_place(&kept->from[1], "slow", first_line);
    ck_assert_str_eq(kept->from[2].name, "yield");
}

/* G.120 */
START_TEST(g120_a_poll_that_goes_on_is_told_once)
{
    run_caller(1000, 1000 + LIMIT - 1, 1000 + LIMIT, 1000 + 9 * LIMIT);
    ck_assert_int_eq(told_count, 2);
    ck_assert(!told[0].poll.over);
    ck_assert_uint_eq(told[0].poll.ns, LIMIT);
    ck_assert_uint_eq(told[0].poll.to_count, 0);
    expect_begin(&told[0]);
}
END_TEST

/* G.121 */
START_TEST(g121_its_end_is_told_with_the_place_where_it_stands)
{
    run_caller(1000, 1000 + 2 * LIMIT, 1000 + 5 * LIMIT, 0);
    ck_assert_int_eq(told_count, 2);
    ck_assert(told[1].poll.over);
    ck_assert_uint_eq(told[1].poll.ns, 5 * (uint64_t)LIMIT);
    expect_begin(&told[1]);
    ck_assert_uint_eq(told[1].poll.to_count, 3);
    expect_place(&told[1].to[0], "caller", caller_line);
    expect_place(&told[1].to[1], "slow", second_line);
    ck_assert_str_eq(told[1].to[2].name, "yield");
}
END_TEST

/* G.120 G.121: a time below the limit; and looks at polls that follow each other are no poll that goes on. */
START_TEST(g121_a_short_poll_is_not_told)
{
    run_caller(1000, 1000 + LIMIT - 1, 0, 0);
    ck_assert_int_eq(told_count, 0);
}
END_TEST

static bool looks_once_a_poll(struct job *self, struct wf_cx *cx)
{
    look((uint64_t)self->polls * 10 * LIMIT);
    wf_give_way(cx->waker);
    return self->polls == 5;
}

static bool spawns_what_looks(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), looks_once_a_poll, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.120 */
START_TEST(g120_polls_that_follow_each_other_are_told_apart)
{
    struct job root = job_of(spawns_what_looks, 0);
    begin_watch();
    look(5);
    look(5 + 9 * (uint64_t)LIMIT); /* nothing is polled at all */
    run_watched(&root.future);
    look(100 * (uint64_t)LIMIT);
    ck_assert_int_eq(told_count, 0);
    end_watch();
}
END_TEST

/* G.121: in its first poll, which is its last one; spawned where no place is known. */
START_TEST(g121_the_last_poll_of_a_task_is_told_too)
{
    struct job root = job_of(job_awaits_a_look, 0);
    begin_watch();
    run_watched(&root.future);
    end_watch();
    ck_assert_int_eq(told_count, 2);
    ck_assert_ptr_null(told[0].poll.spawned_at);
    ck_assert_uint_eq(told[0].poll.from_count, 1);
    expect_place(&told[0].from[0], "job", 0);
    ck_assert(told[1].poll.over);
    ck_assert_uint_eq(told[1].poll.to_count, 0);
}
END_TEST

static struct wf_local_set *set;

struct local {
    struct wf_future future;
    struct job body;
    struct wf_local_run run;
    int out;
};

ASYNC_FN(local)
{
    ASYNC_BEGIN;
    set = wf_local_set_new();
    ck_assert_int_eq(spawn_job(wf_local_set_scheduler(set), job_looks, 0, NULL), 0);
    self->body = job_of(job_yields_once, 0);
    AWAIT(wf_local_set_run(&self->run, set, &self->body.future));
ASYNC_FINALLY:
    wf_local_set_drop(set);
    ASYNC_END;
}

static bool spawns_a_local_set(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->child, local), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.120: the poll of a local task belongs to that of the task which runs the set. */
START_TEST(g120_a_local_tasks_poll_is_its_runs)
{
    struct job root = job_of(spawns_a_local_set, 0);
    begin_watch();
    run_watched(&root.future);
    end_watch();
    ck_assert_int_eq(told_count, 2);
    ck_assert_str_eq(told[0].poll.name, "local");
    ck_assert_str_eq(told[1].poll.name, "local");
    ck_assert(told[1].poll.over);
}
END_TEST

/* --- a clean-up --- */

static void look_in_the_drop(struct wf_future *future)
{
    (void)future;
    look(1000);
    look(1000 + LIMIT);
}

static enum wf_poll never(struct wf_future *future, struct wf_cx *cx)
{
    (void)future;
    (void)cx;
    return WF_PENDING;
}

static const struct wf_future_ops clean_up_ops = {
    .name = "clean-up", .poll = never, .drop = look_in_the_drop, .size = sizeof(struct wf_future)};

static bool aborts_a_task(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1) {
        struct wf_task *task = wf_task_new(sizeof(struct wf_future));
        *wf_task_frame(task) = (struct wf_future){.ops = &clean_up_ops};
        ck_assert_int_eq(wf_task_spawn(task, wf_scheduler_current(), &self->child), 0);
        wf_join_handle_abort(&self->child);
    }
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}

/* G.121 */
START_TEST(g121_a_clean_up_is_told_as_well)
{
    struct job root = job_of(aborts_a_task, 0);
    begin_watch();
    run_watched(&root.future);
    end_watch();
    ck_assert_int_eq(told_count, 2);
    ck_assert_str_eq(told[0].poll.name, "clean-up");
    ck_assert(told[1].poll.over);
    ck_assert_uint_eq(told[1].poll.to_count, 0);
}
END_TEST

TCase *long_poll_tests(void)
{
    TCase *tcase = tcase_create("long_poll");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g120_a_poll_that_goes_on_is_told_once);
    tcase_add_test(tcase, g121_its_end_is_told_with_the_place_where_it_stands);
    tcase_add_test(tcase, g121_a_short_poll_is_not_told);
    tcase_add_test(tcase, g120_polls_that_follow_each_other_are_told_apart);
    tcase_add_test(tcase, g121_the_last_poll_of_a_task_is_told_too);
    tcase_add_test(tcase, g120_a_local_tasks_poll_is_its_runs);
    tcase_add_test(tcase, g121_a_clean_up_is_told_as_well);
    return tcase;
}
