/**
 * @file panic.h
 * @brief What happens on a programmer's mistake: one message that names the broken clause, then abort.
 *
 * The message goes to standard error:
 *
 *     weft: panic: clause G.1 broken: read polled after it was READY
 *       in echo_poll (echo.c:41)
 *       await tree of block_on:
 *         join
 *         |- read
 *         `- write
 *
 * @clause{G.14,0,"A panic prints the clause, the message and the await tree of the future that this thread runs, then aborts."}
 * @clause{G.15,0,"A panic calls the process-wide panic hook with the clause and the message before it aborts; a panic inside the hook does not call it again."}
 */
#ifndef WEFT_PANIC_H
#define WEFT_PANIC_H

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/** Where a panic was raised and why. Borrowed: valid during the hook. */
struct wf_panic_info {
    const char *clause;   /**< the broken clause's number, e.g. "G.1" */
    const char *message;  /**< one line */
    const char *function; /**< the function that found the mistake */
    const char *file;     /**< its file as the compiler was given it */
    int line;             /**< its line in that file */
};

/**
 * @brief Set what is called first on a panic (one hook a process; NULL: none).
 *
 * For graders and crash reporters. The hook must not return into the library; it may write and return.
 *
 * Clauses: G.15
 * Threads: set it before other threads exist.
 */
void wf_set_panic_hook(void (*hook)(const struct wf_panic_info *info));

/** @brief Implementation of wf_panic(). */
WF_NORETURN void wf_panic_at(const char *function, const char *file, int line, const char *clause,
                             const char *format, ...) WF_PRINTF(5, 6);

/**
 * @brief Report a broken clause and abort. Never returns.
 * @param clause  the clause's number as a string.
 * @param ...     a printf format and its arguments: one line that says what was done wrong.
 *
 * Clauses: G.14 G.15
 * Threads: any; two at once print two messages.
 */
#define wf_panic(clause, ...) wf_panic_at(__func__, __FILE__, __LINE__, clause, __VA_ARGS__)

/** @brief Implementation of LAB_TODO(). */
WF_NORETURN void wf_lab_todo(const char *function, const char *file, int line, const char *task);

/** Stands where a starter has a hole: says which task it is, calls the panic hook with it, and aborts. */
#define LAB_TODO(task) wf_lab_todo(__func__, __FILE__, __LINE__, task)

WF_END_DECLS

#endif
