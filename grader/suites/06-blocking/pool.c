/**
 * @file pool.c
 * @brief The judge's model of a pool. Each step is done in both, and then they are compared.
 */
#include <stdio.h>

#include "../../../runtime/include/weft/error.h"
#include "tests.h"

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

enum state { UNUSED, REFUSED, QUEUED, RUNNING, RETURNED, CANCELED, JOINED };

/* The judge has a process for each test, so one model lies here. */
static struct pool_model pool;
static enum state states[CALLS_MAX];
static bool is_detached[CALLS_MAX], is_aborted[CALLS_MAX];
static int kinds[CALLS_MAX], behaviours[CALLS_MAX], sequence[CALLS_MAX];
static int turns[CALLS_MAX];           /* of the spawns it was the one of this number */
static int64_t inner_codes[CALLS_MAX]; /* what its spawn returns */

const struct pool_model *model(void)
{
    return &pool;
}

/* --- the model --- */

static void call_returns(int call);

static void begin(int call)
{
    states[call] = RUNNING;
    sequence[pool.begun++] = call;
    pool.running++;
}

static int first_queued(void)
{
    int first = -1;
    for (int call = 0; call < pool.calls; call++)
        if (states[call] == QUEUED && (first < 0 || turns[call] < turns[first]))
            first = call;
    return first;
}

/* Calls that wait and will run. */
static int queued_for_certain(void)
{
    int count = 0;
    for (int call = 0; call < pool.calls; call++)
        count += states[call] == QUEUED && kinds[call] == MANDATORY && !is_aborted[call];
    return count;
}

/* A thread is free: what does it do? Returns false: it has nothing to do. */
static bool take_next(void)
{
    for (int call; (call = first_queued()) >= 0;) {
        pool.queued--;
        if (is_aborted[call] || (pool.closed && kinds[call] == ORDINARY)) {
            states[call] = CANCELED;
            continue;
        }
        begin(call);
        if (behaviours[call] == WAITS)
            return true;
        call_returns(call);
    }
    return false;
}

static void thread_is_free(void)
{
    if (take_next())
        return;
    if (pool.closed)
        pool.threads--;
    else
        pool.asleep++;
}

/* What a spawn comes to, in the model: a code. */
static int64_t accept(int call, int64_t kind, int64_t behaviour)
{
    kinds[call] = (int)kind;
    behaviours[call] = (int)behaviour;
    states[call] = REFUSED;
    if (pool.closed)
        return WF_ECLOSED;
    bool wakes = pool.asleep > 0, starts = !wakes && pool.threads < pool.threads_max && !pool.no_threads;
    if (!wakes && !starts && pool.threads == 0)
        return WF_EAGAIN;
    states[call] = QUEUED;
    turns[call] = pool.turns++;
    pool.queued++;
    if (wakes) {
        pool.asleep--;
        if (pool.holds)
            pool.held++;
        else
            thread_is_free();
    } else if (starts) {
        pool.threads++;
        pool.started++;
        thread_is_free();
    }
    return 0;
}

static void call_returns(int call)
{
    if (behaviours[call] == SPAWNS)
        inner_codes[call] = accept(call + 1, ORDINARY, WAITS);
    states[call] = RETURNED;
    pool.running--;
    pool.returned++;
}

/* --- both --- */

/* What the subject's pool has come to with the last step. */
struct seen {
    int begun, returned, threads, asleep, last;
};

static struct seen seen_of(const struct channel_record *event)
{
    return (struct seen){(int)(event->a & 0xffff), (int)(event->a >> 16 & 0xffff),
                         (int)(event->a >> 32 & 0xffff), (int)(event->a >> 48 & 0xffff), (int)event->b};
}

void describe_pool_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    struct seen seen = seen_of(event);
    if (event->kind == EVENT_STATE && seen.begun == 0)
        snprintf(text, (size_t)size, "begun: 0; threads: %d, asleep: %d", seen.threads, seen.asleep);
    else if (event->kind == EVENT_STATE)
        snprintf(text, (size_t)size, "begun: %d, last call %d, returned: %d; threads: %d, asleep: %d",
                 seen.begun, seen.last, seen.returned, seen.threads, seen.asleep);
}

void expect_metrics(struct judge *judge, struct judge_reply reply, struct pool_counts wanted)
{
    char text[160];
    const struct pool_counts has = {reply.a >> 32, reply.a & UINT32_MAX, reply.b & UINT32_MAX, reply.b >> 32};
    judge_returned(judge, "%lld threads, %lld of them idle, %lld started so far; %lld calls queued",
                   (long long)has.threads, (long long)has.idle, (long long)has.started, (long long)has.queued);
    snprintf(text, sizeof text,
             "the pool counts %lld threads, %lld of them idle, %lld started so far, and %lld calls queued",
             (long long)wanted.threads, (long long)wanted.idle, (long long)wanted.started,
             (long long)wanted.queued);
    EXPECT(judge,
           has.threads == wanted.threads && has.idle == wanted.idle && has.queued == wanted.queued &&
               has.started == wanted.started,
           text, "it counts %lld, %lld, %lld and %lld", (long long)has.threads, (long long)has.idle,
           (long long)has.started, (long long)has.queued);
}

static void compare(struct judge *judge)
{
    char text[160];
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    if (count == 0 || events[count - 1].kind != EVENT_STATE)
        judge_fail(judge, "a step that tells what the pool has come to",
                   "one that does not: a defect of the grader");
    const struct seen seen = seen_of(&events[count - 1]);
    if (seen.begun < pool.begun) {
        snprintf(text, sizeof text,
                 "call %d has begun: a call waits only if no thread is idle, and none may be started",
                 sequence[seen.begun]);
        judge_fail(judge, text, "it waits: %d of %d have begun", seen.begun, pool.begun);
    }
    snprintf(text, sizeof text, "%d calls have begun, each once", pool.begun);
    EXPECT(judge, seen.begun == pool.begun, text, "%d have", seen.begun);
    /* which of those that a spawn has signalled are slow, one or all, is the pool's affair */
    const char *slow = pool.holds ? ", or are slow to get up" : "";
    snprintf(text, sizeof text, "%d threads: one is started for a call that finds no idle one, at most %d",
             pool.threads, pool.threads_max);
    EXPECT(judge, seen.threads <= pool.threads, text, "there are %d", seen.threads);
    snprintf(
        text, sizeof text,
        "%d threads: a thread ends when its keep-alive is over and it was told of nothing, or the pool is closed",
        pool.threads);
    EXPECT(judge, seen.threads == pool.threads, text, "there are %d", seen.threads);
    int asleep = pool.asleep + pool.held + pool.ending;
    snprintf(text, sizeof text, "%d threads sleep%s: those that found no call", asleep, slow);
    EXPECT(judge, seen.asleep == asleep, text, "%d do", seen.asleep);
    /* of two that began in one step, on two threads, either may be the last */
    int new = pool.begun - pool.compared;
    pool.compared = pool.begun;
    if (new == 1 || (new > 1 && pool.threads_max == 1)) {
        int call = sequence[pool.begun - 1];
        snprintf(text, sizeof text,
                 "call %d was the last to begin: calls begin in the sequence of their spawns", call);
        EXPECT(judge, seen.last == call, text, "call %d was", seen.last);
    }
    /* which of the slow ones still count as idle is the pool's affair */
    if (!pool.looks_at_metrics || pool.holds)
        return;
    struct judge_reply metrics = DO(judge, metrics);
    struct pool_counts wanted = {pool.threads, pool.asleep, pool.queued, pool.started};
    /* when what a closed pool need not run is dropped is the pool's affair, so only what it has to run is queued for certain */
    int64_t queued = metrics.b & UINT32_MAX;
    if (pool.closed && queued < pool.queued && queued >= queued_for_certain())
        wanted.queued = queued;
    expect_metrics(judge, metrics, wanted);
}

void make_pool(struct judge *judge, int64_t threads_max)
{
    /* such that none is over before a step ends it, however the pool asks */
    static const int64_t long_ns[] = {HOUR_NS, DAYS_NS, LONGEST_NS};
    make_pool_with(judge, threads_max, long_ns[judge_random(judge, 3)]);
}

void abort_call(struct judge *judge, int call)
{
    is_aborted[call] = true;
    DO(judge, abort, .call = call);
}

void look_at_metrics(void)
{
    pool.looks_at_metrics = true;
}

void count_joins(void)
{
    pool.counts_joins = true;
}

void detach(struct judge *judge, int call)
{
    DO(judge, detach, .call = call);
    is_detached[call] = true;
}

void make_pool_with(struct judge *judge, int64_t threads_max, int64_t keep_alive_ns)
{
    pool = (struct pool_model){.threads_max = (int)threads_max};
    for (int i = 0; i < CALLS_MAX; i++)
        states[i] = UNUSED, is_detached[i] = is_aborted[i] = false;
    EXPECT(judge, DO(judge, make, .threads_max = threads_max, .keep_alive_ns = keep_alive_ns).a == 1,
           "a pool", "NULL");
}

/* A spawn in both; the code of the subject's. */
static int64_t spawn_in_both(struct judge *judge, int call, int64_t kind, int64_t behaviour, int64_t *expected)
{
    *expected = accept(call, kind, behaviour);
    struct judge_reply reply = DO(judge, spawn, .kind = kind, .call = call, .behaviour = behaviour);
    judge_returned(judge, "%s", judge_code(reply.a));
    EXPECT(judge, reply.b == (reply.a == 0), "a handle if the spawn returns 0, and an empty one else",
           "it returns %s, and the handle is %s", judge_code(reply.a), reply.b ? "there" : "empty");
    return reply.a;
}

int spawn(struct judge *judge, int64_t kind, int64_t behaviour)
{
    int call = pool.calls++;
    pool.calls += behaviour == SPAWNS; /* the next number is that of the call that it will spawn */
    int64_t expected, code = spawn_in_both(judge, call, kind, behaviour, &expected);
    if (expected != 0)
        judge_fail(judge, "a test that spawns only what is accepted",
                   "one that does not: a defect of the grader");
    EXPECT(judge, code == 0, "the spawn returns 0", "it returns %s", judge_code(code));
    compare(judge);
    return call;
}

void spawn_refused(struct judge *judge, int64_t kind, int64_t wanted)
{
    int64_t expected, code = spawn_in_both(judge, pool.calls++, kind, RETURNS, &expected);
    char text[60];
    snprintf(text, sizeof text, "the spawn returns %s", judge_code(wanted));
    EXPECT(judge, code == wanted && expected == wanted, text, "it returns %s", judge_code(code));
    compare(judge);
}

void let_go(struct judge *judge, int call)
{
    call_returns(call);
    thread_is_free();
    DO(judge, let_go, .call = call);
    compare(judge);
}

void expire(struct judge *judge, int sleepers)
{
    pool.threads -= sleepers;
    pool.asleep -= sleepers;
    DO(judge, expire, .sleepers = sleepers);
    compare(judge);
}

void spurious(struct judge *judge, int sleepers)
{
    DO(judge, spurious, .sleepers = sleepers);
    compare(judge);
}

void hold(struct judge *judge)
{
    pool.holds = true;
    DO(judge, hold);
}

void release(struct judge *judge, bool late)
{
    int told = pool.held;
    pool.holds = false;
    for (; pool.held > 0; pool.held--)
        thread_is_free();
    pool.threads -= pool.ending;
    pool.ending = 0;
    if (late)
        DO(judge, release_late, .told = told);
    else
        DO(judge, release, .told = told);
    compare(judge);
}

void no_threads(struct judge *judge, int64_t reason)
{
    pool.no_threads = reason != 0;
    if (reason)
        DO(judge, no_threads, .reason = reason);
    else
        DO(judge, threads_again);
}

void begin_drop(struct judge *judge)
{
    pool.closed = true;
    if (pool.holds)
        pool.ending = pool.asleep; /* they are woken, and slow */
    else
        pool.threads -= pool.asleep;
    pool.asleep = 0;
    DO(judge, drop);
    struct judge_reply reply = DO(judge, dropped);
    judge_returned(judge, "%s", reply.a ? "yes" : "no");
    /* the drop has to get as far as its lock: what it waits for then is compared by the caller's next step */
    if (pool.running > 0)
        EXPECT(judge, reply.a == 0, "wf_blocking_pool_drop waits for the calls that have begun",
               "it has returned");
}

void end_drop(struct judge *judge)
{
    struct judge_reply reply = DO(judge, await_drop);
    judge_returned(judge, "%s", reply.a ? "it has returned" : "threads are left");
    EXPECT(judge, reply.a == 1, "wf_blocking_pool_drop returns: no call runs any more", "it does not");
    if (pool.counts_joins) {
        EXPECT(judge, reply.b != -1, "each thread is joined once", "one is joined twice");
        EXPECT(judge, reply.b == 0, "each thread was joined when wf_blocking_pool_drop returns",
               "%lld were not joined", (long long)reply.b);
    }
    compare(judge);
}

void expect_joined(struct judge *judge, int call, int64_t code)
{
    struct judge_reply reply = DO(judge, join, .call = call);
    char text[80];
    judge_returned(judge, "%s", reply.a == UNTOLD ? "PENDING" : judge_code(reply.a));
    snprintf(text, sizeof text, "the handle of call %d is READY with %s", call, judge_code(code));
    EXPECT(judge, reply.a != UNTOLD, text, "it is PENDING");
    EXPECT(judge, reply.a == code, text, "it is READY with %s", judge_code(reply.a));
    if (code == 0) {
        snprintf(text, sizeof text, "the value is what the call returned, %d", 1000 + call);
        EXPECT(judge, reply.b == 1000 + call, text, "it is %lld", (long long)reply.b);
    }
    states[call] = JOINED;
}

void expect_not_joined(struct judge *judge, int call)
{
    struct judge_reply reply = DO(judge, join, .call = call);
    judge_returned(judge, "%s", reply.a == UNTOLD ? "PENDING" : judge_code(reply.a));
    EXPECT(judge, reply.a == UNTOLD, "the handle is PENDING: the call is not over", "it is READY with %s",
           judge_code(reply.a));
}

int some_running(struct judge *judge)
{
    int chosen = pool.running > 0 ? judge_random(judge, pool.running) : -1;
    for (int call = 0; call < pool.calls; call++)
        if (states[call] == RUNNING && chosen-- == 0)
            return call;
    return -1;
}

void close_by_hand(struct judge *judge)
{
    pool.closed = true;
    pool.threads -= pool.asleep;
    pool.asleep = 0;
    DO(judge, close_by_hand);
}

/* Without wf_blocking_pool_close(): all calls end, and then the scenario closes the pool by hand. */
static void end_by_hand(struct judge *judge)
{
    if (pool.holds)
        release(judge, false);
    while (pool.running > 0)
        let_go(judge, some_running(judge));
    close_by_hand(judge);
    compare(judge);
}

static void expect_inner(struct judge *judge, int call)
{
    char text[80];
    struct judge_reply reply = DO(judge, inner, .call = call);
    judge_returned(judge, "%s", judge_code(reply.a));
    snprintf(text, sizeof text, "the spawn in call %d returns %s", call, judge_code(inner_codes[call]));
    EXPECT(judge, reply.a == inner_codes[call], text, "it returns %s", judge_code(reply.a));
    EXPECT(judge, reply.b == (reply.a == 0), "a handle if the spawn returns 0, and an empty one else",
           "the handle is %s", reply.b ? "there" : "empty");
}

void finish(struct judge *judge)
{
    finish_pool(judge);
    judge_finish(judge);
}

void finish_pool(struct judge *judge)
{
    if (!pool.closed) {
        end_by_hand(judge);
    } else {
        while (pool.running > 0)
            let_go(judge, some_running(judge));
        end_drop(judge);
    }
    for (int call = 0; call < pool.calls; call++)
        if (behaviours[call] == SPAWNS && states[call] == RETURNED)
            expect_inner(judge, call);
    for (int call = 0; call < pool.calls; call++)
        if (!is_detached[call] && (states[call] == RETURNED || states[call] == CANCELED))
            expect_joined(judge, call, states[call] == RETURNED ? 0 : WF_ECANCELED);
}
