/**
 * @file test_duplex.c
 * @brief Two connected streams in memory: bytes, capacities, ends, and who is woken.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "given.h"
#include "weft/block_on.h"
#include "weft/duplex.h"
#include "weft/error.h"
#include "weft/test.h"

enum { MOST = 64, THREAD_BYTES = 5000 };

static struct wf_duplex duplex;
static unsigned char to_second[MOST], to_first[MOST];
static struct wf_test_task reading, writing, other_reading, other_writing;
static struct wf_io_call read_call, write_call, other_read, other_write, now;
static char buffer[MOST], other_buffer[MOST];

static void connect_with(size_t capacity)
{
    wf_duplex_init(&duplex, to_second, capacity, to_first, capacity);
}

static int64_t done_now(struct wf_io_call *call)
{
    struct wf_test_task task;
    wf_test_task_init(&task, &call->future);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    return call->out;
}

static int64_t read_now(struct wf_duplex_end *end, size_t size)
{
    memset(buffer, 0, sizeof buffer);
    return done_now(wf_io_read(&now, &end->io, buffer, size));
}

static int64_t write_now(struct wf_duplex_end *end, const char *text)
{
    return done_now(wf_io_write(&now, &end->io, text, strlen(text)));
}

static int64_t shut_now(struct wf_duplex_end *end)
{
    return done_now(wf_io_shutdown(&now, &end->io));
}

static void reads(struct wf_test_task *task, struct wf_io_call *call, struct wf_duplex_end *end)
{
    wf_test_task_init(task, &wf_io_read(call, &end->io, other_buffer, sizeof other_buffer)->future);
    WF_EXPECT_PENDING(task);
}

static void writes(struct wf_test_task *task, struct wf_io_call *call, struct wf_duplex_end *end)
{
    wf_test_task_init(task, &wf_io_write(call, &end->io, "w", 1)->future);
    WF_EXPECT_PENDING(task);
}

/* Wakes of the four, as digits: the first end's read and write, the second's. */
static int wakes(void)
{
    const struct wf_test_task *const all[] = {&reading, &writing, &other_reading, &other_writing};
    int digits = 0;
    for (int i = 0; i < 4; i++)
        digits = 10 * digits + (int)wf_test_task_wakes(all[i]);
    return digits;
}

/* Both ways are full: both ends wait to write. */
static void all_write(void)
{
    connect_with(1);
    ck_assert(write_now(&duplex.first, "a") == 1);
    ck_assert(write_now(&duplex.second, "b") == 1);
    writes(&writing, &write_call, &duplex.first);
    writes(&other_writing, &other_write, &duplex.second);
}

static void all_read(void)
{
    connect_with(1);
    reads(&reading, &read_call, &duplex.first);
    reads(&other_reading, &other_read, &duplex.second);
}

static void end_all(void)
{
    struct wf_io_call *const calls[] = {&read_call, &write_call, &other_read, &other_write};
    struct wf_test_task *const tasks[] = {&reading, &writing, &other_reading, &other_writing};
    for (int i = 0; i < 4; i++) {
        if (!calls[i]->future.ops)
            continue;
        if (!wf_future_is_dropped(&calls[i]->future))
            wf_future_drop(&calls[i]->future);
        WF_EXPECT_RELEASED(tasks[i]);
    }
    wf_duplex_destroy(&duplex);
}

/* G.300 */
START_TEST(g300_each_end_reads_what_the_other_has_written)
{
    connect_with(8);
    ck_assert(write_now(&duplex.first, "to 2") == 4);
    ck_assert(write_now(&duplex.second, "from") == 4);
    ck_assert(write_now(&duplex.first, "!") == 1);
    ck_assert(read_now(&duplex.second, 3) == 3);
    ck_assert_str_eq(buffer, "to ");
    ck_assert(read_now(&duplex.second, MOST) == 2);
    ck_assert_str_eq(buffer, "2!");
    ck_assert(read_now(&duplex.first, MOST) == 4);
    ck_assert_str_eq(buffer, "from");
    end_all();
}
END_TEST

/* G.300: every capacity, and reads and writes of every size in it, so that each place of the ring is an edge. */
START_TEST(g300_bytes_keep_their_sequence_at_every_edge_of_the_ring)
{
    for (size_t capacity = 1; capacity <= 7; capacity++) {
        char bytes[8];
        unsigned char written = 0, seen = 0;
        connect_with(capacity);
        for (int round = 0; round < 200; round++) {
            size_t size = 1 + (size_t)round % 8, room = capacity - (unsigned char)(written - seen);
            for (size_t i = 0; i < size; i++)
                bytes[i] = (char)(written + i);
            if (room > 0) {
                size_t took = (size_t)done_now(wf_io_write(&now, &duplex.first.io, bytes, size));
                ck_assert_uint_eq(took, size < room ? size : room);
                written = (unsigned char)(written + took);
            }
            size = 1 + (size_t)round % 3;
            room = (unsigned char)(written - seen);
            ck_assert_int_eq(read_now(&duplex.second, size), (int64_t)(size < room ? size : room));
            for (size_t i = 0; i < size && i < room; i++)
                ck_assert_uint_eq((unsigned char)buffer[i], seen++);
        }
        wf_duplex_destroy(&duplex);
    }
}
END_TEST

/* G.300: several buffers, some of them empty. */
START_TEST(g300_buffers_one_after_the_other)
{
    struct iovec out[] = {{(char *)"", 0}, {(char *)"ab", 2}, {NULL, 0}, {(char *)"cdef", 4}};
    struct iovec in[] = {{buffer, 1}, {NULL, 0}, {buffer + 10, 9}};
    connect_with(5);
    memset(buffer, 0, sizeof buffer);
    ck_assert(done_now(wf_io_write_pieces(&now, &duplex.first.io, out, 4)) == 5);
    ck_assert(done_now(wf_io_read_pieces(&now, &duplex.second.io, in, 3)) == 5);
    ck_assert_str_eq(buffer, "a");
    ck_assert_str_eq(buffer + 10, "bcde");
    ck_assert(done_now(wf_io_write(&now, &duplex.first.io, NULL, 0)) == 0);
    ck_assert(done_now(wf_io_read(&now, &duplex.second.io, NULL, 0)) == 0);
    ck_assert(done_now(wf_io_flush(&now, &duplex.first.io)) == 0);
    end_all();
}
END_TEST

/* G.300: dropped calls have moved nothing. */
START_TEST(g300_what_is_cancelled_loses_nothing)
{
    all_write();
    wf_future_drop(&write_call.future);
    WF_EXPECT_RELEASED(&writing);
    ck_assert(read_now(&duplex.second, MOST) == 1 && buffer[0] == 'a');
    reads(&other_reading, &other_read, &duplex.second);
    wf_future_drop(&other_read.future);
    ck_assert(write_now(&duplex.first, "c") == 1);
    ck_assert(read_now(&duplex.second, MOST) == 1 && buffer[0] == 'c');
    /* woken, and dropped before its poll: the byte is the next one's */
    reads(&other_reading, &other_read, &duplex.second);
    ck_assert(write_now(&duplex.first, "d") == 1);
    ck_assert_uint_eq(wf_test_task_wakes(&other_reading), 1);
    wf_future_drop(&other_read.future);
    ck_assert(read_now(&duplex.second, MOST) == 1 && buffer[0] == 'd');
    end_all();
}
END_TEST

/* G.301 */
START_TEST(g301_a_full_way_takes_no_more)
{
    connect_with(3);
    ck_assert(write_now(&duplex.first, "abcd") == 3);
    writes(&writing, &write_call, &duplex.first);
    ck_assert(write_now(&duplex.second, "x") == 1); /* the other way is not full */
    ck_assert(read_now(&duplex.second, 1) == 1);
    ck_assert_uint_eq(wf_test_task_wakes(&writing), 1);
    WF_EXPECT_READY(&writing);
    ck_assert(write_call.out == 1);
    writes(&writing, &write_call, &duplex.first);
    ck_assert(read_now(&duplex.second, MOST) == 3);
    ck_assert_str_eq(buffer, "bcw");
    end_all();
}
END_TEST

/* G.301: with one byte each write is the end of the room. */
START_TEST(g301_one_byte_goes_back_and_forth)
{
    connect_with(1);
    for (int i = 0; i < 300; i++) {
        reads(&other_reading, &other_read, &duplex.second);
        char byte = (char)(i % 100);
        ck_assert(done_now(wf_io_write(&now, &duplex.first.io, (char[]){byte, 101}, 2)) == 1);
        writes(&writing, &write_call, &duplex.first);
        WF_EXPECT_READY(&other_reading);
        ck_assert(other_read.out == 1 && other_buffer[0] == byte);
        WF_EXPECT_READY(&writing);
        ck_assert(read_now(&duplex.second, MOST) == 1 && buffer[0] == 'w');
    }
    end_all();
}
END_TEST

/* G.302 */
START_TEST(g302_a_shutdown_is_half_a_close)
{
    connect_with(8);
    ck_assert(write_now(&duplex.first, "last") == 4);
    for (int i = 0; i < 2; i++)
        ck_assert(shut_now(&duplex.first) == 0);
    ck_assert(write_now(&duplex.first, "more") == -EPIPE);
    ck_assert(read_now(&duplex.second, 3) == 3);
    ck_assert(read_now(&duplex.second, 3) == 1);
    for (int i = 0; i < 2; i++)
        ck_assert(read_now(&duplex.second, 3) == 0);
    ck_assert(write_now(&duplex.second, "answer") == 6);
    ck_assert(read_now(&duplex.first, MOST) == 6);
    ck_assert(shut_now(&duplex.second) == 0);
    ck_assert(read_now(&duplex.first, MOST) == 0);
    end_all();
}
END_TEST

/* G.303 */
START_TEST(g303_a_close_ends_both_directions)
{
    connect_with(4);
    ck_assert(write_now(&duplex.first, "last") == 4); /* full: a write would wait, were it open */
    ck_assert(write_now(&duplex.second, "lost") == 4);
    wf_duplex_close(&duplex.first);
    wf_duplex_close(&duplex.first);
    ck_assert(write_now(&duplex.second, "x") == -EPIPE);
    ck_assert(read_now(&duplex.second, MOST) == 4);
    ck_assert_str_eq(buffer, "last");
    ck_assert(read_now(&duplex.second, MOST) == 0);
    ck_assert(shut_now(&duplex.second) == 0);
    ck_assert(read_now(&duplex.first, MOST) == WF_ECLOSED);
    ck_assert(write_now(&duplex.first, "x") == WF_ECLOSED);
    ck_assert(shut_now(&duplex.first) == WF_ECLOSED);
    wf_duplex_close(&duplex.second);
    ck_assert(read_now(&duplex.second, MOST) == WF_ECLOSED);
    end_all();
}
END_TEST

/* G.303: behind a shutdown. */
START_TEST(g303_a_close_behind_a_shutdown)
{
    connect_with(4);
    ck_assert(shut_now(&duplex.first) == 0);
    reads(&reading, &read_call, &duplex.first);
    wf_duplex_close(&duplex.first);
    WF_EXPECT_READY(&reading);
    ck_assert(read_call.out == WF_ECLOSED);
    ck_assert(write_now(&duplex.second, "x") == -EPIPE);
    ck_assert(write_now(&duplex.first, "x") == WF_ECLOSED);
    end_all();
}
END_TEST

/* G.304 */
START_TEST(g304_a_shutdown_wakes_its_reader_and_nobody_of_the_other_way)
{
    all_read();
    ck_assert(shut_now(&duplex.first) == 0);
    ck_assert_int_eq(wakes(), 10);
    WF_EXPECT_READY(&other_reading);
    ck_assert(other_read.out == 0);
    end_all();
    all_write();
    ck_assert(shut_now(&duplex.first) == 0);
    ck_assert_uint_eq(wf_test_task_wakes(&other_writing), 0);
    WF_EXPECT_READY(&writing);
    ck_assert(write_call.out == -EPIPE);
    end_all();
}
END_TEST

/* G.304 */
START_TEST(g304_a_close_wakes_all_that_waits)
{
    all_read();
    wf_duplex_close(&duplex.first);
    ck_assert_int_eq(wakes(), 1010);
    WF_EXPECT_READY(&reading);
    WF_EXPECT_READY(&other_reading);
    ck_assert(read_call.out == WF_ECLOSED && other_read.out == 0);
    end_all();
    all_write();
    wf_duplex_close(&duplex.first);
    WF_EXPECT_READY(&writing);
    WF_EXPECT_READY(&other_writing);
    ck_assert(write_call.out == WF_ECLOSED && other_write.out == -EPIPE);
    end_all();
}
END_TEST

/* G.305 */
START_TEST(g305_a_write_wakes_the_other_ends_read_once)
{
    connect_with(4);
    reads(&reading, &read_call, &duplex.first);
    reads(&other_reading, &other_read, &duplex.second);
    ck_assert(write_now(&duplex.first, "ab") == 2);
    ck_assert(write_now(&duplex.first, "c") == 1);
    ck_assert_int_eq(wakes(), 10);
    WF_EXPECT_READY(&other_reading);
    ck_assert(other_read.out == 3);
    end_all();
}
END_TEST

/* G.305 */
START_TEST(g305_a_read_wakes_the_other_ends_write_once)
{
    connect_with(2);
    ck_assert(write_now(&duplex.first, "ab") == 2);
    ck_assert(write_now(&duplex.second, "cd") == 2);
    writes(&writing, &write_call, &duplex.first);
    writes(&other_writing, &other_write, &duplex.second);
    ck_assert(read_now(&duplex.second, 1) == 1);
    ck_assert(read_now(&duplex.second, 1) == 1);
    ck_assert_uint_eq(wf_test_task_wakes(&writing), 1);
    ck_assert_uint_eq(wf_test_task_wakes(&other_writing), 0);
    end_all();
}
END_TEST

static unsigned bits_of_way(int way)
{
    return (unsigned)(wf_readiness_look(&duplex.ways[way].readiness) % WF_READY_TICK);
}

/* G.305: what changes nothing for those who could wait is no event. */
START_TEST(g305_only_a_change_from_empty_or_from_full_is_an_event)
{
    connect_with(3);
    ck_assert_uint_eq(bits_of_way(0), WF_WRITABLE);
    ck_assert(write_now(&duplex.first, "a") == 1);
    ck_assert_uint_eq(bits_of_way(0), WF_WRITABLE | WF_READABLE);
    uint64_t word = wf_readiness_look(&duplex.ways[0].readiness);
    ck_assert(write_now(&duplex.first, "b") == 1);
    ck_assert(read_now(&duplex.second, 1) == 1);
    ck_assert_uint_eq(wf_readiness_look(&duplex.ways[0].readiness), word);
    ck_assert_uint_eq(bits_of_way(1), WF_WRITABLE); /* the other way has nothing to do with it */
    end_all();
}
END_TEST

static void have_no_room(void)
{
    wf_duplex_init(&duplex, to_second, 1, to_first, 0);
}

/* G.306 */
START_TEST(g306_a_capacity_of_nothing_panics)
{
    expect_panic(have_no_room, "weft: panic: clause G.306 broken: a wf_duplex has a buffer of no bytes: "
                               "each direction needs one at least\n");
}
END_TEST

/* --- threads --- */

static bool closes_in_place_of_a_shutdown;

/* Writes THREAD_BYTES from an end, ends its side, and leaves the other direction alone. */
static void *write_all(void *arg)
{
    struct wf_duplex_end *end = arg;
    struct wf_io_call call;
    unsigned char bytes[11];
    for (int64_t moved = 0; moved < THREAD_BYTES; moved += call.out) {
        int64_t left = THREAD_BYTES - moved;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((moved + (int64_t)i) % 251);
        wf_io_write(&call, &end->io, bytes, left < (int64_t)sizeof bytes ? (size_t)left : sizeof bytes);
        ck_assert_int_eq(wf_block_on(&call.future), 0);
        ck_assert(call.out > 0);
    }
    if (closes_in_place_of_a_shutdown) {
        wf_duplex_close(end);
        return NULL;
    }
    ck_assert_int_eq(wf_block_on(&wf_io_shutdown(&call, &end->io)->future), 0);
    ck_assert(call.out == 0);
    return NULL;
}

static void *read_all(void *arg)
{
    struct wf_duplex_end *end = arg;
    struct wf_io_call call;
    unsigned char bytes[7];
    int64_t moved = 0;
    for (;;) {
        ck_assert_int_eq(wf_block_on(&wf_io_read(&call, &end->io, bytes, sizeof bytes)->future), 0);
        ck_assert(call.out >= 0);
        if (call.out == 0)
            break;
        for (int64_t i = 0; i < call.out; i++)
            ck_assert_uint_eq(bytes[i], (unsigned char)((moved + i) % 251));
        moved += call.out;
    }
    ck_assert(moved == THREAD_BYTES);
    return NULL;
}

static void move_between_threads(size_t capacity)
{
    pthread_t threads[4];
    wf_duplex_init(&duplex, to_second, capacity, to_first, capacity);
    ck_assert_int_eq(pthread_create(&threads[0], NULL, write_all, &duplex.first), 0);
    ck_assert_int_eq(pthread_create(&threads[1], NULL, read_all, &duplex.second), 0);
    int count = 2;
    if (!closes_in_place_of_a_shutdown) {
        ck_assert_int_eq(pthread_create(&threads[2], NULL, write_all, &duplex.second), 0);
        ck_assert_int_eq(pthread_create(&threads[3], NULL, read_all, &duplex.first), 0);
        count = 4;
    }
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    wf_duplex_destroy(&duplex);
}

/* G.300 G.301: no wake is lost between threads, a read and a write at each end at once. */
START_TEST(g301_two_ends_on_two_threads)
{
    move_between_threads(1);
    move_between_threads(5);
    move_between_threads(MOST);
}
END_TEST

/* G.303 */
START_TEST(g303_a_close_on_another_thread_is_the_end_behind_the_last_byte)
{
    closes_in_place_of_a_shutdown = true;
    move_between_threads(1);
    move_between_threads(MOST);
}
END_TEST

static void *close_it(void *arg)
{
    wf_duplex_close(arg);
    return NULL;
}

/* G.304: a close is on one thread, the calls that it ends on another. */
START_TEST(g304_another_thread_closes)
{
    pthread_t thread;
    for (int i = 0; i < 50; i++) {
        connect_with(1);
        struct wf_duplex_end *closed = i % 2 ? &duplex.first : &duplex.second;
        ck_assert_int_eq(pthread_create(&thread, NULL, close_it, closed), 0);
        ck_assert_int_eq(wf_block_on(&wf_io_read(&read_call, &duplex.first.io, buffer, 1)->future), 0);
        ck_assert(read_call.out == (i % 2 ? WF_ECLOSED : 0));
        pthread_join(thread, NULL);
        wf_duplex_destroy(&duplex);
    }
}
END_TEST

TCase *duplex_tests(void)
{
    TCase *tcase = tcase_create("duplex");
    tcase_set_timeout(tcase, 8);
    tcase_add_test(tcase, g300_each_end_reads_what_the_other_has_written);
    tcase_add_test(tcase, g300_bytes_keep_their_sequence_at_every_edge_of_the_ring);
    tcase_add_test(tcase, g300_buffers_one_after_the_other);
    tcase_add_test(tcase, g300_what_is_cancelled_loses_nothing);
    tcase_add_test(tcase, g301_a_full_way_takes_no_more);
    tcase_add_test(tcase, g301_one_byte_goes_back_and_forth);
    tcase_add_test(tcase, g301_two_ends_on_two_threads);
    tcase_add_test(tcase, g302_a_shutdown_is_half_a_close);
    tcase_add_test(tcase, g303_a_close_ends_both_directions);
    tcase_add_test(tcase, g303_a_close_behind_a_shutdown);
    tcase_add_test(tcase, g303_a_close_on_another_thread_is_the_end_behind_the_last_byte);
    tcase_add_test(tcase, g304_a_shutdown_wakes_its_reader_and_nobody_of_the_other_way);
    tcase_add_test(tcase, g304_a_close_wakes_all_that_waits);
    tcase_add_test(tcase, g304_another_thread_closes);
    tcase_add_test(tcase, g305_a_write_wakes_the_other_ends_read_once);
    tcase_add_test(tcase, g305_a_read_wakes_the_other_ends_write_once);
    tcase_add_test(tcase, g305_only_a_change_from_empty_or_from_full_is_an_event);
    add_panic_test(tcase, g306_a_capacity_of_nothing_panics);
    return tcase;
}
