/**
 * @file given.h
 * @brief Shared by the unit tests of the given parts: stand-ins for futures and wakers, and panics as text.
 *
 * A test of clause G.k is named g<kk>_<aspect>; clauses.sh finds it by that.
 */
#ifndef WEFT_GIVEN_TESTS_H
#define WEFT_GIVEN_TESTS_H

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "weft/future.h"
#include "weft/waker.h"

TCase *alloc_tests(void);
TCase *any_scheduler_tests(void);
TCase *async_tests(void);
TCase *async_args_tests(void);
TCase *async_child_tests(void);
TCase *async_large_tests(void);
TCase *async_out_tests(void);
TCase *await_tree_tests(void);
TCase *blocking_tests(void);
TCase *blocking_pool_tests(void);
TCase *block_cache_tests(void);
TCase *budget_tests(void);
TCase *buffered_tests(void);
TCase *connect_tests(void);
TCase *context_tests(void);
TCase *copy_tests(void);
TCase *debug_tests(void);
TCase *duplex_tests(void);
TCase *error_tests(void);
TCase *event_tests(void);
TCase *event_ring_tests(void);
TCase *fd_stream_tests(void);
TCase *frame_tests(void);
TCase *future_tests(void);
TCase *happy_eyeballs_tests(void);
TCase *hooks_tests(void);
TCase *inject_queue_tests(void);
TCase *io_adapters_tests(void);
TCase *io_calls_tests(void);
TCase *io_whole_tests(void);
TCase *layout_tests(void);
TCase *list_tests(void);
TCase *long_poll_tests(void);
TCase *long_poll_threads_tests(void);
TCase *multi_thread_tests(void);
TCase *net_address_tests(void);
TCase *net_address_text_tests(void);
TCase *panic_tests(void);
TCase *panic_hook_tests(void);
TCase *paused_runtime_tests(void);
TCase *reactor_tests(void);
TCase *reactor_ends_tests(void);
TCase *reactor_events_tests(void);
TCase *reactor_faults_tests(void);
TCase *reactor_kinds_tests(void);
TCase *reactor_numbers_tests(void);
TCase *reactor_runtime_tests(void);
TCase *reactor_waits_tests(void);
TCase *resolve_tests(void);
TCase *roots_tests(void);
TCase *runtime_tests(void);
TCase *runtime_limits_tests(void);
TCase *runtime_mistakes_tests(void);
TCase *runtimes_tests(void);
TCase *seed_tests(void);
TCase *send_file_tests(void);
TCase *shared_park_tests(void);
TCase *spurious_tests(void);
TCase *task_tests(void);
TCase *task_events_tests(void);
TCase *task_seen_tests(void);
TCase *test_io_tests(void);
TCase *socket_tests(void);
TCase *tcp_accept_tests(void);
TCase *tcp_connect_tests(void);
TCase *tcp_echo_tests(void);
TCase *tcp_ends_tests(void);
TCase *tcp_listener_tests(void);
TCase *tcp_options_tests(void);
TCase *tcp_shutdown_tests(void);
TCase *tcp_split_tests(void);
TCase *tcp_stream_tests(void);
TCase *test_task_tests(void);
TCase *test_wakes_tests(void);
TCase *time_tests(void);
TCase *time_driver_tests(void);
TCase *udp_tests(void);
TCase *udp_datagrams_tests(void);
TCase *udp_options_tests(void);
TCase *udp_reports_tests(void);
TCase *udp_runtime_tests(void);
TCase *unix_datagram_tests(void);
TCase *unix_listener_tests(void);
TCase *unix_rights_tests(void);
TCase *unix_stream_tests(void);
TCase *unsized_tests(void);
TCase *waker_tests(void);

/** A future called "leaf" that is READY at its poll number `ready_at` (0: never), with 7 as its output. */
struct leaf {
    struct wf_future future;
    int ready_at;
    int polls;
    int drops;
    int out;
};

struct leaf leaf_ready_at(int poll);

/** A context to poll with; its waker is empty. */
extern struct wf_cx idle_cx;

/** Poll it with that, and expect that it is PENDING. */
void expect_pending(struct wf_future *future);

/** What became of a waker and its clones. */
struct counts {
    int clones;
    int wakes;
    int wakes_by_ref;
    int drops;
};

/** A waker that counts in `counts`. */
struct wf_waker counting_waker(struct counts *counts);

/** What a print function writes, in a buffer that the next call overwrites. */
const char *printed(void (*print)(FILE *stream, const void *arg), const void *arg);

/** What `act` writes to standard error in a process of its own, and how that process ended (see wait(2)). */
const char *stderr_of(void (*act)(void), int *status);

/**
 * @brief Expect that `act` panics and says exactly `text`, then let it, so that Check sees the signal too.
 * @param text  all of standard error but the line that says where ("  in function (file:line)").
 *
 * For tests that are added with add_panic_test(). Does not return.
 */
_Noreturn void expect_panic(void (*act)(void), const char *expected);

#define add_panic_test(tcase, test) tcase_add_test_raise_signal(tcase, test, SIGABRT)

#endif
