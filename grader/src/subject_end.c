/**
 * @file subject_end.c
 * @brief How a subject ended, in words: by a signal, by a sanitizer's report, or by itself.
 *
 * What it prints, and the status that it ends with, only choose among words for a failure. That the grader itself failed
 * is never taken from there, or a submission that fails would say so.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "judge_internal.h"

static const char *signal_words(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV: an access to memory that is not there (a NULL, dangling or wild pointer, a call through one, or a recursion without end)";
    case SIGABRT:
        return "SIGABRT: abort() was called";
    case SIGFPE:
        return "SIGFPE: a division by zero";
    case SIGBUS:
        return "SIGBUS: a misaligned or impossible access to memory";
    case SIGILL:
        return "SIGILL: an illegal instruction, often the end of a function that should have returned a value";
    case SIGXCPU:
    case SIGKILL:
        return "SIGKILL: it used too much processor time or memory";
    default:
        return strsignal(number);
    }
}

/* What a sanitizer calls it, and what it is. */
static const struct {
    const char *kind, *words;
} reports[] = {
    {"heap-use-after-free", "a use after free: memory of the heap was accessed after it had been freed"},
    {"heap-buffer-overflow", "an access beyond the ends of a block of the heap"},
    {"stack-buffer-overflow", "an access beyond the end of a local variable"},
    {"stack-buffer-underflow", "an access before the begin of a local variable"},
    {"stack-use-after-return", "an access to a local variable of a function that had returned"},
    {"stack-use-after-scope", "an access to a local variable whose block had been left"},
    {"global-buffer-overflow", "an access beyond the ends of a global variable"},
    {"attempting double-free", "a block of the heap was freed twice"},
    {"attempting free on address which was not malloc", "free() of an address that malloc() did not return"},
    {"stack-overflow", "the stack overflowed: a recursion without end, or large local arrays"},
    {"SEGV", "a crash: an access to memory that is not there (a NULL, dangling or wild pointer)"},
    {"BUS", "a crash: a misaligned or impossible access to memory"},
    {"FPE", "a crash: a division by zero"},
    {"ILL", "a crash: an illegal instruction, often the end of a function that should have returned a value"},
    {"ABRT", "a crash: abort() was called"},
    {"data race", "a data race: two threads accessed the same memory, and nothing ordered them"},
    {"thread leak", "a thread was neither joined nor detached"},
    {"destroy of a locked mutex", "a mutex was destroyed while it was locked"},
    {"double lock of a mutex", "a thread locked a mutex that it had locked already"},
    {"unlock of an unlocked mutex", "a mutex was unlocked that was not locked, or by another thread"},
    {"read lock of a write locked mutex", "a lock was taken twice by one thread"},
    {"use of an invalid mutex", "a mutex was used that was not initialised, or had been destroyed"},
    {"lock-order-inversion", "two locks were taken in both orders, which can end in a deadlock"},
    {"signal-unsafe call", "a function was called in a signal handler that may not be"},
    {"hard rss limit exhausted", "more memory was used than there is"},
};

/* The words for the first report of this sanitizer; NULL: it printed none. */
static const char *report_words(const struct judge *judge, const char *sanitizer)
{
    const char *end = judge->output + judge->output_bytes;
    const char *report = memmem(judge->output, judge->output_bytes, sanitizer, strlen(sanitizer));
    if (!report)
        return NULL;
    report += strlen(sanitizer);
    if (memmem(report, (size_t)(end - report), "pc points to the zero page", 26))
        return "a crash: a call through a NULL pointer to a function";
    size_t left = (size_t)(end - report), length = 0;
    while (length < left && report[length] != '\n')
        length++;
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
        if (length >= strlen(reports[i].kind) && memcmp(report, reports[i].kind, strlen(reports[i].kind)) == 0)
            return reports[i].words;
    return "a memory error or a misuse of threads";
}

/* What the sanitizers say; NULL: nothing. */
static const char *sanitizer_words(const struct judge *judge)
{
    static const char *const sanitizers[] = {
        "ERROR: AddressSanitizer: ", "ERROR: ThreadSanitizer: ", "WARNING: ThreadSanitizer: "};
    for (size_t i = 0; i < sizeof sanitizers / sizeof *sanitizers; i++) {
        const char *words = report_words(judge, sanitizers[i]);
        if (words)
            return words;
    }
    if (memmem(judge->output, judge->output_bytes, "ERROR: LeakSanitizer", 20))
        return "a leak: memory that nothing points to any more was not freed";
    const char *undefined = memmem(judge->output, judge->output_bytes, "runtime error: ", 15);
    if (undefined) {
        undefined += 15;
        size_t left = judge->output_bytes - (size_t)(undefined - judge->output);
        const char *end = memchr(undefined, '\n', left);
        size_t length = end ? (size_t)(end - undefined) : left;
        return format_text("undefined behaviour: %.*s", (int)(length < 200 ? length : 200), undefined);
    }
    return memmem(judge->output, judge->output_bytes, "Sanitizer: hard rss limit", 25)
               ? "more memory was used than there is"
               : NULL;
}

void judge_say_how_it_ended(struct judge *judge, int code, int signal_number, char *text, size_t size)
{
    enum { SCENARIO_BROKEN = 70, ENGINE_FAILED = 71, TSAN_REPORT = 98, ASAN_REPORT = 99, NOT_STARTED = 126 };
    judge_drain(judge);
    bool reported = (code == TSAN_REPORT && strcmp(judge->variant, "tsan") == 0) ||
                    (code == ASAN_REPORT && strcmp(judge->variant, "asan") == 0);
    const char *report = reported ? sanitizer_words(judge) : NULL;
    if (code == NOT_STARTED && judge->records_seen == 0 && !sandbox_works(judge->sandbox->tier))
        judge_grader_error(judge, "the sandbox could not start the program, nor anything else");
    if (report)
        snprintf(text, size, "%s, during %s (the sanitizer's report is below)", report, judge->doing);
    else if (signal_number)
        snprintf(text, size, "a crash during %s: %s", judge->doing, signal_words(signal_number));
    else if (code == SCENARIO_BROKEN || code == ENGINE_FAILED)
        snprintf(
            text, size,
            "the program ended with exit status %d during %s, as the grader's part of it does that cannot go on: "
            "because something was overwritten, used up or ended around it. What was printed is below; if it "
            "names no reason in your code, then it is a fault of the grader's",
            code, judge->doing);
    else
        snprintf(text, size,
                 "the program ended by itself, with exit status %d, during %s: something called exit, _exit or "
                 "pthread_exit, closed the grader's descriptors, or ended the process otherwise",
                 code, judge->doing);
    judge->crashed = signal_number != 0;
}

_Noreturn void judge_say_held(struct judge *judge)
{
    judge->hung = true; /* it costs as much */
    judge_not_verified(judge,
                       RESULT_TOO_BUSY ": for %d of %d s the program, or its judge, was ready to go on "
                                       "and had no processor. Run it again when less else runs here",
                       (int)(judge->held_ms / 1000), (int)((now_ms() - judge->started_ms) / 1000));
}

bool judge_is_late(struct judge *judge, struct waiting *waiting, bool idle)
{
    enum lateness lateness = judge_lateness(judge, waiting, idle);
    if (lateness == RUN_OVER)
        judge_not_verified(judge, "%s", JUDGE_RUN_DEADLINE);
    if (lateness == HELD)
        judge_say_held(judge);
    return lateness != IN_TIME;
}

/* Wait for the process itself; false: it does not end. bwrap passes a signal on as 128 + number. */
bool judge_wait_exit(struct judge *judge, int *code, int *signal_number)
{
    struct waiting waiting = judge_waiting();
    int status;
    pid_t pid;
    while ((pid = waitpid(judge->pid, &status, WNOHANG)) == 0) {
        judge_check_flood(judge);
        usleep(300);
        if (judge_is_late(judge, &waiting, true)) {
            judge->hung = true;
            if (waiting.nobody)
                judge_not_verified(judge,
                                   "the program has ended, and the sandbox around it has not, after %d s",
                                   (int)(now_ms() - waiting.since) / 1000);
            break;
        }
    }
    if (pid != judge->pid)
        return false;
    judge->pid = 0;
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    *signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (judge->sandbox->tier == SANDBOX_BUBBLEWRAP && *code > 128 && *code < 128 + 65) {
        *signal_number = *code - 128;
        *code = 0;
    }
    return true;
}

_Noreturn void judge_subject_ended(struct judge *judge)
{
    int code, signal_number;
    char text[700];
    if (!judge_wait_exit(judge, &code, &signal_number))
        judge_fail(judge, "the program goes on",
                   "during %s something closed the grader's descriptors, and the program neither "
                   "went on nor ended",
                   judge->doing);
    if (judge->debugged)
        judge_fail(judge, "the test comes to its end", "gdb was left during %s", judge->doing);
    judge_say_how_it_ended(judge, code, signal_number, text, sizeof text);
    judge_fail(judge,
               strncmp(text, "a data race", 11) == 0
                   ? "two accesses to the same memory by two threads have an order"
                   : "the call returns and the program goes on",
               "%s", text);
}
