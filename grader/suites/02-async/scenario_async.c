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
    const struct wf_future *first = number < 0 ? NULL : ((struct wf_and_then *)future_at(number))->first;
    bool wide = first && first->ops->out_size > sizeof(int);
    scenario_event(EVENT_NEXT, number, wide ? ((int64_t *)out)[WIDE_WORDS - 1] : *(int *)out);
    return number < 0 ? NULL : future_at(sequels[number].second);
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
};

static struct wf_future_ops node_ops[NODE_NAMES_COUNT];
static struct node *nodes[NODES_MAX];

static void build_node(const int64_t *arguments)
{
    struct node **node = &nodes[index_of(arguments[0], NODES_MAX)];
    struct wf_future *awaited = NULL;
    free(*node);
    *node = new_storage(sizeof **node);
    if (arguments[3] >= 0)
        awaited = &nodes[index_of(arguments[3], NODES_MAX)]->future;
    (*node)->future = (struct wf_future){.ops = &node_ops[index_of(arguments[1], NODE_NAMES_COUNT)],
                                         .awaiting = awaited,
                                         .line = (uint32_t)arguments[2]};
    if (arguments[3] == -2) {
        struct node *gone = new_storage(sizeof *gone);
        (*node)->future.awaiting = &gone->future;
        free(gone);
    }
}

enum { FILLING = 0x5a, GUARD_BYTES = 64, PIECE_BYTES = 400 };

/* `exact`: the buffer is all there is, so that ASan sees an access beyond it; else bytes behind it are looked at. */
static void backtrace(const struct wf_future *future, size_t size, bool exact)
{
    /* never of no bytes: an empty buffer begins at the end of one byte */
    size_t guard = exact ? 0 : GUARD_BYTES;
    char *memory = new_storage((int64_t)(1 + size + guard)), *text = memory + 1;
    memset(memory, FILLING, 1 + size + guard);
    size_t length = wf_async_backtrace(future, text, size);
    const char *zero = memchr(text, '\0', size);
    int64_t ending = zero ? zero - text : ENDING_MISSING;
    for (size_t i = 0; i < guard; i++)
        if (text[size + i] != FILLING)
            ending = ENDING_BEYOND;
    size_t shown = zero ? (size_t)(zero - text) : size;
    for (size_t at = 0; at < shown; at += PIECE_BYTES)
        scenario_event_text(EVENT_TEXT, text + at, shown - at < PIECE_BYTES ? shown - at : PIECE_BYTES);
    free(memory);
    scenario_reply((int64_t)length, ending);
}

/* --- steps --- */

static void act(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    struct wf_future *future;
    int64_t a = 0, b = 0;
    if (common_act(command))
        return;
    switch ((enum async_step)command->operation) {
    case STEP_AND_THEN:
        sequels[index_of(arguments[0], FUTURES_MAX)].second = arguments[2];
        wf_and_then(new_frame(arguments[0], sizeof(struct wf_and_then)), future_at(arguments[1]), next_future,
                    &sequels[arguments[0]]);
        break;
    case STEP_HEAD:
        future = future_at(arguments[0]);
        a = wf_load_relaxed(&future->line);
        b = number_of(future->awaiting);
        break;
    case STEP_LAYER:
        ASYNC_INIT((struct layer *)new_frame(arguments[0], sizeof(struct layer)), layer,
                   .number = (int)arguments[0],
                   .children = {future_at(arguments[1]), future_at(arguments[2])});
        break;
    case STEP_NODE:
        build_node(arguments);
        break;
    case STEP_BACKTRACE:
        future = arguments[0] ? &nodes[index_of(arguments[1], NODES_MAX)]->future : future_at(arguments[1]);
        backtrace(future, (size_t)arguments[2], arguments[3] != 0);
        return;
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, b);
}

static void begin(void)
{
    for (int i = 0; i < NODE_NAMES_COUNT; i++)
        node_ops[i].name = node_name(i);
    common_begin();
}

static void end(void)
{
    for (int i = 0; i < NODES_MAX; i++) {
        free(nodes[i]);
        nodes[i] = NULL;
    }
    common_end();
}

const struct scenario scenario_async = {"async", begin, act, end};
