/**
 * @file judge.c
 * @brief What a suite is written with: steps, events, sleeping threads, panics, the orderly end.
 *
 * Runs in Check's forked child. A pass is earned: every reply came, the scenario ended in order, its count
 * of records is right, no bytes are live, nothing else runs, the exit status is 0.
 */
#include "judge.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

#include "judge_internal.h"

/* --- steps --- */

void judge_send(struct judge *judge, uint32_t operation, const int64_t *arguments, uint32_t count)
{
    struct channel_command command = {.operation = operation, .count = count};
    for (uint32_t i = 0; i < count; i++)
        command.arguments[i] = arguments[i];
    /* A scenario takes a command before it answers, so the pipe is empty here, and an empty pipe has room. The write
     * never waits: a subject that looks at its commands and leaves them there would keep the judge for ever. */
    int left = 0;
    ssize_t wrote = -1;
    if (ioctl(judge->command_fd, FIONREAD, &left) != 0 || left == 0)
        wrote = write(judge->command_fd, &command, sizeof command);
    bool gone = left == 0 && wrote < 0 && errno == EPIPE;
    if (gone)
        for (;;)
            judge_wait_record(judge); /* it is gone: what it last said, or how it ended, fails the test */
    if (wrote != sizeof command) {
        judge->hung = true;
        judge_fail(judge, "a program that takes each command before it answers",
                   "something answered before %s and left the command where it was: not the grader's scenario",
                   judge->doing);
    }
}

/* A suite that expects no events has no words for them; a program can send some all the same. */
static void describe_event(struct judge *judge, const struct channel_record *record, char *text, int size)
{
    if (judge->suite->describe_event)
        judge->suite->describe_event(judge, record, text, size);
    else
        snprintf(text, (size_t)size, "an event of kind %u, which no scenario of this lab reports",
                 (unsigned)record->kind);
}

static void note_event(struct judge *judge, const struct channel_record *record)
{
    char text[200] = "";
    if (judge_scenario_is(judge, "laws"))
        return; /* numbers, which laws.c turns into words where a law is broken */
    describe_event(judge, record, text, sizeof text);
    if (*text)
        judge_note(judge, "         %s", text);
}

static void add_text(struct judge *judge, uint32_t bytes)
{
    size_t room = EVENT_TEXT_MAX - judge->event_text_bytes;
    size_t take = bytes < room ? bytes : room;
    memcpy(judge->event_text + judge->event_text_bytes, judge->text, take);
    judge->event_text_bytes += take;
    judge->event_text[judge->event_text_bytes] = '\0';
}

struct judge_reply judge_step(struct judge *judge, uint32_t operation, const int64_t *arguments,
                              uint32_t count, const char *what, ...)
{
    va_list list;
    va_start(list, what);
    vsnprintf(judge->doing_text, sizeof judge->doing_text, what, list);
    va_end(list);
    judge->doing = judge->doing_text;
    judge_note(judge, "%3d  %s", ++judge->steps, judge->doing);
    int line = judge->trace_count - 1;
    judge->event_count = 0;
    judge->event_text_bytes = 0;
    judge->event_text[0] = '\0';
    judge_send(judge, operation, arguments, count);
    struct waiting waiting = judge_waiting();
    for (;;) {
        struct channel_record record = judge_wait_within(judge, &waiting);
        if (record.type == RECORD_REPLY) {
            /* the reply belongs to the line of the call, which may have left the trace */
            judge->reply_line = judge_trace_slot(judge, line);
            return (struct judge_reply){record.a, record.b};
        }
        if (record.type == RECORD_PANIC) { /* that was expected: of another thread, before the reply */
            judge->panic_seen = true;
            return (struct judge_reply){0};
        }
        if (record.type != RECORD_EVENT)
            judge_fail(judge, "events and a reply",
                       "a record of type %u during %s: something else wrote to the "
                       "grader's descriptor",
                       record.type, judge->doing);
        note_event(judge, &record);
        if (record.thread != 0) {
            if (judge->later_count < EVENTS_MAX)
                judge->later[judge->later_count++] = record;
        } else if (judge->event_count < EVENTS_MAX) {
            judge->events[judge->event_count++] = record;
            add_text(judge, record.text_bytes);
        }
    }
}

const struct channel_record *judge_events(const struct judge *judge, int *count)
{
    *count = judge->event_count;
    return judge->events;
}

const char *judge_event_text(const struct judge *judge)
{
    return judge->event_text;
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
    SPINNING_MS = 300, /* of processor time: nobody needs so much to fall asleep */
    WAKE_UPS = 20,     /* nor does a thread that sleeps wake up so often */
    PATIENCE_MS =
        10000, /* a thread that waits for a processor is not asleep: load delays this, and never fails it */
};

struct watch {
    int64_t since;
    uint64_t switches;
    int64_t processor_ms, processor_ms_at_first;
    int wake_ups; /* seen asleep, and then again after it had run */
    bool gone;
};

/* True once the thread has been asleep for so long. */
static bool watch_thread(const struct judge *judge, struct watch *watch, int64_t thread, int still_ms)
{
    struct thread_facts facts = thread_below(getpid(), judge->sandbox, thread);
    int64_t now = now_ms();
    watch->gone = !facts.found;
    if (!watch->since)
        watch->processor_ms_at_first = facts.processor_ms;
    watch->processor_ms = facts.processor_ms;
    if (watch->since && facts.asleep && facts.switches == watch->switches)
        return now - watch->since >= still_ms;
    watch->wake_ups += facts.asleep;
    watch->switches = facts.switches;
    watch->since = now;
    return false;
}

bool judge_event_or_sleep(struct judge *judge, int64_t thread, struct channel_record *event)
{
    struct watch watch = {0};
    struct waiting waiting = judge_waiting();
    *event = (struct channel_record){0};
    while (!judge_take_event(judge, event)) {
        judge_look(judge, &waiting, false);
        struct pollfd readable = {judge->record_fd, POLLIN, 0};
        if (judge->record_end > judge->record_start || poll(&readable, 1, 5) > 0) {
            struct channel_record record = judge_wait_record(judge);
            note_event(judge, &record);
            if (judge->later_count < EVENTS_MAX)
                judge->later[judge->later_count++] = record;
        } else if (watch_thread(judge, &watch, thread, STILL_MS) || watch.gone ||
                   watch.processor_ms - watch.processor_ms_at_first > SPINNING_MS) {
            return false; /* one that spins instead of sleeping has nothing to say either */
        }
    }
    return true;
}

void judge_expect_asleep(struct judge *judge, int64_t thread, const char *who, int still_ms)
{
    if (strcmp(judge->variant, "plain") != 0)
        still_ms = STILL_MS; /* once is enough: no sanitizer changes how long a sleep lasts */
    struct watch watch = {0};
    struct waiting waiting = judge_waiting();
    for (int64_t start = now_ms(); !watch_thread(judge, &watch, thread, still_ms); usleep(5000)) {
        judge_look(judge, &waiting, false);
        if (watch.gone) {
            struct channel_record event =
                judge_next_event(judge, "the thread sleeps"); /* a crash fails here */
            char text[200] = "";
            describe_event(judge, &event, text, sizeof text);
            judge_fail(judge, "the thread sleeps while there is nothing to do", "%s does not sleep: %s", who,
                       text);
        }
        if (watch.wake_ups > WAKE_UPS)
            judge_fail(judge, "the thread sleeps while there is nothing to do",
                       "%s keeps waking up: it polls with short sleeps instead of waiting to be woken", who);
        if (watch.processor_ms - watch.processor_ms_at_first > SPINNING_MS ||
            now_ms() - start - waiting.held_ms > PATIENCE_MS)
            judge_fail(judge, "the thread sleeps while there is nothing to do",
                       "%s does not sleep: it uses the processor while it waits", who);
    }
    judge_note(judge, "         %s sleeps", who);
}

void judge_allow_panic(struct judge *judge)
{
    judge->panic_expected = true;
}

bool judge_panicked(const struct judge *judge)
{
    return judge->panic_seen;
}

/* The panic is there: is it the right one, and does it end the program? */
static void check_panic(struct judge *judge, const char *clause, const char *says)
{
    char *part[4];
    judge_split_panic(judge->text, part);
    if (strcmp(part[0], clause) != 0)
        judge_fail(judge, format_text("a panic that names clause %s", clause), "a panic for clause %s: %s",
                   part[0], part[3]);
    judge_note(judge, "         panic: clause %s: %s", part[0], part[3]);
    if (!strstr(part[3], says))
        judge_fail(judge, format_text("a panic whose message names %s", says), "the message is: %s", part[3]);
    int code, signal_number;
    if (!judge_wait_exit(judge, &code, &signal_number) ||
        (!judge->debugged && signal_number != SIGABRT && code != 99))
        judge_fail(judge, "the process aborts", "it went on after the panic");
    judge->finished = true;
}

void judge_expect_panic(struct judge *judge, const char *clause, const char *says)
{
    if (!judge->panic_seen) /* to wait for what does not come would look like a deadlock */
        judge_fail(judge, format_text("a panic that names clause %s", clause), "the call returned: %s",
                   judge->doing);
    judge->panic_expected = false;
    check_panic(judge, clause, says);
}

void judge_expect_later_panic(struct judge *judge, const char *clause, const char *says)
{
    char last[200] = "";
    struct channel_record record = {.type = RECORD_PANIC};
    struct waiting waiting = judge_waiting();
    judge->panic_expected = true;
    judge->awaited = format_text("a panic that names clause %s", clause);
    judge->instead = last;
    if (judge->later_count > 0) /* came before the reply did */
        describe_event(judge, &judge->later[judge->later_count - 1], last, sizeof last);
    while (!judge->panic_seen && (record = judge_wait_within(judge, &waiting)).type == RECORD_EVENT) {
        note_event(judge, &record);
        describe_event(judge, &record, last, sizeof last);
    }
    judge->panic_expected = false;
    if (record.type != RECORD_PANIC)
        judge_fail(judge, judge->awaited, "a record of type %u that nobody asked for", record.type);
    judge->awaited = judge->instead = NULL;
    check_panic(judge, clause, says);
}

/* Nothing but the subject's main thread may be left. A thread that was joined can still be on its way out. */
static void check_alone(struct judge *judge)
{
    if (judge->debugged)
        return;
    bool sanitized = strcmp(judge->variant, "plain") != 0; /* sanitizers have threads of their own */
    struct census census;
    struct waiting waiting = judge_waiting();
    for (;;) {
        census = census_below(getpid(), judge->sandbox, false);
        if (census.processes <= 1 && (sanitized || census.threads <= 1))
            return;
        judge->hung = judge_is_late(judge, &waiting, false);
        if (judge->hung || now_ms() - waiting.since - waiting.held_ms > DYING_MS)
            break;
        usleep(2000);
    }
    judge->hung |= census.processes > 1; /* they may spin, which costs as much in each test */
    if (census.processes > 1)
        judge_fail(judge, "nothing is left running",
                   "%d other process%s still running when the scenario was over", census.processes - 1,
                   census.processes == 2 ? " was" : "es were");
    judge_fail(judge, "nothing is left running", "%d thread%s still running when the scenario was over",
               census.threads - 1, census.threads == 2 ? " was" : "s were");
}

void judge_finish(struct judge *judge)
{
    judge->doing = "the end of the scenario, which releases everything";
    judge_note(judge, "%3d  (the end of the scenario)", ++judge->steps);
    judge_send(judge, CHANNEL_END, NULL, 0);
    struct channel_record record;
    struct waiting waiting = judge_waiting();
    while ((record = judge_wait_within(judge, &waiting)).type == RECORD_EVENT)
        note_event(judge, &record);
    if (record.type != RECORD_END)
        judge_fail(judge, "an orderly end", "a record of type %u instead of the end", record.type);
    if (record.a != judge->records_seen - 1)
        judge_fail(judge, "a stream of records that the scenario alone wrote",
                   "%lld records were seen, the scenario wrote %lld", (long long)judge->records_seen - 1,
                   (long long)record.a);
    if (record.b != 0)
        judge_fail(judge, "0 live bytes at the end",
                   "%lld bytes of wf_alloc() are still live: something was not given "
                   "back",
                   (long long)record.b);
    check_alone(judge);
    judge_send(judge, CHANNEL_EXIT, NULL, 0);
    int code = 0, signal_number = 0;
    judge->doing = "the exit of the program";
    if (!judge_wait_exit(judge, &code, &signal_number))
        judge_fail(judge, "the program exits", "it does not exit");
    if (code || signal_number) {
        char text[700];
        judge_say_how_it_ended(judge, code, signal_number, text, sizeof text);
        judge_fail(judge, "exit status 0", "%s", text);
    }
    if (judge_fill(judge) && judge->record_end > judge->record_start)
        judge_fail(judge, "no record after the end", "something wrote to the grader's descriptor at exit");
    judge->finished = true;
}

void judge_end_of_test(struct judge *judge)
{
    if (!judge->finished)
        judge_fail(judge, "a test that finishes", "the test itself forgot judge_finish()");
    judge_end_test(judge, TEST_PASS, judge->facts);
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
