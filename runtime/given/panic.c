/**
 * @file panic.c
 * @brief The message of a broken clause, and the end of the process.
 *
 * One of the process-wide states: the panic hook, because a panic ends the process.
 */
#include "weft/panic.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "weft/await_tree.h"
#include "weft/context.h"

static void (*panic_hook)(const struct wf_panic_info *info);

/* Set while this thread panics: a hook that panics itself must not be called for that. */
static __thread bool panicking;

void wf_set_panic_hook(void (*hook)(const struct wf_panic_info *info))
{
    panic_hook = hook;
}

void wf_panic_at(const char *function, const char *file, int line, const char *clause, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    const struct wf_panic_info info = {clause, message, function, file, line};
    bool first = !panicking;
    panicking = true;
    if (first && panic_hook)
        panic_hook(&info);

    fprintf(stderr, "weft: panic: clause %s broken: %s\n  in %s (%s:%d)\n", clause, message, function, file,
            line);
    const struct wf_context *context = wf_context_running();
    if (first && context && !context->root)
        fprintf(stderr, "  inside %s()\n", context->runs);
    if (first && context && context->root) {
        fprintf(stderr, "  await tree of %s:\n", context->runs);
        wf_await_tree_print(context->root, stderr, 4);
    }
    fflush(stderr);
    abort();
}

#ifdef WF_DEBUG

__thread uint32_t wf_locks_held;

void wf_called_under_lock(const char *what)
{
    wf_panic("G.115", "%s is called while the thread holds a lock of the runtime", what);
}

#endif

void wf_lab_todo(const char *function, const char *file, int line, const char *task)
{
    const struct wf_panic_info info = {task, "not written yet", function, file, line};
    bool first = !panicking;
    panicking = true;
    if (first && panic_hook)
        panic_hook(&info);
    fflush(stdout); /* what the program has printed so far is seen, also where it goes into a pipe */
    fprintf(stderr, "weft: task %s is not written yet: %s (%s:%d)\n", task, function, file, line);
    fflush(stderr);
    abort();
}
