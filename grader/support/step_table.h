/**
 * @file step_table.h
 * @brief Steps are declared once: a lab's table has one line a step, and both sides make what they need of it.
 *
 *     #define LAB_DOMAINS(NUMBERS, WORDS, TOLD) \
 *         NUMBERS(THREAD, 0, 1, 2)              the edges of a domain, which a run draws all
 *         WORDS(POINT, POINTS)                  POINTS(EDGE) lists them: EDGE(AT_POLL, "in the poll of task") ...
 *         TOLD(WORD, tell_word, 0, 1)           the judge's function tell_word() says how a number reads
 *     #define LAB_STEPS(STEP, ARG) \
 *         STEP(wake, "thread {thread}: wf_waker_wake(waker {waker})", ARG(thread, THREAD) ARG(waker, WAKER)) ...
 *     STEP_TABLE(LAB_DOMAINS, LAB_STEPS)
 *
 * That line is the number STEP_wake and the struct step_wake of the arguments. The judge does it with
 * DO(judge, wake, .thread = 1, .waker = 0) (src/judge_steps.h), which writes the line in the trace and counts the edges. The
 * subject defines on_wake(), and STEP_DISPATCH makes the switch that calls it. Its scenarios may each have a list of steps of
 * their own; LAB_STEPS is all of them. Two steps of one name, a step without its on_...(), and a domain without edges do not
 * compile.
 *
 * A step may carry a list of others, its acts: what a future does when it is polled, say. They stand behind its own arguments,
 * and where its text has {steps}. ACT(wake, 1) is one, CARRY() (src/judge_steps.h) sends them, step_read_acts() reads them.
 */
#ifndef WEFT_GRADER_STEP_TABLE_H
#define WEFT_GRADER_STEP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "channel.h"

/** What a step came to: the two numbers of its reply. */
struct step_reply {
    int64_t a, b;
};

/** A table has no more steps. */
enum { STEPS_MAX = 250 };

/** A step in a list of steps: STEP_wake, and its arguments. */
enum { ACT_ARGUMENTS_MAX = 3 };
struct step_act {
    uint32_t operation;
    int64_t arguments[ACT_ARGUMENTS_MAX];
};

/** An act with all of its arguments, in the order of the table. In a function: it does not compile with fewer or more of them. */
#define ACT(step, ...)                                                                                       \
    ((struct step_act){({                                                                                    \
                           _Static_assert(sizeof((const int64_t[]){__VA_ARGS__}) ==                          \
                                              sizeof(struct step_##step),                                    \
                                          "the act " #step " has other arguments than its step");            \
                           STEP_##step;                                                                      \
                       }),                                                                                   \
                       {__VA_ARGS__}})

#define STEP_TABLE(DOMAINS, STEPS)                                                                           \
    DOMAINS(STEP_HAS_EDGES, STEP_HAS_WORDS, STEP_HAS_TOLD_EDGES)                                             \
    STEPS(STEP_ONCE, STEP_NOTHING)                                                                           \
    STEPS(STEP_STRUCT, STEP_MEMBER)                                                                          \
    enum step {                                                                                              \
        STEP_BEFORE_ALL = CHANNEL_FIRST_OPERATION - 1,                                                       \
        STEPS(STEP_NUMBER, STEP_NOTHING) STEP_BEHIND_ALL                                                     \
    };                                                                                                       \
    _Static_assert(STEP_BEHIND_ALL - CHANNEL_FIRST_OPERATION <= STEPS_MAX,                                   \
                   "the table has more steps than STEPS_MAX");                                               \
    STEPS(STEP_FITS, STEP_NOTHING)

#define STEP_NOTHING(...)
#define STEP_MEMBER(name, domain) int64_t name;
#define STEP_STRUCT(step, text, arguments)                                                                   \
    struct step_##step {                                                                                     \
        arguments                                                                                            \
    };
#define STEP_NUMBER(step, text, arguments) STEP_##step,

/* An edge of a domain of words, as a list has it. */
#define STEP_EDGE_VALUE(value, word) value,
#define STEP_EDGE_NAME(value, word) #value,
#define STEP_EDGE_WORD(value, word) word,

/* What is wrong with a declaration, in words that the compiler prints. */
#define STEP_ONCE(step, text, arguments)                                                                     \
    struct two_steps_are_called_##step {                                                                     \
        char unused;                                                                                         \
    };
#define STEP_FITS(step, text, arguments)                                                                     \
    _Static_assert(sizeof(struct step_##step) <= CHANNEL_ARGUMENTS_MAX * sizeof(int64_t),                    \
                   "the step " #step " has more arguments than a command holds");
#define STEP_HAS_EDGES(name, ...)                                                                            \
    _Static_assert(sizeof((const int64_t[]){__VA_ARGS__}) > 0, "the domain " #name " has no edges");
#define STEP_HAS_WORDS(name, list) STEP_HAS_EDGES(name, list(STEP_EDGE_VALUE))
#define STEP_HAS_TOLD_EDGES(name, tell, ...) STEP_HAS_EDGES(name, __VA_ARGS__)

/* --- the subject's half --- */

/**
 * Defines `struct step_reply name(uint32_t operation, const int64_t *arguments)`, which does any of these steps by a call of
 *
 *     struct step_reply on_wake(const struct step_wake *step)
 *
 * The function gets a copy of its thread's own. Needs scenario.h.
 */
#define STEP_DISPATCH(name, STEPS)                                                                           \
    static struct step_reply name(uint32_t operation, const int64_t *arguments)                              \
    {                                                                                                        \
        switch (operation) {                                                                                 \
            STEPS(STEP_CASE, STEP_NOTHING)                                                                   \
        default:                                                                                             \
            scenario_broken("no such step");                                                                 \
        }                                                                                                    \
    }

#define STEP_CASE(step, text, arguments_of_it)                                                               \
    case STEP_##step: {                                                                                      \
        struct step_##step own;                                                                              \
        step_copy(&own, arguments, sizeof own);                                                              \
        return on_##step(&own);                                                                              \
    }

/** Defines scenario_name, whose commands are these steps. `begin` and `end` may be NULL. */
#define STEP_SCENARIO(name, STEPS, begin, end)                                                               \
    STEP_DISPATCH(name##_perform, STEPS)                                                                     \
    static void name##_act(const struct channel_command *command)                                            \
    {                                                                                                        \
        struct step_reply reply = name##_perform(command->operation, command->arguments);                    \
        scenario_reply(reply.a, reply.b);                                                                    \
    }                                                                                                        \
    const struct scenario scenario_##name = {#name, begin, name##_act, end};

/* Number by number, and volatile: memcpy() would be seen by ThreadSanitizer, to which no hand-over of a step may show. */
__attribute__((no_sanitize("thread"), noinline, unused)) static void
step_copy(void *to, const int64_t *arguments, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes / sizeof(int64_t); i++)
        ((int64_t *)to)[i] = ((const volatile int64_t *)arguments)[i];
}

/** Declares on_...() of each step, where several scenarios have it: COMMON_STEPS(STEP_DECLARE, STEP_NOTHING) */
#define STEP_DECLARE(step, text, arguments) struct step_reply on_##step(const struct step_##step *step);

/** Of a step that has nothing to tell. */
#define STEP_DONE ((struct step_reply){0, 0})

/** A step that is one expression, its reply: static ON_STEP(clones, ANSWERS(count_clones(step->waker))); */
#define ON_STEP(name, ...)                                                                                   \
    struct step_reply on_##name(const struct step_##name *step __attribute__((unused)))                      \
    {                                                                                                        \
        return __VA_ARGS__;                                                                                  \
    }
#define ANSWERS(number) ((struct step_reply){.a = (number)})
#define DONE_BY(call) ((void)(call), STEP_DONE)

/** How many arguments each step of a table has. */
struct step_sizes {
    int64_t steps;
    uint8_t of[STEPS_MAX];
};
#define STEP_SIZES(name, STEPS)                                                                              \
    static const struct step_sizes name = {STEP_BEHIND_ALL - CHANNEL_FIRST_OPERATION,                        \
                                           {STEPS(STEP_SIZE, STEP_NOTHING)}};

/** Reads the acts behind a step's own arguments: how many there are, at most `most`. -1: they are no acts, and `wrong` says why. */
__attribute__((unused)) static int step_read_acts(const struct step_sizes *sizes, const int64_t *from,
                                                  uint32_t count, struct step_act *acts, int most,
                                                  const char **wrong)
{
    int read = 0;
    for (uint32_t at = 0; at < count; read++) {
        int64_t number = from[at++];
        bool known = number >= CHANNEL_FIRST_OPERATION && number - CHANNEL_FIRST_OPERATION < sizes->steps;
        uint32_t size = known ? sizes->of[number - CHANNEL_FIRST_OPERATION] : 0;
        *wrong = !known                     ? "an act is no step of the table"
                 : size > ACT_ARGUMENTS_MAX ? "an act has more than ACT_ARGUMENTS_MAX arguments"
                 : read == most             ? "a step carries too many acts"
                 : size > count - at        ? "the last act of a step is not whole"
                                            : NULL;
        if (*wrong)
            return -1;
        acts[read] = (struct step_act){.operation = (uint32_t)number};
        step_copy(acts[read].arguments, from + at, size * sizeof(int64_t));
        at += size;
    }
    return read;
}

#define STEP_SIZE(step, text, arguments) sizeof(struct step_##step) / sizeof(int64_t),

#endif
