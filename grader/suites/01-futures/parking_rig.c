#include "parking_rig.h"

#include <stdio.h>

#include "tests.h"
#include "weft/park.h"

const char *parked_name(int64_t parked)
{
    static const char *const names[] = {"WF_PARK_WOKEN", "WF_PARK_TIMED_OUT"};
    return parked >= 0 && parked < 2 ? names[parked] : "what is no enum wf_parked";
}

void describe_parking_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    switch (event->kind) {
    case EVENT_PARK_DONE:
        if (event->a == WF_PARK_WOKEN)
            snprintf(text, (size_t)size, "park returns WF_PARK_WOKEN; the thread reads %lld",
                     (long long)event->b);
        else
            snprintf(text, (size_t)size, "park returns %s", parked_name(event->a));
        break;
    case EVENT_PARK_LATE:
        snprintf(text, (size_t)size, "park timed out %lld us after the deadline", (long long)event->a / 1000);
        break;
    case EVENT_LEAF_POLLED:
        snprintf(text, (size_t)size, "poll %lld of the future; it reads %lld", (long long)event->a,
                 (long long)event->b);
        break;
    case EVENT_BLOCK_ON_DONE:
        snprintf(text, (size_t)size, "block_on returns %lld, out %lld", (long long)event->a,
                 (long long)event->b);
        break;
    case EVENT_PARK_BEGINS:
        snprintf(text, (size_t)size, "the thread parks");
        break;
    default:
        snprintf(text, (size_t)size, "event %u", event->kind);
    }
}

int64_t live_bytes(struct judge *judge)
{
    int64_t bytes = STEP(judge, STEP_LIVE_BYTES, "wf_live_bytes()", 0).a;
    judge_returned(judge, "%lld", (long long)bytes);
    if (bytes == 0)
        judge_forget_trace(judge);
    return bytes;
}

void waker_step(struct judge *judge, uint32_t operation, const char *what, int waker)
{
    char text[60];
    snprintf(text, sizeof text, "%s(waker %d)", what, waker);
    STEP(judge, operation, text, waker);
}

void use_up(struct judge *judge, int waker)
{
    if (judge_random(judge, 2))
        waker_step(judge, STEP_WAKER_WAKE, "wf_waker_wake", waker);
    else
        waker_step(judge, STEP_WAKER_DROP, "wf_waker_drop", waker);
}
