/**
 * @file selftest_failures.c
 * @brief What failed, told when it fails and once more at the end, where nobody has to look for it among a thousand lines.
 *
 * A log may be cut to its end, and the files of the run may be gone with the machine. So what is told at the end holds what the
 * failed case itself said last.
 */
#include <string.h>

#include "selftest_internal.h"

enum { LINES = 25, READ_BYTES = 1 << 20 };
static const size_t told = 5;

void selftest_fails(struct selftest *test, const char *kind, const char *name, const char *problem,
                    const char *out)
{
    test->failed++;
    char *line = format_text("FAILED  %-9s %s: %s", kind, name, problem);
    printf("%s\n", line);
    if (out)
        printf("        see %s\n", out);
    words_add(&test->failures, line);
    words_add(&test->failures, out ? out : "");
    free(line);
}

/* The last lines of a text. */
static const char *last_lines(const char *text, int lines)
{
    const char *at = text + strlen(text);
    while (at > text && lines >= 0)
        if (*--at == '\n' && at[1] && lines-- == 0)
            return at + 1;
    return at;
}

void selftest_is_by_chance(struct selftest *test, const struct known *known)
{
    char *line = format_text("%s: at first: %s", known->name, known->at_first);
    words_add(&test->by_chance, line);
    free(line);
}

void selftest_print_failures(const struct selftest *test)
{
    if (test->by_chance.count)
        printf("\nkilled at the second run only; these need a test that finds them each time:\n");
    for (size_t i = 0; i < test->by_chance.count; i++)
        printf("by chance  %s\n", test->by_chance.items[i]);
    const struct words *failures = &test->failures;
    if (failures->count)
        printf("\nwhat failed, and what it said last:\n");
    for (size_t i = 0; i < failures->count; i += 2) {
        printf("%s\n", failures->items[i]);
        char *said = i / 2 < told ? read_file(failures->items[i + 1], READ_BYTES, NULL, NULL) : NULL;
        if (said)
            printf("%s\n", last_lines(said, LINES));
        free(said);
    }
}
