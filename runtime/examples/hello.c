/**
 * @file hello.c
 * @brief A first program: its main is an async function, and a blocking call keeps no worker from its tasks.
 */
#include <stdio.h>
#include <unistd.h>

#include "weft/runtime.h"

static int read_slowly(void *arg)
{
    usleep(1000); /* a disk, an old library, a computation */
    return *(int *)arg + 1;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    int number;
    struct wf_join_handle handle;
    int out; /* the exit status */
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    printf("hello, with %d argument%s\n", self->arguments.argc - 1, self->arguments.argc == 2 ? "" : "s");
    self->number = 41;
    self->out = wf_blocking(&self->handle, read_slowly, &self->number);
    if (self->out != 0)
        break;
    WF_JOIN_INTO(&self->handle, &self->number);
    AWAIT_TO(self->out, &self->handle);
    printf("the call returned %d\n", self->number);
ASYNC_FINALLY:
    ASYNC_END;
}

WF_MAIN(async_main)
