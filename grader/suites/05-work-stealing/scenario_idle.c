/**
 * @file scenario_idle.c
 * @brief Lab 05: the idle word by itself. A worker is a link here.
 */
#include "scenario.h"
#include "steps.h"
#include "weft/detail/idle.h"

static struct wf_idle idle;
static struct wf_list links[WF_WORKERS_MAX];
static uint32_t begun; /* of idle_begin_all */

static struct wf_list *link_of(int64_t worker)
{
    return &links[scenario_in_range(worker, WF_WORKERS_MAX)];
}

#define ANSWER(number) ((struct step_reply){.a = (number)})
#define IDLE(name, reply)                                                                                    \
    static struct step_reply on_##name(const struct step_##name *step __attribute__((unused)))               \
    {                                                                                                        \
        return reply;                                                                                        \
    }

static struct step_reply on_idle_make(const struct step_idle_make *step)
{
    wf_idle_init(&idle, (uint32_t)step->workers);
    for (int i = 0; i < WF_WORKERS_MAX; i++)
        wf_list_init(&links[i]);
    return STEP_DONE;
}

static struct step_reply on_idle_sleep_all(const struct step_idle_sleep_all *step)
{
    (void)step;
    struct step_reply reply = STEP_DONE;
    for (uint32_t i = 0; i < idle.workers; i++)
        reply.a += wf_idle_fall_asleep(&idle, link_of(i), false);
    return reply;
}

static struct step_reply on_idle_begin_all(const struct step_idle_begin_all *step)
{
    (void)step;
    for (begun = 0; begun < idle.workers && wf_idle_begin_search(&idle); begun++)
        ;
    return (struct step_reply){.a = begun};
}

static struct step_reply on_idle_end_all(const struct step_idle_end_all *step)
{
    (void)step;
    struct step_reply reply = STEP_DONE;
    for (; begun > 0; begun--)
        reply.a += wf_idle_end_search(&idle);
    return reply;
}

static int64_t to_wake(void)
{
    struct wf_list *link = wf_idle_to_wake(&idle);
    return !link ? NOBODY : link >= links && link < links + WF_WORKERS_MAX ? link - links : OTHER_PARK;
}

IDLE(idle_sleep, ANSWER(wf_idle_fall_asleep(&idle, link_of(step->worker), step->searches == SEARCHING)))
IDLE(idle_to_wake, ANSWER(to_wake()))
IDLE(idle_wake_up, ANSWER(wf_idle_wake_up(&idle, link_of(step->worker))))
IDLE(idle_is_asleep, ANSWER(wf_idle_is_asleep(&idle, link_of(step->worker))))
IDLE(idle_begin, ANSWER(wf_idle_begin_search(&idle)))
IDLE(idle_end, ANSWER(wf_idle_end_search(&idle)))
IDLE(idle_destroy, (wf_idle_destroy(&idle), STEP_DONE))

STEP_DISPATCH(perform, IDLE_STEPS)

static void nothing(void)
{
}

static void act(const struct channel_command *command)
{
    struct step_reply reply = perform(command->operation, command->arguments);
    scenario_reply(reply.a, reply.b);
}

const struct scenario scenario_idle = {"idle", nothing, act, nothing};
