/**
 * @file tests_open.c
 * @brief Clauses 08.9 to 08.11: open, close and release, seen by a reactor that does as it is told.
 */
#include "tests.h"

static const int64_t flags[] = {0, HAS_NONBLOCK, HAS_APPEND | HAS_CLOEXEC, HAS_ASYNC,
                                HAS_NONBLOCK | HAS_APPEND | HAS_CLOEXEC};
static const int64_t interests[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const int64_t no_interests[] = {0, 16, 32, 64, 17, 128, 0x80000000, 0xffffffff};
static const int64_t codes[] = {WF_ENOTPOLLABLE, -EBADF, -EEXIST, WF_ENOMEM, -ENOSPC, WF_ECLOSED, -EINVAL};

/* How often the last step watched and unwatched. */
static int watches(struct judge *judge, uint32_t kind)
{
    return judge_count_events(judge, kind, -1);
}

static void expect_flags(struct judge *judge, int64_t descriptor, int64_t wanted, const char *why)
{
    struct judge_reply found = DO(judge, flags, .descriptor = descriptor);
    EXPECT(judge, found.a >= 0, "the descriptor is open", "%s", judge_code(found.a));
    EXPECT(judge, found.a == wanted, why,
           "its flags are %lld, not %lld (1 O_NONBLOCK, 2 O_APPEND, 4 close-on-exec, 8 O_ASYNC)",
           (long long)found.a, (long long)wanted);
}

/* It is watched for this, by the reactor of this place; and it was the last step that did that. */
static void expect_watched(struct judge *judge, int64_t descriptor, int64_t interest, int64_t place)
{
    int count, watched = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].kind != EVENT_WATCHED)
            continue;
        watched++;
        EXPECT(judge, events[i].a == descriptor, "the reactor watches this descriptor", "another one");
        EXPECT(judge, (events[i].b & 0xffffffff) == interest,
               "the reactor watches it for all of its interest", "for 0x%llx, not 0x%llx",
               (unsigned long long)events[i].b & 0xffffffff, (unsigned long long)interest);
        EXPECT(judge, events[i].b >> 32 == place, "the reactor of the thread that opens it watches it",
               "another one does");
    }
    EXPECT(judge, watched == 1, "it is watched, once", "%d times", watched);
    EXPECT(judge, watches(judge, EVENT_UNWATCHED) == 0, "it stays watched", "it is unwatched");
}

/* 08.9 */
void test_open(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t kind = PIPE_READ; kind <= SOCKET_HIGH; kind++)
        for (int i = 0; i < COUNT_OF(flags); i++)
            for (int k = 0; k < COUNT_OF(interests); k++) {
                int64_t number = k % 2 ? DESCRIPTORS_MAX - 1 : 0;
                judge_forget_trace(judge);
                DO(judge, descriptor, .descriptor = number, .kind = kind, .flags = flags[i]);
                struct judge_reply reply =
                    DO(judge, open, .async = i % ASYNCS_MAX, .descriptor = number, .interest = interests[k]);
                EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0", "%s", judge_code(reply.a));
                EXPECT(judge, reply.b == 3, "it has its source and its descriptor", "it has not");
                expect_watched(judge, number, interests[k], THIS_RUNTIME);
                expect_flags(judge, number, flags[i] | HAS_NONBLOCK,
                             "it is made non-blocking, and no other flag is changed");
                expect_bits(judge, number, 0, "an open changes nothing of what it is ready for");
                DO(judge, close_fd, .async = i % ASYNCS_MAX);
            }
    /* whatever the reactor takes: the lab does not know better */
    DO(judge, descriptor, .descriptor = 0, .kind = CHARACTERS);
    struct judge_reply opened = DO(judge, open, .async = 0, .descriptor = 0, .interest = 1);
    EXPECT(judge, opened.a == 0, "wf_async_fd_open returns 0: the reactor watches it", "%s",
           judge_code(opened.a));
    expect_flags(judge, 0, HAS_NONBLOCK, "it is made non-blocking");
    DO(judge, close_fd, .async = 0);
    finish_fd(judge);
}

/* 08.9: what is asked for is wrong, the reactor refuses, or the number is no descriptor. */
void test_open_fails(struct judge *judge)
{
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(flags); i++) {
        judge_forget_trace(judge);
        DO(judge, descriptor, .descriptor = 0, .kind = SOCKET, .flags = flags[i]);
        for (int k = 0; k < COUNT_OF(no_interests); k++) {
            struct judge_reply reply =
                DO(judge, open, .async = 0, .descriptor = 0, .interest = no_interests[k]);
            EXPECT(judge, reply.a == -EINVAL, "wf_async_fd_open returns -EINVAL: there is no such interest",
                   "%s", judge_code(reply.a));
            EXPECT(judge, reply.b == 2, "after an error it is not open", "it has a source, or a descriptor");
            EXPECT(judge, watches(judge, EVENT_WATCHED) == watches(judge, EVENT_UNWATCHED),
                   "after an error nothing is watched", "something is");
            expect_flags(judge, 0, flags[i], "after an error the descriptor is as it was");
        }
        for (int k = 0; k < COUNT_OF(codes); k++) {
            DO(judge, fails, .code = codes[k]);
            struct judge_reply reply = DO(judge, open, .async = 0, .descriptor = 0, .interest = 1);
            EXPECT(judge, reply.a == codes[k], "wf_async_fd_open returns what the reactor's watch did", "%s",
                   judge_code(reply.a));
            EXPECT(judge, reply.b == 2, "after an error it is not open", "it has a source, or a descriptor");
            EXPECT(judge, watches(judge, EVENT_UNWATCHED) == 0, "what is not watched is not unwatched",
                   "it is");
            expect_flags(judge, 0, flags[i], "after an error the descriptor is as it was");
            struct judge_reply closed = DO(judge, close_fd, .async = 0); /* not open: left alone */
            EXPECT(judge, closed.b == 2, "one that is not open is left alone",
                   "it has a source or a descriptor");
            expect_flags(judge, 0, flags[i], "the close of one that is not open closes nothing");
            struct judge_reply released = DO(judge, release, .async = 0);
            EXPECT(judge, released.a == -1, "wf_async_fd_release returns -1: it was not open", "%lld",
                   (long long)released.a);
        }
        /* and then it can be opened */
        struct judge_reply reply = DO(judge, open, .async = 0, .descriptor = 0, .interest = 15);
        EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0", "%s", judge_code(reply.a));
        DO(judge, close_fd, .async = 0);
    }
    /* the reactor would watch it, but it has no flags */
    for (int64_t round = 0; round < 6; round++) {
        int64_t async = round % 2, kind = NOT_OPEN + round / 2;
        DO(judge, descriptor, .descriptor = 1, .kind = kind);
        struct judge_reply reply = DO(judge, open, .async = async, .descriptor = 1, .interest = 1);
        EXPECT(judge, reply.a == -EBADF,
               "wf_async_fd_open returns -EBADF: it is no descriptor, or its flags cannot be set", "%s",
               judge_code(reply.a));
        EXPECT(judge, reply.b == 2, "after an error it is not open", "it has a source, or a descriptor");
        EXPECT(judge, watches(judge, EVENT_WATCHED) == watches(judge, EVENT_UNWATCHED),
               "after an error nothing is watched", "something is");
        if (kind == NO_FLAGS)
            EXPECT(judge, DO(judge, owner, .descriptor = 1).a == 1,
                   "after an error the descriptor is the caller's", "it is closed");
    }
    for (int64_t how = FD_IS_NONE; how <= ALL_ZERO; how++) {
        DO(judge, descriptor, .descriptor = 0, .kind = SOCKET); /* its number is 0, as that is free */
        DO(judge, never, .async = ASYNCS_MAX - 1, .how = how);
        DO(judge, close_fd, .async = ASYNCS_MAX - 1);
        EXPECT(judge, DO(judge, owner, .descriptor = 0).a == 1,
               "the close of one that was never open closes nothing", "it closes descriptor 0");
        DO(judge, never, .async = ASYNCS_MAX - 1, .how = how);
        struct judge_reply released = DO(judge, release, .async = ASYNCS_MAX - 1);
        EXPECT(judge, released.a == -1, "wf_async_fd_release returns -1: it was never open", "%lld",
               (long long)released.a);
    }
    finish_fd(judge);
}

/* 08.9, 08.11: two runtimes, and none; it belongs where it was opened. */
void test_open_where(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t place = THIS_RUNTIME; place <= OTHER_RUNTIME; place++)
        for (int64_t then = THIS_RUNTIME; then <= NO_RUNTIME; then++) {
            judge_forget_trace(judge);
            for (int64_t i = 0; i < 2; i++) { /* the second one where the first was not */
                int64_t at = i ? !place : place;
                DO(judge, descriptor, .descriptor = i, .kind = SOCKET);
                struct judge_reply reply =
                    DO(judge, open, .async = i, .descriptor = i, .interest = 3, .place = at);
                EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0", "%s", judge_code(reply.a));
                expect_watched(judge, i, 3, at);
            }
            struct judge_reply released = DO(judge, release, .async = 1, .place = then);
            expect_unwatched(judge, 1);
            EXPECT(judge, released.a == 1, "wf_async_fd_release returns the descriptor", "another number");
            DO(judge, close_fd, .async = 0, .place = then);
            expect_unwatched(judge, 0);
        }
    finish_fd(judge);
}

/* 08.10, 08.11: of what its reactor has closed already. */
void test_end_first(struct judge *judge)
{
    begin_fd(judge);
    for (int releases = 0; releases < 2; releases++)
        for (int waits = 0; waits < 2; waits++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 1);
            if (waits)
                DO(judge, raw, .descriptor = 0, .interest = 1, .waker = 3);
            DO(judge, end);
            expect_woken(judge, 3, waits, "what waits is woken, once");
            DO(judge, raw_drop);
            struct judge_reply reply =
                releases ? DO(judge, release, .async = 0) : DO(judge, close_fd, .async = 0);
            expect_unwatched(judge, 0);
            EXPECT(judge, reply.a == 0,
                   releases ? "wf_async_fd_release returns the descriptor" : "it is closed once",
                   "it does not: %lld", (long long)reply.a);
            EXPECT(judge, DO(judge, owner, .descriptor = 0).a == releases,
                   "a close closes the descriptor, a release does not", "it is otherwise");
        }
    finish_fd(judge);
}

/* 08.11: with a waiter of the lab's first part, before there are futures. */
void test_release(struct judge *judge)
{
    begin_fd(judge);
    for (int i = 0; i < COUNT_OF(flags); i++) {
        judge_forget_trace(judge);
        DO(judge, descriptor, .descriptor = 0, .kind = i % 2 ? SOCKET_HIGH : SOCKET, .flags = flags[i]);
        for (int round = 0; round < 3; round++) {
            int64_t interest = interests[(i + round) % COUNT_OF(interests)];
            struct judge_reply reply = DO(judge, open, .async = round, .descriptor = 0, .interest = interest);
            EXPECT(judge, reply.a == 0, "wf_async_fd_open returns 0, as if for the first time", "%s",
                   judge_code(reply.a));
            expect_watched(judge, 0, interest, THIS_RUNTIME);
            expect_bits(judge, 0, 0, "nothing is left of what it was ready for before");
            if (round == 1)
                DO(judge, tell, .descriptor = 0, .bits = WF_WRITABLE | WF_READ_CLOSED);
            struct judge_reply waits = DO(judge, raw, .descriptor = 0, .interest = WF_ERROR, .waker = 3);
            EXPECT(judge, waits.a == WF_PENDING, "PENDING: no error has come", "READY");
            reply = DO(judge, release, .async = round);
            expect_woken(judge, 3, 1, "what waits for it is woken, once");
            expect_unwatched(judge, 0);
            EXPECT(judge, reply.a == 0, "wf_async_fd_release returns the descriptor", "%s",
                   reply.a == -1 ? "-1" : "another number");
            EXPECT(judge, reply.b == 2, "it is not open any more", "it has a source, or a descriptor");
            expect_clones(judge, 0, "no waker is kept");
            DO(judge, raw_drop);
            expect_flags(judge, 0, flags[i] | HAS_NONBLOCK, "it is open, and non-blocking still");
            reply = DO(judge, release, .async = round);
            EXPECT(judge, reply.a == -1, "wf_async_fd_release returns -1: it was not open", "another number");
            EXPECT(judge, watches(judge, EVENT_UNWATCHED) == 0, "it is unwatched once", "once more");
            DO(judge, close_fd, .async = round);
            expect_flags(judge, 0, flags[i] | HAS_NONBLOCK, "a close behind a release closes nothing");
        }
    }
    finish_fd(judge);
}

/* 08.10 */
void test_close_fd(struct judge *judge)
{
    begin_fd(judge);
    for (int64_t kind = PIPE_READ; kind <= SOCKET_HIGH; kind++)
        for (int64_t more = 0; more < 2; more++) {
            judge_forget_trace(judge);
            open_as(judge, 1, PIPE_READ, 1);
            open_as(judge, 0, kind, kind == PIPE_WRITE ? WF_WRITABLE : WF_READABLE);
            if (more) {
                DO(judge, tell, .descriptor = 0, .bits = ALL_BITS & ~WF_SOURCE_CLOSED);
                DO(judge, copy, .descriptor = 0);
            }
            struct judge_reply reply = DO(judge, close_fd, .async = 0);
            expect_unwatched(judge, 0);
            if (more) {
                int bytes = kind >= SOCKET ? 3 : 2;
                struct judge_reply copy = DO(judge, copy_works, .descriptor = 0);
                EXPECT(judge, copy.a == bytes,
                       "a close of the descriptor leaves the open file alone: a copy of it works as before",
                       "of %d bytes %lld come", bytes, (long long)copy.a);
            }
            EXPECT(judge, reply.b == 2, "it is not open any more", "it has a source, or a descriptor");
            EXPECT(judge, reply.a == 0, "it is closed once",
                   "it is closed once more: the number may be another's");
            struct judge_reply owner = DO(judge, owner, .descriptor = 0);
            EXPECT(judge, owner.a == 0, "wf_async_fd_close closes the descriptor", "it is open");
            DO(judge, descriptor, .descriptor = 0, .kind = kind); /* it gets the number that is free now */
            reply = DO(judge, close_fd, .async = 0);
            EXPECT(judge, watches(judge, EVENT_UNWATCHED) == 0, "a second close does nothing", "it unwatches");
            EXPECT(judge, reply.a == 0, "a second close does nothing", "it closes a number that is not open");
            reply = DO(judge, release, .async = 0);
            EXPECT(judge, reply.a == -1, "wf_async_fd_release returns -1: it was closed", "another number");
            owner = DO(judge, owner, .descriptor = 0);
            EXPECT(judge, owner.a == 1, "a second close does not close the number's next owner", "it does");
            owner = DO(judge, owner, .descriptor = 1);
            EXPECT(judge, owner.a == 1, "another descriptor stays open", "it was closed");
            DO(judge, close_fd, .async = 1);
            expect_unwatched(judge, 1);
            owner = DO(judge, owner, .descriptor = 1);
            EXPECT(judge, owner.a == 0, "wf_async_fd_close closes the descriptor, of each number",
                   "it is open");
        }
    finish_fd(judge);
}

/* How what waits comes to know of it. */
enum { BY_POLL, BY_POLL_IN_WAKE, BY_DROP_IN_WAKE, BY_CLOSE_IN_WAKE, WAYS };

/* With so many that wait that they are woken in several batches: a task that is woken ends a wait of its own behind that batch. */
static void try_closing_many(struct judge *judge, bool io)
{
    static const int64_t counts[] = {2, 33, 34, 65, 97}, ended[] = {1, 31, 32, 33, 96};
    for (int64_t end = FDS_CLOSE; end <= FDS_RELEASE; end++)
        for (int64_t what = CLOSING_POLLS; what <= CLOSING_DROPS; what++)
            for (int i = 0; i < COUNT_OF(counts); i++)
                for (int k = 0; k < COUNT_OF(ended) && ended[k] < counts[i]; k++) {
                    judge_forget_trace(judge);
                    DO(judge, descriptor, .descriptor = 0, .kind = SOCKET);
                    struct judge_reply reply = DO(judge, closing, .count = counts[i], .io = io, .end = end,
                                                  .what = what, .which = ended[k]);
                    EXPECT(judge, !(reply.b & CLOSING_NOT_OPEN), "it is opened, and each is PENDING",
                           "it is not");
                    EXPECT(
                        judge, !(reply.b & CLOSING_NOT_READY),
                        "READY with WF_ECLOSED: what is polled behind the close's first wake finds it closed",
                        "it does not");
                    EXPECT(judge, !(reply.b & CLOSING_WOKEN_TWICE), "each is woken once at most",
                           "one is more often");
                    EXPECT(judge, reply.a == counts[i] - 1, "each other one is woken, once, and is READY",
                           "%lld are, of %lld", (long long)reply.a, (long long)counts[i] - 1);
                    EXPECT(judge, !(reply.b & CLOSING_KEPT), "no waker is kept", "one is");
                }
}

/* 08.10, 08.11: with futures that wait, and others that begin to wait behind it. */
static void try_closing(struct judge *judge, bool io)
{
    begin_fd(judge);
    for (int way = BY_POLL; way < WAYS; way++)
        for (int releases = 0; releases < 2; releases++) {
            judge_forget_trace(judge);
            open_as(judge, 0, SOCKET, 15);
            open_as(judge, 1, SOCKET, 1);
            for (int64_t future = A; future <= C; future++) {
                if (io)
                    DO(judge, io, .future = future, .interest = INT64_C(1) << future);
                else
                    DO(judge, ready, .future = future, .interest = INT64_C(1) << future);
                expect_pending(judge, future, future + 1, "PENDING: nothing has come");
            }
            DO(judge, ready, .future = D, .async = 1, .interest = 1);
            expect_pending(judge, D, 9, "PENDING: nothing has come");
            if (way == BY_POLL_IN_WAKE)
                for (int64_t future = A; future <= C; future++)
                    DO(judge, polls_in_wake, .waker = future + 1, .future = future);
            if (way == BY_DROP_IN_WAKE)
                DO(judge, drops_in_wake, .waker = 1, .future = B);
            if (way == BY_CLOSE_IN_WAKE) /* a second close, which does nothing */
                DO(judge, closes_in_wake, .waker = 2, .async = 0);
            if (releases)
                DO(judge, release, .async = 0);
            else
                DO(judge, close_fd, .async = 0);
            expect_unwatched(judge, 0);
            int count, polls = 0;
            const struct channel_record *events = judge_events(judge, &count);
            for (int i = 0; i < count; i++)
                if (events[i].kind == EVENT_WAITER_POLLED) {
                    polls++;
                    EXPECT(judge, events[i].b == (WF_READY | WF_ECLOSED * 2),
                           "READY with WF_ECLOSED: what is woken finds it closed", "it does not");
                }
            EXPECT(judge, polls == (way == BY_POLL_IN_WAKE ? 3 : 0), "each is woken, and polled", "%d are",
                   polls);
            for (int64_t future = A; future <= C; future++) {
                int wakes = judge_count_events(judge, EVENT_WOKEN, future + 1);
                if (way == BY_DROP_IN_WAKE && future == B)
                    EXPECT(judge, wakes <= 1, "what is dropped is woken once at most", "%d wakes", wakes);
                else
                    EXPECT(judge, wakes == 1, "what waits for it is woken, once", "%d wakes", wakes);
            }
            EXPECT(judge, judge_count_events(judge, EVENT_WOKEN, 9) == 0,
                   "what waits for another one is not woken", "it is");
            expect_clones(judge, 1, "no waker is kept but that of another one");
            if (releases) {
                struct judge_reply owner = DO(judge, owner, .descriptor = 0);
                EXPECT(judge, owner.a == 1, "a release closes nothing", "the descriptor is closed");
            }
            if (way != BY_POLL_IN_WAKE)
                for (int64_t future = A; future <= C; future++)
                    if (way != BY_DROP_IN_WAKE || future != B)
                        expect_ready(judge, future, WF_ECLOSED, "READY with WF_ECLOSED: it is closed");
            for (int64_t interest = 1; interest <= 2; interest++) {
                if (io)
                    DO(judge, io, .future = A, .interest = interest);
                else
                    DO(judge, ready, .future = A, .interest = interest);
                expect_ready(judge, A, WF_ECLOSED, "each later wait is READY with WF_ECLOSED");
            }
            DO(judge, tell, .descriptor = 1, .bits = WF_READABLE);
            expect_woken(judge, 9, 1, "what waits for another one is woken by its event");
            expect_ready(judge, D, WF_READABLE, "another one is open, and ready");
            DO(judge, close_fd, .async = 1);
        }
    try_closing_many(judge, io);
    finish_fd(judge);
}

void test_close_wakes(struct judge *judge)
{
    try_closing(judge, false);
}

/* 08.13 */
void test_io_closed(struct judge *judge)
{
    try_closing(judge, true);
}
