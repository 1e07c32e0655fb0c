/**
 * @file test_reactor_kinds.c
 * @brief The reactor on descriptors that are neither pipes nor sockets: each is silent, then it tells.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watching.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

static int a_timer(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

static void set_timer(int fd)
{
    const struct itimerspec soon = {.it_value.tv_nsec = 1000000};
    ck_assert_int_eq(timerfd_settime(fd, 0, &soon, NULL), 0);
}

static char folder[] = "/tmp/weft-given-XXXXXX";

static int a_watched_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ck_assert_int_ge(inotify_add_watch(fd, folder, IN_DELETE_SELF), 0);
    return fd;
}

static void remove_folder(int fd)
{
    (void)fd;
    ck_assert_int_eq(rmdir(folder), 0);
}

static int child_waits[2];
static pid_t child;

static int a_child(void)
{
    char byte;
    ck_assert_int_eq(pipe2(child_waits, O_CLOEXEC), 0);
    if ((child = fork()) == 0) {
        close(child_waits[1]);
        (void)!read(child_waits[0], &byte, 1);
        _exit(0);
    }
    close(child_waits[0]);
    return (int)syscall(SYS_pidfd_open, child, 0);
}

static void let_child_end(int fd)
{
    (void)fd;
    close(child_waits[1]);
}

static int signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void signal_myself(int fd)
{
    (void)fd;
    ck_assert_int_eq(raise(SIGUSR1), 0);
}

static int terminal = -1;

static int a_terminal(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(grantpt(fd), 0);
    ck_assert_int_eq(unlockpt(fd), 0);
    terminal = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal, 0);
    return fd;
}

static void print_on_terminal(int fd)
{
    (void)fd;
    put(terminal, "x");
}

static const struct kind {
    int (*make)(void);
    void (*act)(int fd);
} kinds[] = {{a_timer, set_timer},
             {a_watched_folder, remove_folder},
             {a_child, let_child_end},
             {signals, signal_myself},
             {a_terminal, print_on_terminal}};

/* G.151 */
START_TEST(g151_timers_folders_children_signals_and_terminals)
{
    const struct kind *kind = &kinds[_i];
    if (RUNNING_ON_VALGRIND && kind->make == a_child) /* it knows no pidfd_open() */
        return;
    begin_reactor();
    int fd = kind->make();
    ck_assert_int_ge(fd, 0);
    struct wf_source *source = watch_fd(fd, WF_READABLE);
    expect_bits(source, 0);
    kind->act(fd);
    park_until(source, WF_READABLE);
    expect_bits(source, WF_READABLE);
    if (terminal >= 0) {
        close(terminal);
        expect_bits(source, WF_READABLE | WF_READ_CLOSED | WF_WRITE_CLOSED);
    }
    unwatch(source);
    close(fd);
    if (child)
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
    end_reactor();
}
END_TEST

TCase *reactor_kinds_tests(void)
{
    TCase *tcase = tcase_create("reactor kinds");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, g151_timers_folders_children_signals_and_terminals, 0,
                        sizeof kinds / sizeof *kinds);
    return tcase;
}
