/**
 * @file mend.c
 * @brief Whether the orders that an account names as missing would mend the failure: the model is explored again with them.
 *
 * What is missing in one execution may not be all that is missing, or may be another mistake's trace. So nothing is said to mend a
 * failure that was not tried: each remark of the account by itself, and if none suffices, each single change of an order in the model.
 */
#include "engine.h"

#include <stdlib.h>

enum { SITES_MAX = 31, ROUNDS = 4, CHANGES = 4 };

/* One change: at all sites of a place of the source. */
struct change {
    il_site sites[SITES_MAX + 1]; /* ended by NULL */
    int count;
    struct replaced_order order;
    const char *words; /* "acquire at" */
};

struct mending {
    const struct interleave_model *model;
    int64_t ends_ms;
    FILE *out;
    bool undecided; /* for some the time did not suffice */
};

/* --- trying --- */

/* The sites that the model came to, of the places of these changes. True: one more. */
static bool add_sites(struct change changes[], int count)
{
    bool more = false;
    places_resolve();
    for (int i = 0; i < count; i++)
        for (int k = 0; k < il->place_count; k++) {
            struct change *change = &changes[i];
            il_site site = il->places[k].site;
            bool known = !same_place(change->sites[0], site) || change->count == SITES_MAX;
            for (int n = 0; n < change->count; n++)
                known |= change->sites[n] == site;
            if (known)
                continue;
            change->sites[change->count++] = site;
            more = true;
        }
    return more;
}

static enum il_verdict explore(struct mending *mending, struct il_result *result)
{
    struct il_options options;
    int64_t left = mending->ends_ms - engine_ms();
    *result = (struct il_result){.verdict = IL_BUDGET};
    if (left <= 0)
        return IL_BUDGET;
    model_bounds(mending->model, &options);
    options.budget_ms = (int)left;
    il_explore(mending->model->name, mending->model->body, &options, result);
    il_result_free(result);
    return result->verdict == IL_FAILED && !il_failure_counts(result->failure) ? IL_BUDGET : result->verdict;
}

/* With the changes made. */
static enum il_verdict try_changes(struct mending *mending, struct change changes[], int count,
                                   struct il_result *result)
{
    enum il_verdict verdict = IL_BUDGET;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < count; i++) {
            changes[i].order.sites = changes[i].sites;
            il->replaced[i] = changes[i].order;
        }
        verdict = explore(mending, result);
        nothing_is_replaced();
        if (!add_sites(changes, count))
            break;
    }
    mending->undecided |= verdict == IL_BUDGET;
    return verdict;
}

/* --- the remarks of the account --- */

static int changes_of(const struct il_hint *hint, struct change changes[2])
{
    int count = 0;
    site_resolve(&hint->acquire, hint->acquire != NULL);
    site_resolve(&hint->release, hint->release != NULL);
    if (hint->acquire && hint->release && same_place(hint->acquire, hint->release)) {
        changes[0] = (struct change){.sites = {hint->acquire},
                                     .count = 1,
                                     .order = {.order = IL_ACQ_REL, .beside = true},
                                     .words = "acquire and release at"};
        return 1;
    }
    if (hint->release)
        changes[count++] = (struct change){.sites = {hint->release},
                                           .count = 1,
                                           .order = {.order = IL_RELEASE, .beside = true},
                                           .words = "release at"};
    if (hint->acquire)
        changes[count++] =
            (struct change){.sites = {hint->acquire},
                            .count = 1,
                            .order = {.order = IL_ACQUIRE, .failure_order = hint->on_failure, .beside = true},
                            .words = hint->on_failure ? "acquire on failure at" : "acquire at"};
    for (int i = 0; i < 2; i++)
        if (hint->fence[i] && !(i == 1 && hint->fence[0] == hint->fence[1]))
            changes[count++] = (struct change){.sites = {hint->fence[i]},
                                               .count = 1,
                                               .order = {.order = IL_SEQ_CST, .fence_before = true},
                                               .words = "a seq_cst fence just before"};
    return count;
}

static void write_changes(FILE *out, const struct change changes[], int count)
{
    for (int i = 0; i < count; i++)
        fprintf(out, "%s%s %s", i ? " and " : "", changes[i].words, site_place(changes[i].sites[0]));
}

/* What is said of a model that is bounded: it may fail beyond that. */
static void write_passes(const struct mending *mending, long executions)
{
    fprintf(mending->out, executions == 1 ? "the only execution passes" : "all %ld executions pass",
            executions);
    if (mending->model->preemptions)
        fprintf(mending->out, " within its bound of preemptions");
    fprintf(mending->out, "\n");
}

static bool try_hint(struct mending *mending, const struct il_hint *hint)
{
    struct change changes[2];
    struct il_result result;
    int count = changes_of(hint, changes);
    enum il_verdict verdict = try_changes(mending, changes, count, &result);
    for (int i = 0; i < count; i++)
        site_resolve(changes[i].sites, (size_t)changes[i].count);
    fprintf(mending->out, "      ==== tried: with ");
    write_changes(mending->out, changes, count);
    if (verdict == IL_EXHAUSTED) {
        fprintf(mending->out, ", ");
        write_passes(mending, result.executions);
    } else if (verdict == IL_FAILED) {
        fprintf(mending->out, ", it still fails: %s\n", il_failure_name(result.failure));
    } else {
        fprintf(mending->out, " it is not known: the time did not suffice\n");
    }
    return verdict == IL_EXHAUSTED;
}

/* --- any single change --- */

static const char *const single_words[CHANGES] = {"", "acquire and release at", "seq_cst at",
                                                  "a seq_cst fence just before"};

/* The one of these changes that an operation can have, and that is more than it has; false: it cannot. */
static bool single_change(const struct place *place, int kind, struct change *change)
{
    bool reads = place->op != OP_STORE && place->op != OP_FENCE,
         writes = place->op != OP_LOAD && place->op != OP_FENCE;
    bool is_fence = place->op == OP_FENCE;
    enum il_order order = kind == 0 ? (reads ? IL_ACQUIRE : IL_RELEASE) : kind == 1 ? IL_ACQ_REL : IL_SEQ_CST;
    if (place->order == IL_SEQ_CST || (kind == 0 && reads && il_acquires(place->order)) ||
        (kind == 0 && !reads && il_releases(place->order)) || (kind == 1 && (!reads || !writes)) ||
        (kind == 1 && place->order == IL_ACQ_REL) || (is_fence && kind != 2))
        return false;
    *change = (struct change){.sites = {place->site},
                              .count = 1,
                              .order = {.order = order, .fence_before = kind == 3, .beside = kind < 2}};
    change->words = kind == 0 ? reads ? "acquire at" : "release at" : single_words[kind];
    return true;
}

static void try_all(struct mending *mending)
{
    const struct place *places = il->places;
    int tried = 0, count = il->place_count; /* what is found meanwhile comes behind these */
    for (int kind = 0; kind < CHANGES; kind++)
        for (int i = 0; i < count && mending->ends_ms > engine_ms(); i++) {
            struct change change;
            struct il_result result;
            bool seen = false;
            for (int k = 0; k < i; k++)
                seen |= same_place(places[k].site, places[i].site);
            if (seen || !single_change(&places[i], kind, &change))
                continue;
            tried++;
            if (try_changes(mending, &change, 1, &result) != IL_EXHAUSTED)
                continue;
            fprintf(mending->out, "      ==== tried: with %s %s, ", change.words, site_place(change.sites[0]));
            write_passes(mending, result.executions);
            return;
        }
    if (tried == 0)
        return;
    fprintf(mending->out, "      ==== tried: %d single changes of an order; none of them makes it pass%s\n",
            tried, mending->undecided ? "; not all could be tried to the end in the time" : "");
}

char *mend(const struct interleave_model *model, const struct il_result *failure, int budget_ms)
{
    struct mending mending = {.model = model, .ends_ms = engine_ms() + budget_ms};
    char *text = NULL;
    size_t length;
    bool mended = false;
    if (failure->hint_count == 0 && failure->stale_reads == 0)
        return NULL;
    mending.out = open_memstream(&text, &length);
    if (!mending.out)
        engine_failed("no memory");
    places_begin();
    for (int i = 0; i < failure->hint_count; i++)
        mended |= try_hint(&mending, &failure->hints[i]);
    if (!mended && il->place_count == 0) {
        struct il_result result;
        (void)explore(&mending, &result);
        places_resolve();
    }
    if (!mended)
        try_all(&mending);
    places_end();
    fclose(mending.out);
    if (length > 0)
        return text;
    free(text);
    return NULL;
}
