/**
 * @file across_threads.c
 * @brief Producers on threads of their own, and a task that consumes: the two worlds meet at a mailbox.
 *
 * A thread waits by sleeping, on a condition variable; a task waits by being PENDING, and leaves its waker where the
 * thread finds it. One lock guards all of the mailbox, the waker too: a producer comes before the task looked, and is
 * seen, or after it left its waker, and wakes it. So no wake is lost.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/current_thread.h"
#include "weft/error.h"
#include "weft/task.h"

enum { PRODUCERS = 2, LETTERS = 1000, SLOTS = 4 };

struct letter {
    int producer;
    int number; /* 1 to LETTERS */
};

/* Outlives all that use it. Everything is guarded by the lock. */
struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t room; /* signalled when a letter was taken */
    struct letter slots[SLOTS];
    int first, count;
    int producers;         /* that may still put something in */
    struct wf_waker taker; /* of the task that waits; empty while none does */
};

/* Ends the critical section, and wakes the task that waits, if any: outside the lock, since it may run at once. */
static void unlock_and_wake(struct mailbox *box)
{
    struct wf_waker waker = box->taker;
    box->taker = (struct wf_waker){0};
    pthread_mutex_unlock(&box->lock);
    wf_waker_wake(&waker);
}

/* The thread's side: sleeps while the mailbox is full. */
static void put(struct mailbox *box, struct letter letter)
{
    pthread_mutex_lock(&box->lock);
    while (box->count == SLOTS)
        pthread_cond_wait(&box->room, &box->lock);
    box->slots[(box->first + box->count++) % SLOTS] = letter;
    unlock_and_wake(box);
}

static void leave(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    box->producers--;
    unlock_and_wake(box);
}

/* The task's side: 0 and a letter, or WF_ECLOSED once the last producer has left and nothing is there. */
struct take {
    struct wf_future future; /* first: the frame is a future */
    struct mailbox *box;     /* borrowed */
    struct letter letter;
    int out;
};

static enum wf_poll take_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct take *self = (struct take *)future;
    struct mailbox *box = self->box;
    pthread_mutex_lock(&box->lock);
    bool some = box->count > 0, pending = !some && box->producers > 0;
    if (some) {
        self->letter = box->slots[box->first];
        box->first = (box->first + 1) % SLOTS;
        box->count--;
        pthread_cond_signal(&box->room);
    } else if (pending) {
        wf_waker_store(&box->taker, cx->waker);
    }
    pthread_mutex_unlock(&box->lock);
    self->out = some ? 0 : WF_ECLOSED;
    return pending ? WF_PENDING : WF_READY;
}

/* Cancelled: nobody is to be woken any more. A letter is taken only in the poll that is READY, so none is lost. */
static void take_drop(struct wf_future *future)
{
    struct mailbox *box = ((struct take *)future)->box;
    pthread_mutex_lock(&box->lock);
    struct wf_waker waker = box->taker;
    box->taker = (struct wf_waker){0};
    pthread_mutex_unlock(&box->lock);
    wf_waker_drop(&waker);
}

static const struct wf_future_ops take_ops = {
    .name = "take", .poll = take_poll, .drop = take_drop, WF_FRAME(struct take)};

static struct take *take(struct take *self, struct mailbox *box)
{
    *self = (struct take){.future = {.ops = &take_ops}, .box = box};
    return self;
}

/* Consumes until the mailbox is closed; the sum of what it got. */
struct consume {
    struct wf_future future;
    struct mailbox *box; /* an argument; borrowed */
    struct take take;
    int status;
    int last[PRODUCERS]; /* the last number of each */
    int disordered;      /* letters that did not follow the last one of the same producer */
    int out;
};

ASYNC_FN(consume)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT_TO(self->status, take(&self->take, self->box));
        if (self->status == WF_ECLOSED)
            break;
        const struct letter *letter = &self->take.letter; /* gone before the next await */
        if (letter->number != ++self->last[letter->producer])
            self->disordered++;
        self->out += letter->number;
    }
    printf("consumer: %d letters out of order\n", self->disordered);
ASYNC_FINALLY:
    ASYNC_END;
}

/* The root: spawns the consumer and awaits it. */
struct serve {
    struct wf_future future;
    struct mailbox *box; /* an argument; borrowed */
    struct wf_join_handle consumer;
    int sum;
    int out; /* 0, or why there is no sum */
};

ASYNC_FN(serve)
{
    ASYNC_BEGIN;
    self->out = WF_SPAWN(wf_scheduler_current(), &self->consumer, consume, .box = self->box);
    if (self->out != 0)
        break;
    self->consumer.value = &self->sum;
    AWAIT_TO(self->out, &self->consumer);
ASYNC_FINALLY:
    ASYNC_END;
}

struct producer {
    pthread_t thread;
    int number;
    struct mailbox *box;
};

static void *produce(void *arg)
{
    struct producer *self = arg;
    for (int i = 1; i <= LETTERS; i++)
        put(self->box, (struct letter){self->number, i});
    leave(self->box);
    return NULL;
}

int main(void)
{
    struct mailbox box = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER, .producers = PRODUCERS};
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    struct producer producers[PRODUCERS];
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.number = i, .box = &box};
        if (!runtime || pthread_create(&producers[i].thread, NULL, produce, &producers[i]) != 0) {
            fprintf(stderr, "across_threads: no memory, or no thread\n");
            return 1; /* leaving main ends the threads */
        }
    }
    struct serve serve;
    wf_current_thread_block_on(runtime, &ASYNC_INIT(&serve, serve, .box = &box)->future);
    if (serve.out != 0) {
        fprintf(stderr, "across_threads: %s\n", wf_strerror(serve.out));
        return 1;
    }
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i].thread, NULL);
    wf_current_thread_drop(runtime);
    pthread_cond_destroy(&box.room);
    pthread_mutex_destroy(&box.lock);
    printf("%d producers of %d letters: sum %d; live bytes: %zu\n", PRODUCERS, LETTERS, serve.sum,
           wf_live_bytes());
    return 0;
}
