/**
 * @file selftest_report.c
 * @brief What the reports of a hostile submission must be: the grader's, in every line and element.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"
#include "selftest_internal.h"

/* The reports' own lines begin so; each other line is indented or empty. How often: at most. */
static const struct {
    const char *text;
    int times;
} openings[] = {
    {"Lab ", 1},
    {"from ", 1},
    {"No sandbox", 1},
    {"Sandbox: ", 1},
    {"Interleavings (", 1},
    {"Failures", 1},
    {"Not written yet (", 1},
    {"Not verified (", 99},
    {"score ", 1},
    {"only T1, ", 1}, /* in its place, where the first task alone was asked for */
    {"Begin with ", 1},
    {"Go on with ", 1},
    {"Only some variants were asked for", 1},
    {"The variant ", 9},
    {"weft-grade: ", 99}, /* there is no report */
};
enum { OPENINGS = sizeof openings / sizeof *openings, LINE_MAX = 8000 };

/* Characters that are well formed and not seen, or turn the text beside them around; listed here once more, since what
 * makes text harmless is what is tested. */
static bool is_seen_as_it_is(const char *line)
{
    /* NOLINTNEXTLINE(misc-misleading-bidirectional): they are meant, and written as bytes */
    static const char *const unseen[] = {"\xe2\x80\xae", "\xe2\x80\xa8", "\xe2\x80\x8f",
                                         "\xe2\x80\x8b", "\xd8\x9c",     "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (strstr(line, unseen[i]))
            return false;
    return true;
}

/* NULL: none of its lines is the submission's. Otherwise what is wrong; the caller frees. */
static char *check_lines(char *report)
{
    int count[OPENINGS] = {0};
    for (char *rest = report, *line; (line = strsep(&rest, "\n"));) {
        size_t length = strlen(line);
        char *harmless = harmless_line(line, length);
        bool same = strcmp(harmless, line) == 0;
        free(harmless);
        if (!same || !is_seen_as_it_is(line) || length > LINE_MAX)
            return format_text("a line holds what could not be printed, or %zu bytes: %.60s", length, line);
        if (!*line || *line == ' ')
            continue;
        int i = 0;
        while (i < OPENINGS && strncmp(line, openings[i].text, strlen(openings[i].text)) != 0)
            i++;
        if (i == OPENINGS || ++count[i] > openings[i].times)
            return format_text("a line of the report is not the grader's: %.60s", line);
        if (strcmp(openings[i].text, "weft-grade: ") == 0)
            return NULL;
    }
    int summaries = 0;
    for (int i = 0; i < OPENINGS; i++)
        if (strcmp(openings[i].text, "score ") == 0 || strcmp(openings[i].text, "only T1, ") == 0)
            summaries += count[i];
    return summaries == 1 ? NULL : format_text("the report has %d summaries", summaries);
}

/* One element's text, from '<' on: whether its quotes are closed and nothing in it begins another. NULL: it is not well formed. */
static const char *end_of_tag(const char *tag)
{
    bool quoted = false;
    for (tag++; *tag && (quoted || *tag != '>'); tag++) {
        quoted ^= *tag == '"';
        if (*tag == '<')
            return NULL;
    }
    return *tag ? tag : NULL;
}

/* Whether each element ends, in order, and each & begins one of the five entities or a number. */
static bool is_well_formed(const char *xml)
{
    enum { DEPTH = 8, NAME = 32 };
    char open[DEPTH][NAME];
    int depth = 0;
    for (const char *at = strstr(xml, "?>"); at && *at; at++) {
        if (*at == '&' && strspn(at + 1, "#abcdefghijklmnopqrstuvwxyz0123456789") + 1 != strcspn(at, ";"))
            return false;
        if (*at != '<')
            continue;
        const char *end = end_of_tag(at);
        bool closes = at[1] == '/';
        char name[NAME];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1 + closes, " />"), at + 1 + closes);
        if (!end || depth > DEPTH || (closes && (depth == 0 || strcmp(open[--depth], name) != 0)) ||
            (!closes && depth == DEPTH))
            return false;
        if (!closes && end[-1] != '/')
            memcpy(open[depth++], name, NAME);
        at = end;
    }
    return depth == 0 && strstr(xml, "</testsuites>");
}

/* As a reader of JUnit sees it, in the numbers of the first element. */
static bool has_no_failure(const char *element)
{
    static const char none[] = "failures=\"0\" errors=\"0\"";
    return element && memmem(element, strcspn(element, ">"), none, sizeof none - 1);
}

static char *check_junit(const struct known *known)
{
    size_t length;
    char *xml = read_file(known->junit, 1 << 26, &length, NULL), *problem = NULL;
    char *harmless = xml ? harmless_text(xml, length, length) : NULL;
    if (!xml || strcmp(harmless, xml) != 0 || !is_well_formed(xml))
        problem = format_text("%s is not well formed", known->junit);
    else if (has_no_failure(strstr(xml, "<testsuites")))
        problem = format_text("%s has no failure and no error", known->junit);
    free(harmless);
    free(xml);
    return problem;
}

char *selftest_check_reports(const struct known *known, bool has_result)
{
    size_t length;
    char *report = read_file(known->out, 1 << 26, &length, NULL);
    char *problem = !report || strlen(report) != length ? format_text("%s holds zero bytes", known->out)
                                                        : check_lines(report);
    free(report);
    if (!problem && !has_result && access(known->json, F_OK) == 0)
        problem = format_text("%s is no JSON", known->json);
    return problem || !has_result ? problem : check_junit(known);
}
