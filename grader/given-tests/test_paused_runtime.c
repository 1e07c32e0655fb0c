#include "weft/runtime.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/time.h"

static uint32_t sequence;
static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

struct sleeper {
    struct wf_future future;
    uint64_t ns;
    struct wf_sleep sleep;
    uint32_t number;
    int out;
};

ASYNC_FN(sleeper)
{
    ASYNC_BEGIN;
    wf_sleep(&self->sleep, self->ns);
    AWAIT(&self->sleep);
    sequence = sequence * 31 + self->number;
ASYNC_FINALLY:
    ASYNC_END;
}

struct many {
    struct wf_future future;
    struct wf_sleep sleep;
    uint32_t i;
    int out;
};

ASYNC_FN(many)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < 10000; self->i++)
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), NULL, sleeper, .ns = next_random() % WF_HOURS(1),
                                  .number = self->i),
                         0);
    wf_sleep(&self->sleep, WF_HOURS(2));
    AWAIT(&self->sleep);
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.147: 10,000 sleeps of up to an hour, the same sequence each time. */
START_TEST(g147_time_passes_when_all_wait)
{
    uint32_t first = 0;
    for (int run = 0; run < 2; run++) {
        struct wf_runtime *runtime = wf_runtime_new(
            &(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD, .paused_clock = true});
        struct many root;
        sequence = 0;
        random_state = 7;
        ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, many)->future), 0);
        wf_runtime_drop(runtime);
        if (run == 0)
            first = sequence;
        ck_assert_uint_eq(sequence, first);
        ck_assert_uint_ne(sequence, 0);
    }
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static int takes_a_while(void *arg)
{
    (void)arg;
    usleep(20000);
    return 0;
}

struct holds {
    struct wf_future future;
    struct wf_join_handle call;
    struct wf_timeout limit;
    uint64_t begun;
    int status;
    bool detached;
    int out;
};

ASYNC_FN(holds)
{
    ASYNC_BEGIN;
    self->begun = wf_now();
    if (self->detached) {
        ck_assert_int_eq(wf_blocking(NULL, takes_a_while, NULL), 0);
        wf_timeout(&self->limit, WF_HOURS(1), &wf_pending(&(struct wf_pending){0})->future);
        wf_future_drop(&self->limit.future);
    } else {
        ck_assert_int_eq(wf_blocking(&self->call, takes_a_while, NULL), 0);
        wf_timeout(&self->limit, WF_MILLISECONDS(1), &self->call.future);
        AWAIT(&self->limit);
        ck_assert_int_eq(self->limit.out, 0);
    }
    ck_assert_uint_eq(wf_now(), self->begun);
ASYNC_FINALLY:
    ASYNC_END;
}

static int does_nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* Each call ends just when the runtime looks whether it may let time pass. */
struct calls {
    struct wf_future future;
    struct wf_join_handle call;
    struct wf_timeout limit;
    uint64_t begun, limit_ns;
    int i;
    int out;
};

ASYNC_FN(calls)
{
    ASYNC_BEGIN;
    self->begun = wf_now();
    for (self->i = 0; self->i < 1000; self->i++) {
        ck_assert_int_eq(wf_blocking(&self->call, does_nothing, NULL), 0);
        wf_timeout(&self->limit, self->limit_ns, &self->call.future);
        AWAIT(&self->limit);
        ck_assert_int_eq(self->limit.out, 0);
        ck_assert_uint_eq(wf_now(), self->begun);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.147: beside a timer of an hour, and one that never comes. */
START_TEST(g147_a_call_that_ends_is_seen_before_time_passes)
{
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD, .paused_clock = true});
    struct calls root;
    uint64_t limit_ns = _i ? WF_FOREVER : WF_HOURS(1);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, calls, .limit_ns = limit_ns)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

static void *wakes_later(void *arg)
{
    usleep(2000);
    wf_waker_wake(arg);
    return NULL;
}

struct outside {
    struct wf_future future;
    struct wf_waker *waker;
    int polls;
    int out;
};

static enum wf_poll outside_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct outside *self = (struct outside *)future;
    pthread_t thread;
    if (self->polls++ > 0)
        return WF_READY;
    *self->waker = wf_waker_clone(cx->waker);
    ck_assert_int_eq(pthread_create(&thread, NULL, wakes_later, self->waker), 0);
    pthread_detach(thread);
    return WF_PENDING;
}

static const struct wf_future_ops outside_ops = {
    .name = "outside", .poll = outside_poll, WF_FRAME(struct outside)};

/* G.147: a wait for ever, beside what comes from outside, lets no time pass. */
START_TEST(g147_for_ever_is_no_time)
{
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD, .paused_clock = true});
    static struct wf_waker waker;
    struct outside outside = {.future = {.ops = &outside_ops}, .waker = &waker};
    struct wf_timeout limit;
    struct wf_runtime_entry entry;
    wf_runtime_enter(runtime, &entry);
    uint64_t begun = wf_now();
    wf_timeout(&limit, WF_FOREVER, &outside.future);
    wf_runtime_leave(&entry);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &limit.future), 0);
    ck_assert_int_eq(limit.out, 0);
    wf_runtime_enter(runtime, &entry);
    ck_assert_uint_eq(wf_now(), begun);
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
}
END_TEST

/* G.147 */
START_TEST(g147_a_blocking_call_holds_the_clock)
{
    struct wf_runtime *runtime =
        wf_runtime_new(&(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD, .paused_clock = true});
    struct holds root;
    struct sleeper after;
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, holds)->future), 0);
    /* nobody awaits this one: when it is over the clock goes on all the same */
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, holds, .detached = true)->future), 0);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&after, sleeper, .ns = WF_HOURS(1))->future), 0);
    wf_runtime_drop(runtime);
    errno = 0;
    ck_assert_ptr_null(wf_runtime_new(&(struct wf_runtime_config){.paused_clock = true}));
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

TCase *paused_runtime_tests(void)
{
    TCase *tcase = tcase_create("paused runtime");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g147_time_passes_when_all_wait);
    tcase_add_loop_test(tcase, g147_a_call_that_ends_is_seen_before_time_passes, 0, 2);
    tcase_add_test(tcase, g147_for_ever_is_no_time);
    tcase_add_test(tcase, g147_a_blocking_call_holds_the_clock);
    return tcase;
}
