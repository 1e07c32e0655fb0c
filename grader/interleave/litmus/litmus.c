/**
 * @file litmus.c
 * @brief The engine against RC11: what RC11 forbids is never reached, and what is missed is explained.
 *
 * `litmus FILE... [--fresh PROGRAMS SEED] [--markdown FILE]`
 *
 * Each program is judged in three ways, which must agree: by the outcomes that the file has stored (from an
 * axiomatic simulator), by the axioms as rc11.c has them, and by the engine. Fresh random programs have the
 * last two. Exit status 0:
 *
 * - the stored outcomes are those of the axioms;
 * - the engine reached nothing that they forbid, and explored each program to its end;
 * - and it missed nothing that they allow.
 *
 * Load buffering is not missed: RC11 itself forbids it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_program.h"
#include "rc11.h"
#include "stored.h"

enum { SHAPES_MAX = 32 };

struct row {
    const char *shape;
    long programs, allowed, reached, missed, forbidden, added, executions;
};

static struct row rows[SHAPES_MAX];
static int row_count;
static long problems,
    milliseconds; /* problems: programs not explored to the end, or stored with wrong outcomes */

static struct row *row_of(const char *shape)
{
    for (int i = 0; i < row_count; i++)
        if (strcmp(rows[i].shape, shape) == 0)
            return &rows[i];
    if (row_count == SHAPES_MAX)
        abort();
    rows[row_count].shape = shape;
    return &rows[row_count++];
}

/* How many of `these` are not among `those`; both are sorted. Printed if `word` is given. */
static long not_among(const struct litmus_program *program, const uint64_t *these, size_t count,
                      const uint64_t *those, size_t other_count, const char *word)
{
    long missing = 0;
    for (size_t i = 0, j = 0; i < count; i++) {
        while (j < other_count && those[j] < these[i])
            j++;
        if (j < other_count && those[j] == these[i])
            continue;
        if (word && missing == 0) {
            printf("%s in %s: ", word, program->name);
            litmus_print(program);
        }
        if (word)
            litmus_print_outcome(program, these[i]);
        missing++;
    }
    return missing;
}

static bool may_be_stuck(const struct litmus_program *program)
{
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            if (program->operations[t][i].kind == LITMUS_AWAIT)
                return true;
    return false;
}

/* An execution in which a loop has no answer is none of RC11's. */
static size_t without_stuck(const uint64_t *outcomes, size_t count)
{
    while (count > 0 && outcomes[count - 1] >= IL_STUCK)
        count--; /* they are sorted */
    return count;
}

/* Explore one program. Returns its outcomes, or NULL after a message. */
static uint64_t *explore(const struct litmus_program *program, bool c11_release_sequences, size_t *count,
                         struct row *row)
{
    struct il_options options = {.strategy = IL_DPOR,
                                 .preemptions = IL_UNBOUNDED,
                                 .stale_reads = IL_UNBOUNDED,
                                 .c11_release_sequences = c11_release_sequences,
                                 .deadlock_is_outcome = may_be_stuck(program),
                                 .ignore_leaks = true};
    struct il_result result;
    litmus_explore(program, &options, &result);
    bool complete = result.verdict == IL_EXHAUSTED;
    if (!complete) {
        problems++;
        printf("%s: not explored to its end: %s: ", program->name, result.message);
        litmus_print(program);
    } else if (c11_release_sequences) {
        row->executions += result.executions;
        milliseconds += result.milliseconds;
    }
    il_result_free(&result);
    if (!complete)
        return NULL;
    uint64_t *outcomes = litmus_outcomes(&result);
    *count = without_stuck(outcomes, result.outcomes);
    return outcomes;
}

static void check(const struct litmus_program *program, const struct rc11_outcomes *rc11, struct row *row)
{
    size_t count, newer_count;
    uint64_t *reached = explore(program, true, &count, row);
    if (!reached)
        return;
    row->programs++;
    row->allowed += (long)rc11->count;
    long missed = not_among(program, rc11->all, rc11->count, reached, count, "MISSED");
    row->missed += missed;
    row->reached += (long)rc11->count - missed;
    row->forbidden += not_among(program, reached, count, rc11->all, rc11->count, "FORBIDDEN BY RC11");

    /* The weaker rule of C++20: for information. */
    uint64_t *newer = explore(program, false, &newer_count, row);
    if (newer)
        row->added += not_among(program, newer, newer_count, reached, count, NULL);
    free(newer);
    free(reached);
}

static void check_stored(const struct stored *stored)
{
    struct rc11_outcomes rc11;
    rc11_enumerate(&stored->program, &rc11);
    if (stored->count > 0 && (rc11.count != stored->count ||
                              memcmp(rc11.all, stored->outcomes, rc11.count * sizeof *rc11.all) != 0)) {
        problems++;
        printf("%s: %zu outcomes are stored, the axioms allow %zu or others: ", stored->program.name,
               stored->count, rc11.count);
        litmus_print(&stored->program);
    }
    check(&stored->program, &rc11, row_of(stored->shape));
    rc11_free(&rc11);
}

static void check_fresh(uint64_t seed, bool waits)
{
    struct rc11_outcomes rc11;
    struct litmus_program *program = malloc(sizeof *program);
    const char *shape = "fresh waits";
    if (!program)
        abort();
    if (waits)
        random_waits(program, seed);
    else
        shape = random_accesses(program, seed);
    rc11_enumerate(program, &rc11);
    check(program, &rc11, row_of(shape));
    rc11_free(&rc11);
    free(program);
}

static struct row total(void)
{
    struct row sum = {.shape = "all"};
    for (int i = 0; i < row_count; i++) {
        sum.programs += rows[i].programs;
        sum.allowed += rows[i].allowed;
        sum.reached += rows[i].reached;
        sum.missed += rows[i].missed;
        sum.forbidden += rows[i].forbidden;
        sum.added += rows[i].added;
        sum.executions += rows[i].executions;
    }
    return sum;
}

static void print_row(FILE *out, bool markdown, const struct row *row)
{
    const char *format = markdown ? "| %s | %ld | %ld | %ld | %ld | %ld | %ld | %ld |\n"
                                  : "%-15s %9ld %9ld %9ld %8ld %10ld %8ld %11ld\n";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fprintf(out, format, row->shape, row->programs, row->allowed, row->reached, row->missed, row->forbidden,
            row->added, row->executions);
#pragma GCC diagnostic pop
}

static void print_table(FILE *out, bool markdown)
{
    if (markdown)
        fprintf(out, "| shape | programs | outcomes in RC11 | reached | missed | "
                     "forbidden but reached | more in C++20 | executions |\n"
                     "|---|---:|---:|---:|---:|---:|---:|---:|\n");
    else
        fprintf(out, "%-15s %9s %9s %9s %8s %10s %8s %11s\n", "shape", "programs", "in RC11", "reached",
                "missed", "forbidden", "+ C++20", "executions");
    for (int i = 0; i < row_count; i++)
        print_row(out, markdown, &rows[i]);
    struct row sum = total();
    print_row(out, markdown, &sum);
}

int main(int argc, char **argv)
{
    const char *markdown = NULL;
    long fresh = 0;
    size_t files = 0, count;
    uint64_t seed = 1;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--markdown") == 0 && i + 1 < argc) {
            markdown = argv[++i];
        } else if (strcmp(argv[i], "--fresh") == 0 && i + 2 < argc) {
            fresh = strtol(argv[++i], NULL, 10);
            seed = strtoull(argv[++i], NULL, 10);
        } else {
            const struct stored *all = stored_read(argv[i], &count);
            for (size_t k = 0; k < count; k++)
                check_stored(&all[k]);
            files += count > 0;
        }
    if (!files) {
        fprintf(stderr, "usage: litmus FILE... [--fresh PROGRAMS SEED] [--markdown FILE]\n");
        return 2;
    }
    for (long i = 0; i < fresh; i++)
        check_fresh(seed + (uint64_t)i, false);
    for (long i = 0; i < fresh / 2; i++)
        check_fresh(seed + (uint64_t)i, true);
    print_table(stdout, false);
    if (markdown) {
        FILE *out = fopen(markdown, "w");
        if (!out) {
            perror(markdown);
            return 1;
        }
        print_table(out, true);
        fclose(out);
    }
    struct row sum = total();
    bool passed = sum.forbidden == 0 && sum.missed == 0 && problems == 0;
    printf("%s: %ld programs, %ld outcomes reached that RC11 forbids, %ld of %ld missed, %ld other problems; "
           "%ld ms\n",
           passed ? "passed" : "FAILED", sum.programs, sum.forbidden, sum.missed, sum.allowed, problems,
           milliseconds);
    return passed ? 0 : 1;
}
