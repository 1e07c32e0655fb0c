/**
 * @file sleeps.c
 * @brief Lab 06: waits, starts and joins, wrapped by the linker.
 */
#include "sleeps.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

#include "scenario.h"

enum { SLEEPERS_MAX = 1024, THREADS_MAX = 4096 };

int __real_pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int __real_pthread_cond_timedwait(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
int __real_pthread_cond_clockwait(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
int __real_pthread_cond_signal(pthread_cond_t *);
int __real_pthread_cond_broadcast(pthread_cond_t *);
int __real_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int __real_pthread_join(pthread_t, void **);
int __real_clock_gettime(clockid_t, struct timespec *);

/* A thread that sleeps; on its stack. */
struct sleeper {
    sem_t wake;
    int result;
    bool spurious; /* its wait returns without a reason: the sleep goes on */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below; taken last */
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER, joins = PTHREAD_COND_INITIALIZER;
static pthread_cond_t *told, *end_of_threads;
static bool closer_waits;                      /* for end_of_threads; or its call has returned */
static struct sleeper *sleepers[SLEEPERS_MAX]; /* the longest one first */
static int count;                              /* of these */
static struct sleeper *held[SLEEPERS_MAX];
static int held_count;
static bool hold;
static int refuse;  /* for this reason, or 0 */
static int running; /* threads of the pool that neither sleep, nor are held, nor wait in a call */
static struct sleeps now;
static pthread_t created[THREADS_MAX];
static bool is_joined[THREADS_MAX];

static uint64_t keep_alive;

/* The deadline of this thread's sleep: several waits of one sleep have one. */
static __thread int64_t deadline_of_sleep;
static __thread bool is_asleep_again;
static __thread int64_t busy_until_ns; /* it did not sleep before: its last call ended then, or its last sleep */

void sleeps_watch(pthread_cond_t *condition, pthread_cond_t *ended, uint64_t keep_alive_ns)
{
    pthread_mutex_lock(&lock);
    keep_alive = keep_alive_ns;
    told = condition;
    end_of_threads = ended;
    closer_waits = false;
    count = held_count = running = 0;
    hold = false;
    refuse = 0;
    now = (struct sleeps){.last_deadline_ms = -1, .same_deadline = true};
    pthread_mutex_unlock(&lock);
}

/* Under the lock. */
static void change_running(int by)
{
    running += by;
    if (running == 0)
        __real_pthread_cond_broadcast(&settled);
}

void sleeps_thread_ended(void)
{
    pthread_mutex_lock(&lock);
    now.threads--;
    change_running(-1);
    pthread_mutex_unlock(&lock);
}

void sleeps_in_call(bool waits)
{
    pthread_mutex_lock(&lock);
    change_running(waits ? -1 : 1);
    pthread_mutex_unlock(&lock);
}

/* Under the lock. */
static void wait_until_settled(void)
{
    while (running > 0)
        __real_pthread_cond_wait(&settled, &lock);
}

void sleeps_settle(void)
{
    pthread_mutex_lock(&lock);
    wait_until_settled();
    pthread_mutex_unlock(&lock);
}

void sleeps_settle_closed(void)
{
    pthread_mutex_lock(&lock);
    while (running > 0 || !closer_waits)
        __real_pthread_cond_wait(&settled, &lock);
    pthread_mutex_unlock(&lock);
}

void sleeps_close_returned(void)
{
    pthread_mutex_lock(&lock);
    closer_waits = true;
    __real_pthread_cond_broadcast(&settled);
    pthread_mutex_unlock(&lock);
}

/* Under the lock: the sleeper runs again. */
static void let_go(struct sleeper *sleeper, int result)
{
    sleeper->result = result;
    change_running(1);
    sem_post(&sleeper->wake);
}

static struct sleeper *take_first(void)
{
    struct sleeper *first = sleepers[0];
    count--;
    for (int i = 0; i < count; i++)
        sleepers[i] = sleepers[i + 1];
    now.asleep = count;
    return first;
}

int sleeps_end(int wanted, bool timed_out)
{
    int ended = 0;
    pthread_mutex_lock(&lock);
    for (; ended < wanted && count > 0; ended++) {
        struct sleeper *first = take_first();
        first->spurious = !timed_out;
        let_go(first, timed_out ? ETIMEDOUT : 0);
    }
    pthread_mutex_unlock(&lock);
    return ended;
}

void sleeps_hold(bool on)
{
    pthread_mutex_lock(&lock);
    hold = on;
    pthread_mutex_unlock(&lock);
}

void sleeps_release(int first, bool timed_out)
{
    pthread_mutex_lock(&lock);
    hold = false;
    for (int i = 0; i < held_count; i++) {
        if (i == first)
            wait_until_settled();
        held[i]->spurious = i >= first;
        let_go(held[i], timed_out && i < first ? ETIMEDOUT : 0);
    }
    held_count = 0;
    pthread_mutex_unlock(&lock);
}

void sleeps_refuse_threads(int reason)
{
    pthread_mutex_lock(&lock);
    refuse = reason;
    pthread_mutex_unlock(&lock);
}

struct sleeps sleeps_now(void)
{
    pthread_mutex_lock(&lock);
    struct sleeps copy = now;
    copy.asleep += held_count;
    pthread_mutex_unlock(&lock);
    return copy;
}

/* --- the clock --- */

static _Atomic int64_t clock_stands; /* at so many seconds, and just before the next; 0: it goes */

void sleeps_stop_clock(void)
{
    clock_stands = 5000000000;
}

void sleeps_pass_a_second(void)
{
    clock_stands++;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (clock != CLOCK_MONOTONIC || !clock_stands)
        return __real_clock_gettime(clock, time);
    *time = (struct timespec){.tv_sec = clock_stands, .tv_nsec = 999999999};
    return 0;
}

/* --- waits --- */

static int64_t in_ns(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static int64_t now_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return in_ns(&time);
}

void sleeps_call_returns(void)
{
    busy_until_ns = now_ns(CLOCK_MONOTONIC);
}

/* Under the lock. The sleep began after busy_until_ns, and it has begun now. */
static void note_deadline(clockid_t clock, const struct timespec *deadline)
{
    int64_t at_ns = deadline ? in_ns(deadline) : -1, time_ns = now_ns(clock);
    now.last_deadline_ms = deadline ? (at_ns - time_ns) / 1000000 : -1;
    if (deadline && is_asleep_again && at_ns != deadline_of_sleep)
        now.same_deadline = false;
    now.is_no_time |= deadline && (deadline->tv_nsec < 0 || deadline->tv_nsec >= 1000000000);
    now.by_wall_clock |= clock != CLOCK_MONOTONIC;
    if (deadline && clock == CLOCK_MONOTONIC) {
        now.too_soon |= at_ns < busy_until_ns + (int64_t)keep_alive;
        now.too_late |= at_ns > time_ns + (int64_t)keep_alive;
    }
    deadline_of_sleep = at_ns;
}

static int sleep_in_hand(pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline)
{
    struct sleeper self = {.result = 0};
    sem_init(&self.wake, 0, 0);
    pthread_mutex_lock(&lock);
    note_deadline(clock, deadline);
    sleepers[scenario_in_range(count++, SLEEPERS_MAX)] = &self;
    now.asleep = count;
    change_running(-1);
    pthread_mutex_unlock(&lock);
    pthread_mutex_unlock(mutex);
    while (sem_wait(&self.wake) != 0)
        continue;
    sem_destroy(&self.wake); /* it is in no list: the thread that woke it has taken it out */
    is_asleep_again = self.spurious;
    if (!is_asleep_again)
        sleeps_call_returns(); /* what follows is another sleep */
    pthread_mutex_lock(mutex);
    /* NOLINTNEXTLINE(clang-analyzer-core.StackAddressEscape): the thread that woke it has taken it out of the list */
    return self.result;
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    if (condition == told)
        return sleep_in_hand(mutex, CLOCK_MONOTONIC, NULL);
    if (condition == end_of_threads)
        sleeps_close_returned(); /* it gets no further before the threads have ended */
    return __real_pthread_cond_wait(condition, mutex);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                                  const struct timespec *deadline)
{
    return condition == told ? sleep_in_hand(mutex, CLOCK_REALTIME, deadline)
                             : __real_pthread_cond_timedwait(condition, mutex, deadline);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *deadline)
{
    return condition == told ? sleep_in_hand(mutex, clock, deadline)
                             : __real_pthread_cond_clockwait(condition, mutex, clock, deadline);
}

/* Under the lock. */
static void signal_first(void)
{
    if (count == 0)
        return;
    struct sleeper *first = take_first();
    if (hold)
        held[held_count++] = first;
    else
        let_go(first, 0);
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    if (condition != told)
        return __real_pthread_cond_signal(condition);
    pthread_mutex_lock(&lock);
    signal_first();
    pthread_mutex_unlock(&lock);
    return 0;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    if (condition != told)
        return __real_pthread_cond_broadcast(condition);
    pthread_mutex_lock(&lock);
    while (count > 0)
        signal_first();
    pthread_mutex_unlock(&lock);
    return 0;
}

/* --- threads --- */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
    if (!told || !attributes) /* the pool's have attributes, the scenario's have none */
        return __real_pthread_create(thread, attributes, run, arg);
    pthread_mutex_lock(&lock);
    int failed = refuse;
    if (!failed) {
        now.threads++;
        now.started++;
        running++;
    }
    int number = now.started - 1;
    pthread_mutex_unlock(&lock);
    if (failed)
        return failed;
    failed = __real_pthread_create(thread, attributes, run, arg);
    if (failed)
        scenario_broken("there is no thread");
    pthread_mutex_lock(&lock);
    created[scenario_in_range(number, THREADS_MAX)] = *thread;
    is_joined[number] = false;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* Under the lock. Its number, or -1. The name of one that was joined may come again, so the latest counts. */
static int number_of(pthread_t thread)
{
    int i = now.started - 1;
    while (i >= 0 && !pthread_equal(created[i], thread))
        i--;
    return i;
}

/* Under the lock: it is being joined. */
static void set_joined(int number)
{
    is_joined[number] = true;
    __real_pthread_cond_broadcast(&joins);
}

/* Of threads of the pool. */
static bool note_join(pthread_t thread)
{
    bool again = false;
    pthread_mutex_lock(&lock);
    int number = number_of(thread);
    if (number >= 0) {
        again = is_joined[number];
        now.joined_twice |= again;
        now.joined += !again;
        set_joined(number);
    }
    pthread_mutex_unlock(&lock);
    return again;
}

void sleeps_await_join(void)
{
    pthread_mutex_lock(&lock);
    int number = number_of(pthread_self());
    while (number >= 0 && !is_joined[number])
        __real_pthread_cond_wait(&joins, &lock);
    pthread_mutex_unlock(&lock);
}

void sleeps_join_own(pthread_t thread)
{
    __real_pthread_join(thread, NULL);
}

void sleeps_join_the_rest(void)
{
    for (int i = 0; i < now.started; i++) {
        pthread_mutex_lock(&lock);
        bool is_left = !is_joined[i];
        set_joined(i);
        pthread_mutex_unlock(&lock);
        if (is_left)
            __real_pthread_join(created[i], NULL);
    }
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    if (!told) /* nobody watches: and no lock of this file's stands between the threads of two pools */
        return __real_pthread_join(thread, result);
    return note_join(thread) ? ESRCH : __real_pthread_join(thread, result); /* twice: told, and not done */
}
