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
    struct actor *actor = &actors[in_range(number, ACTORS_MAX)];
    join_actor(actor); /* its last program is done: the judge saw so */
    actor->number = (uint32_t)number + 1;
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

void run_aside(int64_t instruction)
{
    struct program program = {1, {instruction}};
    pthread_t thread;
    if (pthread_create(&thread, NULL, aside_main, &program) != 0 || pthread_join(thread, NULL) != 0)
        scenario_broken("no thread");
}

/* --- steps --- */

static struct program program_of(const struct channel_command *command, uint32_t first)
{
    struct program program = {0};
    for (uint32_t i = first; i < command->count && program.count < PROGRAM_MAX; i++)
        program.instructions[program.count++] = command->arguments[i];
    return program;
}

static void drop_storm(int64_t actor_number, int64_t runtime, int64_t *dropped, int64_t *polled)
{
    const struct program drop = {1, {DO(DO_DROP, runtime, 0)}};
    join_actor(&actors[in_range(actor_number, ACTORS_MAX)]);
    many_begin_to_drop();
    struct actor *actor = make_actor(actor_number, &drop);
    sem_post(&actor->may_begin);
    wake_many();
    join_actor(actor);
    count_many(dropped, polled);
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
    const int64_t *arguments = command->arguments;
    int64_t a = 0, b = 0;
    struct program program;
    synchronise();
    switch ((enum step)command->operation) {
    case STEP_PROGRAM:
    case STEP_DROP_PROGRAM:
        program = program_of(command, 2);
        set_program(command->operation == STEP_DROP_PROGRAM, arguments[0], arguments[1], &program);
        break;
    case STEP_DO:
        program = program_of(command, 0);
        run_program(&program);
        break;
    case STEP_ON: {
        program = program_of(command, 1);
        struct actor *actor = make_actor(arguments[0], &program);
        scenario_reply(actor->kernel_number, 0); /* first: what it tells belongs behind the step */
        sem_post(&actor->may_begin);
        return;
    }
    case STEP_NEW:
        a = new_runtime(in_range(arguments[0], RUNTIMES_MAX), arguments[1], arguments[2]);
        break;
    case STEP_IN_PARK:
        program = program_of(command, 3);
        set_park_program(in_range(arguments[0], RUNTIMES_MAX), arguments[1], (int)arguments[2], &program);
        break;
    case STEP_IN_HOOK:
        program = program_of(command, 2);
        set_hook_program(in_range(arguments[0], RUNTIMES_MAX), (int)arguments[1], &program);
        break;
    case STEP_IN_SPAWNED:
        program = program_of(command, 1);
        set_spawned_program(in_range(arguments[0], RUNTIMES_MAX), &program);
        break;
    case STEP_IN_SHUTDOWN:
        program = program_of(command, 1);
        set_shutdown_program(in_range(arguments[0], RUNTIMES_MAX), &program);
        break;
    case STEP_HOLD_UNPARK:
        hold_next_unpark(in_range(arguments[0], RUNTIMES_MAX), arguments[1]);
        break;
    case STEP_FAIL_ALLOCATION:
        wf_alloc_fail_at((uint32_t)arguments[0]);
        break;
    case STEP_LIVE_BYTES:
        a = (int64_t)wf_live_bytes();
        break;
    case STEP_STORM:
        storm(arguments[0], arguments[1], arguments[2]);
        break;
    case STEP_MANY:
        spawn_many(arguments[0], arguments[1]);
        break;
    case STEP_DROP_STORM:
        drop_storm(arguments[0], in_range(arguments[1], RUNTIMES_MAX), &a, &b);
        break;
    case STEP_CHAIN:
        spawn_chain(arguments[0], arguments[1]);
        break;
    case STEP_CHAIN_DROPPED:
        a = chain_dropped();
        break;
    case STEP_MANY_FORGET:
        forget_many();
        break;
    default:
        scenario_broken("no such step");
    }
    scenario_reply(a, b);
}

static void end(void)
{
    for (int i = 0; i < ACTORS_MAX; i++)
        join_actor(&actors[i]);
    release_probes();
}

const struct scenario scenario_executor = {"executor", begin, act, end};
