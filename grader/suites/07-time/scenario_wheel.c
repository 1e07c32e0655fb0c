/**
 * @file scenario_wheel.c
 * @brief Lab 07: one wheel, by its public functions.
 */
#include <pthread.h>
#include <stdlib.h>

#include "scenario.h"
#include "steps.h"
#include "weft/detail/timer_wheel.h"

/* In storage of its own, so that AddressSanitizer sees a wrong slot. */
static struct wf_timer_wheel *wheel;
static struct wf_wheel_entry *entries;

static struct wf_wheel_entry *entry_at(int64_t number)
{
    return &entries[scenario_in_range(number, ENTRIES_MAX)];
}

static int64_t number_of(const struct wf_wheel_entry *entry)
{
    for (int64_t i = 0; entry && i < ENTRIES_MAX; i++)
        if (entry == &entries[i])
            return i;
    return entry ? -2 : -1;
}

static struct step_reply on_wheel(const struct step_wheel *step)
{
    (void)step;
    free(wheel);
    free(entries);
    wheel = malloc(sizeof *wheel);
    entries = calloc(ENTRIES_MAX, sizeof *entries);
    if (!wheel || !entries)
        scenario_broken("no memory");
    for (int i = 0; i < ENTRIES_MAX; i++) {
        wf_wheel_entry_init(&entries[i]);
        entries[i].tick = UINT64_MAX; /* until it is inserted nobody has said */
    }
    wf_timer_wheel_init(wheel);
    return STEP_DONE;
}

static ON_STEP(insert, DONE_BY(wf_timer_wheel_insert(wheel, entry_at(step->entry), (uint64_t)step->tick)));
static ON_STEP(remove, DONE_BY(wf_timer_wheel_remove(wheel, entry_at(step->entry))));
static ON_STEP(next, ANSWERS((int64_t)wf_timer_wheel_next(wheel)));

static struct step_reply on_fill(const struct step_fill *step)
{
    for (int64_t i = 0; i < step->count; i++)
        wf_timer_wheel_insert(wheel, entry_at(i), (uint64_t)step->tick + (uint64_t)(i * step->stride));
    return STEP_DONE;
}

static struct step_reply on_pop(const struct step_pop *step)
{
    const struct wf_wheel_entry *entry = wf_timer_wheel_pop(wheel, (uint64_t)step->now);
    int64_t number = number_of(entry);
    return (struct step_reply){number, number < 0 ? 0 : (int64_t)entry->tick};
}

static struct step_reply on_drain(const struct step_drain *step)
{
    struct step_reply reply = STEP_DONE;
    uint64_t sequence = 0;
    const struct wf_wheel_entry *entry;
    while (reply.a < ENTRIES_MAX && (entry = wf_timer_wheel_pop(wheel, (uint64_t)step->now))) {
        reply.a++;
        sequence = sequence * 31 + (uint64_t)number_of(entry);
    }
    reply.b = (int64_t)sequence;
    return reply;
}

/* More than any way of search could carry: in a list each insertion alone would go through so many. */
static struct step_reply on_mass(const struct step_mass *step)
{
    int64_t count = scenario_in_range(step->entries, MASS_MAX + 1);
    struct wf_wheel_entry *mass = calloc((size_t)count, sizeof *mass);
    struct step_reply reply = STEP_DONE;
    uint64_t before = 0;
    if (!mass)
        scenario_broken("no memory");
    for (int64_t i = 0; i < count; i++) {
        wf_wheel_entry_init(&mass[i]);
        uint64_t ahead = step->lie == IN_ONE_SLOT ? 5 : 1 + (uint64_t)(i * 48271 % 2147483647 % (4 * count));
        wf_timer_wheel_insert(wheel, &mass[i], step->lie == ALL_DUE ? 0 : wheel->elapsed + ahead);
        /* as a driver does: it looks when the next one comes, and whether it has */
        reply.b += wf_timer_wheel_next(wheel) > LAST_TICK;
        if (step->lie != ALL_DUE)
            reply.b += wf_timer_wheel_pop(wheel, wheel->elapsed) != NULL;
    }
    for (int64_t i = 0; i < count; i += 2)
        wf_timer_wheel_remove(wheel, &mass[i]);
    for (const struct wf_wheel_entry *entry; (entry = wf_timer_wheel_pop(wheel, LAST_TICK));) {
        reply.a++;
        reply.b += entry->tick < before;
        before = entry->tick;
    }
    free(mass);
    return reply;
}

/* A thread's own wheel, and how often what was put in did not come out. */
struct apart {
    pthread_t thread;
    int64_t rounds, wrong;
    struct wf_timer_wheel wheel;
};

static void *turn_own_wheel(void *arg)
{
    struct apart *self = arg;
    wf_timer_wheel_init(&self->wheel);
    for (int64_t round = 0; round < self->rounds; round++) {
        struct wf_wheel_entry entries_of_round[2];
        uint64_t tick = self->wheel.elapsed + 1 + (uint64_t)round % 200;
        for (int i = 0; i < 2; i++) {
            wf_wheel_entry_init(&entries_of_round[i]);
            wf_timer_wheel_insert(&self->wheel, &entries_of_round[i], tick);
        }
        wf_timer_wheel_remove(&self->wheel, &entries_of_round[0]);
        self->wrong += wf_timer_wheel_next(&self->wheel) > tick;
        self->wrong += wf_timer_wheel_pop(&self->wheel, tick) != &entries_of_round[1];
        self->wrong += wf_timer_wheel_pop(&self->wheel, tick) != NULL;
    }
    return NULL;
}

static struct step_reply on_apart(const struct step_apart *step)
{
    static struct apart both[2];
    struct step_reply reply = STEP_DONE;
    for (int i = 0; i < 2; i++) {
        both[i] = (struct apart){.rounds = step->rounds};
        if (pthread_create(&both[i].thread, NULL, turn_own_wheel, &both[i]) != 0)
            scenario_broken("no thread");
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(both[i].thread, NULL);
        reply.a += both[i].wrong;
    }
    return reply;
}

static void end(void)
{
    free(wheel);
    free(entries);
    wheel = NULL;
    entries = NULL;
}

STEP_SCENARIO(wheel, WHEEL_STEPS, NULL, end)
