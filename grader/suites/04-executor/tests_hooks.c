/**
 * @file tests_hooks.c
 * @brief Clauses 04.7 and 04.25 with each hook alone, each hook missing, and none: those that are set are called as often as
 * with all of them.
 */
#include "rig.h"
#include "tests.h"

enum { WAITS_FIRST = 1, WAITS_LAST = 2, SPAWNED_OUTSIDE = 3, REFUSED = 4 };

/* What was seen in a runtime's whole life. */
struct calls {
    int before_park, after_unpark, sleeps;
    int spawned[REFUSED + 1], ended[REFUSED + 1];
};

static void count(struct calls *calls, const struct story *story)
{
    calls->before_park += count_of(story, EVENT_BEFORE_PARK, -1);
    calls->after_unpark += count_of(story, EVENT_AFTER_UNPARK, -1);
    for (int i = 0; i < story->count; i++)
        calls->sleeps += is(&story->events[i], EVENT_PARK, -1) && story->events[i].b != PARK_TURN;
    for (int task = 0; task <= REFUSED; task++) {
        calls->spawned[task] += count_of(story, EVENT_TASK_SPAWNED, task);
        calls->ended[task] += count_of(story, EVENT_TASK_ENDED, task);
    }
}

/* Tasks are spawned on both sides, woken on both sides, yield, end, are aborted, and are left. What comes in the end of a runtime
 * that is not dropped does not count. */
static struct calls live(struct judge *judge, int hooks, bool is_dropped)
{
    struct calls calls = {0};
    EXPECT(judge,
           judge_step(judge, STEP_NEW, (const int64_t[]){RUNTIME, 1, hooks}, 3,
                      "runtime = wf_current_thread_new(a park that tells, hooks: %s %s %s %s)",
                      hooks & HOOK_BEFORE_PARK ? "before_park" : "NULL",
                      hooks & HOOK_AFTER_UNPARK ? "after_unpark" : "NULL",
                      hooks & HOOK_TASK_SPAWNED ? "task_spawned" : "NULL",
                      hooks & HOOK_TASK_ENDED ? "task_ended" : "NULL")
               .a,
           "a runtime", "NULL");
    PROGRAM(judge, WAITS_FIRST, WAITS_LAST, "tasks 1 and 2: wait; woken, yield", DO(DO_KEEP, 0, 0),
            DO(DO_PEND, 0, 0), DO(DO_YIELD, 0, 0), DO(DO_GOTO, 1, 0));
    PROGRAM(judge, SPAWNED_OUTSIDE, REFUSED, "tasks 3 and 4: are READY at their second poll",
            DO(DO_KEEP, 0, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    PROGRAM(judge, ROOT, ROOT, "root: spawns tasks 1 and 2, and waits; woken, wakes task 1",
            DO(DO_KEEP, 0, 0), DO(DO_SPAWN_RANGE, WAITS_FIRST, WAITS_LAST), DO(DO_PEND, 0, 0),
            DO(DO_WAKE, WAITS_FIRST, 0), DO(DO_PEND, 0, 0), DO(DO_READY, 0, 0));
    run_root(judge);
    count(&calls, until_asleep(judge));
    static const int64_t works[] = {DO(DO_WAKE, WAITS_FIRST, 0), DO(DO_SPAWN, ON_RUNTIME, SPAWNED_OUTSIDE),
                                    DO(DO_WAKE, SPAWNED_OUTSIDE, 0), DO(DO_WAKE, ROOT, 0),
                                    DO(DO_ABORT, WAITS_FIRST, 0)};
    static const char *const texts[] = {"wakes task 1", "spawns task 3", "wakes task 3, which ends",
                                        "wakes the root", "aborts task 1"};
    for (int i = 0; i < 5; i++) {
        judge_step(judge, STEP_DO, &works[i], 1, "thread 0: %s", texts[i]);
        count(&calls, until_asleep(judge));
    }
    DRIVER(judge, "thread 0: takes a reference to the scheduler, and wakes the root",
           DO(DO_REFERENCE, RUNTIME, 0), DO(DO_WAKE, ROOT, 0));
    count(&calls, until_done(judge));
    if (!is_dropped) {
        DRIVER(judge, "thread 0: gives its reference up", DO(DO_UNREFERENCE, RUNTIME, 0));
        end_runtime(judge);
        return calls;
    }
    count(&calls, drop_runtime(judge));
    DRIVER(judge, "thread 0: spawns task 4 on the scheduler, and gives its reference up",
           DO(DO_SPAWN, ON_KEPT, REFUSED), DO(DO_UNREFERENCE, RUNTIME, 0));
    count(&calls, driver_story(judge));
    return calls;
}

static void expect_calls(struct judge *judge, const char *hook, bool is_set, int seen, int of_what,
                         const char *each)
{
    EXPECT(judge, seen == (is_set ? of_what : 0), each, "%s is called %d times, for %d", hook, seen, of_what);
}

/* Each alone, each missing, all of them, in an order that the seed begins. */
static int nth_hooks(int nth)
{
    static const int sets[] = {ALL_HOOKS,
                               HOOK_BEFORE_PARK,
                               HOOK_AFTER_UNPARK,
                               HOOK_TASK_SPAWNED,
                               HOOK_TASK_ENDED,
                               ALL_HOOKS & ~HOOK_BEFORE_PARK,
                               ALL_HOOKS & ~HOOK_AFTER_UNPARK,
                               ALL_HOOKS & ~HOOK_TASK_SPAWNED,
                               ALL_HOOKS & ~HOOK_TASK_ENDED};
    return nth < (int)(sizeof sets / sizeof *sets) ? sets[nth] : 0;
}

void test_hooks_alone(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int nth = 0, hooks; (hooks = nth_hooks(nth)); nth++) {
        struct calls calls = live(judge, hooks, false);
        expect_calls(judge, "before_park", hooks & HOOK_BEFORE_PARK, calls.before_park, calls.sleeps,
                     "before_park, where it is set, is called once for each park that may sleep");
        expect_calls(judge, "after_unpark", hooks & HOOK_AFTER_UNPARK, calls.after_unpark, calls.sleeps,
                     "after_unpark, where it is set, is called once for each park that may sleep");
    }
    judge_finish(judge);
}

void test_task_hooks_alone(struct judge *judge)
{
    judge_start(judge, "executor");
    for (int nth = 0, hooks; (hooks = nth_hooks(nth)); nth++) {
        struct calls calls = live(judge, hooks, true);
        for (int task = WAITS_FIRST; task < REFUSED; task++) {
            expect_calls(judge, "task_spawned", hooks & HOOK_TASK_SPAWNED, calls.spawned[task], 1,
                         "task_spawned, where it is set, is called once for each task");
            expect_calls(judge, "task_ended", hooks & HOOK_TASK_ENDED, calls.ended[task], 1,
                         "task_ended, where it is set, is called once for each task");
        }
        EXPECT(judge, calls.spawned[REFUSED] + calls.ended[REFUSED] == 0,
               "no hook is called for a task that is refused", "one is");
    }
    judge_finish(judge);
}
