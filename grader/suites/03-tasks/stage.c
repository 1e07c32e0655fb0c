#include "stage.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scenario.h"
#include "steps.h"

enum state { IDLE, POSTED, HELD, RESUMED, ENDING };

/* A thread and its mailbox. The side that does not have the turn only waits for `state` to change. */
struct actor {
    pthread_t thread;
    int64_t number;
    _Atomic uint32_t state;
    uint32_t operation;
    int64_t arguments[CHANNEL_ARGUMENTS_MAX];
    struct step_reply reply;
};

enum { TOLD_MAX = 512 };
static struct told {
    uint32_t kind;
    int64_t a, b;
} told[TOLD_MAX];
static int told_count;

static struct actor actors[THREADS_MAX];
static void (*stage_enter)(void);
static struct step_reply (*stage_perform)(uint32_t operation, const int64_t *arguments);
static __thread struct actor *self;

/* --- the hand-over --- */

UNSEEN static void set_state(struct actor *actor, enum state state)
{
    atomic_store_explicit(&actor->state, state, memory_order_release);
    syscall(SYS_futex, &actor->state, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0);
}

/* Wait while the state is one of the two; what it is then. */
UNSEEN static enum state wait_while(struct actor *actor, enum state one, enum state other)
{
    uint32_t state;
    while ((state = atomic_load_explicit(&actor->state, memory_order_acquire)) == one || state == other)
        syscall(SYS_futex, &actor->state, FUTEX_WAIT_PRIVATE, state, NULL, NULL, 0);
    return (enum state)state;
}

UNSEEN static void act_until_end(struct actor *actor)
{
    self = actor;
    stage_enter();
    while (wait_while(actor, IDLE, IDLE) != ENDING) {
        actor->reply = stage_perform(actor->operation, actor->arguments);
        set_state(actor, IDLE);
    }
}

static void *actor_main(void *arg)
{
    act_until_end(arg);
    return NULL;
}

UNSEEN void stage_begin(void (*enter)(void),
                        struct step_reply (*perform)(uint32_t operation, const int64_t *arguments))
{
    stage_enter = enter;
    stage_perform = perform;
    self = &actors[0];
    enter();
    for (int i = 1; i < THREADS_MAX; i++) {
        actors[i].number = i;
        if (pthread_create(&actors[i].thread, NULL, actor_main, &actors[i]) != 0)
            scenario_broken("no thread");
    }
}

UNSEEN void stage_end(void)
{
    for (int i = 1; i < THREADS_MAX; i++) {
        set_state(&actors[i], ENDING);
        pthread_join(actors[i].thread, NULL);
    }
}

UNSEEN int64_t stage_self(void)
{
    return self->number;
}

static struct actor *actor_at(int64_t thread)
{
    if (thread < 0 || thread >= THREADS_MAX)
        scenario_broken("no such thread");
    return &actors[thread];
}

UNSEEN static struct step_reply reply_of(struct actor *actor)
{
    bool is_held = wait_while(actor, POSTED, RESUMED) == HELD;
    return is_held ? (struct step_reply){IS_HELD, IS_HELD} : actor->reply;
}

UNSEEN static bool can(struct actor *actor)
{
    return actor == self ||
           (actor != &actors[0] && atomic_load_explicit(&actor->state, memory_order_acquire) == IDLE);
}

/* A thread that holds itself is this one. */
UNSEEN bool stage_can(uint32_t operation, const int64_t *arguments)
{
    struct actor *actor = actor_at(arguments[0]);
    return operation == STEP_hold ? actor == self : can(actor);
}

UNSEEN struct step_reply stage_do(uint32_t operation, const int64_t *arguments)
{
    struct actor *actor = actor_at(arguments[0]);
    if (actor == self)
        return stage_perform(operation, arguments);
    if (!can(actor))
        scenario_broken("that thread is busy");
    actor->operation = operation;
    step_copy(actor->arguments, arguments, sizeof actor->arguments);
    set_state(actor, POSTED);
    return reply_of(actor);
}

UNSEEN void stage_hold(void)
{
    if (self == &actors[0])
        scenario_broken("the driver cannot be held");
    set_state(self, HELD);
    wait_while(self, HELD, HELD);
}

UNSEEN struct step_reply stage_go_on(int64_t thread)
{
    struct actor *actor = actor_at(thread);
    if (atomic_load_explicit(&actor->state, memory_order_acquire) != HELD)
        return (struct step_reply){NOT_HELD, NOT_HELD};
    set_state(actor, RESUMED);
    return reply_of(actor);
}

/* --- events --- */

UNSEEN void stage_flush(void)
{
    for (int i = 0; i < told_count; i++)
        scenario_event(told[i].kind, told[i].a, told[i].b);
    told_count = 0;
}

UNSEEN void stage_tell(uint32_t kind, int64_t a, int64_t b)
{
    kind += EVENT_KINDS * (uint32_t)self->number;
    if (self == &actors[0]) { /* the lock that writing takes orders nothing: no other thread takes it */
        stage_flush();
        scenario_event(kind, a, b);
    } else if (told_count < TOLD_MAX) {
        told[told_count++] = (struct told){kind, a, b};
    }
}
