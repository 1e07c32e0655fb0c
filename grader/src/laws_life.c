/**
 * @file laws_life.c
 * @brief One life as the judge sees it: sent, taken in as vectors of observations, and told to a person where a law is broken.
 */
#include <stdio.h>
#include <string.h>

#include "laws_internal.h"

/* --- tables --- */

#define SEEN_TEXT(name, text) text,
const char *const law_seen_texts[SEEN_COUNT] = {KIT_OBSERVED(SEEN_TEXT)};

#define DOMAIN_EDGES(name, ...)                                                                              \
    [DOMAIN_##name] = {#name, sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t),                      \
                       (const int32_t[]){__VA_ARGS__}},
const struct law_domain law_domains[DOMAINS] = {KIT_DOMAINS(DOMAIN_EDGES)};

/* The members of a shape are in the order of their domains, and so are those of a variation. */
#define SHAPED_DOMAIN(name, domain) DOMAIN_##domain,
const enum kit_domain law_shape_domains[LAW_SHAPE_MEMBERS] = {KIT_SHAPE(SHAPED_DOMAIN)};

int32_t *law_shape_member(struct kit_shape *shape, int member)
{
    return (int32_t *)shape + 1 + member;
}

/* --- one life --- */

/* How a member of a shape reads. */
static void describe(char *text, size_t size, enum kit_domain domain, int32_t value)
{
    static const char *const rooms[] = {
        "no slot (NULL, 0)",         "no slot (NULL), but a size", "a slot of which 0 bytes may be used",
        "a slot one byte too short", "a slot that just fits",      "a slot larger than needed"};
    switch (domain) {
    case DOMAIN_COUNT:
        snprintf(text, size, "over %d branch%s", value, value == 1 ? "" : "es");
        break;
    case DOMAIN_ORDER:
        snprintf(text, size, "%s", value ? "WF_BIASED" : "WF_FAIR");
        break;
    case DOMAIN_BYTES:
        snprintf(text, size, "output%s of %d byte%s", value == 1 ? "" : "s", value, value == 1 ? "" : "s");
        break;
    case DOMAIN_OWNED:
        snprintf(text, size, value ? "with drop_out" : "without drop_out");
        break;
    case DOMAIN_WANT:
        snprintf(text, size, value ? "into a value" : "value NULL");
        break;
    case DOMAIN_ROOM:
        snprintf(text, size, "%s", rooms[value]);
        break;
    default:
        snprintf(text, size, "kind %d", value);
    }
}

static void describe_shape(char *text, size_t size, const struct law_future *future,
                           const struct kit_life *life)
{
    size_t length = (size_t)snprintf(text, size, "%s", future->name);
    struct kit_shape shape = life->shape;
    for (int m = 0; m < LAW_SHAPE_MEMBERS; m++) {
        char member[64];
        if (!(future->flags & (1u << law_shape_domains[m])))
            continue;
        describe(member, sizeof member, law_shape_domains[m], *law_shape_member(&shape, m));
        length += (size_t)snprintf(text + length, size - length, ", %s", member);
        if (length >= size)
            return;
    }
}

/* In short, for a crash or a panic, after which there are no observations. */
static void describe_operations(char *text, size_t size, const struct kit_life *life)
{
    static const char *const words[] = {" poll",
                                        " poll with some budget",
                                        " ready",
                                        " all ready",
                                        " drop",
                                        " kick",
                                        " all but one ready",
                                        " go on without it",
                                        " mistake"};
    size_t length = 0;
    *text = '\0';
    for (int i = 0; i < life->count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s", words[life->ops[i].act]);
    if (life->crowd)
        snprintf(text, size, " %d of them alive at once", life->crowd);
}

/* How a mistake reads behind "it is". */
static const char *mistake_text(const struct law_future *future, int number)
{
    struct law_mistake mistakes[LAW_MISTAKES_MAX];
    int count = law_mistakes_of(future, mistakes);
    for (int i = 0; i < count; i++)
        if (mistakes[i].number == number)
            return mistakes[i].text;
    return "misused";
}

/* What differs from a plain life. It stands before the life, which may never come back. */
static void note_variation(struct judge *judge, const struct law_future *future, const struct kit_life *life)
{
    static const char *const wheres[] = {"outside of any context",
                                         "in a context without a budget",
                                         "in a context with a budget",
                                         "each time on another thread",
                                         "inside of wf_block_on()",
                                         "in a task",
                                         "in a context, and dropped outside of any",
                                         "in the poll of a branch of another one like it",
                                         "in the clean-up of a task that was aborted",
                                         "in the root of a runtime of one thread",
                                         "in a task of a runtime of one thread",
                                         "in a local task",
                                         "in the clean-up of a task, while its runtime is dropped",
                                         "in a blocking call"};
    static const char *const places[PLACES] = {"",
                                               "in the poll of a branch",
                                               "in the drop of a branch",
                                               "in its callback",
                                               "where a waker is cloned",
                                               "where a waker is woken",
                                               "where a waker is dropped",
                                               "in an allocation",
                                               "in a free",
                                               "where an output is destroyed",
                                               "in its clean-up",
                                               "in the hook that is told of events"};
    static const char *const intruders[] = {"",
                                            "somebody prints its tree",
                                            "somebody builds, polls and drops another one like it",
                                            "somebody polls a second one that is alive",
                                            "somebody makes READY what a second one waits for",
                                            "somebody drops a second one that is alive",
                                            "it is "};
    const struct kit_variation *varied = &life->variation;
    if (varied->where)
        judge_note(judge, "       it is polled and dropped %s", wheres[varied->where]);
    if (varied->place)
        judge_note(judge, "       %s %s%s", places[varied->place], intruders[varied->intruder],
                   varied->intruder == ERRS ? mistake_text(future, varied->mistake) : "");
    if (varied->twin > 1)
        judge_note(judge, "       %d more live at the same time, and do each step after it", varied->twin);
    else if (varied->twin)
        judge_note(judge, "       a second one lives at the same time, and does each step after the first");
    if (varied->fail)
        judge_note(judge, "       allocation %d of its life fails", varied->fail);
}

void law_send(struct judge *judge, const struct law_future *future, const struct kit_life *life)
{
    char shape[160], operations[160];
    describe_shape(shape, sizeof shape, future, life);
    describe_operations(operations, sizeof operations, life);
    int64_t arguments[CHANNEL_ARGUMENTS_MAX] = {0};
    memcpy(arguments, life, sizeof *life);
    judge_forget_trace(judge);
    note_variation(judge, future, life);
    judge_step(judge, STEP_LIFE, arguments, CHANNEL_ARGUMENTS_MAX, "a life of %s:%s", shape, operations);
}

void law_live(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              struct law_record *record, struct law_record *twin)
{
    record->count = record->erred_count = 0;
    if (twin)
        twin->count = 0;
    law_send(judge, future, life);
    int events;
    const struct channel_record *event = judge_events(judge, &events);
    const char *text = judge_event_text(judge);
    for (int i = 0; i < events; i++, text += event[i - 1].text_bytes) {
        if (event[i].kind == EVENT_ERRED && event[i].text_bytes < ERRED_BYTES &&
            record->erred_count < KIT_OPS_MAX) {
            char *erred = record->erred[record->erred_count++];
            memcpy(erred, text, event[i].text_bytes);
            erred[event[i].text_bytes] = '\0';
            continue;
        }
        struct law_record *to = event[i].kind == EVENT_SEEN ? record : twin;
        if (event[i].text_bytes != sizeof(struct kit_seen) || !to || to->count == KIT_OPS_MAX + 2)
            judge_fail(judge, "a vector of observations for each step", "something else was told");
        memcpy(&to->seen[to->count++], text, sizeof(struct kit_seen));
    }
    int expected = life->crowd ? 1 : life->count + 2;
    if (record->count != expected || (twin && twin->count != expected))
        judge_fail(judge, "a vector of observations for each step", "%d of %d came", record->count, expected);
}

static void note_operation(struct judge *judge, const struct law_future *future, const struct kit_op *op,
                           const struct kit_seen *seen)
{
    switch ((enum kit_act)op->act) {
    case ACT_POLL:
        judge_note(judge, "       poll it with waker %d -> %s", op->a, seen->poll == 1 ? "READY" : "PENDING");
        break;
    case ACT_POLL_WITH:
        judge_note(judge, "       poll it with waker %d, and %d unit%s of budget left -> %s", op->a,
                   op->result, op->result == 1 ? "" : "s", seen->poll == 1 ? "READY" : "PENDING");
        break;
    case ACT_ARM:
        judge_note(judge, "       branch %d becomes READY with %s, and wakes its waker", op->a,
                   judge_code(op->result));
        break;
    case ACT_ARM_ALL:
        judge_note(judge, "       every other one becomes READY with %s, and wakes its waker",
                   judge_code(op->result));
        break;
    case ACT_ARM_REST:
        judge_note(judge, "       every branch but %d becomes READY with %s, and wakes its waker", op->a,
                   judge_code(op->result));
        break;
    case ACT_DROP:
        judge_note(judge, "       drop it");
        break;
    case ACT_KICK:
        judge_note(judge, "       from outside it is given something to do");
        break;
    case ACT_WITNESS:
        judge_note(judge, "       somebody else polls what it left");
        break;
    case ACT_ERR:
        judge_note(judge, "       it is %s", mistake_text(future, op->a));
        break;
    }
}

void law_note(struct judge *judge, const struct law_future *future, const struct kit_life *life,
              const struct law_record *record, int at)
{
    for (int i = 0; i < life->count && i < at; i++)
        note_operation(judge, future, &life->ops[i], &record->seen[i + 1]);
    if (at > life->count)
        judge_note(judge, "       give back what is left of it");
}

void law_broken(struct judge *judge, const struct law_future *future, const struct kit_life *life,
                const struct law_record *record, int at, const char *law, int field, int32_t expected)
{
    char text[400];
    law_note(judge, future, life, record, at);
    snprintf(text, sizeof text, "%s: %s %s", law, law_seen_texts[field], judge_code(expected));
    judge_fail(judge, text, "%s %s", law_seen_texts[field],
               judge_code(((const int32_t *)&record->seen[at])[field]));
    __builtin_unreachable();
}
