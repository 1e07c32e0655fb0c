/**
 * @file tests_meanwhile.c
 * @brief Clause 08.13: what comes while the call of a wf_fd_io goes on, another one's call too.
 */
#include "tests.h"

/* 08.13: the call opens the structure for another descriptor, and a signal comes. */
static void try_reopening(struct judge *judge)
{
    begin_io(judge, WF_READABLE);
    DO(judge, descriptor, .descriptor = 1, .kind = SOCKET);
    build_io(judge, A, WF_READABLE);
    DO(judge, script, .result = -EINTR, .meanwhile = REOPENS);
    DO(judge, script, .result = 6);
    expect_ready(judge, A, 6, "READY with what the call returns");
    int count, calls = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        if (events[i].kind == EVENT_CALLED)
            EXPECT(judge, events[i].a == calls++, "the next call is on what is open now",
                   "it is on another number");
    EXPECT(judge, calls == 2, "one call more after -EINTR", "%d calls", calls);
    expect_bits(judge, 1, WF_READABLE, "nothing is cleared");
    expect_calls_left(judge, 0);
    expect_nothing_kept(judge, 1);
    DO(judge, close_fd, .async = 0);
    EXPECT(judge, DO(judge, owner, .descriptor = 0).a == 1, "what was released is open", "it is closed");
}

/* 08.13: what comes while the call goes on. */
void test_io_meanwhile(struct judge *judge)
{
    begin_fd(judge);
    /* an event of the same bit: it is not cleared, and the call is made again */
    for (int64_t first = 0; first < 2; first++)
        for (int64_t comes = READABLE; comes <= WRITABLE; comes++) {
            begin_io(judge, WF_READABLE);
            build_io(judge, A, WF_READABLE);
            DO(judge, script, .result = -EAGAIN, .drained = first, .meanwhile = comes);
            DO(judge, script, .result = 5, .drained = 0);
            expect_ready(judge, A, 5, "READY: an event came during the call, so -EAGAIN clears nothing");
            expect_calls(judge, 2, 0, "a call more: it is ready again");
            expect_bits(judge, 0, comes == READABLE ? 1 : 3, "nothing is cleared");
            end_io(judge);
            begin_io(judge, WF_READABLE);
            build_io(judge, A, WF_READABLE);
            DO(judge, script, .result = 5, .drained = 1, .meanwhile = comes);
            expect_ready(judge, A, 5, "READY with what the call returns");
            expect_bits(judge, 0, comes == READABLE ? 1 : 3,
                        "drained clears nothing: an event came during the call");
            end_io(judge);
        }
    static const int64_t outs[] = {-EAGAIN, -EINTR, 5, -EPIPE};
    for (int i = 0; i < COUNT_OF(outs); i++) {
        bool again = i < 2;
        for (int64_t end = CLOSES; end <= RELEASES; end++) {
            begin_io(judge, WF_READABLE);
            build_io(judge, A, WF_READABLE);
            DO(judge, script, .result = outs[i], .drained = 1, .meanwhile = end);
            expect_ready(judge, A, again ? WF_ECLOSED : outs[i],
                         "READY with what the call returns; with WF_ECLOSED if it is to be made again");
            expect_calls(judge, 1, 0, "no call where it is not open any more");
            expect_clones(judge, 0, "what is READY keeps no waker");
        }
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = outs[i], .meanwhile = SHUTDOWN);
        expect_ready(judge, A, again ? WF_ECLOSED : outs[i],
                     "READY with what the call returns; with WF_ECLOSED if it is to be made again");
        expect_calls(judge, 1, 0, "no call where the runtime is shut down");
        end_io(judge);
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = outs[i], .meanwhile = CANCELS);
        if (outs[i] == -EAGAIN || outs[i] == -EINTR)
            expect_ready(judge, A, WF_ECANCELED, "READY with WF_ECANCELED: no call is made any more");
        else
            expect_ready(judge, A, outs[i], "READY with what the call returns: it has been made");
        expect_calls(judge, 1, 0, "no call after cancellation was asked for");
        end_io(judge);
        begin_io(judge, WF_READABLE);
        build_io(judge, A, WF_READABLE);
        DO(judge, script, .result = outs[i], .meanwhile = CLEARS);
        if (again) {
            expect_pending(judge, A, 1, "PENDING: somebody else found that it is not ready");
            DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
            expect_woken(judge, 1, 1, "it is woken when it is ready again");
            DO(judge, script, .result = 6);
        }
        expect_ready(judge, A, again ? 6 : outs[i], "READY with what the call returns");
        end_io(judge);
    }
    try_reopening(judge);
    finish_fd(judge);
}

/* A call, and beside it on the same descriptor another call, or a wait alone. */
static void begin_with_inner(struct judge *judge, bool is_call)
{
    begin_io(judge, WF_READABLE);
    build_io(judge, A, WF_READABLE);
    if (is_call)
        build_io(judge, B, WF_READABLE);
    else
        DO(judge, ready, .future = B, .interest = WF_READABLE);
}

/* 08.13: one in the call of another one, on the same descriptor. */
void test_io_inside(struct judge *judge)
{
    begin_fd(judge);
    for (int kind = 0; kind < 2; kind++)
        for (int first = 0; first < 2; first++) { /* the outer one finds nothing, and has to wait */
            begin_with_inner(judge, kind);
            DO(judge, script, .result = first ? -EAGAIN : 5, .meanwhile = POLLS_B);
            if (kind)
                DO(judge, script, .result = 7, .drained = 1);
            if (first)
                expect_pending(judge, A, 2, "PENDING: the call found nothing");
            else
                expect_ready(judge, A, 5, "READY with what its call returns");
            int count, polls = 0;
            const struct channel_record *events = judge_events(judge, &count);
            for (int i = 0; i < count; i++)
                if (events[i].kind == EVENT_WAITER_POLLED) {
                    polls++;
                    EXPECT(judge, events[i].b == (WF_READY | (kind ? 7 : WF_READABLE) * 2),
                           "the inner one is READY with what is its own", "it is not");
                }
            EXPECT(judge, polls == 1, "the inner one is polled, once", "%d times", polls);
            expect_bits(judge, 0, kind || first ? 0 : 1, "what was found to be drained is cleared");
            if (first) {
                DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
                expect_woken(judge, 2, 1, "it is woken when it is ready again");
                DO(judge, script, .result = 8);
                expect_ready(judge, A, 8, "READY with what its call returns");
            }
            end_io(judge);
        }
    for (int kind = 0; kind < 2; kind++) { /* the inner one sees an event that the outer one has not seen */
        begin_with_inner(judge, kind);
        DO(judge, script, .result = -EAGAIN, .meanwhile = EVENT_AND_POLLS_B);
        if (kind)
            DO(judge, script, .result = 7);
        DO(judge, script, .result = 8);
        expect_ready(judge, A, 8, "READY: an event came during the call, so -EAGAIN clears nothing");
        expect_bits(judge, 0, WF_READABLE, "nothing is cleared");
        end_io(judge);
    }
    /* two that wait take turns: the first to come drains it, the other one waits on */
    for (int64_t winner = A; winner <= B; winner++) {
        begin_io(judge, 0);
        for (int64_t future = A; future <= B; future++) {
            build_io(judge, future, WF_READABLE);
            expect_pending(judge, future, future + 1, "PENDING: it is not ready");
        }
        for (int round = 0; round < 2; round++) {
            DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
            EXPECT(judge, judge_count_events(judge, EVENT_WOKEN, -1) == 2 - round, "all that wait are woken",
                   "%d wakes", judge_count_events(judge, EVENT_WOKEN, -1));
            DO(judge, script, .result = 1, .drained = 1);
            expect_ready(judge, round ? !winner : winner, 1, "READY with what its call returns");
            if (round == 0)
                expect_pending(judge, !winner, 3, "PENDING: the other one drained it");
        }
        end_io(judge);
    }
    finish_fd(judge);
}
