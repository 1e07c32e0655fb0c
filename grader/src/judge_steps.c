/**
 * @file judge_steps.c
 * @brief Does steps that a lab's table declares: their line in the trace, the account of what was drawn.
 *
 * The account of a test has a number for each step and for each edge of each domain: how often it was done, or drawn. It goes
 * with the evidence. The run's is the sum (result.c); in a run in which every test passes none of them may be 0 (selftest.c).
 */
#include "judge_steps.h"

#include <stdio.h>
#include <string.h>

#include "judge_internal.h"

static const struct step_line *line_of(struct judge *judge, const struct step_table *table, uint32_t operation)
{
    int64_t number = (int64_t)operation - CHANNEL_FIRST_OPERATION;
    if (number < 0 || number >= table->step_count)
        judge_grader_error(judge, format_text("no step of the lab's table has the number %u", operation));
    return &table->steps[number];
}

static int argument_count(const struct step_line *line)
{
    int count = 0;
    while (line->arguments[count].name)
        count++;
    return count;
}

/* Its number among the step's arguments, or -1. */
static int argument_named(const struct step_line *line, const char *name, size_t length)
{
    for (int i = 0; line->arguments[i].name; i++)
        if (strlen(line->arguments[i].name) == length && strncmp(line->arguments[i].name, name, length) == 0)
            return i;
    return -1;
}

/* --- the line in the trace --- */

enum { LINE_BYTES = sizeof((struct judge *)0)->doing_text };

struct text {
    char *end;
    size_t room;
};

static void add(struct text *text, const char *piece, size_t bytes)
{
    if (bytes >= text->room)
        bytes = text->room - 1;
    memcpy(text->end, piece, bytes);
    text->end += bytes;
    text->room -= bytes;
    *text->end = '\0';
}

static void add_value(struct text *text, const struct step_domain *domain, int64_t value)
{
    char told[160];
    snprintf(told, sizeof told, "%lld", (long long)value);
    if (domain->tell)
        domain->tell(value, told, sizeof told);
    for (int i = 0; domain->words && i < domain->count; i++)
        if (domain->edges[i] == value)
            snprintf(told, sizeof told, "%s", domain->words[i]);
    add(text, told, strlen(told));
}

/* `inner`: the line of the step that rides in this one, or of the acts that it carries, or NULL. */
static void write_line(struct judge *judge, const struct step_table *table, struct text text,
                       uint32_t operation, const int64_t *arguments, const char *inner)
{
    const struct step_line *line = line_of(judge, table, operation);
    const char *rest = line->text;
    for (;;) {
        size_t plain = strcspn(rest, "{");
        add(&text, rest, plain);
        if (!rest[plain])
            return;
        const char *name = rest + plain + 1;
        size_t length = strcspn(name, "}");
        int i = argument_named(line, name, length);
        if (i >= 0)
            add_value(&text, &table->domains[line->arguments[i].domain], arguments[i]);
        else if (inner && (strncmp(name, "step}", 5) == 0 || strncmp(name, "steps}", 6) == 0))
            add(&text, inner, strlen(inner));
        else
            judge_grader_error(
                judge, format_text("the text of the step %s has {%.*s}, which is none of its arguments",
                                   line->name, (int)length, name));
        rest = name + length + (name[length] == '}');
    }
}

/* --- the account --- */

static const char *edge_name(const struct step_domain *domain, int edge, char number[24])
{
    snprintf(number, 24, "%lld", (long long)domain->edges[edge]);
    return domain->names ? domain->names[edge] : number;
}

/* {"steps": {name: times}, domain: {edge: times}}; at first of zeroes. */
static json_t *account_of(struct judge *judge, const struct step_table *table)
{
    char number[24];
    if (judge->drawn)
        return judge->drawn;
    json_t *steps = json_object();
    judge->drawn = json_object();
    json_object_set_new(judge->drawn, "steps", steps);
    for (int i = 0; i < table->step_count; i++)
        json_object_set_new(steps, table->steps[i].name, json_integer(0));
    for (int i = 0; i < table->domain_count; i++) {
        json_t *edges = json_object();
        json_object_set_new(judge->drawn, table->domains[i].name, edges);
        for (int edge = 0; edge < table->domains[i].count; edge++)
            json_object_set_new(edges, edge_name(&table->domains[i], edge, number), json_integer(0));
    }
    return judge->drawn;
}

static void add_one(json_t *account, const char *part, const char *name)
{
    json_t *times = json_object_get(json_object_get(account, part), name);
    json_integer_set(times, json_integer_value(times) + 1);
}

static void step_count(struct judge *judge, const struct step_table *table, uint32_t operation,
                       const int64_t *arguments)
{
    const struct step_line *line = line_of(judge, table, operation);
    json_t *account = account_of(judge, table);
    char number[24];
    add_one(account, "steps", line->name);
    for (int i = 0; line->arguments[i].name; i++) {
        const struct step_domain *domain = &table->domains[line->arguments[i].domain];
        for (int edge = 0; edge < domain->count; edge++)
            if (domain->edges[edge] == arguments[i])
                add_one(account, domain->name, edge_name(domain, edge, number));
    }
}

int64_t step_draw(struct judge *judge, const struct step_table *table, uint32_t operation,
                  const char *argument)
{
    const struct step_line *line = line_of(judge, table, operation);
    int i = argument_named(line, argument, strlen(argument));
    if (i < 0)
        judge_grader_error(judge,
                           format_text("a value is drawn for {%s}, which is none of the arguments of %s",
                                       argument, line->name));
    const struct step_domain *domain = &table->domains[line->arguments[i].domain];
    json_t *drawn = json_object_get(account_of(judge, table), domain->name);
    char number[24];
    int64_t least = domain->edges[0], most = domain->edges[0];
    for (int edge = 0; edge < domain->count; edge++) {
        int64_t value = domain->edges[edge];
        if (json_integer_value(json_object_get(drawn, edge_name(domain, edge, number))) == 0)
            return value;
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    if (domain->words)
        return domain->edges[judge_random(judge, domain->count)];
    uint64_t wide = (uint64_t)judge_random(judge, INT32_MAX) << 31 | (uint64_t)judge_random(judge, INT32_MAX);
    return least + (int64_t)(wide % (uint64_t)(most - least + 1));
}

/* --- doing --- */

void step_within(struct judge *judge, const struct step_table *table, uint32_t operation,
                 const int64_t *arguments)
{
    judge->outer_step = operation;
    memcpy(judge->outer_arguments, arguments,
           (size_t)argument_count(line_of(judge, table, operation)) * sizeof *arguments);
}

bool step_is_within(const struct judge *judge)
{
    return judge->outer_step != 0;
}

static struct judge_reply send(struct judge *judge, const struct step_table *table, uint32_t operation,
                               const int64_t *arguments, uint32_t count, const char *shown)
{
    struct judge_reply reply = judge_step(judge, operation, arguments, count, "%s", shown);
    int events;
    const struct channel_record *event = judge_events(judge, &events);
    for (int i = 0; i < events && table->on_event; i++)
        table->on_event(judge, &event[i]);
    return reply;
}

struct judge_reply step_do(struct judge *judge, const struct step_table *table, uint32_t operation,
                           const int64_t *arguments)
{
    char line[LINE_BYTES], outer_line[LINE_BYTES];
    const char *shown = line;
    int64_t sent[2 * CHANNEL_ARGUMENTS_MAX + 1];
    uint32_t length = 0, own = (uint32_t)argument_count(line_of(judge, table, operation)),
             outer = judge->outer_step;
    write_line(judge, table, (struct text){line, sizeof line}, operation, arguments, NULL);
    step_count(judge, table, operation, arguments);
    if (outer) {
        write_line(judge, table, (struct text){outer_line, sizeof outer_line}, outer, judge->outer_arguments,
                   line);
        step_count(judge, table, outer, judge->outer_arguments);
        length = (uint32_t)argument_count(line_of(judge, table, outer));
        memcpy(sent, judge->outer_arguments, length * sizeof *sent);
        sent[length++] = operation;
        shown = outer_line;
        judge->outer_step = 0;
    }
    memcpy(sent + length, arguments, own * sizeof *sent);
    length += own;
    if (length > CHANNEL_ARGUMENTS_MAX)
        judge_grader_error(judge, "a step does not fit into the one that it rides in");
    return send(judge, table, outer ? outer : operation, sent, length, shown);
}

/* The line of an act; one in which the next one rides has that one's. Returns how many acts it is about. */
static uint32_t write_act(struct judge *judge, const struct step_table *table, const struct step_act *acts,
                          uint32_t count, char line[LINE_BYTES])
{
    char inner[LINE_BYTES];
    uint32_t taken = 1;
    bool takes = strstr(line_of(judge, table, acts->operation)->text, "{step}") && count > 1;
    if (takes)
        taken += write_act(judge, table, acts + 1, count - 1, inner);
    write_line(judge, table, (struct text){line, LINE_BYTES}, acts->operation, acts->arguments,
               takes ? inner : NULL);
    return taken;
}

struct judge_reply step_carry(struct judge *judge, const struct step_table *table, struct step_act carrier,
                              const struct step_act *acts, uint32_t count)
{
    char line[LINE_BYTES], list[LINE_BYTES] = "", act[LINE_BYTES];
    struct text text = {list, sizeof list};
    int64_t sent[CHANNEL_ARGUMENTS_MAX];
    uint32_t length = 0;
    for (int64_t i = -1; i < (int64_t)count; i++) {
        const struct step_act *at = i < 0 ? &carrier : &acts[i];
        uint32_t size = (uint32_t)argument_count(line_of(judge, table, at->operation));
        if (length + (i >= 0) + size > CHANNEL_ARGUMENTS_MAX)
            judge_grader_error(judge, "the acts of a step do not fit behind its arguments");
        if (i >= 0)
            sent[length++] = at->operation;
        memcpy(sent + length, at->arguments, size * sizeof *sent);
        length += size;
        step_count(judge, table, at->operation, at->arguments);
    }
    for (uint32_t i = 0; i < count;) {
        if (i > 0)
            add(&text, "; ", 2);
        i += write_act(judge, table, acts + i, count - i, act);
        add(&text, act, strlen(act));
    }
    write_line(judge, table, (struct text){line, sizeof line}, carrier.operation, carrier.arguments, list);
    return send(judge, table, carrier.operation, sent, length, line);
}
