/**
 * @file unix_runs.h
 * @brief For the tests of Unix sockets: a runtime of each kind, which the test's thread has entered, and futures that are run one at a time.
 */
#ifndef WEFT_GIVEN_UNIX_RUNS_H
#define WEFT_GIVEN_UNIX_RUNS_H

#include "watching.h"
#include "weft/runtime.h"
#include "weft/unix_socket.h"

/** Kinds of runtimes, for tcase_add_loop_test(): of one thread; of several with one worker, and with three. */
enum { UNIX_KINDS = 3, PAUSED_CLOCK = 3 };

/** The runtime of the test. */
extern struct wf_runtime *unix_runtime;

/** Make one of that kind, or of one thread with a paused clock, and enter it; and a folder for sockets. */
void begin_unix(int kind);
/** Leave it and drop it; then neither memory, nor a descriptor, nor a file is left. */
void end_unix(void);

/** Run a future to its end: RUN(wf_unix_read(...))->out. Evaluates to its frame. */
#define RUN(frame)                                                                                           \
    __extension__({                                                                                          \
        __typeof__(frame) frame_to_run = (frame);                                                            \
        run_unix(&frame_to_run->future);                                                                     \
        frame_to_run;                                                                                        \
    })
void run_unix(struct wf_future *future);


/** A name in the abstract space, of this test alone, with NULs in it; a path in the folder. */
struct wf_address a_name(void);
struct wf_address a_path(void);
/** One of either: a name for 0. */
struct wf_address a_name_or_path(int which);
/** Remove the file at a path; there must be one. */
void remove_path(const struct wf_address *address);

struct wf_unix_listener listen_at(const struct wf_address *address);
/** Connect, which must succeed. */
struct wf_unix_stream connect_to(const struct wf_address *address);
/** Accept, which must succeed. */
struct wf_unix_stream accept_from(struct wf_unix_listener *listener);
struct wf_unix_datagram datagram_at(const struct wf_address *address);

/** One write of a text, whole; and one read, of exactly this. */
void say_to(struct wf_unix_stream *stream, const char *text);
void expect_said(struct wf_unix_stream *stream, const char *text);
/** One read of up to 64 bytes. @return its out. */
int64_t read_out(struct wf_unix_stream *stream);

/** A limit at which this process can open no descriptor more; and as it was. */
void begin_shortage(void);
void end_shortage(void);

#endif
