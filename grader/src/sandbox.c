#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The users that untrusted code runs as when we are root: nobody else's, and another one for each run that
 * goes on at the same time, so that limits are a run's own and no run can signal another. */
enum { UNTRUSTED_USERS = 61000, UNTRUSTED_USERS_COUNT = 4000 };

const char *sandbox_tier_name(enum sandbox_tier tier)
{
    return tier == SANDBOX_BUBBLEWRAP ? "bubblewrap" : "none";
}

bool sandbox_give(const struct sandbox *sandbox, const char *path)
{
    return !sandbox->own_user || chown(path, sandbox->own_user, sandbox->own_user) == 0;
}

static void limit(int resource, rlim_t value)
{
    struct rlimit both;
    getrlimit(resource, &both);
    if (both.rlim_max < value)
        value = both.rlim_max;
    both = (struct rlimit){value, value};
    setrlimit(resource, &both);
}

static void become_untrusted(const struct sandbox *sandbox)
{
    if (sandbox->own_user &&
        (setgroups(0, NULL) != 0 || setgid(sandbox->own_user) != 0 || setuid(sandbox->own_user) != 0))
        _exit(126);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void bubblewrap_words(struct words *words, const struct sandbox_rules *rules)
{
    words_split(words, "bwrap --unshare-all --die-with-parent --new-session --clearenv --ro-bind /usr /usr "
                       "--symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 "
                       "--proc /proc --dev /dev --tmpfs /tmp --ro-bind");
    words_add(words, rules->readable);
    words_add(words, rules->readable);
    if (rules->writable) {
        words_add(words, "--bind");
        words_add(words, rules->writable);
        words_add(words, rules->writable);
    }
    words_add(words, "--chdir");
    words_add(words, rules->directory);
    for (const char *const *variable = rules->environment; *variable; variable++) {
        words_add(words, "--setenv");
        const char *equals = strchr(*variable, '=');
        char *name = format_text("%.*s", (int)(equals - *variable), *variable);
        words_add(words, name);
        words_add(words, equals + 1);
        free(name);
    }
    words_add(words, "--");
}

void sandbox_exec(const struct sandbox *sandbox, const struct sandbox_rules *rules, char *const argv[])
{
    setpgid(0, 0);
    close_range((unsigned)rules->keep_descriptors, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, (rlim_t)rules->processor_seconds);
    limit(RLIMIT_FSIZE, (rlim_t)rules->file_bytes);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_NPROC, sandbox->own_user ? 512 : 4096);
    limit(RLIMIT_STACK, 8 << 20);
    if (rules->memory_bytes)
        limit(RLIMIT_AS, (rlim_t)rules->memory_bytes);
    /* the same addresses in each run; TSan needs it on kernels that randomise more bits than it knows */
    personality(ADDR_NO_RANDOMIZE);

    struct words words = {0};
    if (sandbox->tier == SANDBOX_BUBBLEWRAP)
        bubblewrap_words(&words, rules);
    else if (chdir(rules->directory) != 0)
        _exit(126);
    for (; *argv; argv++)
        words_add(&words, *argv);
    become_untrusted(sandbox);
    if (sandbox->tier == SANDBOX_BUBBLEWRAP) {
        char *const empty[] = {NULL};
        execve("/usr/bin/bwrap", words.items, empty);
    } else {
        execvpe(words.items[0], words.items, (char *const *)(uintptr_t)rules->environment);
    }
    _exit(126);
}

/* Whether `true` runs in the tier. */
static bool tier_works(const struct sandbox *sandbox)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        const char *const environment[] = {"PATH=/usr/bin", NULL};
        const struct sandbox_rules rules = {.readable = "/usr", .directory = "/tmp", .environment = environment,
                                            .keep_descriptors = 3, .processor_seconds = 5, .file_bytes = 1 << 20};
        sandbox_exec(sandbox, &rules, (char *const[]){"/usr/bin/true", NULL});
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

struct sandbox sandbox_probe(const char *wanted)
{
    struct sandbox sandbox = {.tier = SANDBOX_BUBBLEWRAP, .reason = copy_text("")};
    if (geteuid() == 0)
        sandbox.own_user = UNTRUSTED_USERS + (unsigned)getpid() % UNTRUSTED_USERS_COUNT;
    if (wanted && strcmp(wanted, "none") != 0 && strcmp(wanted, "bubblewrap") != 0)
        die("--sandbox is bubblewrap or none, not %s", wanted);
    if (wanted && strcmp(wanted, "none") == 0) {
        free(sandbox.reason);
        sandbox.tier = SANDBOX_NONE;
        sandbox.reason = copy_text("it was asked for");
        return sandbox;
    }
    if (!tier_works(&sandbox)) {
        if (wanted)
            die("the sandbox bubblewrap does not work here; make doctor says why");
        free(sandbox.reason);
        sandbox.tier = SANDBOX_NONE;
        sandbox.reason = copy_text(access("/usr/bin/bwrap", X_OK) == 0
                                       ? "bubblewrap does not start here (are user namespaces allowed?)"
                                       : "bubblewrap is not installed (make deps)");
    }
    return sandbox;
}

/* --- the process tree, from /proc --- */

/* Calls `visit` for each process below `pid`; children of all its threads. */
static void walk_children(pid_t pid, void (*visit)(pid_t child, void *arg), void *arg)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks)
        return;
    struct dirent *entry;
    while ((entry = readdir(tasks))) {
        if (entry->d_name[0] == '.')
            continue;
        char children[384];
        snprintf(children, sizeof children, "/proc/%d/task/%s/children", pid, entry->d_name);
        char *list = read_file(children, 1 << 16, NULL, NULL), *rest = list, *word;
        while (list && (word = strsep(&rest, " ")))
            if (*word)
                visit((pid_t)atoi(word), arg);
        free(list);
    }
    closedir(tasks);
}

/* The letter of the state; '?' if there is no such process. processor_ms and comm are filled in. */
static char process_state(const char *path, int64_t *processor_ms, char comm[32])
{
    char *stat = read_file(path, 4096, NULL, NULL);
    char *close = stat ? strrchr(stat, ')') : NULL, *open = stat ? strchr(stat, '(') : NULL;
    char state = '?';
    unsigned long user = 0, system = 0;
    if (close && open) {
        sscanf(close + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user, &system);
        if (comm)
            snprintf(comm, 32, "%.*s", (int)(close - open - 1), open + 1);
    }
    if (processor_ms)
        *processor_ms = (int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
    free(stat);
    return state;
}

static uint64_t status_number(const char *status, const char *key)
{
    const char *at = strstr(status, key);
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static void count_process(pid_t pid, void *arg)
{
    struct census *census = arg;
    char path[64], comm[32] = "";
    int64_t processor_ms = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    char state = process_state(path, &processor_ms, comm);
    if (state == '?' || state == 'Z' || state == 'X')
        return;
    if (strcmp(comm, "bwrap") == 0) {
        census->wrappers++;
    } else {
        if ((size_t)census->processes < sizeof census->pids / sizeof *census->pids)
            census->pids[census->processes] = pid;
        census->processes++;
        census->processor_ms += processor_ms;
        snprintf(path, sizeof path, "/proc/%d/task", pid);
        DIR *tasks = opendir(path);
        struct dirent *entry;
        while (tasks && (entry = readdir(tasks))) {
            if (entry->d_name[0] == '.')
                continue;
            char file[384];
            snprintf(file, sizeof file, "%s/%s/status", path, entry->d_name);
            char *status = read_file(file, 8192, NULL, NULL);
            if (!status)
                continue;
            const char *letter = strstr(status, "State:\t");
            census->threads++;
            census->awake += letter && !strchr("ST", letter[7]); /* asleep, or stopped by itself */
            census->switches += status_number(status, "\nvoluntary_ctxt_switches:") +
                                status_number(status, "nonvoluntary_ctxt_switches:");
            free(status);
        }
        if (tasks)
            closedir(tasks);
    }
    walk_children(pid, count_process, census);
}

int sandbox_wrappers(const struct sandbox *sandbox)
{
    return sandbox->tier == SANDBOX_BUBBLEWRAP ? 2 : 0; /* one outside, and the first process inside */
}

struct census census_below(pid_t pid)
{
    struct census census = {0};
    walk_children(pid, count_process, &census);
    return census;
}

struct thread_facts thread_below(pid_t pid, int64_t inner_number)
{
    struct thread_facts facts = {0};
    struct census census = census_below(pid);
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
