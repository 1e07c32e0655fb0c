/**
 * @file laws_internal.h
 * @brief What the files of the laws share: a life, its record, and how a broken law is told.
 */
#ifndef WEFT_GRADER_LAWS_INTERNAL_H
#define WEFT_GRADER_LAWS_INTERNAL_H

#include <stddef.h>

#include "laws.h"

/** The edges of a domain. */
struct law_domain {
    const char *name;
    int count;
    const int32_t *edges;
};
extern const struct law_domain law_domains[DOMAINS];

/** A shape's members, in the order of the table: the domain of each, and where it is. */
#define LAW_COUNT_MEMBER(name, domain) +1
enum { LAW_SHAPE_MEMBERS = KIT_SHAPE(LAW_COUNT_MEMBER) };
extern const enum kit_domain law_shape_domains[LAW_SHAPE_MEMBERS];
int32_t *law_shape_member(struct kit_shape *shape, int member);

/** What came back of a life: after the construction, after each operation, after the release; and of each mistake in it. */
struct law_record {
    struct kit_seen seen[KIT_OPS_MAX + 2];
    int count;
    char erred[KIT_OPS_MAX][ERRED_BYTES];
    int erred_count;
};

/** The field of an observation, by its name. */
#define LAW_FIELD(name) ((int)(offsetof(struct kit_seen, name) / sizeof(int32_t)))

/** Add an operation to a life. */
static inline void add(struct kit_life *life, enum kit_act act, int32_t a, int32_t result)
{
    life->ops[life->count++] = (struct kit_op){(uint8_t)act, a, result};
}

/* laws_scripts.c */

/** A life in its plain run: polls that nobody asked for, wakers that change, READY bit by bit. `way`: the leaf that moves first. */
struct kit_life law_plain_life(const struct law_future *future, const struct kit_shape *shape, int way,
                               int32_t result);
/** Others of the same shape: READY at once, with wakers that change more often, without a budget. Returns how many. */
enum { LAW_OTHER_LIVES = 4 };
int law_other_lives(const struct law_future *future, const struct kit_life *plain, int way, int32_t result,
                    struct kit_life lives[LAW_OTHER_LIVES]);
/** All that it waits for is READY, and each poll but the last has so many units of budget. */
struct kit_life law_scarce_life(const struct law_future *future, const struct kit_shape *shape, int units,
                                int32_t result);
/** The first `cut` operations of a life; then a drop, if it was not over. */
struct kit_life law_cut_off(const struct kit_life *life, int cut);
/** After its end: what it ran, or had lent, goes on without it and is not lost, and nothing of this wakes its wakers. */
void law_go_on_without(const struct law_future *future, struct kit_life *life, int32_t result);

/* laws_vary.c */

/** Live a life that keeps the laws again in other circumstances, in which nothing that is observed may differ. */
void law_vary(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              const struct law_record *plain);
/** The same with very many that are alive at once. */
void law_vary_by_many(struct judge *judge, const struct law_future *future, const struct kit_life *life);

/* laws_account.c */

/** An account of zeroes: each edge that the future is tried with. */
void law_account_begin(struct judge *judge, const struct law_future *future);
/** The edge, if it is one, was drawn. */
void law_drawn(struct judge *judge, const struct law_future *future, enum kit_domain domain, int32_t value);
/** The mistake was made: one of enum kit_mistake, or one of the future's own. */
void law_made(struct judge *judge, const struct law_future *future, int mistake);
/** No edge and no mistake is left out, or that is an error of the grader's. */
void law_account_end(struct judge *judge);
/** Whether the future is tried with this edge. */
bool law_ranges_over(const struct law_future *future, enum kit_domain domain, int32_t edge);

/* laws_mistake_list.c */

/** A mistake and what is promised of it. */
struct law_mistake {
    int number; /* of enum kit_mistake, or the place among the lab's own ones behind OWN_MISTAKES */
    const char *name, *text, *clause, *says;
    unsigned when, forms;
};
/** The mistakes that are tried with the future, at most so many; returns how many there are. */
enum { LAW_MISTAKES_MAX = 32 };
int law_mistakes_of(const struct law_future *future, struct law_mistake mistakes[LAW_MISTAKES_MAX]);

/* laws_mistakes.c */

/** Try them all on a life that keeps the other laws. */
void law_try_mistakes(struct judge *judge, const struct law_future *future, const struct kit_life *whole);

enum { SEEN_COUNT = sizeof(struct kit_seen) / sizeof(int32_t) };
extern const char *const law_seen_texts[SEEN_COUNT];

/** What one observation must be. `known`: which of them are. */
struct law_expected {
    struct kit_seen seen;
    bool known[SEEN_COUNT];
    const char *law[SEEN_COUNT];
};

/** Do a life; `twin`: the second one's record, where the variation has one. */
void law_live(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              struct law_record *record, struct law_record *twin);

/** Send a life. What comes back, observations or a panic, is the caller's to look at. */
void law_send(struct judge *judge, const struct law_future *future, const struct kit_life *life);

/** Of many leaves the first, the last and any of them is the one that decides: laws_extremes.c. */
void law_try_last(struct judge *judge, const struct law_future *future, const struct kit_shape *shape);

/** Outputs that are no int panic where an int is read, and are never taken for one. */
void law_try_other_outputs(struct judge *judge, const struct law_future *future, const struct kit_shape *base);

/** The life, its operations and what they returned, in the trace. */
void law_note(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              const struct law_record *record, int at);
/** The same; then the failure. */
_Noreturn void law_broken(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                          const struct law_record *record, int at, const char *law, int field,
                          int32_t expected);

/** Hold the record of a plain run against what the future is. */
void law_expect(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                const struct law_record *record);

/** Whether a poll in this shape has something to do that could need a unit of budget. */
bool law_takes_units(const struct law_future *future, const struct kit_shape *shape);

/** Whether nothing is built in its room in this shape, so that it may only be dropped. */
bool law_stays_empty(const struct law_future *future, const struct kit_shape *shape);

/** Whether its frame needs an allocation in this shape. */
bool law_allocates(const struct law_future *future, const struct kit_shape *shape);

#endif
