#include "submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "form.h"
#include "plain_file.h"

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

/* Where a lab's files are: an open folder, and its name as the person would say it. */
struct place {
    int fd; /* -1: nowhere */
    char *name;
};

static bool holds_one_of(int folder, const struct words *files)
{
    struct stat status;
    for (size_t i = 0; i < files->count; i++)
        if (fstatat(folder, files->items[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    return false;
}

/* The folder that holds the lab's files: <from>/NN-name, or <from> itself for the graded lab. Where it is nowhere, the
 * build has a problem more. */
static struct place find_lab(const struct build_request *request, int from, const char *lab,
                             const struct words *files, struct build *build)
{
    struct place place = {open_beneath(from, lab, O_PATH | O_DIRECTORY),
                          format_text("%s/%s", request->from, lab)};
    if (place.fd >= 0)
        return place;
    if (errno == ELOOP) {
        build_problem(build, place.name, false,
                      format_text("is a symbolic link. Below FROM no link is followed, or it might lead to "
                                  "somebody else's work: hand the folder itself in (cp -rL copies what a link "
                                  "leads to), or let FROM be the link."));
    } else if (errno == EACCES) {
        build_problem(build, place.name, true,
                      format_text("cannot be opened: Permission denied. Give the grader's user permission to "
                                  "read and enter it."));
    } else if (strcmp(lab, request->lab) == 0 && holds_one_of(from, files)) {
        free(place.name);
        return (struct place){dup(from), copy_text(request->from)};
    } else {
        build_problem(
            build, request->from, true,
            format_text("holds neither a folder %s nor the lab's files (%s first).", lab, files->items[0]));
    }
    return place;
}

/* Paths that leave the submission are refused by name, so that the message can say so; what hides from
 * this look (a macro, an assembler directive) meets the sandbox, where such a path does not exist. `beside`: one more header. */
static char *forbidden_include(const char *bytes, const char *beside)
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
                if (path[0] == '/' || strstr(path, "..") ||
                    (*at == '"' && strncmp(path, "weft/", 5) != 0 && strcmp(path, beside) != 0))
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
static char *check_source(const char *bytes, size_t length, const char *beside)
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
    return forbidden_include(bytes, beside);
}

/* The file's bytes, from the descriptor that was looked at. NULL: *what says what is wrong with it. */
static char *take_source(int folder, const char *name, size_t *length, char **what, bool *no_result)
{
    *what = NULL;
    int fd = open_beneath(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    char *bytes = NULL;
    if (fd >= 0) {
        switch (plain_look(fd, SOURCE_BYTES_MAX, length)) {
        case PLAIN_NOT_REGULAR:
            *what = format_text("is not a regular file. Submit the .c text.");
            break;
        case PLAIN_LINKED:
            *what = format_text("is a hard link: the same file has another name, perhaps in somebody else's "
                                "folder. Submit a copy (cp %s copy.c && mv copy.c %s).",
                                name, name);
            break;
        case PLAIN_TOO_LARGE:
            *what =
                format_text("has %zu bytes; a source file may have %d at most.", *length, SOURCE_BYTES_MAX);
            break;
        case PLAIN:
            bytes = read_all(fd, SOURCE_BYTES_MAX, length);
        }
    }
    if (fd < 0 && errno == ELOOP)
        *what = format_text("is a symbolic link. Submit the file itself.");
    else if (!bytes && !*what) {
        *no_result = true;
        *what = errno == ENOENT
                    ? format_text(
                          "is missing. The reference never fills in for it: submit all of the lab's files.")
                    : format_text("cannot be read: %s. Give the grader's user permission to read it.",
                                  strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

/* NULL: the file is fine, or has no form to keep. */
static char *check_form(const struct course *course, const char *lab, const char *name, const char *bytes)
{
    if (course_is_of_models(course, lab))
        return form_model_problem(bytes);
    if (strcmp(settings_get_of(&course->modules, lab, "kind"), "orders") != 0)
        return NULL;
    char *path = format_text("%s/solutions/%s/%s", course->root, lab, name);
    char *original = read_file(path, SOURCE_BYTES_MAX, NULL, NULL);
    if (!original)
        die("cannot read %s: %s", path, strerror(errno));
    char *problem = form_difference(bytes, original);
    free(original);
    free(path);
    return problem;
}

static void read_one(const struct course *course, const struct place *folder, const char *lab,
                     const char *name, struct submission *submission, struct build *build)
{
    char *path = format_text("%s/%s", folder->name, name);
    char *what = NULL;
    bool no_result = false;
    size_t length = 0;
    char *bytes = take_source(folder->fd, name, &length, &what, &no_result);
    if (bytes)
        what = check_source(bytes, length, course_is_of_models(course, lab) ? "interleave.h" : "");
    if (bytes && !what)
        what = check_form(course, lab, name, bytes);
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

/* Compare one header that the submission brings with the course's. A link is not read: it says nothing of what it leads
 * to, and the course's own header is what the files are compiled with. */
static void compare_header(const char *ours, int folder, const char *name, const char *shown,
                           struct build *build)
{
    int fd = open_beneath(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    size_t our_length, their_length;
    char *our_bytes = read_file(ours, SOURCE_BYTES_MAX, &our_length, NULL);
    char *their_bytes = plain_look(fd, SOURCE_BYTES_MAX, &their_length) == PLAIN_NOT_REGULAR
                            ? NULL
                            : read_all(fd, SOURCE_BYTES_MAX, &their_length);
    bool same = our_bytes && their_bytes && our_length == their_length &&
                memcmp(our_bytes, their_bytes, our_length) == 0;
    if (!same)
        build_problem(build, shown, false,
                      format_text("differs from the course's header. The headers are the contract, which "
                                  "your files and the reference's share: restore it."));
    free(our_bytes);
    free(their_bytes);
    close(fd);
}

/* Compare each header below `ours` with the file of the same name below `theirs`, if there is one. Takes the open
 * folder `theirs` over; -1: there is none. */
static void compare_headers(const char *ours, int theirs, const char *shown, struct build *build)
{
    struct stat our_status, their_status;
    bool other = theirs >= 0 && stat(ours, &our_status) == 0 && fstat(theirs, &their_status) == 0 &&
                 (our_status.st_ino != their_status.st_ino || our_status.st_dev != their_status.st_dev);
    DIR *directory = other ? opendir(ours) : NULL;
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        char *our = format_text("%s/%s", ours, entry->d_name);
        char *their = format_text("%s/%s", shown, entry->d_name);
        if (stat(our, &our_status) == 0 && S_ISDIR(our_status.st_mode))
            compare_headers(our, open_beneath(theirs, entry->d_name, O_PATH | O_DIRECTORY), their, build);
        else
            compare_header(our, theirs, entry->d_name, their, build);
        free(our);
        free(their);
    }
    if (directory)
        closedir(directory);
    if (theirs >= 0)
        close(theirs);
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

/* Where people keep headers beside their files: below FROM, and in a whole tree whose labs/ is FROM. */
static void refuse_changed_headers(const struct course *course, const struct build_request *request, int from,
                                   struct build *build)
{
    char *ours = format_text("%s/runtime/include/weft", course->root);
    static const char *const places[] = {"runtime/include/weft", "include/weft", "weft"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *shown = format_text("%s/%s", request->from, places[i]);
        compare_headers(ours, open_beneath(from, places[i], O_PATH | O_DIRECTORY), shown, build);
        free(shown);
    }
    char *shown = format_text("%s/../%s", request->from, places[0]);
    int above = openat(from, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    compare_headers(ours, above < 0 ? -1 : open_beneath(above, places[0], O_PATH | O_DIRECTORY), shown, build);
    if (above >= 0)
        close(above);
    free(shown);
    compare_headers(ours, dup(from), request->from, build);
    free(ours);
}

struct submission submission_read(const struct course *course, const struct build_request *request,
                                  struct build *build)
{
    struct submission submission = {0};
    refuse_changed_contract(course, build);
    /* FROM is the grading person's word, so it may be a link; what is below it is the submission's */
    int from = open(request->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0) {
        build_problem(build, request->from, true,
                      errno == ENOENT ? format_text("does not exist. FROM names the folder of the submission.")
                      : errno == ENOTDIR
                          ? format_text("is not a folder. FROM names the folder of the submission.")
                          : format_text("cannot be opened: %s. Give the grader's user permission to "
                                        "read and enter it.",
                                        strerror(errno)));
        return submission;
    }
    char *ours = format_text("%s/runtime/include/weft", course->root);
    for (size_t i = 0; i < request->own.count; i++) {
        const char *lab = request->own.items[i];
        struct words files = course_written_files(course, lab);
        struct place folder = find_lab(request, from, lab, &files, build);
        for (size_t f = 0; folder.fd >= 0 && f < files.count; f++)
            read_one(course, &folder, lab, files.items[f], &submission, build);
        if (strcmp(lab, request->lab) == 0 && folder.fd >= 0) {
            if (strcmp(folder.name, request->from) != 0) /* that one has its turn below */
                compare_headers(ours, dup(folder.fd), folder.name, build);
            build->graded_folder = copy_text(folder.name);
        }
        if (folder.fd >= 0)
            close(folder.fd);
        free(folder.name);
        words_free(&files);
    }
    free(ours);
    refuse_changed_headers(course, request, from, build);
    close(from);
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
