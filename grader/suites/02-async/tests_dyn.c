/**
 * @file tests_dyn.c
 * @brief Clauses 02.9 to 02.12, and 02.20 to 02.22: a frame whose size is known at run time.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/error.h"
#include "weft/future.h"

enum { METHOD = 0, NULL_BYTES = -1 };

#define MEMORY (KIND(EVENT_ALLOCATED) | KIND(EVENT_FREED))
#define LIFE (KIND(EVENT_PROBE_POLLED) | KIND(EVENT_PROBE_DROPPED))

static const struct want allocated = {EVENT_ALLOCATED, 0, 0}, freed = {EVENT_FREED, 0, 0};

/* wf_dyn(); where the room is stands in the trace. */
static struct judge_reply new_call(struct judge *judge, int64_t frame, int64_t slot, int64_t value)
{
    struct judge_reply reply = DO(judge, dyn, .call = CALL, .frame = frame, .slot = slot, .value = value);
    if (reply.a >= 0)
        judge_returned(judge, "byte %lld of the slot", (long long)reply.a);
    else
        judge_returned(judge, "%s", reply.a == NO_ROOM ? "NULL" : "a room outside of the slot");
    return reply;
}

static void build_method(struct judge *judge, enum probe_kind kind)
{
    DO(judge, build, .call = CALL, .probe = METHOD, .kind = kind);
}

/* A call whose method is built: in a slot that is just large enough, or allocated. */
static void call_method(struct judge *judge, bool boxed, enum probe_kind kind, bool wants_value)
{
    int64_t frame = PROBE_BYTES + judge_random(judge, 100);
    struct judge_reply room =
        new_call(judge, frame, boxed ? NULL_BYTES : frame, wants_value ? output_bytes(kind) : NULL_BYTES);
    EXPECT(judge, room.a != NO_ROOM, "room for the frame", "NULL");
    build_method(judge, kind);
}

/* Frames that fit, just so and by far. */
static void check_fit(struct judge *judge, int64_t frame, int64_t spare)
{
    int64_t before = bytes_alive(judge);
    DO(judge, fail_allocation, .nth = 1); /* there is none that could fail */
    struct judge_reply room = new_call(judge, frame, frame + spare, NULL_BYTES);
    expect_no_events(judge, MEMORY);
    EXPECT(judge, room.a >= 0 && room.a <= spare, "the frame lies in the slot",
           room.a == NO_ROOM ? "there is no room" : "it lies elsewhere, or partly beyond it");
    EXPECT(judge, room.b == 0, "the room is aligned as the slot is", "it is off by %lld bytes",
           (long long)room.b);
    DO(judge, fail_allocation, .nth = 0);
    build_method(judge, PROBE_INT);
    EXPECT(judge, bytes_alive(judge) == before, "nothing is allocated", "there are live bytes");
    poll_expect(judge, CALL, WF_PENDING);
    EXPECT(judge, judge_count_events(judge, EVENT_PROBE_POLLED, -1) == 1, "the future in the slot is polled",
           "it is not");
    DO(judge, arm, .probe = METHOD, .value = 1);
    poll_expect(judge, CALL, WF_READY);
    expect_no_events(judge, MEMORY);
}

static void check_allocated(struct judge *judge, int64_t frame, int64_t slot)
{
    int64_t before = bytes_alive(judge);
    struct judge_reply room = new_call(judge, frame, slot, NULL_BYTES);
    EXPECT_EVENTS(judge, MEMORY, allocated);
    EXPECT(judge, room.a == ROOM_ELSEWHERE, "the frame is allocated",
           room.a == NO_ROOM ? "there is no room" : "it lies in the slot, which is too small");
    EXPECT(judge, room.b == 0, "the room is aligned for any type", "it is off by %lld bytes",
           (long long)room.b);
    EXPECT(judge, bytes_alive(judge) >= before + frame, "the frame's bytes are live", "fewer are");
    build_method(judge, PROBE_INT);
    for (int poll = 0; poll < 2; poll++) {
        poll_expect(judge, CALL, WF_PENDING);
        EXPECT_EVENTS(judge, KIND(EVENT_PROBE_POLLED) | KIND(EVENT_ALLOCATED),
                      polled(judge, METHOD, WF_PENDING));
    }
    drop_it(judge, CALL);
    EXPECT(judge, judge_count_events(judge, EVENT_ALLOCATED, -1) == 0, "a frame is allocated once", "again");
}

/* The least frame is a head. One byte less has no room to say that nothing is built in it. */
static void check_least_frames(struct judge *judge)
{
    const int64_t head = sizeof(struct wf_future), too_small[] = {0, 1, head - 1};
    struct judge_reply room = new_call(judge, head, head, NULL_BYTES);
    EXPECT(judge, room.a == 0, "a frame that is a head alone lies in a slot of its size", "it does not");
    judge_finish(judge);
    for (int i = 0; i < 6; i++) {
        start_async(judge, "calls");
        judge_allow_panic(judge);
        DO(judge, dyn, .call = CALL, .frame = too_small[i / 2], .slot = i % 2 ? head : NULL_BYTES,
           .value = NULL_BYTES);
        judge_expect_panic(judge, "02.9", "");
    }
}

/* Sizes have 64 bits: such a frame fits no slot of a probe's size, nor its memory; and a slot of that size has room for a probe. */
static void check_vast(struct judge *judge)
{
    for (int i = 0; i < 2; i++) {
        struct judge_reply room = new_call(judge, VAST_FRAME, i ? PROBE_BYTES : NULL_BYTES, NULL_BYTES);
        EXPECT_EVENTS(judge, MEMORY, allocated);
        EXPECT(judge, room.a == NO_ROOM, "no room: nobody has 4 GiB of memory here", "a room, of fewer bytes");
        struct judge_reply reply = poll_expect(judge, CALL, WF_READY);
        EXPECT(judge, reply.b == WF_ENOMEM, "out is WF_ENOMEM", "out is %s", judge_code(reply.b));
    }
    EXPECT(judge, new_call(judge, PROBE_BYTES, VAST_SLOT, NULL_BYTES).a == 0,
           "the frame lies in the slot, which says that it has more than 4 GiB", "it does not");
    expect_no_events(judge, MEMORY);
    drop_it(judge, CALL);
}

void test_dyn_room(struct judge *judge)
{
    start_async(judge, "calls");
    check_vast(judge);
    for (int round = 0; round < 4; round++) {
        int64_t frame = PROBE_BYTES + judge_random(judge, 300);
        check_fit(judge, frame, 0);
        check_fit(judge, frame, 1);
        check_fit(judge, frame, 1 + judge_random(judge, 200));
        check_allocated(judge, frame, frame - 1);
        check_allocated(judge, frame, judge_random(judge, (int)frame));
        check_allocated(judge, frame, 0);
        check_allocated(judge, frame, NULL_BYTES);
    }
    check_least_frames(judge);
}

void test_dyn_without_memory(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 12; round++) {
        int64_t frame = PROBE_BYTES + judge_random(judge, 300);
        int64_t slot = round % 3 == 0   ? NULL_BYTES
                       : round % 3 == 1 ? frame - 1
                                        : judge_random(judge, (int)frame);
        int64_t value = round % 2 ? output_bytes(PROBE_INT) : NULL_BYTES, before = bytes_alive(judge);
        DO(judge, fail_allocation, .nth = 1);
        struct judge_reply room = new_call(judge, frame, slot, value);
        EXPECT(judge, room.a == NO_ROOM, "wf_dyn returns NULL: there is no memory", "it returns a room");
        if (round / 3 % 2) {
            struct judge_reply reply = poll_expect(judge, CALL, WF_READY);
            EXPECT(judge, reply.b == WF_ENOMEM, "out is WF_ENOMEM", "out is %s", judge_code(reply.b));
        }
        drop_it(judge, CALL);
        expect_no_events(judge, LIFE | MEMORY);
        EXPECT(judge, bytes_alive(judge) == before, "nothing is live of it", "there are live bytes");
        /* the witness: that was the one failure, and with memory the same call goes well */
        EXPECT(judge, new_call(judge, frame, slot, value).a == ROOM_ELSEWHERE, "now there is memory",
               "there is none");
        build_method(judge, PROBE_INT);
        DO(judge, arm, .probe = METHOD, .value = 7);
        struct judge_reply reply = poll_expect(judge, CALL, WF_READY);
        EXPECT(judge, reply.b == 0, "out is 0", "out is %s", judge_code(reply.b));
    }
    judge_finish(judge);
}

static void check_value(struct judge *judge, enum probe_kind kind, int value)
{
    if (kind == PROBE_SILENT)
        return;
    struct judge_reply seen = DO(judge, value, .call = CALL, .kind = kind);
    int64_t first = value, last = kind == PROBE_INT ? value : wide_word(value, WIDE_WORDS - 1);
    char expected[80];
    snprintf(expected, sizeof expected, "the value begins with %lld and ends with %lld", (long long)first,
             (long long)last);
    judge_returned(judge, "%lld to %lld", (long long)seen.a, (long long)seen.b);
    EXPECT(judge, seen.a == first && seen.b == last, expected, "with %lld and %lld", (long long)seen.a,
           (long long)seen.b);
}

void test_dyn_result(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 12; round++) {
        call_method(judge, round / 3 % 2, (enum probe_kind)(round % 3), round / 6 % 2);
        for (int wait = (round + round / 6) % 3; wait > 0; wait--) {
            poll_expect(judge, CALL, WF_PENDING);
            EXPECT_EVENTS(judge, LIFE, polled(judge, METHOD, WF_PENDING));
        }
        DO(judge, arm, .probe = METHOD, .value = round == 0 ? WF_ENOMEM : output_value(judge));
        struct judge_reply reply = poll_expect(judge, CALL, WF_READY);
        EXPECT_EVENTS(judge, LIFE, polled(judge, METHOD, WF_READY));
        EXPECT(judge, reply.b == 0, "out is 0: the method is done", "out is %lld", (long long)reply.b);
    }
    finish_async(judge);
}

void test_dyn_awaiting(struct judge *judge)
{
    start_async(judge, "calls");
    for (int boxed = 0; boxed < 2; boxed++) {
        call_method(judge, boxed, PROBE_INT, true);
        for (int poll = 0; poll < 3; poll++) {
            poll_expect(judge, CALL, WF_PENDING);
            expect_awaited(judge, CALL, 1, METHOD);
        }
        drop_it(judge, CALL);
    }
    finish_async(judge);
}

void test_dyn_output(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 24; round++) {
        enum probe_kind kind = (enum probe_kind)(round % 3);
        bool boxed = round / 3 % 2, wants_value = round / 6 % 2;
        int value = output_value(judge);
        call_method(judge, boxed, kind, wants_value);
        for (int wait = (round + round / 12) % 3; wait > 0; wait--) {
            poll_expect(judge, CALL, WF_PENDING);
            expect_no_events(judge, KIND(EVENT_OUT_DESTROYED));
        }
        DO(judge, arm, .probe = METHOD, .value = value);
        poll_expect(judge, CALL, WF_READY);
        if (kind == PROBE_WIDE && !wants_value)
            EXPECT_EVENTS(judge, LIFE | KIND(EVENT_OUT_DESTROYED), polled(judge, METHOD, WF_READY),
                          {EVENT_OUT_DESTROYED, 0, wide_word(value, WIDE_WORDS - 1)});
        else
            EXPECT_EVENTS(judge, LIFE | KIND(EVENT_OUT_DESTROYED), polled(judge, METHOD, WF_READY));
        if (wants_value)
            check_value(judge, kind, value);
        drop_it(judge, CALL); /* READY: does nothing */
        expect_no_events(judge, LIFE | KIND(EVENT_OUT_DESTROYED));
    }
    finish_async(judge);
}

/* A call is dropped: never built, never polled, or while its method is pending. */
static void check_drop(struct judge *judge, bool boxed, bool built, int polls)
{
    int64_t before = bytes_alive(judge), frame = PROBE_BYTES + judge_random(judge, 100);
    struct judge_reply room = new_call(judge, frame, boxed ? NULL_BYTES : frame, NULL_BYTES);
    EXPECT(judge, room.a != NO_ROOM, "room for the frame", "NULL");
    if (built)
        build_method(judge, PROBE_INT);
    for (; polls > 0; polls--) {
        poll_expect(judge, CALL, WF_PENDING);
        EXPECT(judge, judge_count_events(judge, EVENT_FREED, -1) == 0,
               "the frame lives while the method does", "it was freed");
    }
    if (boxed)
        EXPECT(judge, bytes_alive(judge) >= before + frame, "the frame is live", "it is not");
    drop_it(judge, CALL);
    const struct want ends[] = {dropped(METHOD), freed};
    expect_wants(judge, MEMORY | LIFE, ends + !built, built + boxed);
    EXPECT(judge, bytes_alive(judge) == before, "all memory is given back", "there are live bytes");
}

/* While one frame is allocated, the allocator makes a call whose frame fits: each call gives back what it has. */
static void check_call_in_allocation(struct judge *judge)
{
    enum { OTHER = 1 };
    int64_t before = bytes_alive(judge);
    at(judge, AT_ALLOCATION);
    DO(judge, dyn, .call = CALL + OTHER, .frame = PROBE_BYTES, .slot = PROBE_BYTES, .value = NULL_BYTES);
    call_method(judge, true, PROBE_INT, false);
    DO(judge, build, .call = CALL + OTHER, .probe = OTHER, .kind = PROBE_INT);
    drop_it(judge, CALL + OTHER);
    EXPECT_EVENTS(judge, MEMORY | LIFE, dropped(OTHER));
    drop_it(judge, CALL);
    EXPECT_EVENTS(judge, MEMORY | LIFE, dropped(METHOD), freed);
    EXPECT(judge, bytes_alive(judge) == before, "all memory is given back", "there are live bytes");
}

static void check_ready(struct judge *judge, bool boxed, enum probe_kind kind, bool wants_value)
{
    int64_t before = bytes_alive(judge);
    call_method(judge, boxed, kind, wants_value);
    poll_expect(judge, CALL, WF_PENDING);
    EXPECT(judge, (bytes_alive(judge) > before) == boxed,
           boxed ? "the frame is live" : "nothing is allocated", boxed ? "it is not" : "there are live bytes");
    DO(judge, arm, .probe = METHOD, .value = output_value(judge));
    poll_expect(judge, CALL, WF_READY);
    expect_wants(judge, MEMORY | KIND(EVENT_PROBE_DROPPED), &freed, boxed);
    EXPECT(judge, bytes_alive(judge) == before, "all memory is given back before the call is READY",
           "there are live bytes");
    drop_it(judge, CALL);
    expect_no_events(judge, MEMORY | LIFE);
}

void test_dyn_never_built(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 6; round++)
        check_drop(judge, round % 2, false, 0);
    finish_async(judge);
}

static void start_recursion(struct judge *judge, int depth)
{
    DO(judge, probe, .probe = METHOD, .kind = PROBE_INT);
    DO(judge, recursion, .future = RECURSION, .depth = depth, .probe = METHOD);
}

static void check_recursion(struct judge *judge, int depth, bool drop)
{
    int64_t before = bytes_alive(judge);
    start_recursion(judge, depth);
    poll_expect(judge, RECURSION, WF_PENDING);
    int held = judge_count_events(judge, EVENT_ALLOCATED, -1) - judge_count_events(judge, EVENT_FREED, -1);
    char expected[60];
    snprintf(expected, sizeof expected, "%d frames are held", depth);
    EXPECT(judge, held == depth, expected, "%d are", held);
    poll_expect(judge, RECURSION, WF_PENDING);
    EXPECT_EVENTS(judge, MEMORY | LIFE, polled(judge, METHOD, WF_PENDING));
    EXPECT(judge, bytes_alive(judge) >= before + depth, expected, "no bytes are live");
    if (drop) {
        struct want wants[2 + 2 * DEPTH_MAX] = {dropped(METHOD)};
        int count = 1;
        drop_it(judge, RECURSION);
        for (int i = 0; i <= depth; i++) { /* the outermost frame is not allocated */
            wants[count++] = (struct want){EVENT_DEPTH_DROPPED, i, 0};
            if (i < depth)
                wants[count++] = freed;
        }
        expect_wants(judge, MEMORY | LIFE | KIND(EVENT_DEPTH_DROPPED), wants, count);
    } else {
        int value = judge_random(judge, 1000);
        DO(judge, arm, .probe = METHOD, .value = value);
        struct judge_reply reply = poll_expect(judge, RECURSION, WF_READY);
        EXPECT(judge, judge_count_events(judge, EVENT_FREED, -1) == depth, "each frame is freed", "%d are",
               judge_count_events(judge, EVENT_FREED, -1));
        snprintf(expected, sizeof expected, "each call adds 1: out is %d", value + depth);
        EXPECT(judge, reply.b == value + depth, expected, "out is %s", judge_code(reply.b));
    }
    EXPECT(judge, bytes_alive(judge) == before, "no frame is held afterwards", "there are live bytes");
}

/* The call at one depth gets no memory: all above it end with that error. */
static void check_failing_recursion(struct judge *judge, int depth, int failing)
{
    int64_t before = bytes_alive(judge);
    start_recursion(judge, depth);
    DO(judge, fail_allocation, .nth = failing);
    struct judge_reply reply = poll_expect(judge, RECURSION, WF_READY);
    EXPECT(judge, reply.b == WF_ENOMEM, "out is WF_ENOMEM", "out is %s", judge_code(reply.b));
    EXPECT(judge, judge_count_events(judge, EVENT_ALLOCATED, -1) == failing - 1,
           "the calls before it had memory", "there were %d allocations",
           judge_count_events(judge, EVENT_ALLOCATED, -1));
    EXPECT(judge, judge_count_events(judge, EVENT_FREED, -1) == failing - 1, "each frame is freed", "%d are",
           judge_count_events(judge, EVENT_FREED, -1));
    EXPECT(judge, bytes_alive(judge) == before, "no frame is held afterwards", "there are live bytes");
    drop_it(judge, METHOD); /* nobody had come to it */
}

void test_dyn_frees_once(struct judge *judge)
{
    start_async(judge, "calls");
    for (int boxed = 0; boxed < 2; boxed++) {
        for (int polls = 0; polls < 3; polls++)
            check_drop(judge, boxed, true, polls);
        for (int kind = PROBE_INT; kind <= PROBE_SILENT; kind++)
            for (int wants_value = 0; wants_value < 2; wants_value++)
                check_ready(judge, boxed, (enum probe_kind)kind, wants_value);
    }
    check_call_in_allocation(judge);
    for (int i = 0; i < 7; i++) { /* its edges, then any */
        int depth = (int)DRAW(judge, recursion, depth);
        check_recursion(judge, depth, false);
        check_recursion(judge, depth, true);
    }
    for (int failing = 1; failing <= 4; failing++)
        check_failing_recursion(judge, 4, failing);
    finish_async(judge);
}
