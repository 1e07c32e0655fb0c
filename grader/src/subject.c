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

/* The judge ends what spends too much, by what it sees. The kernel's limit is for a judge that sees nothing any more; it
 * counts all time, and the sandbox's own processes too, and so it leaves room. */
enum { RECORDS_MAX = 200000, LAST_RESORT_S = 60 };

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
    judge->census_ms = 0;
    judge->census_fell = false;
    judge->delayed_ms = 0;
    judge->event_count = judge->later_count = 0;
    judge->panic_expected = judge->panic_seen = judge->finished = false;
}

void judge_start(struct judge *judge, const char *scenario)
{
    if (judge->finished) {
        forget_subject(judge);
        judge_forget_trace(judge);
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
        const struct sandbox_rules rules = {
            .readable = judge->folder,
            .directory = judge->folder,
            .environment = environment,
            .keep_descriptors = 5,
            .processor_seconds = (int)((TEST_PROCESSOR_MS + judge->budget_ms) / 1000) + LAST_RESORT_S,
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
    const char *slash = strrchr(part[2], '/');
    const char *place = slash ? slash + 1 : part[2]; /* as in an account and in gdb */
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

/* --- waiting for it --- */

/* Until one thread has printed where it sleeps: nothing more has come for a while. */
static void take_place(void *arg)
{
    enum { QUIET_MS = 100, PLACE_MS = 1000 };
    struct judge *judge = arg;
    size_t before = judge->output_total, seen = before;
    int64_t began = now_ms(), last = began;
    while (now_ms() - began < PLACE_MS && (seen == before || now_ms() - last < QUIET_MS)) {
        usleep(5000);
        judge_drain(judge);
        if (judge->output_total != seen)
            last = now_ms();
        seen = judge->output_total;
    }
}

void judge_look(struct judge *judge, struct waiting *waiting, bool idle)
{
    enum lateness lateness = judge_lateness(judge, waiting, idle);
    if (lateness == IN_TIME)
        return;
    if (lateness == RUN_OVER)
        judge_not_verified(judge, "%s", JUDGE_RUN_DEADLINE);
    judge->hung = true;
    if (lateness == HELD)
        judge_say_held(judge);
    if (lateness == ASLEEP && !judge->instead && !judge->debugged && strcmp(judge->variant, "plain") == 0)
        signal_threads_below(getpid(), judge->sandbox, CHANNEL_WHERE_SIGNAL, take_place, judge);
    if (lateness == ASLEEP && judge->instead)
        judge_fail(judge, judge->awaited,
                   "no panic: nothing happens any more, and the last that happened is: %s",
                   *judge->instead ? judge->instead : "nothing");
    if (lateness == ASLEEP)
        judge_fail(judge, judge->awaited ? judge->awaited : "the call returns",
                   "a deadlock: %s; every thread of the program sleeps, and nobody is left to wake one "
                   "(below is where)",
                   judge->awaited ? "nothing happens any more" : judge->doing);
    if (lateness == SPINNING)
        judge_fail(judge, "the call returns",
                   "an endless loop: %s used more than %d ms of processor time and did not return",
                   judge->doing, PROCESSOR_MS);
    if (lateness == TOO_LONG)
        judge_fail(judge, "an answer", "%s did not come to an end within %d s", judge->doing, WALL_MS / 1000);
    judge_fail(
        judge, "the test comes to an end",
        "it had taken %d s, and %d ms of processor time, when it came to %s: the calls before it are too slow",
        (int)(now_ms() - judge->started_ms) / 1000, (int)judge->processor_ms, judge->doing);
}

/* The next record, of any type but a panic that nobody expects, which fails here. */
struct channel_record judge_wait_within(struct judge *judge, struct waiting *waiting)
{
    struct channel_record record;
    judge_look(judge, waiting, false); /* at whatever answers at once, again and again, too */
    while (!parse(judge, &record)) {
        struct pollfd fds[2] = {{judge->record_fd, POLLIN, 0}, {judge->output_fd, POLLIN, 0}};
        int ready = poll(fds, 2, TICK_MS);
        if (fds[1].revents & POLLIN)
            judge_check_flood(judge);
        else if (fds[1].revents) {
            close(judge->output_fd);
            judge->output_fd = -1;
        }
        if (fds[0].revents && !judge_fill(judge))
            judge_subject_ended(judge);
        judge_look(judge, waiting, ready == 0);
    }
    if (record.type == RECORD_TODO || (record.type == RECORD_PANIC && !judge->panic_expected))
        told_panic(judge, &record);
    return record;
}

struct channel_record judge_wait_record(struct judge *judge)
{
    struct waiting waiting = judge_waiting();
    return judge_wait_within(judge, &waiting);
}
