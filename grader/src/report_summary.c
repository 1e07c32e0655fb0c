/**
 * @file report_summary.c
 * @brief What is open, what nothing is known of, the score, and where to go on.
 */
#include <stdlib.h>
#include <string.h>

#include "report_internal.h"

/* --- what is open --- */

/* "03.T2" of "not written yet: task 03.T2 in wf_waker_wake (state.c:83)", and what follows. */
static const char *task_of(const struct outcome *test)
{
    const char *observed = outcome_text(test, "observed"), *task = strstr(observed, "task ");
    return task ? task + 5 : observed;
}

/* The holes that are left are no failures to study: one line each, with the clauses that stop there. */
static void print_holes(const struct style *style, const struct result *result)
{
    struct words said = {0};
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        if (!is_unwritten(test) || words_contain(&said, task_of(test)))
            continue;
        if (said.count == 0)
            fprintf(style->out, "%sNot written yet%s (where tests stopped; their clauses are open)\n",
                    style->bold, style->off);
        words_add(&said, task_of(test));
        struct words clauses = {0};
        char *line = format_text("%s  for", task_of(test));
        for (size_t k = i; k < result->test_count; k++) {
            const struct outcome *other = &result->tests[k];
            if (!is_unwritten(other) || strcmp(task_of(other), task_of(test)) != 0 ||
                words_contain(&clauses, other->clause))
                continue;
            words_add(&clauses, other->clause);
            char *longer = format_text("%s %s", line, other->clause);
            free(line);
            line = longer;
        }
        fputs("  ", style->out);
        print_wrapped(style, line, 6);
        free(line);
        words_free(&clauses);
    }
    if (said.count)
        fputc('\n', style->out);
    words_free(&said);
}

/* Clauses that nothing is known of, once for each reason: they are not failures, and earn nothing. */
static void print_not_run(const struct style *style, const struct result *result)
{
    struct words reasons = {0};
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        const struct clause *clause = course_clause(result->course, test->clause);
        const char *why = outcome_text(test, "observed");
        if (test->status != TEST_NOT_VERIFIED || !clause || is_explored(test) ||
            words_contain(&reasons, why) || result_clause_status(result, clause) != TEST_NOT_VERIFIED)
            continue;
        words_add(&reasons, why);
        struct words names = {0};
        char *list = copy_text("");
        for (size_t k = i; k < result->test_count; k++) {
            const struct outcome *other = &result->tests[k];
            const struct clause *of = course_clause(result->course, other->clause);
            if (other->status != TEST_NOT_VERIFIED || strcmp(outcome_text(other, "observed"), why) != 0 ||
                !of || words_contain(&names, other->name) ||
                result_clause_status(result, of) != TEST_NOT_VERIFIED)
                continue;
            words_add(&names, other->name);
            char *longer = format_text("%s%s%s", list, *list ? " " : "", other->name);
            free(list);
            list = longer;
        }
        fprintf(style->out, "%sNot verified%s (", style->bold, style->off);
        print_foreign(style, why, LINE_BYTES_MAX);
        fputs(")\n  ", style->out);
        print_wrapped(style, list, 2);
        fputc('\n', style->out);
        free(list);
        words_free(&names);
    }
    words_free(&reasons);
}

void print_open(const struct report *report)
{
    print_holes(&report->style, report->result);
    if (report->result->ran > 0 && !report->result->some_variants) /* else the reason stands elsewhere, once */
        print_not_run(&report->style, report->result);
}

/* --- where to go on --- */

/* Whether a file of the submission still has a hole of this task, whether or not a test came to it. */
static bool has_hole(const struct result *result, const char *task)
{
    struct words files = course_written_files(result->course, result->lab);
    char *hole = format_text("LAB_TODO(\"%.2s.%s\")", result->lab, task);
    bool found = false;
    for (size_t i = 0; i < files.count && !found; i++) {
        char *path =
            format_text("%s/tree/submission/%s/%s", result->build->stage, result->lab, files.items[i]);
        char *source = read_file(path, 1 << 20, NULL, NULL);
        found = source && strstr(source, hole);
        free(source);
        free(path);
    }
    words_free(&files);
    free(hole);
    return found;
}

static bool any_is_written(const struct report *report)
{
    for (size_t i = 0; i < report->handout.count; i++)
        if (!has_hole(report->result, report->handout.tasks[i].id))
            return true;
    return false;
}

/* The first hole in the handout's order, which is not the first that a test came to. */
static void print_next_task(const struct report *report)
{
    const struct result *result = report->result;
    for (size_t i = 0; result->build->stage && i < report->handout.count; i++) {
        const struct handout_task *task = &report->handout.tasks[i];
        if (!has_hole(result, task->id))
            continue;
        char *text =
            format_text("%s, task %s: %s%s%s%s. Then make grade LAB=%.2s%s%s", report->handout.path, task->id,
                        task->name, *task->file ? " (" : "", task->file, *task->file ? ")" : "", result->lab,
                        task->clauses.count ? " TEST=" : "", task->clauses.count ? task->id : "");
        const char *begin = any_is_written(report) ? "Go on with" : "Begin with";
        fprintf(report->style.out, "%s%s%s ", report->style.bold, begin, report->style.off);
        print_wrapped(&report->style, text, 11);
        free(text);
        return;
    }
    if (report->handout.count > 0)
        return;
    for (size_t i = 0; i < result->test_count; i++) /* a handout without tasks, such as the warm-up's */
        if (is_unwritten(&result->tests[i])) {
            fprintf(report->style.out, "%sBegin with%s %s\n", report->style.bold, report->style.off,
                    report->handout.path);
            return;
        }
}

/* What all tasks up to each have earned, of what they can earn. */
static void print_tasks(const struct report *report)
{
    const struct result *result = report->result;
    int earned = 0, points = 0;
    char *line = copy_text("");
    for (size_t i = 0; i < report->handout.count; i++) {
        const struct handout_task *task = &report->handout.tasks[i];
        for (size_t k = 0; k < task->clauses.count; k++) {
            const struct clause *clause = course_clause(result->course, task->clauses.items[k]);
            earned += clause ? result_earned(result, clause) : 0;
            points += clause ? clause->points : 0;
        }
        char *longer = format_text("%s%s%s:%d/%d", line, *line ? " " : "", task->id, earned, points);
        free(line);
        line = longer;
    }
    if (*line && points == result_max(result)) { /* else the handout leaves a clause out */
        fputs("  points up to each task: ", report->style.out);
        print_wrapped(&report->style, line, 26);
    }
    free(line);
}

/* --- the sum --- */

/* One test of several: it is no judgement of its clause. */
static void print_one_test(const struct report *report)
{
    const struct style *style = &report->style;
    const struct result *result = report->result;
    enum verdict verdict = result_verdict(result);
    bool open = false;
    for (size_t i = 0; i < result->test_count; i++)
        open |= result->tests[i].counts && is_unwritten(&result->tests[i]);
    const char *word = verdict == VERDICT_PASS   ? "it passes"
                       : open                    ? "it came to a task that is not written"
                       : verdict == VERDICT_FAIL ? "it fails"
                                                 : "no result";
    fprintf(style->out, "%sonly %s%s, one of %d tests of clause %s: %s%s%s\n", style->bold, result->selection,
            style->off, result->clause_tests, result->tests[0].clause,
            verdict == VERDICT_PASS            ? style->good
            : verdict == VERDICT_FAIL && !open ? style->bad
                                               : style->warn,
            word, style->off);
    if (verdict == VERDICT_PASS)
        fprintf(style->out, "all of them: make grade LAB=%.2s TEST=%s\n", result->lab,
                result->tests[0].clause);
}

static void print_counts(const struct report *report)
{
    const struct style *style = &report->style;
    const struct result *result = report->result;
    enum verdict verdict = result_verdict(result);
    const char *colour = verdict == VERDICT_PASS   ? style->good
                         : verdict == VERDICT_FAIL ? style->bad
                                                   : style->warn;
    int passed = 0, open = 0, clauses = 0, earned = 0, points = 0;
    for (size_t i = 0; i < result->course->clause_count; i++) {
        const struct clause *clause = &result->course->clauses[i];
        if (!is_selected(result, clause))
            continue;
        clauses++;
        points += clause->points;
        earned += result_earned(result, clause);
        passed += result_clause_status(result, clause) == TEST_PASS;
        open += result_clause_is_open(result, clause);
    }
    if (result->selection)
        fprintf(style->out, "%sonly %s%s, ", style->bold, result->selection, style->off);
    if (result->selected_clauses) /* all of each: their points are known */
        fprintf(style->out, "%d of %d points, ", earned, points);
    if (!result->selection)
        fprintf(style->out, "%sscore %d of %d%s, ", style->bold, result_score(result), result_max(result),
                style->off);
    fprintf(style->out, "clauses passed %d of %d, ", passed, clauses);
    if (open)
        fprintf(style->out, "open %d, ", open);
    fprintf(style->out, "verdict %s%s%s\n", colour, verdict_name(verdict), style->off);
}

void print_summary(const struct report *report)
{
    const struct style *style = &report->style;
    const struct result *result = report->result;
    if (result->clause_tests > 1 && result->test_count > 0)
        print_one_test(report);
    else
        print_counts(report);
    if (!result->selection && !result->some_variants && result->ran > 0 &&
        result_score(result) < result_max(result))
        print_tasks(report);
    if (result->some_variants)
        fprintf(style->out, "%sOnly some variants were asked for; the others are not verified.%s\n",
                style->warn, style->off);
    for (size_t v = 0; v < result->build->variants.count; v++)
        if (result->build->status[v] == BUILD_MISSING)
            fprintf(style->out,
                    "%sThe variant %s cannot be built here, so nothing that needs it is verified: make doctor "
                    "says what is missing.%s\n",
                    style->warn, result->build->variants.items[v], style->off);
    if (!result->selection && result->ran > 0)
        print_next_task(report);
}
