#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "build_internal.h"

struct sandbox build_sandbox(const struct course *course, const char *from, const char *wanted)
{
    struct sandbox sandbox = sandbox_probe(wanted);
    if (!sandbox_hide(&sandbox, course->root) || !sandbox_hide(&sandbox, from))
        die("FROM or the course's tree is a folder that holds the compiler too, so that it cannot be hidden from what "
            "is compiled: put it elsewhere");
    return sandbox;
}

void build_remove(struct build *build)
{
    if (build->stage)
        remove_tree(build->stage);
    free(build->stage);
    free(build->graded_folder);
    free(build->memory_imports);
    for (size_t i = 0; i < build->problem_count; i++) {
        free(build->problems[i].where);
        free(build->problems[i].what);
    }
    free(build->problems);
    words_free(&build->variants);
    words_free(&build->replaced);
    *build = (struct build){0};
}
/* An own earlier lab with an error is replaced by the reference, by name; the graded one never is. */
static void replace_failed_earlier_labs(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    bool graded_failed[VARIANTS_MAX] = {false};
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        if (job->succeeded || build_is_written(build, job->variant))
            continue;
        if (strcmp(job->file->lab, builder->request->lab) == 0)
            graded_failed[job->variant] = true;
        else if (!words_contain(&build->replaced, job->file->lab))
            words_add(&build->replaced, job->file->lab);
    }
    for (size_t v = 0; v < build->variants.count; v++)
        if (build->status[v] == BUILD_FAILED && !graded_failed[v] && !build_is_written(build, (int)v))
            build->status[v] = BUILD_OK;
}

/* It is no variant for anybody but the tests of interleave. */
static void take_written_out(struct build *build)
{
    size_t last = build->variants.count - 1;
    if (build->variants.count == 0 || !build_is_written(build, (int)last))
        return;
    build->has_written = build->status[last] == BUILD_OK && build->status[last - 1] == BUILD_OK;
    free(build->variants.items[last]);
    build->variants.items[last] = NULL;
    build->variants.count = last;
}

struct build build_subjects(const struct course *course, const struct sandbox *sandbox,
                            const struct build_request *request, build_progress *progress, void *arg)
{
    struct build build = {0};
    struct builder builder = {.course = course,
                              .sandbox = sandbox,
                              .request = request,
                              .build = &build,
                              .progress = progress,
                              .arg = arg};
    for (size_t i = 0; i < request->variants.count; i++)
        words_add(&build.variants, request->variants.items[i]);
    if (words_contain(&request->variants, "interleave")) /* which is the last one: behind it */
        words_add(&build.variants, BUILD_WRITTEN);
    builder.submission = submission_read(course, request, &build);
    size_t fatal = build.problem_count;
    if (fatal == 0) {
        build_make_stage(&builder);
        builder.total =
            (int)(builder.submission.count * (build.variants.count + 2) + build.variants.count + 1);
        build_report_progress(&builder, "building the runtime");
        fatal = !build_make_trusted_objects(&builder);
        builder.done++;
    }
    if (fatal) {
        for (size_t v = 0; v < build.variants.count; v++)
            build.status[v] = BUILD_FAILED;
        submission_free(&builder.submission);
        take_written_out(&build);
        return build;
    }
    struct jobs compilations = build_compile(&builder);
    replace_failed_earlier_labs(&builder, &compilations);
    struct jobs links = build_link_jobs(&builder, &compilations);
    build_run_jobs(&builder, &links, "linking");
    cache_close(&builder.cache);
    build_report_links(&builder, &links);
    take_written_out(&build);
    build_free_jobs(&compilations);
    build_free_jobs(&links);
    submission_free(&builder.submission);
    return build;
}
