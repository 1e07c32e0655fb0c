/**
 * @file async.h
 * @brief Async functions: code that reads from top to bottom, and is a future.
 *
 *     // Reads one line and answers it. Owns the connection.
 *     struct answer {
 *         struct wf_future future;         // first: the frame is a future
 *         struct connection *connection;   // an argument
 *         struct read_line read;           // a child, and a value that lives across an await
 *         int out;                         // the result
 *     };
 *
 *     ASYNC_FN(answer)
 *     {
 *         ASYNC_BEGIN;
 *         read_line(&self->read, self->connection);
 *         AWAIT(&self->read);
 *         if (self->read.out < 0)
 *             ASYNC_RETURN(self->read.out);
 *         self->out = reply(self->connection);
 *     ASYNC_FINALLY:
 *         close_connection(self->connection);
 *         ASYNC_END;
 *     }
 *
 *     ASYNC_INIT(&frame, answer, .connection = connection);
 *
 * Shape:   the macros write the state machine that one would write by hand: a switch on the number of the line
 *          where the function is suspended. `make expand FILE=x.c` shows it.
 * Frame:   what must live across an AWAIT is a member of the frame, and so is every child. A local variable lives only
 *          until the next AWAIT: close its braces before it. Compilers find most uses that come too late, not all
 *          (G.39 to G.41); `AWAIT(&local)` of a frame that is a local variable is found by none.
 * Finally: what stands below ASYNC_FINALLY, the clean-up, runs once in every life that ends: on ASYNC_RETURN, on a `break`
 *          at body level, at the end of the body, and when the future is dropped, polled or not. Every async function has
 *          the label; where nothing is to be cleaned up, ASYNC_END follows it at once. The clean-up begins with a
 *          statement, cannot AWAIT, and reads only members that mean something when they are zero: a frame that was never
 *          polled comes here too. It drops a child that was built and then lent (to a select); the child that was
 *          awaited is gone.
 * Threads: as any future: one at a time.
 * Source:  Simon Tatham's coroutines in C; protothreads; Rust's async functions.
 *
 * Only declarations stand above ASYNC_BEGIN: a statement there would run in every poll, and in a drop. An AWAIT is a
 * statement on a line of its own; it cannot stand in a `switch` of yours. The macros use two names that you see: `self`,
 * the frame, and `cx`, the argument of the poll.
 *
 * What the first error of a compiler says of a mistake, and what helps:
 *
 *     AWAIT_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY     write ASYNC_BEGIN; no AWAIT in the clean-up: a drop cannot wait
 *     ASYNC_RETURN_stands_between_...                        the same; the clean-up goes on to ASYNC_END
 *     ASYNC_FINALLY_stands_below_ASYNC_BEGIN                 write ASYNC_BEGIN
 *     mixed declarations and code (gcc), mixing (clang)      no statement above ASYNC_BEGIN
 *     ASYNC_FINALLY_is_missing_above_ASYNC_END               write `ASYNC_FINALLY:`, also where there is nothing to clean up
 *     ASYNC_FINALLY_or_its_colon_is_missing                  write the colon
 *     ASYNC_END_is_missing                                   write ASYNC_END
 *     AWAIT_is_a_statement_alone_on_its_line_N, undeclared   an AWAIT has no value: AWAIT_TO, or read the child's `out`
 *     AWAIT_is_a_statement_alone_on_its_line_N, twice        one AWAIT a line
 *     duplicate case value; overflow of one (-Werror)        no AWAIT inside a `switch`: use `if`
 *     no member named 'out'                                  give the frame, or the child, an `out`
 *     not a structure or union; invalid type argument of '->' await a pointer to a frame: AWAIT(&self->child)
 *     future must be its first member                        move it
 *     return with no value; incompatible type when returning use ASYNC_RETURN, or a `break` at body level
 *     selector is not compatible with any association        ASYNC_INIT: the frame is of another function
 *     cannot jump from switch statement (clang)              no cleanup attribute across an AWAIT: use ASYNC_FINALLY
 *
 * @clause{02.27,4,"An and_then, an async function, a wf_dyn and a call of a closure keep the laws of futures (docs/laws.md), at every edge of what they are built of."}
 * @clause{G.24,0,"An async function runs from ASYNC_BEGIN at its first poll; each later poll goes on at the AWAIT where it is suspended; what is in the frame keeps its value."}
 * @clause{G.25,0,"AWAIT polls its child at once and suspends the function while the child is PENDING; afterwards the child's output is in the child's frame; AWAIT_TO stores it."}
 * @clause{G.26,0,"ASYNC_RETURN, a break at body level and the end of the body lead to ASYNC_FINALLY; the code below it runs once, and the future is READY."}
 * @clause{G.27,0,"An async function that is resumed at a line for which it has no case panics, and names the function and the line; so does an and_then."}
 * @clause{G.32,0,"The drop_out that ASYNC_FN was given destroys, once, an output that is not taken, of a task or a wf_dyn call; a function that was dropped has no output."}
 * @clause{G.33,0,"What ASYNC_INIT, WF_SPAWN, AWAIT, AWAIT_TO and ASYNC_RETURN are given last may be any expression: a compound literal, or another of these macros. It is evaluated once."}
 * @clause{G.34,0,"ASYNC_INIT and WF_SPAWN build a frame of any size in its place: one that is larger than the stack needs no more of it, optimised or not."}
 * @clause{G.35,0,"An AWAIT of NULL, of the function itself, or of a future that waits for the function panics: it names the function and the line."}
 * @clause{G.28,0,"An async function without ASYNC_BEGIN, ASYNC_FINALLY or ASYNC_END does not compile, nor does an AWAIT or ASYNC_RETURN that is not between the first two."}
 * @clause{G.48,0,"A statement above ASYNC_BEGIN does not compile, whatever the warnings; only -w lets it pass."}
 * @clause{G.36,0,"An AWAIT does not compile as a value, beside another one on its line, of two children, or inside a switch over an int or an enum."}
 * @clause{G.37,0,"These do not compile: an AWAIT of no frame; AWAIT_TO of a child without out; a frame without out, or whose first member is not future; ASYNC_INIT in another's frame."}
 * @clause{G.38,0,"In the body of an async function neither `return WF_READY;` nor a bare `return;` compiles, whatever the warnings; only gcc -w lets the latter pass."}
 * @clause{G.39,0,"With warnings as errors, clang (-Wconditional-uninitialized) rejects a read, after an AWAIT, of a local scalar that was set before it."}
 * @clause{G.40,0,"With warnings as errors, gcc rejects, from -O1, a read after an AWAIT of a local array or structure that no function was given and no constants initialised."}
 * @clause{G.41,0,"A local with a cleanup attribute whose scope holds an AWAIT does not compile with clang. gcc accepts it, and wrongly cleans up at each suspension."}
 */
#ifndef WEFT_ASYNC_H
#define WEFT_ASYNC_H

#include <stddef.h>
#include <stdint.h>

#include "weft/combine.h" /* wf_and_then(): what the macros write, by hand */
#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** What the body of an async function returns: a type of its own, so that `return WF_READY;` does not compile. */
struct wf_step {
    enum wf_poll poll; /**< what the poll returns */
};

/** Any frame: for the type of an expression that is only known to be a future. */
struct wf_any_frame {
    struct wf_future future; /**< the head */
};

/* clang-format takes the colons of _Generic for those of labels */
/* clang-format off */
/** The head of its argument, which points to a frame or to a `struct wf_future`. Evaluates it once. */
#define WF_HEAD(...)                                                                                         \
    (&((__typeof__(_Generic(__VA_ARGS__, struct wf_future *: (struct wf_any_frame *)0,                       \
                            default: (__VA_ARGS__))))(__VA_ARGS__))                                          \
          ->future)
/* clang-format on */

/** A line's label: beyond an int's range, so that no case of the user's can be the same. */
#define WF_AT(line) (0x100000000ull + (line))

/**
 * @brief Define the async function `fn`, whose frame is `struct fn` with members `future` (first) and `out`.
 *
 *     ASYNC_FN(answer) { ... }
 *     ASYNC_FN(read_text, .drop_out = free_text) { ... }      // its out owns memory
 *
 * The body follows, in braces. Defines the constant table `fn_ops` for constructors and WF_SPAWN(); what stands behind
 * the name are further members of the table (struct wf_future_ops).
 *
 * `out` is an output, and drop_out's, once the function is READY. Until then it is a member like any other: what it owns
 * when the function is dropped is released below ASYNC_FINALLY.
 *
 * Clauses: G.24 G.37 G.38 G.32
 */
#define ASYNC_FN(...) WF_ASYNC_FN(__VA_ARGS__, )

/* clang-format takes pragmas and the head behind them for one statement */
/* clang-format off */
/** Implementation of ASYNC_FN(): with a comma at the end, so that ISO C's macros do with a name alone. */
#define WF_ASYNC_FN(fn, ...)                                                                                 \
    _Static_assert(offsetof(struct fn, future) == 0, "struct " #fn ": future must be its first member");     \
    static struct wf_step fn##_body(struct fn *self, struct wf_cx *cx);                                      \
    static enum wf_poll fn##_poll(struct wf_future *future, struct wf_cx *cx)                                \
    {                                                                                                        \
        return fn##_body((struct fn *)future, cx).poll;                                                      \
    }                                                                                                        \
    static void fn##_finally(struct wf_future *future)                                                       \
    {                                                                                                        \
        (void)fn##_body((struct fn *)future, NULL);                                                          \
    }                                                                                                        \
    static void fn##_drop(struct wf_future *future)                                                          \
    {                                                                                                        \
        wf_async_drop(future, fn##_finally);                                                                 \
    }                                                                                                        \
    static const struct wf_future_ops fn##_ops = {                                                           \
        .name = #fn, .poll = fn##_poll, .drop = fn##_drop, WF_FRAME(struct fn), __VA_ARGS__};                \
    /* errors, whatever the warnings: to ASYNC_END a return without a value, to ASYNC_BEGIN a statement */   \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wreturn-type\"")                         \
    _Pragma("GCC diagnostic error \"-Wdeclaration-after-statement\"")                                        \
    static struct wf_step fn##_body(struct fn *self, struct wf_cx *cx)
/* clang-format on */

/**
 * @brief Build an async function's future in `frame`: ASYNC_INIT(frame, fn, .member = value, ...).
 *
 * Everything else becomes zero. Evaluates to `frame`. A value must not be read from the frame that is being built.
 *
 * Clauses: G.33 G.34 G.37
 */
#define ASYNC_INIT(frame, ...) WF_ASYNC_INIT(frame, __COUNTER__, __VA_ARGS__, )

/** Implementation of ASYNC_INIT(): each use has a number, so that one may stand inside of another. */
#define WF_ASYNC_INIT(frame, number, ...) WF_ASYNC_BUILD(frame, number, __VA_ARGS__)

/* clang-format takes the colons of _Generic for those of labels */
/* clang-format off */
/** Implementation of WF_ASYNC_INIT(), where `number` is one. */
#define WF_ASYNC_BUILD(frame, number, fn, ...)                                                               \
    __extension__({                                                                                          \
        /* of no other type, whatever the warnings */                                                        \
        struct fn *const wf_frame_##number = _Generic((frame), struct fn *: (frame), void *: (frame));       \
        WF_WRITE(number, struct fn, wf_frame_##number, .future = {.ops = &fn##_ops}, __VA_ARGS__);           \
        wf_frame_##number;                                                                                   \
    })
/* clang-format on */

enum {
    WF_WRITE_BYTES = 4096, /**< what is larger is never on the stack, not even while it is built */
};

/**
 * `*at = (type){...}`, also for a type that is larger than the stack.
 *
 * The plain assignment may keep the whole value on the stack: gcc without optimisation, clang with it too, where an
 * argument calls a function. So what is large is written into its place: by clang as the first value of an atomic
 * object, by gcc in a function of its own, which is optimised.
 */
#define WF_WRITE(number, type, at, ...)                                                                      \
    __builtin_choose_expr(sizeof(type) <= WF_WRITE_BYTES,                                                    \
                          __extension__({ (void)(*(at) = (type){__VA_ARGS__}); }),                           \
                          WF_WRITE_IN_PLACE(number, type, at, __VA_ARGS__))
#ifdef __clang__
#define WF_WRITE_IN_PLACE(number, type, at, ...)                                                             \
    __c11_atomic_init((_Atomic(type) *)(void *)(at), ((type){__VA_ARGS__}))
#else
/** Implementation of WF_WRITE(). */
#define WF_WRITE_IN_PLACE(number, type, at, ...)                                                             \
    __extension__({                                                                                          \
        __attribute__((optimize(1))) void wf_write_##number(void)                                            \
        {                                                                                                    \
            *(at) = (type){__VA_ARGS__};                                                                     \
        }                                                                                                    \
        wf_write_##number();                                                                                 \
    })
#endif

/*
 * Misuse does not compile, and what the compilers say of it begins with a name of ours that says what is wrong: a name
 * that is known only where the macro may stand, or a label that is missing. See the table above.
 */

/* These open in one macro what another closes, and have labels and pragmas inside: clang-format tears them apart. */
/* clang-format off */

/** @brief The body begins. Clauses: G.24 G.27 G.28 G.48 */
#define ASYNC_BEGIN                                                                                          \
    /* a declaration, so nothing else may stand above it */                                                  \
    enum { only_declarations_stand_above_ASYNC_BEGIN };                                                      \
    _Pragma("GCC diagnostic ignored \"-Wdeclaration-after-statement\"") (void)cx;                            \
    (void)sizeof(__extension__ &&ASYNC_END_is_missing);                                                      \
    switch (WF_AT(wf_load_relaxed(&self->future.line))) {                                                    \
        enum {                                                                                               \
            ASYNC_FINALLY_stands_below_ASYNC_BEGIN,                                                          \
            ASYNC_RETURN_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY,                                       \
            AWAIT_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY                                               \
        };                                                                                                   \
    case WF_AT(WF_LINE_DROPPED):                                                                             \
        goto ASYNC_FINALLY_or_its_colon_is_missing;                                                          \
    default:                                                                                                 \
        wf_async_lost(&self->future);                                                                        \
    case WF_AT(WF_LINE_NEW):

/** The common part of the awaits, of the child that stands last. The state is written before the poll: a panic, a dump
 * or a drop inside it must find where the function stands. `take` runs when the child is READY. */
#define WF_AWAIT(take, ...)                                                                                  \
    WF_ASYNC_NAME(AWAIT_is_a_statement_alone_on_its_line_, __LINE__): __attribute__((unused)) do {           \
        (void)AWAIT_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY;                                            \
        wf_store_relaxed(&self->future.line, (uint32_t)__LINE__);                                            \
        self->future.awaiting = wf_async_child(&self->future, WF_HEAD(__VA_ARGS__));                         \
        __attribute__((fallthrough));                                                                        \
    case WF_AT(__LINE__):                                                                                    \
    case WF_AT(__LINE__) + WF_AT(0): /* in a switch over an int the two are one, which does not compile */   \
        if (wf_future_poll(self->future.awaiting, cx) == WF_PENDING)                                         \
            return (struct wf_step){WF_PENDING};                                                             \
        take;                                                                                                \
        self->future.awaiting = NULL;                                                                        \
    } while (0)

/** `name`, with the number that `number` expands to behind it. */
#define WF_ASYNC_NAME(name, number) WF_ASYNC_NAME_OF(name, number)
/** Implementation of WF_ASYNC_NAME(). */
#define WF_ASYNC_NAME_OF(name, number) name##number

/**
 * @brief Suspend this function until a child is READY: AWAIT(child).
 *
 * The child points to a frame, or to a `struct wf_future`; the expression is evaluated once, before the suspension.
 *
 * Clauses: G.25 G.28 G.33 G.35 G.36 G.37
 */
#define AWAIT(...) WF_AWAIT((void)0, __VA_ARGS__)

/**
 * @brief AWAIT, then assign the child's `out` to `variable`: AWAIT_TO(variable, child). The child's type is its frame's.
 *
 * Clauses: G.25 G.28 G.33 G.35 G.36 G.37
 */
#define AWAIT_TO(variable, ...)                                                                              \
    WF_AWAIT((variable) = ((__typeof__(__VA_ARGS__))self->future.awaiting)->out, __VA_ARGS__)

/** @brief Set the result and leave through ASYNC_FINALLY: ASYNC_RETURN(value). Clauses: G.26 G.28 G.33 */
#define ASYNC_RETURN(...)                                                                                    \
    do {                                                                                                     \
        (void)ASYNC_RETURN_stands_between_ASYNC_BEGIN_and_ASYNC_FINALLY;                                     \
        self->out = _Generic(__VA_ARGS__, default: (__VA_ARGS__)); /* two values do not compile */           \
        goto ASYNC_FINALLY_or_its_colon_is_missing;                                                          \
    } while (0)

/**
 * @brief A label, written `ASYNC_FINALLY:`; the clean-up stands below it, to ASYNC_END.
 *
 * It closes the switch, so an AWAIT below it does not compile and a `break` at body level comes here.
 *
 * Clauses: G.26 G.28
 */
#define ASYNC_FINALLY                                                                                        \
    (void)ASYNC_FINALLY_stands_below_ASYNC_BEGIN;                                                            \
    }                                                                                                        \
    enum { ASYNC_FINALLY_is_missing_above_ASYNC_END };                                                       \
    ASYNC_FINALLY_or_its_colon_is_missing

/* gcc keeps as a warning what a pragma once made an error. So behind an async function it lets declarations stand after
 * statements, whatever the warnings; clang does as the user wants. */
#ifdef __clang__
#define WF_ASYNC_POP
#else
/** Implementation of ASYNC_END. */
#define WF_ASYNC_POP _Pragma("GCC diagnostic ignored \"-Wdeclaration-after-statement\"")
#endif

/** @brief The body ends. Clauses: G.28 */
#define ASYNC_END                                                                                            \
    ;                                                                                                        \
    (void)ASYNC_FINALLY_is_missing_above_ASYNC_END;                                                          \
    _Pragma("GCC diagnostic pop") WF_ASYNC_POP                                                               \
    ASYNC_END_is_missing: return (struct wf_step){WF_READY}
/* clang-format on */

/** @brief Report a resumption that has no place to go on. Clauses: G.27 */
WF_NORETURN void wf_async_lost(const struct wf_future *future);

/** @brief Panic if `child` is no future that `future` can wait for. Clauses: G.35 */
void wf_async_check_child(const struct wf_future *future, const struct wf_future *child);

/** @brief `child`, which `future` awaits from now on. Clauses: G.35 */
static inline struct wf_future *wf_async_child(const struct wf_future *future, struct wf_future *child)
{
    /* one that awaits something already may wait for `future`; one that was just built awaits nothing */
    if (WF_UNLIKELY(!child || child == future || child->awaiting))
        wf_async_check_child(future, child);
    return child;
}

/**
 * @brief What the drop of an async function does: release the child that it awaits, then clean up.
 * @param future   the frame's head; wf_future_drop() has marked it as dropped.
 * @param finally  runs what stands below ASYNC_FINALLY.
 *
 * The child goes first: the clean-up may free what the child points to.
 *
 * @clause{02.5,7,"An async function that is dropped while suspended drops the child that it awaits, once, then runs its ASYNC_FINALLY, once: a chain is released from the innermost outwards."}
 * @clause{02.6,6,"An async function that is dropped before its first poll runs only its ASYNC_FINALLY, once. While the part below ASYNC_FINALLY runs, the function's own awaiting is NULL."}
 */
void wf_async_drop(struct wf_future *future, void (*finally)(struct wf_future *future));

/**
 * @brief Write where a future stands as one line, outermost first: `serve:33 -> echo:21 -> tcp_read`.
 * @param size  of `text` in bytes, INT_MAX at most, as for snprintf(); 0: nothing is written, and `text` may be NULL.
 * @return the length of the whole line without its end, as snprintf() does: `size` or more means that it was cut.
 *
 * Each future is its name, and `:line` where it has one; then what it awaits. What is over is `name [done]` or
 * `name [dropped]`, and an empty future, which was never built, is `(empty)`: nothing follows.
 *
 * Threads: the one that polls `future`, or none polls it meanwhile. Allocates nothing.
 *
 * @clause{02.7,6,"wf_async_backtrace names the future and, along awaiting, each one below it, with an arrow between two: as name:line, or as the bare name while it has no line."}
 * @clause{02.19,3,"A backtrace ends at a future that is over, as name [done] or name [dropped], and at an empty one, as (empty)."}
 * @clause{02.8,5,"wf_async_backtrace writes at most `size` bytes, the last one zero, and cuts only at the end. It returns the length of the whole line, whatever `size` is."}
 */
size_t wf_async_backtrace(const struct wf_future *future, char *text, size_t size);

WF_END_DECLS

#endif
