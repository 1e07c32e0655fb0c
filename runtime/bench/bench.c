/**
 * @file bench.c
 * @brief The benchmarks of tasks on one thread. `weft NAME COUNT` prints one number: nanoseconds per operation, for
 *        `idle` resident and for `live_bytes` live bytes per task. A third word, malloc or cache, says what allocates;
 *        without it, what a release has.
 *
 * What each NAME does is said in docs/benchmarks.md; peers/tokio/src/main.rs and peers/go/main.go do the same. Each
 * runs as a task, and each checks that what it timed was done.
 */
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/coop.h"
#include "weft/current_thread.h"
#include "weft/detail/block_cache.h"
#include "weft/detail/clock.h"
#include "weft/error.h"
#include "weft/multi_thread.h"
#include "weft/task.h"

#include "notify.h"

enum {
    RING = 1000, /* tasks that yield in turn */
    /* Idle tasks that are spawned before they get a turn: so few that the run queue does not count. */
    BATCH = 1000,
};

/* --- what all of them use --- */

/* A spawn, or another call that returns 0 or an error, and must succeed. */
static void must(int error)
{
    if (error) {
        fprintf(stderr, "bench: %s\n", wf_strerror(error));
        exit(1);
    }
}

static void check(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected) {
        fprintf(stderr, "bench: %s is %" PRIu64 ", not %" PRIu64 "\n", what, got, expected);
        exit(1);
    }
}

static double per_operation(uint64_t start_ns, uint64_t count)
{
    return (double)(wf_clock_ns() - start_ns) / (double)count;
}

/* A task with 16 bytes of locals. */
struct child {
    struct wf_future future;
    uint64_t a, b;
    uint64_t out;
};

ASYNC_FN(child)
{
    ASYNC_BEGIN;
    self->out = self->a + self->b;
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- spawn_join: spawn all, then await all --- */

struct spawn_join {
    struct wf_future future;
    uint64_t count;
    struct wf_join_handle *handles;
    uint64_t start_ns, i, value, sum;
    double out;
};

ASYNC_FN(spawn_join)
{
    ASYNC_BEGIN;
    self->start_ns = wf_clock_ns();
    self->handles = malloc(self->count * sizeof(*self->handles));
    must(self->handles ? 0 : WF_ENOMEM);
    for (uint64_t i = 0; i < self->count; i++)
        must(WF_SPAWN(wf_scheduler_current(), &self->handles[i], child, .a = i, .b = 1));
    for (self->i = 0; self->i < self->count; self->i++) {
        self->handles[self->i].value = &self->value;
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
        self->sum += self->value;
    }
    free(self->handles);
    self->out = per_operation(self->start_ns, self->count);
    check("the sum", self->sum, self->count * (self->count + 1) / 2);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- spawn_await: spawn one, await it, and again --- */

struct spawn_await {
    struct wf_future future;
    uint64_t count;
    struct wf_join_handle handle;
    uint64_t start_ns, i, value, sum;
    double out;
};

ASYNC_FN(spawn_await)
{
    ASYNC_BEGIN;
    self->start_ns = wf_clock_ns();
    for (self->i = 0; self->i < self->count; self->i++) {
        must(WF_SPAWN(wf_scheduler_current(), &self->handle, child, .a = self->i, .b = 1));
        self->handle.value = &self->value;
        AWAIT(&self->handle);
        must(self->handle.out);
        self->sum += self->value;
    }
    self->out = per_operation(self->start_ns, self->count);
    check("the sum", self->sum, self->count * (self->count + 1) / 2);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- yield_ring, yield_lone: tasks that yield --- */

/* Yields `count` times; its output is how often it was resumed. */
struct yielder {
    struct wf_future future;
    uint64_t count, resumed;
    struct wf_yield yield;
    uint64_t out;
};

ASYNC_FN(yielder)
{
    ASYNC_BEGIN;
    while (self->resumed < self->count) {
        AWAIT(wf_yield(&self->yield));
        self->resumed++;
    }
    self->out = self->resumed;
ASYNC_FINALLY:
    ASYNC_END;
}

struct yields {
    struct wf_future future;
    uint64_t count; /* yields, of all tasks together */
    uint64_t tasks;
    struct wf_join_handle handles[RING];
    uint64_t start_ns, i, value, resumed;
    double out;
};

ASYNC_FN(yields)
{
    ASYNC_BEGIN;
    self->start_ns = wf_clock_ns();
    for (uint64_t i = 0; i < self->tasks; i++)
        must(WF_SPAWN(wf_scheduler_current(), &self->handles[i], yielder, .count = self->count / self->tasks));
    for (self->i = 0; self->i < self->tasks; self->i++) {
        self->handles[self->i].value = &self->value;
        AWAIT(&self->handles[self->i]);
        must(self->handles[self->i].out);
        self->resumed += self->value;
    }
    self->out = per_operation(self->start_ns, self->count);
    check("the number of yields", self->resumed, self->count);
ASYNC_FINALLY:
    ASYNC_END;
}

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

struct ask {
    struct wf_future future;
    struct conversation *conversation;
    struct notified notified;
    uint64_t rounds;
    uint64_t out;
};

ASYNC_FN(ask)
{
    ASYNC_BEGIN;
    while (self->rounds < self->conversation->count) {
        sem_post(&self->conversation->asked);
        AWAIT(notified(&self->notified, &self->conversation->answer));
        self->rounds++;
    }
    self->out = self->rounds;
ASYNC_FINALLY:
    ASYNC_END;
}

struct wake_thread {
    struct wf_future future;
    uint64_t count;
    struct conversation conversation;
    pthread_t other;
    struct wf_join_handle handle;
    uint64_t start_ns, rounds;
    double out;
};

ASYNC_FN(wake_thread)
{
    ASYNC_BEGIN;
    self->conversation.count = self->count;
    sem_init(&self->conversation.asked, 0, 0);
    notify_init(&self->conversation.answer);
    must(-pthread_create(&self->other, NULL, answer, &self->conversation));
    self->start_ns = wf_clock_ns();
    must(WF_SPAWN(wf_scheduler_current(), &self->handle, ask, .conversation = &self->conversation));
    self->handle.value = &self->rounds;
    AWAIT(&self->handle);
    must(self->handle.out);
    self->out = per_operation(self->start_ns, self->count);
    check("the number of rounds", self->rounds, self->count);
    must(-pthread_join(self->other, NULL));
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- idle: tasks that wait for one notification --- */

struct crowd {
    struct notify notify;
    uint64_t waiting, woken; /* tasks; all of them run on one thread */
};

struct idle_task {
    struct wf_future future;
    struct crowd *crowd;
    struct notified notified;
    struct {
    } out; /* nothing, as in the other programs */
};

ASYNC_FN(idle_task)
{
    ASYNC_BEGIN;
    self->crowd->waiting++;
    AWAIT(notified(&self->notified, &self->crowd->notify));
    self->crowd->woken++;
ASYNC_FINALLY:
    ASYNC_END;
}

static double resident_bytes(void)
{
    char line[256];
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || !fgets(line, sizeof line, statm) || !strchr(line, ' ')) {
        fprintf(stderr, "bench: /proc/self/statm cannot be read\n");
        exit(1);
    }
    fclose(statm);
    unsigned long pages = strtoul(strchr(line, ' '), NULL, 10); /* the second number */
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

enum { WARM, MEASURED, CROWDS };

struct idle {
    struct wf_future future;
    uint64_t count;
    struct crowd crowds[CROWDS]; /* first one batch that is not measured, for the code's own pages */
    int which;
    uint64_t spawned, target; /* of the crowd at hand */
    struct wf_yield yield;
    double before;
    double out;
};

ASYNC_FN(idle)
{
    ASYNC_BEGIN;
    for (self->which = WARM; self->which < CROWDS; self->which++) {
        self->target = self->which == WARM ? BATCH : self->count;
        notify_init(&self->crowds[self->which].notify);
        self->before = resident_bytes();
        for (self->spawned = 0; self->spawned < self->target;) {
            must(WF_SPAWN(wf_scheduler_current(), NULL, idle_task, .crowd = &self->crowds[self->which]));
            self->spawned++;
            while (self->spawned % BATCH == 0 && self->crowds[self->which].waiting < self->spawned)
                AWAIT(wf_yield(&self->yield));
        }
        while (self->crowds[self->which].waiting < self->target)
            AWAIT(wf_yield(&self->yield));
    }
    self->out = (resident_bytes() - self->before) / (double)self->count;
    for (self->which = WARM; self->which < CROWDS; self->which++) {
        notify_all(&self->crowds[self->which].notify);
        while (self->crowds[self->which].woken < self->crowds[self->which].waiting)
            AWAIT(wf_yield(&self->yield));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- live_bytes: what a task takes from wf_alloc() --- */

struct live_bytes {
    struct wf_future future;
    uint64_t count;
    struct wf_yield yield;
    size_t before;
    double out;
};

ASYNC_FN(live_bytes)
{
    ASYNC_BEGIN;
    self->before = wf_live_bytes();
    for (uint64_t i = 0; i < self->count; i++)
        must(WF_SPAWN(wf_scheduler_current(), NULL, child, .a = i, .b = 1));
    self->out = (double)(wf_live_bytes() - self->before) / (double)self->count;
    AWAIT(wf_yield(&self->yield));
    check("what is left of the tasks, in bytes,", wf_live_bytes(), self->before);
ASYNC_FINALLY:
    ASYNC_END;
}

/* --- the root --- */

struct root {
    struct wf_future future;
    const char *name;
    uint64_t count;
    struct wf_join_handle handle;
    double figure;
    int out;
};

/* Spawns the benchmark `name`, whose output is the figure. False: there is none. */
static bool start(const char *name, uint64_t count, struct wf_join_handle *handle)
{
    struct wf_scheduler *scheduler = wf_scheduler_current();
    if (strcmp(name, "spawn_join") == 0)
        must(WF_SPAWN(scheduler, handle, spawn_join, .count = count));
    else if (strcmp(name, "spawn_await") == 0)
        must(WF_SPAWN(scheduler, handle, spawn_await, .count = count));
    else if (strcmp(name, "yield_ring") == 0)
        must(WF_SPAWN(scheduler, handle, yields, .count = count, .tasks = RING));
    else if (strcmp(name, "yield_lone") == 0)
        must(WF_SPAWN(scheduler, handle, yields, .count = count, .tasks = 1));
    else if (strcmp(name, "wake_thread") == 0)
        must(WF_SPAWN(scheduler, handle, wake_thread, .count = count));
    else if (strcmp(name, "idle") == 0)
        must(WF_SPAWN(scheduler, handle, idle, .count = count));
    else if (strcmp(name, "live_bytes") == 0)
        must(WF_SPAWN(scheduler, handle, live_bytes, .count = count));
    else
        return false;
    return true;
}

ASYNC_FN(root)
{
    ASYNC_BEGIN;
    if (!start(self->name, self->count, &self->handle)) {
        fprintf(stderr, "bench: no benchmark %s\n", self->name);
        exit(2);
    }
    self->handle.value = &self->figure;
    AWAIT(&self->handle);
    must(self->handle.out);
ASYNC_FINALLY:
    ASYNC_END;
}

/* On the executor of one thread (0), or on one of so many workers. */
static void run(struct root *root, uint32_t workers)
{
    if (workers == 0) {
        struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
        must(runtime ? 0 : WF_ENOMEM);
        wf_current_thread_block_on(runtime, &root->future);
        wf_current_thread_drop(runtime);
    } else {
        struct wf_multi_thread *runtime =
            wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = workers});
        must(runtime ? 0 : WF_ENOMEM);
        must(wf_multi_thread_block_on(runtime, &root->future));
        wf_multi_thread_drop(runtime);
    }
}

int main(int argc, char **argv)
{
    uint64_t count = argc >= 3 ? strtoull(argv[2], NULL, 10) : 0;
    const char *allocator = argc >= 4 ? argv[3] : "";
    bool known =
        argc < 4 || argc > 5 ? argc < 4 : strcmp(allocator, "malloc") == 0 || strcmp(allocator, "cache") == 0;
    if (count == 0 || !known) {
        fprintf(stderr, "usage: weft NAME COUNT [malloc | cache [WORKERS]]\n");
        return 2;
    }
    if (argc >= 4)
        wf_set_allocator(allocator[0] == 'c' ? &wf_block_cache : &wf_malloc);
    struct root root;
    ASYNC_INIT(&root, root, .name = argv[1], .count = count);
    run(&root, argc == 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0);
    printf("%.1f\n", root.figure);
    return 0;
}
