/**
 * @file mock_events.h
 * @brief What mocks.h tells the judge. A lab's own events begin behind these.
 */
#ifndef WEFT_GRADER_MOCK_EVENTS_H
#define WEFT_GRADER_MOCK_EVENTS_H

enum mock_event {
    EVENT_PROBE_POLLED = 1, /**< probe, the poll + 2 * its waker; -2: none of ours */
    EVENT_PROBE_DROPPED,    /**< probe */
    EVENT_PROBE_BYPASSED,   /**< probe: not by wf_future_poll() or wf_future_drop() */
    EVENT_WAKER_WOKEN,      /**< waker */
    MOCK_EVENTS,
};

#endif
