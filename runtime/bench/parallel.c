/**
 * @file parallel.c
 * @brief Work that is spread over the workers: a fan-out of small tasks, and a tree whose leaves compute.
 */
#include "bench.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "notify.h"
#include "weft/detail/atomic.h"
#include "weft/detail/clock.h"

/* --- fan_out: one task spawns a thousand that compute for a microsecond, and waits for the last of them; again --- */

enum { FAN = 1000, FAN_CHAIN = 640 };

struct fan {
    WF_ATOMIC(uint64_t) left, sum;
    struct notify end;
};

struct blade {
    struct wf_future future;
    struct fan *fan;
    struct {
    } out;
};

ASYNC_FN(blade)
{
    ASYNC_BEGIN;
    wf_fetch_add_relaxed(&self->fan->sum, compute(1, FAN_CHAIN)); /* relaxed: `left` orders it */
    if (wf_fetch_sub_acq_rel(&self->fan->left, 1) == 1) /* the last one sees what the others added */
        notify_one(&self->fan->end);
ASYNC_FINALLY:
    ASYNC_END;
}

struct fan_out {
    struct wf_future future;
    const struct bench *bench;
    struct fan fan;
    struct notified ended;
    struct stopwatch start;
    uint64_t done;
    struct {
    } out;
};

ASYNC_FN(fan_out)
{
    ASYNC_BEGIN;
    notify_init(&self->fan.end);
    stopwatch_start(&self->start);
    for (; self->done < self->bench->count; self->done += FAN) {
        wf_store_relaxed(&self->fan.left, FAN); /* relaxed: the spawns publish it */
        for (uint64_t i = 0; i < FAN; i++)
            must(WF_SPAWN(wf_scheduler_current(), NULL, blade, .fan = &self->fan));
        AWAIT(notified(&self->ended, &self->fan.end));
    }
    report_time(self->bench, &self->start, self->bench->count);
    check("the sum", wf_load_relaxed(&self->fan.sum), compute(1, FAN_CHAIN) * self->bench->count);
ASYNC_FINALLY:
    ASYNC_END;
}
BENCH_START(fan_out)

/* --- tree_N: a binary tree of tasks; each leaf computes a chain of N multiplications --- */

struct node {
    struct wf_future future;
    uint64_t leaves, chain;
    struct wf_join_handle left, right;
    uint64_t of_left;
    uint64_t out; /* the sum of its leaves */
};

static int spawn_node(uint64_t leaves, uint64_t chain, struct wf_join_handle *handle);

ASYNC_FN(node)
{
    ASYNC_BEGIN;
    if (self->leaves == 1)
        ASYNC_RETURN(compute(1, self->chain));
    must(spawn_node(self->leaves / 2, self->chain, &self->left));
    must(spawn_node(self->leaves - self->leaves / 2, self->chain, &self->right));
    self->left.value = &self->of_left;
    AWAIT(&self->left);
    self->right.value = &self->out;
    AWAIT(&self->right);
    self->out += self->of_left;
ASYNC_FINALLY:
    ASYNC_END;
}

static int spawn_node(uint64_t leaves, uint64_t chain, struct wf_join_handle *handle)
{
    return WF_SPAWN(wf_scheduler_current(), handle, node, .leaves = leaves, .chain = chain);
}

struct tree {
    struct wf_future future;
    uint64_t leaves, chain;
    struct wf_join_handle handle;
    uint64_t out;
};

ASYNC_FN(tree)
{
    ASYNC_BEGIN;
    must(spawn_node(self->leaves, self->chain, &self->handle));
    self->handle.value = &self->out;
    AWAIT(&self->handle);
ASYNC_FINALLY:
    ASYNC_END;
}

struct part {
    pthread_t thread;
    uint64_t leaves, chain, sum;
};

static void *compute_part(void *arg)
{
    struct part *part = arg;
    for (uint64_t i = 0; i < part->leaves; i++)
        part->sum += compute(1, part->chain);
    return NULL;
}

/* The same leaves on as many threads as there are workers, without a runtime. Returns how long that took. */
static uint64_t on_threads(const struct bench *bench, uint64_t chain)
{
    struct part *parts = memory_for(bench->workers, sizeof *parts);
    uint64_t sum = 0, start_ns = wf_clock_ns();
    for (uint32_t i = 0; i < bench->workers; i++) {
        parts[i].chain = chain;
        parts[i].leaves = bench->count / bench->workers + (i < bench->count % bench->workers);
        must(-pthread_create(&parts[i].thread, NULL, compute_part, &parts[i]));
    }
    for (uint32_t i = 0; i < bench->workers; i++) {
        must(-pthread_join(parts[i].thread, NULL));
        sum += parts[i].sum;
    }
    uint64_t took_ns = wf_clock_ns() - start_ns;
    check("the sum of the threads", sum, compute(1, chain) * bench->count);
    free(parts);
    return took_ns;
}

/* Threads before and after, so that what slows the machine for a while slows both. */
static void tree(const struct bench *bench)
{
    uint64_t chain = strtoull(strchr(bench->name, '_') + 1, NULL, 10);
    struct wf_multi_thread *runtime = runtime_of(bench);
    struct stopwatch start;
    struct tree root;
    ASYNC_INIT(&root, tree, .leaves = bench->count, .chain = chain);
    uint64_t threads_ns = on_threads(bench, chain);
    stopwatch_start(&start);
    must(wf_multi_thread_block_on(runtime, &root.future));
    uint64_t tree_ns = wf_clock_ns() - start.wall_ns;
    report_time(bench, &start, bench->count);
    threads_ns += on_threads(bench, chain);
    report_value(bench, "over", 2.0 * (double)tree_ns / (double)threads_ns);
    check("the sum", root.out, compute(1, chain) * bench->count);
    wf_multi_thread_drop(runtime);
}

const struct benchmark parallel_benchmarks[] = {
    {"fan_out", .start = start_fan_out},
    {"tree_64", .outside = tree},
    {"tree_640", .outside = tree},
    {"tree_6400", .outside = tree},
    {"tree_64000", .outside = tree},
    {"tree_640000", .outside = tree},
    {0},
};
