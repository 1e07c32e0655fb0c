/**
 * @file build_compile.c
 * @brief Compiles a submission in the sandbox, in every variant, and keeps the objects for the next run.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "build_internal.h"

/* --- running the compiler --- */

static void start_job(struct builder *builder, struct job *job)
{
    const char *stage = builder->build->stage;
    char *out = format_text("%s/out", stage), *tree = format_text("%s/tree", stage);
    /* what a killed compiler leaves goes with the stage; the folder is one that is the untrusted user's */
    char *temporary =
        format_text("TMPDIR=%.*s", (int)(strrchr(job->product, '/') - job->product), job->product);
    const char *const compiler_environment[] = {"PATH=/usr/bin", "LC_ALL=C", temporary, NULL};
    job->deadline = now_ms() + COMPILE_SECONDS * 1000;
    job->pid = fork();
    if (job->pid == 0) {
        int null = open("/dev/null", O_RDONLY), log = open(job->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(null, 0);
        dup2(log, 1);
        dup2(log, 2);
        const struct sandbox_rules rules = {.readable = stage,
                                            .writable = out,
                                            .directory = tree,
                                            .environment = compiler_environment,
                                            .keep_descriptors = 3,
                                            .processor_seconds = COMPILE_SECONDS / 2,
                                            .memory_bytes = (int64_t)2 << 30,
                                            .file_bytes = 64 << 20};
        sandbox_exec(builder->sandbox, &rules, job->argv.items);
    }
    free(temporary);
    free(out);
    free(tree);
}

void build_report_progress(struct builder *builder, const char *what)
{
    if (builder->progress)
        builder->progress(builder->arg, what, builder->done, builder->total);
}

/* Run all jobs that are not reused, as many at once as there are processors. */
void build_run_jobs(struct builder *builder, struct jobs *jobs, const char *what)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long running = 0;
    size_t next = 0;
    build_report_progress(builder, what);
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
                build_report_progress(builder, what);
            } else if (now_ms() > job->deadline && !job->timed_out) {
                job->timed_out = true;
                kill(-job->pid, SIGKILL);
                kill(job->pid, SIGKILL);
            }
        }
        if (pid <= 0)
            usleep(1000);
    }
    build_report_progress(builder, what);
}

/* The compiler's messages with the paths that the person knows. The caller frees. */
char *build_job_messages(const struct builder *builder, const struct job *job)
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

struct job *build_add_job(struct jobs *jobs)
{
    jobs->items = realloc(jobs->items, (jobs->count + 1) * sizeof *jobs->items);
    if (!jobs->items)
        die("no memory");
    jobs->items[jobs->count] = (struct job){0};
    return &jobs->items[jobs->count++];
}

void build_free_jobs(struct jobs *jobs)
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

void build_add_compiler(const struct builder *builder, struct job *job, const char *variant, const char *flags)
{
    const struct settings *settings = &builder->course->variants;
    words_split(&job->argv, settings_get(settings, "GRADE_CC"));
    words_split(&job->argv, settings_get(settings, "GRADE_COMMON"));
    words_split(&job->argv, settings_get_of(settings, variant, flags));
}

/* --- objects: kept between runs, beside the very source that they were made of --- */

static int64_t modified_ns(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec : 0;
}

/* Two runs on the same submission keep source and object together: one at a time. Closing unlocks. */
static int lock_cache(const struct job *job)
{
    char *folder = format_text("%.*s", (int)(strrchr(job->cached, '/') - job->cached), job->cached);
    int fd = make_directories(folder) ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0)
        flock(fd, LOCK_EX);
    free(folder);
    return fd;
}

static void unlock_cache(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* The kept source equals the submitted one, and the object is newer than headers and flags. */
static bool object_is_fresh(const struct job *job, int64_t newest_input)
{
    int lock = lock_cache(job);
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
    unlock_cache(lock);
    return fresh;
}

/* A cache that cannot be written is no error: the next run compiles again. */
static void keep_object(const struct job *job)
{
    int lock = lock_cache(job);
    char *source = format_text("%s.c", job->cached);
    char *object = format_text("%s.o", job->cached);
    char *log = format_text("%s.log", job->cached);
    unlink(object);
    if (lock < 0 || !write_file_atomically(source, job->file->bytes, job->file->length) ||
        !copy_file(job->log, log) || !copy_file(job->product, object))
        unlink(object);
    free(source);
    free(object);
    free(log);
    unlock_cache(lock);
}

static int64_t newest_header_ns(const struct course *course)
{
    char *path =
        format_text("%s/build/headers.stamp", course->root); /* touched by make when a header changes */
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

struct jobs build_compile_jobs(struct builder *builder)
{
    struct jobs jobs = {0};
    struct build *build = builder->build;
    char *key = cache_key(builder->request->from);
    int64_t newest = newest_header_ns(builder->course);
    for (size_t v = 0; v < build->variants.count; v++)
        for (size_t i = 0; i < builder->submission.count; i++) {
            const struct submitted_file *file = &builder->submission.files[i];
            const char *variant = build->variants.items[v];
            struct job *job = build_add_job(&jobs);
            job->variant = (int)v;
            job->file = file;
            build_add_compiler(builder, job, variant, "flags");
            words_split(&job->argv, "-fmax-errors=20 -fdiagnostics-color=never -Iinclude -c");
            char *source = format_text("submission/%s/%s", file->lab, file->name);
            job->product = format_text("%s/out/%s/%s.%s.o", build->stage, variant, file->lab, file->name);
            job->log = format_text("%s/%s.%s.%s.log", build->stage, variant, file->lab, file->name);
            job->cached = format_text("%s/build/objects/%s/%s/%s/%s", builder->course->root, key, variant,
                                      file->lab, file->name);
            /* debuggers find the source where the person has it */
            char *map = format_text("-fdebug-prefix-map=%s/tree=.", build->stage);
            words_add(&job->argv, map);
            words_add(&job->argv, source);
            words_add(&job->argv, "-o");
            words_add(&job->argv, job->product);
            free(map);
            free(source);
            job->reused = object_is_fresh(job, newest);
            job->succeeded = job->reused;
        }
    free(key);
    return jobs;
}

/* Say what a failed or warned compilation printed: each text once, though every variant repeats it. */
void build_report_compilations(struct builder *builder, const struct jobs *jobs)
{
    struct build *build = builder->build;
    struct words said = {0};
    for (size_t i = 0; i < jobs->count; i++) {
        const struct job *job = &jobs->items[i];
        if (!job->reused && job->succeeded)
            keep_object(job);
        char *messages = build_job_messages(builder, job);
        bool missing_tool =
            !job->succeeded && (strncmp(messages, "cc1: ", 5) == 0 || sandbox_failed(messages));
        if (!job->succeeded && build->status[job->variant] == BUILD_OK)
            build->status[job->variant] = missing_tool ? BUILD_MISSING : BUILD_FAILED;
        bool first = !words_contain(&said, job->file->shown);
        if (first && (!job->succeeded || *messages)) {
            words_add(&said, job->file->shown);
            bool killed = job->timed_out || strstr(messages, "Killed signal terminated program cc1");
            char *what =
                killed
                    ? format_text("the compiler took more than %d s or too much memory, and was stopped. What "
                                  "does the file make it read or expand?",
                                  COMPILE_SECONDS)
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
