/**
 * @file laws_mistakes.c
 * @brief Law 12, misuse: each mistake of which a header promises a panic is made at each state in which it can be made.
 *
 * A copy of the program makes it (kit_mistakes.c), so a life can go on behind it; the panic names the clause. What every
 * future owes is here: the rest says the lab's table. Of these a mistake is left out only
 *
 *     POLL_READY       of a future that is never READY
 *     ... IN_DROP      of one whose drop calls nothing, so that nobody can make it
 *     READ_AS_INT      of one whose output is an int
 *
 * Of a drop inside of a poll, and of a frame that is moved once it is built, future.h says that they must not be, and promises
 * nothing: no program can be held to what follows.
 */
#include <stdio.h>
#include <string.h>

#include "laws_internal.h"

static const char *const texts[] = {
#define MISTAKE_TEXT(name, text) [name] = (text),
    KIT_MISTAKES(MISTAKE_TEXT)};
static const char *const names[] = {
#define MISTAKE_NAME(name, text) [name] = #name,
    KIT_MISTAKES(MISTAKE_NAME)};

/* --- which there are --- */

struct list {
    struct law_mistake *mistakes;
    int count;
};

static void offer(struct list *list, bool can_be, enum kit_mistake number, unsigned when, struct law_says says)
{
    if (can_be && says.clause)
        list->mistakes[list->count++] = (struct law_mistake){
            number, names[number], texts[number], says.clause, says.says, when, ANY_FORM};
}

int law_mistakes_of(const struct law_future *future, struct law_mistake mistakes[LAW_MISTAKES_MAX])
{
    struct list list = {mistakes, 0};
    const struct law_mistakes *of = future->mistakes;
    bool drop_calls = (future->leaves != NO_LEAVES && future->leaves != LENDS_LEAVES) ||
                      (future->flags & (CLEANS_UP | KEEPS_WAKER));
    static const struct law_says g_1 = {"G.1", "", NULL}, g_2 = {"G.2", "", NULL}, g_3 = {"G.3", "", NULL},
                                 g_5 = {"G.5", "", NULL};
    offer(&list, future->waits != WAITS_FOR_EVER, POLL_READY, WHEN_READY, g_1);
    offer(&list, true, POLL_DROPPED, WHEN_DROPPED, g_2);
    offer(&list, true, DROP_DROPPED, WHEN_DROPPED, g_3);
    offer(&list, drop_calls, POLL_IN_DROP, IN_ITS_DROP, g_2);
    offer(&list, drop_calls, DROP_IN_DROP, IN_ITS_DROP, g_3);
    offer(&list, true, POLL_IN_POLL, IN_ITS_POLL, of->inside);
    offer(&list, true, POLL_ELSEWHERE, WHEN_SUSPENDED, of->elsewhere);
    offer(&list, true, POLL_OUTSIDE, WHEN_ALIVE, of->outside);
    offer(&list, true, POLL_LOST, WHEN_SUSPENDED, of->lost);
    offer(&list, future->flags & NO_OUTPUT, READ_AS_INT, AT_ANY_TIME, g_5);
    for (int i = 0; future->own[i].name && list.count < LAW_MISTAKES_MAX; i++) {
        const struct law_own *own = &future->own[i];
        if (own->kind == future->kind)
            mistakes[list.count++] = (struct law_mistake){OWN_MISTAKES + i, own->name, own->text, own->clause,
                                                          own->says,        own->when, own->forms};
    }
    return list.count;
}

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
