/**
 * @file report_failures.c
 * @brief What failed: three failures in full, and how to see them again; the others by name.
 */
#include <stdlib.h>
#include <string.h>

#include "foreign.h"
#include "report_internal.h"

/* A frame of the sanitizer's own, of the scenario, or before main: not where the mistake is. */
static bool is_of_no_use(const char *line, size_t length)
{
    static const char *const marks[] = {"libsanitizer/", " grader/", "__libc_start", " _start "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(line, length, marks[i], strlen(marks[i])))
            return true;
    return false;
}

/* Sanitizers repeat themselves: their first lines tell. */
static void print_output(const struct style *style, const char *output)
{
    enum { LINES_MAX = 24 };
    int lines = 0;
    fprintf(style->out, "      %sprinted%s\n", style->dim, style->off);
    while (*output && lines < LINES_MAX) {
        size_t length = strcspn(output, "\n");
        if (length && strspn(output, "=") < length && !is_of_no_use(output, length)) {
            char *line = format_text("%.*s", (int)length, output);
            fputs("        ", style->out);
            print_foreign(style, line, LINE_BYTES_MAX); /* not broken: paths and addresses stay whole */
            fputc('\n', style->out);
            free(line);
            lines++;
        }
        output += length + (output[length] == '\n');
    }
    if (*output)
        fprintf(style->out, "        ...\n");
}

/* A word of a command that can be pasted into a shell; make takes what it is passed as it is. NULL: there is no such word on
 * one line of a terminal, for the text has a line break, another control character, or bytes that are no UTF-8. The caller
 * frees. */
static char *shell_word(const char *text)
{
    if (*text && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:+,=-") ==
                     strlen(text))
        return copy_text(text);
    char *harmless = harmless_line(text, 1 << 16), *word = NULL;
    if (strcmp(harmless, text) == 0 && !strchr(text, '\t')) {
        char *escaped = replace_all(text, "'", "'\\''");
        word = format_text("'%s'", escaped);
        free(escaped);
    }
    free(harmless);
    return word;
}

static void print_command(const struct style *style, const char *name, const char *target,
                          const char *arguments, const char *token)
{
    fprintf(style->out, "      %s%-9s%s make %s ", style->dim, name, style->off, target);
    print_foreign(style, arguments, SIZE_MAX);
    if (*token) {
        fputs(" TOKEN=", style->out);
        print_foreign(style, token, SIZE_MAX);
    }
    fputc('\n', style->out);
}

/* How to see the failure again: once more, as a page, in the debugger. */
static void print_commands(const struct style *style, const struct result *result, const struct outcome *test)
{
    bool is_default = strcmp(result->from, "labs") == 0, is_model = strcmp(test->variant, "interleave") == 0;
    char *from = shell_word(result->from);
    if (!from) {
        print_field(
            style, "replay",
            "No command can be offered: the folder's name has a line break or another control character, or bytes "
            "that are no UTF-8. Rename it.");
        return;
    }
    const char *token = outcome_text(test, "token"); /* a model draws nothing from the seed */
    char seed[32] = "";
    if (!is_model)
        snprintf(seed, sizeof seed, " SEED=0x%llx", (unsigned long long)result->seed);
    char *arguments = format_text("LAB=%.2s TEST=%s%s%s%s", result->lab, test->name, seed,
                                  is_default ? "" : " FROM=", is_default ? "" : from);
    free(from);
    print_command(style, "replay", "grade", arguments, "");
    if (*token) { /* one execution, which can be looked at */
        print_command(style, "page", "trace", arguments, token);
        print_command(style, "debug", "debug", arguments, token);
    } else if (!is_model) {
        print_command(style, "debug", "debug", arguments, "");
    }
    free(arguments);
}

enum { TRACE_LINES_MAX = 600 };

static void print_failure(const struct style *style, const struct result *result,
                          const struct failure *failure)
{
    const struct outcome *test = failure->test;
    const struct clause *clause = course_clause(result->course, test->clause);
    fprintf(style->out, "  %s%s%s  %s (", style->bold, test->clause, style->off, test->name);
    for (size_t i = 0; i < failure->variants.count; i++)
        fprintf(style->out, "%s%s", i ? ", " : "", failure->variants.items[i]);
    fputs(")\n", style->out);
    print_field(style, "clause", clause ? clause->text : "");
    if (*outcome_text(test, "expected"))
        print_field(style, "expected", outcome_text(test, "expected"));
    print_field(style, "observed", outcome_text(test, "observed"));
    json_t *trace = json_object_get(test->evidence, "trace"), *line;
    if (json_array_size(trace) > 0) {
        fprintf(style->out, "      %strace%s\n", style->dim, style->off);
        size_t index;
        json_array_foreach(trace, index, line)
        {
            fputs("        ", style->out);
            if (index == TRACE_LINES_MAX) { /* the JSON has them all */
                fprintf(style->out, "... %zu more lines\n", json_array_size(trace) - index);
                break;
            }
            print_laid_out(style, json_string_value(line), 8);
        }
    }
    if (*outcome_text(test, "output"))
        print_output(style, outcome_text(test, "output"));
    print_commands(style, result, test);
    fputc('\n', style->out);
}

/* More at once are not read. The JSON has them all. */
enum { FAILURES_SHOWN = 3 };

/* How many stand in full: none whose clause rests on another that fails, for that says more. */
static size_t shown_of(const struct failures *failures)
{
    size_t count = 0;
    while (count < failures->count && count < FAILURES_SHOWN && !failures->items[count].blocked)
        count++;
    return count;
}

static void print_others(const struct style *style, const struct result *result,
                         const struct failures *failures)
{
    char *names = NULL;
    size_t size;
    FILE *text = open_memstream(&names, &size);
    if (!text)
        die("no memory");
    for (size_t i = shown_of(failures); i < failures->count; i++) {
        const struct outcome *test = failures->items[i].test;
        bool said = false;
        for (size_t k = 0; k < i; k++)
            said |= strcmp(failures->items[k].test->name, test->name) == 0;
        if (!said)
            fprintf(text, "%s%s", ftell(text) > 0 ? ", " : "", test->name);
    }
    fclose(text);
    if (*names) {
        fprintf(
            style->out,
            "  %sFailed too%s, maybe for the same reason; one alone: make grade LAB=%.2s TEST=name\n      ",
            style->bold, style->off, result->lab);
        print_wrapped(style, names, 6);
        fputc('\n', style->out);
    }
    free(names);
}

void print_failures(const struct report *report)
{
    const struct failures *failures = &report->failures;
    if (failures->count)
        fprintf(report->style.out, "%sFailures%s\n", report->style.bold, report->style.off);
    for (size_t i = 0; i < shown_of(failures); i++)
        print_failure(&report->style, report->result, &failures->items[i]);
    print_others(&report->style, report->result, failures);
}
