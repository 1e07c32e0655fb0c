/**
 * @file test_io_adapters.c
 * @brief Streams of other streams, over peers that follow a script and over streams in memory.
 */
#include <errno.h>
#include <string.h>

#include "given.h"
#include "weft/duplex.h"
#include "weft/error.h"
#include "weft/io_adapters.h"
#include "weft/test_io.h"

enum { MOST = 64, RING = 4 };

static struct wf_test_io peer, peer_two;
static struct wf_duplex duplex;
static char to_second[RING], to_first[RING];
static struct wf_test_task task;
static struct wf_io_call call, now;
static char buffer[MOST], tee_bytes[MOST];

static int64_t done_now(struct wf_io_call *it)
{
    struct wf_test_task one;
    wf_test_task_init(&one, &it->future);
    WF_EXPECT_READY(&one);
    WF_EXPECT_RELEASED(&one);
    return it->out;
}

static int64_t read_now(struct wf_io *io, size_t size)
{
    memset(buffer, 0, sizeof buffer);
    return done_now(wf_io_read(&now, io, buffer, size));
}

static int64_t write_now(struct wf_io *io, const char *text)
{
    return done_now(wf_io_write(&now, io, text, strlen(text)));
}

/* A read of MOST bytes that is PENDING. */
static void begin_read(struct wf_io *io)
{
    memset(buffer, 0, sizeof buffer);
    wf_test_task_init(&task, &wf_io_read(&call, io, buffer, sizeof buffer)->future);
    WF_EXPECT_PENDING(&task);
}

static void expect_read(const char *text)
{
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    ck_assert_int_eq(call.out, (int64_t)strlen(text));
    ck_assert_str_eq(buffer, text);
}

/* A stream that counts what is called, and has all four calls. */
struct told {
    struct wf_io io;
    int64_t answer;
    int reads, writes, flushes, shutdowns;
    size_t asked;
    int pieces;
};

static size_t bytes_in(const struct iovec *pieces, int count)
{
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += pieces[i].iov_len;
    return size;
}

static int64_t told_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct told *self = (struct told *)io;
    (void)wait;
    self->reads++;
    self->asked = bytes_in(pieces, count);
    self->pieces = count;
    return self->answer;
}

static int64_t told_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct told *self = (struct told *)io;
    (void)wait;
    self->writes++;
    self->asked = bytes_in(pieces, count);
    return self->answer;
}

static int64_t told_flush(struct wf_io *io, struct wf_io_wait *wait)
{
    (void)wait;
    ((struct told *)io)->flushes++;
    return ((struct told *)io)->answer;
}

static int64_t told_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    (void)wait;
    ((struct told *)io)->shutdowns++;
    return ((struct told *)io)->answer;
}

static const struct wf_io_ops told_ops = {"told", told_read, told_write, told_flush, told_shutdown};
static const struct wf_io_ops nothing_ops = {.name = "nothing"};
static struct told told;
static struct wf_io nothing = {&nothing_ops};

/* Writes, flush and shutdown of `io` are those of told. */
static void expect_it_passes_on(struct wf_io *io)
{
    told.answer = 3;
    ck_assert(write_now(io, "12345") == 3);
    ck_assert_uint_eq(told.asked, 5);
    told.answer = -ENOSPC;
    ck_assert(write_now(io, "12345") == -ENOSPC);
    ck_assert(done_now(wf_io_flush(&now, io)) == -ENOSPC);
    told.answer = -ECONNRESET;
    ck_assert(done_now(wf_io_shutdown(&now, io)) == -ECONNRESET);
    told.answer = 0;
    ck_assert(done_now(wf_io_flush(&now, io)) == 0);
    ck_assert(done_now(wf_io_shutdown(&now, io)) == 0);
    ck_assert(told.writes == 2 && told.flushes == 2 && told.shutdowns == 2 && told.reads == 0);
}

/* What the stream below does not have, `io` has not either. */
static void expect_it_has_nothing(struct wf_io *io)
{
    ck_assert(read_now(io, 1) == -EBADF);
    ck_assert(write_now(io, "x") == -EBADF);
    ck_assert(done_now(wf_io_flush(&now, io)) == 0);
    ck_assert(done_now(wf_io_shutdown(&now, io)) == 0);
}

static void setup(void)
{
    told = (struct told){.io = {&told_ops}};
    wf_duplex_init(&duplex, to_second, RING, to_first, RING);
}

/* --- take --- */

/* G.307 */
START_TEST(g307_a_take_ends_behind_its_limit)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("abc"), WF_PEER_SENDS("defgh")};
    struct wf_io_take take;
    WF_TEST_IO(&peer, script);
    wf_io_take_init(&take, &peer.io, 5);
    ck_assert(read_now(&take.io, MOST) == 3);
    ck_assert_uint_eq(wf_io_take_left(&take), 2);
    ck_assert(read_now(&take.io, MOST) == 2);
    ck_assert_str_eq(buffer, "de");
    ck_assert_uint_eq(wf_io_take_left(&take), 0);
    ck_assert(read_now(&take.io, MOST) == 0);
    wf_io_take_set(&take, 1);
    ck_assert(read_now(&take.io, MOST) == 1);
    ck_assert_str_eq(buffer, "f");
    ck_assert(read_now(&take.io, MOST) == 0);
    ck_assert(read_now(&peer.io, MOST) == 2);
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.307 */
START_TEST(g307_an_inner_end_comes_first_and_takes_nothing)
{
    static const struct wf_test_act script[] = {WF_PEER_SENDS("ab"), WF_PEER_ENDS};
    struct wf_io_take take;
    WF_TEST_IO(&peer, script);
    wf_io_take_init(&take, &peer.io, UINT64_MAX);
    ck_assert(read_now(&take.io, MOST) == 2);
    ck_assert(read_now(&take.io, MOST) == 0);
    ck_assert(wf_io_take_left(&take) == UINT64_MAX - 2);
    wf_test_io_destroy(&peer);
    wf_io_take_init(&take, &told.io, 0);
    ck_assert(read_now(&take.io, MOST) == 0);
    ck_assert_int_eq(told.reads, 0);
}
END_TEST

/* G.307: buffers that are cut, left out, and too many. */
START_TEST(g307_a_take_of_many_buffers)
{
    struct iovec pieces[40] = {{NULL, 0}, {buffer, 3}, {NULL, 0}, {buffer + 3, 4}, {buffer + 7, 1}};
    struct wf_io_take take;
    wf_io_take_init(&take, &told.io, 5);
    told.answer = 5;
    ck_assert(done_now(wf_io_read_pieces(&now, &take.io, pieces, 5)) == 5);
    ck_assert_uint_eq(told.asked, 5);
    ck_assert_int_eq(told.pieces, 2);
    for (int i = 20; i < 40; i++)
        pieces[i] = (struct iovec){buffer + i, 1};
    memset(pieces, 0, 20 * sizeof *pieces);
    wf_io_take_set(&take, 100);
    told.answer = 16;
    ck_assert(done_now(wf_io_read_pieces(&now, &take.io, pieces, 40)) == 16);
    ck_assert_uint_eq(told.asked, 16);
    ck_assert_uint_eq(wf_io_take_left(&take), 84);
}
END_TEST

/* G.307 G.314 */
START_TEST(g307_a_take_passes_on)
{
    struct wf_io_take take;
    wf_io_take_init(&take, &told.io, 2);
    expect_it_passes_on(&take.io);
    told.answer = -ECONNRESET;
    ck_assert(read_now(&take.io, MOST) == -ECONNRESET);
    ck_assert_uint_eq(wf_io_take_left(&take), 2);
    wf_io_take_init(&take, &nothing, 2);
    expect_it_has_nothing(&take.io);
}
END_TEST

/* --- chain --- */

/* G.308 */
START_TEST(g308_a_chain_is_the_first_and_then_the_second)
{
    static const struct wf_test_act one[] = {WF_PEER_SENDS("ab"), WF_PEER_ENDS};
    static const struct wf_test_act two[] = {WF_PEER_SENDS("cd"), WF_PEER_ENDS};
    struct wf_io_chain chain;
    WF_TEST_IO(&peer, one);
    WF_TEST_IO(&peer_two, two);
    wf_io_chain_init(&chain, &peer.io, &peer_two.io);
    ck_assert(read_now(&chain.io, MOST) == 2);
    ck_assert_str_eq(buffer, "ab");
    ck_assert(read_now(&chain.io, MOST) == 2); /* no 0 in between */
    ck_assert_str_eq(buffer, "cd");
    ck_assert(read_now(&chain.io, MOST) == 0);
    ck_assert(read_now(&chain.io, MOST) == 0);
    ck_assert(write_now(&chain.io, "x") == -EBADF);
    wf_test_io_destroy(&peer);
    wf_test_io_destroy(&peer_two);
}
END_TEST

/* G.308: an error is no end, and an end is asked for once. */
START_TEST(g308_a_chain_goes_on_behind_an_end_alone)
{
    struct wf_io_chain chain;
    wf_io_chain_init(&chain, &told.io, wf_io_empty());
    told.answer = -ECONNRESET;
    ck_assert(read_now(&chain.io, MOST) == -ECONNRESET);
    told.answer = 7;
    ck_assert(read_now(&chain.io, MOST) == 7);
    told.answer = 0;
    ck_assert(read_now(&chain.io, MOST) == 0);
    ck_assert(read_now(&chain.io, MOST) == 0);
    ck_assert_int_eq(told.reads, 3);
    ck_assert(done_now(wf_io_flush(&now, &chain.io)) == 0);
    ck_assert(done_now(wf_io_shutdown(&now, &chain.io)) == 0);
    ck_assert(told.flushes == 0 && told.shutdowns == 0);
}
END_TEST

/* --- empty and repeat --- */

/* G.309 */
START_TEST(g309_nothing_and_the_same_for_ever)
{
    struct iovec pieces[] = {{buffer, 2}, {NULL, 0}, {buffer + 10, 3}};
    struct wf_io_repeat repeat;
    ck_assert(read_now(wf_io_empty(), MOST) == 0);
    ck_assert(write_now(wf_io_empty(), "swallowed") == 9);
    ck_assert(done_now(wf_io_write_pieces(&now, wf_io_empty(), pieces, 3)) == 5);
    ck_assert(done_now(wf_io_shutdown(&now, wf_io_empty())) == 0);
    wf_io_repeat_init(&repeat, 'r');
    memset(buffer, 0, sizeof buffer);
    ck_assert(done_now(wf_io_read_pieces(&now, &repeat.io, pieces, 3)) == 5);
    ck_assert_str_eq(buffer, "rr");
    ck_assert_str_eq(buffer + 10, "rrr");
    ck_assert(write_now(&repeat.io, "x") == -EBADF);
}
END_TEST

/* --- tee --- */

/* G.310 */
START_TEST(g310_a_tee_gives_to_both)
{
    static const struct wf_test_act one[] = {WF_PEER_SENDS("hello"), WF_PEER_SENDS("you"), WF_PEER_ENDS};
    static const struct wf_test_act two[] = {WF_PEER_RECEIVES("hell"), WF_PEER_RECEIVES("oyou")};
    struct wf_io_tee tee;
    char expected[] = "helloyou";
    for (size_t most = 1; most <= 8; most++) {
        WF_TEST_IO(&peer, one);
        WF_TEST_IO(&peer_two, two);
        wf_io_tee_init(&tee, &peer.io, &peer_two.io, tee_bytes, 1 + most % 4);
        for (size_t got = 0; got < 8;) {
            int64_t size = read_now(&tee.io, most);
            ck_assert(size > 0);
            ck_assert_mem_eq(buffer, expected + got, (size_t)size);
            got += (size_t)size;
        }
        ck_assert(read_now(&tee.io, most) == 0);
        WF_EXPECT_SCRIPT_DONE(&peer);
        WF_EXPECT_SCRIPT_DONE(&peer_two);
        wf_test_io_destroy(&peer);
        wf_test_io_destroy(&peer_two);
    }
}
END_TEST

/* G.310: into several buffers; and the rest of what was copied first. */
START_TEST(g310_a_tee_into_several_buffers)
{
    static const struct wf_test_act one[] = {WF_PEER_SENDS("abcdefg")};
    struct iovec pieces[] = {{buffer, 2}, {NULL, 0}, {buffer + 10, 3}};
    struct wf_io_tee tee;
    WF_TEST_IO(&peer, one);
    wf_io_tee_init(&tee, &peer.io, wf_io_empty(), tee_bytes, MOST);
    memset(buffer, 0, sizeof buffer);
    ck_assert(done_now(wf_io_read_pieces(&now, &tee.io, pieces, 3)) == 5);
    ck_assert_str_eq(buffer, "ab");
    ck_assert_str_eq(buffer + 10, "cde");
    ck_assert(read_now(&tee.io, MOST) == 2);
    ck_assert_str_eq(buffer, "fg");
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.310 G.314 */
START_TEST(g310_a_tee_passes_on_to_the_inner_stream)
{
    struct wf_io_tee tee;
    wf_io_tee_init(&tee, &told.io, &nothing, tee_bytes, MOST);
    expect_it_passes_on(&tee.io);
    wf_io_tee_init(&tee, &nothing, &told.io, tee_bytes, MOST);
    told.writes = 0;
    expect_it_has_nothing(&tee.io);
    ck_assert(told.writes == 0);
}
END_TEST

/* G.311: the second stream takes RING bytes, then waits for its reader. */
START_TEST(g311_a_tee_waits_for_a_slow_second_stream)
{
    static const struct wf_test_act one[] = {WF_PEER_SENDS("abcdefgh"), WF_PEER_ENDS};
    struct wf_io_tee tee;
    char copy[RING + 1] = "";
    WF_TEST_IO(&peer, one);
    wf_io_tee_init(&tee, &peer.io, &duplex.first.io, tee_bytes, MOST);
    ck_assert(read_now(&tee.io, MOST) == RING);
    ck_assert_str_eq(buffer, "abcd");
    begin_read(&tee.io);
    wf_future_drop(&call.future); /* nothing is lost, in either */
    WF_EXPECT_RELEASED(&task);
    begin_read(&tee.io);
    ck_assert(done_now(wf_io_read(&now, &duplex.second.io, copy, RING)) == RING);
    ck_assert_str_eq(copy, "abcd");
    expect_read("efgh");
    ck_assert(read_now(&tee.io, MOST) == 0);
    ck_assert(done_now(wf_io_read(&now, &duplex.second.io, copy, RING)) == RING);
    ck_assert_str_eq(copy, "efgh");
    WF_EXPECT_SCRIPT_DONE(&peer);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.312 */
START_TEST(g312_a_tee_says_which_stream_has_failed)
{
    static const struct wf_test_act one[] = {WF_PEER_SENDS("abcdef"), WF_PEER_SENDS("!"),
                                             WF_PEER_FAILS(-ECONNRESET)};
    struct wf_io_tee tee;
    WF_TEST_IO(&peer, one);
    wf_io_tee_init(&tee, &peer.io, &duplex.first.io, tee_bytes, MOST);
    ck_assert(read_now(&tee.io, 1) == 1); /* of the four that were taken */
    wf_duplex_close(&duplex.second);
    ck_assert(read_now(&tee.io, MOST) == 3);
    ck_assert_str_eq(buffer, "bcd");
    ck_assert(!tee.second_failed);
    for (int i = 0; i < 2; i++) {
        ck_assert(read_now(&tee.io, MOST) == -EPIPE);
        ck_assert(tee.second_failed);
    }
    tee.second = wf_io_empty();
    ck_assert(read_now(&tee.io, MOST) == 2);
    ck_assert_str_eq(buffer, "ef");
    ck_assert(!tee.second_failed);
    ck_assert(read_now(&tee.io, MOST) == 1);
    tee.second_failed = true;
    ck_assert(read_now(&tee.io, MOST) == -ECONNRESET);
    ck_assert(!tee.second_failed);
    wf_test_io_destroy(&peer);
}
END_TEST

/* G.312: to wait is not to fail. */
START_TEST(g312_a_second_stream_that_waits_has_not_failed)
{
    struct wf_io_tee tee;
    struct wf_io_repeat repeat;
    wf_io_repeat_init(&repeat, 'x');
    wf_io_tee_init(&tee, &repeat.io, &duplex.first.io, tee_bytes, MOST);
    ck_assert(read_now(&tee.io, MOST) == RING);
    begin_read(&tee.io);
    ck_assert(!tee.second_failed);
    wf_duplex_close(&duplex.second);
    WF_EXPECT_READY(&task);
    ck_assert(call.out == -EPIPE && tee.second_failed);
}
END_TEST

/* --- counter --- */

/* G.313 */
START_TEST(g313_a_counter_counts_what_was_moved)
{
    struct wf_io_counter counter;
    wf_io_counter_init(&counter, &duplex.first.io);
    ck_assert(write_now(&counter.io, "abcdef") == RING);
    ck_assert(write_now(&duplex.second.io, "xyz") == 3);
    ck_assert(read_now(&counter.io, 2) == 2);
    ck_assert(read_now(&counter.io, 2) == 1);
    ck_assert_uint_eq(wf_io_counter_read(&counter), 3);
    ck_assert_uint_eq(wf_io_counter_written(&counter), RING);
    begin_read(&counter.io);
    wf_future_drop(&call.future);
    wf_duplex_close(&duplex.second);
    ck_assert(read_now(&counter.io, 2) == 0);
    ck_assert(write_now(&counter.io, "x") == -EPIPE);
    ck_assert_uint_eq(wf_io_counter_read(&counter), 3);
    ck_assert_uint_eq(wf_io_counter_written(&counter), RING);
}
END_TEST

/* G.313 */
START_TEST(g313_a_counter_passes_on)
{
    struct wf_io_counter counter;
    wf_io_counter_init(&counter, &told.io);
    expect_it_passes_on(&counter.io);
    ck_assert_uint_eq(wf_io_counter_written(&counter), 3);
    wf_io_counter_init(&counter, &nothing);
    expect_it_has_nothing(&counter.io);
}
END_TEST

/* G.314: four of them, one on the other: what waits is served by the stream at the bottom. */
START_TEST(g314_adapters_wait_for_what_the_stream_below_waits_for)
{
    struct wf_io_counter counter;
    struct wf_io_take take;
    struct wf_io_chain chain;
    struct wf_io_tee tee;
    wf_io_counter_init(&counter, &duplex.first.io);
    wf_io_take_init(&take, &counter.io, 3);
    wf_io_chain_init(&chain, wf_io_empty(), &take.io);
    wf_io_tee_init(&tee, &chain.io, wf_io_empty(), tee_bytes, MOST);
    begin_read(&tee.io);
    ck_assert_ptr_eq(call.waiting.on.readiness, &duplex.first.in->readiness);
    wf_future_drop(&call.future);
    WF_EXPECT_RELEASED(&task);
    begin_read(&tee.io);
    ck_assert(write_now(&duplex.second.io, "ab") == 2);
    expect_read("ab");
    begin_read(&tee.io);
    ck_assert(write_now(&duplex.second.io, "cd") == 2);
    expect_read("c");
    ck_assert(read_now(&tee.io, MOST) == 0);
    ck_assert_uint_eq(wf_io_counter_read(&counter), 3);
    ck_assert(write_now(&take.io, "abcd") == RING);
    wf_test_task_init(&task, &wf_io_write(&call, &take.io, "e", 1)->future);
    WF_EXPECT_PENDING(&task);
    ck_assert(read_now(&duplex.second.io, 1) == 1);
    WF_EXPECT_READY(&task);
    ck_assert_uint_eq(wf_io_counter_written(&counter), RING + 1);
}
END_TEST

static void teardown(void)
{
    wf_duplex_destroy(&duplex);
}

TCase *io_adapters_tests(void)
{
    TCase *tcase = tcase_create("io_adapters");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, g307_a_take_ends_behind_its_limit);
    tcase_add_test(tcase, g307_an_inner_end_comes_first_and_takes_nothing);
    tcase_add_test(tcase, g307_a_take_of_many_buffers);
    tcase_add_test(tcase, g307_a_take_passes_on);
    tcase_add_test(tcase, g308_a_chain_is_the_first_and_then_the_second);
    tcase_add_test(tcase, g308_a_chain_goes_on_behind_an_end_alone);
    tcase_add_test(tcase, g309_nothing_and_the_same_for_ever);
    tcase_add_test(tcase, g310_a_tee_gives_to_both);
    tcase_add_test(tcase, g310_a_tee_into_several_buffers);
    tcase_add_test(tcase, g310_a_tee_passes_on_to_the_inner_stream);
    tcase_add_test(tcase, g311_a_tee_waits_for_a_slow_second_stream);
    tcase_add_test(tcase, g312_a_tee_says_which_stream_has_failed);
    tcase_add_test(tcase, g312_a_second_stream_that_waits_has_not_failed);
    tcase_add_test(tcase, g313_a_counter_counts_what_was_moved);
    tcase_add_test(tcase, g313_a_counter_passes_on);
    tcase_add_test(tcase, g314_adapters_wait_for_what_the_stream_below_waits_for);
    return tcase;
}
