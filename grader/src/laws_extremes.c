/**
 * @file laws_extremes.c
 * @brief Lives at the ends of a domain: one leaf of very many that decides, and outputs of a kind that cannot be read.
 */
#include <stddef.h>

#include "laws_internal.h"

/* Alone, where one is enough; as the last, where all count. Bits and bytes in which branches are noted run over here. */
static void last_script(const struct law_future *future, struct kit_life *life, int way, int32_t result)
{
    life->count = 0;
    add(life, ACT_POLL, 0, 0);
    if (future->waits != WAITS_FOR_ANY) {
        add(life, ACT_ARM_REST, way, 5);
        add(life, ACT_POLL, 1, 0);
    }
    add(life, ACT_ARM, way, result);
    add(life, ACT_POLL, 2, 0);
    add(life, ACT_DROP, 0, 0);
}

void law_try_last(struct judge *judge, const struct law_future *future, const struct kit_shape *shape)
{
    struct kit_life life = {.shape = *shape, .variation = {.rubbish = 0xa5}};
    const int ways[] = {0, shape->count - 1, judge_random(judge, shape->count)};
    const int32_t results[] = {5, WF_ECLOSED};
    struct law_record record;
    for (int way = 0; way < 3; way++)
        for (int i = 0; i < 2; i++) {
            last_script(future, &life, ways[way], results[i]);
            law_live(judge, future, &life, &record, NULL);
            law_expect(judge, future, &life, &record);
        }
}

void law_try_other_outputs(struct judge *judge, const struct law_future *future, const struct kit_shape *base)
{
    const struct law_domain *bytes = &law_domains[DOMAIN_BYTES];
    for (int i = 0; i < bytes->count; i++) {
        struct kit_life life = {.shape = *base, .variation = {.rubbish = 0xa5}};
        life.shape.bytes = bytes->edges[i];
        if (life.shape.bytes == sizeof(int))
            continue;
        add(&life, ACT_ARM, judge_random(judge, life.shape.count), 5);
        add(&life, ACT_POLL, 0, 0);
        judge_start(judge, "laws");
        judge_allow_panic(judge);
        law_send(judge, future, &life);
        judge_note(judge, "       the output of a branch has %d byte%s", life.shape.bytes,
                   life.shape.bytes == 1 ? "" : "s");
        judge_expect_panic(judge, "G.5", "leaf is not an int");
    }
    judge_start(judge, "laws");
}
