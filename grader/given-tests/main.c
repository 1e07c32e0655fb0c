/**
 * @file main.c
 * @brief The unit tests of the given parts: each clause G.k of the headers.
 *
 * The given parts run no student's code, so Check may judge them in the process that it forks for each test.
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "given.h"

/* Of what is given ahead, with labs that are not built yet. Under valgrind these take longer than all others: a commit's check leaves them to LONG there. */
static void add_ahead(Suite *suite, TCase *tcase)
{
    tcase_set_tags(tcase, "ahead");
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const struct rlimit no_core_dumps = {0, 0}; /* panics are what is tested */
    setrlimit(RLIMIT_CORE, &no_core_dumps);

    Suite *suite = suite_create("given");
    suite_add_tcase(suite, list_tests());
    suite_add_tcase(suite, error_tests());
    suite_add_tcase(suite, alloc_tests());
    suite_add_tcase(suite, block_cache_tests());
    suite_add_tcase(suite, unsized_tests());
    suite_add_tcase(suite, waker_tests());
    add_ahead(suite, buffered_tests());
    suite_add_tcase(suite, context_tests());
    add_ahead(suite, copy_tests());
    suite_add_tcase(suite, budget_tests());
    add_ahead(suite, duplex_tests());
    add_ahead(suite, fd_stream_tests());
    add_ahead(suite, frame_tests());
    suite_add_tcase(suite, future_tests());
    suite_add_tcase(suite, spurious_tests());
    suite_add_tcase(suite, event_tests());
    suite_add_tcase(suite, event_ring_tests());
    suite_add_tcase(suite, await_tree_tests());
    suite_add_tcase(suite, panic_tests());
    suite_add_tcase(suite, panic_hook_tests());
    suite_add_tcase(suite, task_tests());
    suite_add_tcase(suite, task_seen_tests());
    suite_add_tcase(suite, task_events_tests());
    suite_add_tcase(suite, debug_tests());
    add_ahead(suite, io_adapters_tests());
    add_ahead(suite, io_calls_tests());
    add_ahead(suite, io_whole_tests());
    suite_add_tcase(suite, layout_tests());
    add_ahead(suite, send_file_tests());
    add_ahead(suite, test_io_tests());
    suite_add_tcase(suite, test_task_tests());
    suite_add_tcase(suite, test_wakes_tests());
    suite_add_tcase(suite, async_tests());
    suite_add_tcase(suite, async_out_tests());
    suite_add_tcase(suite, async_args_tests());
    suite_add_tcase(suite, async_child_tests());
    suite_add_tcase(suite, async_large_tests());
    suite_add_tcase(suite, inject_queue_tests());
    suite_add_tcase(suite, shared_park_tests());
    suite_add_tcase(suite, multi_thread_tests());
    suite_add_tcase(suite, roots_tests());
    suite_add_tcase(suite, hooks_tests());
    suite_add_tcase(suite, blocking_tests());
    suite_add_tcase(suite, blocking_pool_tests());
    suite_add_tcase(suite, long_poll_tests());
    suite_add_tcase(suite, long_poll_threads_tests());
    suite_add_tcase(suite, runtime_tests());
    suite_add_tcase(suite, runtime_limits_tests());
    suite_add_tcase(suite, runtime_mistakes_tests());
    suite_add_tcase(suite, runtimes_tests());
    suite_add_tcase(suite, any_scheduler_tests());
    suite_add_tcase(suite, seed_tests());
    suite_add_tcase(suite, time_driver_tests());
    suite_add_tcase(suite, time_tests());
    suite_add_tcase(suite, paused_runtime_tests());
    suite_add_tcase(suite, reactor_tests());
    suite_add_tcase(suite, reactor_events_tests());
    suite_add_tcase(suite, reactor_kinds_tests());
    suite_add_tcase(suite, reactor_ends_tests());
    suite_add_tcase(suite, reactor_numbers_tests());
    suite_add_tcase(suite, reactor_faults_tests());
    suite_add_tcase(suite, reactor_runtime_tests());
    suite_add_tcase(suite, reactor_waits_tests());
    add_ahead(suite, resolve_tests());
    add_ahead(suite, happy_eyeballs_tests());
    add_ahead(suite, connect_tests());
    add_ahead(suite, socket_tests());
    add_ahead(suite, tcp_listener_tests());
    add_ahead(suite, tcp_accept_tests());
    add_ahead(suite, tcp_connect_tests());
    add_ahead(suite, tcp_stream_tests());
    add_ahead(suite, tcp_ends_tests());
    add_ahead(suite, tcp_options_tests());
    add_ahead(suite, tcp_split_tests());
    add_ahead(suite, tcp_echo_tests());
    add_ahead(suite, tcp_shutdown_tests());
    add_ahead(suite, udp_tests());
    add_ahead(suite, udp_datagrams_tests());
    add_ahead(suite, udp_reports_tests());
    add_ahead(suite, udp_options_tests());
    add_ahead(suite, udp_runtime_tests());
    add_ahead(suite, net_address_tests());
    add_ahead(suite, net_address_text_tests());
    add_ahead(suite, unix_listener_tests());
    add_ahead(suite, unix_stream_tests());
    add_ahead(suite, unix_datagram_tests());
    add_ahead(suite, unix_rights_tests());

    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    /* a filter in the environment that selects nothing is no success */
    bool passed = srunner_ntests_run(runner) > 0 && srunner_ntests_failed(runner) == 0;
    srunner_free(runner);
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
