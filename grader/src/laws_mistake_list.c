/**
 * @file laws_mistake_list.c
 * @brief Law 12, misuse: which mistakes are tried with a future. What every future owes is here; the rest says the lab's table.
 *
 * Of what every future owes a mistake is left out only
 *
 *     POLL_READY       of a future that is never READY
 *     ... IN_DROP      of one whose drop calls nothing, so that nobody can make it
 *     READ_AS_INT      of one whose output is an int
 *
 * Of a drop inside of a poll, and of a frame that is moved once it is built, future.h says that they must not be, and promises
 * nothing: no program can be held to what follows.
 */
#include "laws_internal.h"

static const char *const texts[] = {
#define MISTAKE_TEXT(name, text) [name] = (text),
    KIT_MISTAKES(MISTAKE_TEXT)};
static const char *const names[] = {
#define MISTAKE_NAME(name, text) [name] = #name,
    KIT_MISTAKES(MISTAKE_NAME)};

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
