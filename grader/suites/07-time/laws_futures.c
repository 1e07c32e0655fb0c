/**
 * @file laws_futures.c
 * @brief How lab 07's futures are built for the laws, in the order of futures.h.
 */
#include "futures.h"
#include "kit_subject.h"
#include "scenario.h"
#include "weft/detail/time_driver.h"
#include "weft/time.h"

/* A clock that stands still, for all lives. */
void kit_surround(struct wf_context *context, bool begins)
{
    if (!begins) {
        wf_park_drop(&context->time_driver->park);
        return;
    }
    context->time_driver = wf_time_driver_new(NULL, true);
    if (!context->time_driver)
        scenario_broken("no memory for a clock");
}

#define FAR_AWAY WF_HOURS(24)

/* The timer wakes its task although its time is not over: it was late for a moment, and is far away again. */
static void wake_early(struct wf_timer *timer)
{
    wf_timer_reset(timer, 0);
    wf_timer_reset(timer, FAR_AWAY);
}

static void build_timeout(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_timeout(frame, FAR_AWAY, kit_leaf(object, 0)));
}

static void kick_timeout(struct kit_object *object)
{
    wake_early(&((struct wf_timeout *)object->future)->timer);
}

static void build_sleep_on(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_sleep_until(frame, FAR_AWAY));
}

static void kick_sleep_on(struct kit_object *object)
{
    wake_early(&((struct wf_sleep *)object->future)->timer);
}

static void build_sleep_over(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_sleep(frame, 0));
}

static const struct kit_kind timeout_kind = {
    .name = "timeout", KIT_FRAME(struct wf_timeout), .build = build_timeout, .kick = kick_timeout};
static const struct kit_kind sleep_on_kind = {
    .name = "sleep_on", KIT_FRAME(struct wf_sleep), .build = build_sleep_on, .kick = kick_sleep_on};
static const struct kit_kind sleep_over_kind = {
    .name = "sleep_over", KIT_FRAME(struct wf_sleep), .build = build_sleep_over};

KIT_KINDS(LAB_FUTURES);
KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);
