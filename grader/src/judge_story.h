/**
 * @file judge_story.h
 * @brief A story: the events from one moment on, oldest first, and what a test looks for in one.
 */
#ifndef WEFT_GRADER_JUDGE_STORY_H
#define WEFT_GRADER_JUDGE_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "../support/channel.h"

enum { STORY_MAX = 20000 };

struct story {
    struct channel_record events[STORY_MAX];
    int count;
};

/** Whether an event is of this kind, and of this number (-1: any). */
static inline bool is(const struct channel_record *event, uint32_t kind, int64_t a)
{
    return event->kind == kind && (a < 0 || event->a == a);
}

/** The index of the first such event at `from` or later; -1: none. */
static inline int find(const struct story *told, int from, uint32_t kind, int64_t a)
{
    for (int i = from; i >= 0 && i < told->count; i++)
        if (is(&told->events[i], kind, a))
            return i;
    return -1;
}

/** How many there are in [from, to); and in all. */
static inline int count_between(const struct story *told, int from, int to, uint32_t kind, int64_t a)
{
    int found = 0;
    for (int i = from; i < to; i++)
        found += is(&told->events[i], kind, a);
    return found;
}

static inline int count_of(const struct story *told, uint32_t kind, int64_t a)
{
    return count_between(told, 0, told->count, kind, a);
}

#endif
