/**
 * @file primes.c
 * @brief Tasks that compute, spread over four threads by a runtime that steals.
 *
 * The root spawns a task for each range of numbers and awaits them all. A task that computes for long gives way now and then, by
 * wf_consume(): it costs nothing until the poll's budget is used up. Where the tasks run, and in which sequence they end, nobody
 * knows; what they count does not depend on it.
 */
#include <stdbool.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/coop.h"
#include "weft/error.h"
#include "weft/multi_thread.h"
#include "weft/task.h"

enum { WORKERS = 4, RANGES = 40, NUMBERS = 5000 };

static bool is_prime(int number)
{
    for (int divisor = 2; divisor * divisor <= number; divisor++)
        if (number % divisor == 0)
            return false;
    return number >= 2;
}

/* Counts the primes of one range. */
struct count {
    struct wf_future future;
    int from;
    int number;
    struct wf_consume unit;
    int out;
};

ASYNC_FN(count)
{
    ASYNC_BEGIN;
    for (self->number = self->from; self->number < self->from + NUMBERS; self->number++) {
        self->out += is_prime(self->number);
        AWAIT(wf_consume(&self->unit));
    }
ASYNC_FINALLY:
    ASYNC_END;
}

/* Spawns all, then adds up what they count. */
struct total {
    struct wf_future future;
    struct wf_join_handle handles[RANGES];
    int counts[RANGES];
    int i;
    int status;
    int out; /* the sum, or a negative code */
};

ASYNC_FN(total)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < RANGES; self->i++) {
        self->status =
            WF_SPAWN(wf_scheduler_current(), &self->handles[self->i], count, .from = self->i * NUMBERS);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        WF_JOIN_INTO(&self->handles[self->i], &self->counts[self->i]);
    }
    for (self->i = 0; self->i < RANGES; self->i++) {
        AWAIT_TO(self->status, &self->handles[self->i]);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        self->out += self->counts[self->i];
    }
ASYNC_FINALLY:
    for (int i = 0; i < RANGES; i++)
        if (self->handles[i].task)
            wf_future_drop(&self->handles[i].future);
    ASYNC_END;
}

int main(void)
{
    struct total total;
    struct wf_multi_thread *runtime =
        wf_multi_thread_new(&(struct wf_multi_thread_config){.workers = WORKERS, .name = "primes"});
    if (!runtime) {
        perror("wf_multi_thread_new");
        return 1;
    }
    int status = wf_multi_thread_block_on(runtime, &ASYNC_INIT(&total, total)->future);
    struct wf_multi_thread_metrics metrics;
    wf_multi_thread_metrics(runtime, &metrics);
    wf_multi_thread_drop(runtime);
    if (status != 0 || total.out < 0) {
        fprintf(stderr, "primes: %s\n", wf_strerror(status != 0 ? status : total.out));
        return 1;
    }
    printf("%d primes below %d, counted by %d tasks on %u workers\n", total.out, RANGES * NUMBERS, RANGES,
           metrics.workers);
    printf("each task gave way: %s; live bytes: %zu\n",
           metrics.sum.polls >= (uint64_t)RANGES * (NUMBERS / WF_BUDGET) ? "yes" : "no", wf_live_bytes());
    return 0;
}
