/**
 * @file judge_says.h
 * @brief How the events of a lab's scenarios read in a trace: a table with a sentence for each kind.
 */
#ifndef WEFT_GRADER_JUDGE_SAYS_H
#define WEFT_GRADER_JUDGE_SAYS_H

#include <stddef.h>
#include <stdint.h>

#include "../support/mock_events.h"

struct channel_record;

/** The sentence, with %s for the event's first number and %s for its second, and how each reads. Without `a` the first is nothing;
 * without `b` the second is the number of the thread. */
struct judge_says {
    const char *format;
    const char *(*a)(int64_t a), *(*b)(int64_t b);
};

/** Write the event's sentence; JUDGE_SAY() is given the array itself, by kind. */
void judge_say(const struct judge_says *says, size_t count, const struct channel_record *event, char *text,
               int size);
#define JUDGE_SAY(says, event, text, size)                                                                   \
    judge_say((says), sizeof(says) / sizeof *(says), (event), (text), (size))

/** A number in words. One of four texts, used in turn. */
const char *judge_number(int64_t number);

/** The second number of EVENT_PROBE_POLLED. */
const char *judge_probe_polled(int64_t number);

/** The rows of mock_events.h; `name_of` says what a future is called. */
#define MOCK_SAYS(name_of)                                                                                   \
    [EVENT_PROBE_POLLED] = {"%s is polled%s", name_of, judge_probe_polled},                                  \
    [EVENT_PROBE_DROPPED] = {"%s is dropped", name_of, NULL},                                                \
    [EVENT_PROBE_BYPASSED] = {"an operation of %s is called directly", name_of, NULL},                       \
    [EVENT_WAKER_WOKEN] = {"waker %s is woken", judge_number, NULL}

#endif
