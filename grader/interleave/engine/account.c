/**
 * @file account.c
 * @brief What happened in a failing execution: a lane for each thread, a line for each step, in words.
 */
#include "engine.h"

#include <stdlib.h>

const char *const order_names[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};

const char *operation_name(enum operation op)
{
    static const char *const names[] = {
        [OP_START] = "start",
        [OP_LOAD] = "load",
        [OP_STORE] = "store",
        [OP_RMW] = "read-modify-write",
        [OP_COMPARE_EXCHANGE] = "compare-exchange",
        [OP_FENCE] = "fence",
        [OP_LOCK] = "lock",
        [OP_TRYLOCK] = "trylock",
        [OP_UNLOCK] = "unlock",
        [OP_WAIT] = "wait",
        [OP_RELOCK] = "return from the wait",
        [OP_SIGNAL] = "signal",
        [OP_FUTEX_WAIT] = "futex wait",
        [OP_WOKEN] = "return from the futex wait",
        [OP_READ_LOCK] = "lock for reading",
        [OP_WRITE_LOCK] = "lock for writing",
        [OP_BARRIER] = "arrival at the barrier",
        [OP_PASSED] = "passing of the barrier",
        [OP_TAKE] = "wait for a permit",
        [OP_JOIN] = "join",
        [OP_SPIN] = "spin",
        [OP_CLOCK] = "read of the clock",
        [OP_SLEEP] = "sleep",
        [OP_READ] = "read",
        [OP_WRITE] = "write",
        [OP_CLOSE] = "close",
        [OP_CONTROL] = "epoll_ctl",
        [OP_POLL] = "poll",
        [OP_ALLOCATE] = "allocation",
        [OP_TIMEOUT] = "timeout",
    };
    return names[op];
}

/* --- names --- */

static const struct named *name_of(uintptr_t address)
{
    for (int i = 0; i < il->name_count; i++)
        if (il->names[i].address == address)
            return &il->names[i];
    return NULL;
}

/* Such as the state of two tasks: then the block says whose it is. */
static bool is_name_of_several(const struct named *named)
{
    for (int i = 0; i < il->name_count; i++)
        if (&il->names[i] != named && strcmp(il->names[i].name, named->name) == 0)
            return true;
    return false;
}

static void set_name(const volatile void *object, struct named named)
{
    if (!il_active())
        return;
    struct named *known = NULL;
    for (int i = 0; i < il->name_count; i++)
        if (il->names[i].address == (uintptr_t)object)
            known = &il->names[i];
    if (!known && il->name_count < NAMES_MAX)
        known = &il->names[il->name_count++];
    named.address = (uintptr_t)object;
    if (known)
        *known = named;
}

void interleave_name_values(const volatile void *object, const char *name, const char *const values[])
{
    set_name(object, (struct named){.name = name, .values = values});
}

void interleave_name_with(const volatile void *object, const char *name,
                          void (*describe)(uint64_t value, char *text, size_t size))
{
    set_name(object, (struct named){.name = name, .describe = describe});
}

void interleave_thread_name(const char *name)
{
    if (il_active())
        snprintf(il_this()->name, sizeof il_this()->name, "%s", name);
}

const char *thread_text(int id)
{
    char *text = scratch_text();
    const struct thread *thread = &il->threads[id];
    if (*thread->name)
        snprintf(text, sizeof il->texts[0], "%c (%s)", 'A' + id, thread->name);
    else if (id == 0)
        snprintf(text, sizeof il->texts[0], "A");
    else
        snprintf(text, sizeof il->texts[0], "%c (%s)", 'A' + id,
                 function_mark((const void *)(uintptr_t)thread->run));
    return text;
}

const char *location_text(int index)
{
    const struct location *location = &il->locations[index];
    const struct named *named = name_of(location->address);
    if (!named)
        return object_mark(location->address, location->first_use, false);
    char *text = scratch_text();
    int block = is_name_of_several(named) ? heap_block((void *)location->address) : 0;
    snprintf(text, sizeof il->texts[0], block ? "%s of block %d" : "%s", named->name, block);
    return text;
}

const char *value_text(int index, uint64_t value)
{
    char *text = scratch_text();
    const struct location *location = &il->locations[index];
    const struct named *named = name_of(location->address);
    size_t size = sizeof il->texts[0];
    int block = heap_block((void *)(uintptr_t)value);
    if (named && named->describe) {
        bool running = il->running;
        il->running = false; /* what it does is no part of the execution */
        named->describe(value, text, size);
        il->running = running;
        return text;
    }
    for (uint64_t i = 0; named && named->values && named->values[i]; i++)
        if (i == value) {
            snprintf(text, size, "%s", named->values[i]);
            return text;
        }
    for (int i = 0; location->size == 8 && i <= il->segment_count; i++)
        if (i < il->segment_count ? (char *)(uintptr_t)value >= il->segments[i].start &&
                                        (char *)(uintptr_t)value < il->segments[i].end
                                  : on_a_stack((uintptr_t)value)) {
            snprintf(text, size, "&%s", pointee_mark((uintptr_t)value));
            return text;
        }
    if (location->size == 8 && block)
        snprintf(text, size, "block %d", block);
    else if (location->size == 8 && value > UINT32_MAX && (int64_t)value > 0)
        snprintf(text, size, "%#llx", (unsigned long long)value);
    else if (location->size == 8)
        snprintf(text, size, "%lld", (long long)value);
    else if (location->size == 4)
        snprintf(text, size, "%d", (int)(int32_t)value);
    else
        snprintf(text, size, "%u", (unsigned)value);
    return text;
}

/* --- lines --- */

void account_clear(void)
{
    for (int i = 0; i < il->line_count; i++) {
        free(il->lines[i].text);
        free(il->lines[i].words);
        free(il->lines[i].calls);
    }
    il->line_count = il->line_number = il->hint_count = 0;
}

/* Called for each step of an execution that is replayed: a place for breakpoints. */
__attribute__((noinline)) void interleave_step(int number, const char *what)
{
    __asm__ volatile("" : : "r"(number), "r"(what) : "memory");
}

/* Addresses in the place of marks: a debugger can say what is there. */
static void tell_debugger(int number, const char *text)
{
    char plain[300];
    size_t length = 0;
    bool in_mark = false;
    for (; *text && length + 4 < sizeof plain; text++)
        if (in_mark && *text == ':') /* an object's mark: the first address is the object's */
            text += strcspn(text, "\2") - 1;
        else if (*text >= ' ')
            plain[length++] = *text;
        else if ((in_mark = *text != 2)) /* not the end of a mark */
            length += (size_t)sprintf(plain + length, "*0x");
    plain[length] = '\0';
    interleave_step(number, plain);
}

/* Called where it fails: another. */
__attribute__((noinline)) void interleave_failed(const char *message)
{
    __asm__ volatile("" : : "r"(message) : "memory");
}

/* The program keeps frame pointers: each frame begins with the one of its caller, and where that goes on. */
static struct call *calls_of(const struct thread *thread)
{
    enum { DEPTH = 24 };
    struct call *calls = calloc(DEPTH + 1, sizeof *calls);
    const char *frame = thread->frames_end;
    if (!calls)
        engine_failed("no memory");
    for (int i = 0; i < DEPTH && frame >= thread->stack && frame < thread->stack + STACK_BYTES - 16; i++) {
        const char *const *words = (const char *const *)(const void *)frame;
        calls[i] = (struct call){.site = words[1] - 1, .frame = (uintptr_t)words[0]};
        if (words[0] <= frame)
            break;
        frame = words[0];
    }
    return calls;
}

/* The number of the step whose store the newest step read, if another thread made it. */
static int number_read(int thread)
{
    const struct step *step = &il->steps[il->step_count - 1];
    const struct store *read = il->step_count && step->read >= 0 ? &il->stores[step->read] : NULL;
    if (!read || read->step < 0 || read->thread == thread)
        return 0;
    for (int i = il->line_count - 1; i >= 0; i--)
        if (il->lines[i].kind == LINE_STEP && il->lines[i].step == read->step)
            return il->lines[i].number;
    return 0;
}

static struct line *add_line(enum line_kind kind, int thread, il_site site, const char *format,
                             va_list arguments)
{
    if (il->line_count == il->line_capacity) {
        il->line_capacity = il->line_capacity ? il->line_capacity * 2 : 64;
        il->lines = realloc(il->lines, (size_t)il->line_capacity * sizeof *il->lines);
        if (!il->lines)
            engine_failed("no memory");
    }
    struct line *line = &il->lines[il->line_count];
    *line = (struct line){.kind = kind,
                          .thread = (int8_t)thread,
                          .step = il->step_count - 1,
                          .from = kind == LINE_STEP ? number_read(thread) : 0,
                          .decisions = il->taken_count,
                          .site = site,
                          .calls = thread == NOBODY ? NULL : calls_of(&il->threads[thread])};
    if (vasprintf(&line->text, format, arguments) < 0)
        engine_failed("no memory");
    il->line_count++;
    if (kind == LINE_STEP) {
        line->number = ++il->line_number;
        tell_debugger(line->number, line->text);
    }
    return line;
}

void tell_line(enum line_kind kind, int thread, il_site site, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(kind, thread, site, format, arguments);
    va_end(arguments);
}

void interleave_note(const char *format, ...)
{
    if (!il_active() || !il->tracing)
        return;
    va_list arguments;
    va_start(arguments, format);
    add_line(LINE_HIDDEN, il->current, (const char *)__builtin_return_address(0) - 1, format, arguments);
    va_end(arguments);
}

/* --- the text --- */

/* "B" in the lane of its thread, dots in the others. */
static void write_lanes(FILE *out, int thread)
{
    for (int i = 0; i < il->thread_count; i++)
        fprintf(out, "%c ", i == thread ? 'A' + i : '.');
}

static il_site told_at(const struct line *line)
{
    return line->folded ? line->called_at : line->site;
}

static void write_line(FILE *out, const struct line *line, int width)
{
    char place[200];
    snprintf(place, sizeof place, "%s %s", site_place(told_at(line)), site_function(told_at(line)));
    if (line->folded) {
        fprintf(out, line->number ? "%4d  " : "      ", line->number);
        write_lanes(out, line->thread);
        fprintf(out, " %-*s  %s\n", width, place, line->words);
        return;
    }
    switch (line->kind) {
    case LINE_STEP:
        fprintf(out, "%4d  ", line->number);
        write_lanes(out, line->thread);
        fprintf(out, " %-*s  %s\n", width, place, line->text);
        break;
    case LINE_HIDDEN:
        fprintf(out, "      ");
        write_lanes(out, line->thread);
        fprintf(out, " %-*s  (%s)\n", width, line->site ? place : "", line->text);
        break;
    case LINE_PLAIN:
        fprintf(out, "race  ");
        write_lanes(out, line->thread);
        fprintf(out, " %-*s  %s\n", width, place, line->text);
        break;
    case LINE_SWITCH:
        fprintf(out, "      ---- %s\n", line->text);
        break;
    case LINE_REMARK:
        fprintf(out, "      ^^^^ %s\n", line->text);
        break;
    }
    if (line->decides)
        fprintf(out, "      **** %s\n", STEP_DECIDES);
}

/* The thread that ran last has made its last announced operation; the others are about to. In a deadlock nobody ran on. */
const char *side_of_next(int id)
{
    return id == il->current && il->failure != IL_DEADLOCK && il->failure != IL_LOST_WAKEUP ? "after"
                                                                                            : "before";
}

const char *stands_text(int id)
{
    const struct pending *next = &il->threads[id].next;
    char *text = scratch_text();
    if (next->op == OP_START)
        snprintf(text, sizeof il->texts[0], "%s has just begun", thread_text(id));
    else
        snprintf(text, sizeof il->texts[0], "%s stands at %s, %s its %s", thread_text(id), where(next->site),
                 side_of_next(id), operation_name(next->op));
    return text;
}

/* Where each thread that has not ended stands. */
static void write_ends(FILE *out)
{
    for (int i = 0; i < il->thread_count; i++)
        if (il->threads[i].state == ALIVE)
            fprintf(out, "      ==== %s\n", stands_text(i));
}

/* Of an execution that is too long to be read: what is neither near its begin nor its end, nor near the step that decides. */
static bool is_in_the_middle(int i)
{
    enum { FIRST = 30, LAST = 90, NEAR = 12, LONG = 200 };
    if (il->options.all_steps || il->line_count < LONG || i < FIRST || i >= il->line_count - LAST)
        return false;
    for (int k = i - NEAR; k <= i + NEAR; k++)
        if (il->lines[k].decides)
            return false;
    return true;
}

static void write_lines(FILE *out, int width)
{
    int skipped = 0;
    for (int i = 0; i < il->line_count; i++) {
        int left_out = story_left_out(i);
        bool middle = is_in_the_middle(i);
        if (!middle && skipped)
            fprintf(out, "      .... %d lines are left out here: --all-steps has them, and the page\n",
                    skipped);
        skipped = middle ? skipped + left_out + 1 : 0;
        if (left_out && !middle)
            fprintf(out, "      .... %d more line%s these\n", left_out,
                    left_out == 1 ? " that repeats" : "s that repeat");
        i += left_out;
        if (i == il->line_count)
            break;
        if (!middle)
            write_line(out, &il->lines[i], width);
        i += il->lines[i].folded ? il->lines[i].folded - 1 : 0;
    }
}

char *account_text(const char *headline)
{
    char *text = NULL;
    size_t length;
    story_make();
    /* a place that is longer pushes its own line only: what happens shall fit beside it */
    enum { PLACE_COLUMNS = 34 };
    int width = 0;
    for (int i = 0; i < il->line_count; i += il->lines[i].folded ? il->lines[i].folded : 1) {
        il_site site = told_at(&il->lines[i]);
        int long_one = (int)(strlen(site_place(site)) + 1 + strlen(site_function(site)));
        width = long_one > width && long_one <= PLACE_COLUMNS ? long_one : width;
    }
    FILE *out = open_memstream(&text, &length);
    if (!out)
        engine_failed("no memory");
    fprintf(out, "%s\n\n", headline);
    write_lines(out, width);
    fprintf(out, "      ==== %s: %s\n", il_failure_name(il->failure), il->message);
    write_ends(out);
    fclose(out);
    return site_expand(text);
}
