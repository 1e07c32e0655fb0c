/**
 * @file build_stage.c
 * @brief The stage: a temporary folder with copies of what the sandbox may see.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "build_internal.h"

/* --- the stage: copies of what the sandbox may see --- */

static bool copy_tree(const char *from, const char *to)
{
    char *command[] = {"cp", "-r", "--", (char *)(uintptr_t)from, (char *)(uintptr_t)to, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        execvp(*command, command);
        _exit(127);
    }
    int status;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
        return true;
    errno = has_room(to, 1 << 20) ? EACCES : ENOSPC; /* cp keeps its own to itself */
    return false;
}

void build_stage_failed(const char *path)
{
    die("cannot write %s: %s. %s, then run again; earlier results are kept.", path, strerror(errno),
        errno == ENOSPC || errno == EDQUOT ? "Free some space (df -h), or set TMPDIR to a folder that has some"
                                           : "Set TMPDIR to a folder that exists and that you may write to");
}

void build_make_folder(const char *path)
{
    if (!make_directories(path))
        build_stage_failed(path);
}

char *build_subject_folder(const struct build *build, const char *variant)
{
    return format_text("%s/box/%s", build->stage, variant);
}

/* The untrusted user can come to its own folder only through folders that any user may enter. */
static void refuse_closed_folder(const char *stage)
{
    char *path = copy_text(stage);
    struct stat status;
    for (char *slash; (slash = strrchr(path, '/')) && slash != path;) {
        *slash = '\0';
        if (stat(path, &status) == 0 && !(status.st_mode & S_IXOTH))
            die("%s is closed to other users, and what is untrusted runs as one: set TMPDIR to a folder that all may "
                "enter, then run again",
                path);
    }
    free(path);
}

void build_make_stage(struct builder *builder)
{
    const char *temporary = getenv("TMPDIR");
    struct build *build = builder->build;
    build->stage = format_text("%s/weft-XXXXXX", temporary && *temporary == '/' ? temporary : "/tmp");
    /* for the grader and this run's own user: a submission that is graded at the same time has another */
    unsigned own = builder->sandbox->own_user;
    if (!mkdtemp(build->stage) ||
        (own && (chown(build->stage, (uid_t)-1, own) != 0 || chmod(build->stage, 0750) != 0)))
        build_stage_failed(build->stage);
    snprintf(builder->request->note_stage, 4096, "%s", build->stage);
    if (own)
        refuse_closed_folder(build->stage);
    char *tree = format_text("%s/tree", build->stage);
    build_make_folder(tree);
    char *headers = format_text("%s/runtime/include", builder->course->root);
    char *staged = format_text("%s/include", tree);
    if (!copy_tree(headers, staged))
        build_stage_failed(staged);
    if (course_is_of_models(builder->course, builder->request->lab)) {
        char *header = format_text("%s/grader/interleave/interleave.h", builder->course->root);
        char *beside = format_text("%s/interleave.h", staged);
        if (!copy_file(header, beside))
            build_stage_failed(beside);
        free(beside);
        free(header);
    }
    for (size_t i = 0; i < build->variants.count; i++) {
        char *objects = format_text("%s/objects/%s", build->stage, build->variants.items[i]);
        build_make_folder(objects);
        free(objects);
        char *box = build_subject_folder(build, build->variants.items[i]);
        build_make_folder(box);
        free(box);
    }
    for (size_t i = 0; i < builder->submission.count; i++) {
        const struct submitted_file *file = &builder->submission.files[i];
        char *folder = format_text("%s/submission/%s", tree, file->lab);
        build_make_folder(folder);
        char *path = format_text("%s/%s", folder, file->name);
        if (!write_file_atomically(path, file->bytes, file->length))
            build_stage_failed(path);
        free(path);
        free(folder);
    }
    free(headers);
    free(staged);
    free(tree);
}
