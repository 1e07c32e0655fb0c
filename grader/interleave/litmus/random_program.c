#include "random_program.h"

#include <stdio.h>

static uint64_t state;

void random_begin(uint64_t seed)
{
    state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    for (int i = 0; i < 4; i++)
        random_below(2);
}

int random_below(int limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int)((state * UINT64_C(0x2545F4914F6CDD1D) >> 33) % (unsigned)limit);
}

void random_add(struct litmus_program *program, int thread, struct litmus_operation operation)
{
    if (program->lengths[thread] < LITMUS_OPERATIONS)
        program->operations[thread][program->lengths[thread]++] = operation;
}

void random_add_access(struct litmus_program *program, int thread, int locations, bool compare_exchange)
{
    static const enum il_order loads[] = {IL_RELAXED, IL_ACQUIRE, IL_SEQ_CST};
    static const enum il_order stores[] = {IL_RELAXED, IL_RELEASE, IL_SEQ_CST};
    static const enum il_order changes[] = {IL_RELAXED, IL_ACQUIRE, IL_RELEASE, IL_ACQ_REL, IL_SEQ_CST};
    struct litmus_operation operation = {.location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(3))};
    int kind = random_below(20);
    if (kind < 7) {
        operation.kind = LITMUS_LOAD;
        operation.order = loads[random_below(3)];
    } else if (kind < 14) {
        operation.kind = LITMUS_STORE;
        operation.order = stores[random_below(3)];
    } else if (kind < 17) {
        operation.kind = kind == 14                        ? LITMUS_EXCHANGE
                         : kind == 15 || !compare_exchange ? LITMUS_ADD
                                                           : LITMUS_COMPARE_EXCHANGE;
        operation.order = changes[random_below(5)];
        operation.expected = (uint64_t)random_below(2);
        if (operation.kind == LITMUS_ADD)
            operation.value = 1;
    } else {
        operation.kind = LITMUS_FENCE;
        operation.order = changes[1 + random_below(4)];
    }
    random_add(program, thread, operation);
}

/* A read-modify-write, mostly; small values, so that a compare-exchange often finds what it expects. */
static void add_change(struct litmus_program *program, int thread, int locations)
{
    static const enum litmus_kind kinds[] = {LITMUS_COMPARE_EXCHANGE, LITMUS_COMPARE_EXCHANGE,
                                             LITMUS_COMPARE_EXCHANGE, LITMUS_EXCHANGE, LITMUS_ADD};
    if (random_below(3) == 0) {
        random_add_access(program, thread, locations, true);
        return;
    }
    struct litmus_operation operation = {.kind = kinds[random_below(5)],
                                         .location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(2)),
                                         .expected = (uint64_t)random_below(3)};
    static const enum il_order orders[] = {IL_RELAXED, IL_ACQUIRE, IL_RELEASE, IL_ACQ_REL, IL_SEQ_CST};
    operation.order = orders[random_below(5)];
    if (operation.kind == LITMUS_ADD)
        operation.value = 1;
    random_add(program, thread, operation);
}

/* An access to x or y, or a fence, that is seq_cst, mostly. Or one to z: these say who has come how far, mostly relaxed, so that
 * an operation often depends on what does not happen before it, and may pass it over. */
static void add_sequential(struct litmus_program *program, int thread, uint64_t stage)
{
    static const enum il_order weaker[2][4] = {{IL_RELAXED, IL_RELAXED, IL_RELAXED, IL_ACQUIRE},
                                               {IL_RELAXED, IL_RELAXED, IL_RELAXED, IL_RELEASE}};
    struct litmus_operation operation = {.order = IL_SEQ_CST};
    int kind = random_below(20);
    bool tells = random_below(3) == 0;
    operation.kind = tells       ? (kind < 10 ? LITMUS_LOAD : LITMUS_STORE)
                     : kind < 8  ? LITMUS_LOAD
                     : kind < 15 ? LITMUS_STORE
                     : kind < 16 ? LITMUS_EXCHANGE
                                 : LITMUS_FENCE;
    operation.location = tells ? 2 : operation.kind == LITMUS_FENCE ? 0 : random_below(2);
    operation.value = tells ? stage : (uint64_t)(1 + random_below(2));
    if (tells || (operation.kind <= LITMUS_STORE && random_below(5) < 2))
        operation.order = weaker[operation.kind == LITMUS_STORE][random_below(4)];
    random_add(program, thread, operation);
}

const char *random_accesses(struct litmus_program *program, uint64_t seed)
{
    static const char *const kinds[] = {"fresh seq_cst", "fresh", "fresh changes"};
    int kind = (int)(seed % 3);
    random_begin(seed);
    *program = (struct litmus_program){.threads = 2 + random_below(2)};
    snprintf(program->name, sizeof program->name, "fresh program of seed %llu", (unsigned long long)seed);
    int locations = kind == 0 ? LITMUS_LOCATIONS : 1 + random_below(LITMUS_LOCATIONS), stage = 0;
    for (int t = 0; t < program->threads; t++) {
        int left = (program->threads == 2 ? 3 : 2) + (kind == 0) + random_below(program->threads == 2 ? 3 : 2);
        for (; left > 0; left--)
            if (kind == 0)
                add_sequential(program, t, (uint64_t)++stage);
            else if (kind == 1)
                random_add_access(program, t, locations, false);
            else
                add_change(program, t, locations);
    }
    litmus_number(program, (1u << locations) - 1);
    return kinds[kind];
}

/* A loop that waits for one of the values that are stored. */
static void add_await(struct litmus_program *program, int thread, int locations)
{
    static const enum il_order loads[] = {IL_RELAXED, IL_ACQUIRE, IL_SEQ_CST};
    static const enum il_order changes[] = {IL_RELAXED, IL_ACQUIRE, IL_ACQ_REL, IL_SEQ_CST};
    struct litmus_operation operation = {.kind = LITMUS_AWAIT,
                                         .location = random_below(locations),
                                         .value = (uint64_t)(1 + random_below(2)),
                                         .expected = (uint64_t)random_below(LITMUS_AWAITS)};
    operation.order =
        operation.expected >= LITMUS_EXCHANGED ? changes[random_below(4)] : loads[random_below(3)];
    if (operation.expected == LITMUS_BOTH)
        operation.order = IL_SEQ_CST;
    random_add(program, thread, operation);
}

void random_waits(struct litmus_program *program, uint64_t seed)
{
    random_begin(seed);
    *program = (struct litmus_program){.threads = 2 + random_below(2)};
    snprintf(program->name, sizeof program->name, "fresh waits of seed %llu", (unsigned long long)seed);
    int locations = 1 + random_below(LITMUS_LOCATIONS);
    for (int t = 0; t < program->threads; t++) {
        int left = 2 + random_below(program->threads == 2 ? 3 : 2), kind = 0;
        for (bool waited = false; left > 0; left--) {
            bool gave_way = kind == 1;
            kind = random_below(4);
            if (kind == 0 && !waited && (waited = true))
                add_await(program, t, locations);
            else if (kind == 1 && !gave_way && left > 1)
                random_add(program, t, (struct litmus_operation){.kind = LITMUS_GIVE_WAY});
            else
                random_add_access(program, t, locations, true);
        }
    }
    litmus_number(program, (1u << locations) - 1);
}
