/**
 * @file test_udp_runtime.c
 * @brief UDP in tasks: bursts, several tasks on one socket, and receives that are dropped.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "datagrams.h"
#include "weft/async.h"
#include "weft/coop.h"
#include "weft/error.h"
#include "weft/time.h"

/* --- bursts --- */

enum { BURSTS = 500, IN_A_BURST = 20, IN_ALL = BURSTS * IN_A_BURST };

/* How many datagrams the kernel has dropped at this socket. */
static uint32_t dropped_at(const struct side *side)
{
    uint32_t info[9]; /* SK_MEMINFO_VARS of linux/sock_diag.h, of which the last is the drops */
    socklen_t size = sizeof info;
    ck_assert_int_eq(getsockopt(side->udp.socket.fd, SOL_SOCKET, SO_MEMINFO, info, &size), 0);
    ck_assert_uint_eq(size, sizeof info);
    return info[8];
}

/* Sends bursts, each of short datagrams and an empty one, to `to`; each has its number. */
struct bursts {
    struct wf_future future;
    struct wf_address to;
    struct side side;
    struct wf_yield yield;
    uint32_t number;
    int out;
};

/* Whether a datagram lies at the receiver: one that finds no room there is dropped, and the last one must not be. */
static _Atomic int receiver;

static bool is_queued(void)
{
    int bytes = 0;
    ck_assert_int_eq(ioctl(receiver, FIONREAD, &bytes), 0);
    return bytes > 0;
}

ASYNC_FN(bursts)
{
    ASYNC_BEGIN;
    self->side.local = ip4_loopback(0);
    ck_assert_int_eq(wf_udp_bind(&self->side.udp, &self->side.local, NULL), 0);
    for (self->number = 0; self->number < IN_ALL; self->number++) {
        AWAIT(wf_udp_send_to(&self->side.io, &self->side.udp, &self->number, sizeof self->number, &self->to));
        ck_assert_int_eq(self->side.io.out, sizeof self->number);
        if ((self->number + 1) % IN_A_BURST == 0)
            AWAIT(wf_yield(&self->yield));
    }
    while (is_queued())
        AWAIT(wf_yield(&self->yield));
    AWAIT(wf_udp_send_to(&self->side.io, &self->side.udp, NULL, 0, &self->to)); /* the end, as of this test */
ASYNC_FINALLY:
    wf_udp_close(&self->side.udp);
    ASYNC_END;
}

/* Bind a receiver with much room, and spawn the task that sends to it. */
static void begin_bursts(struct side *side, struct wf_join_handle *sender)
{
    const struct wf_udp_options large = {.receive_buffer_bytes = 4000000};
    side->local = ip4_loopback(0);
    ck_assert_int_eq(wf_udp_bind(&side->udp, &side->local, &large), 0);
    ck_assert_int_eq(wf_udp_local(&side->udp, &side->local), 0);
    receiver = side->udp.socket.fd;
    ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), sender, bursts, .to = side->local), 0);
}

struct takes_bursts {
    struct wf_future future;
    struct side side;
    struct wf_join_handle sender;
    uint32_t number, received;
    int out;
};

ASYNC_FN(takes_bursts)
{
    ASYNC_BEGIN;
    begin_bursts(&self->side, &self->sender);
    do {
        AWAIT(wf_udp_receive(&self->side.io, &self->side.udp, self->side.bytes, sizeof self->side.bytes));
        ck_assert_int_ge(self->side.io.out, 0);
        if (self->side.io.out > 0) {
            uint32_t number;
            ck_assert_int_eq(self->side.io.out, sizeof number);
            memcpy(&number, self->side.bytes, sizeof number);
            ck_assert_uint_ge(number, self->number); /* in sequence */
            self->number = number + 1;
            self->received++;
        }
    } while (self->side.io.out > 0);
    ck_assert_uint_eq(self->received + dropped_at(&self->side), IN_ALL);
    AWAIT(&self->sender);
ASYNC_FINALLY:
    wf_udp_close(&self->side.udp);
    ASYNC_END;
}

START_TEST(g239_all_of_each_burst_is_received)
{
    struct takes_bursts root;
    begin_runtime(_i);
    ck_assert_int_eq(wf_runtime_block_on(weft, &ASYNC_INIT(&root, takes_bursts)->future), 0);
    end_runtime();
}
END_TEST

/* Bursts from outside, each there before the first receive: then a receive is PENDING only where the kernel has none. */
START_TEST(g239_readiness_ends_by_eagain_alone)
{
    struct side side;
    struct wf_address sender;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&sender);
    for (int burst = 0; burst < BURSTS; burst++) {
        wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
        expect_pending(&side.io.future);
        for (int i = 0; i < IN_A_BURST; i++)
            plain_send(plain, &side.local, i % 3 ? "a" : "");
        ck_assert_int_eq(run_io(&side.io), 0);
        for (int i = 1; i < IN_A_BURST;
             i++) { /* no event comes any more: each poll finds the next one by itself */
            wf_udp_receive(&side.io, &side.udp, side.bytes, sizeof side.bytes);
            ck_assert_int_eq(wf_future_poll(&side.io.future, &idle_cx), WF_READY);
            ck_assert_int_eq(side.io.out, i % 3 != 0);
        }
    }
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

/* --- dropped --- */

START_TEST(g240_a_dropped_receive_has_taken_nothing)
{
    struct side side;
    struct wf_address sender;
    begin_runtime(_i);
    bind_side(&side);
    int plain = plain_socket(&sender);
    for (int i = 0; i < 100; i++) {
        wf_udp_receive_from(&side.io, &side.udp, side.bytes, sizeof side.bytes, &side.from);
        if (i % 3 != 0)
            expect_pending(&side.io.future);
        if (i % 3 == 1)
            plain_send(plain, &side.local, "a"); /* it is woken, or will be, and is polled no more */
        wf_future_drop(&side.io.future);
        if (i % 3 != 1)
            plain_send(plain, &side.local, "a");
        receive_text(&side, "a", &sender);
        expect_nothing(&side);
        wf_udp_receive(&side.io, &side.udp, side.bytes, 1);
        ck_assert_int_eq(wf_udp_try(&side.io), WF_EAGAIN); /* so the next one is PENDING again */
        wf_future_drop(&side.io.future);
    }
    wf_udp_send_to(&side.io, &side.udp, "b", 1, &sender);
    wf_future_drop(&side.io.future);
    char byte;
    ck_assert_int_eq(recv(plain, &byte, 1, MSG_DONTWAIT), -1);
    wf_udp_close(&side.udp);
    close(plain);
    end_runtime();
}
END_TEST

/* Receives whose time is over when it began: each takes one, or none and leaves it. */
struct impatient {
    struct wf_future future;
    struct side side;
    struct wf_join_handle sender;
    struct wf_timeout limit;
    struct wf_yield yield;
    uint32_t received;
    int timeouts;
    int out;
};

ASYNC_FN(impatient)
{
    ASYNC_BEGIN;
    begin_bursts(&self->side, &self->sender);
    do {
        wf_udp_receive(&self->side.io, &self->side.udp, self->side.bytes, sizeof self->side.bytes);
        AWAIT(wf_timeout(&self->limit, 0, &self->side.io.future));
        self->timeouts += self->limit.out == WF_ETIMEDOUT;
        self->received += self->limit.out == 0;
        if (self->limit.out != 0)
            AWAIT(wf_yield(&self->yield));
    } while (self->limit.out != 0 || self->side.io.out > 0);
    ck_assert_uint_eq(self->received - 1 + dropped_at(&self->side), IN_ALL);
    ck_assert_int_gt(self->timeouts, 0);
    AWAIT(&self->sender);
ASYNC_FINALLY:
    wf_udp_close(&self->side.udp);
    ASYNC_END;
}

START_TEST(g240_timeouts_lose_no_datagram)
{
    struct impatient root;
    begin_runtime(_i);
    ck_assert_int_eq(wf_runtime_block_on(weft, &ASYNC_INIT(&root, impatient)->future), 0);
    end_runtime();
}
END_TEST

/* --- shared --- */

enum { TASKS = 4, EACH = 1000, OF_ALL = TASKS * EACH };

/* What one datagram of the test says: whose, and which. */
struct word {
    uint32_t task, number;
};

static uint8_t seen[TASKS][EACH];
static _Atomic int seen_in_all;

/* Sends its numbers through the shared socket to itself, where any of the tasks receives them. */
struct sends_shared {
    struct wf_future future;
    struct wf_udp *udp;
    const struct wf_address *to;
    uint32_t task;
    struct wf_socket_io io;
    struct word word;
    int out;
};

ASYNC_FN(sends_shared)
{
    ASYNC_BEGIN;
    for (self->word.task = self->task; self->word.number < EACH; self->word.number++) {
        AWAIT(wf_udp_send_to(&self->io, self->udp, &self->word, sizeof self->word, self->to));
        ck_assert_int_eq(self->io.out, sizeof self->word);
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct receives_shared {
    struct wf_future future;
    struct wf_udp *udp;
    struct wf_socket_io io;
    struct wf_address from;
    struct word word;
    int out;
};

ASYNC_FN(receives_shared)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT(wf_udp_receive_from(&self->io, self->udp, &self->word, sizeof self->word, &self->from));
        if (self->io.out == 0) /* the end; the others need it, too */
            break;
        ck_assert_int_eq(self->io.out, sizeof self->word);
        ck_assert_uint_lt(self->word.task, TASKS);
        ck_assert_uint_lt(self->word.number, EACH);
        seen[self->word.task][self->word.number]++;
        seen_in_all++;
    }
ASYNC_FINALLY:
    ASYNC_END;
}

struct shares {
    struct wf_future future;
    struct side side;
    struct wf_join_handle senders[TASKS], receivers[TASKS];
    uint32_t i;
    int out;
};

ASYNC_FN(shares)
{
    ASYNC_BEGIN;
    const struct wf_udp_options large = {.receive_buffer_bytes = 4000000};
    self->side.local = ip4_loopback(0);
    ck_assert_int_eq(wf_udp_bind(&self->side.udp, &self->side.local, &large), 0);
    ck_assert_int_eq(wf_udp_local(&self->side.udp, &self->side.local), 0);
    for (self->i = 0; self->i < TASKS; self->i++) {
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->receivers[self->i], receives_shared,
                                  .udp = &self->side.udp),
                         0);
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->senders[self->i], sends_shared,
                                  .udp = &self->side.udp, .to = &self->side.local, .task = self->i),
                         0);
    }
    for (self->i = 0; self->i < TASKS; self->i++)
        AWAIT(&self->senders[self->i]);
    for (self->i = 0; self->i < TASKS; self->i++) { /* behind all others, one for each */
        AWAIT(wf_udp_send_to(&self->side.io, &self->side.udp, NULL, 0, &self->side.local));
        ck_assert_int_eq(self->side.io.out, 0);
    }
    for (self->i = 0; self->i < TASKS; self->i++)
        AWAIT(&self->receivers[self->i]);
    ck_assert_int_eq((uint32_t)seen_in_all + dropped_at(&self->side), OF_ALL);
    for (self->i = 0; self->i < OF_ALL; self->i++)
        ck_assert_uint_le(seen[self->i / EACH][self->i % EACH], 1);
ASYNC_FINALLY:
    wf_udp_close(&self->side.udp);
    ASYNC_END;
}

START_TEST(g241_tasks_send_and_receive_at_once)
{
    struct shares root;
    begin_runtime(_i);
    ck_assert_int_eq(wf_runtime_block_on(weft, &ASYNC_INIT(&root, shares)->future), 0);
    end_runtime();
}
END_TEST

TCase *udp_runtime_tests(void)
{
    TCase *tcase = tcase_create("udp runtime");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g239_all_of_each_burst_is_received, 0, 2);
    tcase_add_loop_test(tcase, g239_readiness_ends_by_eagain_alone, 0, 2);
    tcase_add_loop_test(tcase, g240_a_dropped_receive_has_taken_nothing, 0, 2);
    tcase_add_loop_test(tcase, g240_timeouts_lose_no_datagram, 0, 2);
    tcase_add_loop_test(tcase, g241_tasks_send_and_receive_at_once, 0, 2);
    return tcase;
}
