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
    PROCESSOR_MS = 1500, /* spent without the answer that is due: an endless loop */
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
    judge->census_ms = 0;
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
                                                (int)((TEST_PROCESSOR_MS + judge->budget_ms) / 1000) + 1,
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

/* --- waiting for it --- */

struct waiting judge_waiting(void)
{
    int64_t now = now_ms();
    return (struct waiting){.since = now, .asleep_since = now};
}

/* What was spent since the last look, added up: who ends takes its time along, unless its parent waits for it. */
static bool count_processor_time(struct judge *judge, const struct census *census)
{
    bool more = census->processor_ms > judge->census_ms, changed = census->processor_ms != judge->census_ms;
    if (more)
        judge->processor_ms += census->processor_ms - judge->census_ms;
    judge->census_ms = census->processor_ms;
    return changed;
}

/* By processor time and state: a sanitizer's own thread wakes up now and then, and does next to nothing. All that runs below
 * the judge counts. */
enum lateness judge_lateness(struct judge *judge, struct waiting *waiting, bool idle)
{
    int64_t now = now_ms();
    if (!idle)
        waiting->asleep_since = now;
    /* In gdb there are no deadlines, and a program that is stopped in it is not asleep. But what shall panic and has gone
     * to sleep instead has given its answer. */
    bool is_answer = judge->debugged && judge->instead;
    if ((judge->debugged && !is_answer) || now - judge->last_look_ms < TICK_MS)
        return IN_TIME;
    judge->last_look_ms = now;
    struct census census = census_below(getpid(), judge->sandbox);
    bool ran = count_processor_time(judge, &census);
    if (!waiting->looked)
        waiting->processor_ms = judge->processor_ms;
    waiting->looked = true;
    if (ran || census.awake > 0 || census.processes == 0)
        waiting->asleep_since = now;
    if (is_answer)
        return census.processes > 1 && now - waiting->asleep_since > ASLEEP_MS ? ASLEEP : IN_TIME;
    if (now > judge->run_deadline_ms)
        judge_not_verified(judge, "%s", JUDGE_RUN_DEADLINE);
    return now - waiting->asleep_since > ASLEEP_MS                      ? ASLEEP
           : judge->processor_ms - waiting->processor_ms > PROCESSOR_MS ? SPINNING
           : now - waiting->since > WALL_MS                             ? TOO_LONG
           : now - judge->started_ms > TEST_MS + BUDGET_PATIENCE * judge->budget_ms ||
                   judge->processor_ms > TEST_PROCESSOR_MS + judge->budget_ms
               ? TEST_OVER
               : IN_TIME;
}

void judge_look(struct judge *judge, struct waiting *waiting, bool idle)
{
    enum lateness lateness = judge_lateness(judge, waiting, idle);
    if (lateness == IN_TIME)
        return;
    judge->hung = true;
    if (lateness == ASLEEP && judge->instead)
        judge_fail(judge, judge->awaited,
                   "no panic: every thread of the program sleeps, and the last that it did is: %s",
                   *judge->instead ? judge->instead : "nothing");
    if (lateness == ASLEEP)
        judge_fail(judge, judge->awaited ? judge->awaited : "the call returns",
                   "a deadlock: %s; every thread of the program sleeps, and nobody is left to wake one",
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
            check_flood(judge);
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

/* Wait for the process itself; false: it does not end. bwrap passes a signal on as 128 + number. */
bool judge_wait_exit(struct judge *judge, int *code, int *signal_number)
{
    struct waiting waiting = judge_waiting();
    int status;
    pid_t pid;
    while ((pid = waitpid(judge->pid, &status, WNOHANG)) == 0) {
        check_flood(judge);
        usleep(300);
        if (judge_lateness(judge, &waiting, true) != IN_TIME) {
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
