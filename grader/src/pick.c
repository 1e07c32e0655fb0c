#include "pick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "build_internal.h"
#include "foreign.h"

struct words pick_labs(const struct course *course, const char *graded, const char *own, const char *called)
{
    bool own_is_of_runtime = strcmp(called, "OWN") == 0;
    struct words labs = {0}, named = {0};
    char *spaced = replace_all(own, ",", " ");
    words_split(&named, spaced);
    free(spaced);
    bool all = words_contain(&named, "all");
    for (size_t i = 0; i < named.count; i++)
        if (strcmp(named.items[i], "all") != 0 && !course_lab(course, named.items[i]))
            die("%s names lab %s, which does not exist. It is all, or numbers of: %s", called, named.items[i],
                settings_get(&course->modules, "LABS"));
    const char *each;
    for (size_t i = 0; (each = course_graded(course, i)); i++) {
        bool is_lab = words_contain(&course->labs, each);
        bool is_own = all && is_lab && (!graded || strcmp(each, graded) < 0);
        for (size_t k = 0; k < named.count; k++) {
            const char *one = course_lab(course, named.items[k]);
            is_own |= one && strcmp(one, each) == 0;
        }
        if (is_own && !is_lab && own_is_of_runtime && (!graded || strcmp(each, graded) != 0))
            die("%s names %s, an exercise: it is no part of the runtime, so nothing else can be built on it",
                called, each);
        if (is_own || (graded && strcmp(each, graded) == 0))
            words_add(&labs, each);
    }
    words_free(&named);
    return labs;
}

char *pick_numbers(const struct words *labs)
{
    char *text = copy_text("");
    for (size_t i = 0; i < labs->count; i++) {
        char *longer = format_text("%s%s%.2s", text, i ? " " : "", labs->items[i]);
        free(text);
        text = longer;
    }
    return text;
}

/* --- building one --- */

static void print_problems(const struct build *build)
{
    for (size_t i = 0; i < build->problem_count; i++) {
        const struct problem *problem = &build->problems[i];
        char *where = harmless_line(problem->where, 4000),
             *what = harmless_text(problem->what, strlen(problem->what), 8000);
        fprintf(stderr, "%s%s%s\n", where, problem->warning ? ": compiler warnings (advisory)\n" : " ", what);
        free(where);
        free(what);
    }
}

/* The object of a lab's file: from the stage if the lab is one's own, else as make has built it. The caller frees. */
static char *object_of(const struct builder *builder, const char *lab, const char *file)
{
    const char *variant = builder->build->variants.items[0];
    if (words_contain(&builder->request->own, lab))
        return build_object_path(builder, variant,
                                 &(struct submitted_file){.lab = lab, .name = (char *)(uintptr_t)file});
    return format_text("%s/build/obj/%s/solutions/%s/%.*s.o", builder->course->root, variant, lab,
                       (int)strlen(file) - 2, file);
}

static void place_objects(const struct builder *builder)
{
    const struct course *course = builder->course;
    char *folder = format_text("%s/build/pick/%s", course->root, builder->build->variants.items[0]);
    remove_tree(folder); /* an object of an earlier pick must not be linked */
    for (size_t l = 0; l < course->labs.count; l++) {
        const char *lab = course->labs.items[l];
        struct words files = course_written_files(course, lab);
        char *beside = format_text("%s/%s", folder, lab);
        build_make_folder(beside);
        for (size_t f = 0; f < files.count; f++) {
            const char *file = files.items[f];
            char *from = object_of(builder, lab, file),
                 *to = format_text("%s/%.*s.o", beside, (int)strlen(file) - 2, file);
            if (!copy_file(from, to))
                die("cannot copy %s to %s: %s", from, to, strerror(errno));
            free(from);
            free(to);
        }
        free(beside);
        words_free(&files);
    }
    free(folder);
}

/* Compile what was submitted. An own lab that does not compile is an error: nothing takes its place. */
static int compile(struct builder *builder)
{
    builder->submission = submission_read(builder->course, builder->request, builder->build);
    if (builder->build->problem_count > 0)
        return EXIT_NO_RESULT;
    build_make_stage(builder);
    struct jobs jobs = build_compile(builder);
    cache_close(&builder->cache);
    build_free_jobs(&jobs);
    return builder->build->status[0] == BUILD_OK       ? EXIT_PASS
           : builder->build->status[0] == BUILD_FAILED ? EXIT_NOT_ALL
                                                       : EXIT_NO_RESULT;
}

int pick_build(const struct course *course, const struct options *options, char *note_stage)
{
    const char *variant = options->argument;
    if (!variant || !*settings_get_of(&course->variants, variant, "flags"))
        options_usage("pick needs a variant that grader/variants.mk has flags for");
    struct build_request request = {.from = options->from,
                                    .own = pick_labs(course, NULL, options->own, "OWN"),
                                    .as_named = true,
                                    .note_stage = note_stage};
    struct build build = {0};
    struct sandbox sandbox = {0};
    struct builder builder = {.course = course, .sandbox = &sandbox, .request = &request, .build = &build};
    words_add(&request.variants, variant);
    words_add(&build.variants, variant);
    int status = EXIT_PASS;
    if (request.own.count > 0) {
        request.lab = request.own.items[request.own.count - 1]; /* its files may be in the folder itself */
        sandbox = build_sandbox(course, options->from, options->sandbox);
        status = compile(&builder);
    }
    print_problems(&build);
    if (status == EXIT_PASS)
        place_objects(&builder);
    submission_free(&builder.submission);
    build_remove(&build);
    note_stage[0] = '\0';
    words_free(&request.own);
    words_free(&request.variants);
    sandbox_free(&sandbox);
    return status;
}
