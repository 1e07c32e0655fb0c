/**
 * @file wakes.c
 * @brief Wakes: between a task and a thread, between two tasks, between a hundred pairs, and of a thousand tasks at once.
 */
#include "bench.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "notify.h"
#include "weft/detail/atomic.h"

/* --- wake_thread: a task and a thread wake each other in turn --- */

struct conversation {
    uint64_t count;
    sem_t asked;          /* the task wakes the thread */
    struct notify answer; /* the thread wakes the task */
};

static void *answer(void *arg)
{
    struct conversation *conversation = arg;
    for (uint64_t i = 0; i < conversation->count; i++) {
        while (sem_wait(&conversation->asked) != 0)
            continue;
        notify_one(&conversation->answer);
    }
    return NULL;
}

struct wake_thread {
    struct wf_future future;
    const struct bench *bench;
    struct conversation conversation;
    struct notified answered;
    pthread_t other;
    struct stopwatch start;
    uint64_t rounds;
    struct {
    } out;
};

ASYNC_FN(wake_thread)
{
    ASYNC_BEGIN;
    self->conversation.count = self->bench->count;
    sem_init(&self->conversation.asked, 0, 0);
    notify_init(&self->conversation.answer);
    must(-pthread_create(&self->other, NULL, answer, &self->conversation));
    stopwatch_start(&self->start);
    for (; self->rounds < self->bench->count; self->rounds++) {
        sem_post(&self->conversation.asked);
        AWAIT(notified(&self->answered, &self->conversation.answer));
    }
    report_time(self->bench, &self->start, self->bench->count);
    must(-pthread_join(self->other, NULL));
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(wake_thread)

/* --- ping_pong, ping_pongs: two tasks wake each other in turn --- */

/* Waits to be told, and tells the other one, so often. */
struct player {
    struct wf_future future;
    struct notify *own, *other;
    struct notified told;
    uint64_t left;
    struct {
    } out;
};

ASYNC_FN(player)
{
    ASYNC_BEGIN;
    for (; self->left > 0; self->left--) {
        AWAIT(notified(&self->told, self->own));
        notify_one(self->other);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

enum { PAIRS = 100 };

struct match {
    struct wf_future future;
    const struct bench *bench; /* its count: messages of all pairs */
    uint64_t pairs;
    struct notify notifies[2 * PAIRS];
    struct wf_join_handle handles[2 * PAIRS];
    struct stopwatch start;
    long sleeps; /* of all threads */
    uint64_t i;
    struct {
    } out;
};

static long sleeps_so_far(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

ASYNC_FN(match)
{
    ASYNC_BEGIN;
    for (uint64_t i = 0; i < 2 * self->pairs; i++)
        notify_init(&self->notifies[i]);
    self->sleeps = sleeps_so_far();
    stopwatch_start(&self->start);
    for (uint64_t i = 0; i < 2 * self->pairs; i++)
        must(WF_SPAWN(wf_scheduler_current(), &self->handles[i], player, .own = &self->notifies[i],
                      .other = &self->notifies[i ^ 1], .left = self->bench->count / self->pairs / 2));
    for (uint64_t i = 0; i < self->pairs; i++)
        notify_one(&self->notifies[2 * i]);
    for (self->i = 0; self->i < 2 * self->pairs; self->i++) {
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
    }
    report_time(self->bench, &self->start, self->bench->count);
    report_value(self->bench, "sleeps", (double)(sleeps_so_far() - self->sleeps) / (double)self->bench->count);
ASYNC_FINALLY:
    ASYNC_END;
}

static int start_pair(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, match, .bench = bench, .pairs = 1);
}

static int start_pairs(const struct bench *bench, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, match, .bench = bench, .pairs = PAIRS);
}

/* --- wake_storm: one task wakes a thousand, which wake it when all have run --- */

enum { STORM = 1000 };

struct storm {
    struct wf_future future;
    const struct bench *bench; /* its count: wakes of the thousand */
    struct notify *notifies;
    struct notify all_ran;
    struct notified told;
    WF_ATOMIC(uint64_t) ran;
    struct stopwatch start;
    uint64_t round, rounds;
    struct {
    } out;
};

struct woken {
    struct wf_future future;
    struct storm *storm;
    struct notify *own;
    struct notified told;
    uint64_t left;
    struct {
    } out;
};

ASYNC_FN(woken)
{
    ASYNC_BEGIN;
    for (; self->left > 0; self->left--) {
        AWAIT(notified(&self->told, self->own));
        if ((wf_fetch_add_relaxed(&self->storm->ran, 1) + 1) % STORM == 0) /* relaxed: only a count */
            notify_one(&self->storm->all_ran);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

ASYNC_FN(storm)
{
    ASYNC_BEGIN;
    self->rounds = self->bench->count / STORM;
    self->notifies = memory_for(STORM, sizeof *self->notifies);
    notify_init(&self->all_ran);
    for (uint64_t i = 0; i < STORM; i++) {
        notify_init(&self->notifies[i]);
        must(WF_SPAWN(wf_scheduler_current(), NULL, woken, .storm = self, .own = &self->notifies[i],
                      .left = self->rounds));
    }
    stopwatch_start(&self->start);
    for (; self->round < self->rounds; self->round++) {
        for (uint64_t i = 0; i < STORM; i++)
            notify_one(&self->notifies[i]);
        AWAIT(notified(&self->told, &self->all_ran));
    }
    report_time(self->bench, &self->start, self->bench->count);
    check("the number of wakes", wf_load_relaxed(&self->ran), self->bench->count); /* relaxed: they are over */
ASYNC_FINALLY:
    free(self->notifies);
    ASYNC_END;
}
BENCH_START(storm)

const struct benchmark wake_benchmarks[] = {
    {"wake_thread", .start = start_wake_thread},
    {"ping_pong", .start = start_pair},
    {"ping_pongs", .start = start_pairs},
    {"wake_storm", .start = start_storm},
    {"driven_wake", .start = start_wake_thread, .driven = true},
    {"driven_pair", .start = start_pair, .driven = true},
    {0},
};
