/**
 * @file step_lines.c
 * @brief Does the steps of a small table, and a list of acts, with stubs in place of the judge: suites.sh compares what it prints.
 *
 * With an argument it does the step whose text names what it has not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/judge_internal.h"
#include "../src/judge_steps.h"

#define POINTS(EDGE) EDGE(AT_POLL, "in the poll") EDGE(AT_DROP, "in the drop")
enum { POINTS(STEP_EDGE_VALUE) };

#define LAB_DOMAINS(NUMBERS, WORDS, TOLD)                                                                    \
    NUMBERS(WAKER, 0, 7)                                                                                     \
    WORDS(POINT, POINTS) TOLD(SIZE, tell_size, -1, 1) NUMBERS(VALUE, INT32_MAX, INT32_MIN)
#define LAB_STEPS(STEP, ARG)                                                                                 \
    STEP(poll, "polls with waker {waker}, {size}", ARG(waker, WAKER) ARG(size, SIZE))                        \
    STEP(ready, "is READY with {value}", ARG(value, VALUE))                                                  \
    STEP(clones, "the clones", )                                                                             \
    STEP(at, "({point}: {step})", ARG(point, POINT))                                                         \
    STEP(wrong, "wakes {wakker}", ARG(waker, WAKER))                                                         \
    STEP(program, "waker {waker}: {steps}", ARG(waker, WAKER))                                               \
    STEP(aside, "another thread {step}", )                                                                   \
    STEP(point, "comes {point}", ARG(point, POINT))
STEP_TABLE(LAB_DOMAINS, LAB_STEPS)

static void tell_size(int64_t value, char *text, size_t size)
{
    snprintf(text, size, value < 0 ? "no room" : "%lld bytes", (long long)value);
}

static void on_event(struct judge *judge, const struct channel_record *event)
{
    (void)judge;
    printf("    event %u\n", event->kind);
}

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, on_event)

/* --- the judge --- */

struct judge_reply judge_step(struct judge *judge, uint32_t operation, const int64_t *arguments,
                              uint32_t count, const char *what, ...)
{
    va_list list;
    (void)judge;
    va_start(list, what);
    vprintf(what, list);
    va_end(list);
    printf(" = %u", operation);
    for (uint32_t i = 0; i < count; i++)
        printf(" %lld", (long long)arguments[i]);
    printf("\n");
    return (struct judge_reply){operation, 0};
}

const struct channel_record *judge_events(const struct judge *judge, int *count)
{
    static const struct channel_record event = {.kind = 5};
    (void)judge;
    *count = 1;
    return &event;
}

int judge_random(struct judge *judge, int limit)
{
    (void)judge;
    return limit - 1;
}

_Noreturn void judge_grader_error(struct judge *judge, const char *what)
{
    (void)judge;
    printf("grader error: %s\n", what);
    exit(0);
}

/* What the subject makes of acts. */
static void read_back(void)
{
    STEP_SIZES(sizes, LAB_STEPS)
    const int64_t sent[] = {STEP_poll, 5, 6, STEP_aside, STEP_ready, 7};
    struct step_act acts[3];
    printf("acts read: %d", step_read_acts(sizes, sent, 6, acts, 3));
    for (int i = 0; i < 3; i++)
        printf(" %u %lld", acts[i].operation, (long long)acts[i].arguments[0]);
    printf("; not whole: %d, too many: %d\n", step_read_acts(sizes, sent, 5, acts, 3),
           step_read_acts(sizes, sent, 6, acts, 2));
}

int main(int argc, char **argv)
{
    static struct judge judge;
    (void)argv;
    if (argc > 1)
        DO(&judge, wrong, .waker = 1);
    DO(&judge, clones);
    DO(&judge, poll, .waker = 3, .size = -1);
    WITHIN(&judge, at, .point = AT_DROP);
    printf("the next step rides: %d\n", step_is_within(&judge));
    DO(&judge, poll, .waker = 7, .size = 16);
    printf("the next step rides: %d\n", step_is_within(&judge));
    for (int i = 0; i < 3; i++)
        DO(&judge, ready, .value = DRAW(&judge, ready, value));
    DO(&judge, poll, .waker = DRAW(&judge, poll, waker));
    printf("the next waker drawn: %lld\n", (long long)DRAW(&judge, poll, waker));
    CARRY(&judge, ACT(program, 7), ACT(clones), ACT(aside), ACT(poll, 3, 1), ACT(point, AT_POLL));
    read_back();
    puts(json_dumps(judge.drawn, 0));
    return 0;
}
