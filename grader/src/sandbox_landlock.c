/**
 * @file sandbox_landlock.c
 * @brief Which files a process may open, by Landlock.
 *
 * What may be opened is listed: the system's programs and libraries, a few devices, facts about the process itself,
 * and the folders of the rules. All else is refused, whatever its owner and mode say. What stays is said in
 * sandbox_missing(): Landlock does not hide the names, sizes and dates of files.
 *
 * Headers may be older than the kernel, so what they may lack is spelled out here, each with the ABI that brought it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_internal.h"

/* A kernel that knows fewer fields accepts the rest as long as it is zero. */
struct ruleset {
    uint64_t files, network, scopes;
};

enum {
    ALL_OF_ABI_1 = (1 << 13) - 1,
    REFER = 1 << 13,     /* ABI 2: rename into another folder */
    TRUNCATE = 1 << 14,  /* ABI 3 */
    IOCTL_DEV = 1 << 15, /* ABI 5: ioctl of devices */
    TCP = 3,             /* ABI 4: bind and connect */
    SCOPES = 3,          /* ABI 6: abstract Unix sockets, and signals to processes outside */
    LOOK = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    USE = LOOK | LANDLOCK_ACCESS_FS_EXECUTE,
    DEVICE = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE,
    CHANGE = USE | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE | LANDLOCK_ACCESS_FS_MAKE_REG |
             LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
             REFER,
    OF_A_FILE = DEVICE | LANDLOCK_ACCESS_FS_EXECUTE | TRUNCATE, /* the rest makes sense for folders only */
    PROCESS_FD = 255,                                           /* the last one that RLIMIT_NOFILE leaves */
};

/* Each that is there. The links /bin and /lib of most systems lead to /usr. */
static const struct {
    const char *path;
    int rights;
} system_parts[] = {
    {"/usr", USE},
    {"/bin", USE},
    {"/lib", USE},
    {"/lib64", USE},
    {"/dev/null", DEVICE},
    {"/dev/zero", DEVICE},
    {"/dev/full", DEVICE},
    {"/dev/random", DEVICE},
    {"/dev/urandom", DEVICE},
    {"/etc/ld.so.cache", LOOK},
    {"/sys/devices/system/cpu", LOOK}, /* how many processors there are */
};

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (int)abi : 0;
}

static int handled_rights(int abi)
{
    return ALL_OF_ABI_1 | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0) | (abi >= 5 ? IOCTL_DEV : 0);
}

/* Allow what is at an open path. */
static bool allow_at(int ruleset, int fd, int rights)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    if (!S_ISDIR(status.st_mode))
        rights &= OF_A_FILE;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = (uint64_t)(rights & handled_rights(landlock_abi())), .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool allow(int ruleset, const char *path, int rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool allowed = fd >= 0 && allow_at(ruleset, fd, rights);
    if (fd >= 0)
        close(fd);
    return allowed;
}

/* Allow a folder but what is hidden below it. A rule cannot take back what another gives for a folder above, so on the
 * way to a hidden one each neighbour gets a rule of its own. */
static void allow_but(int ruleset, const char *folder, int rights, const struct words *hidden)
{
    bool holds_hidden = false;
    for (size_t i = 0; i < hidden->count; i++) {
        if (is_within(folder, hidden->items[i]))
            return;
        holds_hidden |= is_within(hidden->items[i], folder);
    }
    if (!holds_hidden) {
        allow(ruleset, folder, rights);
        return;
    }
    DIR *directory = opendir(folder);
    struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char *path = format_text("%s/%s", folder, entry->d_name);
            allow_but(ruleset, path, rights, hidden);
            free(path);
        }
    if (directory)
        closedir(directory);
}

/* Facts about this very process, which sanitizers read. The rule is about the folder as the kernel has it in memory now;
 * were that forgotten and made anew, the rule would be about nothing. So it is held open. */
static bool allow_own_process(int ruleset)
{
    int fd = open("/proc/self", O_PATH | O_CLOEXEC);
    bool allowed = fd >= 0 && allow_at(ruleset, fd, LOOK) && dup2(fd, PROCESS_FD) == PROCESS_FD;
    if (fd >= 0)
        close(fd);
    return allowed;
}

bool landlock_confine(const struct sandbox *sandbox, const struct sandbox_rules *rules)
{
    int abi = landlock_abi();
    const struct ruleset handled = {.files = (uint64_t)handled_rights(abi),
                                    .network = abi >= 4 ? TCP : 0,
                                    .scopes = abi >= 6 ? SCOPES : 0};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < sizeof system_parts / sizeof *system_parts; i++)
        allow_but(ruleset, system_parts[i].path, system_parts[i].rights, &sandbox->hidden);
    bool confined = allow_own_process(ruleset) && allow(ruleset, rules->readable, USE) &&
                    (!rules->writable || allow(ruleset, rules->writable, CHANGE)) &&
                    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    if (!confined)
        return false;
    /* a kernel that agrees to everything and does nothing is found out here */
    int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0) {
        close(root);
        errno = ENOSYS;
        return false;
    }
    return errno == EACCES;
}
