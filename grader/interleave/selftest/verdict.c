/**
 * @file verdict.c
 * @brief Says in one line for each model what came of it, for scripts: words separated by tabs.
 *
 *     name clause  verdict failure executions milliseconds  verdict failure executions milliseconds  replay headline
 *
 * The first four are of the search that grades, the second of DPOR alone. A failure is replayed from its token, and
 * must be the same: "same", "DIFFERENT", or "-" where nothing failed. Given names, only these models are explored.
 */
#include <stdio.h>
#include <string.h>

#include "../engine/engine.h"

extern const struct interleave_model *const __start_interleave_models[];
extern const struct interleave_model *const __stop_interleave_models[];

enum { BUDGET_MS = 10000 };

static const char *const verdicts[] = {
    [IL_EXHAUSTED] = "exhausted", [IL_FAILED] = "failed", [IL_BUDGET] = "budget"};

static const char *replay(const struct interleave_model *model, const struct il_result *found)
{
    struct il_options options;
    struct il_result again;
    if (found->verdict != IL_FAILED)
        return "-";
    model_bounds(model, &options);
    options.replay = found->token;
    il_explore(model->name, model->body, &options, &again);
    bool same = again.verdict == IL_FAILED && again.failure == found->failure &&
                strcmp(again.message, found->message) == 0;
    il_result_free(&again);
    return same ? "same" : "DIFFERENT";
}

static void print_search(const struct il_result *result)
{
    printf("%s\t%s\t%ld\t%d\t", verdicts[result->verdict],
           result->verdict == IL_FAILED ? il_failure_name(result->failure) : "none", result->executions,
           result->milliseconds);
}

static void tell(const struct interleave_model *model, int budget_ms)
{
    struct ladder_result ladder;
    struct il_result reduced;
    ladder_climb(model, budget_ms, (struct ladder_asked){0}, &ladder);
    struct il_result *found = &ladder.result;
    const char *replayed = replay(model, found);

    struct il_options options;
    model_bounds(model, &options);
    options.strategy = IL_DPOR;
    options.preemptions = IL_UNBOUNDED; /* a reduction with a bound would leave more out than it says */
    options.budget_ms = budget_ms;
    il_explore(model->name, model->body, &options, &reduced);

    for (char *at = ladder.headline; *at; at++)
        if (*at == '\t' || *at == '\n')
            *at = ' ';
    printf("%s\t%s\t", model->name, model->clause);
    print_search(found);
    print_search(&reduced);
    printf("%s\t%s\n", replayed, ladder.headline);
    fflush(stdout);
    il_result_free(found);
    il_result_free(&reduced);
}

static bool asked_for(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc < 2;
}

int main(int argc, char **argv)
{
    const char *budget = getenv("BUDGET_MS");
    const struct interleave_model *const *model = __start_interleave_models;
    for (; model != __stop_interleave_models; model++)
        if (asked_for((*model)->name, argc, argv))
            tell(*model, budget ? atoi(budget) : BUDGET_MS);
    return 0;
}
