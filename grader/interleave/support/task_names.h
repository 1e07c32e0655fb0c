/**
 * @file task_names.h
 * @brief For models with tasks: what an account calls the parts of a task, and its state word in flags and references.
 *
 * The layout is the public one, of future.h and detail/task_state.h. Include it in one file of a model program.
 */
#ifndef INTERLEAVE_TASK_NAMES_H
#define INTERLEAVE_TASK_NAMES_H

#include <stdio.h>

#include "interleave.h"
#include "weft/task.h"

static inline void describe_line(uint64_t value, char *text, size_t size)
{
    snprintf(text, size, "%s",
             value == WF_LINE_NEW       ? "WF_LINE_NEW"
             : value == WF_LINE_DONE    ? "WF_LINE_DONE"
             : value == WF_LINE_DROPPED ? "WF_LINE_DROPPED"
                                        : "a line of the source");
}

static inline void describe_state(uint64_t value, char *text, size_t size)
{
    static const char *const names[] = {"RUNNING",       "COMPLETE",   "NOTIFIED",
                                        "JOIN_INTEREST", "JOIN_WAKER", "CANCELLED"};
    size_t length = 0;
    for (size_t bit = 0; bit < sizeof names / sizeof *names; bit++)
        if (value >> bit & 1 && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s ", names[bit]);
    if (length < size)
        snprintf(text + length, size - length, "x%u", (unsigned)(value / WF_TASK_REFERENCE));
}

/** Before it is spawned. */
static inline void name_task(const struct wf_task *task)
{
    interleave_name_with(&task->state, "state", describe_state);
    interleave_name(&task->next, "next");
    interleave_name(&task->join_waker, "join_waker");
    interleave_name_with(&((const struct wf_future *)(const void *)task->frame)->line, "the future's line",
                         describe_line);
}

/** A future that is no task's. `name`: of its line, static. */
static inline void name_line(const struct wf_future *future, const char *name)
{
    interleave_name_with(&future->line, name, describe_line);
}

#endif
