#include "sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* The users that untrusted code runs as when we are root: nobody else's, and as a rule another one for each
 * run that goes on at the same time, so that limits are a run's own and runs do not signal each other. */
enum { UNTRUSTED_USERS = 61000, UNTRUSTED_USERS_COUNT = 4000 };

const char *sandbox_tier_name(enum sandbox_tier tier)
{
    return tier == SANDBOX_BUBBLEWRAP ? "bubblewrap" : "none";
}

bool sandbox_give(const struct sandbox *sandbox, const char *path)
{
    return !sandbox->own_user || chown(path, sandbox->own_user, sandbox->own_user) == 0;
}

/* Whether `path` is `folder`, or in it. */
static bool is_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
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

static void become_untrusted(const struct sandbox *sandbox)
{
    if (sandbox->own_user &&
        (setgroups(0, NULL) != 0 || setgid(sandbox->own_user) != 0 || setuid(sandbox->own_user) != 0))
        _exit(126);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void bubblewrap_words(struct words *words, const struct sandbox *sandbox,
                             const struct sandbox_rules *rules)
{
    words_split(words, "bwrap --unshare-all --die-with-parent --new-session --clearenv --ro-bind /usr /usr");
    for (size_t i = 0; i < sandbox->hidden.count; i++) {
        words_add(words, "--tmpfs");
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
    /* the same addresses in each run; TSan needs it on kernels that randomise more bits than it knows */
    personality(ADDR_NO_RANDOMIZE);

    struct words words = {0};
    if (sandbox->tier == SANDBOX_BUBBLEWRAP)
        bubblewrap_words(&words, sandbox, rules);
    else if (chdir(rules->directory) != 0)
        _exit(126);
    for (; *argv; argv++)
        words_add(&words, *argv);
    become_untrusted(sandbox);
    if (rules->memory_bytes) /* last: a sanitized grader cannot allocate below it */
        limit(RLIMIT_AS, (rlim_t)rules->memory_bytes);
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
        const struct sandbox_rules rules = {.readable = "/usr",
                                            .directory = "/tmp",
                                            .environment = environment,
                                            .keep_descriptors = 3,
                                            .processor_seconds = 5,
                                            .file_bytes = 1 << 20};
        sandbox_exec(sandbox, &rules, (char *const[]){"/usr/bin/true", NULL});
    }
    int status = 0;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

bool sandbox_works(enum sandbox_tier tier)
{
    const struct sandbox sandbox = {.tier = tier, .own_user = geteuid() == 0 ? UNTRUSTED_USERS : 0};
    return tier_works(&sandbox);
}

struct sandbox sandbox_probe(const char *wanted)
{
    struct sandbox sandbox = {.tier = SANDBOX_BUBBLEWRAP, .reason = copy_text("")};
    sandbox_hide(&sandbox, "/usr/local");
    sandbox_hide(&sandbox, "/usr/src");
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
