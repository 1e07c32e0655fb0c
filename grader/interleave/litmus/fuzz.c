/**
 * @file fuzz.c
 * @brief The strategies against the naive search: on random programs the reduced ones must reach the same
 * outcomes.
 *
 * `fuzz [PROGRAMS] [SEED]`. Exit status 0: for every program that the naive search could exhaust, states, sleep sets,
 * DPOR and DPOR with sleep sets exhausted it too, with the same set of outcomes; so did states where preemptions are bounded; and the random strategies
 * reached no other; a deadlock counts as an outcome. Programs that are too large for the naive search are
 * counted, and must be few.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_program.h"

enum { STRATEGIES = 7, BOUND_MAX = 2, NAIVE_MAX = 30000, WALKS = 50, TOO_LARGE_PERCENT = 10 };

static const char *const strategy_names[STRATEGIES] = {[IL_NAIVE] = "naive",
                                                       [IL_STATES] = "states",
                                                       [IL_SLEEP] = "sleep sets",
                                                       [IL_DPOR_BARE] = "DPOR",
                                                       [IL_DPOR] = "DPOR with sleep sets",
                                                       [IL_RANDOM] = "random walks",
                                                       [IL_PRIORITIES] = "random priorities"};

struct tally {
    long executions, pruned, milliseconds, outcomes, different;
};

static struct tally tallies[STRATEGIES];
static long too_large, failed;

/* --- a random program --- */

static void add_of_kind(struct litmus_program *program, int t, enum litmus_kind kind)
{
    random_add(program, t, (struct litmus_operation){.kind = kind});
}

/* A section of the mutex: with an access, perhaps with a wait or a signal. */
static void add_section(struct litmus_program *program, int t, int locations, bool conditions)
{
    if (program->lengths[t] + 3 > LITMUS_OPERATIONS)
        return;
    int what = conditions ? random_below(4) : 0;
    add_of_kind(program, t, random_below(4) == 0 && what < 2 ? LITMUS_TRYLOCK : LITMUS_LOCK);
    if (what < 2)
        random_add_access(program, t, locations, true);
    else
        add_of_kind(program, t, what == 2 ? LITMUS_WAIT : random_below(3) ? LITMUS_SIGNAL : LITMUS_BROADCAST);
    add_of_kind(program, t, LITMUS_UNLOCK);
}

static void add_futex(struct litmus_program *program, int t, int locations)
{
    struct litmus_operation operation = {.kind = random_below(2) ? LITMUS_FUTEX_WAIT : LITMUS_FUTEX_WAKE,
                                         .location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(2)),
                                         .expected = (uint64_t)random_below(2)};
    random_add(program, t, operation);
}

static void add_timed(struct litmus_program *program, int t, int locations)
{
    static const enum litmus_kind kinds[] = {LITMUS_FUTEX_TIMED, LITMUS_FUTEX_TIMED, LITMUS_FUTEX_WAKE,
                                             LITMUS_SLEEP, LITMUS_CLOCK};
    random_add(program, t,
               (struct litmus_operation){.kind = kinds[random_below(5)],
                                         .location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(3)),
                                         .expected = (uint64_t)random_below(2)});
}

static void add_await(struct litmus_program *program, int t, int locations)
{
    static const enum il_order orders[] = {IL_RELAXED, IL_ACQUIRE, IL_SEQ_CST};
    random_add(program, t,
               (struct litmus_operation){.kind = LITMUS_AWAIT,
                                         .location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(2)),
                                         .expected = (uint64_t)random_below(LITMUS_AWAITS),
                                         .order = orders[random_below(3)]});
}

/* A section of the semaphore, or of the eventfd: one thread takes what another has left. Or only a part of it. */
static void add_token(struct litmus_program *program, int t, int locations, bool event)
{
    static const enum litmus_kind takes[2][4] = {
        {LITMUS_TAKE, LITMUS_TAKE, LITMUS_TAKE, LITMUS_TAKE_TIMED},
        {LITMUS_RECEIVE, LITMUS_RECEIVE, LITMUS_RECEIVE, LITMUS_POLL}};
    int what = random_below(5); /* 0, 1: all; 2: take; 3, 4: leave */
    if (what < 3)
        random_add(program, t,
                   (struct litmus_operation){.kind = takes[event][random_below(4)],
                                             .value = (uint64_t)(1 + random_below(2))});
    if (what < 2)
        random_add_access(program, t, locations, true);
    if (what != 2)
        random_add(program, t,
                   (struct litmus_operation){.kind = event ? LITMUS_SEND : LITMUS_POST, .value = 1});
}

static void add_shared_section(struct litmus_program *program, int t, int locations)
{
    if (program->lengths[t] + 3 > LITMUS_OPERATIONS)
        return;
    add_of_kind(program, t, random_below(2) ? LITMUS_SHARE : LITMUS_EXCLUDE);
    random_add_access(program, t, locations, true);
    add_of_kind(program, t, LITMUS_LEAVE);
}

static void make_program(struct litmus_program *program, uint64_t seed)
{
    random_begin(seed);
    *program = (struct litmus_program){.threads = 2 + random_below(2)};
    snprintf(program->name, sizeof program->name, "program of seed %llu", (unsigned long long)seed);
    int locations = 1 + random_below(LITMUS_LOCATIONS);
    /* accesses; accesses; with sections; with condition variables; with futexes; with yields; with loops that wait; with deadlines, of
     * futexes and of condition variables; with a semaphore; with an eventfd; with a lock for readers and writers */
    int flavour = random_below(12);
    program->permits = random_below(3);
    program->count = random_below(3);
    program->takes_one = random_below(2);
    for (int t = 0; t < program->threads; t++) {
        int parts = program->threads == 2 ? 2 + random_below(3) : 1 + random_below(2);
        for (int i = 0; i < parts; i++)
            if ((flavour == 9 || flavour == 10) && random_below(3))
                add_token(program, t, locations, flavour == 10);
            else if (flavour == 11 && random_below(3))
                add_shared_section(program, t, locations);
            else if (flavour == 7 && random_below(2))
                add_timed(program, t, locations);
            else if (flavour == 8 && random_below(2))
                add_section(program, t, locations, true);
            else if (flavour == 6 && random_below(3) == 0)
                add_await(program, t, locations);
            else if (flavour == 5 && random_below(3) == 0)
                add_of_kind(program, t, random_below(2) ? LITMUS_YIELD : LITMUS_GIVE_WAY);
            else if (flavour == 4 && random_below(2))
                add_futex(program, t, locations);
            else if ((flavour == 2 || flavour == 3) && random_below(2))
                add_section(program, t, locations, flavour == 3);
            else if (flavour == 3 && random_below(3) == 0)
                add_of_kind(program, t, random_below(2) ? LITMUS_SIGNAL : LITMUS_BROADCAST);
            else
                random_add_access(program, t, locations, true);
    }
    for (int t = 0; flavour == 8 && t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            if (program->operations[t][i].kind == LITMUS_WAIT)
                program->operations[t][i].value = (uint64_t)random_below(3); /* 0: without a deadline */
    litmus_number(program, (1u << locations) - 1);
}

/* --- all four strategies --- */

static struct il_options options_for(enum il_strategy strategy, uint64_t seed)
{
    return (struct il_options){.strategy = strategy,
                               .preemptions = IL_UNBOUNDED,
                               .stale_reads = IL_UNBOUNDED,
                               .spurious = seed % 3 == 0,
                               .timeouts = (int)(seed / 3 % 3),
                               .unanswered = (int)(seed % 4) - 1 > 0 ? (int)(seed % 4) - 1 : 0,
                               .executions_max = strategy == IL_NAIVE    ? NAIVE_MAX
                                                 : strategy >= IL_RANDOM ? WALKS
                                                                         : 0,
                               .seed = seed,
                               .c11_release_sequences = seed % 2 == 0,
                               .deadlock_is_outcome = true,
                               .ignore_leaks = true};
}

/* Explore with one strategy. Returns the outcomes, or NULL: too large, or a failure, which is told. */
static uint64_t *explore(const struct litmus_program *program, const struct il_options *options, size_t *count)
{
    struct tally *tally = &tallies[options->strategy];
    struct il_result result;
    litmus_explore(program, options, &result);
    bool walks = options->strategy >= IL_RANDOM;
    bool complete = result.verdict == (walks ? IL_BUDGET : IL_EXHAUSTED);
    if (complete) {
        tally->executions += result.executions;
        tally->pruned += result.pruned;
        tally->milliseconds += result.milliseconds;
    } else if (result.verdict == IL_BUDGET && options->strategy == IL_NAIVE) {
        too_large++;
    } else {
        failed++;
        printf("%s, %s: %s: ", program->name, strategy_names[options->strategy], result.message);
        litmus_print(program);
    }
    *count = result.outcomes;
    il_result_free(&result);
    return complete ? litmus_outcomes(&result) : NULL;
}

static void print_difference(const struct litmus_program *program, const char *strategy,
                             const uint64_t *outcomes, size_t count, const uint64_t *naive, size_t naive_count)
{
    printf("%s: %s reached %zu outcomes, the naive search %zu: ", program->name, strategy, count, naive_count);
    litmus_print(program);
    for (size_t i = 0, j = 0; i < count || j < naive_count;)
        if (j == naive_count || (i < count && outcomes[i] < naive[j])) {
            printf("  only reached with %s:", strategy);
            litmus_print_outcome(program, outcomes[i++]);
        } else if (i == count || naive[j] < outcomes[i]) {
            printf("  only reached naively:");
            litmus_print_outcome(program, naive[j++]);
        } else {
            i++;
            j++;
        }
}

/* Whether all of `some` are among `all`; both are sorted. */
static bool among(const uint64_t *some, size_t count, const uint64_t *all, size_t all_count)
{
    size_t i = 0;
    for (size_t j = 0; i < count && j < all_count; j++)
        i += some[i] == all[j];
    return i == count;
}

static size_t without_stuck(uint64_t *outcomes, size_t count)
{
    while (count > 0 && outcomes[count - 1] >= IL_STUCK)
        count--; /* they are sorted */
    return count;
}

/* A loop that waits, against the same program in which each loop looks once and must have its answer: what it reaches is all
 * that the other may end with. This search knows nothing of loops. */
static void check_awaits(const struct litmus_program *program, uint64_t seed, uint64_t *naive,
                         size_t naive_count)
{
    size_t count;
    struct il_options options = options_for(IL_NAIVE, seed);
    litmus_await_once(true);
    uint64_t *outcomes = explore(program, &options, &count);
    litmus_await_once(false);
    if (!outcomes)
        return;
    naive_count = without_stuck(naive, naive_count);
    count = without_stuck(outcomes, count);
    if (count != naive_count || !among(outcomes, count, naive, naive_count)) {
        tallies[IL_NAIVE].different++;
        print_difference(program, "loops that wait, of one look,", outcomes, count, naive, naive_count);
    }
    free(outcomes);
}

static bool has_await(const struct litmus_program *program)
{
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            if (program->operations[t][i].kind == LITMUS_AWAIT)
                return true;
    return false;
}

/* With a bound of preemptions: states against the naive search. */
static void check_bounded(const struct litmus_program *program, uint64_t seed)
{
    for (int bound = 0; bound <= BOUND_MAX; bound++) {
        size_t naive_count, count = 0;
        struct il_options options = options_for(IL_NAIVE, seed);
        options.preemptions = bound;
        options.stale_reads = seed % 5 ? IL_UNBOUNDED : (int)(seed % 2);
        uint64_t *naive = explore(program, &options, &naive_count);
        options.strategy = IL_STATES;
        options.executions_max = 0;
        uint64_t *outcomes = naive ? explore(program, &options, &count) : NULL;
        if (outcomes && (count != naive_count || !among(outcomes, count, naive, naive_count))) {
            tallies[IL_STATES].different++;
            print_difference(program, "states, with a bound,", outcomes, count, naive, naive_count);
        }
        free(naive);
        free(outcomes);
    }
}

static void check(const struct litmus_program *program, uint64_t seed)
{
    size_t naive_count, count;
    struct il_options options = options_for(IL_NAIVE, seed);
    uint64_t *naive = explore(program, &options, &naive_count);
    if (!naive)
        return;
    tallies[IL_NAIVE].outcomes += (long)naive_count;
    if (has_await(program))
        check_awaits(program, seed, naive, naive_count);
    check_bounded(program, seed);
    for (int strategy = IL_STATES; strategy < STRATEGIES; strategy++) {
        options = options_for((enum il_strategy)strategy, seed);
        uint64_t *outcomes = explore(program, &options, &count);
        if (!outcomes)
            continue;
        tallies[strategy].outcomes += (long)count;
        if (!among(outcomes, count, naive, naive_count) || (strategy < IL_RANDOM && count != naive_count)) {
            tallies[strategy].different++;
            print_difference(program, strategy_names[strategy], outcomes, count, naive, naive_count);
        }
        free(outcomes);
    }
    free(naive);
}

int main(int argc, char **argv)
{
    long programs = argc > 1 ? strtol(argv[1], NULL, 10) : 1500;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct litmus_program *program = malloc(sizeof *program);
    if (!program || programs <= 0) {
        fprintf(stderr, "usage: fuzz [PROGRAMS] [SEED]\n");
        free(program);
        return 2;
    }
    for (long i = 0; i < programs; i++) {
        make_program(program, seed + (uint64_t)i);
        check(program, seed + (uint64_t)i);
    }
    free(program);
    long different = 0, milliseconds = 0;
    printf("%-22s %12s %12s %10s %10s %8s\n", "strategy", "executions", "pruned", "outcomes", "different",
           "ms");
    for (int i = 0; i < STRATEGIES; i++) {
        printf("%-22s %12ld %12ld %10ld %10ld %8ld\n", strategy_names[i], tallies[i].executions,
               tallies[i].pruned, tallies[i].outcomes, tallies[i].different, tallies[i].milliseconds);
        different += tallies[i].different;
        milliseconds += tallies[i].milliseconds;
    }
    bool passed = different == 0 && failed == 0 && too_large * 100 <= programs * TOO_LARGE_PERCENT;
    printf(
        "%s: %ld random programs from seed %llu, %ld different, %ld failed, %ld too large for the naive search; "
        "%ld ms\n",
        passed ? "passed" : "FAILED", programs, (unsigned long long)seed, different, failed, too_large,
        milliseconds);
    return passed ? 0 : 1;
}
