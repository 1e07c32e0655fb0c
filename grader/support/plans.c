#include "plans.h"

enum { PLANS_MAX = 32 };

static struct plan {
    bool waits;
    int64_t point, subject;
    uint32_t operation;
    int64_t arguments[CHANNEL_ARGUMENTS_MAX];
} plans[PLANS_MAX];

static struct step_reply (*plans_perform)(uint32_t operation, const int64_t *arguments);
static bool (*plans_may)(uint32_t operation, const int64_t *arguments);

void plans_begin(struct step_reply (*perform)(uint32_t operation, const int64_t *arguments),
                 bool (*may)(uint32_t operation, const int64_t *arguments))
{
    plans_perform = perform;
    plans_may = may;
}

UNSEEN void plan_step(const struct channel_command *at, uint32_t own)
{
    struct plan *free = plans;
    while (free < plans + PLANS_MAX && free->waits)
        free++;
    if (free == plans + PLANS_MAX || at->count <= own)
        scenario_broken("too many plans, or nothing to plan");
    *free = (struct plan){.waits = true,
                          .point = at->arguments[0],
                          .subject = own > 1 ? at->arguments[1] : 0,
                          .operation = (uint32_t)at->arguments[own]};
    step_copy(free->arguments, at->arguments + own + 1, (at->count - own - 1) * sizeof(int64_t));
}

UNSEEN void plans_forget(void)
{
    for (int i = 0; i < PLANS_MAX; i++)
        plans[i].waits = false;
}

/* Wrong code may come here at another time, or on another thread, than was thought of. */
UNSEEN static bool is_due(const struct plan *plan, int64_t point, int64_t subject)
{
    return plan->waits && plan->point == point && plan->subject == subject &&
           (!plans_may || plans_may(plan->operation, plan->arguments));
}

UNSEEN void come_to_point(int64_t point, int64_t subject)
{
    for (int i = 0; i < PLANS_MAX; i++)
        if (is_due(&plans[i], point, subject)) {
            plans[i].waits = false;
            plans_perform(plans[i].operation, plans[i].arguments);
        }
}
