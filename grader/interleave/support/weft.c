/**
 * @file weft.c
 * @brief A broken clause, and a task that is not written yet, end an execution as failures of their own kinds.
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
