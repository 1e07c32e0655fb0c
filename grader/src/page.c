/**
 * @file page.c
 * @brief The failure of a model as a page: build/trace/NN-name.html.
 *
 * The grader makes it, and not the subject: what that says is text, whatever it is. So is the name of a file in it: sources come
 * from a few folders, and none of them has the solutions.
 */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../interleave/engine/page_html.h"
#include "build.h"
#include "foreign.h"
#include "options.h"

/* Of the submission, the models or the runtime's given parts. NULL: it is none of theirs. */
static char *find_source(void *arg, const char *file)
{
    enum { SOURCE_BYTES_MAX = 1 << 20 };
    const struct result *result = arg;
    size_t length = strlen(file);
    if (length < 3 || *file == '.' || strcmp(file + length - 2, ".c") != 0 || strchr(file, '/'))
        return NULL;
    const char *root = result->course->root;
    char *subject = build_subject_folder(result->build, "interleave");
    char *const paths[] = {format_text("%s/source/%s", subject, file),
                           format_text("%s/grader/suites/%s/%s", root, result->lab, file),
                           format_text("%s/runtime/given/%s", root, file),
                           format_text("%s/runtime/given/%s/%s", root, result->lab, file)};
    char *found = NULL;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *bytes = found ? NULL : read_file(paths[i], SOURCE_BYTES_MAX, &length, NULL);
        if (bytes)
            found = harmless_text(bytes, length, SIZE_MAX);
        free(bytes);
        free(paths[i]);
    }
    free(subject);
    return found;
}

int page_write(const struct result *result)
{
    const struct outcome *test = &result->tests[0];
    const char *rows = outcome_text(test, "rows");
    if (!*rows && test->status == TEST_PASS)
        printf("%s: %s passes, so there is nothing to show\n", test->name,
               result->token ? "the execution of this token" : "every execution");
    else if (!*rows)
        report_terminal(result, stdout);
    fflush(stdout);
    if (!*rows)
        return test->status == TEST_PASS ? EXIT_PASS : EXIT_NO_RESULT;
    char *folder = format_text("%s/build/trace", result->course->root);
    char *path = format_text("%s/%.2s-%s.html", folder, result->lab, test->name);
    char *harmless = harmless_text(rows, strlen(rows), SIZE_MAX),
         *observed =
             harmless_line(outcome_text(test, test->status == TEST_PASS ? "caught" : "observed"), 4000),
         *page = NULL;
    size_t size;
    FILE *out = open_memstream(&page, &size);
    page_write_html(out, harmless, find_source, (void *)(uintptr_t)result);
    fclose(out);
    if (!make_directories(folder) || !write_file_atomically(path, page, size))
        die("cannot write %s: %s", path, strerror(errno));
    printf("%s\n%s\n", observed, path);
    free(observed);
    free(harmless);
    free(page);
    fflush(stdout);
    free(path);
    free(folder);
    return EXIT_PASS;
}
