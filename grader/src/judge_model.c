/**
 * @file judge_model.c
 * @brief The test that is a model: the subject explores it, and tells what came of it.
 *
 * The engine runs in the subject, beside the code that it explores: what it says is taken at its word, but for the
 * count of records and the orderly end, as with any scenario. A pass needs every execution; a model whose budget ran
 * out is not verified, nor is one that met what the engine cannot explore.
 */
#include <stdlib.h>
#include <string.h>

#include "../interleave/engine/explore.h"
#include "../interleave/engine/judged.h"
#include "../interleave/engine/token.h"
#include "foreign.h"
#include "judge_internal.h"

enum { TEXT_MAX = 8 << 10, ACCOUNT_MAX = 1 << 18, ROWS_MAX = 1 << 20 };

/* Behind the headline of what only the second exploration finds. */
#define ONLY_AS_WRITTEN                                                                                                \
    ". Only the file as it is written shows this: what the optimiser has removed from it, such as a read whose value " \
    "nobody uses, races all the same"

/* A text that comes in pieces; what is beyond its limit is dropped. */
struct text {
    char *bytes;
    size_t length, room;
};

struct findings {
    int64_t failure;
    struct text account, token, headline, bounds, rows;
};

static void append(struct text *text, const char *piece, size_t limit)
{
    size_t length = strlen(piece);
    if (text->length + length > limit)
        return;
    if (text->length + length + 1 > text->room) {
        text->room = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->room);
        if (!text->bytes)
            abort();
    }
    memcpy(text->bytes + text->length, piece, length + 1);
    text->length += length;
}

/* Made harmless, with the paths that the person knows. The caller frees. */
static char *shown(const struct judge *judge, const struct text *text)
{
    char *harmless = harmless_text(text->bytes ? text->bytes : "", text->length, ROWS_MAX);
    char *paths = judge_shown_paths(judge, harmless);
    free(harmless);
    return paths;
}

static void add_fact(const struct judge *judge, const char *key, const struct text *text)
{
    if (text->length)
        json_object_set_new(judge->facts, key, judge_shown(judge, text->bytes, text->length, ROWS_MAX));
}

static void take_event(struct judge *judge, const struct channel_record *event, struct findings *findings)
{
    switch (event->kind) {
    case JUDGED_LINE:
        append(&findings->account, judge->text, ACCOUNT_MAX);
        break;
    case JUDGED_TOKEN:
        append(&findings->token, judge->text, TEXT_MAX);
        break;
    case JUDGED_HEADLINE:
        append(&findings->headline, judge->text, TEXT_MAX);
        break;
    case JUDGED_BOUNDS:
        append(&findings->bounds, judge->text, TEXT_MAX);
        break;
    case JUDGED_ROWS:
        append(&findings->rows, judge->text, ROWS_MAX);
        break;
    case JUDGED_FAILURE:
        findings->failure = event->a;
        break;
    default: /* a sign of life: that it came is what counts */
        break;
    }
}

/* The account, a line each, without its headline and the empty line after it: the report has one. */
static json_t *account_of(const struct judge *judge, const struct findings *findings)
{
    char *account = shown(judge, &findings->account), *body = strstr(account, "\n\n");
    json_t *lines = json_array();
    for (char *rest = body ? body + 2 : account, *line; (line = strsep(&rest, "\n")) && rest;)
        json_array_append_new(lines, harmless_json(line, strlen(line), SIZE_MAX));
    free(account);
    return lines;
}

#define ALL_PASS "every execution of the model passes"

/* "assertion, found ...: expected: this; observed: that": what was expected, and *observed without it; else `otherwise`. */
static const char *split_assertion(const char *headline, char **observed, const char *otherwise)
{
    static const char expected[] = ": expected: ", seen[] = "; observed: ";
    const char *begin = strstr(headline, expected), *end = begin ? strstr(begin, seen) : NULL;
    if (!end)
        return otherwise;
    begin += strlen(expected);
    *observed = format_text("%.*s%s", (int)(begin - headline) - (int)strlen("expected: "), headline,
                            end + strlen(seen));
    return format_text("%.*s", (int)(end - begin), begin);
}

/* "task 01.T1 in f (ticket.c:12)" of "task 01.T1 in f (labs/x0-hello/ticket.c:12)": the name that reports use. */
static const char *with_short_name(const char *task)
{
    const char *open = strrchr(task, '('), *slash = open ? strrchr(open, '/') : NULL;
    return slash ? format_text("%.*s%s", (int)(open + 1 - task), task, slash + 1) : task;
}

static _Noreturn void decide_failure(struct judge *judge, const struct findings *findings, const char *wanted)
{
    char *headline = shown(judge, &findings->headline);
    judge->account = account_of(judge, findings);
    const char *task = strstr(headline, "task "), *what = strstr(headline, ": ");
    switch (findings->failure) {
    case IL_TODO:
        judge->unwritten = true;
        judge_fail(judge, "the task is written", "not written yet: %s",
                   with_short_name(task ? task : headline));
    case IL_UNSUPPORTED: /* not of what was explored already: explore_written() */
    case IL_STEPS:
    case IL_NOT_DETERMINISTIC:
        judge_not_verified(judge, "%s", what ? what + 2 : headline); /* which says what to do */
    case IL_LOOP:
        judge->hung = true; /* it costs as much */
        judge_fail(judge, wanted, "%s", headline);
    default: {
        char *observed = *headline ? headline : (char[]){"a failure, of which nothing is said"};
        const char *expected = split_assertion(headline, &observed, wanted);
        judge_fail(judge, expected, "%s", observed);
    }
    }
}

/* Explore in the subject of judge->folder. `written`: its files were not optimised. */
static struct channel_record explore(struct judge *judge, struct findings *findings, int64_t budget_ms,
                                     bool written)
{
    char *scenario = format_text("model:%s", judge->test);
    judge_start(judge, scenario);
    judge->doing = format_text("the exploration of %s%s", judge->test, written ? ", not optimised" : "");
    judge_note(judge, "%3d  %s", ++judge->steps, judge->doing);
    const int64_t arguments[] = {budget_ms, judge->page_wanted, written};
    judge_send(judge, JUDGED_RUN, arguments, 3);
    struct channel_record record;
    while ((record = judge_wait_record(judge)).type == RECORD_EVENT)
        take_event(judge, &record, findings);
    if (record.type != RECORD_REPLY)
        judge_fail(judge, "events and a reply", "a record of type %u", record.type);
    /* before it gets into any report: one that is forged would be offered as a part of a command */
    if (findings->token.length && !token_is_written(findings->token.bytes))
        judge_fail(judge, "a token as the engine writes it",
                   "the subject sends another text as the token of its failure");
    json_object_set_new(judge->facts, written ? "executions_written" : "executions", json_integer(record.b));
    if (!written || record.a == IL_FAILED) {
        add_fact(judge, "bounds", &findings->bounds);
        add_fact(judge, "token", &findings->token);
        add_fact(judge, "rows", &findings->rows);
    }
    return record;
}

static bool is_about_the_code(int64_t failure)
{
    return failure != IL_UNSUPPORTED && failure != IL_STEPS && failure != IL_NOT_DETERMINISTIC;
}

/* The optimiser removes reads whose value nobody uses, and writes that another follows. C makes no exception for them: they may
 * race. What cannot be explored so, or not to its end, was explored as it is compiled. */
static void explore_written(struct judge *judge)
{
    enum { PART = 4, BUDGET_MAX_MS = 2000 };
    static struct findings findings;
    int64_t part_ms = judge->budget_ms / PART + 1;
    judge->folder = judge->written_folder;
    struct channel_record record =
        explore(judge, &findings, part_ms < BUDGET_MAX_MS ? part_ms : BUDGET_MAX_MS, true);
    if (record.a == IL_FAILED && is_about_the_code(findings.failure)) {
        append(&findings.headline, ONLY_AS_WRITTEN, TEXT_MAX);
        decide_failure(judge, &findings, ALL_PASS);
    }
    judge_finish(judge);
}

/* What a model finds in code that is wrong. */
static bool is_finding(int64_t failure)
{
    return failure == IL_ASSERTION || failure == IL_DEADLOCK || failure == IL_LOST_WAKEUP ||
           failure == IL_LIVELOCK || failure == IL_RACE || failure == IL_MEMORY || failure == IL_BAD_FREE ||
           failure == IL_LEAK;
}

void judge_caught(struct judge *judge)
{
    static struct findings findings;
    judge->facts = json_object();
    struct channel_record record = explore(judge, &findings, judge->budget_ms, false);
    if (record.a == IL_BUDGET)
        judge_not_verified(
            judge, "the budget of processor time was used up before an execution failed; DEEP=1 spends more");
    if (record.a != IL_FAILED)
        judge_fail(judge, "the model fails on this code, which is wrong", "all %lld executions pass",
                   (long long)record.b);
    if (!is_finding(findings.failure))
        decide_failure(judge, &findings,
                       "what is wrong with the code is found by an assertion, a data race, a deadlock, a lost "
                       "wake-up, a livelock or an error of memory");
    add_fact(judge, "caught", &findings.headline);
    judge_finish(judge);
}

void judge_model(struct judge *judge)
{
    static struct findings findings; /* the judge has a process for each test, which also ends in the middle of it */
    bool written = judge->folder == judge->written_folder; /* a token's */
    judge->facts = json_object();
    struct channel_record record = explore(judge, &findings, judge->budget_ms, written);
    if (record.a == IL_FAILED)
        decide_failure(judge, &findings, ALL_PASS);
    if (record.a == IL_BUDGET)
        judge_not_verified(
            judge,
            "the budget of processor time was used up before all executions were run; DEEP=1 spends more");
    if (record.a != IL_EXHAUSTED || record.b < 1)
        judge_fail(judge, "a verdict", "verdict %lld after %lld executions", (long long)record.a,
                   (long long)record.b);
    judge_finish(judge);
    if (judge->written_folder && !judge->token)
        explore_written(judge);
}
