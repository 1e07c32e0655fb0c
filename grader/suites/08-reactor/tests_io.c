/**
 * @file tests_io.c
 * @brief Clauses 08.13 and 08.14: calls that are made when the descriptor is ready.
 */
#include "tests.h"

static const int64_t results[] = {
    0,  1,      65536,   INT32_MAX,    INT64_C(4294967285), INT64_C(4294967296), INT64_MAX,
    -1, -EPIPE, -EINVAL, WF_ECANCELED, WF_ECLOSED,          INT32_MIN,           INT64_MIN};

/* 08.13: each result, of a call that is made at once, or when what it waits for has come. */
void test_io_results(struct judge *judge)
{
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(results); i++)
        for (int waits = 0; waits < 2; waits++)
            for (int64_t drained = 0; drained < 2; drained++) {
                int64_t interest = i % 3 == 0   ? WF_READABLE
                                   : i % 3 == 1 ? WF_WRITABLE
                                                : WF_READABLE | WF_ERROR;
                int64_t bits = interest == WF_WRITABLE ? WF_WRITABLE : WF_READABLE;
                begin_io(judge, waits ? 0 : bits | WF_PRIORITY);
                build_io(judge, A, interest);
                if (waits) {
                    expect_pending(judge, A, 1, "PENDING: it is not ready");
                    expect_calls(judge, 0, 0, "no call before it is ready");
                    DO(judge, tell, .descriptor = 0, .bits = WF_PRIORITY);
                    expect_woken(judge, 1, 0, "no wake: it is ready for something else");
                    expect_pending(judge, A, 2, "PENDING: it is ready for something else");
                    expect_calls(judge, 0, 0, "no call before it is ready");
                    DO(judge, tell, .descriptor = 0, .bits = bits);
                    expect_woken(judge, 2, 1, "an event that serves it wakes its newest waker");
                    expect_calls(judge, 0, 0, "no call but in a poll");
                }
                DO(judge, script, .result = results[i], .drained = drained);
                expect_ready(judge, A, results[i], "READY with what the call returns");
                expect_calls(judge, 1, 0, "one call");
                expect_bits(judge, 0, drained ? WF_PRIORITY : bits | WF_PRIORITY,
                            drained ? "drained clears what it waited for, and nothing else"
                                    : "a call that was not drained clears nothing");
                end_io(judge);
            }
    for (int64_t code = 1; code <= 133; code++) { /* each error that there is */
        if (code == EAGAIN || code == EINTR)
            continue;
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = -code);
        expect_ready(judge, A, -code, "READY with what the call returns: only -EAGAIN and -EINTR mean again");
        expect_calls(judge, 1, 0, "one call");
        expect_bits(judge, 0, WF_READABLE, "a call that was not drained clears nothing");
        end_io(judge);
    }
    /* what it is built for is a descriptor that it cannot wait for */
    open_as(judge, 0, SOCKET, 1);
    DO(judge, tell, .descriptor = 0, .bits = 15);
    static const int64_t wrong[] = {0, 2, 3, 16, 17, 64, 0xffffffff};
    for (int i = 0; i < COUNT_OF(wrong); i++) {
        build_io(judge, A, wrong[i]);
        expect_ready(judge, A, -EINVAL, "READY with -EINVAL: it was not opened for that");
        expect_calls(judge, 0, 0, "no call");
    }
    end_io(judge);
    build_io(judge, A, 1);
    expect_ready(judge, A, WF_ECLOSED, "READY with WF_ECLOSED: it is closed");
    expect_calls(judge, 0, 0, "no call");
    finish_fd(judge);
}

/* 08.13: signals, and calls that find nothing. */
void test_io_again(struct judge *judge)
{
    begin_fd(judge);
    for (int signals = 0; signals < 6; signals++)
        for (int times = 0; times < 4; times++) {
            int64_t result = results[judge_random(judge, COUNT_OF(results))];
            bool closed = judge_random(judge, 2); /* the other side: such a bit stays, so signals come only */
            begin_io(judge, closed ? WF_READ_CLOSED : WF_READABLE);
            build_io(judge, A, WF_READABLE);
            for (int time = 0; time < times && !closed; time++) {
                for (int signal = 0; signal < signals; signal++)
                    DO(judge, script, .result = -EINTR);
                DO(judge, script, .result = -EAGAIN, .drained = time % 2);
                expect_pending(judge, A, time + 1, "PENDING: the call found nothing");
                expect_calls(judge, signals + 1, 0, "one call more for each -EINTR, none after -EAGAIN");
                expect_woken(judge, 0, 0, "no wake: it waits for the descriptor");
                expect_bits(judge, 0, 0, "-EAGAIN clears what it waited for");
                expect_waiting(judge, 0, 1, "it waits");
                expect_clones(judge, 1, "it keeps its newest waker, and no other");
                expect_pending(judge, A, time + 1, "PENDING: it is not ready");
                expect_calls(judge, 0, 0, "no call before it is ready again");
                DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
                expect_woken(judge, time + 1, 1, "it is woken when it is ready again");
            }
            for (int signal = 0; signal < signals; signal++)
                DO(judge, script, .result = -EINTR);
            DO(judge, script, .result = result);
            expect_ready(judge, A, result,
                         "READY with what the call returns, if that is not -EINTR or -EAGAIN");
            expect_calls(judge, signals + 1, 0, "one call more for each -EINTR");
            end_io(judge);
        }
    for (int again = 0; again < 2; again++) { /* more often than anybody would count */
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = again ? -EAGAIN : -EINTR, .meanwhile = again ? READABLE : NOTHING,
           .times = TIMES_MAX);
        DO(judge, script, .result = 7);
        expect_ready(judge, A, 7, "READY with what the call returns, if that is not -EINTR or -EAGAIN");
        end_io(judge);
    }
    finish_fd(judge);
}

/* 08.13: what -EAGAIN and drained clear, of each word, for some interests. */
void test_io_clears(struct judge *judge)
{
    static const int64_t interests[] = {WF_READABLE, WF_WRITABLE, WF_READABLE | WF_WRITABLE, WF_PRIORITY, 15};
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(interests); i++)
        for (int64_t bits = 1; bits < WF_READ_CLOSED; bits++)
            for (int again = 0; again < 2; again++) {
                if (!(bits & interests[i]))
                    continue;
                begin_io(judge, bits);
                build_io(judge, A, interests[i]);
                DO(judge, script, .result = again ? -EAGAIN : 3, .drained = !again);
                if (again)
                    expect_pending(judge, A, 1, "PENDING: the call found nothing");
                else
                    expect_ready(judge, A, 3, "READY with what the call returns");
                expect_calls(judge, 1, 0, "one call");
                expect_bits(judge, 0, bits & ~interests[i], "what it waited for is cleared, and nothing else");
                if (again)
                    DO(judge, drop_future, .future = A);
                end_io(judge);
            }
    for (int bit = 0; bit < 32; bit++) { /* whatever the tick is */
        begin_io(judge, 0);
        DO(judge, had_events, .descriptor = 0, .tick = (INT64_C(1) << bit) - 1);
        DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = -EAGAIN);
        expect_pending(judge, A, 1, "PENDING: the call found nothing");
        expect_calls(judge, 1, 0, "one call");
        expect_bits(judge, 0, 0, "-EAGAIN clears what it waited for");
        DO(judge, drop_future, .future = A);
        end_io(judge);
    }
    /* sides that are closed are not cleared: it is ready still */
    for (int64_t bit = WF_READ_CLOSED; bit <= WF_WRITE_CLOSED; bit += bit) {
        int64_t interest = bit == WF_READ_CLOSED ? WF_READABLE : WF_WRITABLE;
        begin_io(judge, bit | interest);
        build_io(judge, A, interest);
        DO(judge, script, .result = -EAGAIN);
        DO(judge, script, .result = 0, .drained = 1);
        expect_ready(judge, A, 0,
                     "READY with what the call returns: the side is closed, so it is ready again");
        expect_calls(judge, 2, 0, "a call more after -EAGAIN, as it is ready still");
        expect_bits(judge, 0, bit, "what it waited for is cleared; a side that is closed stays so");
        end_io(judge);
    }
    finish_fd(judge);
}

/* 08.13: any script of calls, beside what the clause says of it. */
void test_io_random(struct judge *judge)
{
    enum { SCRIPT = 40, SIGNALS = 100 };
    static const int64_t comes[] = {NOTHING, NOTHING, READABLE, WRITABLE, CLEARS};
    begin_fd(judge);
    for (int round = 0; round < 60; round++) {
        int64_t bits = 1 + judge_random(judge, 31), interest = 1 + judge_random(judge, 15);
        int64_t result[SCRIPT + SIGNALS] = {0}, drained[SCRIPT + SIGNALS] = {0},
                                meanwhile[SCRIPT + SIGNALS] = {0};
        int count = 1 + judge_random(judge, SCRIPT), signals = round % 10 == 9 ? SIGNALS : 0, at = 0;
        begin_io(judge, bits);
        build_io(judge, A, interest);
        for (int i = 0; i < count + signals; i++) {
            int what = i < signals ? 0 : judge_random(judge, 4);
            result[i] = i == count + signals - 1 ? 7 : what < 2 ? -EINTR : what == 2 ? -EAGAIN : 7;
            drained[i] = i >= signals && judge_random(judge, 3) == 0;
            meanwhile[i] = i < signals ? NOTHING : comes[judge_random(judge, COUNT_OF(comes))];
            DO(judge, script, .result = result[i], .drained = drained[i], .meanwhile = meanwhile[i]);
        }
        for (;;) { /* a poll, and if it has to wait an event */
            int before = at;
            bool ready = false;
            while (!ready && bits_serve((uint64_t)bits, (uint64_t)interest)) {
                bool moved = meanwhile[at] == READABLE || meanwhile[at] == WRITABLE;
                if (meanwhile[at] == CLEARS)
                    bits &= ~(int64_t)WF_READABLE;
                if (moved)
                    bits |= meanwhile[at] == READABLE ? WF_READABLE : WF_WRITABLE;
                else if (drained[at] || result[at] == -EAGAIN)
                    bits &= ~(interest & 15);
                ready = result[at] != -EAGAIN && result[at] != -EINTR;
                at++;
            }
            if (ready)
                expect_ready(judge, A, 7, "READY with what the call returns");
            else
                expect_pending(judge, A, 1, "PENDING: it is not ready");
            expect_calls(judge, at - before, 0, "a call for each look that finds it ready, and none else");
            expect_bits(judge, 0, bits, "-EAGAIN and drained clear what it waits for, unless an event came");
            if (ready)
                break;
            DO(judge, tell, .descriptor = 0, .bits = interest & -interest);
            bits |= interest & -interest;
        }
        expect_calls_left(judge, count + signals - at);
        DO(judge, forget_script);
        expect_nothing_kept(judge, 0);
        DO(judge, close_fd, .async = 0);
    }
    finish_fd(judge);
}

static void looks(struct judge *judge, int64_t units, int64_t request, bool ready, int64_t out, int64_t left,
                  int calls, const char *why)
{
    expect_poll(judge, &(const struct step_poll_future){.waker = 1, .units = units, .request = request},
                ready, out, why);
    expect_calls(judge, calls, 0, "each call takes a unit before it, and none is made without one");
    expect_units(judge, left, "each look takes a unit, and gives it back where it is PENDING");
}

/* 08.14 */
void test_io_looks(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t again = 0; again < 2; again++) { /* -EINTR; -EAGAIN, while a new event comes */
        int64_t result = again ? -EAGAIN : -EINTR, comes = again ? READABLE : NOTHING;
        for (int64_t units = 0; units <= 3; units++) {
            begin_io(judge, WF_READABLE);
            build_io(judge, A, WF_READABLE);
            for (int i = 0; i < 3; i++)
                DO(judge, script, .result = result, .meanwhile = comes);
            DO(judge, script, .result = 9);
            int64_t given = units < 3 ? units : 127;
            if (units < 3) {
                looks(judge, given, GOES_ON, false, 0, 0, (int)given,
                      "PENDING: a call is to be made again, and there is no unit");
                expect_poll(judge, &(const struct step_poll_future){.waker = 2, .units = 0}, false, 0,
                            "PENDING: there is no unit");
                expect_woken(judge, 2, 1, "without a unit it gives way: its task is woken, once");
                looks(judge, 128, GOES_ON, true, 9, 128 - (4 - units), 4 - (int)units,
                      "READY with what the call returns");
            } else {
                looks(judge, given, GOES_ON, true, 9, given - 4, 4, "READY with what the call returns");
            }
            end_io(judge);
        }
    }
    /* a side that is closed, and a call that never says so: it gives way */
    begin_io(judge, WF_READ_CLOSED);
    build_io(judge, A, WF_READABLE);
    for (int i = 0; i < 128 + 2; i++)
        DO(judge, script, .result = -EAGAIN);
    looks(judge, 2, GOES_ON, false, 0, 0, 2, "PENDING: there is no unit left");
    looks(judge, 128, GOES_ON, false, 0, 0, 128, "PENDING: there is no unit left");
    DO(judge, drop_future, .future = A);
    end_io(judge);
    /* PENDING after -EAGAIN: the call took one, the look behind it gives its own back */
    begin_io(judge, WF_READABLE);
    build_io(judge, A, WF_READABLE);
    DO(judge, script, .result = -EAGAIN);
    looks(judge, 2, GOES_ON, false, 0, 1, 1, "PENDING: the call found nothing");
    looks(judge, 1, GOES_ON, false, 0, 1, 0, "PENDING: it is not ready");
    looks(judge, 128, GOES_ON, false, 0, 128, 0, "PENDING: it is not ready");
    looks(judge, 1, CANCELED, true, WF_ECANCELED, 0, 0, "READY: cancellation was asked for");
    end_io(judge);
    for (int64_t end = SHUTDOWN; end <= RELEASES; end++) /* over in a call that is to be made again */
        if (end == SHUTDOWN || end >= CLOSES) {
            begin_io(judge, WF_READABLE);
            build_io(judge, A, WF_READABLE);
            DO(judge, script, .result = -EINTR, .meanwhile = end);
            looks(judge, 3, GOES_ON, true, WF_ECLOSED, 1, 1, "READY with WF_ECLOSED: it is over");
            expect_clones(judge, 0, "what is READY keeps no waker");
            DO(judge, close_fd, .async = 0);
        }
    for (int64_t request = CANCELED_OUTSIDE; request < REQUESTS_MAX; request++) {
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = 4);
        looks(judge, 2, request, true, 4, 1, 1, "READY with what the call returns: nobody asked here");
        end_io(judge);
    }
    for (int ready = 0; ready < 2; ready++) { /* asked to end before the first poll, and where it is ready */
        begin_io(judge, ready ? WF_READABLE : 0);
        build_io(judge, A, WF_READABLE);
        looks(judge, 0, CANCELED, false, 0, 0, 0, "PENDING: the unit comes first, and there is none");
        expect_woken(judge, 0, 0, "that step wakes nobody");
        looks(judge, 2, CANCELED, true, WF_ECANCELED, 1, 0, "READY: cancellation was asked for");
        end_io(judge);
    }
    finish_fd(judge);
}
