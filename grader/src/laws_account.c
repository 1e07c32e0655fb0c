/**
 * @file laws_account.c
 * @brief What the laws have tried of a future: each edge of each domain that it ranges over, and each mistake.
 *
 * The account goes with the evidence, as that of a table of steps does: a part for each domain, "COUNT of join", with a number
 * for each edge. None of them may be 0 in the end. An edge counts where it has had its effect: a place where the life came, an
 * allocation that failed, a mistake that was made.
 */
#include <stdio.h>

#include "judge_internal.h"
#include "laws_internal.h"

enum { NAME_BYTES = 80 };

/* A place is there if something is that is called out for. */
static bool has_place(const struct law_future *future, int32_t place)
{
    bool has_leaves = future->leaves != NO_LEAVES, keeps = has_leaves || (future->flags & KEEPS_WAKER);
    bool elsewhere = future->leaves == RUN_ELSEWHERE;
    switch (place) {
    case AT_LEAF_POLL:
        return has_leaves;
    case AT_LEAF_DROP:
        return future->leaves == OWNS_LEAVES;
    case AT_CALLBACK:
        return future->output == TO_CALLBACK || (future->flags & CALLS_TO_BUILD);
    case AT_WAKE: /* a life in which something else asks for a poll is lived without places */
        return has_leaves || future->waits == WAITS_ONE_TURN;
    case AT_CLONE:
    case AT_WAKER_DROP:
        return keeps;
    case AT_ALLOC:
        return future->flags & BY_ROOM;
    case AT_FREE:
        return (future->flags & BY_ROOM) || elsewhere;
    case AT_DROP_OUT:
        return future->output == TO_VALUE && (future->flags & BY_WANT) && (future->flags & BY_OWNED);
    case AT_HOOK:
        return true;
    default:
        return future->flags & CLEANS_UP;
    }
}

/* Where it may be polled, of what its lab has. */
static bool can_be_there(const struct law_future *future, int32_t where)
{
    switch (where) {
    case NO_CONTEXT:
        return !future->mistakes->outside.clause;
    case OTHER_THREAD:
        return !future->mistakes->elsewhere.clause;
    case IN_ANOTHER:
        return future->leaves != NO_LEAVES && future->leaves != RUN_ELSEWHERE;
    case IN_TASK:
    case IN_CLEAN_UP:
        return future->flags & IN_TASKS;
    case IN_ROOT:
    case IN_RUNTIME:
    case IN_LOCAL_TASK:
    case IN_SHUTDOWN:
        return future->flags & IN_RUNTIMES;
    case IN_CALL:
        return future->flags & IN_CALLS;
    default:
        return true;
    }
}

bool law_ranges_over(const struct law_future *future, enum kit_domain domain, int32_t edge)
{
    switch (domain) {
    case DOMAIN_WHERE:
        return can_be_there(future, edge);
    case DOMAIN_PLACE:
        return has_place(future, edge);
    case DOMAIN_UNITS:
        return future->leaves != NO_LEAVES || (future->flags & (SPENDS_ONE | SPENDS_NONE));
    case DOMAIN_SITE:
        return edge == 0 || (future->flags & BY_ROOM);
    case DOMAIN_FORM:
        return (future->flags & BY_FORM) && (edge <= 1 || !(future->flags & STAYS_EMPTY));
    default:
        return domain > DOMAIN_RESULT || (future->flags & (1u << domain));
    }
}

/* --- the account --- */

static json_t *part_of(struct judge *judge, const struct law_future *future, const char *domain)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s of %s", domain, future->name);
    json_t *part = json_object_get(judge->drawn, name);
    if (!part)
        json_object_set_new(judge->drawn, name, part = json_object());
    return part;
}

static const char *name_of(int32_t edge, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%d", edge);
    return name;
}

static void add_one(json_t *part, const char *edge)
{
    json_t *times = json_object_get(part, edge);
    json_integer_set(times, json_integer_value(times) + 1); /* no edge: nothing */
}

void law_account_begin(struct judge *judge, const struct law_future *future)
{
    char name[NAME_BYTES];
    judge->drawn = json_object();
    for (int d = 0; d < DOMAINS; d++)
        for (int i = 0; i < law_domains[d].count; i++)
            if (law_ranges_over(future, (enum kit_domain)d, law_domains[d].edges[i]))
                json_object_set_new(part_of(judge, future, law_domains[d].name),
                                    name_of(law_domains[d].edges[i], name), json_integer(0));
    struct law_mistake mistakes[LAW_MISTAKES_MAX];
    int count = law_mistakes_of(future, mistakes);
    for (int i = 0; i < count; i++)
        json_object_set_new(part_of(judge, future, "MISTAKE"), mistakes[i].name, json_integer(0));
}

void law_drawn(struct judge *judge, const struct law_future *future, enum kit_domain domain, int32_t value)
{
    char name[NAME_BYTES];
    if (law_ranges_over(future, domain, value))
        add_one(part_of(judge, future, law_domains[domain].name), name_of(value, name));
}

void law_made(struct judge *judge, const struct law_future *future, int mistake)
{
    struct law_mistake mistakes[LAW_MISTAKES_MAX];
    int count = law_mistakes_of(future, mistakes);
    for (int i = 0; i < count; i++)
        if (mistakes[i].number == mistake)
            add_one(part_of(judge, future, "MISTAKE"), mistakes[i].name);
}

void law_account_end(struct judge *judge)
{
    char *missing = result_undrawn(judge->drawn);
    if (missing)
        judge_grader_error(judge, missing);
}
