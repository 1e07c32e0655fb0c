/**
 * @file thread.c
 * @brief The start of a thread, and its name.
 */
#include "weft/detail/thread.h"

#include <stdio.h>

enum { NAME_BYTES = 16 /* of a thread, in Linux */ };

int wf_thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *arg), void *arg)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int failed = stack_bytes ? pthread_attr_setstacksize(&attributes, stack_bytes) : 0;
    if (!failed)
        failed = pthread_create(thread, &attributes, run, arg);
    pthread_attr_destroy(&attributes);
    return failed;
}

void wf_thread_name(pthread_t thread, const char *name, uint32_t number)
{
    char text[NAME_BYTES];
    (void)snprintf(text, sizeof text, "%.8s-%u", name, number);
    (void)pthread_setname_np(thread, text);
}
