/**
 * @file join_and_race.c
 * @brief Several async functions at once in one task: join waits for all, race for the first.
 *
 * A trip needs a flight and a hotel, so `book` asks for both at once and joins. It takes either of two taxis, so there
 * it races. Branches are members of the frame, like any child: they must stay where they are while they are awaited.
 * One thread does it all: at each poll of a join or a race its branches take turns.
 */
#include <stdio.h>

#include "weft/async.h"
#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/error.h"

/* READY at its poll number `turns` + 1. It wakes its task each time: a stand-in for an answer that takes a while. */
struct pause {
    struct wf_future future; /* first: the frame is a future */
    int turns;
    int out;
};

static enum wf_poll pause_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct pause *self = (struct pause *)future;
    if (self->turns-- == 0)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops pause_ops = {.name = "pause", .poll = pause_poll, WF_FRAME(struct pause)};

static struct pause *pause_for(struct pause *self, int turns)
{
    *self = (struct pause){.future = {.ops = &pause_ops}, .turns = turns};
    return self;
}

/* Asks for a price. */
struct ask {
    struct wf_future future;
    const char *what;   /* an argument */
    int turns;          /* an argument: how long the answer takes */
    int price;          /* an argument: what it is */
    struct pause pause; /* a child */
    int out;            /* the price */
};

ASYNC_FN(ask)
{
    ASYNC_BEGIN;
    printf("  %-7s asked\n", self->what);
    AWAIT(pause_for(&self->pause, self->turns));
    printf("  %-7s costs %d\n", self->what, self->price);
    self->out = self->price;
ASYNC_FINALLY:
    if (wf_future_is_dropped(&self->future))
        printf("  %-7s not wanted any more\n", self->what);
    ASYNC_END;
}

static struct ask *ask(struct ask *self, const char *what, int turns, int price)
{
    return ASYNC_INIT(self, ask, .what = what, .turns = turns, .price = price);
}

/* Finds out what the whole trip costs. */
struct book {
    struct wf_future future;
    struct ask flight, hotel, taxis[2]; /* children */
    struct wf_future *branches[2];      /* what the combinator goes through; free again once it is READY */
    struct wf_join join;
    struct wf_race race;
    int winner;
    int out;
};

ASYNC_FN(book)
{
    ASYNC_BEGIN;
    printf("flight and hotel:\n");
    self->branches[0] = &ask(&self->flight, "flight", 3, 200)->future;
    self->branches[1] = &ask(&self->hotel, "hotel", 1, 90)->future;
    AWAIT(wf_join(&self->join, self->branches, 2, WF_FAIR));

    printf("one of two taxis:\n");
    self->branches[0] = &ask(&self->taxis[0], "red", 5, 25)->future;
    self->branches[1] = &ask(&self->taxis[1], "yellow", 2, 30)->future;
    AWAIT_TO(self->winner, wf_race(&self->race, self->branches, 2, WF_FAIR));

    /* a branch's output is in its own frame */
    self->out = self->flight.out + self->hotel.out + self->taxis[self->winner].out;
ASYNC_FINALLY:
    ASYNC_END;
}

int main(void)
{
    struct book frame;
    int status = wf_block_on(&ASYNC_INIT(&frame, book)->future);
    if (status != 0) {
        fprintf(stderr, "join_and_race: %s\n", wf_strerror(status));
        return 1;
    }
    printf("taxi %d won; the trip costs %d\n", frame.winner, frame.out);
    return 0;
}
