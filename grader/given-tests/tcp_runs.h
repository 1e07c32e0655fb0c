/**
 * @file tcp_runs.h
 * @brief For the tests of TCP: a runtime of each kind, which the test's thread has entered, and futures that are run one at a time.
 */
#ifndef WEFT_GIVEN_TCP_RUNS_H
#define WEFT_GIVEN_TCP_RUNS_H

#include "watching.h"
#include "weft/runtime.h"
#include "weft/tcp.h"
#include "weft/test.h"

/** Kinds of runtimes, for tcase_add_loop_test(): of one thread; of several with one worker, and with three. */
enum { KINDS = 3 };

/** The runtime of the test. */
extern struct wf_runtime *net;

/** Make one of that kind, and enter it. */
void begin_net(int kind);
/** Leave it and drop it. */
void drop_net(void);
/** Neither memory nor a descriptor is left, of what there was since begin_net(). */
void expect_nothing_left(void);
/** Both. */
void end_net(void);

/** Run a future to its end: RUN(wf_tcp_read(...))->out. Evaluates to its frame. */
#define RUN(frame)                                                                                           \
    __extension__({                                                                                          \
        __typeof__(frame) frame_to_run = (frame);                                                            \
        run_future(&frame_to_run->future);                                                                   \
        frame_to_run;                                                                                        \
    })
void run_future(struct wf_future *future);

/** That no clone of the task's waker is left, but for one that a worker was about to wake: for that it waits. */
void expect_released(struct wf_test_task *task);

/** Let the reactor tell what there is: some turns of the loop. */
void take_net_turns(void);

/** An address of loopback; and its port, of both families. */
struct wf_address at_port(uint16_t port);
struct wf_address at_port6(uint16_t port);

/** Listen on loopback, at a port that is free. */
struct wf_address listen_here(struct wf_tcp_listener *listener, const struct wf_tcp_listen_options *options);

/** Two streams that are connected. */
void connect_two(struct wf_tcp_stream ends[2]);
/** A stream, and the descriptor of the other side, which does not block. */
int connect_to_fd(struct wf_tcp_stream *stream);
/** A descriptor that connects to `address`, blocking, and does not block afterwards. */
int connect_fd(const struct wf_address *address);
/** Close a descriptor by a reset. */
void reset_fd(int fd);

/** One read or write. @return its out. */
int64_t read_once(struct wf_tcp_stream *stream, void *buffer, size_t size);
int64_t write_once(struct wf_tcp_stream *stream, const void *bytes, size_t size);
/** A write that takes all, which there must be room for; and a read that finds exactly this text. */
void say(struct wf_tcp_stream *stream, const char *text);
void expect_text(struct wf_tcp_stream *stream, const char *text);

#endif
