/**
 * @file tests_ready.c
 * @brief Clauses 08.12 and 08.14, and wf_async_fd_clear: futures that wait until a descriptor is ready.
 */
#include "tests.h"

/* The bits that end a wait: written anew, not read from the header. */
static int64_t ending(int64_t bits, int64_t interest)
{
    int64_t out = 0;
    for (int64_t bit = 1; bit < WF_SOURCE_CLOSED; bit += bit)
        if (bits & bit && bits_serve((uint64_t)bit, (uint64_t)interest))
            out |= bit;
    return out;
}

/* 08.12: each interest, for what each bit and each pair of bits is. */
void test_fd_ready(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t interest = 1; interest <= 15; interest++) {
        judge_forget_trace(judge);
        for (int64_t bits = 1; bits < WF_SOURCE_CLOSED; bits++) {
            if (__builtin_popcountll((unsigned long long)bits) > 2 && bits % 7)
                continue;
            open_as(judge, 0, SOCKET, bits % 2 ? 15 : interest);
            int64_t out = ending(bits, interest);
            bool waits = bits % 3; /* else it is ready before the first poll */
            DO(judge, ready, .future = A, .interest = interest);
            if (waits) {
                expect_pending(judge, A, 1, "PENDING: nothing has come");
                expect_pending(judge, A, 2, "PENDING: nothing has come");
                expect_waiting(judge, 0, 1, "a future that is PENDING waits");
                expect_clones(judge, 1, "it keeps its newest waker, and no other");
            }
            DO(judge, tell, .descriptor = 0, .bits = bits);
            expect_woken(judge, 2, waits && out,
                         "an event that serves it wakes its newest waker, no other does");
            if (out) {
                expect_ready(judge, A, out, "READY with the bits that serve its interest, and no others");
                DO(judge, ready, .future = B, .interest = interest);
                expect_ready(judge, B, out, "it takes nothing away: another one is READY too");
            } else {
                expect_pending(judge, A, 3, "PENDING: nothing that it waits for has come");
                if (bits % 2)
                    DO(judge, drop_future, .future = A);
                DO(judge, tell, .descriptor = 0, .bits = 15);
                expect_woken(judge, 3, !(bits % 2), "it is woken by what serves it, unless it was dropped");
                if (!(bits % 2))
                    expect_ready(judge, A, interest | ending(bits, interest),
                                 "READY with the bits that serve it");
            }
            expect_nothing_kept(judge, 0);
            DO(judge, close_fd, .async = 0);
        }
    }
    finish_fd(judge);
}

/* 08.12: it is not open, not for that, or not any more. */
void test_fd_ready_errors(struct judge *judge)
{
    static const int64_t opened[] = {1, 2, 3, 4, 8, 15};
    static const int64_t wanted[] = {0, 1, 2, 3, 4, 8, 15, 16, 32, 64, 17, 128, 0x80000000, 0xffffffff};
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(opened); i++)
        for (int ready = 0; ready < 2; ready++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, opened[i]);
            if (ready)
                DO(judge, tell, .descriptor = 0, .bits = 15 | WF_READ_CLOSED);
            for (int k = 0; k < COUNT_OF(wanted); k++) {
                bool is_for_that = wanted[k] != 0 && (wanted[k] & ~opened[i]) == 0;
                DO(judge, ready, .future = A, .interest = wanted[k]);
                if (!is_for_that)
                    expect_ready(judge, A, -EINVAL, "READY with -EINVAL: it was not opened for that");
                else if (ready)
                    expect_ready(judge, A, ending(15 | WF_READ_CLOSED, wanted[k]),
                                 "READY with the bits that serve it");
                else
                    expect_pending(judge, A, 0, "PENDING: nothing has come");
                if (is_for_that && !ready)
                    DO(judge, drop_future, .future = A);
                expect_nothing_kept(judge, 0);
            }
            DO(judge, close_fd, .async = 0);
        }
    /* never opened; opened in vain; built before it is opened */
    DO(judge, never, .async = 1, .how = ALL_ZERO);
    DO(judge, ready, .future = A, .async = 1, .interest = 1);
    expect_ready(judge, A, WF_ECLOSED, "READY with WF_ECLOSED: it is not open");
    DO(judge, clear_seen, .async = 1, .future = A, .bits = 1); /* there is nothing to clear */
    DO(judge, never, .async = 1);
    for (int64_t round = 0; round < 3; round++) {
        DO(judge, ready, .future = A, .async = 1, .interest = 1);
        if (round < 2)
            expect_ready(judge, A, WF_ECLOSED, "READY with WF_ECLOSED: it is not open");
        DO(judge, descriptor, .descriptor = 1, .kind = SOCKET);
        if (round == 0)
            DO(judge, fails, .code = -ENOSPC);
        struct judge_reply reply = DO(judge, open, .async = 1, .descriptor = 1, .interest = 1);
        EXPECT(judge, (reply.a == 0) == (round > 0), "it is opened when the reactor lets it", "%s",
               judge_code(reply.a));
        if (round == 1)
            DO(judge, close_fd, .async = 1);
        if (round == 2) {
            expect_pending(judge, A, 0, "PENDING: it is open now, and nothing has come");
            DO(judge, tell, .descriptor = 1, .bits = 1);
            expect_woken(judge, 0, 1, "its event wakes it");
            expect_ready(judge, A, 1, "READY with the bits that serve it");
        }
    }
    /* the runtime is shut down: of what is open still, too */
    open_as(judge, 0, SOCKET, 15);
    for (int64_t future = A; future <= C; future++) {
        DO(judge, ready, .future = future, .interest = INT64_C(2) << future);
        expect_pending(judge, future, future + 1, "PENDING: nothing has come");
    }
    DO(judge, end);
    for (int64_t future = A; future <= C; future++)
        EXPECT(judge, judge_count_events(judge, EVENT_WOKEN, future + 1) == 1,
               "a shutdown wakes what waits, once", "it does not");
    DO(judge, tell, .descriptor = 0, .bits = 15);
    for (int64_t future = A; future <= C; future++)
        expect_ready(judge, future, WF_ECLOSED,
                     "READY with WF_ECLOSED: the runtime is shut down, whatever came too");
    DO(judge, ready, .future = D, .interest = 1);
    expect_ready(judge, D, WF_ECLOSED, "READY with WF_ECLOSED: the runtime is shut down");
    expect_nothing_kept(judge, 0);
    DO(judge, close_fd, .async = 0);
    DO(judge, close_fd, .async = 1);
    finish_fd(judge);
}

/* 08.12: it is in the word, nobody is woken yet, and what the poll drops clears it: READY with the bits of some moment, or PENDING. */
static void try_clearing(struct judge *judge)
{
    for (int64_t interest = 1; interest <= 15; interest++)
        for (int64_t waker = 1; waker <= 2; waker++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 15);
            DO(judge, ready, .future = A, .interest = interest);
            expect_pending(judge, A, 1, "PENDING: nothing has come");
            DO(judge, note, .descriptor = 0, .bits = 15);
            DO(judge, clears_in_drop, .waker = 1);
            struct judge_reply reply = DO(judge, poll_future, .future = A, .waker = waker, .units = -1);
            if (reply.a == WF_READY) {
                struct judge_reply seen = DO(judge, bits, .future = A);
                EXPECT(judge, reply.b == interest, "READY with the bits that serve it, which it saw",
                       "out is %s", judge_code(reply.b));
                EXPECT(judge, ending(seen.a & ALL_BITS, interest) == interest, "it tells the word that it saw",
                       "its bits are 0x%llx", (unsigned long long)seen.a & 0xffffffff);
            } else {
                DO(judge, drop_future, .future = A);
            }
            DO(judge, close_fd, .async = 0);
        }
}

/* Each bit of a tick: the word that is told has it, and a clear goes by it. */
static void try_ticks(struct judge *judge)
{
    for (int bit = 0; bit < 32; bit++) {
        judge_forget_trace(judge);
        open_as(judge, 0, SOCKET, 15);
        DO(judge, had_events, .descriptor = 0, .tick = (INT64_C(1) << bit) - 1);
        DO(judge, tell, .descriptor = 0, .bits = 15);
        DO(judge, ready, .future = A, .interest = WF_ERROR);
        expect_ready(judge, A, WF_ERROR, "READY with the bits that serve it");
        struct judge_reply word = DO(judge, word, .descriptor = 0), seen = DO(judge, bits, .future = A);
        EXPECT(judge, word.a == seen.a, "a wf_fd_ready that is READY tells the word that it saw",
               "0x%llx, not 0x%llx", (unsigned long long)seen.a, (unsigned long long)word.a);
        DO(judge, clear_seen, .async = 0, .future = A, .bits = 1);
        expect_bits(judge, 0, 14, "a clear takes its bits away: no event came since");
        DO(judge, close_fd, .async = 0);
    }
}

/* 08.2, of an open descriptor: what a future has seen is cleared, if nothing came since. */
void test_fd_clear(struct judge *judge)
{
    static const int64_t cleared[] = {0, 1, 2, 4, 8, 15, 16, 32, 64, ALL_BITS, 128, 0x80000000, 0xffffffff};
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(cleared); i++)
        for (int comes = 0; comes < 2; comes++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 15);
            DO(judge, tell, .descriptor = 0, .bits = 15 | WF_READ_CLOSED);
            DO(judge, ready, .future = A, .interest = WF_ERROR);
            expect_ready(judge, A, WF_ERROR, "READY with the bits that serve it");
            struct judge_reply word = DO(judge, word, .descriptor = 0), seen = DO(judge, bits, .future = A);
            EXPECT(judge, word.a == seen.a, "a wf_fd_ready that is READY tells the word that it saw",
                   "0x%llx, not 0x%llx", (unsigned long long)seen.a, (unsigned long long)word.a);
            if (comes)
                DO(judge, tell, .descriptor = 0, .bits = WF_READABLE);
            DO(judge, clear_seen, .async = 0, .future = A, .bits = cleared[i]);
            expect_bits(judge, 0, comes ? 31 : 31 & ~(cleared[i] & 15),
                        "a clear takes its bits away, unless an event came since; closed sides stay");
            DO(judge, close_fd, .async = 0);
            DO(judge, clear_seen, .async = 0, .future = A, .bits = cleared[i]); /* there is nothing to clear */
        }
    try_ticks(judge);
    try_clearing(judge);
    finish_fd(judge);
}

/* 08.12: opened in each of two runtimes, and polled in each, and in none. */
void test_fd_ready_where(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t opened = THIS_RUNTIME; opened <= OTHER_RUNTIME; opened++)
        for (int64_t place = THIS_RUNTIME; place <= NO_RUNTIME; place++) {
            judge_forget_trace(judge);
            for (int64_t i = 0; i < 2; i++) {
                DO(judge, descriptor, .descriptor = i, .kind = SOCKET);
                struct judge_reply reply = DO(judge, open, .async = i, .descriptor = i, .interest = 1,
                                              .place = i ? !opened : opened);
                EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0", "%s", judge_code(reply.a));
                DO(judge, ready, .future = i, .async = i, .interest = 1);
                expect_poll(judge,
                            &(const struct step_poll_future){
                                .future = i, .waker = i + 1, .units = -1, .place = place},
                            false, 0, "PENDING: nothing has come");
                expect_waiting(judge, i, 1, "it waits for its descriptor, wherever it is polled");
            }
            DO(judge, end, .place = !opened); /* of the other one */
            expect_woken(judge, 2, 1, "a shutdown wakes what waits in that runtime, and nobody else");
            DO(judge, tell, .descriptor = 0, .bits = 1);
            expect_woken(judge, 1, 1, "its event wakes it");
            expect_poll(judge, &(const struct step_poll_future){.future = A, .units = -1, .place = place},
                        true, 1, "READY with the bits that serve it");
            expect_poll(judge, &(const struct step_poll_future){.future = B, .units = -1, .place = place},
                        true, WF_ECLOSED, "READY with WF_ECLOSED: that runtime is shut down");
            DO(judge, close_fd, .async = 0, .place = place);
            DO(judge, close_fd, .async = 1, .place = place);
        }
    finish_fd(judge);
}

/* A poll of A with so many units. */
static void looks(struct judge *judge, int64_t units, int64_t request, int64_t waker, bool ready, int64_t out,
                  const char *why)
{
    expect_poll(judge, &(const struct step_poll_future){.units = units, .request = request, .waker = waker},
                ready, out, why);
}

/* Of three that wait each looks without a unit, of either kind: the place of each is kept. */
static void try_places(struct judge *judge)
{
    static const int64_t in_sequence[] = {1, 2, 3};
    for (int64_t who = A; who <= C; who++)
        for (int64_t io = 0; io < 2; io++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 1);
            for (int64_t future = A; future <= C; future++) {
                if (io)
                    build_io(judge, future, 1);
                else
                    DO(judge, ready, .future = future, .interest = 1);
                expect_pending(judge, future, future + 1, "PENDING: nothing has come");
            }
            expect_poll(judge, &(const struct step_poll_future){.future = who, .waker = who + 1, .units = 0},
                        false, 0, "PENDING: there is no unit");
            expect_woken(judge, who + 1, 1, "without a unit it gives way: its task is woken, once");
            expect_waiting(judge, 0, 3, "it waits on");
            DO(judge, tell, .descriptor = 0, .bits = 1);
            expect_wakes(judge, in_sequence, 3,
                         "the first to wait is woken first: a poll without a unit leaves a wait in its place");
            for (int64_t future = A; future <= C; future++)
                DO(judge, drop_future, .future = future);
            DO(judge, close_fd, .async = 0);
        }
}

/* Where a wait is. */
enum { IS_NEW, IS_WAITING, IS_WOKEN, IS_CLOSED, IS_SHUT_DOWN, WAITS };

/* 08.14 */
void test_fd_looks(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t when = IS_NEW; when < WAITS; when++)
        for (int64_t request = GOES_ON; request < REQUESTS_MAX; request++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 1);
            DO(judge, ready, .future = A, .interest = 1);
            if (when != IS_NEW) {
                looks(judge, 1, GOES_ON, 1, false, 0, "PENDING: nothing has come");
                expect_units(judge, 1, "a look that is PENDING gives its unit back");
                looks(judge, 127, GOES_ON, 1, false, 0, "PENDING: nothing has come");
                expect_units(judge, 127, "a look that is PENDING gives its unit back, and no more");
                looks(judge, 128, GOES_ON, 2, false, 0, "PENDING: nothing has come");
                expect_units(judge, 128, "a look that is PENDING gives its unit back, and no more");
            }
            if (when == IS_WOKEN)
                DO(judge, tell, .descriptor = 0, .bits = 1);
            if (when == IS_CLOSED)
                DO(judge, close_fd, .async = 0);
            if (when == IS_SHUT_DOWN)
                DO(judge, end);
            looks(judge, 0, request, 3, false, 0, "PENDING: the unit comes first, and there is none");
            expect_woken(judge, 3, 1, "without a unit it gives way: its task is woken, once");
            expect_units(judge, 0, "a look that could take no unit gives none back");
            int64_t out = when >= IS_CLOSED ? WF_ECLOSED : WF_READABLE;
            if (request == CANCELED)
                out = WF_ECANCELED;
            bool ready = request == CANCELED || when > IS_WAITING;
            for (int64_t units = -1; units <= 2; units += 3 - 2 * ready) {
                if (units == 0)
                    continue;
                if (units != -1 && ready) { /* once more: it is built anew */
                    DO(judge, ready, .future = A, .interest = 1);
                }
                looks(judge, units, request, 4, ready, out,
                      ready ? "READY: it is over, or cancellation was asked for"
                            : "PENDING: nothing has come");
                if (units > 0)
                    expect_units(judge, ready ? units - 1 : units,
                                 ready ? "a look that is READY takes a unit"
                                       : "a look that is PENDING takes none");
                if (ready && when != IS_CLOSED)
                    expect_waiting(judge, 0, 0, "what is READY waits no more");
                if (ready)
                    expect_clones(judge, 0, "what is READY keeps no waker");
            }
            if (!ready)
                DO(judge, drop_future, .future = A);
            if (when != IS_SHUT_DOWN) { /* else it is two errors, and either will do */
                DO(judge, ready, .future = A, .interest = 2);
                looks(judge, 2, request, 4, true,
                      request == CANCELED ? WF_ECANCELED
                      : when == IS_CLOSED ? WF_ECLOSED
                                          : -EINVAL,
                      "READY with the error");
                expect_units(judge, 1, "a look that is READY takes a unit, with an error too");
            }
            DO(judge, close_fd, .async = 0);
        }
    try_places(judge);
    finish_fd(judge);
}
