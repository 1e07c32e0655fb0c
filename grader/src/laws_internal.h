/**
 * @file laws_internal.h
 * @brief What the two files of the laws share: a life, its record, and how a broken law is told.
 */
#ifndef WEFT_GRADER_LAWS_INTERNAL_H
#define WEFT_GRADER_LAWS_INTERNAL_H

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

/** What came back of a life: after the construction, after each operation, after the release. */
struct law_record {
    struct kit_seen seen[KIT_OPS_MAX + 2];
    int count;
};

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

/** The life, its operations and what they returned, in the trace; then the failure. */
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
