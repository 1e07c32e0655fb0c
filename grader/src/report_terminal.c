/**
 * @file report_terminal.c
 * @brief The report for people: where it comes from, what stands in the way, and its parts in order.
 */
#include <stdlib.h>
#include <string.h>

#include "foreign.h"
#include "report_internal.h"

static void print_header(const struct style *style, const struct result *result)
{
    const char *title = settings_get_of(&result->course->modules, result->lab, "title");
    fprintf(style->out, "\n%sLab %.2s: %s%s\n", style->bold, result->lab, title, style->off);
    char *sandbox = sandbox_words(result->sandbox), *weakness = sandbox_weakness(result->sandbox);
    fprintf(style->out, "%sfrom ", style->dim);
    print_foreign(style, result->from, TEXT_BYTES_MAX);
    fprintf(style->out, ", seed 0x%llx, sandbox %s%s\n", (unsigned long long)result->seed, sandbox,
            style->off);
    if (*weakness) {
        fputs(style->warn, style->out);
        print_wrapped(style, weakness, 2);
        fputs(style->off, style->out);
    }
    free(sandbox);
    free(weakness);
    for (size_t i = 0; i < result->build->replaced.count; i++)
        fprintf(style->out, "%sYour lab %s does not build; the reference was used in its place.%s\n",
                style->warn, result->build->replaced.items[i], style->off);
    fputc('\n', style->out);
}

static void print_problems(const struct style *style, const struct result *result, bool warnings)
{
    for (size_t i = 0; i < result->build->problem_count; i++) {
        const struct problem *problem = &result->build->problems[i];
        if (problem->warning != warnings)
            continue;
        fprintf(style->out, "  %s", warnings ? style->warn : style->bad);
        print_foreign(style, problem->where, TEXT_BYTES_MAX);
        /* without its answer a function does anything at all: that is no matter of taste */
        bool no_answer = strstr(problem->what, "[-Wreturn-type]") != NULL;
        fprintf(style->out, "%s%s\n",
                !warnings || problem->note ? ""
                : no_answer ? ": compiler warnings; a function that returns nothing where it must is a mistake"
                            : ": compiler warnings (advisory)",
                style->off);
        char *what = harmless_text(problem->what, strlen(problem->what), 8000);
        for (char *rest = what, *line; (line = strsep(&rest, "\n"));)
            if (*line) {
                fputs("    ", style->out);
                print_foreign(style, line, LINE_BYTES_MAX);
                fputc('\n', style->out);
            }
        fputc('\n', style->out);
        free(what);
    }
}

void report_terminal(const struct result *result, FILE *out)
{
    struct report report = {.style = style_for(out),
                            .result = result,
                            .failures = failures_of(result),
                            .handout = handout_read(result->course, result->lab)};
    print_header(&report.style, result);
    print_problems(&report.style, result, true);
    print_problems(&report.style, result, false);
    if (result->test_count > 0 && result->ran > 0)
        print_clauses(&report);
    print_interleavings(&report);
    print_failures(&report);
    print_open(&report);
    print_summary(&report);
    failures_free(&report.failures);
    handout_free(&report.handout);
}
