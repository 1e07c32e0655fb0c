/**
 * @file first_future.c
 * @brief A future written by hand, a thread that wakes it, and a join of two maps over two of them.
 *
 * Two letters are expected. The postman, a thread, delivers the left one first, and the right one only when
 * the task has asked for it again; so the lines printed are the same at each run.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/block_on.h"
#include "weft/combine.h"
#include "weft/error.h"
#include "weft/future.h"

/* Where a letter is laid down. It outlives the future: the postman may touch a box, never a frame. */
struct box {
    const char *name;
    sem_t asked; /* posted at each pending poll; only makes the output repeatable */
    pthread_mutex_t lock;
    bool full;             /* guarded by lock */
    int value;             /* guarded by lock */
    struct wf_waker waker; /* guarded by lock: whom to wake; empty while nobody waits */
};

/* Waits until a box is full. */
struct letter {
    struct wf_future future; /* first: the frame is a future */
    struct box *box;         /* borrowed */
    int out;                 /* the value found in the box */
};

static enum wf_poll letter_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct letter *self = (struct letter *)future;
    struct box *box = self->box;

    /* Look and leave the waker under one lock: the postman comes before, and is seen, or after, and wakes. */
    pthread_mutex_lock(&box->lock);
    bool full = box->full;
    self->out = box->value;
    if (!full)
        wf_waker_store(&box->waker, cx->waker);
    pthread_mutex_unlock(&box->lock);

    printf("%-5s  polled: %s\n", box->name, full ? "READY" : "PENDING");
    if (full)
        return WF_READY;
    sem_post(&box->asked);
    return WF_PENDING;
}

/* Cancelled: nobody waits any more, so nobody is to be woken. */
static void letter_drop(struct wf_future *future)
{
    struct box *box = ((struct letter *)future)->box;
    pthread_mutex_lock(&box->lock);
    struct wf_waker kept = box->waker;
    box->waker = (struct wf_waker){0};
    pthread_mutex_unlock(&box->lock);
    wf_waker_drop(&kept);
}

static const struct wf_future_ops letter_ops = {
    .name = "letter",
    .poll = letter_poll,
    .drop = letter_drop,
    WF_FRAME(struct letter),
};

static struct letter *letter(struct letter *self, struct box *box)
{
    *self = (struct letter){.future = {.ops = &letter_ops}, .box = box};
    return self;
}

static void deliver(struct box *box, int value)
{
    pthread_mutex_lock(&box->lock);
    box->full = true;
    box->value = value;
    struct wf_waker waiting = box->waker;
    box->waker = (struct wf_waker){0};
    pthread_mutex_unlock(&box->lock);

    printf("%-5s  delivered: %d\n", box->name, value);
    wf_waker_wake(&waiting); /* outside the lock: what it wakes may want the lock at once */
}

static void *postman(void *arg)
{
    struct box *boxes = arg;
    sem_wait(&boxes[0].asked);
    sem_wait(&boxes[1].asked);
    deliver(&boxes[0], 20);
    sem_wait(&boxes[1].asked); /* the wake for the left letter polled the right one too */
    deliver(&boxes[1], 1);
    return NULL;
}

static int add(void *arg, void *out)
{
    int sum = *(const int *)arg + *(const int *)out;
    printf("map    %d becomes %d\n", *(const int *)out, sum);
    return sum;
}

int main(void)
{
    struct box boxes[2] = {
        {.name = "left", .lock = PTHREAD_MUTEX_INITIALIZER},
        {.name = "right", .lock = PTHREAD_MUTEX_INITIALIZER},
    };
    for (int i = 0; i < 2; i++)
        sem_init(&boxes[i].asked, 0, 0);

    int addend = 1;
    struct letter letters[2];
    struct wf_map maps[2];
    struct wf_future *branches[2];
    for (int i = 0; i < 2; i++) {
        letter(&letters[i], &boxes[i]);
        branches[i] = &wf_map(&maps[i], &letters[i].future, add, &addend)->future;
    }
    struct wf_join join;
    wf_join(&join, branches, 2, WF_BIASED);

    pthread_t thread;
    if (pthread_create(&thread, NULL, postman, boxes) != 0) {
        fprintf(stderr, "first_future: no thread\n");
        return 1;
    }
    int status = wf_block_on(&join.future);
    if (status != 0) {
        fprintf(stderr, "first_future: %s\n", wf_strerror(status));
        return 1; /* the postman still waits; leaving main ends it */
    }
    pthread_join(thread, NULL);

    printf("join   READY: %d and %d\n", maps[0].out, maps[1].out);
    printf("live bytes: %zu\n", wf_live_bytes());
    for (int i = 0; i < 2; i++) {
        sem_destroy(&boxes[i].asked);
        pthread_mutex_destroy(&boxes[i].lock);
    }
    return 0;
}
