/**
 * @file scenario_worker.c
 * @brief Lab 05: the driver's steps with workers, and the thread that runs worker 0.
 */
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario.h"
#include "stage.h"
#include "thief.h"

enum { THREAD_OF_WORKER = 1 };

static pthread_t runner;
static bool started, begins; /* it begins behind the reply: what it tells belongs there */
static int64_t kernel_number;
static sem_t running, may_begin;

static void *runner_main(void *arg)
{
    scenario_name_thread(THREAD_OF_WORKER);
    kernel_number = syscall(SYS_gettid);
    sem_post(&running);
    while (sem_wait(&may_begin) != 0)
        ;
    bool over = wf_worker_run(arg);
    scenario_event(EVENT_WORKER_RAN, over, 0);
    return NULL;
}

static void join_runner(void)
{
    if (started && pthread_join(runner, NULL) == 0)
        started = false;
}

static void *aside_main(void *arg)
{
    const struct program program = {1, {*(const struct step_act *)arg}};
    scenario_name_thread(THREAD_ASIDE);
    run_program(&program);
    return NULL;
}

void run_aside(const struct step_act *act)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, aside_main, (void *)(uintptr_t)act) != 0 ||
        pthread_join(thread, NULL) != 0)
        scenario_broken("no thread");
}

/* --- steps --- */

STEP_SIZES(sizes, LAB_STEPS)

/* The acts behind the arguments of the step at hand. */
static struct program program_of(const struct channel_command *command)
{
    struct program program;
    const char *wrong;
    uint32_t own = sizes.of[command->operation - CHANNEL_FIRST_OPERATION];
    program.count = step_read_acts(&sizes, command->arguments + own, command->count - own, program.acts,
                                   PROGRAM_MAX, &wrong);
    if (program.count < 0)
        scenario_broken(wrong);
    return program;
}

static struct step_reply on_world(const struct step_world *step)
{
    world_new(step->workers, step->slots, step->hooks, step->first, step->number);
    return STEP_DONE;
}

static struct step_reply on_run(const struct step_run *step)
{
    (void)step;
    join_runner(); /* its last run is over: the judge saw so */
    if (pthread_create(&runner, NULL, runner_main, world_worker(0)) != 0)
        scenario_broken("no thread");
    while (sem_wait(&running) != 0)
        ;
    started = begins = true;
    return (struct step_reply){.a = kernel_number};
}

static struct step_reply on_counts(const struct step_counts *step)
{
    const struct wf_worker_counts *counts = &world_worker(0)->counts;
    const WF_ATOMIC(uint64_t) *const all[] = {
        [COUNT_POLLS] = &counts->polls,           [COUNT_SCHEDULED] = &counts->scheduled,
        [COUNT_OVERFLOWED] = &counts->overflowed, [COUNT_STEALS] = &counts->steals,
        [COUNT_STOLEN] = &counts->stolen,         [COUNT_PARKS] = &counts->parks,
        [COUNT_IDLE_PARKS] = &counts->idle_parks, [COUNT_WAKES] = &counts->wakes,
    };
    return (struct step_reply){
        .a = (int64_t)(wf_load_relaxed(all[scenario_in_range(step->what, COUNTS_ALL)]) - COUNTS_BEGIN)};
}

static struct step_reply on_queued(const struct step_queued *step)
{
    return (struct step_reply){wf_run_queue_length(&world_worker(step->worker)->queue),
                               wf_inject_queue_length(&world()->inject)};
}

static struct step_reply on_end_world(const struct step_end_world *step)
{
    (void)step;
    join_runner();
    world_end();
    return STEP_DONE;
}

STEP_DISPATCH(perform_plain, WORKER_STEPS)

static struct step_reply perform(const struct channel_command *command)
{
    switch (command->operation) {
    case STEP_program: {
        const struct program program = program_of(command);
        set_program(command->arguments[0], &program);
        return STEP_DONE;
    }
    case STEP_driver: {
        const struct program program = program_of(command);
        run_program(&program);
        return STEP_DONE;
    }
    case STEP_in_turn:
    case STEP_in_sleep:
    case STEP_in_before_park:
    case STEP_in_after_unpark:
    case STEP_in_unpark:
    case STEP_at_steal: {
        const struct program program = program_of(command);
        set_moment(IN_TURN + (enum moment)(command->operation - STEP_in_turn), &program);
        return STEP_DONE;
    }
    default:
        return perform_plain(command->operation, command->arguments);
    }
}

/* --- the scenario --- */

static void begin(void)
{
    sem_init(&running, 0, 0);
    sem_init(&may_begin, 0, 0);
    thief_begin();
}

static void act(const struct channel_command *command)
{
    synchronise();
    begins = false;
    struct step_reply reply = perform(command);
    synchronise();
    scenario_reply(reply.a, reply.b);
    if (begins)
        sem_post(&may_begin);
}

static void end(void)
{
    join_runner();
    thief_end();
    world_end();
}

const struct scenario scenario_worker = {"worker", begin, act, end};
