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
    new_runtime(judge, RUNTIME, MOCK_PARK, hooks);
    PROGRAM(judge, WAITS_FIRST, WAITS_LAST, ACT(keep), ACT(pend), ACT(yield), ACT(go_to, 1));
    PROGRAM(judge, SPAWNED_OUTSIDE, REFUSED, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(WAITS_FIRST, WAITS_LAST)), ACT(pend),
            ACT(wake, WAITS_FIRST), ACT(pend), ACT(ready));
    run_root(judge);
    count(&calls, until_asleep(judge));
    const struct step_act works[] = {ACT(wake, WAITS_FIRST), ACT(spawn, ON_RUNTIME, SPAWNED_OUTSIDE),
                                     ACT(wake, SPAWNED_OUTSIDE), ACT(wake, ROOT), ACT(abort, WAITS_FIRST)};
    for (int i = 0; i < 5; i++) {
        DRIVER(judge, works[i]);
        count(&calls, until_asleep(judge));
    }
    DRIVER(judge, ACT(reference, RUNTIME), ACT(wake, ROOT));
    count(&calls, until_done(judge));
    if (!is_dropped) {
        DRIVER(judge, ACT(unreference, RUNTIME));
        end_runtime(judge);
        return calls;
    }
    count(&calls, drop_runtime(judge));
    DRIVER(judge, ACT(spawn, ON_KEPT, REFUSED), ACT(unreference, RUNTIME));
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

/* --- hooks that call back: whatever they do, they may do so, and no lock is held meanwhile --- */

static void expect_polled(struct judge *judge, const struct story *story, int task)
{
    EXPECT(judge, count_of(story, EVENT_POLLED, task) == 1, "what a hook wakes or spawns is polled",
           "%s is polled %d times", name_of(task), count_of(story, EVENT_POLLED, task));
}

void test_hooks_call_back(struct judge *judge)
{
    enum { WAITS = 2, ENDS = 3, FRESH = 10, LATE = 30 };
    judge_start(judge, "executor");
    make_runtime(judge, true);
    PROGRAM(judge, 1, WAITS, ACT(keep), ACT(rest));
    PROGRAM(judge, ENDS, ENDS, ACT(keep), ACT(pend), ACT(ready));
    PROGRAM(judge, FRESH, LATE, ACT(ready));
    PROGRAM(judge, ROOT, ROOT, ACT(keep), ACT(spawn_all, RANGE(1, ENDS)), ACT(wait), ACT(ready));
    run_root(judge);
    until_asleep(judge);

    CARRY(judge, ACT(in_task_spawned, RUNTIME), ACT(spawn, ON_RUNTIME, FRESH), ACT(aside),
          ACT(spawn, ON_RUNTIME, FRESH + 1), ACT(wake, 1), ACT(aside), ACT(wake, 2));
    DRIVER(judge, ACT(spawn, ON_RUNTIME, FRESH + 2));
    const struct story *story = until_asleep(judge);
    for (int task = FRESH; task <= FRESH + 2; task++) {
        expect_polled(judge, story, task);
        EXPECT(judge,
               count_of(story, EVENT_TASK_SPAWNED, task) == 1 && count_of(story, EVENT_TASK_ENDED, task) == 1,
               "task_spawned and task_ended are called once for each task", "not so for %s", name_of(task));
    }
    expect_polled(judge, story, 1);
    expect_polled(judge, story, 2);

    CARRY(judge, ACT(in_task_ended, RUNTIME), ACT(spawn, ON_RUNTIME, FRESH + 3), ACT(aside),
          ACT(spawn, ON_RUNTIME, FRESH + 4), ACT(wake, 1), ACT(aside), ACT(wake, 2));
    WAKE(judge, ENDS);
    story = until_asleep(judge);
    for (int task = FRESH + 3; task <= FRESH + 4; task++)
        expect_polled(judge, story, task);
    expect_polled(judge, story, 1);
    expect_polled(judge, story, 2);

    CARRY(judge, ACT(in_after_unpark, RUNTIME), ACT(spawn, ON_RUNTIME, FRESH + 5), ACT(aside),
          ACT(spawn, ON_RUNTIME, FRESH + 6), ACT(wake, 1));
    WAKE(judge, 2);
    story = until_asleep(judge);
    for (int task = FRESH + 5; task <= FRESH + 6; task++)
        expect_polled(judge, story, task);
    expect_polled(judge, story, 1);
    expect_polled(judge, story, 2);

    LET_GO(judge, ROOT);
    until_done(judge);
    CARRY(judge, ACT(in_task_ended, RUNTIME), ACT(spawn, ON_RUNTIME, LATE), ACT(aside),
          ACT(spawn, ON_RUNTIME, LATE - 1), ACT(wake, 1), ACT(wake, 2));
    story = drop_runtime(judge);
    for (int task = LATE - 1; task <= LATE; task++)
        EXPECT(judge,
               count_of(story, EVENT_DROPPED, task) == 1 &&
                   count_of(story, EVENT_TASK_SPAWNED, task) + count_of(story, EVENT_TASK_ENDED, task) == 0,
               "a task that is refused while the runtime ends is dropped, and no hook is called for it",
               "not so for %s", name_of(task));
    for (int task = 1; task <= WAITS; task++)
        EXPECT(judge, count_of(story, EVENT_TASK_ENDED, task) == 1, "task_ended is called once for each task",
               "%s: %d times", name_of(task), count_of(story, EVENT_TASK_ENDED, task));
    judge_finish(judge);
}
