/**
 * @file subject.c
 * @brief The subject as the judge sees it: a process at the other end of three pipes.
 *
 * Whatever the subject does instead of answering (exit, crash, flood, hang, panic) is found here and ends
 * the test in words for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "judge_internal.h"

enum {
    ASLEEP_MS = 1000,    /* nothing of the subject ran for so long while an answer is due: it never will */
    PROCESSOR_MS = 2500, /* spent without the answer that is due: an endless loop */
    TICK_MS = 50,
    OUTPUT_BYTES_MAX = 1 << 18, /* of stdout and stderr together */
    RECORDS_MAX = 200000,
};

/* --- the subject's life --- */

/* End what is left of a subject that has come to its end, and forget it. */
static void forget_subject(struct judge *judge)
{
    kill_descendants(0);
    close(judge->command_fd);
    close(judge->record_fd);
    if (judge->output_fd >= 0)
        close(judge->output_fd);
    judge->pid = 0;
    judge->record_start = judge->record_end = 0;
    judge->records_seen = 0;
    judge->output_bytes = judge->output_total = 0;
    judge->event_count = judge->later_count = 0;
    judge->panic_expected = judge->panic_seen = judge->finished = false;
}

void judge_start(struct judge *judge, const char *scenario)
{
    if (judge->finished) {
        forget_subject(judge);
        judge_note(judge, "     (a fresh program)");
    }
    int commands[2], records[2], output[2];
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what the subject leaves behind becomes ours to end */
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(commands, O_CLOEXEC) || pipe2(records, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
        judge_grader_error(judge, "no pipes left");
    judge->scenario = scenario;
    judge->pid = fork();
    if (judge->pid == 0) {
        int null = judge->debugged ? dup(0) : open("/dev/null", O_RDONLY);
        if (judge->debugged) {
            dup2(1, output[1]); /* gdb talks to the terminal */
        }
        /* to high numbers first, so that none of 0 to 4 is overwritten before it is used */
        int high[5] = {fcntl(null, F_DUPFD, 100), fcntl(output[1], F_DUPFD, 100),
                       fcntl(output[1], F_DUPFD, 100), fcntl(commands[0], F_DUPFD, 100),
                       fcntl(records[1], F_DUPFD, 100)};
        for (int fd = 0; fd < 5; fd++)
            dup2(high[fd], fd);
        static const char *const environment[] = {
            "PATH=/usr/bin",
            "ASAN_OPTIONS=exitcode=99:detect_leaks=1:abort_on_error=0:hard_rss_limit_mb=1024:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99",
            "TSAN_OPTIONS=exitcode=98:halt_on_error=1:report_thread_leaks=1:atexit_sleep_ms=0",
            NULL,
        };
        bool reserves = strcmp(judge->variant, "asan") == 0 || strcmp(judge->variant, "tsan") == 0;
        const struct sandbox_rules rules = {.readable = judge->folder,
                                            .directory = judge->folder,
                                            .environment = environment,
                                            .keep_descriptors = 5,
                                            .processor_seconds =
                                                (int)(2 * (PROCESSOR_MS + judge->budget_ms) / 1000) + 1,
                                            .memory_bytes = reserves ? 0 : (int64_t)1 << 30,
                                            .file_bytes = 1 << 20,
                                            .stops_own_threads = strcmp(judge->variant, "asan") == 0};
        char *program = format_text("%s/subject", judge->folder);
        if (judge->debugged)
            judge_exec_debugger(judge, program, (const char *const[]){scenario, NULL});
        struct words argv = {0};
        words_add(&argv, program);
        words_add(&argv, scenario);
        if (judge->token) {
            words_add(&argv, "--replay");
            words_add(&argv, judge->token);
        }
        sandbox_exec(judge->sandbox, &rules, argv.items);
    }
    if (judge->pid < 0)
        judge_grader_error(judge, "no process left");
    close(commands[0]);
    close(records[1]);
    close(output[1]);
    judge->command_fd = commands[1];
    judge->record_fd = records[0];
    judge->output_fd = output[0];
    fcntl(judge->record_fd, F_SETFL, O_NONBLOCK);
    fcntl(judge->output_fd, F_SETFL, O_NONBLOCK);
    judge->doing = "the start of the program, before any call";
    judge->hung = true; /* a program that does not even start costs as much as one that hangs */
    struct channel_record hello = judge_wait_record(judge);
    judge->hung = false;
    if (hello.type != RECORD_HELLO)
        judge_fail(judge, "the scenario begins", "the subject wrote something else first");
}

/* Take in what the subject prints. */
void judge_drain(struct judge *judge)
{
    char bytes[4096];
    ssize_t count;
    while (judge->output_fd > 0 && (count = read(judge->output_fd, bytes, sizeof bytes)) > 0) {
        judge->output_total += (size_t)count;
        size_t room = sizeof judge->output - judge->output_bytes;
        size_t take = (size_t)count < room ? (size_t)count : room;
        memcpy(judge->output + judge->output_bytes, bytes, take);
        judge->output_bytes += take;
        if (judge->output_total > OUTPUT_BYTES_MAX)
            break;
    }
}

static void check_flood(struct judge *judge)
{
    judge_drain(judge);
    if (judge->output_total > OUTPUT_BYTES_MAX) {
        judge_fail(judge, "little or no output",
                   "a flood of output: more than %d bytes were printed during %s", OUTPUT_BYTES_MAX,
                   judge->doing);
    }
}

/* Read what is there; false at the end of the stream. */
bool judge_fill(struct judge *judge)
{
    if (judge->record_start > 0) {
        memmove(judge->records, judge->records + judge->record_start, judge->record_end - judge->record_start);
        judge->record_end -= judge->record_start;
        judge->record_start = 0;
    }
    ssize_t count =
        read(judge->record_fd, judge->records + judge->record_end, sizeof judge->records - judge->record_end);
    if (count > 0)
        judge->record_end += (size_t)count;
    return count > 0 || (count < 0 && errno == EAGAIN);
}

static bool parse(struct judge *judge, struct channel_record *record)
{
    size_t have = judge->record_end - judge->record_start;
    if (have < sizeof *record)
        return false;
    memcpy(record, judge->records + judge->record_start, sizeof *record);
    if (record->text_bytes > CHANNEL_TEXT_MAX)
        judge_fail(judge, "records that are well formed",
                   "a malformed record during %s: something else wrote to the "
                   "grader's descriptor %d",
                   judge->doing, CHANNEL_RECORD_FD);
    if (have < sizeof *record + record->text_bytes)
        return false;
    memcpy(judge->text, judge->records + judge->record_start + sizeof *record, record->text_bytes);
    judge->text[record->text_bytes] = '\0';
    judge->record_start += sizeof *record + record->text_bytes;
    if (++judge->records_seen > RECORDS_MAX)
        judge_fail(judge, "a bounded number of events", "a flood of events during %s", judge->doing);
    return true;
}

/* The clause or task, function, place and message of a panic record. */
void judge_split_panic(char *text, char *part[4])
{
    for (int i = 0; i < 4; i++)
        part[i] = text ? strsep(&text, "\n") : (char[]){""};
    for (int i = 0; i < 4; i++)
        if (!part[i])
            part[i] = (char[]){""};
}

static _Noreturn void told_panic(struct judge *judge, const struct channel_record *record)
{
    char *part[4];
    judge_split_panic(judge->text, part);
    const char *place = part[2];
    int code, signal_number;
    judge_wait_exit(judge, &code, &signal_number); /* what it prints comes after the record */
    judge_drain(judge);
    if (record->type == RECORD_TODO) {
        judge->unwritten = true;
        judge_fail(judge, "the task is written", "not written yet: task %s in %s (%s)", part[0], part[1],
                   place);
    }
    judge_fail(judge, "no panic", "a panic during %s: clause %s is broken: %s (raised in %s, %s)",
               judge->doing, part[0], part[3], part[1], place);
}

/* Look at the kernel's view of the subject. True: everything in it has been asleep for ASLEEP_MS. By processor
 * time and state: a sanitizer's own thread wakes up now and then, and does next to nothing. */
static bool sleeps_for_good(struct waiting *waiting, int64_t now, struct census census)
{
    if (census.awake > 0 || census.processes == 0 || census.processor_ms != waiting->last_processor_ms) {
        waiting->last_processor_ms = census.processor_ms;
        waiting->asleep_since = now;
    }
    return now - waiting->asleep_since > ASLEEP_MS;
}

static void check_progress(struct judge *judge, struct waiting *waiting)
{
    if (judge->debugged)
        return;
    int64_t now = now_ms();
    struct census census = census_below(getpid());
    bool hung = judge->hung;
    judge->hung = true; /* if one of these fails */
    if (sleeps_for_good(waiting, now, census))
        judge_fail(judge, judge->awaited ? judge->awaited : "the call returns",
                   "a deadlock: %s; every thread of the program sleeps, and nobody is left to wake one",
                   judge->awaited ? "nothing happens any more" : judge->doing);
    if (census.processor_ms - waiting->processor_ms > PROCESSOR_MS)
        judge_fail(judge, "the call returns",
                   "an endless loop: %s used more than %d ms of processor time and did not return",
                   judge->doing, PROCESSOR_MS);
    if (now - waiting->since > WALL_MS)
        judge_fail(judge, "an answer", "%s did not come to an end within %d s", judge->doing, WALL_MS / 1000);
    if (now - judge->started_ms > TEST_MS + BUDGET_PATIENCE * judge->budget_ms)
        judge_fail(judge, "the test comes to an end",
                   "it had taken %d s when it came to %s: the calls before it are too "
                   "slow",
                   TEST_MS / 1000, judge->doing);
    judge->hung = hung;
}

/* The next record, of any type but panic, which fails here. */
struct channel_record judge_wait_record(struct judge *judge)
{
    struct channel_record record;
    struct waiting waiting = {.since = now_ms(), .asleep_since = now_ms()};
    bool first_tick = true;
    while (!parse(judge, &record)) {
        struct pollfd fds[2] = {{judge->record_fd, POLLIN, 0}, {judge->output_fd, POLLIN, 0}};
        int ready = poll(fds, 2, TICK_MS);
        if (fds[1].revents & POLLIN)
            check_flood(judge);
        else if (fds[1].revents) {
            close(judge->output_fd);
            judge->output_fd = -1;
        }
        if (fds[0].revents && !judge_fill(judge))
            judge_subject_ended(judge);
        if (ready == 0) {
            if (first_tick)
                waiting.processor_ms = census_below(getpid()).processor_ms;
            first_tick = false;
            check_progress(judge, &waiting);
        }
    }
    if (record.type == RECORD_TODO || (record.type == RECORD_PANIC && !judge->panic_expected))
        told_panic(judge, &record);
    return record;
}

/* --- how it ended, in words --- */

static const char *signal_words(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV: an access to memory that is not there (a NULL, dangling or wild pointer, or a recursion without end)";
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

/* Wait for the process itself; false: it does not end. bwrap passes a signal on as 128 + number. */
bool judge_wait_exit(struct judge *judge, int *code, int *signal_number)
{
    struct waiting waiting = {.since = now_ms(), .asleep_since = now_ms()};
    int64_t look = waiting.since + TICK_MS;
    int status;
    pid_t pid;
    while ((pid = waitpid(judge->pid, &status, WNOHANG)) == 0) {
        check_flood(judge);
        usleep(300);
        int64_t now = now_ms();
        if (judge->debugged || now < look)
            continue;
        look = now + TICK_MS;
        if (sleeps_for_good(&waiting, now, census_below(getpid())) || now - waiting.since > WALL_MS) {
            judge->hung = true;
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

void judge_say_how_it_ended(struct judge *judge, int code, int signal_number, char *text, size_t size)
{
    judge_drain(judge);
    bool address = memmem(judge->output, judge->output_bytes, "AddressSanitizer", 16) ||
                   memmem(judge->output, judge->output_bytes, "runtime error:", 14);
    bool leak = memmem(judge->output, judge->output_bytes, "LeakSanitizer", 13) != NULL;
    bool race = memmem(judge->output, judge->output_bytes, "ThreadSanitizer", 15) != NULL;
    if (code == 70 && memmem(judge->output, judge->output_bytes, "scenario broken", 15))
        judge_grader_error(judge, "the scenario broke off for a reason of its own; see the output");
    if (code == 71 && memmem(judge->output, judge->output_bytes, "interleave: ", 12))
        judge_grader_error(judge, "the engine that explores interleavings failed; see the output");
    if (code == 126 && judge->records_seen == 0)
        judge_grader_error(judge, "the sandbox could not start the program");
    if (code == 99 && leak)
        snprintf(text, size, "memory was leaked (LeakSanitizer's report is below)");
    else if (code == 99 && address)
        snprintf(text, size,
                 "a memory error or undefined behaviour during %s (the sanitizer's report is below)",
                 judge->doing);
    else if (code == 98 && race)
        snprintf(text, size, "a data race during %s (ThreadSanitizer's report is below)", judge->doing);
    else if (signal_number)
        snprintf(text, size, "a crash during %s: %s", judge->doing, signal_words(signal_number));
    else
        snprintf(text, size,
                 "the program ended by itself, with exit status %d, during %s: something called exit, _exit or "
                 "pthread_exit, closed the grader's descriptors, or ended the process otherwise",
                 code, judge->doing);
    judge->crashed = signal_number != 0;
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
    judge_fail(judge, "the call returns and the program goes on", "%s", text);
}
