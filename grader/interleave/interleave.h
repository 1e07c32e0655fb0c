/**
 * @file interleave.h
 * @brief What a model is written with: a small program whose every interleaving is explored.
 *
 * A model is plain C11 and POSIX threads: `pthread_create`, `pthread_join`, mutexes, condition variables, atomics of
 * <stdatomic.h>, malloc and free, and `assert` for what must hold. Nothing of the code under test is changed or
 * wrapped by hand: the compiler reports each access. The body runs once for each execution, in a thread of its own,
 * with all static variables as the program began with.
 *
 *     #include "interleave.h"
 *
 *     static atomic_int flag;
 *     static int data;
 *
 *     static void *producer(void *arg)
 *     {
 *         data = 42;
 *         atomic_store_explicit(&flag, 1, memory_order_release);
 *         return arg;
 *     }
 *
 *     MODEL(message, "-", "a flag publishes the data that was written before it; 2 threads")
 *     {
 *         pthread_t thread;
 *         pthread_create(&thread, NULL, producer, NULL);
 *         if (atomic_load_explicit(&flag, memory_order_acquire))
 *             assert(data == 42);
 *         pthread_join(thread, NULL);
 *     }
 *
 * Time is a clock of the model's own: it stands still while a thread can run, and jumps to the next deadline when none can. A wait
 * with a deadline, or a sleep, may also end early, as if the other threads were slow.
 *
 * Each thread has its own `_Thread_local` variables, at an address of its own; another may reach them by a pointer.
 *
 * Keep it small: two or three threads, about twelve operations on shared objects in each. The number of
 * interleavings is exponential in both. The report always says whether the space was exhausted.
 */
#ifndef INTERLEAVE_H
#define INTERLEAVE_H

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** One model, as MODEL() registers it. */
struct interleave_model {
    const char *name;   /**< of the function, in C */
    const char *clause; /**< the clause of a contract that it is about, or "-" */
    const char *text;   /**< what it shows, and its sizes */
    const char *file;   /**< where it stands */
    int line;           /**< and the line */
    void (*body)(void); /**< one execution */
    int spurious; /**< spurious wake-ups and failures of a weak compare-exchange a thread may meet; 0: one. -1: none */
    int timeouts; /**< waits with a deadline that a thread ends although another could still run; 0: one. -1: none */
    int failed_allocations; /**< calls of malloc that may return NULL; 0: none. Each is tried */
    int preemptions; /**< of threads that could have run on; 0: any number, which is a proof. -1: none. More: the verdict names the bound */
    bool singletons; /**< a block that a static variable still holds at the end is no leak, nor one that such a block holds */
    bool addresses; /**< to make a block, a thread or a descriptor is a step, and each order explored, also where it is not seen to count */
    int steps_max;  /**< visible operations in one execution; 0: 2,000. At most 4,000 */
};

/**
 * Define a model. Its body follows in braces. After the text may stand members of struct interleave_model:
 * `MODEL(queue, "-", "two producers", .spurious = -1) { ... }`
 */
#define MODEL(name_, clause_, text_, ...)                                                                    \
    static void model_##name_(void);                                                                         \
    static const struct interleave_model entry_##name_ = {.name = #name_,                                    \
                                                          .clause = (clause_),                               \
                                                          .text = (text_),                                   \
                                                          .file = __FILE__,                                  \
                                                          .line = __LINE__,                                  \
                                                          .body = model_##name_,                             \
                                                          __VA_ARGS__};                                      \
    static const struct interleave_model *const pointer_##name_                                              \
        __attribute__((section("interleave_models"), used)) = &entry_##name_;                                \
    static void model_##name_(void)

/* --- what must hold --- */

/** A place where something must hold. Of a model that passes the verdict names those that no execution came to. */
struct interleave_assertion {
    const char *file;     /**< where it stands */
    int line;             /**< and the line */
    const char *function; /**< and the function */
    const char *text;     /**< what must hold, as it is written */
};
/** The program comes to it. No step, and nothing that another thread could see. */
void interleave_comes_to(const struct interleave_assertion *const *assertion);

/** What assert() and interleave_expect() begin with. */
#define INTERLEAVE_COMES_TO(text_)                                                                           \
    __extension__({                                                                                          \
        static const struct interleave_assertion assertion_ = {__FILE__, __LINE__, __func__, (text_)};       \
        static const struct interleave_assertion *const pointer_                                             \
            __attribute__((section("interleave_assertions"), used)) = &assertion_;                           \
        interleave_comes_to(&pointer_);                                                                      \
    })

/** As in <assert.h>, but that it is never left out, and known to the engine. */
#undef assert
#define assert(condition)                                                                                    \
    (INTERLEAVE_COMES_TO(#condition),                                                                        \
     (condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__, __func__))

/* --- words for the account of a failure; they change nothing --- */

/** Give an object a name, and its values 0, 1, 2, ... too: `interleave_name(&state, "state", "FREE", "HELD")`. */
#define interleave_name(object, name, ...)                                                                   \
    __extension__({                                                                                          \
        static const char *const values_[] = {__VA_ARGS__ __VA_OPT__(, ) NULL};                              \
        interleave_name_values((object), (name), values_);                                                   \
    })

/** As above, with the list of values ended by NULL. All texts must be static. */
void interleave_name_values(const volatile void *object, const char *name, const char *const values[]);

/** Give an object a name, and a function that puts a value in words. Neither is called while a model is explored. */
void interleave_name_with(const volatile void *object, const char *name,
                          void (*describe)(uint64_t value, char *text, size_t size));

/** Give the calling thread a name: at most 15 characters are shown. */
void interleave_thread_name(const char *name);

/** Add a remark to the account, at this place. */
void interleave_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * What a model knows of its own course, such as that a call has returned. Zero: not made. Making a mark and looking at it are steps,
 * but they order nothing, not even beside fences of the code under test. So where a mark says that a wake has returned before a
 * poll began, the poll may read plain data that was written before the wake: if nothing else orders the two, that is a data race.
 */
struct interleave_mark {
    int made; /**< the engine's */
};
/** Make the mark. */
void interleave_mark(struct interleave_mark *mark);
/** Whether it was made, in this execution, before this step. */
bool interleave_is_marked(const struct interleave_mark *mark);

/** malloc for an allocator of the program's own: the account names `site` as the place, an address in its caller. */
void *interleave_malloc(size_t size, const void *site);
/** free for the same. */
void interleave_free(void *memory, const void *site);

/** End the execution as failed, with a message of your own. */
_Noreturn void interleave_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * What must hold, in words that a report can use: `interleave_expect(polls == 2, "there are two polls", "there were %d",
 * polls)`. `assert` does the same with the text of the program.
 */
#define interleave_expect(condition, expected, ...)                                                          \
    (INTERLEAVE_COMES_TO(#condition), (condition) ? (void)0 : interleave_unexpected((expected), __VA_ARGS__))

/** End the execution as failed, with both sides in words: what interleave_expect() does where its condition is false. */
_Noreturn void interleave_unexpected(const char *expected, const char *observed, ...)
    __attribute__((format(printf, 2, 3)));

#endif
