#include "program.h"

#include "../engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static const char location_names[] = "xyz";

/* Set before an exploration: each execution begins with it. */
static const struct litmus_program *explored;
static bool awaits_once;

/* Of one execution: set back by the engine before each. */
static uint32_t locations[LITMUS_LOCATIONS];
static uint64_t outcome;
static struct {
    long word;
} mutex, condition, lock;
static uint32_t permits;
static int event;

void litmus_number(struct litmus_program *program, unsigned used)
{
    program->slots = 0;
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++) {
            struct litmus_operation *operation = &program->operations[t][i];
            bool reads = operation->kind == LITMUS_LOAD || operation->kind == LITMUS_EXCHANGE ||
                         operation->kind == LITMUS_ADD || operation->kind == LITMUS_COMPARE_EXCHANGE ||
                         operation->kind == LITMUS_TRYLOCK || operation->kind == LITMUS_FUTEX_WAIT ||
                         operation->kind == LITMUS_FUTEX_WAKE || operation->kind == LITMUS_FUTEX_TIMED ||
                         operation->kind == LITMUS_CLOCK || operation->kind == LITMUS_TAKE_TIMED ||
                         operation->kind == LITMUS_RECEIVE;
            operation->slot = reads ? program->slots++ : -1;
        }
    int slot = program->slots;
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        program->finals[i] = (used >> i & 1) ? slot++ : -1;
    if (slot > LITMUS_SLOTS) {
        fprintf(stderr, "%s: an outcome has %d values, more than %d\n", program->name, slot, LITMUS_SLOTS);
        exit(1);
    }
}

uint64_t litmus_put(uint64_t before, int slot, uint64_t value)
{
    if (value >> LITMUS_BITS) {
        fprintf(stderr, "a value of %llu does not fit into an outcome\n", (unsigned long long)value);
        exit(1);
    }
    return before | value << (slot * LITMUS_BITS);
}

enum { MS = 1000000 };
#define BEGIN (NOW_SECONDS * NS_PER_S)

static int64_t after(const struct litmus_operation *operation)
{
    return BEGIN + (int64_t)operation->value * MS;
}

enum il_order litmus_failure_order(enum il_order order)
{
    return order == IL_RELEASE ? IL_RELAXED : order == IL_ACQ_REL ? IL_ACQUIRE : order;
}

static uint64_t read_by(const struct litmus_operation *operation)
{
    uint32_t *object = &locations[operation->location];
    uint64_t count = 0;
    bool succeeded;
    int status;
    switch (operation->kind) {
    case LITMUS_LOAD:
        return il_load(object, sizeof *object, operation->order, operation);
    case LITMUS_EXCHANGE:
        return il_rmw(object, sizeof *object, IL_EXCHANGE, operation->value, operation->order, operation);
    case LITMUS_ADD:
        return il_rmw(object, sizeof *object, IL_ADD, operation->value, operation->order, operation);
    case LITMUS_COMPARE_EXCHANGE:
        return il_compare_exchange(object, sizeof *object, operation->expected, operation->value,
                                   operation->order, litmus_failure_order(operation->order), false,
                                   &succeeded, operation);
    case LITMUS_FUTEX_WAIT:
        return il_futex_wait(object, (uint32_t)operation->expected, NO_DEADLINE, operation) != 0;
    case LITMUS_FUTEX_TIMED:
        status = il_futex_wait(object, (uint32_t)operation->expected, after(operation), operation);
        return status == EAGAIN ? 1 : status == ETIMEDOUT ? 2 : 0;
    case LITMUS_CLOCK:
        return (uint64_t)((il_now(operation) - BEGIN) / MS);
    case LITMUS_TAKE_TIMED:
        return il_take(&permits, after(operation), operation) != 0;
    case LITMUS_RECEIVE:
        il_read(event, &count, sizeof count, false, operation);
        return count;
    case LITMUS_FUTEX_WAKE:
        return (uint64_t)il_futex_wake(object, (int)operation->value, operation);
    default:
        return il_mutex_trylock(&mutex, operation) == 0;
    }
}

/* What a compiler makes of atomics: only from there is it known that a loop comes round. */
uint32_t __tsan_atomic32_load(const volatile uint32_t *object, int order);
uint32_t __tsan_atomic32_exchange(volatile uint32_t *object, uint32_t operand, int order);

static bool is_answered(const struct litmus_operation *operation)
{
    uint32_t *object = &locations[operation->location], value = (uint32_t)operation->value;
    int order = (int)operation->order;
    if (operation->expected == LITMUS_BOTH && __tsan_atomic32_load(object, order) == value)
        return false;
    if (operation->expected >= LITMUS_EXCHANGED)
        return __tsan_atomic32_exchange(object, value, order) != value;
    return __tsan_atomic32_load(object, order) == value &&
           (operation->expected == LITMUS_ONE ||
            __tsan_atomic32_load(&locations[(operation->location + 1) % LITMUS_LOCATIONS], order) != 0);
}

static __attribute__((noinline)) void await(const struct litmus_operation *operation)
{
    while (!is_answered(operation))
        if (awaits_once) {
            il->pruned = true;
            il_leave();
        }
}

static void poll_event(const struct litmus_operation *operation)
{
    struct pollfd polled = {.fd = event, .events = POLLIN};
    il_poll(&polled, 1, true, NO_DEADLINE, operation);
}

static void act(const struct litmus_operation *operation)
{
    switch (operation->kind) {
    case LITMUS_POST:
        il_post(&permits, operation);
        break;
    case LITMUS_TAKE:
        (void)il_take(&permits, NO_DEADLINE, operation);
        break;
    case LITMUS_SEND:
        il_write(event, &operation->value, sizeof operation->value, false, operation);
        break;
    case LITMUS_POLL:
        poll_event(operation);
        break;
    case LITMUS_SHARE:
    case LITMUS_EXCLUDE:
        il_rwlock_lock(&lock, operation->kind == LITMUS_EXCLUDE, false, operation);
        break;
    case LITMUS_LEAVE:
        il_rwlock_unlock(&lock, operation);
        break;
    case LITMUS_STORE:
        il_store(&locations[operation->location], sizeof *locations, operation->value, operation->order,
                 operation);
        break;
    case LITMUS_FENCE:
        il_fence(operation->order, operation);
        break;
    case LITMUS_LOCK:
        il_mutex_lock(&mutex, operation);
        break;
    case LITMUS_UNLOCK:
        il_mutex_unlock(&mutex, operation);
        break;
    case LITMUS_YIELD:
        il_spin(operation);
        break;
    case LITMUS_GIVE_WAY:
        il_yield(operation);
        break;
    case LITMUS_SLEEP:
        il_sleep(after(operation), operation);
        break;
    case LITMUS_AWAIT:
        await(operation);
        break;
    case LITMUS_WAIT:
        il_condition_wait(&condition, &mutex, operation->value ? after(operation) : NO_DEADLINE, operation);
        break;
    default:
        il_condition_signal(&condition, operation->kind == LITMUS_BROADCAST, operation);
        break;
    }
}

static void *run_thread(void *number)
{
    intptr_t t = (intptr_t)number;
    bool locked = true;
    for (int i = 0; i < explored->lengths[t]; i++) {
        const struct litmus_operation *operation = &explored->operations[t][i];
        if (operation->slot >= 0) {
            uint64_t value = read_by(operation);
            outcome = litmus_put(outcome, operation->slot, value);
            if (operation->kind == LITMUS_TRYLOCK)
                locked = value;
        } else if (operation->kind != LITMUS_UNLOCK || locked) {
            act(operation);
        } else {
            locked = true;
        }
    }
    return NULL;
}

static void body(void)
{
    int threads[LITMUS_THREADS] = {0};
    permits = (uint32_t)explored->permits;
    event = il_eventfd((uint64_t)explored->count, explored->takes_one, false, explored);
    for (intptr_t t = 0; t < explored->threads; t++)
        threads[t] = il_spawn(run_thread, (void *)t, &explored->lengths[t]);
    for (int t = 0; t < explored->threads; t++)
        il_join(threads[t], &explored->lengths[t]);
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        if (explored->finals[i] >= 0)
            outcome = litmus_put(outcome, explored->finals[i],
                                 il_load(&locations[i], sizeof *locations, IL_RELAXED, &explored->finals[i]));
    il_outcome(outcome);
}

void litmus_await_once(bool once)
{
    awaits_once = once;
}

void litmus_explore(const struct litmus_program *program, const struct il_options *options,
                    struct il_result *result)
{
    explored = program;
    il_explore(program->name, body, options, result);
}

uint64_t *litmus_outcomes(const struct il_result *result)
{
    uint64_t *outcomes = malloc((result->outcomes + 1) * sizeof *outcomes);
    if (!outcomes || il_outcomes(outcomes, result->outcomes) != result->outcomes)
        abort();
    return outcomes;
}

/* --- in words --- */

static uint64_t value_in(uint64_t number, int slot)
{
    return number >> (slot * LITMUS_BITS) & ((1 << LITMUS_BITS) - 1);
}

void litmus_print_outcome(const struct litmus_program *program, uint64_t number)
{
    printf(" ");
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            if (program->operations[t][i].slot >= 0)
                printf(" %d:%d=%d", t, i, (int)value_in(number, program->operations[t][i].slot));
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        if (program->finals[i] >= 0)
            printf(" %c=%d", location_names[i], (int)value_in(number, program->finals[i]));
    printf("\n");
}

static void print_operation(const struct litmus_operation *operation)
{
    static const char *const orders[] = {"rlx", "con", "acq", "rel", "ar", "sc"};
    char location = location_names[operation->location];
    const char *order = orders[operation->order];
    int value = (int)operation->value;
    switch (operation->kind) {
    case LITMUS_LOAD:
        printf("R %c %s", location, order);
        break;
    case LITMUS_STORE:
        printf("W %c %d %s", location, value, order);
        break;
    case LITMUS_EXCHANGE:
        printf("X %c %d %s", location, value, order);
        break;
    case LITMUS_ADD:
        printf("A %c %d %s", location, value, order);
        break;
    case LITMUS_COMPARE_EXCHANGE:
        printf("C %c %d %d %s", location, (int)operation->expected, value, order);
        break;
    case LITMUS_FENCE:
        printf("F %s", order);
        break;
    case LITMUS_FUTEX_WAIT:
        printf("wait %c while %d", location, (int)operation->expected);
        break;
    case LITMUS_YIELD:
        printf("yield");
        break;
    case LITMUS_GIVE_WAY:
        printf("give way");
        break;
    case LITMUS_FUTEX_TIMED:
        printf("wait %c while %d, until %d ms", location, (int)operation->expected, value);
        break;
    case LITMUS_SLEEP:
        printf("sleep until %d ms", value);
        break;
    case LITMUS_CLOCK:
        printf("clock");
        break;
    case LITMUS_WAIT:
        printf(value ? "wait until %d ms" : "wait", value);
        break;
    case LITMUS_AWAIT:
        printf("await%d %c %s = %d", (int)operation->expected, location, order, value);
        break;
    case LITMUS_TAKE_TIMED:
        printf("take until %d ms", value);
        break;
    case LITMUS_SEND:
        printf("send %d", value);
        break;
    case LITMUS_POST:
    case LITMUS_TAKE:
    case LITMUS_RECEIVE:
    case LITMUS_POLL:
    case LITMUS_SHARE:
    case LITMUS_EXCLUDE:
    case LITMUS_LEAVE: {
        static const char *const names[] = {"post", "take",  "",        "",     "receive",
                                            "poll", "share", "exclude", "leave"};
        printf("%s", names[operation->kind - LITMUS_POST]);
        break;
    }
    case LITMUS_FUTEX_WAKE:
        printf("wake %c %d", location, value);
        break;
    default: {
        static const char *const names[] = {"lock", "unlock", "trylock", "wait", "signal", "broadcast"};
        printf("%s", names[operation->kind - LITMUS_LOCK]);
    }
    }
}

void litmus_print(const struct litmus_program *program)
{
    if (program->permits || program->count)
        printf("permits %d, count %d%s: ", program->permits, program->count,
               program->takes_one ? ", by one" : "");
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++) {
            if (t > 0 && i == 0)
                printf(" | ");
            else if (i > 0)
                printf("; ");
            print_operation(&program->operations[t][i]);
        }
    printf("\n");
}
