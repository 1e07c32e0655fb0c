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

void random_accesses(struct litmus_program *program, uint64_t seed)
{
    random_begin(seed);
    *program = (struct litmus_program){.threads = 2 + random_below(2)};
    snprintf(program->name, sizeof program->name, "fresh program of seed %llu", (unsigned long long)seed);
    int locations = 1 + random_below(LITMUS_LOCATIONS);
    for (int t = 0; t < program->threads; t++)
        for (int left = program->threads == 2 ? 3 + random_below(3) : 2 + random_below(2); left > 0; left--)
            random_add_access(program, t, locations, false);
    litmus_number(program, (1u << locations) - 1);
}
