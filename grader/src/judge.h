/**
 * @file judge.h
 * @brief What a suite is written with: a subject in the sandbox, steps, events, expectations.
 *
 * A suite is a table of tests; each test is about one clause. A test runs in a process of its own (Check's
 * fork), which holds no code of the submission. It draws its inputs from the seed, sends the subject one
 * step at a time, and compares what comes back with what a model here says. Everything it sends and sees is
 * noted in the trace, which a failure shows.
 */
#ifndef WEFT_GRADER_JUDGE_H
#define WEFT_GRADER_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "../support/channel.h"

struct judge;

/** The variants a test runs in. */
enum judge_variants { PLAIN = 1, ASAN = 2, TSAN = 4, INTERLEAVE = 8 };

/** One test. */
struct judge_test {
    const char *name;
    const char *clause;
    unsigned variants; /**< of enum judge_variants */
    void (*run)(struct judge *judge);
};

/** What a clause rests on: while one of those clauses fails, the tests of this one may fail for the same reason. */
struct judge_rest {
    const char *clause;
    const char *on; /**< "03.1 03.2" */
};

/** A lab's tests. */
struct judge_suite {
    const char *lab;
    /** Ended by one without a name; of a clause's tests the most telling comes first. */
    const struct judge_test *tests;
    /** Names of events for the trace, given by the suite: writes at most `size` bytes; none: no line for it. */
    void (*describe_event)(struct judge *judge, const struct channel_record *event, char *text, int size);
    const struct judge_rest *rests; /**< ended by one without a clause; NULL: none */
};

extern const struct judge_suite *const judge_suites[];

/* --- the subject --- */

/** Start the subject with one of its scenarios: once a test, and again after each panic that was expected. */
void judge_start(struct judge *judge, const char *scenario);

/** What a step came back with. */
struct judge_reply {
    int64_t a, b;
};

/**
 * Send a step and wait for its reply; events that came with it are in judge_events(). `what` says in the
 * student's terms what the step calls; a failure in it names that.
 */
struct judge_reply judge_step(struct judge *judge, uint32_t operation, const int64_t *arguments,
                              uint32_t count, const char *what, ...) __attribute__((format(printf, 5, 6)));

/** Shorthand: judge_step with the arguments in a list, after the text. */
#define STEP(judge, operation, what, ...)                                                                    \
    judge_step((judge), (operation), (const int64_t[]){__VA_ARGS__},                                         \
               sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), "%s", (what))

/** The events of the last step, oldest first. */
const struct channel_record *judge_events(const struct judge *judge, int *count);

/** The texts that came with the last step's events, joined. */
const char *judge_event_text(const struct judge *judge);

/** Wait for an event that comes later, from another thread of the subject. Fails the test if none can come. */
struct channel_record judge_next_event(struct judge *judge, const char *awaited);

/** Take an event that has already come, if there is one. */
bool judge_take_event(struct judge *judge, struct channel_record *event);

/** Wait for an event, or until the thread sleeps and stays asleep: then false. */
bool judge_event_or_sleep(struct judge *judge, int64_t thread, struct channel_record *event);

/** How long a thread must be seen asleep without running once: neither spinning nor polling with short sleeps.
 * The long one tells sleeps up to itself; it costs as much, so once in a test is enough. */
enum { STILL_MS = 60, LONG_STILL_MS = 300 };

/** Wait until the thread of the subject sleeps and stays asleep; fails the test if it does not. */
void judge_expect_asleep(struct judge *judge, int64_t thread, const char *who, int still_ms);

/** From now on a panic is no failure: judge_expect_panic() will look at it. Before the step that leads to it. */
void judge_allow_panic(struct judge *judge);

/** Whether the last step ended in a panic that was allowed. */
bool judge_panicked(const struct judge *judge);

/** The last step's call must have panicked, and the panic must name this clause and say this; ends the scenario.
 * Then the test is over, or starts a subject anew. */
void judge_expect_panic(struct judge *judge, const char *clause, const char *says);

/** The same for a panic that comes from another thread than the driver's, so that the step may return before it. */
void judge_expect_later_panic(struct judge *judge, const char *clause, const char *says);

/** Let the scenario end, and the test with it; everything must be released, nothing still run. */
void judge_finish(struct judge *judge);

/* --- inputs and verdicts --- */

/** A number from 0 to limit - 1, drawn from the seed. */
int judge_random(struct judge *judge, int limit);

/** End the test as failed, with both sides in words. */
_Noreturn void judge_fail(struct judge *judge, const char *expected, const char *observed, ...)
    __attribute__((format(printf, 3, 4)));

/** Fail unless `condition`. `expected` says what should be; the rest, a format, what was seen. */
#define EXPECT(judge, condition, expected, ...)                                                              \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            judge_fail((judge), (expected), __VA_ARGS__);                                                    \
    } while (0)

/** An output in words: the name of a code of enum wf_error, "WF_ECANCELED", or the number. One of eight texts, used in turn. */
const char *judge_code(int64_t code);

/** Add what the last step returned to its line in the trace. */
void judge_returned(struct judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Add a line to the trace. */
void judge_note(struct judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** All that was built is gone again: the trace of a failure begins here. */
void judge_forget_trace(struct judge *judge);

/** Whether this test runs that scenario. */
bool judge_scenario_is(const struct judge *judge, const char *scenario);

/** A test that is a model of the same name: explored in the variant interleave, within the budget. */
void judge_model(struct judge *judge);

/** A test that is a model of the same name, which the submission wrote, on code that is wrong: it passes where the model fails, and
 * finds what a model is for: not by a misuse, a crash or a step too many. */
void judge_caught(struct judge *judge);

/** Whether it is a model, of which one execution can be looked at. */
static inline bool judge_is_model(const struct judge_test *test)
{
    return test->run == judge_model || test->run == judge_caught;
}

/** A test that is a weakening search: the models of the clause need each memory order in these files ("a.c,b.c"). The clause
 * has so many orders in the starter; of a clause whose models pass, each that is not too strong earns an equal share. */
void judge_orders(struct judge *judge, const char *clause, const char *files, int orders);

/** What the suite keeps for itself during a test; zeroed at its begin. */
void *judge_state(struct judge *judge);
enum { JUDGE_STATE_BYTES = 4096 };

#endif
