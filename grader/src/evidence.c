/**
 * @file evidence.c
 * @brief What a test leaves behind: the trace, and a failure in words, in a file that only judges hold.
 */
#include <check.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "foreign.h"
#include "judge_internal.h"
#include "sandbox.h"
#include "weft/error.h"

enum { OUTPUT_BYTES_MAX = 1 << 18 /* of stdout and stderr together */ };

/* --- the trace --- */

int judge_trace_slot(const struct judge *judge, int line)
{
    int at = line - judge->trace_first;
    if (at < TRACE_FIRST)
        return at;
    return judge->trace_count - line <= TRACE_LAST ? TRACE_FIRST + line % TRACE_LAST : -1;
}

static void keep_line(struct judge *judge, char *line)
{
    int at = judge_trace_slot(judge, judge->trace_count++);
    free(judge->trace[at]);
    judge->trace[at] = line;
}

/* The line that was kept so many lines ago, 1 for the last one. */
static const char *kept(const struct judge *judge, int ago)
{
    return judge->trace[judge_trace_slot(judge, judge->trace_count - ago)];
}

/* Where a count begins that ends the line, "task 3 is polled (17)"; or the line's end. */
static size_t count_at(const char *line)
{
    const char *paren = strrchr(line, '(');
    size_t digits = paren ? strspn(paren + 1, "0123456789") : 0;
    return digits && strcmp(paren + 1 + digits, ")") == 0 ? (size_t)(paren - line) : strlen(line);
}

static bool are_alike(const char *line, const char *other)
{
    size_t length = count_at(line);
    return length == count_at(other) && strncmp(line, other, length) == 0;
}

/* How many lines come again and again: the last of them three times. 0: none do. */
static int period_of_last(const struct judge *judge)
{
    enum { PERIOD_MAX = 8, ROUNDS = 3 };
    for (int period = 1; period <= PERIOD_MAX; period++) {
        int same = 0;
        while (judge->trace_count > judge->trace_first + period + same && same < (ROUNDS - 1) * period &&
               are_alike(kept(judge, 1 + same), kept(judge, 1 + same + period)))
            same++;
        if (same == (ROUNDS - 1) * period)
            return period;
    }
    return 0;
}

static char *fold_text(const struct judge *judge)
{
    const char *these = judge->fold_period == 1 ? "this one" : "these";
    return *judge->fold_number ? format_text("     .... %d more lines like %s, up to %s", judge->folded,
                                             these, judge->fold_number)
                               : format_text("     .... %d more lines that repeat %s", judge->folded, these);
}

static void end_fold(struct judge *judge)
{
    if (judge->folded)
        keep_line(judge, fold_text(judge));
    judge->fold_period = judge->fold_at = judge->folded = 0;
    judge->fold_number[0] = '\0';
}

/* What is done again and again fills no trace. */
static void note_line(struct judge *judge, char *line)
{
    const char *first = judge->fold_period ? kept(judge, judge->fold_period - judge->fold_at) : NULL;
    if (first && are_alike(line, first)) {
        judge->fold_at = (judge->fold_at + 1) % judge->fold_period;
        judge->folded++;
        if (strcmp(line, first) != 0)
            snprintf(judge->fold_number, sizeof judge->fold_number, "%s", line + count_at(line));
        free(line);
        return;
    }
    end_fold(judge);
    keep_line(judge, line);
    judge->fold_period = period_of_last(judge);
}

void judge_forget_trace(struct judge *judge)
{
    end_fold(judge);
    judge->trace_first = judge->trace_count;
    judge->reply_line = -1;
    judge->steps = 0;
}

const char *judge_code(int64_t code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {{WF_ENOMEM, "WF_ENOMEM"},    {WF_ECANCELED, "WF_ECANCELED"}, {WF_ETIMEDOUT, "WF_ETIMEDOUT"},
                 {WF_EAGAIN, "WF_EAGAIN"},    {WF_ECLOSED, "WF_ECLOSED"},     {WF_EDISABLED, "WF_EDISABLED"},
                 {WF_EEND, "WF_EEND"},        {WF_EFULL, "WF_EFULL"},         {WF_ELAGGED, "WF_ELAGGED"},
                 {WF_ETOOLONG, "WF_ETOOLONG"}};
    static char texts[8][24];
    static int next;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (code == names[i].code)
            return names[i].name;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], "%lld", (long long)code);
    return text;
}

void judge_note(struct judge *judge, const char *format, ...)
{
    char text[sizeof judge->doing_text + 8]; /* a step with its number */
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
    if (json_array_size(judge->account) > 0)
        return json_incref(judge->account);
    json_t *lines = json_array();
    int left_out = judge->trace_count - judge->trace_first - TRACE_FIRST - TRACE_LAST;
    for (int i = judge->trace_first; i < judge->trace_count; i++) {
        if (left_out > 0 && i == judge->trace_first + TRACE_FIRST) {
            json_array_append_new(lines, json_sprintf("     .... %d lines are left out", left_out));
            i += left_out;
        }
        const char *line = judge->trace[judge_trace_slot(judge, i)];
        json_array_append_new(lines,
                              harmless_json(line, strlen(line), 2000)); /* a panic's message is foreign */
    }
    if (judge->folded) {
        char *text = fold_text(judge);
        json_array_append_new(lines, json_string(text));
        free(text);
    }
    return lines;
}

char *judge_shown_paths(const struct judge *judge, const char *text)
{
    char *staged = format_text("submission/%s/", judge->suite->lab),
         *folder = format_text("%s/", judge->graded_folder);
    char *graded = replace_all(text, staged, folder);
    free(staged);
    free(folder);
    folder = format_text("%s/", judge->from);
    char *shown = replace_all(graded, "submission/", folder);
    free(graded);
    free(folder);
    return shown;
}

json_t *judge_shown(const struct judge *judge, const char *text, size_t length, size_t limit)
{
    char *harmless = harmless_text(text, length, limit); /* the bytes may hold zeroes */
    char *shown = judge_shown_paths(judge, harmless);
    json_t *json = harmless_json(shown, strlen(shown), SIZE_MAX);
    free(harmless);
    free(shown);
    return json;
}

/* No step comes any more: the program ends, if it can. If it sleeps instead, it is interrupted, so that gdb has the word: a
 * person can look at its threads, and gdb -batch ends. */
static void wait_for_gdb(struct judge *judge)
{
    struct waiting waiting = judge_waiting();
    bool interrupted = false;
    close(judge->command_fd);
    judge->instead = "it sleeps";
    while (waitpid(judge->pid, NULL, WNOHANG) == 0) {
        usleep(20000);
        if (interrupted || judge_lateness(judge, &waiting, true) != ASLEEP)
            continue;
        struct census census = census_below(getpid(), judge->sandbox, true);
        for (int i = 0; i < census.processes && i < 64; i++)
            if (census.pids[i] != judge->pid)
                kill(census.pids[i], SIGINT);
        interrupted = true;
    }
}

/* Under gdb the person decides when it ends: say what the judge saw, and wait for gdb. */
static _Noreturn void finish_debugging(struct judge *judge, enum test_status status, const json_t *evidence)
{
    const char *observed = json_string_value(json_object_get(evidence, "observed"));
    const char *expected = json_string_value(json_object_get(evidence, "expected"));
    if (status == TEST_PASS)
        fprintf(stderr, "\n[judge] the test passes\n");
    else
        fprintf(stderr, "\n[judge] expected: %s\n[judge] observed: %s\n", expected ? expected : "",
                observed ? observed : "");
    if (judge->pid > 0)
        wait_for_gdb(judge);
    exit(status == TEST_PASS ? 0 : 1);
}

void judge_end_test(struct judge *judge, enum test_status status, json_t *evidence)
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
    /* The kernel leaves out children that nobody waited for; what was seen of them counts. What it spent for them itself is
     * left to what was seen: it may have been the end of the sandbox. */
    json_int_t cpu_ms = usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000;
    json_t *record = json_pack("{s:s, s:o?, s:o*, s:I, s:I}", "status", test_status_name(status), "evidence",
                               evidence, "drawn", judge->drawn, "cpu_ms",
                               cpu_ms > judge->processor_ms ? cpu_ms : (json_int_t)judge->processor_ms,
                               "wall_ms", (json_int_t)(now_ms() - judge->started_ms));
    char *text = record ? json_dumps(record, JSON_COMPACT) : NULL;
    if (!text)
        text = copy_text(
            "{\"status\":\"grader_error\",\"evidence\":{\"observed\":\"no memory for the evidence\"}}");
    size_t length = strlen(text);
    text[length] = '\n';
    /* a file that only judges hold: Check's own messages are cut at 4,090 bytes */
    for (size_t done = 0; done <= length;) { /* a page takes more than one write */
        ssize_t wrote = write(judge->evidence_fd, text + done, length + 1 - done);
        if (wrote <= 0)
            _exit(3);
        done += (size_t)wrote;
    }
}

/* --- what the subject prints --- */

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

/* --- a failure --- */

static _Noreturn void fail_with(struct judge *judge, enum test_status status, const char *expected,
                                const char *observed)
{
    judge_drain(judge);
    json_t *evidence =
        json_pack("{s:o?, s:o, s:o, s:o, s:b, s:b, s:b}", "expected",
                  expected ? judge_shown(judge, expected, strlen(expected), 2000) : NULL, "observed",
                  judge_shown(judge, observed, strlen(observed), 2000), "trace", trace_json(judge), "output",
                  judge_shown(judge, judge->output, judge->output_bytes, 6000), "crashed", judge->crashed,
                  "hung", judge->hung, "unwritten", judge->unwritten);
    if (judge->facts)
        json_object_update(evidence, judge->facts);
    judge_end_test(judge, status, evidence);
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

_Noreturn void judge_grader_error(struct judge *judge, const char *what)
{
    fail_with(judge, TEST_GRADER_ERROR, NULL, what);
}

void judge_not_verified(struct judge *judge, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fail_with(judge, TEST_NOT_VERIFIED, NULL, text);
}

void judge_check_flood(struct judge *judge)
{
    judge_drain(judge);
    if (judge->output_total > OUTPUT_BYTES_MAX) {
        judge_fail(judge, "little or no output",
                   "a flood of output: more than %d bytes were printed during %s", OUTPUT_BYTES_MAX,
                   judge->doing);
    }
}
