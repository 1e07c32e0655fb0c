#include "sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const tier_names[] = {"none", "landlock", "bubblewrap"};

const char *sandbox_tier_name(enum sandbox_tier tier)
{
    return tier_names[tier];
}

bool sandbox_give(const struct sandbox *sandbox, const char *path)
{
    return !sandbox->own_user || chown(path, sandbox->own_user, sandbox->own_user) == 0;
}

bool sandbox_hide(struct sandbox *sandbox, const char *path)
{
    static const char *const needed[] = {"/usr/bin", "/usr/lib", "/usr/include"};
    char *real = realpath(path, NULL);
    bool hidden = !real || !is_within(real, "/usr");
    for (size_t i = 0; i < sandbox->hidden.count && !hidden; i++)
        hidden = is_within(real, sandbox->hidden.items[i]);
    bool possible = true;
    for (size_t i = 0; i < sizeof needed / sizeof *needed && !hidden; i++)
        possible &= !is_within(needed[i], real);
    if (!hidden && possible)
        words_add(&sandbox->hidden, real);
    free(real);
    return possible;
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

/* Status and line by which the grader knows that it was not the program that failed. */
static _Noreturn void cannot(const char *what)
{
    dprintf(STDERR_FILENO, "sandbox: %s: %s\n", what, strerror(errno));
    _exit(126);
}

bool sandbox_failed(const char *output)
{
    return strncmp(output, "bwrap: ", 7) == 0 || strncmp(output, "sandbox: ", 9) == 0;
}

static void become_untrusted(const struct sandbox *sandbox)
{
    if (sandbox->own_user &&
        (setgroups(0, NULL) != 0 || setgid(sandbox->own_user) != 0 || setuid(sandbox->own_user) != 0))
        cannot("another user");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        cannot("no new privileges");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void bubblewrap_words(struct words *words, const struct sandbox *sandbox,
                             const struct sandbox_rules *rules, int filter)
{
    words_split(words, "bwrap --unshare-all --die-with-parent --new-session --clearenv --ro-bind /usr /usr");
    for (size_t i = 0; i < sandbox->hidden.count; i++) {
        words_add(words, "--tmpfs");
        words_add(words, sandbox->hidden.items[i]);
        words_add(words, "--remount-ro");
        words_add(words, sandbox->hidden.items[i]);
    }
    words_split(words, "--symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 "
                       "--proc /proc --dev /dev --tmpfs /tmp --ro-bind");
    words_add(words, rules->readable);
    words_add(words, rules->readable);
    if (rules->writable) {
        words_add(words, "--bind");
        words_add(words, rules->writable);
        words_add(words, rules->writable);
    }
    /* each of these is a file system in memory, without a limit: last, so that all that is to be in them is there */
    words_split(words, "--remount-ro /tmp --remount-ro /dev --remount-ro /");
    if (filter >= 0) {
        char *number = format_text("%d", filter);
        words_add(words, "--seccomp");
        words_add(words, number);
        free(number);
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

/* The process itself is the one that may be signalled where no kernel keeps the others out of reach. */
static int make_filter(const struct sandbox *sandbox, const struct sandbox_rules *rules)
{
    if (!sandbox->seccomp)
        return -1;
    bool within_reach = sandbox->tier == SANDBOX_NONE || (sandbox->tier == SANDBOX_LANDLOCK &&
                                                          sandbox->landlock_abi < LANDLOCK_SCOPES_SIGNALS);
    int filter = seccomp_filter_file(rules, within_reach ? getpid() : 0);
    if (filter < 0)
        cannot("the filter of system calls");
    return filter;
}

void sandbox_exec(const struct sandbox *sandbox, const struct sandbox_rules *rules, char *const argv[])
{
    /* No terminal: by /dev/tty a program could type into the shell of the person who grades. The session is a process
     * group too, which kill(-pid) ends. */
    setsid();
    close_range((unsigned)rules->keep_descriptors, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int filter = make_filter(sandbox, rules); /* before the limits, which are not meant for it */
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, (rlim_t)rules->processor_seconds);
    limit(RLIMIT_FSIZE, (rlim_t)rules->file_bytes);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_NPROC, sandbox->own_user ? 512 : 4096);
    limit(RLIMIT_STACK, 8 << 20);
    /* the same addresses in each run; TSan needs it on kernels that randomise more bits than it knows */
    personality(ADDR_NO_RANDOMIZE);

    struct words words = {0};
    bool is_wrapped = sandbox->tier == SANDBOX_BUBBLEWRAP;
    if (is_wrapped)
        bubblewrap_words(&words, sandbox, rules, filter);
    else if (chdir(rules->directory) != 0)
        cannot(rules->directory);
    do
        words_add(&words, *argv);
    while (*++argv);
    become_untrusted(sandbox);
    if (sandbox->tier == SANDBOX_LANDLOCK && !landlock_confine(sandbox, rules))
        cannot("Landlock");
    if (filter >= 0 && !is_wrapped && !seccomp_confine(filter))
        cannot("the filter of system calls");
    if (rules->memory_bytes) /* last: a sanitized grader cannot allocate below it */
        limit(RLIMIT_AS, (rlim_t)rules->memory_bytes);
    if (is_wrapped) {
        char *const empty[] = {NULL};
        execve("/usr/bin/bwrap", words.items, empty);
    } else {
        execvpe(words.items[0], words.items, (char *const *)(uintptr_t)rules->environment);
    }
    cannot(words.items[0]);
}
