/**
 * @file async.c
 * @brief What the macros of async.h call: the drop of an async function, and its logical backtrace.
 *
 * An async function has no stack of its own, so nothing unwinds when it is dropped. Its frame says all there is to
 * know: the child it awaits, which holds something and must let go of it, and the clean-up that the function itself
 * wrote below ASYNC_FINALLY.
 */
#include "weft/async.h"

#include <stdio.h>

#include "weft/panic.h"

void wf_async_lost(const struct wf_future *future)
{
    wf_panic("G.27",
             "%s is resumed at line %u, for which it has no case: a state is missing, or an AWAIT stands in a "
             "switch of its own",
             future->ops->name, wf_load_relaxed(&future->line));
}

void wf_async_drop(struct wf_future *future, void (*finally)(struct wf_future *future))
{
    /* 02.T2: drop the child that it awaits, then call finally(); clause 02.6 says what `awaiting`
     * is meanwhile */
    LAB_TODO("02.T2");
}

/* A line that grows behind the end of its buffer: what does not fit is only counted. */
struct line {
    char *text;
    size_t size;
    size_t length;
};

static void add(struct line *line, const char *format, const char *name, uint32_t number)
{
    /* 02.T3: snprintf() into what is left of the buffer, which may be nothing; count the whole */
    LAB_TODO("02.T3");
}

size_t wf_async_backtrace(const struct wf_future *future, char *text, size_t size)
{
    struct line line = {.text = text, .size = size};
    if (size > 0)
        *text = '\0';
    /* 02.T3: for each future along `awaiting`: an arrow between two, the name, then the line,
     * [done] or [dropped]; or (empty) */
    LAB_TODO("02.T3");
    return line.length;
}
