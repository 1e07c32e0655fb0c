#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "judge_run.h"
#include "list.h"

bool print_list(const struct course *course)
{
    const char *lab;
    for (size_t i = 0; (lab = course_graded(course, i)); i++) {
        if (i == course->labs.count)
            printf("\nbeside the labs:\n");
        int clauses = 0, points = 0;
        for (size_t c = 0; c < course->clause_count; c++)
            if (clause_is_of(&course->clauses[c], lab)) {
                clauses++;
                points += course->clauses[c].points;
            }
        printf("%-18s %s: %d clauses, %d points\n", lab, settings_get_of(&course->modules, lab, "title"),
               clauses, points);
        printf("%-18s write %s\n", "", settings_get_of(&course->modules, lab, "write"));
        const struct judge_suite *suite = judge_suite_of(lab);
        for (const struct judge_test *test = suite ? suite->tests : NULL; test && test->name; test++) {
            const struct clause *clause = course_clause(course, test->clause);
            printf("%-18s %-6s %2d  %s\n", "", test->clause, clause ? clause->points : 0, test->name);
        }
    }
    struct words planned = {0};
    words_split(&planned, settings_get(&course->modules, "PLANNED"));
    printf("\nplanned:");
    for (size_t i = 0; i < planned.count; i++)
        printf(" %s", planned.items[i]);
    printf("\n");
    words_free(&planned);
    return true;
}

/* What stands in "..." behind `at`, and where it ends; NULL: nothing. */
static const char *skip_string(const char *at, const char **text, int *length)
{
    const char *open = at ? strchr(at, '"') : NULL, *close = open ? strchr(open + 1, '"') : NULL;
    if (!close)
        return NULL;
    *text = open + 1;
    *length = (int)(close - open - 1);
    return close + 1;
}

/* What the model explores, if it stands in this source: MODEL(name, "clause", "text" "more text" */
static void print_model_of(const char *path, const char *name)
{
    char *source = read_file(path, 1 << 20, NULL, NULL), *head = format_text("\nMODEL(%s,", name);
    const char *at = source ? strstr(source, head) : NULL, *text;
    int length;
    at = skip_string(at, &text, &length); /* the clause */
    if ((at = skip_string(at, &text, &length))) {
        printf("explores  %.*s", length, text);
        while (at[strspn(at, " \n")] == '"' && (at = skip_string(at, &text, &length)))
            printf("%.*s", length, text);
        printf("\n");
    }
    free(head);
    free(source);
}

static void print_model(const struct course *course, const char *lab, const char *name)
{
    struct settings suite = settings_read_suite(course->root, lab);
    struct words files = {0};
    words_split(&files, settings_get(&suite, "MODELS"));
    for (size_t i = 0; i < files.count; i++) {
        char *source = format_text("%s/grader/suites/%s/%s", course->root, lab, files.items[i]);
        print_model_of(source, name);
        free(source);
    }
    words_free(&files);
    settings_free(&suite);
}

bool print_explanation(const struct course *course, const char *id)
{
    const struct clause *clause = course_clause(course, id);
    char *padded = format_text("0%s", id); /* 1.5 */
    if (!clause)
        clause = course_clause(course, padded);
    free(padded);
    for (size_t i = 0; judge_suites[i] && !clause; i++)
        for (const struct judge_test *test = judge_suites[i]->tests; test->name && !clause; test++)
            if (strcmp(test->name, id) == 0)
                clause = course_clause(course, test->clause);
    if (!clause) {
        fprintf(stderr, "weft-grade: there is no clause %s. There are:\n", id);
        for (size_t i = 0; i < course->clause_count; i++)
            fprintf(stderr, "  %-6s (%s) %.70s...\n", course->clauses[i].id, course->clauses[i].header,
                    course->clauses[i].text);
        return false;
    }
    printf("%s, %d points, stated in runtime/include/weft/%s\n\n  %s\n\n", clause->id, clause->points,
           clause->header, clause->text);
    id = clause->id;
    bool any = false;
    for (size_t i = 0; judge_suites[i]; i++)
        for (const struct judge_test *test = judge_suites[i]->tests; test->name; test++) {
            if (strcmp(test->clause, id) != 0)
                continue;
            any = true;
            printf("test      %s, in the variants", test->name);
            for (unsigned bit = PLAIN; bit <= INTERLEAVE; bit <<= 1)
                if (test->variants & bit)
                    printf(" %s", judge_variant_name(bit));
            printf("\n");
            if (test->variants == INTERLEAVE)
                print_model(course, judge_suites[i]->lab, test->name);
            printf("alone     make grade LAB=%.2s TEST=%s\n", judge_suites[i]->lab, test->name);
        }
    if (!any)
        printf(
            "test      in grader/given-tests or grader/must-not-compile: the clause is about a part that no lab asks for\n");
    return true;
}

bool print_list_as(const struct course *course, const char *format)
{
    bool as_json = format && strcmp(format, "--json") == 0,
         as_table = format && strcmp(format, "--table") == 0;
    if (!as_json && !as_table)
        return print_list(course);
    json_t *list = list_json(course);
    if (as_table)
        list_table(list);
    else if (json_dumpf(list, stdout, JSON_INDENT(1)) == 0)
        printf("\n");
    json_decref(list);
    return true;
}
