/**
 * @file scenario_executor.c
 * @brief Lab 04: the driver's steps, and what threads do for it.
 */
#include "actors.h"
#include "handover.h"
#include "scenario.h"
#include "stage.h"
#include "weft/alloc.h"

static void run_job(const void *program)
{
    run_program(program);
}

static void run_alone(void *program)
{
    run_program(program);
}

void run_aside(const struct step_act *act)
{
    struct program program = {1, {*act}};
    actor_aside(run_alone, &program);
}

/* --- steps that carry acts --- */

STEP_SIZES(sizes, LAB_STEPS)

/* The acts behind the arguments of the step at hand. */
static struct program program_of(const struct channel_command *command)
{
    struct program program;
    uint32_t own = sizes.of[command->operation - CHANNEL_FIRST_OPERATION];
    const char *wrong;
    program.count = step_read_acts(&sizes, command->arguments + own, command->count - own, program.acts,
                                   PROGRAM_MAX, &wrong);
    if (program.count < 0)
        scenario_broken(wrong);
    return program;
}

/* A step that carries acts. */
#define CARRIER(name)                                                                                        \
    static struct step_reply on_##name(const struct step_##name *step __attribute__((unused)),               \
                                       const struct program *program)
#define CARRIER_IS(name, call)                                                                               \
    CARRIER(name)                                                                                            \
    {                                                                                                        \
        call;                                                                                                \
        return STEP_DONE;                                                                                    \
    }

CARRIER_IS(program, set_program(false, step->probes, program));
CARRIER_IS(drop_program, set_program(true, step->probes, program));
CARRIER_IS(driver, run_program(program));

static int64_t beginning; /* the actor that begins behind the reply: what it tells belongs there; or 0 */

CARRIER(thread)
{
    beginning = step->thread;
    return (struct step_reply){.a = actor_start(step->thread, run_job, program, sizeof *program)};
}

CARRIER_IS(in_park, set_park_program(scenario_in_range(step->runtime, RUNTIMES_MAX),
                                     step->when == BEFORE_SLEEP, program));
#define IN_HOOK(name, hook)                                                                                  \
    CARRIER_IS(name, set_hook_program(scenario_in_range(step->runtime, RUNTIMES_MAX), hook, program))
IN_HOOK(in_before_park, HOOK_BEFORE_PARK);
IN_HOOK(in_after_unpark, HOOK_AFTER_UNPARK);
IN_HOOK(in_task_spawned, HOOK_TASK_SPAWNED);
IN_HOOK(in_task_ended, HOOK_TASK_ENDED);
CARRIER_IS(in_shutdown, set_shutdown_program(scenario_in_range(step->runtime, RUNTIMES_MAX), program));

/* --- steps of the driver alone --- */

static struct step_reply drop_storm(int64_t thread, int64_t runtime)
{
    const struct program drop = {1, {ACT(drop, runtime)}};
    struct step_reply reply;
    actor_join(thread);
    many_begin_to_drop();
    actor_start(thread, run_job, &drop, sizeof drop);
    actor_begin(thread);
    wake_many();
    actor_join(thread);
    count_many(&reply.a, &reply.b);
    return reply;
}

static ON_STEP(new, ANSWERS(new_runtime(scenario_in_range(step->runtime, RUNTIMES_MAX),
                                        step->park == MOCK_PARK, step->hooks)));
static ON_STEP(not_in_park,
               DONE_BY(set_park_program(scenario_in_range(step->runtime, RUNTIMES_MAX), false, NULL)));
static ON_STEP(hold_unpark,
               DONE_BY(hold_next_unpark(scenario_in_range(step->runtime, RUNTIMES_MAX), step->gate)));
static ON_STEP(fail_allocation, DONE_BY(wf_alloc_fail_at((uint32_t)step->nth)));
static ON_STEP(live_bytes, ANSWERS((int64_t)wf_live_bytes()));
static ON_STEP(storm, DONE_BY(storm(step->probe, step->rounds, step->spin)));
static ON_STEP(many, DONE_BY(spawn_many(scheduler_by_number(step->where), step->count)));
static ON_STEP(drop_storm, drop_storm(step->thread, scenario_in_range(step->runtime, RUNTIMES_MAX)));
static ON_STEP(many_forget, DONE_BY(forget_many()));
static ON_STEP(chain, DONE_BY(spawn_chain(scheduler_by_number(step->where), step->count)));
static ON_STEP(chain_dropped, ANSWERS(chain_dropped()));
static ON_STEP(lives, live_at_once(step->what, step->times));

/* --- the scenario --- */

#define CARRIER_CASE(step, text, arguments_of_it)                                                            \
    case STEP_##step: {                                                                                      \
        const struct program program = program_of(command);                                                  \
        return on_##step((const struct step_##step *)(const void *)command->arguments, &program);            \
    }

STEP_DISPATCH(perform_plain, PLAIN_STEPS)

static struct step_reply perform(const struct channel_command *command)
{
    switch (command->operation) {
        CARRIERS(CARRIER_CASE, STEP_NOTHING)
    default:
        return perform_plain(command->operation, command->arguments);
    }
}

static void act(const struct channel_command *command)
{
    synchronise();
    beginning = 0;
    struct step_reply reply = perform(command);
    scenario_reply(reply.a, reply.b);
    if (beginning)
        actor_begin(beginning);
}

static void end(void)
{
    actors_join();
    release_probes();
}

const struct scenario scenario_executor = {"executor", rally_begin, act, end};
