/**
 * @file detail/thread.h
 * @brief How a runtime starts its threads: one place for stacks and names.
 */
#ifndef WEFT_DETAIL_THREAD_H
#define WEFT_DETAIL_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

/**
 * @brief Start a thread that is to be joined.
 * @param stack_bytes  0: the system's default.
 * @return 0, or a positive code of the system's: EAGAIN, it gives no more threads; EINVAL, it has no stacks of that size.
 */
WF_MUST_USE int wf_thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *arg), void *arg);

/** @brief Name a thread for people who look: `name`, cut to 8 characters, "-", and the number. That it cannot be named is no fault. */
void wf_thread_name(pthread_t thread, const char *name, uint32_t number);

WF_END_DECLS

#endif
