/**
 * @file models_fd.c
 * @brief Models of lab 08's descriptors and their futures, on a reactor of the model's own.
 *
 * The reactor of the model is what the given one is, without a kernel: a list of sources by number, a reference for the owner, one for the list and one
 * for a source that is put aside between its event's note and the wake. The kernel is one number, what there is to read: relaxed, so
 * that the readiness alone orders it. Sources are freed: a thread that comes to one late is found.
 */
#include "models.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "weft/async_fd.h"
#include "weft/context.h"
#include "weft/error.h"

static pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER; /* it outlives each readiness */

/* --- the reactor --- */

struct source {
    struct wf_source head;
    WF_ATOMIC(int) references;
    int number; /* constant: the first one that was watched is 1 */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct source *watched; /* under the lock; one at a time is enough */
static int sources;            /* that were watched */

static void unreference(struct source *source)
{
    if (wf_fetch_sub_acq_rel(&source->references, 1) == 1) {
        free(source);
    }
}

static int watch(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    (void)interest;
    struct source *source = malloc(sizeof *source);
    assert(source);
    *source = (struct source){.head = {.reactor = reactor, .fd = fd}, .number = ++sources};
    wf_readiness_init(&source->head.readiness, &lock_of_all);
    wf_store_relaxed(&source->references, 2);
    pthread_mutex_lock(&lock);
    assert(!watched);
    watched = source;
    pthread_mutex_unlock(&lock);
    *out = &source->head;
    return 0;
}

/* Takes the list's reference, if it is there. */
static struct source *take_out(void)
{
    pthread_mutex_lock(&lock);
    struct source *source = watched;
    watched = NULL;
    pthread_mutex_unlock(&lock);
    return source;
}

static void unwatch(struct wf_source *head)
{
    struct source *source = take_out();
    assert(fcntl(head->fd, F_GETFD) >= 0); /* the descriptor is still open */
    interleave_expect(wf_list_is_empty(&head->readiness.waiters),
                      "nobody waits on a source that is unwatched", "there is a waiter");
    if (source)
        unreference(source);
    unreference((struct source *)head);
}

static void *shut_down(void *arg)
{
    interleave_thread_name("reactor");
    struct source *source = take_out();
    if (source) {
        wf_readiness_close(&source->head.readiness);
        unreference(source);
    }
    return arg;
}

static const struct wf_reactor_ops reactor_ops = {watch, unwatch};
static struct wf_reactor reactor = {.ops = &reactor_ops};

/* --- the kernel --- */

static WF_ATOMIC(int) unread;
static WF_ATOMIC(int) told; /* the number of the source that what came was told to; 0: there was none */

/* Something comes for whatever source is there now. */
static void *arrive(void *arg)
{
    interleave_thread_name("reactor");
    wf_fetch_add_relaxed(&unread, 1);
    pthread_mutex_lock(&lock);
    struct source *source = watched;
    if (source) {
        wf_fetch_add_relaxed(&source->references, 1);
        wf_readiness_add(&source->head.readiness, WF_READABLE);
    }
    pthread_mutex_unlock(&lock);
    if (source) {
        wf_store_relaxed(&told, source->number);
        wf_readiness_wake(&source->head.readiness, WF_READABLE);
        unreference(source);
    }
    return arg;
}

static int64_t take_one(int fd, void *arg, bool *drained)
{
    (void)fd, (void)drained;
    if (arg)
        ++*(int *)arg; /* the calls of this future */
    int there = wf_load_relaxed(&unread);
    while (there > 0)
        if (wf_compare_exchange_relaxed(&unread, &there, there - 1))
            return 1;
    return -EAGAIN;
}

/* --- the models --- */

static struct wf_async_fd async_fd;
static struct wf_context context;
static struct counted first, second;
static int ends[2];

static void open_it(int fd)
{
    int status = wf_async_fd_open(&async_fd, fd, WF_READABLE | WF_WRITABLE);
    interleave_expect(status == 0, "it is opened", "%d", status);
}

static void begin(void)
{
    interleave_thread_name("owner");
    interleave_name(&lock, "the reactor's lock");
    interleave_name(&unread, "what there is to read");
    context = (struct wf_context){.reactor = &reactor};
    wf_context_enter(&context);
    assert(pipe(ends) == 0);
    (void)new_waker(&first), (void)new_waker(&second);
    open_it(ends[0]);
    interleave_name(&async_fd.source->readiness.word, "word");
    interleave_name(async_fd.source->readiness.lock, "the readiness's lock");
}

static void end(void)
{
    wf_async_fd_close(&async_fd);
    (void)close(ends[1]);
    expect_no_clone(&first);
    expect_no_clone(&second);
    wf_context_leave(&context);
}

static bool is_ready(struct wf_future *future, struct counted *counted)
{
    const struct wf_waker waker = waker_of(counted);
    struct wf_cx cx = {.waker = &waker};
    return wf_future_poll(future, &cx) == WF_READY;
}

/* A future that was PENDING is READY in the poll that its one wake brings. */
static void expect_told(struct wf_future *future, struct counted *counted)
{
    interleave_expect(wakes_of(counted) == 1, "the future that was PENDING has its waker woken, once",
                      "%d wakes", wakes_of(counted));
    interleave_expect(is_ready(future, counted), "READY when it was woken", "PENDING");
}

/* --- a call --- */

static struct wf_fd_io io, other_io;

/* For the look that comes before the call, the clear by that look's word, and the look behind it; and for the acquire of the look,
 * without which the call would not see what the event it knows of has brought, and clear that event. */
MODEL(explore_io_event, "08.13", "a call finds nothing while an event comes; 2 threads")
{
    begin();
    wf_readiness_event(&async_fd.source->readiness, WF_READABLE);
    wf_fd_io(&io, &async_fd, WF_READABLE, take_one, NULL);
    pthread_t thread = start(arrive);
    bool ready = is_ready(&io.future, &first);
    pthread_join(thread, NULL);
    if (!ready)
        expect_told(&io.future, &first);
    interleave_expect(io.out == 1, "the call took what came", "it returned %d", (int)io.out);
    wf_future_drop(&io.future);
    end();
}

static void *read_too(void *arg)
{
    interleave_thread_name("other reader");
    (void)is_ready(&other_io.future, &second);
    return arg;
}

/* For the two clears of one event, and the list that both come to. */
MODEL(explore_two_readers, "08.13", "two readers, and one thing to read; then a second one; 2 threads")
{
    begin();
    wf_store_relaxed(&unread, 1);
    wf_readiness_event(&async_fd.source->readiness, WF_READABLE);
    wf_fd_io(&io, &async_fd, WF_READABLE, take_one, NULL);
    wf_fd_io(&other_io, &async_fd, WF_READABLE, take_one, NULL);
    pthread_t thread = start(read_too);
    bool ready = is_ready(&io.future, &first);
    pthread_join(thread, NULL);
    interleave_expect(ready != wf_future_is_done(&other_io.future), "one of the readers has it",
                      ready ? "both have" : "none has");
    (void)arrive(NULL);
    if (ready)
        expect_told(&other_io.future, &second);
    else
        expect_told(&io.future, &first);
    wf_future_drop(&io.future);
    wf_future_drop(&other_io.future);
    end();
}

static void *become_writable(void *arg)
{
    interleave_thread_name("reactor");
    wf_readiness_event(&async_fd.source->readiness, WF_WRITABLE);
    return arg;
}

/* For the word that each round looks at anew: an event of the other side has the clear refused, and the call made once more, but not
 * for ever. */
MODEL(explore_io_other_side, "08.13", "a read finds nothing while the descriptor becomes writable; 2 threads")
{
    int calls = 0;
    begin();
    wf_readiness_event(&async_fd.source->readiness, WF_READABLE);
    wf_fd_io(&io, &async_fd, WF_READABLE, take_one, &calls);
    pthread_t thread = start(become_writable);
    bool ready = is_ready(&io.future, &first);
    pthread_join(thread, NULL);
    interleave_expect(!ready && wakes_of(&first) == 0, "PENDING, and not woken: there is nothing to read",
                      ready ? "READY" : "it is woken");
    interleave_expect(calls <= 2, "a call, and one for each event that came meanwhile", "%d calls", calls);
    interleave_expect(wf_serves(wf_readiness_look(&async_fd.source->readiness), WF_WRITABLE) == WF_WRITABLE,
                      "it is writable", "it is not");
    wf_future_drop(&io.future);
    end();
}

/* --- a close --- */

static struct wf_fd_ready ready, ready_anew;

static void wait_for_it(struct wf_fd_ready *which, struct counted *counted)
{
    wf_fd_ready(which, &async_fd, WF_READABLE);
    assert(!is_ready(&which->future, counted));
}

static void *wait_for_close(void *arg)
{
    interleave_thread_name("waiter");
    wait_for_wake(&first);
    interleave_expect(is_ready(&ready.future, &first), "READY when it was woken", "PENDING");
    interleave_expect(ready.out == WF_ECLOSED, "it is closed", "its output is %d", ready.out);
    wf_future_drop(&ready.future);
    memset(&ready, 0x5a, sizeof ready);
    return arg;
}

/* For the sequence of a close: the source leaves the structure before anybody is woken, who would look at it; and it goes behind
 * the last wake. */
MODEL(explore_close_elsewhere, "08.10",
      "a descriptor is closed, its waiter is polled on another thread, and its memory used again; 2 threads")
{
    begin();
    wait_for_it(&ready, &first);
    pthread_t thread = start(wait_for_close);
    wf_async_fd_close(&async_fd);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) == 1, "it is woken once", "%d wakes", wakes_of(&first));
    end();
}

static struct wf_fd_ready crowd[WF_WAKE_AT_ONCE];
static struct counted crowd_wakes;

/* For the waiters behind an event's first batch: the task that the batch wakes takes one out under the lock, which outlives the source. The
 * reactor keeps the source only until its wake has returned. */
MODEL(explore_close_when_woken, "08.10",
      "a task that an event wakes closes the descriptor, and drops what waited behind the first batch; 2 threads",
      .steps_max = 4000)
{
    begin();
    (void)new_waker(&crowd_wakes);
    for (int i = 0; i < WF_WAKE_AT_ONCE; i++)
        wait_for_it(&crowd[i], &crowd_wakes);
    wait_for_it(&ready, &first);
    pthread_t thread = start(arrive);
    wait_for_wake(&crowd_wakes);
    wf_async_fd_close(&async_fd);
    wf_future_drop(&ready.future);
    memset(&ready, 0x5a, sizeof ready);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) <= 1, "an event wakes a waiter once", "%d wakes", wakes_of(&first));
    expect_no_clone(&crowd_wakes);
    end();
}

/* For the close that comes before the unwatch, and wakes those who wait: nobody else would. What comes late for the old source is the
 * old source's. */
MODEL(explore_reopen, "08.11", "a descriptor is released and opened anew while an event comes; 2 threads")
{
    begin();
    wait_for_it(&ready, &first);
    pthread_t thread = start(arrive);
    int fd = wf_async_fd_release(&async_fd);
    interleave_expect(fd == ends[0], "the descriptor is given back", "%d", fd);
    open_it(fd);
    wf_fd_ready(&ready_anew, &async_fd, WF_READABLE);
    bool is_told = is_ready(&ready_anew.future, &second);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) == 1, "the old waiter is woken once", "%d wakes", wakes_of(&first));
    if (wf_load_relaxed(&told) != 2) {
        interleave_expect(!is_told && wakes_of(&second) == 0, "the old source's event is not the new one's",
                          "its waiter is told");
        interleave_expect(!is_ready(&ready_anew.future, &second), "the new source has no bit", "it has");
    } else if (!is_told) {
        expect_told(&ready_anew.future, &second);
    }
    wf_future_drop(&ready.future);
    wf_future_drop(&ready_anew.future);
    end();
}

/* --- a shutdown --- */

/* For the second look at the word, under the lock, by a future; and for a close of what its reactor has closed. */
MODEL(explore_shutdown_poll, "08.10",
      "a future is polled with another waker while the reactor is shut down; 2 threads")
{
    begin();
    wait_for_it(&ready, &first);
    pthread_t thread = start(shut_down);
    bool over = is_ready(&ready.future, &second);
    pthread_join(thread, NULL);
    interleave_expect(wakes_of(&first) + wakes_of(&second) <= 1, "it is woken once", "%d wakes",
                      wakes_of(&first) + wakes_of(&second));
    if (!over)
        expect_told(&ready.future, &second);
    interleave_expect(ready.out == WF_ECLOSED, "it is closed", "its output is %d", ready.out);
    wf_future_drop(&ready.future);
    end();
}
