/**
 * @file judge.c
 * @brief The judge's side of the channel: start the subject, speak with it, see how it ends.
 *
 * Runs in Check's forked child. Whatever the subject does (exit, crash, flood, hang, fork) ends in
 * judge_fail() with words for it, or in a pass that was earned: every reply came, the scenario ended in
 * order, its count of records is right, no bytes are live, nothing else runs, the exit status is 0.
 */
#include "judge.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge_internal.h"

/* Deadlines nest: these are well inside Check's own. */
enum {
    ASLEEP_MS = 1000,      /* nothing of the subject ran for so long while an answer is due: it never will */
    PROCESSOR_MS = 2500,   /* spent without the answer that is due: an endless loop */
    WALL_MS = 20000,       /* whatever the reason */
    TICK_MS = 50,
    DYING_MS = 2000,       /* from a panic's record to the end of the process */
    OUTPUT_BYTES_MAX = 1 << 18, /* of stdout and stderr together */
    RECORDS_MAX = 200000,
};

static _Noreturn void subject_ended(struct judge *judge);
static bool wait_exit(struct judge *judge, int64_t patience_ms, int *code, int *signal_number);

/* --- the trace --- */

static void note_line(struct judge *judge, char *line)
{
    int at = judge->trace_count++ % TRACE_LINES;
    free(judge->trace[at]);
    judge->trace[at] = line;
}

void judge_note(struct judge *judge, const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    note_line(judge, format_text("%s", text));
}

void judge_returned(struct judge *judge, const char *format, ...)
{
    if (judge->reply_line < 0)
        return;
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char **line = &judge->trace[judge->reply_line];
    char *longer = format_text("%s -> %s", *line, text);
    free(*line);
    *line = longer;
}

/* --- evidence --- */

static json_t *trace_json(const struct judge *judge)
{
    json_t *lines = json_array();
    int first = judge->trace_count > TRACE_LINES ? judge->trace_count - TRACE_LINES : 0;
    if (first > 0)
        json_array_append_new(lines, json_sprintf("... %d earlier lines", first));
    for (int i = first; i < judge->trace_count; i++)
        json_array_append_new(lines, json_string(judge->trace[i % TRACE_LINES]));
    return lines;
}

/* The stage's paths become those that the person knows. The caller frees. */
static char *shown_paths(const struct judge *judge, const char *text)
{
    char *staged = format_text("submission/%s/", judge->suite->lab), *folder = format_text("%s/", judge->graded_folder);
    char *graded = replace_all(text, staged, folder);
    free(staged);
    free(folder);
    folder = format_text("%s/", judge->from);
    char *shown = replace_all(graded, "submission/", folder);
    free(graded);
    free(folder);
    return shown;
}

/* What the subject printed, for the report; sanitizers' banners say little, their first lines much. */
static json_t *output_json(const struct judge *judge)
{
    char *text = harmless_text(judge->output, judge->output_bytes, 6000);
    char *shown = shown_paths(judge, text);
    json_t *json = json_string(shown);
    free(text);
    free(shown);
    return json ? json : json_string("(not printable)");
}

/* Under gdb the person decides when it ends: say what the judge saw, and wait for gdb. */
static _Noreturn void finish_debugging(struct judge *judge, enum test_status status, const json_t *evidence)
{
    const char *observed = json_string_value(json_object_get(evidence, "observed"));
    const char *expected = json_string_value(json_object_get(evidence, "expected"));
    if (status == TEST_PASS)
        fprintf(stderr, "\n[judge] the test passes\n");
    else
        fprintf(stderr, "\n[judge] expected: %s\n[judge] observed: %s\n", expected ? expected : "", observed ? observed : "");
    if (judge->pid > 0)
        waitpid(judge->pid, NULL, 0);
    exit(status == TEST_PASS ? 0 : 1);
}

static void finish_test(struct judge *judge, enum test_status status, json_t *evidence)
{
    if (judge->debugged)
        finish_debugging(judge, status, evidence);
    struct rusage usage;
    if (judge->pid > 0) {
        kill(-judge->pid, SIGKILL);
        kill(judge->pid, SIGKILL);
    }
    kill_descendants(0);
    getrusage(RUSAGE_CHILDREN, &usage);
    json_t *record = json_pack("{s:s, s:o?, s:I, s:I}", "status", test_status_name(status), "evidence", evidence,
                               "cpu_ms",
                               (json_int_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                                   (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000,
                               "wall_ms", (json_int_t)(now_ms() - judge->started_ms));
    char *text = record ? json_dumps(record, JSON_COMPACT) : NULL;
    if (!text)
        text = copy_text("{\"status\":\"grader_error\"}");
    size_t length = strlen(text);
    text[length] = '\n';
    /* a file that only judges hold: Check's own messages are cut at 4,090 bytes */
    if (write(judge->evidence_fd, text, length + 1) != (ssize_t)length + 1)
        _exit(3);
}

static _Noreturn void fail_with(struct judge *judge, enum test_status status, const char *expected,
                                const char *observed)
{
    char *harmless = harmless_text(observed, strlen(observed), 2000);
    char *shown = shown_paths(judge, harmless);
    judge_drain(judge);
    json_t *evidence = json_pack("{s:s?, s:s, s:o, s:o, s:b, s:b, s:b}", "expected", expected, "observed", shown,
                                 "trace", trace_json(judge), "output", output_json(judge), "crashed", judge->crashed,
                                 "hung", judge->hung, "unwritten", judge->unwritten);
    finish_test(judge, status, evidence);
    ck_abort_msg("failed");
    abort();
}

void judge_fail(struct judge *judge, const char *expected, const char *observed, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, observed);
    vsnprintf(text, sizeof text, observed, arguments);
    va_end(arguments);
    fail_with(judge, TEST_FAIL, expected, text);
}

static _Noreturn void grader_error(struct judge *judge, const char *what)
{
    fail_with(judge, TEST_GRADER_ERROR, NULL, what);
}

/* --- the subject's life --- */

/* Become gdb on the subject, with the judge at the other end of descriptors 3 and 4. Sources are where the
 * person has them; the two breakpoints are where contracts break. */
static _Noreturn void exec_debugger(const struct judge *judge, const char *program)
{
    char *map = format_text("set substitute-path submission/%s %s", judge->suite->lab, judge->graded_folder);
    struct words words = {0};
    words_split(&words, "gdb -q -nx");
    const char *const commands[] = {"set confirm off", "set breakpoint pending on", "set substitute-path include runtime/include",
                                    map, "break wf_panic_at", "break wf_lab_todo", NULL};
    for (const char *const *command = commands; *command; command++) {
        words_add(&words, "-ex");
        words_add(&words, *command);
    }
    const char *more = getenv("GDB_ARGS"); /* e.g. -batch -ex run -ex bt, for scripts */
    for (char *copy = copy_text(more ? more : ""), *word; (word = strsep(&copy, ";"));)
        if (*word) {
            words_add(&words, *word == '-' ? word : "-ex");
            if (*word != '-')
                words_add(&words, word);
        }
    words_add(&words, "--args");
    words_add(&words, program);
    words_add(&words, judge->scenario);
    signal(SIGINT, SIG_DFL);
    execvp("gdb", words.items);
    fprintf(stderr, "gdb is not installed: make deps\n");
    _exit(126);
}

void judge_start(struct judge *judge, const char *scenario)
{
    int commands[2], records[2], output[2];
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what the subject leaves behind becomes ours to end */
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(commands, O_CLOEXEC) || pipe2(records, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
        grader_error(judge, "no pipes left");
    judge->scenario = scenario;
    judge->pid = fork();
    if (judge->pid == 0) {
        int null = judge->debugged ? dup(0) : open("/dev/null", O_RDONLY);
        if (judge->debugged) {
            dup2(1, output[1]); /* gdb talks to the terminal */
        }
        /* to high numbers first, so that none of 0 to 4 is overwritten before it is used */
        int high[5] = {fcntl(null, F_DUPFD, 100), fcntl(output[1], F_DUPFD, 100), fcntl(output[1], F_DUPFD, 100),
                       fcntl(commands[0], F_DUPFD, 100), fcntl(records[1], F_DUPFD, 100)};
        for (int fd = 0; fd < 5; fd++)
            dup2(high[fd], fd);
        static const char *const environment[] = {
            "PATH=/usr/bin",
            "ASAN_OPTIONS=exitcode=99:detect_leaks=1:abort_on_error=0:hard_rss_limit_mb=1024:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99",
            "TSAN_OPTIONS=exitcode=98:halt_on_error=1:report_thread_leaks=1",
            NULL,
        };
        bool sanitized = strcmp(judge->variant, "plain") != 0;
        const struct sandbox_rules rules = {
            .readable = judge->folder, .directory = judge->folder, .environment = environment,
            .keep_descriptors = 5, .processor_seconds = 2 * PROCESSOR_MS / 1000 + 1,
            .memory_bytes = sanitized ? 0 : (int64_t)1 << 30, .file_bytes = 1 << 20};
        char *program = format_text("%s/subject", judge->folder);
        if (judge->debugged)
            exec_debugger(judge, program);
        sandbox_exec(judge->sandbox, &rules, (char *const[]){program, (char *)(uintptr_t)scenario, NULL});
    }
    if (judge->pid < 0)
        grader_error(judge, "no process left");
    close(commands[0]);
    close(records[1]);
    close(output[1]);
    judge->command_fd = commands[1];
    judge->record_fd = records[0];
    judge->output_fd = output[0];
    fcntl(judge->record_fd, F_SETFL, O_NONBLOCK);
    fcntl(judge->output_fd, F_SETFL, O_NONBLOCK);
    judge->doing = "the start of the program, before any call";
    struct channel_record hello = judge_wait_record(judge);
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
    if (judge->output_total > OUTPUT_BYTES_MAX && !judge->flooded) {
        judge->flooded = true;
        judge_fail(judge, "little or no output", "a flood of output: more than %d bytes were printed during %s",
                   OUTPUT_BYTES_MAX, judge->doing);
    }
}

/* Read what is there; false at the end of the stream. */
static bool fill(struct judge *judge)
{
    if (judge->record_start > 0) {
        memmove(judge->records, judge->records + judge->record_start, judge->record_end - judge->record_start);
        judge->record_end -= judge->record_start;
        judge->record_start = 0;
    }
    ssize_t count = read(judge->record_fd, judge->records + judge->record_end, sizeof judge->records - judge->record_end);
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
        judge_fail(judge, "records that are well formed", "a malformed record during %s: something else wrote to the "
                   "grader's descriptor %d", judge->doing, CHANNEL_RECORD_FD);
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
static void split_panic(char *text, char *part[4])
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
    split_panic(judge->text, part);
    const char *place = part[2];
    int code, signal_number;
    wait_exit(judge, DYING_MS, &code, &signal_number); /* what it prints comes after the record */
    judge_drain(judge);
    if (record->type == RECORD_TODO) {
        judge->unwritten = true;
        judge_fail(judge, "the task is written", "not written yet: task %s in %s (%s)", part[0], part[1], place);
    }
    judge_fail(judge, "no panic", "a panic during %s: clause %s is broken: %s (raised in %s, %s)", judge->doing,
               part[0], part[3], part[1], place);
}

static void check_progress(struct judge *judge, struct waiting *waiting)
{
    if (judge->debugged)
        return;
    int64_t now = now_ms();
    struct census census = census_below(getpid());
    if (census.switches != waiting->switches || census.awake > 0 || census.processes == 0) {
        waiting->switches = census.switches;
        waiting->asleep_since = now;
    }
    judge->hung = true; /* if one of these fails */
    if (census.processor_ms - waiting->processor_ms > PROCESSOR_MS)
        judge_fail(judge, "the call returns", "an endless loop: %s used more than %d ms of processor time and did not return",
                   judge->doing, PROCESSOR_MS);
    if (now - waiting->asleep_since > ASLEEP_MS)
        judge_fail(judge, judge->awaited ? judge->awaited : "the call returns",
                   "a deadlock: %s, and no thread of the program can run any more: all of them sleep",
                   judge->awaited ? "it does not happen" : judge->doing);
    if (now - waiting->since > WALL_MS)
        judge_fail(judge, "an answer", "%s did not come to an end within %d s", judge->doing, WALL_MS / 1000);
    judge->hung = false;
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
        if (fds[0].revents && !fill(judge))
            subject_ended(judge);
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
        return "SIGSEGV: an access to memory that is not there (a NULL, dangling or wild pointer)";
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
static bool wait_exit(struct judge *judge, int64_t patience_ms, int *code, int *signal_number)
{
    int64_t deadline = now_ms() + patience_ms;
    int status;
    pid_t pid;
    while ((pid = waitpid(judge->pid, &status, WNOHANG)) == 0 && (now_ms() < deadline || judge->debugged)) {
        check_flood(judge);
        usleep(300);
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

static void say_how_it_ended(struct judge *judge, int code, int signal_number, char *text, size_t size)
{
    judge_drain(judge);
    bool address = memmem(judge->output, judge->output_bytes, "AddressSanitizer", 16) ||
                   memmem(judge->output, judge->output_bytes, "runtime error:", 14);
    bool leak = memmem(judge->output, judge->output_bytes, "LeakSanitizer", 13) != NULL;
    bool race = memmem(judge->output, judge->output_bytes, "ThreadSanitizer", 15) != NULL;
    if (code == 70 && memmem(judge->output, judge->output_bytes, "scenario broken", 15))
        grader_error(judge, "the scenario broke off for a reason of its own; see the output");
    if (code == 126 && judge->records_seen == 0)
        grader_error(judge, "the sandbox could not start the program");
    if (code == 99 && leak)
        snprintf(text, size, "memory was leaked (LeakSanitizer's report is below)");
    else if (code == 99 && address)
        snprintf(text, size, "a memory error or undefined behaviour during %s (the sanitizer's report is below)",
                 judge->doing);
    else if (code == 98 && race)
        snprintf(text, size, "a data race during %s (ThreadSanitizer's report is below)", judge->doing);
    else if (signal_number)
        snprintf(text, size, "a crash during %s: %s", judge->doing, signal_words(signal_number));
    else
        snprintf(text, size, "the program ended by itself, with exit status %d, during %s: the submission called exit, "
                             "_exit or pthread_exit, or ended the process otherwise", code, judge->doing);
    judge->crashed = signal_number != 0;
}

static void subject_ended(struct judge *judge)
{
    int code, signal_number;
    char text[700];
    if (!wait_exit(judge, WALL_MS, &code, &signal_number))
        judge_fail(judge, "the program goes on", "the program closed the grader's descriptors during %s", judge->doing);
    if (judge->debugged)
        judge_fail(judge, "the test comes to its end", "gdb was left during %s", judge->doing);
    say_how_it_ended(judge, code, signal_number, text, sizeof text);
    judge_fail(judge, "the call returns and the program goes on", "%s", text);
}

/* --- steps --- */

static void send_command(struct judge *judge, uint32_t operation, const int64_t *arguments, uint32_t count)
{
    struct channel_command command = {.operation = operation, .count = count};
    for (uint32_t i = 0; i < count; i++)
        command.arguments[i] = arguments[i];
    const char *bytes = (const char *)&command;
    for (size_t sent = 0; sent < sizeof command;) {
        ssize_t wrote = write(judge->command_fd, bytes + sent, sizeof command - sent);
        if (wrote < 0)
            subject_ended(judge);
        sent += (size_t)wrote;
    }
}

static void note_event(struct judge *judge, const struct channel_record *record)
{
    char text[200] = "";
    judge->suite->describe_event(judge, record, text, sizeof text);
    judge_note(judge, "         %s", text);
}

struct judge_reply judge_step(struct judge *judge, uint32_t operation, const int64_t *arguments, uint32_t count,
                              const char *what, ...)
{
    va_list list;
    va_start(list, what);
    vsnprintf(judge->doing_text, sizeof judge->doing_text, what, list);
    va_end(list);
    judge->doing = judge->doing_text;
    int line = judge->trace_count;
    judge_note(judge, "%3d  %s", ++judge->steps, judge->doing);
    judge->event_count = 0;
    send_command(judge, operation, arguments, count);
    for (;;) {
        struct channel_record record = judge_wait_record(judge);
        if (record.type == RECORD_REPLY) {
            /* the reply belongs to the line of the call, which may have left the trace */
            judge->reply_line = judge->trace_count - line <= TRACE_LINES ? line % TRACE_LINES : -1;
            return (struct judge_reply){record.a, record.b};
        }
        if (record.type == RECORD_PANIC) { /* that was expected: of another thread, before the reply */
            judge->panic_seen = true;
            return (struct judge_reply){0};
        }
        if (record.type != RECORD_EVENT)
            judge_fail(judge, "events and a reply", "a record of type %u during %s: something else wrote to the "
                       "grader's descriptor", record.type, judge->doing);
        note_event(judge, &record);
        if (record.thread != 0) {
            if (judge->later_count < EVENTS_MAX)
                judge->later[judge->later_count++] = record;
        } else if (judge->event_count < EVENTS_MAX) {
            judge->events[judge->event_count++] = record;
        }
    }
}

const struct channel_record *judge_events(const struct judge *judge, int *count)
{
    *count = judge->event_count;
    return judge->events;
}

bool judge_take_event(struct judge *judge, struct channel_record *event)
{
    if (judge->later_count == 0)
        return false;
    *event = judge->later[0];
    memmove(judge->later, judge->later + 1, (size_t)--judge->later_count * sizeof *judge->later);
    return true;
}

struct channel_record judge_next_event(struct judge *judge, const char *awaited)
{
    struct channel_record record;
    if (judge_take_event(judge, &record))
        return record;
    judge->awaited = awaited;
    judge->doing = "the wait for a thread of the program";
    record = judge_wait_record(judge);
    judge->awaited = NULL;
    if (record.type != RECORD_EVENT)
        judge_fail(judge, awaited, "a record of type %u that nobody asked for", record.type);
    note_event(judge, &record);
    return record;
}

/* How a thread of the subject is watched while it should sleep. */
enum {
    STILL_MS = 60,      /* asleep and not run once for so long: neither spinning nor polling with short sleeps */
    PATIENCE_MS = 5000, /* a thread that waits for a processor is not asleep: load delays this, and never fails it */
};

struct watch {
    int64_t since;
    uint64_t switches;
    bool gone, ever_asleep;
};

/* True once the thread has been asleep for STILL_MS. */
static bool watch_thread(struct watch *watch, int64_t thread)
{
    struct thread_facts facts = thread_below(getpid(), thread);
    int64_t now = now_ms();
    watch->gone = !facts.found;
    watch->ever_asleep |= facts.asleep;
    if (watch->since && facts.asleep && facts.switches == watch->switches)
        return now - watch->since >= STILL_MS;
    watch->switches = facts.switches;
    watch->since = now;
    return false;
}

bool judge_event_or_sleep(struct judge *judge, int64_t thread, struct channel_record *event)
{
    struct watch watch = {0};
    *event = (struct channel_record){0};
    while (!judge_take_event(judge, event)) {
        struct pollfd readable = {judge->record_fd, POLLIN, 0};
        if (judge->record_end > judge->record_start || poll(&readable, 1, 5) > 0) {
            struct channel_record record = judge_wait_record(judge);
            note_event(judge, &record);
            if (judge->later_count < EVENTS_MAX)
                judge->later[judge->later_count++] = record;
        } else if (watch_thread(&watch, thread) || watch.gone) {
            return false;
        }
    }
    return true;
}

void judge_expect_asleep(struct judge *judge, int64_t thread, const char *who)
{
    struct watch watch = {0};
    for (int64_t start = now_ms(); !watch_thread(&watch, thread); usleep(5000)) {
        if (watch.gone) {
            judge_next_event(judge, "the thread sleeps"); /* a panic or a crash fails here, with its own words */
            judge_fail(judge, "the thread sleeps", "%s does not sleep: the call returned", who);
        }
        if (now_ms() - start > PATIENCE_MS)
            judge_fail(judge, "the thread sleeps while there is nothing to do",
                       watch.ever_asleep ? "%s keeps waking up: it polls with short sleeps instead of waiting to be woken"
                                         : "%s does not sleep: it uses the processor while it waits", who);
    }
    judge_note(judge, "         %s sleeps", who);
}

void judge_allow_panic(struct judge *judge)
{
    judge->panic_expected = true;
}

void judge_expect_panic(struct judge *judge, const char *clause)
{
    struct channel_record record = {.type = RECORD_PANIC};
    judge->panic_expected = true;
    while (!judge->panic_seen && (record = judge_wait_record(judge)).type == RECORD_EVENT)
        note_event(judge, &record);
    judge->panic_expected = false;
    char *part[4];
    split_panic(judge->text, part);
    if (record.type != RECORD_PANIC || strcmp(part[0], clause) != 0) {
        char *expected = format_text("a panic that names clause %s", clause);
        judge_fail(judge, expected, record.type == RECORD_PANIC ? "a panic for clause %s" : "no panic%s",
                   record.type == RECORD_PANIC ? part[0] : "");
    }
    judge_note(judge, "         panic: clause %s: %s", part[0], part[3]);
    int code, signal_number;
    if (!wait_exit(judge, WALL_MS, &code, &signal_number) || (signal_number != SIGABRT && code != 99))
        judge_fail(judge, "the process aborts", "it went on after the panic");
    judge->finished = true;
    finish_test(judge, TEST_PASS, NULL);
}

/* Nothing but the subject's main thread may be left. A thread that was joined can still be on its way out. */
static void check_alone(struct judge *judge)
{
    bool sanitized = strcmp(judge->variant, "plain") != 0; /* sanitizers have threads of their own */
    struct census census;
    int processes;
    int64_t deadline = now_ms() + DYING_MS;
    for (;;) {
        census = census_below(getpid());
        processes = census.processes + census.wrappers - sandbox_wrappers(judge->sandbox);
        if (processes <= 1 && (sanitized || census.threads <= 1))
            return;
        if (now_ms() > deadline)
            break;
        usleep(2000);
    }
    if (processes > 1)
        judge_fail(judge, "nothing is left running", "%d other process%s still running when the scenario was over",
                   processes - 1, processes == 2 ? " was" : "es were");
    judge_fail(judge, "nothing is left running", "%d thread%s still running when the scenario was over",
               census.threads - 1, census.threads == 2 ? " was" : "s were");
}

void judge_finish(struct judge *judge)
{
    judge->doing = "the end of the scenario, which releases everything";
    judge_note(judge, "%3d  (the end of the scenario)", ++judge->steps);
    send_command(judge, CHANNEL_END, NULL, 0);
    struct channel_record record;
    while ((record = judge_wait_record(judge)).type == RECORD_EVENT)
        note_event(judge, &record);
    if (record.type != RECORD_END)
        judge_fail(judge, "an orderly end", "a record of type %u instead of the end", record.type);
    if (record.a != judge->records_seen - 1)
        judge_fail(judge, "a stream of records that the scenario alone wrote",
                   "%lld records were seen, the scenario wrote %lld", (long long)judge->records_seen - 1,
                   (long long)record.a);
    if (record.b != 0)
        judge_fail(judge, "0 live bytes at the end", "%lld bytes of wf_alloc() are still live: something was not given "
                   "back", (long long)record.b);
    check_alone(judge);
    send_command(judge, CHANNEL_EXIT, NULL, 0);
    int code = 0, signal_number = 0;
    judge->doing = "the exit of the program";
    if (!wait_exit(judge, WALL_MS, &code, &signal_number))
        judge_fail(judge, "the program exits", "it does not exit");
    if (code || signal_number) {
        char text[700];
        say_how_it_ended(judge, code, signal_number, text, sizeof text);
        judge_fail(judge, "exit status 0", "%s", text);
    }
    if (fill(judge) && judge->record_end > judge->record_start)
        judge_fail(judge, "no record after the end", "something wrote to the grader's descriptor at exit");
    judge->finished = true;
    finish_test(judge, TEST_PASS, NULL);
}

/* --- randomness: splitmix64, so that a seed means the same everywhere --- */

int judge_random(struct judge *judge, int limit)
{
    uint64_t z = (judge->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (int)(z % (uint64_t)limit);
}

void *judge_state(struct judge *judge)
{
    return judge->state;
}

bool judge_scenario_is(const struct judge *judge, const char *scenario)
{
    return judge->scenario && strcmp(judge->scenario, scenario) == 0;
}
