/**
 * @file spawn_tree.c
 * @brief Tasks that spawn tasks, await them, and do not leave them behind.
 *
 * Each node of a tree is a task of its own: it spawns its two children and adds up what they answer. A node that awaits
 * a child owns a handle, not the task: a handle that is dropped lets its task run on. So a node keeps abort handles too, and
 * its ASYNC_FINALLY asks for the end of whatever it has started. The second tree shows it: one abort at its root, and
 * the whole tree ends.
 */
#include <stdbool.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/coop.h"
#include "weft/current_thread.h"
#include "weft/error.h"
#include "weft/task.h"

enum { CHILDREN = 2 };

/* Counts the leaves below it, itself if it is one; or fails with what a spawn or a child failed with. */
struct node {
    struct wf_future future; /* first: the frame is a future */
    int height;              /* an argument; 0: a leaf */
    int number;              /* an argument: the root is 1, the children of n are 2n and 2n + 1 */
    int *alive;              /* an argument: how many nodes have begun and not ended */
    bool begun;              /* false in a frame that was never polled: it is not among them */
    struct wf_join_handle handles[CHILDREN]; /* to await the children */
    struct wf_abort_handle aborts[CHILDREN]; /* to end them */
    int leaves[CHILDREN];                    /* where their outputs go */
    int i;
    int status;
    struct wf_yield yield;
    int out;
};

ASYNC_FN(node)
{
    ASYNC_BEGIN;
    self->begun = true;
    ++*self->alive;
    if (self->height == 0) {
        for (self->i = 0; self->i < 3; self->i++)
            AWAIT(wf_yield(&self->yield));
        ASYNC_RETURN(1);
    }
    for (self->i = 0; self->i < CHILDREN; self->i++) {
        self->status =
            WF_SPAWN(wf_scheduler_current(), &self->handles[self->i], node, .height = self->height - 1,
                     .number = 2 * self->number + self->i, .alive = self->alive);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        self->handles[self->i].value = &self->leaves[self->i];
        self->aborts[self->i] = wf_join_handle_abort_handle(&self->handles[self->i]);
    }
    for (self->i = 0; self->i < CHILDREN; self->i++) {
        AWAIT_TO(self->status, &self->handles[self->i]);
        if (self->status == 0 && self->leaves[self->i] < 0)
            self->status = self->leaves[self->i];
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        self->out += self->leaves[self->i];
    }
    printf("  node %d: %d leaves\n", self->number, self->out);
ASYNC_FINALLY:
    if (wf_future_is_dropped(&self->future))
        printf("  node %d: cancelled\n", self->number);
    for (int i = 0; i < CHILDREN; i++) {
        wf_abort(&self->aborts[i]); /* nothing happens to a child that is over, or was never spawned */
        wf_abort_handle_drop(&self->aborts[i]);
        if (self->handles[i].task)
            wf_future_drop(&self->handles[i].future);
    }
    *self->alive -= self->begun;
    ASYNC_END;
}

/* The root future: grows two trees, and fells the second one. */
struct demo {
    struct wf_future future;
    int alive;
    int leaves;
    struct wf_join_handle tree;
    struct wf_yield yield;
    int out; /* 0, or why not */
};

ASYNC_FN(demo)
{
    ASYNC_BEGIN;
    self->out =
        WF_SPAWN(wf_scheduler_current(), &self->tree, node, .height = 2, .number = 1, .alive = &self->alive);
    if (self->out != 0)
        break;
    self->tree.value = &self->leaves;
    AWAIT_TO(self->out, &self->tree);
    printf("first tree: %s, %d leaves, %d nodes alive\n", wf_strerror(self->out), self->leaves, self->alive);

    self->out =
        WF_SPAWN(wf_scheduler_current(), &self->tree, node, .height = 2, .number = 1, .alive = &self->alive);
    if (self->out != 0)
        break;
    while (self->alive < 7) /* until all its nodes have begun */
        AWAIT(wf_yield(&self->yield));
    wf_join_handle_abort(&self->tree);
    AWAIT_TO(self->out, &self->tree);
    printf("second tree: %s\n", wf_strerror(self->out));
    self->out = 0;
    while (self->alive > 0) /* an abort is a request: each task ends at its next turn */
        AWAIT(wf_yield(&self->yield));
    printf("second tree: %d nodes alive\n", self->alive);
ASYNC_FINALLY:
    if (self->tree.task)
        wf_future_drop(&self->tree.future);
    ASYNC_END;
}

int main(void)
{
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    if (!runtime) {
        fprintf(stderr, "spawn_tree: %s\n", wf_strerror(WF_ENOMEM));
        return 1;
    }
    struct demo demo;
    wf_current_thread_block_on(runtime, &ASYNC_INIT(&demo, demo)->future);
    wf_current_thread_drop(runtime);
    printf("%s; live bytes: %zu\n", wf_strerror(demo.out), wf_live_bytes());
    return demo.out == 0 ? 0 : 1;
}
