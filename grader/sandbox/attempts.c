/* What the sandbox shall refuse and allow, tried from inside: attempts TIER FILE TERMINAL.
 *
 * FILE is one that only a reader of the machine sees, TERMINAL the path of the grader's own terminal, or "-". Prints what
 * is otherwise than the tier says, and the count. With "terminal" for TIER it tries to type into the terminal, and nothing
 * else: outside of the sandbox that shall work, or the test of it would show nothing. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const char *file, *terminal, *program;

static bool can_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    bool read_it = fd >= 0 && read(fd, &byte, 1) >= 0;
    if (fd >= 0)
        close(fd);
    return read_it;
}

static bool can_make(const char *folder)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/weft-attempt-%d", folder, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd >= 0)
        unlink(path);
    return fd >= 0 || mkdir(path, 0700) == 0 || open(folder, O_TMPFILE | O_RDWR, 0600) >= 0;
}

/* --- the terminal, and what is drawn on it --- */

static bool types(void)
{
    int fd = open("/dev/tty", O_RDONLY); /* enough for TIOCSTI */
    bool typed = fd >= 0;
    for (const char *at = "echo typed\n"; *at; at++)
        typed |= ioctl(fd < 0 ? 0 : fd, TIOCSTI, at) == 0;
    return typed;
}
static bool takes_terminal(void)
{
    return ioctl(0, TIOCSCTTY, 1) == 0;
}
static bool draws(void)
{
    return strcmp(terminal, "-") != 0 && open(terminal, O_WRONLY | O_NOCTTY) >= 0;
}

/* --- files --- */

static bool reads_file(void)
{
    return can_read(file);
}
static bool reads_users(void)
{
    return can_read("/etc/passwd");
}
static bool makes_in_tmp(void)
{
    return can_make("/tmp");
}
static bool makes_in_shm(void)
{
    return can_make("/dev/shm");
}
static bool makes_in_dev(void)
{
    return can_make("/dev");
}
static bool makes_in_root(void)
{
    return can_make("/");
}
static bool makes_here(void)
{
    return can_make(".");
}
static bool makes_nameless(void)
{
    return syscall(SYS_memfd_create, "attempt", 0) >= 0;
}
static bool changes_mode(void)
{
    return chmod(program, 0777) == 0;
}
/* setxattrat, which is younger than the library that makes the filter. */
static bool changes_by_a_new_call(void)
{
    const struct {
        uint64_t value;
        uint32_t size, flags;
    } attribute = {(uint64_t)(uintptr_t) "x", 1, 0};
    enum { SETXATTRAT = 463 };
    return syscall(SETXATTRAT, AT_FDCWD, program, 0, "user.weft", &attribute, sizeof attribute) == 0 ||
           errno != ENOSYS;
}
/* What is there already: by a number that may be any. They are there, or not, and that must not be said. */
static bool uses_segments(void)
{
    enum { NUMBERS = 64 };
    for (int number = 0; number < NUMBERS; number++)
        if (shmat(number, NULL, SHM_RDONLY) != (void *)-1 || errno != EPERM)
            return true;
    return false;
}
static bool changes_attributes(void)
{
    int flags = 0, own = open(program, O_RDONLY);
    bool did = own < 0 || ioctl(own, FS_IOC_SETFLAGS, &flags) == 0 || errno != EPERM;
    close(own);
    return did;
}
static bool makes_segment(void)
{
    return shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0;
}
static bool makes_queue(void)
{
    return msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0 || semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0 ||
           mq_open("/weft-attempt", O_CREAT | O_RDWR, 0600, NULL) >= 0;
}

/* --- other processes: the parent is outside; where it is not, it is process 1 in here, the sandbox's own --- */

static bool lists_processes(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)getppid());
    return getppid() > 1 && can_read(path);
}
static bool traces(void)
{
    return getppid() > 1 && ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}
static bool reads_memory(void)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1;
}
static bool signals_parent(void)
{
    return getppid() > 1 && kill(getppid(), SIGCONT) == 0;
}
static bool signals_group(void)
{
    return getppid() > 1 && kill(-getpgid(getppid()), SIGCONT) == 0;
}
static bool owns_by_descriptor(void)
{
    int ends[2];
    return pipe(ends) == 0 && fcntl(ends[0], F_SETOWN, getppid()) == 0;
}
/* the same, with a bit that the kernel does not look at and a filter might */
static bool owns_by_long_number(void)
{
    int ends[2];
    return pipe(ends) == 0 && (syscall(SYS_fcntl, ends[0], 1L << 32 | F_SETOWN, getppid()) == 0 ||
                               syscall(SYS_fcntl, ends[0], 1L << 32 | F_SETSIG, SIGKILL) == 0);
}
static bool leases(void)
{
    int fd = open(program, O_RDONLY);
    return fd >= 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
}
/* of all processes that its user has */
static bool slows_others(void)
{
    return setpriority(PRIO_USER, 0, getpriority(PRIO_PROCESS, 0)) == 0 ||
           syscall(SYS_ioprio_set, 3, 0, 3 << 13) == 0;
}
/* one that was opened for reading obeys too */
static bool sets_terminal(void)
{
    struct termios modes;
    struct winsize size;
    int fd = strcmp(terminal, "-") == 0 ? -1 : open(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    return fd >= 0 && tcgetattr(fd, &modes) == 0 &&
           (tcsetattr(fd, TCSANOW, &modes) == 0 || tcflush(fd, TCIFLUSH) == 0 || tcflow(fd, TCOON) == 0 ||
            (ioctl(fd, TIOCGWINSZ, &size) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0));
}
static bool limits_parent(void)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    return prlimit(getppid(), RLIMIT_CPU, &limit, NULL) == 0;
}

/* --- the kernel --- */

static bool connects(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}
/* a pair of sockets is a way out too: by an address of their own, and from datagrams to any address */
static bool leaves_by_pair(void)
{
    int ends[2];
    struct sockaddr_un address = {AF_UNIX, "/tmp/weft-attempt"};
    return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0 ||
           (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 &&
            bind(ends[0], (struct sockaddr *)&address, sizeof address) == 0);
}
static bool unshares(void)
{
    return unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWNS) == 0;
}
static bool clones(void)
{
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    return pid > 0;
}
static bool mounts(void)
{
    return mount("none", "/", "tmpfs", 0, NULL) == 0 || syscall(SYS_fsopen, "tmpfs", 0) >= 0;
}
static bool uses_rings(void)
{
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 4, parameters) >= 0;
}
static bool handles_faults(void)
{
    return syscall(SYS_userfaultfd, 1) >= 0;
}
static bool keeps_keys(void)
{
    return syscall(SYS_add_key, "user", "weft", "x", 1, KEY_SPEC_PROCESS_KEYRING) >= 0;
}
static bool measures(void)
{
    struct perf_event_attr events = {.type = PERF_TYPE_SOFTWARE, .size = sizeof events, .exclude_kernel = 1};
    return syscall(SYS_perf_event_open, &events, 0, -1, -1, 0) >= 0 || syscall(SYS_bpf, 0, NULL, 0) >= 0;
}

/* --- what programs need --- */

static void *nothing(void *arg)
{
    return arg;
}
static volatile sig_atomic_t caught;
static void catch (int number)
{
    caught = number;
}

static bool has_threads(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}
static bool has_children(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/usr/bin/true", "true", NULL);
        _exit(1);
    }
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
static bool has_own_signals(void)
{
    signal(SIGUSR1, catch);
    return raise(SIGUSR1) == 0 && kill(getpid(), SIGUSR1) == 0 && caught == SIGUSR1;
}
static bool has_own_facts(void)
{
    return can_read("/proc/self/maps") && open("/proc/self/task", O_RDONLY) >= 0;
}
static bool has_randomness(void)
{
    return can_read("/dev/urandom") && can_read("/dev/null");
}
static bool has_descriptors(void)
{
    int ends[2];
    return pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && eventfd(0, 0) >= 0 &&
           epoll_create1(0) >= 0;
}
static bool has_processors(void)
{
    return sysconf(_SC_NPROCESSORS_ONLN) >= 1;
}
static bool has_limits(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_STACK, &limit) == 0 && setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0;
}

enum answer { NEVER, WITHOUT_A_TIER, ALWAYS }; /* WITHOUT_A_TIER: in the tier none */

static const struct {
    const char *what;
    bool (*works)(void);
    enum answer answer;
} attempts[] = {
    {"type into the terminal", types, NEVER},
    {"take the terminal", takes_terminal, NEVER},
    {"draw on the terminal by its name", draws, NEVER},
    {"read a file of the person who grades", reads_file, WITHOUT_A_TIER},
    {"read the list of users", reads_users, WITHOUT_A_TIER},
    {"make a file in /tmp", makes_in_tmp, NEVER},
    {"make a file in /dev/shm", makes_in_shm, NEVER},
    {"make a file in /dev", makes_in_dev, NEVER},
    {"make a file in /", makes_in_root, NEVER},
    {"make a file beside itself", makes_here, NEVER},
    {"make a file without a name", makes_nameless, NEVER},
    {"change a file's mode", changes_mode, NEVER},
    {"change a file by a call that is new", changes_by_a_new_call, NEVER},
    {"change what a file is", changes_attributes, NEVER},
    {"use a shared segment by its number", uses_segments, NEVER},
    {"make a shared segment", makes_segment, NEVER},
    {"make a queue", makes_queue, NEVER},
    {"read another process's command line", lists_processes, WITHOUT_A_TIER},
    {"trace its parent", traces, NEVER},
    {"read its parent's memory", reads_memory, NEVER},
    {"signal its parent", signals_parent, NEVER},
    {"signal its parent's group", signals_group, NEVER},
    {"signal by a descriptor", owns_by_descriptor, NEVER},
    {"signal by a descriptor and a long number", owns_by_long_number, NEVER},
    {"keep others from opening a file", leases, NEVER},
    {"slow other processes down", slows_others, NEVER},
    {"change the terminal by its name", sets_terminal, NEVER},
    {"limit its parent", limits_parent, NEVER},
    {"open a socket", connects, NEVER},
    {"leave by a pair of sockets", leaves_by_pair, NEVER},
    {"unshare a namespace", unshares, NEVER},
    {"clone into a namespace", clones, NEVER},
    {"mount", mounts, NEVER},
    {"use io_uring", uses_rings, NEVER},
    {"handle page faults", handles_faults, NEVER},
    {"keep a key in the kernel", keeps_keys, NEVER},
    {"measure the kernel", measures, NEVER},
    {"start a thread", has_threads, ALWAYS},
    {"start a program", has_children, ALWAYS},
    {"signal itself", has_own_signals, ALWAYS},
    {"read about itself", has_own_facts, ALWAYS},
    {"read a device", has_randomness, ALWAYS},
    {"make descriptors", has_descriptors, ALWAYS},
    {"count processors", has_processors, ALWAYS},
    {"know its limits", has_limits, ALWAYS},
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "terminal") == 0)
        return types() ? 0 : 1;
    if (argc == 3 && strcmp(argv[1], "trace") == 0)
        return ptrace(PTRACE_ATTACH, (pid_t)strtol(argv[2], NULL, 10), NULL, NULL) == 0 ? 0 : 1;
    if (argc != 4)
        return 2;
    program = argv[0], file = argv[2], terminal = argv[3];
    int wrong = 0, count = sizeof attempts / sizeof *attempts;
    for (int i = 0; i < count; i++) {
        bool expected = attempts[i].answer == ALWAYS ||
                        (attempts[i].answer == WITHOUT_A_TIER && strcmp(argv[1], "none") == 0);
        errno = 0;
        if (attempts[i].works() != expected) {
            wrong++;
            printf("%s: can %s%s (%s)\n", argv[1], expected ? "not " : "", attempts[i].what, strerror(errno));
        }
    }
    printf("%s: %d of %d attempts end as they should\n", argv[1], count - wrong, count);
    return wrong ? 1 : 0;
}
