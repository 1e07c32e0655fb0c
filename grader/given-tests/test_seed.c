/**
 * @file test_seed.c
 * @brief A run of one thread does the same each time its seed is the same.
 */
#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/combine.h"
#include "weft/coop.h"
#include "weft/detail/worker.h"
#include "weft/runtime.h"

enum { TASKS = 5, ROUNDS = 6, BRANCHES = 4, NOTES = TASKS * ROUNDS };

/* Which task selected which branch, in order. */
struct story {
    int notes[NOTES][2];
    int count;
};

/* Selects among futures that are all ready, and yields in between. */
struct picker {
    struct wf_future future;
    int number;
    enum wf_order order;
    struct story *story;
    int i;
    struct wf_ready ready[BRANCHES];
    struct wf_future *branches[BRANCHES];
    struct wf_select select;
    struct wf_yield yield;
    int winner;
    int out;
};

ASYNC_FN(picker)
{
    ASYNC_BEGIN;
    for (; self->i < ROUNDS; self->i++) {
        for (int k = 0; k < BRANCHES; k++)
            self->branches[k] = &wf_ready(&self->ready[k], k)->future;
        AWAIT_TO(self->winner, wf_select(&self->select, self->branches, BRANCHES, self->order));
        self->story->notes[self->story->count][0] = self->number;
        self->story->notes[self->story->count++][1] = self->winner;
        if (self->winner % 2) /* so what is chosen says who is polled when, too */
            AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct pickers {
    struct wf_future future;
    enum wf_order order;
    struct story *story;
    struct wf_join_handle handles[TASKS];
    struct wf_future *branches[TASKS];
    struct wf_join join;
    int out;
};

ASYNC_FN(pickers)
{
    ASYNC_BEGIN;
    for (int i = 0; i < TASKS; i++) {
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->handles[i], picker, .number = i,
                                  .order = self->order, .story = self->story),
                         0);
        self->branches[i] = &self->handles[i].future;
    }
    AWAIT(wf_join(&self->join, self->branches, TASKS, self->order));
ASYNC_FINALLY:
    ASYNC_END;
}

/* Two roots, one after the other: the draws go on. */
static struct story run(uint64_t seed, enum wf_order order)
{
    struct story story = {.count = 0};
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD, .seed = seed});
    ck_assert_ptr_nonnull(runtime);
    struct pickers pickers;
    ck_assert_int_eq(
        wf_runtime_block_on(runtime, &ASYNC_INIT(&pickers, pickers, .order = order, .story = &story)->future),
        0);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(story.count, NOTES);
    ck_assert_uint_eq(wf_live_bytes(), 0);
    return story;
}

/* G.124 */
START_TEST(g124_a_seed_fixes_every_choice)
{
    int different = 0;
    struct story first = run(1, WF_FAIR);
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct story once = run(seed, WF_FAIR), again = run(seed, WF_FAIR);
        ck_assert_mem_eq(&once, &again, sizeof once);
        different += memcmp(&once, &first, sizeof once) != 0;
    }
    ck_assert_int_eq(different, 18);
}
END_TEST

/* G.124 */
START_TEST(g124_what_is_biased_is_not_drawn)
{
    struct story story = run(_i ? 0 : 7, _i ? WF_FAIR : WF_BIASED);
    for (int i = 0; i < NOTES; i++)
        ck_assert_int_eq(story.notes[i][1], 0); /* nor is anything without a seed */
}
END_TEST

/* G.123 */
START_TEST(g123_the_draws_are_the_seeds)
{
    WF_ATOMIC(uint64_t) one = 5, same = 5;
    uint32_t seen = 0;
    struct wf_context first = {.choices = &one}, second = {.choices = &same}, inner = {.outer = NULL};
    ck_assert_uint_eq(wf_choose(7), 0);
    for (int i = 0; i < 200; i++) {
        wf_context_enter(&first);
        wf_context_enter(&inner); /* inherits */
        uint32_t drawn = wf_choose(7);
        wf_context_leave(&inner);
        wf_context_leave(&first);
        wf_context_enter(&second);
        ck_assert_uint_eq(wf_choose(7), drawn);
        wf_context_leave(&second);
        ck_assert_uint_lt(drawn, 7);
        seen |= 1u << drawn;
    }
    ck_assert_uint_eq(seen, (1u << 7) - 1);
    wf_context_enter(&first);
    ck_assert_uint_eq(wf_choose(1), 0);
    ck_assert_uint_eq(wf_choose(0), 0);
    wf_context_leave(&first);
}
END_TEST

/* G.124: where workers begin to steal is up to seed and number. */
START_TEST(g124_workers_of_one_seed_draw_the_same_victims)
{
    struct wf_workers all = {.count = 2};
    struct wf_worker worker, same;
    uint32_t different = 0;
    for (uint64_t seed = 0; seed < 50; seed++)
        for (uint32_t number = 0; number < 2; number++) {
            wf_worker_init(&worker, &all, number, 4, seed);
            wf_worker_init(&same, &all, number, 4, seed);
            ck_assert_uint_eq(worker.random, same.random);
            ck_assert_uint_ne(worker.random, 0);
            wf_worker_init(&same, &all, number, 4, seed + 1000);
            different += worker.random != same.random;
        }
    ck_assert_uint_eq(different, 100);
}
END_TEST

TCase *seed_tests(void)
{
    TCase *tcase = tcase_create("seed");
    tcase_add_test(tcase, g123_the_draws_are_the_seeds);
    tcase_add_test(tcase, g124_a_seed_fixes_every_choice);
    tcase_add_loop_test(tcase, g124_what_is_biased_is_not_drawn, 0, 2);
    tcase_add_test(tcase, g124_workers_of_one_seed_draw_the_same_victims);
    return tcase;
}
