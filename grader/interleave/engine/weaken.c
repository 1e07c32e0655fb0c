/**
 * @file weaken.c
 * @brief Which memory orders do the models need? Which single strengthening makes a failing one pass?
 *
 * Weakening: each atomic operation that the models come to is given a weaker order, alone, and the models that come to it
 * are explored again. If one fails, the order is needed, and the report names the failure. If none fails, either the
 * order is stronger than it need be, or a model is missing.
 *
 * Repair: each operation of a failing execution is made acq_rel, then seq_cst, then gets a seq_cst fence before it.
 */
#include "engine.h"

#include <limits.h>
#include <stdlib.h>

#include "layout.h"

enum { GROUPS_MAX = 256, SITES_MAX = 31, WEAKEN_MODELS_MAX = 64 };

/* One operation of the source: the same line and function may have been compiled to several sites. */
struct group {
    il_site sites[SITES_MAX + 1]; /* ended by NULL */
    int site_count;
    uint8_t op, order, failure_order;
    uint64_t models; /* a set: those that come to it */
};

struct weakening {
    const struct interleave_model *const *models;
    size_t model_count;
    int budget_ms;      /* of one exploration */
    int left_ms;        /* of all that are still to come */
    const char *files;  /* "a.c,b.c": only operations in these; NULL: in all */
    spare_order *spare; /* NULL: what was found is printed */
    bool undecided;     /* of some order it is not known */
    struct group groups[GROUPS_MAX];
    int group_count;
    long executions;
};

/* One line of a report. */
static void say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(FILE *out, const char *format, ...)
{
    enum { HANG = 6 };
    char *line;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&line, format, arguments) < 0)
        engine_failed("no memory");
    va_end(arguments);
    layout_line(out, line, 0, HANG, layout_columns(out));
    free(line);
}

bool same_place(il_site a, il_site b)
{
    return strcmp(site_place(a), site_place(b)) == 0 && strcmp(site_function(a), site_function(b)) == 0;
}

static bool is_wanted(const struct weakening *weakening, il_site site)
{
    const char *place = site_place(site);
    size_t length = strcspn(place, ":");
    for (const char *file = weakening->files; file && *file;
         file += strcspn(file, ",") + (file[strcspn(file, ",")] == ','))
        if (strcspn(file, ",") == length && strncmp(file, place, length) == 0)
            return true;
    return !weakening->files;
}

static void add_place(struct weakening *weakening, const struct place *place, size_t model)
{
    if (!is_wanted(weakening, place->site))
        return;
    for (int i = 0; i < weakening->group_count; i++) {
        struct group *group = &weakening->groups[i];
        if (group->op != place->op || group->order != place->order ||
            group->failure_order != place->failure_order || !same_place(group->sites[0], place->site))
            continue;
        group->models |= UINT64_C(1) << model;
        for (int k = 0; k < group->site_count; k++)
            if (group->sites[k] == place->site)
                return;
        if (group->site_count == SITES_MAX)
            engine_failed("one line was compiled to more than %d operations", SITES_MAX);
        group->sites[group->site_count++] = place->site;
        return;
    }
    if (weakening->group_count == GROUPS_MAX)
        engine_failed("more than %d atomic operations in the source", GROUPS_MAX);
    weakening->groups[weakening->group_count++] = (struct group){.sites = {place->site},
                                                                 .site_count = 1,
                                                                 .op = place->op,
                                                                 .order = place->order,
                                                                 .failure_order = place->failure_order,
                                                                 .models = UINT64_C(1) << model};
}

static void explore_model(struct weakening *weakening, size_t model, struct il_result *result)
{
    struct il_options options;
    model_bounds(weakening->models[model], &options);
    options.budget_ms = weakening->budget_ms < weakening->left_ms ? weakening->budget_ms : weakening->left_ms;
    il_explore(weakening->models[model]->name, weakening->models[model]->body, &options, result);
    weakening->executions += result->executions;
    weakening->left_ms -=
        result->milliseconds < weakening->left_ms ? result->milliseconds : weakening->left_ms - 1;
}

/* Explore all models as they are, and gather the operations that they come to. False: one does not pass. */
static bool gather(struct weakening *weakening, bool may_fail, FILE *out)
{
    bool passes = true;
    for (size_t i = 0; i < weakening->model_count; i++) {
        struct il_result result;
        places_begin();
        explore_model(weakening, i, &result);
        places_resolve();
        for (int k = 0; k < il->place_count; k++)
            add_place(weakening, &il->places[k], i);
        places_end();
        if (result.verdict != IL_EXHAUSTED)
            passes = false;
        weakening->undecided |= result.verdict == IL_BUDGET || !il_failure_counts(result.failure);
        if (result.verdict != IL_EXHAUSTED && !may_fail)
            say(out, "%s does not pass as it is (%s): weakening needs models that are explored to their end",
                weakening->models[i]->name,
                result.verdict == IL_FAILED ? il_failure_name(result.failure) : "budget reached");
        il_result_free(&result);
    }
    return passes;
}

/* Orders weaker than `order` for an operation, strongest first; their count. */
static int weaker_orders(enum operation op, enum il_order order, enum il_order weaker[5])
{
    bool reads = op != OP_STORE, writes = op != OP_LOAD;
    int count = 0;
    if (order == IL_SEQ_CST && reads && writes)
        weaker[count++] = IL_ACQ_REL;
    if ((order == IL_SEQ_CST || order == IL_ACQ_REL) && reads)
        weaker[count++] = IL_ACQUIRE;
    if ((order == IL_SEQ_CST || order == IL_ACQ_REL) && writes)
        weaker[count++] = IL_RELEASE;
    if (order != IL_RELAXED)
        weaker[count++] = IL_RELAXED;
    return count;
}

/* Explore the models that come to this operation, with what stands in il->replaced. True: all pass; else `model` and
 * `failure` say which did not, and how. */
static bool all_pass(struct weakening *weakening, const struct group *group, size_t *model,
                     struct il_result *failure)
{
    for (size_t i = 0; i < weakening->model_count; i++) {
        if (!(group->models >> i & 1))
            continue;
        explore_model(weakening, i, failure);
        il_result_free(failure);
        *model = i;
        if (failure->verdict == IL_EXHAUSTED && weakening->models[i]->preemptions)
            failure->verdict = IL_BUDGET; /* beyond its bound of preemptions it may fail */
        if (failure->verdict != IL_EXHAUSTED)
            return false;
    }
    return true;
}

/* Whether a line of the file of reasons begins with this operation: "function operation order". */
static bool has_reason(const char *reasons, const char *what, char *line, size_t size)
{
    FILE *file = reasons ? fopen(reasons, "r") : NULL;
    bool found = false;
    while (file && !found && fgets(line, (int)size, file)) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, what, strlen(what)) == 0 && strstr(line, " -- ");
    }
    if (file)
        fclose(file);
    return found;
}

/* What the models say of one order. */
struct opinion {
    enum il_order weakest; /* that every model passes with */
    bool undecided;        /* a budget did not suffice */
    char needed[200];      /* which model fails with a weaker one, and how */
};

/* Try each weaker order of one operation. */
static struct opinion try_weaker(struct weakening *weakening, const struct group *group, bool failure_order,
                                 enum il_order order)
{
    struct opinion opinion = {.weakest = order};
    struct il_result result = {0};
    enum il_order weaker[5];
    size_t model = 0;
    int count = weaker_orders(failure_order ? OP_LOAD : group->op, order, weaker);
    for (int i = 0; i < count; i++) {
        il->replaced[0] =
            (struct replaced_order){.sites = group->sites,
                                    .order = weaker[i],
                                    .failure_order = failure_order,
                                    .drop_fence = group->op == OP_FENCE && weaker[i] == IL_RELAXED};
        if (all_pass(weakening, group, &model, &result))
            opinion.weakest = weaker[i];
        else if (result.verdict == IL_BUDGET)
            opinion.undecided = true;
        else if (!*opinion.needed)
            snprintf(opinion.needed, sizeof opinion.needed, "with %s %s fails: %s", order_names[weaker[i]],
                     weakening->models[model]->name, il_failure_name(result.failure));
    }
    nothing_is_replaced();
    return opinion;
}

/* One line of the report. Returns 1 if the order is stronger than the models need, or not decided, and no reason is given. */
static int weaken_order(struct weakening *weakening, const struct group *group, bool failure_order,
                        const char *reasons, FILE *out)
{
    enum il_order order = failure_order ? group->failure_order : group->order;
    if (order == IL_RELAXED)
        return 0;
    char what[300], reason[300], why[300];
    struct opinion opinion = try_weaker(weakening, group, failure_order, order);
    bool needed = opinion.weakest == order && !opinion.undecided, excused = false;
    weakening->undecided |= opinion.undecided;
    snprintf(what, sizeof what, "%s %s %s", site_function(group->sites[0]),
             failure_order ? "failure of compare-exchange" : operation_name(group->op), order_names[order]);
    if (weakening->spare) {
        snprintf(why, sizeof why, group->op == OP_FENCE ? "it can be dropped" : "%s suffices",
                 order_names[opinion.weakest]);
        if (!needed && !opinion.undecided)
            weakening->spare(site_place(group->sites[0]), what, why);
        return !needed;
    }
    if (needed)
        snprintf(why, sizeof why, "%s", opinion.needed);
    else if ((excused = has_reason(reasons, what, reason, sizeof reason)))
        snprintf(why, sizeof why, "%s passes every model%s", order_names[opinion.weakest],
                 strstr(reason, " -- "));
    else if (opinion.undecided)
        snprintf(why, sizeof why, "the budget did not suffice: give more --seconds");
    else
        snprintf(why, sizeof why, "%s passes every model", order_names[opinion.weakest]);
    say(out, "  %-10s  %-16s  %s: %s",
        needed              ? "needed"
        : excused           ? "reason"
        : opinion.undecided ? "UNDECIDED"
                            : "NOT NEEDED",
        site_place(group->sites[0]), what, why);
    return !needed && !excused;
}

int weaken(const struct interleave_model *const models[], size_t count, int budget_ms, const char *files,
           const char *reasons, FILE *out)
{
    struct weakening *weakening = calloc(1, sizeof *weakening);
    int spare = 0;
    engine_start();
    if (!weakening || count > WEAKEN_MODELS_MAX)
        engine_failed("more than %d models", WEAKEN_MODELS_MAX);
    weakening->models = models;
    weakening->model_count = count;
    weakening->budget_ms = budget_ms;
    weakening->left_ms = INT_MAX;
    weakening->files = files;
    if (!gather(weakening, false, out)) {
        free(weakening);
        return 1;
    }
    for (int i = 0; i < weakening->group_count; i++) {
        const struct group *group = &weakening->groups[i];
        spare += weaken_order(weakening, group, false, reasons, out);
        if (group->op == OP_COMPARE_EXCHANGE)
            spare += weaken_order(weakening, group, true, reasons, out);
        fflush(out);
    }
    say(out, "%d operations, %d with an order that no model needs and no reason is given for; %ld executions",
        weakening->group_count, spare, weakening->executions);
    free(weakening);
    return spare != 0;
}

enum il_verdict weaken_judged(const struct interleave_model *const models[], size_t count, int budget_ms,
                              const char *files, spare_order *spare, long *executions)
{
    struct weakening *weakening = calloc(1, sizeof *weakening);
    if (!weakening || count > WEAKEN_MODELS_MAX)
        engine_failed("more than %d models", WEAKEN_MODELS_MAX);
    weakening->models = models;
    weakening->model_count = count;
    weakening->budget_ms = weakening->left_ms = budget_ms;
    weakening->files = files;
    weakening->spare = spare;
    bool passes = gather(weakening, true, NULL);
    for (int i = 0; passes && i < weakening->group_count; i++) {
        const struct group *group = &weakening->groups[i];
        weaken_order(weakening, group, false, NULL, NULL);
        if (group->op == OP_COMPARE_EXCHANGE)
            weaken_order(weakening, group, true, NULL, NULL);
    }
    enum il_verdict verdict = weakening->undecided ? IL_BUDGET : passes ? IL_EXHAUSTED : IL_FAILED;
    *executions = weakening->executions;
    free(weakening);
    return verdict;
}

int repair(const struct interleave_model *model, int budget_ms, FILE *out)
{
    static const char *const words[] = {"acquire and release", "seq_cst", "a seq_cst fence just before it"};
    struct weakening *weakening = calloc(1, sizeof *weakening);
    struct il_result result;
    int found = 0;
    engine_start();
    if (!weakening)
        engine_failed("no memory");
    weakening->models = &model;
    weakening->model_count = 1;
    weakening->budget_ms = budget_ms;
    weakening->left_ms = INT_MAX;
    if (gather(weakening, true, out)) {
        fprintf(out, "%s passes as it is: there is nothing to repair\n", model->name);
        free(weakening);
        return 1;
    }
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < weakening->group_count; i++) {
            const struct group *group = &weakening->groups[i];
            il->replaced[0] = (struct replaced_order){.sites = group->sites,
                                                      .order = kind == 0 ? IL_ACQ_REL : IL_SEQ_CST,
                                                      .fence_before = kind == 2};
            explore_model(weakening, 0, &result);
            il_result_free(&result);
            if (result.verdict != IL_EXHAUSTED)
                continue;
            found++;
            say(out, "  %s in %s, %s: %s makes all %ld executions pass", site_place(group->sites[0]),
                site_function(group->sites[0]), operation_name(group->op), words[kind], result.executions);
        }
    nothing_is_replaced();
    fprintf(out, "%d of %d single changes make %s pass\n", found, 3 * weakening->group_count, model->name);
    free(weakening);
    return found == 0;
}
