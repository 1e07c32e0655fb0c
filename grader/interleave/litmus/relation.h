/**
 * @file relation.h
 * @brief Relations between the events of a small program: a row of successors for each event, as a set of bits.
 */
#ifndef LITMUS_RELATION_H
#define LITMUS_RELATION_H

#include <stdbool.h>
#include <stdint.h>

enum { EVENTS_MAX = 32 };

/** A set of events. */
typedef uint32_t events;

/** Row i holds those that event i is related to. */
struct relation {
    events of[EVENTS_MAX];
};

static inline bool has(const struct relation *relation, int from, int to)
{
    return relation->of[from] >> to & 1;
}

static inline void put(struct relation *relation, int from, int to)
{
    relation->of[from] |= (events)1 << to;
}

static inline struct relation unite(const struct relation *a, const struct relation *b)
{
    struct relation both = {0};
    for (int i = 0; i < EVENTS_MAX; i++)
        both.of[i] = a->of[i] | b->of[i];
    return both;
}

/* a ; b */
static inline struct relation compose(const struct relation *a, const struct relation *b)
{
    struct relation composed = {0};
    for (int i = 0; i < EVENTS_MAX; i++)
        for (events left = a->of[i]; left; left &= left - 1)
            composed.of[i] |= b->of[__builtin_ctz(left)];
    return composed;
}

static inline struct relation closure(struct relation relation, int count)
{
    for (int k = 0; k < count; k++)
        for (int i = 0; i < count; i++)
            if (has(&relation, i, k))
                relation.of[i] |= relation.of[k];
    return relation;
}

static inline bool is_reflexive(const struct relation *relation, int count)
{
    for (int i = 0; i < count; i++)
        if (has(relation, i, i))
            return true;
    return false;
}

static inline bool has_cycle(const struct relation *relation, int count)
{
    struct relation closed = closure(*relation, count);
    return is_reflexive(&closed, count);
}

#endif
