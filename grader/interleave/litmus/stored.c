#include "stored.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where we are, for messages. */
static const char *file_name;
static int line_number;

static _Noreturn void __attribute__((format(printf, 1, 2))) broken(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s:%d: ", file_name, line_number);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

static enum il_order order_called(const char *name)
{
    static const struct {
        const char *name;
        enum il_order order;
    } orders[] = {{"rlx", IL_RELAXED}, {"acq", IL_ACQUIRE}, {"rel", IL_RELEASE},
                  {"ar", IL_ACQ_REL},  {"sc", IL_SEQ_CST},  {"acqrel", IL_ACQ_REL}};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (strcmp(orders[i].name, name) == 0)
            return orders[i].order;
    broken("no memory order is called '%s'", name);
}

static int location_called(char name)
{
    if (name < 'x' || name >= 'x' + LITMUS_LOCATIONS)
        broken("no location is called '%c'", name);
    return name - 'x';
}

static struct litmus_operation parse_operation(const char *text)
{
    struct litmus_operation operation = {.slot = -1};
    char kind, location = 0, expected[8] = "0", value[8] = "0", order[8];
    bool complete;
    if (sscanf(text, " %c", &kind) != 1)
        broken("an operation is missing");
    if (kind == 'F') {
        operation.kind = LITMUS_FENCE;
        complete = sscanf(text, " F %7s", order) == 1;
        location = 'x';
    } else if (kind == 'R') {
        operation.kind = LITMUS_LOAD;
        complete = sscanf(text, " R %c %7s", &location, order) == 2;
    } else if (kind == 'C') {
        operation.kind = LITMUS_COMPARE_EXCHANGE;
        complete = sscanf(text, " C %c %7[0-9] %7[0-9] %7s", &location, expected, value, order) == 4;
    } else {
        operation.kind = kind == 'W' ? LITMUS_STORE : kind == 'X' ? LITMUS_EXCHANGE : LITMUS_ADD;
        complete = strchr("WXA", kind) && sscanf(text, " %*c %c %7[0-9] %7s", &location, value, order) == 3;
    }
    if (!complete)
        broken("not an operation: '%s'", text);
    operation.order = order_called(order);
    operation.location = location_called(location);
    operation.value = strtoull(value, NULL, 10);
    operation.expected = strtoull(expected, NULL, 10);
    return operation;
}

static void parse_program(struct litmus_program *program, char *line)
{
    char *rest_of_line;
    for (char *thread = strtok_r(line, "|", &rest_of_line); thread;
         thread = strtok_r(NULL, "|", &rest_of_line)) {
        if (program->threads == LITMUS_THREADS)
            broken("more than %d threads", LITMUS_THREADS);
        int t = program->threads++;
        char *rest;
        for (char *text = strtok_r(thread, ";", &rest); text; text = strtok_r(NULL, ";", &rest)) {
            if (program->lengths[t] == LITMUS_OPERATIONS)
                broken("more than %d operations in a thread", LITMUS_OPERATIONS);
            program->operations[t][program->lengths[t]++] = parse_operation(text);
        }
    }
}

/* The locations whose final value an outcome tells. */
static unsigned locations_told(const char *line)
{
    unsigned told = 0;
    for (const char *at = strchr(line, '='); at; at = strchr(at + 1, '='))
        if (at[-1] >= 'x')
            told |= 1u << location_called(at[-1]);
    return told;
}

static unsigned locations_used(const struct litmus_program *program)
{
    unsigned used = 0;
    for (int t = 0; t < program->threads; t++)
        for (int i = 0; i < program->lengths[t]; i++)
            if (program->operations[t][i].kind != LITMUS_FENCE)
                used |= 1u << program->operations[t][i].location;
    return used;
}

static uint64_t parse_outcome(const struct litmus_program *program, char *line)
{
    uint64_t outcome = 0;
    unsigned told = 0;
    char *rest;
    for (char *word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest)) {
        int slot;
        char thread[8], number[8], location, value[8];
        if (sscanf(word, "%7[0-9]:%7[0-9]=%7[0-9]", thread, number, value) == 3) {
            long t = strtol(thread, NULL, 10), i = strtol(number, NULL, 10);
            if (t >= program->threads || i >= program->lengths[t])
                broken("no operation %ld:%ld", t, i);
            slot = program->operations[t][i].slot;
        } else if (sscanf(word, "%c=%7[0-9]", &location, value) == 2) {
            slot = program->finals[location_called(location)];
        } else {
            broken("not a value: '%s'", word);
        }
        if (slot < 0 || (told >> slot & 1))
            broken("'%s' tells a value that is not part of the outcome, or was told", word);
        told |= 1u << slot;
        outcome = litmus_put(outcome, slot, strtoull(value, NULL, 10));
    }
    unsigned all = 0;
    for (int i = 0; i < LITMUS_LOCATIONS; i++)
        if (program->finals[i] >= 0)
            all |= 1u << program->finals[i];
    if (told != (all | ((1u << program->slots) - 1)))
        broken("an outcome does not tell all values");
    return outcome;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void *grown(void *array, size_t count, size_t size)
{
    if (count & (count - 1))
        return array; /* room is made at each power of two */
    array = realloc(array, (count ? 2 * count : 1) * size);
    if (!array)
        abort();
    return array;
}

static void begin(struct stored *stored, const char *line)
{
    *stored = (struct stored){0};
    snprintf(stored->program.name, sizeof stored->program.name, "%.*s", (int)strcspn(line, "\n"), line);
    size_t length = strcspn(line, " -\n");
    snprintf(stored->shape, sizeof stored->shape, "%.*s", (int)length, line);
}

struct stored *stored_read(const char *file, size_t *count)
{
    struct stored *all = NULL;
    size_t number = 0;
    char line[1024];
    FILE *stream = fopen(file, "r");
    file_name = file;
    line_number = 0;
    if (!stream)
        broken("cannot be opened");
    while (fgets(line, sizeof line, stream)) {
        line_number++;
        struct stored *last = number ? &all[number - 1] : NULL;
        if (line[0] == '#')
            continue;
        if (strncmp(line, "program ", 8) == 0) {
            all = grown(all, number, sizeof *all);
            begin(&all[number++], line + 8);
        } else if (!last) {
            broken("a program must come first");
        } else if (line[0] != ' ') {
            parse_program(&last->program, line);
            litmus_number(&last->program, locations_used(&last->program));
        } else {
            if (last->count == 0)
                litmus_number(&last->program, locations_told(line));
            last->outcomes = grown(last->outcomes, last->count, sizeof *last->outcomes);
            last->outcomes[last->count++] = parse_outcome(&last->program, line);
        }
    }
    fclose(stream);
    for (size_t i = 0; i < number; i++)
        if (all[i].count) /* those of more.txt have none */
            qsort(all[i].outcomes, all[i].count, sizeof *all[i].outcomes, compare);
    *count = number;
    return all;
}
