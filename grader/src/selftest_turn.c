/**
 * @file selftest_turn.c
 * @brief Whose turn it is: one selftest at a time in a tree, and as many of its cases as leave no processor idle.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "result.h"
#include "selftest_internal.h"

/* Two at once would write the same submissions, results and reports. The lock is gone with the process that holds it. */
void selftest_lock_tree(const struct course *course)
{
    char *folder = format_text("%s/build/selftest", course->root), *path = format_text("%s/lock", folder);
    if (!make_directories(folder))
        die("cannot make %s: %s", folder, strerror(errno));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        die("cannot write %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char *holder = read_file(path, 100, NULL, NULL);
        fprintf(
            stderr,
            "selftest: process %s grades known submissions in this tree; this one waits until it has ended\n",
            holder && *holder ? holder : "?");
        free(holder);
        while (flock(fd, LOCK_EX) != 0)
            if (errno != EINTR)
                die("cannot lock %s: %s", path, strerror(errno));
    }
    if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d", (int)getpid()) < 0)
        die("cannot write %s: %s", path, strerror(errno));
    free(path);
    free(folder);
}

/* Threads on all processors that run or could run, but for this one. -1: nobody can say. */
static int count_runnable(void)
{
    char *text = read_file("/proc/stat", 1 << 20, NULL, NULL);
    const char *line = text ? strstr(text, "\nprocs_running ") : NULL;
    int count = line ? (int)strtol(line + strlen("\nprocs_running "), NULL, 10) - 1 : -1;
    free(text);
    return count;
}

/* Whether one more can run. Many cases wait, for a deadlock to be sure or for a thread to stay asleep: while they leave a
 * processor idle, at two looks one after the other, others go on beside them. The limit is that of memory: some eat as
 * much as they may. */
bool selftest_has_processor(long processors, long running)
{
    enum { FOR_EACH_PROCESSOR = 3, BETWEEN_LOOKS_MS = 15, LOOKS = 2 };
    static int64_t looked_ms;
    static int idle_looks;
    if (running < processors)
        return true;
    if (running >= FOR_EACH_PROCESSOR * processors || now_ms() < looked_ms + BETWEEN_LOOKS_MS)
        return false;
    looked_ms = now_ms();
    int runnable = count_runnable();
    idle_looks = runnable >= 0 && runnable < processors ? idle_looks + 1 : 0;
    if (idle_looks < LOOKS)
        return false;
    idle_looks = 0;
    return true;
}

void selftest_run_again(struct selftest *test, size_t number, const char *at_first)
{
    struct known *again = selftest_new_case(test);
    *again = test->cases[number];
    again->again = true;
    again->at_first = at_first ? copy_text(at_first) : NULL;
    again->pid = 0;
    printf("again   %-9s %s: %s, so it runs once more behind all others, and alone\n",
           selftest_kind_names[again->kind], again->name, at_first ? at_first : RESULT_TOO_BUSY);
}
