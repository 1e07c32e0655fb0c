/**
 * @file weft.c
 * @brief What the engine knows of the runtime: a broken clause, and a task that is not written yet, end an execution as failures of
 * their own kinds; what some of its functions do, in words.
 *
 * Part of the engine's object, not of the code under test: what it does is no step of an execution.
 */
#include "weft/panic.h"

#include <string.h>

#include "../engine/engine.h"

static void on_panic(const struct wf_panic_info *info)
{
    il_site site = (const char *)__builtin_return_address(0) - 1;
    if (!il_active())
        return;
    if (strchr(info->clause, 'T')) /* tasks are numbered 01.T2, clauses 01.2 */
        fail(IL_TODO, site, "task %s in %s (%s:%d)", info->clause, info->function, info->file, info->line);
    fail(IL_PANIC, site, "clause %s is broken: %s (raised in %s, %s:%d)", info->clause, info->message,
         info->function, info->file, info->line);
}

__attribute__((constructor)) static void set_hook(void)
{
    wf_set_panic_hook(on_panic);
}

const char *weft_words(const char *function)
{
    static const struct {
        const char *function, *words;
    } known[] = {
        {"parker_park", "parks"},
        {"parker_unpark", "unparks"},
        {"wf_thread_parker_new", "makes a thread parker"},
        {"wf_thread_parker_drop", "drops a thread parker"},
        {"waker_clone", "clones a waker"},
        {"waker_drop", "drops a waker"},
        {"waker_wake", "wakes"},
        {"waker_wake_by_ref", "wakes"},
        {"wf_task_spawn", "spawns a task"},
        {"wf_task_new", "makes a task"},
        {"wf_task_run", "runs a task"},
        {"wf_task_waker", "makes a waker of a task"},
        {"join_handle_poll", "polls a join handle"},
        {"join_handle_drop", "drops a join handle"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].function, function) == 0)
            return known[i].words;
    return NULL;
}
