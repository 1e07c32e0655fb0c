/**
 * @file report_terminal.c
 * @brief The report for people: aligned, coloured only on a terminal, everything a failure needs.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "foreign.h"
#include "report_internal.h"

static struct style style_for(FILE *out)
{
    struct style style = {
        .out = out, .width = 100, .good = "", .bad = "", .warn = "", .dim = "", .bold = "", .off = ""};
    struct winsize size;
    if (!isatty(fileno(out)))
        return style;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
        style.width = size.ws_col < 120 ? size.ws_col : 120;
    const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    if (!terminal || strcmp(terminal, "dumb") == 0 || (no_colour && *no_colour))
        return style;
    style.good = "\033[32m";
    style.bad = "\033[31m";
    style.warn = "\033[33m";
    style.dim = "\033[2m";
    style.bold = "\033[1m";
    style.off = "\033[0m";
    return style;
}

/* No line of a report is longer, whatever it is made of; a text has so many. */
enum { LINE_BYTES_MAX = 400, TEXT_BYTES_MAX = 4000, TRACE_LINES_MAX = 600 };

void print_foreign(const struct style *style, const char *text, size_t limit)
{
    char *line = harmless_line(text, limit);
    fputs(line, style->out);
    free(line);
}

void print_wrapped(const struct style *style, const char *foreign, int indent)
{
    char *whole = harmless_text(foreign, strlen(foreign), TEXT_BYTES_MAX);
    const char *text = whole;
    int column = indent;
    while (*text) {
        int word = (int)strcspn(text, " \t\n");
        if (column > indent && column + 1 + word > style->width) {
            fprintf(style->out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent && word > 0) {
            fputc(' ', style->out);
            column++;
        }
        fprintf(style->out, "%.*s", word, text);
        column += word;
        text += word;
        if (*text == '\n') {
            fprintf(style->out, "\n%*s", indent, "");
            column = indent;
        }
        text += *text != '\0';
    }
    fputc('\n', style->out);
    free(whole);
}

static void print_field(const struct style *style, const char *name, const char *value)
{
    fprintf(style->out, "      %s%-9s%s ", style->dim, name, style->off);
    print_wrapped(style, value, 16);
}

static void print_header(const struct style *style, const struct result *result)
{
    const char *title = settings_get_of(&result->course->modules, result->lab, "title");
    fprintf(style->out, "\n%sLab %.2s: %s%s\n", style->bold, result->lab, title, style->off);
    char *sandbox = sandbox_words(result->sandbox), *weakness = sandbox_weakness(result->sandbox);
    fprintf(style->out, "%sfrom ", style->dim);
    print_foreign(style, result->from, TEXT_BYTES_MAX);
    fprintf(style->out, ", seed 0x%llx, sandbox %s%s\n", (unsigned long long)result->seed, sandbox, style->off);
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
        fprintf(style->out, "%s%s\n", warnings && !problem->note ? ": compiler warnings (advisory)" : "", style->off);
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

const char *status_word(const struct style *style, enum test_status status, const char **colour)
{
    *colour = status == TEST_PASS ? style->good : status == TEST_FAIL ? style->bad : style->warn;
    static const char *const words[] = {
        [TEST_PASS] = "pass", [TEST_FAIL] = "FAIL", [TEST_NOT_VERIFIED] = "not verified", [TEST_GRADER_ERROR] = "grader error"};
    return words[status];
}

static bool is_selected(const struct result *result, const struct clause *clause)
{
    if (!clause_is_of(clause, result->lab))
        return false;
    for (size_t i = 0; i < result->test_count; i++)
        if (strcmp(result->tests[i].clause, clause->id) == 0)
            return true;
    return !result->selection;
}

static const char *test_of(const struct result *result, const struct clause *clause)
{
    for (size_t i = 0; i < result->test_count; i++)
        if (strcmp(result->tests[i].clause, clause->id) == 0)
            return result->tests[i].name;
    return "";
}

/* A line each: the whole text stands beside a failure, and in weft-grade explain. */
enum { TEXT_COLUMN = 57 };

static void print_clauses(const struct style *style, const struct result *result)
{
    for (size_t i = 0; i < result->course->clause_count; i++) {
        const struct clause *clause = &result->course->clauses[i];
        if (!is_selected(result, clause))
            continue;
        const char *colour;
        enum test_status status = result_clause_status(result, clause);
        const char *word = status_word(style, status, &colour);
        const char *name = test_of(result, clause);
        char part[40];
        if (result->clause_tests > 1 && result_verdict(result) == VERDICT_PASS) {
            snprintf(part, sizeof part, "1 of %d ok", result->clause_tests); /* a part earns nothing */
            word = part;
        }
        int room = style->width - TEXT_COLUMN, length = (int)strlen(clause->text);
        fprintf(style->out, "  %-6s %2d/%-2d %s%-12s%s %-28s %s%.*s%s%s\n", clause->id,
                result_earned(result, clause), clause->points, colour, word, style->off, name,
                style->dim, length > room ? room - 3 : length, clause->text, length > room ? "..." : "",
                style->off);
    }
    fputc('\n', style->out);
}

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
            char *line = harmless_text(output, length < 160 ? length : 160, 160);
            fputs("        ", style->out);
            print_foreign(style, line, LINE_BYTES_MAX);
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

static void print_command(const struct style *style, const char *name, const char *target, const char *arguments,
                          const char *token)
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

static void print_failure(const struct style *style, const struct result *result, const struct outcome *test)
{
    const struct clause *clause = course_clause(result->course, test->clause);
    fprintf(style->out, "  %s%s%s  %s (%s)\n", style->bold, test->clause, style->off, test->name,
            test->variant);
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
            print_foreign(style, json_string_value(line), LINE_BYTES_MAX);
            fputc('\n', style->out);
        }
    }
    if (*outcome_text(test, "output"))
        print_output(style, outcome_text(test, "output"));
    print_commands(style, result, test);
    fputc('\n', style->out);
}

/* The holes that are left are no failures to study: one line each. */
static void print_unwritten(const struct style *style, const struct result *result)
{
    struct words said = {0};
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        const char *observed = outcome_text(test, "observed");
        if (!is_unwritten(test) || words_contain(&said, observed))
            continue;
        if (said.count == 0)
            fprintf(style->out,
                    "%sNot written yet%s (reached by the tests; the first is a good place to go on)\n",
                    style->bold, style->off);
        words_add(&said, observed);
        const char *task = strstr(observed, "task ");
        fputs("  ", style->out);
        print_foreign(style, task ? task + 5 : observed, LINE_BYTES_MAX);
        fprintf(style->out, "%s  for", style->dim);
        struct words clauses = {0};
        for (size_t k = i; k < result->test_count; k++) {
            const struct outcome *other = &result->tests[k];
            if (!is_unwritten(other) || strcmp(outcome_text(other, "observed"), observed) != 0 ||
                words_contain(&clauses, other->clause))
                continue;
            words_add(&clauses, other->clause);
            fprintf(style->out, " %s", other->clause);
        }
        words_free(&clauses);
        fprintf(style->out, "%s\n", style->off);
    }
    if (said.count)
        fputc('\n', style->out);
    words_free(&said);
}

/* Three in full: more at once is not read. The JSON has them all. */
enum { FAILURES_SHOWN = 3 };

static bool is_shown_failure(const struct outcome *test)
{
    return test->counts && (test->status == TEST_FAIL || test->status == TEST_GRADER_ERROR) &&
           !is_unwritten(test);
}

/* The first failure of a model; NULL: none. It comes before all others: it tells how, where a deadlock in plain or a race in
 * tsan tells only that. */
static const struct outcome *first_explored(const struct result *result)
{
    for (size_t i = 0; i < result->test_count; i++)
        if (is_explored(&result->tests[i]) && is_shown_failure(&result->tests[i]))
            return &result->tests[i];
    return NULL;
}

static void print_failures(const struct style *style, const struct result *result)
{
    const struct outcome *first = first_explored(result);
    int shown = 0, hidden = 0;
    for (size_t i = 0; i <= result->test_count; i++) {
        const struct outcome *test = i == 0 ? first : &result->tests[i - 1];
        if (!test || !is_shown_failure(test) || (i > 0 && test == first))
            continue;
        if (shown++ == 0)
            fprintf(style->out, "%sFailures%s\n", style->bold, style->off);
        if (shown <= FAILURES_SHOWN)
            print_failure(style, result, test);
        else
            hidden++;
    }
    if (hidden)
        fprintf(style->out,
                "  %d more: mend these first, or ask for one by name: make grade LAB=%.2s TEST=...\n\n",
                hidden, result->lab);
}

static void print_reason(const struct style *style, const char *why, bool is_next)
{
    fprintf(style->out, "%s%sNot verified%s (", is_next ? "\n" : "", style->bold, style->off);
    print_foreign(style, why, LINE_BYTES_MAX);
    fputs(")\n ", style->out);
}

/* Clauses that nothing is known of, with the reason: they are not failures, and earn nothing. */
static void print_not_run(const struct style *style, const struct result *result)
{
    struct words said = {0};
    const char *reason = "";
    for (size_t i = 0; i < result->test_count; i++) {
        const struct outcome *test = &result->tests[i];
        const struct clause *clause = course_clause(result->course, test->clause);
        if (test->status != TEST_NOT_VERIFIED || !clause || words_contain(&said, test->name) ||
            is_explored(test) || result_clause_status(result, clause) != TEST_NOT_VERIFIED)
            continue;
        const char *why = outcome_text(test, "observed");
        if (strcmp(why, reason) != 0)
            print_reason(style, why, *reason);
        reason = why;
        words_add(&said, test->name);
        fprintf(style->out, " %s", test->name);
    }
    if (said.count)
        fprintf(style->out, "\n\n");
    words_free(&said);
}

static void print_summary(const struct style *style, const struct result *result)
{
    enum verdict verdict = result_verdict(result);
    const char *colour = verdict == VERDICT_PASS   ? style->good
                         : verdict == VERDICT_FAIL ? style->bad
                                                   : style->warn;
    int passed = 0, clauses = 0;
    for (size_t i = 0; i < result->course->clause_count; i++)
        if (is_selected(result, &result->course->clauses[i])) {
            clauses++;
            passed += result_clause_status(result, &result->course->clauses[i]) == TEST_PASS;
        }
    if (result->clause_tests > 1)
        fprintf(style->out, "%sonly %s%s, one of %d tests of its clause, ", style->bold, result->selection,
                style->off, result->clause_tests);
    else if (result->selection)
        fprintf(style->out, "%sonly %s%s, ", style->bold, result->selection, style->off);
    else
        fprintf(style->out, "%sscore %d of %d%s, ", style->bold, result_score(result), result_max(result),
                style->off);
    fprintf(style->out, "clauses passed %d of %d, verdict %s%s%s\n", passed, clauses, colour,
            verdict_name(verdict), style->off);
    if (result->some_variants)
        fprintf(style->out, "%sOnly some variants were asked for; the others are not verified.%s\n",
                style->warn, style->off);
    for (size_t v = 0; v < result->build->variants.count; v++)
        if (result->build->status[v] == BUILD_MISSING)
            fprintf(style->out,
                    "%sThe variant %s cannot be built here, so nothing that needs it is verified: make doctor "
                    "says what is missing.%s\n",
                    style->warn, result->build->variants.items[v], style->off);
}

void report_terminal(const struct result *result, FILE *out)
{
    struct style style = style_for(out);
    print_header(&style, result);
    print_problems(&style, result, true);
    print_problems(&style, result, false);
    if (result->test_count > 0 && result->ran > 0)
        print_clauses(&style, result);
    print_interleavings(&style, result);
    print_failures(&style, result);
    print_unwritten(&style, result);
    if (result->ran > 0 && !result->some_variants) /* else the reason stands elsewhere, once */
        print_not_run(&style, result);
    print_summary(&style, result);
}
