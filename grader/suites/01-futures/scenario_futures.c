/**
 * @file scenario_futures.c
 * @brief Lab 01, one thread: builds futures, polls and drops them as told, reports what its probes see.
 */
#include <stdlib.h>

#include "combinators.h"
#include "mocks.h"
#include "scenario.h"

static struct wf_future **arrays[FUTURES_MAX]; /* the branches of a combinator, in storage of their own */
static int map_key;

/* --- leaves --- */

static ON_STEP(probe, DONE_BY(mock_probe(mock_frame(step->probe, sizeof(struct mock_probe)), step->probe,
                                         &mock_probe_ops)));
static ON_STEP(arm, mock_arm(step->probe, step->value));
static ON_STEP(fail, mock_arm(step->probe, step->value));
static ON_STEP(wake_kept, DONE_BY(wf_waker_wake(&((struct mock_probe *)mock_future(step->probe))->kept)));
static ON_STEP(ready, DONE_BY(wf_ready(mock_frame(READY, sizeof(struct wf_ready)), (int)step->value)));
static ON_STEP(pending, DONE_BY(wf_pending(mock_frame(PENDING, sizeof(struct wf_pending)))));

static int map_function(void *arg, void *out)
{
    int key = *(int *)arg;
    scenario_event(EVENT_MAPPED, MAP, *(int *)out);
    return *(int *)out ^ key;
}

static struct step_reply on_map(const struct step_map *step)
{
    map_key = (int)step->key;
    wf_map(mock_frame(MAP, sizeof(struct wf_map)), mock_future(step->inner), map_function, &map_key);
    return STEP_DONE;
}

/* --- combinators --- */

size_t combinator_bytes(int64_t kind)
{
    return kind == JOIN       ? sizeof(struct wf_join)
           : kind == TRY_JOIN ? sizeof(struct wf_try_join)
           : kind == SELECT   ? sizeof(struct wf_select)
                              : sizeof(struct wf_race);
}

struct wf_future *build_combinator(int64_t kind, void *frame, struct wf_future **branches, size_t count,
                                   int64_t order)
{
    switch (kind) {
    case JOIN:
        return &wf_join(frame, branches, count, (enum wf_order)order)->future;
    case TRY_JOIN:
        return &wf_try_join(frame, branches, count, (enum wf_order)order)->future;
    case SELECT:
        return &wf_select(frame, branches, count, (enum wf_order)order)->future;
    default:
        return &wf_race(frame, branches, count, (enum wf_order)order)->future;
    }
}

static struct step_reply on_combine(const struct step_combine *step)
{
    struct wf_future ***array = &arrays[scenario_in_range(step->future, FUTURES_MAX)];
    int count = branch_count(step->branches);
    free(*array);
    *array = mock_storage(((int64_t)count + 1) * (int64_t)sizeof **array);
    for (int i = 0; i < count; i++)
        (*array)[i] = mock_future(branch_at(step->branches, i));
    build_combinator(step->kind, mock_frame(step->future, combinator_bytes(step->kind)), *array,
                     (size_t)count, step->order);
    return STEP_DONE;
}

static ON_STEP(
    replace, DONE_BY(arrays[SELECT][scenario_in_range(step->index, BRANCHES_MAX)] = mock_future(step->probe)));
static ON_STEP(next, DONE_BY(wf_select_next((struct wf_select *)mock_future(SELECT))));
static ON_STEP(failed, ANSWERS(((struct wf_try_join *)mock_future(TRY_JOIN))->failed));

/* --- polls and drops --- */

static ON_STEP(poll, mock_poll(step->future, step->waker));
static ON_STEP(drop, mock_drop(step->future));
static ON_STEP(waker, mock_waker(step->waker));
static ON_STEP(clones, mock_clones());

/* --- the scenario --- */

static void end(void)
{
    mocks_end();
    for (int i = 0; i < FUTURES_MAX; i++) {
        free(arrays[i]);
        arrays[i] = NULL;
    }
}

STEP_SCENARIO(futures, FUTURES_STEPS, mocks_begin, end)
