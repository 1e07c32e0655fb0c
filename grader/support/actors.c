#include "actors.h"

#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "scenario.h"
#include "weft/alloc.h"

static pthread_t new_thread(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, arg) != 0)
        scenario_broken("no thread");
    return thread;
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

/* --- one job at a time --- */

struct actor {
    pthread_t thread;
    bool started;
    uint32_t number;
    int64_t kernel_number;
    sem_t running, may_begin; /* kernel_number is known; the job begins */
    void (*job)(const void *arguments);
    _Alignas(max_align_t) unsigned char arguments[ACTOR_ARGUMENTS_MAX];
};

static struct actor actors[ACTORS_MAX];

static struct actor *actor_at(int64_t number)
{
    return &actors[scenario_in_range(number, ACTORS_MAX)];
}

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    scenario_name_thread(actor->number);
    actor->kernel_number = gettid();
    sem_post(&actor->running);
    wait_for(&actor->may_begin);
    actor->job(actor->arguments);
    return NULL;
}

int64_t actor_start(int64_t number, void (*job)(const void *arguments), const void *arguments, size_t bytes)
{
    struct actor *actor = actor_at(number);
    if (bytes > sizeof actor->arguments)
        scenario_broken("the arguments of a job are too large");
    actor_join(number);
    actor->number = (uint32_t)number;
    actor->job = job;
    memcpy(actor->arguments, arguments, bytes);
    sem_init(&actor->running, 0, 0);
    sem_init(&actor->may_begin, 0, 0);
    actor->thread = new_thread(actor_main, actor);
    actor->started = true;
    wait_for(&actor->running);
    return actor->kernel_number;
}

void actor_begin(int64_t number)
{
    sem_post(&actor_at(number)->may_begin);
}

void actor_join(int64_t number)
{
    struct actor *actor = actor_at(number);
    if (actor->started && pthread_join(actor->thread, NULL) == 0)
        actor->started = false;
}

void actors_join(void)
{
    for (int64_t number = 0; number < ACTORS_MAX; number++)
        actor_join(number);
}

/* --- aside --- */

struct errand {
    void (*job)(void *arg);
    void *arg;
};

static void *aside_main(void *arg)
{
    const struct errand *errand = arg;
    scenario_name_thread(THREAD_ASIDE);
    errand->job(errand->arg);
    return NULL;
}

void actor_aside(void (*job)(void *arg), void *arg)
{
    struct errand errand = {job, arg};
    pthread_join(new_thread(aside_main, &errand), NULL);
}

/* --- at once --- */

enum { AT_ONCE_MAX = 8 };

struct life {
    pthread_t thread;
    uint32_t number;
    void (*live)(void *own);
    void *own;
    pthread_barrier_t *begin, *through;
};

static void *life_main(void *arg)
{
    const struct life *life = arg;
    scenario_name_thread(life->number);
    /* Here the thread takes a counter of the allocator, which another thread may have left to it: that would order the two. So all
     * have one before any begins, and keep it until all are through. Of one barrier for both, a thread that is slow to leave the
     * begin would learn what another has done up to its end. */
    wf_free(wf_alloc(1), 1);
    pthread_barrier_wait(life->begin);
    life->live(life->own);
    pthread_barrier_wait(life->through);
    return NULL;
}

void actors_at_once(int count, void (*live)(void *own), void *owns, size_t bytes)
{
    struct life lives[AT_ONCE_MAX];
    pthread_barrier_t begin, through;
    scenario_in_range(count, AT_ONCE_MAX + 1);
    pthread_barrier_init(&begin, NULL, (unsigned)count);
    pthread_barrier_init(&through, NULL, (unsigned)count);
    for (int i = 0; i < count; i++) {
        lives[i] = (struct life){.number = (uint32_t)i + 1,
                                 .live = live,
                                 .own = (char *)owns + (size_t)i * bytes,
                                 .begin = &begin,
                                 .through = &through};
        lives[i].thread = new_thread(life_main, &lives[i]);
    }
    for (int i = 0; i < count; i++)
        pthread_join(lives[i].thread, NULL);
    pthread_barrier_destroy(&begin);
    pthread_barrier_destroy(&through);
}
