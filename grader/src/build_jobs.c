/**
 * @file build_jobs.c
 * @brief Runs compilers and linkers in the sandbox, several at once, and takes what they made.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "build_internal.h"
#include "foreign.h"
#include "plain_file.h"

/* --- running the compiler --- */

static void start_job(struct builder *builder, struct job *job)
{
    const char *stage = builder->build->stage;
    char *tree = format_text("%s/tree", stage);
    build_make_folder(job->out);
    if (!sandbox_give(builder->sandbox, job->out))
        build_stage_failed(job->out);
    char *temporary =
        format_text("TMPDIR=%s", job->out); /* what a killed compiler leaves goes with the folder */
    const char *const compiler_environment[] = {"PATH=/usr/bin", "LC_ALL=C", temporary, NULL};
    job->deadline = now_ms() + COMPILE_SECONDS * INT64_C(1000);
    job->pid = fork();
    if (job->pid == 0) {
        int null = open("/dev/null", O_RDONLY), log = open(job->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(null, 0);
        dup2(log, 1);
        dup2(log, 2);
        const struct sandbox_rules rules = {.readable = stage,
                                            .writable = job->out,
                                            .directory = tree,
                                            .environment = compiler_environment,
                                            .keep_descriptors = 3,
                                            .processor_seconds = COMPILE_SECONDS / 2,
                                            .memory_bytes = (int64_t)2 << 30,
                                            .file_bytes = PRODUCT_BYTES_MAX};
        sandbox_exec(builder->sandbox, &rules, job->argv.items);
    }
    free(temporary);
    free(tree);
}

/* Write what a job made to where the sandbox can read it and not write it. */
static void place(const struct job *job, const char *bytes, size_t length)
{
    const char *to = job->taken ? job->taken : job->log;
    if (!write_file_atomically(to, bytes, length) || (job->is_program && chmod(to, 0755) != 0))
        build_stage_failed(to);
}

void build_look_into_cache(struct builder *builder, struct job *job, const struct cache_part *parts,
                           size_t count)
{
    size_t length;
    job->kept = cache_name(&builder->cache, parts, count);
    char *bytes = cache_find(&builder->cache, job->kept, &length);
    if (bytes)
        place(job, bytes, length);
    job->succeeded = job->over = bytes != NULL;
    free(bytes);
}

/* Take the product, as soon as its compiler has ended: from a folder in which untrusted code of the same user could
 * write, so whatever is no plain file of that user is refused. */
static char *take_product(const struct builder *builder, const struct job *job, size_t *length)
{
    int fd = open(job->product, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;
    uid_t owner = builder->sandbox->own_user ? builder->sandbox->own_user : geteuid();
    bool good = fd >= 0 && plain_look(fd, job->file_bytes_max, length) == PLAIN && fstat(fd, &status) == 0 &&
                status.st_uid == owner;
    char *bytes = good ? read_all(fd, job->file_bytes_max, length) : NULL;
    if (fd >= 0)
        close(fd);
    return bytes;
}

/* Whether a tool says so in words of its own: the lines of a source that it shows begin with a blank. */
static bool says(const char *messages, const char *words)
{
    for (const char *line = messages; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *hit = *line == ' ' ? NULL : strstr(line, words);
        if (hit && hit < line + strcspn(line, "\n"))
            return true;
    }
    return false;
}

static bool says_full(const char *messages)
{
    return says(messages, strerror(ENOSPC)) || says(messages, strerror(EDQUOT));
}

/* What a compiler that failed says of its end. *full: the disk is full; somebody else may have filled it for a moment, and
 * gone. *killed: it had no more time, or no memory. */
static void look_at_failure(const struct job *job, bool *full, bool *killed)
{
    char *messages = read_file(job->log, LOG_BYTES_MAX, NULL, NULL);
    *full = messages && says_full(messages);
    *killed = messages && (strstr(messages, "Killed signal terminated program") ||
                           strstr(messages, "virtual memory exhausted") || strstr(messages, "out of memory"));
    free(messages);
}

/* The compiler has ended. */
static void finish_job(struct builder *builder, struct job *job)
{
    size_t length = 0;
    char *bytes = NULL;
    if (job->succeeded && job->taken) {
        bytes = take_product(builder, job, &length);
        job->succeeded = bytes != NULL;
        if (bytes)
            place(job, bytes, length);
        else
            write_file_atomically(job->log, TOO_MUCH, sizeof TOO_MUCH - 1);
    } else if (job->succeeded) {
        bytes = read_file(job->log, LOG_BYTES_MAX, &length, NULL);
    }
    if (bytes && job->kept)
        cache_keep(&builder->cache, job->kept, bytes, length);
    free(bytes);
    remove_tree(job->out);
}

void build_report_progress(struct builder *builder, const char *what)
{
    if (builder->progress)
        builder->progress(builder->arg, what, builder->done, builder->total);
}

/* Run all jobs that are not over yet, as many at once as there are processors. */
void build_run_jobs(struct builder *builder, struct jobs *jobs, const char *what)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long running = 0;
    size_t next = 0;
    build_report_progress(builder, what);
    for (;;) {
        for (; next < jobs->count && running < processors; next++) {
            if (jobs->items[next].over) {
                builder->done++;
                continue;
            }
            if (builder->stopped >= STOPPED_MAX) { /* each of the others may take as long */
                jobs->items[next].left_out = true;
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
                bool full = false, killed = false;
                if (!job->succeeded)
                    look_at_failure(job, &full, &killed);
                if (full && !job->again) {
                    job->again = true;
                    remove_tree(job->out);
                    start_job(builder, job);
                    continue;
                }
                job->stopped = job->timed_out || killed;
                builder->stopped += job->stopped;
                finish_job(builder, job);
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

/* A tool that failed has removed what it wrote so far, so there is room again: then its words tell. A submission can make it
 * say them (#error), so they count only where less is free than all that runs at once may write. */
void build_refuse_full_disk(const struct builder *builder, const char *messages)
{
    const char *stage = builder->build->stage;
    if (has_room(stage, ROOM_BYTES) && (!says_full(messages) || has_room(stage, PLENTY_BYTES)))
        return;
    errno = ENOSPC;
    build_stage_failed(builder->build->stage);
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

/* A program of nothing, by the same compiler in the same sandbox. Its own folder, so that it is no submission's. */
bool build_variant_works(struct builder *builder, const char *variant)
{
    struct jobs jobs = {0};
    struct job *job = build_add_job(builder, &jobs, "product");
    static const char trial[] = "int main(void)\n{\n    return 0;\n}\n";
    char *source = format_text("%s/tree/trial.c", builder->build->stage);
    job->log = format_text("%s/trial.log", builder->build->stage);
    build_add_compiler(builder, job, variant, "flags");
    /* what is explored is linked without the sanitizer's library, which the engine stands in for */
    words_split(&job->argv, build_is_explored(variant) ? "-c trial.c -o" : "trial.c -o");
    words_add(&job->argv, job->product);
    if (!write_file_atomically(source, trial, sizeof trial - 1))
        build_stage_failed(source);
    /* Its text is ours, so it is tried however often the compiler was stopped: a submission can make a compiler say so. */
    int stopped = builder->stopped;
    builder->stopped = 0;
    build_run_jobs(builder, &jobs, "trying the compiler");
    builder->stopped = stopped;
    bool works = job->succeeded;
    build_free_jobs(&jobs);
    free(source);
    return works;
}

struct job *build_add_job(struct builder *builder, struct jobs *jobs, const char *product)
{
    jobs->items = realloc(jobs->items, (jobs->count + 1) * sizeof *jobs->items);
    if (!jobs->items)
        die("no memory");
    struct job *job = &jobs->items[jobs->count++];
    char *out = format_text("%s/out/%d", builder->build->stage, builder->job_count++);
    *job = (struct job){.variant = NO_VARIANT,
                        .out = out,
                        .product = format_text("%s/%s", out, product),
                        .file_bytes_max = PRODUCT_BYTES_MAX};
    return job;
}

void build_free_jobs(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        words_free(&jobs->items[i].argv);
        words_free(&jobs->items[i].made_of);
        free(jobs->items[i].log);
        free(jobs->items[i].out);
        free(jobs->items[i].product);
        free(jobs->items[i].taken);
        free(jobs->items[i].kept);
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
