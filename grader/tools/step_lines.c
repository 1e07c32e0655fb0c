/**
 * @file step_lines.c
 * @brief Does the steps of a small table, and a list of acts, with stubs in place of the judge: suites.sh compares what it prints.
 *
 * With the argument "text" it does the step whose text names what it has not; with a number, an act of that number.
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
    STEP(point, "comes {point}", ARG(point, POINT))                                                          \
    STEP(wide, "has four", ARG(a, WAKER) ARG(b, WAKER) ARG(c, WAKER) ARG(d, WAKER))
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
static void read_back(const int64_t *sent, uint32_t count, int most)
{
    STEP_SIZES(sizes, LAB_STEPS)
    struct step_act acts[3];
    const char *wrong;
    int read = step_read_acts(&sizes, sent, count, acts, most, &wrong);
    printf("acts read:");
    if (read < 0)
        printf(" %s", wrong);
    for (int i = 0; i < read; i++)
        printf(" %u %lld", acts[i].operation, (long long)acts[i].arguments[0]);
    printf("\n");
}

static void read_all_back(void)
{
    static const int64_t right[] = {STEP_poll, 5, 6, STEP_aside, STEP_ready, 7};
    static const int64_t numbers[] = {
        0,         CHANNEL_FIRST_OPERATION - 1,   STEP_BEHIND_ALL, -1, INT64_MAX,
        INT64_MIN, STEP_poll + (INT64_C(1) << 32)};
    read_back(right, 6, 3);
    read_back(right, 5, 3);
    read_back(right, 6, 2);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        read_back((const int64_t[]){STEP_poll, 5, 6, numbers[i], 0, 0}, 6, 3);
    read_back((const int64_t[]){STEP_wide, 1, 2, 3, 4}, 5, 3);
}

int main(int argc, char **argv)
{
    static struct judge judge;
    if (argc > 1 && strcmp(argv[1], "text") == 0)
        DO(&judge, wrong, .waker = 1);
    if (argc > 1) /* what no table has */
        CARRY(&judge, ACT(program, 7), (struct step_act){.operation = (uint32_t)strtoul(argv[1], NULL, 10)});
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
    read_all_back();
    puts(json_dumps(judge.drawn, 0));
    return 0;
}
