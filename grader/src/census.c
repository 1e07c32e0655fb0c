/**
 * @file census.c
 * @brief The processes and threads below the grader, as the kernel tells in /proc, and their end.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/* Calls `visit` for each process that this thread has started, or that was left to it. */
static void walk_children_of(pid_t pid, pid_t thread, void (*visit)(pid_t child, void *arg), void *arg)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, thread);
    char *list = read_file(path, 1 << 16, NULL, NULL), *rest = list, *word;
    while (list && (word = strsep(&rest, " ")))
        if (*word)
            visit((pid_t)strtol(word, NULL, 10), arg);
    free(list);
}

/* The same for all threads of a process. */
static void walk_children(pid_t pid, void (*visit)(pid_t child, void *arg), void *arg)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    struct dirent *entry;
    while (tasks && (entry = readdir(tasks)))
        if (entry->d_name[0] != '.')
            walk_children_of(pid, (pid_t)strtol(entry->d_name, NULL, 10), visit, arg);
    if (tasks)
        closedir(tasks);
}

int64_t counted_ms(int64_t user_ms, int64_t kernel_ms)
{
    int64_t half = (user_ms + kernel_ms) / 2;
    return user_ms > half ? user_ms : half;
}

/* The letter of the state; '?' if there is no such process. Its processor time and that of the children that it has waited
 * for are filled in; NULL: not wanted. */
static char process_state(const char *path, int64_t *processor_ms, int64_t *waited_for_ms, int *threads)
{
    char *stat = read_file(path, 4096, NULL, NULL);
    char *close = stat ? strrchr(stat, ')') : NULL; /* of the name, which may hold others */
    char state = '?';
    enum { STATE = 3, TIMES = 14, THREADS = 20 };
    int64_t ticks[4] = {0}; /* of its own: user, system; of those that it has waited for: user, system */
    int count = 0;
    if (close && close[1] == ' ' && close[2]) {
        state = close[2];
        char *at = close + 3;
        for (int field = STATE + 1; field <= THREADS; field++) { /* as proc(5) counts them */
            int64_t number = strtoll(at, &at, 10);
            if (field >= TIMES && field < TIMES + 4)
                ticks[field - TIMES] = number;
            if (field == THREADS)
                count = (int)number;
        }
    }
    if (threads)
        *threads = count;
    int64_t tick_ms = 1000 / sysconf(_SC_CLK_TCK);
    *processor_ms = counted_ms(ticks[0] * tick_ms, ticks[1] * tick_ms);
    if (waited_for_ms)
        *waited_for_ms = counted_ms(ticks[2] * tick_ms, ticks[3] * tick_ms);
    free(stat);
    return state;
}

static uint64_t status_number(const char *status, const char *key)
{
    const char *at = strstr(status, key);
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* How long the thread has been ready to run, in all, and had no processor; 0 where the kernel does not say. */
static int64_t delay_of(const char *thread)
{
    char *path = format_text("%s/schedstat", thread), *text = read_file(path, 200, NULL, NULL);
    const char *blank = text ? strchr(text, ' ') : NULL; /* what it ran is first */
    int64_t delay_ms = blank ? strtoll(blank, NULL, 10) / 1000000 : 0;
    free(text);
    free(path);
    return delay_ms;
}

int64_t census_own_delay(void)
{
    return delay_of("/proc/thread-self");
}

/* The number of the system call in which the thread waits; -1: in none, or nobody can say. */
static long call_of(const char *thread)
{
    char *path = format_text("%s/syscall", thread), *text = read_file(path, 400, NULL, NULL);
    long call = text && *text >= '0' && *text <= '9' ? strtol(text, NULL, 10) : -1;
    free(text);
    free(path);
    return call;
}

/* Whether the call asks for nothing that takes time. In others the program itself may have chosen to wait so that nothing
 * interrupts it: for a disk. */
static bool is_quick(long call)
{
    static const int calls[] = {SYS_exit,   SYS_exit_group, SYS_futex,   SYS_mmap,
                                SYS_munmap, SYS_mprotect,   SYS_madvise, SYS_brk};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (call == calls[i])
            return true;
    return false;
}

/* Whether it is the call in which a process waits for the child that it made by vfork(). */
static bool is_vfork(long call)
{
#ifdef SYS_vfork
    if (call == SYS_vfork)
        return true;
#endif
    return call == SYS_clone || call == SYS_clone3;
}

static void look_at_threads(pid_t pid, struct census *census)
{
    char path[384];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        if (entry->d_name[0] == '.')
            continue;
        char *thread = format_text("/proc/%d/task/%s", pid, entry->d_name);
        snprintf(path, sizeof path, "%s/status", thread);
        char *status = read_file(path, 8192, NULL, NULL), *letter = status ? strstr(status, "State:\t") : NULL;
        long call = letter && letter[7] == 'D' ? call_of(thread) : -1; /* nothing interrupts it there */
        census->awake +=
            letter && !strchr("ST", letter[7]) && !is_vfork(call); /* asleep, or stopped by itself */
        census->kept += is_quick(call);
        census->delayed_ms += delay_of(thread);
        free(status);
        free(thread);
    }
    if (tasks)
        closedir(tasks);
}

/* What is being counted, and how many generations from here on are the sandbox's own. */
struct walk {
    struct census *census;
    int wrappers;
    bool closely;
};

/* The sandbox's processes are told by their place and not by a name, which any process can take: one outside, the child of
 * the judge, and the first one inside, its only child, to which orphans go. */
static void count_process(pid_t pid, void *arg)
{
    const struct walk *walk = arg;
    struct census *census = walk->census;
    struct walk below = {census, walk->wrappers > 0 ? walk->wrappers - 1 : 0, walk->closely};
    char path[64];
    int64_t processor_ms = 0, waited_for_ms = 0;
    int threads;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    char state = process_state(path, &processor_ms, &waited_for_ms, &threads);
    census->processor_ms += processor_ms + waited_for_ms; /* whatever it is, and although it has ended */
    if (state == '?' || state == 'Z' || state == 'X')
        return;
    if (walk->wrappers == 0) {
        if ((size_t)census->processes < sizeof census->pids / sizeof *census->pids)
            census->pids[census->processes] = pid;
        census->processes++;
        census->threads += threads;
        if (walk->closely)
            look_at_threads(pid, census);
    }
    if (walk->closely)
        walk_children(pid, count_process, &below);
    else
        walk_children_of(pid, pid, count_process, &below);
}

struct census census_below(pid_t pid, const struct sandbox *sandbox, bool closely)
{
    struct census census = {0};
    struct walk walk = {&census, sandbox->tier == SANDBOX_BUBBLEWRAP ? 2 : 0, closely};
    walk_children_of(pid, pid, count_process, &walk);
    return census;
}

struct thread_facts thread_below(pid_t pid, const struct sandbox *sandbox, int64_t inner_number)
{
    struct thread_facts facts = {0};
    struct census census = census_below(pid, sandbox, true);
    int known = census.processes < 64 ? census.processes : 64;
    for (int i = 0; i < known && !facts.found; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", census.pids[i]);
        DIR *tasks = opendir(path);
        struct dirent *entry;
        while (tasks && !facts.found && (entry = readdir(tasks))) {
            char file[384];
            snprintf(file, sizeof file, "%s/%s/status", path, entry->d_name);
            char *status = entry->d_name[0] == '.' ? NULL : read_file(file, 8192, NULL, NULL);
            const char *numbers = status ? strstr(status, "NSpid:") : NULL;
            const char *last = numbers ? numbers + strcspn(numbers, "\n") : NULL;
            while (last && last > numbers && last[-1] != '\t')
                last--;
            if (last && strtoll(last, NULL, 10) == inner_number) {
                const char *letter = strstr(status, "State:\t");
                snprintf(file, sizeof file, "%s/%s/stat", path, entry->d_name);
                process_state(file, &facts.processor_ms, NULL, NULL);
                facts.found = true;
                facts.asleep = letter && letter[7] == 'S';
                facts.switches = status_number(status, "\nvoluntary_ctxt_switches:") +
                                 status_number(status, "nonvoluntary_ctxt_switches:");
            }
            free(status);
        }
        if (tasks)
            closedir(tasks);
    }
    return facts;
}

static void kill_one(pid_t pid, void *arg)
{
    const pid_t *spare = arg;
    if (pid == *spare)
        return;
    walk_children(pid, kill_one, arg);
    kill(pid, SIGKILL);
}

void kill_descendants(pid_t spare)
{
    /* orphans land here while their parents die, so look again until nothing is left */
    for (int round = 0; round < 1000; round++) {
        walk_children(getpid(), kill_one, &spare);
        pid_t reaped;
        while ((reaped = waitpid(-1, NULL, WNOHANG)) > 0)
            ;
        if (reaped < 0 || spare)
            return;
        usleep(500);
    }
}

/* Whether the process has a handler for the signal: for another it could be the end. */
static bool catches(pid_t pid, int number)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    char *status = read_file(path, 8192, NULL, NULL), *mask = status ? strstr(status, "SigCgt:") : NULL;
    bool caught = mask && (strtoull(mask + strlen("SigCgt:"), NULL, 16) >> (number - 1) & 1);
    free(status);
    return caught;
}

void signal_threads_below(pid_t pid, const struct sandbox *sandbox, int number, void (*after_each)(void *arg),
                          void *arg)
{
    struct census census = census_below(pid, sandbox, true);
    for (int i = 0; i < census.processes && i < 64; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", census.pids[i]);
        DIR *tasks = catches(census.pids[i], number) ? opendir(path) : NULL;
        enum { THREADS_ASKED = 8 };
        int asked = 0;
        for (struct dirent *entry; tasks && asked < THREADS_ASKED && (entry = readdir(tasks));)
            if (entry->d_name[0] != '.') {
                syscall(SYS_tgkill, census.pids[i], strtol(entry->d_name, NULL, 10), number);
                after_each(arg);
                asked++;
            }
        if (tasks)
            closedir(tasks);
    }
}
