/**
 * @file long_poll.c
 * @brief A task that computes for too long between two awaits, and the runtime that tells where.
 *
 * The limit is a millisecond here; a server would take WF_LONG_POLL_NS, and no hook of its own: then each long poll is a line on
 * standard error, with its duration. This hook prints what is the same each time.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/coop.h"
#include "weft/error.h"
#include "weft/runtime.h"

static atomic_int told;

static void print_chain(const struct wf_poll_place *places, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        printf("%s%s", i > 0 ? " -> " : "", places[i].name);
        if (places[i].line > 0)
            printf(":%u", places[i].line);
    }
}

/* Called twice: by the watch, while the poll goes on, and by the thread that polls, when it is over. */
static void tell(void *arg, const struct wf_long_poll *poll)
{
    (void)arg;
    /* on a busy machine any poll may be long: this program is about the one that begins at the first yield */
    if (poll->from_count < 3 || told == 2)
        return;
    printf(poll->over ? "task %u, %s, polled for long; it went on from "
                      : "task %u, %s, polls for long, since ",
           poll->task, poll->name);
    print_chain(poll->from, poll->from_count);
    if (poll->over) {
        printf(" and is at ");
        print_chain(poll->to, poll->to_count);
    }
    putchar('\n');
    told++;
}

/* Line 57 is an await, line 60 the next one. What is in between takes long. */
struct cook {
    struct wf_future future;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(cook)
{
    ASYNC_BEGIN;
    AWAIT(wf_yield(&self->yield));
    while (told == 0) /* a computation, in a program that means it */
        continue;
    AWAIT(wf_yield(&self->yield));
ASYNC_FINALLY:
    ASYNC_END;
}

/* Awaits what cooks. */
struct serve {
    struct wf_future future;
    struct cook cook;
    int out;
};

ASYNC_FN(serve)
{
    ASYNC_BEGIN;
    AWAIT(ASYNC_INIT(&self->cook, cook));
ASYNC_FINALLY:
    ASYNC_END;
}

/* The root: spawns one task, and awaits it. */
struct demo {
    struct wf_future future;
    struct wf_join_handle handle;
    int out;
};

ASYNC_FN(demo)
{
    ASYNC_BEGIN;
    self->out = WF_SPAWN(wf_scheduler_current(), &self->handle, serve);
    if (self->out == 0)
        AWAIT_TO(self->out, &self->handle);
ASYNC_FINALLY:
    ASYNC_END;
}

int main(void)
{
    struct demo demo;
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.workers = 2, .long_poll_ns = 1000000, .long_poll = tell});
    if (!runtime) {
        perror("wf_runtime_new");
        return 1;
    }
    int status = wf_runtime_block_on(runtime, &ASYNC_INIT(&demo, demo)->future);
    wf_runtime_drop(runtime);
    printf("%s; live bytes: %zu\n", wf_strerror(status != 0 ? status : demo.out), wf_live_bytes());
    return status == 0 && demo.out == 0 ? 0 : 1;
}
