#include "actors.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario.h"
#include "steps.h"

/* A thread that does one job and ends. */
struct actor {
    pthread_t thread;
    bool started;
    uint32_t number;
    int64_t kernel_number;
    sem_t running; /* kernel_number is known */
    void (*job)(const void *arguments);
    int64_t arguments[CHANNEL_ARGUMENTS_MAX];
};

static struct actor actors[ACTORS_MAX];

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    scenario_name_thread(actor->number);
    actor->kernel_number = syscall(SYS_gettid);
    sem_post(&actor->running);
    actor->job(actor->arguments);
    return NULL;
}

static void join_actor(struct actor *actor)
{
    if (actor->started && pthread_join(actor->thread, NULL) == 0)
        actor->started = false;
}

void actors_join(void)
{
    for (int i = 0; i < ACTORS_MAX; i++)
        join_actor(&actors[i]);
}

int64_t actor_start(int64_t number, void (*job)(const void *arguments), const void *arguments, size_t bytes)
{
    struct actor *actor = &actors[scenario_in_range(number, ACTORS_MAX)];
    join_actor(actor);
    actor->number = (uint32_t)number + 1;
    actor->job = job;
    memcpy(actor->arguments, arguments, bytes);
    sem_init(&actor->running, 0, 0);
    if (pthread_create(&actor->thread, NULL, actor_main, actor) != 0)
        scenario_broken("no thread");
    actor->started = true;
    sem_wait(&actor->running);
    return actor->kernel_number;
}
