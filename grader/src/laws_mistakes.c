/**
 * @file laws_mistakes.c
 * @brief Law 12, misuse: each mistake of which a header promises a panic is made at each state in which it can be made.
 *
 * A copy of the program makes it (kit_mistakes.c), so a life can go on behind it; the panic names the clause. Which mistakes there are
 * laws_mistake_list.c says.
 */
#include <stdio.h>
#include <string.h>

#include "laws_internal.h"

/* --- making them --- */

/* What came of it, clause and message with a newline between them, is the panic that is promised. */
static bool is_promised(const char *came, const struct law_mistake *mistake)
{
    size_t clause = strcspn(came, "\n");
    return clause == strlen(mistake->clause) && strncmp(came, mistake->clause, clause) == 0 &&
           strstr(came + clause, mistake->says);
}

static void make(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                 const struct law_mistake *mistake)
{
    struct law_record record;
    law_live(judge, future, life, &record, NULL);
    for (int i = 0; i < record.erred_count; i++) {
        const char *came = record.erred[i];
        law_made(judge, future, mistake->number);
        if (is_promised(came, mistake))
            continue;
        char expected[200];
        bool panicked = strchr(came, '\n');
        law_note(judge, future, life, &record, life->count);
        snprintf(expected, sizeof expected, "law 12: when it is %s, a panic that names clause %s%s%s",
                 mistake->text, mistake->clause, *mistake->says ? " and says " : "", mistake->says);
        judge_fail(judge, expected, "%s%.*s%s%s", panicked ? "a panic for clause " : "",
                   (int)strcspn(came, "\n"), came, panicked ? ": " : "",
                   panicked ? strchr(came, '\n') + 1 : "");
    }
    law_expect(judge, future, life, &record);
}

/* The first `cut` operations, and the drop if it is to be dropped; then the mistake. */
static void make_after(struct judge *judge, const struct law_future *future, const struct kit_life *whole,
                       int cut, bool dropped, const struct law_mistake *mistake)
{
    struct kit_life life = *whole;
    life.count = cut;
    if (dropped)
        add(&life, ACT_DROP, 0, 0);
    add(&life, ACT_ERR, mistake->number, 0);
    if (!dropped)
        add(&life, ACT_DROP, 0, 0);
    make(judge, future, &life, mistake);
}

/* In a call out of it, wherever that comes. */
static void make_inside(struct judge *judge, const struct law_future *future, struct kit_life life, int place,
                        const struct law_mistake *mistake)
{
    life.variation.place = place;
    life.variation.intruder = ERRS;
    life.variation.mistake = mistake->number;
    make(judge, future, &life, mistake);
}

/* How far a life comes: the state that its head says after so many operations. */
struct stretch {
    int first, last; /* -1: never */
};

static struct stretch stretch_of(const struct law_record *record, int operations, int state)
{
    struct stretch stretch = {-1, -1};
    for (int i = 0; i < operations; i++)
        if (record->seen[i].head == state) {
            stretch.first = stretch.first < 0 ? i : stretch.first;
            stretch.last = i;
        }
    return stretch;
}

static void try_one(struct judge *judge, const struct law_future *future, const struct kit_life *whole,
                    const struct stretch stretches[3], const struct law_mistake *mistake)
{
    static const unsigned when[] = {WHEN_NEW, WHEN_SUSPENDED, WHEN_READY};
    static const int in_drop[] = {AT_LEAF_DROP, AT_WAKER_DROP, AT_FREE, AT_DROP_OUT, AT_FINALLY};
    enum { PLACES_IN_DROP = sizeof in_drop / sizeof *in_drop, READY = 2 };
    for (int state = 0; state < 3; state++)
        for (int at = stretches[state].first, last = stretches[state].last; at >= 0;
             at = at < last ? last : -1) {
            if (mistake->when & when[state])
                make_after(judge, future, whole, at, false, mistake);
            if ((mistake->when & WHEN_DROPPED) && state != READY)
                make_after(judge, future, whole, at, true, mistake);
            for (int i = 0; i < PLACES_IN_DROP && (mistake->when & IN_ITS_DROP) && state != READY; i++)
                make_inside(judge, future, law_cut_off(whole, at), in_drop[i], mistake);
        }
    if (mistake->when & IN_ITS_POLL)
        make_inside(judge, future, *whole, AT_LEAF_POLL, mistake);
}

void law_try_mistakes(struct judge *judge, const struct law_future *future, const struct kit_life *whole)
{
    struct law_mistake mistakes[LAW_MISTAKES_MAX];
    struct law_record record;
    int count = law_mistakes_of(future, mistakes);
    law_live(judge, future, whole, &record, NULL);
    law_expect(judge, future, whole, &record);
    struct stretch stretches[3];
    for (int state = 0; state < 3; state++)
        stretches[state] = stretch_of(&record, whole->count, state);
    for (int i = 0; i < count; i++)
        if (mistakes[i].forms & FORM(whole->shape.form))
            try_one(judge, future, whole, stretches, &mistakes[i]);
    struct kit_life again = *whole; /* one that is READY may be dropped, once or more often */
    if (stretches[2].first >= 0) {
        add(&again, ACT_DROP, 0, 0);
        law_live(judge, future, &again, &record, NULL);
        law_expect(judge, future, &again, &record);
    }
}
