/**
 * @file execution.c
 * @brief One execution of a model, and as many as it takes.
 */
#include "engine.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

struct engine *il;

/* Processor time: on a busy machine a model is explored as far as on an idle one. */
int64_t engine_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Zeroed pages, which cost nothing before they are touched. `at`: a fixed place, or NULL. */
static void *pages(void *at, size_t bytes)
{
    void *memory = mmap(at, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED_NOREPLACE : 0), -1, 0);
    if (memory == MAP_FAILED || (at && memory != at))
        engine_failed("cannot map %zu bytes%s", bytes, at ? " at the fixed place of the model's memory" : "");
    return memory;
}

void engine_start(void)
{
    if (il)
        return;
    struct engine *engine = pages(NULL, sizeof *engine);
    engine->stores = pages(NULL, STORES_MAX * sizeof *engine->stores);
    engine->steps = pages(NULL, (STEPS_LIMIT + 1) * sizeof *engine->steps); /* and one that is never made */
    engine->descriptors = pages(NULL, descriptors_bytes());
    engine->looks = pages(NULL, (size_t)THREADS_MAX * LOOKS_MAX * sizeof *engine->looks);
    engine->known = pages(NULL, (size_t)THREADS_MAX * LOOKS_MAX * sizeof *engine->known);
    engine->fences = pages(NULL, STEPS_LIMIT * sizeof *engine->fences);
    engine->decisions = pages(NULL, DECISIONS_MAX * sizeof *engine->decisions);
    engine->taken = pages(NULL, (size_t)2 * DECISIONS_MAX);
    engine->replay = pages(NULL, (size_t)2 * DECISIONS_MAX);
    engine->cells = pages(NULL, CELLS * sizeof *engine->cells);
    engine->accesses = pages(NULL, ACCESSES_MAX * sizeof *engine->accesses);
    engine->blocks = pages(NULL, BLOCKS_MAX * sizeof *engine->blocks);
    engine->owners = pages(NULL, HEAP_BYTES / 16 * sizeof *engine->owners);
    engine->unwritten = pages(NULL, (HEAP_BYTES + STACKS_BYTES) / 8);
    engine->functions = pages(NULL, FUNCTIONS * sizeof *engine->functions);
    engine->frames = pages(NULL, (size_t)THREADS_MAX * FRAMES_MAX * sizeof *engine->frames);
    engine->signal_stack = pages(NULL, 64 << 10);
    pages(HEAP_BASE, HEAP_BYTES);
    for (int i = 0; i < THREADS_MAX; i++) {
        char *guard = pages(STACKS_BASE + (size_t)i * (GUARD_BYTES + STACK_BYTES), GUARD_BYTES + STACK_BYTES);
        if (mprotect(guard, GUARD_BYTES, PROT_NONE) != 0)
            engine_failed("cannot protect the end of a stack");
        engine->threads[i].stack = guard + GUARD_BYTES;
    }
    pages(LOCALS_BASE, (size_t)THREADS_MAX * LOCALS_BYTES);
    il = engine;
    locals_start();
}

/* --- one execution --- */

static void *run_body(void *arg)
{
    il->body();
    return arg;
}

static void choose_priority_changes(void)
{
    enum { DEFAULT_CHANGES = 2, STEPS_GUESSED = 20 };
    il->change_count = il->options.changes ? il->options.changes : DEFAULT_CHANGES;
    int steps = il->steps_expected ? il->steps_expected : STEPS_GUESSED;
    for (int i = 0; i < il->change_count; i++)
        il->changes[i] = (int)((random_number() >> 33) % (unsigned)steps);
    il->lowest_priority = -1;
}

/* What is left at the end of an execution that did not fail. */
static void check_leaks(void)
{
    heap_check_leaks();
    descriptors_check_leaks();
    for (int i = 1; i < il->thread_count && !il->failure; i++) {
        const struct thread *thread = &il->threads[i];
        if (thread->joined || thread->detached)
            continue;
        il->failure = IL_LEAK;
        snprintf(il->message, sizeof il->message, "thread %s is neither joined nor detached", thread_text(i));
    }
    if (il->failure && il->tracing)
        interleave_failed(il_failure_name(il->failure));
}

void run_outside(void (*act)(void *arg), void *arg)
{
    il->outside = act;
    il->outside_arg = arg;
    coroutine_switch(il_this(), NULL);
}

void execute(void)
{
    snapshot_restore();
    if (++il->generation == 0) {
        memset(il->cells, 0, CELLS * sizeof *il->cells);
        il->generation = 1;
    }
    il->thread_count = il->location_count = il->store_count = il->lock_count = il->step_count = 0;
    il->position = il->taken_count = il->replay_position = 0;
    il->preemptions = il->stale_reads = il->overtakings = il->idle = il->name_count = il->plain_accesses = 0;
    il->access_count = 0;
    il->freeing = il->turns_meet = false;
    il->registers.stack_pointer = 0;
    il->now = NOW_SECONDS * NS_PER_S;
    il->jumps = 0;
    il->failed_allocations = 0;
    il->waits_for_clock = 0;
    il->trace = il->state = 0;
    il->values_chosen = 0;
    il->failure = IL_NO_FAILURE;
    il->pruned = il->found_loop = false;
    il->sc_count = il->fence_count = 0;
    il->last_awaiting = il->last_timed = NULL;
    heap_reset();
    descriptors_forget();
    if (il->options.strategy == IL_PRIORITIES && !il->replaying)
        choose_priority_changes();
    struct thread *first = thread_new(run_body, NULL);
    first->now.clock.of[0] = 1;
    first->priority = (int)(random_number() >> 40);
    il->current = 0;
    il->running = true;
    coroutine_switch(NULL, first);
    while (il->outside) {
        void (*act)(void *) = il->outside;
        il->outside = NULL;
        act(il->outside_arg);
        coroutine_switch(NULL, il_this());
    }
    il->running = il->inside = false;
    if (il->step_count > il->steps_expected)
        il->steps_expected = il->step_count;
    if (!il->failure && !il->pruned && !il->options.ignore_leaks && !il->options.deadlock_is_outcome)
        check_leaks();
}

/* --- many --- */

static bool budget_is_spent(void)
{
    enum { LOOKS = 64, STEPS_BETWEEN = 8192, SIGN_OF_LIFE_MS = 300 };
    if (il->options.executions_max && il->executions + il->prunings >= il->options.executions_max)
        return true;
    if ((il->executions + il->prunings) % LOOKS && il->steps_total < il->steps_at_look + STEPS_BETWEEN)
        return false;
    il->steps_at_look = il->steps_total;
    int64_t now = engine_ms();
    if (il->progress && now - il->last_progress_ms > SIGN_OF_LIFE_MS) {
        il->last_progress_ms = now;
        il->progress(il->executions, (int)(now - il->started_ms));
    }
    return il->options.budget_ms && now - il->started_ms > il->options.budget_ms;
}

static enum il_verdict explore_paths(void)
{
    bool depth_first = il->options.strategy < IL_RANDOM;
    for (;;) {
        execute();
        if (il->found_loop || (!il->pruned && !il->failure && order_is_asked())) {
            il->decision_count = il->prefix = 0;
            states_forget();
            il->executions = il->prunings = 0;
            il->outcomes.count = 0;
            continue;
        }
        if (il->pruned)
            il->prunings++;
        else
            il->executions++;
        if (il->failure)
            return IL_FAILED;
        if (depth_first && !next_path())
            return IL_EXHAUSTED;
        if (budget_is_spent())
            return IL_BUDGET;
    }
}

/* Execute what stands in il->replay, with the account on. */
static void execute_traced(void)
{
    il->replaying = il->tracing = true;
    do {
        account_clear();
        execute();
    } while (il->found_loop);
    il->tracing = false;
}

/* The last execution once more. Whether it went the same way: a model of one execution is compared with nothing else. */
static bool repeats_itself(void)
{
    uint64_t trace = il->trace;
    if (il->pruned)
        return true;
    memcpy(il->replay, il->taken, (size_t)il->taken_count);
    il->replay_count = il->taken_count;
    il->replaying = true;
    execute();
    il->replaying = false;
    return il->trace == trace;
}

/* The failing execution once more. */
static void repeat_failure(void)
{
    enum il_failure found = il->failure;
    if (found == IL_NOT_DETERMINISTIC)
        return; /* it would not be the same */
    memcpy(il->replay, il->taken, (size_t)il->taken_count);
    il->replay_count = il->taken_count;
    if (il->options.decided_within && il_failure_counts(found))
        il->decides_at = decides_at(il->options.decided_within);
    execute_traced();
    if (il->failure == found)
        return;
    il->failure = IL_NOT_DETERMINISTIC;
    snprintf(
        il->message, sizeof il->message,
        "the model is not deterministic: an execution failed (%s), and the same decisions once more did not. It must "
        "not depend on time, random numbers, or anything outside of it",
        il_failure_name(found));
}

static void tell_failure(const char *name, struct il_result *result)
{
    result->failure = il->failure;
    char *message = site_expand(strdup(il->message)), *headline = NULL;
    snprintf(result->message, sizeof result->message, "%s", message);
    free(message);
    result->preemptions = il->preemptions;
    result->stale_reads = il->stale_reads;
    result->overtakings = il->overtakings;
    for (int i = 0; i < il->thread_count; i++)
        result->spurious += il->threads[i].spurious;
    result->token = token_make();
    memcpy(result->hints, il->hints, sizeof result->hints);
    result->hint_count = il->hint_count;
    if (asprintf(&headline, "%s: %s: %s", name, il_failure_name(result->failure), result->message) < 0)
        engine_failed("no memory");
    result->account = account_text(headline);
    result->rows = page_rows(name, headline, result->token);
    free(headline);
}

void il_explore(const char *name, void (*body)(void), const struct il_options *options,
                struct il_result *result)
{
    /* what the caller gave may be among the variables that are set back */
    struct il_result found = {0};
    struct sigaction before[8];
    engine_start();
    il->options = *options;
    if (il->options.steps_max <= 0)
        il->options.steps_max = 2000;
    if (il->options.steps_max > STEPS_LIMIT)
        il->options.steps_max = STEPS_LIMIT;
    if (il->options.changes > (int)(sizeof il->changes / sizeof il->changes[0]))
        il->options.changes = (int)(sizeof il->changes / sizeof il->changes[0]);
    il->body = body;
    il->options.addresses |= body == il->asks_order;
    il->tracing = il->replaying = false;
    il->decision_count = il->prefix = il->steps_expected = 0;
    il->executions = il->prunings = il->steps_total = il->steps_at_look = 0;
    il->outcomes.count = 0;
    states_forget();
    il->counted = il->timed = false;
    il->endless_site = NULL;
    il->decides_at = 0;
    memset(il->came_to, 0, sizeof il->came_to);
    il->thread_function_count = 0;
    il->random = (options->seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
    il->started_ms = engine_ms();
    snapshot_take();
    failure_watch(before, true);
    if (options->replay) {
        if (token_read(options->replay)) {
            execute_traced();
            if (il->failure && il->options.decided_within) {
                il->decides_at = decides_at(il->options.decided_within);
                execute_traced();
            }
            il->executions = 1;
            found.verdict = il->failure ? IL_FAILED : IL_BUDGET;
        } else {
            il->failure = found.failure = IL_UNSUPPORTED;
            snprintf(found.message, sizeof found.message, "this is no replay token: %.60s", options->replay);
            found.verdict = IL_BUDGET;
        }
    } else {
        found.verdict = explore_paths();
        if (found.verdict == IL_EXHAUSTED && !repeats_itself()) {
            found.verdict = IL_FAILED;
            il->failure = IL_NOT_DETERMINISTIC;
            snprintf(
                il->message, sizeof il->message,
                "the model is not deterministic: the same execution, once more, went another way. It must not depend on "
                "time, random numbers, or anything outside of it");
        }
        if (found.verdict == IL_FAILED)
            repeat_failure();
    }
    found.executions = il->executions;
    found.pruned = il->prunings;
    found.steps = il->steps_total;
    found.milliseconds = (int)(engine_ms() - il->started_ms);
    found.outcomes = il->outcomes.count;
    found.timed = il->timed;
    found.counted = il->counted;
    if (il->endless_site) {
        char *place = site_expand(strdup(where(il->endless_site)));
        snprintf(found.endless, sizeof found.endless, "%s", place);
        free(place);
    }
    if (found.verdict == IL_FAILED)
        tell_failure(name, &found);
    snapshot_restore();
    failure_watch(before, false);
    snapshot_forget();
    il->replaying = false;
    *result = found;
}

void il_result_free(struct il_result *result)
{
    free(result->account);
    free(result->rows);
    free(result->token);
    result->account = result->rows = result->token = NULL;
}

/* --- outcomes: a sorted set would be slow to grow, so they are hashed, and sorted when asked for --- */

static void set_put(struct set *set, uint64_t item)
{
    size_t mask = set->capacity - 1, at = (item * UINT64_C(0x9E3779B97F4A7C15)) >> 20 & mask;
    while (set->items[at] && set->items[at] != item)
        at = (at + 1) & mask;
    set->count += !set->items[at];
    set->items[at] = item;
}

void il_outcome(uint64_t outcome)
{
    struct set *set = &il->outcomes;
    if (il->tracing || il->falling)
        return;
    if (set->count == 0 && set->items)
        memset(set->items, 0, set->capacity * sizeof *set->items);
    size_t capacity = set->items ? set->capacity : 0;
    if (!capacity || (set->count + 1) * 2 > capacity) {
        struct set larger = {.capacity = capacity ? capacity * 2 : 256};
        larger.items = calloc(larger.capacity, sizeof *larger.items);
        if (!larger.items)
            engine_failed("no memory");
        for (size_t i = 0; i < capacity; i++)
            if (set->items[i])
                set_put(&larger, set->items[i]);
        free(set->items);
        *set = larger;
    }
    set_put(set, outcome + 1); /* 0 marks what is empty */
}

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

size_t il_outcomes(uint64_t *outcomes, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; il->outcomes.count && i < il->outcomes.capacity && count < max; i++)
        if (il->outcomes.items[i])
            outcomes[count++] = il->outcomes.items[i] - 1;
    qsort(outcomes, count, sizeof *outcomes, compare);
    return count;
}
