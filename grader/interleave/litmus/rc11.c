/*
 * Source: Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing Sequential Consistency in C/C++11 (2017). The names
 * of relations are the paper's.
 *
 * A candidate execution: for each location an order of its writes (mo), for each read a write of its location
 * (rf). A read-modify-write is two events, a read and the write after it. Each compare-exchange is one that succeeds in
 * some candidates, and only a read in the others; what it reads must say the same.
 */
#include "rc11.h"
#include "relation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1, INITIAL = -1 };

/* What a loop that waits has read when it ends. Rounds before that add nothing: without them more is allowed, not less. */
enum must { MAY_BE_ANY, MUST_BE, MUST_NOT_BE };

struct event {
    int thread;   /* INITIAL: the write of 0 that comes before all */
    int location; /* NONE: a fence */
    bool is_read, is_write;
    enum il_order order;
    const struct litmus_operation *operation;
    int partner; /* the other event of a read-modify-write, or NONE */
    enum must must;
    uint64_t value; /* that it must, or must not, read */
};

struct candidate {
    const struct litmus_program *program;
    struct rc11_outcomes *outcomes;
    struct event events[EVENTS_MAX];
    int count;
    int reads[EVENTS_MAX], read_count;
    unsigned failing;                         /* a set of the compare-exchanges, by their number */
    int exchanges;                            /* compare-exchanges so far */
    int source[EVENTS_MAX];                   /* of a read: the write */
    int writes[LITMUS_LOCATIONS][EVENTS_MAX]; /* in modification order */
    int write_count[LITMUS_LOCATIONS];
    struct relation sb, rf, mo, rb;
};

/* --- the axioms --- */

static bool acquires(const struct event *event)
{
    return event->order == IL_ACQUIRE || event->order == IL_ACQ_REL || event->order == IL_SEQ_CST;
}

static bool releases(const struct event *event)
{
    return event->order == IL_RELEASE || event->order == IL_ACQ_REL || event->order == IL_SEQ_CST;
}

static bool is_fence(const struct event *event)
{
    return event->location == NONE;
}

static bool is_sc_fence(const struct event *event)
{
    return is_fence(event) && event->order == IL_SEQ_CST;
}

/* The release sequence of a write: itself, later writes of its thread to the location, and read-modify-writes that read
 * from any of it. */
static events release_sequence(const struct candidate *c, int write)
{
    events sequence = (events)1 << write;
    for (int later = 0; later < c->count; later++)
        if (has(&c->sb, write, later) && c->events[later].is_write && c->events[write].thread != INITIAL &&
            c->events[later].location == c->events[write].location)
            sequence |= (events)1 << later;
    for (bool grows = true; grows;) {
        grows = false;
        for (int i = 0; i < c->read_count; i++) {
            int read = c->reads[i], partner = c->events[read].partner;
            if (partner != NONE && (sequence >> c->source[read] & 1) && !(sequence >> partner & 1)) {
                sequence |= (events)1 << partner;
                grows = true;
            }
        }
    }
    return sequence;
}

/* Which events synchronise, when `read` reads from the release sequence of `write`. */
static void synchronise(const struct candidate *c, struct relation *sw, int write, int read)
{
    for (int from = 0; from < c->count; from++) {
        const struct event *begin = &c->events[from];
        bool begins = releases(begin) && (from == write || (is_fence(begin) && has(&c->sb, from, write)));
        if (!begins)
            continue;
        for (int to = 0; to < c->count; to++) {
            const struct event *end = &c->events[to];
            if (acquires(end) && (to == read || (is_fence(end) && has(&c->sb, read, to))))
                put(sw, from, to);
        }
    }
}

static struct relation happens_before(const struct candidate *c)
{
    struct relation sw = {0};
    for (int write = 0; write < c->count; write++) {
        if (!c->events[write].is_write || c->events[write].thread == INITIAL)
            continue;
        events sequence = release_sequence(c, write);
        for (int i = 0; i < c->read_count; i++)
            if (sequence >> c->source[c->reads[i]] & 1)
                synchronise(c, &sw, write, c->reads[i]);
    }
    sw = unite(&sw, &c->sb);
    return closure(sw, c->count);
}

/* The partial order of sequentially consistent events that must have no cycle. */
static struct relation partial_sc(const struct candidate *c, const struct relation *hb,
                                  const struct relation *eco)
{
    struct relation elsewhere = {0}, scb = unite(&c->mo, &c->rb);
    for (int i = 0; i < c->count; i++)
        for (int k = 0; k < c->count; k++) {
            bool same = !is_fence(&c->events[i]) && c->events[i].location == c->events[k].location;
            if (has(&c->sb, i, k) && !same)
                put(&elsewhere, i, k);
            if (has(&c->sb, i, k) || (has(hb, i, k) && same))
                put(&scb, i, k);
        }
    struct relation around = compose(&elsewhere, hb);
    around = compose(&around, &elsewhere);
    scb = unite(&scb, &around);

    /* what begins and what ends an edge: an event that is sequentially consistent, or a fence and what it orders */
    struct relation begin = {0}, end = {0};
    for (int i = 0; i < c->count; i++) {
        if (c->events[i].order == IL_SEQ_CST && c->events[i].thread != INITIAL) {
            put(&begin, i, i);
            put(&end, i, i);
        }
        for (int k = 0; k < c->count; k++) {
            if (is_sc_fence(&c->events[i]) && has(hb, i, k))
                put(&begin, i, k);
            if (is_sc_fence(&c->events[k]) && has(hb, i, k))
                put(&end, i, k);
        }
    }
    struct relation psc = compose(&begin, &scb);
    psc = compose(&psc, &end);

    struct relation fences = compose(hb, eco);
    fences = compose(&fences, hb);
    fences = unite(&fences, hb);
    for (int i = 0; i < c->count; i++)
        for (int k = 0; k < c->count; k++)
            if (is_sc_fence(&c->events[i]) && is_sc_fence(&c->events[k]) && has(&fences, i, k))
                put(&psc, i, k);
    return psc;
}

/* --- outcomes --- */

static uint64_t written_by(const struct candidate *c, int write)
{
    const struct event *event = &c->events[write];
    if (event->thread == INITIAL)
        return 0;
    if (event->operation->kind == LITMUS_ADD)
        return event->operation->value + written_by(c, c->source[event->partner]);
    return event->operation->value;
}

/* Each compare-exchange has read what it expects, or not, as the candidate has it; and each loop what it waits for. */
static bool is_as_expected(const struct candidate *c)
{
    for (int i = 0; i < c->read_count; i++) {
        const struct event *read = &c->events[c->reads[i]];
        if (read->must != MAY_BE_ANY &&
            (written_by(c, c->source[c->reads[i]]) == read->value) != (read->must == MUST_BE))
            return false;
        if (read->operation->kind != LITMUS_COMPARE_EXCHANGE)
            continue;
        bool equal = written_by(c, c->source[c->reads[i]]) == read->operation->expected;
        if (equal != (read->partner != NONE))
            return false;
    }
    return true;
}

static void keep(struct rc11_outcomes *outcomes, uint64_t outcome)
{
    size_t count = outcomes->count;
    for (size_t i = 0; i < count; i++)
        if (outcomes->all[i] == outcome)
            return;
    if ((count & (count - 1)) == 0) { /* room is made at each power of two */
        outcomes->all = realloc(outcomes->all, (count ? 2 * count : 1) * sizeof *outcomes->all);
        if (!outcomes->all)
            abort();
    }
    outcomes->all[outcomes->count++] = outcome;
}

static void judge(struct candidate *c)
{
    struct relation causes = unite(&c->sb, &c->rf);
    if (has_cycle(&causes, c->count) || !is_as_expected(c))
        return;
    struct relation hb = happens_before(c), eco = unite(&c->rf, &c->mo);
    eco = unite(&eco, &c->rb);
    eco = closure(eco, c->count);
    struct relation against = compose(&hb, &eco);
    if (is_reflexive(&hb, c->count) || is_reflexive(&eco, c->count) || is_reflexive(&against, c->count))
        return;
    struct relation psc = partial_sc(c, &hb, &eco);
    if (has_cycle(&psc, c->count))
        return;

    uint64_t outcome = 0;
    for (int i = 0; i < c->read_count; i++) {
        int slot = c->events[c->reads[i]].operation->slot;
        if (slot >= 0)
            outcome = litmus_put(outcome, slot, written_by(c, c->source[c->reads[i]]));
    }
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        if (c->program->finals[i] >= 0)
            outcome = litmus_put(outcome, c->program->finals[i],
                                 written_by(c, c->writes[i][c->write_count[i] - 1]));
    keep(c->outcomes, outcome);
}

/* --- candidates --- */

static void choose_sources(struct candidate *c, int i)
{
    if (i == c->read_count) {
        memset(&c->rf, 0, sizeof c->rf);
        memset(&c->rb, 0, sizeof c->rb);
        for (int k = 0; k < c->read_count; k++) {
            put(&c->rf, c->source[c->reads[k]], c->reads[k]);
            c->rb.of[c->reads[k]] = c->mo.of[c->source[c->reads[k]]];
        }
        judge(c);
        return;
    }
    int read = c->reads[i], location = c->events[read].location, partner = c->events[read].partner;
    for (int k = 0; k < c->write_count[location]; k++) {
        c->source[read] = c->writes[location][k];
        /* a read-modify-write writes next to what it reads: no other write stands between */
        bool is_atomic =
            partner == NONE || (k + 1 < c->write_count[location] && c->writes[location][k + 1] == partner);
        if (is_atomic && !has(&c->sb, read, c->source[read]))
            choose_sources(c, i + 1);
    }
}

static void choose_order(struct candidate *c, int location, int placed);

static void order_next_location(struct candidate *c, int location)
{
    if (location == LITMUS_LOCATIONS) {
        memset(&c->mo, 0, sizeof c->mo);
        for (int i = 0; i < LITMUS_LOCATIONS; i++)
            for (int k = 0; k < c->write_count[i]; k++)
                for (int later = k + 1; later < c->write_count[i]; later++)
                    put(&c->mo, c->writes[i][k], c->writes[i][later]);
        choose_sources(c, 0);
    } else {
        choose_order(c, location, 1); /* the initial write is first */
    }
}

/* Every order of the writes that keeps those of one thread in theirs. */
static void choose_order(struct candidate *c, int location, int placed)
{
    int *writes = c->writes[location], count = c->write_count[location];
    if (placed == count) {
        order_next_location(c, location + 1);
        return;
    }
    for (int i = placed; i < count; i++) {
        int chosen = writes[i];
        bool too_early = false;
        for (int k = placed; k < count; k++)
            too_early |= has(&c->sb, writes[k], chosen);
        if (too_early)
            continue;
        writes[i] = writes[placed];
        writes[placed] = chosen;
        choose_order(c, location, placed + 1);
        writes[placed] = writes[i];
        writes[i] = chosen;
    }
}

static int add_event(struct candidate *c, struct event event)
{
    if (c->count == EVENTS_MAX) {
        fprintf(stderr, "%s: more than %d events\n", c->program->name, EVENTS_MAX);
        exit(1);
    }
    for (int before = 0; before < c->count; before++)
        if (event.thread != INITIAL &&
            (c->events[before].thread == INITIAL || c->events[before].thread == event.thread))
            put(&c->sb, before, c->count);
    if (event.is_read)
        c->reads[c->read_count++] = c->count;
    if (event.is_write)
        c->writes[event.location][c->write_count[event.location]++] = c->count;
    c->events[c->count] = event;
    return c->count++;
}

/* A read and the write after it. */
static void add_change(struct candidate *c, struct event event)
{
    event.is_read = true;
    int read = add_event(c, event);
    event.is_read = false;
    event.is_write = true;
    event.must = MAY_BE_ANY;
    event.partner = read;
    c->events[read].partner = add_event(c, event);
}

static void add_await(struct candidate *c, struct event event)
{
    const struct litmus_operation *operation = event.operation;
    bool loads = operation->expected != LITMUS_EXCHANGED;
    event.is_read = true;
    event.value = operation->value;
    event.must = operation->expected == LITMUS_BOTH ? MUST_NOT_BE : MUST_BE;
    if (loads)
        add_event(c, event);
    event.must = MUST_NOT_BE;
    if (operation->expected >= LITMUS_EXCHANGED)
        add_change(c, event);
    if (operation->expected == LITMUS_TWO) {
        event.location = (operation->location + 1) % LITMUS_LOCATIONS;
        event.value = 0;
        add_event(c, event);
    }
}

static void add_operation(struct candidate *c, int thread, const struct litmus_operation *operation)
{
    struct event event = {.thread = thread,
                          .location = operation->location,
                          .order = operation->order,
                          .operation = operation,
                          .partner = NONE};
    switch (operation->kind) {
    case LITMUS_YIELD: /* no event */
    case LITMUS_GIVE_WAY:
        break;
    case LITMUS_AWAIT:
        add_await(c, event);
        break;
    case LITMUS_FENCE:
        event.location = NONE;
        add_event(c, event);
        break;
    case LITMUS_LOAD:
        event.is_read = true;
        add_event(c, event);
        break;
    case LITMUS_STORE:
        event.is_write = true;
        add_event(c, event);
        break;
    case LITMUS_EXCHANGE:
    case LITMUS_ADD:
    case LITMUS_COMPARE_EXCHANGE:
        if (operation->kind == LITMUS_COMPARE_EXCHANGE && (c->failing >> c->exchanges++ & 1)) {
            event.is_read = true;
            event.order = litmus_failure_order(operation->order);
            add_event(c, event);
        } else {
            add_change(c, event);
        }
        break;
    default:
        fprintf(stderr, "%s: an operation that the axioms do not know\n", c->program->name);
        exit(1);
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* All candidates in which these compare-exchanges fail. Returns how many there are in the program. */
static int enumerate(struct candidate *c, const struct litmus_program *program, unsigned failing,
                     struct rc11_outcomes *outcomes)
{
    memset(c, 0, sizeof *c);
    c->program = program;
    c->outcomes = outcomes;
    c->failing = failing;
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        add_event(c, (struct event){.thread = INITIAL, .location = i, .is_write = true, .partner = NONE});
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            add_operation(c, t, &program->operations[t][i]);
    order_next_location(c, 0);
    return c->exchanges;
}

void rc11_enumerate(const struct litmus_program *program, struct rc11_outcomes *outcomes)
{
    struct candidate *c = malloc(sizeof *c);
    if (!c)
        abort();
    *outcomes = (struct rc11_outcomes){0};
    unsigned failing = 0;
    while (failing >> enumerate(c, program, failing, outcomes) == 0)
        failing++;
    free(c);
    if (outcomes->count)
        qsort(outcomes->all, outcomes->count, sizeof *outcomes->all, compare);
}

void rc11_free(struct rc11_outcomes *outcomes)
{
    free(outcomes->all);
    *outcomes = (struct rc11_outcomes){0};
}
