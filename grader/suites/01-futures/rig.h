/**
 * @file rig.h
 * @brief The judge's side of the scenario "futures": steps by name, and a model of the combinators.
 *
 * The model knows what every probe was told and what must follow. A test says which aspects of a poll it is
 * about, so that one mistake costs its own clause and not those of its neighbours.
 */
#ifndef WEFT_SUITE_01_RIG_H
#define WEFT_SUITE_01_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/judge_replies.h"
#include "../../src/judge_steps.h"
#include "steps.h"

/** What a test looks at in a combinator's polls. */
enum aspect {
    RESULT = 1, /**< READY when it should be, and the output */
    POLLS = 2,  /**< which branches are polled, and how often */
    ORDER = 4,  /**< which goes first */
    DROPS = 8,  /**< which branches are dropped, and when */
};

/** The model. Lies in the judge's state. */
struct rig {
    struct probe_model {
        bool armed, done, dropped;
        int value;
    } probes[PROBES_MAX];
    enum future kind; /**< a combinator */
    bool biased;
    int count;
    int branch[BRANCHES_MAX];       /**< a probe, or -1 */
    int polls_behind[BRANCHES_MAX]; /**< polls since it went first, while live */
    int waker;                      /**< the one that polls are given */
};

struct rig *rig_of(struct judge *judge);
/** "A", "join", ...; -1: "NULL". */
const char *future_name(int64_t future);

void build_probe(struct judge *judge, int probe);
/** Its next poll is READY, with an output that is no failure, or one that is. */
void arm_probe(struct judge *judge, int probe);
void fail_probe(struct judge *judge, int probe);
/** It is READY now, by a poll of its own. */
void finish_probe(struct judge *judge, int probe, bool fails);
/** Build the combinator over branches already in the rig (kind, biased, count, branch). */
void build_combinator(struct judge *judge);
/** Poll a future; the trace shows the result. */
struct judge_reply poll_future(struct judge *judge, enum future future);
void drop_future(struct judge *judge, enum future future);

/** Fill the rig with fresh probes at random: some disabled, some finished before. */
void random_branches(struct judge *judge, enum future kind, bool some_missing);
/** Build a combinator over so many fresh probes. */
void fresh_branches(struct judge *judge, enum future kind, bool biased, int count);
/** Poll the combinator and hold its events against the model, in these aspects. True: READY. */
bool poll_and_check(struct judge *judge, unsigned aspects);
/** Whether branch `index` is neither disabled, finished nor dropped. */
bool branch_is_live(const struct rig *rig, int index);
/** Drop the combinator and check, if asked, that it drops just what it owns. */
void drop_and_check(struct judge *judge, unsigned aspects);
/** Drop the probes that are still pending: the judge's own, at the end of a round. */
void drop_leftovers(struct judge *judge);
/** judge_finish(), after the look for wakers that were not given back. */
void finish_futures(struct judge *judge);

#endif
