/**
 * @file story.c
 * @brief What of a failing execution is told: which lines are left out, folded or marked.
 *
 * - Of the plain accesses the two that race.
 * - Rounds of a loop that repeat those before are left out.
 * - Steps of one call of code that is not under test, the course's own, are one line: what the call does.
 * - The step that decides is marked.
 */
#include "engine.h"

#include <stdlib.h>

/* --- plain accesses --- */

void tell_plain(const struct thread *thread, const volatile void *address, size_t size, il_site site)
{
    enum { LINES_MAX = 20000 };
    if (il->line_count >= LINES_MAX)
        return;
    tell_line(LINE_PLAIN, thread->id, site, "%s", "");
    struct line *line = &il->lines[il->line_count - 1];
    line->address = (uintptr_t)address;
    line->size = size;
}

void tell_race(const struct access *before, uintptr_t address, const char *what_before,
               const struct access *now, const char *what_now)
{
    if (!il->tracing)
        return;
    for (int i = il->line_count - 1; i >= 0; i--) {
        struct line *line = &il->lines[i];
        if (line->kind != LINE_PLAIN || line->thread != before->thread || line->site != before->site ||
            address < line->address || address >= line->address + line->size)
            continue;
        free(line->text);
        line->text = strdup(what_before);
        line->wanted = true;
        break;
    }
    tell_line(LINE_PLAIN, now->thread, now->site, "%s", what_now);
    il->lines[il->line_count - 1].wanted = true;
}

static void drop_other_accesses(void)
{
    int kept = 0;
    for (int i = 0; i < il->line_count; i++) {
        struct line *line = &il->lines[i];
        if (line->kind == LINE_PLAIN && !line->wanted) {
            free(line->text);
            free(line->calls);
        } else {
            il->lines[kept++] = *line;
        }
    }
    il->line_count = kept;
}

/* --- repeats --- */

/* The line before, not too far back, that says the same; -1: none. */
static int same_before(int i)
{
    enum { BACK = 12 };
    const struct line *line = &il->lines[i];
    for (int k = i - 1; k >= 0 && k >= i - BACK; k--)
        if (il->lines[k].kind == line->kind && il->lines[k].thread == line->thread &&
            il->lines[k].site == line->site && strcmp(il->lines[k].text, line->text) == 0)
            return k;
    return -1;
}

static bool is_load(const struct line *line)
{
    return line->kind == LINE_STEP && strncmp(line->text, "load ", 5) == 0;
}

/* A loop that looks once more before it sleeps: nothing but looks of this thread stands between the two. */
static bool looks_in_vain(int i)
{
    int before = same_before(i);
    for (int k = before; before >= 0 && k <= i; k++)
        if (!is_load(&il->lines[k]) || il->lines[k].thread != il->lines[i].thread)
            return false;
    return before >= 0;
}

/* A spinning thread does the same for hundreds of steps: the first rounds say it all. Looks in vain are left out at once, where
 * there are several. */
static void leave_out_repeats(void)
{
    enum { SHOWN = 6 };
    int run = 0;
    for (int i = 0; i < il->line_count; i++) {
        run = same_before(i) >= 0 ? run + 1 : 0;
        il->lines[i].left_out = run > SHOWN;
    }
    for (int i = 0, vain = 0; i <= il->line_count; i++) {
        bool in_vain = i < il->line_count && looks_in_vain(i);
        for (int k = i - vain; !in_vain && vain > 1 && k < i; k++)
            il->lines[k].left_out = true;
        vain = in_vain ? vain + 1 : 0;
    }
}

/* --- calls of code that is not under test --- */

/* The outermost of the calls that the thread was in without having left that code; NULL: the line is no line of it. */
static const struct call *foreign_call(const struct line *line)
{
    const struct call *found = NULL;
    if ((line->kind != LINE_STEP && line->kind != LINE_HIDDEN) || line->decides || !line->calls ||
        !site_is_foreign(line->site))
        return NULL;
    for (const struct call *call = line->calls; call->site && site_is_foreign(call->site); call++)
        found = call;
    return found;
}

static bool is_same_call(const struct call *a, const struct call *b)
{
    return a && b && a->frame == b->frame && a[1].site == b[1].site;
}

/* Whether the thread was in this call before this line. */
static bool was_in_call(int i, const struct call *call)
{
    int k = i - 1;
    while (k >= 0 && (il->lines[k].thread != il->lines[i].thread || il->lines[k].kind > LINE_HIDDEN))
        k--;
    return k >= 0 && is_same_call(foreign_call(&il->lines[k]), call);
}

/* How many lines from this one on belong to the call. What is remarked on stands by itself. */
static int length_of_call(int i, const struct call *call)
{
    int count = 0;
    while (i + count < il->line_count && il->lines[i + count].thread == il->lines[i].thread &&
           is_same_call(foreign_call(&il->lines[i + count]), call) &&
           (i + count + 1 == il->line_count || il->lines[i + count + 1].kind != LINE_REMARK))
        count++;
    return count;
}

static char *words_of_call(int i, int count, const struct call *call)
{
    const char *function = site_entry(call->site), *known = weft_words ? weft_words(function) : NULL;
    const char *block = NULL;
    char *words;
    int last = 0;
    for (int k = i; k < i + count; k++) {
        const char *made = strstr(il->lines[k].text, "): block ");
        block = made ? made + 1 : block;
        last = il->lines[k].number ? il->lines[k].number : last;
    }
    char range[40] = "";
    if (il->lines[i].number && last > il->lines[i].number)
        snprintf(range, sizeof range, ", to step %d", last);
    bool goes_on = was_in_call(i, call);
    if (asprintf(&words, "%s%s%s%s",
                 known     ? goes_on ? "goes on: " : ""
                 : goes_on ? "goes on in "
                           : "calls ",
                 known ? known : function, range, block ? block : "") < 0)
        engine_failed("no memory");
    return words;
}

static void fold_calls(void)
{
    for (int i = 0; i < il->line_count; i++) {
        struct line *line = &il->lines[i];
        const struct call *call = foreign_call(line);
        int count = call ? length_of_call(i, call) : 0;
        if (count == 0)
            continue;
        line->folded = count;
        line->words = words_of_call(i, count, call);
        line->called_at = call[1].site ? call[1].site : line->site;
        i += count - 1;
    }
}

/* --- all --- */

static void mark_decision(void)
{
    for (int i = 0; il->decides_at && i < il->line_count; i++)
        if (il->lines[i].kind == LINE_STEP && il->lines[i].decisions >= il->decides_at) {
            il->lines[i].decides = true;
            return;
        }
}

static void resolve(void)
{
    size_t count = 0, room = 1;
    for (int i = 0; i < il->line_count; i++) {
        const struct call *call = il->lines[i].calls;
        for (room++; call && call->site; call++)
            room++;
    }
    il_site *sites = calloc(room, sizeof *sites);
    if (!sites)
        engine_failed("no memory");
    for (int i = 0; i < il->line_count; i++) {
        const struct call *call = il->lines[i].calls;
        for (sites[count++] = il->lines[i].site; call && call->site; call++)
            sites[count++] = call->site;
    }
    site_resolve(sites, count);
    free(sites);
}

void story_make(void)
{
    drop_other_accesses();
    resolve();
    mark_decision();
    if (!il->options.all_steps)
        fold_calls();
    leave_out_repeats();
    for (int i = 0; i < il->line_count; i++)
        for (int k = i; k < i + il->lines[i].folded; k++)
            il->lines[k].left_out = false;
}

int story_left_out(int i)
{
    int count = 0;
    while (i + count < il->line_count && il->lines[i + count].left_out && !il->lines[i + count].decides)
        count++;
    return count;
}
