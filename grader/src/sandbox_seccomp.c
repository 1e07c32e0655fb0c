/**
 * @file sandbox_seccomp.c
 * @brief Which system calls a process may make, by seccomp: all but those that no lab needs.
 *
 * It is one filter in every tier, so that a submission meets the same refusals wherever it is graded. It stands beside
 * what the tier refuses anyway, and in the tier none in place of it: there nothing can be written, and no other process
 * be reached, for this filter alone. A filter sees numbers, not paths: what may be *read* it cannot say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox_internal.h"

enum { INSTRUCTIONS_MAX = 4096 /* the kernel's own limit */ };

/* Names that this version of libseccomp or this machine does not know are passed over; what the kernel has and the library does not know
 * is refused by its number: see refuse_newer(). */
static const char refused[] =
    /* other processes' memory and state */
    "process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp userfaultfd perf_event_open bpf "
    /* namespaces and mounts */
    "unshare setns mount umount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick "
    "mount_setattr quotactl quotactl_fd swapon swapoff acct "
    /* memory that no limit counts: keys, files without a name, System V's and POSIX's queues and segments */
    "add_key request_key keyctl memfd_create memfd_secret shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop "
    "semtimedop semctl mq_open mq_unlink "
    /* the network, and sockets of others on this machine; what stays of pairs is below */
    "socket bind connect listen "
    /* the machine */
    "reboot kexec_load kexec_file_load init_module finit_module delete_module settimeofday clock_settime adjtimex "
    "clock_adjtime sethostname setdomainname iopl ioperm modify_ldt syslog vhangup lookup_dcookie "
    "fanotify_init open_by_handle_at ";

/* Refused as if the kernel did not have them: libraries then use what can be filtered by its arguments. */
static const char unknown[] = "clone3 openat2 io_uring_setup io_uring_enter io_uring_register";

/* Refused where the rules name no folder to write to. Opening for writing is below, with the arguments. */
static const char changing[] =
    "creat truncate mkdir mkdirat mknod mknodat link linkat symlink symlinkat rename renameat renameat2 unlink unlinkat "
    "rmdir chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat utime utimes futimesat utimensat setxattr "
    "lsetxattr fsetxattr removexattr lremovexattr fremovexattr";

/* Refused where processes are not kept apart otherwise: signals by ways that do not name the process. */
static const char signalling[] = "tkill pidfd_send_signal";

/* Refused for some values of one argument. */
struct condition {
    const char *call;
    unsigned argument;
    enum scmp_compare compare;
    scmp_datum_t value, under_mask;
};

#define EQUAL(call, argument, value)                                                                         \
    {                                                                                                        \
        call, argument, SCMP_CMP_EQ, value, 0                                                                \
    }
#define OTHER(call, argument, value)                                                                         \
    {                                                                                                        \
        call, argument, SCMP_CMP_NE, value, 0                                                                \
    }
#define HAS(call, argument, bit)                                                                             \
    {                                                                                                        \
        call, argument, SCMP_CMP_MASKED_EQ, bit, bit                                                         \
    }
/* The kernel looks at 32 bits of these numbers, so the others must not matter here either: with one of them set, a request
 * would be another to the filter and the same to the kernel. */
#define REQUEST(number)                                                                                      \
    {                                                                                                        \
        "ioctl", 1, SCMP_CMP_MASKED_EQ, 0xffffffffu, number                                                  \
    }
#define CONTROL(number)                                                                                      \
    {                                                                                                        \
        "fcntl", 1, SCMP_CMP_MASKED_EQ, 0xffffffffu, number                                                  \
    }

static const struct condition refused_if[] = {
    HAS("clone", 0, CLONE_NEWNS),
    HAS("clone", 0, CLONE_NEWUSER),
    HAS("clone", 0, CLONE_NEWPID),
    HAS("clone", 0, CLONE_NEWNET),
    HAS("clone", 0, CLONE_NEWIPC),
    HAS("clone", 0, CLONE_NEWUTS),
    HAS("clone", 0, CLONE_NEWCGROUP),
    REQUEST(TIOCSTI),   /* typing into a terminal */
    REQUEST(TIOCLINUX), /* the same, on a console */
    REQUEST(TIOCSCTTY), /* taking a terminal */
    REQUEST(0x8901),    /* FIOSETOWN: signals, by way of a descriptor */
    REQUEST(0x8902),    /* SIOCSPGRP: the same */
    CONTROL(F_SETOWN),
    CONTROL(F_SETOWN_EX),
    CONTROL(F_SETSIG),
    CONTROL(F_SETLEASE), /* others would wait for 45 s to open the file */
    /* A terminal that can be opened for reading, in the tier none by its name, can be stopped, flushed, closed to others and
     * made to show or hide what is typed. */
    REQUEST(TCSETS),
    REQUEST(TCSETSW),
    REQUEST(TCSETSF),
    REQUEST(0x402c542b), /* TCSETS2, TCSETSW2, TCSETSF2 */
    REQUEST(0x402c542c),
    REQUEST(0x402c542d),
    REQUEST(TCSETA),
    REQUEST(TCSETAW),
    REQUEST(TCSETAF),
    REQUEST(TCSBRK),
    REQUEST(TCSBRKP),
    REQUEST(TIOCSBRK),
    REQUEST(TCXONC),
    REQUEST(TCFLSH),
    REQUEST(TIOCEXCL),
    REQUEST(TIOCSPGRP),
    REQUEST(TIOCSWINSZ),
    REQUEST(TIOCSETD),
    REQUEST(TIOCCONS),
    REQUEST(TIOCVHANGUP),
    OTHER("socketpair", 0, AF_UNIX),
    HAS("socketpair", 1, SOCK_DGRAM),      /* one of datagrams, or raw, could be sent from to any address */
    OTHER("prlimit64", 0, 0),              /* limits and turns of others */
    OTHER("setpriority", 0, PRIO_PROCESS), /* the user's processes have turns too */
    OTHER("setpriority", 1, 0),
    OTHER("sched_setaffinity", 0, 0),
    OTHER("sched_setscheduler", 0, 0),
    OTHER("sched_setparam", 0, 0),
    OTHER("sched_setattr", 0, 0),
    OTHER("ioprio_set", 0, 1), /* IOPRIO_WHO_PROCESS */
    OTHER("ioprio_set", 1, 0),
    OTHER("migrate_pages", 0, 0),
    OTHER("move_pages", 0, 0),
};

static const struct condition changing_if[] = {
    REQUEST(FS_IOC_SETFLAGS),  REQUEST(FS_IOC_FSSETXATTR), REQUEST(FS_IOC_ENABLE_VERITY),
    HAS("open", 1, O_WRONLY),  HAS("open", 1, O_RDWR),     HAS("open", 1, O_CREAT),
    HAS("open", 1, O_TRUNC),   HAS("openat", 2, O_WRONLY), HAS("openat", 2, O_RDWR),
    HAS("openat", 2, O_CREAT), HAS("openat", 2, O_TRUNC),
};

/* LeakSanitizer stops the program's own threads and looks at their registers: what remains for it can neither read nor
 * write another process's memory. */
static const struct condition tracing_if[] = {
    EQUAL("ptrace", 0, PTRACE_TRACEME),    EQUAL("ptrace", 0, PTRACE_PEEKTEXT),
    EQUAL("ptrace", 0, PTRACE_PEEKDATA),   EQUAL("ptrace", 0, PTRACE_POKETEXT),
    EQUAL("ptrace", 0, PTRACE_POKEDATA),   EQUAL("ptrace", 0, PTRACE_POKEUSER),
    EQUAL("ptrace", 0, PTRACE_KILL),       EQUAL("ptrace", 0, PTRACE_SINGLESTEP),
    EQUAL("ptrace", 0, PTRACE_SETREGS),    EQUAL("ptrace", 0, PTRACE_SETFPREGS),
    EQUAL("ptrace", 0, PTRACE_SYSCALL),    EQUAL("ptrace", 0, PTRACE_SETOPTIONS),
    EQUAL("ptrace", 0, PTRACE_SETSIGINFO), {"ptrace", 0, SCMP_CMP_GE, PTRACE_SETREGSET, 0},
};

static bool refuse(scmp_filter_ctx filter, int error, const char *names)
{
    struct words calls = {0};
    bool done = true;
    words_split(&calls, names);
    for (size_t i = 0; i < calls.count; i++) {
        int number = seccomp_syscall_resolve_name(calls.items[i]);
        if (number != __NR_SCMP_ERROR)
            done &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), number, 0) == 0;
    }
    words_free(&calls);
    return done;
}

/* Numbers that are the same in all architectures; behind them stand other interfaces. */
enum { FIRST_NEWER = 424, BEHIND_NEWER = 512 };

/* As if the kernel did not have them: all calls that are newer than the library. One of them sets attributes of files by another way. */
static bool refuse_newer(scmp_filter_ctx filter)
{
    bool done = true;
    for (int number = FIRST_NEWER; number < BEHIND_NEWER; number++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
        if (!name)
            done &= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0) == 0;
        free(name);
    }
    return done;
}

static bool refuse_if(scmp_filter_ctx filter, const struct condition *conditions, size_t count)
{
    bool done = true;
    for (size_t i = 0; i < count; i++) {
        const struct condition *at = &conditions[i];
        int number = seccomp_syscall_resolve_name(at->call);
        if (number != __NR_SCMP_ERROR)
            done &= seccomp_rule_add(
                        filter, SCMP_ACT_ERRNO(EPERM), number, 1,
                        (struct scmp_arg_cmp){at->argument, at->compare, at->value, at->under_mask}) == 0;
    }
    return done;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool add_rules(scmp_filter_ctx filter, const struct sandbox_rules *rules, pid_t only_process)
{
    bool done = refuse(filter, EPERM, refused) && refuse(filter, ENOSYS, unknown) && refuse_newer(filter) &&
                refuse_if(filter, refused_if, COUNT(refused_if));
    if (!rules->writable)
        done &= refuse(filter, EPERM, changing) && refuse_if(filter, changing_if, COUNT(changing_if));
    done &= rules->stops_own_threads ? refuse_if(filter, tracing_if, COUNT(tracing_if))
                                     : refuse(filter, EPERM, "ptrace");
    if (only_process) {
        const scmp_datum_t pid = (scmp_datum_t)only_process;
        const struct condition others[] = {
            OTHER("kill", 0, pid),
            OTHER("tgkill", 0, pid),
            OTHER("rt_sigqueueinfo", 0, pid),
            OTHER("rt_tgsigqueueinfo", 0, pid),
        };
        done &= refuse(filter, EPERM, signalling) && refuse_if(filter, others, COUNT(others));
    }
    return done;
}

/* A file with the filter, to be read from its begin; -1: errno. */
static int new_filter_file(const struct sandbox_rules *rules, pid_t only_process)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW); /* calls of another architecture kill */
    int file = filter ? memfd_create("seccomp", 0) : -1;
    if (file >= 0 && (seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0 ||
                      !add_rules(filter, rules, only_process) || seccomp_export_bpf(filter, file) != 0 ||
                      lseek(file, 0, SEEK_SET) != 0)) {
        close(file);
        file = -1;
        errno = EINVAL;
    }
    seccomp_release(filter);
    return file;
}

/* The filters that name no process: a program is started for each test, and making one takes about as long as all else that the
 * grader does for that. By whether there is a folder to write to, and whether threads may be stopped. */
static struct {
    struct sock_filter *instructions;
    size_t bytes;
} prepared[2][2];

void seccomp_prepare(void)
{
    if (prepared[0][0].instructions)
        return;
    for (int writes = 0; writes < 2; writes++)
        for (int stops = 0; stops < 2; stops++) {
            int file = new_filter_file(
                &(struct sandbox_rules){.writable = writes ? "" : NULL, .stops_own_threads = stops}, 0);
            size_t length = 0;
            char *bytes =
                file >= 0 ? read_all(file, INSTRUCTIONS_MAX * sizeof(struct sock_filter), &length) : NULL;
            prepared[writes][stops].instructions = (struct sock_filter *)(void *)bytes;
            prepared[writes][stops].bytes = length;
            if (file >= 0)
                close(file);
        }
}

int seccomp_filter_file(const struct sandbox_rules *rules, pid_t only_process)
{
    int writes = rules->writable != NULL, stops = rules->stops_own_threads;
    const void *bytes = only_process ? NULL : prepared[writes][stops].instructions;
    if (!bytes)
        return new_filter_file(rules, only_process);
    size_t length = prepared[writes][stops].bytes;
    int file = memfd_create("seccomp", 0);
    if (file >= 0 && (write(file, bytes, length) != (ssize_t)length || lseek(file, 0, SEEK_SET) != 0)) {
        close(file);
        file = -1;
    }
    return file;
}

bool seccomp_confine(int file)
{
    static struct sock_filter instructions[INSTRUCTIONS_MAX];
    ssize_t bytes = read(file, instructions, sizeof instructions);
    close(file);
    struct sock_fprog program = {.len =
                                     (unsigned short)(bytes > 0 ? bytes / (ssize_t)sizeof *instructions : 0),
                                 .filter = instructions};
    return bytes > 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
