/**
 * @file test_reactor_faults.c
 * @brief What goes wrong outside: signals, children, no more descriptors, other ends that hang up; and very many descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watching.h"
#include "weft/alloc.h"
#include "weft/detail/clock.h"
#include "weft/runtime.h"
#include "weft/time.h"

enum { DESCRIPTORS = 7 }; /* of a reactor: three of its own, four of libevent */

/* G.150: a thousand signals a second end no park early, and lose no event. */
START_TEST(g150_signals_end_no_park)
{
    int ends[2];
    begin_reactor();
    open_pipe(ends);
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    begin_signals();
    for (unsigned i = 0; i < 20 || signals_come < 100; i++) {
        uint64_t until = wf_clock_ns() + WF_MILLISECONDS(5);
        ck_assert_int_eq(wf_park(&reactor->park, until), WF_PARK_TIMED_OUT);
        ck_assert_uint_ge(wf_clock_ns(), until);
        put(ends[1], "x");
        ck_assert_int_eq(wf_park(&reactor->park, WF_FOREVER), WF_PARK_WOKEN);
        ck_assert_uint_eq(bits_of(source), WF_READABLE);
        drain(ends[0]);
        clear_bits(source, WF_READABLE);
    }
    end_signals();
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

/* --- a hang-up that nobody reads --- */

/* G.151: it is told once, and then the park sleeps; and so with an error that nobody asks for. */
START_TEST(g151_a_hang_up_that_nobody_reads_does_not_spin)
{
    int ends[2], others[2], fds[2];
    begin_reactor();
    open_pipe(ends);
    open_pipe(others);
    open_pair(fds);
    struct wf_source *sources[] = {watch_fd(ends[0], WF_READABLE), watch_fd(others[1], WF_WRITABLE),
                                   watch_fd(fds[0], WF_READABLE | WF_WRITABLE)};
    close(ends[1]);
    close(others[0]);
    close(fds[1]);
    take_turns();
    const uint64_t ticks[] = {ticks_of(sources[0]), ticks_of(sources[1]), ticks_of(sources[2])};
    for (int i = 0; i < 20; i++) /* one that returned without an unpark would say that something came */
        ck_assert_int_eq(wf_park(&reactor->park, wf_clock_ns() + WF_MILLISECONDS(1)), WF_PARK_TIMED_OUT);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    ck_assert_int_eq(wf_park(&reactor->park, wf_clock_ns() + WF_MILLISECONDS(300)), WF_PARK_TIMED_OUT);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    int64_t used = (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec;
    ck_assert_int_lt(used, 150000000); /* it slept: one that goes round inside uses all of the 300 ms */
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(ticks_of(sources[i]), ticks[i]);
        unwatch(sources[i]);
    }
    close(ends[0]);
    close(others[1]);
    close(fds[0]);
    end_reactor();
}
END_TEST

/* --- children --- */

/* G.151: the other end is a child's, which is killed. */
START_TEST(g151_the_other_end_dies_with_its_process)
{
    int ends[2];
    begin_reactor();
    open_pair(ends);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        for (;;)
            pause();
    }
    close(ends[1]);
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    expect_bits(source, 0);
    kill(child, SIGKILL);
    park_until(source, WF_READ_CLOSED | WF_WRITE_CLOSED);
    expect_bits(source, WF_READABLE | WF_READ_CLOSED | WF_WRITE_CLOSED);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    unwatch(source);
    close(ends[0]);
    end_reactor();
}
END_TEST

/* G.150, G.151: children come and go between all that is in progress; the one that shares its epoll instances takes no event away. */
START_TEST(g150_a_fork_in_the_middle)
{
    int ends[2];
    begin_reactor();
    open_pipe(ends);
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    for (int i = 0; i < 10; i++) {
        if (i % 2)
            wf_unpark(&reactor->park);
        put(ends[1], "x");
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        ck_assert_int_eq(wf_park(&reactor->park, WF_FOREVER), WF_PARK_WOKEN);
        ck_assert_uint_eq(bits_of(source), WF_READABLE);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        drain(ends[0]);
        clear_bits(source, WF_READABLE);
        ck_assert_int_eq(wf_park(&reactor->park, wf_clock_ns() + WF_MILLISECONDS(1)), WF_PARK_TIMED_OUT);
    }
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

/* G.150: a program that is executed inherits none of them. */
START_TEST(g150_a_program_inherits_nothing)
{
    enum { NUMBERS = 256 };
    bool was_open[NUMBERS];
    int of_reactor = 0;
    for (int fd = 0; fd < NUMBERS; fd++)
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    begin_reactor();
    for (int fd = 0; fd < NUMBERS; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (was_open[fd] || flags < 0)
            continue;
        ck_assert_msg(flags & FD_CLOEXEC, "descriptor %d would be inherited", fd);
        of_reactor++;
    }
    ck_assert_int_eq(of_reactor, DESCRIPTORS);
    end_reactor();
}
END_TEST

/* --- no more descriptors --- */

static int left;
static bool whole_runtime;

enum { UNLIMITED = 9 };

/* Exits with 0: there was none, and errno is EMFILE; with 1: there was one; with 2: something of it is left; with 3: errno says something else;
 * with UNLIMITED: nobody keeps the limit, as in valgrind. */
static void make_one_with_few_left(void)
{
    int filler;
    while ((filler = open("/dev/null", O_RDONLY | O_CLOEXEC)) < left + 40)
        continue;
    const struct rlimit few = {(rlim_t)filler + 1, (rlim_t)filler + 1};
    for (int i = 0; i < left; i++)
        close(filler - i);
    int before = open_descriptors();
    setrlimit(RLIMIT_NOFILE, &few);
    if (left == 0 && dup(STDERR_FILENO) >= 0)
        _exit(UNLIMITED);
    errno = 0;
    struct wf_runtime *runtime =
        whole_runtime ? wf_runtime_new(&(struct wf_runtime_config){.workers = 2}) : NULL;
    struct wf_reactor *alone = whole_runtime ? NULL : wf_reactor_new();
    int failed = errno;
    if (runtime)
        wf_runtime_drop(runtime);
    if (alone)
        wf_park_drop(&alone->park);
    bool made = runtime || alone;
    _exit(open_descriptors() != before || wf_live_bytes() != 0 ? 2 : made ? 1 : failed == EMFILE ? 0 : 3);
}

/* G.150, G.90: with each number of free descriptors there is a reactor, or none and EMFILE; nothing is left, printed or ended. */
START_TEST(g150_without_descriptors_there_is_no_reactor)
{
    whole_runtime = _i;
    for (left = 0; left <= 8; left++) {
        int status;
        const char *said = stderr_of(make_one_with_few_left, &status);
        if (WIFEXITED(status) && WEXITSTATUS(status) == UNLIMITED)
            return;
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == (left >= DESCRIPTORS),
                      "%d left: status %#x: %s", left, (unsigned)status, said);
        ck_assert_str_eq(said, "");
    }
}
END_TEST

/* G.150, G.151: libevent's own variables choose no other backend. */
START_TEST(g151_the_environment_changes_nothing)
{
    static const char *const names[] = {"EVENT_NOEPOLL", "EVENT_EPOLL_USE_CHANGELIST", "EVENT_PRECISE_TIMER"};
    int ends[2];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_int_eq(setenv(names[i], "1", 1), 0);
    begin_reactor();
    open_pipe(ends);
    for (int i = 0; i < 10; i++) { /* the same numbers each time, each closed as soon as it is unwatched */
        struct wf_source *source = watch_fd(ends[0], WF_READABLE);
        unwatch(source);
        close_both(ends);
        open_pipe(ends);
    }
    struct wf_source *source = watch_fd(ends[0], WF_READABLE);
    put(ends[1], "x");
    expect_bits(source, WF_READABLE);
    unwatch(source);
    close_both(ends);
    end_reactor();
}
END_TEST

/* --- very many --- */

enum { MANY = 10000 };

/* G.151: all become ready at once, and each is woken once. */
START_TEST(g151_ten_thousand_descriptors)
{
    static int fds[MANY];
    static struct wf_source *sources[MANY];
    static struct watcher watchers[MANY];
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < MANY + 100) {
        fprintf(stderr, "skipped: no more than %lu descriptors may be open\n", (unsigned long)limit.rlim_cur);
        return;
    }
    begin_reactor();
    for (int i = 0; i < MANY; i++) {
        fds[i] = an_event();
        sources[i] = watch_fd(fds[i], WF_READABLE);
        wait_on(&watchers[i], sources[i], WF_READABLE);
    }
    ck_assert_int_eq(wf_park(&reactor->park, 0), WF_PARK_TIMED_OUT);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(eventfd_write(fds[i], 1), 0);
    while (wf_park(&reactor->park, 0) == WF_PARK_WOKEN)
        continue;
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(watchers[i].wakes, 1);
        ck_assert_uint_eq(ticks_of(sources[i]), 1);
        unwatch(sources[i]);
        close(fds[i]);
    }
    end_reactor();
}
END_TEST

/* G.151: a thousand waits on one, of which each second is given up. */
START_TEST(g151_a_thousand_waits_on_one)
{
    enum { WAITS = 1000 };
    static struct watcher watchers[WAITS];
    begin_reactor();
    int fd = an_event();
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    for (int i = 0; i < WAITS; i++)
        wait_on(&watchers[i], source, WF_READABLE);
    for (int i = 0; i < WAITS; i += 2)
        wf_waiter_drop(&watchers[i].waiter);
    ck_assert_int_eq(eventfd_write(fd, 1), 0);
    ck_assert_int_eq(wf_park(&reactor->park, WF_FOREVER), WF_PARK_WOKEN);
    for (int i = 0; i < WAITS; i++)
        ck_assert_int_eq(watchers[i].wakes, i % 2);
    unwatch(source);
    close(fd);
    end_reactor();
}
END_TEST

TCase *reactor_faults_tests(void)
{
    TCase *tcase = tcase_create("reactor faults");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g150_signals_end_no_park);
    tcase_add_test(tcase, g151_a_hang_up_that_nobody_reads_does_not_spin);
    tcase_add_test(tcase, g151_the_other_end_dies_with_its_process);
    tcase_add_test(tcase, g150_a_fork_in_the_middle);
    tcase_add_test(tcase, g150_a_program_inherits_nothing);
    tcase_add_loop_test(tcase, g150_without_descriptors_there_is_no_reactor, 0, 2);
    tcase_add_test(tcase, g151_the_environment_changes_nothing);
    tcase_add_test(tcase, g151_ten_thousand_descriptors);
    tcase_add_test(tcase, g151_a_thousand_waits_on_one);
    return tcase;
}
