/**
 * @file alloc.c
 * @brief The runtime's allocator where models are explored: in place of runtime/given/alloc.c.
 *
 * It keeps no count of live bytes, which all threads would share and so multiply the interleavings: the engine knows
 * each block, and reports those that are left. Everything else is as weft/alloc.h says.
 */
#include "weft/alloc.h"

#include "../interleave.h"

/* The line that called: an account that says "alloc.c" of every block says nothing. */
#define CALLER ((const char *)__builtin_return_address(0) - 1)

static struct wf_allocator installed;
static uint32_t fail_countdown; /* plain: set before other threads exist; 0, as it nearly always is, is only read */

void wf_set_allocator(const struct wf_allocator *allocator)
{
    installed = allocator ? *allocator : (struct wf_allocator){0};
}

void *wf_alloc(size_t size)
{
    if (fail_countdown && --fail_countdown == 0)
        return NULL;
    return installed.alloc ? installed.alloc(installed.arg, size) : interleave_malloc(size, CALLER);
}

void wf_free(void *memory, size_t size)
{
    if (!memory)
        return;
    if (installed.free)
        installed.free(installed.arg, memory, size);
    else
        interleave_free(memory, CALLER);
}

size_t wf_live_bytes(void)
{
    return 0;
}

uint32_t wf_alloc_fail_at(uint32_t n)
{
    uint32_t left = fail_countdown;
    fail_countdown = n;
    return left;
}
