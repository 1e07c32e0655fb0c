/**
 * @file ladder.c
 * @brief In which order a model is searched, and what the verdict says.
 *
 * 1. Everything, reduced (source-DPOR with sleep sets): most models are exhausted here, and the verdict is a proof within
 *    the bounds.
 * 2. A failure is looked for once more with few oddities: preemptions and stale reads by growing sum, each of them
 *    naive and for a short time. So the account that is shown is a short one. If every load reading the newest store
 *    never fails, the bug is one of memory orders, and the headline says so; it says the other only if it was seen.
 * 3. Where the budget did not suffice, the same few oddities, then random walks and random priorities look elsewhere in
 *    the space. If they find nothing the verdict is "budget reached": never a pass.
 */
#include "engine.h"

#include <stdlib.h>

enum { UNANSWERED = 2, SUM_MAX = 3, SIMPLE_MS = 150, SEQUENTIAL_MS = 1000 };

struct climb {
    const struct interleave_model *model;
    struct il_options options; /* the model's own bounds */
    struct il_options bounds;  /* the same, and nothing else */
    int64_t ends_ms;
    int budget_ms;
    long executions;
    int preemptions; /* all executions with so many were seen; -1: none were */
};

void model_bounds(const struct interleave_model *model, struct il_options *options)
{
    *options = (struct il_options){.strategy = model->preemptions ? IL_STATES : IL_DPOR,
                                   .preemptions = model->preemptions == 0  ? IL_UNBOUNDED
                                                  : model->preemptions < 0 ? 0
                                                                           : model->preemptions,
                                   .stale_reads = IL_UNBOUNDED,
                                   .spurious = model->spurious == 0  ? 1
                                               : model->spurious < 0 ? 0
                                                                     : model->spurious,
                                   .timeouts = model->timeouts == 0  ? 1
                                               : model->timeouts < 0 ? 0
                                                                     : model->timeouts,
                                   .failed_allocations = model->failed_allocations,
                                   .unanswered = UNANSWERED,
                                   .singletons = model->singletons,
                                   .addresses = model->addresses,
                                   .steps_max = model->steps_max,
                                   .seed = 1};
}

static int left_ms(const struct climb *climb)
{
    int64_t left = climb->ends_ms - engine_ms();
    return left > 1 ? (int)left : 1;
}

/* For each of the questions that follow a failure: half of what is left, but so much at least. */
static int after_ms(const struct climb *climb)
{
    enum { PART = 6 };
    int half = left_ms(climb) / 2, least = climb->budget_ms / PART + 1;
    return half > least ? half : least;
}

static void explore(struct climb *climb, struct il_options options, int ms, struct il_result *result)
{
    options.budget_ms = ms;
    options.decided_within = &climb->bounds;
    il_explore(climb->model->name, climb->model->body, &options, result);
    climb->executions += result->executions;
}

/* A failure of what is modelled, and not one that ends the search: what cannot be explored, or is too long. */
static bool is_about_the_code(enum il_failure failure)
{
    return failure != IL_UNSUPPORTED && failure != IL_NOT_DETERMINISTIC && failure != IL_TODO &&
           failure != IL_LOOP && failure != IL_STEPS;
}

/* Few oddities first: 0 preemptions and 0 stale reads, then one of either, ... True: a failure, in `result`. */
static bool explore_simple(struct climb *climb, int spurious, int64_t ends_ms, struct il_result *result)
{
    for (int sum = 0; sum <= SUM_MAX; sum++)
        for (int stale = 0; stale <= sum; stale++) {
            struct il_options options = climb->options;
            options.strategy = IL_STATES;
            options.preemptions = sum - stale;
            options.stale_reads = stale;
            options.spurious = spurious;
            int64_t left = ends_ms - engine_ms();
            if (left <= 0)
                return false;
            explore(climb, options, left < SIMPLE_MS ? (int)left : SIMPLE_MS, result);
            if (result->verdict == IL_FAILED && is_about_the_code(result->failure))
                return true;
            il_result_free(result);
        }
    return false;
}

/* Whether the model fails when every load reads the newest store. */
static enum il_verdict without_stale_reads(struct climb *climb)
{
    struct il_options options = climb->options;
    struct il_result result;
    options.stale_reads = 0;
    explore(climb, options, after_ms(climb) < SEQUENTIAL_MS ? after_ms(climb) : SEQUENTIAL_MS, &result);
    il_result_free(&result);
    return result.verdict;
}

/* What kind of machine shows it. A race is one on each; what it can lead to is another matter. */
static const char *nature(struct climb *climb, const struct il_result *result)
{
    if (result->failure == IL_RACE || !is_about_the_code(result->failure))
        return "";
    if (result->stale_reads == 0)
        return " (wrong even on a sequentially consistent machine)";
    bool known = without_stale_reads(climb) == IL_EXHAUSTED;
    if (result->overtakings)
        return known
                   ? " (a memory-order bug: if each store took effect after all that ran before, and every load read the "
                     "newest value, nothing would fail)"
                   : " (with a store that takes effect before one that ran earlier)";
    return known ? " (a memory-order bug: if every load read the newest value, nothing would fail)"
                 : " (with a load that does not read the newest value)";
}

/* Behind the account: which orders were tried, and what came of it. */
static void tell_mending(struct climb *climb, struct il_result *result)
{
    enum { MEND_MS = 1000 };
    int ms = after_ms(climb);
    char *tried = is_about_the_code(result->failure) && result->account
                      ? mend(climb->model, result, ms < MEND_MS ? ms : MEND_MS)
                      : NULL;
    char *whole = NULL;
    if (!tried)
        return;
    if (asprintf(&whole, "%s%s", result->account, tried) < 0)
        engine_failed("no memory");
    free(result->account);
    free(tried);
    result->account = whole;
}

static void describe_failure(struct climb *climb, struct ladder_result *out)
{
    struct il_result simple;
    long found_after = climb->executions;
    if (!il_failure_counts(out->result.failure)) {
        snprintf(out->headline, sizeof out->headline, "cannot be explored%s: %s",
                 out->result.failure == IL_STEPS ? " to the end" : "", out->result.message);
        return;
    }
    int64_t ends_ms = engine_ms() + after_ms(climb);
    if (is_about_the_code(out->result.failure) &&
        (explore_simple(climb, 0, ends_ms, &simple) ||
         (climb->options.spurious > 0 && explore_simple(climb, climb->options.spurious, ends_ms, &simple)))) {
        il_result_free(&out->result);
        out->result = simple;
    }
    tell_mending(climb, &out->result);
    snprintf(out->headline, sizeof out->headline, "%s, found after %ld execution%s%s: %s",
             il_failure_name(out->result.failure), found_after, found_after == 1 ? "" : "s",
             nature(climb, &out->result), out->result.message);
}

/* --- what would help --- */

/* Where most steps of the last execution were made, in words. */
static void describe_size(char *text, size_t size)
{
    int most = 0;
    il_site site = NULL;
    for (int i = 0; i < il->step_count; i++) {
        int count = 0;
        for (int k = 0; k < il->step_count; k++)
            count += il->steps[k].site == il->steps[i].site;
        if (count > most) {
            most = count;
            site = il->steps[i].site;
        }
    }
    char *place = site_expand(strdup(where(site)));
    snprintf(text, size, "the last execution had %d steps in %d threads, %d of them at %s", il->step_count,
             il->thread_count, most, place);
    free(place);
}

/* Tries the model without oddities, for a while each. The words of the first that suffices; NULL: none does. */
static const char *find_help(struct climb *climb, int ms, bool timed, long *executions)
{
    static const struct {
        bool spurious, timeouts;
        const char *words;
    } helps[] = {
        {true, false, ".spurious = -1 (without spurious wake-ups and failures of a weak compare-exchange)"},
        {false, true, ".timeouts = -1 (without timeouts that come early)"},
        {true, true, ".spurious = -1 and .timeouts = -1 (without spurious wake-ups and early timeouts)"},
    };
    for (size_t i = 0; i < sizeof helps / sizeof helps[0]; i++) {
        struct il_options options = climb->options;
        struct il_result result;
        if ((helps[i].spurious && !options.spurious) || (helps[i].timeouts && (!options.timeouts || !timed)))
            continue;
        options.spurious = helps[i].spurious ? 0 : options.spurious;
        options.timeouts = helps[i].timeouts ? 0 : options.timeouts;
        explore(climb, options, ms, &result);
        il_result_free(&result);
        *executions = result.executions;
        if (result.verdict == IL_EXHAUSTED)
            return helps[i].words;
    }
    return NULL;
}

/* With 0 preemptions, then 1, ..., as far as a part of the time suffices. True: a failure, in `result`. */
static bool explore_bounded(struct climb *climb, struct il_result *result)
{
    int64_t ends_ms = engine_ms() + left_ms(climb) / 2;
    climb->preemptions = -1;
    for (int preemptions = 0;; preemptions++) {
        struct il_options options = climb->options;
        options.strategy = IL_STATES;
        options.preemptions = preemptions;
        int64_t left = ends_ms - engine_ms();
        if (left <= 0 || preemptions == climb->options.preemptions)
            return false;
        explore(climb, options, (int)left, result);
        if (result->verdict == IL_FAILED)
            return true;
        bool complete = result->verdict == IL_EXHAUSTED;
        il_result_free(result);
        if (!complete)
            return false;
        climb->preemptions = preemptions;
    }
}

static void explore_beyond(struct climb *climb, struct ladder_result *out)
{
    struct il_result *result = &out->result;
    if (explore_bounded(climb, result))
        return;
    for (int strategy = IL_RANDOM; strategy <= IL_PRIORITIES; strategy++) {
        struct il_options options = climb->options;
        options.strategy = (enum il_strategy)strategy;
        int left = left_ms(climb);
        explore(climb, options, strategy == IL_RANDOM ? left / 2 + 1 : left, result);
        if (result->verdict == IL_FAILED)
            return;
        il_result_free(result);
    }
    result->verdict = IL_BUDGET;
}

/* Of the loops that count, only where one was met: others cost nothing. */
static void describe_bounds(const struct climb *climb, struct ladder_result *out)
{
    const struct il_options *options = &climb->options;
    const struct il_result *result = &out->result;
    char spins[400] = "", timeouts[100] = "", unreached[600] = "";
    if (result->verdict == IL_EXHAUSTED)
        assertions_unreached(climb->model, unreached, sizeof unreached);
    if (result->timed)
        snprintf(timeouts, sizeof timeouts, ", and %d early timeout%s", options->timeouts,
                 options->timeouts == 1 ? "" : "s");
    if (result->counted)
        snprintf(
            spins, sizeof spins,
            "; where it counts its looks, or yields, it goes on without an answer %d times, else with a newer "
            "value of what it has read%s%s%s",
            options->unanswered, *result->endless ? ", but not for ever, at " : "", result->endless,
            *result->endless ? ": if that loop gives up by itself, it was not seen" : "");
    char spurious[100] = "a thread meets no spurious wake-up or failure";
    if (options->spurious > 0)
        snprintf(spurious, sizeof spurious, "a thread meets at most %d spurious wake-up%s or failure%s",
                 options->spurious, options->spurious == 1 ? "" : "s", options->spurious == 1 ? "" : "s");
    char interleavings[60] = "every interleaving";
    if (options->preemptions != IL_UNBOUNDED)
        snprintf(interleavings, sizeof interleavings, "every interleaving with at most %d preemption%s",
                 options->preemptions, options->preemptions == 1 ? "" : "s");
    snprintf(out->bounds, sizeof out->bounds, "%s under RC11; %s%s%s%s", interleavings, spurious, timeouts,
             spins, unreached);
}

/* What was seen in the time: all executions with few preemptions. */
static void describe_seen(const struct climb *climb, char *text, size_t size)
{
    *text = '\0';
    if (climb->preemptions >= 0)
        snprintf(text, size,
                 ", among them all with at most %d preemption%s (a bound that a model may set: .preemptions)",
                 climb->preemptions, climb->preemptions == 1 ? "" : "s");
}

void ladder_climb(const struct interleave_model *model, int budget_ms, struct ladder_asked asked,
                  struct ladder_result *out)
{
    struct climb climb = {.model = model, .ends_ms = engine_ms() + budget_ms, .budget_ms = budget_ms};
    *out = (struct ladder_result){0};
    char help[500] = "";
    int64_t begin = engine_ms();
    model_bounds(model, &climb.options);
    climb.bounds = climb.options;
    climb.options.all_steps = asked.all_steps;
    climb.options.as_written = asked.as_written;
    explore(&climb, climb.options, budget_ms - budget_ms / 3, &out->result);
    if (out->result.verdict == IL_BUDGET) {
        enum { PART = 12 };
        char size[300];
        long executions;
        describe_size(size, sizeof size);
        il_result_free(&out->result);
        const char *words = find_help(&climb, budget_ms / PART + 1, out->result.timed, &executions);
        if (words)
            snprintf(help, sizeof help,
                     "With %s all %ld executions can be run: do that, and it is verified within that. Or",
                     words, executions);
        snprintf(help + strlen(help), sizeof help - strlen(help),
                 "%s give it more time, or make the model smaller, by a thread or some operations: %s",
                 words ? "" : "What helps:", size);
        explore_beyond(&climb, out);
    }
    describe_bounds(&climb, out);
    if (out->result.verdict == IL_FAILED) {
        describe_failure(&climb, out);
    } else if (out->result.verdict == IL_EXHAUSTED) {
        char all[60] = "the only execution passes";
        if (out->result.executions != 1)
            snprintf(all, sizeof all, "all %ld executions pass", out->result.executions);
        snprintf(out->headline, sizeof out->headline, "%s: %s", all, out->bounds);
    } else {
        char seen[140];
        describe_seen(&climb, seen, sizeof seen);
        snprintf(
            out->headline, sizeof out->headline,
            "budget reached after %ld executions: not verified. None of them failed%s. The bound was the time, %g s. %s",
            climb.executions, seen, budget_ms / 1000.0, help);
    }
    out->result.executions = climb.executions;
    out->result.milliseconds = (int)(engine_ms() - begin);
}
