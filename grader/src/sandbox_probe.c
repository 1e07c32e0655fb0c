/**
 * @file sandbox_probe.c
 * @brief Finds the strongest tier that works, by running a program in each, and says what it lacks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox_internal.h"

/* The users that untrusted code runs as when we are root: nobody else's, and as a rule another one for each
 * run that goes on at the same time, so that limits are a run's own and runs do not signal each other. */
enum { UNTRUSTED_USERS = 61000, UNTRUSTED_USERS_COUNT = 4000 };

enum { SAID_BYTES = 200 };

static const char *const environment[] = {"PATH=/usr/bin", NULL};

static const struct sandbox_rules trial_rules = {.readable = "/usr",
                                                 .directory = "/",
                                                 .environment = environment,
                                                 .keep_descriptors = 3,
                                                 .processor_seconds = 5,
                                                 .file_bytes = 1 << 20};

/* Run it in a child without input; what it says is put into `said`. True: it ended with 0. */
static bool child_succeeds(void (*run)(const struct sandbox *), const struct sandbox *sandbox,
                           char said[SAID_BYTES])
{
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        die("no pipes left");
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(output[1], 2);
        run(sandbox);
        _exit(1);
    }
    close(output[1]);
    size_t length = 0;
    ssize_t count;
    while ((count = read(output[0], said + length, SAID_BYTES - 1 - length)) > 0) /* it says it in pieces */
        length += (size_t)count;
    said[length] = '\0';
    int status = 0;
    bool succeeded = pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
    close(output[0]);
    return succeeded;
}

static void become_true(const struct sandbox *sandbox)
{
    sandbox_exec(sandbox, &trial_rules, (char *const[]){"/usr/bin/true", NULL});
}

/* Alone, as tiers are tried with what of it works. */
static void try_seccomp(const struct sandbox *sandbox)
{
    (void)sandbox;
    int filter = seccomp_filter_file(&trial_rules, getpid());
    if (filter < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !seccomp_confine(filter))
        _exit(1);
    _exit(open("/dev/null", O_WRONLY) < 0 && errno == EPERM ? 0 : 1);
}

/* Why the tier does not work, which said this when it was tried. The caller frees. */
static char *why_not(enum sandbox_tier tier, const char *said)
{
    if (tier == SANDBOX_BUBBLEWRAP && access("/usr/bin/bwrap", X_OK) != 0)
        return copy_text("bubblewrap is not installed (make deps)");
    if (tier == SANDBOX_BUBBLEWRAP) {
        const char *words =
            strncmp(said, "bwrap: ", 7) == 0 ? said + 7 : "perhaps user namespaces are not allowed";
        return format_text("bubblewrap does not start here: %.*s", (int)strcspn(words, ",\n"), words);
    }
    if (landlock_abi() > 0)
        return copy_text("Landlock does not confine here");
    return copy_text(errno == EOPNOTSUPP ? "Landlock is switched off (lsm= on the kernel's command line)"
                     : errno == ENOSYS   ? "this kernel has no Landlock"
                                         : "Landlock is not allowed here (by the filter of a container?)");
}

/* What untrusted code can do here beyond what bubblewrap lets it, strongest first. */
static void list_missing(struct sandbox *sandbox)
{
    struct words *missing = &sandbox->missing;
    enum sandbox_tier tier = sandbox->tier;
    if (tier == SANDBOX_NONE) {
        words_add(missing, sandbox->own_user ? "files that any user may read can be read"
                                             : "files that you may read can be read");
        words_add(missing, "other processes can be listed");
        if (!sandbox->own_user && sandbox->seccomp)
            words_add(missing, "the variant asan can stop or end processes of yours");
    }
    if (tier == SANDBOX_LANDLOCK) {
        words_add(missing, "names, sizes and dates of files can be asked for");
        words_add(missing, "numbers of processes can be tried out");
    }
    if (sandbox->seccomp)
        return;
    words_add(missing, "no filter of system calls, as seccomp does not work here");
    if (tier == SANDBOX_BUBBLEWRAP)
        return;
    if (tier == SANDBOX_NONE || sandbox->landlock_abi < LANDLOCK_SCOPES_SIGNALS)
        words_add(missing, sandbox->own_user ? "processes of its own user can be signalled"
                                             : "your processes can be signalled, the grader among them");
    if (tier == SANDBOX_NONE)
        words_add(missing, sandbox->own_user
                               ? "files can be made in /tmp and /dev/shm, without a limit for all"
                               : "files and terminals of yours can be written");
    words_add(missing, "the network can be reached");
}

static bool try_tier(struct sandbox *sandbox, enum sandbox_tier tier, char said[SAID_BYTES])
{
    sandbox->tier = tier;
    sandbox->landlock_abi = tier == SANDBOX_LANDLOCK ? landlock_abi() : 0;
    return tier == SANDBOX_NONE || child_succeeds(become_true, sandbox, said);
}

/* What holds whatever the tier. */
static struct sandbox any_sandbox(void)
{
    struct sandbox sandbox = {.reason = copy_text("")};
    sandbox_hide(&sandbox, "/usr/local");
    sandbox_hide(&sandbox, "/usr/src");
    if (geteuid() == 0)
        sandbox.own_user = UNTRUSTED_USERS + (unsigned)getpid() % UNTRUSTED_USERS_COUNT;
    char said[SAID_BYTES];
    sandbox.seccomp = child_succeeds(try_seccomp, &sandbox, said);
    if (sandbox.seccomp)
        seccomp_prepare();
    return sandbox;
}

bool sandbox_works(enum sandbox_tier tier)
{
    struct sandbox sandbox = any_sandbox();
    char said[SAID_BYTES];
    bool works = try_tier(&sandbox, tier, said);
    sandbox_free(&sandbox);
    return works;
}

struct sandbox sandbox_probe(const char *wanted)
{
    struct sandbox sandbox = any_sandbox();
    char said[SAID_BYTES];
    int tier = SANDBOX_BUBBLEWRAP;
    while (wanted && tier >= 0 && strcmp(wanted, sandbox_tier_name((enum sandbox_tier)tier)) != 0)
        tier--;
    if (tier < 0)
        die("--sandbox is bubblewrap, landlock or none, not %s", wanted);
    if (wanted && tier != SANDBOX_BUBBLEWRAP) {
        free(sandbox.reason);
        sandbox.reason = copy_text("it was asked for");
    }
    for (; !try_tier(&sandbox, (enum sandbox_tier)tier, said); tier--) {
        char *reason = why_not((enum sandbox_tier)tier, said);
        if (wanted)
            die("the sandbox %s does not work here: %s; make doctor says more", wanted, reason);
        char *both = format_text("%s%s%s", sandbox.reason, *sandbox.reason ? "; " : "", reason);
        free(sandbox.reason);
        free(reason);
        sandbox.reason = both;
    }
    list_missing(&sandbox);
    return sandbox;
}

void sandbox_free(struct sandbox *sandbox)
{
    free(sandbox->reason);
    words_free(&sandbox->missing);
    words_free(&sandbox->hidden);
    *sandbox = (struct sandbox){0};
}

char *sandbox_words(const struct sandbox *sandbox)
{
    char *abi = sandbox->landlock_abi ? format_text(" (ABI %d)", sandbox->landlock_abi) : copy_text("");
    char *words = format_text("%s%s%s", sandbox_tier_name(sandbox->tier), abi,
                              sandbox->own_user ? ", as another user" : "");
    free(abi);
    return words;
}

char *sandbox_weakness(const struct sandbox *sandbox)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        die("no memory");
    if (*sandbox->reason || sandbox->missing.count)
        fprintf(out, "Sandbox: %s%s%s", sandbox_tier_name(sandbox->tier), *sandbox->reason ? ": " : "",
                sandbox->reason);
    for (size_t i = 0; i < sandbox->missing.count; i++)
        fprintf(out, "%s%s", i ? "; " : ". What it does not keep from the code: ", sandbox->missing.items[i]);
    fclose(out);
    return text;
}

int sandbox_run(const struct sandbox *sandbox, bool sanitized, char *const argv[])
{
    char *program = realpath(argv[0], NULL), *folder = program ? copy_text(program) : NULL;
    if (!program)
        die("%s: %s", argv[0], strerror(errno));
    *strrchr(folder + 1, '/') = '\0';
    const struct sandbox_rules rules = {.readable = folder,
                                        .directory = folder,
                                        .environment = environment,
                                        .keep_descriptors = 3,
                                        .processor_seconds = 20,
                                        .memory_bytes = sanitized ? 0 : (int64_t)1 << 30,
                                        .file_bytes = 1 << 20,
                                        .stops_own_threads = sanitized};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_DUMPABLE, 0); /* as the grader is */
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct words words = {0};
        words_add(&words, program);
        for (char *const *word = argv + 1; *word; word++)
            words_add(&words, *word);
        sandbox_exec(sandbox, &rules, words.items);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        die("no process left");
    kill_descendants(0);
    free(folder);
    free(program);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
