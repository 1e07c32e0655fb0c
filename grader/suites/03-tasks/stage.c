#include "stage.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
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
    int64_t step[CHANNEL_ARGUMENTS_MAX];
    int64_t a, b;
};

enum { TOLD_MAX = 512 };
static struct told {
    uint32_t kind;
    int64_t a, b;
} told[TOLD_MAX];
static int told_count;

static struct actor actors[THREADS_MAX];
static void (*stage_enter)(void);
static void (*stage_perform)(const int64_t *step, int64_t *a, int64_t *b);
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
        stage_perform(actor->step, &actor->a, &actor->b);
        set_state(actor, IDLE);
    }
}

static void *actor_main(void *arg)
{
    act_until_end(arg);
    return NULL;
}

UNSEEN void stage_begin(void (*enter)(void), void (*perform)(const int64_t *step, int64_t *a, int64_t *b))
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

UNSEEN static void wait_for(struct actor *actor, int64_t *a, int64_t *b)
{
    enum state state = wait_while(actor, POSTED, RESUMED);
    *a = state == HELD ? IS_HELD : actor->a;
    *b = state == HELD ? IS_HELD : actor->b;
}

UNSEEN bool stage_can(int64_t thread)
{
    struct actor *actor = actor_at(thread);
    return actor == self ||
           (actor != &actors[0] && atomic_load_explicit(&actor->state, memory_order_acquire) == IDLE);
}

UNSEEN void stage_do(const int64_t *step, int64_t *a, int64_t *b)
{
    struct actor *actor = actor_at(step[1]);
    if (actor == self) {
        stage_perform(step, a, b);
        return;
    }
    if (!stage_can(step[1]))
        scenario_broken("that thread is busy");
    memcpy(actor->step, step, sizeof actor->step);
    set_state(actor, POSTED);
    wait_for(actor, a, b);
}

UNSEEN void stage_hold(void)
{
    if (self == &actors[0])
        scenario_broken("the driver cannot be held");
    set_state(self, HELD);
    wait_while(self, HELD, HELD);
}

UNSEEN void stage_go_on(int64_t thread, int64_t *a, int64_t *b)
{
    struct actor *actor = actor_at(thread);
    *a = *b = NOT_HELD;
    if (atomic_load_explicit(&actor->state, memory_order_acquire) != HELD)
        return;
    set_state(actor, RESUMED);
    wait_for(actor, a, b);
}

/* --- what shall happen somewhere, once --- */

enum { PLANS_MAX = 32 };

static struct plan {
    bool waits;
    enum point point;
    int64_t subject;
    int64_t step[CHANNEL_ARGUMENTS_MAX];
} plans[PLANS_MAX];

/* Wrong code may come here at another time, or on another thread, than was thought of. */
UNSEEN static bool is_due(const struct plan *plan, enum point point, int64_t subject)
{
    return plan->waits && plan->point == point && plan->subject == subject &&
           (plan->step[0] == STEP_HOLD ? plan->step[1] == stage_self() : stage_can(plan->step[1]));
}

/* Do what is planned for this point. */
UNSEEN void stage_come_to(enum point point, int64_t subject)
{
    for (int i = 0; i < PLANS_MAX; i++)
        if (is_due(&plans[i], point, subject)) {
            int64_t a, b;
            plans[i].waits = false;
            stage_do(plans[i].step, &a, &b);
        }
}

UNSEEN void stage_plan(const int64_t *arguments, uint32_t count)
{
    for (int i = 0; i < PLANS_MAX; i++)
        if (!plans[i].waits) {
            plans[i].waits = true;
            plans[i].point = (enum point)arguments[1];
            plans[i].subject = arguments[2];
            memcpy(plans[i].step, arguments + 3, (count - 3) * sizeof *arguments);
            return;
        }
    scenario_broken("too many plans");
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
