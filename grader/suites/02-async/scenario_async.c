/**
 * @file scenario_async.c
 * @brief Lab 02: and_then, the drop of async functions, the backtrace.
 */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "scenario.h"
#include "weft/async.h"

/* --- and_then --- */

/* Its number, and the second future's; its address is what `next` must be given. */
struct sequel {
    int64_t second;
};

static struct sequel sequels[FUTURES_MAX];

static struct wf_future *next_future(void *arg, void *out)
{
    int64_t number = -1;
    for (int i = 0; i < FUTURES_MAX; i++)
        if (arg == &sequels[i])
            number = i;
    /* what is first here has an output of its own kind: the judge knows which, and what to expect */
    const struct wf_future *first = number < 0 ? NULL : ((struct wf_and_then *)mock_future(number))->first;
    bool wide = first && first->ops->out_size > sizeof(int);
    scenario_event(EVENT_NEXT, number, wide ? ((int64_t *)out)[WIDE_WORDS - 1] : *(int *)out);
    return number < 0 ? NULL : mock_future(sequels[number].second);
}

/* --- async functions --- */

/* Awaits two futures in turn, and tells of each part of its body. */
struct layer {
    struct wf_future future;
    int number;
    struct wf_future *children[2];
    int out;
};

ASYNC_FN(layer)
{
    ASYNC_BEGIN;
    scenario_event(EVENT_BODY, self->number, 1);
    AWAIT(self->children[0]);
    scenario_event(EVENT_BODY, self->number, 2);
    AWAIT(self->children[1]);
    scenario_event(EVENT_BODY, self->number, 3);
    ASYNC_RETURN(self->number);
ASYNC_FINALLY:
    scenario_event(EVENT_FINALLY, self->number, 0);
    if (self->future.awaiting)
        scenario_event(EVENT_STILL_AWAITS, self->number, 0);
    ASYNC_END;
}

/* --- heads set by hand, for the backtrace --- */

struct node {
    struct wf_future future;
    struct wf_future_ops ops;
};

static struct node *nodes[NODES_MAX];

static struct step_reply on_node(const struct step_node *step)
{
    struct node **node = &nodes[scenario_in_range(step->node, NODES_MAX)];
    struct wf_future *awaited = NULL;
    free(*node);
    *node = mock_storage(sizeof **node);
    if (step->awaited >= 0)
        awaited = &nodes[scenario_in_range(step->awaited, NODES_MAX)]->future;
    (*node)->ops = (struct wf_future_ops){.name = node_name(scenario_in_range(step->name, LETTERS_MAX + 1))};
    (*node)->future =
        (struct wf_future){.ops = &(*node)->ops, .awaiting = awaited, .line = (uint32_t)step->line};
    if (step->awaited == -2) {
        struct node *gone = mock_storage(sizeof *gone);
        (*node)->future.awaiting = &gone->future;
        free(gone);
    }
    return STEP_DONE;
}

static struct step_reply on_empty_node(const struct step_empty_node *step)
{
    struct node **node = &nodes[scenario_in_range(step->node, NODES_MAX)];
    free(*node);
    *node = mock_storage(sizeof **node);
    (*node)->future = (struct wf_future){0};
    return STEP_DONE;
}

enum { FILLING = 0x5a, GUARD_BYTES = 64, PIECE_BYTES = 400 };

static struct step_reply backtrace(const struct wf_future *future, size_t size, enum text where)
{
    /* never of no bytes: an empty buffer begins at the end of one byte */
    size_t guard = where == TEXT_GUARDED ? GUARD_BYTES : 0, bytes = 1 + size + guard;
    char *memory = mock_storage((int64_t)bytes), *text = memory + 1;
    memset(memory, FILLING, bytes);
    size_t length = wf_async_backtrace(future, where == TEXT_NULL ? NULL : text, size);
    const char *zero = memchr(text, '\0', size);
    int64_t ending = zero ? zero - text : ENDING_MISSING;
    for (size_t i = 0; i < guard; i++)
        if (text[size + i] != FILLING)
            ending = ENDING_BEYOND;
    size_t shown = zero ? (size_t)(zero - text) : size;
    for (size_t at = 0; at < shown; at += PIECE_BYTES)
        scenario_event_text(EVENT_TEXT, text + at, shown - at < PIECE_BYTES ? shown - at : PIECE_BYTES);
    free(memory);
    return (struct step_reply){(int64_t)length, ending};
}

static ON_STEP(backtrace, backtrace(mock_future(step->future), (size_t)step->size, TEXT_EXACT));
static ON_STEP(backtrace_of_node, backtrace(&nodes[scenario_in_range(step->node, NODES_MAX)]->future,
                                            (size_t)step->size, (enum text)step->text));

/* --- steps --- */

static struct step_reply on_and_then(const struct step_and_then *step)
{
    struct sequel *sequel = &sequels[scenario_in_range(step->future, FUTURES_MAX)];
    sequel->second = step->second;
    struct wf_and_then *frame = mock_frame(step->future, sizeof *frame);
    return (struct step_reply){.a = wf_and_then(frame, mock_future(step->first), next_future, sequel) ==
                                    frame};
}

static struct step_reply on_head(const struct step_head *step)
{
    const struct wf_future *future = mock_future(step->future);
    return (struct step_reply){wf_load_relaxed(&future->line), mock_number(future->awaiting)};
}

static ON_STEP(layer, DONE_BY(ASYNC_INIT((struct layer *)mock_frame(step->future, sizeof(struct layer)),
                                         layer, .number = (int)step->future,
                                         .children = {mock_future(step->first), mock_future(step->second)})));

static void end(void)
{
    for (int i = 0; i < NODES_MAX; i++) {
        free(nodes[i]);
        nodes[i] = NULL;
    }
    mocks_end();
}

#define ALL_STEPS(STEP, ARG) COMMON_STEPS(STEP, ARG) ASYNC_STEPS(STEP, ARG)
STEP_SCENARIO(async, ALL_STEPS, common_begin, end)
