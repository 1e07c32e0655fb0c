#include "build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "submission.h"

enum {
    COMPILE_SECONDS = 20,
    LOG_BYTES_MAX = 1 << 16, /* of a compiler's messages */
};

/* One run of the compiler: an object from a source, or a subject from objects. */
struct job {
    struct words argv;
    const struct submitted_file *file; /* NULL: a link */
    int variant;
    char *log;     /* the compiler's messages */
    char *product; /* in the stage */
    char *cached;  /* where the object is kept between runs; NULL for a link */
    bool reused;
    pid_t pid;
    int64_t deadline;
    bool succeeded, timed_out;
};

struct jobs {
    struct job *items;
    size_t count;
};

struct builder {
    const struct course *course;
    const struct sandbox *sandbox;
    const struct build_request *request;
    struct build *build;
    struct submission submission;
    build_progress *progress;
    void *arg;
    int done, total;
};

static const char *const compiler_environment[] = {"PATH=/usr/bin", "LC_ALL=C", "TMPDIR=/tmp", NULL};

int build_variant(const struct build *build, const char *name)
{
    for (size_t i = 0; i < build->variants.count; i++)
        if (strcmp(build->variants.items[i], name) == 0)
            return (int)i;
    return -1;
}

char *build_subject_folder(const struct build *build, const char *variant)
{
    return format_text("%s/box/%s", build->stage, variant);
}

void build_remove(struct build *build)
{
    if (build->stage)
        remove_tree(build->stage);
    free(build->stage);
    free(build->graded_folder);
    for (size_t i = 0; i < build->problem_count; i++) {
        free(build->problems[i].where);
        free(build->problems[i].what);
    }
    free(build->problems);
    words_free(&build->variants);
    words_free(&build->replaced);
    *build = (struct build){0};
}

/* --- the stage: copies of what the sandbox may see --- */

static bool copy_tree(const char *from, const char *to)
{
    char *command[] = {"cp", "-r", "--", (char *)(uintptr_t)from, (char *)(uintptr_t)to, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execvp(*command, command);
        _exit(127);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void stage_failed(const char *path)
{
    die("cannot write %s: %s. Free some space (df -h) or set TMPDIR to a folder that has some, then run again; "
        "earlier results are kept.", path, strerror(errno));
}

static void make_stage_folder(const char *path)
{
    if (!make_directories(path))
        stage_failed(path);
}

static void make_stage(struct builder *builder)
{
    const char *temporary = getenv("TMPDIR");
    struct build *build = builder->build;
    build->stage = format_text("%s/weft-XXXXXX", temporary && *temporary == '/' ? temporary : "/tmp");
    if (!mkdtemp(build->stage) || chmod(build->stage, 0755) != 0)
        stage_failed(build->stage);
    snprintf(builder->request->note_stage, 4096, "%s", build->stage);
    char *tree = format_text("%s/tree", build->stage);
    make_stage_folder(tree);
    char *headers = format_text("%s/runtime/include", builder->course->root);
    char *staged = format_text("%s/include", tree);
    if (!copy_tree(headers, staged))
        stage_failed(staged);
    for (size_t i = 0; i < build->variants.count; i++) {
        char *out = format_text("%s/out/%s", build->stage, build->variants.items[i]);
        make_stage_folder(out);
        if (!sandbox_give(builder->sandbox, out))
            stage_failed(out);
        free(out);
        char *box = build_subject_folder(build, build->variants.items[i]);
        make_stage_folder(box);
        free(box);
    }
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *folder = format_text("%s/submission/%s", tree, file->lab);
        make_stage_folder(folder);
        char *path = format_text("%s/%s", folder, file->name);
        if (!write_file_atomically(path, file->bytes, file->length))
            stage_failed(path);
        free(path);
        free(folder);
    }
    free(headers);
    free(staged);
    free(tree);
}

/* --- running the compiler --- */

static void start_job(struct builder *builder, struct job *job)
{
    const char *stage = builder->build->stage;
    char *out = format_text("%s/out", stage), *tree = format_text("%s/tree", stage);
    job->deadline = now_ms() + COMPILE_SECONDS * 1000;
    job->pid = fork();
    if (job->pid == 0) {
        int null = open("/dev/null", O_RDONLY), log = open(job->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(null, 0);
        dup2(log, 1);
        dup2(log, 2);
        const struct sandbox_rules rules = {
            .readable = stage, .writable = out, .directory = tree, .environment = compiler_environment,
            .keep_descriptors = 3, .processor_seconds = COMPILE_SECONDS, .memory_bytes = (int64_t)2 << 30,
            .file_bytes = 64 << 20};
        sandbox_exec(builder->sandbox, &rules, job->argv.items);
    }
    free(out);
    free(tree);
}

static void report_progress(struct builder *builder, const char *what)
{
    if (builder->progress)
        builder->progress(builder->arg, what, builder->done, builder->total);
}

/* Run all jobs that are not reused, as many at once as there are processors. */
static void run_jobs(struct builder *builder, struct jobs *jobs, const char *what)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long running = 0;
    size_t next = 0;
    report_progress(builder, what);
    for (;;) {
        for (; next < jobs->count && running < processors; next++) {
            if (jobs->items[next].reused) {
                builder->done++;
                continue;
            }
            start_job(builder, &jobs->items[next]);
            running++;
        }
        if (running == 0)
            break;
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        for (size_t i = 0; i < next; i++) {
            struct job *job = &jobs->items[i];
            if (job->pid <= 0)
                continue;
            if (job->pid == pid) {
                job->succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
                job->timed_out |= WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
                job->pid = 0;
                running--;
                builder->done++;
                report_progress(builder, what);
            } else if (now_ms() > job->deadline && !job->timed_out) {
                job->timed_out = true;
                kill(-job->pid, SIGKILL);
                kill(job->pid, SIGKILL);
            }
        }
        if (pid <= 0)
            usleep(1000);
    }
    report_progress(builder, what);
}

/* The compiler's messages with the paths that the person knows. The caller frees. */
static char *job_messages(const struct builder *builder, const struct job *job)
{
    size_t length = 0;
    char *raw = read_file(job->log, LOG_BYTES_MAX, &length, NULL);
    char *text = harmless_text(raw ? raw : "", length, LOG_BYTES_MAX);
    free(raw);
    char *old = text, *to;
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *from = format_text("submission/%s/%s", file->lab, file->name);
        text = replace_all(old, from, file->shown);
        free(from);
        free(old);
        old = text;
    }
    to = format_text("%s/tree/", builder->build->stage);
    text = replace_all(old, to, "");
    free(to);
    free(old);
    old = text;
    to = format_text("%s/", builder->build->stage);
    text = replace_all(old, to, "");
    free(to);
    free(old);
    old = text;
    text = replace_all(old, "include/weft/", "runtime/include/weft/");
    free(old);
    return text;
}

static struct job *add_job(struct jobs *jobs)
{
    jobs->items = realloc(jobs->items, (jobs->count + 1) * sizeof *jobs->items);
    if (!jobs->items)
        die("no memory");
    jobs->items[jobs->count] = (struct job){0};
    return &jobs->items[jobs->count++];
}

static void free_jobs(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        words_free(&jobs->items[i].argv);
        free(jobs->items[i].log);
        free(jobs->items[i].product);
        free(jobs->items[i].cached);
    }
    free(jobs->items);
    *jobs = (struct jobs){0};
}

static void add_compiler(const struct builder *builder, struct job *job, const char *variant)
{
    const struct settings *settings = &builder->course->variants;
    words_split(&job->argv, settings_get(settings, "GRADE_CC"));
    words_split(&job->argv, settings_get(settings, "GRADE_COMMON"));
    words_split(&job->argv, settings_get_of(settings, variant, "flags"));
}

/* --- objects: kept between runs, beside the very source that they were made of --- */

static int64_t modified_ns(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec : 0;
}

/* The kept source equals the submitted one, and the object is newer than headers and flags. */
static bool object_is_fresh(const struct builder *builder, const struct job *job, int64_t newest_input)
{
    char *source = format_text("%s.c", job->cached);
    char *object = format_text("%s.o", job->cached);
    size_t length = 0;
    char *bytes = read_file(source, (size_t)1 << 21, &length, NULL);
    bool fresh = bytes && length == job->file->length && memcmp(bytes, job->file->bytes, length) == 0 &&
                 modified_ns(object) > newest_input && copy_file(object, job->product);
    free(bytes);
    char *log = format_text("%s.log", job->cached);
    if (fresh)
        fresh = copy_file(log, job->log);
    free(log);
    free(source);
    free(object);
    (void)builder;
    return fresh;
}

/* A cache that cannot be written is no error: the next run compiles again. */
static void keep_object(const struct job *job)
{
    char *source = format_text("%s.c", job->cached);
    char *object = format_text("%s.o", job->cached), *new_object = format_text("%s.o.new", job->cached);
    char *log = format_text("%s.log", job->cached);
    char *folder = format_text("%.*s", (int)(strrchr(job->cached, '/') - job->cached), job->cached);
    unlink(object);
    if (make_directories(folder) && write_file_atomically(source, job->file->bytes, job->file->length) &&
        copy_file(job->log, log) && copy_file(job->product, new_object))
        rename(new_object, object);
    free(source);
    free(object);
    free(new_object);
    free(log);
    free(folder);
}

static int64_t newest_header_ns(const struct course *course)
{
    char *path = format_text("%s/build/headers.stamp", course->root); /* touched by make when a header changes */
    int64_t newest = modified_ns(path);
    free(path);
    path = format_text("%s/grader/variants.mk", course->root);
    if (modified_ns(path) > newest)
        newest = modified_ns(path);
    free(path);
    return newest;
}

/* A folder's name for the object cache: the path, in one name. */
static char *cache_key(const char *from)
{
    char *absolute = realpath(from, NULL);
    char *key = replace_all(absolute ? absolute : from, "/", "+");
    free(absolute);
    size_t length = strlen(key);
    if (length > 200)
        memmove(key, key + length - 200, 201);
    return key;
}

static struct jobs compile_jobs(struct builder *builder)
{
    struct jobs jobs = {0};
    struct build *build = builder->build;
    char *key = cache_key(builder->request->from);
    int64_t newest = newest_header_ns(builder->course);
    for (size_t v = 0; v < build->variants.count; v++)
        for (size_t i = 0; i < builder->submission.count; i++) {
            const struct submitted_file *file = &builder->submission.files[i];
            const char *variant = build->variants.items[v];
            struct job *job = add_job(&jobs);
            job->variant = (int)v;
            job->file = file;
            add_compiler(builder, job, variant);
            words_split(&job->argv, "-fmax-errors=20 -fdiagnostics-color=never -Iinclude -c");
            char *source = format_text("submission/%s/%s", file->lab, file->name);
            job->product = format_text("%s/out/%s/%s.%s.o", build->stage, variant, file->lab, file->name);
            job->log = format_text("%s/%s.%s.%s.log", build->stage, variant, file->lab, file->name);
            job->cached = format_text("%s/build/objects/%s/%s/%s/%s", builder->course->root, key, variant, file->lab,
                                      file->name);
            /* debuggers find the source where the person has it */
            char *map = format_text("-fdebug-prefix-map=%s/tree=.", build->stage);
            words_add(&job->argv, map);
            words_add(&job->argv, source);
            words_add(&job->argv, "-o");
            words_add(&job->argv, job->product);
            free(map);
            free(source);
            job->reused = object_is_fresh(builder, job, newest);
            job->succeeded = job->reused;
        }
    free(key);
    return jobs;
}

/* Say what a failed or warned compilation printed: each text once, though every variant repeats it. */
static void report_compilations(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    struct words said = {0};
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        if (!job->reused && job->succeeded)
            keep_object(job);
        char *messages = job_messages(builder, job);
        bool missing_tool = !job->succeeded && (strstr(messages, "not supported") || strstr(messages, "cc1: No such"));
        if (!job->succeeded && build->status[job->variant] == BUILD_OK)
            build->status[job->variant] = missing_tool ? BUILD_MISSING : BUILD_FAILED;
        bool first = !words_contain(&said, job->file->shown);
        if (first && (!job->succeeded || *messages)) {
            words_add(&said, job->file->shown);
            char *what = job->timed_out ? format_text("the compiler did not finish within %d s and was stopped. What "
                                                      "does the file make it read or expand?", COMPILE_SECONDS)
                         : job->succeeded ? copy_text(messages)
                         : *messages      ? format_text("does not compile:\n%s", messages)
                                          : format_text("does not compile: the compiler was killed (too much memory?)");
            build_problem(build, job->file->shown, false, what);
            build->problems[build->problem_count - 1].warning = job->succeeded;
        }
        free(messages);
    }
    words_free(&said);
}

/* --- trusted objects and the link --- */

/* Let make bring the trusted objects up to date. False: make failed, which is the grader's fault. */
static bool make_trusted_objects(struct builder *builder)
{
    char *log = format_text("%s/make.log", builder->build->stage);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(fd, 1);
        dup2(fd, 2);
        unsetenv("MAKEFLAGS");
        unsetenv("MAKELEVEL");
        unsetenv("MFLAGS");
        execlp("make", "make", "-s", "-j2", "-C", builder->course->root, "subject-objects", NULL);
        _exit(127);
    }
    int status = -1;
    bool made = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    if (!made) {
        char *text = read_file(log, 4000, NULL, NULL);
        build_problem(builder->build, "the grader's own objects", true,
                      format_text("cannot be built; this is not your code's fault:\n%s", text ? text : ""));
        free(text);
    }
    free(log);
    return made;
}

/* A trusted object into the stage, and into the link. */
static bool add_trusted(struct builder *builder, struct job *job, const char *variant, const char *source)
{
    char *object = format_text("%s/build/obj/%s/%.*s.o", builder->course->root, variant, (int)strlen(source) - 2, source);
    char *staged = format_text("%s/trusted/%s/%.*s.o", builder->build->stage, variant, (int)strlen(source) - 2, source);
    *strrchr(staged, '/') = '\0';
    make_stage_folder(staged);
    staged[strlen(staged)] = '/';
    bool copied = copy_file(object, staged);
    words_add(&job->argv, staged);
    if (!copied)
        build_problem(builder->build, object, true, format_text("is missing: run make clean, then again"));
    free(object);
    free(staged);
    return copied;
}

static void add_trusted_list(struct builder *builder, struct job *job, const char *variant, const char *folder,
                             const char *names)
{
    struct words files = {0};
    words_split(&files, names);
    for (size_t i = 0; i < files.count; i++) {
        char *source = format_text("%s/%s", folder, files.items[i]);
        add_trusted(builder, job, variant, source);
        free(source);
    }
    words_free(&files);
}

static bool is_own(const struct builder *builder, const char *lab)
{
    return words_contain(&builder->request->own, lab) && !words_contain(&builder->build->replaced, lab);
}

static struct jobs link_jobs(struct builder *builder)
{
    struct jobs jobs = {0};
    const struct course *course = builder->course;
    struct build *build = builder->build;
    for (size_t v = 0; v < build->variants.count; v++) {
        if (build->status[v] != BUILD_OK)
            continue;
        const char *variant = build->variants.items[v];
        struct job *job = add_job(&jobs);
        job->variant = (int)v;
        job->log = format_text("%s/%s.link.log", build->stage, variant);
        job->product = format_text("%s/out/%s/subject", build->stage, variant);
        add_compiler(builder, job, variant);
        words_add(&job->argv, "-o");
        words_add(&job->argv, job->product);
        for (size_t i = 0; i < builder->submission.count; i++) {
            const struct submitted_file *file = &builder->submission.files[i];
            if (!is_own(builder, file->lab))
                continue;
            char *object = format_text("%s/out/%s/%s.%s.o", build->stage, variant, file->lab, file->name);
            words_add(&job->argv, object);
            free(object);
        }
        for (size_t l = 0; l < course->labs.count; l++) {
            const char *lab = course->labs.items[l];
            char *folder = format_text("solutions/%s", lab);
            if (!is_own(builder, lab))
                add_trusted_list(builder, job, variant, folder, settings_get_of(&course->modules, lab, "write"));
            add_trusted_list(builder, job, variant, folder, settings_get_of(&course->modules, lab, "given"));
            free(folder);
        }
        add_trusted_list(builder, job, variant, "runtime/given", settings_get(&course->modules, "GIVEN"));
        add_trusted_list(builder, job, variant, "grader/support", "scenario.c");
        char *suite = format_text("grader/suites/%s", builder->request->lab);
        char *path = format_text("%s/%s/scenarios.mk", course->root, suite);
        struct settings scenarios = settings_read(path);
        add_trusted_list(builder, job, variant, suite, settings_get(&scenarios, "SCENARIOS"));
        settings_free(&scenarios);
        free(path);
        free(suite);
    }
    return jobs;
}

static void report_links(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    bool said = false;
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        const char *variant = build->variants.items[job->variant];
        char *folder = build_subject_folder(build, variant);
        char *subject = format_text("%s/subject", folder);
        if (job->succeeded && (!copy_file(job->product, subject) || chmod(subject, 0755) != 0))
            stage_failed(subject);
        free(subject);
        free(folder);
        if (job->succeeded)
            continue;
        char *messages = job_messages(builder, job);
        bool missing = strstr(messages, "cannot find -l") || strstr(messages, "cannot find /usr/lib");
        build->status[job->variant] = missing ? BUILD_MISSING : BUILD_FAILED;
        if (!said && !missing)
            build_problem(build, builder->request->from, false,
                          format_text("compiles, but does not link:\n%s", messages));
        said = said || !missing;
        free(messages);
    }
}

/* An own earlier lab with an error is replaced by the reference, by name; the graded one never is. */
static void replace_failed_earlier_labs(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    bool graded_failed[VARIANTS_MAX] = {false};
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        if (job->succeeded)
            continue;
        if (strcmp(job->file->lab, builder->request->lab) == 0)
            graded_failed[job->variant] = true;
        else if (!words_contain(&build->replaced, job->file->lab))
            words_add(&build->replaced, job->file->lab);
    }
    for (size_t v = 0; v < build->variants.count; v++)
        if (build->status[v] == BUILD_FAILED && !graded_failed[v])
            build->status[v] = BUILD_OK;
}

struct build build_subjects(const struct course *course, const struct sandbox *sandbox,
                            const struct build_request *request, build_progress *progress, void *arg)
{
    struct build build = {0};
    struct builder builder = {.course = course, .sandbox = sandbox, .request = request, .build = &build,
                              .progress = progress, .arg = arg};
    for (size_t i = 0; i < request->variants.count; i++)
        words_add(&build.variants, request->variants.items[i]);
    builder.submission = submission_read(course, request, &build);
    size_t fatal = build.problem_count;
    if (fatal == 0) {
        make_stage(&builder);
        builder.total = (int)(builder.submission.count * build.variants.count + build.variants.count + 1);
        report_progress(&builder, "building the runtime");
        fatal = !make_trusted_objects(&builder);
        builder.done++;
    }
    if (fatal) {
        for (size_t v = 0; v < build.variants.count; v++)
            build.status[v] = BUILD_FAILED;
        submission_free(&builder.submission);
        return build;
    }
    struct jobs compilations = compile_jobs(&builder);
    run_jobs(&builder, &compilations, "compiling");
    report_compilations(&builder, &compilations);
    replace_failed_earlier_labs(&builder, &compilations);
    struct jobs links = link_jobs(&builder);
    run_jobs(&builder, &links, "linking");
    report_links(&builder, &links);
    free_jobs(&compilations);
    free_jobs(&links);
    submission_free(&builder.submission);
    return build;
}
