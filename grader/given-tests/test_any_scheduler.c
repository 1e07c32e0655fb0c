/**
 * @file test_any_scheduler.c
 * @brief What labs 01 to 04 promise on any scheduler, on both kinds of runtime: many copies of each story, as tasks.
 *
 * The suites of these labs drive one thread, so that a judge knows each step. Here nobody knows which worker polls what, or when: a story
 * checks what must hold all the same, and how often each child has begun and ended.
 */
#include "given.h"
#include "weft/alloc.h"
#include "weft/closure.h"
#include "weft/combine.h"
#include "weft/coop.h"
#include "weft/dyn.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/task_local.h"

enum { COPIES = 100, CHILDREN = 4, UNITS = 1000, HEIGHT = 9 };

static _Atomic int begun, ended; /* children */

#define MUST(condition) ck_assert_msg(condition, #condition)

/* --- a child: yields as often as its number says --- */

struct child {
    struct wf_future future;
    int number;
    bool has_begun;
    int i;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(child)
{
    ASYNC_BEGIN;
    self->has_begun = true;
    begun++;
    for (; self->i < self->number; self->i++)
        AWAIT(wf_yield(&self->yield));
    self->out = self->number;
ASYNC_FINALLY:
    ended += self->has_begun;
    ASYNC_END;
}

/* Its handles, and what they are awaited by. */
struct family {
    struct wf_join_handle handles[CHILDREN];
    struct wf_future *branches[CHILDREN];
    int values[CHILDREN];
};

static void spawn_children(struct family *family, int first)
{
    for (int i = 0; i < CHILDREN; i++) {
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &family->handles[i], child, .number = first + i), 0);
        family->values[i] = -1;
        WF_JOIN_INTO(&family->handles[i], &family->values[i]);
        family->branches[i] = &family->handles[i].future;
    }
}

/* --- lab 01: combinators, with tasks that end on other threads --- */

struct combines {
    struct wf_future future;
    struct family family;
    struct wf_join join;
    struct wf_select select;
    struct wf_race race;
    struct wf_try_join try_join;
    int i, winner, won;
    int out;
};

ASYNC_FN(combines)
{
    ASYNC_BEGIN;
    spawn_children(&self->family, 0);
    AWAIT(wf_join(&self->join, self->family.branches, CHILDREN, WF_FAIR));
    for (int i = 0; i < CHILDREN; i++)
        MUST(self->family.values[i] == i);

    spawn_children(&self->family, 1);
    (void)wf_select(&self->select, self->family.branches, CHILDREN, WF_FAIR);
    for (self->i = 0; self->i < CHILDREN; self->i++) {
        AWAIT_TO(self->winner, &self->select);
        MUST(self->winner >= 0 && !(self->won & 1 << self->winner));
        self->won |= 1 << self->winner;
        MUST(self->family.values[self->winner] == 1 + self->winner);
        (void)wf_select_next(&self->select);
    }
    AWAIT_TO(self->winner, &self->select);
    MUST(self->winner == WF_EDISABLED);

    spawn_children(&self->family, 0);
    AWAIT_TO(self->winner, wf_race(&self->race, self->family.branches, CHILDREN, WF_BIASED));
    MUST(self->family.values[self->winner] == self->winner);

    spawn_children(&self->family, 1000);
    wf_join_handle_abort(&self->family.handles[2]);
    AWAIT_TO(self->winner, wf_try_join(&self->try_join, self->family.branches, CHILDREN, WF_FAIR));
    MUST(self->winner == WF_ECANCELED || self->winner == 0); /* 0: all were quicker than the abort */
    MUST(self->winner == 0 || self->try_join.failed == 2);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- lab 02: frames that move between threads; recursion by a box, calls of a closure --- */

struct adds {
    struct wf_future future;
    int height;
    struct wf_yield yield;
    struct wf_dyn call;
    int status, part;
    int out;
};

/* A node of a tree that is as high as `height`: how many leaves has it? */
ASYNC_FN(adds)
{
    ASYNC_BEGIN;
    AWAIT(wf_yield(&self->yield));
    self->out = self->height == 0;
    if (self->height > 0) {
        struct adds *frame = wf_dyn(&self->call, NULL, 0, sizeof *frame, &self->part);
        MUST(frame);
        (void)ASYNC_INIT(frame, adds, .height = self->height - 1);
        AWAIT_TO(self->status, &self->call);
        MUST(self->status == 0);
        self->out += 2 * self->part;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct counts_up {
    struct wf_future future;
    int *counter;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(counts_up)
{
    ASYNC_BEGIN;
    self->out = *self->counter;
    AWAIT(wf_yield(&self->yield));
    *self->counter = self->out + 1;
ASYNC_FINALLY:
    ASYNC_END;
}

static void build_counts_up(void *frame, void *captured, void *argument)
{
    (void)argument;
    (void)ASYNC_INIT((struct counts_up *)frame, counts_up, .counter = captured);
}

static const struct wf_closure_ops counter_ops = {.name = "counter",
                                                  .kind = WF_CLOSURE_IN_TURN,
                                                  .frame_bytes = sizeof(struct counts_up),
                                                  .build = build_counts_up};

struct calls {
    struct wf_future future;
    struct adds adds;
    struct wf_closure closure;
    struct wf_call call;
    WF_SLOT(slot, 256);
    int counter, i, value, status;
    int out;
};

ASYNC_FN(calls)
{
    ASYNC_BEGIN;
    AWAIT_TO(self->value, ASYNC_INIT(&self->adds, adds, .height = HEIGHT));
    MUST(self->value == 1 << HEIGHT);
    (void)wf_closure(&self->closure, &counter_ops, &self->counter);
    for (; self->i < 5; self->i++) {
        AWAIT_TO(self->status, wf_closure_call(&self->call, &self->closure, NULL, self->slot,
                                               sizeof self->slot, &self->value));
        MUST(self->status == 0 && self->value == self->i);
    }
    wf_closure_drop(&self->closure);
    MUST(self->counter == 5);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- lab 03: a value that goes where its task goes; an abort --- */

static const struct wf_task_local key = {"story"};

struct carries {
    struct wf_future future;
    void *value;
    int i;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(carries)
{
    ASYNC_BEGIN;
    for (; self->i < 20; self->i++) {
        MUST(wf_task_local_get(&key) == self->value);
        AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    MUST(wf_task_local_get(&key) == self->value);
    ASYNC_END;
}

struct aborts {
    struct wf_future future;
    struct carries carries;
    struct wf_local_scope scope;
    struct family family;
    struct wf_yield yield;
    int i, status;
    int out;
};

ASYNC_FN(aborts)
{
    ASYNC_BEGIN;
    AWAIT(wf_local_scope(&self->scope, &key, self,
                         &ASYNC_INIT(&self->carries, carries, .value = self)->future));
    MUST(!wf_task_local_get(&key));
    spawn_children(&self->family, 2);
    AWAIT(wf_yield(&self->yield));
    for (self->i = 0; self->i < CHILDREN; self->i++) {
        wf_join_handle_abort(&self->family.handles[self->i]);
        AWAIT_TO(self->status, &self->family.handles[self->i]);
        MUST(self->status == WF_ECANCELED ||
             (self->status == 0 && self->family.values[self->i] == 2 + self->i));
        MUST(self->status == 0 || self->family.values[self->i] == -1);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- lab 04: budgets --- */

struct spends {
    struct wf_future future;
    int i;
    struct wf_consume unit;
    int out;
};

ASYNC_FN(spends)
{
    ASYNC_BEGIN;
    for (; self->i < UNITS; self->i++) {
        uint32_t before = wf_context_current->budget;
        MUST(before <= WF_BUDGET);
        AWAIT(wf_consume(&self->unit));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct gives_way {
    struct wf_future future;
    struct spends spends;
    struct wf_unconstrained unconstrained;
    int out;
};

ASYNC_FN(gives_way)
{
    ASYNC_BEGIN;
    AWAIT(ASYNC_INIT(&self->spends, spends));
    AWAIT(wf_unconstrained(&self->unconstrained, &ASYNC_INIT(&self->spends, spends)->future));
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- many copies of one story --- */

struct copies {
    struct wf_future future;
    int story;
    struct wf_join_handle handles[COPIES];
    int i, status;
    int out;
};

static int spawn_story(int story, struct wf_join_handle *handle)
{
    struct wf_scheduler *scheduler = wf_scheduler_current();
    switch (story) {
    case 0:
        return WF_SPAWN(scheduler, handle, combines);
    case 1:
        return WF_SPAWN(scheduler, handle, calls);
    case 2:
        return WF_SPAWN(scheduler, handle, aborts);
    default:
        return WF_SPAWN(scheduler, handle, gives_way);
    }
}

ASYNC_FN(copies)
{
    ASYNC_BEGIN;
    for (int i = 0; i < COPIES; i++)
        ck_assert_int_eq(spawn_story(self->story, &self->handles[i]), 0);
    for (; self->i < COPIES; self->i++) {
        AWAIT_TO(self->status, &self->handles[self->i]);
        MUST(self->status == 0);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

static void run(enum wf_runtime_kind kind, int story)
{
    static struct copies copies;
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = kind, .workers = 2, .seed = 5});
    ck_assert_ptr_nonnull(runtime);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&copies, copies, .story = story)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(begun, ended);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

START_TEST(labs_01_to_04_on_two_workers)
{
    run(WF_RUNTIME_MULTI_THREAD, _i);
}
END_TEST

START_TEST(labs_01_to_04_on_one_thread)
{
    run(WF_RUNTIME_CURRENT_THREAD, _i);
}
END_TEST

TCase *any_scheduler_tests(void)
{
    TCase *tcase = tcase_create("any_scheduler");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, labs_01_to_04_on_two_workers, 0, 4);
    tcase_add_loop_test(tcase, labs_01_to_04_on_one_thread, 0, 4);
    return tcase;
}
