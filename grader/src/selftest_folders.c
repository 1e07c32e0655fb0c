/**
 * @file selftest_folders.c
 * @brief The folders of the submissions whose grade is known: copies, patched solutions, filled starters, below build/selftest.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest_internal.h"

static bool run_command(char *const argv[], const char *directory)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        if (directory && chdir(directory) != 0)
            _exit(127);
        execvp(argv[0], argv);
        _exit(127);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

void selftest_copy_files(const char *from, const char *to)
{
    struct words names = selftest_names_in(from, ".c");
    if (names.count == 0 || !make_directories(to))
        die("cannot copy the C files of %s to %s: %s", from, to,
            names.count ? strerror(errno) : "there is none");
    for (size_t i = 0; i < names.count; i++) {
        char *source = format_text("%s/%s", from, names.items[i]),
             *target = format_text("%s/%s", to, names.items[i]);
        if (!copy_file(source, target))
            die("cannot copy %s to %s: %s", source, target, strerror(errno));
        free(source);
        free(target);
    }
    words_free(&names);
}

char *selftest_new_folder(const struct selftest *test, const char *lab, const char *kind, const char *name)
{
    char *folder = format_text("%s/build/selftest/%s/%s/%s", test->course->root, kind, lab, name);
    remove_tree(folder);
    if (!make_directories(folder))
        die("cannot make %s: %s", folder, strerror(errno));
    return folder;
}

char *selftest_copy_of_solution(const struct selftest *test, const char *lab, const char *kind,
                                const char *name)
{
    char *folder = selftest_new_folder(test, lab, kind, name);
    char *from = format_text("%s/solutions/%s", test->course->root, lab),
         *to = format_text("%s/%s", folder, lab);
    selftest_copy_files(from, to);
    free(from);
    free(to);
    return folder;
}

char *selftest_patch_line(const char *path, const char *key)
{
    char *text = read_file(path, 1 << 20, NULL, NULL), *value = NULL;
    for (char *rest = text, *line; rest && !value && (line = strsep(&rest, "\n"));) {
        if (strncmp(line, "---", 3) == 0)
            break;
        size_t length = strlen(key);
        if (strncmp(line, key, length) == 0 && line[length] == ':')
            value = copy_text(line + length + 1 + strspn(line + length + 1, " "));
    }
    free(text);
    return value;
}

char *selftest_patch_field(const char *path, const char *key)
{
    char *value = selftest_patch_line(path, key);
    if (value)
        value[strcspn(value, " \t")] = '\0';
    return value;
}

struct words selftest_names_in(const char *folder, const char *ending)
{
    struct words words = {0};
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name), end = strlen(ending);
        if (*name != '.' && length >= end && strcmp(name + length - end, ending) == 0)
            words_add(&words, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return words;
}

char *selftest_filled_starter(const struct selftest *test, const char *lab, const char *kind,
                              const char *name, const char *filling)
{
    char *folder = selftest_new_folder(test, lab, kind, name);
    char *to = format_text("%s/%s", folder, lab);
    if (!make_directories(to))
        die("cannot make %s: %s", to, strerror(errno));
    struct words files = course_written_files(test->course, lab);
    for (size_t i = 0; i < files.count; i++) {
        char *path = format_text("%s/labs/%s/%s", test->course->root, lab, files.items[i]);
        char *text = read_file(path, 1 << 20, NULL, NULL);
        if (!text)
            die("cannot read %s: %s", path, strerror(errno));
        free(path);
        char *filled = replace_all(text, "LAB_TODO(", filling);
        path = format_text("%s/%s", to, files.items[i]);
        if (!write_file_atomically(path, filled, strlen(filled)))
            die("cannot write %s: %s", path, strerror(errno));
        free(path);
        free(filled);
        free(text);
    }
    words_free(&files);
    free(to);
    return folder;
}

char *selftest_patched_solution(const struct selftest *test, const char *lab, const char *kind,
                                const char *name, const char *patch)
{
    char *folder = selftest_copy_of_solution(test, lab, kind, name);
    char *inside = format_text("%s/%s", folder, lab);
    char *argv[] = {
        "patch", "-p1", "-s", "--fuzz=0", "--no-backup-if-mismatch", "-i", (char *)(uintptr_t)patch, NULL};
    if (!run_command(argv, inside))
        die("%s does not apply to solutions/%s: make it anew", patch, lab);
    free(inside);
    return folder;
}
