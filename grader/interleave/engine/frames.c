/**
 * @file frames.c
 * @brief Functions that are being executed, and their local variables: each begins as memory that nothing has written.
 *
 * The compiler says when a function begins, before its first statement. Where its variables lie the debug information says. Then
 * they hold nothing of use yet, so they are filled, and watched by unwritten.c. When the function ends they count as written:
 * what comes to stand there next is another's.
 *
 * Variables of a block that is run again, or that share their place with others, begin only once. What has no name of its own, such as
 * a structure in an expression, or no fixed size, is not watched.
 */
#include "debug_info.h"
#include "engine.h"

#include <stdlib.h>

enum { SAVED_BYTES = 16, FUNCTION_BYTES_MAX = 64 << 10 };

/* --- what is known of a function, by the place where it calls the engine as it begins --- */

static void add_local(void *arg, const char *name, int64_t offset, size_t size, uint64_t type)
{
    struct function *function = arg;
    if (size == 0 || size > FUNCTION_BYTES_MAX || offset + (int64_t)size > -SAVED_BYTES)
        return;
    struct local *locals = realloc(function->locals, (size_t)(function->count + 1) * sizeof *function->locals);
    if (!locals)
        engine_failed("no memory");
    locals[function->count++] = (struct local){.name = name, .offset = offset, .size = size, .type = type};
    function->locals = locals;
}

static void learn(void *arg)
{
    struct function *function = arg;
    debug_info_locals((uintptr_t)function->site, add_local, function);
}

/* NULL: there are too many. */
static struct function *function_at(il_site site)
{
    enum { PROBES = 64 };
    size_t at = ((uintptr_t)site * UINT64_C(0x9E3779B97F4A7C15)) >> 40;
    for (int i = 0; i < PROBES; i++) {
        struct function *function = &il->functions[(at + (size_t)i) % FUNCTIONS];
        if (function->site == site)
            return function;
        if (!function->site) {
            function->site = site;
            run_outside(learn, function);
            return function;
        }
    }
    return NULL;
}

/* --- frames --- */

static struct frame *frames_of(const struct thread *thread)
{
    return il->frames + (size_t)thread->id * FRAMES_MAX;
}

/* `written`: it ends. */
static void set_locals(const struct frame *frame, bool written)
{
    for (int i = 0; i < frame->function->count; i++) {
        const struct local *local = &frame->function->locals[i];
        char *start = (char *)frame->end + local->offset;
        if (!written)
            memset(start, FILLED_WITH, local->size);
        written_set(start, local->size, written);
    }
}

/* All that ends at this address or below it has returned, or was left by a jump. */
static void pop_frames(struct thread *thread, uintptr_t end)
{
    const struct frame *frames = frames_of(thread);
    while (thread->frame_count > 0 && frames[thread->frame_count - 1].end <= end)
        set_locals(&frames[--thread->frame_count], true);
}

void frame_begins(const void *pointer, const void *returns_to, il_site site)
{
    struct thread *thread = il_this();
    const char *end = (const char *)pointer + SAVED_BYTES;
    if ((const char *)pointer < thread->stack || end > thread->stack + STACK_BYTES)
        return;
    pop_frames(thread, (uintptr_t)end);
    const struct function *function = function_at(site);
    if (!function || function->count == 0 || thread->frame_count == FRAMES_MAX ||
        ((const void *const *)pointer)[1] != returns_to)
        return;
    struct frame *frame = &frames_of(thread)[thread->frame_count++];
    *frame = (struct frame){.function = function, .end = (uintptr_t)end};
    set_locals(frame, false);
}

void frame_ends(const void *pointer)
{
    pop_frames(il_this(), (uintptr_t)pointer + SAVED_BYTES);
}

void frames_forget(struct thread *thread)
{
    pop_frames(thread, UINTPTR_MAX);
}

/* --- the variable at an address --- */

const struct local *local_at(uintptr_t address, int *owner, const struct function **function, size_t *offset)
{
    *owner = stack_owner(address);
    const struct thread *thread = &il->threads[*owner];
    const struct frame *frames = frames_of(thread);
    for (int i = thread->frame_count - 1; i >= 0; i--) {
        *function = frames[i].function;
        for (int k = 0; k < (*function)->count; k++) {
            const struct local *local = &(*function)->locals[k];
            uintptr_t start = frames[i].end + (uintptr_t)local->offset;
            *offset = (size_t)(address - start);
            if (address >= start && *offset < local->size)
                return local;
        }
    }
    return NULL;
}
