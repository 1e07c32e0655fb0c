/**
 * @file child.h
 * @brief A task with 16 bytes of locals; its output is their sum.
 */
#ifndef WEFT_BENCH_CHILD_H
#define WEFT_BENCH_CHILD_H

#include <stdint.h>

#include "weft/async.h"

struct child {
    struct wf_future future;
    uint64_t a, b;
    uint64_t out;
};

ASYNC_FN(child)
{
    ASYNC_BEGIN;
    self->out = self->a + self->b;
ASYNC_FINALLY:
    ASYNC_END;
}

#endif
