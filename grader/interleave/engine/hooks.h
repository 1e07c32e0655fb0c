/**
 * @file hooks.h
 * @brief What the front ends have in common: which thread calls, from where, and how the engine is entered.
 */
#ifndef INTERLEAVE_HOOKS_H
#define INTERLEAVE_HOOKS_H

#include <time.h>

#include "engine.h"

/** The line that called the hook: the address before the one it returns to. */
#define SITE ((il_site)((const char *)__builtin_return_address(0) - 1))

/** Run engine code for the model: a crash in there is the engine's. What is below this frame belongs to functions that
 * have returned. */
#define INSIDE(call)                                                                                         \
    do {                                                                                                     \
        il->inside = true;                                                                                   \
        il->threads[il->current].frames_end = __builtin_frame_address(0);                                    \
        il->threads[il->current].called_at = SITE;                                                           \
        call;                                                                                                \
        il->inside = false;                                                                                  \
    } while (0)

/** The library accesses memory for the model: a crash in there is the model's, where it called. */
#define IN_LIBRARY(call)                                                                                     \
    ({                                                                                                       \
        bool touching_ = modelled();                                                                         \
        if (touching_) {                                                                                     \
            il->touching = true;                                                                             \
            il->threads[il->current].called_at = SITE;                                                       \
        }                                                                                                    \
        __auto_type result_ = (call);                                                                        \
        if (touching_)                                                                                       \
            il->touching = false;                                                                            \
        result_;                                                                                             \
    })

/** Called by a model, and not by the engine on its behalf. */
static inline bool modelled(void)
{
    return il_active() && !il->inside;
}

/** The model reads or writes memory in a call. */
static inline __attribute__((always_inline)) void touch(const void *address, size_t size, bool is_write,
                                                        il_site site)
{
    if (modelled())
        INSIDE(il_plain(address, size, is_write, site));
}

/** Declare both: what the linker calls in the place of a function, and the library's own. */
#define WRAP(result, name, ...)                                                                              \
    result __real_##name(__VA_ARGS__);                                                                       \
    result __wrap_##name(__VA_ARGS__);                                                                       \
    result __wrap_##name(__VA_ARGS__)

/** The time at which it stands still. */
enum { NOW_SECONDS = 1000 };

static inline bool has_passed(const struct timespec *deadline)
{
    return deadline->tv_sec < NOW_SECONDS || (deadline->tv_sec == NOW_SECONDS && deadline->tv_nsec <= 0);
}

#define TIMED                                                                                                \
    "a wait with a deadline that has not passed cannot be explored, since time stands still: give the model one without"

#endif
