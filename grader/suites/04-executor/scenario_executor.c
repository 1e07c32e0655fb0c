/**
 * @file scenario_executor.c
 * @brief Lab 04: the driver's steps, and the threads that do what would block it.
 */
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario.h"
#include "stage.h"
#include "weft/alloc.h"

/* A thread that runs one program and ends. */
struct actor {
    pthread_t thread;
    bool started;
    uint32_t number;
    int64_t kernel_number;
    sem_t running, may_begin;
    struct program program;
};

static struct actor actors[ACTORS_MAX];

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    scenario_name_thread(actor->number);
    actor->kernel_number = syscall(SYS_gettid);
    sem_post(&actor->running);
    while (sem_wait(&actor->may_begin) != 0)
        ;
    run_program(&actor->program);
    return NULL;
}

static void join_actor(struct actor *actor)
{
    if (actor->started && pthread_join(actor->thread, NULL) == 0)
        actor->started = false;
}

/* It waits until may_begin. */
static struct actor *make_actor(int64_t number, const struct program *program)
{
    struct actor *actor = &actors[scenario_in_range(number, ACTORS_MAX)];
    join_actor(actor); /* its last program is done: the judge saw so */
    actor->number = (uint32_t)number;
    actor->program = *program;
    if (pthread_create(&actor->thread, NULL, actor_main, actor) != 0)
        scenario_broken("no thread");
    actor->started = true;
    while (sem_wait(&actor->running) != 0)
        ;
    return actor;
}

static void *aside_main(void *arg)
{
    scenario_name_thread(THREAD_ASIDE);
    run_program(arg);
    return NULL;
}

void run_aside(const struct step_act *act)
{
    struct program program = {1, {*act}};
    pthread_t thread;
    if (pthread_create(&thread, NULL, aside_main, &program) != 0 || pthread_join(thread, NULL) != 0)
        scenario_broken("no thread");
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

static struct actor *beginning; /* it begins behind the reply: what it tells belongs there */

CARRIER(thread)
{
    beginning = make_actor(step->thread, program);
    return (struct step_reply){.a = beginning->kernel_number};
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
    join_actor(&actors[scenario_in_range(thread, ACTORS_MAX)]);
    many_begin_to_drop();
    struct actor *actor = make_actor(thread, &drop);
    sem_post(&actor->may_begin);
    wake_many();
    join_actor(actor);
    count_many(&reply.a, &reply.b);
    return reply;
}

#define PLAIN(name, reply)                                                                                   \
    static struct step_reply on_##name(const struct step_##name *step __attribute__((unused)))               \
    {                                                                                                        \
        return reply;                                                                                        \
    }
#define ANSWERS(number) ((struct step_reply){.a = (number)})
#define DONE_BY(call) ((call), STEP_DONE)

PLAIN(new, ANSWERS(new_runtime(scenario_in_range(step->runtime, RUNTIMES_MAX), step->park == MOCK_PARK,
                               step->hooks)));
PLAIN(not_in_park, DONE_BY(set_park_program(scenario_in_range(step->runtime, RUNTIMES_MAX), false, NULL)));
PLAIN(hold_unpark, DONE_BY(hold_next_unpark(scenario_in_range(step->runtime, RUNTIMES_MAX), step->gate)));
PLAIN(fail_allocation, DONE_BY(wf_alloc_fail_at((uint32_t)step->nth)));
PLAIN(live_bytes, ANSWERS((int64_t)wf_live_bytes()));
PLAIN(storm, DONE_BY(storm(step->probe, step->rounds, step->spin)));
PLAIN(many, DONE_BY(spawn_many(scheduler_by_number(step->where), step->count)));
PLAIN(drop_storm, drop_storm(step->thread, scenario_in_range(step->runtime, RUNTIMES_MAX)));
PLAIN(many_forget, DONE_BY(forget_many()));
PLAIN(chain, DONE_BY(spawn_chain(scheduler_by_number(step->where), step->count)));
PLAIN(chain_dropped, ANSWERS(chain_dropped()));
PLAIN(lives, live_at_once(step->what, step->times));

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

static void begin(void)
{
    for (int i = 0; i < ACTORS_MAX; i++) {
        sem_init(&actors[i].running, 0, 0);
        sem_init(&actors[i].may_begin, 0, 0);
    }
    begin_storms();
}

static void act(const struct channel_command *command)
{
    synchronise();
    beginning = NULL;
    struct step_reply reply = perform(command);
    scenario_reply(reply.a, reply.b);
    if (beginning)
        sem_post(&beginning->may_begin);
}

static void end(void)
{
    for (int i = 0; i < ACTORS_MAX; i++)
        join_actor(&actors[i]);
    release_probes();
}

const struct scenario scenario_executor = {"executor", begin, act, end};
