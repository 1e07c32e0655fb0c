/**
 * @file scenario_cells.c
 * @brief Lab 03, the transitions alone: a cell with a word, one call, the word afterwards.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario.h"
#include "steps.h"
#include "weft/detail/task_state.h"
#include "weft/task.h"

static struct wf_task *new_cell(uint32_t word)
{
    static const struct wf_future_ops ops = {.name = "cell", .size = sizeof(struct wf_future)};
    struct wf_task *cell = wf_task_new(sizeof(struct wf_future));
    if (!cell)
        scenario_broken("no memory");
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

/* --- a change after each instruction of the transition, one at a time: found in each run, where the processor helps --- */

/* In the plain variant: a sanitizer has many instructions of its own. */
#if defined __x86_64__ && !defined __SANITIZE_ADDRESS__

enum { TRAP_FLAG = 1 << 8, INSTRUCTIONS_MAX = 5000 };

static struct {
    struct wf_task *cell;
    int64_t change_after, instructions, torn, changes;
    uint32_t word; /* as it was after the last instruction */
} stepped;

/* After each instruction: a trap is a signal to the thread itself. */
static void on_trap(int number)
{
    (void)number;
    uint32_t word = wf_load_relaxed(&stepped.cell->state);
    stepped.torn += !(word & WF_TASK_RUNNING) == !(word & WF_TASK_COMPLETE);
    stepped.changes += word != stepped.word;
    stepped.word = word;
    if (++stepped.instructions == stepped.change_after)
        wf_fetch_add_relaxed(&stepped.cell->state, (uint32_t)WF_TASK_REFERENCE);
}

/* What the state is wrong by, the first time that it is; and how often it was seen half changed. A debugger would want the
 * traps for itself. */
static int64_t step_through(enum transition transition, uint32_t word, int64_t *halves)
{
    struct sigaction ours = {.sa_handler = on_trap}, before;
    struct wf_task *alone = new_cell(word);
    int64_t result = transit(alone, transition, transition == UNREFERENCE), wrong = 0;
    uint32_t expected = wf_load_relaxed(&alone->state) + WF_TASK_REFERENCE;
    wf_task_free(alone);
    sigaction(SIGTRAP, &ours, &before);
    stepped.torn = 0;
    for (int64_t after = 1; wrong == 0 && after < INSTRUCTIONS_MAX; after++) {
        stepped.cell = new_cell(word);
        stepped.change_after = after;
        stepped.instructions = stepped.changes = 0;
        stepped.word = word;
        __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
        int64_t changed = transit(stepped.cell, transition, transition == UNREFERENCE);
        __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~(uint64_t)TRAP_FLAG);
        bool came = stepped.instructions >= after;
        wrong = (int64_t)wf_load_relaxed(&stepped.cell->state) - (int64_t)expected;
        wf_task_free(stepped.cell);
        if (!came)
            break; /* it was over before the change: each instruction had its turn */
        if (wrong == 0 && changed != result)
            wrong = 1;
    }
    sigaction(SIGTRAP, &before, NULL);
    /* The last time nobody else changed it. Only an end of a run must be one step for all to see: a wake that makes its
     * reference after the bit is no worse, for nobody else can take it. */
    *halves = transition == TO_COMPLETE ? stepped.torn : transition == TO_IDLE && stepped.changes > 1;
    return stepped.instructions < stepped.change_after ? 0 : wrong;
}

static bool is_debugged(void)
{
    char line[256];
    long tracer = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "TracerPid: %ld", &tracer) == 1)
            break;
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
    struct wf_task *cell;
    _Atomic bool running, over;
    int64_t torn; /* RUNNING and COMPLETE both set, or both clear */
};

static void *storm_main(void *arg)
{
    struct storm *storm = arg;
    uint32_t step = WF_TASK_REFERENCE;
    atomic_store(&storm->running, true);
    while (!atomic_load_explicit(&storm->over, memory_order_relaxed)) {
        uint32_t word = atomic_fetch_add_explicit(&storm->cell->state, step, memory_order_relaxed);
        bool running = word & WF_TASK_RUNNING, complete = word & WF_TASK_COMPLETE;
        storm->torn += running == complete;
        step = -step;
    }
    if (step != WF_TASK_REFERENCE)
        atomic_fetch_add(&storm->cell->state, step);
    return NULL;
}

static int64_t run_storm(enum transition transition, uint32_t word, int64_t times, int64_t *torn)
{
    /* what the transition changes when nothing disturbs it, so that it can be taken back */
    struct wf_task *probe = new_cell(word);
    transit(probe, transition, transition == UNREFERENCE);
    uint32_t change = wf_load_relaxed(&probe->state) - word;
    wf_task_free(probe);

    struct storm storm = {.cell = new_cell(word)};
    pthread_t thread;
    if (pthread_create(&thread, NULL, storm_main, &storm) != 0)
        scenario_broken("no thread");
    while (!atomic_load(&storm.running))
        ;
    for (int64_t i = 0; i < times; i++) {
        transit(storm.cell, transition, transition == UNREFERENCE);
        atomic_fetch_sub(&storm.cell->state, change);
    }
    atomic_store(&storm.over, true);
    pthread_join(thread, NULL);
    *torn = storm.torn;
    int64_t wrong = (int64_t)wf_load_relaxed(&storm.cell->state) - (int64_t)word;
    wf_task_free(storm.cell);
    return wrong;
}

static void act(const struct channel_command *command)
{
    const int64_t *arguments = command->arguments;
    int64_t a = 0, b = 0;
    switch ((enum cells_step)command->operation) {
    case STEP_CELL: {
        struct wf_task *cell = new_cell((uint32_t)arguments[1]);
        a = transit(cell, (enum transition)arguments[0], (uint32_t)arguments[2]);
        b = wf_load_relaxed(&cell->state);
        wf_task_free(cell);
        break;
    }
    case STEP_STORM: {
        enum transition transition = (enum transition)arguments[0];
        int64_t torn = 0;
        if (!is_debugged())
            a = step_through(transition, (uint32_t)arguments[1], &b);
        if (a == 0 && b == 0)
            a = run_storm(transition, (uint32_t)arguments[1], arguments[2], &torn);
        b += transition == TO_COMPLETE ? torn : 0;
        break;
    }
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, b);
}

static void nothing(void)
{
}

const struct scenario scenario_cells = {"cells", nothing, act, nothing};
