/**
 * @file models_word.c
 * @brief Models of lab 08's word: events and clears of several threads, before there are waiters.
 */
#include "models.h"

#include <string.h>

#include "weft/detail/readiness.h"

static pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER; /* nobody takes it here */

static struct wf_readiness readiness;
static uint64_t seen; /* before the second thread begins */
static int message;   /* plain: only the word orders it */

static void begin(void)
{
    interleave_thread_name("owner");
    wf_readiness_init(&readiness, &lock_of_all);
    interleave_name(&readiness.word, "word");
}

static void end(void)
{
    interleave_expect(wf_list_is_empty(&readiness.waiters), "nobody waits", "there is a waiter");
    memset(&readiness, 0, sizeof readiness);
}

static void expect_word(uint64_t wanted, const char *why)
{
    uint64_t word = wf_readiness_look(&readiness);
    interleave_expect(word == wanted, why, "bits %u, tick %u", (unsigned)word,
                      (unsigned)(word / WF_READY_TICK));
}

/* --- what was written before an event --- */

static void *add_message(void *arg)
{
    interleave_thread_name("reactor");
    message = 1;
    wf_readiness_add(&readiness, WF_READABLE);
    return arg;
}

static void *clear_writable(void *arg)
{
    interleave_thread_name("writer");
    wf_readiness_clear(&readiness, wf_load_relaxed(&readiness.word), WF_WRITABLE);
    return arg;
}

/* For the clear that is an exchange: what stands on an event's word hands the event's release on. */
MODEL(explore_clear_data, "08.1",
      "a look sees what was written before an event, where another thread's clear comes between; 3 threads")
{
    begin();
    wf_readiness_add(&readiness, WF_WRITABLE);
    pthread_t reactor = start(add_message), writer = start(clear_writable);
    if (wf_serves(wf_readiness_look(&readiness), WF_READABLE))
        assert(message == 1);
    pthread_join(reactor, NULL);
    pthread_join(writer, NULL);
    interleave_expect(wf_serves(wf_readiness_look(&readiness), WF_READABLE), "the event's bit is there",
                      "it is gone");
    end();
}

static void *add_writable(void *arg)
{
    interleave_thread_name("other");
    wf_readiness_add(&readiness, WF_WRITABLE);
    return arg;
}

/* The same for an event that stands on another one's. */
MODEL(explore_events_data, "08.1", "the same where another event comes behind; 3 threads")
{
    begin();
    pthread_t reactor = start(add_message), writer = start(add_writable);
    if (wf_serves(wf_readiness_look(&readiness), WF_READABLE))
        assert(message == 1);
    pthread_join(reactor, NULL);
    pthread_join(writer, NULL);
    end();
}

/* --- an event, and a clear --- */

static void *add_readable(void *arg)
{
    interleave_thread_name("reactor");
    wf_readiness_add(&readiness, WF_READABLE);
    return arg;
}

/* For the tick, which the clear compares in the same step in which it takes the bit away. */
MODEL(explore_event_clear, "08.2", "an event comes while an older one is cleared; 2 threads")
{
    begin();
    wf_readiness_add(&readiness, WF_READABLE);
    seen = wf_readiness_look(&readiness);
    pthread_t thread = start(add_readable);
    wf_readiness_clear(&readiness, seen, WF_READABLE);
    pthread_join(thread, NULL);
    expect_word(2 * WF_READY_TICK | WF_READABLE, "the newer event has survived");
    end();
}

static void *clear_readable(void *arg)
{
    interleave_thread_name("reader");
    wf_readiness_clear(&readiness, seen, WF_READABLE);
    return arg;
}

/* For the loop of the clear: the other's clear is no event, and takes nothing from this one. */
MODEL(explore_two_clears, "08.2", "a reader and a writer clear a bit each, of one event; 2 threads")
{
    begin();
    wf_readiness_add(&readiness, WF_READABLE | WF_WRITABLE);
    seen = wf_readiness_look(&readiness);
    pthread_t thread = start(clear_readable);
    wf_readiness_clear(&readiness, seen, WF_WRITABLE);
    pthread_join(thread, NULL);
    expect_word(WF_READY_TICK, "no bit is left, and the tick is as before");
    end();
}

static void *clear_priority(void *arg)
{
    interleave_thread_name("other reader");
    wf_readiness_clear(&readiness, seen, WF_PRIORITY);
    return arg;
}

/* The same with as many as there are bits to clear, less one: no number of tries is enough but one without end. */
MODEL(explore_three_clears, "08.2", "three clear a bit each, of one event; 3 threads")
{
    begin();
    wf_readiness_add(&readiness, WF_READABLE | WF_WRITABLE | WF_PRIORITY | WF_ERROR);
    seen = wf_readiness_look(&readiness);
    pthread_t reader = start(clear_readable), other_reader = start(clear_priority);
    wf_readiness_clear(&readiness, seen, WF_WRITABLE);
    wf_readiness_clear(&readiness, seen, WF_ERROR);
    pthread_join(reader, NULL);
    pthread_join(other_reader, NULL);
    expect_word(WF_READY_TICK, "no bit is left, and the tick is as before");
    end();
}
