/**
 * @file judge_steps.h
 * @brief The judge's half of a table of steps (support/step_table.h): do a step, draw a value, account for the edges.
 *
 * One file of a lab's suite defines `lab_steps`, with STEP_TABLE_DEFINE; suites are linked so that each has its own.
 */
#ifndef WEFT_GRADER_JUDGE_STEPS_H
#define WEFT_GRADER_JUDGE_STEPS_H

#include <stddef.h>

#include "../support/step_table.h"
#include "judge.h"

struct step_domain {
    const char *name;
    int count; /**< of its edges */
    const int64_t *edges;
    const char *const *names; /**< of edges with words, as the table has them; else NULL */
    const char *const *words; /**< how they read; else NULL */
    void (*tell)(int64_t value, char *text, size_t size);
};

struct step_argument {
    const char *name; /**< NULL: the end */
    int domain;
};

struct step_line {
    const char *name, *text;
    const struct step_argument *arguments;
};

struct step_table {
    const struct step_line *steps; /**< by operation, from CHANNEL_FIRST_OPERATION on */
    int step_count;
    const struct step_domain *domains;
    int domain_count;
    /** Told of each event that came with a step, before DO() returns; NULL: nobody is. */
    void (*on_event)(struct judge *judge, const struct channel_record *event);
};

extern const struct step_table lab_steps;

#define STEP_TABLE_DEFINE(DOMAINS, STEPS, on_event)                                                          \
    enum { DOMAINS(STEP_DOMAIN_NUMBER, STEP_DOMAIN_NUMBER, STEP_DOMAIN_NUMBER) EDGES };                      \
    static const struct step_line step_lines[] = {STEPS(STEP_LINE, STEP_ARGUMENT)};                          \
    static const struct step_domain step_domains[] = {                                                       \
        DOMAINS(STEP_NUMBERS_DOMAIN, STEP_WORDS_DOMAIN, STEP_TOLD_DOMAIN)};                                  \
    const struct step_table lab_steps = {step_lines, sizeof step_lines / sizeof *step_lines, step_domains,   \
                                         EDGES, on_event};

#define STEP_DOMAIN_NUMBER(name, ...) EDGES_OF_##name,
#define STEP_ARGUMENT(name, domain) {#name, EDGES_OF_##domain},
#define STEP_LINE(step, text, arguments) {#step, text, (const struct step_argument[]){arguments{NULL, 0}}},
#define STEP_EDGES(...)                                                                                      \
    .count = sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), .edges = (const int64_t[])            \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define STEP_NUMBERS_DOMAIN(domain, ...) {.name = #domain, STEP_EDGES(__VA_ARGS__)},
#define STEP_TOLD_DOMAIN(domain, how, ...) {.name = #domain, .tell = how, STEP_EDGES(__VA_ARGS__)},
#define STEP_WORDS_DOMAIN(domain, list)                                                                      \
    {.name = #domain,                                                                                        \
     .names = (const char *const[]){list(STEP_EDGE_NAME)},                                                   \
     .words = (const char *const[]){list(STEP_EDGE_WORD)},                                                   \
     STEP_EDGES(list(STEP_EDGE_VALUE))},

/** Do a step: send it, write its line, count its edges, tell of its events. DO(judge, wake, .thread = 1, .waker = 0); an
 * argument that is not named is 0. */
#define DO(judge, step, ...)                                                                                 \
    step_do((judge), &lab_steps, STEP_##step, (const int64_t *)&(const struct step_##step){__VA_ARGS__})

/** The next step that is done rides in this one, behind its arguments: its operation, its arguments. Where the text of this
 * one has {step} stands the other's. WITHIN(judge, at, .point = AT_POLL, .subject = task) */
#define WITHIN(judge, step, ...)                                                                             \
    step_within((judge), &lab_steps, STEP_##step, (const int64_t *)&(const struct step_##step){__VA_ARGS__})

/** Do a step with a list of acts: CARRY(judge, ACT(program, 1), ACT(keep), ACT(pend)). An act whose text has {step} takes the
 * next one in. */
#define CARRY(judge, carrier, ...)                                                                           \
    step_carry((judge), &lab_steps, (carrier), (const struct step_act[]){__VA_ARGS__},                       \
               sizeof((const struct step_act[]){__VA_ARGS__}) / sizeof(struct step_act))

/** A value of the step's argument: an edge that this test has not used yet, or else any from the lowest edge to the highest; of a
 * domain of words, any edge. DRAW(judge, ready, value) */
#define DRAW(judge, step, argument) step_draw((judge), &lab_steps, STEP_##step, #argument)

struct judge_reply step_do(struct judge *judge, const struct step_table *table, uint32_t operation,
                           const int64_t *arguments);
struct judge_reply step_carry(struct judge *judge, const struct step_table *table, struct step_act carrier,
                              const struct step_act *acts, uint32_t count);
void step_within(struct judge *judge, const struct step_table *table, uint32_t operation,
                 const int64_t *arguments);
/** Whether the next step will ride in another one. */
bool step_is_within(const struct judge *judge);
int64_t step_draw(struct judge *judge, const struct step_table *table, uint32_t operation,
                  const char *argument);

#endif
