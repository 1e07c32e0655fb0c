#include "submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A lab asks for at most 400 lines; a file this large is no answer. */
enum { SOURCE_BYTES_MAX = 1 << 20 };

void build_problem(struct build *build, const char *where, bool no_result, char *what)
{
    build->problems = realloc(build->problems, (build->problem_count + 1) * sizeof *build->problems);
    if (!build->problems)
        die("no memory");
    build->problems[build->problem_count++] =
        (struct problem){.where = copy_text(where), .what = what, .no_result = no_result};
}

/* The folder that holds the lab's files: <from>/NN-name, or <from> itself for the graded lab. NULL: none. */
static char *folder_of(const struct build_request *request, const char *lab, const struct words *files)
{
    char *folder = format_text("%s/%s", request->from, lab);
    struct stat status;
    if (stat(folder, &status) == 0 && S_ISDIR(status.st_mode))
        return folder;
    free(folder);
    for (size_t i = 0; strcmp(lab, request->lab) == 0 && i < files->count; i++) {
        char *file = format_text("%s/%s", request->from, files->items[i]);
        bool there = lstat(file, &status) == 0;
        free(file);
        if (there)
            return copy_text(request->from);
    }
    return NULL;
}

/* Paths that leave the submission are refused by name, so that the message can say so; what hides from
 * this look (a macro, an assembler directive) meets the sandbox, where such a path does not exist. */
static char *forbidden_include(const char *bytes)
{
    int number = 1;
    for (const char *line = bytes; line; number++) {
        const char *next = strchr(line, '\n');
        const char *at = line + strspn(line, " \t");
        if (*at == '#') {
            at += 1 + strspn(at + 1, " \t");
            if (strncmp(at, "include", 7) == 0) {
                at += 7 + strspn(at + 7, " \t_next");
                size_t length = *at == '"'   ? strcspn(at + 1, "\"\n")
                                : *at == '<' ? strcspn(at + 1, ">\n")
                                             : 0;
                char *path = format_text("%.*s", (int)length, length ? at + 1 : at);
                char *problem = NULL;
                if (path[0] == '/' || strstr(path, "..") || (*at == '"' && strncmp(path, "weft/", 5) != 0))
                    problem = format_text(
                        "line %d includes %s. A submission may include system headers and weft/*.h "
                        "only: remove the line.",
                        number, path);
                free(path);
                if (problem)
                    return problem;
            }
        }
        line = next ? next + 1 : NULL;
    }
    return NULL;
}

/* NULL: the file is fine. Otherwise what is wrong with it. */
static char *check_source(const char *bytes, size_t length)
{
    const char *nul = memchr(bytes, '\0', length);
    if (nul)
        return format_text(
            "is not C source: there is a zero byte at offset %td. Submit the .c text, not a compiled "
            "or compressed file.",
            nul - bytes);
    size_t blank = strspn(bytes, " \t\r\n");
    if (blank == length)
        return format_text("is empty. Start from the starter, labs/NN-name/, and fill in its tasks.");
    return forbidden_include(bytes);
}

static void read_one(const char *folder, const char *lab, const char *name, struct submission *submission,
                     struct build *build)
{
    char *path = format_text("%s/%s", folder, name);
    struct stat status;
    char *what = NULL;
    bool no_result = false;
    if (lstat(path, &status) != 0) {
        no_result = true;
        what = errno == ENOENT
                   ? format_text(
                         "is missing. The reference never fills in for it: submit all of the lab's files.")
                   : format_text("cannot be read: %s. Give the grader's user permission to read it.",
                                 strerror(errno));
    } else if (S_ISLNK(status.st_mode)) {
        what = format_text("is a symbolic link. Submit the file itself.");
    } else if (!S_ISREG(status.st_mode)) {
        what = format_text("is not a regular file. Submit the .c text.");
    } else if (status.st_size > SOURCE_BYTES_MAX) {
        what = format_text("has %lld bytes; a source file may have %d at most.", (long long)status.st_size,
                           SOURCE_BYTES_MAX);
    }
    char *bytes = NULL;
    size_t length = 0;
    if (!what) {
        bytes = read_file(path, SOURCE_BYTES_MAX, &length, NULL);
        if (!bytes) {
            no_result = true;
            what = format_text("cannot be read: %s. Give the grader's user permission to read it.",
                               strerror(errno));
        } else {
            what = check_source(bytes, length);
        }
    }
    if (what) {
        build_problem(build, path, no_result, what);
        free(bytes);
        free(path);
        return;
    }
    submission->files = realloc(submission->files, (submission->count + 1) * sizeof *submission->files);
    if (!submission->files)
        die("no memory");
    submission->files[submission->count++] = (struct submitted_file){
        .lab = lab, .name = copy_text(name), .shown = path, .bytes = bytes, .length = length};
}

/* --- headers: their contents are the contract, so a submission that brings others is refused --- */

static bool same_bytes(const char *left, const char *right)
{
    size_t left_length, right_length;
    char *left_bytes = read_file(left, SOURCE_BYTES_MAX, &left_length, NULL);
    char *right_bytes = read_file(right, SOURCE_BYTES_MAX, &right_length, NULL);
    bool same = left_bytes && right_bytes && left_length == right_length &&
                memcmp(left_bytes, right_bytes, left_length) == 0;
    free(left_bytes);
    free(right_bytes);
    return same;
}

/* Compare each header below `ours` with the file of the same name below `theirs`, if there is one. */
static void compare_headers(const char *ours, const char *theirs, struct build *build)
{
    DIR *directory = opendir(ours);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        char *our = format_text("%s/%s", ours, entry->d_name);
        char *their = format_text("%s/%s", theirs, entry->d_name);
        struct stat our_status, their_status;
        if (stat(our, &our_status) == 0 && stat(their, &their_status) == 0 &&
            (our_status.st_ino != their_status.st_ino || our_status.st_dev != their_status.st_dev)) {
            if (S_ISDIR(our_status.st_mode))
                compare_headers(our, their, build);
            else if (!same_bytes(our, their))
                build_problem(
                    build, their, false,
                    format_text("differs from the course's header. The headers are the contract, which "
                                "your files and the reference's share: restore it."));
        }
        free(our);
        free(their);
    }
    if (directory)
        closedir(directory);
}

/* sha256sum on the list of what was agreed: its exit status, and in `out` what it says of changed files. */
static int check_sums(const char *root, FILE **out)
{
    *out = tmpfile();
    pid_t pid = *out ? fork() : -1;
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(fileno(*out), 1);
        dup2(null, 2);
        if (chdir(root) == 0)
            execlp("sha256sum", "sha256sum", "--quiet", "--strict", "-c", "runtime/contract.sha256", NULL);
        _exit(127);
    }
    int status = -1;
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (*out)
        rewind(*out);
    return status;
}

/* The tree's own headers against that list. A changed one would change what is graded. */
static void refuse_changed_contract(const struct course *course, struct build *build)
{
    FILE *out;
    int status = check_sums(course->root, &out);
    size_t before = build->problem_count;
    char line[500];
    while (status != 0 && out && fgets(line, sizeof line, out)) {
        char *end = strstr(line, ": ");
        if (!end)
            continue;
        *end = '\0';
        build_problem(
            build, line, true,
            format_text("was changed. The headers are the contract: restore it (git checkout %s), or, if the "
                        "contract shall change, run make contract.",
                        line));
    }
    if (status != 0 && build->problem_count == before)
        build_problem(
            build, "runtime/contract.sha256", true,
            format_text("cannot be checked: is sha256sum there, and every header that the list names?"));
    if (out)
        fclose(out);
}

static void refuse_changed_headers(const struct course *course, const struct build_request *request,
                                   struct build *build)
{
    char *ours = format_text("%s/runtime/include/weft", course->root);
    char *lab_folder = format_text("%s/%s", request->from, request->lab);
    const char *const places[] = {"%s/runtime/include/weft", "%s/../runtime/include/weft", "%s/include/weft",
                                  "%s/weft", "%s"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *place = replace_all(places[i], "%s", request->from);
        compare_headers(ours, place, build);
        free(place);
    }
    compare_headers(ours, lab_folder, build);
    free(lab_folder);
    free(ours);
}

struct submission submission_read(const struct course *course, const struct build_request *request,
                                  struct build *build)
{
    struct submission submission = {0};
    refuse_changed_contract(course, build);
    DIR *from = opendir(request->from);
    if (!from) {
        build_problem(build, request->from, true,
                      errno == ENOENT ? format_text("does not exist. FROM names the folder of the submission.")
                      : errno == ENOTDIR
                          ? format_text("is not a folder. FROM names the folder of the submission.")
                          : format_text("cannot be opened: %s. Give the grader's user permission to "
                                        "read and enter it.",
                                        strerror(errno)));
        return submission;
    }
    closedir(from);
    for (size_t i = 0; i < request->own.count; i++) {
        const char *lab = request->own.items[i];
        struct words files = course_written_files(course, lab);
        char *folder = folder_of(request, lab, &files);
        if (!folder) {
            build_problem(build, request->from, true,
                          format_text("holds neither a folder %s nor the lab's files (%s first).", lab,
                                      files.items[0]));
        }
        for (size_t f = 0; folder && f < files.count; f++)
            read_one(folder, lab, files.items[f], &submission, build);
        if (strcmp(lab, request->lab) == 0)
            build->graded_folder = folder;
        else
            free(folder);
        words_free(&files);
    }
    refuse_changed_headers(course, request, build);
    return submission;
}

void submission_free(struct submission *submission)
{
    for (size_t i = 0; i < submission->count; i++) {
        free(submission->files[i].name);
        free(submission->files[i].shown);
        free(submission->files[i].bytes);
    }
    free(submission->files);
    *submission = (struct submission){0};
}
