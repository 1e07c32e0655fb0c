/**
 * @file models_ring.c
 * @brief Models of lab 05's ring: an owner that pushes and pops, and thieves. The ring has 4 slots here.
 *
 * What a pusher wrote in the task is plain, so the ring alone orders it before the taker's read. How often each task was taken is
 * counted plainly too: by the taker, so a task that two threads take is a data race, or a count of 2.
 */
#include "interleave.h"

#include <stdlib.h>

#include "weft/detail/run_queue.h"

enum { SLOTS = 4, TASKS = 8, RINGS = 3 };

static struct wf_run_queue rings[RINGS];
static struct wf_inject_queue inject;
static struct wf_task *tasks[TASKS];
static int taken[TASKS];
static uint32_t injected; /* as the pushes returned */

static void take(struct wf_task *task)
{
    if (task) {
        assert(task->id < TASKS); /* plain: written before the push */
        taken[task->id]++;
    }
}

static void begin(uint32_t first)
{
    interleave_thread_name("owner");
    interleave_name(&rings[0].head, "head");
    interleave_name(&rings[0].tail, "tail");
    interleave_name(&rings[1].head, "thief's head");
    interleave_name(&rings[1].tail, "thief's tail");
    interleave_name(&inject.length, "inject length");
    for (int i = 0; i < RINGS; i++)
        wf_run_queue_init(&rings[i], SLOTS, first);
    wf_inject_queue_init(&inject);
}

static void push(int number)
{
    tasks[number] = calloc(1, sizeof(struct wf_task));
    tasks[number]->id = (uint32_t)number;
    injected += wf_run_queue_push(&rings[0], tasks[number], &inject);
}

static void pop(void)
{
    take(wf_run_queue_pop(&rings[0]));
}

static void *steal(void *ring)
{
    uint32_t count = 0;
    interleave_thread_name(ring == &rings[1] ? "thief" : "second thief");
    struct wf_task *task = wf_run_queue_steal(&rings[0], ring, &count);
    assert((task != NULL) == (count > 0));
    take(task);
    return NULL;
}

static pthread_t start_thief(int ring)
{
    pthread_t thief;
    assert(pthread_create(&thief, NULL, steal, &rings[ring]) == 0);
    return thief;
}

/* What is left in the rings and in the inject queue is taken: then each of the first `count` tasks was taken once. */
static void end(int count)
{
    for (int i = 0; i < RINGS; i++)
        for (struct wf_task *task; (task = wf_run_queue_pop(&rings[i]));)
            take(task);
    for (int i = 0; i < RINGS; i++) {
        for (int slot = 0; slot < SLOTS; slot++)
            interleave_expect(wf_run_queue_push(&rings[i], tasks[0], &inject) == 0,
                              "when the thieves are done an empty ring has room for as many tasks as its size",
                              "ring %d has room for %d", i, slot);
        while (wf_run_queue_pop(&rings[i]))
            ;
    }
    struct wf_task_queue batch;
    wf_task_queue_init(&batch);
    uint32_t count_injected = wf_inject_queue_pop(&inject, &batch, TASKS);
    interleave_expect(count_injected == injected, "push returns how many tasks went to the inject queue",
                      "%u went there, and it returned %u", count_injected, injected);
    for (struct wf_task *task; (task = wf_task_queue_pop(&batch));)
        take(task);
    for (int i = 0; i < count; i++) {
        interleave_expect(taken[i] == 1, "each task is taken once", "task %d was taken %d times", i, taken[i]);
        free(tasks[i]);
    }
    wf_inject_queue_destroy(&inject);
}

/* For push's release and claim's acquire of tail; for the exchanges of pop and claim, of which one wins. */
MODEL(explore_steal, "05.5", "a thief steals while the owner pushes and pops; 2 threads")
{
    begin(0);
    pthread_t thief = start_thief(1);
    push(0);
    push(1);
    pop();
    push(2);
    pop();
    pthread_join(thief, NULL);
    interleave_expect(injected == 0, "what there is room for stays in the ring, also while a thief is at work",
                      "%u tasks went to the inject queue", injected);
    end(3);
}

/* For the acquire of head in push, with the release in the thief's last step: a slot is filled again only when it was read. */
MODEL(explore_steal_and_fill, "05.5", "the owner fills a ring from which a thief is stealing; 2 threads")
{
    begin(0);
    push(0);
    push(1);
    push(2);
    pthread_t thief = start_thief(1);
    push(3);
    push(4);
    push(5);
    pthread_join(thief, NULL);
    end(6);
}

/* For the exchange of shed, which a thief may beat; for what goes to the inject queue alone while it is at work. */
MODEL(explore_overflow, "05.5", "a full ring overflows while a thief steals; 2 threads")
{
    begin(0);
    push(0);
    push(1);
    push(2);
    push(3);
    pthread_t thief = start_thief(1);
    push(4);
    pop();
    pthread_join(thief, NULL);
    end(5);
}

/* For the acquire of head in claim, with the release in pop: else the tail is older than the head, and the difference is huge. */
MODEL(explore_pop_and_steal, "05.5", "a thief comes while the owner empties its ring and fills it; 2 threads")
{
    begin(UINT32_MAX); /* and the numbers wrap */
    push(0);
    pop();
    pthread_t thief = start_thief(1);
    push(1);
    pop();
    push(2);
    pthread_join(thief, NULL);
    end(3);
}

/* For the look whether another thief is at work. */
MODEL(explore_two_thieves, "05.5", "two thieves meet while the owner pops; 3 threads")
{
    begin(0);
    push(0);
    push(1);
    push(2);
    pthread_t thief = start_thief(1), second = start_thief(2);
    pop();
    pthread_join(thief, NULL);
    pthread_join(second, NULL);
    end(3);
}

/* For the same: the second thief would give the first one's slots back, and the owner fills them. */
MODEL(explore_thieves_and_fill, "05.5", "two thieves meet while the owner fills the ring; 3 threads")
{
    begin(0);
    push(0);
    push(1);
    push(2);
    pthread_t thief = start_thief(1), second = start_thief(2);
    for (int number = 3; number < 7; number++)
        push(number);
    pthread_join(thief, NULL);
    pthread_join(second, NULL);
    end(7);
}

static void *rob_owner(void *arg)
{
    uint32_t count = 0;
    interleave_thread_name("thief");
    take(wf_run_queue_steal(&rings[0], &rings[1], &count));
    return arg;
}

/* For the room in a thief's own ring, counted from `steal`, and its acquire: the slots are read by a thief of the thief's. */
MODEL(explore_robbed_thief, "05.5", "a worker whose ring is being robbed steals from another; 2 threads")
{
    pthread_t thief;
    begin(0);
    for (int number = 0; number < SLOTS; number++)
        push(number);
    for (int number = SLOTS; number < SLOTS + 3; number++) {
        tasks[number] = calloc(1, sizeof(struct wf_task));
        tasks[number]->id = (uint32_t)number;
        wf_run_queue_push(&rings[2], tasks[number], &inject);
    }
    assert(pthread_create(&thief, NULL, rob_owner, NULL) == 0);
    pop();
    pop();
    uint32_t count = 0;
    take(wf_run_queue_steal(&rings[2], &rings[0], &count));
    pthread_join(thief, NULL);
    end(SLOTS + 3);
}

static void *steal_from_thief(void *arg)
{
    (void)arg;
    uint32_t count = 0;
    interleave_thread_name("second thief");
    take(wf_run_queue_steal(&rings[1], &rings[2], &count));
    return NULL;
}

/* For the release of the thief's own tail: what it stole can be stolen from it. */
MODEL(explore_chain, "05.3", "what a thief stole is stolen from the thief; 3 threads")
{
    pthread_t second;
    begin(0);
    push(0);
    push(1);
    push(2);
    push(3);
    pthread_t thief = start_thief(1);
    assert(pthread_create(&second, NULL, steal_from_thief, NULL) == 0);
    pthread_join(thief, NULL);
    pthread_join(second, NULL);
    end(4);
}

/* A task is there all the while: the thief finds one, in whatever order it looks. */
static void *must_find(void *arg)
{
    uint32_t count = 0;
    interleave_thread_name("thief");
    struct wf_task *task = wf_run_queue_steal(&rings[0], &rings[1], &count);
    interleave_expect(task != NULL, "where a task is there all the while a thief finds one",
                      "it finds nothing");
    take(task);
    return arg;
}

static pthread_t start_finder(void)
{
    pthread_t thief;
    assert(pthread_create(&thief, NULL, must_find, NULL) == 0);
    return thief;
}

/* For the release in pop, with the acquire of head in claim, which reads it before tail: an older tail is just the new `real`. */
MODEL(explore_steal_finds, "05.4", "a thief comes while the owner pushes one task and pops another; 2 threads")
{
    begin(0);
    push(0);
    pthread_t thief = start_finder();
    push(1);
    pop();
    pthread_join(thief, NULL);
    end(2);
}

/* The same of shed. */
MODEL(explore_overflow_finds, "05.4", "a thief comes while the owner's ring overflows; 2 threads")
{
    begin(0);
    push(0);
    push(1);
    pthread_t thief = start_finder();
    for (int number = 2; number <= SLOTS; number++)
        push(number);
    pthread_join(thief, NULL);
    end(SLOTS + 1);
}

/* For the second look of a thief whose head is older than its tail: the difference is larger than the ring. And that look acquires. */
MODEL(explore_late_finds, "05.4", "a thief comes while the owner of a full ring pops and pushes; 2 threads")
{
    begin(UINT32_MAX - 1); /* and the numbers wrap */
    for (int number = 0; number < SLOTS; number++)
        push(number);
    pthread_t thief = start_finder();
    pop();
    push(SLOTS); /* a head before these two, and a tail behind them */
    for (int i = 1; i < SLOTS; i++)
        pop();
    push(SLOTS + 1);
    pop(); /* a head behind these, and that tail */
    pthread_join(thief, NULL);
    end(SLOTS + 2);
}

/* For the acquire of tail in that second look, too: the one task that it finds was pushed behind the head that it acquires. */
MODEL(explore_late_look, "05.5",
      "a thief comes while the owner of a full ring empties it and pushes; 2 threads")
{
    begin(UINT32_MAX - 1); /* and the numbers wrap */
    for (int number = 0; number < SLOTS; number++)
        push(number);
    pthread_t thief = start_thief(1);
    pop();
    push(SLOTS); /* as above */
    for (int i = 1; i <= SLOTS; i++)
        pop();
    push(SLOTS + 1);
    pthread_join(thief, NULL);
    end(SLOTS + 2);
}

static void must_pop(void)
{
    struct wf_task *task = wf_run_queue_pop(&rings[0]);
    interleave_expect(task != NULL, "where a thief leaves a task the owner's pop takes it",
                      "pop returns NULL");
    take(task);
}

/* For the exchange in pop, which a thief may beat by its claim, and by its last step: pop looks again. */
MODEL(explore_pop_finds, "05.20", "the owner pops twice while a thief steals half of four tasks; 2 threads")
{
    begin(UINT32_MAX - 2); /* and the numbers wrap in a pop */
    for (int number = 0; number < SLOTS; number++)
        push(number);
    pthread_t thief = start_thief(1);
    must_pop();
    must_pop();
    pthread_join(thief, NULL);
    end(SLOTS);
}
