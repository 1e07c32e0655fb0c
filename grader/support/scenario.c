/**
 * @file scenario.c
 * @brief The subject's main: it carries the student's code and one scenario at a time.
 */
#include "scenario.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "places.h"
#include "weft/alloc.h"
#include "weft/panic.h"

/* Exit codes of the driver itself; anything else is the student's code. */
enum { EXIT_BROKEN = 70 };

static pthread_mutex_t record_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t records_written; /* guarded by record_lock */
static __thread uint32_t thread_number;
static __thread volatile bool awaits_a_step;

void scenario_broken(const char *why)
{
    fprintf(stderr, "scenario broken: %s\n", why);
    _exit(EXIT_BROKEN);
}

int64_t scenario_in_range(int64_t number, int64_t limit)
{
    if (number < 0 || number >= limit)
        scenario_broken("a number is out of range");
    return number;
}

static void write_record(enum channel_record_type type, uint32_t kind, int64_t a, int64_t b, const char *text,
                         size_t text_bytes)
{
    struct channel_record record = {.type = type,
                                    .text_bytes = (uint32_t)text_bytes,
                                    .kind = kind,
                                    .thread = thread_number,
                                    .a = a,
                                    .b = b};
    char bytes[sizeof record + CHANNEL_TEXT_MAX];
    pthread_mutex_lock(&record_lock);
    if (type == RECORD_END)
        record.a = (int64_t)records_written;
    records_written++;
    memcpy(bytes, &record, sizeof record);
    if (text_bytes)
        memcpy(bytes + sizeof record, text, text_bytes);
    /* below PIPE_BUF, so written whole or not at all */
    ssize_t written = write(CHANNEL_RECORD_FD, bytes, sizeof record + text_bytes);
    pthread_mutex_unlock(&record_lock);
    if (written < 0)
        _exit(EXIT_BROKEN); /* the judge is gone */
}

void scenario_event(uint32_t kind, int64_t a, int64_t b)
{
    write_record(RECORD_EVENT, kind, a, b, NULL, 0);
}

void scenario_event_text(uint32_t kind, const char *text, size_t length)
{
    write_record(RECORD_EVENT, kind, 0, 0, text, length < CHANNEL_TEXT_MAX ? length : CHANNEL_TEXT_MAX);
}

void scenario_reply(int64_t a, int64_t b)
{
    write_record(RECORD_REPLY, 0, a, b, NULL, 0);
}

void scenario_name_thread(uint32_t number)
{
    thread_number = number;
}

uint32_t scenario_thread(void)
{
    return thread_number;
}

bool scenario_awaits_a_step(void)
{
    return awaits_a_step;
}

static void tell_panic(const struct wf_panic_info *info)
{
    char text[CHANNEL_TEXT_MAX];
    bool todo = strchr(info->clause, 'T') != NULL; /* tasks are numbered 01.T2, clauses 01.2 */
    snprintf(text, sizeof text, "%s\n%s\n%s:%d\n%s", info->clause, info->function, info->file, info->line,
             info->message);
    write_record(todo ? RECORD_TODO : RECORD_PANIC, 0, 0, 0, text, strlen(text));
}

/* False: the judge closed its end. */
static bool read_command(struct channel_command *command)
{
    char *bytes = (char *)command;
    size_t have = 0;
    awaits_a_step = true;
    while (have < sizeof *command) {
        ssize_t count = read(CHANNEL_COMMAND_FD, bytes + have, sizeof *command - have);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        have += count > 0 ? (size_t)count : 0;
    }
    awaits_a_step = false;
    return command->count <= CHANNEL_ARGUMENTS_MAX;
}

int main(int argc, char **argv)
{
    const struct scenario *scenario = NULL;
    for (size_t i = 0; argc == 2 && scenarios[i]; i++)
        if (strcmp(scenarios[i]->name, argv[1]) == 0)
            scenario = scenarios[i];
    if (!scenario)
        scenario_broken("no such scenario");

    wf_set_panic_hook(tell_panic);
    places_watch();
    write_record(RECORD_HELLO, 0, 0, 0, scenario->name, strlen(scenario->name));
    struct channel_command command;
    if (scenario->begin)
        scenario->begin();
    while (read_command(&command) && command.operation != CHANNEL_END)
        scenario->act(&command);
    if (scenario->end)
        scenario->end();
    write_record(RECORD_END, 0, 0, (int64_t)wf_live_bytes(), NULL, 0);
    while (read_command(&command) && command.operation != CHANNEL_EXIT)
        ; /* stay, so that the judge can see what else still runs */
    return 0;
}
