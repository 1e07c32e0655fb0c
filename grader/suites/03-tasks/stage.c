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

UNSEEN bool stage_can(int64_t thread)
{
    struct actor *actor = actor_at(thread);
    return actor == self ||
           (actor != &actors[0] && atomic_load_explicit(&actor->state, memory_order_acquire) == IDLE);
}

UNSEEN struct step_reply stage_do(uint32_t operation, const int64_t *arguments)
{
    struct actor *actor = actor_at(arguments[0]);
    if (actor == self)
        return stage_perform(operation, arguments);
    if (!stage_can(arguments[0]))
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

/* --- what shall happen somewhere, once --- */

enum { PLANS_MAX = 32 };

static struct plan {
    bool waits;
    struct step_at at;
    uint32_t operation;
    int64_t arguments[CHANNEL_ARGUMENTS_MAX];
} plans[PLANS_MAX];

/* Wrong code may come here at another time, or on another thread, than was thought of. */
UNSEEN static bool is_due(const struct plan *plan, enum point point, int64_t subject)
{
    int64_t thread = plan->arguments[0];
    return plan->waits && plan->at.point == (int64_t)point && plan->at.subject == subject &&
           (plan->operation == STEP_hold ? thread == stage_self() : stage_can(thread));
}

/* Do what is planned for this point. */
UNSEEN void stage_come_to(enum point point, int64_t subject)
{
    for (int i = 0; i < PLANS_MAX; i++)
        if (is_due(&plans[i], point, subject)) {
            plans[i].waits = false;
            stage_do(plans[i].operation, plans[i].arguments);
        }
}

UNSEEN void stage_plan(const int64_t *arguments, uint32_t count)
{
    enum { OPERATION = sizeof(struct step_at) / sizeof(int64_t) };
    struct plan *plan = plans;
    while (plan < plans + PLANS_MAX && plan->waits)
        plan++;
    if (plan == plans + PLANS_MAX || count <= OPERATION)
        scenario_broken("too many plans, or nothing to plan");
    *plan = (struct plan){.waits = true, .operation = (uint32_t)arguments[OPERATION]};
    step_copy(&plan->at, arguments, sizeof plan->at);
    step_copy(plan->arguments, arguments + OPERATION + 1, (count - OPERATION - 1) * sizeof *arguments);
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
