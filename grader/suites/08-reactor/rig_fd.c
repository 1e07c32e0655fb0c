/**
 * @file rig_fd.c
 * @brief What several tests of descriptors do: open, poll, look at what is held.
 */
#include <stdio.h>

#include "tests.h"

static int64_t open_numbers;

void begin_fd(struct judge *judge)
{
    judge_start(judge, "fd");
    open_numbers = DO(judge, open_numbers).a;
}

void open_as(struct judge *judge, int64_t number, int64_t kind, int64_t interest)
{
    DO(judge, descriptor, .descriptor = number, .kind = kind);
    struct judge_reply reply = DO(judge, open, .async = number, .descriptor = number, .interest = interest);
    EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0", "%s", judge_code(reply.a));
}

void expect_poll(struct judge *judge, const struct step_poll_future *poll, bool ready, int64_t out,
                 const char *why)
{
    char text[160];
    struct judge_reply reply =
        step_do(judge, &lab_steps, STEP_poll_future, (const int64_t *)(const void *)poll);
    EXPECT(judge, reply.a == WF_READY || reply.a == WF_PENDING, "PENDING or READY", "%lld",
           (long long)reply.a);
    if (!ready) {
        EXPECT(judge, reply.a == WF_PENDING, why, "READY with %s", judge_code(reply.b));
        return;
    }
    EXPECT(judge, reply.a == WF_READY, why, "PENDING");
    snprintf(text, sizeof text, "out is %s: %s", judge_code(out), why);
    EXPECT(judge, reply.b == out, text, "out is %s", judge_code(reply.b));
}

void expect_pending(struct judge *judge, int64_t future, int64_t waker, const char *why)
{
    expect_poll(judge, &(const struct step_poll_future){.future = future, .waker = waker, .units = -1}, false,
                0, why);
}

void expect_ready(struct judge *judge, int64_t future, int64_t out, const char *why)
{
    expect_poll(judge, &(const struct step_poll_future){.future = future, .units = -1}, true, out, why);
}

void expect_units(struct judge *judge, int64_t units, const char *why)
{
    struct judge_reply left = DO(judge, units);
    EXPECT(judge, left.a == units, why, "%lld units are left, of %lld", (long long)left.a, (long long)units);
    EXPECT(judge, left.b == OUTSIDE_UNITS, "a poll takes no unit of the context outside",
           "%lld are left there", (long long)left.b);
}

void expect_woken(struct judge *judge, int64_t waker, int times, const char *why)
{
    judge_expect_woken(judge, EVENT_WOKEN, waker, times, why);
}

void expect_waiting(struct judge *judge, int64_t descriptor, int64_t waiters, const char *why)
{
    struct judge_reply waiting = DO(judge, waiting, .descriptor = descriptor);
    EXPECT(judge, waiting.a == waiters, why, "%lld waiters are in the list", (long long)waiting.a);
}

void expect_clones(struct judge *judge, int64_t clones, const char *why)
{
    struct judge_reply alive = DO(judge, fd_clones);
    EXPECT(judge, alive.a == clones, why, "%lld clones of wakers are alive", (long long)alive.a);
}

void expect_nothing_kept(struct judge *judge, int64_t descriptor)
{
    expect_waiting(judge, descriptor, 0, "what is READY or dropped waits no more");
    expect_clones(judge, 0, "what is READY or dropped keeps no waker");
}

void expect_bits(struct judge *judge, int64_t descriptor, int64_t bits, const char *why)
{
    struct judge_reply word = DO(judge, word, .descriptor = descriptor);
    EXPECT(judge, word.b == 1, "the descriptor is watched", "it is not");
    EXPECT(judge, (word.a & 0xffffffff) == bits, why, "its bits are 0x%llx, not 0x%llx",
           (unsigned long long)word.a & 0xffffffff, (unsigned long long)bits);
}

void expect_calls(struct judge *judge, int calls, int64_t descriptor, const char *why)
{
    int count, made = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].kind != EVENT_CALLED)
            continue;
        made++;
        EXPECT(judge, !(events[i].b & CALLED_BEYOND_SCRIPT), why, "one call more");
        EXPECT(judge, events[i].a == descriptor, "the call gets the descriptor", "it gets another number");
        EXPECT(judge, events[i].b & CALLED_WITH_ARG, "the call gets its argument", "it gets another one");
        EXPECT(judge, events[i].b & CALLED_UNDRAINED, "drained is false before each call", "it is true");
    }
    EXPECT(judge, made == calls, why, "%d calls", made);
}

void build_io(struct judge *judge, int64_t future, int64_t interest)
{
    DO(judge, io, .future = future, .interest = interest);
}

void begin_io(struct judge *judge, int64_t bits)
{
    judge_forget_trace(judge);
    open_as(judge, 0, SOCKET, 15);
    if (bits)
        DO(judge, tell, .descriptor = 0, .bits = bits);
}

void expect_calls_left(struct judge *judge, int64_t wanted)
{
    struct judge_reply left = DO(judge, calls_left);
    EXPECT(judge, left.a == wanted, "the call is made as often as there is something to do",
           "%lld calls were not made, of %lld", (long long)left.a, (long long)wanted);
}

void end_io(struct judge *judge)
{
    expect_calls_left(judge, 0);
    expect_nothing_kept(judge, 0);
    DO(judge, close_fd, .async = 0);
}

void expect_unwatched(struct judge *judge, int64_t descriptor)
{
    int count, unwatched = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        EXPECT(judge, events[i].kind != EVENT_WATCHED, "nothing new is watched", "something is");
        if (events[i].kind != EVENT_UNWATCHED)
            continue;
        unwatched++;
        EXPECT(judge, events[i].b & UNWATCHED_THERE, "the reactor that watches it unwatches it",
               "another source is unwatched");
        EXPECT(judge, events[i].b & UNWATCHED_OPEN, "it is unwatched while its number is open",
               "it was closed before");
        EXPECT(judge, events[i].b & UNWATCHED_ALONE, "when it is unwatched nobody waits for it any more",
               "somebody is in its list");
        EXPECT(judge, events[i].a == descriptor, "this descriptor is unwatched", "another one is");
    }
    EXPECT(judge, unwatched == 1, "the reactor unwatches it, once", "it is unwatched %d times", unwatched);
}

void finish_fd(struct judge *judge)
{
    for (int64_t descriptor = 0; descriptor < DESCRIPTORS_MAX; descriptor++) {
        struct judge_reply word = DO(judge, word, .descriptor = descriptor);
        EXPECT(judge, word.b == 0, "in the end nothing is watched", "descriptor %lld is",
               (long long)descriptor);
    }
    struct judge_reply numbers = DO(judge, open_numbers);
    EXPECT(judge, numbers.a == open_numbers, "in the end no other descriptor is open than in the beginning",
           "%lld are, of %lld", (long long)numbers.a, (long long)open_numbers);
    judge_finish_without_clones(judge, DO(judge, fd_clones));
}
