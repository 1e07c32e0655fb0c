/**
 * @file judged.c
 * @brief The program under the judge: one model, over the descriptors of channel.h.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../support/channel.h"
#include "judged.h"

/* The judge's records are counted, so that the last one can say how many there were. Mapped memory, as all that must
 * survive an execution. */
static void tell(enum channel_record_type type, uint32_t kind, int64_t a, int64_t b, const char *text,
                 size_t bytes)
{
    struct channel_record record = {.type = type,
                                    .text_bytes = (uint32_t)bytes,
                                    .kind = kind,
                                    .a = type == RECORD_END ? il->records : a,
                                    .b = b};
    char whole[sizeof record + CHANNEL_TEXT_MAX];
    il->records++;
    memcpy(whole, &record, sizeof record);
    if (bytes)
        memcpy(whole + sizeof record, text, bytes);
    /* below PIPE_BUF, so written whole or not at all */
    if (write(CHANNEL_RECORD_FD, whole, sizeof record + bytes) < 0)
        engine_failed("the judge is gone");
}

static void tell_event(uint32_t kind, int64_t a, int64_t b, const char *text)
{
    size_t bytes = text ? strlen(text) : 0;
    tell(RECORD_EVENT, kind, a, b, text, bytes < CHANNEL_TEXT_MAX ? bytes : CHANNEL_TEXT_MAX);
}

static void tell_progress(long executions, int milliseconds)
{
    tell_event(JUDGED_PROGRESS, executions, milliseconds, NULL);
}

/* In as many events as it takes; the judge joins them. */
static void tell_text(enum judged_event kind, const char *text, size_t length)
{
    do {
        size_t piece = length < CHANNEL_TEXT_MAX ? length : CHANNEL_TEXT_MAX;
        tell(RECORD_EVENT, kind, 0, 0, text, piece);
        text += piece;
        length -= piece;
    } while (length > 0);
}

/* Each line with its end. */
static void tell_lines(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n") + 1;
        tell_text(JUDGED_LINE, text, length);
        text += length;
    }
}

/* False: the judge closed its end. */
static bool read_command(struct channel_command *command)
{
    char *bytes = (char *)command;
    size_t have = 0;
    while (have < sizeof *command) {
        ssize_t count = read(CHANNEL_COMMAND_FD, bytes + have, sizeof *command - have);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        have += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* One execution. It passes only as such: the caller has asked for that one, and knows that it is not all. */
static void replay(const struct interleave_model *model, const char *token, struct ladder_result *found)
{
    struct il_options options, bounds;
    *found = (struct ladder_result){.bounds = "the one execution of the token"};
    model_bounds(model, &bounds);
    options = bounds;
    options.replay = token;
    options.decided_within = &bounds;
    il_explore(model->name, model->body, &options, &found->result);
    enum il_failure failure = found->result.failure;
    found->result.verdict = failure ? IL_FAILED : IL_EXHAUSTED;
    snprintf(found->headline, sizeof found->headline, "%s: %s", il_failure_name(failure),
             found->result.message);
}

static void run(const struct interleave_model *model, const char *token, const struct channel_command *command)
{
    enum { DEFAULT_MS = 10000 };
    struct ladder_result found;
    il->progress = tell_progress;
    if (token)
        replay(model, token, &found);
    else
        ladder_climb(model, command->arguments[0] > 0 ? (int)command->arguments[0] : DEFAULT_MS,
                     (struct ladder_asked){.as_written = command->arguments[2] != 0}, &found);
    const struct il_result *result = &found.result;
    if (result->account)
        tell_lines(result->account);
    if (result->token)
        tell_text(JUDGED_TOKEN, result->token, strlen(result->token));
    if (command->arguments[1] && result->rows)
        tell_text(JUDGED_ROWS, result->rows, strlen(result->rows));
    tell_text(JUDGED_HEADLINE, found.headline, strlen(found.headline));
    tell_text(JUDGED_BOUNDS, found.bounds, strlen(found.bounds));
    if (result->failure)
        tell_event(JUDGED_FAILURE, result->failure, 0, il_failure_name(result->failure));
    tell(RECORD_REPLY, 0, result->verdict, result->executions, NULL, 0);
    il_result_free(&found.result);
}

/* A submission must not bring a model of the same name: which would be explored? */
static void refuse(const char *name)
{
    struct channel_command command;
    char headline[200];
    snprintf(headline, sizeof headline,
             "misuse: there are several models called %s: a submission must not define one", name);
    while (read_command(&command) && command.operation != CHANNEL_END) {
        tell_text(JUDGED_HEADLINE, headline, strlen(headline));
        tell_event(JUDGED_FAILURE, IL_MISUSE, 0, il_failure_name(IL_MISUSE));
        tell(RECORD_REPLY, 0, IL_FAILED, 0, NULL, 0);
    }
}

static void tell_spare(const char *place, const char *operation, const char *suffices)
{
    char text[CHANNEL_TEXT_MAX];
    snprintf(text, sizeof text, "%s\t%s\t%s", place, operation, suffices);
    tell_event(JUDGED_SPARE, 0, 0, text);
}

int judged_weaken(const struct interleave_model *const models[], size_t count, const char *request)
{
    const struct interleave_model *chosen[count + 1];
    struct channel_command command;
    const char *files = request + strcspn(request, ":");
    size_t length = (size_t)(files - request), chosen_count = 0;
    for (size_t i = 0; i < count; i++)
        if (strncmp(models[i]->clause, request, length) == 0 && !models[i]->clause[length])
            chosen[chosen_count++] = models[i];
    engine_start();
    if (!*files || chosen_count == 0)
        engine_failed("no model is of the clause in %s", request);
    tell(RECORD_HELLO, 0, 0, 0, request, strlen(request));
    while (read_command(&command) && command.operation != CHANNEL_END) {
        long executions = 0;
        il->progress = tell_progress;
        enum il_verdict verdict = weaken_judged(chosen, chosen_count, (int)command.arguments[0], files + 1,
                                                tell_spare, &executions);
        tell(RECORD_REPLY, 0, verdict, executions, NULL, 0);
    }
    tell(RECORD_END, 0, 0, 0, NULL, 0);
    while (read_command(&command) && command.operation != CHANNEL_EXIT)
        ; /* stay, as judged_main() does */
    return 0;
}

int judged_main(const struct interleave_model *const models[], size_t count, const char *name,
                const char *token)
{
    const struct interleave_model *model = NULL;
    struct channel_command command;
    int same = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(models[i]->name, name) == 0) {
            model = models[i];
            same++;
        }
    engine_start();
    if (!model)
        engine_failed("there is no model %s", name);
    tell(RECORD_HELLO, 0, 0, 0, name, strlen(name));
    if (same > 1)
        refuse(name);
    while (same == 1 && read_command(&command) && command.operation != CHANNEL_END)
        run(model, token, &command);
    tell(RECORD_END, 0, 0, 0, NULL, 0);
    while (read_command(&command) && command.operation != CHANNEL_EXIT)
        ; /* stay, so that the judge can see what else still runs */
    return 0;
}
