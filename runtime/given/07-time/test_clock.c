/**
 * @file test_clock.c
 * @brief A paused time driver as a test's surroundings.
 */
#include "weft/test_clock.h"

#include <stddef.h>

#include "weft/detail/time_driver.h"
#include "weft/panic.h"

void wf_test_clock_begin(struct wf_test_clock *clock)
{
    struct wf_time_driver *driver = wf_time_driver_new(NULL, true);
    if (!driver)
        wf_panic("G.146", "there is no memory for a test's clock");
    clock->context = (struct wf_context){.time_driver = driver};
    wf_context_enter(&clock->context);
}

void wf_test_clock_end(struct wf_test_clock *clock)
{
    struct wf_time_driver *driver = clock->context.time_driver;
    wf_park_shutdown(&driver->park); /* inside: wakers may look at the time */
    wf_context_leave(&clock->context);
    wf_park_drop(&driver->park);
}

void wf_test_clock_advance(uint64_t duration_ns)
{
    const struct wf_context *context = wf_context_current;
    if (!context || !context->time_driver || !context->time_driver->is_paused)
        wf_panic("G.146", "this thread is in no paused clock that could be advanced");
    wf_time_driver_advance(context->time_driver, duration_ns);
}
