/**
 * @file places.c
 * @brief Prints the functions that a thread is in, innermost first, with their files and lines.
 *
 * In a handler of a signal, so that a thread that sleeps for ever can be asked. What is printed is text for a person: a
 * submission that prints the same deceives nobody but its author. Only the variant without sanitizers asks, for they have
 * handlers and reports of their own.
 */
#include "places.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "scenario.h"

enum { FRAMES_MAX = 24, SHOWN_MAX = 5, ADDRESS_BYTES = 20, TEXT_BYTES = 2048 };

static char program[512];

/* Functions of the program itself, by addr2line, which may be missing: then there is no text. Returns its length. */
static size_t find_places(char addresses[][ADDRESS_BYTES], int count, char *text, size_t bytes)
{
    char *argv[SHOWN_MAX + 5] = {"addr2line", "-fpsi", "-e", program};
    for (int i = 0; i < count; i++)
        argv[4 + i] = addresses[i];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    pid_t pid = _Fork(); /* unlike fork, it takes no lock that the interrupted thread may hold */
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execve("/usr/bin/addr2line", argv, (char *const[]){NULL});
        _exit(127);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got = 1;
    while (got > 0 && length < bytes) {
        got = read(ends[0], text + length, bytes - length);
        length += got > 0 ? (size_t)got : 0;
    }
    close(ends[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return length;
}

/* Where the signal came. */
static const void *interrupted_at(const void *context)
{
#if defined(__x86_64__)
    return (const void *)((const ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (const void *)((const ucontext_t *)context)->uc_mcontext.pc;
#else
    (void)context;
    return NULL;
#endif
}

/* `called_from`: the thread has called an address where no function is, from there; or NULL. */
static void print_thread(const char *what, const void *interrupted, const void *called_from)
{
    void *frames[FRAMES_MAX];
    Dl_info self, info;
    char addresses[SHOWN_MAX][ADDRESS_BYTES], text[TEXT_BYTES];
    const char *library = NULL;
    int count = 0, all = backtrace(frames, FRAMES_MAX);
    if (!dladdr((void *)(uintptr_t)places_watch, &self))
        return;
    if (called_from)
        snprintf(addresses[count++], ADDRESS_BYTES, "%#lx",
                 (unsigned long)called_from - (unsigned long)self.dli_fbase - 1);
    int first = 0; /* before it stand the handler and what called that; behind it are places of returns */
    while (first < all && frames[first] != interrupted)
        first++;
    for (int i = first; i < all && count < SHOWN_MAX; i++) {
        if (!dladdr(frames[i], &info))
            continue;
        if (info.dli_fbase != self.dli_fbase)
            library = count == 0 && info.dli_sname ? info.dli_sname : library;
        else
            snprintf(addresses[count++], ADDRESS_BYTES, "%#lx",
                     (unsigned long)frames[i] - (unsigned long)self.dli_fbase - (i > first));
    }
    snprintf(text, 200, "thread %u %s%s%s, in\n", scenario_thread(), what, library ? " in " : "",
             library ? library : "");
    size_t length = strlen(text);
    length += find_places(addresses, count, text + length, sizeof text - length);
    /* at once: the judge that asked waits for no more than the first of it */
    if (write(STDERR_FILENO, text, length) < 0)
        _exit(127);
}

static void on_where(int number, siginfo_t *info, void *context)
{
    static const char idle[] = "thread 0 has done its step, and waits for the next\n";
    (void)number;
    (void)info;
    if (!scenario_awaits_a_step())
        print_thread("sleeps", interrupted_at(context), NULL);
    else if (write(STDERR_FILENO, idle, strlen(idle)) < 0)
        _exit(127);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* A crash ends the program as it would without this: the action was reset, so the signal comes again. */
static void on_crash(int number, siginfo_t *info, void *context)
{
    const void *called_from = NULL;
#if defined(__x86_64__)
    const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
    if (number == SIGSEGV && interrupted_at(context) == info->si_addr)
        called_from = *(void *const *)(uintptr_t)registers[REG_RSP];
#else
    (void)number;
    (void)info;
#endif
    print_thread(called_from ? "calls an address where no function is" : "crashes", interrupted_at(context),
                 called_from);
}
#endif

void places_watch(void)
{
    void *frame[1];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    (void)backtrace(frame, 1); /* the first call loads a library, which a handler must not */
    struct sigaction where = {.sa_sigaction = on_where, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(CHANNEL_WHERE_SIGNAL, &where, NULL);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct sigaction crash = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_RESETHAND};
    sigaction(SIGSEGV, &crash, NULL);
    sigaction(SIGBUS, &crash, NULL);
    sigaction(SIGFPE, &crash, NULL);
    sigaction(SIGILL, &crash, NULL);
#endif
}
