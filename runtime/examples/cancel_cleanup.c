/**
 * @file cancel_cleanup.c
 * @brief Cancellation: the side that loses a race gives back what it holds, the innermost function first.
 *
 * Two mirrors offer the same file, and the first whole copy wins. `download` holds a connection all the while, and its
 * child `receive` a buffer for each block. The loser is dropped in the middle of a block: nothing unwinds, since there
 * is no stack, but each function's ASYNC_FINALLY runs, and afterwards nothing is held. A download that was never
 * polled is dropped too: it holds nothing yet, which its members say by being zero.
 */
#include <stdbool.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/error.h"

enum { BLOCKS = 2, BLOCK_BYTES = 4096 };

/* READY at its poll number `turns` + 1. It wakes its task each time: a stand-in for data that takes a while. */
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

struct mirror {
    const char *name;
    int turns;       /* that a block takes */
    int connections; /* open ones */
};

/* Receives one block; 0 or WF_ENOMEM. */
struct receive {
    struct wf_future future;
    struct mirror *mirror; /* an argument; borrowed */
    int block;             /* an argument */
    void *buffer;          /* held across the await; NULL: not yet */
    struct pause pause;    /* a child */
    int out;
};

ASYNC_FN(receive)
{
    ASYNC_BEGIN;
    self->buffer = wf_alloc(BLOCK_BYTES);
    if (!self->buffer)
        ASYNC_RETURN(WF_ENOMEM);
    AWAIT(pause_for(&self->pause, self->mirror->turns));
    printf("%s: block %d is here\n", self->mirror->name, self->block);
ASYNC_FINALLY:
    if (wf_future_is_dropped(&self->future))
        printf("%s: block %d is given up\n", self->mirror->name, self->block);
    wf_free(self->buffer, BLOCK_BYTES);
    ASYNC_END;
}

static struct receive *receive(struct receive *self, struct mirror *mirror, int block)
{
    return ASYNC_INIT(self, receive, .mirror = mirror, .block = block);
}

/* Downloads all blocks; 0, or what receive failed with. */
struct download {
    struct wf_future future;
    struct mirror *mirror; /* an argument; borrowed */
    bool connected;        /* held across the awaits; false: not yet */
    int block;
    struct receive receive; /* a child, built anew for each block */
    int status;
    int out;
};

ASYNC_FN(download)
{
    ASYNC_BEGIN;
    self->connected = true;
    self->mirror->connections++;
    printf("%s: connected\n", self->mirror->name);
    for (self->block = 1; self->block <= BLOCKS; self->block++) {
        AWAIT_TO(self->status, receive(&self->receive, self->mirror, self->block));
        if (self->status != 0)
            ASYNC_RETURN(self->status);
    }
ASYNC_FINALLY:
    if (self->connected) {
        self->mirror->connections--;
        printf("%s: disconnected%s\n", self->mirror->name,
               wf_future_is_dropped(&self->future) ? ", cancelled" : "");
    } else {
        printf("%s: never connected\n", self->mirror->name);
    }
    ASYNC_END;
}

static struct download *download(struct download *self, struct mirror *mirror)
{
    return ASYNC_INIT(self, download, .mirror = mirror);
}

int main(void)
{
    struct mirror near = {.name = "near", .turns = 1}, far = {.name = "far", .turns = 2};
    struct download frames[2];
    struct wf_future *branches[] = {&download(&frames[0], &far)->future, &download(&frames[1], &near)->future};
    struct wf_race race;
    int status = wf_block_on(&wf_race(&race, branches, 2, WF_BIASED)->future);
    if (status != 0) {
        fprintf(stderr, "cancel_cleanup: %s\n", wf_strerror(status));
        return 1;
    }
    printf("%s has won: %s\n", frames[race.out].mirror->name, wf_strerror(frames[race.out].out));

    /* Dropped before its first poll: no line of its body has run, but its clean-up does. */
    wf_future_drop(&download(&frames[0], &far)->future);

    printf("open connections: %d, live bytes: %zu\n", near.connections + far.connections, wf_live_bytes());
    return 0;
}
