/**
 * @file detail/event_base.h
 * @brief A base of libevent's, as the reactor needs it.
 */
#ifndef WEFT_DETAIL_EVENT_BASE_H
#define WEFT_DETAIL_EVENT_BASE_H

#include "weft/detail/compiler.h"

WF_BEGIN_DECLS

struct event_base;

/**
 * @brief Make a base: with locks, on epoll, without a clock, whatever the environment says.
 * @param fd  any open descriptor: it is duplicated, to see whether there are as many left as libevent takes.
 *
 * A thread in its loop is not woken where another one adds or deletes an event, or makes one active: only descriptors do.
 *
 * @return to be freed by event_base_free(). NULL: errno may say why, as EMFILE; libevent does not.
 *
 * Cost: four descriptors.
 */
WF_MUST_USE struct event_base *wf_event_base_new(int fd);

WF_END_DECLS

#endif
