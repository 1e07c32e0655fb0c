/**
 * @file scenario_cells.c
 * @brief Lab 03, the transitions alone: a cell with a word, one call, the word afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kit_tasks.h"
#include "scenario.h"
#include "steps.h"
#include "weft/detail/task_state.h"
#include "weft/task.h"

static struct wf_task *new_cell(uint32_t word)
{
    static const struct wf_future_ops ops = {.name = "cell", .size = sizeof(struct wf_future)};
    struct wf_task *cell = kit_new_task(sizeof(struct wf_future));
    *wf_task_frame(cell) = (struct wf_future){.ops = &ops};
    wf_store_relaxed(&cell->state, word);
    return cell;
}

static int64_t transit(struct wf_task *cell, enum transition transition, uint32_t count)
{
    switch (transition) {
    case TO_RUNNING:
        return wf_task_to_running(cell);
    case TO_IDLE:
        return wf_task_to_idle(cell, count > 0);
    case TO_COMPLETE:
        return wf_task_to_complete(cell);
    case REFERENCE:
        wf_task_reference(cell);
        return 0;
    case UNREFERENCE:
        return wf_task_unreference(cell, count);
    case BY_REFERENCE:
        return wf_task_to_notified_by_reference(cell);
    case BY_VALUE:
        return wf_task_to_notified_by_value(cell);
    case SHARE:
        return wf_task_share_join_waker(cell);
    case UNSHARE:
        return wf_task_unshare_join_waker(cell);
    case END_JOIN_WAKER:
        return wf_task_end_join_waker(cell);
    case JOIN_DROPPED:
        return wf_task_to_join_dropped(cell);
    case TO_CANCELLED:
        return wf_task_to_cancelled(cell);
    default:
        scenario_broken("no such transition");
    }
}

/* --- another thread counts one up after each instruction of the transition, one at a time: found in each run, where the
 * processor helps. It calls wf_task_reference(): nothing but the transitions changes a word, which a lock may guard --- */

/* In the plain variant: a sanitizer has many instructions of its own. */
#if defined __x86_64__ && !defined __SANITIZE_ADDRESS__

enum { TRAP_FLAG = 1 << 8, INSTRUCTIONS_MAX = 5000 };

enum { ASKED = 1, AT_IT, DONE, OVER };

static struct {
    struct wf_task *cell;
    int64_t change_after, instructions, torn, changes;
    uint32_t word;                 /* as it was after the last instruction */
    _Atomic int counting, counter; /* what the other thread is at; its number */
    clockid_t counter_clock;
    bool gave_up; /* the other thread neither comes to an end nor sleeps: it spins for a lock that is held here */
} stepped;

static void say(int what)
{
    atomic_store(&stepped.counting, what);
    syscall(SYS_futex, &stepped.counting, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0);
}

static void wait_while(int what, const struct timespec *most)
{
    syscall(SYS_futex, &stepped.counting, FUTEX_WAIT_PRIVATE, what, most, NULL, 0);
}

static void *count_when_asked(void *arg)
{
    atomic_store(&stepped.counter, (int)gettid());
    for (int what; (what = atomic_load(&stepped.counting)) != OVER;) {
        if (what == ASKED) {
            atomic_store(&stepped.counting, AT_IT);
            wf_task_reference(stepped.cell);
            say(DONE);
        } else {
            wait_while(what, NULL);
        }
    }
    return arg;
}

static bool counter_sleeps(void)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", atomic_load(&stepped.counter));
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    line[length > 0 ? length : 0] = '\0';
    const char *close_name = strrchr(line, ')');
    return close_name && strncmp(close_name, ") S", 3) == 0;
}

static int64_t counter_ns(void)
{
    struct timespec used;
    clock_gettime(stepped.counter_clock, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/* Let the other thread count, until it has; or until it sleeps, or spins: the lock that it waits for is held by the code
 * that was interrupted. A thread that gets no processor does neither, and is waited for. */
static void let_count(void)
{
    enum { SPINS_NS = 2000000 };
    const struct timespec a_while = {.tv_nsec = 200000};
    int64_t begin = counter_ns();
    say(ASKED);
    for (int what; (what = atomic_load(&stepped.counting)) != DONE && !stepped.gave_up;) {
        wait_while(what, &a_while);
        if (atomic_load(&stepped.counting) == AT_IT && counter_sleeps())
            return;
        stepped.gave_up = counter_ns() - begin > SPINS_NS;
    }
}

/* After each instruction: a trap is a signal to the thread itself. */
static void on_trap(int number)
{
    (void)number;
    int error = errno;
    uint32_t word = wf_load_relaxed(&stepped.cell->state);
    stepped.torn += !(word & WF_TASK_RUNNING) == !(word & WF_TASK_COMPLETE);
    stepped.changes += word != stepped.word;
    stepped.word = word;
    if (++stepped.instructions == stepped.change_after)
        let_count();
    errno = error;
}

/* The transition, with a change from outside after so many of its instructions; it returned `result`. False: it was over
 * before. */
static bool step_once(enum transition transition, uint32_t word, int64_t after, int64_t *result)
{
    stepped.cell = new_cell(word);
    stepped.change_after = after;
    stepped.instructions = stepped.changes = 0;
    stepped.word = word;
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
    *result = transit(stepped.cell, transition, transition == UNREFERENCE);
    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~(uint64_t)TRAP_FLAG);
    if (stepped.instructions < after)
        return false;
    for (int what; (what = atomic_load(&stepped.counting)) != DONE;)
        wait_while(what, NULL);
    return true;
}

/* What the state is wrong by, the first time that it is; and how often it was seen half changed. A debugger would want the
 * traps for itself. */
static int64_t step_through(enum transition transition, uint32_t word, int64_t *halves)
{
    struct sigaction ours = {.sa_handler = on_trap}, before;
    pthread_t counter;
    struct wf_task *alone = new_cell(word);
    int64_t expected_result = transit(alone, transition, transition == UNREFERENCE), result, wrong = 0;
    uint32_t expected = wf_load_relaxed(&alone->state);
    wf_task_free(alone);
    atomic_store(&stepped.counting, DONE);
    if (pthread_create(&counter, NULL, count_when_asked, NULL) != 0 ||
        pthread_getcpuclockid(counter, &stepped.counter_clock) != 0)
        scenario_broken("no thread");
    sigaction(SIGTRAP, &ours, &before);
    stepped.torn = 0;
    stepped.gave_up = false;
    bool over = false;
    for (int64_t after = 1; !over && wrong == 0 && after < INSTRUCTIONS_MAX && !stepped.gave_up; after++) {
        over = !step_once(transition, word, after, &result); /* then each instruction had its turn */
        int64_t counted = over ? 0 : WF_TASK_REFERENCE;
        wrong = (int64_t)wf_load_relaxed(&stepped.cell->state) - (int64_t)expected - counted;
        if (wrong == 0 && result != expected_result)
            wrong = 1;
        wf_task_free(stepped.cell);
    }
    sigaction(SIGTRAP, &before, NULL);
    say(OVER);
    pthread_join(counter, NULL);
    /* The last time nobody else changed it. Only an end of a run must be one step for all to see: a wake that makes its
     * reference after the bit is no worse, for nobody else can take it. */
    *halves = transition == TO_COMPLETE ? stepped.torn : transition == TO_IDLE && over && stepped.changes > 1;
    return wrong;
}

static bool is_debugged(void)
{
    char line[256];
    long tracer = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "TracerPid:", 10) == 0)
            tracer = strtol(line + 10, NULL, 10);
    if (status)
        fclose(status);
    return tracer != 0;
}

#else

static int64_t step_through(enum transition transition, uint32_t word, int64_t *halves)
{
    (void)transition;
    (void)word;
    *halves = 0;
    return 0;
}

static bool is_debugged(void)
{
    return false;
}

#endif

/* --- a storm: another thread counts up and down as fast as it can --- */

struct storm {
    _Atomic(struct wf_task *) cell; /* the one that changes just now */
    _Atomic bool running, over;
    int64_t torn; /* RUNNING and COMPLETE both set, or both clear */
};

static void *storm_main(void *arg)
{
    struct storm *storm = arg;
    atomic_store(&storm->running, true);
    while (!atomic_load_explicit(&storm->over, memory_order_relaxed)) {
        struct wf_task *cell = atomic_load_explicit(&storm->cell, memory_order_acquire);
        wf_task_reference(cell);
        uint32_t word = wf_load_relaxed(&cell->state);
        bool running = word & WF_TASK_RUNNING, complete = word & WF_TASK_COMPLETE;
        storm->torn += running == complete;
        if (wf_task_unreference(cell, 1))
            scenario_broken("a reference that was counted up was the last");
    }
    return NULL;
}

/* Each time with a cell of its own, all of them kept to the end: the other thread may be slow to leave one. */
static int64_t run_storm(enum transition transition, uint32_t word, int64_t times, int64_t *torn)
{
    struct wf_task *alone = new_cell(word), **cells = calloc((size_t)times, sizeof *cells);
    struct storm storm = {.cell = new_cell(word)};
    struct wf_task *first = atomic_load(&storm.cell);
    pthread_t thread;
    int64_t wrong = 0;
    if (!cells)
        scenario_broken("no memory");
    transit(alone, transition, transition == UNREFERENCE);
    uint32_t expected = wf_load_relaxed(&alone->state);
    for (int64_t i = 0; i < times; i++)
        cells[i] = new_cell(word);
    if (pthread_create(&thread, NULL, storm_main, &storm) != 0)
        scenario_broken("no thread");
    while (!atomic_load(&storm.running))
        ;
    for (int64_t i = 0; i < times; i++) {
        atomic_store_explicit(&storm.cell, cells[i], memory_order_release);
        transit(cells[i], transition, transition == UNREFERENCE);
    }
    atomic_store(&storm.over, true);
    pthread_join(thread, NULL);
    *torn = storm.torn;
    for (int64_t i = 0; i < times; i++) {
        if (wrong == 0)
            wrong = (int64_t)wf_load_relaxed(&cells[i]->state) - (int64_t)expected;
        wf_task_free(cells[i]);
    }
    free(cells);
    wf_task_free(alone);
    wf_task_free(first);
    return wrong;
}

static struct step_reply try_once(enum transition transition, int64_t word, uint32_t count)
{
    struct wf_task *cell = new_cell((uint32_t)word);
    struct step_reply reply = {.a = transit(cell, transition, count)};
    reply.b = wf_load_relaxed(&cell->state);
    wf_task_free(cell);
    return reply;
}

static ON_STEP(transit, try_once((enum transition)step->transition, step->word, 0));
static ON_STEP(to_idle, try_once(TO_IDLE, step->word, (uint32_t)step->yielded));
static ON_STEP(unreference, try_once(UNREFERENCE, step->word, (uint32_t)step->count));

static struct step_reply on_storm(const struct step_storm *step)
{
    enum transition transition = (enum transition)step->transition;
    struct step_reply wrong = STEP_DONE;
    int64_t torn = 0;
    if (!is_debugged())
        wrong.a = step_through(transition, (uint32_t)step->word, &wrong.b);
    if (wrong.a == 0 && wrong.b == 0)
        wrong.a = run_storm(transition, (uint32_t)step->word, step->times, &torn);
    wrong.b += transition == TO_COMPLETE ? torn : 0;
    return wrong;
}

STEP_SCENARIO(cells, CELLS_STEPS, NULL, NULL)
