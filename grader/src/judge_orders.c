/**
 * @file judge_orders.c
 * @brief The test that is a weakening search: which memory orders of a piece are stronger than its models need?
 *
 * A model that fails is another test's to tell; here it means that nothing is known. The search runs in the subject and is
 * taken at its word: submission.c has refused a file that differs from the course's in anything but orders.
 */
#include <stdlib.h>
#include <string.h>

#include "../interleave/engine/explore.h"
#include "../interleave/engine/judged.h"
#include "foreign.h"
#include "judge_internal.h"

enum { LINES_MAX = 100 };

static int compare_lines(const void *left, const void *right)
{
    return strverscmp(*(char *const *)left, *(char *const *)right);
}

/* "place\toperation\twhat suffices", which is for those only who ask for a hint. */
static void add_line(struct judge *judge, char *text, struct words *lines)
{
    char *rest = text, *place = strsep(&rest, "\t"), *operation = strsep(&rest, "\t");
    char *line = format_text("%-14s %s%s%s", place, operation ? operation : "",
                             judge->hint && rest ? "   " : "", judge->hint && rest ? rest : "");
    if (lines->count < LINES_MAX)
        words_add(lines, line);
    free(line);
}

void judge_orders(struct judge *judge, const char *clause, const char *files, int orders)
{
    char *scenario = format_text("weaken:%s:%s", clause, files);
    judge_start(judge, scenario);
    judge->doing = "the weakening search";
    judge->facts = json_object();
    const int64_t arguments[] = {judge->budget_ms};
    judge_send(judge, JUDGED_RUN, arguments, 1);
    int strong = 0;
    struct words lines = {0};
    struct channel_record record;
    while ((record = judge_wait_record(judge)).type == RECORD_EVENT)
        if (record.kind == JUDGED_SPARE) {
            add_line(judge, judge->text, &lines);
            strong++;
        }
    if (record.type != RECORD_REPLY)
        judge_fail(judge, "events and a reply", "a record of type %u", record.type);
    if (record.a == IL_FAILED)
        judge_not_verified(judge, "a model of this clause fails as it is: mend that first");
    if (record.a != IL_EXHAUSTED || record.b < 1)
        judge_not_verified(judge, "budget reached after %lld executions; DEEP=1 spends more",
                           (long long)record.b);
    if (strong == 0) {
        judge_finish(judge);
        return;
    }
    qsort(lines.items, lines.count, sizeof *lines.items, compare_lines); /* by their place in the file */
    judge->account = json_array();
    for (size_t i = 0; i < lines.count; i++)
        json_array_append_new(judge->account, judge_shown(judge, lines.items[i], strlen(lines.items[i]), 300));
    json_object_set_new(judge->facts, "orders", json_integer(orders));
    json_object_set_new(judge->facts, "too_strong", json_integer(strong));
    judge_fail(
        judge, "each order is as weak as can be: with any weaker one a model fails",
        strong == 1
            ? "1 order is too strong, or a fence can be dropped: every model passes with less"
            : "%d orders are too strong, or fences can be dropped: each alone, every model passes with less",
        strong);
}
