/**
 * @file async_function.c
 * @brief Two async functions, one awaiting the other: to the end, out of the middle, and cancelled.
 *
 * A tape holds numbers; the first one says how many follow. `total` adds them up, and awaits `read_number` for each.
 * It opens the tape, so it closes it: below ASYNC_FINALLY, which it reaches in whichever way it ends. A watch
 * prints where it is suspended, each time: the backtrace of functions that have no stack.
 */
#include <stdbool.h>
#include <stdio.h>

#include "weft/async.h"
#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/error.h"

struct tape {
    const char *name;
    const int *numbers;
    int length;
    int position;
};

/* READY at its second poll: the tape moves while the task waits. It wakes its task at once; a future that waits for a
 * device keeps a clone of the waker, and whoever hears of the device wakes it. */
struct wind {
    struct wf_future future; /* first: the frame is a future */
    bool moving;
    int out;
};

static enum wf_poll wind_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct wind *self = (struct wind *)future;
    if (self->moving)
        return WF_READY;
    self->moving = true;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops wind_ops = {.name = "wind", .poll = wind_poll, WF_FRAME(struct wind)};

static struct wind *wind(struct wind *self)
{
    *self = (struct wind){.future = {.ops = &wind_ops}};
    return self;
}

/* Reads one number, or fails with WF_ECLOSED at the end of the tape. */
struct read_number {
    struct wf_future future;
    struct tape *tape; /* an argument; borrowed */
    struct wind wind;  /* a child */
    int out;
};

ASYNC_FN(read_number)
{
    ASYNC_BEGIN;
    AWAIT(wind(&self->wind));
    if (self->tape->position == self->tape->length)
        ASYNC_RETURN(WF_ECLOSED);
    self->out = self->tape->numbers[self->tape->position++];
ASYNC_FINALLY:
    ASYNC_END;
}

static struct read_number *read_number(struct read_number *self, struct tape *tape)
{
    return ASYNC_INIT(self, read_number, .tape = tape);
}

/* Adds up what is on the tape, or fails as read_number does. */
struct total {
    struct wf_future future;
    struct tape *tape;       /* an argument; borrowed */
    bool opened;             /* whether the tape is ours to close: false in a frame that was never polled */
    struct read_number read; /* the child: built anew for each await, in the same place */
    int left;                /* numbers; it lives across awaits, so it is a member and no local variable */
    int number;              /* the last one */
    int sum;
    int out;
};

ASYNC_FN(total)
{
    ASYNC_BEGIN;
    printf("%s: opened\n", self->tape->name);
    self->opened = true;
    AWAIT_TO(self->left, read_number(&self->read, self->tape));
    for (; self->left > 0; self->left--) {
        AWAIT_TO(self->number, read_number(&self->read, self->tape));
        if (self->number < 0)
            ASYNC_RETURN(self->number);
        self->sum += self->number;
    }
    self->out = self->sum;
ASYNC_FINALLY:
    if (self->opened)
        printf("%s: closed%s\n", self->tape->name, wf_future_is_dropped(&self->future) ? ", cancelled" : "");
    ASYNC_END;
}

static struct total *total(struct total *self, struct tape *tape)
{
    return ASYNC_INIT(self, total, .tape = tape);
}

/* Prints where another future stands each time it is polled, and is READY after some polls. */
struct watch {
    struct wf_future future;
    const struct wf_future *watched; /* borrowed */
    int patience;                    /* polls left */
    int out;
};

static enum wf_poll watch_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct watch *self = (struct watch *)future;
    char chain[128];
    wf_async_backtrace(self->watched, chain, sizeof chain);
    printf("  %s\n", chain);
    if (--self->patience == 0)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops watch_ops = {.name = "watch", .poll = watch_poll, WF_FRAME(struct watch)};

/* Runs a total and a watch, until one of them is READY; a race drops the other. */
static int add_up(struct tape tape, int patience)
{
    struct total sum;
    struct watch watch = {.future = {.ops = &watch_ops}, .watched = &sum.future, .patience = patience};
    struct wf_future *branches[] = {&total(&sum, &tape)->future, &watch.future};
    struct wf_race race;
    int status = wf_block_on(&wf_race(&race, branches, 2, WF_BIASED)->future);
    if (status != 0)
        fprintf(stderr, "async_function: %s\n", wf_strerror(status));
    else if (race.out == 1)
        printf("%s: no patience left\n\n", tape.name);
    else if (sum.out < 0)
        printf("%s: %s\n\n", tape.name, wf_strerror(sum.out));
    else
        printf("%s: %d\n\n", tape.name, sum.out);
    return status;
}

int main(void)
{
    static const int numbers[] = {2, 30, 12};
    int status = add_up((struct tape){.name = "whole", .numbers = numbers, .length = 3}, 10);
    if (status == 0)
        status = add_up((struct tape){.name = "torn", .numbers = numbers, .length = 2}, 10);
    if (status == 0)
        status = add_up((struct tape){.name = "slow", .numbers = numbers, .length = 3}, 2);
    return status == 0 ? 0 : 1;
}
