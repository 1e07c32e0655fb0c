/**
 * @file tests_closure.c
 * @brief Clauses 02.13 to 02.17, and 02.23 to 02.26: closures.
 *
 * A call's body does by its closure's kind: a shared one adds its argument to what was captured; one in turn makes
 * the state state * 3 + argument at each poll; a once takes the state over and adds its argument.
 */
#include <stdio.h>

#include "rig.h"
#include "tests.h"
#include "weft/closure.h"
#include "weft/error.h"

enum { CLOSURE = 0, OTHER = 1, OTHER_CALL = 15, NULL_BYTES = -1 };

#define ENDS (KIND(EVENT_CAPTURED_DROPPED) | KIND(EVENT_TAKEN_RELEASED))

static const char *const names[] = {CLOSURE_NAMES(STEP_EDGE_WORD)};
static const enum wf_closure_kind kinds[] = {WF_CLOSURE_SHARED, WF_CLOSURE_IN_TURN, WF_CLOSURE_ONCE};
static const struct want released = {EVENT_CAPTURED_DROPPED, CLOSURE, 0};

/* Its name is drawn, and is returned: a panic must say it. */
static const char *new_closure(struct judge *judge, enum wf_closure_kind kind, int64_t frame, int64_t state,
                               enum closure_drop drop)
{
    int64_t name = DRAW(judge, closure, name);
    DO(judge, closure, .closure = CLOSURE, .kind = kind, .name = name, .frame = frame, .state = state,
       .drop = drop);
    return names[name];
}

/* Call number `index`, with the probe of that number as its body; its value is an int. */
static struct judge_reply call_with(struct judge *judge, int index, int64_t argument, int64_t slot)
{
    return DO(judge, call, .call = CALL + index, .closure = CLOSURE, .probe = index, .argument = argument,
              .slot = slot, .value = output_bytes(PROBE_INT));
}

/* The same where slot or box does not matter. */
static void call_it(struct judge *judge, int index, int64_t argument)
{
    call_with(judge, index, argument, index % 2 ? NULL_BYTES : PROBE_BYTES);
}

/* Call 1, whose `build` calls the closure again, as call 2: the first one has its frame already. */
static void call_in_build(struct judge *judge, int64_t argument)
{
    at(judge, AT_BUILD);
    call_it(judge, 1, argument);
    call_it(judge, 0, argument);
}

static void expect_value(struct judge *judge, int index, int64_t value)
{
    struct judge_reply seen = DO(judge, value, .call = CALL + index, .kind = PROBE_INT);
    char expected[60];
    judge_returned(judge, "%lld", (long long)seen.a);
    snprintf(expected, sizeof expected, "the value of %s is %lld", future_name(CALL + index),
             (long long)value);
    EXPECT(judge, seen.a == value, expected, "it is %lld", (long long)seen.a);
}

/* Polls the call once more, to its end. */
static void finish_call(struct judge *judge, int index)
{
    DO(judge, end_body, .call = CALL + index, .probe = index);
    struct judge_reply reply = poll_expect(judge, CALL + index, WF_READY);
    EXPECT(judge, reply.b == 0, "out is 0", "out is %s", judge_code(reply.b));
}

/* A call that gets no memory: it never was one. */
static void begin_without_memory(struct judge *judge, int index, bool poll)
{
    DO(judge, fail_allocation, .nth = 1);
    call_with(judge, index, 1, NULL_BYTES);
    expect_no_events(judge, KIND(EVENT_BUILT));
    DO(judge, fail_allocation, .nth = 0);
    if (poll) {
        struct judge_reply reply = poll_expect(judge, CALL + index, WF_READY);
        EXPECT(judge, reply.b == WF_ENOMEM, "out is WF_ENOMEM", "out is %s", judge_code(reply.b));
    }
}

static void call_without_memory(struct judge *judge, int index, bool poll)
{
    begin_without_memory(judge, index, poll);
    drop_it(judge, CALL + index);
    expect_no_events(judge, ENDS);
}

void test_closure_call(struct judge *judge)
{
    start_async(judge, "calls");
    struct judge_reply closure = DO(judge, closure, .closure = OTHER, .frame = PROBE_BYTES);
    EXPECT(judge, closure.a == 1, "wf_closure returns the closure", "it returns something else");
    for (int round = 0; round < 18; round++) {
        enum wf_closure_kind kind = (enum wf_closure_kind)(round % 3);
        bool boxed = round / 3 % 2;
        int64_t frame = PROBE_BYTES + judge_random(judge, 200), argument = some_number(judge);
        int64_t state = some_number(judge), value = kind == WF_CLOSURE_IN_TURN ? state : state + argument;
        new_closure(judge, kind, frame, state, HAS_DROP);
        struct judge_reply call = call_with(judge, 0, argument, boxed ? NULL_BYTES : frame);
        const struct want begins[] = {{EVENT_ALLOCATED, 0, 0}, {EVENT_BUILT, CLOSURE, argument}};
        expect_wants(judge, KIND(EVENT_BUILT) | KIND(EVENT_ALLOCATED) | KIND(EVENT_PROBE_POLLED),
                     begins + !boxed, 1 + boxed);
        EXPECT(judge, call.a == 1, "wf_closure_call returns the call", "it returns something else");
        for (int polls = round / 6; polls >= 0; polls--) {
            if (polls == 0)
                DO(judge, end_body, .call = CALL, .probe = 0);
            struct judge_reply reply = poll_expect(judge, CALL, polls == 0);
            EXPECT_EVENTS(judge, KIND(EVENT_BUILT) | KIND(EVENT_PROBE_POLLED), polled(judge, 0, polls == 0));
            if (polls == 0)
                EXPECT(judge, reply.b == 0, "out is 0", "out is %s", judge_code(reply.b));
            if (kind == WF_CLOSURE_IN_TURN)
                value = value * 3 + argument;
        }
        expect_value(judge, 0, (int32_t)value);
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    finish_async(judge);
    for (int kind = 0; kind < 3; kind++) {
        start_async(judge, "calls");
        new_closure(judge, kinds[kind], PROBE_BYTES, some_number(judge), HAS_DROP);
        DO(judge, closure_drop, .closure = CLOSURE);
        judge_allow_panic(judge);
        call_it(judge, 0, 1);
        judge_expect_panic(judge, "02.13", "");
    }
}

void test_closure_without_memory(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 6; round++) {
        new_closure(judge, (enum wf_closure_kind)(round % 3), PROBE_BYTES, some_number(judge), HAS_DROP);
        call_without_memory(judge, 0, round < 3);
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    for (int round = 0; round < 6;
         round++) { /* until it is dropped, too: others begin and end, the closure goes */
        new_closure(judge, (enum wf_closure_kind)(round % 3), PROBE_BYTES, some_number(judge), HAS_DROP);
        begin_without_memory(judge, 0, round < 3);
        call_it(judge, 1, round);
        EXPECT_EVENTS(judge, KIND(EVENT_BUILT), {EVENT_BUILT, CLOSURE, round});
        finish_call(judge, 1);
        DO(judge, closure_drop, .closure = CLOSURE);
        drop_it(judge, CALL);
        expect_no_events(judge, ENDS);
    }
    finish_async(judge);
}

void test_closure_awaiting(struct judge *judge)
{
    start_async(judge, "calls");
    for (int kind = 0; kind < 3; kind++) {
        new_closure(judge, (enum wf_closure_kind)kind, PROBE_BYTES, some_number(judge), HAS_DROP);
        call_it(judge, 0, 1);
        for (int poll = 0; poll < 2; poll++) {
            poll_expect(judge, CALL, WF_PENDING);
            expect_awaited(judge, CALL, 2, 0);
        }
        drop_it(judge, CALL);
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    finish_async(judge);
}

/* A call while another is built is a second call. */
static void expect_panic_in_build(struct judge *judge, enum wf_closure_kind kind, const char *clause)
{
    start_async(judge, "calls");
    const char *name = new_closure(judge, kind, PROBE_BYTES, some_number(judge), HAS_DROP);
    judge_allow_panic(judge);
    call_in_build(judge, 1);
    judge_expect_panic(judge, clause, name);
}

void test_closure_once(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 4; round++) { /* calls without memory, then one that takes the state over */
        int64_t state = some_number(judge), argument = some_number(judge);
        new_closure(judge, WF_CLOSURE_ONCE, PROBE_BYTES, state, HAS_DROP);
        for (int failures = round; failures > 0; failures--)
            call_without_memory(judge, 0, failures % 2);
        call_with(judge, 1, argument, NULL_BYTES);
        EXPECT_EVENTS(judge, KIND(EVENT_BUILT), {EVENT_BUILT, CLOSURE, argument});
        poll_expect(judge, CALL + 1, WF_PENDING);
        finish_call(judge, 1);
        expect_value(judge, 1, state + argument);
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    for (int first = 0; first < 4; first++) { /* the first call was never polled, is pending, READY, dropped */
        if (first > 0)
            start_async(judge, "calls");
        const char *name = new_closure(judge, WF_CLOSURE_ONCE, PROBE_BYTES, some_number(judge), HAS_DROP);
        call_it(judge, 0, some_number(judge));
        if (first == 1)
            poll_expect(judge, CALL, WF_PENDING);
        if (first == 2)
            finish_call(judge, 0);
        if (first == 3)
            drop_it(judge, CALL);
        judge_allow_panic(judge);
        call_it(judge, 1, 1);
        judge_expect_panic(judge, "02.14", name);
    }
    expect_panic_in_build(judge, WF_CLOSURE_ONCE, "02.14");
}

/* Another closure, with a call that is unfinished all the time: its turn is its own. */
static void begin_other(struct judge *judge)
{
    DO(judge, closure, .closure = OTHER, .kind = WF_CLOSURE_IN_TURN, .frame = PROBE_BYTES, .drop = HAS_DROP);
    DO(judge, call, .call = CALL + OTHER_CALL, .closure = OTHER, .probe = OTHER_CALL, .argument = 1,
       .slot = NULL_BYTES, .value = output_bytes(PROBE_INT));
    poll_expect(judge, CALL + OTHER_CALL, WF_PENDING);
}

static void end_other(struct judge *judge)
{
    drop_it(judge, CALL + OTHER_CALL);
    DO(judge, closure_drop, .closure = OTHER);
}

void test_closure_in_turn(struct judge *judge)
{
    start_async(judge, "calls");
    begin_other(judge);
    for (int round = 0; round < 3; round++) {
        int64_t state = judge_random(judge, 1000) - 500;
        new_closure(judge, WF_CLOSURE_IN_TURN, PROBE_BYTES, state, HAS_DROP);
        for (int turn = 0; turn < 6; turn++) {
            int64_t argument = judge_random(judge, 1000) - 500;
            int index = turn % 3, polls = judge_random(judge, 2);
            if ((turn + round) % 4 == 3)
                call_without_memory(judge, index, turn % 2);
            call_it(judge, index, argument);
            for (int poll = 0; poll < polls; poll++) {
                poll_expect(judge, CALL + index, WF_PENDING);
                state = state * 3 + argument;
            }
            if ((turn + round) % 3 == 0) { /* dropped, polled or not: the next one may begin */
                drop_it(judge, CALL + index);
            } else {
                state = state * 3 + argument;
                finish_call(judge, index);
                expect_value(judge, index, (int32_t)state);
            }
        }
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    end_other(judge);
    /* the call that is unfinished was never polled, is pending, is the second */
    for (int case_number = 0; case_number < 3; case_number++) {
        if (case_number > 0)
            start_async(judge, "calls");
        const char *name = new_closure(judge, WF_CLOSURE_IN_TURN, PROBE_BYTES, 0, HAS_DROP);
        call_it(judge, 0, 1);
        if (case_number == 2) {
            finish_call(judge, 0);
            call_it(judge, 0, 1);
        }
        if (case_number > 0)
            poll_expect(judge, CALL, WF_PENDING);
        judge_allow_panic(judge);
        call_it(judge, 1, 1);
        judge_expect_panic(judge, "02.15", name);
    }
    expect_panic_in_build(judge, WF_CLOSURE_IN_TURN, "02.15");
    start_async(judge, "calls"); /* while its body is dropped, which may still change the state */
    const char *name = new_closure(judge, WF_CLOSURE_IN_TURN, PROBE_BYTES, some_number(judge), HAS_DROP);
    call_it(judge, 0, 1);
    judge_allow_panic(judge);
    at(judge, AT_DROP);
    call_it(judge, 1, 1);
    drop_it(judge, CALL);
    judge_expect_panic(judge, "02.15", name);
}

/* Two calls, one of which was made while the other was built: either may end first. */
static void shared_in_build(struct judge *judge, int first)
{
    int64_t state = some_number(judge), argument = some_number(judge);
    new_closure(judge, WF_CLOSURE_SHARED, PROBE_BYTES, state, HAS_DROP);
    call_in_build(judge, argument);
    poll_expect(judge, CALL + first, WF_PENDING);
    finish_call(judge, first);
    finish_call(judge, !first);
    for (int i = 0; i < 2; i++)
        expect_value(judge, i, state + argument);
    DO(judge, closure_drop, .closure = CLOSURE);
}

void test_closure_shared(struct judge *judge)
{
    enum { CALLS_MAX = 12 };
    start_async(judge, "calls");
    shared_in_build(judge, 0);
    shared_in_build(judge, 1);
    for (int round = 0; round < 4; round++) {
        int64_t state = some_number(judge), arguments[CALLS_MAX];
        int calls = round == 3 ? CALLS_MAX : 2 + judge_random(judge, CALLS_MAX - 2);
        new_closure(judge, WF_CLOSURE_SHARED, PROBE_BYTES, state, HAS_DROP);
        for (int i = 0; i < calls; i++) {
            arguments[i] = some_number(judge);
            call_it(judge, i, arguments[i]);
            EXPECT_EVENTS(judge, KIND(EVENT_BUILT), {EVENT_BUILT, CLOSURE, arguments[i]});
        }
        for (int i = 0; i < calls; i++) {
            poll_expect(judge, CALL + i, WF_PENDING);
            EXPECT_EVENTS(judge, KIND(EVENT_PROBE_POLLED), polled(judge, i, WF_PENDING));
        }
        for (int i = calls - 1; i >= 0; i--) /* the last first; one of them is dropped, and touches no other */
            if (i == calls / 2) {
                drop_it(judge, CALL + i);
                EXPECT_EVENTS(judge, KIND(EVENT_PROBE_DROPPED), dropped(i));
            } else {
                finish_call(judge, i);
            }
        for (int i = 0; i < calls; i++)
            if (i != calls / 2)
                expect_value(judge, i, state + arguments[i]);
        DO(judge, closure_drop, .closure = CLOSURE);
    }
    finish_async(judge);
}

/* A closure's whole life, with so many calls that end in one way or the other. */
static void check_release(struct judge *judge, enum wf_closure_kind kind, int calls, int round, bool has_drop)
{
    bool taken = kind == WF_CLOSURE_ONCE && calls > 0;
    new_closure(judge, kind, PROBE_BYTES, some_number(judge), has_drop ? HAS_DROP : NO_DROP);
    if (round % 2)
        call_without_memory(judge, 0, round % 4 == 1);
    for (int call = 0; call < calls; call++) {
        const struct want let_go = {EVENT_TAKEN_RELEASED, 0, 0};
        call_it(judge, call, 1);
        if ((call + round) % 3 == 1)
            poll_expect(judge, CALL + call, WF_PENDING);
        if ((call + round) % 2)
            finish_call(judge, call);
        else
            drop_it(judge, CALL + call);
        expect_wants(judge, ENDS, &let_go, taken);
    }
    DO(judge, closure_drop, .closure = CLOSURE);
    expect_wants(judge, ENDS, &released, has_drop && !taken);
}

/* By hand: no call is needed. */
void test_closure_drop(struct judge *judge)
{
    for (int round = 0; round < 6; round++) {
        bool has_drop = round < 3;
        start_async(judge, "calls");
        new_closure(judge, kinds[round % 3], PROBE_BYTES, 1, has_drop ? HAS_DROP : NO_DROP);
        DO(judge, closure_drop, .closure = CLOSURE);
        expect_wants(judge, ENDS, &released, has_drop);
        judge_allow_panic(judge);
        DO(judge, closure_drop, .closure = CLOSURE);
        judge_expect_panic(judge, "02.17", "");
    }
    start_async(judge, "calls");
    for (int kind = 0; kind < 3; kind++) {
        new_closure(judge, kinds[kind], PROBE_BYTES, 1, FREES_THE_CLOSURE);
        DO(judge, closure_drop, .closure = CLOSURE);
        expect_wants(judge, ENDS, &released, 1);
    }
    judge_finish(judge);
}

void test_closure_drop_taken(struct judge *judge)
{
    start_async(judge, "calls");
    for (int round = 0; round < 12; round++) {
        enum wf_closure_kind kind = kinds[round % 3];
        check_release(judge, kind, 0, round / 3, true);
        check_release(judge, kind, 1, round / 3, true);
        check_release(judge, kind, kind == WF_CLOSURE_ONCE ? 1 : 3, round / 3, round % 2);
    }
    finish_async(judge);
}

/* A call is unfinished: never polled, pending, one of two; its body is being dropped. */
void test_closure_drop_too_early(struct judge *judge)
{
    for (int case_number = 0; case_number < 7; case_number++) {
        start_async(judge, "calls");
        enum wf_closure_kind kind = kinds[case_number % 3];
        const char *name = new_closure(judge, kind, PROBE_BYTES, 1, HAS_DROP);
        call_it(judge, 0, 1);
        if (case_number > 0)
            poll_expect(judge, CALL, WF_PENDING);
        if (case_number == 3) {
            call_it(judge, 1, 1);
            finish_call(judge, 1);
        }
        judge_allow_panic(judge);
        if (case_number > 3)
            at(judge, AT_DROP);
        DO(judge, closure_drop, .closure = CLOSURE);
        if (case_number > 3)
            drop_it(judge, CALL);
        if (judge_panicked(judge)) /* else that it does not come is the first thing to say */
            expect_no_events(judge, ENDS);
        judge_expect_panic(judge, "02.25", name);
    }
}
